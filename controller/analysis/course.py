"""A course: the sessions of one subject in order, and the dose that they add up to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from controller.analysis.course_page import BODY
from controller.analysis.html_page import render_page

HOUR_S = 3600.0
NOT_KNOWN = "\N{EN DASH}"


def course(subject: str, runs: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """Link the sessions of a subject, from the names and summaries of run files.

    ``runs`` are (name of the file, figures as ``summarise`` gives them). Sessions come
    in order of their start. ``cem43_min`` is a session's dose by probe;
    ``cumulative_cem43_min`` the sum to its end, over probes of the same name: whether
    they were in the same place each time, the record does not know. A probe that a
    session did not have, or whose dose is not known, adds nothing and is None there.
    """
    mine = [
        (name, summary)
        for name, summary in runs
        if summary["experiment"].get("subject") == subject
    ]
    mine.sort(key=lambda run: (run[1]["started_utc"], run[0]))
    probes = list(dict.fromkeys(p for _, s in mine for p in s["cem43_min"]))
    total_min = dict.fromkeys(probes, 0.0)
    sessions = []
    for number, (name, summary) in enumerate(mine, start=1):
        for probe in probes:
            total_min[probe] += summary["cem43_min"].get(probe) or 0.0
        before = mine[number - 2][1] if number > 1 else None
        sessions.append(
            {
                "number": number,
                **_session(name, summary, probes),
                "since_last_h": None if before is None else _hours(before, summary),
                "cumulative_cem43_min": dict(total_min),
            }
        )
    return {
        "subject": subject,
        "probes": probes,
        "sessions": sessions,
        "cumulative_cem43_min": total_min,
        "simulated": [s["simulated"] for s in sessions],
        "not_completed": sum(not s["completed"] for s in sessions),
    }


def subjects(runs: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
    """Return the subjects that runs name, in order of the alphabet."""
    named = {summary["experiment"].get("subject", "") for _, summary in runs}
    return sorted(named - {""})


def rows(linked: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return a row of words for each session, with sums in brackets after the dose."""
    return [
        (
            str(session["number"]),
            session["started_utc"][:16].replace("T", " "),
            session["session"] or NOT_KNOWN,
            _words(session["since_last_h"], ".1f"),
            f"{session['setpoint_c']:g}",
            f"{session['hold_s'] / 60.0:.1f}",
            *(
                f"{_words(session['cem43_min'][probe], '.3g')} "
                f"({session['cumulative_cem43_min'][probe]:.3g})"
                for probe in linked["probes"]
            ),
            _ended(session),
        )
        for session in linked["sessions"]
    ]


def headings(linked: dict[str, Any]) -> tuple[str, ...]:
    """Return the headings of ``rows``."""
    fixed = ("", "started, UTC", "session", "h since", "°C", "hold, min")
    return (*fixed, *linked["probes"], "ended")


def render(linked: dict[str, Any]) -> str:
    """Write the course as one HTML page with nothing outside of itself."""
    count = len(linked["sessions"])
    return render_page(
        BODY,
        title=f"Course of {linked['subject']}",
        lead=f"{count} session{'' if count == 1 else 's'}",
        bands=_bands(linked, count),
        totals=[
            (probe, f"{dose_min:.3g}")
            for probe, dose_min in linked["cumulative_cem43_min"].items()
        ],
        headings=headings(linked),
        rows=rows(linked),
        files=[session["file"] for session in linked["sessions"]],
    )


def _bands(linked: dict[str, Any], count: int) -> list[tuple[str, str, str]]:
    """Say first what a reader must not overlook."""
    kinds, bands = set(linked["simulated"]), []
    if kinds == {True}:
        bands.append(("simulated", "SIMULATED", "Nobody was treated."))
    elif True in kinds:
        words = "Some sessions were real, some simulated."
        bands.append(("mixed", "PARTLY SIMULATED", words))
    if linked["not_completed"]:
        words = f"{linked['not_completed']} of {count} sessions did not complete; the "
        words += "dose that they gave is counted."
        bands.append(("incomplete", "INCOMPLETE", words))
    return bands


def _session(name: str, summary: dict[str, Any], probes: list[str]) -> dict[str, Any]:
    kept = ("started_utc", "simulated", "completed", "exit_reason", "setpoint_c")
    return {
        "file": name,
        "session": summary["experiment"].get("session", ""),
        **{key: summary[key] for key in kept},
        "hold_s": summary["hold_s"],
        "cem43_min": {probe: summary["cem43_min"].get(probe) for probe in probes},
    }


def _hours(before: dict[str, Any], after: dict[str, Any]) -> float:
    """Return the time in h from the start of one session to that of another."""
    starts = [datetime.fromisoformat(one["started_utc"]) for one in (before, after)]
    return (starts[1] - starts[0]).total_seconds() / HOUR_S


def _ended(session: dict[str, Any]) -> str:
    mark = "SIMULATED, " if session["simulated"] else ""
    if session["completed"]:
        return mark + "completed"
    return mark + (session["exit_reason"] or "NOT COMPLETED: the record was cut off")


def _words(value: float | None, form: str) -> str:
    return NOT_KNOWN if value is None else f"{value:{form}}"
