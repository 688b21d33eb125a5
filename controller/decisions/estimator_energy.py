"""How much heating energy went in, and how much of it a late probe can have seen.

Energy is counted in full-power seconds: the integral of the relative power
u = (H / H_bound)², so that it needs no gain. A ring of past totals on a fixed grid
answers "what was it this many seconds ago" for dead times up to 25 s.
"""

from math import isfinite
from typing import NamedTuple

GRID_S = 0.25
POINTS = 101


class Energy(NamedTuple):
    """Full-power seconds so far, and their past; newest grid point last.

    ``behind_s`` is the time since the newest grid point.
    """

    total_s: float = 0.0
    behind_s: float = 0.0
    past_s: tuple[float, ...] = (0.0,) * POINTS


def pushed(energy: Energy, dt_s: float, share: float) -> Energy:
    """Add ``dt_s`` seconds at a mean relative power of ``share``."""
    total_s = energy.total_s + dt_s * share
    count = int((energy.behind_s + dt_s) / GRID_S)
    behind_s = energy.behind_s + dt_s - count * GRID_S
    if count == 0:
        return Energy(total_s, behind_s, energy.past_s)
    first_s = energy.total_s + share * (GRID_S - energy.behind_s)
    if count > POINTS:
        first_s += share * GRID_S * (count - POINTS)
        count = POINTS
    step_s = share * GRID_S
    new = tuple([first_s + step_s * k for k in range(count)])
    return Energy(total_s, behind_s, energy.past_s[count:] + new)


def seen_s(energy: Energy, dead_s: float) -> float:
    """Return the full-power seconds given until ``dead_s`` ago, 0 to 25 s."""
    past = energy.past_s
    steps = (dead_s - energy.behind_s) / GRID_S
    if steps > 0.0:
        whole = int(steps)
        if whole > POINTS - 2:
            return past[0]
        newer_s = past[-1 - whole]
        return newer_s + (steps - whole) * (past[-2 - whole] - newer_s)
    if energy.behind_s <= 0.0:
        return energy.total_s
    part = dead_s / energy.behind_s
    return energy.total_s + part * (past[-1] - energy.total_s)


def mean_share(
    before_share: float,
    now_share: float,
    asked_share: float,
    slew_per_s: float,
    dt_s: float,
) -> float:
    """Compute the mean relative power over a tick from two fields, H / H_bound.

    The field goes from ``before_share`` to ``now_share`` in a straight line at
    ``slew_per_s`` and then stays; where it has not arrived at ``asked_share`` the
    line fills the tick. A change faster than the slew limit shows that the limit is
    not known: it is then taken as a jump. Returns 0 for anything not finite.
    """
    if not (isfinite(before_share) and isfinite(now_share) and dt_s > 0.0):
        return 0.0
    change = abs(now_share - before_share)
    limit = slew_per_s * dt_s
    part = 1.0
    if not change <= 1.02 * limit:
        part = 0.0
    elif limit > 0.0 and abs(now_share - asked_share) <= 0.01 * asked_share + 1e-6:
        part = change / limit
    square = now_share * now_share
    ramp = (before_share * (before_share + now_share) + square) / 3.0
    return part * ramp + (1.0 - part) * square
