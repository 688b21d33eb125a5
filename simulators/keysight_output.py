"""The output of a simulated Keysight generator: wave, levels, load and faults.

Levels are kept as open-circuit voltages behind 50 ohm: another load changes the number
that is displayed, not the output.
"""

from math import inf, log10, sqrt

from simulators.scpi import ErrorQueue, Limits, ScpiError, quantity

SOURCE_OHM = 50.0
HIGHEST_EMF_V = 20.0  # peak to peak
OPEN_LOAD = 9.9e37
HERTZ = {"HZ": 1.0, "KHZ": 1e3, "MHZ": 1e6, "UHZ": 1e-6}
VOLTS = {"V": 1.0, "MV": 1e-3, "VPP": 1.0, "MVPP": 1e-3, "VRMS": 1.0, "DBM": 1.0}
PERIODIC = ("SIN", "SQU", "RAMP", "TRI", "PULS")
RMS_SHARE = {"SQU": 2.0, "PULS": 2.0, "RAMP": 2 * sqrt(3), "TRI": 2 * sqrt(3)}


class KeysightOutput:
    """One channel. ``power_cycled`` starts it again with the defaults of *RST.

    ``mode`` says what breaks the wave up (BURS, SWE, FM ...), "" for a continuous one.
    Faults: ``frequency_error`` (relative; the reference is off), ``stuck_frequency``
    (a new frequency is not taken), ``stuck_on`` (an output that is on stays on).
    """

    def __init__(
        self, highest_hz: float, lowest_emf_v: float, errors: ErrorQueue
    ) -> None:
        self.highest_hz, self.lowest_emf_v = highest_hz, lowest_emf_v
        self.frequency_error = 0.0
        self.stuck_frequency = self.stuck_on = False
        self.output_on = False
        self.errors = errors
        self.reset()

    def reset(self) -> None:
        """Take the defaults: 1 kHz, 100 mVpp sine into 50 ohm, output off."""
        self.frequency_hz = 1000.0
        self.function, self.unit = "SIN", "VPP"
        self.load_ohm = SOURCE_OHM
        self.emf_vpp, self.offset_emf_v = 0.2, 0.0
        self.mode = ""
        self.switch(False)

    def power_cycled(self) -> None:
        """Start as after mains off and on; a stuck output is off then, too."""
        self.output_on = False
        self.errors.clear()
        self.reset()

    @property
    def true_frequency_hz(self) -> float:
        """Return the frequency at the output, 0 without a continuous periodic wave."""
        if not self.output_on or self.mode or self.function not in PERIODIC:
            return 0.0
        return self.frequency_hz * (1.0 + self.frequency_error)

    @property
    def amplitude_vpp(self) -> float:
        """Return the amplitude into the load that is set, peak to peak."""
        return self.emf_vpp * self._divider

    @property
    def edges_v(self) -> tuple[float, float]:
        """Return the lowest and the highest voltage into the load that is set."""
        middle_v, half_v = self.offset_v, 0.5 * self.amplitude_vpp
        return middle_v - half_v, middle_v + half_v

    @property
    def offset_v(self) -> float:
        """Return the offset into the load that is set."""
        return self.offset_emf_v * self._divider

    def switch(self, on: bool) -> None:
        """Switch the output; a stuck one stays on."""
        self.output_on = on or (self.output_on and self.stuck_on)

    def set_frequency(self, text: str) -> None:
        """Take a frequency, in Hz or with a unit."""
        frequency_hz = quantity(text, self.frequency_limits, self.errors)
        if not self.stuck_frequency:
            self.frequency_hz = frequency_hz

    @property
    def frequency_limits(self) -> Limits:
        """Return the range of the frequency in Hz."""
        return Limits(1e-6, self.highest_hz, 1000.0, HERTZ)

    @property
    def amplitude_limits(self) -> Limits:
        """Return the range of the amplitude in the unit that is set."""
        low, high, default = (
            self.in_unit(emf_v * self._divider)
            for emf_v in (self.lowest_emf_v, HIGHEST_EMF_V, 0.2)
        )
        return Limits(low, high, default, VOLTS)

    def set_amplitude(self, text: str) -> None:
        """Take an amplitude in the unit that is set, or that is written after it."""
        for suffix, unit in (("VRMS", "VRMS"), ("DBM", "DBM"), ("VPP", "VPP")):
            if text.upper().endswith(suffix):
                self.set_unit(unit)
        value = quantity(text, self.amplitude_limits, self.errors)
        self.emf_vpp = self.from_unit(value) / self._divider
        self._limit_offset()

    def set_offset(self, text: str) -> None:
        """Take an offset in V, as far as the amplitude leaves room for it."""
        room_v = 0.5 * (HIGHEST_EMF_V - self.emf_vpp) * self._divider
        limits = Limits(-room_v, room_v, 0.0, VOLTS)
        self.offset_emf_v = quantity(text, limits, self.errors) / self._divider

    def set_edges(self, low: str | None, high: str | None) -> None:
        """Take the lowest or the highest voltage; the other one stays."""
        end_v = 0.5 * HIGHEST_EMF_V * self._divider
        limits = Limits(-end_v, end_v, 0.0, VOLTS)
        low_v, high_v = self.edges_v
        if low is not None:
            low_v = quantity(low, limits, self.errors)
        if high is not None:
            high_v = quantity(high, limits, self.errors)
        if (high_v - low_v) / self._divider < self.lowest_emf_v:
            raise ScpiError(-221, "Settings conflict")
        self.emf_vpp = (high_v - low_v) / self._divider
        self.offset_emf_v = 0.5 * (high_v + low_v) / self._divider

    def set_load(self, text: str) -> None:
        """Take a load from 1 to 10,000 ohm, or INF; the open-circuit voltage stays."""
        if text.upper() in ("INF", "INFINITY"):
            self.load_ohm = inf
        else:
            limits = Limits(1.0, 10e3, SOURCE_OHM, {"OHM": 1.0, "KOHM": 1e3})
            self.load_ohm = quantity(text, limits, self.errors)
        if self.load_ohm == inf and self.unit == "DBM":
            self.unit = "VPP"

    def set_unit(self, unit: str) -> None:
        """Take VPP, VRMS or DBM; dBm needs a finite load."""
        if unit == "DBM" and self.load_ohm == inf:
            raise ScpiError(-221, "Settings conflict")
        self.unit = unit

    def in_unit(self, amplitude_vpp: float) -> float:
        """Return an amplitude in Vpp into the load as a number in the unit set."""
        if self.unit == "VPP":
            return amplitude_vpp
        rms_v = amplitude_vpp / self._vpp_per_rms
        if self.unit == "VRMS":
            return rms_v
        return 10.0 * log10(rms_v**2 / self.load_ohm / 1e-3)

    def from_unit(self, value: float) -> float:
        """Return the amplitude in Vpp into the load of a number in the unit set."""
        if self.unit == "VPP":
            return value
        if self.unit == "DBM":
            value = sqrt(10.0 ** (value / 10.0) * 1e-3 * self.load_ohm)
        return value * self._vpp_per_rms

    @property
    def _vpp_per_rms(self) -> float:
        return RMS_SHARE.get(self.function, 2.0 * sqrt(2.0))

    @property
    def _divider(self) -> float:
        if self.load_ohm == inf:
            return 1.0
        return self.load_ohm / (self.load_ohm + SOURCE_OHM)

    def _limit_offset(self) -> None:
        room_v = 0.5 * (HIGHEST_EMF_V - self.emf_vpp)
        self.offset_emf_v = min(max(self.offset_emf_v, -room_v), room_v)
