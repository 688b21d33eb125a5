"""The grid: against a sparse solution, energy, symmetry, clumps, stability."""

import math
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from scipy.sparse import diags_array, eye_array, kron
from scipy.sparse.linalg import spsolve

from simulators.circulation import Flow
from simulators.nanoparticles import Ilp
from simulators.tumour_grid import GridParameters, TumourGrid
from tests.benchmarks.plant_speed import grid_error

FIELD_A_PER_M, FREQUENCY_HZ = 9_000.0, 161_270.0
USUAL = GridParameters()
MUSCLE_K, MUSCLE_HEAT = 0.49497, 1090.4 * 3421.2


def run(grid: TumourGrid, seconds: float, tick_s: float = 0.2) -> TumourGrid:
    for _ in range(round(seconds / tick_s)):
        grid.advance(tick_s, FIELD_A_PER_M, FREQUENCY_HZ)
    return grid


def steady_k(grid: TumourGrid) -> np.ndarray:
    """Solve the balance of all cells at once, without steps."""
    n = grid.parameters.cells
    width = grid.parameters.side_m / n
    ends = np.full(n, 2.0)
    ends[[0, -1]] = 3.0
    line = diags_array([ends, -np.ones(n - 1), -np.ones(n - 1)], offsets=[0, 1, -1])
    one = eye_array(n)
    laplace = kron(kron(line, one), one) + kron(kron(one, line), one)
    laplace = (laplace + kron(kron(one, one), line)) * (MUSCLE_K / width**2)
    blood = grid._blood_w_per_m3_k.ravel()
    heat, eddy = grid.power_w_per_m3(FIELD_A_PER_M, FREQUENCY_HZ)
    source = (heat * grid.share + eddy).ravel()
    matrix = (laplace + diags_array([blood], offsets=[0])).tocsc()
    return spsolve(matrix, source).reshape(n, n, n)


@pytest.mark.parametrize("tick_s", [0.1, 0.2])
def test_it_settles_at_the_solution_of_the_whole_balance(tick_s):
    grid = TumourGrid(replace(USUAL, cells=9), Random(4))
    expected = steady_k(grid)
    run(grid, 4000.0, tick_s)
    assert expected.max() > 5.0
    assert grid._rise_k == pytest.approx(expected, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(("cells", "within"), [(15, 3e-3), (21, 1e-3)])
def test_it_agrees_with_the_exact_sphere_of_its_volume(cells, within):
    assert abs(grid_error("grey matter", 8e-3, cells)) < within


def test_energy_in_is_energy_stored_and_carried_away():
    """The loss is summed by Simpson's rule from the temperatures alone."""
    grid, tick_s, steps = TumourGrid(USUAL, Random(4)), 0.02, 4000
    n, width = USUAL.cells, USUAL.side_m / USUAL.cells

    def loss_w() -> float:
        rise_k = grid._rise_k
        blood = float((grid._blood_w_per_m3_k * rise_k).sum()) * width**3
        faces = sum(
            float(rise_k.take(end, axis=a).sum())
            for a in (0, 1, 2)
            for end in (0, n - 1)
        )
        return blood + 2.0 * MUSCLE_K * width * faces

    losses_w = [loss_w()]
    for _ in range(steps):
        grid.advance(tick_s, FIELD_A_PER_M, FREQUENCY_HZ)
        losses_w.append(loss_w())
    weights = [1.0] + [4.0, 2.0] * (steps // 2 - 1) + [4.0, 1.0]
    pairs = zip(weights, losses_w, strict=True)
    lost_j = math.fsum(w * q for w, q in pairs) * tick_s / 3.0
    heat, eddy = grid.power_w_per_m3(FIELD_A_PER_M, FREQUENCY_HZ)
    in_w = heat * float(grid.share.sum()) * width**3 + eddy * USUAL.side_m**3
    stored_j = MUSCLE_HEAT * width**3 * float(grid._rise_k.sum())
    assert lost_j > 0.05 * in_w * steps * tick_s
    assert stored_j + lost_j == pytest.approx(in_w * steps * tick_s, rel=1e-6)


def test_without_clumps_it_is_the_same_along_each_axis():
    grid = run(TumourGrid(replace(USUAL, clumps=0)), 60.0)
    rise_k = grid._rise_k
    assert rise_k == pytest.approx(rise_k.transpose(2, 0, 1), abs=1e-12)
    assert rise_k == pytest.approx(rise_k[::-1], abs=1e-12)
    assert grid.at("healthy") < grid.at("margin") < grid.at("core")
    assert grid.tumour_max_c == pytest.approx(grid.at("core"))


def test_clumps_keep_the_mass_and_move_the_hottest_place():
    grid = run(TumourGrid(USUAL, Random(2)), 300.0)
    assert grid.share[grid.tumour].mean() == pytest.approx(1.0)
    assert not grid.share[~grid.tumour].any()
    assert grid.share[grid.tumour].std() > 0.2
    assert grid.tumour_max_c > grid.at("core") + 0.05
    assert grid.at("core") > 39.0


def test_seeds_repeat_and_differ():
    shares = [TumourGrid(USUAL, Random(n)).share for n in (1, 1, 2)]
    assert np.array_equal(shares[0], shares[1])
    assert not np.array_equal(shares[0], shares[2])


def test_an_hour_in_one_tick_is_stable():
    grid = TumourGrid(USUAL, Random(1), Flow([(600.0, 8.0), (1800.0, 0.0)]))
    for field in (9_000.0, 0.0):
        grid.advance(3600.0, field, FREQUENCY_HZ)
        assert np.all((grid._rise_k >= -1e-9) & (grid._rise_k < 100.0))


def test_more_perfusion_cools():
    plain = run(TumourGrid(USUAL), 600.0)
    perfused = run(TumourGrid(USUAL, flow=Flow([(0.0, 3.0)])), 600.0)
    assert perfused.at("core") < plain.at("core") - 0.3


def test_without_field_it_stays_at_the_temperature_of_the_body():
    grid = TumourGrid(USUAL, body_c=36.0)
    grid.advance(100.0, 0.0, 0.0)
    places = ("core", "margin", "healthy", "body")
    assert {grid.at(place) for place in places} == {36.0}
    grid.body_c = 35.0
    assert grid.at("core") == pytest.approx(36.0)
    grid.advance(10.0, 0.0, 0.0)
    assert 35.0 < grid.at("core") < 36.0 - 1e-3
    with pytest.raises(KeyError, match="liver"):
        grid.at("liver")


@pytest.mark.parametrize("field", [math.nan, -1.0, math.inf])
def test_a_field_that_is_no_number_never_becomes_a_temperature(field):
    grid = TumourGrid(USUAL)
    with pytest.raises(ValueError, match="no field"):
        grid.advance(0.2, field, FREQUENCY_HZ)
    assert grid.at("core") == 37.0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"cells": 14}, "odd number"),
        ({"radius_m": 0.02}, "do not fit"),
        ({"radius_m": math.nan}, "do not fit"),
        ({"concentration_g_per_l": -1.0}, "below zero"),
    ],
)
def test_impossible_parameters_are_refused(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        replace(USUAL, **wrong)


def test_power_is_that_of_the_particles_given():
    grid = TumourGrid(replace(USUAL, particles=Ilp(2.0), concentration_g_per_l=5.0))
    heat, _ = grid.power_w_per_m3(10_000.0, 100_000.0)
    assert heat == pytest.approx(2e-9 * 1e5 * 1e8 * 5.0)
