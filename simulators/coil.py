"""Series-resonant coil on a DC supply through an inverter, and the field it makes.

The inverter passes on the power that it draws, less its losses, in constant voltage
and in constant current alike:
    I_coil² R_ac / 2 = eta V I              (I_coil peak; V, I of the supply)
    V / I = R_dc (1 + x²),  x = Q (f/f0 - f0/f)
so a detuned tank lowers the field by sqrt(1 + x²) at constant voltage and raises it by
the same factor at constant current, where the supply's voltage climbs.

The supply answers to its set-points as a first-order lag of its current. Coil and
capacitor warm by the losses in R_ac and shift the resonance, as another lag. Not
modelled: the inrush when a gate drive returns under a live supply.
"""

from math import exp, pi, sqrt
from typing import NamedTuple

VACUUM_PERMEABILITY = 4e-7 * pi
LIVE_V = 1.0


class Row(NamedTuple):
    """One coil with one capacitor, at the vendor's operating point (peak values)."""

    turns: int
    capacitance_nf: float
    inductance_uh: float
    voltage_v: float
    current_a: float
    millitesla_per_a: float
    coil_current_a: float


# Source: magneTherm vendor configuration and laboratory table (voltage, current, mT/A
# of supply current). Inductance follows from the listed resonance. The coil current is
# the listed coil voltage over 2 w L: unverified, that voltage is probably a rating.
MAGNETHERM = (
    Row(9, 200.0, 4.87, 23.5, 24.6, 0.935, 128.0),
    Row(9, 88.0, 4.92, 26.0, 21.8, 0.917, 134.0),
    Row(9, 26.0, 5.93, 31.2, 20.5, 0.780, 99.0),
    Row(9, 15.0, 5.15, 31.8, 17.3, 0.809, 81.0),
    Row(9, 6.2, 4.78, 31.4, 13.4, 0.896, 72.0),
    Row(17, 200.0, 11.44, 26.77, 17.0, 1.471, 83.0),
    Row(17, 88.0, 11.51, 26.25, 13.55, 1.255, 87.0),
    Row(17, 26.0, 13.89, 36.0, 14.1, 1.206, 65.0),
    Row(17, 15.0, 12.08, 40.4, 13.5, 1.185, 53.0),
    Row(17, 6.2, 11.25, 43.4, 12.0, 1.000, 47.0),
    Row(18, 200.0, 4.86, 36.2, 28.0, 1.6525, 128.0),
    Row(18, 88.0, 4.90, 40.2, 23.85, 1.6537, 134.0),
    Row(18, 26.0, 5.91, 40.9, 20.0, 1.5775, 99.0),
    Row(18, 15.0, 5.13, 46.8, 19.0, 1.522, 81.0),
    Row(18, 6.2, 4.75, 38.3, 13.5, 1.363, 90.0),
)


class OperatingPoint(NamedTuple):
    """Supply output, and peak amplitudes of coil current and field."""

    voltage_v: float
    current_a: float
    coil_current_a: float
    field_a_per_m: float


