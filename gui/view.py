"""What the window shows at one moment: frozen texts, levels, numbers and curves."""

from dataclasses import dataclass

from gui.look import Level
from gui.traces import Floats


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence with its level; an empty text shows nothing."""

    text: str = ""
    level: Level = "quiet"


@dataclass(frozen=True, slots=True)
class ProbeView:
    """One probe's line: colour and ``style`` (0, 1, ...) are those of its curve."""

    name: str
    role: str
    colour: str
    style: int
    reading: str
    reading_ok: bool
    remark: str
    dose: str


@dataclass(frozen=True, slots=True)
class HeadView:
    """The line above: what runs, in which phase, for how long."""

    name: str
    phase: str
    phase_level: Level
    setpoint: str
    controlled: str
    in_phase: str
    remaining: str
    run_time: str
    dose: str


@dataclass(frozen=True, slots=True)
class CeilingView:
    """The gauge: ``share`` is H·f over its ceiling, None while not known."""

    share: float | None
    share_words: str
    level: Level
    old: bool
    remark: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DriveView:
    """Read-backs of supply and generator, and the power share asked of them."""

    supply: str
    generator: str
    power: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One probe's curve: (samples,) run times in s and values in °C, NaN for gaps."""

    name: str
    colour: str
    style: int
    times_s: Floats
    values_c: Floats


@dataclass(frozen=True, slots=True)
class Line:
    """A level line of the plot, at a temperature in °C, with its words."""

    value_c: float
    text: str


@dataclass(frozen=True, slots=True)
class PlotView:
    """The temperature plot."""

    curves: tuple[Curve, ...]
    setpoint: Line | None
    band_c: tuple[float, float] | None
    band_text: str
    trips: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The whole window. ``out_of_date``: nothing newer comes, the values are old."""

    out_of_date: bool
    band: Notice
    shut_off: Notice
    head: HeadView
    probes: tuple[ProbeView, ...]
    ceiling: CeilingView
    drive: DriveView
    notices: tuple[Notice, ...]
    field: Notice
    events: tuple[str, ...]
    plot: PlotView
