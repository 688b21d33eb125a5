"""Simulated modem lines of a serial adapter, with contacts and a watchdog relay.

No bytes go over these wires: the host sets ``dtr`` and ``rts`` and reads ``cts``,
``dsr`` and ``cd``. One output is flipped by the host and holds a relay that falls off
when no flip has come for ``hold_s``; the other output feeds the contacts, so that none
reads as closed without it.
"""

from typing import Any

INPUTS = ("cts", "dsr", "cd")


class ModemLines:
    """The lines as the host sees them, and what hangs on them.

    ``closed`` holds the contacts by line, all closed at first. Faults: ``stuck`` (lines
    that read as asserted whatever their contact does), ``broken`` (lines whose wire is
    cut), ``welded`` (the relay does not fall off), ``unwired`` (its contact is in no
    enable line), ``steady`` (a line that stays up holds it, too), ``gone`` (the adapter
    is pulled: the host gets OSError, the outputs drop). ``enables`` is the supply whose
    enable line the relay holds, None where it holds nothing.
    """

    def __init__(
        self,
        hold_s: float = 1.0,
        watchdog: str = "dtr",
        model: str = "modem lines",
        serial: str = "",
    ) -> None:
        if watchdog not in ("dtr", "rts"):
            raise ValueError(f"no watchdog on the line {watchdog!r}")
        self.hold_s, self.watchdog = hold_s, watchdog
        self.model, self.serial = model, serial
        self.enables: Any = None
        self.closed = dict.fromkeys(INPUTS, True)
        self.stuck: set[str] = set()
        self.broken: set[str] = set()
        self.welded = self.unwired = self.steady = self.gone = False
        self._outputs = {"dtr": False, "rts": False}
        self._quiet_s = hold_s

    @property
    def relay_on(self) -> bool:
        """Return whether the watchdog relay holds the enable line."""
        stands = self.steady and self._outputs[self.watchdog]
        return self.welded or stands or self._quiet_s < self.hold_s

    @property
    def cts(self) -> bool:
        """Return the line CTS."""
        return self._input("cts")

    @property
    def dsr(self) -> bool:
        """Return the line DSR."""
        return self._input("dsr")

    @property
    def cd(self) -> bool:
        """Return the line DCD."""
        return self._input("cd")

    @property
    def dtr(self) -> bool:
        """Return the line DTR."""
        return self._outputs["dtr"]

    @dtr.setter
    def dtr(self, level: bool) -> None:
        self._set("dtr", level)

    @property
    def rts(self) -> bool:
        """Return the line RTS."""
        return self._outputs["rts"]

    @rts.setter
    def rts(self, level: bool) -> None:
        self._set("rts", level)

    def hang(self, relay: str | None, supply: Any, hold_s: float) -> None:
        """Put a watchdog relay on an output, its contact in a supply's enable line."""
        if relay is not None:
            self.watchdog, self.enables, self.hold_s = relay, supply, hold_s

    def receive(self, data: bytes) -> bytes:
        """Answer nothing: no bytes go over these lines."""
        return b""

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; the relay falls off when no flip comes, and cuts its supply.

        A supply that is stuck on goes off as well: its enable line is gone.
        """
        self._quiet_s += dt_s
        if self.enables is not None and not (self.unwired or self.relay_on):
            self.enables.output_on = False
        return b""

    def close(self) -> None:
        """Close the port as the host does: its outputs drop, which is no flip."""
        self._outputs = {"dtr": False, "rts": False}

    def _input(self, line: str) -> bool:
        if self.gone:
            raise OSError("the adapter is gone")
        if line in self.stuck:
            return True
        feed = "rts" if self.watchdog == "dtr" else "dtr"
        return self.closed[line] and line not in self.broken and self._outputs[feed]

    def _set(self, line: str, level: bool) -> None:
        if self.gone:
            raise OSError("the adapter is gone")
        if line == self.watchdog and level and not self._outputs[line]:
            self._quiet_s = 0.0  # a rising edge holds the relay, a falling one does not
        self._outputs[line] = level
