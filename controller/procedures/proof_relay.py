"""The proof of the watchdog relay: without flips it takes the current away.

A tenth of the current is on and seen; the relay's line was flipped up for the last time
and stands there, as a program that hangs leaves it. Until the relay's hold time is over
the current has to be gone. Current flows for no longer than 1 s at a time, so a relay
that holds for longer is looked at again, with a current that begins later after the
last flip. What an enable line does in a supply that shows it otherwise than by its
current is unverified.
"""

from dataclasses import dataclass, field
from typing import Any

from controller.bench import OpenBench
from controller.decisions.applicator import field_for
from controller.decisions.settings import Settings
from controller.decisions.signals import NAN, Drive
from controller.errors import AmfError, BenchError
from controller.guardian.link import Guardian
from controller.host.stop_signals import StopSignal
from controller.instruments.bench_link import BenchLink
from controller.instruments.contacts import ContactStation
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
# What the next moment needs to see the current, before the last one's end.
OVERLAP_S = 0.35
# Of a hold of 3 s, the longest, each moment looks at 0.4 s at least.
MOST_MOMENTS = 8
# Of a heater's own timer: what ends later may have been ended by that.
TIMER_SHARE = 0.9


class PulseUnseen(BenchError):
    """No current was there that the relay could have cut: nothing is proven."""


@dataclass
class Unfed(Moment):
    """A current of ``set_a`` that begins ``lead_s`` after the relay's last flip.

    Times in s since that flip: ``held_s`` of the newest look that began with current,
    ``gone_s`` of the one that showed none any more; NaN while there was none.
    """

    stop: StopSignal = field(default_factory=StopSignal)
    set_a: float = NAN
    lead_s: float = 0.0
    held_s: float = field(default=NAN, init=False)
    gone_s: float = field(default=NAN, init=False)
    problem: str = field(default="", init=False)
    _flipped_s: float = field(default=NAN, init=False)
    _on_s: float = field(default=NAN, init=False)

    def __post_init__(self) -> None:
        """Look at the field where nothing measures the current."""
        sensor = self.bench.sensor
        if isinstance(self.bench.applicator.source, AmplifierStation) and sensor:
            self.look = lambda: self.bench.acquisition.call(sensor, sensor.look)

    @property
    def pause_s(self) -> float:
        """Return for how long in s the guardian may hear nothing meanwhile."""
        return PAUSE_S + self.lead_s + MOST_CURRENT_S

    def ready(self) -> None:
        """Flip the line for the last time, and wait."""
        clock, guards = self.bench.clock, self.bench.safeguards
        self.problem = guards.last_flip()
        self._flipped_s = clock.now()
        while clock.now() - self._flipped_s < self.lead_s and not self.stop.name:
            clock.wait(LOOK_EACH_S)
        guards.feed()
        self._on_s = clock.now()

    def stay(self) -> None:
        """Look at the current until it is gone, or its time is over."""
        clock, station = self.bench.clock, self.bench.applicator.source
        asked_s = self._on_s + self.settle_s
        took_s = clock.now() - asked_s
        if not self._flows(SEEN_SHARE):
            return
        while self._flows(0.0):
            self.held_s = asked_s - self._flipped_s
            clock.wait(LOOK_EACH_S)
            asked_s = clock.now()
            # one more look, and the write that ends the current
            end_s = asked_s + 2.0 * took_s + FALL_S
            if end_s > self._on_s + MOST_CURRENT_S or self.stop.name:
                return
            self.bench.safeguards.feed()
            station.glance()
            self.look()
            took_s = clock.now() - asked_s
            if station.trouble is not None:
                return
        self.gone_s = clock.now() - self._flipped_s

    def _flows(self, share: float) -> bool:
        """Say whether more than a share of the current flows, or than none is read."""
        drive, sensor = self.bench.drive(), self.bench.sensor
        source = self.bench.applicator.source
        if not isinstance(source, AmplifierStation) or sensor is None:
            return not abs(drive.current_a) <= max(OFF_CURRENT_A, share * self.set_a)
        expected = field_for(self.set_a, self.bench.settings.applicator)
        if share > 0.0:
            return drive.field_a_per_m >= share * expected
        return not sensor.quiet


def relay_of(bench: OpenBench) -> ContactStation | None:
    """Return the contacts that have a watchdog relay, None without one."""
    contacts = bench.link.contacts
    return None if contacts is None or contacts.hold_s is None else contacts


def prove_relay(
    bench: OpenBench, settings: Settings, stop: StopSignal, guardian: Guardian
) -> Proof:
    """Prove that the relay takes the current away; the field is off when this returns.

    ``detail`` has ``waived``: why there was nothing that could be proven, "" else.
    """
    link, found, problem = bench.link, dict[str, Any](waived=_apart(bench)), ""
    hands, sentence = Hands(link, settings, stop, guardian), found["waived"]
    try:
        if not sentence:
            sentence = _proven(link, settings, stop, guardian, found)
    except PulseUnseen as error:
        problem = found["waived"] = str(error)
    except AmfError as error:
        problem = str(error)
    finally:
        report = hands.off()
    problem = problem or report.stuck
    sentence = problem and f"the watchdog relay is not proven: {problem}" or sentence
    return Proof(problem, sentence, report, found)


def _apart(bench: OpenBench) -> str:
    """Say that no wire leads from the relay to what makes the field, "" if one does."""
    lines, source = relay_of(bench), bench.link.applicator.source
    if lines is None:
        return "no watchdog relay"
    kinds = [bench.kinds[name] for name in (lines.name, source.name)]
    if kinds[0] == kinds[1]:
        return ""
    return (
        f"the watchdog relay is not proven: {lines.name} is {kinds[0]} and "
        f"{source.name} is {kinds[1]}, so that no wire leads from one to the other"
    )
