"""Interlocks on the applicator: what its instruments read back must fit the command.

The ceiling itself is among them, on measured values: a trip, for faults. The bound on
what is commanded is in ``ceiling``.
"""

from typing import NamedTuple

from controller.decisions.field_sources import (
    IDLE_SHARE,
    LOAD_FLOOR_SHARE,
    breach,
    measured_field,
    sensed_frequency,
)
from controller.decisions.field_watch import (
    UNSEEN,
    FieldWatch,
    drift_words,
    follow_field,
)
from controller.decisions.interlocks import Findings
from controller.decisions.resonance import UNTRACKED, Track
from controller.decisions.settings import LimitSettings, Settings
from controller.decisions.signals import NAN, Command, Drive

__all__ = ["DriveWatch", "check_drive", "measured_field", "remember"]

SETTLE_S = 1.0
# a reading may be 1.5 s old, and is compared with what was set in the second before it
KEPT_S = 3.0
NO_CURRENT_S = 3.0
FREQUENCY_TOLERANCE = 1e-3
SENSED_FREQUENCY_TOLERANCE = 5e-3
# after a step of the frequency the one before may still be read back for so long
FREQUENCY_STEP_S = 2.0


class DriveWatch(NamedTuple):
    """What is remembered of the applicator.

    ``sets`` are (time in s, current in A) commanded in the last 3 s;
    ``switched_s`` when the output was last commanded on or off; ``low_since_s``
    since when the current has been below its set-point. ``field`` is of the field's
    sources, ``track`` of the frequency.
    """

    sets: tuple[tuple[float, float], ...] = ()
    output_on: bool = False
    switched_s: float = NAN
    low_since_s: float = NAN
    field: FieldWatch = UNSEEN
    track: Track = UNTRACKED


def remember(watch: DriveWatch, command: Command, t_s: float) -> DriveWatch:
    """Return the watch after a command has been given."""
    switched_s = watch.switched_s
    if command.output_on != watch.output_on or switched_s != switched_s:
        switched_s = t_s
    sets, old = watch.sets, 0
    for set_s, _ in sets:
        if t_s - set_s <= KEPT_S:
            break
        old += 1
    sets = (*sets[old:], (t_s, command.current_a))
    if not command.output_on:  # what comes next is to be confirmed anew
        return DriveWatch(sets, False, switched_s, watch.low_since_s)
    return DriveWatch(
        sets, True, switched_s, watch.low_since_s, watch.field, watch.track
    )


def check_drive(
    watch: DriveWatch, drive: Drive, settings: Settings, found: Findings
) -> DriveWatch:
    """Check supply and generator; return the watch with the low-current time."""
    _check_links(drive, settings, found)
    _check_ceiling(drive, settings, found)
    _check_supply(watch, drive, found)
    if watch.output_on:
        _check_frequency(watch, drive, settings, found)
    watch = _check_current(watch, drive, settings, found)
    return _check_field(watch, drive, settings, found) if watch.output_on else watch


def _check_links(drive: Drive, settings: Settings, found: Findings) -> None:
    limits = settings.limits
    _check_link("coil supply", drive.supply_taken_s, limits, found)
    if settings.applicator.sets_frequency:
        _check_link("generator", drive.generator_taken_s, limits, found)


def _check_link(
    name: str, taken_s: float, limits: LimitSettings, found: Findings
) -> None:
    age_s = found.t_s - taken_s
    if not abs(age_s) <= limits.drive_age_s:
        seen = "never" if age_s != age_s else f"{age_s:.1f} s ago"
        found.fault(
            name.split()[-1] + "-lost",
            f"the {name} does not answer",
            "an answer each period",
            f"the last one {seen}",
            f"{limits.drive_age_s:g} s",
        )


def _check_ceiling(drive: Drive, settings: Settings, found: Findings) -> None:
    seen = breach(drive, settings)
    if seen is None:
        return
    source, field_a_per_m, frequency_hz = seen
    limit = settings.ceiling.limit_a_per_m_s
    found.fault(
        "ceiling",
        "the measured field may break the ceiling",
        f"H·f with its uncertainty up to {limit:.4g} A/(m·s)",
        f"{field_a_per_m:.0f} A/m ({source}) at {frequency_hz:.0f} Hz, "
        f"H·f {field_a_per_m * frequency_hz:.4g} A/(m·s)",
        f"{limit:.4g} A/(m·s), {settings.ceiling.amplitude_cap_a_per_m:.0f} A/m",
    )


