"""Interlocks on the applicator: what its instruments read back must fit the command.

The ceiling itself is among them, on measured values: a trip, for faults. The bound on
what is commanded is in ``ceiling``.
"""

from dataclasses import dataclass

from controller.decisions.applicator import field_for
from controller.decisions.ceiling import exceeds
from controller.decisions.interlocks import Findings
from controller.decisions.settings import ApplicatorSettings, LimitSettings, Settings
from controller.decisions.signals import NAN, Command, Drive

SETTLE_S = 1.0
# a reading may be 1.5 s old, and is compared with what was set in the second before it
KEPT_S = 3.0
FREQUENCY_TOLERANCE = 1e-3
OFF_CURRENT_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class DriveWatch:
    """What is remembered of the applicator.

    ``sets`` are (time in s, current in A) commanded in the last 3 s;
    ``switched_s`` when the output was last commanded on or off; ``low_since_s``
    since when the current has been below its set-point.
    """

    sets: tuple[tuple[float, float], ...] = ()
    output_on: bool = False
    switched_s: float = NAN
    low_since_s: float = NAN


def remember(watch: DriveWatch, command: Command, t_s: float) -> DriveWatch:
    """Return the watch after a command has been given."""
    switched_s = watch.switched_s
    if command.output_on != watch.output_on or switched_s != switched_s:
        switched_s = t_s
    recent = tuple(s for s in watch.sets if t_s - s[0] <= KEPT_S)
    return DriveWatch(
        (*recent, (t_s, command.current_a)),
        command.output_on,
        switched_s,
        watch.low_since_s,
    )


def measured_field(drive: Drive | None, applicator: ApplicatorSettings) -> float:
    """Return the measured amplitude in A/m, NaN without a drive.

    The highest of the field sensor's and of supply current × calibration.
    """
    if drive is None:
        return NAN
    from_current = field_for(drive.current_a, applicator)
    sensed = drive.field_a_per_m
    return max(from_current, sensed) if sensed == sensed else from_current


def check_drive(
    watch: DriveWatch, drive: Drive, settings: Settings, found: Findings
) -> DriveWatch:
    """Check supply and generator; return the watch with the low-current time."""
    applicator, limits = settings.applicator, settings.limits
    _check_links(drive, limits, found)
    _check_ceiling(drive, settings, found)
    _check_supply(watch, drive, found)
    if watch.output_on:
        _check_generator(drive, applicator, found)
    return _check_current(watch, drive, settings, found)


def _check_links(drive: Drive, limits: LimitSettings, found: Findings) -> None:
    for name, taken_s in (
        ("coil supply", drive.supply_taken_s),
        ("generator", drive.generator_taken_s),
    ):
        age_s = found.t_s - taken_s
        if not age_s <= limits.drive_age_s:
            seen = "never" if age_s != age_s else f"{age_s:.1f} s ago"
            found.fault(
                name.split()[-1] + "-lost",
                f"the {name} does not answer",
                "an answer each period",
                f"the last one {seen}",
                f"{limits.drive_age_s:g} s",
            )


def _check_ceiling(drive: Drive, settings: Settings, found: Findings) -> None:
    field_a_per_m = measured_field(drive, settings.applicator)
    idle = OFF_CURRENT_SHARE * settings.applicator.max_current_a
    if not drive.output_on and drive.current_a <= idle:
        return
    if exceeds(field_a_per_m, drive.frequency_hz, settings.ceiling):
        limit = settings.ceiling.limit_a_per_m_s
        found.fault(
            "ceiling",
            "the measured field may break the ceiling",
            f"H·f with its uncertainty up to {limit:.4g} A/(m·s)",
            f"{field_a_per_m:.0f} A/m at {drive.frequency_hz:.0f} Hz, "
            f"H·f {field_a_per_m * drive.frequency_hz:.4g} A/(m·s)",
            f"{limit:.4g} A/(m·s), {settings.ceiling.amplitude_cap_a_per_m:.0f} A/m",
        )


def _check_supply(watch: DriveWatch, drive: Drive, found: Findings) -> None:
    if drive.supply_trip:
        found.fault(
            "supply-trip",
            f"the coil supply has tripped ({drive.supply_trip})",
            "no trip",
            drive.supply_trip,
            "the supply's own protection",
        )
    settled = drive.supply_taken_s - watch.switched_s >= SETTLE_S
    if settled and drive.output_on != watch.output_on:
        said = "on" if watch.output_on else "off"
        found.fault(
            "output-lost" if watch.output_on else "output-stuck",
            f"the supply's output was switched {said} and is not",
            f"output {said}",
            f"output {'on' if drive.output_on else 'off'}, {drive.current_a:.2f} A",
            f"{SETTLE_S:g} s",
        )


def _check_generator(
    drive: Drive, applicator: ApplicatorSettings, found: Findings
) -> None:
    off_hz = abs(drive.frequency_hz - applicator.frequency_hz)
    if not off_hz <= FREQUENCY_TOLERANCE * applicator.frequency_hz:
        found.fault(
            "frequency",
            "the generator's frequency is not the one commanded",
            f"{applicator.frequency_hz:.0f} Hz",
            f"{drive.frequency_hz:.0f} Hz",
            f"±{100 * FREQUENCY_TOLERANCE:g} %",
        )
    if not drive.generator_on:
        found.fault(
            "generator-off",
            "the generator's output is off under a live supply",
            "generator on",
            "generator off",
            "none",
        )


def _check_current(
    watch: DriveWatch, drive: Drive, settings: Settings, found: Findings
) -> DriveWatch:
    tolerance_a = settings.applicator.current_tolerance_a
    taken_s = drive.supply_taken_s
    sets = [a for t_s, a in watch.sets if 0.0 <= taken_s - t_s <= SETTLE_S]
    newest_a = sets[-1] if sets else 0.0
    highest_a = max(sets, default=0.0)
    if not drive.current_a <= highest_a + tolerance_a:
        found.fault(
            "current-high",
            "the supply delivers more current than was set",
            f"{newest_a:.2f} A",
            f"{drive.current_a:.2f} A",
            f"{highest_a + tolerance_a:.2f} A",
        )
    lowest_a = min(sets, default=0.0)
    if drive.current_a >= lowest_a - tolerance_a:
        low_since_s = NAN
    else:
        low_since_s = watch.low_since_s
        low_since_s = found.t_s if low_since_s != low_since_s else low_since_s
        if found.t_s - low_since_s >= settings.limits.current_low_s:
            found.cautions.append(
                f"the supply delivers {drive.current_a:.2f} A of {newest_a:.2f} A: "
                "at its voltage limit, or the coil is detuned"
            )
    return DriveWatch(watch.sets, watch.output_on, watch.switched_s, low_since_s)
