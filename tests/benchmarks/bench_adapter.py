"""Puts the control law into the shared closed-loop benchmark.

ADAPTER = "tests.benchmarks.bench_adapter:make_controller"
"""

import math
from typing import Any

from controller.decisions import pid
from controller.decisions.estimator_energy import mean_share
from controller.decisions.settings import ControlSettings

ADAPTER = "tests.benchmarks.bench_adapter:make_controller"


class Adapter:
    """The law as the benchmark wants it: readings in, field in A/m out."""

    name = "amf-bench"
    needs = "none"
    wants_field = True

    def __init__(self) -> None:
        self.field = 0.0
        self.settings = ControlSettings()

    def start(self, ctx: Any) -> None:
        """Begin a run with nothing learned; ``ctx.ident`` is not looked at."""
        self.ctx = ctx
        self.state = pid.initial(self.settings)
        self.last_a_per_m = 0.0
        self.asked_a_per_m = 0.0

    def step(self, t: float, y: float, probes: Any) -> float:
        """Answer one reading with the next field, in A/m."""
        highest = self.ctx.Hmax
        slew = self.ctx.slew / highest
        share = mean_share(
            self.last_a_per_m / highest,
            self.field / highest,
            self.asked_a_per_m / highest,
            slew,
            self.ctx.dt,
        )
        self.last_a_per_m = self.field
        self.state, wanted = pid.update(
            self.state,
            dt_s=self.ctx.dt,
            temperature_c=y,
            applied_share=share,
            setpoint_c=self.ctx.setpoint,
            slew_per_s=slew,
            settings=self.settings,
            probes_c=tuple(probes.tolist()),
        )
        self.asked_a_per_m = min(highest * math.sqrt(wanted), highest)
        return self.asked_a_per_m


def make_controller() -> Adapter:
    """Make a fresh controller for one run."""
    return Adapter()
