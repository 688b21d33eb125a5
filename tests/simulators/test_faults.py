"""Faults: each kind does what its table says, at its time, and is gone after it."""

import math
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.aimtti_psu import AimttiPsu
from simulators.bench import SimulatedBench
from simulators.coil import Tank
from simulators.cooling import Cooled
from simulators.direct_coil import DirectCoil
from simulators.fault_kinds import KINDS
from simulators.faults import Fault, FaultPlan, Scene, Switches
from simulators.keysight_33500 import Keysight33500
from simulators.keysight_scope import KeysightScope
from simulators.line import Line
from simulators.modem_lines import ModemLines
from simulators.neoptix_reflex import NeoptixReflex
from simulators.pickup import PickUp
from simulators.probe import Probe, ProbeParameters
from simulators.two_node import TwoNode

NAMES = {"core": 1, "healthy": 2}
QUIET = ProbeParameters(lag_s=0.0, dead_s=0.0, noise_c=0.0)


def make_scene() -> Scene:
    twins: dict[str, Any] = {
        "psu": AimttiPsu(),
        "gen": Keysight33500(),
        "fibre": NeoptixReflex(model="ReFlex-2"),
        "scope": KeysightScope(),
    }
    lines = {name: Line(twin) for name, twin in twins.items()}
    probes = {n: Probe(name, Random(n), QUIET) for name, n in NAMES.items()}
    bench = SimulatedBench(
        Tank.magnetherm(),
        TwoNode(),
        probes,
        supply=twins["psu"],
        generator=twins["gen"],
        thermometer=twins["fibre"],
        pickup=PickUp(twins["scope"], turns=1, area_m2=2e-4),
        lines=tuple(lines.values()),
    )
    places = {name: ("fibre", n) for name, n in NAMES.items()}
    bench.advance(1.0)
    adapter: dict[str, Any] = {"lines": ModemLines()}
    return Scene(bench, twins | adapter, lines, places, 9, Random(1))


def ask(scene: Scene, name: str, query: bytes) -> bytes:
    line = scene.lines[name]
    line.write(query)
    return line.read()


def temperatures(scene: Scene) -> list[bytes]:
    scene.bench.advance(0.2)
    return ask(scene, "fibre", b"t\r").rstrip(b"*").split()


def begun(scene: Scene, kind: str, **about: Any) -> FaultPlan:
    plan = FaultPlan([Fault(kind, at_s=0.0, **about)], scene)
    plan.apply(0.0)
    return plan


IDENTITY = b"THURLBY THANDAR, QPX1200SP, 000001, 0.00-0.00\r\n"


