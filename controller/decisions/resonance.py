"""The frequency follows a tank that warms: slow, bounded, one small step at a time.

V/I of the supply is R0·(1 + x²) of the detuning x. In a steady hold it is compared
at one frequency, a small step aside, and at the first again; the step is kept when V/I
was lower there than the mean of before and after, so that a load that changes steadily
is not taken for detuning. A frequency is announced before it is used: the ceiling
holds for it, too, by then.
"""

from dataclasses import dataclass, replace

from controller.decisions.settings import Settings
from controller.decisions.signals import NAN

STEP_SHARE = 5e-4
ANNOUNCED_S = 1.0
SETTLE_S = 2.0
AVERAGE_S = 3.0
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Track:
    """Where the tracking stands; NaN frequencies mean the configured one.

    ``base_hz`` is the best so far, ``frequency_hz`` the present one, ``left_hz`` the
    one before, ``planned_hz`` the next; ``side_factor`` 1 or -1 says where the next
    step goes. ``loads`` are V/I at the base and, from the second stage on, aside.
    ``total_ratio`` and ``count`` make the mean of V/I at the present frequency, begun
    at ``since_s``.
    """

    base_hz: float = NAN
    frequency_hz: float = NAN
    left_hz: float = NAN
    planned_hz: float = NAN
    since_s: float = NAN
    side_factor: float = 1.0
    loads: tuple[float, ...] = ()
    total_ratio: float = 0.0
    count: int = 0


UNTRACKED = Track()


def follow_resonance(
    track: Track, load_ratio: float, steady: bool, t_s: float, settings: Settings
) -> Track:
    """Return where the tracking stands after a tick of a hold.

    ``load_ratio`` is V/I over the tuned one, NaN while not known; ``steady`` says that
    the current was constant enough to trust it.
    """
    if track.base_hz != track.base_hz:
        nominal_hz = settings.applicator.frequency_hz
        return Track(nominal_hz, nominal_hz, nominal_hz, since_s=t_s)
    if track.planned_hz == track.planned_hz:
        if not t_s - track.since_s >= ANNOUNCED_S:
            return track
        return replace(
            track,
            frequency_hz=track.planned_hz,
            left_hz=track.frequency_hz,
            planned_hz=NAN,
            since_s=t_s,
        )
    settled = t_s - track.since_s >= SETTLE_S
    if settled and steady and load_ratio == load_ratio:
        track = replace(
            track, total_ratio=track.total_ratio + load_ratio, count=track.count + 1
        )
    if t_s - track.since_s < SETTLE_S + AVERAGE_S or track.count < FEWEST:
        return track
    return _planned(track, track.total_ratio / track.count, t_s, settings)


def _planned(track: Track, mean_ratio: float, t_s: float, s: Settings) -> Track:
    """Return the track with its next frequency: aside, back, or on from a better one.

    The mean ratio is of the load at the present frequency.
    """
    loads = (*track.loads, mean_ratio)
    base_hz, side = track.base_hz, track.side_factor
    aside_hz = base_hz * (1.0 + side * STEP_SHARE)
    if len(loads) == 2:
        return _plan(track, base_hz, loads, t_s)
    if len(loads) == 3:
        if loads[1] < 0.5 * (loads[0] + loads[2]):
            moved = replace(track, base_hz=aside_hz)
            return _plan(moved, aside_hz, (), t_s)
        side, loads = -side, loads[2:]
        aside_hz = base_hz * (1.0 + side * STEP_SHARE)
    if not _inside(aside_hz, s):
        side = -side
        aside_hz = base_hz * (1.0 + side * STEP_SHARE)
    return _plan(replace(track, side_factor=side), aside_hz, loads, t_s)


def _plan(track: Track, hz: float, loads: tuple[float, ...], t_s: float) -> Track:
    return replace(
        track, planned_hz=hz, loads=loads, since_s=t_s, total_ratio=0.0, count=0
    )


def _inside(frequency_hz: float, s: Settings) -> bool:
    nominal_hz, band = s.applicator.frequency_hz, s.applicator.track_band_share
    return (
        abs(frequency_hz / nominal_hz - 1.0) <= band
        and s.ceiling.frequency_min_hz <= frequency_hz <= s.ceiling.frequency_max_hz
    )
