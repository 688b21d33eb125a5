"""Locks: another program gets a sentence, and a dead one's lock is free."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from controller.errors import BenchError
from controller.instruments.locks import Holder, Locks, key_of

HOLD = """
import sys
from pathlib import Path
from controller.instruments.locks import Locks
locks = Locks("amf run other.toml", Path(sys.argv[1]))
locks.take("psu", "COM5")
print("taken", flush=True)
sys.stdin.read()
"""


@contextmanager
def other_program(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold COM5 in another process until its stdin is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        yield process
        process.kill()


def test_second_program_gets_a_sentence(tmp_path: Path) -> None:
    with other_program(tmp_path) as process, Locks("amf run", tmp_path) as locks:
        with pytest.raises(BenchError) as caught:
            locks.take("supply", "COM5")
        assert str(caught.value) == (
            "supply: COM5 is in use by another program, amf run other.toml (process "
            f"{process.pid}); end that one first"
        )
        locks.take("generator", "COM6")


def test_holder_is_named_to_who_asks(tmp_path: Path) -> None:
    locks = Locks("amf find", tmp_path)
    assert locks.holder("COM5") is None
    with other_program(tmp_path) as process:
        assert locks.holder("COM5") == Holder(process.pid, "amf run other.toml")
        assert locks.holder("COM6") is None


def test_lock_of_a_killed_program_is_free(tmp_path: Path) -> None:
    with other_program(tmp_path) as process:
        process.kill()
        process.wait(10.0)
        with Locks("amf off", tmp_path) as locks:
            assert locks.holder("COM5") is None
            locks.take("supply", "COM5")


def test_closed_locks_are_free_and_not_signed_any_more(tmp_path: Path) -> None:
    first, second = Locks("first", tmp_path), Locks("second", tmp_path)
    first.take("psu", "COM5")
    with pytest.raises(BenchError, match="first"):
        second.take("psu", "COM5")
    first.close()
    second.take("psu", "COM5")
    assert first.holder("COM5") == Holder(os.getpid(), "second")
    second.close()
    second.close()
    assert all(path.read_bytes() == b"" for path in tmp_path.iterdir())


def test_one_address_twice_is_refused(tmp_path: Path) -> None:
    with Locks("amf run", tmp_path) as locks:
        locks.take("psu", "COM5")
        with pytest.raises(BenchError, match="named twice"):
            locks.take("generator", "COM5")


def test_folder_is_made_for_every_user(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    with Locks("amf run", folder) as locks:
        locks.take("psu", "COM5")
    if os.name == "posix":
        assert folder.stat().st_mode & 0o1777 == 0o1777


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    locks = Locks("amf run", tmp_path / "file" / "locks")
    with pytest.raises(BenchError, match="psu: cannot lock it"):
        locks.take("psu", "COM5")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("COM5", "com5"),
        ("\\\\.\\COM12", "COM12"),
        ("ASRL5::INSTR", "COM5"),
        ("TCPIP0::10.0.0.2::5025::SOCKET", "socket://10.0.0.2:5025"),
        ("USB0::0x0957::0x0407::MY1::INSTR", "usb0::0x0957::0x0407::my1::instr"),
    ],
)
def test_address_has_one_key_however_it_is_written(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.skipif(os.name != "posix", reason="symbolic links of devices")
def test_link_to_a_device_has_the_key_of_the_device(tmp_path: Path) -> None:
    device, link = tmp_path / "ttyUSB0", tmp_path / "by-id"
    device.write_text("", encoding="ascii")
    link.symlink_to(device)
    assert key_of(str(link)) == key_of(str(device))


def test_addresses_that_differ_have_files_of_their_own(tmp_path: Path) -> None:
    with Locks("amf run", tmp_path) as locks:
        for address in ("COM1", "COM10", "socket://a:1", "socket://a_1", "a" * 300):
            locks.take(address, key_of(address))
    assert len(list(tmp_path.iterdir())) == 5
