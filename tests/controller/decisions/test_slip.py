"""The envelope of a probe: how fast it follows, and when a fall is a slip."""

import pytest

from controller.decisions import slip
from controller.decisions.interlocks import Findings
from controller.decisions.settings import LimitSettings, ProbeSettings
from controller.decisions.signals import NAN

LIMITS = LimitSettings()
CORE = ProbeSettings("core", "core")
DT_S = 0.2


def followed(
    median_c: float, span_s: float, cooling_c_per_s: float = 0.0
) -> slip.Envelope:
    """Return the envelope of 43 °C after readings of one temperature for a while."""
    envelope = slip.Envelope(43.0)
    for tick in range(round(span_s / DT_S)):
        envelope = slip.follow(
            envelope, median_c, cooling_c_per_s * DT_S, DT_S, DT_S * tick, LIMITS.slip_c
        )
    return envelope


def test_it_leaks_to_what_perfusion_takes_within_20_s() -> None:
    """A third of a small step is left after 20 s: exp(-1)."""
    assert followed(42.6, 20.0).level_c == pytest.approx(42.6 + 0.4 * 0.366, abs=1e-3)
    assert followed(42.6, 20.0).below_since_s != followed(42.6, 20.0).below_since_s


def test_it_does_not_leak_to_a_probe_that_is_out() -> None:
    out = followed(42.4, 20.0)
    assert out.level_c == 43.0 and out.below_since_s == 0.0


def test_it_falls_as_fast_as_tissue_may_cool() -> None:
    level_c = slip.follow(slip.Envelope(43.0), 40.0, 0.1, DT_S, 5.0, 0.5).level_c
    assert level_c == pytest.approx(42.9)
    assert followed(42.4, 2.0, cooling_c_per_s=0.1).below_since_s != 0.0


def test_it_learns_a_rise_within_20_s() -> None:
    envelope = slip.FORGOTTEN
    for tick in range(101):
        at_c = 37.0 + 0.1 * DT_S * tick
        envelope = slip.follow(envelope, at_c, 0.0, DT_S, DT_S * tick, 0.5)
    assert envelope.rising_c_per_s == pytest.approx(0.1 * (1.0 - 0.366), abs=1e-3)


@pytest.mark.parametrize(
    ("below_c", "below_s", "held", "tripped"),
    [
        (0.6, NAN, False, False),
        (0.6, 2.9, False, False),
        (0.6, 3.0, True, False),
        (0.6, 9.9, True, False),
        (0.6, 10.0, True, True),
        (1.4, 0.2, False, False),
        (1.5, 0.2, False, True),
    ],
)
def test_a_fall_holds_back_and_then_trips(
    below_c: float, below_s: float, held: bool, tripped: bool
) -> None:
    found = Findings(100.0)
    level = slip.Envelope(43.0, 100.0 - below_s)
    slip.check_slip(level, 43.0 - below_c, CORE, LIMITS, found)
    assert bool(found.hold_backs) is held
    assert [fault.code for fault in found.faults] == ["slipped"] * tripped