# On the wire


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("silence", [b"", b""]),
        ("truncated", [IDENTITY[: len(IDENTITY) // 2]] * 2),
        ("doubled", [IDENTITY * 2] * 2),
        ("stale", [b"", IDENTITY]),
        ("wrong-terminator", [IDENTITY.replace(b"\r\n", b"\r")] * 2),
    ],
)
def test_answer_is_spoilt_and_whole_again_after(
    kind: str, answers: list[bytes]
) -> None:
    scene = make_scene()
    plan = begun(scene, kind, on="psu", duration_s=5.0)
    assert [ask(scene, "psu", b"*IDN?\n") for _ in answers] == answers
    plan.apply(5.0)
    assert ask(scene, "psu", b"*IDN?\n") == IDENTITY


def test_garbled_answer_differs_each_time_and_keeps_its_length() -> None:
    scene = make_scene()
    begun(scene, "garbled", on="psu", size=0.05)
    answers = {ask(scene, "psu", b"*IDN?\n") for _ in range(5)}
    assert len(answers) == 5
    assert IDENTITY not in answers
    assert {len(answer) for answer in answers} == {len(IDENTITY)}


def test_garbling_hits_at_least_one_byte() -> None:
    scene = make_scene()
    begun(scene, "garbled", on="psu", size=0.0)
    answer = ask(scene, "psu", b"*IDN?\n")
    assert sum(a != b for a, b in zip(answer, IDENTITY, strict=True)) == 1


def test_deaf_instrument_takes_no_command() -> None:
    scene = make_scene()
    plan = begun(scene, "deaf", on="psu", duration_s=1.0)
    ask(scene, "psu", b"V1 12\n")
    plan.apply(1.0)
    assert ask(scene, "psu", b"V1?\n") == b"V1 0.000\r\n"


def test_disconnected_line_fails_and_reconnects() -> None:
    scene = make_scene()
    plan = begun(scene, "disconnect", on="psu", duration_s=2.0)
    with pytest.raises(OSError):
        ask(scene, "psu", b"*IDN?\n")
    plan.apply(1.9)
    with pytest.raises(OSError):
        scene.lines["psu"].read()
    plan.apply(2.0)
    assert ask(scene, "psu", b"*IDN?\n") == IDENTITY


def test_delayed_answer_comes_when_its_time_has_come() -> None:
    scene = make_scene()
    begun(scene, "delay", on="psu", size=0.3)
    assert ask(scene, "psu", b"*IDN?\n") == b""
    scene.bench.advance(0.2)
    assert scene.lines["psu"].read() == b""
    scene.bench.advance(0.1)
    assert scene.lines["psu"].read() == IDENTITY


def test_another_instrument_answers() -> None:
    scene = make_scene()
    plan = begun(scene, "another-instrument", on="psu", other="gen", duration_s=1.0)
    assert b"33521B" in ask(scene, "psu", b"*IDN?\n")
    plan.apply(1.0)
    assert ask(scene, "psu", b"*IDN?\n") == IDENTITY


# At the thermometer


@pytest.mark.parametrize("kind", ["unplugged", "broken-fibre"])
def test_missing_fibre_shows_the_real_token_of_the_model(kind: str) -> None:
    scene = make_scene()
    plan = begun(scene, kind, on="core", duration_s=1.0)
    assert temperatures(scene) == [b"---.-", b"+37.0"]
    plan.apply(1.0)
    assert temperatures(scene) == [b"+37.0", b"+37.0"]


def test_warming_up_thermometer_says_so() -> None:
    scene = make_scene()
    plan = begun(scene, "warm-up", on="fibre", duration_s=30.0)
    assert temperatures(scene) == [b"Err1"]
    plan.apply(30.0)
    assert temperatures(scene) == [b"+37.0", b"+37.0"]


@pytest.mark.parametrize(
    ("kind", "size", "shown"),
    [
        ("offset", -1.5, b"+35.5"),
        ("spike", 8.0, b"+45.0"),
        ("slipped", 3.0, b"+34.0"),
        ("pulled-out", None, b"+22.0"),
    ],
)
def test_probe_shows_something_else(
    kind: str, size: float | None, shown: bytes
) -> None:
    scene = make_scene()
    begun(scene, kind, on="healthy", size=size)
    assert temperatures(scene) == [b"+37.0", shown]


def test_drift_grows() -> None:
    scene = make_scene()
    begun(scene, "drift", on="core", size=0.1)
    scene.bench.advance(10.0)
    assert temperatures(scene)[0] == b"+38.0"


def test_frozen_channel_repeats_its_value() -> None:
    scene = make_scene()
    assert temperatures(scene)[0] == b"+37.0"
    begun(scene, "frozen", on="core")
    scene.bench.sample.body_c = 39.0  # type: ignore[attr-defined]
    scene.bench.probes[1].offset_c = 5.0
    assert temperatures(scene)[0] == b"+37.0"


def test_swapped_probes_change_places_and_back() -> None:
    scene = make_scene()
    scene.bench.probes[1].offset_c = 1.0
    plan = begun(scene, "swapped", on="core", other="healthy", duration_s=1.0)
    assert temperatures(scene) == [b"+37.0", b"+38.0"]
    plan.apply(1.0)
    assert temperatures(scene) == [b"+38.0", b"+37.0"]


# At supply, generator and applicator


def drive(scene: Scene, least_a_per_m: float = 5000.0) -> None:
    ask(scene, "gen", b"FREQ 161270\nOUTP ON\n")
    ask(scene, "psu", b"V1 20\nI1 10\nOVP1 25\nOCP1 15\nOP1 1\n")
    scene.bench.advance(1.0)
    assert scene.bench.field_a_per_m > least_a_per_m


@pytest.mark.parametrize(("kind", "bit"), [("over-voltage", 8), ("over-current", 16)])
def test_supply_trips_with_its_own_bit(kind: str, bit: int) -> None:
    scene = make_scene()
    drive(scene)
    ask(scene, "psu", b"LSR1?\n")
    begun(scene, kind, on="psu")
    assert int(ask(scene, "psu", b"LSR1?\n")) & bit
    assert ask(scene, "psu", b"OP1?\n") == b"0\r\n"


def test_stuck_output_stays_on() -> None:
    scene = make_scene()
    drive(scene)
    plan = begun(scene, "stuck-on", on="psu", duration_s=1.0)
    assert ask(scene, "psu", b"OP1 0\nOP1?\n") == b"1\r\n"
    plan.apply(1.0)
    assert ask(scene, "psu", b"OP1 0\nOP1?\n") == b"0\r\n"


def test_set_points_are_ignored() -> None:
    scene = make_scene()
    begun(scene, "set-ignored", on="psu")
    assert ask(scene, "psu", b"V1 5\nV1?\n") == b"V1 0.000\r\n"


def test_front_panel_refuses_settings() -> None:
    scene = make_scene()
    begun(scene, "front-panel", on="psu")
    assert ask(scene, "psu", b"V1 5\nEER?\n") == b"200\r\n"


def test_power_cycle_resets_the_limits() -> None:
    scene = make_scene()
    drive(scene)
    plan = begun(scene, "power-cycle", on="psu", duration_s=3.0)
    assert ask(scene, "psu", b"OP1?\n") == b""
    scene.bench.advance(1.0)
    assert scene.bench.field_a_per_m < 1.0
    plan.apply(3.0)
    assert (
        ask(scene, "psu", b"OP1?\nOVP1?\nOCP1?\n") == b"0\r\nVP1 65.0\r\nCP1 55.0\r\n"
    )


def test_auto_restart_puts_the_field_back_without_its_limits() -> None:
    scene = make_scene()
    drive(scene)
    plan = begun(scene, "auto-restart", on="psu", duration_s=3.0)
    scene.bench.advance(1.0)
    assert scene.bench.field_a_per_m < 1.0
    plan.apply(3.0)
    scene.bench.advance(1.0)
    assert scene.bench.field_a_per_m > 5000.0
    assert ask(scene, "psu", b"OCP1?\n") == b"CP1 55.0\r\n"


def test_pulled_frequency_reads_as_set() -> None:
    scene = make_scene()
    drive(scene)
    begun(scene, "frequency-pulled", on="gen", size=0.01)
    scene.bench.advance(0.1)
    assert scene.bench.frequency_hz == pytest.approx(1.01 * 161270.0)
    assert float(ask(scene, "gen", b"FREQ?\n")) == 161270.0


def test_detuning_changes_what_the_supply_sees() -> None:
    scene = make_scene()
    drive(scene)
    before_ohm = scene.bench.tank.load_ohm(161270.0)
    begun(scene, "detuned", size=0.02)
    assert scene.bench.tank.load_ohm(161270.0) != pytest.approx(before_ohm, rel=0.05)


def test_a_coil_exchanged_under_current_opens_the_circuit_first() -> None:
    scene = make_scene()
    drive(scene)
    before_a_per_m = scene.bench.field_a_per_m
    plan = begun(scene, "coil-exchanged", size=18, duration_s=10.0)
    for _ in range(5):
        scene.bench.advance(1.0)
        assert scene.bench.field_a_per_m == 0.0
        assert float(ask(scene, "psu", b"V1O?\n").strip(b"V\r\n")) > 19.0
    assert scene.bench.tank.ungated_live_s == 0.0
    scene.bench.advance(1.0)
    assert scene.bench.field_a_per_m > 1.2 * before_a_per_m
    plan.apply(10.0)
    scene.bench.advance(5.0)
    assert scene.bench.field_a_per_m == 0.0
    scene.bench.advance(1.0)
    assert scene.bench.field_a_per_m == pytest.approx(before_a_per_m)


def test_a_coil_without_current_is_exchanged_at_once() -> None:
    scene = make_scene()
    begun(scene, "coil-exchanged", size=18)
    ask(scene, "gen", b"FREQ 161270\nOUTP ON\n")
    ask(scene, "psu", b"V1 20\nI1 10\nOVP1 25\nOCP1 15\nOP1 1\n")
    scene.bench.advance(1.0)
    assert scene.bench.field_a_per_m > 10_000.0


def test_a_shorted_turn_detunes_the_tank_and_never_raises_the_field() -> None:
    scene = make_scene()
    drive(scene)
    before_a_per_m, before_hz = scene.bench.field_a_per_m, scene.bench.tank.resonance_hz
    begun(scene, "turn-shorted")
    assert scene.bench.tank.resonance_hz == pytest.approx(9.0 / 8.0 * before_hz)
    scene.bench.advance(1.0)
    assert 0.0 < scene.bench.field_a_per_m < 0.3 * before_a_per_m


def test_a_changed_gain_changes_the_field_alone() -> None:
    scene = make_scene()
    drive(scene)
    before = scene.bench.tank.now
    plan = begun(scene, "gain-changed", size=1.25, duration_s=1.0)
    scene.bench.advance(1.0)
    now = scene.bench.tank.now
    assert now.field_a_per_m == pytest.approx(1.25 * before.field_a_per_m)
    assert (now.voltage_v, now.current_a) == pytest.approx(before[:2])
    plan.apply(1.0)
    scene.bench.advance(1.0)
    assert scene.bench.field_a_per_m == pytest.approx(before.field_a_per_m)


def test_a_direct_coil_is_exchanged_as_one() -> None:
    scene = make_scene()
    coil: Any = DirectCoil.magnetherm()
    coil.direct_per_ampere_per_m = 100.0
    scene.bench.tank = coil
    drive(scene, 900.0)
    begun(scene, "coil-exchanged", size=17)
    scene.bench.advance(5.0)
    assert scene.bench.field_a_per_m < 1.0
    scene.bench.advance(1.0)
    assert scene.bench.field_a_per_m > 1100.0
    assert coil.resonance_hz == pytest.approx(105.2e3, rel=2e-3)


@pytest.mark.parametrize(
    ("kind", "on", "share"),
    [
        ("pickup-fallen", "", 0.0),
        ("pickup-turned", "", 3.0**0.5 / 2.0),
        ("pickup-attenuated", "", 0.1),
        ("scope-disconnected", "scope", 0.0),
        ("scope-saturated", "scope", 0.5),
        ("scope-rms", "scope", 0.5**0.5),
        ("scope-channel", "scope", 0.0),
    ],
)
def test_misfit_of_the_pickup_changes_what_the_scope_shows(
    kind: str, on: str, share: float
) -> None:
    scene = make_scene()
    scope = scene.twins["scope"]
    drive(scene)
    scene.bench.pickup.fit_scale(scene.bench.field_a_per_m, 161e3)
    before_v = scope.sweep(1).peak_to_peak_v
    assert before_v > 0.1
    plan = begun(scene, kind, on=on, duration_s=1.0)
    scene.bench.advance(1.0)
    assert scope.sweep(1).peak_to_peak_v == pytest.approx(share * before_v, rel=1e-3)
    plan.apply(1.0)
    scene.bench.advance(1.0)
    assert scope.sweep(1).peak_to_peak_v == pytest.approx(before_v, rel=1e-3)


def test_without_a_pickup_there_is_no_misfit_of_one() -> None:
    scene = make_scene()
    scene.bench.pickup = None
    with pytest.raises(ValueError, match="no pick-up coil is simulated"):
        FaultPlan([Fault("pickup-fallen", at_s=0.0)], scene)


def test_exchanged_capacitor_moves_the_resonance() -> None:
    scene = make_scene()
    begun(scene, "capacitor-exchanged", size=88e-9)
    assert scene.bench.tank.resonance_hz == pytest.approx(242e3, rel=0.02)


# When


def test_before_its_time_begins_no_phase_has_begun() -> None:
    scene = make_scene()
    plan = FaultPlan([Fault("silence", "psu", phase="baseline", after_s=2.0)], scene)
    assert plan.apply(-math.inf, "baseline") == []
    assert plan.apply(0.0, "baseline") == plan.apply(1.9, "baseline") == []
    assert len(plan.apply(2.0, "baseline")) == 1


def test_fault_lasts_from_its_time_for_its_duration() -> None:
    scene = make_scene()
    plan = FaultPlan([Fault("silence", "psu", at_s=10.0, duration_s=5.0)], scene)
    states = []
    for n in range(200):
        plan.apply(n * 0.1)
        states.append(scene.lines["psu"].silent)
    assert states == [100 <= n < 150 for n in range(200)]


def test_fault_begins_after_a_phase_has_first_begun() -> None:
    scene = make_scene()
    plan = FaultPlan([Fault("silence", "psu", phase="hold", after_s=2.0)], scene)
    assert plan.apply(0.0, "ramp") == []
    assert plan.apply(7.0, "hold") == []
    assert plan.apply(8.9, "hold") == []
    assert plan.apply(9.0, "hold") == ["9 s: silence on psu begins: loses every answer"]
    assert plan.active == (Fault("silence", "psu", phase="hold", after_s=2.0),)


def test_sentences_say_what_begins_and_ends() -> None:
    scene = make_scene()
    faults = [Fault("swapped", "core", at_s=1.0, duration_s=1.0, other="healthy")]
    plan = FaultPlan(faults, scene)
    assert plan.apply(1.0)[0].startswith("1 s: swapped on core with healthy begins: ")
    assert plan.apply(2.0) == ["2 s: swapped on core with healthy ends"]
    assert plan.apply(3.0) == []


def test_stopped_plan_leaves_nothing_behind() -> None:
    scene = make_scene()
    plan = FaultPlan(
        [
            Fault("silence", "psu", at_s=0.0),
            Fault("delay", "psu", at_s=0.0),
            Fault("garbled", "psu", at_s=0.0),
            Fault("unplugged", "core", at_s=0.0),
        ],
        scene,
    )
    plan.apply(0.0)
    assert len(plan.active) == 4
    assert len(plan.stop(1.0)) == 4
    assert ask(scene, "psu", b"*IDN?\n") == IDENTITY
    assert temperatures(scene) == [b"+37.0", b"+37.0"]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault("nonsense", "psu", at_s=1.0), "there is no fault 'nonsense'"),
        (Fault("silence", "pus", at_s=1.0), "on = 'pus' is not one of psu, gen, fibre"),
        (Fault("drift", "psu", at_s=1.0), "is not one of core, healthy"),
        (Fault("warm-up", "psu", at_s=1.0), "psu has no such fault"),
        (Fault("over-current", "gen", at_s=1.0), "gen has no such fault"),
        (Fault("detuned", "psu", at_s=1.0), "is on the applicator"),
        (Fault("pickup-fallen", "scope", at_s=1.0), "is on the field sensor"),
        (Fault("pickup-turned", at_s=1.0, size=95.0), "not within 1 to 90 °"),
        (Fault("scope-rms", "psu", at_s=1.0), "psu has no such fault"),
        (Fault("silence", "psu"), "needs one of at_s and phase"),
        (Fault("silence", "psu", at_s=1.0, phase="hold"), "needs one of"),
        (Fault("silence", "psu", at_s=-1.0), "is not a time"),
        (Fault("silence", "psu", at_s=float("nan")), "is not a time"),
        (Fault("silence", "psu", at_s=1.0, after_s=float("nan")), "is not a time"),
        (Fault("silence", "psu", at_s=1.0, duration_s=0.0), "is not above 0"),
        (Fault("silence", "psu", at_s=1.0, duration_s=float("nan")), "is not above"),
        (Fault("silence", "psu", at_s=1.0, size=1.0), "has no size"),
        (Fault("slipped", "core", at_s=1.0, size=50.0), "not within 0.1 to 20 °C"),
        (Fault("slipped", "core", at_s=1.0, size=float("nan")), "not within"),
        (Fault("capacitor-exchanged", at_s=1.0, size=1e-9), "is not one of 6.2e-09"),
        (Fault("swapped", "core", at_s=1.0), "other = '' is not one of"),
        (Fault("silence", "psu", at_s=1.0, other="gen"), "has no second party"),
        (
            Fault("coil-exchanged", at_s=1.0, size=12),
            "size = 12 is not one of 9, 17, 18 turns",
        ),
    ],
)
def test_impossible_fault_is_refused_before_the_start(
    fault: Fault, sentence: str
) -> None:
    with pytest.raises(ValueError, match="(?s)" + sentence.replace("(", r"\(")):
        FaultPlan([fault], make_scene())


