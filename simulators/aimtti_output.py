"""The output of a simulated Aim-TTi bench supply: set-points, trips, limits, faults.

Models: QPX1200SP, CPX400SP/DP, PL-P. The bench writes what is at the terminals and
reads the set-points. Assumed, as no source says it: a tripped output does not switch
on before TRIPRST; trip ranges of CPX and PL end at 110 % of the rating;
over-temperature is bit 6 of the limit register. The power limit (UNREG) is not
simulated.
"""

from dataclasses import dataclass
from random import Random
from typing import Literal

from simulators.aimtti_status import (
    COMMAND_ERROR,
    EMPTY_STORE,
    OUT_OF_RANGE,
    OUTPUT_IS_ON,
    Status,
)

Trip = Literal["over-voltage", "over-current", "over-temperature"]
STORES = 10
QPX_BITS = {"over-voltage": 8, "over-current": 16, "over-temperature": 64}
PL_CPX_BITS = {"over-voltage": 4, "over-current": 8, "over-temperature": 64}
MODE_BITS = {"cv": 1, "cc": 2}


@dataclass(frozen=True, slots=True)
class Model:
    """Ratings, digits of settings (V, A), meters (V, A) and trips; LSR trip bits."""

    max_voltage_v: float
    max_current_a: float
    digits: tuple[int, int, int, int, int]
    trip_bits: dict[str, int]
    highest_trip_v: float
    highest_trip_a: float
    lowest_trip_a: float = 0.0
    lowest_current_a: float = 0.0
    low_range_a: float | None = None
    outputs: int = 1


# QPX1200 manual 48511-1400; its meters' digits, and all but the ratings of CPX and
# PL, are unverified.
MODELS = {
    "QPX1200SP": Model(
        60.0, 50.0, (3, 2, 3, 2, 1), QPX_BITS, 65.0, 55.0, 2.0, lowest_current_a=0.01
    ),
    "CPX400SP": Model(60.0, 20.0, (2, 2, 2, 2, 2), PL_CPX_BITS, 66.0, 22.0),
    "CPX400DP": Model(60.0, 20.0, (2, 2, 2, 2, 2), PL_CPX_BITS, 66.0, 22.0, outputs=2),
    "PL303-P": Model(
        30.0, 3.0, (3, 3, 4, 4, 2), PL_CPX_BITS, 33.0, 3.3, low_range_a=0.5
    ),
    "PL601-P": Model(
        60.0, 1.5, (3, 3, 4, 4, 2), PL_CPX_BITS, 66.0, 1.65, low_range_a=0.5
    ),
}


