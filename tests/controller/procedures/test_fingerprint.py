"""The applicator's fingerprint on the whole stack, for every coil and capacitor."""

import os
from dataclasses import replace
from itertools import product
from math import inf, isnan
from pathlib import Path
from typing import Any

import pytest

from controller.bench import How, open_bench
from controller.commands.run import run
from controller.config.loading import Loaded, load
from controller.guardian.link import SimulatedGuardian
from controller.host.stop_signals import StopSignal
from controller.loop import REFUSED
from controller.procedures.calibration_hands import Hands
from controller.procedures.fingerprint import Fingerprint, Parts, take_fingerprint
from controller.procedures.fingerprint_tank import judged, points_hz, vertex
from controller.procedures.moment import Moment
from controller.recording.run_file import Run
from controller.rehearsal import Fault, rehearse
from drivers.errors import Silent
from simulators.coil import MAGNETHERM, Row, Tank
from simulators.line import Line
from tests.controller.instruments.test_safeguards import LINES, short_config
from tests.controller.rig import CONFIGS
from tests.controller.served import quick, served_bench

SHORT = load(CONFIGS / "dry_run_short.toml")
PARTS = Parts("9 turns", "200 nF")


def tank_of(row: Row) -> Tank:
    return Tank.magnetherm(row.turns, row.capacitance_nf * 1e-9)


def config_of(row: Row, there: Row) -> Loaded:
    """Return a config that names one row, on a bench that has another."""
    tank = tank_of(row)
    applicator = replace(
        SHORT.settings.applicator,
        frequency_hz=round(tank.resonance_hz),
        field_per_ampere_per_m=tank.field_per_ampere_per_m,
        tuned_ohm=tank.tuned_ohm,
        max_current_a=row.current_a,
        max_voltage_v=60.0,
    )
    ceiling = replace(
        SHORT.settings.ceiling,
        frequency_min_hz=0.95 * tank.resonance_hz,
        frequency_max_hz=1.05 * tank.resonance_hz,
    )
    settings = replace(SHORT.settings, applicator=applicator, ceiling=ceiling)
    physics = SHORT.bench.simulation.model_copy(
        update={"turns": there.turns, "capacitance_f": there.capacitance_nf * 1e-9}
    )
    return replace(
        SHORT, settings=settings, bench=replace(SHORT.bench, simulation=physics)
    )


def fingerprint(
    loaded: Loaded, fault: Fault | None = None
) -> tuple[Fingerprint, float]:
    """Take it; return it with the largest true current over the permitted one."""
    settings = loaded.settings
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.simulation is not None
        if fault is not None:
            rehearse(bench.simulation, loaded.bench, [fault], 1)
        guardian = SimulatedGuardian(settings.period_s, bench.link.clock.now)
        with bench.before_run():
            found, report = take_fingerprint(
                bench.link, settings, PARTS, StopSignal(), guardian
            )
        assert report.confirmed and not bench.link.energised
        assert bench.link.clock.now() == 0.0
        hf = bench.simulation.bench.take_max_hf_a_per_m_s()
    return found, hf / settings.ceiling.limit_a_per_m_s


def differ(one: Row, other: Row) -> bool:
    """Say whether two rows differ by more than the fingerprint's tolerances."""
    mine, theirs = tank_of(one), tank_of(other)
    return (
        abs(theirs.resonance_hz / mine.resonance_hz - 1.0) > 0.005
        or abs(theirs.tuned_ohm / mine.tuned_ohm - 1.0) > 0.08
    )


def test_every_other_pair_of_coil_and_capacitor_is_refused_by_name() -> None:
    for row, there in product(MAGNETHERM, MAGNETHERM):
        found, share = fingerprint(config_of(row, there))
        assert share <= 0.3, (row, there, share)
        assert bool(found.problem) is differ(row, there), (row, there, found)
        if not found.problem:
            assert found.sentence.startswith("the applicator is the calibrated one")
            continue
        near = abs(tank_of(there).resonance_hz / tank_of(row).resonance_hz - 1.0)
        part = "wrong coil?" if near <= 0.005 else "wrong capacitor?"
        assert found.problem.startswith(part), (row, there, found)
        assert "9 turns" in found.problem and "200 nF" in found.problem


