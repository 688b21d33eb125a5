"""The simulated FOTEMP, byte for byte."""

import pytest

from simulators.fotemp import Fotemp


def twin(*temperatures: float | None) -> Fotemp:
    fotemp = Fotemp()
    fotemp.temperatures[: len(temperatures)] = temperatures
    return fotemp


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (b"?40\r", b"#40 46 54 20 43 4F 4D 50 32\r\n"),
        (b"?03 1\r", b"#03 1 234\r\n"),
        (b"?03 3\r", b"#03 3 -50\r\n"),
        (b"?03 4\r", b"#03 4 ---\r\n"),
        (b"?04\r", b"#04 234 430 -50 ---\r\n"),
        (b"?0F\r", b"#0F 4\r\n"),
        (b"?10\r", b"#10 0F\r\n"),
        (b"?53 1\r", b"#53 1 1\r\n"),
        (b"?99\r", b"*FF\r\n"),
        (b"?03 5\r", b"*FF\r\n"),
        (b"hello\r", b"*FF\r\n"),
    ],
)
def test_answers(request_: bytes, reply: bytes) -> None:
    assert twin(23.4, 43.0, -5.0, None).receive(request_) == reply


def test_a_missing_probe_may_leave_its_value_out() -> None:
    fotemp = twin(23.4, 43.0)
    fotemp.no_probe_token = None
    assert fotemp.receive(b"?03 3\r?04\r") == b"#03 3\r\n#04 234 430\r\n"


def test_the_active_channels_are_a_mask() -> None:
    fotemp = twin(23.4, 43.0, 25.0, 26.0)
    assert fotemp.receive(b":10 0E\r?10\r") == b"#10 0E\r\n"
    assert fotemp.receive(b"?04\r") == b"#04 --- 430 250 260\r\n"


def test_what_a_set_answers_is_a_switch() -> None:
    fotemp = twin()
    fotemp.set_answer = b"#OK\r\n"
    assert fotemp.receive(b":53 1 20\r:53 1 21\r") == b"#OK\r\n*FF\r\n"


def test_averages_are_taken_over_scans() -> None:
    fotemp = twin(20.0)
    fotemp.receive(b":53 1 2\r")
    fotemp.advance(0.25)
    fotemp.temperatures[0] = 30.0
    fotemp.advance(0.25)
    assert fotemp.receive(b"?01 1\r?03 1\r") == b"#01 1 250\r\n#03 1 300\r\n"
    fotemp.advance(0.25)
    assert fotemp.receive(b"?01 1\r?02\r").startswith(b"#01 1 300\r\n#02 300 ")


def test_the_channel_being_measured_moves_on() -> None:
    fotemp = twin()
    first = fotemp.receive(b"?12\r")
    fotemp.advance(0.25)
    assert fotemp.receive(b"?12\r") != first


def test_faults() -> None:
    fotemp = twin(23.4, 43.0)
    before = fotemp.receive(b"?03 1\r")
    fotemp.frozen[0], fotemp.unplugged[1] = True, True
    fotemp.temperatures[0] = 30.0
    assert fotemp.receive(b"?03 1\r") == before
    assert fotemp.receive(b"?03 2\r") == b"#03 2 ---\r\n"
    fotemp.failing = True
    assert fotemp.receive(b"?03 1\r") == b"*FF\r\n"
