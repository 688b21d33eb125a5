"""The frequency follows a warm tank, within its band, and no load that changes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.resonance import ANNOUNCED_S, UNTRACKED, follow_resonance
from controller.decisions.settings import Settings
from tests.controller.decisions.scene import SETTINGS

QUALITY = 70.0
TRACKING = replace(
    SETTINGS, applicator=replace(SETTINGS.applicator, track_resonance=True)
)
NOMINAL_HZ = SETTINGS.applicator.frequency_hz


def load_of(frequency_hz: float, resonance_hz: float) -> float:
    ratio = frequency_hz / resonance_hz
    return 1.0 + (QUALITY * (ratio - 1.0 / ratio)) ** 2


def towards(resonance_hz: float) -> Callable[[float, float], float]:
    return lambda frequency_hz, t_s: load_of(frequency_hz, resonance_hz)


def followed(
    load: Callable[[float, float], float],
    span_s: float,
    settings: Settings = TRACKING,
) -> list[tuple[float, float, float]]:
    """Track for a time; return (time, frequency, planned frequency) of each tick."""
    track, found = UNTRACKED, []
    for tick in range(round(span_s / 0.2)):
        t_s = 0.2 * tick
        frequency_hz = track.frequency_hz
        if frequency_hz != frequency_hz:
            frequency_hz = NOMINAL_HZ
        found.append((t_s, frequency_hz, track.planned_hz))
        track = follow_resonance(track, load(frequency_hz, t_s), True, t_s, settings)
    return found


def test_it_finds_a_resonance_that_has_moved() -> None:
    for shift in (-0.003, 0.003):
        resonance_hz = NOMINAL_HZ * (1.0 + shift)
        ticks = followed(towards(resonance_hz), 400.0)
        last_hz = [f for _, f, _ in ticks[-100:]]
        assert all(load_of(f, resonance_hz) < 1.03 for f in last_hz)


def test_a_load_that_falls_steadily_does_not_carry_it_away() -> None:
    def load(frequency_hz: float, t_s: float) -> float:
        return load_of(frequency_hz, NOMINAL_HZ) * (1.2 - 0.4 * t_s / 1000.0)

    ticks = followed(load, 1000.0)
    assert max(abs(f / NOMINAL_HZ - 1.0) for _, f, _ in ticks) < 1.1e-3


def test_it_stays_within_its_band_and_that_of_the_ceiling() -> None:
    far_hz = 1.05 * NOMINAL_HZ
    ticks = followed(lambda f, t: load_of(f, far_hz), 1000.0)
    highest = max(f for _, f, _ in ticks)
    assert 1.009 < highest / NOMINAL_HZ <= 1.01
    ceiling = replace(SETTINGS.ceiling, frequency_max_hz=161_500.0)
    ticks = followed(
        lambda f, t: load_of(f, far_hz), 400.0, replace(TRACKING, ceiling=ceiling)
    )
    assert max(f for _, f, _ in ticks) <= 161_500.0


def test_every_frequency_is_announced_before_it_is_used() -> None:
    ticks = followed(lambda f, t: load_of(f, 1.004 * NOMINAL_HZ), 200.0)
    announced: dict[float, float] = {}
    used_hz = NOMINAL_HZ
    moves = 0
    for t_s, frequency_hz, planned_hz in ticks:
        if frequency_hz != used_hz:
            assert t_s - announced.pop(frequency_hz) >= ANNOUNCED_S
            used_hz, moves = frequency_hz, moves + 1
        if planned_hz == planned_hz:
            announced.setdefault(planned_hz, t_s)
    assert moves > 10


def test_it_waits_while_the_current_moves() -> None:
    track = UNTRACKED
    for tick in range(500):
        track = follow_resonance(track, 1.2, False, 0.2 * tick, TRACKING)
    assert track.frequency_hz == NOMINAL_HZ
    assert track.planned_hz != track.planned_hz


@pytest.mark.parametrize("shift", [0.0, 0.01])
def test_a_higher_frequency_permits_less(shift: float) -> None:
    higher = permitted_amplitude(NOMINAL_HZ * (1.0 + shift), SETTINGS.ceiling)
    assert higher * NOMINAL_HZ * (1.0 + shift) < SETTINGS.ceiling.limit_a_per_m_s