@pytest.mark.parametrize("detuning", [-0.01, -0.006, 0.006, 0.01])
def test_a_detuned_tank_is_refused(detuning: float) -> None:
    row = MAGNETHERM[0]
    found, _ = fingerprint(
        config_of(row, row), Fault("detuned", at_s=0.0, size=detuning)
    )
    assert "wrong capacitor?" in found.problem
    measured = found.resonance_hz / tank_of(row).resonance_hz - 1.0
    assert measured == pytest.approx(detuning, abs=0.0015)


@pytest.mark.parametrize("detuning", [-0.003, 0.003])
def test_a_little_detuning_is_within_the_tolerance(detuning: float) -> None:
    row = MAGNETHERM[0]
    found, _ = fingerprint(
        config_of(row, row), Fault("detuned", at_s=0.0, size=detuning)
    )
    assert not found.problem


def test_an_instrument_that_does_not_answer_is_a_problem_by_name() -> None:
    found, share = fingerprint(SHORT, Fault("silence", "generator", at_s=0.0))
    assert "generator" in found.problem and share == 0.0


@pytest.mark.parametrize(
    ("more", "supply"), [(LINES, ""), ("", "PSI 9080-60"), (LINES, "PSI 9080-60")]
)
def test_what_waits_for_a_healthy_loop_is_fed(
    tmp_path: Path, more: str, supply: str
) -> None:
    """The watchdog relay and the supply's own watchdog hold for the fingerprint."""
    loaded = load(short_config(tmp_path, more, supply))
    settings = loaded.settings
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.link.safeguards.arm() == []
        guardian = SimulatedGuardian(settings.period_s, bench.link.clock.now)
        found, report = take_fingerprint(
            bench.link, settings, PARTS, StopSignal(), guardian
        )
    assert not found.problem and report.confirmed


class FirstOnly:
    """A supply that answers nothing but the first query of a line."""

    def __init__(self, twin: Any) -> None:
        self._twin = twin

    def receive(self, data: bytes) -> bytes:
        lines = [line.split(b";")[0] + b"\n" for line in data.splitlines()]
        return bytes(self._twin.receive(b"".join(lines)))

    def advance(self, dt_s: float) -> bytes:
        return bytes(self._twin.advance(dt_s))


class CurrentClock:
    """Counts the time with more than a tenth of the fingerprint's current."""

    def __init__(self, psu: Any) -> None:
        self._psu, self.on_s, self.most_a = psu, 0.0, 0.0

    def receive(self, data: bytes) -> bytes:
        return b""

    def advance(self, dt_s: float) -> bytes:
        self.on_s += dt_s if self._psu.current_a > 0.177 else 0.0
        self.most_a = max(self.most_a, self._psu.current_a)
        return b""


@pytest.mark.skipif(os.name != "posix", reason="serial ports are pseudo-terminals")
@pytest.mark.parametrize("joined", [True, False])
def test_the_slowest_supply_carries_current_for_no_more_than_1_s(
    tmp_path: Path, joined: bool
) -> None:
    """9600 Bd, 70 ms between two writes, also one query at a time; by the bytes."""
    found = Fingerprint("not begun", "")
    with served_bench(tmp_path, link="pty") as (config, served):
        line, bench = served.simulation.lines["psu"], served.simulation.bench
        clock = CurrentClock(line.instrument)
        bench.lines = (*bench.lines, Line(clock))
        if not joined:
            line.instrument = FirstOnly(line.instrument)
        loaded = load(config)
        with open_bench(loaded, How()) as opened:
            period_s, now = loaded.settings.period_s, opened.link.clock.now
            for _ in range(3):  # a busy computer may be too slow: then it is refused
                clock.on_s = 0.0
                guardian = SimulatedGuardian(period_s, now)
                found, report = take_fingerprint(
                    opened.link, loaded.settings, PARTS, StopSignal(), guardian
                )
                assert clock.on_s <= 1.0 and report.confirmed
                assert clock.most_a <= 0.101 * loaded.settings.applicator.max_current_a
                if not found.problem:
                    break
    assert not found.problem and 0.3 < found.current_s <= 1.0
    assert clock.on_s <= found.current_s + 0.05


