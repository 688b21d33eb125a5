"""One lock file per instrument, so that two programs never drive the same one.

The system frees a lock when its program ends, however it ends; what is in the file only
says who holds it. Where the file lies is the same for all programs of a computer.
"""

import hashlib
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from controller.errors import BenchError
from drivers.transport import stream_address

# beyond what is written, so that others can still read it where locks forbid reading
LOCKED_BYTE = 1 << 20
LONGEST_NOTE = 500


def lock_folder() -> Path:
    """Return the folder of the lock files of this computer."""
    return Path(tempfile.gettempdir()) / "amf_bench_locks"


def key_of(address: str) -> str:
    """Return one name for an address, however it is written.

    ``/dev/serial/by-id/…`` becomes the device it points at; VISA and COM names do not
    depend on upper and lower case.
    """
    stream = stream_address(address)
    if "://" in stream or "::" in stream:
        return stream.casefold()
    if re.fullmatch(r"(\\\\\.\\)?com\d+", stream, re.IGNORECASE):
        return stream.rsplit("\\", 1)[-1].casefold()
    return str(Path(stream).resolve())


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an instrument, as far as its lock file says."""

    pid: int
    what: str


class Locks:
    """The locks of one program. They are freed by ``close``, or with the program.

    ``what`` says to others what this program is doing, e.g. "amf run bench.toml".
    """

    def __init__(self, what: str, folder: Path | None = None) -> None:
        self._what = what
        self._folder = lock_folder() if folder is None else folder
        self._files: dict[Path, int] = {}

    def take(self, instrument: str, key: str) -> None:
        """Take an instrument for this program; ``key`` is from ``key_of``, or a serial.

        Raises:
            BenchError: another program has it, or locking is not possible here.
        """
        path = self._path(key)
        if path in self._files:
            raise BenchError(f"{instrument}: {key} is named twice in this config")
        number = self._open(path, instrument)
        if not _lock(number):
            holder = _read(number)
            os.close(number)
            raise BenchError(
                f"{instrument}: {key} is in use by another program"
                f"{_described(holder)}; end that one first"
            )
        self._files[path] = number
        _write(number, f"{os.getpid()} {self._what}")

    def holder(self, key: str) -> Holder | None:
        """Return which other program has an instrument, None for none."""
        path = self._path(key)
        if path in self._files or not path.exists():
            return None
        number = self._open(path, key)
        try:
            if not _lock(number):
                return _read(number) or Holder(0, "an unknown program")
            _unlock(number)
            return None
        finally:
            os.close(number)

    def close(self) -> None:
        """Free every instrument. The files stay: removing them would be a race."""
        for number in self._files.values():
            _write(number, "")
            _unlock(number)
            os.close(number)
        self._files.clear()

    def __enter__(self) -> "Locks":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _path(self, key: str) -> Path:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", key)[-60:].strip("_")
        digest = hashlib.sha256(key.encode()).hexdigest()[:12]
        return self._folder / f"{plain}_{digest}.lock"

    def _open(self, path: Path, instrument: str) -> int:
        try:
            if not self._folder.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                self._folder.chmod(0o1777)  # other users lock here, too
            try:
                return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            except PermissionError:
                return os.open(path, os.O_RDONLY)  # another user's: enough to lock it
        except OSError as error:
            raise BenchError(f"{instrument}: cannot lock it: {error}") from error


def _described(holder: Holder | None) -> str:
    return "" if holder is None else f", {holder.what} (process {holder.pid})"


def _read(number: int) -> Holder | None:
    os.lseek(number, 0, os.SEEK_SET)
    pid, _, what = (
        os.read(number, LONGEST_NOTE).decode("utf-8", "replace").partition(" ")
    )
    return Holder(int(pid), what) if pid.isdigit() else None


def _write(number: int, text: str) -> None:
    try:
        os.ftruncate(number, 0)
        os.lseek(number, 0, os.SEEK_SET)
        os.write(number, text.encode()[:LONGEST_NOTE])
    except OSError:  # another user's file: locked all the same, only not signed
        return


if sys.platform == "win32":
    import msvcrt

    def _lock(number: int) -> bool:
        os.lseek(number, LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(number: int) -> None:
        os.lseek(number, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(number: int) -> bool:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_UN)
