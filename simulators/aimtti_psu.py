"""A simulated Aim-TTi bench supply on its wire: QPX1200SP, CPX400SP/DP, PL-P.

Commands end in LF (CR is tolerated) or are parted by ``;``; answers end in CR LF;
settings never answer, and an unknown command is only noted in the registers. IFLOCK and
IFUNLOCK do answer: so two public drivers of PL-P and CPX read them. A third sends
IFLOCK and reads nothing; ``silent_locks`` is for a supply that is so. A public program
found a CPX400DP to answer ``OVP1?`` with the number alone, where others read
``VP1 66.0``; ``bare_trips`` is for that one.
Assumed, as no source says it: each query of a line answers on a line of its own;
verified settings (``V1V``) succeed at once; bus address 11, no LAN connected; the lock
belongs to whoever asks. Output 2 of a CPX400DP drives nothing; tracking is not
simulated.
"""

import re
from collections.abc import Callable
from random import Random

from simulators.aimtti_output import MODELS, AimttiOutput
from simulators.aimtti_status import (
    COMMAND_ERROR,
    NO_PRIVILEGE,
    NO_SUCH_OUTPUT,
    OPERATION_COMPLETE,
    OUT_OF_RANGE,
    Status,
)
from simulators.line import LineReader

NRF = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?")
TRIP_DIGIT = 4  # of a model's digits
OutputSetting = Callable[[AimttiOutput, float], None]
SECOND = re.compile(rb"([A-Z]+)2([A-Z]?\??)")


class AimttiPsu(AimttiOutput):
    """The supply as a client sees it: output 1 itself, and output 2 if there is one.

    ``front_panel`` is a fault: settings and the lock are refused with error 200.
    """

    def __init__(
        self,
        model: str = "QPX1200SP",
        serial: str = "000001",
        noise: Random | None = None,
    ) -> None:
        self.model, self.serial = model, serial
        self.front_panel = self.silent_locks = False
        status = Status()
        self.others = [
            AimttiOutput(model, status, number, noise)
            for number in range(2, MODELS[model].outputs + 1)
        ]
        super().__init__(model, status, 1, noise)
        self._lines = LineReader()

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for line in self._lines.lines(data):
            for command in line.split(b";"):
                query = QUERIES.get(command)
                if query is None:
                    answers += self._execute(command.strip().upper())
                else:  # the most usual: as the manual writes it
                    answers += query(self)
        return answers

    def power_cycled(self) -> None:
        """Start as after mains off and on: defaults, outputs off, trips cleared."""
        self.status.restart()
        self.locked = False
        super().power_cycled()
        for output in self.others:
            output.power_cycled()

    def lock(self, on: bool) -> bytes:
        """Take IFLOCK or IFUNLOCK."""
        if self.front_panel:
            self.status.refuse(NO_PRIVILEGE)
        else:
            self.locked = on
        return b"" if self.silent_locks else self.lock_answer()

    def lock_answer(self) -> bytes:
        """Answer IFLOCK?: 1 locked for the host, 0 free, -1 not to be had."""
        return b"%d\r\n" % (-1 if self.front_panel else self.locked)

    def _execute(self, command: bytes) -> bytes:
        query = QUERIES.get(command)
        if query is not None:
            return query(self)
        name, _, argument = command.partition(b" ")
        second = SECOND.fullmatch(name)
        if second is not None:
            return self._second(second[1] + b"1" + second[2], argument.strip())
        action, setting = ACTIONS.get(command), SETTINGS.get(name)
        if action is not None:
            self._act(name, lambda: action(self))
        elif setting is not None and NRF.fullmatch(argument.strip()):
            self._act(name, lambda: setting(self, float(argument)))
        elif command:
            self.status.note(COMMAND_ERROR)
        return b""

    def _second(self, name: bytes, argument: bytes) -> bytes:
        """Run a command of output 2, given as that of output 1."""
        query, action = OUTPUT_QUERIES.get(name), OUTPUT_ACTIONS.get(name)
        setting = OUTPUT_SETTINGS.get(name) if NRF.fullmatch(argument) else None
        if query is None and action is None and setting is None:
            self.status.note(COMMAND_ERROR)
            return b""
        if not self.others:
            self.status.refuse(NO_SUCH_OUTPUT)
            return b""
        output = self.others[0]
        if query is not None:
            return query(output)
        if action is not None:
            self._act(name, lambda: action(output))
        elif setting is not None:
            self._act(name, lambda: setting(output, float(argument)))
        return b""

    def _act(self, name: bytes, action: Callable[[], None]) -> None:
        if self.front_panel and name not in ALWAYS:
            self.status.refuse(NO_PRIVILEGE)
        else:
            action()

    def each(self, action: Callable[[AimttiOutput], None]) -> None:
        """Do something to every output."""
        for output in (self, *self.others):
            action(output)


