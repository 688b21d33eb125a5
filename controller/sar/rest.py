"""Waiting for a sample at rest: only the thermometer is open, there is no field.

One reading a second; what is watched is the slope over a window, and where it is asked
for the temperature to start from.
"""

from collections import deque
from collections.abc import Callable
from math import isinf
from typing import Any

import numpy as np

from controller.config.sar_matrix import ProtocolTable
from controller.errors import BenchError
from controller.instruments.bench_link import Thermometry

WAITING_TICK_S = 1.0
LOOK_EACH_TICKS = 10
SILENT_TICKS = 10


def wait_for_rest(
    thermometry: Thermometry,
    p: ProtocolTable,
    stopped: Callable[[], bool],
    show: Callable[[dict[str, Any]], object] = lambda message: None,
) -> float | None:
    """Wait until the sample rests; return the drift in °C/min, None when stopped.

    ``show`` gets a message every 10 s: since when it waits, °C, and °C/min.

    Raises:
        BenchError: it does not rest in time, or the thermometer has no reading.
    """
    size = round(p.drift_window_s / WAITING_TICK_S)
    window: deque[float] = deque(maxlen=size)
    drift_c_per_min, silent = float("inf"), 0
    for tick in range(round(p.longest_wait_s / WAITING_TICK_S)):
        if stopped():
            return None
        reading = thermometry.readings()[0]
        good = reading.quality == "ok"
        silent = 0 if good else silent + 1
        if silent > SILENT_TICKS:
            raise BenchError(
                f"the probe in the sample gives no reading ({reading.quality}) for "
                f"{silent} s; no field was switched on"
            )
        if good:
            window.append(reading.value_c)
        if tick % LOOK_EACH_TICKS == 0 and window:
            if len(window) == size:
                drift_c_per_min = slope_c_per_min(window)
            show(_message(tick * WAITING_TICK_S, window[-1], drift_c_per_min, p))
            if abs(drift_c_per_min) < p.drift_c_per_min and _starts(window[-1], p):
                return drift_c_per_min
        thermometry.clock.wait(WAITING_TICK_S)
    raise BenchError(_never(drift_c_per_min, window[-1] if window else float("nan"), p))


def slope_c_per_min(window: deque[float]) -> float:
    """Return the least-squares slope of readings a second apart, in °C/min."""
    times = np.arange(len(window)) * WAITING_TICK_S
    return 60.0 * float(np.polyfit(times, np.array(window), 1)[0])


def _message(
    t_s: float, reading_c: float, drift_c_per_min: float, p: ProtocolTable
) -> dict[str, Any]:
    return {
        "kind": "rest",
        "t_s": t_s,
        "value_c": reading_c,
        "drift_c_per_min": None if isinf(drift_c_per_min) else drift_c_per_min,
        "limit_c_per_min": p.drift_c_per_min,
    }


def _starts(reading_c: float, p: ProtocolTable) -> bool:
    return p.start_c is None or abs(reading_c - p.start_c) <= p.start_tolerance_c


def _never(drift_c_per_min: float, reading_c: float, p: ProtocolTable) -> str:
    if abs(drift_c_per_min) < p.drift_c_per_min and p.start_c is not None:
        return (
            f"the sample rests at {reading_c:.2f} °C, not at {p.start_c:g} ± "
            f"{p.start_tolerance_c:g} °C, after {p.longest_wait_s:g} s"
        )
    return (
        f"still drifting by {drift_c_per_min:+.3f} °C/min after "
        f"{p.longest_wait_s:g} s; the limit is {p.drift_c_per_min:g} °C/min"
    )
