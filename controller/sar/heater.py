"""A resistor in the liquid: its power is known, so the heat capacity is measured.

Only the thermometer is open, and there is no field. The resistor's own supply is no
instrument of the bench: a person sets it to the declared volts and amperes, and
switches it at the moments that are counted down to; in simulation it switches itself.
The same fit as for particles finds P/C of the liquid; C = U I / (P/C).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np

from controller.analysis.calorimetry import AnalysisError, Curve, Value
from controller.analysis.calorimetry_record import checked
from controller.analysis.identification import two_node_fit
from controller.bench import OpenThermometry
from controller.config.loading import Loaded
from controller.config.sar import Description, conditions_of, sample_of
from controller.config.sar_matrix import CheckTable, ProtocolTable
from controller.decisions.settings import Settings
from controller.decisions.signals import Measurement
from controller.decisions.state import initial
from controller.decisions.step import step
from controller.decisions.thermometry import ProbeWatch, tolerated_age_s
from controller.loop import COMPLETED, ENDED, Outcome
from controller.procedures.operators import Terminal
from controller.recording.loop_record import LoopRecord
from controller.recording.run_file import Run
from controller.sar.record import readings_of
from controller.sar.tables import CurveFileError
from controller.snapshot import snapshot

SAID_BEFORE_S = (20.0, 5.0, 3.0, 2.0, 1.0)
SWITCH_OFF = "SWITCH THE HEATER OFF"
STOPPED = f"stopped by the operator; no field was on. {SWITCH_OFF}"
# The drive of the fit is relative: any field and frequency will do.
ON_A_PER_M, ANY_HZ = 1000.0, 1e5
NEVER_S = 1e9


@dataclass
class Heater:
    """What is switched, and when. ``vial`` is the simulated one, None on a real bench.

    ``said`` counts what has been said or switched of the list of moments.
    """

    check: CheckTable
    protocol: ProtocolTable
    vial: Any
    tell: Callable[[str], object]
    said: int = 0

    @property
    def end_s(self) -> float:
        """Return when the curve ends, in s."""
        return self.protocol.baseline_s + self.protocol.on_s + self.protocol.off_s

    def follow(self, t_s: float) -> list[bool]:
        """Say, or do in simulation, what is due; return what is switched now."""
        switched = []
        moments = self._moments()
        while self.said < len(moments) and moments[self.said][0] <= t_s + 1e-6:
            _, on, left_s = moments[self.said]
            self.said += 1
            if self.vial is None:
                self.tell(self._words(on, left_s))
            elif not left_s:
                self.vial.heater_w = self.check.heater_w if on else 0.0
            if not left_s:
                switched.append(on)
        return switched

    def _moments(self) -> list[tuple[float, bool, float]]:
        """Return (when in s, on or off, how long in s before it) in their order."""
        on_s = self.protocol.baseline_s
        pair = ((on_s, True), (on_s + self.protocol.on_s, False))
        return [
            (at_s - left_s, on, left_s)
            for at_s, on in pair
            for left_s in (*SAID_BEFORE_S, 0.0)
        ]

    def _words(self, on: bool, left_s: float) -> str:
        what = "ON" if on else "OFF"
        if left_s:
            return f"heater {what} in {left_s:g} s"
        return f"NOW: heater {what}"


def heated(
    loaded: Loaded,
    bench: OpenThermometry,
    record: LoopRecord,
    heater: Heater,
    operator: Terminal,
) -> Outcome:
    """Record baseline, heating and cooling of a curve; there is no field."""
    settings, state = loaded.settings, initial(loaded.settings)
    outcome, seq = Outcome(ENDED, STOPPED, 0.0, 0), 0
    while not operator.stopping():
        t_s, late_s = bench.link.clock.tick()
        for on in heater.follow(t_s):
            word = "on" if on else "off"
            record.event("heater", f"heater {word} at {t_s:.2f} s", {"t_s": t_s})
        measurement = Measurement(t_s, bench.link.readings(), late_s=late_s)
        state, _ = step(state, measurement, settings)
        record.tick(seq, state, measurement)
        seq += 1
        if operator.wants_snapshot():
            operator.publish(snapshot(seq, state, measurement, settings))
        begun = t_s >= heater.protocol.baseline_s
        trouble = _trouble(state.watches[0], settings, t_s, begun)
        if trouble:
            outcome = Outcome(ENDED, f"{trouble}. {SWITCH_OFF}", 0.0, seq)
            break
        if t_s >= heater.end_s:
            said = f"completed: heated with {heater.check.heater_w:g} W"
            outcome = Outcome(COMPLETED, said, 0.0, seq)
            break
    if heater.vial is not None:
        heater.vial.heater_w = 0.0
    record.finish(state, outcome.sentence, outcome)
    return outcome


def _trouble(sample: ProbeWatch, settings: Settings, t_s: float, begun: bool) -> str:
    """Return why the heater must go off, "" while it need not.

    The interlocks are those of a field; here there is none to switch off. A first
    reading may take its time until the heating has ``begun``.
    """
    limits = settings.limits
    age_s, oldest_s = t_s - sample.taken_s, tolerated_age_s(settings.probes[0], limits)
    if begun and not abs(age_s) <= oldest_s:
        seen = "never" if age_s != age_s else f"{age_s:.1f} s ago"
        return f"no temperature: the last one {seen}, limit {oldest_s:g} s"
    hot_c, limit_c = sample.median_c, limits.sample_trip_c
    return f"too hot: {hot_c:.1f} °C, limit {limit_c:g} °C" if hot_c >= limit_c else ""


def without_field(loaded: Loaded) -> Loaded:
    """Return the same bench as a baseline without an end and without an applicator."""
    settings = loaded.settings
    treatment = replace(settings.treatment, baseline_s=NEVER_S)
    applicator = replace(settings.applicator, read_back=False)
    return replace(
        loaded,
        settings=replace(settings, treatment=treatment, applicator=applicator),
    )


def heat_capacity_of(path: Path, check: CheckTable, d: Description) -> Value:
    """Measure the heat capacity of the liquid from one record: C = U I / (P/C), J/K.

    u² = fit² + (2½ u_switch / time on)²: what repeats do not share.

    Raises:
        CurveFileError: the record cannot be analysed, or the fit is not usable.
    """
    with Run.open(path) as run:
        data = run.data()
        at_s = [e.data["t_s"] for e in run.events() if e.kind == "heater"]
    taken_s, t_c = readings_of(data, data.probe_columns(("sample",))[0], 0.0)
    on_s, off_s = at_s
    on = (taken_s >= on_s) & (taken_s < off_s)
    field = np.where(on, ON_A_PER_M, 0.0)
    curve = Curve(
        taken_s,
        t_c,
        field,
        ANY_HZ,
        (on_s, off_s),
        d.thermometer.average_s,
        units_confirmed=True,
    )
    try:
        fit = two_node_fit(checked(curve), conditions_of(d.field, d.thermometer))
    except AnalysisError as error:
        raise CurveFileError(f"{path.name}: {error}") from error
    if not fit.usable:
        raise CurveFileError(f"{path.name}: {fit.reason}")
    value = check.heater_w / fit.rate_c_per_s.value
    switched = 2.0**0.5 * check.switch_u_s / (off_s - on_s)
    return Value(value, value * hypot(fit.rate_c_per_s.relative, switched))


def mean_capacity(
    found: Sequence[Value], check: CheckTable, probe_scale_u: float
) -> Value:
    """Combine repeats in J/K; the power's uncertainty and the probe's are shared."""
    values = np.array([one.value for one in found])
    mean = float(values.mean())
    random = float(np.sqrt(np.mean([one.relative**2 for one in found])))
    if values.size > 1:
        random = max(random, float(values.std(ddof=1)) / mean)
    random /= values.size**0.5
    return Value(mean, mean * hypot(random, check.heater_u, probe_scale_u))


def compared(found: Value, d: Description) -> str:
    """Say how a heat capacity fits to the one that the masses give."""
    sample = sample_of(d.sample)
    expected = sample.contents_j_per_k
    fluid, colloid = sample.fluid_j_per_kg_k, sample.colloid_kg
    u = expected * hypot(fluid.relative, colloid.relative)
    away = found.value - expected
    fits = abs(away) <= 2.0 * hypot(found.u, u)
    beyond = f"{100.0 * away / expected:+.1f} %: more than both ± explain"
    said = "they agree" if fits else beyond
    return f"from the masses {expected:.3f} ± {2.0 * u:.3f} J/K: {said}"
