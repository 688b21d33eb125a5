"""Events and numbers as simulated Tektronix oscilloscopes print them.

Events are queued at once, but are readable only after ``*ESR?`` has been read; that
also drops those of an earlier ``*ESR?`` that nobody read.
Source: MDO4000/MDO3000 programmer manual, page 3-5; appendix D for the numbers.
"""

from math import floor, log10

from simulators.scpi import COMMAND_ERROR, EXECUTION_ERROR, ErrorQueue, ScpiError

LONGEST = 33
EMPTY = '0,"No events to report - queue empty"'
PENDING = '1,"No events to report - new events pending *ESR?"'


class EventQueue(ErrorQueue):
    """What went wrong, by its positive number: 113 where SCPI says -113."""

    def __init__(self) -> None:
        super().__init__()
        self._new: list[str] = []
        self._readable: list[str] = []

    def __len__(self) -> int:
        return len(self._new) + len(self._readable)

    def push(self, error: ScpiError) -> None:
        """Queue an event; a full queue ends in "Queue Overflow"."""
        self.events |= COMMAND_ERROR if error.code > -200 else EXECUTION_ERROR
        if len(self._new) < LONGEST - 1:
            self._new.append(str(error).lstrip("-"))
        else:
            self._new[-1] = '350,"Queue Overflow"'

    def released(self) -> int:
        """Return the standard event register, clear it, and release its events."""
        events, self.events = self.events, 0
        self._readable, self._new = self._new, []
        return events

    def take(self) -> str:
        """Return the oldest readable event and forget it."""
        if self._readable:
            return self._readable.pop(0)
        return PENDING if self._new else EMPTY

    def all_messages(self) -> str:
        """Return all readable events and forget them."""
        messages, self._readable = self._readable, []
        return ",".join(messages) if messages else self.take()

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._new, self._readable = [], []


def engineering(value: float) -> str:
    """Return a number with four decimals and an exponent of three: 100.0000E-9."""
    if value == 0.0:
        return "0.0E+0"
    exponent = 3 * floor(log10(abs(value)) / 3.0)
    mantissa = f"{value / 10.0**exponent:.4f}"
    if abs(float(mantissa)) >= 1000.0:
        exponent += 3
        mantissa = f"{value / 10.0**exponent:.4f}"
    return f"{mantissa}E{exponent:+d}"
