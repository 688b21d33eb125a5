"""Interlocks on the probes: what must be true of every temperature while heating.

Three different answers: a fault (latches, field off), a hold-back (power may only
fall), a caution (said, nothing done). Every comparison is written so that NaN
fails safe. Numbers and reasons: docs/safety.md.
"""

from dataclasses import dataclass, field

from controller.decisions.controlled import left_out
from controller.decisions.probe_limits import healthy_limits
from controller.decisions.settings import (
    TUMOUR_ROLES,
    LimitSettings,
    ProbeSettings,
    Settings,
)
from controller.decisions.signals import Fault
from controller.decisions.thermometry import ProbeWatch, tolerated_age_s

NEVER = float("nan")
LEFT_OUT_S = 10.0
# one update, and a tenth for what clock and link are late by themselves
HELD_BACK_UPDATES = 1.1
_SAID = {
    "no-probe": "reports no probe",
    "warming-up": "is still warming up",
    "error": "sends no usable value",
    "lost": "sends nothing",
    "ok": "is late",
}


@dataclass(slots=True)
class Findings:
    """What one tick's checks found; it lives for one tick only.

    ``most_share`` caps the power while a quiet probe is tested. ``codes`` says which
    interlock a sentence is of.
    """

    t_s: float
    faults: list[Fault] = field(default_factory=list)
    hold_backs: list[str] = field(default_factory=list)
    cautions: list[str] = field(default_factory=list)
    most_share: float = 1.0
    codes: dict[str, str] = field(default_factory=dict)

    def fault(
        self, code: str, what: str, expected: str, measured: str, limit: str
    ) -> None:
        """Add a fault; its sentence says what, and expected / measured / limit."""
        sentence = f"{what}: expected {expected}, measured {measured}, limit {limit}"
        self.faults.append(
            Fault(code, sentence, self.t_s, expected, measured, limit),
        )

    def hold_back(self, code: str, sentence: str) -> None:
        """Let power only fall, and say why."""
        self.hold_backs.append(sentence)
        self.codes[sentence] = code

    def caution(self, code: str, sentence: str) -> None:
        """Say something that nothing is done about."""
        self.cautions.append(sentence)
        self.codes[sentence] = code


def check_probe(
    watch: ProbeWatch, probe: ProbeSettings, limits: LimitSettings, found: Findings
) -> None:
    """Check one probe while heating: age, temperature by role, slope."""
    check_age(watch, probe, limits, found)
    if probe.role in TUMOUR_ROLES:
        _check_tumour(watch, probe, limits, found)
    elif probe.role == "healthy":
        _check_healthy(watch, probe, limits, found)
    elif probe.role == "body":
        _check_body(watch, probe, limits, found)
    else:
        _check_sample(watch, probe, limits, found)


def check_left_out(
    watch: ProbeWatch, probe: ProbeSettings, limits: LimitSettings, found: Findings
) -> None:
    """Hold back for 10 s for a redundant tumour probe that has died, and say so."""
    gone_s = found.t_s - watch.taken_s - tolerated_age_s(probe, limits)
    said = f"probe {probe.name} ({probe.role}) {_SAID[watch.quality]} and is left out"
    if gone_s < LEFT_OUT_S:
        found.hold_back("left-out", said)
        left_s = f"{LEFT_OUT_S - gone_s:.0f} s"
        said = f"{said}: power may only fall for {left_s}; stop, or it goes on then"
    found.caution("left-out", said)


def check_start(
    watches: tuple[ProbeWatch, ...], settings: Settings, found: Findings
) -> None:
    """Check that heating may begin: every probe good, the body warm enough."""
    limits = settings.limits
    for watch, probe in zip(watches, settings.probes, strict=True):
        if not left_out(watch, probe, watches, settings, found.t_s):
            check_age(watch, probe, limits, found)
        low_c, high_c = limits.body_start_low_c, limits.body_start_high_c
        if probe.role == "body" and not low_c <= watch.median_c <= high_c:
            found.fault(
                "body-start",
                f"heating cannot start, body probe {probe.name}",
                f"{low_c:g} to {high_c:g} °C",
                f"{watch.median_c:.2f} °C",
                f"{low_c:g} to {high_c:g} °C",
            )


def check_order(
    watches: tuple[ProbeWatch, ...], settings: Settings, found: Findings
) -> bool:
    """Check that core leads healthy in the first 0.5 °C; True once core has led."""
    tumour: list[float] = []
    healthy: list[tuple[float, str]] = []
    for watch, probe in zip(watches, settings.probes, strict=True):
        rise_c = watch.median_c - watch.baseline_c
        if probe.role in TUMOUR_ROLES:
            tumour.append(rise_c)
        elif probe.role in ("healthy", "body"):
            healthy.append((rise_c, f"{probe.role} probe {probe.name}"))
    lead_c = max((rise for rise in tumour if rise == rise), default=NEVER)
    for rise_c, name in healthy:
        if rise_c >= 0.5 and not lead_c > rise_c:
            found.fault(
                "swapped",
                f"{name} warms before the tumour: probes swapped?",
                "tumour first",
                f"{name} +{rise_c:.2f} °C, tumour {lead_c:+.2f} °C",
                "+0.5 °C",
            )
    return lead_c >= 0.5 and not found.faults


