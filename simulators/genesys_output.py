"""The output of a simulated Genesys supply: set-points, trips, registers, faults.

There is no over-current trip: beside the current limit, foldback switches off once the
supply has been at constant current for 250 ms and the delay that is added.
"""

from dataclasses import dataclass

FOLDBACK_S, DELAY_STEP_S = 0.25, 0.1
OVER_RATING = 1.05
FAULTS = {
    "ac-fail": 1 << 1,
    "over-temperature": 1 << 2,
    "foldback": 1 << 3,
    "over-voltage": 1 << 4,
    "shut-off": 1 << 5,
    "enable": 1 << 7,
}


class GenesysError(Exception):
    """A command that is refused; ``code`` is answered."""

    def __init__(self, code: bytes) -> None:
        super().__init__(code.decode("ascii"))
        self.code = code


@dataclass(frozen=True, slots=True)
class Model:
    """Ratings, and the range of the over-voltage trip."""

    max_voltage_v: float
    max_current_a: float
    lowest_trip_v: float
    highest_trip_v: float


MODELS = {
    "GEN40-38": Model(40.0, 38.0, 2.0, 44.0),
    "GEN60-25": Model(60.0, 25.0, 5.0, 66.0),
    "GEN80-19": Model(80.0, 19.0, 5.0, 88.0),
    "GEN100-15": Model(100.0, 15.0, 5.0, 110.0),
}


class GenesysOutput:
    """One output with its protections.

    The bench writes ``voltage_v`` and ``current_a`` (true values at the terminals).
    Faults: ``stuck_on``, ``ignores_set`` (answered OK all the same), ``trip(fault)``,
    ``power_cycled()``; ``mode`` is LOC when somebody took the front panel.
    """

    def __init__(self, model: str) -> None:
        self.ratings = MODELS[model]
        self.stuck_on = self.ignores_set = False
        self.over_current_a = float("inf")  # the instrument has no such trip
        self.output_on = False
        self.mode = "LOC"
        self.filter_hz = 18
        self.voltage_v = self.current_a = self._folded_s = 0.0
        self.foldback_delay = 0
        self.reset()
        self.save()

    def advance(self, dt_s: float) -> bytes:
        """Let the protections act; nothing is sent unasked."""
        if self.output_on and self.voltage_v > self.over_voltage_v:
            self.trip("over-voltage")
        at_current = self.foldback_on and self.regulation == "CC"
        self._folded_s = self._folded_s + dt_s if at_current else 0.0
        if self._folded_s > FOLDBACK_S + DELAY_STEP_S * self.foldback_delay:
            self.trip("foldback")
        return b""

    def trip(self, fault: str) -> None:
        """Raise a fault: output off until it is cleared."""
        self.faults |= FAULTS[fault]
        self._events["FEVE"] |= FAULTS[fault] & self.enables["FENA"]
        self.output_on = self.output_on and self.stuck_on

    def power_cycled(self) -> None:
        """Start as after mains off and on; with auto-restart the output comes back."""
        was_on = self.output_on
        self.voltage_v = self.current_a = 0.0
        self.faults = 0
        self.mode = "LOC"
        self.output_on = was_on and (self.auto_restart or self.stuck_on)

    def reset(self) -> None:
        """Take RST: zero, off, no auto-restart, widest trips, foldback off."""
        self.set_voltage_v = self.set_current_a = 0.0
        self.voltage_text = self.current_text = "0.000"
        self.auto_restart = self.foldback_on = False
        self.over_voltage_v = self.ratings.highest_trip_v
        self.under_voltage_v = self._folded_s = 0.0
        self.foldback_delay = self.faults = 0
        self.enables = {"SENA": 0, "FENA": 0}
        self.clear_events()
        self.output_on = self.output_on and self.stuck_on

    @property
    def regulation(self) -> str:
        """Return CV, CC or OFF."""
        if not self.output_on:
            return "OFF"
        return "CC" if self.current_a >= self.set_current_a - 0.005 else "CV"

    def switch(self, on: bool) -> None:
        """Take OUT; a latched fault refuses on."""
        if on and self.faults:
            raise GenesysError(b"E07")
        self.output_on = on or (self.output_on and self.stuck_on)

    def set_voltage(self, voltage_v: float) -> bool:
        """Take PV; return whether it was stored."""
        highest_v = OVER_RATING * self.ratings.max_voltage_v
        if voltage_v > min(highest_v, 0.95 * self.over_voltage_v + 1e-9):
            raise GenesysError(b"E01")
        if voltage_v < self.under_voltage_v:
            raise GenesysError(b"E02")
        return self._store("set_voltage_v", voltage_v)

    def set_current(self, current_a: float) -> bool:
        """Take PC; return whether it was stored."""
        if not 0.0 <= current_a <= OVER_RATING * self.ratings.max_current_a:
            raise GenesysError(b"C05")
        return self._store("set_current_a", current_a)

    def set_over_voltage(self, voltage_v: float) -> None:
        """Take OVP: within the model's range, and 5 % above the set voltage."""
        if not self.ratings.lowest_trip_v <= voltage_v <= self.ratings.highest_trip_v:
            raise GenesysError(b"C05")
        if voltage_v < OVER_RATING * self.set_voltage_v - 1e-9:
            raise GenesysError(b"E04")
        self.over_voltage_v = voltage_v

    def set_highest_trip(self) -> None:
        """Take OVM."""
        self.over_voltage_v = self.ratings.highest_trip_v

    def set_under_voltage(self, voltage_v: float) -> None:
        """Take UVL: not above the set voltage."""
        if voltage_v < 0.0:
            raise GenesysError(b"C05")
        if voltage_v > self.set_voltage_v:
            raise GenesysError(b"E06")
        self.under_voltage_v = voltage_v

    def arm_foldback(self, on: bool) -> None:
        """Take FLD."""
        self.foldback_on = on
        self._folded_s = 0.0

    def save(self) -> None:
        """Take SAV: keep the settings."""
        self._saved = {name: getattr(self, name) for name in SAVED}

    def recall(self) -> None:
        """Take RCL: the settings as they were kept; the output is left alone."""
        for name, value in self._saved.items():
            setattr(self, name, value)

    def status(self) -> int:
        """Return the status register."""
        value = {"CV": 1, "CC": 2, "OFF": 0}[self.regulation]
        value |= 8 if self.faults else 4
        value |= (16 if self.auto_restart else 0) | (32 if self.foldback_on else 0)
        return value | (128 if self.mode == "LOC" else 0)

    def take_event(self, name: str) -> int:
        """Return an event register and clear it."""
        value, self._events[name] = self._events[name], 0
        return value

    def clear_events(self) -> None:
        """Take CLS."""
        self._events = {"SEVE": 0, "FEVE": 0}

    def _store(self, name: str, value: float) -> bool:
        if not (self.ignores_set or self.stuck_on):
            setattr(self, name, value)
            return True
        return False


SAVED = (
    "set_voltage_v",
    "set_current_a",
    "voltage_text",
    "current_text",
    "over_voltage_v",
    "under_voltage_v",
    "foldback_on",
    "foldback_delay",
    "auto_restart",
)
