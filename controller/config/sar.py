"""What a SAR measurement needs to be told: the sample, the columns, and a matrix.

A description of a sample (``amf sar analyse --sample``) and the config of a matrix
(``amf sar run``) are TOML files of these tables. Uncertainties ``_u`` are standard
ones (one sigma): relative where the key carries no unit, else in that unit.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from controller.analysis.calorimetry import (
    IRON_FRACTION,
    AnalysisError,
    Conditions,
    Oxide,
    Sample,
    Value,
)
from controller.config.mistakes import bare, nearest, problems_in, shown
from controller.config.model import Experiment
from controller.config.tables import read_text
from controller.config.types import Frequency, Table, Text
from controller.errors import ConfigError

Share = Annotated[float, Field(ge=0.0, le=0.5)]
Seconds = Annotated[float, Field(ge=0.0, le=1e6)]
Column = Annotated[str, Field(max_length=80)]
TimeUnit = Literal["auto", "s", "ms", "min", "h"]
TemperatureUnit = Literal["auto", "C", "F", "K"]
FieldUnit = Literal["auto", "A/m", "kA/m", "mT", "Oe", "A", "on/off"]
AnyTable = TypeVar("AnyTable", bound=Table)


class SampleTable(Table):
    """What is in the vial: colloid by balance, concentration by assay.

    One of the two concentrations is given; ``concentration_of`` says of what.
    """

    medium: Text = "water"
    material: Text = ""
    assay: Text = ""
    colloid_g: Annotated[float, Field(gt=0.0, le=1000.0)]
    colloid_u_g: Annotated[float, Field(ge=0.0, le=100.0)]
    volume_ml: Annotated[float, Field(gt=0.0, le=1000.0)]
    volume_u: Share = 0.01
    fill_height_mm: Annotated[float, Field(gt=0.0, le=1000.0)] | None = None
    probe_position: Text = ""
    concentration_mg_per_ml: Annotated[float, Field(gt=0.0, le=2000.0)] | None = None
    concentration_mg_per_g: Annotated[float, Field(gt=0.0, le=999.0)] | None = None
    concentration_u: Share
    concentration_of: Literal["iron", "oxide"]
    oxide: Oxide = "magnetite"
    fluid_j_per_kg_k: Annotated[float, Field(ge=500.0, le=10000.0)] = 4184.0
    fluid_u_j_per_kg_k: Annotated[float, Field(ge=0.0, le=1000.0)] = 8.0
    oxide_j_per_kg_k: Annotated[float, Field(ge=300.0, le=1500.0)] = 660.0
    oxide_u_j_per_kg_k: Annotated[float, Field(ge=0.0, le=300.0)] = 10.0
    wetted_wall_j_per_k: Annotated[float, Field(ge=0.0, le=100.0)] = 0.0
    wetted_wall_u_j_per_k: Annotated[float, Field(ge=0.0, le=100.0)] = 0.0


class FieldTable(Table):
    """The field: amplitude (peak) and frequency where the file has none, and their u.

    ``square_share`` is the mean of H² over the filled volume over that of the record.
    ``on_s`` and ``off_s`` are the instants of switching, in s of the file's time.
    """

    amplitude_a_per_m: Annotated[float, Field(ge=10.0, le=2e5)] | None = None
    amplitude_u: Share
    frequency_hz: Frequency | None = None
    frequency_u: Share = 1e-4
    square_share: Annotated[float, Field(gt=0.0, le=2.0)] = 1.0
    square_share_u: Share = 0.0
    field_per_ampere_per_m: Annotated[float, Field(gt=0.0, le=1e6)] | None = None
    on_s: list[float] = Field(default_factory=list)
    off_s: list[float] = Field(default_factory=list)


class ThermometerTable(Table):
    """What is known of the thermometer."""

    model: Text = ""
    lag_s: Annotated[float, Field(gt=0.0, le=60.0)] | None = None
    scale_u: Share = 0.0
    average_s: Annotated[float, Field(ge=0.0, le=60.0)] = 0.0


class ColumnsTable(Table):
    """Where a file holds what, by header or by number from 1; "" is found by name."""

    time: Column = ""
    temperature: Column = ""
    field: Column = ""
    time_unit: TimeUnit = "auto"
    temperature_unit: TemperatureUnit = "auto"
    field_unit: FieldUnit = "auto"
    delimiter: Literal["auto", "tab", ";", ",", "space"] = "auto"
    decimal: Literal["auto", ".", ","] = "auto"
    sheet: Column = ""


class Description(Table):
    """A sample with its conditions: all that a curve by itself does not say."""

    sample: SampleTable
    field: FieldTable
    thermometer: ThermometerTable = ThermometerTable()
    columns: ColumnsTable = ColumnsTable()
    experiment: Experiment = Experiment()

    def facts(self) -> list[tuple[str, str]]:
        """Return (name, words) of what a report says of the sample; gaps are named."""
        s, t = self.sample, self.thermometer
        per_ml, per_g = s.concentration_mg_per_ml, s.concentration_mg_per_g
        amount = f"{per_ml:g} mg/mL" if per_ml is not None else f"{per_g:g} mg/g"
        amount += f" {s.concentration_of} ± {200 * s.concentration_u:.3g} % (k = 2)"
        height = s.fill_height_mm
        lag = "not declared" if t.lag_s is None else f"lag {t.lag_s:g} s declared"
        known = {k: v for k, v in self.experiment.model_dump().items() if v}
        return [
            *known.items(),
            ("material", s.material or "not stated"),
            ("medium", s.medium),
            ("concentration", f"{amount}, assay: {s.assay or 'not stated'}"),
            ("colloid", f"{s.colloid_g:g} ± {2 * s.colloid_u_g:g} g, by balance"),
            ("volume", f"{s.volume_ml:g} mL"),
            ("fill height", "not stated" if height is None else f"{height:g} mm"),
            ("probe", s.probe_position or "position not stated"),
            ("thermometer", f"{t.model or 'not stated'}, {lag}"),
            ("field, k = 2", f"± {200 * self.field.amplitude_u:.3g} %"),
        ]


TABLES: dict[str, type[Table]] = {
    "sample": SampleTable,
    "field": FieldTable,
    "thermometer": ThermometerTable,
    "columns": ColumnsTable,
    "experiment": Experiment,
}


def load_description(path: Path) -> Description:
    """Read the description of a sample. Raises ConfigError, a sentence a mistake."""
    data = toml_of(path)
    try:
        return described_by(data)
    except ConfigError as error:
        raise ConfigError([f"{path}: {p}" for p in error.problems]) from error


def described_by(data: Mapping[str, Any]) -> Description:
    """Return what tables say of a sample. Raises ConfigError, a sentence a mistake."""
    problems: list[str] = []
    tables = read_tables(data, TABLES, ("sample", "field"), problems)
    problems += sample_problems(tables.get("sample"))
    if problems:
        raise ConfigError(problems)
    return Description(**tables)


def with_options(
    described: Description,
    columns: Mapping[str, str],
    on_s: Sequence[float],
    off_s: Sequence[float],
) -> Description:
    """Return a description with columns and instants from the command line.

    Raises ConfigError where an option holds what no column or unit can be.
    """
    problems: list[str] = []
    content = described.columns.model_dump(exclude_unset=True) | dict(columns)
    table = read_table(ColumnsTable, content, "columns", problems)
    if table is None:
        raise ConfigError(problems)
    instants = {"on_s": list(on_s), "off_s": list(off_s)} if on_s or off_s else {}
    field = described.field.model_copy(update=instants)
    return described.model_copy(update={"columns": table, "field": field})


def toml_of(path: Path) -> dict[str, Any]:
    """Read a TOML file as it stands. Raises ConfigError where it cannot be read."""
    try:
        return tomllib.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise ConfigError([f"{path} is not TOML: {error}"]) from error


def read_tables(
    data: Mapping[str, Any],
    models: Mapping[str, type[Table]],
    required: tuple[str, ...],
    problems: list[str],
) -> dict[str, Any]:
    """Read the tables of a file as far as they go; append a sentence per mistake."""
    for key in data:
        if key not in models:
            meant = nearest(key, models)
            hint = f"did you mean {meant}?" if meant else f"known: {', '.join(models)}"
            problems.append(f"{bare(key)} is not a known table or key; {hint}")
    found: dict[str, Any] = {}
    for name, model in models.items():
        if name not in data and name in required:
            needs = ", ".join(
                k for k, f in model.model_fields.items() if f.is_required()
            )
            problems.append(f"[{name}] is missing; it needs {needs}")
        elif name in data:
            table = read_table(model, data[name], name, problems)
            if table is not None:
                found[name] = table
    return found


def read_table(
    model: type[AnyTable], content: object, path: str, problems: list[str]
) -> AnyTable | None:
    """Read one table; append a sentence for each mistake in it."""
    if not isinstance(content, dict):
        problems.append(f"{path} = {shown(content)} must be a table, [{path}]")
        return None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems += [s for _, s in problems_in(error, model, path, content, {})]
        return None


def sample_problems(table: SampleTable | None) -> list[str]:
    """Return what is wrong between the keys of a sample, a sentence each."""
    if table is None:
        return []
    given = (table.concentration_mg_per_ml, table.concentration_mg_per_g)
    if sum(c is not None for c in given) != 1:
        return [
            "sample: give one of concentration_mg_per_ml and concentration_mg_per_g, "
            + ("not both" if all(given) else "neither is there")
        ]
    density_g_per_ml = table.colloid_g / table.volume_ml
    if not (0.5 <= density_g_per_ml <= 3.0):
        return [
            f"sample: {table.colloid_g:g} g in {table.volume_ml:g} mL is "
            f"{density_g_per_ml:.3g} g/mL; check mass and volume"
        ]
    try:
        sample_of(table)
    except AnalysisError as error:
        return [f"sample: {error}"]
    return []


def sample_of(table: SampleTable) -> Sample:
    """Return the sample of a table: iron per kg of colloid, with its uncertainty.

    Per mL: c V / m, with the uncertainties of all three; per g: c as it is.
    Raises: AnalysisError where there is more iron than the oxide holds.
    """
    fraction = 1.0 if table.concentration_of == "iron" else IRON_FRACTION[table.oxide]
    u = table.concentration_u
    if table.concentration_mg_per_g is not None:
        share = 1e-3 * table.concentration_mg_per_g * fraction
    else:
        per_ml = table.concentration_mg_per_ml or 0.0
        share = 1e-3 * per_ml * table.volume_ml / table.colloid_g * fraction
        u = math.hypot(u, table.volume_u, table.colloid_u_g / table.colloid_g)
    return Sample(
        colloid_kg=Value(1e-3 * table.colloid_g, 1e-3 * table.colloid_u_g),
        iron_share=Value(share, share * u),
        oxide=table.oxide,
        fluid_j_per_kg_k=Value(table.fluid_j_per_kg_k, table.fluid_u_j_per_kg_k),
        oxide_j_per_kg_k=Value(table.oxide_j_per_kg_k, table.oxide_u_j_per_kg_k),
        wetted_wall_j_per_k=Value(
            table.wetted_wall_j_per_k, table.wetted_wall_u_j_per_k
        ),
        volume_m3=Value(
            1e-6 * table.volume_ml, 1e-6 * table.volume_ml * table.volume_u
        ),
    )


def conditions_of(field: FieldTable, thermometer: ThermometerTable) -> Conditions:
    """Return what is known of field and probe besides the record."""
    return Conditions(
        field_u=field.amplitude_u,
        field_square_share=Value(
            field.square_share, field.square_share * field.square_share_u
        ),
        frequency_u=field.frequency_u,
        probe_scale_u=thermometer.scale_u,
        probe_lag_s=thermometer.lag_s,
    )
