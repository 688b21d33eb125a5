"""What the plots show of the run so far: samples, lines and events. No Qt."""

from collections import deque

from gui import texts
from gui.pyramid import Pyramid
from gui.readouts import seat_of, styled_probes
from gui.view import Curve, Line, Mark, PlotView
from gui.wording import Message, fixed, number, pair, part, parts, words

MARKS_KEPT = 500
NAN = float("nan")


class History:
    """Samples of every probe and of the shares of H·f and power, and the events."""

    def __init__(self) -> None:
        self._probes: dict[str, Pyramid] = {}
        self._shares = {"hf": Pyramid(), "power": Pyramid()}
        self._marks: deque[Mark] = deque(maxlen=MARKS_KEPT)

    def take_hello(self, hello: Message) -> None:
        """Begin anew with the probes of a bench."""
        self._probes = {words(p, "name"): Pyramid() for p in parts(hello, "probes")}
        self._shares = {"hf": Pyramid(), "power": Pyramid()}
        self._marks.clear()

    def take_snapshot(self, snapshot: Message) -> None:
        """Add a sample to every curve; what is not known becomes a gap."""
        t_s = number(snapshot, "t_s")
        if t_s is None:
            return
        for probe in parts(snapshot, "probes"):
            samples = self._probes.setdefault(words(probe, "name"), Pyramid())
            samples.append(t_s, _or_nan(number(probe, "value_c")))
        hf_share = number(part(snapshot, "field"), "share")
        power_share = number(snapshot, "power_share")
        self._shares["hf"].append(t_s, 100.0 * _or_nan(hf_share))
        self._shares["power"].append(t_s, 100.0 * _or_nan(power_share))

    def take_event(self, event: Message) -> None:
        """Put an event on the time axis."""
        t_s = number(event, "t_s")
        if t_s is not None:
            self._marks.append(Mark(t_s, words(event, "sentence")))

    def view(self, hello: Message, snapshot: Message) -> PlotView:
        """Build what the plots show."""
        band_c = pair(hello, "band_c")
        return PlotView(
            curves=tuple(
                Curve(p.name, p.role, p.style, self._probes[p.name])
                for p in styled_probes(hello)
            ),
            shares=tuple(
                Curve(texts.SHARES[name], name, style, samples)
                for style, (name, samples) in enumerate(self._shares.items())
            ),
            setpoint=_setpoint_line(snapshot),
            band_c=band_c,
            band_text=""
            if band_c is None
            else texts.BAND.format(low=f"{band_c[0]:g}", high=f"{band_c[1]:g}"),
            trips=_trip_lines(hello),
            marks=tuple(self._marks),
        )


def _or_nan(value: float | None) -> float:
    return NAN if value is None else value


def _setpoint_line(snapshot: Message) -> Line | None:
    value_c = number(snapshot, "setpoint_c")
    if value_c is None:
        return None
    return Line(value_c, texts.SETPOINT_LINE.format(value=fixed(value_c, 1)))


def _trip_lines(hello: Message) -> tuple[Line, ...]:
    """Give one line for each trip temperature, with the roles that share it."""
    sharers: dict[float, dict[str, None]] = {}
    for probe in parts(hello, "probes"):
        trip_c = number(probe, "trip_c")
        if trip_c is not None:
            sharers.setdefault(trip_c, {})[seat_of(probe)] = None
    return tuple(
        Line(trip_c, texts.TRIP_LINE.format(trip=f"{trip_c:g}", roles=", ".join(roles)))
        for trip_c, roles in sharers.items()
    )
