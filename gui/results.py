"""Results of calibration, tuning and SAR as rows of words. No Qt.

What is a standard uncertainty is shown as ± with k = 2, as the reports have it.
"""

from collections.abc import Iterator

from gui import texts_bench as texts
from gui.wording import Message, fixed, number, part, parts, words

Row = tuple[str, str]
K = 2.0
SKIPPED = frozenset({"format", "kind", "version"})
# Shown unit and factor, by the ending of a key; longest first.
UNITS = (
    ("_per_ampere_per_m", "1/m", 1.0),
    ("_c_per_s", "°C/s", 1.0),
    ("_a_per_m", "kA/m", 1e-3),
    ("_per_c", "1/°C", 1.0),
    ("_ohm", "Ω", 1.0),
    ("_hz", "Hz", 1.0),
    ("_c", "°C", 1.0),
    ("_s", "s", 1.0),
    ("", "", 1.0),
)


def result_rows(end: Message, key: str = "result") -> list[Row]:
    """Return every quantity of a result as (name, words), and where it is written."""
    rows = list(_rows(part(end, key), ""))
    for where in ("file", "page", "record", "run_file"):
        if words(end, where):
            rows.append((where, words(end, where)))
    return rows


def field_line(
    result: Message, highest_a: float
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return the calibrated line in kA/m from 0 to a current in A; None without one."""
    slope_per_m = number(result, "field_per_ampere_per_m")
    if slope_per_m is None or not highest_a > 0.0:
        return None
    return (0.0, highest_a), (0.0, slope_per_m * highest_a * 1e-3)


def matrix_rows(result: Message) -> list[tuple[str, ...]]:
    """Return a row for each point of a SAR matrix, with ± (k = 2)."""
    return [
        (
            fixed(_kilo(point, "frequency_hz"), 2),
            fixed(_kilo(point, "field_a_per_m"), 3),
            fixed(number(point, "repeats"), 0),
            plus_minus(point, "sar_w_per_g_fe"),
            plus_minus(point, "ilp_nh_m2_per_kg"),
            words(point, "remarks"),
        )
        for point in parts(result, "points")
    ]


def budget_rows(result: Message) -> list[tuple[str, ...]]:
    """Return the relative ± (k = 2) of each point of a SAR matrix."""
    return [
        (
            fixed(_kilo(point, "frequency_hz"), 2),
            fixed(_kilo(point, "field_a_per_m"), 3),
            _relative(point, "sar_w_per_g_fe"),
            _relative(point, "ilp_nh_m2_per_kg"),
        )
        for point in parts(result, "points")
    ]


def plus_minus(message: Message, key: str) -> str:
    """Write a value with its standard uncertainty as ± with k = 2, in equal digits."""
    value, u = number(part(message, key), "value"), number(part(message, key), "u")
    if value is None or u is None:
        return fixed(value, 3)
    return f"{value:.3g} ± {K * u:.2g}" if value else f"0 ± {K * u:.2g}"


def _relative(message: Message, key: str) -> str:
    value, u = number(part(message, key), "value"), number(part(message, key), "u")
    if not value or u is None:
        return fixed(None, 0)
    return f"± {100.0 * K * u / abs(value):.1f} %"


def _kilo(message: Message, key: str) -> float | None:
    value = number(message, key)
    return None if value is None else 1e-3 * value


def _rows(table: Message, before: str) -> Iterator[Row]:
    for key, value in table.items():
        name = f"{before}{key}"
        # An uncertainty stands beside its value, where that value is there.
        if key in SKIPPED or ("_uncertainty" in key and _of(key) in table):
            continue
        if isinstance(value, dict):
            yield from _rows(value, f"{name}.")
        elif isinstance(value, list):
            for one in parts(table, key):
                yield from _listed(name, one)
        else:
            yield _worded(name, key, value, table)


def _listed(name: str, one: Message) -> Iterator[Row]:
    """Write an entry of a list in one line, under its own name."""
    said = [f"{k} {_plain(v)}" for k, v in one.items() if k != "name"]
    yield f"{name} {one.get('name', '')}".strip(), ", ".join(said)


def _worded(name: str, key: str, value: object, table: Message) -> Row:
    amount = number(table, key)
    named = texts.RESULT_NAMES.get(name, "")
    if amount is None:
        return named or name.replace("_", " "), _plain(value)
    for ending, unit, factor in UNITS:
        if key.endswith(ending):
            stem = key.removesuffix(ending)
            u = number(table, f"{stem}_uncertainty{ending}")
            shown = f"{factor * amount:.6g}"
            if u is not None:
                shown = f"{factor * amount:.6g} ± {factor * K * u:.2g}"
            plain = name.removesuffix(ending).replace("_", " ")
            return named or plain, f"{shown} {unit}".rstrip()
    return name, f"{amount:.6g}"


def _of(key: str) -> str:
    return key.replace("_uncertainty", "")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
