"""What the list of runs says of each run file, and the search in it. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gui import runs_texts as texts
from gui.replay_source import kinds_of
from gui.runs_reader import Floats, RecordFile
from gui.wording import Message, clock, fixed, number, part, parts, powers, words

SPARK_POINTS = 120
SUBJECT = "subject"
FIRST_KEYS = (SUBJECT, "session", "operator", "project")


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run file. ``spark`` is (times in s, controlled temperatures in °C)."""

    path: Path
    name: str
    started_utc: str
    version: str
    kind: str
    experiment: Mapping[str, str]
    profile: str
    limit: str
    setpoint_c: float | None
    lasted_s: float | None
    doses_min: Mapping[str, float | None]
    lowest_dose_min: float | None
    ended: str
    reason: str
    spark: tuple[Floats, Floats]

    @property
    def subject(self) -> str:
        """The subject that the experiment names; "" for none."""
        return self.experiment.get(SUBJECT, "")

    def told(self) -> list[str]:
        """Give what the experiment says, who and what first."""
        first = [key for key in FIRST_KEYS if self.experiment.get(key)]
        rest = [key for key in self.experiment if key not in FIRST_KEYS]
        return [self.experiment[key] for key in (*first, *rest)]

    @property
    def started(self) -> str:
        """When it started, to the second, in UTC."""
        return self.started_utc[:19].replace("T", " ")


def kind_of(header: Message) -> str:
    """Say whether a run's bench was simulated, real, or mixed of both."""
    kinds = set(kinds_of(header).values())
    if "real" not in kinds:
        return "simulated"
    return "real" if kinds == {"real"} else "mixed"


def read_entry(path: Path) -> RunEntry:
    """Read what the list shows of a run file. Raises RunFileError."""
    with RecordFile(path) as file:
        header, settings = file.header, file.settings
        ceiling = part(settings, "ceiling")
        last = _last_tick(file)
        doses_min = _doses_min(file, last)
        experiment = part(header, "experiment")
        return RunEntry(
            path=path,
            name=words(header, "name"),
            started_utc=words(header, "started_utc"),
            version=words(header, "version"),
            kind=kind_of(header),
            experiment={key: str(experiment[key]) for key in experiment},
            profile=words(ceiling, "profile"),
            limit=powers(number(ceiling, "limit_a_per_m_s")),
            setpoint_c=number(part(settings, "treatment"), "setpoint_c"),
            lasted_s=number(last, "t_s"),
            doses_min=doses_min,
            lowest_dose_min=_lowest_min(settings, doses_min),
            ended=_ended(file),
            reason=words(file.results, "exit_reason"),
            spark=_spark(file, last),
        )


def matches(entry: RunEntry, query: str) -> bool:
    """Say whether a run has every word of a query, ``key:word`` in that field only.

    Capitals do not count. A key is one of the experiment's, or name, profile, kind.
    """
    fields = {"name": entry.name, "profile": entry.profile, "kind": entry.kind}
    fields |= {key.lower(): value for key, value in entry.experiment.items()}
    anywhere = " ".join([*fields.values(), entry.started, entry.ended, entry.path.name])
    return all(_has(fields, anywhere, word) for word in query.lower().split())


def summary_lines(entry: RunEntry) -> list[str]:
    """Write what a run was and how it ended."""
    doses = ", ".join(f"{p} {fixed(v, 2)}" for p, v in entry.doses_min.items())
    return [
        texts.SUMMARY.format(
            name=entry.name,
            started=entry.started,
            kind=texts.KINDS.get(entry.kind, entry.kind),
            version=entry.version or texts.NOTHING,
        ),
        "   ·   ".join(f"{key}: {value}" for key, value in entry.experiment.items()),
        texts.RESULT.format(
            profile=entry.profile,
            limit=entry.limit,
            setpoint=fixed(entry.setpoint_c, 1),
        ),
        texts.DOSES.format(doses=doses or texts.NOTHING),
        f"{entry.reason or entry.ended}   ·   {clock(entry.lasted_s)}",
    ]


def _has(fields: Mapping[str, str], anywhere: str, word: str) -> bool:
    key, colon, wanted = word.partition(":")
    if colon and key in fields:
        return wanted in fields[key].lower()
    return word in anywhere.lower()


def _ended(file: RecordFile) -> str:
    code = number(file.results, "exit_code")
    if not file.completed or code is None:
        return texts.CUT_OFF
    return texts.ENDINGS.get(int(code), texts.ENDED_OTHER.format(code=int(code)))


def _last_tick(file: RecordFile) -> Message:
    rows = file.rows("SELECT seq, t_s FROM ticks ORDER BY seq DESC LIMIT 1")
    return rows[0] if rows else {}


def _doses_min(file: RecordFile, last: Message) -> dict[str, float | None]:
    query = "SELECT cem43_min FROM readings WHERE seq = ? ORDER BY probe"
    found = file.rows(query, [last.get("seq")])
    names = [words(probe, "name") for probe in parts(file.settings, "probes")]
    pairs = zip(names, found, strict=False)
    return {name: number(row, "cem43_min") for name, row in pairs}


def _lowest_min(
    settings: Message, doses_min: Mapping[str, float | None]
) -> float | None:
    """Give the smallest dose of the tumour's probes; None without any."""
    tumour = [
        doses_min.get(words(probe, "name"))
        for probe in parts(settings, "probes")
        if words(probe, "role") in ("core", "margin")
    ]
    return min((dose for dose in tumour if dose is not None), default=None)


def _spark(file: RecordFile, last: Message) -> tuple[Floats, Floats]:
    """Read evenly spaced ticks: by their number, so that a day costs no more."""
    seq = number(last, "seq") or 0.0
    step = seq / (SPARK_POINTS - 1)
    wanted = ", ".join(str(round(n * step)) for n in range(SPARK_POINTS))
    times_s, values_c = file.arrays(
        f"SELECT t_s, controlled_c FROM ticks WHERE seq IN ({wanted}) ORDER BY seq"
    )
    return times_s, values_c
