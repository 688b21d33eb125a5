"""The touch test judges by readings alone: exactly the named probe may move."""

from gui import texts_bench as texts
from gui.touch import TouchTest

BEGUN_C = [37.0, 37.1, 36.9]


def begun():
    test = TouchTest(("core", "margin", "body"))
    test.take(BEGUN_C)
    return test


def test_the_named_probe_moves_and_is_touched():
    test = begun()
    test.take([37.9, 37.1, 36.9])
    assert test.asked == 0 and not test.said
    test.take([38.0, 37.2, 36.9])
    assert test.results == ["touched", "", ""]
    assert test.said == texts.TOUCH_RIGHT.format(probe="core", rise="1.0")
    assert test.asked == 1 and not test.wrong


def test_another_probe_that_moves_is_wrong():
    test = begun()
    test.take([37.0, 38.3, 36.9])
    assert test.wrong and test.asked == 0
    assert test.said == texts.TOUCH_WRONG.format(moved="margin", probe="core")


def test_two_that_move_together_are_wrong():
    test = begun()
    test.take([38.2, 37.1, 37.5])
    assert test.wrong and test.results == ["", "", ""]
    assert "core, body" in test.said


def test_a_lost_reading_never_counts_as_a_move():
    test = TouchTest(("core", "margin"))
    test.take([None, 37.0])
    test.take([39.0, 37.0])
    test.take([None, 37.0])
    assert test.results == ["", ""] and not test.said


def test_skipped_probes_stand_in_the_summary():
    test = begun()
    test.skip()
    test.begin_turn()
    test.take(BEGUN_C)
    test.take([37.0, 38.2, 36.9])
    assert test.summary() == "core skipped, margin touched, body not done"
