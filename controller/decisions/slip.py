"""Has a probe slipped out? The lowest temperature that the tissue can have cooled to.

The dangerous slip is partial: 1 to 5 °C low, and the loop answers with power. Each
probe has an envelope that follows its readings up and falls only as fast as passive
cooling can; readings well below it have another reason.
"""

from typing import NamedTuple

from controller.decisions.interlocks import Findings
from controller.decisions.settings import (
    TUMOUR_ROLES,
    LimitSettings,
    ProbeSettings,
    Settings,
)
from controller.decisions.signals import NAN
from controller.decisions.thermometry import ProbeWatch

LEAK_S = 20.0
# In a ramp tissue goes on rising: a rate is learned over so long, most of it counts.
RISING_S = 20.0
RISING_SHARE = 0.8


class Envelope(NamedTuple):
    """``level_c`` is the lowest temperature that cooling explains, in °C.

    ``below_since_s`` is since when the readings are below it by ``slip_c``;
    ``rising_c_per_s`` how fast it has been rising.
    """

    level_c: float = NAN
    below_since_s: float = NAN
    rising_c_per_s: float = 0.0


FORGOTTEN = Envelope()


def follow(
    envelope: Envelope,
    median_c: float,
    cooling_c: float,
    dt_s: float,
    t_s: float,
    slip_c: float,
    *,
    ramping: bool = False,
) -> Envelope:
    """Let the envelope follow the readings while the field is on.

    It falls by ``cooling_c``, what passive cooling may take in ``dt_s``, and leaks
    towards the readings with 20 s, so that slow changes of perfusion are not slips;
    while the readings stand below it by ``slip_c`` the leak stops and the time is
    remembered. ``ramping`` says that the power is what it was: the tissue then goes on
    rising, and its rise does not hide a slip.
    """
    level_c, rising = envelope.level_c, envelope.rising_c_per_s
    if level_c != level_c:
        return Envelope(median_c)
    if median_c >= level_c:
        return Envelope(median_c, NAN, _rate(rising, median_c - level_c, dt_s))
    level_c -= cooling_c
    if level_c - median_c >= slip_c:
        since_s = envelope.below_since_s
        if ramping and rising > 0.0:
            level_c += RISING_SHARE * rising * dt_s
        return Envelope(level_c, t_s if since_s != since_s else since_s, rising)
    leaked_c = (level_c - median_c) * (1.0 if dt_s >= LEAK_S else dt_s / LEAK_S)
    lost_c = cooling_c + leaked_c
    return Envelope(level_c - leaked_c, NAN, _rate(rising, -lost_c, dt_s))


def _rate(rate_c_per_s: float, change_c: float, dt_s: float) -> float:
    """Smooth a rate in K/s over 20 s by what came in the last ``dt_s``."""
    rate_c_per_s += (change_c - rate_c_per_s * dt_s) / RISING_S
    return rate_c_per_s if rate_c_per_s == rate_c_per_s else 0.0


def check_slip(
    envelope: Envelope,
    median_c: float,
    probe: ProbeSettings,
    limits: LimitSettings,
    found: Findings,
) -> None:
    """Check one probe: hold back after 3 s below its envelope, trip after 10 s."""
    below_s = found.t_s - envelope.below_since_s
    if not below_s >= 0.0:
        return
    below_c = envelope.level_c - median_c
    if below_s >= limits.slip_confirm_s:
        found.hold_back(
            "slip-seen",
            f"probe {probe.name} is {below_c:.1f} °C below what it can cool to",
        )
    if below_c >= limits.slip_trip_c or below_s >= limits.slip_trip_s:
        found.fault(
            "slipped",
            f"probe {probe.name} fell faster than tissue cools: slipped out?",
            f"at least {envelope.level_c:.2f} °C",
            f"{median_c:.2f} °C for {below_s:.0f} s",
            f"{limits.slip_c:g} °C for {limits.slip_trip_s:g} s, "
            f"or {limits.slip_trip_c:g} °C",
        )


def check_placed(
    watches: tuple[ProbeWatch, ...], settings: Settings, found: Findings
) -> None:
    """Check that no tumour probe reads the temperature of air when heating begins.

    While heating that is a healthy probe's limit; of a tumour probe that is out from
    the beginning nothing else would tell: another one may be hotter.
    """
    low_c = settings.limits.healthy_low_c
    for watch, probe in zip(watches, settings.probes, strict=True):
        if probe.role in TUMOUR_ROLES and watch.median_c < low_c:
            found.fault(
                "slipped",
                f"heating cannot start, {probe.role} probe {probe.name} is too cold "
                "for tissue: in the air?",
                f"above {low_c:g} °C",
                f"{watch.median_c:.2f} °C",
                f"{low_c:g} °C",
            )
