"""What a config can get wrong between its tables: one sentence for each mistake.

A table that could not be read is None here; a check that needs it is left out, so that
one mistake is not reported twice. Numbers and reasons: docs/safety.md.
"""

import math
from collections.abc import Iterator

from controller.config.applicator import Ceiling
from controller.config.kinds import AnyApplicator
from controller.config.mistakes import shown
from controller.config.model import Draft
from controller.config.samples import heating_problems
from controller.decisions.ceiling import (
    ATKINSON_BREZOVICH_A_PER_M_S,
    HERGT_DUTZ_A_PER_M_S,
    diameter_limit,
    eddy_heating_w_per_kg,
)
from controller.decisions.settings import TISSUE_ROLES, TUMOUR_ROLES

EDDY_HEATING_CAP_W_PER_KG = 15.0
SETPOINT_BELOW_TRIP_C = 0.7
HOLD_BACK_ABOVE_SETPOINT_C = 0.2
TUMOUR_TRIP_C = 45.0
TUMOUR_ANY_C = 46.0
TISSUE_SETPOINTS_C = (38.0, 45.0)
RISE_WITHOUT_POWER_C_PER_S = 0.4
RISE_OVER_FULL_POWER = 1.5
ROUNDING = 1e-9


def resolved_limit_a_per_m_s(ceiling: Ceiling, applicator: AnyApplicator) -> float:
    """Return the H·f limit in A/(m·s) of a profile after every cap that applies.

    Tissue: the profile's number, 5e9, and the product that heats a loop of the exposed
    diameter by 15 W/kg, whichever is lowest. No tissue: what the hardware can make.
    """
    if ceiling.profile == "no-tissue" or ceiling.exposed_diameter_m is None:
        highest = applicator.max_current_a * applicator.field_per_ampere_per_m
        return highest * ceiling.frequency_max_hz
    diameter_m = ceiling.exposed_diameter_m
    limit = {
        "atkinson-brezovich": ATKINSON_BREZOVICH_A_PER_M_S,
        "diameter": diameter_limit(diameter_m),
        "hergt-dutz": HERGT_DUTZ_A_PER_M_S,
    }[ceiling.profile]
    # Heating grows with the square of the product, so the root scales the product.
    heating = eddy_heating_w_per_kg(1.0, diameter_m)
    return min(
        limit,
        HERGT_DUTZ_A_PER_M_S,
        math.sqrt(EDDY_HEATING_CAP_W_PER_KG / heating),
    )


def largest_rise_c_per_s(full_power_rise_c_per_s: float | None) -> float:
    """Return the loosest rise limit in °C/s: 1.5 × P_max/C, 0.4 where it is unknown."""
    if full_power_rise_c_per_s is None:
        return RISE_WITHOUT_POWER_C_PER_S
    return RISE_OVER_FULL_POWER * full_power_rise_c_per_s


def treatment_problems(draft: Draft) -> list[str]:
    """Return one sentence for each mistake of ceiling, treatment, limits and roles."""
    checks = (_profile, _band, _roles, _setpoint, _tumour_pair, _order, _rise, _faults)
    between = [sentence for check in checks for sentence in check(draft)]
    return between + heating_problems(draft.sample)


def _band(draft: Draft) -> Iterator[str]:
    ceiling = draft.ceiling
    if ceiling is None:
        return
    low_hz, high_hz = ceiling.frequency_min_hz, ceiling.frequency_max_hz
    if not low_hz < high_hz:
        yield (
            f"ceiling.frequency_min_hz = {low_hz:g} must be below "
            f"ceiling.frequency_max_hz = {high_hz:g}"
        )
    elif draft.applicator is not None:
        frequency_hz = draft.applicator.frequency_hz
        if not low_hz <= frequency_hz <= high_hz:
            yield (
                f"applicator.frequency_hz = {frequency_hz:g} is outside the band of "
                f"[ceiling], {low_hz:g} to {high_hz:g} Hz"
            )


def _profile(draft: Draft) -> Iterator[str]:
    ceiling = draft.ceiling
    if ceiling is None or "ceiling.profile" in draft.wrong:
        return
    diameter = ceiling.exposed_diameter_m
    if ceiling.profile == "no-tissue":
        if diameter is not None:
            yield (
                "ceiling.exposed_diameter_m is for tissue, and ceiling.profile is "
                '"no-tissue"; remove one of them'
            )
        if draft.experiment is not None and draft.experiment.subject:
            yield (
                f"experiment.subject = {shown(draft.experiment.subject)} is in the "
                'coil, so ceiling.profile cannot be "no-tissue"; choose another'
            )
    elif diameter is None:
        yield (
            f'ceiling.exposed_diameter_m is missing; profile "{ceiling.profile}" needs '
            "it: the largest loop of tissue across the field, from 0.02 to 0.45 m"
        )


def _roles(draft: Draft) -> Iterator[str]:
    if draft.ceiling is None or not draft.all_probes_read:
        return
    if "ceiling.profile" in draft.wrong:
        return
    profile = draft.ceiling.profile
    roles = {probe.role for _, probe in draft.probes}
    if profile == "no-tissue":
        if "sample" not in roles:
            yield 'no probe has the role "sample", which profile "no-tissue" needs'
        for at, probe in draft.probes:
            if probe.role in TISSUE_ROLES:
                yield (
                    f'probes[{at}].role = "{probe.role}" is tissue, and '
                    'ceiling.profile is "no-tissue"; use the role "sample" or a '
                    "tissue profile"
                )
        return
    if not roles.intersection(TUMOUR_ROLES):
        yield f'no probe has the role "core" or "margin"; profile "{profile}" needs one'
    if "healthy" not in roles:
        yield (
            f'no probe has the role "healthy"; profile "{profile}" needs one, because '
            "nothing else would protect the tissue around"
        )
    for at, probe in draft.probes:
        if probe.role == "sample":
            yield (
                f'probes[{at}].role = "sample" belongs to profile "no-tissue", and '
                f'ceiling.profile is "{profile}"; use core, margin, healthy or body'
            )


