"""``amf sar analyse`` and ``amf sar run``: SAR with its ± and the reason for both."""

import json as jsonlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from controller.analysis.sar_blank import Blank, blank_of, without_blanks
from controller.analysis.sar_json import analysis_json, matrix_json
from controller.analysis.sar_matrix import Matrix, analyse_matrix, render_matrix
from controller.analysis.sar_report import (
    RESULT_COLUMNS,
    Measured,
    render,
    result_rows,
)
from controller.commands import screen_sar
from controller.commands.sar_heat import heat_capacity
from controller.config.sar import (
    Description,
    load_description,
    sample_of,
    with_options,
)
from controller.config.sar_instruments import none_real
from controller.config.sar_plan import SarPlan, load_plan
from controller.config.sar_points import SarPoint
from controller.errors import ConfigError, ExportError
from controller.host.stop_signals import StopSignal, stop_signals
from controller.loop import ENDED
from controller.procedures.line_answers import LineAnswers
from controller.sar.check import add_check
from controller.sar.curve_analysis import analyse_each, measured_file, measured_of
from controller.sar.curve_import import check
from controller.sar.files import RESULTS_END, curves_in, write_table, write_text
from controller.sar.prompts import Prompts
from controller.sar.record import read_run
from controller.sar.run import Measuring, check_benches, measure

