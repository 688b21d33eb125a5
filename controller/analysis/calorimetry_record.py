"""From a curve as recorded to one that can be fitted: checked, cut into phases, binned.

Nothing is repaired silently: what is left out is counted in a warning, what cannot be
trusted is an ``AnalysisError``, a suspected wrong unit makes every result unusable.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controller.analysis.calorimetry import AnalysisError, Array, Curve

NDArrayBool = NDArray[np.bool_]

FEWEST_ROWS = 20
SHORTEST_ON_S = 5.0
LARGEST_LOSS = 0.05
MOST_ROWS = 20_000
BLOCKS_PER_PHASE = 8
GROWTH = 0.15
# Field is on above this share of its peak: a bench with a field sensor begins at 30 %
# of what is permitted, until the sensor has confirmed the gain.
ON_SHARE = 0.25
STEP_OF_SQUARE = 0.03


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of constant switch position, in s. ``level`` is its mean (H/H_ref)²."""

    on: bool
    start_s: float
    end_s: float
    level: float


@dataclass(frozen=True, slots=True)
class Record:
    """A checked curve. The drive is piecewise constant: ``levels`` from ``edges_s``.

    ``levels`` are H²/H_ref² with H_ref the rms amplitude over the time with field on.
    ``period_s`` is the usual time between two rows.
    """

    time_s: Array
    temperature_c: Array
    phases: tuple[Phase, ...]
    edges_s: Array
    levels: Array
    reference_field_a_per_m: float
    frequency_hz: float
    average_s: float
    period_s: float
    warnings: tuple[str, ...]
    doubt: str

    def rows(self, start_s: float, end_s: float) -> tuple[Array, Array]:
        """Return times and temperatures of the rows in [start, end], in s and °C."""
        first = int(np.searchsorted(self.time_s, start_s - 1e-9))
        last = int(np.searchsorted(self.time_s, end_s + 1e-9))
        return self.time_s[first:last], self.temperature_c[first:last]


def checked(curve: Curve) -> Record:
    """Check a curve and cut it into phases.

    Raises: AnalysisError with one sentence where the curve cannot be analysed.
    """
    time_s, temperature_c, field, warnings = _kept(curve)
    _require_times(time_s)
    warnings += _gaps(time_s, field)
    time_s, temperature_c, field = _thinned(time_s, temperature_c, field)
    on, reference = _switched(field)
    instants = _instants(time_s, on, curve.switches_s)
    square = (field / reference) ** 2
    edges, levels, phases = _drive(time_s, square, on, instants)
    longest = max(p.end_s - p.start_s for p in phases if p.on)
    if longest < SHORTEST_ON_S:
        raise AnalysisError(
            f"The field was on for {longest:.3g} s: too short to analyse, or the times "
            "are in minutes."
        )
    return Record(
        time_s,
        temperature_c,
        phases,
        edges,
        levels,
        reference,
        curve.frequency_hz,
        curve.average_s,
        float(np.median(np.diff(time_s))),
        tuple(warnings),
        "" if curve.units_confirmed else _doubt(time_s, temperature_c),
    )


def _kept(curve: Curve) -> tuple[Array, Array, Array, list[str]]:
    columns = (curve.time_s, curve.temperature_c, curve.field_a_per_m)
    if any(c.ndim != 1 or c.size != curve.time_s.size for c in columns):
        raise AnalysisError("Times, temperatures and fields differ in number.")
    if curve.time_s.size < FEWEST_ROWS:
        raise AnalysisError(
            f"The record has {curve.time_s.size} rows: too short, {FEWEST_ROWS} needed."
        )
    if not (0.0 < curve.frequency_hz < 1e9):
        raise AnalysisError(f"The frequency is {curve.frequency_hz:g} Hz: not usable.")
    good = _good(curve)
    lost = int(good.size - np.count_nonzero(good))
    if lost > LARGEST_LOSS * good.size:
        raise AnalysisError(
            f"{lost} of {good.size} rows hold no reading (NaN, -274, -1 or no field "
            f"value): more than {LARGEST_LOSS:.0%}."
        )
    warnings = [f"{lost} rows without a reading were left out"] if lost else []
    time_s, temperature_c, field = (np.asarray(c[good], dtype=float) for c in columns)
    return time_s, temperature_c, field, warnings


def _good(curve: Curve) -> NDArrayBool:
    """Mark the rows that hold a reading; error values are not temperatures."""
    t_c = curve.temperature_c
    finite = np.isfinite(curve.time_s) & np.isfinite(t_c)
    finite &= np.isfinite(curve.field_a_per_m) & (curve.field_a_per_m >= 0.0)
    if not finite.any():
        raise AnalysisError("The record holds no row with time, temperature and field.")
    middle_c = float(np.median(t_c[finite]))
    # -1 is a possible temperature; alone in a warm record it is an error value.
    sentinel = (t_c <= -200.0) | ((t_c == -1.0) & (middle_c > 5.0))
    good: NDArrayBool = finite & ~sentinel
    return good


def _require_times(time_s: Array) -> None:
    steps = np.diff(time_s)
    if np.any(steps < 0):
        row = int(np.argmax(steps < 0)) + 1
        raise AnalysisError(
            f"The times run backward at row {row}: {time_s[row - 1]:g} s, then "
            f"{time_s[row]:g} s."
        )
    if np.any(steps == 0):
        row = int(np.argmax(steps == 0)) + 1
        raise AnalysisError(f"The time {time_s[row]:g} s occurs twice, at row {row}.")


