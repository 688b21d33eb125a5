"""The proof of the watchdog relay: without flips it takes the current away.

A tenth of the current is on and seen; the relay's line was flipped up for the last time
and stands there, as a program that hangs leaves it. When the relay's hold time is over
the current has to be gone. Current flows for no longer than 1 s at a time, so a relay
that holds for longer is looked at again, with a current that begins later after the
last flip. That an enable line shows itself in the current is unverified on hardware.
"""

from dataclasses import dataclass, field
from typing import Any

from controller.bench import OpenBench
from controller.decisions.applicator import field_for
from controller.decisions.settings import Settings
from controller.decisions.signals import NAN
from controller.errors import AmfError, BenchError
from controller.guardian.link import Guardian
from controller.host.stop_signals import StopSignal
from controller.instruments.bench_link import BenchLink
from controller.instruments.stations import OFF_CURRENT_A
from controller.instruments.stations_direct import AmplifierStation, HeaterStation
from controller.procedures.calibration_hands import CalibrationEnded, Hands
from controller.procedures.fingerprint_found import (
    FALL_S,
    MOST_CURRENT_S,
    Bursts,
    low_current_a,
)
from controller.procedures.moment import PAUSE_S, Moment
from controller.procedures.proof_pulse import SEEN_SHARE, Proof

SETTLE_S = 0.1
LOOK_EACH_S = 0.02
# For a look that takes longer than the one before.
SPARE_S = 0.1
# As long before the current nothing is sent any more, so that it begins in time.
LEFT_ALONE_S = 0.5
# After the hold time: the contact opens, and the current falls to nothing (assumed).
GONE_S = 0.15
# How much earlier than the last look the next moment's current begins, to be seen.
OVERLAP_S = 0.35
# From its begin, a moment's current is looked at for as long, at least.
WINDOW_S = 0.65
# One, as a rule; a relay that falls much sooner than it may takes up to 8.
MOST_MOMENTS = 10
# What a heater's own timer has to leave, so that it is not what ends the heating.
TIMER_ROOM_S = 0.7


class PulseUnseen(BenchError):
    """No current was there that the relay could have taken away: nothing is proven."""


@dataclass
class Unfed(Moment):
    """A current of ``set_a`` that begins ``lead_s`` after the relay's last flip.

    Times in s since that flip: ``held_s`` of the newest look that began with current,
    ``gone_s`` of the one that showed none any more; NaN while there was none. At
    ``enough_s`` current still flows in vain.
    """

    stop: StopSignal = field(default_factory=StopSignal)
    set_a: float = NAN
    lead_s: float = 0.0
    enough_s: float = NAN
    held_s: float = field(default=NAN, init=False)
    gone_s: float = field(default=NAN, init=False)
    problem: str = field(default="", init=False)
    _flipped_s: float = field(default=NAN, init=False)
    _on_s: float = field(default=NAN, init=False)

    def __post_init__(self) -> None:
        """Look at the field where nothing measures the current."""
        sensor = self.bench.sensor
        self._by_field = isinstance(self.bench.applicator.source, AmplifierStation)
        if self._by_field and sensor is not None:
            self.look = lambda: self.bench.acquisition.call(sensor, sensor.look)

    @property
    def pause_s(self) -> float:
        """Return for how long in s the guardian may hear nothing meanwhile."""
        return PAUSE_S + self.lead_s + MOST_CURRENT_S

    @property
    def left(self) -> str:
        """Return what is measured now, with its unit."""
        drive = self.bench.drive()
        if self._by_field:
            return f"{drive.field_a_per_m:.0f} A/m ({drive.field_quality})"
        return f"{drive.current_a:.2f} A"

    def ready(self) -> None:
        """Flip the line for the last time, and wait."""
        clock, guards = self.bench.clock, self.bench.safeguards
        self.problem = guards.last_flip()
        self._flipped_s = clock.now()
        while (left_s := self._flipped_s + self.lead_s - clock.now()) > 0.0:
            if self.stop.name:
                break
            clock.wait(min(left_s, SPARE_S))
            guards.feed()
            if left_s > LEFT_ALONE_S:  # a supply's own watchdog shall not be the relay
                self.bench.applicator.source.glance()
        self._on_s = clock.now()

    def stay(self) -> None:
        """Look at the current until it is gone, or its time is over."""
        clock, source = self.bench.clock, self.bench.applicator.source
        asked_s = self._on_s + self.settle_s
        took_s = clock.now() - asked_s
        if not self._seen():
            return
        while not self._gone():
            self.held_s = asked_s - self._flipped_s
            clock.wait(LOOK_EACH_S)
            asked_s = clock.now()
            # one more look, the write that ends the current, and its fall
            end_s = asked_s + 2.0 * took_s + SPARE_S + FALL_S
            in_vain = self.held_s >= self.enough_s or self.stop.name
            if in_vain or end_s > self._on_s + MOST_CURRENT_S:
                return
            self.bench.safeguards.feed()
            source.glance()
            self.look()
            took_s = clock.now() - asked_s
            if source.trouble is not None:
                return
        self.gone_s = clock.now() - self._flipped_s

    def _seen(self) -> bool:
        drive, applicator = self.bench.drive(), self.bench.settings.applicator
        if self._by_field:
            expected = field_for(self.set_a, applicator)
            return drive.field_a_per_m >= SEEN_SHARE * expected
        return drive.current_a >= SEEN_SHARE * self.set_a

    def _gone(self) -> bool:
        if self._by_field:
            return self.bench.sensor is not None and self.bench.sensor.quiet
        return abs(self.bench.drive().current_a) <= OFF_CURRENT_A


