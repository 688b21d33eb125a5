"""Probes in baths: offset and slope are found, a moving bath and a bad probe told."""

from dataclasses import replace

import pytest

from controller.analysis.probe_fit import BathPoint, fit_probe
from controller.analysis.resonance_fit import FitRefused


def baths(slope: float = 1.0, offset_c: float = 0.0) -> list[BathPoint]:
    return [
        BathPoint(true_c, 0.02, slope * true_c + offset_c, 0.05, 100)
        for true_c in (0.0, 37.0, 45.0)
    ]


def test_correction_undoes_the_error() -> None:
    fit = fit_probe(baths(slope=1.002, offset_c=0.05))
    assert not fit.out
    assert fit.largest_error_c == pytest.approx(0.14)
    for true_c in (20.0, 42.0):
        read_c = 1.002 * true_c + 0.05
        assert fit.slope_ratio * read_c + fit.offset_c == pytest.approx(true_c)


def test_uncertainty_is_never_below_the_reference() -> None:
    assert fit_probe(baths()).uncertainty_c > 0.02
    worse = [replace(p, reference_uncertainty_c=0.1) for p in baths()]
    assert fit_probe(worse).uncertainty_c > 0.1


def test_what_no_line_fits_widens_the_uncertainty() -> None:
    bent = baths()
    bent[1] = replace(bent[1], reading_c=37.15)
    fit = fit_probe(bent)
    assert fit.uncertainty_c >= max(abs(r) for r in fit.residuals_c) > 0.05


@pytest.mark.parametrize(("offset_c", "out"), [(0.19, False), (0.21, True)])
def test_probe_is_out_beyond_its_limit(offset_c: float, out: bool) -> None:
    assert fit_probe(baths(offset_c=offset_c)).out is out


def test_moving_bath_and_too_few_are_refused() -> None:
    moving = baths()
    moving[2] = replace(moving[2], drift_c=0.3)
    with pytest.raises(FitRefused, match="was not at rest"):
        fit_probe(moving)
    with pytest.raises(FitRefused, match="3 baths"):
        fit_probe(baths()[:2])


def test_a_noisy_probe_is_less_sure_though_a_line_fits() -> None:
    noisy = [replace(p, spread_c=1.0) for p in baths()]  # 100 readings: 2 u = 0.2 °C
    assert fit_probe(noisy).uncertainty_c == pytest.approx((0.02**2 + 0.2**2) ** 0.5)