def _identity(psu: AimttiPsu) -> bytes:
    # the firmware says that it is none: no source gives one for every model
    return f"THURLBY THANDAR, {psu.model}, {psu.serial}, 0.00-0.00\r\n".encode("ascii")


def _said(name: bytes, attribute: str, digit: int) -> Callable[[AimttiOutput], bytes]:
    def answer(output: AimttiOutput) -> bytes:
        value: float = getattr(output, attribute)
        bare = output.bare_trips and digit == TRIP_DIGIT
        head = b"" if bare else b"%s%d " % (name, output.number)
        return b"%s%.*f\r\n" % (head, output.limits.digits[digit], value)

    return answer


def _enable(name: bytes) -> Callable[[AimttiPsu, float], None]:
    return lambda psu, value: _keep_enable(psu, name, value)


def _keep_enable(output: AimttiOutput, name: bytes, value: float) -> None:
    if 0 <= round(value) <= 255:
        output.status.enables[name] = round(value)
    else:
        output.status.refuse(OUT_OF_RANGE)


def _flag(take: Callable[[AimttiOutput, int], None]) -> OutputSetting:
    def setting(output: AimttiOutput, value: float) -> None:
        if value in (0, 1):
            take(output, int(value))
        else:
            output.status.refuse(OUT_OF_RANGE)

    return setting


def _shift_voltage(steps: int) -> Callable[[AimttiOutput], None]:
    return lambda o: o.set_voltage(o.set_voltage_v + steps * o.step_v)


def _shift_current(steps: int) -> Callable[[AimttiOutput], None]:
    return lambda o: o.set_current(o.set_current_a + steps * o.step_a)