class AimttiOutput:
    """One output with its protections.

    ``voltage_v`` and ``current_a`` are the true values at its terminals. Faults:
    ``stuck_on`` (an output that is on stays on, set-points are ignored),
    ``ignores_set`` (set-points are ignored), ``trip(reason)``, ``power_cycled()``.
    ``noise`` adds half a display step (rms) to the meters. ``bare_trips`` says how
    trips are answered.
    """

    def __init__(
        self, model: str, status: Status, number: int, noise: Random | None
    ) -> None:
        self.limits = MODELS[model]
        self.status, self.number, self._noise = status, number, noise
        _, _, meter_v, meter_a, _ = self.limits.digits
        self._meter_v = b"%%.%dfV\r\n" % meter_v, 0.5 * 10.0**-meter_v
        self._meter_a = b"%%.%dfA\r\n" % meter_a, 0.5 * 10.0**-meter_a
        self.stuck_on = self.ignores_set = self.bare_trips = False
        self.damping = 0
        self.output_on = False
        self.tripped: Trip | None = None
        self._stores: dict[float, tuple[float, float, float, float]] = {}
        self.power_cycled()

    def advance(self, dt_s: float) -> bytes:
        """Let the protections and the mode register act; nothing is sent unasked."""
        if self.output_on:
            if self.voltage_v > self.over_voltage_v:
                self.trip("over-voltage")
            elif self.current_a > self.over_current_a:
                self.trip("over-current")
            else:
                self._note_mode()
        return b""

    def trip(self, reason: Trip) -> None:
        """Trip: output off, and the reason in the limit event register."""
        self.tripped = reason
        self.status.limits[self.number] |= self.limits.trip_bits[reason]
        self.switch(False)

    def power_cycled(self) -> None:
        """Start as after mains off and on: defaults, output off, trips cleared."""
        self.voltage_v = self.current_a = 0.0
        self.output_on = False
        self.tripped = None
        self.step_v = self.step_a = 0.0
        self.defaults()

    def defaults(self) -> None:
        """Set 0 V, 1.00 A, the highest trips, output off (QPX1200 manual, defaults)."""
        self.set_voltage_v = 0.0
        self.set_current_a = 1.0
        self.over_voltage_v = self.limits.highest_trip_v
        self.over_current_a = self.limits.highest_trip_a
        self.current_range = 2
        self.remote_sense = 0
        self._mode = ""
        self.switch(False)

    def measured_voltage(self) -> bytes:
        """Answer V1O?."""
        form, rms_v = self._meter_v
        if self._noise is None:
            return form % self.voltage_v
        return form % self._noise.gauss(self.voltage_v, rms_v)

    def measured_current(self) -> bytes:
        """Answer I1O?."""
        form, rms_a = self._meter_a
        if self._noise is None:
            return form % self.current_a
        return form % self._noise.gauss(self.current_a, rms_a)

    def range_answer(self) -> bytes:
        """Answer IRANGE1? (PL-P); other models do not know it and stay silent."""
        if self.limits.low_range_a is None:
            self.status.note(COMMAND_ERROR)
            return b""
        return b"%d\r\n" % self.current_range

    def switch(self, on: bool) -> None:
        """Switch the output; a tripped one stays off, a stuck one on."""
        if not on:
            self.output_on = self.output_on and self.stuck_on
            self._mode = ""
        elif self.tripped is None:
            self.output_on = True

    def reset_trip(self) -> None:
        """Clear a trip, but for over-temperature: that needs the mains off and on."""
        if self.tripped != "over-temperature":
            self.tripped = None

    def set_voltage(self, voltage_v: float) -> None:
        """Take V1: within 0 and the rating, rounded to the step."""
        if not 0.0 <= voltage_v <= self.limits.max_voltage_v:
            self.status.refuse(OUT_OF_RANGE)
        elif not (self.stuck_on or self.ignores_set):
            self.set_voltage_v = round(voltage_v, self.limits.digits[0])

    def set_current(self, current_a: float) -> None:
        """Take I1: within the lowest setting and the rating (or the low range)."""
        low_a, high_a = self.limits.lowest_current_a, self.limits.max_current_a
        if self.current_range == 1 and self.limits.low_range_a is not None:
            high_a = self.limits.low_range_a
        if not low_a <= current_a <= high_a:
            self.status.refuse(OUT_OF_RANGE)
        elif not (self.stuck_on or self.ignores_set):
            self.set_current_a = round(current_a, self.limits.digits[1])

    def set_over_voltage(self, voltage_v: float) -> None:
        """Take OVP1; one below the live voltage trips at the next step."""
        if not 0.0 <= voltage_v <= self.limits.highest_trip_v:
            self.status.refuse(OUT_OF_RANGE)
        else:
            self.over_voltage_v = round(voltage_v, self.limits.digits[4])

    def set_over_current(self, current_a: float) -> None:
        """Take OCP1; one below the live current trips at the next step."""
        if not self.limits.lowest_trip_a <= current_a <= self.limits.highest_trip_a:
            self.status.refuse(OUT_OF_RANGE)
        else:
            self.over_current_a = round(current_a, self.limits.digits[4])

    def set_range(self, number: float) -> None:
        """Take IRANGE1 (PL-P): 1 low, 2 high, only with the output off."""
        if self.limits.low_range_a is None:
            self.status.note(COMMAND_ERROR)
        elif self.output_on:
            self.status.refuse(OUTPUT_IS_ON)
        elif number not in (1, 2):
            self.status.refuse(OUT_OF_RANGE)
        else:
            self.current_range = int(number)

    def save(self, store: float) -> None:
        """Take *SAV: keep set-points and trips."""
        if store not in range(STORES):
            self.status.refuse(OUT_OF_RANGE)
            return
        trips = self.over_voltage_v, self.over_current_a
        self._stores[store] = self.set_voltage_v, self.set_current_a, *trips

    def recall(self, store: float) -> None:
        """Take *RCL: set-points and trips as they were kept."""
        kept = self._stores.get(store)
        if kept is None:
            self.status.refuse(EMPTY_STORE)
            return
        self.set_voltage(kept[0])
        self.set_current(kept[1])
        self.over_voltage_v, self.over_current_a = kept[2:]

    def _note_mode(self) -> None:
        half_step_a = 0.5 * 10.0 ** -self.limits.digits[1]
        mode = "cc" if self.current_a > self.set_current_a - half_step_a else "cv"
        if mode != self._mode:
            self._mode = mode
            self.status.limits[self.number] |= MODE_BITS[mode]
