"""What the other probes add to the one that is followed.

Each is taken for ``ratio`` times the followed reading plus an offset that drifts. What
it deviates from that tells of the followed probe too, as far as the two were seen to
move together; and one that is about to become the hottest is foreseen by its drift.
"""

from collections.abc import Sequence
from math import isfinite, sqrt
from typing import NamedTuple

from controller.decisions.estimator_noise import NAN
from controller.decisions.estimator_track import Covariance, Track, memory

# Offsets are forgotten in so many of the filter's own times; where a rival comes this
# close to the followed probe, within seconds.
FORGET, FORGET_S, NEAR_C = 4.0, 5.0, 0.5
# How well a probe moves with the followed one is learned in this time; until then its
# variance is taken for so many times that of the followed one's readings.
TRUST_S, DISTRUST = 150.0, 4.0
# A deviation beyond so many sigma tells nothing of the followed probe.
GATE = 3.5
# A probe that warms less or more than this, beside the followed one, is left alone.
LEAST, MOST = 0.15, 3.0
# A probe is believed after so many readings.
ENOUGH = 8
# The model answers for a followed probe that is silent this long, then another does.
SILENT_S = 15.0
# Readings beyond this do not count.
ABSURD_C = 1000.0


class Companion(NamedTuple):
    """One probe: it reads ratio · followed reading + offset, in °C; the offset drifts.

    ``mean_c`` is the running mean of its deviation, ``variance_c2`` what that amounts
    to for one reading. ``rival`` tells that it may be the controlled (hottest) one.
    """

    rival: bool = True
    ratio: float = 1.0
    offset_c: float = 0.0
    drift_c_per_s: float = 0.0
    mean_c: float = 0.0
    variance_c2: float = 0.0
    heard: int = 0


class Company(NamedTuple):
    """All probes, and the place of the followed one; -1: what is controlled itself."""

    probes: tuple[Companion, ...] = ()
    leader: int = -1
    silent_s: float = 0.0


ALONE = Company()


class Followed(NamedTuple):
    """The followed probe: its reading without noise and the tissue's temperature, °C.

    ``variance_c2`` is how well the reading is known, ``sigma_c`` the noise of one.
    ``base_c`` is where the heating began, NaN while that still goes on: only rivals
    are heard then, by their distance (ratio 1).
    """

    reading_c: float
    temperature_c: float
    delay_s: float
    own_s: float
    variance_c2: float
    sigma_c: float
    base_c: float = NAN


class Told(NamedTuple):
    """What the company tells: the mean deviation, one over its variance, and who leads.

    The rival expected to be hottest is ``hotter_c`` above the followed probe, 0 if
    none is.
    """

    deviation_c: float = 0.0
    weight: float = 0.0
    hottest: int = -1
    hotter_c: float = 0.0


NOTHING = Told()


def attended(
    company: Company,
    mature: bool,
    dt_s: float,
    hottest_c: float,
    probes_c: Sequence[float],
) -> Company:
    """Choose the probe that is followed: the hottest (°C) once the plant is known.

    Where it stays silent, is not understood any more, or probes came or went, what is
    controlled is followed itself and the choice begins anew.
    """
    count, leader = len(company.probes), company.leader
    if len(probes_c) < 2 or 0 < count != len(probes_c):
        return ALONE
    if not isfinite(hottest_c):
        return company
    if leader >= 0 and mature:
        if abs(probes_c[leader]) < ABSURD_C:
            return company._replace(silent_s=0.0) if company.silent_s else company
        silent_s = company.silent_s + dt_s
        return company._replace(silent_s=silent_s) if silent_s < SILENT_S else ALONE
    # a followed probe that no fit explains (frozen, say) may not hide a hotter one
    leader = -1
    before = company.probes or (Companion(),) * len(probes_c)
    # a probe that was ever hotter is not among those whose hottest is controlled
    if mature and hottest_c in probes_c:
        leader = probes_c.index(hottest_c)
    probes = tuple(
        [
            one._replace(rival=False) if one.rival and c > hottest_c else one
            for one, c in zip(before, probes_c, strict=True)
        ]
    )
    unchanged = leader == company.leader and probes == company.probes
    return company if unchanged else Company(probes, leader)


def heard(
    company: Company,
    probes_c: Sequence[float],
    hottest_c: float,
    to: Followed,
    dt_s: float,
) -> tuple[Company, Told]:
    """Take in one tick of readings in °C (NaN for none)."""
    mean_c = weight = hotter_c = 0.0
    hottest, leader = -1, company.leader
    held = to.base_c == to.base_c
    probes, moved = list(company.probes), False
    for k, (one, c) in enumerate(zip(company.probes, probes_c, strict=True)):
        if k == leader or not LEAST < one.ratio < MOST or not abs(c) < ABSURD_C:
            continue
        rival = one.rival and not c > hottest_c
        if not (rival or held):
            if rival != one.rival:
                probes[k], moved = one._replace(rival=False), True
            continue
        now, deviation_c = _moved(one, rival, c, to, dt_s)
        probes[k], moved = now, True
        if now.heard <= ENOUGH:
            continue
        if deviation_c == deviation_c:
            noise_c2 = max(now.variance_c2, to.sigma_c * to.sigma_c)
            new = now.ratio * now.ratio / noise_c2
            weight += new
            mean_c += new / weight * (deviation_c / now.ratio - mean_c)
        if rival:
            ahead_c = now.offset_c - (1.0 - now.ratio) * to.temperature_c
            ahead_c += min(now.drift_c_per_s * to.delay_s, NEAR_C)
            if ahead_c > hotter_c:
                hottest, hotter_c = k, ahead_c
    if not moved:
        return company, NOTHING
    after = Company(tuple(probes), leader, company.silent_s)
    return after, Told(mean_c, weight, hottest, hotter_c)


