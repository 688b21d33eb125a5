"""``amf report``, ``export``, ``replay`` and ``verify``: what run files are for."""

import json as jsonlib
from dataclasses import fields
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.progress import track

from controller.analysis.summary import summarise
from controller.commands.screen import summary_table
from controller.decisions.signals import Command
from controller.decisions.state import State, initial
from controller.decisions.step import step
from controller.errors import ExportError
from controller.recording.run_file import Run

FORMS: dict[str, Literal["csv", "xlsx", "hdf5"]] = {
    "csv": "csv",
    "xlsx": "xlsx",
    "hdf5": "hdf5",
}


def report(path: Path, *, out: Path | None, json: bool) -> int:
    """Write the report page, or print the summary as JSON."""
    from controller.analysis.report import render

    with Run.open(path) as run:
        data = run.data()
    summary = summarise(data)
    if json:
        print(jsonlib.dumps(summary, indent=1, allow_nan=False))
        return 0
    page = (path.parent if out is None else out) / f"{path.stem}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(render(data, summary), encoding="utf-8")
    console = Console()
    console.print(summary_table(summary))
    if not data.completed:
        console.print("the record is incomplete: the run was cut off", style="red")
    console.print(str(page), markup=False, highlight=False, soft_wrap=True)
    return 0


def export(
    path: Path, *, out: Path | None, to: str, decimal: str, separator: str
) -> int:
    """Export the run and print the files written."""
    from controller.recording import export as exporting

    form = FORMS.get(to)
    if form is None:
        raise ExportError(f"--to {to}: choose one of {', '.join(FORMS)}")
    with Run.open(path) as run:
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
        for written in exporting.export(run, form, out, decimal, separator):
            print(written)
    return 0


def replay(path: Path) -> int:
    """Decide every tick again; exit 1 where a command differs from the record."""
    console = Console(stderr=True)
    with Run.open(path) as run:
        state: State = initial(run.settings)
        ticks = worst = 0
        first = ""
        for record in track(
            run.ticks(), "replay", console=console, transient=True, total=None
        ):
            state, command = step(state, record.measurement, run.settings)
            if command != record.command:
                worst += 1
                first = first or _difference(record.seq, command, record.command)
            ticks += 1
        whole = "" if run.completed else " (the record is incomplete)"
    if worst:
        print(f"{worst} of {ticks} commands differ; the first: {first}{whole}")
        return 1
    print(f"{ticks} commands reproduced bit for bit{whole}")
    return 0


def verify(path: Path) -> int:
    """Check the chain of events and ticks; exit 1 where it is broken."""
    with Run.open(path) as run:
        problems, completed = run.verify_chain(), run.completed
    for problem in problems:
        print(problem)
    if not problems:
        print("the record is whole: header, events and ticks are those recorded")
    if not completed:
        print("it was never closed: what came after its last event cannot be verified")
    return 1 if problems else 0


def _difference(seq: int, command: Command, recorded: Command) -> str:
    for field in fields(Command):
        now, then = getattr(command, field.name), getattr(recorded, field.name)
        if now != then:
            return f"tick {seq}, {field.name} {now!r} instead of {then!r}"
    return ""
