"""``amf sar analyse`` and ``amf sar run``: SAR with its ± and the reason for both."""

import json as jsonlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from controller import screen_sar
from controller.analysis.sar_blank import Blank, blank_of, without_blanks
from controller.analysis.sar_json import analysis_json, matrix_json
from controller.analysis.sar_matrix import Matrix, analyse_matrix, render_matrix
from controller.analysis.sar_report import (
    RESULT_COLUMNS,
    Measured,
    render,
    result_rows,
)
from controller.config_sar import (
    Description,
    load_description,
    sample_of,
    with_options,
)
from controller.config_sar_instruments import none_real
from controller.config_sar_plan import SarPlan, SarPoint, load_plan
from controller.errors import ConfigError, ExportError, RunFileError
from controller.loop import Outcome
from controller.sar_analysis import measured_file, measured_of
from controller.sar_check import add_check
from controller.sar_files import write_table, write_text
from controller.sar_import import CURVE_FILES, check
from controller.sar_prompts import Prompts
from controller.sar_record import read_run
from controller.sar_run import Measuring, measure
from controller.sar_tables import CurveFileError

FORMS = ("csv", "xlsx", "hdf5")
ENDINGS = (*CURVE_FILES, ".sqlite")
RESULTS_END = "_sar_results"
REFUSED = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a matrix besides its config; None is what the config says."""

    out: Path | None
    seed: int | None
    checklist: Path | None
    json: bool


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
    sample: Path,
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
    """
    if to not in FORMS or decimal not in (".", ","):
        raise ExportError("--to is csv, xlsx or hdf5, --decimal is . or ,")
    into = Into(out, to, decimal, json)
    described = with_options(load_description(sample), _keys(read), on_s, off_s)
    paths = _curves(files)
    if len(paths) == 1:
        measured = measured_file(paths[0], described)
        if not json:
            screen_sar.show(measured)
        _write([(paths[0], measured)], into)
        return 0
    return _analyse_all(paths, described, into)


def run(
    configs: Sequence[Path],
    *,
    out: Path | None = None,
    seed: int | None = None,
    checklist: Path | None = None,
    json: bool = False,
) -> int:
    """Measure one matrix after another, or continue where they were left.

    All configs are read before the first field; what ends a matrix ends the list.
    """
    plans = [load_plan(config) for config in configs]
    names = [plan.name for plan in plans]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError([f"two configs have the name {twice[0]}; rename one"])
    found: list[dict[str, Any]] = []
    for plan in plans:
        code = _run_one(plan, Asked(out, seed, checklist, json), found)
        if code:
            return code
    if json:
        print(jsonlib.dumps(found[0] if len(found) == 1 else found, allow_nan=False))
    return 0


def _run_one(plan: SarPlan, asked: Asked, found: list[dict[str, Any]]) -> int:
    """Measure and evaluate one matrix; return its exit code."""
    out, seed, checklist = asked.out, asked.seed, asked.checklist
    folder = (plan.out if out is None else out) / plan.name
    screen = Console(stderr=True)
    band = "[black on yellow] SIMULATED [/] " if none_real(plan.instruments) else ""
    screen.print(f"{band}{plan.name} → {folder}", highlight=False)
    with screen_sar.Progressing(screen) as progress:
        prompts = Prompts(
            simulated=plan.simulated, checklist=checklist, tell=progress.tell
        )
        used_seed = plan.seed if seed is None else seed
        m = Measuring(plan, folder, used_seed, prompts, progress.tell, progress.show)
        result = measure(m)
    if result.ending is not None:
        return _ended(result.ending, len(result.done), len(plan.points(used_seed)))
    matrix = _evaluate(plan, result.done, folder, screen, not asked.json)
    found.append(matrix_json(plan.name, matrix))
    return 0


def _ended(ending: Outcome, done: int, points: int) -> int:
    Console(stderr=True).print(
        f"{ending.sentence}\n{done} of {points} curves are recorded; the same command "
        "continues",
        style="bold red",
        markup=False,
        highlight=False,
    )
    return ending.exit_code


def _evaluate(
    plan: SarPlan,
    paths: list[tuple[SarPoint, Path]],
    folder: Path,
    screen: Console,
    show: bool,
) -> Matrix:
    """Analyse every curve of a complete matrix; print, and write page and table."""
    measured: list[Measured] = []
    blanks: list[Blank] = []
    described = plan.description
    for point, path in track(paths, "analyse", console=screen, transient=True):
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
    if show:
        screen_sar.show_matrix(matrix, plan.true_ilp_nh_m2_per_kg)
    page = folder / f"{plan.name}.html"
    true_ilp = plan.true_ilp_nh_m2_per_kg
    write_text(page, render_matrix(plan.name, matrix, true_ilp, plan.facts()))
    rows = [row for m in measured for row in result_rows(m.name, m.analysis)]
    write_table(folder / f"{plan.name}{RESULTS_END}.csv", RESULT_COLUMNS, rows)
    chart = add_check(plan, matrix, paths, folder.parent)
    for written in (page, chart):
        if show and written is not None:
            screen_sar.say(str(written))
    return matrix


def _keys(read: Sequence[str]) -> dict[str, str]:
    for text in read:
        if "=" not in text:
            raise ConfigError([f"--read {text}: write KEY=VALUE, as time_unit=min"])
    return {key: value for key, _, value in (text.partition("=") for text in read)}


def _analyse_all(paths: list[Path], described: Description, into: Into) -> int:
    """Analyse many files with progress; one that is wrong does not stop the others."""
    console = Console(stderr=True)
    done: list[tuple[Path, Measured]] = []
    refused: list[str] = []
    for path in track(paths, "analyse", console=console, transient=True):
        try:
            done.append((path, measured_file(path, described)))
        except (CurveFileError, RunFileError) as error:
            refused.append(str(error))
    if not into.json:
        screen_sar.show_all([m for _, m in done])
    for sentence in refused:
        console.print(sentence, style="red", markup=False, highlight=False)
    if done:
        _write(done, into)
    return REFUSED if refused else 0


def _curves(files: Sequence[Path]) -> list[Path]:
    """Return the files, and the curves of those that are folders, in order."""
    found: list[Path] = []
    for path in files:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [p for p in sorted(path.iterdir()) if p.suffix.lower() in ENDINGS]
        inside = [p for p in inside if not p.stem.endswith(RESULTS_END)]
        if not inside:
            raise CurveFileError(
                f"{path} holds no curve; their names end in {', '.join(ENDINGS)}"
            )
        found += inside
    return list(dict.fromkeys(found))


def _write(done: list[tuple[Path, Measured]], into: Into) -> None:
    """Write a page for each curve, and one table of all results."""
    stems = [path.stem for path, _ in done]
    rows = []
    written: list[Path] = []
    for path, measured in done:
        # Two files may differ in their ending or folder only.
        name = path.stem if stems.count(path.stem) == 1 else path.name
        folder = path.parent if into.folder is None else into.folder
        page = folder / f"{name}.html"
        write_text(page, render(measured))
        rows += result_rows(name, measured.analysis)
        written.append(page)
    first = done[0][0]
    stem = first.stem if len(done) == 1 else first.parent.resolve().name
    folder = first.parent if into.folder is None else into.folder
    table = folder / f"{stem}{RESULTS_END}.{into.form}"
    write_table(table, RESULT_COLUMNS, rows, into.decimal)
    if into.json:
        print(jsonlib.dumps([analysis_json(m) for _, m in done], allow_nan=False))
        return
    for path in (*written, table):
        screen_sar.say(str(path))
