"""What a config file may hold: one model per table, with ranges and explanations.

SI units, the unit in the key; temperatures in °C, amplitudes peak A/m. A range here
is what is plausible for the key alone; what depends on other keys is checked in
``controller.config.checks``. Ranges of ``[limits]`` have the caps of docs/safety.md on
the side that would loosen.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from controller.config.applicator import Ceiling
from controller.config.catalogue import offered_drivers
from controller.config.contacts import Contacts
from controller.config.field import FieldSensor
from controller.config.kinds import AnyApplicator
from controller.config.samples import AnySample
from controller.config.segments import Segment
from controller.config.types import Name, Table, Text
from controller.decisions.settings import LimitSettings, Role, Tissue


def _offered(name: str) -> str:
    if name not in offered_drivers():
        raise ValueError("no driver has this name")
    return name


def _choices(schema: dict[str, Any]) -> None:
    schema["enum"] = offered_drivers()


# Open to other packages' drivers. Whether one that is offered can be used is checked in
# controller.config.instruments, which has a sentence for it.
Driver = Annotated[str, AfterValidator(_offered), Field(json_schema_extra=_choices)]

_LIMITS = LimitSettings()


class Experiment(Table):
    """Who does what on whom; free text that goes into the record."""

    operator: Text = ""
    project: Text = ""
    subject: Text = ""
    session: Text = ""
    sample: Text = ""
    batch: Text = ""
    arm: Text = ""
    notes: Text = ""


class RunTable(Table):
    """Where runs are written."""

    out: Annotated[str, Field(min_length=1, max_length=500)] = "runs"


class Loop(Table):
    """The control period."""

    period_s: Annotated[float, Field(ge=0.05, le=1.0)] = 0.2


class Treatment(Table):
    """Baseline → ramp → hold → cool.

    ``controlled_share`` of the tumour probes are below their percentile.
    ``min_tumour_probes`` are enough to go on when others die; left out, all are needed.
    The totals end all segments: heating time, and dose of the hottest tumour probe.
    ``full_power_rise_c_per_s`` is P_max/C, how fast the target heats at full permitted
    power when that is known: the rise interlock then trips at 1.5 × it.
    """

    setpoint_c: Annotated[float, Field(ge=20.0, le=90.0)]
    hold_s: Annotated[float, Field(ge=1.0, le=14400.0)]
    baseline_s: Annotated[float, Field(ge=2.0, le=3600.0)] = 30.0
    max_ramp_s: Annotated[float, Field(ge=5.0, le=7200.0)] = 1800.0
    cool_s: Annotated[float, Field(ge=0.0, le=3600.0)] = 60.0
    hold_cem43_min: Annotated[float, Field(ge=0.1, le=1000.0)] | None = None
    controlled: Literal["max", "mean", "percentile"] = "max"
    controlled_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.9
    min_tumour_probes: Annotated[int, Field(ge=1, le=16)] | None = None
    max_total_s: Annotated[float, Field(ge=1.0, le=86400.0)] | None = None
    max_total_cem43_min: Annotated[float, Field(ge=0.1, le=1000.0)] | None = None
    full_power_rise_c_per_s: Annotated[float, Field(gt=0.0, le=10.0)] | None = None


class Control(Table):
    """The control law on relative heating power; the defaults fit most benches.

    ``tuning`` is a file of ``amf tune``, beside this one; keys given here go first.
    """

    gain_per_c: Annotated[float, Field(ge=0.001, le=20.0)] = 0.5
    integral_s: Annotated[float, Field(ge=0.5, le=3600.0)] = 60.0
    derivative_s: Annotated[float, Field(ge=0.0, le=120.0)] = 2.0
    derivative_filter_s: Annotated[float, Field(ge=0.1, le=120.0)] = 2.0
    expected_delay_s: Annotated[float, Field(ge=0.3, le=33.0)] = 2.5
    expected_delay_factor: Annotated[float, Field(ge=1.05, le=10.0)] = 2.2
    tuning: Annotated[str, Field(min_length=1, max_length=500)] | None = None


def _limit(name: str, low: float, high: float) -> Any:
    return Field(default=getattr(_LIMITS, name), ge=low, le=high)


class Limits(Table):
    """Limits of the interlocks. A config may tighten each of them, and loosen none.

    Two exceptions have conditions: the tumour's trip pair, raised by name for a
    set-point that needs it, and the rise, where the heating power is known.
    """

    tumour_trip_c: float = _limit("tumour_trip_c", 40.0, 45.7)
    tumour_any_c: float = _limit("tumour_any_c", 40.5, 46.7)
    tumour_hold_back_below_trip_c: float = _limit(
        "tumour_hold_back_below_trip_c", 0.5, 2.0
    )
    healthy_trip_c: float = _limit("healthy_trip_c", 38.0, 43.0)
    healthy_any_c: float = _limit("healthy_any_c", 38.5, 43.5)
    healthy_hold_back_c: float = _limit("healthy_hold_back_c", 37.5, 41.5)
    healthy_cem43_min: float = _limit("healthy_cem43_min", 0.1, 9.0)
    healthy_low_c: float = _limit("healthy_low_c", 30.0, 36.0)
    body_start_low_c: float = _limit("body_start_low_c", 34.0, 37.0)
    body_start_high_c: float = _limit("body_start_high_c", 37.0, 38.5)
    body_alarm_low_c: float = _limit("body_alarm_low_c", 35.0, 37.0)
    body_alarm_high_c: float = _limit("body_alarm_high_c", 37.0, 38.5)
    body_trip_c: float = _limit("body_trip_c", 37.5, 39.0)
    body_low_c: float = _limit("body_low_c", 32.0, 36.0)
    body_fall_c_per_min: float = _limit("body_fall_c_per_min", 0.1, 1.0)
    sample_trip_c: float = _limit("sample_trip_c", 25.0, 90.0)
    rise_c_per_s: Annotated[float, Field(ge=0.01, le=15.0)] | None = None
    absurd_low_c: float = _limit("absurd_low_c", -20.0, 20.0)
    absurd_high_c: float = _limit("absurd_high_c", 60.0, 120.0)
    age_updates: float = _limit("age_updates", 1.0, 3.0)
    age_s: float = _limit("age_s", 0.2, 3.0)
    slip_c: float = _limit("slip_c", 0.1, 0.5)
    slip_trip_c: float = _limit("slip_trip_c", 0.2, 1.5)
    slip_confirm_s: float = _limit("slip_confirm_s", 0.5, 3.0)
    slip_trip_s: float = _limit("slip_trip_s", 1.0, 10.0)
    frozen_hold_back_s: float = _limit("frozen_hold_back_s", 5.0, 60.0)
    frozen_probe_s: float = _limit("frozen_probe_s", 10.0, 120.0)
    current_low_s: float = _limit("current_low_s", 0.5, 5.0)
    drive_age_s: float = _limit("drive_age_s", 0.5, 1.5)
    late_periods: float = _limit("late_periods", 1.0, 2.0)


class Instrument(Table):
    """One instrument: simulated inside, or at an address.

    ``served`` says that a simulated twin answers at the address. ``update_s`` is a
    thermometer's own interval between new readings. ``bus_address`` is what an
    instrument is called on a bus (Genesys: its address, OSENSA: its device id).
    A real instrument is bound by its ``serial``, else by the serial number of its USB
    adapter, else ``no_serial`` says that there is neither: amf find prints the line.
    """

    driver: Driver
    model: str
    serial: Annotated[str, Field(max_length=60)] = ""
    adapter_serial: Annotated[str, Field(max_length=60)] = ""
    no_serial: bool = False
    simulated: bool = False
    address: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    baud: Annotated[int, Field(ge=300, le=4_000_000)] | None = None
    served: bool = False
    bus_address: Annotated[int, Field(ge=0, le=247)] | None = None
    update_s: Annotated[float, Field(ge=0.02, le=2.0)] | None = None


class Probe(Table):
    """One fibre in the field: what it sits in, and where it is plugged in.

    ``tissue`` is the kind of healthy tissue: brain trips a degree earlier, brain and
    skin at 2 min CEM43. ``hold_back_c`` and ``trip_c`` are for coil, bore and water,
    and must be given there.
    """

    name: Name
    role: Role
    instrument: Name
    channel: Annotated[int, Field(ge=1, le=16)]
    tissue: Tissue | None = None
    hold_back_c: Annotated[float, Field(ge=5.0, le=115.0)] | None = None
    trip_c: Annotated[float, Field(ge=5.0, le=115.0)] | None = None


class Simulation(Table):
    """What is true on the simulated bench, whatever the other tables believe.

    ``turns`` and ``capacitance_f`` choose the simulated tank; ``coil_gain`` is the true
    field per ampere over the calibrated one, ``detuning`` the relative shift of the
    resonance, ``warm_detuning`` what comes to it after ``warming_s`` at the largest
    current, by the heat of coil and capacitor. ``noise_c`` is rms; ``quantisation_c``
    is the probe's own step, on top of the 0.1 °C of the thermometer; ``average_s`` is
    how long the thermometer averages what it shows (0 = not). Heat along the
    fibres pulls each reading ``fibre_conduction_share`` of the way to the air of the
    room (22 °C). Coughs come on average every ``cough_every_s`` and move the probes in
    tumour and healthy tissue to where it is up to ``cough_c`` cooler; in dropouts, each
    probe by itself, a reading is lost. Left out, there are none.
    """

    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    turns: Literal[9, 17, 18] = 9
    capacitance_f: Annotated[float, Field(ge=1e-9, le=1e-5)] = 200e-9
    coil_gain: Annotated[float, Field(ge=0.1, le=10.0)] = 1.0
    detuning: Annotated[float, Field(ge=-0.2, le=0.2)] = 0.0
    warm_detuning: Annotated[float, Field(ge=-0.05, le=0.05)] = 0.0
    warming_s: Annotated[float, Field(ge=1.0, le=1e5)] = 300.0
    noise_c: Annotated[float, Field(ge=0.0, le=1.0)] = 0.05
    probe_lag_s: Annotated[float, Field(ge=0.0, le=30.0)] = 1.0
    dead_time_s: Annotated[float, Field(ge=0.0, le=30.0)] = 0.5
    quantisation_c: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    average_s: Annotated[float, Field(ge=0.0, le=60.0)] = 0.0
    fibre_conduction_share: Annotated[float, Field(ge=0.0, le=0.2)] = 0.0
    cough_every_s: Annotated[float, Field(ge=5.0, le=1e5)] | None = None
    cough_s: Annotated[float, Field(ge=0.2, le=30.0)] = 1.5
    cough_c: Annotated[float, Field(ge=0.0, le=5.0)] = 0.5
    dropout_every_s: Annotated[float, Field(ge=5.0, le=1e5)] | None = None
    dropout_s: Annotated[float, Field(ge=0.1, le=30.0)] = 0.4
    pickup_error: Annotated[float, Field(ge=-0.9, le=5.0)] | None = None
    pickup_noise_v: Annotated[float, Field(ge=0.0, le=1.0)] = 2e-4


class FaultTable(Table):
    """What goes wrong with what is simulated, as ``simulators.faults`` means it."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    on: Annotated[str, Field(max_length=40)] = ""
    at_s: Annotated[float, Field(ge=0.0, le=1e5)] | None = None
    phase: Literal["baseline", "ramp", "hold", "cool"] | None = None
    after_s: Annotated[float, Field(ge=0.0, le=1e5)] = 0.0
    duration_s: Annotated[float, Field(gt=0.0, le=1e5)] | None = None
    size: Annotated[float, Field(ge=-1e6, le=1e6)] | None = None
    other: Annotated[str, Field(max_length=40)] = ""


@dataclass(slots=True)
class Draft:
    """The tables of a config as far as they could be read; None where they could not.

    ``given`` are the tables that the file has, ``named`` its instruments, readable or
    not. Probes carry their place in the file, counted from 1. ``problems`` are the
    sentences so far, ``wrong`` the keys that they are about.
    """

    given: frozenset[str] = frozenset()
    problems: list[str] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)
    experiment: Experiment | None = None
    run: RunTable | None = None
    loop: Loop | None = None
    treatment: Treatment | None = None
    ceiling: Ceiling | None = None
    applicator: AnyApplicator | None = None
    control: Control | None = None
    limits: Limits | None = None
    sample: AnySample | None = None
    simulation: Simulation | None = None
    field_sensor: FieldSensor | None = None
    contacts: Contacts | None = None
    named: frozenset[str] = frozenset()
    instruments: dict[str, Instrument] = field(default_factory=dict)
    probes: list[tuple[int, Probe]] = field(default_factory=list)
    faults: list[FaultTable] = field(default_factory=list)
    segments: list[tuple[int, Segment]] = field(default_factory=list)
    all_probes_read: bool = True