def test_too_slow_for_its_points_is_refused_in_words() -> None:
    """A supply that needs 0.4 s for an answer gets two points into its second."""
    with open_bench(SHORT, How(seed=1)) as bench:
        link, settings = bench.link, SHORT.settings
        read = link.supply.glance

        def slow() -> None:
            link.clock.wait(0.25)
            read()

        link.supply.glance = slow  # type: ignore[method-assign]
        guardian = SimulatedGuardian(settings.period_s, link.clock.now)
        found, report = take_fingerprint(link, settings, PARTS, StopSignal(), guardian)
    assert report.confirmed and found.current_s <= 1.0
    assert found.problem.startswith("the fingerprint needs 3 points within 1 s with ")
    assert "psu takes 0.42 s for one: 2 measured" in found.problem


def test_a_current_that_nobody_could_end_is_a_problem() -> None:
    """The write that ends it fails, twice: no next point, and off by every route."""
    with open_bench(SHORT, How(seed=1)) as bench:
        link, asked = bench.link, list[float]()
        driver = link.supply.driver
        setter = driver.set_current

        def deaf(current_a: float) -> None:
            asked.append(current_a)
            after = asked[: asked.index(max(asked)) : -1]  # the newest first
            if max(asked) > 0.0 and 0 < len(after) <= 2:
                raise Silent("psu: no answer")
            setter(current_a)

        driver.set_current = deaf  # type: ignore[method-assign]
        guardian = SimulatedGuardian(SHORT.settings.period_s, link.clock.now)
        found, report = take_fingerprint(
            link, SHORT.settings, PARTS, StopSignal(), guardian
        )
    assert found.problem == "psu: no answer" and report.confirmed
    assert [a for a in asked if a > 0.0] == [max(asked)]


def test_a_current_ends_whatever_rises_while_it_flows() -> None:
    with open_bench(SHORT, How(seed=1)) as bench:
        link, seen_a = bench.link, list[float]()
        guardian = SimulatedGuardian(SHORT.settings.period_s, link.clock.now)
        hands = Hands(link, SHORT.settings, StopSignal(), guardian)
        assert bench.simulation is not None
        psu = bench.simulation.twins["psu"]

        def mistaken() -> None:
            seen_a.append(psu.current_a)
            raise ZeroDivisionError

        hands.start()
        hands.tick()
        with pytest.raises(ZeroDivisionError):
            hands.burst(1.0, Moment(link, 0.1, mistaken))
        link.clock.wait(0.2)
        assert seen_a[0] > 0.5 and psu.set_current_a <= 0.01


def test_a_band_without_room_leaves_one_point() -> None:
    ceiling = replace(
        SHORT.settings.ceiling, frequency_min_hz=161200.0, frequency_max_hz=170000.0
    )
    settings = replace(SHORT.settings, ceiling=ceiling)
    assert points_hz(settings) == (161270.0,)
    applicator = settings.applicator
    assert not judged((161270.0,), (0.955,), applicator, PARTS).problem
    assert "wrong coil?" in judged((161270.0,), (1.2,), applicator, PARTS).problem
    assert "draws no" in judged((161270.0,), (inf,), applicator, PARTS).problem


def test_vertex_of_a_parabola() -> None:
    assert vertex((1.0, 2.0, 3.0), (2.0, 1.0, 2.0)) == (2.0, 1.0)
    at_hz, least_ohm = vertex((10.0, 20.0, 30.0), (4.0, 1.0, 0.0))
    assert (at_hz, least_ohm) == (30.0, 0.0)
    assert all(isnan(v) for v in vertex((1.0, 2.0, 3.0), (1.0, 1.0, 1.0)))
    assert all(isnan(v) for v in vertex((1.0, 2.0, 3.0), (1.0, inf, 1.0)))


def test_a_run_on_another_coil_ends_before_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = quick(tmp_path, "")
    text = config.read_text(encoding="utf-8").replace("turns = 9", "turns = 18")
    config.write_text(text, encoding="utf-8")
    runs = tmp_path / "runs"
    code = run(config, out=runs, real_time=False, json=False, seed=1)
    assert code == REFUSED
    assert "wrong coil?" in capsys.readouterr().out
    (path,) = runs.glob("*.sqlite")
    with Run.open(path) as recorded:
        kinds = [event.kind for event in recorded.data().events]
    assert "fingerprint" in kinds
