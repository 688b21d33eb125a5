"""The status registers of simulated Aim-TTi instruments: read-clears, enables, STB."""

OPERATION_COMPLETE, EXECUTION_ERROR, COMMAND_ERROR, POWER_ON = 1, 16, 32, 128
OUT_OF_RANGE, EMPTY_STORE, OUTPUT_IS_ON, NO_PRIVILEGE = 100, 102, 104, 200


class Status:
    """Event, error and limit registers. Reading one of ``take`` clears it.

    ``enables`` holds *ESE, *SRE and LSE1.
    """

    def __init__(self) -> None:
        self.limits = 0
        self._events = POWER_ON
        self._execution_error = 0
        self.enables = {b"*ESE": 0, b"*SRE": 0, b"LSE1": 0}

    def note(self, event: int) -> None:
        """Set a bit of the standard event register."""
        self._events |= event

    def refuse(self, error: int) -> None:
        """Note an execution error with its number."""
        self._execution_error = error
        self._events |= EXECUTION_ERROR

    def clear(self) -> None:
        """Clear every event and error, as *CLS does; the enables stay."""
        self._events = self.limits = self._execution_error = 0

    def take_events(self) -> bytes:
        """Answer *ESR? and clear the register."""
        answer, self._events = b"%d\r\n" % self._events, 0
        return answer

    def take_limits(self) -> bytes:
        """Answer LSR1? and clear the register."""
        if not self.limits:
            return b"0\r\n"
        answer, self.limits = b"%d\r\n" % self.limits, 0
        return answer

    def take_error(self) -> bytes:
        """Answer EER? and clear the register."""
        answer, self._execution_error = b"%d\r\n" % self._execution_error, 0
        return answer

    def byte(self) -> int:
        """Return the status byte: bit 0 limits, 5 events, 6 master summary."""
        summary = 1 if self.limits & self.enables[b"LSE1"] else 0
        if self._events & self.enables[b"*ESE"]:
            summary |= 32
        return summary | 64 if summary & self.enables[b"*SRE"] else summary