def _moved(
    one: Companion, rival: bool, temperature_c: float, to: Followed, dt_s: float
) -> tuple[Companion, float]:
    """Move a probe on; returns it and what it deviates by, NaN if beyond all noise.

    Offset and drift follow a growing, then a fading memory, critically damped.
    """
    # without min() and max(), as each tick is timed
    _, ratio, offset, drift, mean, variance, n = one
    level_c, tissue_c, _, own_s, known_c2, sigma_c, base_c = to
    least = sigma_c * sigma_c
    if n == 0:
        if level_c > base_c:
            ratio = (temperature_c - base_c) / (level_c - base_c)
        offset, variance = temperature_c - ratio * level_c, DISTRUST * least
    n += 1
    offset += drift * (dt_s if dt_s < FORGET_S else FORGET_S)
    deviation = temperature_c - ratio * level_c - offset
    noise = variance if variance > least else least
    gate = GATE * sqrt(ratio * ratio * known_c2 + noise)
    within = deviation
    if not -gate <= deviation <= gate:
        within = gate if deviation > 0.0 else -gate
    forget_s = FORGET * own_s if FORGET * own_s > FORGET_S else FORGET_S
    if rival:
        near = 1.0 - ((1.0 - ratio) * tissue_c - offset) / NEAR_C
        if near > 0.0:
            forget_s -= (near if near < 1.0 else 1.0) * (forget_s - FORGET_S)
    level, slope = _weights(n, dt_s / (dt_s + forget_s))
    offset += level * within
    if n > 1:
        drift += slope * within / dt_s
    part, usual = memory(own_s, dt_s)
    mean += part * (within - mean)
    trust = dt_s / TRUST_S if dt_s < TRUST_S else 1.0
    variance += trust * (mean * mean / usual - variance)
    after = Companion(rival, ratio, offset, drift, mean, variance, n)
    return after, within if within == deviation else NAN


def _weights(heard: int, least_share: float) -> tuple[float, float]:
    """Choose the weights (0 to 1) of a deviation in level and slope."""
    level, slope = least_share * (2.0 - least_share), least_share * least_share
    if heard * least_share < 4.0:
        grown = heard * (heard + 1.0)
        level, slope = max((4.0 * heard - 2.0) / grown, level), max(6.0 / grown, slope)
    return level, slope


def in_ratio(
    company: Company, reading_c: float, rise_c: float, rate_c_per_s: float
) -> Company:
    """Take each probe for a part of the followed one's rise, in °C.

    Until then it was taken for a distance from it (ratio 1).
    """
    if not rise_c > 0.0:
        return company
    probes = [
        _as_share(one, 1.0 + one.offset_c / rise_c, reading_c, rate_c_per_s)
        if one.heard
        else one
        for one in company.probes
    ]
    return company._replace(probes=tuple(probes))


def _as_share(
    one: Companion, ratio: float, reading_c: float, rate_c_per_s: float
) -> Companion:
    return one._replace(
        ratio=ratio,
        offset_c=one.offset_c + (1.0 - ratio) * reading_c,
        drift_c_per_s=one.drift_c_per_s + (1.0 - ratio) * rate_c_per_s,
    )


def handed_over(company: Company, track: Track, place: int) -> tuple[Company, Track]:
    """Follow the probe at ``place`` from now on; temperatures go on without a jump."""
    new = company.probes[place]
    ratio, offset, drift = new.ratio, new.offset_c, new.drift_c_per_s
    probes = list(company.probes)
    # the one that was followed knows of the new one what that knew of it
    probes[company.leader] = new._replace(
        rival=probes[company.leader].rival,
        ratio=1.0,
        offset_c=0.0,
        drift_c_per_s=0.0,
        mean_c=-new.mean_c / ratio,
        variance_c2=new.variance_c2 / (ratio * ratio),
    )
    for k, one in enumerate(probes):
        share = one.ratio / ratio
        probes[k] = one._replace(
            ratio=share,
            offset_c=one.offset_c - share * offset,
            drift_c_per_s=one.drift_c_per_s - share * drift,
        )
    probes[place] = Companion(new.rival)
    track = track._replace(
        reading_c=ratio * track.reading_c + offset,
        rate_c_per_s=ratio * track.rate_c_per_s + drift,
        gain_c_per_s=ratio * track.gain_c_per_s,
        covariance=_scaled(track.covariance, ratio * ratio),
    )
    return Company(tuple(probes), place), track


def _scaled(covariance: Covariance, square: float) -> Covariance:
    tt, tr, tg, rr, rg, gg = covariance
    return (
        square * tt,
        square * tr,
        square * tg,
        square * rr,
        square * rg,
        square * gg,
    )
