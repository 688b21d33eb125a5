"""Frames out of a stream of bytes."""

import pytest

from simulators.modbus_rtu import FrameReader, check_sum

REQUEST = bytes.fromhex("F7 03 10 00 00 02 D4 5D")
LENGTHS = {3: 8}


def test_check_sum_of_a_known_frame() -> None:
    assert check_sum(REQUEST[:-2]) == REQUEST[-2:]
    assert check_sum(b"123456789") == b"\x37\x4b"


def test_a_frame_may_come_in_pieces_and_two_at_once() -> None:
    frames = FrameReader(LENGTHS)
    assert frames.bodies(REQUEST[:3]) == []
    assert frames.bodies(REQUEST[3:] + REQUEST) == [REQUEST[:-2]] * 2


def test_a_wrong_check_sum_is_ignored() -> None:
    frames = FrameReader(LENGTHS)
    assert frames.bodies(REQUEST[:-1] + b"\x00") == []
    assert frames.bodies(REQUEST) == [REQUEST[:-2]]


def test_half_a_frame_is_forgotten_after_a_silence() -> None:
    frames = FrameReader(LENGTHS)
    frames.bodies(REQUEST[:5])
    frames.wait(0.04)
    assert frames.bodies(REQUEST[5:]) == [REQUEST[:-2]]
    frames.bodies(REQUEST[:5])
    frames.wait(0.05)
    assert frames.bodies(REQUEST) == [REQUEST[:-2]]


@pytest.mark.parametrize("flood", [b"\xf7\x10" + b"\xff" * 2000, b"A" * 5000])
def test_a_flood_is_dropped(flood: bytes) -> None:
    frames = FrameReader(LENGTHS)
    assert frames.bodies(flood) == []
    assert frames.bodies(REQUEST) == [REQUEST[:-2]]


def test_a_write_says_its_own_length() -> None:
    body = bytes.fromhex("F7 10 00 0A 00 01 02 00 F6")
    frame = body + check_sum(body)
    frames = FrameReader(LENGTHS)
    assert frames.bodies(frame[:6]) == []
    assert frames.bodies(frame[6:]) == [body]
