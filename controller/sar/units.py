"""Units of heating curves as others write them, turned into s, °C and A/m (peak)."""

import re
from math import pi

import numpy as np

from controller.analysis.calorimetry import Array
from controller.config.sar import FieldTable
from controller.sar.tables import CurveFileError

TIME_NAMES = ("t", "time", "zeit", "temps", "tiempo", "seconds", "elapsed")
RISE_NAMES = ("dT", "ΔT", "rise", "delta", "deltat")
TEMPERATURE_NAMES = ("T", "temp", "temperature", "temperatur", "probe", *RISE_NAMES)
FIELD_NAMES = ("H", "B", "field", "feld", "amplitude", "current", "on")
PER_SECOND = {"s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0}
# Oersted: 1000/(4 pi) A/m; millitesla: 1e-3/mu_0 A/m.
A_PER_M = {"A/m": 1.0, "kA/m": 1e3, "mT": 1e4 / (4 * pi), "Oe": 1e3 / (4 * pi)}
SPELLINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "time": {
        "s": ("s", "sec", "secs", "second", "seconds"),
        "ms": ("ms", "msec", "milliseconds"),
        "min": ("min", "mins", "minute", "minutes"),
        "h": ("h", "hr", "hour", "hours"),
    },
    "temperature": {
        "C": ("c", "°c", "degc", "deg c", "celsius", "℃", "ºc"),
        "F": ("f", "°f", "degf", "deg f", "fahrenheit", "℉"),
        "K": ("k", "kelvin"),
    },
    "field": {
        "A/m": ("a/m", "a per m"),
        "kA/m": ("ka/m", "ka per m"),
        "mT": ("mt",),
        "Oe": ("oe",),
        "A": ("a",),
        "on/off": ("on/off", "on", "off", "0/1"),
    },
}


def found_unit(header: str, what: str) -> str:
    """Return the unit that a header states for a time, temperature or field, or "".

    Raises: CurveFileError where brackets hold a unit that does not fit.
    """
    known = {s: unit for unit, all_s in SPELLINGS[what].items() for s in all_s}
    bracket = re.search(r"[\[(]([^\])]*)[\])]", header)
    if bracket:
        written = bracket.group(1).strip()
        if written.lower() not in known:
            raise CurveFileError(
                f"the unit {written!r} of {header!r} is not one of a {what}: name it"
            )
        return known[written.lower()]
    rest = re.split(r"[\s_/]+", header.strip(), maxsplit=1)
    written = rest[1].replace("_", " ").strip(" /").lower() if len(rest) > 1 else ""
    return known.get(written, "")


def seconds(times: Array, unit: str) -> Array:
    """Convert times to s."""
    return np.asarray(times * PER_SECOND[unit], dtype=float)


def to_celsius(values: Array, unit: str) -> Array:
    """Convert temperatures to °C, from °F or K."""
    if unit == "F":
        return np.asarray((values - 32.0) / 1.8, dtype=float)
    offset_c = 273.15 if unit == "K" else 0.0
    return np.asarray(values - offset_c, dtype=float)


def field_a_per_m(values: Array, unit: str, field: FieldTable) -> Array:
    """Convert a field column to peak A/m; amperes by the coil's gain, 0/1 as on/off.

    Raises: CurveFileError where the description lacks what the unit needs.
    """
    if unit == "A":
        if field.field_per_ampere_per_m is None:
            raise CurveFileError(
                "the field is recorded in ampere: give [field] field_per_ampere_per_m"
            )
        return np.asarray(values * field.field_per_ampere_per_m, dtype=float)
    if unit == "on/off":
        if field.amplitude_a_per_m is None:
            raise CurveFileError(
                "the field is recorded as on and off: give [field] amplitude_a_per_m"
            )
        return np.asarray((values > 0.5) * field.amplitude_a_per_m, dtype=float)
    return np.asarray(values * A_PER_M[unit], dtype=float)
