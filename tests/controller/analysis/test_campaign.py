"""How the runs of a fault campaign are judged and summed up."""

from dataclasses import replace
from math import isnan

import pytest

from controller.analysis.campaign import NEVER_S, Case, Ran, judge, table

PERIOD_S = 0.2
CASE = Case("silence", "thermometer", allowed_s=0.6)
RAN = Ran(
    case=CASE,
    phase="hold",
    seed=1,
    exit_code=3,
    sentence="tripped: thermometer has been silent since 50.0 s",
    codes=("instrument-silent", "probe-lost"),
    begun_s=50.0,
    on_at_begin=True,
    off_s=50.8,
    detected_s=50.6,
    hottest_tumour_c=43.1,
    hottest_healthy_c=40.2,
    hf_share=0.88,
    record_complete=True,
)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "off"),
        ({"off_s": 51.0}, "off"),
        ({"off_s": 51.01}, "LATE"),
        # the reaction counts, too, however early the detection was
        ({"detected_s": 50.2, "off_s": 50.8}, "LATE"),
        ({"off_s": None}, "UNSAFE"),
        ({"hottest_tumour_c": 46.0}, "UNSAFE"),
        ({"hottest_healthy_c": 43.5}, "UNSAFE"),
        ({"hottest_tumour_c": float("nan")}, "UNSAFE"),
        ({"hf_share": 1.0001}, "UNSAFE"),
        ({"hf_share": float("nan")}, "UNSAFE"),
        ({"record_complete": False}, "UNSAFE"),
        ({"exit_code": 1}, "UNSAFE"),
        ({"exit_code": 2, "codes": ()}, "refused"),
        ({"codes": (), "exit_code": 0}, "tolerated"),
        ({"on_at_begin": False, "off_s": 10.0}, "off"),
        ({"on_at_begin": False, "off_s": 51.1}, "LATE"),
        ({"codes": ("start-up",), "detected_s": None, "off_s": 0.0}, "off"),
        ({"begun_s": None}, "NOT BEGUN"),
    ],
)
def test_a_run_is_judged(change: dict[str, object], verdict: str) -> None:
    assert judge(replace(RAN, **change), PERIOD_S) == verdict  # type: ignore[arg-type]


def test_what_deceives_and_is_not_seen_is_a_risk() -> None:
    slip = replace(CASE, kind="slipped", deceives=True, allowed_s=NEVER_S)
    unseen = replace(RAN, case=slip, codes=())
    assert judge(unseen, PERIOD_S) == "unseen"
    before = replace(unseen, on_at_begin=False, begun_s=0.0)
    assert judge(before, PERIOD_S) == "unseen"
    assert judge(replace(before, begun_s=60.0), PERIOD_S) == "tolerated"
    hotter = replace(unseen, hottest_tumour_c=44.0, codes=("slipped",))
    (row,) = table([(run, judge(run, PERIOD_S)) for run in (unseen, hotter)])
    assert row.unseen_in == ("hold",) and row.hottest_unseen_c == (43.1, 40.2)


def test_only_its_effect_shows_it_so_only_the_reaction_counts() -> None:
    slip = replace(CASE, allowed_s=NEVER_S)
    late = replace(RAN, case=slip, detected_s=90.0, off_s=90.3)
    assert judge(late, PERIOD_S) == "off"
    assert judge(replace(late, off_s=90.5), PERIOD_S) == "LATE"


def test_a_row_holds_the_worst_of_its_runs() -> None:
    other = replace(
        RAN, phase="ramp", off_s=51.2, hottest_tumour_c=42.0, codes=("probe-lost",)
    )
    tolerated = replace(
        RAN, phase="baseline", codes=(), on_at_begin=False, hottest_tumour_c=44.0
    )
    judged = [(ran, judge(ran, PERIOD_S)) for ran in (RAN, RAN, other, tolerated)]
    (row,) = table(judged)
    assert row.case == CASE
    assert row.detected_by == "instrument-silent, probe-lost"
    assert row.verdicts == ("off", "off", "LATE", "tolerated")
    assert row.slowest_off_s == pytest.approx(1.2)
    assert row.hottest_tumour_c == 44.0
    assert row.sentence.startswith("tripped: thermometer")


def test_a_fault_without_a_field_has_no_time_to_off() -> None:
    (row,) = table([(replace(RAN, on_at_begin=False), "off")])
    assert isnan(row.slowest_off_s)


def test_a_title_names_size_place_and_party() -> None:
    assert Case("slipped", "core", size=2.0).title == "slipped 2 on core"
    assert Case("swapped", "core", other="body").title == "swapped on core and body"
    assert Case("detuned", size=0.01).title == "detuned 0.01"
