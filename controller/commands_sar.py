"""``amf sar analyse`` and ``amf sar run``: SAR with its ± and the reason for both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from controller import screen_sar
from controller.analysis.calorimetry_methods import analyse as all_methods
from controller.analysis.sar_matrix import analyse_matrix, render_matrix
from controller.analysis.sar_report import (
    RESULT_COLUMNS,
    Measured,
    render,
    result_rows,
)
from controller.config_sar import (
    Description,
    conditions_of,
    load_description,
    sample_of,
    with_options,
)
from controller.config_sar_plan import load_plan
from controller.errors import ConfigError, ExportError
from controller.sar_files import write_table, write_text
from controller.sar_import import CURVE_FILES, Imported, check, read_curve
from controller.sar_run import Calorimetry, measure
from controller.sar_tables import CurveFileError

FORMS = ("csv", "xlsx")
RESULTS_END = "_sar_results"
REFUSED = 2
# The same file gives the same interval, to the last digit.
MONTE_CARLO_SEED = 0


@dataclass(frozen=True, slots=True)
class Into:
    """Where results go, and in which form."""

    folder: Path | None
    form: str
    decimal: str


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
) -> int:
    """Analyse files, or every curve of a folder; exit 2 where one was refused.

    ``read`` holds keys of the description's [columns] given anew, as "key=value".
    """
    if to not in FORMS or decimal not in (".", ","):
        raise ExportError("--to is csv or xlsx, --decimal is . or ,")
    into = Into(out, to, decimal)
    described = with_options(load_description(sample), _keys(read), on_s, off_s)
    paths = _curves(files)
    if len(paths) == 1:
        imported = read_curve(paths[0], described.columns, described.field)
        measured = measured_of(imported, described)
        screen_sar.show(measured)
        _write([(paths[0], measured)], into)
        return 0
    return _analyse_all(paths, described, into)


def run(
    config: Path,
    *,
    calorimetry: Calorimetry,
    out: Path | None = None,
    seed: int | None = None,
) -> int:
    """Measure a matrix of fields and frequencies, or continue it where it was left."""
    plan = load_plan(config)
    folder = (plan.out if out is None else out) / plan.name
    screen = Console(stderr=True)
    screen.print(
        f"[black on yellow] SIMULATED [/] {plan.name} → {folder}", highlight=False
    )
    paths = measure(plan, calorimetry, folder, seed, screen.print)
    measured = []
    for point, path in track(paths, "analyse", console=screen, transient=True):
        described = plan.described_at(point)
        imported = read_curve(path, described.columns, described.field)
        measured.append(replace(measured_of(imported, described), simulated=True))
    matrix = analyse_matrix(measured)
    screen_sar.show_matrix(matrix, plan.true_ilp_nh_m2_per_kg)
    page = folder / f"{plan.name}.html"
    facts = plan.facts()
    write_text(
        page, render_matrix(plan.name, matrix, plan.true_ilp_nh_m2_per_kg, facts)
    )
    rows = [row for m in measured for row in result_rows(m.name, m.analysis)]
    write_table(folder / f"{plan.name}{RESULTS_END}.csv", RESULT_COLUMNS, rows)
    screen_sar.say(str(page))
    return 0


def measured_of(imported: Imported, described: Description) -> Measured:
    """Analyse an imported curve by every method.

    Raises:
        CurveFileError: the curve cannot be analysed.
    """
    record = check(imported)
    sample = sample_of(described.sample)
    analysis = all_methods(
        imported.curve,
        sample,
        conditions_of(described.field, described.thermometer),
        np.random.default_rng(MONTE_CARLO_SEED),
    )
    facts = [
        *described.facts(),
        ("file", imported.path.name),
        ("SHA-256 of the file", imported.sha256),
        ("read as", imported.how),
    ]
    return Measured(
        name=imported.path.stem,
        record=record,
        analysis=analysis,
        sample=sample,
        facts=tuple(facts),
        warnings=imported.warnings,
        is_rise=imported.is_rise,
    )


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
            imported = read_curve(path, described.columns, described.field)
            done.append((path, measured_of(imported, described)))
        except CurveFileError as error:
            refused.append(str(error))
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
        inside = [p for p in sorted(path.iterdir()) if p.suffix.lower() in CURVE_FILES]
        inside = [p for p in inside if not p.stem.endswith(RESULTS_END)]
        if not inside:
            raise CurveFileError(
                f"{path} holds no curve; their names end in {', '.join(CURVE_FILES)}"
            )
        found += inside
    for path in found:
        if path.suffix == ".sqlite":
            raise CurveFileError(
                f"{path.name} is a run: analysing runs is not done yet; export its "
                "ticks as CSV"
            )
    return list(dict.fromkeys(found))


def _write(done: list[tuple[Path, Measured]], into: Into) -> None:
    """Write a page for each curve, and one table of all results."""
    stems = [path.stem for path, _ in done]
    rows = []
    for path, measured in done:
        # Two files may differ in their ending or folder only.
        name = path.stem if stems.count(path.stem) == 1 else path.name
        folder = path.parent if into.folder is None else into.folder
        page = folder / f"{name}.html"
        write_text(page, render(measured))
        rows += result_rows(name, measured.analysis)
        screen_sar.say(str(page))
    first = done[0][0]
    stem = first.stem if len(done) == 1 else first.parent.resolve().name
    folder = first.parent if into.folder is None else into.folder
    table = folder / f"{stem}{RESULTS_END}.{into.form}"
    write_table(table, RESULT_COLUMNS, rows, into.decimal)
    screen_sar.say(str(table))
