"""Tuning files: what ``amf tune`` found, as TOML that a person can read and change."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from controller.analysis.calorimetry import Value
from controller.analysis.tuning import Tuned
from controller.config.mistakes import problems_in
from controller.config.tables import read_text
from controller.config.types import Table
from controller.errors import ConfigError

LEAST_FACTOR = 1.5
Found = Annotated[float, Field(gt=0.0, le=1e6)]
Sigma = Annotated[float, Field(ge=0.0, le=1e6)]


class Plant(Table):
    """What the bench with its sample does; uncertainties are expanded (k = 2)."""

    gain_c_per_s: Found
    gain_uncertainty_c_per_s: Sigma
    time_constant_s: Found
    time_constant_uncertainty_s: Sigma
    lag_s: Found
    dead_time_s: Sigma
    delay_s: Annotated[float, Field(ge=0.01, le=60.0)]
    delay_uncertainty_s: Sigma


class Law(Table):
    """What ``[control]`` takes from the file, where the config does not say else."""

    gain_per_c: Annotated[float, Field(ge=0.001, le=20.0)]
    integral_s: Annotated[float, Field(ge=0.5, le=3600.0)]
    expected_delay_s: Annotated[float, Field(ge=0.3, le=33.0)]
    expected_delay_factor: Annotated[float, Field(ge=1.05, le=10.0)]


class Answered(Table):
    """An instrument that took part, as it named itself."""

    name: str
    maker: str
    model: str
    serial: str
    kind: str


class TuningFile(Table):
    """One test of one bench, with its sample, on one day."""

    kind: Literal["tuning"] = "tuning"
    name: str
    made: date
    method: Literal["step", "relay"]
    simulated: bool
    run_file: str
    base_c: float
    rise_c: float
    residual_c: float
    bound_a_per_m: float
    frequency_hz: float
    plant: Plant
    control: Law
    instruments: list[Answered]


def read_tuning(path: Path) -> tuple[TuningFile, str]:
    """Return a tuning file and its text.

    Raises:
        ConfigError: it cannot be read, or is not a tuning file.
    """
    text = read_text(path)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError([f"{path} is not TOML: {error}"]) from error
    if data.get("kind") != "tuning":
        raise ConfigError([f"{path} is not a tuning file; amf tune writes them"])
    try:
        return TuningFile.model_validate(data), text
    except ValidationError as error:
        said = problems_in(error, TuningFile, "", data, {})
        problems = [f"{path}: {sentence.lstrip('.')}" for _, sentence in said]
        raise ConfigError(problems) from error


def with_tuning(
    data: dict[str, Any], folder: Path
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a config's tables with its tuning file's numbers, and the file's text.

    The file is beside the config. Keys that [control] gives itself stay.

    Raises:
        ConfigError: the file cannot be read, or is not a tuning file.
    """
    control = data.get("control")
    name = control.get("tuning") if isinstance(control, dict) else None
    if not isinstance(control, dict) or not isinstance(name, str) or not name:
        return data, {}
    found, text = read_tuning(folder / name)
    law = found.control.model_dump() | control
    return data | {"control": law}, {name: text}


def plant_of(tuned: Tuned) -> Plant:
    """Return the table of a plant: values in s and °C/s, uncertainties k = 2."""

    def expanded(value: Value) -> float:
        return min(2.0 * value.u, 1e6)

    return Plant(
        gain_c_per_s=tuned.gain_c_per_s.value,
        gain_uncertainty_c_per_s=expanded(tuned.gain_c_per_s),
        time_constant_s=tuned.time_constant_s.value,
        time_constant_uncertainty_s=expanded(tuned.time_constant_s),
        lag_s=tuned.lag_s.value,
        dead_time_s=tuned.dead_time_s,
        delay_s=min(max(tuned.delay_s.value, 0.01), 60.0),
        delay_uncertainty_s=expanded(tuned.delay_s),
    )


def law_of(tuned: Tuned) -> Law:
    """Return what the control law takes from a test, within what a config allows."""
    # a step test reads a delay long where tissue warms in more than one way
    factor = max(1.0 + 2.0 * tuned.delay_s.relative, LEAST_FACTOR)
    return Law(
        gain_per_c=min(max(tuned.gain_per_c, 0.001), 20.0),
        integral_s=min(max(tuned.integral_s, 0.5), 3600.0),
        expected_delay_s=min(max(tuned.delay_s.value, 0.3), 33.0),
        expected_delay_factor=min(factor, 2.2),
    )


def tuning_text(found: TuningFile) -> str:
    """Return the text of a tuning file, with a word on each table."""
    values = found.model_dump()
    plain = {k: v for k, v in values.items() if not isinstance(v, dict | list)}
    lines = ["# What a test of this bench found. It may be changed by hand.", ""]
    lines += _lines(plain)
    lines += ["", "# Rise at full permitted power, losses, and how late the probe is;"]
    lines += ["# uncertainties are expanded (k = 2).", "[plant]"]
    lines += _lines(values["plant"])
    lines += ["", '# Used by a config with  [control] tuning = "THIS FILE".']
    lines += ["[control]", *_lines(values["control"])]
    for one in values["instruments"]:
        lines += ["", "[[instruments]]", *_lines(one)]
    return "\n".join(lines) + "\n"


def _lines(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in values.items()]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(float(f"{value:.6g}"))
    if isinstance(value, date):
        return value.isoformat()
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
