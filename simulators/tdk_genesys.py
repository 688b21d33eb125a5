"""A simulated TDK-Lambda Genesys supply on its legacy serial protocol.

CR ends a line both ways, LF is ignored. ``ADR n`` selects a supply on the bus; one
that is not selected stays silent. Everything else is answered at once: a value, OK, or
an error code. Group commands (GPV ...) reach all and are never answered. A line may
end in a checksum ``$hh``; its answer then carries one too.

Source: Genesys user manuals (750 W, 2400 W, 10 kW), serial interface. Assumed, as no
source says it: settings in local mode are answered C01; OVP and UVL answer like set
voltages; faults are cleared by RST and by the mains; 250 ms at constant current trip
an armed foldback; the digits of GENX with X or Y at 100 or above; "selected" is lost
with the mains.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from simulators.genesys_output import MODELS, GenesysError, GenesysOutput, Model

__all__ = ["MODELS", "Model", "TdkGenesys"]

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
CHECKSUM = re.compile(rb"(.*)\$([0-9A-Fa-f]{2})")
WORDS = {"ON": True, "1": True, "OFF": False, "0": False}
MODES = {"0": "LOC", "LOC": "LOC", "1": "REM", "REM": "REM", "2": "LLO", "LLO": "LLO"}
LONGEST_NUMBER, LONGEST_LINE, LAST_ADDRESS = 12, 64, 30
OK, BACKSPACE = b"OK", 8


class TdkGenesys(GenesysOutput):
    """The supply as a client on its serial bus sees it; faults as in the output."""

    def __init__(
        self, model: str = "GEN40-38", serial: str = "000A000001", address: int = 6
    ) -> None:
        self.model, self.serial, self.address = model, serial, address
        self.selected = False
        self._line = self._previous = b""
        super().__init__(model)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for byte in data:
            if byte == 0x0D:
                line, self._line = self._line, b""
                answers += self._take(line)
            elif byte == BACKSPACE:
                self._line = self._line[:-1]
            elif byte != 0x0A and len(self._line) < LONGEST_LINE:
                self._line += bytes([byte])
        return answers

    def power_cycled(self) -> None:
        """Start as after mains off and on; with auto-restart the output comes back."""
        super().power_cycled()
        self.selected = False
        self._line = self._previous = b""

    def _take(self, line: bytes) -> bytes:
        if line.strip() == b"\\":
            line = self._previous
        self._previous = line
        match = CHECKSUM.fullmatch(line)
        if match is None:
            return self._ended(self._answer(line), checked=False)
        if sum(match[1]) & 0xFF != int(match[2], 16):
            return self._ended(b"C04" if self.selected else b"", checked=True)
        return self._ended(self._answer(match[1]), checked=True)

    def _ended(self, answer: bytes, checked: bool) -> bytes:
        if answer and checked:
            answer += b"$%02X" % (sum(answer) & 0xFF)
        return answer + b"\r" if answer else b""

    def _answer(self, line: bytes) -> bytes:
        text = line.decode("ascii", "replace").strip().upper()
        header, _, argument = text.partition(" ")
        if header == "ADR":
            return self._select(argument.strip())
        if header in GROUP:
            self._run_group(header, argument.strip())
            return b""
        if not self.selected:
            return b""
        try:
            return self._execute(header, argument.strip()).encode("ascii")
        except GenesysError as error:
            return error.code

    def _select(self, argument: str) -> bytes:
        valid = argument.isdigit() and int(argument) <= LAST_ADDRESS
        was_selected, self.selected = (
            self.selected,
            valid and int(argument) == self.address,
        )
        if self.selected:
            return OK
        self.selected = was_selected and not valid
        return b"C03" if self.selected else b""

    def _execute(self, header: str, argument: str) -> str:
        if not header:
            return "OK"
        query = QUERIES.get(header)
        if query is not None:
            return query(self)
        command = COMMANDS.get(header)
        if command is None or (self.mode == "LOC" and header != "RMT"):
            raise GenesysError(b"C01")
        if command.takes and not argument:
            raise GenesysError(b"C02")
        command.run(self, argument)
        return "OK"

    def _run_group(self, header: str, argument: str) -> None:
        try:
            GROUP[header].run(self, argument)
        except GenesysError:
            return


@dataclass(frozen=True, slots=True)
class Command:
    """What a setting does; ``takes`` says that it needs a parameter."""

    run: Callable[[TdkGenesys, str], None]
    takes: bool = True


def _number(text: str) -> float:
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        raise GenesysError(b"C03")
    return float(text)


def _switch(text: str) -> bool:
    if text not in WORDS:
        raise GenesysError(b"C03")
    return WORDS[text]


def _set_voltage(psu: TdkGenesys, text: str) -> None:
    if psu.set_voltage(_number(text)):
        psu.voltage_text = text


def _set_current(psu: TdkGenesys, text: str) -> None:
    if psu.set_current(_number(text)):
        psu.current_text = text


def _set_mode(psu: TdkGenesys, text: str) -> None:
    if text not in MODES:
        raise GenesysError(b"C03")
    psu.mode = MODES[text]


def _set_delay(psu: TdkGenesys, text: str) -> None:
    if not text.isdigit():
        raise GenesysError(b"C03")
    if int(text) > 255:
        raise GenesysError(b"C05")
    psu.foldback_delay = int(text)


def _set_filter(psu: TdkGenesys, text: str) -> None:
    if text not in ("18", "23", "46"):
        raise GenesysError(b"C03")
    psu.filter_hz = int(text)


def _set_enable(name: str) -> Command:
    def run(psu: TdkGenesys, text: str) -> None:
        try:
            psu.enables[name] = int(text, 16) & 0xFF
        except ValueError:
            raise GenesysError(b"C03") from None

    return Command(run)


def _measured_v(psu: TdkGenesys) -> str:
    return shown(psu.voltage_v, psu.ratings.max_voltage_v)


def _measured_a(psu: TdkGenesys) -> str:
    return shown(psu.current_a, psu.ratings.max_current_a)


def _on_off(attribute: str) -> Callable[[TdkGenesys], str]:
    return lambda psu: "ON" if getattr(psu, attribute) else "OFF"


def _display(psu: TdkGenesys) -> str:
    pv = shown(psu.set_voltage_v, psu.ratings.max_voltage_v)
    pc = shown(psu.set_current_a, psu.ratings.max_current_a)
    trips = f"{psu.over_voltage_v:.3f},{psu.under_voltage_v:.3f}"
    return f"{_measured_v(psu)},{pv},{_measured_a(psu)},{pc},{trips}"


def _status(psu: TdkGenesys) -> str:
    mv, pv, mc, pc, *_ = _display(psu).split(",")
    registers = f"SR({psu.status():02X}),FR({psu.faults:02X})"
    return f"MV({mv}),PV({pv}),MC({mc}),PC({pc}),{registers}"


def shown(value: float, rating: float) -> str:
    """Return a value as displayed: five digits and a point, leading zeros kept."""
    decimals = 4 if rating < 10.0 else 3 if rating < 100.0 else 2
    return f"{value:06.{decimals}f}"


QUERIES: dict[str, Callable[[TdkGenesys], str]] = {
    "IDN?": lambda psu: f"LAMBDA,{psu.model}",
    "REV?": lambda psu: "REV:1U:4.3",
    "SN?": lambda psu: psu.serial,
    "DATE?": lambda psu: "2000/01/01",
    "RMT?": lambda psu: psu.mode,
    "PV?": lambda psu: psu.voltage_text,
    "PC?": lambda psu: psu.current_text,
    "MV?": _measured_v,
    "MC?": _measured_a,
    "OUT?": _on_off("output_on"),
    "DVC?": _display,
    "STT?": _status,
    "MODE?": lambda psu: psu.regulation,
    "OVP?": lambda psu: f"{psu.over_voltage_v:.3f}",
    "UVL?": lambda psu: f"{psu.under_voltage_v:.3f}",
    "FLD?": _on_off("foldback_on"),
    "FBD?": lambda psu: str(psu.foldback_delay),
    "AST?": _on_off("auto_restart"),
    "FILTER?": lambda psu: str(psu.filter_hz),
    "STAT?": lambda psu: f"{psu.status():02X}",
    "FLT?": lambda psu: f"{psu.faults:02X}",
    "SENA?": lambda psu: f"{psu.enables['SENA']:02X}",
    "FENA?": lambda psu: f"{psu.enables['FENA']:02X}",
    "SEVE?": lambda psu: f"{psu.take_event('SEVE'):02X}",
    "FEVE?": lambda psu: f"{psu.take_event('FEVE'):02X}",
}
COMMANDS = {
    "RMT": Command(_set_mode),
    "PV": Command(_set_voltage),
    "PC": Command(_set_current),
    "OUT": Command(lambda psu, text: psu.switch(_switch(text))),
    "OVP": Command(lambda psu, text: psu.set_over_voltage(_number(text))),
    "OVM": Command(lambda psu, _: psu.set_highest_trip(), takes=False),
    "UVL": Command(lambda psu, text: psu.set_under_voltage(_number(text))),
    "FLD": Command(lambda psu, text: psu.arm_foldback(_switch(text))),
    "FBD": Command(_set_delay),
    "FBDRST": Command(lambda psu, _: setattr(psu, "foldback_delay", 0), takes=False),
    "AST": Command(lambda psu, text: setattr(psu, "auto_restart", _switch(text))),
    "FILTER": Command(_set_filter),
    "SENA": _set_enable("SENA"),
    "FENA": _set_enable("FENA"),
    "SAV": Command(lambda psu, _: psu.save(), takes=False),
    "RCL": Command(lambda psu, _: psu.recall(), takes=False),
    "CLS": Command(lambda psu, _: psu.clear_events(), takes=False),
    "RST": Command(lambda psu, _: psu.reset(), takes=False),
}
GROUP = {
    "GPV": COMMANDS["PV"],
    "GPC": COMMANDS["PC"],
    "GOUT": COMMANDS["OUT"],
    "GRST": COMMANDS["RST"],
    "GSAV": COMMANDS["SAV"],
    "GRCL": COMMANDS["RCL"],
}
