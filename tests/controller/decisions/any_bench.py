"""Benches of every kind for the machine of ``step``, and what must be off on them.

What must be off is said here once more, in other words than those of the interlocks.
"""

import math
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from controller.decisions.settings import (
    FieldSensorSettings,
    ProbeSettings,
    Role,
    SegmentSettings,
    Settings,
)
from controller.decisions.signals import Drive, Measurement
from controller.decisions.state import State
from controller.decisions.thermometry import tolerated_age_s
from tests.controller.decisions.scene import APPLICATOR, CEILING, SETTINGS, Scene

ROLES: tuple[tuple[Role, ...], ...] = (
    ("core", "margin", "healthy", "body"),
    ("core", "healthy"),
    ("core", "core", "margin", "healthy", "healthy", "body"),
    ("sample",),
    ("sample", "sample"),
)
STEP, HOLD = SegmentSettings("step", setpoint_c=42.0), SegmentSettings("hold")
PLANS = (
    (),
    (STEP, replace(HOLD, duration_s=8.0), STEP, replace(HOLD, cem43_min=0.2)),
    (SegmentSettings("ramp", setpoint_c=43.5, rate_c_per_min=20.0), HOLD),
    (SegmentSettings("pulse", field_a_per_m=9e3, on_s=4.0, off_s=2.0), STEP, HOLD),
    (SegmentSettings("constant", field_a_per_m=4e4, duration_s=20.0),),
)
APPLICATORS = (
    APPLICATOR,
    replace(APPLICATOR, slew_a_per_m_per_s=300.0),
    replace(APPLICATOR, sets_frequency=False, limits_voltage=False),
    replace(APPLICATOR, track_resonance=True, current_resolution_a=0.1),
    replace(APPLICATOR, read_back=False),
)
CEILINGS = (
    CEILING,
    replace(CEILING, limit_a_per_m_s=4.85e8, field_uncertainty=0.2),
    replace(CEILING, amplitude_cap_a_per_m=8e3, position_factor=1.3),
    replace(CEILING, field_uncertainty_a_per_m=40.0, frequency_max_hz=161_270.0),
)
SENSORS = (None, None, FieldSensorSettings(0.05, 0.2, 10.0))
TREATMENTS = tuple(
    replace(SETTINGS.treatment, baseline_s=2.0, hold_s=20.0, cool_s=2.0, **more)  # type: ignore[arg-type]
    for more in (
        {},
        {"controlled": "mean", "min_tumour_probes": 1},
        {"controlled": "percentile", "max_total_s": 60.0},
    )
)
ANY_OF_IT_C = {
    "core": "tumour_any_c",
    "margin": "tumour_any_c",
    "healthy": "healthy_any_c",
    "sample": "sample_trip_c",
}


def bench(roles: tuple[Role, ...], **more: Any) -> Settings:
    """Return the settings of one kind of bench, treatment and ceiling."""
    probes = tuple(ProbeSettings(f"{role}{n}", role) for n, role in enumerate(roles))
    if not more["applicator"].read_back:
        more["field_sensor"] = None
    return replace(SETTINGS, probes=probes, **more)


BENCHES = st.builds(
    bench,
    st.sampled_from(ROLES),
    segments=st.sampled_from(PLANS),
    applicator=st.sampled_from(APPLICATORS),
    ceiling=st.sampled_from(CEILINGS),
    field_sensor=st.sampled_from(SENSORS),
    treatment=st.sampled_from(TREATMENTS),
)


class Plant(Scene):
    """The scene's tumour, three times as fast, on a bench of any kind."""

    def measure(self) -> Measurement:
        tumour_c, tissue_c, s = self.tumour_c, self.tissue_c, self.settings
        true_c = {
            "core": tumour_c,
            "margin": 0.75 * tumour_c + 0.25 * tissue_c,
            "healthy": tissue_c,
            "body": 37.0,
            "sample": tumour_c,
        }
        drive = super().measure().drive
        assert drive is not None
        readings = tuple(self._read(true_c[probe.role]) for probe in s.probes)
        hz = self.command.frequency_hz
        drive = replace(drive, frequency_hz=hz)
        if s.field_sensor is not None:
            drive = replace(
                drive,
                field_a_per_m=drive.current_a * s.applicator.field_per_ampere_per_m,
                field_taken_s=self.t_s,
                field_frequency_hz=hz,
                field_quality="ok",
            )
        return Measurement(
            self.t_s, readings, drive if s.applicator.read_back else None
        )

    def _heat(self) -> None:
        for _ in range(3):
            super()._heat()


def must_be_off(before: State, m: Measurement, after: State, s: Settings) -> str:
    """Say why no field may be on after a measurement, "" for nothing known."""
    first = before.t_s != before.t_s
    if not (m.t_s >= 0.0 and (first or m.t_s > before.t_s)):
        return "time does not run forward"
    if m.outside or not m.late_s <= s.limits.late_periods * s.period_s:
        return "a fault from outside, or late"
    if m.drive is None:
        return "no read-back" if s.applicator.read_back else ""
    if m.drive.supply_trip or not too_strong(m.drive, s) <= s.ceiling.limit_a_per_m_s:
        return "the supply has tripped, or is too strong"
    found = [_hot_or_lost(i, before, m, after, s) for i in range(len(s.probes))]
    return "; ".join(filter(None, found))


def _hot_or_lost(
    index: int, before: State, m: Measurement, after: State, s: Settings
) -> str:
    probe, reading = s.probes[index], m.readings[index]
    spare = s.treatment.min_tumour_probes is not None
    if not (spare and probe.role in ("core", "margin")):
        age_s = m.t_s - after.watches[index].taken_s
        if not -3.0 <= age_s <= tolerated_age_s(probe, s.limits):
            return f"{probe.name} is lost"
    limit_c = getattr(s.limits, ANY_OF_IT_C.get(probe.role, ""), math.inf)
    known_s = before.watches[index].taken_s
    fresh = known_s != known_s or reading.taken_s >= known_s + 0.5 * probe.update_s
    good = reading.quality == "ok" and fresh and math.isfinite(reading.taken_s)
    # beyond what is absurd it is no reading, and ages
    if good and limit_c <= reading.value_c <= s.limits.absurd_high_c:
        return f"{probe.name} is too hot"
    return ""


def too_strong(drive: Drive, s: Settings) -> float:
    """Return the largest H·f in A/(m·s) by k·I, less a rounding; NaN: unknown."""
    if not drive.output_on or drive.current_a == 0.0:
        return 0.0
    if drive.frequency_hz != drive.frequency_hz:
        return 0.0  # another source may tell it
    c = s.ceiling
    field = drive.current_a * s.applicator.field_per_ampere_per_m * c.position_factor
    field = field * (1.0 + c.field_uncertainty) + c.field_uncertainty_a_per_m
    return field * drive.frequency_hz * (1.0 - 1e-9)
