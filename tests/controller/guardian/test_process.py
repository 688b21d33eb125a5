"""The guardian: what it hears, when it acts, and what its hands do on served twins."""

import io
import json
import math
import os
import queue
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from controller.commands.simulate import served_config
from controller.config.loading import Loaded, load
from controller.config.model import Instrument
from controller.guardian.__main__ import Heard, Watch, end_engine, keep_watch
from controller.guardian.hands import Hand, hands_of, switch_off
from controller.guardian.heartbeat import Heartbeat, encode
from controller.guardian.record import record_event
from controller.recording.run_file import Run
from controller.recording.writing import Recorder
from controller.rehearsal import Served, serve
from simulators.serve import in_background
from tests.controller import synthetic_run
from tests.controller.rig import CONFIGS

LONG_S = 30.0
# Never the number of the parent of a guardian under test, so that nobody is killed.
ENGINE = 2**22 + 1
ON = Heartbeat(1, True, 0.01, 0.1, ENGINE)
OFF = replace(ON, field_on=False)
HELLO = json.dumps({"hello": ENGINE, "record": "run.sqlite"}) + "\n"


def heard_watch(*lines: str | None, at_s: float = 0.0) -> tuple[Watch, str]:
    """Let a watch hear lines; return it with the first reason to act."""
    watch = Watch()
    for line in lines:
        reason = watch.hear(line, at_s)
        if reason:
            return watch, reason
    return watch, ""


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([None], ""),
        ([HELLO], ""),
        ([HELLO, encode(OFF)], ""),
        ([HELLO, encode(ON), encode(replace(ON, seq=5))], ""),
        ([HELLO, encode(ON), '{"goodbye": true}\n'], ""),
        ([HELLO, encode(ON), '{"goodbye": false}\n'], "could not confirm"),
        ([HELLO, encode(ON), '{"goodbye": "yes"}\n'], "could not confirm"),
        ([HELLO, None], "gone without a goodbye"),
        ([HELLO, encode(OFF), None], "gone without a goodbye"),
        ([HELLO, encode(ON), None], "gone without a goodbye"),
        ([HELLO, "garbage\n"], "is not a message"),
        ([HELLO, "[]\n"], "is not a heartbeat"),
        ([HELLO, HELLO], "is not a heartbeat"),
        ([encode(ON)], "is not a hello"),
        (["7\n"], "is not a hello"),
        (['{"hello": null, "record": "x"}\n'], "is not a hello"),
        ([HELLO, encode(ON), encode(ON)], "heartbeat 1 came after 1"),
        ([HELLO, encode(replace(ON, seq=2)), encode(OFF)], "came after 2"),
        ([HELLO, encode(replace(ON, pid=5))], "not from the engine"),
        ([HELLO, encode(replace(ON, tick_age_s=0.9))], "last tick 0.90 s old"),
        ([HELLO, encode(replace(ON, tick_age_s=math.nan))], "last tick"),
        ([HELLO, encode(replace(OFF, tick_age_s=9.0))], ""),
    ],
)
def test_what_is_heard(lines: list[str | None], says: str) -> None:
    _, reason = heard_watch(*lines)
    assert says in reason and bool(reason) == bool(says)


def test_it_waits_for_any_time_while_the_field_is_off() -> None:
    assert Watch().wait_s(0.0) is None
    watch, _ = heard_watch(HELLO, encode(OFF))
    assert watch.wait_s(1e9) is None and watch.overdue(1e9) == ""


def test_it_waits_as_long_as_silence_is_tolerated() -> None:
    watch, _ = heard_watch(HELLO, encode(ON), at_s=100.0)
    assert watch.wait_s(100.2) == pytest.approx(0.3)
    assert watch.wait_s(200.0) == pytest.approx(0.05)  # first hear what has arrived
    assert watch.overdue(100.4) == "" and "no heartbeat" in watch.overdue(100.6)


def test_silence_is_noticed_and_what_was_heard_is_answered() -> None:
    heard: Heard = queue.Queue()
    answers, started_s = io.StringIO(), time.monotonic()
    for line in (HELLO, encode(OFF), encode(replace(ON, seq=2))):
        heard.put((time.monotonic(), line))
    reason = keep_watch(Watch(), heard, answers)
    assert "no heartbeat" in reason and time.monotonic() - started_s >= 0.5
    said = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert said == [{"heard": 0}, {"heard": 1}, {"heard": 2}]


def test_nobody_else_s_process_is_ended() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE
    ) as other:
        end_engine(other.pid if os.name == "posix" else 0)
        end_engine(0)
        assert other.poll() is None
        other.communicate(b"\n", timeout=LONG_S)
    assert other.returncode == 0


