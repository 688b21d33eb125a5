"""The log of daily checks beside the runs: one CSV and one page per check sample."""

import csv
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np

from controller.analysis.calorimetry import Value
from controller.analysis.sar_control import (
    COLUMNS,
    NAN,
    Day,
    days_of,
    heated_day,
    render_control,
)
from controller.analysis.sar_matrix import Matrix
from controller.config.sar_instruments import none_real
from controller.config.sar_plan import SarPlan
from controller.config.sar_points import SarPoint
from controller.errors import ExportError
from controller.recording.run_file import Run
from controller.sar.files import write_table, write_text

LOG_END = "_control_chart"
WORDS = 4


def add_check(
    plan: SarPlan,
    found: Matrix | Value,
    done: Sequence[tuple[SarPoint, Path]],
    out: Path,
) -> Path | None:
    """Add a matrix, or a heat capacity in J/K, to the log of its check sample.

    Returns the page, None without one. What is evaluated again replaces its own rows.

    Raises:
        ExportError: the log cannot be read or written.
    """
    if plan.check is None:
        return None
    # What is simulated never stands in the log of a real sample.
    simulated = none_real(plan.instruments)
    name = f"{plan.check.name}{'_simulated' if simulated else ''}"
    stem = f"{name}{LOG_END}"
    with Run.open(done[0][1]) as run:
        utc = run.header.started_utc
    who = (utc, plan.description.experiment.operator, plan.check.name)
    log = out / f"{stem}.csv"
    before = [day for day in _read(log) if day.utc != utc]
    now = (
        days_of(found, who, _coils(done))
        if isinstance(found, Matrix)
        else [heated_day(found, who)]
    )
    days = sorted([*before, *now], key=lambda day: day.utc)
    if not days:
        return None
    write_table(log, COLUMNS, [astuple(day) for day in days])
    page = out / f"{stem}.html"
    write_text(page, render_control(name, days, simulated=simulated))
    return page


def _coils(done: Sequence[tuple[SarPoint, Path]]) -> dict[int, tuple[str, float]]:
    """Return for each frequency its coil, and the field measured over the one asked."""
    shares: dict[int, tuple[str, list[float]]] = {}
    for point, path in done:
        if point.content != "sample":
            continue
        c = point.capacitor
        with Run.open(path) as run:
            measured = run.column("measured_field_a_per_m")[1:]
            asked = run.column("command_field_a_per_m")[:-1]
        share = float(np.nanmedian(measured[asked > 0.0] / asked[asked > 0.0]))
        name = f"{c.turns} turns, {c.name}"
        shares.setdefault(round(c.frequency_hz), (name, []))[1].append(share)
    return {hz: (name, float(np.mean(found))) for hz, (name, found) in shares.items()}


def _read(log: Path) -> list[Day]:
    if not log.exists():
        return []
    try:
        with log.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        # a log of before heat capacities were measured goes on
        if tuple(head) not in (COLUMNS, COLUMNS[: len(head)]) or len(head) <= WORDS:
            raise ValueError("its columns are others")
        return [_day(row) for row in rows]
    except (OSError, ValueError, TypeError, IndexError) as error:
        raise ExportError(
            f"{log} is not a log of checks: {error}; move it away to begin a new one"
        ) from error


def _day(row: list[str]) -> Day:
    """Return a row of the log as a day; what was not measured is NaN."""
    utc, operator, check, coil, *cells = row
    return Day(utc, operator, check, coil, *[float(cell or NAN) for cell in cells])
