"""The true field under its ceiling, with the whole stack and a pick-up coil.

What is true is the simulated tank's; a misfit ends safe with a sentence that names it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from controller.config.loading import Loaded
from controller.decisions.signals import Request
from controller.loop import COMPLETED, ENDED
from controller.recording.run_file import Run
from controller.rehearsal import KINDS, Fault, rehearse
from tests.controller.rig import Rig, rig, short

Mischief = Callable[[Rig], object]


@dataclass
class End:
    """How a run ended, and the largest true H·f in it as a share of the ceiling."""

    exit_code: int
    sentence: str
    codes: list[str]
    share: float
    output_on: bool
    end_s: float


def run(
    out: Path,
    mischief: Mischief,
    *,
    after_s: float | None = None,
    each: Mischief = lambda r: None,
    seed: int = 1,
    hold_s: float = 60.0,
    manual: float = 0.0,
    change: Callable[[Loaded], Loaded] = lambda loaded: loaded,
) -> End:
    """Run with a misfit from the start, or ``after_s`` into the ramp."""
    done: list[float] = []

    def at(r: Rig) -> tuple[Request, ...]:
        each(r)
        if r.phase == "ramp" and manual and r.loop.since_phase_s() < 0.1:
            return (Request("manual", manual),)
        due = after_s is None or (
            r.phase == "ramp" and r.loop.since_phase_s() >= after_s
        )
        if due and not done:
            done.append(r.t_s)
            mischief(r)
        return ()

    shortened = lambda loaded: change(short(loaded, hold_s))  # noqa: E731
    with rig(out, change=shortened, seed=seed, at=at) as r:
        outcome = r.run()
        limit = r.loaded.settings.ceiling.limit_a_per_m_s
        end = r.t_s
        on = r.supply.output_on
    with Run.open(r.recorder.path) as found:
        truth = found.data().truth
    assert truth is not None
    share = float(truth["true_hf_a_per_m_s"].max()) / limit
    return End(outcome.exit_code, outcome.sentence, r.codes, share, on, end)


def fault(kind: str, on: str = "") -> Mischief:
    """Return what begins a fault of the table, as configs and campaigns do."""

    def begin(r: Rig) -> None:
        assert r.bench.simulation is not None
        rehearse(r.bench.simulation, r.loaded.bench, [Fault(kind, on, at_s=0.0)], 1)

    return begin


def tank(name: str, value: float) -> Mischief:
    return lambda r: setattr(r.bench.simulation.bench.tank, name, value)  # type: ignore[union-attr]


MISFITS: list[tuple[str, Mischief, str]] = [
    ("falls off", fault("pickup-fallen"), "fell off"),
    ("turned by 30°", fault("pickup-turned"), "the pick-up coil is turned"),
    ("saturates", fault("scope-saturated", "scope"), "saturates the oscilloscope"),
    ("rms for peak", fault("scope-rms", "scope"), "rms is taken for peak"),
    ("wrong channel", fault("scope-channel", "scope"), "on the wrong channel"),
    ("disconnected", fault("scope-disconnected", "scope"), "fell off"),
    ("probe 10:1 twice", fault("pickup-attenuated"), "field sensor"),
    ("coil +20 %", tank("coil_gain", 1.2), "another coil"),
]


def test_every_misfit_of_the_field_sensor_is_in_the_matrix() -> None:
    mine = {k for k, table in KINDS.items() if "coil_channel" in table.needs}
    mine |= {k for k, table in KINDS.items() if table.place == "field"}
    source = Path(__file__).read_text(encoding="utf-8")
    assert mine and all(f'fault("{kind}"' in source for kind in mine)


@pytest.mark.parametrize("after_s", [None, 15.0], ids=["from the start", "later"])
@pytest.mark.parametrize(
    ("what", "mischief", "word"), MISFITS, ids=[row[0] for row in MISFITS]
)
def test_a_misfit_ends_safe_and_is_named(
    tmp_path: Path, what: str, mischief: Mischief, word: str, after_s: float | None
) -> None:
    # half of the field, so that what trips later is the misfit and not the ceiling
    end = run(tmp_path, mischief, after_s=after_s, manual=6000.0)
    assert end.exit_code == ENDED and not end.output_on
    assert word in end.sentence
    assert end.share < 1.0
    began_s = 10.0 + (after_s or 0.0)
    assert end.end_s - began_s < 6.0
    assert "field off, confirmed" in end.sentence


def test_an_amplitude_cap_that_is_reached_does_not_trip(tmp_path: Path) -> None:
    def capped(loaded: Loaded) -> Loaded:
        ceiling = replace(loaded.settings.ceiling, amplitude_cap_a_per_m=12_000.0)
        treatment = replace(loaded.settings.treatment, max_ramp_s=40.0)
        settings = replace(loaded.settings, ceiling=ceiling, treatment=treatment)
        return replace(loaded, settings=settings)

    end = run(tmp_path, lambda r: None, change=capped)
    assert end.codes == ["ramp-too-long"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_coil_5_percent_stronger_treats_under_the_ceiling(
    tmp_path: Path, seed: int
) -> None:
    end = run(tmp_path, tank("coil_gain", 1.05), seed=seed)
    assert end.exit_code == COMPLETED, end
    assert 0.85 < end.share <= 1.0


def test_a_coil_that_weakens_by_10_percent_treats(tmp_path: Path) -> None:
    def drift(r: Rig) -> None:
        tank("coil_gain", 1.0 - 0.1 * min(r.t_s / 200.0, 1.0))(r)

    end = run(tmp_path, lambda r: None, each=drift, hold_s=200.0)
    assert end.exit_code == COMPLETED and end.share <= 1.0


@pytest.mark.parametrize("detuning", [-0.01, 0.01])
@pytest.mark.parametrize("after_s", [None, 5.0])
def test_detuning_at_constant_current_stays_under_the_ceiling(
    tmp_path: Path, detuning: float, after_s: float | None
) -> None:
    def at_45_v(loaded: Loaded) -> Loaded:
        applicator = replace(loaded.settings.applicator, max_voltage_v=45.0)
        return replace(loaded, settings=replace(loaded.settings, applicator=applicator))

    end = run(tmp_path, tank("detuning", detuning), after_s=after_s, change=at_45_v)
    assert end.share <= 1.0
    assert end.exit_code == ENDED and "out of resonance" in end.sentence


@pytest.mark.parametrize("error", [-0.01, 0.01])
def test_a_frequency_that_is_pulled_stays_under_the_ceiling(
    tmp_path: Path, error: float
) -> None:
    def pull(r: Rig) -> None:
        r.twin("generator").frequency_error = error

    end = run(tmp_path, pull, after_s=5.0)
    assert end.share <= 1.0 and end.exit_code == ENDED
    assert "frequency is not the one commanded" in end.sentence


def tracking(loaded: Loaded, on: bool) -> Loaded:
    applicator = replace(loaded.settings.applicator, track_resonance=on)
    return replace(loaded, settings=replace(loaded.settings, applicator=applicator))


@pytest.mark.parametrize("on", [False, True])
def test_the_frequency_follows_a_tank_that_warms(tmp_path: Path, on: bool) -> None:
    loads: list[float] = []

    def note(r: Rig) -> None:
        if r.phase == "hold":
            loads.append(r.loop.state.drive.field.load_ratio)

    warm = tank("detuning_per_w", -2.2e-5)
    end = run(tmp_path, warm, each=note, hold_s=350.0, change=lambda c: tracking(c, on))
    assert end.exit_code == COMPLETED and end.share <= 1.0, end
    assert (max(loads[-200:]) < 1.04) == on
