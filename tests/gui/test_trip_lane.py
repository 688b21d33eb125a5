"""The lane of the trips: every word in it, none over another, none over a curve."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QFont, QImage, QPainter

from gui.look import DARK
from gui.plots import RunPlots
from gui.trip_lane import spread
from gui.view import Line, PlotView

TRIPS = (Line(45.0, "trip 45 °C\ncore"), Line(44.9, "trip 44.9 °C\nmargin"))


@given(st.lists(st.floats(-500.0, 900.0), max_size=8))
def test_no_words_lie_over_others(middles):
    middles.sort()
    heights = [32.0] * len(middles)
    tops = spread(middles, heights, (0.0, 400.0))
    assert all(b - a >= 32.0 - 1e-9 for a, b in pairwise(tops))
    assert all(0.0 <= top <= 368.0 + 1e-9 for top in tops)


def test_words_with_room_stand_at_their_lines():
    assert spread([50.0, 200.0], [32.0, 32.0], (0.0, 400.0)) == [34.0, 184.0]


@pytest.fixture
def plots(qtbot):
    made = RunPlots()
    qtbot.addWidget(made)
    made.resize(800, 300)
    made.show()
    made.show_theme(DARK, 1.0)
    made.show_view(PlotView((), (), None, (42.0, 45.0), "", TRIPS, ()))
    return made


def test_close_trips_are_both_named_beside_the_plot(plots):
    lane = plots._upper.getAxis("right")
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setFont(QFont())
    _, leaders, labels = lane.generateDrawSpecs(painter)
    painter.end()
    assert [text for _, _, text in labels] == [trip.text for trip in TRIPS]
    first, second = (place for place, _, _ in labels)
    assert first.bottom() <= second.top() and len(leaders) == 2
    left_of_lane = lane.mapToScene(first.topLeft()).x()
    assert left_of_lane >= plots._upper.vb.sceneBoundingRect().right()


def test_a_trip_out_of_sight_is_not_named(plots):
    plots.show_view(PlotView((), (), None, (38.0, 39.0), "", TRIPS, ()))
    lane = plots._upper.getAxis("right")
    assert lane.range[1] < 44.0
    assert lane.generateDrawSpecs(None)[2] == []