def prove_relay(
    bench: OpenBench, settings: Settings, stop: StopSignal, guardian: Guardian
) -> Proof:
    """Prove that the bench's relay takes the current away.

    The field is off when this returns. ``detail`` has ``waived``: why nothing could be
    proven or disproven, "" as a rule.
    """
    hands, found = Hands(bench.link, settings, stop, guardian), dict[str, Any]()
    problem, sentence = "", _apart(bench)
    found["waived"] = sentence
    try:
        sentence = sentence or _proven(hands, found)
    except AmfError as error:
        problem = str(error)
        found["waived"] = problem if isinstance(error, PulseUnseen) else ""
    finally:
        report = hands.off()
    problem = problem or report.stuck
    if problem:
        sentence = f"the watchdog relay is not proven: {problem}"
    return Proof(problem, sentence, report, found)


def _apart(bench: OpenBench) -> str:
    """Say that no wire leads from the relay to what makes the field, "" if one does."""
    source, lines = bench.link.applicator.source.name, _lines(bench.link)
    kinds = bench.kinds[lines], bench.kinds[source]
    if kinds[0] == kinds[1]:
        return ""
    return (
        f"the watchdog relay is not proven: {lines} is {kinds[0]} and {source} is "
        f"{kinds[1]}, so that no wire leads from one to the other"
    )


def _lines(link: BenchLink) -> str:
    """Return the name of the adapter that the relay hangs on."""
    return "no adapter" if link.contacts is None else link.contacts.name


def _proven(hands: Hands, found: dict[str, Any]) -> str:
    """Look at one moment after the other; return the sentence of a good relay.

    Raises:
        PulseUnseen: no current was seen.
        BenchError: the relay leaves it on.
        CalibrationEnded: it cannot be told, or something else went wrong.
    """
    lines, hold_s = _lines(hands.bench), hands.bench.safeguards.relay_hold_s
    _beside_timer(hands.bench, hold_s)
    settings, first_s = hands.settings, max(0.0, hold_s + GONE_S - WINDOW_S)
    lead_s = first_s
    set_a = low_current_a(settings, (settings.applicator.frequency_hz,))
    found |= {"set_a": set_a, "hold_s": hold_s}
    for _ in range(MOST_MOMENTS):
        one = _moment(hands, set_a, lead_s, hold_s)
        found |= {"held_s": one.held_s, "gone_s": one.gone_s}
        if one.gone_s == one.gone_s:
            return (
                f"watchdog relay proven: {set_a:.2f} A were set, {one.left} are left "
                f"{one.gone_s:.2f} s after its last flip; it may hold for {hold_s:g} s"
            )
        if one.held_s >= one.enough_s:
            raise BenchError(_welded(one, lines, hold_s))
        if one.held_s == one.held_s:
            first_s, lead_s = 0.0, max(0.0, one.held_s - OVERLAP_S)
        elif first_s > 0.0:  # it may fall sooner than it has to
            first_s = lead_s = 0.0
        else:
            raise PulseUnseen(
                f"the pulse is not seen: expected {set_a:.2f} A, measured {one.left}, "
                f"limit half of it; does the relay hold for {lead_s + SETTLE_S:.1f} s "
                f"after a flip of {lines}?"
            )
        hands.off()  # and waits until no current is left
    raise CalibrationEnded(
        f"{MOST_MOMENTS} moments of {MOST_CURRENT_S:g} s did not reach the end of its "
        f"hold of {hold_s:g} s; give {hands.bench.applicator.source.name} a faster link"
    )


def _moment(hands: Hands, set_a: float, lead_s: float, hold_s: float) -> Unfed:
    """Have the relay pulled in, then let a current flow that nobody keeps alive.

    Hands of its own: the relay may have taken the output away from those before.
    """
    link, settings, stop = hands.bench, hands.settings, hands.stop
    mine = Hands(link, settings, stop, hands.guardian)
    mine.start()
    mine.tick()
    mine.wait(hold_s)
    one = Unfed(
        link,
        SETTLE_S,
        stop=stop,
        set_a=set_a,
        lead_s=lead_s,
        enough_s=hold_s + GONE_S,
    )
    Bursts(mine, set_a).take(one)
    if one.problem:
        raise BenchError(one.problem)
    return one


def _welded(one: Unfed, lines: str, hold_s: float) -> str:
    source = one.bench.applicator.source.name
    return (
        f"the relay on {lines} does not cut {source}: expected no current {hold_s:g} s "
        f"after its last flip (contacts.relay_hold_s), measured {one.left} after "
        f"{one.held_s:.2f} s; is its contact welded, in no enable line, or held by a "
        "line that stands still?"
    )


def _beside_timer(link: BenchLink, hold_s: float) -> None:
    source = link.applicator.source
    if not isinstance(source, HeaterStation):
        return
    longest_s = source.timer_s - TIMER_ROOM_S
    if not hold_s <= longest_s:
        raise BenchError(
            f"contacts.relay_hold_s = {hold_s:g} is too long beside heat_timer_s = "
            f"{source.timer_s:g}, which would end the heating itself: at most "
            f"{longest_s:g} s, or a longer timer"
        )
