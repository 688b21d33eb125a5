"""Plays a record: a position in time, and the view that it gives. No Qt, no clock."""

from dataclasses import replace

import numpy as np

from gui import runs_texts as texts
from gui.presenter import Presenter
from gui.pyramid import Pyramid
from gui.replay_source import ReplaySource
from gui.runs_reader import Floats
from gui.view import Curve, Notice, View
from gui.wording import clock, words


class Playback:
    """What a replay shows: the presenter of a live run, fed with a record.

    ``position_s`` is a run time; what comes after it is not shown, as it was not then.
    """

    def __init__(self, source: ReplaySource) -> None:
        self.source = source
        self.from_s, self.to_s = source.span_s()
        self.position_s = self.to_s
        self.playing = False
        self.speed = 1.0
        times_s = source.t_s
        before_s = np.r_[-np.inf, np.maximum.accumulate(times_s)][: len(times_s)]
        # A clock that stepped back: each curve leaves out what it already has passed.
        self._kept = np.flatnonzero(times_s > before_s)
        self._times_s = times_s[self._kept]
        self._begin()

    def seek(self, position_s: float) -> None:
        """Go to a run time in s, bounded by the record."""
        self.position_s = min(max(position_s, self.from_s), self.to_s)

    def play(self) -> None:
        """Play on, from the start where the end had been reached."""
        if self.position_s >= self.to_s:
            self.position_s = self.from_s
        self.playing = True

    def pause(self) -> None:
        """Stand still."""
        self.playing = False

    def advance(self, wall_s: float) -> None:
        """Take that ``wall_s`` have gone by on the wall; pauses at the end."""
        if self.playing and wall_s > 0.0:
            self.seek(self.position_s + self.speed * wall_s)
            self.playing = self.position_s < self.to_s

    def event_times_s(self) -> list[float]:
        """Give the run times in s of the events, each once."""
        return sorted({t_s for t_s, _ in self.source.events})

    def view(self) -> View:
        """Build what was on the screen at the position."""
        if self.position_s < self._shown_s:
            self._begin()
        self._take_up_to(self.position_s)
        shown = self._presenter.view(self.position_s)
        plot = shown.plot
        return replace(
            shown,
            band=self._band(shown.band),
            shut_off=self._cut_off(),
            field=replace(
                shown.field, text=texts.REPLAY_FIELD.format(words=shown.field.text)
            ),
            plot=replace(
                plot,
                curves=tuple(self._drawn(curve) for curve in plot.curves),
                shares=tuple(self._drawn(curve) for curve in plot.shares),
            ),
        )

    def _begin(self) -> None:
        """Forget what came after a position that is gone back to."""
        self._presenter = Presenter()
        self._presenter.take(self.source.hello, self.from_s)
        series = self._series()
        self._pyramids: dict[str, Pyramid] = {name: Pyramid() for name in series}
        self._events_taken = self._samples_taken = 0
        self._shown_s = -np.inf
        self._shown_tick: int | None = None
        self._ended = False

    def _take_up_to(self, position_s: float) -> None:
        events = self.source.events
        while (n := self._events_taken) < len(events) and events[n][0] <= position_s:
            self._presenter.take(events[n][1], events[n][0])
            self._events_taken += 1
        self._extend(position_s)
        tick = self.source.tick_at(position_s)
        if len(self.source.t_s) and tick != self._shown_tick:
            self._presenter.take(self.source.snapshot(tick), position_s)
            self._shown_tick = tick
        end = self.source.end()
        if position_s >= self.to_s and end is not None and not self._ended:
            self._presenter.take(end, position_s)
            self._ended = True
        self._shown_s = position_s

    def _extend(self, position_s: float) -> None:
        first = self._samples_taken
        end = int(np.searchsorted(self._times_s, position_s, side="right"))
        if end > first:
            for name, values in self._series().items():
                fresh = values[self._kept[first:end]]
                self._pyramids[name].extend(self._times_s[first:end], fresh)
            self._samples_taken = end

    def _series(self) -> dict[str, Floats]:
        """Give every series by its name; a share is no probe of the same name."""
        shares = self.source.shares.items()
        return self.source.curves | {f"share {name}": s for name, s in shares}

    def _drawn(self, curve: Curve) -> Curve:
        known = self._pyramids.get(curve.name)
        if known is None:
            known = self._pyramids.get(f"share {curve.role}", curve.samples)
        return replace(curve, samples=known)

    def _band(self, bench: Notice) -> Notice:
        started = self.source.started_utc[:19].replace("T", " ")
        text = texts.REPLAY_BAND.format(started=started, bench=bench.text)
        return replace(bench, text=text)

    def _cut_off(self) -> Notice:
        if self.source.completed:
            return Notice()
        return Notice(texts.INCOMPLETE.format(time=clock(self.to_s)), "fault")

    def name(self) -> str:
        """Give the run's name."""
        return words(self.source.hello, "name")
