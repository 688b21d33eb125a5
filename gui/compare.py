"""Two runs side by side: aligned at the start of heating, figures, what differs. No Qt.

The figures are those of ``amf report --json``; here they are only put next to each
other.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gui import runs_texts as texts
from gui.pyramid import Pyramid
from gui.runs_index import kind_of
from gui.runs_reader import Floats, RecordFile
from gui.view import Notice
from gui.wording import Message, fixed, number, part, powers, words

Row = tuple[str, str, str]
_TICKS = (
    "SELECT t_s, controlled_c, setpoint_c, hf_a_per_m_s, command_output_on "
    "FROM ticks ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class Course:
    """One run's curves over the time in s since heating began, as pyramids.

    ``heated_s`` is the run time at which the output first was commanded on, None where
    it never was; ``hf`` is the share of the ceiling in percent.
    """

    name: str
    started: str
    heated_s: float | None
    controlled_c: Pyramid
    setpoint_c: Pyramid
    hf: Pyramid
    settings: Message
    kind: str

    def span_s(self) -> tuple[float, float]:
        """Give the first and the last time in s, seen from the start of heating."""
        return self.controlled_c.span_s() or (0.0, 0.0)


def read_course(path: Path) -> Course:
    """Read the curves of a run. Raises RunFileError."""
    with RecordFile(path) as file:
        t_s, controlled_c, setpoint_c, hf, on = file.arrays(_TICKS)
        limit = number(part(file.settings, "ceiling"), "limit_a_per_m_s")
        began = np.flatnonzero(on == 1.0)
        heated_s = float(t_s[began[0]]) if len(began) else None
        origin_s = heated_s if heated_s is not None else (t_s[0] if len(t_s) else 0.0)
        since_s = t_s - origin_s
        return Course(
            name=words(file.header, "name"),
            started=words(file.header, "started_utc")[:19].replace("T", " "),
            heated_s=heated_s,
            controlled_c=_pyramid(since_s, controlled_c),
            setpoint_c=_pyramid(since_s, setpoint_c),
            hf=_pyramid(since_s, 100.0 * hf / (limit or float("nan"))),
            settings=file.settings,
            kind=kind_of(file.header),
        )


def band_of(courses: Sequence[Course]) -> Notice:
    """Say which runs were of a simulated bench; nothing where both were real."""
    kinds = {run.kind for run in courses}
    if kinds == {"real"}:
        return Notice()
    if kinds == {"simulated"}:
        return Notice(texts.COMPARE_SIMULATED, "caution")
    both = zip(texts.RUN_LETTERS, courses, strict=True)
    said = [f"{letter}: {texts.KINDS[run.kind]}" for letter, run in both]
    return Notice(texts.COMPARE_MIXED.format(runs="   ".join(said)), "fault")


def figure_rows(first: Message, second: Message) -> list[Row]:
    """Write the figures of two summaries side by side, doses and endings last."""
    found = [
        (caption, _figure(first, key, digits), _figure(second, key, digits))
        for caption, key, digits in texts.FIGURES
    ]
    doses = [part(summary, "cem43_min") for summary in (first, second)]
    for probe in dict.fromkeys([*doses[0], *doses[1]]):
        cells = [fixed(number(dose, probe), 2) for dose in doses]
        found.append((texts.DOSE_FIGURE.format(probe=probe), cells[0], cells[1]))
    ended = [
        words(summary, "exit_reason") or texts.CUT_OFF for summary in (first, second)
    ]
    return [*found, (texts.ENDED_FIGURE, ended[0], ended[1])]


def setting_rows(first: Message, second: Message) -> list[Row]:
    """List the settings in which two runs differ, by their dotted keys."""
    flat = [dict(_flat(settings)) for settings in (first, second)]
    keys = dict.fromkeys([*flat[0], *flat[1]])
    return [
        (key, *_both(flat, key)) for key in keys if flat[0].get(key) != flat[1].get(key)
    ]


def _pyramid(since_s: Floats, values: Floats) -> Pyramid:
    """Build a curve; where a clock stepped back, what was passed is left out."""
    pyramid = Pyramid()
    before_s = np.r_[-np.inf, np.maximum.accumulate(since_s)][: len(since_s)]
    kept = since_s > before_s
    pyramid.extend(since_s[kept], values[kept])
    return pyramid


def _figure(summary: Message, key: str, digits: int) -> str:
    value = number(summary, key)
    return powers(value) if digits < 0 else fixed(value, digits)


def _flat(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Give each leaf of nested settings under its dotted key."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for number_, inner in enumerate(value):
            yield from _flat(inner, f"{key}.{number_}")
    else:
        yield key, json.dumps(value)


def _both(flat: list[dict[str, str]], key: str) -> tuple[str, str]:
    first, second = (settings.get(key, texts.NOTHING) for settings in flat)
    return first, second
