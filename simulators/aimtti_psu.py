"""A simulated Aim-TTi bench supply on its wire: QPX1200SP, CPX400SP/DP, PL-P.

Commands end in LF (CR is tolerated) or are parted by ``;``; answers end in CR LF;
settings never answer, and an unknown command is only noted in the registers.
Assumed, as no source says it: each query of a line answers on a line of its own, and
verified settings (``V1V``) succeed at once.
"""

import re
from collections.abc import Callable
from random import Random

from simulators.aimtti_output import AimttiOutput
from simulators.aimtti_status import (
    COMMAND_ERROR,
    NO_PRIVILEGE,
    OPERATION_COMPLETE,
    OUT_OF_RANGE,
)
from simulators.line import LineReader

NRF = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?")


class AimttiPsu(AimttiOutput):
    """The supply as a client sees it.

    ``front_panel`` is a fault: settings are refused with error 200. ``noise`` adds
    half a display step (rms) to the meters.
    """

    def __init__(
        self,
        model: str = "QPX1200SP",
        serial: str = "000001",
        noise: Random | None = None,
    ) -> None:
        super().__init__(model)
        self.model, self.serial = model, serial
        self.front_panel = False
        self._noise = noise
        self._lines = LineReader()
        _, _, meter_v, meter_a, _ = self.limits.digits
        self._meter_v = b"%%.%dfV\r\n" % meter_v, 0.5 * 10.0**-meter_v
        self._meter_a = b"%%.%dfA\r\n" % meter_a, 0.5 * 10.0**-meter_a

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for line in self._lines.lines(data):
            for command in line.split(b";"):
                answers += self._execute(command.strip().upper())
        return answers

    def measured_voltage(self) -> bytes:
        """Answer V1O?."""
        form, rms_v = self._meter_v
        if self._noise is None:
            return form % self.voltage_v
        return form % self._noise.gauss(self.voltage_v, rms_v)

    def measured_current(self) -> bytes:
        """Answer I1O?."""
        form, rms_a = self._meter_a
        if self._noise is None:
            return form % self.current_a
        return form % self._noise.gauss(self.current_a, rms_a)

    def range_answer(self) -> bytes:
        """Answer IRANGE1? (PL-P); other models do not know it and stay silent."""
        if self.limits.low_range_a is None:
            self.status.note(COMMAND_ERROR)
            return b""
        return b"%d\r\n" % self.current_range

    def _execute(self, command: bytes) -> bytes:
        query = QUERIES.get(command)
        if query is not None:
            return query(self)
        name, _, argument = command.partition(b" ")
        action, setting = ACTIONS.get(command), SETTINGS.get(name)
        if action is not None:
            self._act(name, action)
        elif setting is not None and NRF.fullmatch(argument.strip()):
            value = float(argument)
            self._act(name, lambda psu: setting(psu, value))
        elif command:
            self.status.note(COMMAND_ERROR)
        return b""

    def _act(self, name: bytes, action: Callable[["AimttiPsu"], None]) -> None:
        if self.front_panel and name not in ALWAYS:
            self.status.refuse(NO_PRIVILEGE)
        else:
            action(self)


def _identity(psu: AimttiPsu) -> bytes:
    # the firmware says that it is none: no source gives one for every model
    return f"THURLBY THANDAR, {psu.model}, {psu.serial}, 0.00-0.00\r\n".encode("ascii")


def _setting(name: bytes, attribute: str, digit: int) -> Callable[[AimttiPsu], bytes]:
    def answer(psu: AimttiPsu) -> bytes:
        value: float = getattr(psu, attribute)
        return b"%s %.*f\r\n" % (name, psu.limits.digits[digit], value)

    return answer


def _enable(name: bytes) -> Callable[[AimttiPsu, float], None]:
    def take(psu: AimttiPsu, value: float) -> None:
        if 0 <= round(value) <= 255:
            psu.status.enables[name] = round(value)
        else:
            psu.status.refuse(OUT_OF_RANGE)

    return take


def _set_output(psu: AimttiPsu, value: float) -> None:
    if value in (0, 1):
        psu.switch(value == 1)
    else:
        psu.status.refuse(OUT_OF_RANGE)


