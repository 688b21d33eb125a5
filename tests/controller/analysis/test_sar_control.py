"""The control chart of a check sample: what is outside, by coil."""

from dataclasses import replace

import pytest

from controller.analysis.calorimetry import Value
from controller.analysis.sar_control import (
    FEWEST_DAYS,
    Day,
    apart,
    heated_day,
    outside,
    render_control,
)

DAY = Day("2026-01-01", "a", "f", "9 turns, C88", 241878.0, 3.0, 0.1, 1.0, 0.003)


def days_of(values: list[float], coil: str = DAY.coil) -> list[Day]:
    """Return a check a day with these ILPs."""
    return [
        replace(DAY, utc=f"2026-01-{day:02d}T08:00:00", ilp_nh_m2_per_kg=v, coil=coil)
        for day, v in enumerate(values, start=1)
    ]


STEADY = [3.00, 3.02, 2.98, 3.01, 2.99]


def test_value_beyond_three_s_of_the_days_before_is_named() -> None:
    (words,) = outside(days_of([*STEADY, 3.20]))
    assert "9 turns, C88: 3.2 nH·m²/kg" in words
    assert "the 5 days before were 3 ± 0.047 (3 s)" in words


@pytest.mark.parametrize("newest", [2.97, 3.00, 3.04])
def test_value_within_three_s_is_not(newest: float) -> None:
    assert outside(days_of([*STEADY, newest])) == []


def test_few_days_say_nothing_yet() -> None:
    assert len(STEADY) == FEWEST_DAYS
    assert outside(days_of([*STEADY[:-1], 9.0])) == []


def test_each_coil_is_judged_by_itself() -> None:
    other = days_of([*STEADY, 3.0], coil="17 turns, C200")
    words = outside([*days_of([*STEADY, 3.5]), *other])
    assert len(words) == 1 and words[0].startswith("9 turns, C88")


def test_field_and_heat_loss_are_watched_too() -> None:
    days = days_of([*STEADY, 3.0])
    moved = replace(days[-1], field_share=0.9, loss_per_s=0.006)
    assert len(outside([*days[:-1], moved])) == 2


def test_loss_that_was_not_found_is_left_out() -> None:
    days = [replace(day, loss_per_s=float("nan")) for day in days_of([*STEADY, 3.0])]
    assert outside(days) == []
    page = render_control("f", days, simulated=True)
    assert "SIMULATED" in page and "nan" not in page.lower().split("<svg")[0]


def test_operator_whose_mean_is_apart_is_named() -> None:
    """Ann and Bob take turns: Bob measures 5 % more at one of the coils."""
    values = [3.00, 3.15, 3.01, 3.16, 2.99, 3.14]
    days = [
        replace(day, operator="Ann" if at % 2 == 0 else "Bob")
        for at, day in enumerate(days_of(values))
    ]
    words = apart(days)
    assert len(words) == 2
    assert words[1].startswith("9 turns, C88: 3.15 nH·m²/kg with Bob (3 checks), 3 ")
    same = [
        replace(day, ilp_nh_m2_per_kg=3.0 + 0.01 * at) for at, day in enumerate(days)
    ]
    assert apart(same) == [] and apart(days[:5]) == []


def test_page_has_means_by_operator_and_coil_and_every_operator() -> None:
    days = [*days_of(STEADY), replace(DAY, operator="Zoe", coil="17 turns, C200")]
    page = render_control("f", days, simulated=False)
    assert "By operator" in page and "3 ± 0.016 (s)" in page
    assert "17 turns, C200" in page and "SIMULATED" not in page
    drawn = page.split("<svg", 1)[1]
    assert "Zoe" in drawn and "Heat capacity" not in page


def test_heat_capacity_is_a_day_of_its_own_without_a_coil() -> None:
    day = heated_day(Value(4.18, 0.02), ("2026-02-01", "a", "r"))
    steady = [
        replace(
            day, utc=f"2026-01-{k:02d}", heat_capacity_j_per_k=4.18 + 0.01 * (k % 2)
        )
        for k in range(1, 7)
    ]
    assert outside(steady) == []
    (words,) = outside([*steady, replace(day, heat_capacity_j_per_k=4.5)])
    assert words.startswith("resistor, no field: 4.5 J/K of heat capacity")
    page = render_control("r", [*steady, day], simulated=False)
    assert "C (J/K)" in page and "ILP (nH" not in page and "4.180 ± 0.040" in page
