"""A SAR matrix: its order, its protocol, its ceiling, and going on where it stopped."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from controller.analysis.calorimetry import Sample
from controller.config_sar_matrix import SarSimulation
from controller.config_sar_plan import SarPlan, SarPoint, load_plan
from controller.errors import BenchError, ConfigError, GuardError, RecordingError
from controller.sar_run import measure

CONFIG = Path(__file__).parents[2] / "configs" / "dry_run_sar.toml"


class FakeVial:
    """A sample that relaxes towards 25 °C and warms with the current; it remembers."""

    def __init__(self, start_c: float = 25.0, cooling_s: float = 300.0) -> None:
        self.t_c, self.cooling_s = start_c, cooling_s
        self.steps: list[tuple[float, float, float]] = []

    def advance(self, dt_s: float, current_a: float, frequency_hz: float) -> None:
        self.steps.append((dt_s, current_a, frequency_hz))
        rate = 0.01 * current_a - (self.t_c - 25.0) / self.cooling_s
        self.t_c += dt_s * rate

    def read_c(self) -> float:
        return self.t_c


class Bench:
    """Hands out fake vials and keeps them, by the point that each was made for."""

    def __init__(self, make: Callable[[], FakeVial] = FakeVial) -> None:
        self.make = make
        self.vials: dict[str, FakeVial] = {}

    def __call__(
        self, truth: SarSimulation, point: SarPoint, contents: Sample, seed: int
    ) -> FakeVial:
        self.vials[point.stem] = self.make()
        return self.vials[point.stem]


def plan_of(tmp_path: Path, **changed: str) -> SarPlan:
    """Load the config of the dry run with some of its lines changed."""
    text = CONFIG.read_text(encoding="utf-8")
    for old, new in changed.items():
        key = next(line for line in text.splitlines() if line.startswith(f"{old} ="))
        text = text.replace(key, f"{old} = {new}")
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    return load_plan(path)


def quick(tmp_path: Path, **changed: str) -> SarPlan:
    """Return a matrix of one amplitude, two repeats, and 20 s a phase."""
    short = {"baseline_s": "20.0", "on_s": "20.0", "off_s": "20.0", "repeats": "2"}
    amplitudes = {"amplitudes_a_per_m": "[6000.0]", "shuffle": "false"}
    return plan_of(tmp_path, **(short | amplitudes | changed))


def test_dry_run_is_a_matrix_of_three_by_three_by_three() -> None:
    points = load_plan(CONFIG).points()
    assert len({p.stem for p in points}) == 27
    assert {round(p.capacitor.frequency_hz, -3) for p in points} == {
        105e3,
        242e3,
        405e3,
    }


def test_order_is_drawn_by_the_seed_and_stays_coil_by_coil() -> None:
    plan = load_plan(CONFIG)
    first, again, other = ([p.stem for p in plan.points(seed)] for seed in (1, 1, 2))
    assert first == again != other
    assert sorted(first) == sorted(other)
    coils = [stem.split("_")[0] for stem in first]
    assert sum(a != b for a, b in pairwise(coils)) == 2


def test_field_goes_on_in_one_step_for_as_long_as_asked(tmp_path: Path) -> None:
    plan, bench = quick(tmp_path), Bench()
    done = measure(plan, bench, tmp_path, None, str)
    assert len(done) == 6
    for stem, vial in bench.vials.items():
        point = next(p for p, _ in done if p.stem == stem)
        currents = {c for _, c, _ in vial.steps}
        assert currents == {0.0, point.current_a}
        on_s = sum(dt for dt, c, _ in vial.steps if c > 0.0)
        assert on_s == pytest.approx(2 * 20.0)
        assert {f for _, _, f in vial.steps} == {point.capacitor.frequency_hz}


def test_raw_curve_holds_what_the_vial_got(tmp_path: Path) -> None:
    (point, path), *_ = measure(quick(tmp_path), Bench(), tmp_path, None, str)
    rows = np.genfromtxt(path, delimiter=",", skip_header=3, usecols=range(4))
    on = rows[:, 2] > 0.0
    assert rows[on, 0].min() == pytest.approx(20.0)
    assert rows[on, 0].max() == pytest.approx(39.8)
    assert rows[on, 3] == pytest.approx(point.field_a_per_m, rel=1e-4)
    assert rows[-1, 0] == pytest.approx(60.0)


def test_it_waits_until_the_drift_is_below_its_limit(tmp_path: Path) -> None:
    """2 °C too warm, 300 s: 0.02 °C/min is 0.1 °C left, after 300 ln 20 = 899 s."""
    bench = Bench(lambda: FakeVial(start_c=27.0))
    measure(quick(tmp_path, repeats="1"), bench, tmp_path, None, str)
    vial = next(iter(bench.vials.values()))
    waited_s = sum(dt for dt, _, _ in vial.steps[:-301])
    assert 890.0 < waited_s < 990.0


def test_sample_that_never_rests_is_refused(tmp_path: Path) -> None:
    bench = Bench(lambda: FakeVial(start_c=60.0, cooling_s=1e5))
    plan = quick(tmp_path, longest_wait_s="600.0")
    with pytest.raises(BenchError, match=r"drifting by -0\.021 °C/min after 600 s"):
        measure(plan, bench, tmp_path, None, str)
    assert not [*tmp_path.glob("*.csv")]
    assert all(c == 0.0 for v in bench.vials.values() for _, c, _ in v.steps)


def test_sample_that_becomes_too_hot_ends_the_matrix(tmp_path: Path) -> None:
    plan = quick(tmp_path)
    plan = replace(
        plan, protocol=plan.protocol.model_copy(update={"sample_trip_c": 25.5})
    )
    bench = Bench()
    with pytest.raises(BenchError, match=r"the limit is 25\.5 °C; field off"):
        measure(plan, bench, tmp_path, None, str)
    assert max(v.t_c for v in bench.vials.values()) < 25.6
    assert not [*tmp_path.glob("*.csv")]


def test_config_above_the_ceiling_is_refused_with_what_is_permitted(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError) as caught:
        plan_of(tmp_path, amplitude_cap_a_per_m="10000.0")
    assert len(caught.value.problems) == 3
    assert "may break the ceiling; permitted are 10000 A/m" in caught.value.problems[0]


def test_current_beyond_the_supply_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"needs 24\.16 A with C26; at most 20\.5 A"):
        plan_of(tmp_path, amplitudes_a_per_m="[15000.0]", amplitude_cap_a_per_m="2e4")


def test_ceiling_is_checked_again_before_the_field(tmp_path: Path) -> None:
    plan, bench = quick(tmp_path), Bench()
    plan = replace(plan, ceiling=replace(plan.ceiling, limit_a_per_m_s=1e8))
    with pytest.raises(GuardError, match="may break the ceiling"):
        measure(plan, bench, tmp_path, None, str)
    assert all(c == 0.0 for v in bench.vials.values() for _, c, _ in v.steps)


def test_real_bench_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="on a simulated bench only so far"):
        plan_of(tmp_path, simulated="false")


def test_interrupted_matrix_is_continued(tmp_path: Path) -> None:
    plan = quick(tmp_path)
    done = measure(plan, Bench(), tmp_path, None, str)
    before = {path: path.read_bytes() for _, path in done}
    lost_point, lost = done[3]
    lost.unlink()
    bench = Bench()
    said: list[str] = []
    measure(plan, bench, tmp_path, None, said.append)
    assert list(bench.vials) == [lost_point.stem]
    assert "5 of 6" in said[0]
    assert all(p.read_bytes() == raw for p, raw in before.items() if p != lost)
    assert lost.exists()


def test_curves_of_another_seed_are_not_continued(tmp_path: Path) -> None:
    plan = quick(tmp_path)
    measure(plan, Bench(), tmp_path, 1, str)
    with pytest.raises(RecordingError, match="another config or seed"):
        measure(plan, Bench(), tmp_path, 2, str)
