"""A config file, read: TOML → the settings of a run and the bench that it needs.

Every mistake of a file is reported at once. Nothing is opened here but the file.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from controller.config.binding import unbound, unbound_sentence
from controller.config.calibration import Calibrations, with_calibrations
from controller.config.calibration_file import FieldCalibration, ProbeCalibration
from controller.config.checks import (
    largest_rise_c_per_s,
    resolved_limit_a_per_m_s,
    treatment_problems,
)
from controller.config.contacts import Contacts
from controller.config.field import FieldSensor
from controller.config.instruments import instrument_problems, model_of
from controller.config.kinds import AnyApplicator, LinearAmplifier
from controller.config.model import Draft, FaultTable, Instrument, Probe, Simulation
from controller.config.samples import AnySample
from controller.config.tables import draft_of, read_text, refuse_other_kind
from controller.config.treatment_checks import segment_problems
from controller.config.tuning_file import with_tuning
from controller.decisions.settings import (
    APPLICATOR_ROLES,
    ApplicatorSettings,
    CeilingSettings,
    ControlSettings,
    FieldSensorSettings,
    LimitSettings,
    ProbeSettings,
    SegmentSettings,
    Settings,
    TreatmentSettings,
)
from controller.errors import ConfigError

DEFAULT_UPDATE_S = 0.2
NO_RISE_LIMIT_C_PER_S = 1000.0
# The step of a generator's amplitude, assumed.
LEAST_STEP_VPP = 1e-3


@dataclass(frozen=True, slots=True)
class BenchSpec:
    """Which instruments make up the bench, and what is simulated of it.

    ``sample`` and ``simulation`` are always there; they matter where an instrument is
    simulated inside. ``faults`` are what shall go wrong there.
    """

    instruments: Mapping[str, Instrument]
    probes: tuple[Probe, ...]
    applicator: AnyApplicator
    sample: AnySample
    simulation: Simulation
    faults: tuple[FaultTable, ...] = ()
    field_calibration: FieldCalibration | None = None
    probe_calibration: ProbeCalibration | None = None
    field_sensor: FieldSensor | None = None
    contacts: Contacts | None = None

    @property
    def kinds(self) -> dict[str, str]:
        """Say of each instrument whether it is simulated, served or real."""
        return {
            name: "simulated" if i.simulated else "served" if i.served else "real"
            for name, i in self.instruments.items()
        }

    @property
    def simulated(self) -> bool:
        """Say whether no instrument is real: each simulated, here or served."""
        return "real" not in self.kinds.values()

    @property
    def watches_coil(self) -> bool:
        """Say whether a probe is on the coil, in its bore or in its water."""
        return any(probe.role in APPLICATOR_ROLES for probe in self.probes)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A config file that has no mistake; ``texts`` holds every file that was read."""

    name: str
    settings: Settings
    bench: BenchSpec
    experiment: Mapping[str, str]
    out: Path
    seed: int
    texts: Mapping[str, str]


def load(
    path: Path,
    today: date | None = None,
    text: str | None = None,
    *,
    bound: bool = True,
) -> Loaded:
    """Read a config file; ``today`` is the day that calibrations must be valid on.

    ``text`` is read in place of what the file holds, as while it is being edited.
    Where ``bound`` is false, real instruments may still be bound by nothing.

    Raises:
        ConfigError: the file is wrong; ``problems`` has a sentence for each mistake.
    """
    text = read_text(path) if text is None else text
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError([f"{path} is not TOML: {error}"]) from error
    refuse_other_kind(data, path, matrix=False)
    files = with_calibrations(data, path.parent, today or date.today())
    tables, tuning = with_tuning(files.data, path.parent)
    draft = draft_of(tables)
    between = treatment_problems(draft) + instrument_problems(draft)
    between += segment_problems(draft)
    if bound:
        between += [
            unbound_sentence(name)
            for name in unbound(draft.instruments)
            if not any(f"instruments.{name}" in s for s in draft.problems + between)
        ]
    # A key that could not be read has its default here: say nothing more about it.
    between = [s for s in between if not any(key in s for key in draft.wrong)]
    problems = files.problems + draft.problems + between
    if problems:
        raise ConfigError([f"{path}: {problem}" for problem in problems])
    texts = {path.name: text, **files.texts, **tuning}
    return _resolve(data["name"], draft, files, texts)


def _resolve(
    name: str, draft: Draft, files: Calibrations, texts: Mapping[str, str]
) -> Loaded:
    """Turn a draft without a mistake into settings; nothing in it is None then."""
    assert draft.applicator and draft.sample and draft.simulation
    assert draft.experiment and draft.run
    probes = tuple(probe for _, probe in draft.probes)
    bench = BenchSpec(
        draft.instruments,
        probes,
        draft.applicator,
        draft.sample,
        draft.simulation,
        tuple(draft.faults),
        files.field_file,
        files.probe_file,
        draft.field_sensor,
        draft.contacts,
    )
    return Loaded(
        name=name,
        settings=_settings(draft),
        bench=bench,
        experiment={k: v for k, v in draft.experiment.model_dump().items() if v},
        out=Path(draft.run.out),
        seed=draft.simulation.seed,
        texts=texts,
    )


