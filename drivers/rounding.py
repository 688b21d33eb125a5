"""Rounding of set-points to an instrument's step: limits down, trips up."""

import math


def floored(value: float, digits: int) -> float:
    """Round down to decimals; a value one ulp below a step counts as on it."""
    return math.floor(value * 10.0**digits + 1e-6) / 10.0**digits


def raised(value: float, digits: int) -> float:
    """Round up to decimals; a value one ulp above a step counts as on it."""
    return math.ceil(value * 10.0**digits - 1e-6) / 10.0**digits