def _check_field(
    watch: DriveWatch, drive: Drive, settings: Settings, found: Findings
) -> DriveWatch:
    lowest_a = highest_a = drive.current_a
    if settings.field_sensor is not None:
        begin_s = end_s = drive.supply_taken_s
        if drive.field_taken_s < begin_s:
            begin_s = drive.field_taken_s
        elif drive.field_taken_s > end_s:
            end_s = drive.field_taken_s
        begin_s -= SETTLE_S
        sets = [a for t_s, a in watch.sets if begin_s <= t_s <= end_s]
        lowest_a, highest_a = (min(sets), max(sets)) if sets else (0.0, 0.0)
    field = follow_field(watch.field, drive, lowest_a, highest_a, settings, found)
    if field.confirmed:
        words = drift_words(field)
        if words:
            found.cautions.append(words)
    if field is watch.field:
        return watch
    return DriveWatch(
        watch.sets,
        watch.output_on,
        watch.switched_s,
        watch.low_since_s,
        field,
        watch.track,
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


def _check_frequency(
    watch: DriveWatch, drive: Drive, settings: Settings, found: Findings
) -> None:
    if not settings.applicator.sets_frequency:
        _check_band(drive.frequency_hz, settings, found)
        return
    wanted_hz, track = settings.applicator.frequency_hz, watch.track
    if track.frequency_hz == track.frequency_hz:
        wanted_hz = track.frequency_hz
        stepped = found.t_s - track.since_s <= FREQUENCY_STEP_S
        if stepped and abs(drive.frequency_hz - track.left_hz) <= 1.0:
            wanted_hz = track.left_hz
    unread = drive.frequency_hz != drive.frequency_hz
    if not (unread and settings.field_sensor is not None):
        _compare_hz("generator", drive.frequency_hz, wanted_hz, found)
    sensed_hz = sensed_frequency(drive, settings.applicator)
    if sensed_hz == sensed_hz:
        _compare_hz("field", sensed_hz, wanted_hz, found)
    # an amplifier has one output: it reads as off for as long as both are old
    if drive.output_on and not drive.generator_on:
        found.fault(
            "generator-off",
            "the generator's output is off under a live supply",
            "generator on",
            "generator off",
            "none",
        )


def _check_band(read_hz: float, settings: Settings, found: Findings) -> None:
    """Check a frequency that the applicator finds itself: another tank, another one."""
    low_hz, high_hz = (
        settings.ceiling.frequency_min_hz,
        settings.ceiling.frequency_max_hz,
    )
    if read_hz < low_hz or read_hz > high_hz:
        band = f"{low_hz:.0f} to {high_hz:.0f} Hz"
        found.fault(
            "frequency",
            "the applicator's own frequency is outside the band: another coil or "
            "capacitor?",
            band,
            f"{read_hz:.0f} Hz",
            band,
        )


def _compare_hz(what: str, read_hz: float, wanted_hz: float, found: Findings) -> None:
    sensed = what == "field"
    tolerance = SENSED_FREQUENCY_TOLERANCE if sensed else FREQUENCY_TOLERANCE
    if not abs(read_hz - wanted_hz) <= tolerance * wanted_hz:
        found.fault(
            "frequency",
            f"the {what}'s frequency is not the one commanded",
            f"{wanted_hz:.0f} Hz",
            f"{read_hz:.0f} Hz",
            f"±{100 * tolerance:g} %",
        )


def _check_current(
    watch: DriveWatch, drive: Drive, settings: Settings, found: Findings
) -> DriveWatch:
    tolerance_a = settings.applicator.current_tolerance_a
    taken_s = drive.supply_taken_s
    sets = [a for t_s, a in watch.sets if 0.0 <= taken_s - t_s <= SETTLE_S]
    newest_a = sets[-1] if sets else 0.0
    lowest_a, highest_a = (min(sets), max(sets)) if sets else (0.0, 0.0)
    if not drive.current_a <= highest_a + tolerance_a:
        found.fault(
            "current-high",
            "the supply delivers more current than was set",
            f"{newest_a:.2f} A",
            f"{drive.current_a:.2f} A",
            f"{highest_a + tolerance_a:.2f} A",
        )
    low_since_s = _low_since(watch, drive, lowest_a - tolerance_a, found)
    if found.t_s - low_since_s >= NO_CURRENT_S:
        _check_flow(drive, lowest_a, settings, found)
    if found.t_s - low_since_s >= settings.limits.current_low_s:
        found.cautions.append(
            f"the supply delivers {drive.current_a:.2f} A of {newest_a:.2f} A: "
            "at its voltage limit, or the coil is detuned"
        )
    if low_since_s != low_since_s and watch.low_since_s != watch.low_since_s:
        return watch
    return watch._replace(low_since_s=low_since_s)


def _check_flow(
    drive: Drive, lowest_a: float, settings: Settings, found: Findings
) -> None:
    """Check that something flows of what has been set for a while."""
    most_a = settings.applicator.max_current_a
    if drive.current_a <= IDLE_SHARE * most_a < LOAD_FLOOR_SHARE * most_a <= lowest_a:
        found.fault(
            "output-lost",
            "no current flows: the circuit of the coil is open, or nothing heats",
            f"{lowest_a:.2f} A",
            f"{drive.current_a:.2f} A",
            f"{NO_CURRENT_S:g} s",
        )


def _low_since(
    watch: DriveWatch, drive: Drive, least_a: float, found: Findings
) -> float:
    if drive.current_a >= least_a:
        return NAN
    since_s = watch.low_since_s
    return found.t_s if since_s != since_s else since_s