def _settings(draft: Draft) -> Settings:
    assert draft.loop and draft.treatment and draft.control
    treatment = draft.treatment.model_dump(exclude={"full_power_rise_c_per_s"})
    return Settings(
        period_s=draft.loop.period_s,
        probes=tuple(
            _probe(probe, draft.instruments, draft.loop.period_s)
            for _, probe in draft.probes
        ),
        ceiling=_ceiling(draft),
        applicator=_applicator(draft),
        treatment=TreatmentSettings(**treatment),
        control=ControlSettings(**draft.control.model_dump(exclude={"tuning"})),
        limits=_limits(draft),
        field_sensor=_field_sensor(draft.field_sensor),
        segments=tuple(SegmentSettings(**p.model_dump()) for _, p in draft.segments),
    )


def update_of(thermometer: Instrument, period_s: float) -> float:
    """Return a thermometer's interval between new readings, in s.

    Where the config does not say, 0.2 s, or half a period: it is polled no more often.
    """
    return thermometer.update_s or max(DEFAULT_UPDATE_S, 0.5 * period_s)


def _probe(
    probe: Probe, instruments: Mapping[str, Instrument], period_s: float
) -> ProbeSettings:
    return ProbeSettings(
        name=probe.name,
        role=probe.role,
        update_s=update_of(instruments[probe.instrument], period_s),
        tissue=probe.tissue or "other",
        hold_back_c=probe.hold_back_c or 0.0,
        trip_c=probe.trip_c or 0.0,
    )


def _resolution_a(draft: Draft) -> float:
    assert draft.applicator
    if isinstance(draft.applicator, LinearAmplifier):
        return 0.5 * LEAST_STEP_VPP * draft.applicator.current_a_per_v
    return model_of(draft.instruments[draft.applicator.supply]).current_resolution_a


def _ceiling(draft: Draft) -> CeilingSettings:
    ceiling, applicator = draft.ceiling, draft.applicator
    assert ceiling and applicator
    absolute_a_per_m = ceiling.field_uncertainty_a_per_m
    if absolute_a_per_m is None:
        absolute_a_per_m = _resolution_a(draft) * applicator.field_per_ampere_per_m
    return CeilingSettings(
        profile=ceiling.profile,
        limit_a_per_m_s=resolved_limit_a_per_m_s(ceiling, applicator),
        amplitude_cap_a_per_m=ceiling.amplitude_cap_a_per_m,
        frequency_min_hz=ceiling.frequency_min_hz,
        frequency_max_hz=ceiling.frequency_max_hz,
        field_uncertainty=ceiling.field_uncertainty,
        field_uncertainty_a_per_m=absolute_a_per_m,
        frequency_uncertainty=ceiling.frequency_uncertainty,
        position_factor=ceiling.position_factor,
        exposed_diameter_m=ceiling.exposed_diameter_m,
    )


def _applicator(draft: Draft) -> ApplicatorSettings:
    applicator = draft.applicator
    assert applicator
    return ApplicatorSettings(
        frequency_hz=applicator.frequency_hz,
        field_per_ampere_per_m=applicator.field_per_ampere_per_m,
        tuned_ohm=applicator.tuned_ohm,
        max_current_a=applicator.max_current_a,
        max_voltage_v=applicator.max_voltage_v,
        current_resolution_a=_resolution_a(draft),
        current_tolerance_a=applicator.current_tolerance_a,
        slew_a_per_m_per_s=applicator.slew_a_per_m_per_s,
        track_resonance=applicator.track_resonance,
        track_band_share=applicator.track_band_share,
        sets_frequency=applicator.kind != "induction-heater",
        limits_voltage=applicator.kind == "resonant-inverter",
    )


def _field_sensor(sensor: FieldSensor | None) -> FieldSensorSettings | None:
    if sensor is None:
        return None
    return FieldSensorSettings(
        sensor.uncertainty, sensor.update_s, sensor.uncertainty_a_per_m
    )


def _limits(draft: Draft) -> LimitSettings:
    limits, treatment, ceiling = draft.limits, draft.treatment, draft.ceiling
    assert limits and treatment and ceiling
    rise_c_per_s = limits.rise_c_per_s
    power_c_per_s = treatment.full_power_rise_c_per_s
    if (
        rise_c_per_s is None
        and ceiling.profile == "no-tissue"
        and power_c_per_s is None
    ):
        # A vial has no rise limit unless one is given: real samples do 1 to 6 K/s.
        rise_c_per_s = NO_RISE_LIMIT_C_PER_S
    elif rise_c_per_s is None:
        rise_c_per_s = largest_rise_c_per_s(power_c_per_s)
    values = limits.model_dump(exclude={"rise_c_per_s"})
    return LimitSettings(**values, rise_c_per_s=rise_c_per_s)