def check_age(
    watch: ProbeWatch, probe: ProbeSettings, limits: LimitSettings, found: Findings
) -> None:
    """Check that a probe's last good reading is young enough."""
    age_s = found.t_s - watch.taken_s
    tolerated_s = tolerated_age_s(probe, limits)
    if not abs(age_s) <= tolerated_s:
        seen = "never" if age_s != age_s else f"{age_s:.1f} s ago"
        found.fault(
            "probe-lost",
            f"probe {probe.name} ({probe.role}) {_SAID[watch.quality]}",
            f"a good reading each {probe.update_s:g} s",
            f"the last one {seen}",
            f"{tolerated_s:g} s",
        )
    elif age_s > HELD_BACK_UPDATES * probe.update_s:
        found.hold_back("reading-old", f"probe {probe.name}: reading {age_s:.1f} s old")


def too_hot(
    watch: ProbeWatch,
    probe: ProbeSettings,
    trip_c: float,
    any_c: float,
    found: Findings,
) -> None:
    """Check a reading against ``any_c``, and the median of three against ``trip_c``."""
    if not watch.value_c < any_c:
        measured, limit = f"{watch.value_c:.2f} °C", f"{any_c:g} °C"
    elif watch.median_c >= trip_c:
        measured = f"{watch.median_c:.2f} °C (median of 3)"
        limit = f"{trip_c:g} °C"
    else:
        return
    what = f"{probe.role} probe {probe.name} is too hot"
    found.fault(f"{probe.role}-hot", what, f"below {limit}", measured, limit)


def _check_rise(
    watch: ProbeWatch, probe: ProbeSettings, limits: LimitSettings, found: Findings
) -> None:
    if watch.slope_c_per_s > limits.rise_c_per_s:
        found.fault(
            "rising",
            f"probe {probe.name} rises faster than full power can heat",
            f"at most {limits.rise_c_per_s:g} K/s",
            f"{watch.slope_c_per_s:.2f} K/s over 5 s",
            f"{limits.rise_c_per_s:g} K/s",
        )


def _check_tumour(
    watch: ProbeWatch, probe: ProbeSettings, limits: LimitSettings, found: Findings
) -> None:
    too_hot(watch, probe, limits.tumour_trip_c, limits.tumour_any_c, found)
    _check_rise(watch, probe, limits, found)
    hold_back_c = limits.tumour_trip_c - limits.tumour_hold_back_below_trip_c
    if watch.median_c >= hold_back_c:
        found.hold_back("tumour-near", f"{probe.name} at {watch.median_c:.1f} °C")


def _check_healthy(
    watch: ProbeWatch, probe: ProbeSettings, limits: LimitSettings, found: Findings
) -> None:
    own = healthy_limits(probe, limits)
    too_hot(watch, probe, own.trip_c, own.any_c, found)
    _check_rise(watch, probe, limits, found)
    if watch.median_c >= own.hold_back_c:
        found.hold_back("healthy-near", f"{probe.name} at {watch.median_c:.1f} °C")
    if watch.median_c < limits.healthy_low_c:
        found.fault(
            "slipped",
            f"healthy probe {probe.name} is too cold: slipped out?",
            f"above {limits.healthy_low_c:g} °C",
            f"{watch.median_c:.2f} °C",
            f"{limits.healthy_low_c:g} °C",
        )
    if watch.cem43_min >= own.cem43_min:
        found.fault(
            "healthy-dose",
            f"healthy probe {probe.name} has its full thermal dose",
            f"below {own.cem43_min:g} min CEM43",
            f"{watch.cem43_min:.1f} min",
            f"{own.cem43_min:g} min",
        )


def _check_body(
    watch: ProbeWatch, probe: ProbeSettings, limits: LimitSettings, found: Findings
) -> None:
    too_hot(watch, probe, limits.body_trip_c, limits.body_trip_c + 0.5, found)
    if watch.median_c < limits.body_low_c:
        found.fault(
            "slipped",
            f"body probe {probe.name} is too cold: slipped out?",
            f"above {limits.body_low_c:g} °C",
            f"{watch.median_c:.2f} °C",
            f"{limits.body_low_c:g} °C",
        )
    if watch.slope_c_per_s < -limits.body_fall_c_per_min / 60.0:
        found.fault(
            "slipped",
            f"body probe {probe.name} falls too fast: slipped out?",
            f"at most {limits.body_fall_c_per_min:g} °C/min",
            f"{-60.0 * watch.slope_c_per_s:.1f} °C/min",
            f"{limits.body_fall_c_per_min:g} °C/min",
        )
    if not limits.body_alarm_low_c <= watch.median_c <= limits.body_alarm_high_c:
        found.caution(
            "body-away", f"body probe {probe.name} at {watch.median_c:.1f} °C"
        )


def _check_sample(
    watch: ProbeWatch, probe: ProbeSettings, limits: LimitSettings, found: Findings
) -> None:
    too_hot(watch, probe, limits.sample_trip_c, limits.sample_trip_c, found)
    _check_rise(watch, probe, limits, found)
