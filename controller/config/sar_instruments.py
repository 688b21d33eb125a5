"""Which instruments a SAR matrix is measured with, and what must fit to them."""

from collections.abc import Mapping
from typing import Any

from controller.config.sar_matrix import SarSimulation

SIMULATED_BENCH: dict[str, dict[str, Any]] = {
    "psu": {"driver": "aimtti_psu", "model": "QPX1200SP", "simulated": True},
    "generator": {"driver": "keysight_33500", "model": "33521B", "simulated": True},
    "thermometer": {"driver": "opsens", "model": "PicoM", "simulated": True},
}

# What an oscilloscope needs to be told is in [field_sensor].
SCOPE = {"driver": "keysight_scope", "model": "DSOX3024T", "simulated": True}


def simulated_bench(tables: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the instruments of ``simulated = true``; a scope where a sensor is."""
    sensor = tables.get("field_sensor")
    return SIMULATED_BENCH | ({} if sensor is None else {sensor.instrument: SCOPE})


def all_inside(instruments: Mapping[str, Any]) -> bool:
    """Say whether every instrument is simulated inside."""
    return all(i.get("simulated") is True for i in instruments.values())


def none_real(instruments: Mapping[str, Any]) -> bool:
    """Say whether no instrument is real: each simulated inside, or a served twin."""
    return all(
        i.get("simulated") is True or i.get("served") is True
        for i in instruments.values()
    )


def bench_words(instruments: Mapping[str, Any]) -> str:
    """Say for a report with which instruments the field was made and seen."""
    if all_inside(instruments):
        return "simulated; acknowledgements waived: simulated"
    words = ", ".join(f"{n}: {i.get('model')}" for n, i in instruments.items())
    return f"served twins, {words}" if none_real(instruments) else words


def bench_problems(instruments: object, simulation: SarSimulation | None) -> list[str]:
    """Return a sentence for what does not fit between instruments and simulation."""
    if not isinstance(instruments, dict) or not all(
        isinstance(i, dict) for i in instruments.values()
    ):
        return ["instruments must be tables, [instruments.NAME]"]
    inside = [n for n, i in instruments.items() if i.get("simulated") is True]
    if inside and simulation is None:
        return [f"[simulation] is missing, and {inside[0]} is simulated"]
    if not inside and simulation is not None:
        return ["[simulation] is for simulated instruments, and there is none"]
    return []