class Tank:
    """A coil with its capacitor and inverter, between a supply and the sample.

    ``coil_gain`` is the true field over the calibrated one, ``detuning`` a relative
    shift of the resonance; both may be changed at any time. ``detuning_per_w`` is the
    further shift per watt of loss in the tank once it is warm, after ``warming_s``;
    ``warm_detuning`` the part of it that has come. After ``advance``:
    ``now`` is the operating point at the end of the step, ``peak_field_a_per_m`` the
    largest amplitude within it, ``heating_field_a_per_m`` the constant amplitude of
    the same mean square. ``open_s`` is for how long its circuit is still open: no
    current flows. ``ungated_live_s`` counts the time that a live supply stood
    on an inverter without gate drive, which can destroy it: the supply then sees an
    open load (assumed), its voltage rises to the set-point and no current flows.
    """

    # what another coil, or another capacitor, brings with it
    PARTS = (
        *("inductance_h", "capacitance_f", "ac_ohm", "tuned_ohm", "quality"),
        *("field_per_coil_ampere_per_m", "_natural_hz", "_coil_per_root_ohm"),
    )

    def __init__(
        self,
        *,
        inductance_h: float,
        capacitance_f: float,
        ac_ohm: float,
        tuned_ohm: float,
        field_per_coil_ampere_per_m: float,
        efficiency: float = 1.0,
        response_s: float = 0.03,
    ) -> None:
        self.inductance_h = inductance_h
        self.capacitance_f = capacitance_f
        self.ac_ohm = ac_ohm
        self.tuned_ohm = tuned_ohm
        self.field_per_coil_ampere_per_m = field_per_coil_ampere_per_m
        self.efficiency = efficiency
        self.response_s = response_s
        self.quality = sqrt(inductance_h / capacitance_f) / ac_ohm
        self.coil_gain = 1.0
        self.detuning = 0.0
        self.detuning_per_w = 0.0
        self.warming_s = 300.0
        self.warm_detuning = 0.0
        self.now = OperatingPoint(0.0, 0.0, 0.0, 0.0)
        self.peak_field_a_per_m = 0.0
        self.heating_field_a_per_m = 0.0
        self.open_s = 0.0
        self.ungated_live_s = 0.0
        self._natural_hz = 1.0 / (2.0 * pi * sqrt(inductance_h * capacitance_f))
        self._coil_per_root_ohm = sqrt(2.0 * efficiency / ac_ohm)
        self._decay = (0.0, 1.0)

    @classmethod
    def magnetherm(cls, turns: int = 9, capacitance_f: float = 200e-9) -> "Tank":
        """Return the tank of one row of the vendor's table; its losses are in R_ac.

        Raises:
            ValueError: the table has no such coil with such a capacitor.
        """
        for row in MAGNETHERM:
            same = abs(row.capacitance_nf * 1e-9 / capacitance_f - 1.0) < 1e-3
            if row.turns == turns and same:
                return cls._of_row(row)
        raise ValueError(
            f"magneTherm has no coil of {turns} turns with {capacitance_f * 1e9:g} nF"
        )

    @classmethod
    def _of_row(cls, row: Row) -> "Tank":
        field_a_per_m = (
            row.millitesla_per_a * 1e-3 * row.current_a / VACUUM_PERMEABILITY
        )
        power_w = row.voltage_v * row.current_a
        return cls(
            inductance_h=row.inductance_uh * 1e-6,
            capacitance_f=row.capacitance_nf * 1e-9,
            ac_ohm=2.0 * power_w / row.coil_current_a**2,
            tuned_ohm=row.voltage_v / row.current_a,
            field_per_coil_ampere_per_m=field_a_per_m / row.coil_current_a,
        )

    @property
    def resonance_hz(self) -> float:
        """Return the present resonance, in Hz: 1/(2 pi sqrt(L C)), shifted."""
        return self._natural_hz * (1.0 + self.detuning + self.warm_detuning)

    @property
    def field_per_ampere_per_m(self) -> float:
        """Return the calibrated peak field per supply ampere at resonance, in 1/m."""
        coil_a = self._coil_per_root_ohm * sqrt(self.tuned_ohm)
        return self.field_per_coil_ampere_per_m * coil_a

    def load_ohm(self, frequency_hz: float) -> float:
        """Return V/I that the supply sees, in ohm: R_dc (1 + x²). For f > 0."""
        ratio = frequency_hz / self.resonance_hz
        x = self.quality * (ratio - 1.0 / ratio)
        return self.tuned_ohm * (1.0 + x * x)

    def settle(
        self,
        set_voltage_v: float,
        set_current_a: float,
        frequency_hz: float,
        gate_on: bool,
    ) -> OperatingPoint:
        """Return where the supply settles: the lower of its two limits holds."""
        if not (gate_on and frequency_hz > 0.0):
            return OperatingPoint(set_voltage_v, 0.0, 0.0, 0.0)
        load_ohm = self.load_ohm(frequency_hz)
        current_a = min(set_current_a, set_voltage_v / load_ohm)
        return self._point(current_a, load_ohm, self._field_per_ampere(load_ohm))

    def advance(
        self,
        dt_s: float,
        set_voltage_v: float,
        set_current_a: float,
        frequency_hz: float,
        gate_on: bool,
    ) -> None:
        """Let dt_s > 0 pass at fixed set-points (0 V when the output is off), exactly.

        The voltage never climbs above its limit, or above where it already was.
        """
        decay = self._decay_over(dt_s)
        if self.detuning_per_w:
            self._warm(dt_s)
        if self.open_s > 0.0:
            self.open_s -= dt_s
            self._idle(set_voltage_v, decay)
            return
        if not (gate_on and frequency_hz > 0.0):
            self._idle(set_voltage_v, decay)
            self.ungated_live_s += dt_s if set_voltage_v > LIVE_V else 0.0
            return
        load_ohm = self.load_ohm(frequency_hz)
        highest_v = max(set_voltage_v, self.now.voltage_v)
        start_a = min(self.now.current_a, highest_v / load_ohm)
        target_a = min(set_current_a, set_voltage_v / load_ohm)
        gap_a = start_a - target_a
        end_a = target_a + gap_a * decay
        per_a = self._field_per_ampere(load_ohm)
        self.now = self._point(end_a, load_ohm, per_a)
        self.peak_field_a_per_m = per_a * (end_a if end_a > start_a else start_a)
        # Mean of (target + gap e^(-t/tau))² over the step.
        share = self.response_s / dt_s * (1.0 - decay)
        mean_square = target_a * target_a + gap_a * share * (
            2.0 * target_a + 0.5 * gap_a * (1.0 + decay)
        )
        self.heating_field_a_per_m = per_a * sqrt(mean_square)

    def interrupt(self, for_s: float) -> None:
        """Open the circuit for so long in s; without a current nothing is opened."""
        if self.now.current_a > 0.0:
            self.open_s = for_s

    def warms(self, detuning: float, current_a: float, over_s: float) -> None:
        """Let a warm tank shift its resonance by so much, at a tuned supply current.

        ``current_a`` > 0 is what it stands for a long time, ``over_s`` > 0 its lag.
        """
        loss_w = self.efficiency * self.tuned_ohm * current_a**2
        self.detuning_per_w = detuning / loss_w
        self.warming_s = over_s

    def _warm(self, dt_s: float) -> None:
        """Let the losses of the present coil current shift the resonance."""
        loss_w = 0.5 * self.ac_ohm * self.now.coil_current_a**2
        gap = self.detuning_per_w * loss_w - self.warm_detuning
        self.warm_detuning += gap * (1.0 - exp(-dt_s / self.warming_s))

    def _idle(self, set_voltage_v: float, decay: float) -> None:
        voltage_v = set_voltage_v + (self.now.voltage_v - set_voltage_v) * decay
        self.now = OperatingPoint(voltage_v, 0.0, 0.0, 0.0)
        self.peak_field_a_per_m = self.heating_field_a_per_m = 0.0

    def _field_per_ampere(self, load_ohm: float) -> float:
        coil_a = self._coil_per_root_ohm * sqrt(load_ohm)
        return self.coil_gain * self.field_per_coil_ampere_per_m * coil_a

    def _point(
        self, current_a: float, load_ohm: float, field_per_ampere_per_m: float
    ) -> OperatingPoint:
        coil_a = self._coil_per_root_ohm * sqrt(load_ohm) * current_a
        field_a_per_m = field_per_ampere_per_m * current_a
        return OperatingPoint(current_a * load_ohm, current_a, coil_a, field_a_per_m)

    def _decay_over(self, dt_s: float) -> float:
        if self._decay[0] != dt_s:
            self._decay = (dt_s, exp(-dt_s / self.response_s))
        return self._decay[1]
