"""``amf campaign``: run the fault matrix, print its table and keep it."""

import csv
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import track
from rich.table import Table

from controller import campaign
from controller.analysis.campaign import (
    NEVER_S,
    PHASES,
    Case,
    Ran,
    Row,
    Verdict,
    judge,
    table,
)
from controller.config.loading import Loaded, load
from controller.decisions.ceiling import permitted_amplitude

FAILED, ENDED = 1, 3
WIDE = 160  # in a file there is no edge to fold at
COLUMNS = (
    "fault",
    "runs",
    "seen by",
    "off after s",
    "allowed s",
    "tumour °C",
    "healthy °C",
    "H·f share",
    "ends",
)


def run(config: Path, *, seeds: int, full: bool, out: Path | None) -> int:
    """Run every fault in every phase; exit 1 if one did not end safe, 3 on Ctrl-C."""
    loaded = load(config)
    found = campaign.cases(loaded)
    listed = campaign.jobs(config, found, seeds=seeds, full=full)
    shown = track(
        campaign.run_all(listed),
        f"{len(found)} faults × {len(PHASES)} phases × {seeds}",
        total=len(listed),
        console=Console(stderr=True),
    )
    judged = list[tuple[Ran, Verdict]]()
    try:
        for ran in shown:
            judged.append((ran, judge(ran, loaded.settings.period_s)))
    except KeyboardInterrupt:
        done = f"{len(judged)} of {len(listed)} runs"
        print(f"stopped after {done}: no table", file=sys.stderr)
        return ENDED
    rows = table(judged)
    _show(loaded, rows)
    print(closing(loaded, judged))
    print("residual risks, not seen while the field was on:")
    print("\n".join([f"- {risk}" for risk in risks(loaded, rows)]))
    for path in save(loaded, judged, rows, loaded.out if out is None else out):
        print(path)
    bad = any(verdict.isupper() for _, verdict in judged)
    return FAILED if bad else 0


def closing(loaded: Loaded, judged: list[tuple[Ran, Verdict]]) -> str:
    """Say in one line a count what the campaign came to."""
    count = Counter(verdict for _, verdict in judged)
    runs = [ran for ran, _ in judged]
    tumour_c = max(ran.hottest_tumour_c for ran in runs)
    healthy_c = max(ran.hottest_healthy_c for ran in runs)
    limit = loaded.settings.ceiling.limit_a_per_m_s
    ends = ", ".join(f"{number} {verdict}" for verdict, number in count.most_common())
    lines = [
        f"{len(judged)} runs: {ends}",
        f"unsafe ends: {count['UNSAFE']}; later off than allowed: {count['LATE']}",
        f"after a fault: hottest true tumour {tumour_c:.2f} °C, healthy "
        f"{healthy_c:.2f} °C",
        f"highest true H·f: {max(ran.hf_share for ran in runs):.3f} of the ceiling of "
        f"{limit:.4g} A/(m·s)",
        f"records complete: {sum(ran.record_complete for ran in runs)} of {len(runs)}",
    ]
    return "\n".join(lines)


def save(
    loaded: Loaded, judged: list[tuple[Ran, Verdict]], rows: list[Row], folder: Path
) -> list[Path]:
    """Write every run as CSV and the table as Markdown; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    stem = folder / f"{stamp}_{loaded.name}_campaign"
    runs, page = stem.with_suffix(".csv"), stem.with_suffix(".md")
    with runs.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for number, (ran, verdict) in enumerate(judged):
            line = {**asdict(ran), "verdict": verdict, "case": ran.case.title}
            line["codes"] = " ".join(ran.codes)
            if number == 0:
                writer.writerow(line)
            writer.writerow(line.values())
    page.write_text(markdown(loaded, judged, rows), encoding="utf-8")
    return [runs, page]


def markdown(loaded: Loaded, judged: list[tuple[Ran, Verdict]], rows: list[Row]) -> str:
    """Return the table, and the residual risks, as Markdown."""
    head = [" | ".join(COLUMNS), " | ".join("---" for _ in COLUMNS)]
    body = [" | ".join(_cells(row)) for row in rows]
    said = [f"- {row.case.title}: {row.sentence}" for row in rows if row.detected_by]
    parts = [
        f"# Fault campaign on {loaded.name}",
        closing(loaded, judged).replace("\n", "  \n"),
        "\n".join(f"| {line} |" for line in head + body),
        "## Residual risks: what nothing saw while the field was on",
        "\n".join(f"- {risk}" for risk in risks(loaded, rows)),
        "## What was said",
        "\n".join(said) or "Nothing.",
    ]
    return "\n\n".join(parts) + "\n"


def risks(loaded: Loaded, rows: list[Row]) -> list[str]:
    """Say of each fault that was not seen how hot it became; last what none can see."""
    unseen = [
        f"{row.case.title}: not seen in {row.verdicts.count('unseen')} of "
        f"{len(row.verdicts)} runs ({', '.join(row.unseen_in)}); true tumour up to "
        f"{row.hottest_unseen_c[0]:.2f} °C, healthy up to "
        f"{row.hottest_unseen_c[1]:.2f} °C"
        for row in rows
        if row.unseen_in
    ]
    return [*unseen, _no_forestalling(loaded)]


def _no_forestalling(loaded: Loaded) -> str:
    """Say which jump of the field could pass the ceiling before anybody can act."""
    ceiling, sensor = loaded.settings.ceiling, loaded.settings.field_sensor
    frequency_hz = loaded.settings.applicator.frequency_hz
    full = permitted_amplitude(frequency_hz, ceiling)
    room = ceiling.limit_a_per_m_s / (full * frequency_hz)
    last_s = 2.0 * loaded.settings.period_s
    until = "for as long as it lasts: there is no field sensor"
    if sensor is not None:
        until = (
            f"until the field sensor's next reading, {sensor.update_s + last_s:.1f} s"
        )
    return (
        f"a field of each ampere that rises at once by more than {room - 1.0:.0%} at "
        "full power, with V/I unchanged, is above the ceiling "
        f"{until}; no cause is known: neither coil nor capacitor is exchanged without "
        "breaking the current, and a shorted turn detunes the tank"
    )


def _show(loaded: Loaded, rows: list[Row]) -> None:
    shown = Table(title=f"faults on {loaded.name}", title_justify="left", box=SIMPLE)
    for column in COLUMNS:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*_cells(row))
    console = Console()
    Console(width=None if console.is_terminal else WIDE).print(shown)


def _cells(row: Row) -> tuple[str, ...]:
    counts = Counter(row.verdicts)
    return (
        row.case.title,
        str(len(row.verdicts)),
        row.detected_by or "–",
        "–" if row.slowest_off_s != row.slowest_off_s else f"{row.slowest_off_s:.1f}",
        _allowed(row.case),
        f"{row.hottest_tumour_c:.2f}",
        f"{row.hottest_healthy_c:.2f}",
        f"{row.hf_share:.3f}",
        ", ".join(f"{number} {verdict}" for verdict, number in counts.most_common()),
    )


def _allowed(case: Case) -> str:
    return "by effect" if case.allowed_s == NEVER_S else f"{case.allowed_s:.1f}"
