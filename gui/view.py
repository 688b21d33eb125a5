"""What the window shows at one moment: frozen texts, levels, numbers and curves."""

from dataclasses import dataclass

from gui.look import Level
from gui.pyramid import Pyramid


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence with its level; an empty text shows nothing.

    ``flash_hz`` is 0 for a notice that is steady.
    """

    text: str = ""
    level: Level = "quiet"
    flash_hz: float = 0.0


@dataclass(frozen=True, slots=True)
class ProbeView:
    """One probe's line: the colour of its ``role`` and ``style`` are its curve's."""

    name: str
    role: str
    style: int
    reading: str
    reading_ok: bool
    remark: str
    dose: str
    dose_range: str


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
    ends: str
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
    t90: str


@dataclass(frozen=True, slots=True)
class ControlsView:
    """What may be asked now: names of requests, and the bounds of their numbers.

    ``manual_a_per_m`` is None while the loop controls, ``commanded_a_per_m`` is what
    either of them asks of the supply; ``answer`` is the newest word of the engine.
    """

    allowed: frozenset[str]
    setpoint_c: float | None
    setpoint_range_c: tuple[float, float] | None
    manual_a_per_m: float | None
    commanded_a_per_m: float | None
    bound_a_per_m: float | None
    answer: Notice


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve: its name, the role that gives the colour, line style and samples."""

    name: str
    role: str
    style: int
    samples: Pyramid


@dataclass(frozen=True, slots=True)
class Line:
    """A level line of the plot, at a temperature in °C, with its words."""

    value_c: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An event on the time axis, at a run time in s."""

    t_s: float
    text: str


@dataclass(frozen=True, slots=True)
class PlotView:
    """The plots: temperatures above, shares in percent below, events across both."""

    curves: tuple[Curve, ...]
    shares: tuple[Curve, ...]
    setpoint: Line | None
    band_c: tuple[float, float] | None
    band_text: str
    trips: tuple[Line, ...]
    marks: tuple[Mark, ...]


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
    controls: ControlsView
    notices: tuple[Notice, ...]
    field: Notice
    events: tuple[str, ...]
    plot: PlotView
