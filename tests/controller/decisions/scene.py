"""A scene for decisions without instruments: settings, a plant, and a player.

The plant is two nodes in plain Euler steps, kept apart from ``simulators`` so that
decisions are tested against something that they share no line with.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from controller.decisions.ceiling import diameter_limit
from controller.decisions.settings import (
    ApplicatorSettings,
    CeilingSettings,
    ProbeSettings,
    Settings,
    TreatmentSettings,
)
from controller.decisions.signals import (
    NAN,
    Command,
    Drive,
    Measurement,
    Reading,
    Request,
)
from controller.decisions.state import State, initial
from controller.decisions.step import step

CEILING = CeilingSettings("diameter", diameter_limit(0.06), 18_000.0, 1e5, 1e6)
APPLICATOR = ApplicatorSettings(161_270.0, 744.05, 0.955, 25.0, 45.0)
SETTINGS = Settings(
    period_s=0.2,
    probes=(
        ProbeSettings("core", "core"),
        ProbeSettings("margin", "margin"),
        ProbeSettings("healthy", "healthy"),
        ProbeSettings("body", "body"),
    ),
    ceiling=CEILING,
    applicator=APPLICATOR,
    treatment=TreatmentSettings(43.0, hold_s=600.0, baseline_s=10.0, cool_s=10.0),
)
Spoil = Callable[[Measurement], Measurement]


@dataclass
class Scene:
    """Plays a treatment tick by tick; ``spoil`` may change what is measured."""

    settings: Settings = SETTINGS
    spoil: Spoil = lambda m: m
    seed: int = 1
    noise_c: float = 0.05
    tumour_c: float = 37.0
    tissue_c: float = 37.0
    t_s: float = 0.0
    state: State = field(init=False)
    command: Command = field(init=False)
    highest_c: float = 0.0

    def __post_init__(self) -> None:
        self.state = initial(self.settings)
        self.command = self.state.command
        self._rng = Random(self.seed)

    @property
    def phase(self) -> str:
        return self.state.course.phase

    @property
    def codes(self) -> list[str]:
        return [fault.code for fault in self.state.faults]

    def tick(self, *requests: Request) -> Command:
        measurement = replace(self.measure(), requests=requests)
        self.state, self.command = step(
            self.state, self.spoil(measurement), self.settings
        )
        self._heat()
        self.t_s += self.settings.period_s
        return self.command

    def play(self, until: Callable[["Scene"], bool], most_s: float = 2000.0) -> "Scene":
        end_s = self.t_s + most_s
        while not until(self):
            assert self.t_s < end_s, f"still {self.phase} after {most_s} s"
            self.tick()
        return self

    def to(self, phase: str) -> "Scene":
        return self.play(lambda s: s.phase == phase)

    def wait(self, span_s: float) -> "Scene":
        end_s = self.t_s + span_s
        return self.play(lambda s: s.t_s >= end_s)

    def measure(self) -> Measurement:
        margin_c = 0.75 * self.tumour_c + 0.25 * self.tissue_c
        values = (self.tumour_c, margin_c, self.tissue_c, 37.0)
        current_a = self.command.current_a
        return Measurement(
            self.t_s,
            tuple(self._read(value) for value in values),
            Drive(
                current_a=current_a,
                voltage_v=0.955 * current_a,
                output_on=self.command.output_on,
                frequency_hz=161_270.0,
                generator_on=True,
                supply_taken_s=self.t_s,
                generator_taken_s=self.t_s,
            ),
        )

    def _read(self, value_c: float) -> Reading:
        noisy_c = value_c + self._rng.gauss(0.0, self.noise_c)
        return Reading(round(noisy_c, 1), "ok", self.t_s)

    def _heat(self) -> None:
        power = 0.079 * (self.command.field_a_per_m / 15_000.0) ** 2
        flow = (self.tumour_c - self.tissue_c) / 400.0
        tumour = power - flow - 0.0018 * (self.tumour_c - 37.0)
        tissue = flow / 5.0 - 0.0025 * (self.tissue_c - 37.0)
        self.tumour_c += tumour * self.settings.period_s
        self.tissue_c += tissue * self.settings.period_s
        self.highest_c = max(self.highest_c, self.tumour_c)


def with_reading(index: int, value_c: float, quality: str = "ok") -> Spoil:
    """Return a spoiler that replaces one probe's reading."""

    def spoil(m: Measurement) -> Measurement:
        readings = list(m.readings)
        readings[index] = Reading(value_c, quality, m.t_s)  # type: ignore[arg-type]
        return replace(m, readings=tuple(readings))

    return spoil


def without_reading(index: int) -> Spoil:
    """Return a spoiler that loses one probe."""
    return with_reading(index, NAN, "no-probe")


def with_offset(index: int, offset_c: float) -> Spoil:
    """Return a spoiler that lowers or raises one probe."""

    def spoil(m: Measurement) -> Measurement:
        value_c = m.readings[index].value_c + offset_c
        return with_reading(index, value_c)(m)

    return spoil


def with_drive(**values: object) -> Spoil:
    """Return a spoiler that replaces what the applicator reads back."""

    def spoil(m: Measurement) -> Measurement:
        assert m.drive is not None
        return replace(m, drive=replace(m.drive, **values))  # type: ignore[arg-type]

    return spoil
