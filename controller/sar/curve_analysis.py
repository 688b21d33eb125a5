"""Curves from file to result and page: read, checked, analysed by every method."""

import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from controller.analysis.calorimetry_methods import analyse as all_methods
from controller.analysis.sar_report import Measured, render
from controller.config.sar import Description, conditions_of, sample_of
from controller.errors import ConfigError, RunFileError
from controller.sar.curve_import import Imported, check, read_curve
from controller.sar.files import write_text
from controller.sar.record import (
    NoSampleError,
    description_in,
    is_simulated,
    read_run,
)
from controller.sar.tables import CurveFileError

# The same file gives the same interval, to the last digit.
MONTE_CARLO_SEED = 0
# Fewer files for each process are not worth its start.
FEWEST_EACH = 4


@dataclass(frozen=True, slots=True)
class Analysed:
    """What became of a file: a result, or the sentence that refused or skipped it."""

    path: Path
    measured: Measured | None = None
    refused: str = ""
    skipped: str = ""


def measured_of(imported: Imported, described: Description) -> Measured:
    """Analyse an imported curve by every method.

    Raises:
        CurveFileError: the curve cannot be analysed.
    """
    average_s = described.thermometer.average_s
    curve = replace(imported.curve, average_s=average_s)
    imported = replace(imported, curve=curve)
    record = check(imported)
    sample = sample_of(described.sample)
    conditions = conditions_of(described.field, described.thermometer)
    if imported.field_u is not None:
        conditions = replace(conditions, field_u=imported.field_u)
    analysis = all_methods(
        imported.curve,
        sample,
        conditions,
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


def measured_file(path: Path, described: Description | None) -> Measured:
    """Read one file or run, and analyse it by every method.

    Without a description a run says by itself what was in the vial.

    Raises:
        ConfigError: it is not known what was in the vial.
        CurveFileError: there is no such file, or the curve cannot be analysed.
    """
    if described is None and path.suffix == ".sqlite":
        described = description_in(path)
    if described is None:
        if not path.exists():
            raise CurveFileError(f"{path} does not exist")
        raise ConfigError(
            [
                f"{path}: give --sample; only a run of amf sar run says by itself what "
                "was in the vial"
            ]
        )
    if path.suffix != ".sqlite":
        imported = read_curve(path, described.columns, described.field)
        return measured_of(imported, described)
    return replace(
        measured_of(read_run(path, described.field), described),
        simulated=is_simulated(path),
    )


def analyse_each(
    pages: Sequence[tuple[Path, Path]], described: Description | None
) -> Iterator[Analysed]:
    """Analyse files and write the page of each, on all processors, in their order.

    ``pages`` are pairs of a file and its page. One file that is wrong does not stop
    the others.
    """
    count = min(os.cpu_count() or 1, len(pages) // FEWEST_EACH)
    one = partial(_analysed, described)
    if count < 2:
        yield from map(one, pages)
        return
    # Ctrl-C reaches every process: this one ends the others.
    deaf = (signal.SIGINT, signal.SIG_IGN)
    with get_context("spawn").Pool(count, signal.signal, deaf) as pool:
        yield from pool.imap(one, pages)


def _analysed(described: Description | None, files: tuple[Path, Path]) -> Analysed:
    path, page = files
    try:
        measured = measured_file(path, described)
    except NoSampleError as error:
        return Analysed(path, skipped=str(error))
    except (CurveFileError, RunFileError) as error:
        return Analysed(path, refused=str(error))
    write_text(page, render(measured))
    return Analysed(path, measured)