@dataclass
class Bench:
    """A served bench whose outputs are on, and its config."""

    served: Served
    config: Path
    loaded: Loaded

    @property
    def outputs(self) -> tuple[bool, bool]:
        twins = self.served.simulation.twins
        return twins["psu"].output_on, twins["generator"].output_on


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    source = CONFIGS / "dry_run_short.toml"
    loaded = load(source)
    with serve(loaded, link="socket") as served, in_background(served.server):
        text = served_config(
            tomllib.loads(loaded.texts[source.name]), served.addresses, source.name
        )
        config = tmp_path / "served.toml"
        config.write_text(text, encoding="utf-8")
        twins = served.simulation.twins
        twins["psu"].receive(b"V1 12\nI1 5\nOP1 1\n")
        twins["generator"].receive(b"OUTP ON\n")
        yield Bench(served, config, load(config))


# pyserial forgets to close a socket that was reset
reset = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("controller.guardian.hands.ROUNDS", 7)
    return 7


def no_wait(dt_s: float) -> None:
    assert dt_s > 0.0


def test_hands_switch_off_every_route_and_read_back(bench: Bench) -> None:
    assert bench.outputs == (True, True)
    result = switch_off(hands_of(bench.loaded))
    assert result.confirmed and bench.outputs == (False, False)
    assert result.routes == {"psu": "off, read back", "generator": "off, read back"}
    assert bench.served.simulation.twins["psu"].receive(b"V1?\n") == b"V1 0.000\r\n"


def test_off_is_the_first_thing_that_is_sent(bench: Bench) -> None:
    heard: list[bytes] = []
    twin = bench.served.simulation.twins["psu"]
    receive = twin.receive

    def noted(data: bytes) -> bytes:
        heard.append(data)
        return receive(data)  # type: ignore[no-any-return]

    twin.receive = noted
    switch_off(hands_of(bench.loaded))
    assert heard[0] == b"OP1 0\n"


@reset
def test_an_instrument_that_is_gone_does_not_save_the_other(
    bench: Bench, few_rounds: int
) -> None:
    bench.served.simulation.lines["psu"].gone = True
    waits: list[float] = []
    result = switch_off(hands_of(bench.loaded), waits.append)
    assert bench.outputs == (True, False)
    assert not result.confirmed and "NOT CONFIRMED: psu: " in result.sentence
    assert len(waits) == few_rounds


@reset
@pytest.mark.usefixtures("few_rounds")
def test_a_generator_that_is_gone_is_said(bench: Bench) -> None:
    bench.served.simulation.lines["generator"].gone = True
    result = switch_off(hands_of(bench.loaded), no_wait)
    assert bench.outputs == (False, True)
    assert result.confirmed and "but generator: " in result.sentence


@reset
def test_a_supply_that_comes_back_is_switched_off(bench: Bench) -> None:
    line, rounds = bench.served.simulation.lines["psu"], []
    line.gone = True

    def plug_in(dt_s: float) -> None:
        rounds.append(dt_s)
        if len(rounds) == 3:
            assert bench.outputs == (True, True)  # the gate drive is not stopped yet
            line.gone = False

    result = switch_off(hands_of(bench.loaded), plug_in)
    assert result.confirmed and bench.outputs == (False, False)


@pytest.mark.usefixtures("few_rounds")
def test_an_error_of_ours_on_one_route_leaves_the_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object) -> str:
        raise ZeroDivisionError("an error of ours")

    monkeypatch.setattr(
        "controller.instruments.stations_inverter.SupplyStation.off", broken
    )
    result = switch_off(hands_of(bench.loaded), no_wait)
    assert not result.confirmed and "an error of ours" in result.sentence
    assert bench.outputs == (True, False)


@pytest.mark.parametrize("role", ["supply", "generator"])
def test_what_does_not_answer_alone_is_not_confirmed(role: str) -> None:
    """On a mixed bench only one of the two may have an address."""
    nobody = Instrument(
        driver="keysight_33500", model="33521B", address="socket://127.0.0.1:1"
    )
    result = switch_off([Hand("one", role, nobody)], no_wait, rounds=1)
    assert not result.confirmed and "NOT CONFIRMED: one: " in result.sentence


