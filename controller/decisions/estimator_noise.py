"""How noisy a thermometer is, from its readings alone."""

from math import isfinite, sqrt
from typing import NamedTuple

NAN = float("nan")
NOISE_START_C = 0.05
NOISE_FLOOR_C = 0.012


class Noise(NamedTuple):
    """Standard deviation of the readings, in °C, from their second differences."""

    sigma_c: float = NOISE_START_C
    heard: int = 0
    last_c: float = NAN
    step_c: float = NAN


def heard(noise: Noise, temperature_c: float) -> Noise:
    """Update the noise in °C: σ² is a sixth of the mean squared second difference."""
    if not isfinite(temperature_c):
        return noise
    step_c = temperature_c - noise.last_c
    bend = step_c - noise.step_c
    if bend != bend:
        return noise._replace(last_c=temperature_c, step_c=step_c)
    variance = noise.sigma_c * noise.sigma_c
    weight = max(1.0 / (noise.heard + 21), 0.003)
    variance += weight * (min(bend * bend / 6.0, 9.0 * variance) - variance)
    sigma_c = max(sqrt(variance), NOISE_FLOOR_C)
    return Noise(sigma_c, noise.heard + 1, temperature_c, step_c)
