"""Measuring a SAR matrix: equilibrate, baseline, field on in one step, off, cooling.

One CSV a curve. A matrix that was interrupted is continued: curves on disk are kept.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from controller.analysis.calorimetry import Sample
from controller.config_sar import sample_of
from controller.config_sar_matrix import SarSimulation
from controller.config_sar_plan import SarPlan, SarPoint, allowed_by
from controller.errors import BenchError, GuardError, RecordingError
from controller.sar_files import write_text

WAITING_TICK_S = 1.0
COLUMNS = "time_s,temperature_c,current_a,field_a_per_m,phase"


class Vial(Protocol):
    """A sample in the coil, with its thermometer. ``advance`` is its time."""

    def advance(self, dt_s: float, current_a: float, frequency_hz: float) -> None:
        """Let time pass with a supply current in A at a frequency in Hz."""

    def read_c(self) -> float:
        """Measure the temperature of the sample, in °C."""


class Calorimetry(Protocol):
    """What makes a simulated vial: the truth, the point that it is for, a seed."""

    def __call__(
        self, truth: SarSimulation, point: SarPoint, contents: Sample, seed: int
    ) -> Vial:
        """Put a fresh sample into the coil of a point."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a raw curve."""

    time_s: float
    temperature_c: float
    current_a: float
    phase: str


def measure(
    plan: SarPlan,
    calorimetry: Calorimetry,
    folder: Path,
    seed: int | None,
    tell: Callable[[str], object],
) -> list[tuple[SarPoint, Path]]:
    """Measure every point that has no file yet; return all points with their files.

    A change of capacitor puts a fresh sample into the coil, and so does continuing.

    Raises:
        RecordingError: the folder holds curves of another config or seed.
        BenchError: the sample did not come to rest, or became too hot.
    """
    contents = sample_of(plan.description.sample)
    used_seed = plan.simulation.seed if seed is None else seed
    head = f"# amf-bench sar, config {plan.digest}, seed {used_seed}"
    vial: Vial | None = None
    capacitor = ""
    done: list[tuple[SarPoint, Path]] = []
    points = plan.points(used_seed)
    kept = [_kept(folder / f"{point.stem}.csv", head) for point in points]
    if any(kept):
        tell(f"continued: {sum(kept)} of {len(points)} curves are on disk")
    for point, there in zip(points, kept, strict=True):
        path = folder / f"{point.stem}.csv"
        done.append((point, path))
        if there:
            continue
        if vial is None or point.capacitor.name != capacitor:
            capacitor = point.capacitor.name
            tell(f"capacitor {capacitor}: changed by itself (simulated)")
            vial = calorimetry(plan.simulation, point, contents, used_seed)
        write_text(path, _text(head, point, list(_curve(plan, point, vial))))
    return done


def _kept(path: Path, head: str) -> bool:
    """Say whether a point is on disk, measured as it would be now."""
    if not path.exists():
        return False
    with path.open(encoding="utf-8") as file:
        first = file.readline().strip()
    if first != head:
        raise RecordingError(
            f"{path} was measured with another config or seed; choose another --out, "
            "or move the folder away"
        )
    return True


def _curve(plan: SarPlan, point: SarPoint, vial: Vial) -> Iterator[Row]:
    """Measure one curve: wait for equilibrium, then rows from the baseline on."""
    p = plan.protocol
    _equilibrate(plan, point, vial)
    # The last look before the field: the same arithmetic that checked the config.
    if not allowed_by(plan.ceiling, point):
        raise GuardError(f"{point.stem}: this field may break the ceiling")
    time_s, end_s = 0.0, p.baseline_s + p.on_s + p.off_s
    count = round(end_s / p.update_s)
    for k in range(count + 1):
        time_s = k * p.update_s
        phase = _phase(plan, time_s)
        current_a = point.current_a if phase == "on" else 0.0
        t_c = vial.read_c()
        if not (t_c < p.sample_trip_c):
            raise BenchError(
                f"{point.stem}: the sample reads {t_c:.1f} °C, the limit is "
                f"{p.sample_trip_c:g} °C; field off"
            )
        yield Row(time_s, t_c, current_a, phase)
        vial.advance(p.update_s, current_a, point.capacitor.frequency_hz)


def _phase(plan: SarPlan, time_s: float) -> str:
    p = plan.protocol
    if time_s < p.baseline_s - 1e-9:
        return "baseline"
    return "on" if time_s < p.baseline_s + p.on_s - 1e-9 else "cooling"


def _equilibrate(plan: SarPlan, point: SarPoint, vial: Vial) -> None:
    """Wait with the field off until the drift is below its limit."""
    p = plan.protocol
    size = round(p.drift_window_s / WAITING_TICK_S)
    times = np.arange(size) * WAITING_TICK_S
    window: deque[float] = deque(maxlen=size)
    drift = float("inf")
    for tick in range(round(p.longest_wait_s / WAITING_TICK_S)):
        window.append(vial.read_c())
        vial.advance(WAITING_TICK_S, 0.0, point.capacitor.frequency_hz)
        if len(window) == size and tick % 10 == 0:
            drift = 60.0 * float(np.polyfit(times, np.array(window), 1)[0])
            if abs(drift) < p.drift_c_per_min:
                return
    raise BenchError(
        f"{point.stem}: still drifting by {drift:+.3f} °C/min after "
        f"{p.longest_wait_s:g} s; the limit is {p.drift_c_per_min:g} °C/min"
    )


def _text(head: str, point: SarPoint, rows: list[Row]) -> str:
    per_ampere = point.capacitor.field_per_ampere_per_m
    lines = [head, f"# simulated, {point.capacitor.frequency_hz:g} Hz", COLUMNS]
    lines += [
        f"{r.time_s:.3f},{r.temperature_c:.4f},{r.current_a:.3f},"
        f"{r.current_a * per_ampere:.3f},{r.phase}"
        for r in rows
    ]
    return "\n".join(lines) + "\n"
