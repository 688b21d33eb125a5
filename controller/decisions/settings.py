"""Everything that a decision may depend on besides the measurement and its own state.

Frozen values in SI units (°C for temperatures, peak A/m for amplitudes). The config
file is turned into these by ``controller.config``; a run file stores them, and replay
reads them back. Defaults are the numbers of docs/safety.md.
"""

from dataclasses import dataclass, field
from typing import Literal

Role = Literal["core", "margin", "healthy", "body", "sample", "coil", "bore", "water"]
Tissue = Literal["brain", "skin", "other"]
TUMOUR_ROLES: tuple[Role, ...] = ("core", "margin")
TISSUE_ROLES: tuple[Role, ...] = ("core", "margin", "healthy", "body")
# what makes the field, watched for its own sake: no part of control, model or dose
APPLICATOR_ROLES: tuple[Role, ...] = ("coil", "bore", "water")
Controlled = Literal["max", "mean", "percentile"]
SegmentKind = Literal["ramp", "step", "hold", "pulse", "constant"]


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """One thermometer channel: its role, and the instrument's own update interval.

    ``tissue`` is the kind of healthy tissue. ``hold_back_c`` and ``trip_c`` are those
    of coil, bore and water; without them such a probe trips at once.
    """

    name: str
    role: Role
    update_s: float = 0.2
    tissue: Tissue = "other"
    hold_back_c: float = 0.0
    trip_c: float = 0.0


@dataclass(frozen=True, slots=True)
class CeilingSettings:
    """The bound on H·f, with the uncertainties (expanded, k = 2) that it allows for.

    ``limit_a_per_m_s`` is the profile's limit after every cap that applies to it.
    ``field_uncertainty`` and ``frequency_uncertainty`` are relative;
    ``field_uncertainty_a_per_m`` is the absolute part (supply resolution).
    ``position_factor`` is the field at the tissue nearest to the conductor over the
    field at the calibrated point, at least 1. ``exposed_diameter_m`` is None without
    tissue.
    """

    profile: str
    limit_a_per_m_s: float
    amplitude_cap_a_per_m: float
    frequency_min_hz: float
    frequency_max_hz: float
    field_uncertainty: float = 0.10
    field_uncertainty_a_per_m: float = 0.0
    frequency_uncertainty: float = 1e-4
    working_share: float = 0.97
    position_factor: float = 1.0
    exposed_diameter_m: float | None = None


@dataclass(frozen=True, slots=True)
class ApplicatorSettings:
    """How the field is made: DC supply + generator + resonant inverter.

    ``field_per_ampere_per_m`` is (A/m)/A = 1/m, peak field per ampere of supply
    current. ``tuned_ohm`` is V/I of the supply at resonance. ``sets_frequency`` is
    false where the frequency follows the resonance and is only read (induction
    heater), ``limits_voltage`` where no voltage limit is programmed and the voltage
    may be unknown (induction heater, linear amplifier). ``track_resonance`` lets the
    frequency follow a tank that warms, by at most ``track_band_share`` of it.
    """

    frequency_hz: float
    field_per_ampere_per_m: float
    tuned_ohm: float
    max_current_a: float
    max_voltage_v: float
    current_resolution_a: float = 0.01
    current_tolerance_a: float = 0.1
    slew_a_per_m_per_s: float = 5000.0
    read_back: bool = True
    sets_frequency: bool = True
    limits_voltage: bool = True
    track_resonance: bool = False
    track_band_share: float = 0.01


@dataclass(frozen=True, slots=True)
class FieldSensorSettings:
    """A field sensor (pick-up coil): its expanded uncertainty and update interval.

    ``uncertainty`` is relative and systematic (area, angle, probe attenuation);
    ``uncertainty_a_per_m`` is the absolute part (noise, resolution of the scope).
    """

    uncertainty: float
    update_s: float
    uncertainty_a_per_m: float = 0.0


@dataclass(frozen=True, slots=True)
class TreatmentSettings:
    """Baseline → ramp → hold → cool. The hold ends by time, or by CEM43 when given.

    ``hold_cem43_min`` counts on the coolest tumour probe; ``hold_s`` then is the
    longest hold. A controlled percentile has ``controlled_share`` of the probes below
    it. ``min_tumour_probes`` is how many must be left when others die; None
    needs all of them. The totals end the heating: time since it began, and the
    dose of the tumour probe that has most.
    """

    setpoint_c: float
    hold_s: float
    baseline_s: float = 30.0
    max_ramp_s: float = 1800.0
    cool_s: float = 60.0
    hold_cem43_min: float | None = None
    controlled: Controlled = "max"
    controlled_share: float = 0.9
    min_tumour_probes: int | None = None
    max_total_s: float | None = None
    max_total_cem43_min: float | None = None


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """One part of a treatment, between baseline and cooling.

    ``ramp`` moves the set-point to ``setpoint_c`` at ``rate_c_per_min``, ``step`` at
    once; both end when the temperature is there. ``hold`` keeps the set-point (its
    own, else the last). ``pulse`` (on, off, on, ...) and ``constant`` give
    ``field_a_per_m`` (peak) without temperature control. These three end by
    ``duration_s`` or by the dose so far, whichever comes first.
    """

    kind: SegmentKind
    name: str = ""
    setpoint_c: float | None = None
    rate_c_per_min: float | None = None
    duration_s: float | None = None
    cem43_min: float | None = None
    cem43_t90_min: float | None = None
    field_a_per_m: float | None = None
    on_s: float | None = None
    off_s: float | None = None


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """The control law on relative heating power u = (H/H_bound)².

    ``gain_per_c`` is the share of full power per °C of error. A probe answers within
    ``expected_delay_s``, give or take ``expected_delay_factor`` (one sigma): from
    there the heat-up learns the delay.
    """

    gain_per_c: float = 0.5
    integral_s: float = 60.0
    derivative_s: float = 2.0
    derivative_filter_s: float = 2.0
    expected_delay_s: float = 2.5
    expected_delay_factor: float = 2.2


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """Limits and delays of the interlocks. A config may tighten, never loosen."""

    tumour_trip_c: float = 45.0
    tumour_any_c: float = 46.0
    tumour_hold_back_below_trip_c: float = 0.5
    healthy_trip_c: float = 43.0
    healthy_any_c: float = 43.5
    healthy_hold_back_c: float = 41.5
    healthy_cem43_min: float = 9.0
    healthy_low_c: float = 30.0
    body_start_low_c: float = 34.0
    body_start_high_c: float = 38.5
    body_alarm_low_c: float = 35.0
    body_alarm_high_c: float = 38.5
    body_trip_c: float = 39.0
    body_low_c: float = 32.0
    body_fall_c_per_min: float = 1.0
    sample_trip_c: float = 80.0
    rise_c_per_s: float = 0.4
    absurd_low_c: float = -20.0
    absurd_high_c: float = 120.0
    age_updates: float = 3.0
    age_s: float = 3.0
    slip_c: float = 0.5
    slip_trip_c: float = 1.5
    slip_confirm_s: float = 3.0
    slip_trip_s: float = 10.0
    frozen_hold_back_s: float = 60.0
    frozen_probe_s: float = 120.0
    current_low_s: float = 5.0
    drive_age_s: float = 1.5
    late_periods: float = 2.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole of one treatment's settings."""

    period_s: float
    probes: tuple[ProbeSettings, ...]
    ceiling: CeilingSettings
    applicator: ApplicatorSettings
    treatment: TreatmentSettings
    control: ControlSettings = field(default_factory=ControlSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    field_sensor: FieldSensorSettings | None = None
    segments: tuple[SegmentSettings, ...] = ()
