"""Engine mode: lines in, lines out, and nobody there."""

import io
import json
import queue
import threading

import pytest

from controller.decisions.signals import Request
from controller.host.stop_signals import StopSignal
from controller.procedures.operators import (
    MOST_AT_ONCE,
    OPERATOR_GONE_S,
    Engine,
    Terminal,
    parse_request,
)
from tests.controller.decisions.scene import SETTINGS


class Pipe(io.TextIOBase):
    """Lines that arrive when a test sends them; closing it ends the reader."""

    def __init__(self) -> None:
        self._lines: queue.Queue[str] = queue.Queue()

    def send(self, line: str) -> None:
        self._lines.put(line + "\n")

    def end(self) -> None:
        self._lines.put("")

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        return self._lines.get(timeout=10.0)

    def __next__(self) -> str:
        line = self.readline()
        if not line:
            raise StopIteration
        return line


def wait_for(stop: StopSignal) -> None:
    assert stop.woken.wait(10.0)
    stop.woken.clear()


def engine(sink: io.TextIOBase | None = None) -> tuple[Engine, Pipe, StopSignal, list]:
    stop, pipe, clock = StopSignal(), Pipe(), [0.0]
    made = Engine(stop, SETTINGS, pipe, sink or io.StringIO(), now=lambda: clock[0])
    return made, pipe, stop, clock


def test_requests_arrive_in_order() -> None:
    made, pipe, stop, _ = engine()
    pipe.send('{"request": "note", "text": "all well"}')
    pipe.send('{"request": "setpoint", "value": 42.5}')
    pipe.send('{"request": "stop"}')
    wait_for(stop)
    assert made.requests() == (
        Request("note", text="all well"),
        Request("setpoint", 42.5),
        Request("stop"),
    )
    assert made.requests() == ()
    pipe.end()


def test_a_burst_is_taken_a_few_a_tick_and_a_stop_goes_with_the_first() -> None:
    """Each is put onto the disk: many in one tick would make the loop late."""
    made, pipe, stop, _ = engine()
    for _ in range(10):
        pipe.send('{"request": "mark"}')
    pipe.send('{"request": "stop"}')
    wait_for(stop)
    marks = [Request("mark", text="")] * MOST_AT_ONCE
    assert made.requests() == (*marks, Request("stop"))
    assert made.requests() == (*marks, Request("stop"))
    pipe.end()


def test_the_end_of_the_pipe_is_operator_gone() -> None:
    made, pipe, stop, _ = engine()
    pipe.end()
    wait_for(stop)
    assert [r.name for r in made.requests()] == ["stop"]


def test_silence_is_operator_gone() -> None:
    made, pipe, _, clock = engine()
    assert made.requests() == ()
    clock[0] = OPERATOR_GONE_S + 0.1
    assert made.requests()[0] == Request("stop", text="operator gone")
    pipe.end()


def test_who_was_gone_before_the_run_finds_it_stopped() -> None:
    """Else a window that wakes up has skipped what it was being asked."""
    made, pipe, _, clock = engine()
    clock[0] = OPERATOR_GONE_S + 0.1
    assert made.stopping() == made.stopping() == "operator gone"
    made._heard_s = clock[0]
    assert made.stopping() == "operator gone"
    assert made.requests() == (Request("stop", text="operator gone"),)
    pipe.end()


@pytest.mark.parametrize(
    "line",
    [
        "not JSON",
        "[" * 100_000,
        '{"request": "answer", "name": ' + "[" * 100_000,
        '{"request": "manual", "value": 1' + "0" * 400 + "}",
    ],
    ids=["no JSON", "deep", "deep answer", "beyond a float"],
)
def test_nonsense_is_refused_and_changes_nothing(line: str) -> None:
    sink = io.StringIO()
    made, pipe, stop, _ = engine(sink)
    pipe.send(line)
    pipe.send('{"request": "stop"}')
    wait_for(stop)
    made.close()
    refused = json.loads(sink.getvalue().splitlines()[0])
    assert refused["kind"] == "refused" and refused["sentence"]
    assert made.requests() == (Request("stop"),)
    pipe.end()


def test_a_reader_that_hangs_does_not_stall_and_loses_only_snapshots() -> None:
    release = threading.Event()
    written: list[str] = []

    class Slow(io.StringIO):
        def write(self, text: str) -> int:
            assert release.wait(10.0)
            written.append(text)
            return len(text)

    made, pipe, _, _ = engine(Slow())
    made.publish({"kind": "event", "n": 0})
    for n in range(1000):
        made.publish({"kind": "snapshot", "n": n})
    made.publish({"kind": "end"})
    release.set()
    made.close()
    kinds = [json.loads(line)["kind"] for line in written]
    assert kinds.count("event") == kinds.count("end") == 1
    assert 1 <= kinds.count("snapshot") <= 3
    assert json.loads(written[-1])["kind"] in ("end", "snapshot")
    pipe.end()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{}",
        '{"request": "explode"}',
        '{"request": "setpoint"}',
        '{"request": "setpoint", "value": "43"}',
        '{"request": "setpoint", "value": 44.4}',
        '{"request": "setpoint", "value": true}',
        '{"request": "setpoint", "value": NaN}',
        '{"request": "manual", "value": -1}',
        '{"request": "manual", "value": Infinity}',
        '{"request": "manual", "value": 1e9}',
    ],
)
def test_a_wrong_line_is_one_sentence(line: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_request(line, 44.3)
    assert str(caught.value) and "\n" not in str(caught.value)


def test_alive_is_no_request() -> None:
    assert parse_request('{"request": "alive"}', 44.3) is None


def test_a_terminal_stops_on_a_signal() -> None:
    stop = StopSignal()
    terminal = Terminal(stop, lambda message: None)
    assert terminal.requests() == ()
    stop.name = "SIGINT"
    assert terminal.requests() == (Request("stop", text="SIGINT"),)


@pytest.mark.parametrize("error", [BrokenPipeError(), SystemExit(1)])
def test_a_terminal_that_is_gone_is_a_safe_stop(error: BaseException) -> None:
    def show(message: object) -> None:
        raise error

    terminal = Terminal(StopSignal(), show)
    terminal.publish({"kind": "event"})
    assert terminal.requests() == (Request("stop", text="the screen is gone"),)
