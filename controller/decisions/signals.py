"""What goes into a decision and what comes out of it, as frozen values.

All amplitudes are peak values in A/m, all times are monotonic seconds of the run,
temperatures are °C. A value that was not obtained is NaN with a quality that says
why; there are no in-band sentinels.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Quality = Literal["ok", "no-probe", "warming-up", "error", "lost"]
Phase = Literal["baseline", "ramp", "hold", "cool", "done", "stopped", "tripped"]
RequestName = Literal[
    "stop",
    "hold",
    "next",
    "setpoint",
    "manual",
    "note",
    "mark",
    "acknowledge",
    "reset",
]

NAN = float("nan")


class Reading(NamedTuple):
    """One probe's newest reading: value in °C, quality, and when it was taken."""

    value_c: float
    quality: Quality
    taken_s: float


@dataclass(frozen=True, slots=True)
class Drive:
    """What the applicator's instruments read back, newest of each.

    ``supply_trip`` is the supply's own word for a trip, "" while there is none.
    ``field_a_per_m`` is a direct field measurement (pick-up coil), NaN without one,
    ``field_frequency_hz`` the frequency that it saw. ``field_quality`` is "" without a
    sensor, "ok", or the word for why it cannot be believed ("clipped", "lost", ...).
    """

    current_a: float
    voltage_v: float
    output_on: bool
    frequency_hz: float
    generator_on: bool
    supply_taken_s: float
    generator_taken_s: float
    supply_trip: str = ""
    field_a_per_m: float = NAN
    field_taken_s: float = NAN
    field_frequency_hz: float = NAN
    field_quality: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What an operator asks for: ``value`` is °C (setpoint) or A/m (manual)."""

    name: RequestName
    value: float = NAN
    text: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason for the field to be off. It latches; it is never an exception.

    ``expected``, ``measured`` and ``limit`` are words with units, for people.
    """

    code: str
    sentence: str
    t_s: float
    expected: str = ""
    measured: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that is known at one tick.

    ``readings`` follow the order of ``Settings.probes``. ``drive`` is None only
    where ``Settings.applicator.read_back`` is false (a controller driven without
    instruments). ``outside`` carries the faults that the loop itself saw.
    """

    t_s: float
    readings: tuple[Reading, ...]
    drive: Drive | None = None
    requests: tuple[Request, ...] = ()
    late_s: float = 0.0
    outside: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """What the bench shall do until the next tick, with the reason.

    ``field_a_per_m`` is the amplitude set-point; ``current_a`` and
    ``voltage_limit_v`` are the same on the supply. ``bound_a_per_m`` is the largest
    amplitude that was permitted; ``at_bound`` says that it limited the command.
    """

    field_a_per_m: float
    frequency_hz: float
    current_a: float
    voltage_limit_v: float
    output_on: bool
    power_share: float
    bound_a_per_m: float
    at_bound: bool
    reason: str
