"""What the screen says of a matrix of SAR."""

from dataclasses import replace

import pytest

from controller.analysis.calorimetry import Value
from controller.analysis.sar_matrix import Matrix, MatrixPoint, render_matrix
from controller.commands.screen_sar import show_matrix

POINTS = tuple(
    MatrixPoint(h, 3e5, (), Value(50.0, 1.0), Value(3.21, 0.1), 0.01, "")
    for h in (1e4, 1.5e4)
)
LINEAR = Matrix(POINTS, Value(3.21, 0.07), linear=True, words=())


@pytest.mark.parametrize("linear", [True, False])
def test_an_ilp_is_printed_only_where_the_regime_is_linear(
    linear: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = replace(LINEAR, linear=linear)
    show_matrix(matrix, None)
    shown = capsys.readouterr().out
    table = render_matrix("m", matrix, None, []).split("Points</h", 1)[1]
    for text in (shown, table):
        assert ("3.21" in text) is linear
        assert ("\N{EN DASH}" in text) is not linear
    assert ("quote SAR by point, not ILP" in " ".join(shown.split())) is not linear
