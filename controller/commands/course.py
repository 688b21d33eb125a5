"""``amf report --course SUBJECT``: the sessions of a subject, linked."""

import json as jsonlib
import re
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from controller.analysis.course import course, headings, render, rows, subjects
from controller.analysis.summary import summarise
from controller.errors import RunFileError
from controller.recording.run_file import Run

DEFAULT_FOLDER = Path("runs")
# A screen is narrow.
PAGE_ONLY = ("h since", "°C", "hold, min")


def report(subject: str, folder: Path | None, *, out: Path | None, json: bool) -> int:
    """Write the page of a subject's course, or print it as one JSON object.

    Run files are read from ``folder``; without one from ``out``, and without that from
    ``runs``. What is in there and is no run of ours is named and left out.

    Raises:
        RunFileError: there is no such folder, or no run of this subject in it.
    """
    source = folder or out or DEFAULT_FOLDER
    errors = Console(stderr=True)
    runs = _summaries(source, errors)
    linked = course(subject, runs)
    if not linked["sessions"]:
        known = ", ".join(repr(name) for name in subjects(runs)) or "nobody"
        raise RunFileError(
            f"{source} has no run of {subject!r}; it has runs of {known}"
        )
    if json:
        print(jsonlib.dumps(linked, indent=1, allow_nan=False))
        return 0
    page = (out or source) / f"course_{_file_name(subject)}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(render(linked), encoding="utf-8")
    console = Console()
    console.print(_table(linked))
    totals = linked["cumulative_cem43_min"].items()
    words = ", ".join(f"{probe} {dose_min:.3g}" for probe, dose_min in totals)
    console.print(f"cumulative CEM43 in min: {words}", markup=False, highlight=False)
    console.print(str(page), markup=False, highlight=False, soft_wrap=True)
    return 0


def _summaries(folder: Path, errors: Console) -> list[tuple[str, dict[str, Any]]]:
    if not folder.is_dir():
        raise RunFileError(f"{folder} is not a folder; name the one with the run files")
    found = []
    for path in sorted(folder.glob("*.sqlite")):
        try:
            with Run.open(path) as run:
                found.append((path.name, summarise(run.data())))
        except RunFileError as error:
            errors.print(f"left out: {error}", markup=False, highlight=False)
    return found


def _file_name(subject: str) -> str:
    """Return a subject as part of a file's name, on every system."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", subject)[:60] or "subject"


def _table(linked: dict[str, Any]) -> Table:
    title = f"{linked['subject']}: CEM43 in min by probe, sums in brackets"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    kept = [n for n, word in enumerate(headings(linked)) if word not in PAGE_ONLY]
    for n in kept:
        table.add_column(headings(linked)[n])
    for row in rows(linked):
        table.add_row(*(row[n] for n in kept))
    return table
