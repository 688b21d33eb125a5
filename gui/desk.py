"""One procedure at a time beside the run: check, monitor, calibration, SAR.

Each is a command of ``amf`` in a process of its own, whose JSON lines are handed on. A
stop asks it to end, as Ctrl-C would: it switches off and says so. What does not end is
ended, and ``amf off`` has the word.
"""

import json
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from gui import texts_bench as texts
from gui.engine_link import STDERR_LINES, LineAssembler
from gui.outcome import EngineEnd

# A supply at 9600 Bd needs about two seconds until an off is read back.
STOP_LIMIT_MS = 5000


class Desk(QObject):
    """Runs one procedure; ``free`` says whether the bench is nobody else's.

    ``received`` carries the procedure's name and its messages, ``said`` a line of its
    stderr, ``ended`` its ``EngineEnd``; ``unconfirmed`` that it had to be ended.
    """

    received = Signal(str, object)
    said = Signal(str, str)
    ended = Signal(str, object)
    changed = Signal()
    unconfirmed = Signal(str)

    def __init__(self, free: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._free = free
        self.name = ""
        self.config = ""
        self.stopping = False
        self._lines = LineAssembler()
        self._rest = ""
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_stderr)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(STOP_LIMIT_MS)
        self._limit.timeout.connect(self._give_up)

    def start(self, name: str, command: list[str], config: str) -> bool:
        """Start a procedure on a config; False where something else is running."""
        if self.running() or not self._free():
            return False
        self.name, self.config, self.stopping = name, config, False
        self._lines, self._rest = LineAssembler(), ""
        self._stderr.clear()
        self._process.start(command[0], command[1:])
        self.changed.emit()
        return True

    def running(self) -> bool:
        """Say whether a procedure is at work."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def at_work(self) -> str:
        """Give the words for what is at work, "" for nothing."""
        return texts.AT_WORK.get(self.name, self.name) if self.running() else ""

    def available(self) -> bool:
        """Say whether a procedure could begin."""
        return self._free() and not self.running()

    def process_id(self) -> int:
        """Give the process id; 0 while there is no process."""
        return int(self._process.processId())

    def answer(self, name: str, answer: str) -> None:
        """Answer a question that the procedure has asked."""
        line = json.dumps({"request": "answer", "name": name, "answer": answer})
        self._process.write(f"{line}\n".encode())

    def stop(self) -> None:
        """Ask the procedure to switch off and end; without one nothing happens."""
        if not self.running() or self.stopping:
            return
        self.stopping = True
        # It may wait for an answer, which no signal ends.
        self._process.closeWriteChannel()
        self._process.terminate()
        self._limit.start()
        self.changed.emit()

    def _give_up(self) -> None:
        if self.running():
            self._process.kill()
            self.unconfirmed.emit(self.config)

    def _read(self) -> None:
        chunk = bytes(self._process.readAllStandardOutput().data())
        messages = self._lines.feed(chunk)
        if messages:
            self.received.emit(self.name, messages)

    def _read_stderr(self) -> None:
        chunk = bytes(self._process.readAllStandardError().data())
        text = self._rest + chunk.decode(errors="replace")
        *lines, self._rest = text.split("\n")
        for line in filter(None, map(str.strip, lines)):
            self._stderr.append(line)
            self.said.emit(self.name, line)

    def _finished(self, exit_code: int, status: QProcess.ExitStatus) -> None:
        self._limit.stop()
        self._read()
        self._read_stderr()
        crashed = status == QProcess.ExitStatus.CrashExit
        words = "\n".join([*self._stderr, self._rest.strip()]).strip()
        self._over(EngineEnd(True, crashed, exit_code, words))

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._over(EngineEnd(False, False, -1, self._process.errorString()))

    def _over(self, end: EngineEnd) -> None:
        self.stopping = False
        self.ended.emit(self.name, end)
        self.changed.emit()
