"""Calibration files that a config names: found, checked, put in place of its numbers.

Checked are kind, checksum, coil, capacitor, expiry and, as far as the config names
them, serial numbers; what the instruments themselves say is checked when they open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from controller.analysis.probe_fit import LARGEST_ERROR_C
from controller.config.calibration_file import (
    FieldCalibration,
    Part,
    ProbeCalibration,
    expired,
    read,
)
from controller.config.kinds import AnyApplicator
from controller.config.mistakes import shown
from controller.errors import BenchError, ConfigError
from drivers.roles import Identity

# How far a number of the config may lie from the calibration's, relative.
AGREE = {"frequency_hz": 0.005, "field_per_ampere_per_m": 0.15, "tuned_ohm": 0.08}


@dataclass
class Calibrations:
    """The tables of a config with the calibrations' numbers in them.

    ``texts`` holds every file that was read, ``problems`` a sentence a mistake.
    """

    data: dict[str, Any]
    field_file: FieldCalibration | None = None
    probe_file: ProbeCalibration | None = None
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def with_calibrations(data: dict[str, Any], folder: Path, today: date) -> Calibrations:
    """Read the calibrations that a config names; paths are beside the config.

    Raises:
        ConfigError: one of the files cannot be used at all.
    """
    found = Calibrations(data)
    try:
        _with_field(found, folder, today)
        _with_probes(found, folder, today)
    except ConfigError as error:
        # without a file's numbers, what else is missing cannot be told
        problems = found.problems + error.problems
        raise ConfigError(problems) from error
    return found


def corrections_of(
    calibration: ProbeCalibration | None, channels: list[tuple[str, int]]
) -> list[tuple[float, float]]:
    """Return (slope, offset in °C) of each probe, none without a calibration."""
    if calibration is None:
        return []
    known = {(p.thermometer, p.channel): p for p in calibration.probes}
    return [(known[c].slope_ratio, known[c].offset_c) for c in channels]


class Calibrated(Protocol):
    """What of a bench was calibrated: ``controller.config.loading.BenchSpec``."""

    @property
    def applicator(self) -> AnyApplicator: ...

    @property
    def field_calibration(self) -> FieldCalibration | None: ...

    @property
    def probe_calibration(self) -> ProbeCalibration | None: ...


def refuse_foreign(bench: Calibrated, identities: Mapping[str, Identity]) -> None:
    """Check that the instruments that answer are those that were calibrated.

    Raises:
        BenchError: one is not; no output has been enabled.
    """
    expected: list[tuple[str, Part]] = []
    if bench.field_calibration is not None:
        expected.append((bench.applicator.supply, bench.field_calibration.supply))
    if bench.probe_calibration is not None:
        expected += [(p.name, p) for p in bench.probe_calibration.thermometers]
    for name, part in expected:
        who = identities.get(name)
        if who is not None and (who.model, who.serial) != (part.model, part.serial):
            raise BenchError(
                f"{name}: the calibration belongs to {part.model} with serial number "
                f"{part.serial or '(none)'}, and {who.model} with serial number "
                f"{who.serial or '(none)'} answers; calibrate this one"
            )


def _with_field(found: Calibrations, folder: Path, today: date) -> None:
    applicator = found.data.get("applicator")
    if not isinstance(applicator, dict):
        return
    name = applicator.get("calibration")
    if not isinstance(name, str):
        return
    calibration, text = read(folder / name, FieldCalibration)
    found.field_file, found.texts[name] = calibration, text
    at = f"applicator.calibration = {shown(name)}"
    for key in ("coil", "capacitor"):
        mine, theirs = applicator.get(key), getattr(calibration, key)
        if mine is not None and mine != theirs:
            found.problems.append(
                f"{at} belongs to the {key} {shown(theirs)}, and applicator.{key} = "
                f"{shown(mine)}; name the right file or calibrate"
            )
    found.problems += _age(found.data, at, calibration, today)
    found.problems += _serial(found.data, at, applicator.get("supply"), calibration)
    found.problems += _disagreements(at, applicator, calibration)
    numbers = {key: getattr(calibration, key) for key in AGREE}
    found.data = {**found.data, "applicator": {**applicator, **numbers}}


def _with_probes(found: Calibrations, folder: Path, today: date) -> None:
    name = found.data.get("probe_calibration")
    if name is None:
        return
    if not isinstance(name, str):
        found.problems.append(
            f"probe_calibration = {shown(name)} must be the name of a file"
        )
        return
    calibration, text = read(folder / name, ProbeCalibration)
    found.probe_file, found.texts[name] = calibration, text
    at = f"probe_calibration = {shown(name)}"
    found.problems += _age(found.data, at, calibration, today)
    known = {(p.thermometer, p.channel): p for p in calibration.probes}
    probes = found.data.get("probes", [])
    for probe in probes if isinstance(probes, list) else []:
        if not isinstance(probe, dict):
            continue
        key = probe.get("instrument"), probe.get("channel")
        fit = known.get(key)  # type: ignore[arg-type]
        if fit is None:
            found.problems.append(
                f"{at} has no probe on channel {key[1]} of {key[0]}; calibrate it"
            )
        elif fit.name != probe.get("name"):
            found.problems.append(
                f"{at}: channel {fit.channel} of {fit.thermometer} was calibrated with "
                f"the probe {fit.name}, and {probe.get('name')} is there; calibrate "
                "again after moving fibres"
            )
        elif not abs(fit.largest_error_c) <= LARGEST_ERROR_C:
            found.problems.append(
                f"{at}: probe {fit.name} is out by {fit.largest_error_c:+.2f} °C, "
                f"limit {LARGEST_ERROR_C:g} °C; replace the probe"
            )


def _age(
    data: Mapping[str, Any],
    at: str,
    calibration: FieldCalibration | ProbeCalibration,
    today: date,
) -> list[str]:
    """Expiry is waived on a simulated bench, which no simulated file ever leaves."""
    if _simulated(data):
        return []
    if calibration.simulated:
        return [f"{at} was made on simulated instruments, and this bench has real ones"]
    old = expired(calibration, today)
    return [f"{at} {old}"] if old else []


def _simulated(data: Mapping[str, Any]) -> bool:
    instruments = data.get("instruments", {})
    if not isinstance(instruments, dict):
        return True
    tables = [i for i in instruments.values() if isinstance(i, dict)]
    return all(i.get("simulated") or i.get("served") for i in tables)


def _serial(
    data: Mapping[str, Any], at: str, supply: object, calibration: FieldCalibration
) -> list[str]:
    instruments = data.get("instruments", {})
    table = instruments.get(supply) if isinstance(instruments, dict) else None
    serial = table.get("serial") if isinstance(table, dict) else None
    if not serial or serial == calibration.supply.serial:
        return []
    return [
        f"{at} belongs to the supply with serial number "
        f"{shown(calibration.supply.serial)}, and instruments.{supply}.serial = "
        f"{shown(serial)}; calibrate with this supply"
    ]


def _disagreements(
    at: str, applicator: Mapping[str, Any], calibration: FieldCalibration
) -> list[str]:
    found = []
    for key, share in AGREE.items():
        mine, theirs = applicator.get(key), getattr(calibration, key)
        if not isinstance(mine, int | float):
            continue
        if not abs(mine - theirs) <= share * theirs:
            found.append(
                f"applicator.{key} = {mine:g} and {at}, which says {theirs:.6g}, are "
                f"more than {100.0 * share:g} % apart; remove the key or calibrate"
            )
    return found
