"""The power limit of a supply that has one: programmed, read back, and obeyed."""

from math import ceil, sqrt
from pathlib import Path
from typing import Any

import pytest

from controller.bench import How, open_bench
from controller.config.loading import load
from controller.decisions.applicator import field_for
from controller.decisions.ceiling import permitted_amplitude
from controller.errors import BenchError
from controller.instruments.switching import power_limit
from tests.controller.instruments.test_safeguards import short_config

MODEL = "PSI 9080-60"


def opened(folder: Path) -> Any:
    return open_bench(load(short_config(folder, "", MODEL)), How(seed=1))


def test_it_is_what_the_tuned_coil_needs_and_a_tenth_more(tmp_path: Path) -> None:
    with opened(tmp_path) as bench:
        settings, psu = bench.link.settings, bench.simulation.twins["psu"]
        most_w = psu.set_power_w
        bench.link.prepare()
        applicator = settings.applicator
        bound = permitted_amplitude(applicator.frequency_hz, settings.ceiling)
        needed_a = bound / applicator.field_per_ampere_per_m
        expected_w = 1.1 * applicator.tuned_ohm * needed_a**2
        assert psu.set_power_w == pytest.approx(expected_w, abs=2.0) != most_w
        assert bench.link.supply.read_limits()[2] == psu.set_power_w
        assert psu.over_power_w == pytest.approx(1.05 * psu.set_power_w, abs=1.0)


def test_a_supply_that_does_not_take_it_is_no_start(tmp_path: Path) -> None:
    with opened(tmp_path) as bench:
        line = bench.simulation.lines["psu"]
        limit_w = ceil(power_limit(bench.link.settings))
        line.garble = lambda answer: answer.replace(b"%d W" % limit_w, b"1500 W")
        refused = rf"{limit_w} W and a trip at \d+ W were set, 1500 and \d+ W read back"
        with pytest.raises(BenchError, match=refused):
            bench.link.prepare()
        assert not bench.simulation.twins["psu"].output_on


@pytest.mark.parametrize("detuning", [-0.02, -0.006, 0.0, 0.006, 0.02])
@pytest.mark.parametrize("limited", [True, False])
def test_at_constant_power_no_detuning_raises_the_field(
    tmp_path: Path, detuning: float, limited: bool
) -> None:
    """The one limit that bounds H itself, where the voltage limit were forgotten."""
    with opened(tmp_path) as bench:
        settings, simulated = bench.link.settings, bench.simulation.bench
        bench.link.prepare()
        psu = bench.simulation.twins["psu"]
        bound = permitted_amplitude(settings.applicator.frequency_hz, settings.ceiling)
        psu.switch(True)
        psu.set_voltage_v = 80.0
        psu.set_current_a = bound / settings.applicator.field_per_ampere_per_m
        if not limited:
            psu.set_power_w = psu.over_power_w = 1e6
        simulated.tank.detuning = detuning
        bench.link.clock.wait(1.0)
        ratio = simulated.field_a_per_m / field_for(
            psu.set_current_a, settings.applicator
        )
    if limited:
        assert ratio <= sqrt(1.1) * 1.01
        assert ratio == pytest.approx(sqrt(1.1) if detuning else 1.0, rel=0.01)
    else:
        assert ratio > 1.25 or detuning == 0.0
