"""What a thermometer on this bench can read at all.

A broken fibre shows a number on some instruments (a Luxtron: -105.67 °C) with nothing
beside it that says so. A number outside the range is no reading.
"""

import math

from drivers.roles import Temperature

LOWEST_C = -20.0
HIGHEST_C = 120.0
NO_PROBE = Temperature(math.nan, "no-probe")
ERROR = Temperature(math.nan, "error")


def plausible(value_c: float) -> Temperature:
    """Return a temperature in °C; quality "error" outside -20 to 120 °C, and for NaN.

    Source: safety advice on fibre-optic thermometers, collected from lab practice.
    """
    if not LOWEST_C <= value_c <= HIGHEST_C:
        return ERROR
    return Temperature(value_c, "ok")