SET_OUTPUT: OutputSetting = _flag(lambda output, on: output.switch(on == 1))
# named as those of output 1
OUTPUT_QUERIES: dict[bytes, Callable[[AimttiOutput], bytes]] = {
    b"V1O?": AimttiOutput.measured_voltage,
    b"I1O?": AimttiOutput.measured_current,
    b"OP1?": lambda output: b"1\r\n" if output.output_on else b"0\r\n",
    b"LSR1?": lambda output: output.status.take_limits(output.number),
    b"V1?": _said(b"V", "set_voltage_v", 0),
    b"I1?": _said(b"I", "set_current_a", 1),
    b"OVP1?": _said(b"VP", "over_voltage_v", TRIP_DIGIT),
    b"OCP1?": _said(b"CP", "over_current_a", TRIP_DIGIT),
    b"DELTAV1?": _said(b"DELTAV", "step_v", 0),
    b"DELTAI1?": _said(b"DELTAI", "step_a", 1),
    b"IRANGE1?": AimttiOutput.range_answer,
    b"LSE1?": lambda o: b"%d\r\n" % o.status.enables[b"LSE%d" % o.number],
}
OUTPUT_SETTINGS: dict[bytes, OutputSetting] = {
    b"V1": AimttiOutput.set_voltage,
    b"V1V": AimttiOutput.set_voltage,
    b"I1": AimttiOutput.set_current,
    b"OVP1": AimttiOutput.set_over_voltage,
    b"OCP1": AimttiOutput.set_over_current,
    b"OP1": SET_OUTPUT,
    b"DELTAV1": lambda output, step_v: setattr(output, "step_v", step_v),
    b"DELTAI1": lambda output, step_a: setattr(output, "step_a", step_a),
    b"IRANGE1": AimttiOutput.set_range,
    b"SENSE1": _flag(lambda output, on: setattr(output, "remote_sense", on)),
    b"DAMPING1": _flag(lambda output, on: setattr(output, "damping", on)),
    b"SAV1": AimttiOutput.save,
    b"RCL1": AimttiOutput.recall,
    b"LSE1": lambda o, value: _keep_enable(o, b"LSE%d" % o.number, value),
}
OUTPUT_ACTIONS: dict[bytes, Callable[[AimttiOutput], None]] = {
    b"INCV1": _shift_voltage(1),
    b"DECV1": _shift_voltage(-1),
    b"INCV1V": _shift_voltage(1),
    b"DECV1V": _shift_voltage(-1),
    b"INCI1": _shift_current(1),
    b"DECI1": _shift_current(-1),
}
QUERIES: dict[bytes, Callable[[AimttiPsu], bytes]] = {
    **OUTPUT_QUERIES,
    b"EER?": lambda psu: psu.status.take_error(),
    b"QER?": lambda psu: b"0\r\n",  # no query error can arise on this wire
    b"*ESR?": lambda psu: psu.status.take_events(),
    b"*STB?": lambda psu: b"%d\r\n" % psu.status.byte(),
    b"*ESE?": lambda psu: b"%d\r\n" % psu.status.enables[b"*ESE"],
    b"*SRE?": lambda psu: b"%d\r\n" % psu.status.enables[b"*SRE"],
    b"*PRE?": lambda psu: b"%d\r\n" % psu.status.enables[b"*PRE"],
    b"*IDN?": _identity,
    b"*OPC?": lambda psu: b"1\r\n",
    b"*TST?": lambda psu: b"0\r\n",
    b"IFLOCK?": AimttiPsu.lock_answer,
    b"IFLOCK": lambda psu: psu.lock(True),
    b"IFUNLOCK": lambda psu: psu.lock(False),
    b"ADDRESS?": lambda psu: b"11\r\n",
    b"NETCONFIG?": lambda psu: b"DHCP\r\n",
    b"IPADDR?": lambda psu: b"0.0.0.0\r\n",
    b"NETMASK?": lambda psu: b"0.0.0.0\r\n",
}
SETTINGS: dict[bytes, Callable[[AimttiPsu, float], None]] = {
    **OUTPUT_SETTINGS,
    b"OPALL": lambda psu, on: psu.each(lambda output: SET_OUTPUT(output, on)),
    b"*SAV": lambda psu, store: psu.each(lambda output: output.save(store)),
    b"*RCL": lambda psu, store: psu.each(lambda output: output.recall(store)),
    b"*ESE": _enable(b"*ESE"),
    b"*SRE": _enable(b"*SRE"),
    b"*PRE": _enable(b"*PRE"),
}
ACTIONS: dict[bytes, Callable[[AimttiPsu], None]] = {
    **OUTPUT_ACTIONS,
    b"TRIPRST": lambda psu: psu.each(AimttiOutput.reset_trip),
    b"LOCAL": lambda psu: None,
    b"*CLS": lambda psu: psu.status.clear(),
    b"*RST": lambda psu: psu.each(AimttiOutput.defaults),
    b"*OPC": lambda psu: psu.status.note(OPERATION_COMPLETE),
    b"*WAI": lambda psu: None,
}
# what a client without the right to set may still send
ALWAYS = {b"LOCAL", b"*CLS", b"*OPC", b"*WAI", b"*ESE", b"*SRE", b"LSE1"}
