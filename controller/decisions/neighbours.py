"""Do the probes still agree with each other, and with what they read before heating?

Two things that one probe alone cannot show. Tissue that is being heated is not colder
than it was at rest, but for the fall of the whole body. And in a settled hold each
probe stands at a distance to the controlled temperature that changes slowly: a probe
that drifts, or has slipped by little, leaves it. Perfusion changes distances too, but
moves the power in the other sense, so the power decides what a departure means.
"""

from typing import NamedTuple

from controller.decisions.controlled import alive
from controller.decisions.interlocks import Findings
from controller.decisions.settings import TUMOUR_ROLES, Role, Settings
from controller.decisions.signals import NAN
from controller.decisions.thermometry import ProbeWatch

LOOK_EACH_S = 1.0
SETTLE_S = 120.0
LEARN_S = 1200.0
SHORTEST_S = 60.0
# Power over what it was when the distances were learned. Perfusion that lets a probe
# fall takes more power, and perfusion that lets one rise takes less: where both rise,
# the controlled temperature reads too low, and half of the departure is enough.
UP_POWER = (0.97, 1.6)
BOTH_UP, BOTH_SHARE = 1.1, 0.5
DOWN_POWER = (0.75, 1.25)
COMPARED: tuple[Role, ...] = (*TUMOUR_ROLES, "healthy")
RESTED: tuple[Role, ...] = (*COMPARED, "sample")
Times = tuple[float, ...]


class Neighbours(NamedTuple):
    """What is remembered of the probes among each other, one entry a probe.

    ``rest_c`` is the temperature at rest, ``cold_since_s`` since when a probe is below
    it; ``usual_c`` the learned difference to the controlled temperature and
    ``away_since_s`` since when it is left. ``usual_share`` is the power that went with
    it, ``learned_s`` for how long both have been learned, ``looked_s`` the last look.
    """

    rest_c: Times = ()
    cold_since_s: Times = ()
    usual_c: Times = ()
    away_since_s: Times = ()
    usual_share: float = NAN
    learned_s: float = 0.0
    looked_s: float = NAN


NOBODY = Neighbours()


def begin(
    before: Neighbours, watches: tuple[ProbeWatch, ...], t_s: float
) -> Neighbours:
    """Return the memory at the start of heating: rest is the coldest start so far."""
    unknown = (NAN,) * len(watches)
    known_c = before.rest_c or unknown
    rest_c = [
        w.median_c if known != known or w.median_c < known else known
        for w, known in zip(watches, known_c, strict=True)
    ]
    return Neighbours(tuple(rest_c), unknown, unknown, unknown, looked_s=t_s)


def compare(
    memory: Neighbours,
    watches: tuple[ProbeWatch, ...],
    controlled_c: float,
    setpoint_c: float,
    mean_share: float,
    settled_s: float,
    s: Settings,
    found: Findings,
) -> Neighbours:
    """Compare each probe with its rest and its neighbours, once a second.

    ``settled_s`` is how long the hold has been as it is, NaN outside of a hold under
    control: nothing is learned then.
    """
    dt_s = found.t_s - memory.looked_s
    if not memory.rest_c or dt_s < LOOK_EACH_S:
        _repeat(memory, watches, controlled_c, s, found)
        return memory
    memory = memory._replace(looked_s=found.t_s)
    memory = _compare_rest(memory, watches, setpoint_c, s, found)
    if not (settled_s >= SETTLE_S and mean_share > 0.0):
        unknown = (NAN,) * len(watches)
        return memory._replace(
            usual_c=unknown, away_since_s=unknown, usual_share=NAN, learned_s=0
        )
    if not (dt_s > 0.0 and controlled_c == controlled_c):
        return memory
    return _compare_distances(memory, watches, controlled_c, mean_share, dt_s, s, found)


def _compare_rest(
    memory: Neighbours,
    watches: tuple[ProbeWatch, ...],
    setpoint_c: float,
    s: Settings,
    found: Findings,
) -> Neighbours:
    """Check that nothing heated is colder than at rest; the body's fall is allowed."""
    fall_c = 0.0
    for watch, probe, rest_c in zip(watches, s.probes, memory.rest_c, strict=True):
        if probe.role == "body" and rest_c - watch.median_c > fall_c:
            fall_c = rest_c - watch.median_c
    limits, since = s.limits, []
    for i, probe in enumerate(s.probes):
        # a set-point below rest, of a warm start, is what may be reached then
        least_c = min(memory.rest_c[i], setpoint_c) - fall_c - limits.slip_trip_c
        cold = probe.role in RESTED and watches[i].median_c <= least_c
        since_s = memory.cold_since_s[i]
        since.append((found.t_s if since_s != since_s else since_s) if cold else NAN)
        if found.t_s - since[i] >= limits.slip_confirm_s:
            found.fault(
                "slipped",
                f"probe {probe.name} is colder than before heating: slipped out, "
                "or does it drift?",
                f"above {least_c:.2f} °C",
                f"{watches[i].median_c:.2f} °C, {memory.rest_c[i]:.2f} °C at rest",
                f"{limits.slip_trip_c:g} °C for {limits.slip_confirm_s:g} s",
            )
    return memory._replace(cold_since_s=tuple(since))