def test_hands_hold_only_what_makes_a_field_and_has_an_address(bench: Bench) -> None:
    assert [hand.name for hand in hands_of(bench.loaded)] == ["psu", "generator"]
    assert hands_of(load(CONFIGS / "dry_run_short.toml")) == []


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("socket://127.0.0.1:1", ""),
        ("TCPIP::127.0.0.1::9221::SOCKET", ""),
        ("socket://no.such.host.invalid:1", "is not known"),
        ("/dev/no_such_port", "there is no /dev/no_such_port"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="names of ports are POSIX's")
def test_address_is_looked_at_without_opening_it(address: str, says: str) -> None:
    instrument = Instrument(driver="aimtti_psu", model="QPX1200SP", address=address)
    unseen = Hand("psu", "supply", instrument).unseen()
    assert says in unseen and bool(unseen) == bool(says)


@dataclass
class Process:
    """A guardian process that a test speaks to in the name of an engine."""

    popen: subprocess.Popen[str]

    def say(self, line: str) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(line)
        self.popen.stdin.flush()

    def end(self) -> tuple[int, str]:
        _, said = self.popen.communicate(timeout=LONG_S)
        return self.popen.returncode, said


@pytest.fixture
def process(bench: Bench) -> Iterator[Process]:
    with subprocess.Popen(
        [sys.executable, "-m", "controller.guardian", str(bench.config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as popen:
        yield Process(popen)
        popen.kill()


def unfinished(folder: Path) -> Path:
    """Write the record of an engine that died, its log beside it."""
    path = synthetic_run.write_run(folder, ticks=20, finish=False)
    (copy := folder / "dead").mkdir()
    for part in folder.glob(f"{path.name}*"):
        shutil.copy(part, copy)
    return copy / path.name


def hello_with(record: Path) -> str:
    return json.dumps({"hello": ENGINE, "record": str(record)}) + "\n"


def test_process_switches_off_when_the_pipe_ends_and_records_it(
    bench: Bench, process: Process, tmp_path: Path
) -> None:
    record = unfinished(tmp_path)
    process.say(hello_with(record) + encode(ON))
    code, said = process.end()
    assert code == 3 and bench.outputs == (False, False)
    assert "guardian: the engine is gone without a goodbye; field off" in said
    with Run.open(record) as run:
        assert run.verify_chain() == [] and not run.completed
        event = run.events()[-1]
        assert sum(1 for _ in run.ticks()) == 20
    assert event.kind == "guardian" and event.data["confirmed"] is True
    assert event.data["routes"]["psu"] == "off, read back"


@pytest.mark.parametrize("line", ["garbage\n", encode(ON), ""])
def test_process_acts_on_nonsense_and_on_silence_with_the_pipe_open(
    bench: Bench, process: Process, tmp_path: Path, line: str
) -> None:
    process.say(hello_with(tmp_path / "none.sqlite") + encode(ON) + line)
    assert process.popen.wait(LONG_S) == 3
    assert bench.outputs == (False, False)
    assert "guardian: " in (tmp_path / "none_guardian.txt").read_text("utf-8")


def test_process_ends_with_the_engine_s_goodbye(
    bench: Bench, process: Process, tmp_path: Path
) -> None:
    process.say(hello_with(tmp_path / "none.sqlite") + encode(ON))
    process.say('{"goodbye": true}\n')
    assert process.popen.wait(LONG_S) == 0
    assert bench.outputs == (True, True)  # it was not its business
    assert [p.name for p in tmp_path.iterdir()] == ["served.toml"]


def test_process_that_nobody_greeted_touches_nothing(
    bench: Bench, process: Process
) -> None:
    assert process.end()[0] == 0
    assert bench.outputs == (True, True)


def test_process_refuses_a_wrong_config(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "controller.guardian", str(tmp_path / "none.toml")],
        input="",
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=False,
    )
    assert done.returncode == 2 and "none.toml" in done.stderr


def test_an_event_is_the_first_of_a_record_without_any(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path, synthetic_run.header())
    recorder.abandon()
    assert record_event(recorder.path, "guardian: off", {"a": 1}) == recorder.path
    with Run.open(recorder.path) as run:
        assert run.verify_chain() == []
        assert [event.kind for event in run.events()] == ["guardian"]


def test_a_closed_record_is_not_touched(tmp_path: Path) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=5)
    before = path.read_bytes()
    beside = record_event(path, "guardian: off", {})
    assert beside == path.with_name(f"{path.stem}_guardian.txt")
    assert path.read_bytes() == before
    assert "was closed before" in beside.read_text("utf-8")


def test_a_folder_that_is_gone_is_said_by_none(tmp_path: Path) -> None:
    assert record_event(tmp_path / "gone" / "run.sqlite", "guardian: off", {}) is None
