"""The status registers of simulated Aim-TTi instruments: read-clears, enables, STB."""

OPERATION_COMPLETE, EXECUTION_ERROR, COMMAND_ERROR, POWER_ON = 1, 16, 32, 128
OUT_OF_RANGE, EMPTY_STORE, NO_SUCH_OUTPUT, OUTPUT_IS_ON = 100, 102, 103, 104
NO_PRIVILEGE = 200


class Status:
    """Event, error and limit registers. Reading one of ``take`` clears it.

    ``limits`` holds a register for each output, ``enables`` *ESE, *SRE, *PRE, LSEn.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Start as after mains off and on."""
        self.limits = {1: 0, 2: 0}
        self._events = POWER_ON
        self._execution_error = 0
        names = (b"*ESE", b"*SRE", b"*PRE", b"LSE1", b"LSE2")
        self.enables = dict.fromkeys(names, 0)

    def note(self, event: int) -> None:
        """Set a bit of the standard event register."""
        self._events |= event

    def refuse(self, error: int) -> None:
        """Note an execution error with its number."""
        self._execution_error = error
        self._events |= EXECUTION_ERROR

    def clear(self) -> None:
        """Clear every event and error, as *CLS does; the enables stay."""
        self._events = self._execution_error = 0
        self.limits = dict.fromkeys(self.limits, 0)

    def take_events(self) -> bytes:
        """Answer *ESR? and clear the register."""
        answer, self._events = b"%d\r\n" % self._events, 0
        return answer

    def take_limits(self, output: int) -> bytes:
        """Answer LSR1? or LSR2? and clear the register."""
        if not self.limits[output]:
            return b"0\r\n"
        answer, self.limits[output] = b"%d\r\n" % self.limits[output], 0
        return answer

    def take_error(self) -> bytes:
        """Answer EER? and clear the register."""
        answer, self._execution_error = b"%d\r\n" % self._execution_error, 0
        return answer

    def byte(self) -> int:
        """Return the status byte: bits 0, 1 limits, 5 events, 6 master summary."""
        summary = 1 if self.limits[1] & self.enables[b"LSE1"] else 0
        summary |= 2 if self.limits[2] & self.enables[b"LSE2"] else 0
        if self._events & self.enables[b"*ESE"]:
            summary |= 32
        return summary | 64 if summary & self.enables[b"*SRE"] else summary