def _compare_distances(
    memory: Neighbours,
    watches: tuple[ProbeWatch, ...],
    controlled_c: float,
    mean_share: float,
    dt_s: float,
    s: Settings,
    found: Findings,
) -> Neighbours:
    learned_s = memory.learned_s + dt_s
    slow = learned_s > SHORTEST_S
    weight = min(dt_s / (LEARN_S if slow else learned_s), 1.0)
    known_share = memory.usual_share
    ratio = mean_share / known_share if known_share > 0.0 else 1.0
    usual, since = [], []
    for i, probe in enumerate(s.probes):
        usual_c, away_c, since_s = memory.usual_c[i], NAN, memory.away_since_s[i]
        good = alive(watches[i], probe, s.limits, found.t_s)
        if probe.role in COMPARED and good:
            now_c = watches[i].median_c - controlled_c
            usual_c = now_c if usual_c != usual_c else usual_c
            away_c = now_c - usual_c
            usual_c += weight * away_c if away_c == away_c else 0.0
        away = slow and _away(away_c, ratio, s)
        since.append((found.t_s if since_s != since_s else since_s) if away else NAN)
        usual.append(usual_c)
    share = mean_share if known_share != known_share else known_share
    if not DOWN_POWER[0] <= ratio <= UP_POWER[1]:  # another state: learn it anew
        return memory._replace(usual_c=(NAN,) * len(usual), usual_share=NAN,
                       away_since_s=(NAN,) * len(usual), learned_s=0.0)  # fmt: skip
    after = memory._replace(
        usual_c=tuple(usual),
        away_since_s=tuple(since),
        usual_share=share + weight * (mean_share - share),
        learned_s=learned_s,
    )
    _repeat(after, watches, controlled_c, s, found)
    return after


def _away(away_c: float, ratio: float, s: Settings) -> bool:
    """Tell whether a departure in °C is one that perfusion does not explain."""
    limit_c = s.limits.slip_trip_c
    if away_c <= -limit_c:
        return DOWN_POWER[0] <= ratio <= DOWN_POWER[1]
    least_c = BOTH_SHARE * limit_c if ratio >= BOTH_UP else limit_c
    return away_c >= least_c and UP_POWER[0] <= ratio <= UP_POWER[1]


def _repeat(
    memory: Neighbours,
    watches: tuple[ProbeWatch, ...],
    controlled_c: float,
    s: Settings,
    found: Findings,
) -> None:
    """Hold back or trip for what is away, at every tick between two looks, too."""
    for i, since_s in enumerate(memory.away_since_s):
        away_s = found.t_s - since_s
        if not away_s >= s.limits.slip_confirm_s:
            continue
        probe, other = s.probes[i], _neighbour(i, watches, s)
        now_c = watches[i].median_c - controlled_c
        what = f"probe {probe.name} no longer agrees with {other}"
        if away_s < s.limits.slip_trip_s:
            away_c = now_c - memory.usual_c[i]
            found.hold_back("parting", f"{what}: {away_c:+.1f} °C")
            continue
        found.fault(
            "disagrees",
            f"{what}: one of them has slipped or drifts",
            f"{memory.usual_c[i]:+.2f} °C to the controlled temperature",
            f"{now_c:+.2f} °C for {away_s:.0f} s",
            f"{s.limits.slip_trip_c:g} °C for {s.limits.slip_trip_s:g} s, half of it "
            "when power rises with it",
        )


def _neighbour(i: int, watches: tuple[ProbeWatch, ...], s: Settings) -> str:
    """Name the hottest other tumour probe: what is controlled leans on it."""
    others = [
        (watches[k].median_c, probe.name)
        for k, probe in enumerate(s.probes)
        if k != i and probe.role in TUMOUR_ROLES
    ]
    return max(others, default=(NAN, "the others"))[1]
