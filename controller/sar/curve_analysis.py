"""One curve from file to result: read, checked, analysed by every method."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from controller.analysis.calorimetry_methods import analyse as all_methods
from controller.analysis.sar_report import Measured
from controller.config.sar import Description, conditions_of, sample_of
from controller.errors import ConfigError
from controller.sar.curve_import import Imported, check, read_curve
from controller.sar.record import description_in, is_simulated, read_run

# The same file gives the same interval, to the last digit.
MONTE_CARLO_SEED = 0


def measured_of(imported: Imported, described: Description) -> Measured:
    """Analyse an imported curve by every method.

    Raises:
        CurveFileError: the curve cannot be analysed.
    """
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
    """
    if described is None and path.suffix == ".sqlite":
        described = description_in(path)
    if described is None:
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
