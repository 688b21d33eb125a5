import math

import pytest

from simulators.neoptix_reflex import NeoptixReflex


@pytest.fixture
def reflex() -> NeoptixReflex:
    reflex = NeoptixReflex()
    show(reflex, [24.31, 24.52, 24.69, 24.4])
    return reflex


def show(reflex: NeoptixReflex, temperatures: list[float | None]) -> None:
    reflex.temperatures[:] = temperatures
    reflex.advance(reflex.update_s)


def test_all_channels(reflex: NeoptixReflex) -> None:
    assert reflex.receive(b"t\r") == b"+24.3\r+24.5\r+24.7\r+24.4\r*"


def test_lines_may_end_in_crlf(reflex: NeoptixReflex) -> None:
    reflex.line_end = b"\r\n"
    assert reflex.receive(b"t2\r") == b"+24.5\r\n*"


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"t4\r", b"+24.4\r*"),
        (b"t 4\r", b"+24.4\r*"),
        (b"t\r\n", b"+24.3\r+24.5\r+24.7\r+24.4\r*"),
        (b"uf\rt1\r", b"*+75.8\r*"),
        (b"uf\ruc\r", b"**"),
        (b"b\r", b"b:32.2\r*"),
        (b"r\r", b"*"),
        (b"l+\rl-\r", b"**"),
        (b"t5\r", b"Err2\r"),
        (b"t0\r", b"Err2\r"),
        (b"xyz\r", b"Err2\r"),
        (b"\r\r", b""),
    ],
)
def test_bytes(reflex: NeoptixReflex, sent: bytes, answer: bytes) -> None:
    replies = b""
    for byte in sent:
        replies += reflex.receive(bytes([byte]))
        reflex.advance(reflex.update_s)
    assert replies == answer


@pytest.mark.parametrize(
    ("true_c", "shown"),
    [(-5.04, b"-5.0"), (0.0, b"+0.0"), (100.0, b"+100.0"), (43.05001, b"+43.1")],
)
def test_one_decimal_always_with_a_sign(true_c: float, shown: bytes) -> None:
    reflex = NeoptixReflex(model="ReFlex-1")
    show(reflex, [true_c])
    assert reflex.receive(b"t\r") == shown + b"\r*"


@pytest.mark.parametrize("missing", [None, math.nan])
def test_without_a_probe_there_is_no_value(
    reflex: NeoptixReflex, missing: float | None
) -> None:
    show(reflex, [24.3, missing, 24.7, 24.4])
    assert reflex.receive(b"t\r") == b"+24.3\r---.-\r+24.7\r+24.4\r*"


def test_unplugged_and_plugged_in_again(reflex: NeoptixReflex) -> None:
    reflex.unplugged[1] = True
    reflex.advance(reflex.update_s)
    assert reflex.receive(b"t2\r") == b"---.-\r*"
    reflex.unplugged[1] = False
    reflex.advance(reflex.update_s)
    assert reflex.receive(b"t2\r") == b"+24.5\r*"


def test_a_frozen_channel_repeats_itself(reflex: NeoptixReflex) -> None:
    reflex.frozen[0] = True
    show(reflex, [30.0, 30.0, 30.0, 30.0])
    assert reflex.receive(b"t\r") == b"+24.3\r+30.0\r+30.0\r+30.0\r*"


def test_warming_up(reflex: NeoptixReflex) -> None:
    reflex.warming_up = True
    assert reflex.receive(b"t\r") == b"Err1\r"
    assert reflex.receive(b"t1\r") == b"Err1\r"


def test_between_scans_the_last_one_is_shown(reflex: NeoptixReflex) -> None:
    assert reflex.update_s == 0.2
    reflex.temperatures[0] = 30.0
    reflex.advance(0.19)
    assert reflex.receive(b"t1\r") == b"+24.3\r*"
    reflex.advance(0.01)
    assert reflex.receive(b"t1\r") == b"+30.0\r*"


@pytest.mark.parametrize("dt_s", [0.1, 0.2])
def test_scans_keep_their_interval_for_an_hour(dt_s: float) -> None:
    reflex = NeoptixReflex(model="ReFlex-1")
    reflex.update_s = 0.2
    every = round(0.2 / dt_s)
    for tick in range(1, 18_001):
        reflex.temperatures[0] = tick % 100
        reflex.advance(dt_s)
        if tick % every == 0:
            assert reflex.receive(b"t\r") == b"%+.1f\r*" % (tick % 100)


def test_the_slow_mode_shows_the_mean_of_four(reflex: NeoptixReflex) -> None:
    assert reflex.receive(b"q-\r") == b"*"
    for true_c in (20.0, 21.0, 22.0, 23.0, 24.0):
        show(reflex, [true_c, None, 0.0, 0.0])
    assert reflex.receive(b"t1\r") == b"+22.5\r*"
    assert reflex.receive(b"q+\r") == b"*"
    show(reflex, [25.0, None, 0.0, 0.0])
    assert reflex.receive(b"t1\r") == b"+25.0\r*"


def test_streaming(reflex: NeoptixReflex) -> None:
    assert reflex.receive(b"ta+\r") == b"*"
    assert reflex.advance(0.1) == b""
    assert reflex.advance(0.1) == (
        b"C:1;T: +24.3\rC:2;T: +24.5\rC:3;T: +24.7\rC:4;T: +24.4\r"
    )
    assert reflex.receive(b"ta-\r") == b"*"
    assert reflex.advance(0.2) == b""


def test_signal_quality_has_an_asterisk_that_is_no_prompt(
    reflex: NeoptixReflex,
) -> None:
    reflex.unplugged[3] = True
    lines = reflex.receive(b"y\r").split(b"\r")
    assert lines[0] == b"CH1: power:2.50, lamp attenuation: 250, CCD time: 50ms (fixed)"
    assert lines[3].startswith(b"CH4: power:1.09*, lamp")
    assert lines[4:] == [b"*"]


def test_information_names_the_model_first() -> None:
    reflex = NeoptixReflex(model="ReFlex-2", serial="R2")
    lines = reflex.receive(b"i\r").split(b"\r")
    assert lines[0] == b"Model: ReFlex-2"
    assert b"NB Channel: 2" in lines
    assert b"Serial: R2" in lines
    assert lines[-1] == b"*"


def test_after_a_power_cycle_streaming_is_off(reflex: NeoptixReflex) -> None:
    reflex.receive(b"ta+\r")
    reflex.power_cycled()
    assert reflex.advance(0.2) == b""
    assert reflex.receive(b"t1\r") == b"+24.3\r*"
