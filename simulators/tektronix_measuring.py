"""The measurements of a simulated Tektronix oscilloscope: the immediate one, and slots.

A slot measures nothing until it is given a type; what cannot be measured is answered by
the scope's ``invalid``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isinf

from simulators.kept_settings import Command
from simulators.scope_input import Sweep
from simulators.scpi import choice
from simulators.tektronix_events import engineering
from simulators.tektronix_transfer import TektronixScreen

TYPES = (
    *("FREQuency", "MEAN", "PERIod", "PHAse", "PK2pk", "CRMs", "RMS"),
    *("MINImum", "MAXImum", "RISe", "FALL", "PWIdth", "NWIdth", "NONe"),
)
UNITS = {"FREQ": "Hz", "PERI": "s", "RIS": "s", "FALL": "s", "PWI": "s", "NWI": "s"}
RISE = 0.2952  # of a period: a sine from 10 to 90 %


@dataclass(slots=True)
class Measurement:
    """What one of them measures; its name on the wire is ``slot``."""

    screen: TektronixScreen
    slot: str
    kind: str = "NON"
    source: str = "CH1"

    def commands(self) -> Iterator[Command]:
        """Yield pattern, query and setting."""
        name = f":MEASUrement:{self.slot}"
        for source in (f"{name}:SOUrce", f"{name}:SOUrce1"):
            yield source, lambda _: self.source, self._set_source
        yield f"{name}:TYPe", lambda _: self._type(), self._set_type
        yield f"{name}:UNIts", lambda _: f'"{UNITS.get(self.kind, "V")}"', None
        yield f"{name}:VALue", lambda _: self._value(), None

    def _set_source(self, text: str) -> None:
        sources = [f"CH{number}" for number in self.screen.positions]
        self.source = choice(text, sources)

    def _type(self) -> str:
        return next(t.upper() for t in TYPES if t.startswith(self.kind))

    def _set_type(self, text: str) -> None:
        self.kind = choice(text, TYPES)

    def _value(self) -> str:
        number = int(self.source[2:])
        if number not in self.screen.shown:
            return self.screen.invalid
        value = measured(self.kind, self.screen.sweep(number))
        return self.screen.invalid if isinf(value) else engineering(value)


def measured(kind: str, sweep: Sweep) -> float:
    """Return a measurement of a sine; infinite is what cannot be measured."""
    half_v = 0.5 * sweep.peak_to_peak_v
    voltages = {"PK2": 2 * half_v, "MEAN": 0.0, "MINI": -half_v, "MAXI": half_v}
    voltages |= {"CRM": sweep.rms_v, "RMS": sweep.rms_v}
    if kind in voltages and not (kind == "CRM" and isinf(sweep.frequency_hz)):
        return voltages[kind]
    shares = {"PERI": 1.0, "PWI": 0.5, "NWI": 0.5, "RIS": RISE, "FALL": RISE}
    if kind == "FREQ" or isinf(sweep.frequency_hz) or kind not in shares:
        return sweep.frequency_hz if kind == "FREQ" else inf
    return shares[kind] / sweep.frequency_hz