FORMS = ("csv", "xlsx", "hdf5")
REFUSED = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a matrix besides its config; None is what the config says."""

    out: Path | None
    seed: int | None
    checklist: Path | None
    json: bool
    form: str = "csv"
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class Into:
    """Where results go, and in which form."""

    folder: Path | None
    form: str
    decimal: str
    json: bool = False


def analyse(
    files: Sequence[Path],
    *,
    sample: Path | None = None,
    out: Path | None = None,
    to: str = "csv",
    decimal: str = ".",
    read: Sequence[str] = (),
    on_s: Sequence[float] = (),
    off_s: Sequence[float] = (),
    json: bool = False,
) -> int:
    """Analyse files, or every curve of a folder; exit 2 where one was refused.

    ``read`` holds keys of the description's [columns] given anew, as "key=value".
    Without ``sample``, runs of ``amf sar run`` say themselves what was in the vial.
    """
    _check_form(to, decimal)
    into = Into(out, to, decimal, json)
    described = None
    if sample is not None:
        described = with_options(load_description(sample), _keys(read), on_s, off_s)
    paths = curves_in(files)
    if len(paths) == 1:
        measured = measured_file(paths[0], described)
        if not json:
            screen_sar.show(measured)
        pages = dict(_pages(paths, into))
        write_text(pages[paths[0]], render(measured))
        _write([(paths[0], measured)], pages, into)
        return 0
    return _analyse_all(paths, described, into)


def run(
    configs: Sequence[Path],
    *,
    out: Path | None = None,
    seed: int | None = None,
    checklist: Path | None = None,
    json: bool = False,
    to: str = "csv",
    decimal: str = ".",
) -> int:
    """Measure one matrix after another, or continue where they were left.

    All configs are read before the first field; what ends a matrix ends the list.
    Ctrl-C ends it; another one changes nothing of how it ends.
    """
    _check_form(to, decimal)
    asked = Asked(out, seed, checklist, json, to, decimal)
    with stop_signals() as stop:
        return _run_all(configs, asked, stop)


def _check_form(to: str, decimal: str) -> None:
    if to not in FORMS or decimal not in (".", ","):
        raise ExportError("--to is csv, xlsx or hdf5, --decimal is . or ,")


def _run_all(configs: Sequence[Path], asked: Asked, stop: StopSignal) -> int:
    plans = [load_plan(config) for config in configs]
    names = [plan.name for plan in plans]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError([f"two configs have the name {twice[0]}; rename one"])
    for plan in plans:
        check_benches(plan, _folder(plan, asked))
    found: list[dict[str, Any]] = []
    for plan in plans:
        code = _run_one(plan, asked, found, stop)
        if code:
            return code
    if asked.json:
        print(jsonlib.dumps(found[0] if len(found) == 1 else found, allow_nan=False))
    return 0


def _run_one(
    plan: SarPlan, asked: Asked, found: list[dict[str, Any]], stop: StopSignal
) -> int:
    """Measure and evaluate one matrix; return its exit code."""
    folder = _folder(plan, asked)
    screen = Console(stderr=True)
    band = "[black on yellow] SIMULATED [/] " if none_real(plan.instruments) else ""
    screen.print(f"{band}{plan.name} → {folder}", highlight=False)
    with screen_sar.Progressing(screen) as progress:
        prompts = Prompts(
            inside=plan.simulated,
            real=not none_real(plan.instruments),
            checklist=asked.checklist,
            tell=progress.tell,
            window=LineAnswers() if asked.json else None,
            quiet=progress.typing,
        )
        seed = plan.seed if asked.seed is None else asked.seed
        tell, show = progress.tell, progress.show
        m = Measuring(plan, folder, seed, prompts, tell, show, lambda: stop.name)
        result = measure(m)
    if result.ending is not None:
        done, points = len(result.done), len(plan.points(seed))
        screen_sar.warn(
            f"{result.ending.sentence}\n{done} of {points} curves are recorded; "
            "the same command continues"
        )
        return result.ending.exit_code
    if plan.heated:
        found.append(heat_capacity(plan, result.done, folder, quiet=asked.json))
        return 0
    matrix = _evaluate(plan, result.done, asked, screen, stop)
    if matrix is None:
        screen_sar.warn(
            "stopped by the operator; the field is off, every curve is recorded; the "
            "same command goes on with the analysis"
        )
        return ENDED
    found.append(matrix_json(plan.name, matrix))
    return 0


def _evaluate(
    plan: SarPlan,
    paths: list[tuple[SarPoint, Path]],
    asked: Asked,
    screen: Console,
    stop: StopSignal,
) -> Matrix | None:
    """Analyse every curve of a complete matrix; print, and write page and table.

    None where the operator stopped it.
    """
    measured: list[Measured] = []
    blanks: list[Blank] = []
    described = plan.description
    for point, path in track(paths, "analyse", console=screen, transient=True):
        if stop.name:
            return None
        if point.content == "nothing":
            continue
        imported = read_run(path, described.field)
        if point.content == "blank":
            blanks.append(blank_of(check(imported), sample_of(described.sample)))
            continue
        one = measured_of(imported, described)
        simulated = none_real(plan.instruments)
        measured.append(replace(one, name=point.stem, simulated=simulated))
    matrix = without_blanks(analyse_matrix(measured), blanks)
    _write_matrix(plan, matrix, measured, asked)
    folder = _folder(plan, asked)
    chart = add_check(plan, matrix, paths, folder.parent)
    if chart is not None and not asked.json:
        screen_sar.say(str(chart))
    return matrix


def _folder(plan: SarPlan, asked: Asked) -> Path:
    return (plan.out if asked.out is None else asked.out) / plan.name


def _write_matrix(
    plan: SarPlan, matrix: Matrix, measured: list[Measured], asked: Asked
) -> None:
    """Print a matrix, and write its page and the table of every method."""
    folder = _folder(plan, asked)
    if not asked.json:
        screen_sar.show_matrix(matrix, plan.true_ilp_nh_m2_per_kg)
    page = folder / f"{plan.name}.html"
    true_ilp = plan.true_ilp_nh_m2_per_kg
    write_text(page, render_matrix(plan.name, matrix, true_ilp, plan.facts()))
    rows = [row for m in measured for row in result_rows(m.name, m.analysis)]
    table = folder / f"{plan.name}{RESULTS_END}.{asked.form}"
    write_table(table, RESULT_COLUMNS, rows, asked.decimal)
    if not asked.json:
        screen_sar.wrote(page, table)


def _keys(read: Sequence[str]) -> dict[str, str]:
    for text in read:
        if "=" not in text:
            raise ConfigError([f"--read {text}: write KEY=VALUE, as time_unit=min"])
    return {key: value for key, _, value in (text.partition("=") for text in read)}


def _analyse_all(paths: list[Path], described: Description | None, into: Into) -> int:
    """Analyse many files with progress; one that is wrong does not stop the others."""
    console = Console(stderr=True)
    pages = _pages(paths, into)
    each = analyse_each(pages, described)
    outcomes = [*track(each, "analyse", len(pages), console=console, transient=True)]
    done = [(o.path, o.measured) for o in outcomes if o.measured is not None]
    for sentence in filter(None, (o.skipped for o in outcomes)):
        console.print(sentence, markup=False, highlight=False)
    if not into.json:
        screen_sar.show_all([m for _, m in done])
    refused = [o.refused for o in outcomes if o.refused]
    for sentence in refused:
        console.print(sentence, style="red", markup=False, highlight=False)
    if done:
        _write(done, dict(pages), into)
    return REFUSED if refused else 0


def _pages(paths: list[Path], into: Into) -> list[tuple[Path, Path]]:
    """Return each file with the page that is to be written of it."""
    stems = [path.stem for path in paths]
    # Two files may differ in their ending or folder only.
    names = [p.stem if stems.count(p.stem) == 1 else p.name for p in paths]
    folders = [p.parent if into.folder is None else into.folder for p in paths]
    return [(p, d / f"{n}.html") for p, d, n in zip(paths, folders, names, strict=True)]


def _write(
    done: list[tuple[Path, Measured]], pages: dict[Path, Path], into: Into
) -> None:
    """Write one table of all results, and say where they and the pages are."""
    rows = [
        row
        for path, measured in done
        for row in result_rows(pages[path].stem, measured.analysis)
    ]
    first = done[0][0]
    stem = first.stem if len(pages) == 1 else first.parent.resolve().name
    folder = first.parent if into.folder is None else into.folder
    table = folder / f"{stem}{RESULTS_END}.{into.form}"
    write_table(table, RESULT_COLUMNS, rows, into.decimal)
    if into.json:
        print(jsonlib.dumps([analysis_json(m) for _, m in done], allow_nan=False))
        return
    for path in (*(pages[path] for path, _ in done), table):
        screen_sar.say(str(path))
