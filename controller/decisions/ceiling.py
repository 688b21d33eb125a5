"""The ceiling on H·f: the last thing between a decision and the wire.

H is the peak amplitude in A/m. The bound allows for the expanded uncertainties of
field and frequency, so that the true product stays below the limit while the
calibration is within its stated uncertainty.
"""

import math

from controller.decisions.settings import CeilingSettings, FieldSensorSettings

ATKINSON_BREZOVICH_A_PER_M_S = 4.85e8
ATKINSON_BREZOVICH_DIAMETER_M = 0.30
HERGT_DUTZ_A_PER_M_S = 5e9
MU0_H_PER_M = 4e-7 * math.pi


def worst_product(
    field_a_per_m: float,
    frequency_hz: float,
    ceiling: CeilingSettings,
    sensor: FieldSensorSettings | None = None,
) -> float:
    """Return the largest H·f in A/(m·s) that the uncertainties allow.

    (H·p·(1 + U_H) + U_abs) · f·(1 + U_f), p the position factor; monotonic in both
    arguments, also in floating point, and never below the plain product. The
    uncertainties of H are the calibration's, or those of a ``sensor``'s reading.
    """
    relative = ceiling.field_uncertainty
    absolute_a_per_m = ceiling.field_uncertainty_a_per_m
    if sensor is not None:
        relative, absolute_a_per_m = _uncertainties(sensor)
    field = field_a_per_m * ceiling.position_factor * (1.0 + relative)
    field += absolute_a_per_m
    return field * (frequency_hz * (1.0 + ceiling.frequency_uncertainty))


def exceeds(
    field_a_per_m: float,
    frequency_hz: float,
    ceiling: CeilingSettings,
    sensor: FieldSensorSettings | None = None,
    measured: bool = False,
) -> bool:
    """Say whether a field may break the ceiling; NaN and negative values do.

    What is commanded may be the amplitude cap itself; what is measured then has room
    for the last digit of a read-back.
    """
    if field_a_per_m == 0.0:
        return False
    cap_a_per_m = ceiling.amplitude_cap_a_per_m
    if measured:
        cap_a_per_m /= ceiling.working_share
    return not (
        0.0 < field_a_per_m * ceiling.position_factor <= cap_a_per_m
        and ceiling.frequency_min_hz <= frequency_hz <= ceiling.frequency_max_hz
        and worst_product(field_a_per_m, frequency_hz, ceiling, sensor)
        <= ceiling.limit_a_per_m_s
    )


def permitted_amplitude(
    frequency_hz: float,
    ceiling: CeilingSettings,
    sensor: FieldSensorSettings | None = None,
) -> float:
    """Return the largest amplitude in A/m that may be commanded at a frequency.

    Zero outside the frequency band and for NaN. ``limit / f`` may round such that the
    product passes the limit, so the result steps down until the same arithmetic
    that checks it agrees. For a ``sensor``: the largest that it may read.
    """
    if not (ceiling.frequency_min_hz <= frequency_hz <= ceiling.frequency_max_hz):
        return 0.0
    relative = ceiling.field_uncertainty
    absolute_a_per_m = ceiling.field_uncertainty_a_per_m
    if sensor is not None:
        relative, absolute_a_per_m = _uncertainties(sensor)
    bound_a_per_m_s = ceiling.working_share * ceiling.limit_a_per_m_s
    field = bound_a_per_m_s / (frequency_hz * (1.0 + ceiling.frequency_uncertainty))
    field -= absolute_a_per_m
    factor = ceiling.position_factor
    field /= factor * (1.0 + relative)
    cap_a_per_m = ceiling.amplitude_cap_a_per_m
    if cap_a_per_m / factor < field:
        field = cap_a_per_m / factor
    while field > 0.0 and not (
        worst_product(field, frequency_hz, ceiling, sensor) <= bound_a_per_m_s
        and field * factor <= cap_a_per_m
    ):
        field = math.nextafter(field, 0.0)
    return field if 0.0 < field < math.inf else 0.0


def _uncertainties(sensor: FieldSensorSettings) -> tuple[float, float]:
    """Return the relative and the absolute (A/m) part that are added to a reading.

    It can be low by its U, so that the truth is up to H/(1 - U), which is
    H·(1 + U/(1 - U)).
    """
    relative = sensor.uncertainty / (1.0 - sensor.uncertainty)
    return relative, sensor.uncertainty_a_per_m * (1.0 + relative)


def diameter_limit(exposed_diameter_m: float) -> float:
    """Return the H·f limit in A/(m·s) that heats a loop of D as 4.85e8 heats 0.30 m.

    Local eddy heating grows with (H·f·D)², so the limit is 4.85e8 · 0.30 / D.
    Source: Atkinson, Brezovich, Chakraborty 1984 for the reference point.
    """
    return (
        ATKINSON_BREZOVICH_A_PER_M_S
        * ATKINSON_BREZOVICH_DIAMETER_M
        / exposed_diameter_m
    )


def eddy_heating_w_per_kg(
    hf_a_per_m_s: float,
    exposed_diameter_m: float,
    conductivity_s_per_m: float = 0.362,
    density_kg_per_m3: float = 1090.4,
) -> float:
    """Estimate the local eddy heating in W/kg at the rim of an exposed loop.

    ½ σ (π µ0 f H r)² / ρ of a homogeneous cylinder along the field, r = D/2; the
    defaults are muscle at 100 kHz (IT'IS V3.0).
    """
    e_field_v_per_m = math.pi * MU0_H_PER_M * hf_a_per_m_s * exposed_diameter_m / 2.0
    return 0.5 * conductivity_s_per_m * e_field_v_per_m**2 / density_kg_per_m3
