"""What a fingerprint finds, and what all kinds of it share: a current, and its time."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from controller.decisions.applicator import current_for
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.settings import Settings
from controller.decisions.signals import NAN, Drive
from controller.procedures.calibration_hands import CalibrationEnded, Hands
from controller.procedures.moment import Moment

CURRENT_SHARE = 0.1
# With current, over all the points of a fingerprint together.
MOST_CURRENT_S = 1.0
# What a supply takes to let its current fall to a tenth (assumed).
FALL_S = 0.07
RESONANCE_TOLERANCE = 0.005
LOAD_TOLERANCE = 0.08


@dataclass(frozen=True, slots=True)
class Parts:
    """What the config calls its coil and its capacitor.

    ``load_ohm`` is P/I² of the two as an induction heater shows it, None where the
    config does not say.
    """

    coil: str
    capacitor: str
    load_ohm: float | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What was found; ``problem`` is "" for the right applicator.

    ``resonance_hz`` and ``load_ohm`` are NaN where they cannot be told: V/I of a
    supply, P/I² of an induction heater. ``field_ratio`` is what a field sensor reads
    over what the calibration says. ``waived`` says what was not looked for, and why.
    ``current_s`` is for how long a current was set.
    """

    problem: str
    sentence: str
    resonance_hz: float = NAN
    load_ohm: float = NAN
    frequencies_hz: tuple[float, ...] = ()
    loads_ohm: tuple[float, ...] = ()
    waived: str = ""
    field_ratio: float = NAN
    current_s: float = 0.0

    @property
    def detail(self) -> dict[str, Any]:
        """Return all of it for the record."""
        return asdict(self)


@dataclass
class Bursts:
    """Moments with a small current that together last no longer than 1 s.

    ``used_s`` is the time with current so far, ``count`` how many there were.
    """

    hands: Hands
    current_a: float
    used_s: float = field(default=0.0, init=False)
    count: int = field(default=0, init=False)

    @property
    def has_room(self) -> bool:
        """Say whether one more is over in time, if it is as long as those before."""
        return self.used_s + self.mean_s <= MOST_CURRENT_S

    @property
    def mean_s(self) -> float:
        """Return for how long in s the current flowed each time."""
        return self.used_s / max(1, self.count)

    def give(self, settle_s: float, look: Callable[[], object] = str) -> Drive:
        """Let the current flow for a moment and return what it showed.

        Raises:
            CalibrationEnded: nothing was measured, or it took more than the time.
        """
        return self.take(Moment(self.hands.bench, settle_s, look))

    def take(self, moment: Moment) -> Drive:
        """Let the current flow for a moment of any kind, as ``give`` does."""
        drive = self.hands.burst(self.current_a, moment)
        self.used_s += moment.lasted_s + FALL_S
        self.count += 1
        if not self.used_s <= MOST_CURRENT_S:
            raise CalibrationEnded(
                f"current was on for {self.used_s:.2f} s, limit {MOST_CURRENT_S:g} s; "
                "is the link too slow, or this computer too busy?"
            )
        return drive


def low_current_a(settings: Settings, frequencies_hz: tuple[float, ...]) -> float:
    """Return a tenth of the largest current in A that a run may set."""
    applicator = settings.applicator
    bound = min(permitted_amplitude(f, settings.ceiling) for f in frequencies_hz)
    most_a = min(current_for(bound, applicator), applicator.max_current_a)
    per_a = applicator.field_per_ampere_per_m
    return current_for(CURRENT_SHARE * most_a * per_a, applicator)
