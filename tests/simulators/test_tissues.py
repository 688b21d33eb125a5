"""The table of tissues, and the laws of perfusion."""

import math

import numpy as np
import pytest

from simulators.tissues import (
    perfusion_kg_per_s_m3,
    rest_kg_per_s_m3,
    tissue,
    tissues,
)


@pytest.mark.parametrize(
    (
        "name",
        "density",
        "heat",
        "conduction",
        "perfusion",
        "metabolic",
        "s_100",
        "s_300",
    ),
    [
        ("grey matter", 1044.5, 3695.8, 0.547, 763.7, 15.54, 0.134, 0.145),
        ("white matter", 1041.0, 3582.8, 0.481, 212.3, 4.32, 0.082, 0.090),
        ("muscle", 1090.4, 3421.2, 0.495, 36.7, 0.906, 0.362, 0.407),
        ("fat", 911.0, 2348.3, 0.2115, 32.7, 0.507, 0.043, 0.044),
        ("liver", 1078.75, 3540.2, 0.519, 860.5, 9.93, 0.085, 0.122),
        ("prostate", 1045.0, 3760.0, 0.512, 394.1, 6.10, 0.439, 0.462),
        ("blood", 1049.75, 3617.0, 0.517, 10000.0, 0.0, 0.703, 0.721),
    ],
)
def test_table_says_what_the_reference_says(
    name, density, heat, conduction, perfusion, metabolic, s_100, s_300
):
    found = tissue(name)
    assert found.density_kg_per_m3 == pytest.approx(density, rel=1e-4)
    assert found.heat_capacity_j_per_kg_k == pytest.approx(heat, rel=1e-4)
    assert found.conductivity_w_per_m_k == pytest.approx(conduction, rel=2e-3)
    assert found.perfusion_ml_per_min_kg == pytest.approx(perfusion, rel=2e-3)
    assert found.metabolic_w_per_kg == pytest.approx(metabolic, rel=2e-3)
    assert found.sigma_at_s_per_m(100e3) == pytest.approx(s_100, abs=6e-4)
    assert found.sigma_at_s_per_m(300e3) == pytest.approx(s_300, abs=6e-4)


def test_conductivity_is_interpolated_and_held_outside():
    muscle = tissue("muscle")
    middle = muscle.sigma_at_s_per_m(230e3)
    assert middle == pytest.approx((0.3749 + 0.4069) / 2)
    assert muscle.sigma_at_s_per_m(1e6) == muscle.sigma_at_s_per_m(400e3)


def test_grey_matter_forgets_in_76_s():
    grey, blood = tissue("grey matter"), tissue("blood")
    heat = grey.density_kg_per_m3 * grey.heat_capacity_j_per_kg_k
    carried = grey.perfusion_kg_per_s_m3 * blood.heat_capacity_j_per_kg_k
    assert heat / carried == pytest.approx(76.0, abs=0.5)
    assert math.sqrt(0.547 / carried) == pytest.approx(3.29e-3, abs=5e-6)


def test_unknown_tissue_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="no tissue 'cheese'; there are blood, brain"):
        tissue("cheese")
    assert len(tissues()) >= 15


@pytest.mark.parametrize(
    ("at_c", "muscle", "fat", "tumour"),
    [
        (37, 0.467, 0.362, 0.833),
        (40, 0.892, 0.405, 0.797),
        (42, 2.127, 0.530, 0.4165),
        (43, 2.994, 0.618, 0.416),
        (44, 3.716, 0.691, 0.416),
        (45, 4.0, 0.72, 0.416),
        (60, 4.0, 0.72, 0.416),
        (20, 0.45, 0.36, 0.833),
    ],
)
def test_laws_of_perfusion_golden(at_c, muscle, fat, tumour):
    at = np.array([float(at_c)])
    assert perfusion_kg_per_s_m3("muscle", at)[0] == pytest.approx(muscle, abs=6e-4)
    assert perfusion_kg_per_s_m3("fat", at)[0] == pytest.approx(fat, abs=6e-4)
    assert perfusion_kg_per_s_m3("tumour", at)[0] == pytest.approx(tumour, abs=6e-4)


def test_constant_law_is_one_everywhere():
    assert rest_kg_per_s_m3("constant") == 1.0
    flow = perfusion_kg_per_s_m3("constant", np.array([20.0, 43.0]))
    assert flow.tolist() == [1.0, 1.0]