ON = {"wire": "psu", "probe": "core", "applicator": "", "field": "", "cooling": ""}
SUPPORTED_BY = {
    "warm-up": "fibre",
    "frequency-pulled": "gen",
    "contact-open": "lines",
    "adapter-gone": "lines",
    "relay-welded": "lines",
    "relay-unwired": "lines",
    "relay-steady": "lines",
    "scope-disconnected": "scope",
    "scope-saturated": "scope",
    "scope-rms": "scope",
    "scope-channel": "scope",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_begins_and_ends_on_a_bench(kind: str) -> None:
    scene = make_scene()
    place = KINDS[kind].place
    on = SUPPORTED_BY.get(kind, ON.get(place, "psu"))
    other = ""
    if KINDS[kind].exchange:
        other = "healthy" if place == "probe" else "gen"
    if place == "cooling":
        scene.bench.sample = Cooled(scene.bench.sample, scene.bench.tank)
    plan = FaultPlan([Fault(kind, on, at_s=0.0, duration_s=1.0, other=other)], scene)
    assert len(plan.apply(0.0)) == 1
    scene.bench.advance(0.5)
    assert len(plan.apply(1.0)) == 1
    assert KINDS[kind].does


class Thing:
    def __init__(self) -> None:
        self.switch = 0
        self.items = [0, 0]


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=30))
def test_overlapping_owners_leave_what_was_before(
    moves: list[tuple[int, bool]],
) -> None:
    thing, switches = Thing(), Switches()
    holding: list[int] = []
    for owner, take in moves:
        if take and owner not in holding:
            switches.hold(owner, thing, "switch", owner + 1)
            switches.hold(owner, thing.items, 1, owner + 1)
            holding.append(owner)
        elif not take and owner in holding:
            switches.release(owner)
            holding.remove(owner)
        expected = holding[-1] + 1 if holding else 0
        assert (thing.switch, thing.items) == (expected, [0, expected])