def _gaps(time_s: Array, field: Array) -> list[str]:
    steps = np.diff(time_s)
    wide = np.flatnonzero(steps > max(3.0, 10.0 * float(np.median(steps))))
    low = ON_SHARE * float(field.max())
    for k in wide:
        if (field[k] > low) != (field[k + 1] > low):
            raise AnalysisError(
                f"A gap of {steps[k]:.3g} s at {time_s[k]:.5g} s hides the instant at "
                "which the field was switched."
            )
    if not wide.size:
        return []
    return [f"{wide.size} gap(s), the longest {steps[wide].max():.3g} s"]


def _thinned(time_s: Array, t_c: Array, field: Array) -> tuple[Array, Array, Array]:
    """Average neighbouring rows of a very long record, never across a switch."""
    size = int(np.ceil(time_s.size / MOST_ROWS))
    if size == 1:
        return time_s, t_c, field
    on = field > ON_SHARE * float(field.max())
    run = np.concatenate([[0], np.cumsum(on[1:] != on[:-1])])
    starts = np.concatenate([[0], np.flatnonzero(np.diff(run)) + 1])
    place = np.arange(time_s.size) - starts[run]
    new = np.flatnonzero(place % size == 0)
    count = np.diff(np.append(new, time_s.size))
    # Short rests at the end of a phase are left out, so that all rows weigh the same.
    whole = count == size
    t, temperature, h2 = (
        np.add.reduceat(c, new)[whole] / size for c in (time_s, t_c, field**2)
    )
    return t, temperature, np.sqrt(h2)


def _switched(field: Array) -> tuple[NDArrayBool, float]:
    peak = float(np.percentile(field, 99.9))
    if not (peak > 1.0):
        raise AnalysisError(
            f"The field was never on: its largest amplitude is {peak:.3g} A/m."
        )
    on: NDArrayBool = field > ON_SHARE * peak
    if on.all():
        raise AnalysisError("The field was on in every row: there is no baseline.")
    return on, float(np.sqrt(np.mean(field[on] ** 2)))


def _instants(time_s: Array, on: NDArrayBool, known_s: tuple[float, ...]) -> Array:
    """Return the instants of switching: as recorded, else midway between rows."""
    rows = np.flatnonzero(on[1:] != on[:-1])
    instants = 0.5 * (time_s[rows] + time_s[rows + 1])
    slack = 3.0 * float(np.median(np.diff(time_s)))
    for k, instant in enumerate(instants):
        near = [s for s in known_s if abs(s - instant) <= slack]
        if near:
            instants[k] = min(near, key=lambda s: abs(s - instant))
    return instants


def _drive(
    time_s: Array, square: Array, on: NDArrayBool, instants: Array
) -> tuple[Array, Array, tuple[Phase, ...]]:
    """Return edges, levels and phases of the drive as measured."""
    bounds = np.concatenate([[time_s[0]], instants, [time_s[-1]]])
    states = np.concatenate([on[:1], on[1:][on[1:] != on[:-1]]])
    edges: list[float] = []
    levels: list[float] = []
    phases: list[Phase] = []
    for start, end, state in zip(bounds[:-1], bounds[1:], states, strict=True):
        inside = (time_s >= start - 1e-9) & (time_s <= end + 1e-9) & (on == state)
        cuts = _cuts(time_s[inside], square[inside], float(start), float(end))
        block = np.clip(np.searchsorted(cuts, time_s[inside]) - 1, 0, cuts.size - 2)
        mean = float(square[inside].mean()) if inside.any() else 0.0
        means = [
            float(square[inside][block == b].mean()) if np.any(block == b) else mean
            for b in range(cuts.size - 1)
        ]
        if max(means) - min(means) < 1e-3:
            edges.append(float(start))
            levels.append(mean if mean > 1e-4 else 0.0)
        else:
            edges.extend(float(c) for c in cuts[:-1])
            levels.extend(means)
        phases.append(Phase(bool(state), float(start), float(end), mean))
    return np.array(edges), np.array(levels), tuple(phases)


def _cuts(time_s: Array, square: Array, start_s: float, end_s: float) -> Array:
    """Return where a phase is cut: at the steps of its field, else evenly.

    A field that is noisy shows more steps than there can be.
    """
    steps = np.flatnonzero(np.abs(np.diff(square)) > STEP_OF_SQUARE)
    if 0 < steps.size <= BLOCKS_PER_PHASE:
        inner = 0.5 * (time_s[steps] + time_s[steps + 1])
        return np.concatenate([[start_s], inner, [end_s]])
    cuts: Array = np.linspace(start_s, end_s, BLOCKS_PER_PHASE + 1)
    return cuts


def _doubt(time_s: Array, temperature_c: Array) -> str:
    start_c = float(np.median(temperature_c[: max(5, temperature_c.size // 50)]))
    if start_c > 200.0:
        return f"It starts at {start_c:.1f}: kelvin is suspected instead of °C"
    if start_c > 58.0:
        return f"It starts at {start_c:.1f}: °F is suspected instead of °C"
    if time_s[-1] - time_s[0] < 25.0:
        total = time_s[-1] - time_s[0]
        return f"It lasts {total:.3g} s in all: minutes are suspected instead of s"
    return ""
