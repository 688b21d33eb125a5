"""The operator's stop: the engine first, ``amf off`` where the engine is silent.

Only one of the two has to work. Nothing is called off before a read-back says so.
"""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from gui import texts
from gui.engine_link import EngineLink
from gui.outcome import StopName, StopStage
from gui.wording import Message, part, words

CONFIRM_MS = 1000
WORDS_KEPT = 160


class StopHand(QObject):
    """Sends the stop, waits 1 s for the engine's read-back, then runs ``amf off``."""

    changed = Signal(object)

    def __init__(
        self, link: EngineLink, off_command: list[str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._off_command = off_command
        self._inside_engine = False
        self._waiting = False
        self._confirmed = False
        self._confirmed_utc = ""
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(CONFIRM_MS)
        self._patience.timeout.connect(self._fall_back)
        self._off = QProcess(self)
        self._off.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self._off.finished.connect(self._off_finished)
        self._off.errorOccurred.connect(self._off_failed)

    def aim(self, off_command: list[str]) -> None:
        """Take the switch-off of another bench; what is known was of the last one."""
        if not self.switching_off():
            self._off_command = off_command
            self._inside_engine = self._waiting = self._confirmed = False

    def press(self, known_off: bool = False) -> None:
        """Stop now. ``known_off``: nothing contradicts the last confirmation.

        Pressing again asks the engine again, but neither prolongs the wait for it nor
        takes back what is confirmed, nor starts a second ``amf off``.
        """
        self._link.send("stop")
        under_way = self._patience.isActive() or self.switching_off()
        if under_way or (self._confirmed and known_off):
            return
        self._waiting, self._confirmed = True, False
        self._say("asked")
        if self._link.running():
            self._patience.start()
        else:
            self._fall_back()

    def switching_off(self) -> bool:
        """Say whether ``amf off`` is at work."""
        return self._off.state() != QProcess.ProcessState.NotRunning

    def take(self, message: Message) -> None:
        """Take a message of the engine: who is simulated, and its word on the off."""
        kind = words(message, "kind")
        if kind == "hello":
            kinds = set(part(message, "instruments").values())
            self._inside_engine = kinds == {"simulated"}
        if kind == "off" and self._waiting:
            self._patience.stop()
            if message.get("confirmed") is True:
                self._confirm(words(message, "utc"))
            elif not self.switching_off():
                self._fall_back()

    def take_engine_end(self) -> None:
        """Take that the engine is gone: there is nobody left to wait for."""
        if self._patience.isActive():
            self._patience.stop()
            self._fall_back()

    def _confirm(self, utc: str) -> None:
        self._confirmed, self._confirmed_utc = True, utc
        self._say("confirmed", utc=utc)

    def _fall_back(self) -> None:
        if self._inside_engine:
            self._say("out-of-reach")
            return
        self._say("off-running")
        self._off.start(self._off_command[0], self._off_command[1:])

    def _off_finished(self, exit_code: int, status: QProcess.ExitStatus) -> None:
        output = bytes(self._off.readAllStandardOutput().data())
        spoken = " ".join(output.decode(errors="replace").split())[-WORDS_KEPT:]
        if self._confirmed:
            # The engine's own read-back came in the meantime, and stays.
            self._say("confirmed", utc=self._confirmed_utc)
        elif status == QProcess.ExitStatus.NormalExit and exit_code == 0:
            self._say("off-confirmed", utc=datetime.now(UTC).isoformat())
        else:
            detail = texts.OFF_EXIT.format(code=exit_code, words=spoken)
            self._say("failed", detail=detail)

    def _off_failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and not self._confirmed:
            self._say("failed", detail=texts.OFF_NO_START)

    def _say(self, name: StopName, utc: str = "", detail: str = "") -> None:
        stage = StopStage(name, utc, detail, engine_running=self._link.running())
        self.changed.emit(stage)