def _setpoint(draft: Draft) -> Iterator[str]:
    if draft.treatment is None or draft.ceiling is None or draft.limits is None:
        return
    setpoint_c, limits = draft.treatment.setpoint_c, draft.limits
    if draft.ceiling.profile == "no-tissue":
        highest_c = limits.sample_trip_c - SETPOINT_BELOW_TRIP_C
        if setpoint_c > highest_c + ROUNDING:
            yield (
                f"treatment.setpoint_c = {setpoint_c:g} is too near limits."
                f"sample_trip_c = {limits.sample_trip_c:g}; at most {highest_c:g} °C"
            )
        return
    low_c, high_c = TISSUE_SETPOINTS_C
    if not low_c <= setpoint_c <= high_c:
        yield (
            f"treatment.setpoint_c = {setpoint_c:g} is not allowed in tissue; it must "
            f"be a number from {low_c:g} to {high_c:g} °C"
        )
        return
    gap_c = max(
        SETPOINT_BELOW_TRIP_C,
        limits.tumour_hold_back_below_trip_c + HOLD_BACK_ABOVE_SETPOINT_C,
    )
    highest_c = limits.tumour_trip_c - gap_c
    if setpoint_c > highest_c + ROUNDING:
        raised_c = setpoint_c + gap_c
        may_raise = gap_c <= SETPOINT_BELOW_TRIP_C and raised_c <= 45.7 + ROUNDING
        hint = f", or raise that trip by name to {raised_c:g}" if may_raise else ""
        yield (
            f"treatment.setpoint_c = {setpoint_c:g} must be {gap_c:g} °C below "
            f"limits.tumour_trip_c = {limits.tumour_trip_c:g}; lower the set-point to "
            f"{highest_c:g}{hint}"
        )


def _tumour_pair(draft: Draft) -> Iterator[str]:
    if draft.treatment is None or draft.limits is None:
        return
    setpoint_c, limits = draft.treatment.setpoint_c, draft.limits
    needed_c = setpoint_c + SETPOINT_BELOW_TRIP_C
    for key, trip_c, plain_c, needed in (
        ("tumour_trip_c", limits.tumour_trip_c, TUMOUR_TRIP_C, needed_c),
        ("tumour_any_c", limits.tumour_any_c, TUMOUR_ANY_C, needed_c + 1.0),
    ):
        highest_c = max(plain_c, needed)
        if trip_c > highest_c + ROUNDING:
            yield (
                f"limits.{key} = {trip_c:g} is more than a set-point of "
                f"{setpoint_c:g} °C needs; at most {highest_c:g} °C"
            )


_ORDER = (
    ("tumour_trip_c", "tumour_any_c"),
    ("healthy_hold_back_c", "healthy_trip_c"),
    ("healthy_trip_c", "healthy_any_c"),
    ("healthy_low_c", "healthy_hold_back_c"),
    ("body_start_low_c", "body_start_high_c"),
    ("body_alarm_low_c", "body_alarm_high_c"),
    ("body_low_c", "body_start_low_c"),
    ("body_start_high_c", "body_trip_c"),
    ("slip_c", "slip_trip_c"),
    ("frozen_hold_back_s", "frozen_probe_s"),
)


def _order(draft: Draft) -> Iterator[str]:
    if draft.limits is None:
        return
    for low, high in _ORDER:
        low_value, high_value = getattr(draft.limits, low), getattr(draft.limits, high)
        if low_value > high_value:
            yield (
                f"limits.{low} = {low_value:g} must not be above "
                f"limits.{high} = {high_value:g}"
            )


def _rise(draft: Draft) -> Iterator[str]:
    if draft.treatment is None or draft.limits is None or draft.ceiling is None:
        return
    power_c_per_s = draft.treatment.full_power_rise_c_per_s
    rise_c_per_s = draft.limits.rise_c_per_s
    if rise_c_per_s is None:
        return
    if draft.ceiling.profile == "no-tissue" and power_c_per_s is None:
        return
    highest = largest_rise_c_per_s(power_c_per_s)
    if rise_c_per_s > highest + ROUNDING:
        why = (
            "the most while treatment.full_power_rise_c_per_s is not given"
            if power_c_per_s is None
            else "1.5 × treatment.full_power_rise_c_per_s"
        )
        yield (
            f"limits.rise_c_per_s = {rise_c_per_s:g} is not allowed; at most "
            f"{highest:g} °C/s, {why}"
        )


def _faults(draft: Draft) -> Iterator[str]:
    if draft.faults and not any(i.simulated for i in draft.instruments.values()):
        yield (
            "[[faults]] is for instruments with simulated = true, and there is none in "
            "this file; remove it"
        )
    for at, fault in enumerate(draft.faults, start=1):
        if (fault.at_s is None) == (fault.phase is None):
            yield f"faults[{at}] needs one of at_s and phase"