def _set_sense(psu: AimttiPsu, value: float) -> None:
    if value in (0, 1):
        psu.remote_sense = int(value)
    else:
        psu.status.refuse(OUT_OF_RANGE)


QUERIES: dict[bytes, Callable[[AimttiPsu], bytes]] = {
    b"V1O?": AimttiPsu.measured_voltage,
    b"I1O?": AimttiPsu.measured_current,
    b"OP1?": lambda psu: b"1\r\n" if psu.output_on else b"0\r\n",
    b"LSR1?": lambda psu: psu.status.take_limits(),
    b"V1?": _setting(b"V1", "set_voltage_v", 0),
    b"I1?": _setting(b"I1", "set_current_a", 1),
    b"OVP1?": _setting(b"VP1", "over_voltage_v", 4),
    b"OCP1?": _setting(b"CP1", "over_current_a", 4),
    b"DELTAV1?": _setting(b"DELTAV1", "step_v", 0),
    b"DELTAI1?": _setting(b"DELTAI1", "step_a", 1),
    b"IRANGE1?": AimttiPsu.range_answer,
    b"EER?": lambda psu: psu.status.take_error(),
    b"QER?": lambda psu: b"0\r\n",  # no query error can arise on this wire
    b"*ESR?": lambda psu: psu.status.take_events(),
    b"*STB?": lambda psu: b"%d\r\n" % psu.status.byte(),
    b"*ESE?": lambda psu: b"%d\r\n" % psu.status.enables[b"*ESE"],
    b"*SRE?": lambda psu: b"%d\r\n" % psu.status.enables[b"*SRE"],
    b"LSE1?": lambda psu: b"%d\r\n" % psu.status.enables[b"LSE1"],
    b"*IDN?": _identity,
    b"*OPC?": lambda psu: b"1\r\n",
    b"*TST?": lambda psu: b"0\r\n",
    b"IFLOCK?": lambda psu: b"-1\r\n" if psu.front_panel else b"1\r\n",
}
SETTINGS: dict[bytes, Callable[[AimttiPsu, float], None]] = {
    b"V1": AimttiPsu.set_voltage,
    b"V1V": AimttiPsu.set_voltage,
    b"I1": AimttiPsu.set_current,
    b"OVP1": AimttiPsu.set_over_voltage,
    b"OCP1": AimttiPsu.set_over_current,
    b"OP1": _set_output,
    b"OPALL": _set_output,
    b"DELTAV1": lambda psu, step_v: setattr(psu, "step_v", step_v),
    b"DELTAI1": lambda psu, step_a: setattr(psu, "step_a", step_a),
    b"IRANGE1": AimttiPsu.set_range,
    b"SENSE1": _set_sense,
    b"*SAV": AimttiPsu.save,
    b"*RCL": AimttiPsu.recall,
    b"*ESE": _enable(b"*ESE"),
    b"*SRE": _enable(b"*SRE"),
    b"LSE1": _enable(b"LSE1"),
}
ACTIONS: dict[bytes, Callable[[AimttiPsu], None]] = {
    b"TRIPRST": AimttiPsu.reset_trip,
    b"INCV1": lambda psu: psu.set_voltage(psu.set_voltage_v + psu.step_v),
    b"DECV1": lambda psu: psu.set_voltage(psu.set_voltage_v - psu.step_v),
    b"INCV1V": lambda psu: psu.set_voltage(psu.set_voltage_v + psu.step_v),
    b"DECV1V": lambda psu: psu.set_voltage(psu.set_voltage_v - psu.step_v),
    b"INCI1": lambda psu: psu.set_current(psu.set_current_a + psu.step_a),
    b"DECI1": lambda psu: psu.set_current(psu.set_current_a - psu.step_a),
    b"LOCAL": lambda psu: None,
    b"IFLOCK": lambda psu: None,
    b"IFUNLOCK": lambda psu: None,
    b"*CLS": lambda psu: psu.status.clear(),
    b"*RST": AimttiPsu.defaults,
    b"*OPC": lambda psu: psu.status.note(OPERATION_COMPLETE),
    b"*WAI": lambda psu: None,
}
# what a client without the right to set may still send
ALWAYS = {b"LOCAL", b"IFUNLOCK", b"*CLS", b"*OPC", b"*WAI", b"*ESE", b"*SRE", b"LSE1"}
