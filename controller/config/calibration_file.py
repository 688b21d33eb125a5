"""Calibration files: TOML with a checksum, written by ``amf calibrate``.

The first line is ``sha256 = "…"``, of everything after it: a file that was edited is
refused. Nothing here reads a clock: today is an argument.
"""

import datetime
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from controller.config.tables import read_text
from controller.config.types import Table
from controller.errors import ConfigError

FIELD_DAYS = 180
PROBE_DAYS = 365
_FIRST_LINE = re.compile(r'sha256 = "([0-9a-f]{64})"\n')


class Part(Table):
    """An instrument that took part, as it named itself."""

    name: str
    maker: str
    model: str
    serial: str


class Swept(Table):
    """One step of the resonance search."""

    frequency_hz: float
    voltage_v: float
    current_a: float


class Level(Table):
    """One level of the field per ampere."""

    t_s: float
    current_a: float
    field_a_per_m: float
    frequency_hz: float


class Head(Table):
    """What every calibration file says first."""

    format: Literal[1] = 1
    name: str
    made: date
    expires: date
    simulated: bool
    version: str


class FieldCalibration(Head):
    """The field of one coil with one capacitor on one supply.

    ``field_uncertainty`` is relative, ``resonance_uncertainty_hz``,
    ``quality_uncertainty`` and ``tuned_uncertainty_ohm`` absolute: half widths of 95 %
    intervals. ``frequency_hz`` is what the generator was set to for the field.
    """

    kind: Literal["field"] = "field"
    coil: str
    capacitor: str
    frequency_hz: float
    field_per_ampere_per_m: float
    field_uncertainty: float
    tuned_ohm: float
    tuned_uncertainty_ohm: float
    resonance_hz: float
    resonance_uncertainty_hz: float
    quality: float
    quality_uncertainty: float
    pickup_uncertainty: float
    supply: Part
    generator: Part
    sensor: Part
    sweep: list[Swept]
    levels: list[Level]


class ProbeCorrection(Table):
    """One probe on one channel: true °C = ``slope_ratio`` x reading + ``offset_c``."""

    name: str
    thermometer: str
    channel: int
    slope_ratio: float
    offset_c: float
    uncertainty_c: float
    largest_error_c: float


class Bath(Table):
    """A bath: what the reference read, within its expanded uncertainty."""

    name: str
    reference_c: float
    uncertainty_c: float


class ProbeCalibration(Head):
    """The probes of a bench. ``thermometer`` of a probe is one of ``thermometers``."""

    kind: Literal["probes"] = "probes"
    reference: str
    thermometers: list[Part]
    baths: list[Bath]
    probes: list[ProbeCorrection]


Calibration = TypeVar("Calibration", FieldCalibration, ProbeCalibration)


def rendered(calibration: FieldCalibration | ProbeCalibration) -> str:
    """Return the text of a calibration file, its checksum first."""
    body = _toml(calibration.model_dump())
    return f'sha256 = "{_checksum(body)}"\n{body}'


def write(calibration: FieldCalibration | ProbeCalibration, folder: Path) -> Path:
    """Write ``<folder>/<date>_<name>_<kind>.toml``, numbered where that exists.

    Raises:
        ConfigError: the folder cannot be written.
    """
    stem = f"{calibration.made.isoformat()}_{calibration.name}_{calibration.kind}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            path = folder / f"{stem}{'' if number == 1 else f'_{number}'}.toml"
            try:
                with path.open("x", encoding="utf-8", newline="\n") as file:
                    file.write(rendered(calibration))
            except FileExistsError:
                continue
            return path
    except OSError as error:
        raise ConfigError([f"{folder} cannot be written: {error}"]) from error
    raise ConfigError([f"{folder} holds too many calibrations of this day"])


def read(path: Path, kind: type[Calibration]) -> tuple[Calibration, str]:
    """Return a calibration and its text.

    Raises:
        ConfigError: the file is none of this kind, or was edited.
    """
    text = read_text(path).replace("\r\n", "\n")
    first = _FIRST_LINE.match(text)
    if first is None:
        raise ConfigError(
            [f'{path} is no calibration file: its first line is not sha256 = "…"']
        )
    body = text[first.end() :]
    if _checksum(body) != first[1]:
        raise ConfigError(
            [f"{path} was edited after it was written; calibrate again to change it"]
        )
    try:
        return kind.model_validate(tomllib.loads(body)), text
    except (ValueError, ValidationError) as error:
        wanted = kind.model_fields["kind"].default
        raise ConfigError(
            [f"{path} is no {wanted} calibration of this version"]
        ) from error


def expired(calibration: FieldCalibration | ProbeCalibration, today: date) -> str:
    """Say that a calibration is too old, or from the future; "" when it is neither."""
    if today > calibration.expires:
        return f"expired on {calibration.expires}; calibrate again"
    if today < calibration.made - datetime.timedelta(days=1):
        return (
            f"was made on {calibration.made}, after today, {today}; is the clock set?"
        )
    return ""


def _checksum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _toml(content: Mapping[str, Any]) -> str:
    """Write plain values first, then tables, then lists of tables."""
    lines, tables = [], []
    for key, value in content.items():
        if isinstance(value, dict):
            tables.append(f"\n[{key}]\n{_toml(value)}")
        elif isinstance(value, list):
            tables += [f"\n[[{key}]]\n{_toml(row)}" for row in value]
        else:
            lines.append(f"{key} = {_value(value)}\n")
    return "".join(lines + tables)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):  # a JSON string is a TOML one, but for DEL
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
