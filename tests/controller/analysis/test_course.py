"""The sessions of a subject in order, with doses that add up."""

from typing import Any

import pytest

from controller.analysis.course import course, headings, render, rows, subjects


def session(
    started_utc: str, dose_min: dict[str, float | None], **changed: Any
) -> dict[str, Any]:
    return {
        "started_utc": started_utc,
        "experiment": {"subject": "mouse <7>", "session": "one"},
        "simulated": True,
        "completed": True,
        "exit_reason": "completed: held 43 °C",
        "setpoint_c": 43.0,
        "hold_s": 1800.0,
        "cem43_min": dose_min,
        **changed,
    }


DAYS = [
    ("b.sqlite", session("2026-11-21T10:00:00+00:00", {"core": 30.0, "healthy": 0.5})),
    ("a.sqlite", session("2026-11-20T10:00:00+00:00", {"core": 20.0, "healthy": None})),
    (
        "c.sqlite",
        session(
            "2026-11-22T16:00:00+00:00",
            {"core": 5.0, "extra": 1.0},
            completed=False,
            exit_reason="tripped",
        ),
    ),
]
OTHER = ("d.sqlite", session("2026-11-23T10:00:00+00:00", {"core": 99.0}))
OTHER[1]["experiment"] = {"subject": "mouse 8"}


def test_sessions_are_in_order_and_doses_add_up():
    linked = course("mouse <7>", [*DAYS, OTHER])
    sessions = linked["sessions"]
    assert [s["file"] for s in sessions] == ["a.sqlite", "b.sqlite", "c.sqlite"]
    assert [s["since_last_h"] for s in sessions] == [None, 24.0, 30.0]
    sums_min = [s["cumulative_cem43_min"]["core"] for s in sessions]
    assert sums_min == [20.0, 50.0, 55.0]
    assert linked["cumulative_cem43_min"] == {
        "core": 55.0,
        "healthy": 0.5,
        "extra": 1.0,
    }
    assert sessions[0]["cem43_min"] == {"core": 20.0, "healthy": None, "extra": None}
    assert linked["not_completed"] == 1


def test_rows_fit_their_headings_and_say_what_did_not_complete():
    linked = course("mouse <7>", DAYS)
    told = rows(linked)
    assert {len(row) for row in told} == {len(headings(linked))}
    assert told[0][-1] == "SIMULATED, completed"
    assert told[2][-1] == "SIMULATED, tripped"
    assert told[1][headings(linked).index("core")] == "30 (50)"
    assert told[0][headings(linked).index("healthy")] == "– (0)"


@pytest.mark.parametrize(
    "simulated, band",
    [
        ((True, True, True), ">SIMULATED <small>Nobody"),
        ((True, False, True), "PARTLY SIMULATED"),
        ((False, False, False), ""),
    ],
)
def test_page_says_what_was_simulated(simulated, band):
    runs = [
        (name, {**summary, "simulated": flag})
        for (name, summary), flag in zip(DAYS, simulated, strict=True)
    ]
    page = render(course("mouse <7>", runs))
    assert (band in page) if band else ("SIMULATED <" not in page)
    assert "mouse &lt;7&gt;" in page
    assert "1 of 3 sessions" in page
    assert "http" not in page


def test_subjects_are_listed_for_who_mistypes():
    assert subjects([*DAYS, OTHER]) == ["mouse 8", "mouse <7>"]
    assert course("mouse 9", DAYS)["sessions"] == []
