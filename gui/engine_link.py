"""The engine as a process of its own, spoken to in JSON lines.

Lines that arrive together leave as one Qt signal, so that a tick costs one signal.
"""

import json
from collections import deque

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from gui.outcome import EngineEnd
from gui.wording import Message

ALIVE_MS = 1000
LONGEST_LINE_BYTES = 1_000_000
STDERR_LINES = 8


class LineAssembler:
    """Cuts a stream of bytes into JSON objects, whatever the pieces it comes in."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[Message]:
        """Take a piece of the stream and give the messages that are now complete.

        A line that is no JSON object becomes a message of kind ``foreign``.
        """
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST_LINE_BYTES:
            lines.append(self._rest)
            self._rest = b""
        return [_parsed(line) for line in lines if line.strip()]


class EngineLink(QObject):
    """Starts the engine, hears it, asks it, and notices its end."""

    received = Signal(object)
    ended = Signal(object)

    def __init__(self, command: list[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = command
        self.started = False
        self._lines = LineAssembler()
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_stderr)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        self._alive = QTimer(self)
        self._alive.setInterval(ALIVE_MS)
        self._alive.timeout.connect(lambda: self.send("alive"))

    def start(self, command: list[str] | None = None) -> None:
        """Start the engine, and say ``alive`` each second from now on.

        ``command`` takes the place of the one that was given first.
        """
        self._command = command or self._command
        self.started = True
        self._lines = LineAssembler()
        self._stderr.clear()
        self._process.start(self._command[0], self._command[1:])
        self._alive.start()

    def running(self) -> bool:
        """Say whether the engine's process exists."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def process_id(self) -> int:
        """Give the process id; 0 while there is no process."""
        return int(self._process.processId())

    def send(self, request: str, **fields: object) -> None:
        """Send one request; without an engine it goes nowhere."""
        if self.running():
            line = json.dumps({"request": request, **fields}) + "\n"
            self._process.write(line.encode())

    def close_input(self) -> None:
        """Close the engine's stdin after what was sent: for it, the end of the run."""
        self._alive.stop()
        self._process.closeWriteChannel()

    def _read(self) -> None:
        chunk = bytes(self._process.readAllStandardOutput().data())
        messages = self._lines.feed(chunk)
        if messages:
            self.received.emit(messages)

    def _read_stderr(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode(
            errors="replace"
        )
        self._stderr.extend(line for line in text.splitlines() if line.strip())

    def _finished(self, exit_code: int, status: QProcess.ExitStatus) -> None:
        self._alive.stop()
        self._read()
        self._read_stderr()
        crashed = status == QProcess.ExitStatus.CrashExit
        self.ended.emit(EngineEnd(True, crashed, exit_code, "\n".join(self._stderr)))

    def _failed(self, error: QProcess.ProcessError) -> None:
        # Only a failed start has no ``finished`` after it.
        if error == QProcess.ProcessError.FailedToStart:
            self._alive.stop()
            self.ended.emit(EngineEnd(False, False, -1, self._process.errorString()))


def _parsed(line: bytes) -> Message:
    text = line.decode(errors="replace")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {"kind": "foreign", "line": text}
    if not isinstance(message, dict):
        return {"kind": "foreign", "line": text}
    return message
