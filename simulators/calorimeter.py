"""A calorimeter on paper: liquid, vial, holder, bore and probe as coupled nodes.

Exact for constant power within a step (matrix exponential); where something depends
on temperature (convection, heating power) a step is cut into short ones with frozen
coefficients. ``Calorimeter`` is the physics, ``Reader`` what a thermometer makes of it.

Node balance, T in °C, all conductances in W/K:
    C_s dT_s/dt = P - G (T_s - T_v)
    C_v dT_v/dt = G (T_s - T_v) - L (T_v - T_out)
    C_h dT_h/dt = L (T_v - T_h) - L_h (T_h - T_b)      (only with a holder)
    tau_b dT_b/dt = T_0 + d t + rise u - T_b            (bore; u = share of full power)
    tau_p dT_p/dt = T_s - T_p
Its sizes are those of usual vials; sar_benchmark of tests draws them.
"""

from collections import deque
from dataclasses import dataclass
from math import ceil, exp

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

Array = NDArray[np.float64]

SAMPLE, VIAL, HOLDER, BORE, PROBE, TIME, ONE = range(7)
SHORT_STEP_S = 0.05
AT_ONCE = 128


@dataclass(frozen=True, slots=True)
class CalorimeterSettings:
    """What is in the coil. ``sar_w_per_g`` is the truth, at the reference field.

    Power = SAR · mass · (H/H_ref)² · (f/f_ref), times the temperature coefficient
    and what sedimentation has left (first order, ``sedimentation_s``; 0 = none).
    ``convection_per_c`` raises the coupling: G (1 + k |T_s - T_v|).
    ``bore_rise_c`` is the warming of the bore by the coil at the reference field.
    """

    sar_w_per_g: float = 100.0
    mass_g: float = 0.005
    reference_field_a_per_m: float = 15_000.0
    reference_frequency_hz: float = 300_000.0
    heat_capacity_j_per_k: float = 4.18863
    vial_j_per_k: float = 1.5
    coupling_w_per_k: float = 0.05
    loss_w_per_k: float = 0.012
    holder_j_per_k: float = 0.0
    holder_loss_w_per_k: float = 0.02
    ambient_c: float = 25.0
    drift_c_per_s: float = 0.0
    bore_rise_c: float = 0.0
    bore_s: float = 120.0
    probe_lag_s: float = 0.5
    power_per_c: float = 0.0
    convection_per_c: float = 0.0
    sedimentation_s: float = 0.0


class Calorimeter:
    """The sample in its vial, in the bore. It has no clock: ``advance`` is time."""

    def __init__(self, settings: CalorimeterSettings) -> None:
        if settings.heat_capacity_j_per_k <= 0 or settings.vial_j_per_k <= 0:
            raise ValueError("a heat capacity is not above zero J/K")
        self.settings = settings
        self._state = np.full(7, settings.ambient_c)
        self._state[TIME], self._state[ONE] = 0.0, 1.0
        self._matrices: dict[tuple[float, float], Array] = {}
        # In a steady drift the nodes trail the bore: start on that trail, so that a
        # record begins in the state that equilibration leaves.
        self._state[:TIME] += settings.drift_c_per_s * self._trail_s()

    @property
    def sample_c(self) -> float:
        """Return the liquid's true temperature, in °C."""
        return float(self._state[SAMPLE])

    @property
    def probe_c(self) -> float:
        """Return the temperature of the probe's tip, in °C."""
        return float(self._state[PROBE])

    def power_w(self, field_a_per_m: float, frequency_hz: float) -> float:
        """Return the power that the particles take up now, in W."""
        s = self.settings
        share = self._share(field_a_per_m, frequency_hz)
        warm = 1.0 + s.power_per_c * (self.sample_c - s.ambient_c)
        left = exp(-self._state[TIME] / s.sedimentation_s) if s.sedimentation_s else 1.0
        return s.sar_w_per_g * s.mass_g * share * warm * left

    def advance(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        """Let time pass with the field held at a peak amplitude in A/m."""
        count = ceil(dt_s / SHORT_STEP_S) if self._varies else 1
        for _ in range(count):
            self._step(dt_s / count, field_a_per_m, frequency_hz)

    def tips_c(
        self, count: int, dt_s: float, field_a_per_m: float, frequency_hz: float
    ) -> Array:
        """Advance ``count`` times; return the tip before each, in °C, shape (count,).

        Where nothing depends on temperature a power of the step's matrix goes many
        steps at once.
        """
        if self._varies or count < AT_ONCE:
            return np.array(
                [
                    self._tip_then(dt_s, field_a_per_m, frequency_hz)
                    for _ in range(count)
                ]
            )
        ahead = self._powers(dt_s, field_a_per_m, frequency_hz)
        tips_c = np.empty(count)
        for first in range(0, count, AT_ONCE):
            here = min(AT_ONCE, count - first)
            states = ahead[: here + 1] @ np.append(self._state, 1.0)
            tips_c[first : first + here] = states[:here, PROBE]
            self._state = states[here, :7]
        return tips_c

    def _tip_then(
        self, dt_s: float, field_a_per_m: float, frequency_hz: float
    ) -> float:
        tip_c = self.probe_c
        self.advance(dt_s, field_a_per_m, frequency_hz)
        return tip_c

    def _powers(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> Array:
        """Return what 0, 1, 2 … steps make of (state, 1): shape (steps + 1, 8, 8)."""
        homogeneous, forced = self._matrix(dt_s, self.settings.coupling_w_per_k)
        step = np.eye(8)
        step[:7, :7] = homogeneous
        step[:7, 7] = forced @ self._source(field_a_per_m, frequency_hz)
        powers = [np.eye(8)]
        for _ in range(AT_ONCE):
            powers.append(step @ powers[-1])
        return np.stack(powers)

    @property
    def _varies(self) -> bool:
        s = self.settings
        return bool(s.power_per_c or s.convection_per_c or s.sedimentation_s)

    def _source(self, field_a_per_m: float, frequency_hz: float) -> Array:
        """Return what drives the nodes, in °C/s, shape (7,)."""
        s = self.settings
        source = np.zeros(7)
        source[SAMPLE] = self.power_w(field_a_per_m, frequency_hz)
        source[SAMPLE] /= s.heat_capacity_j_per_k
        source[BORE] = s.bore_rise_c * self._share(field_a_per_m, frequency_hz)
        source[BORE] /= s.bore_s
        return source

    def _step(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        if dt_s <= 0:
            return
        s = self.settings
        difference_c = abs(self._state[SAMPLE] - self._state[VIAL])
        coupling = s.coupling_w_per_k * (1.0 + s.convection_per_c * difference_c)
        homogeneous, forced = self._matrix(dt_s, coupling)
        source = self._source(field_a_per_m, frequency_hz)
        self._state = homogeneous @ self._state + forced @ source

    def _share(self, field_a_per_m: float, frequency_hz: float) -> float:
        s = self.settings
        field = field_a_per_m / s.reference_field_a_per_m
        return field * field * frequency_hz / s.reference_frequency_hz

    def _matrix(self, dt_s: float, coupling_w_per_k: float) -> Array:
        """Return e^(A dt) and its integral over dt, stacked: shape (2, 7, 7)."""
        key = (dt_s, coupling_w_per_k)
        found = self._matrices.get(key)
        if found is None:
            big = np.zeros((14, 14))
            big[:7, :7], big[:7, 7:] = self._rates(coupling_w_per_k), np.eye(7)
            big = expm(big * dt_s)
            found = np.stack([big[:7, :7], big[:7, 7:]])
            if len(self._matrices) < 64:
                self._matrices[key] = found
        return found

    def _rates(self, coupling_w_per_k: float) -> Array:
        """Return A of dx/dt = A x, in 1/s, shape (7, 7)."""
        s = self.settings
        a = np.zeros((7, 7))
        held = s.holder_j_per_k > 0
        self._couple(a, SAMPLE, VIAL, coupling_w_per_k, s.heat_capacity_j_per_k)
        self._couple(a, VIAL, SAMPLE, coupling_w_per_k, s.vial_j_per_k)
        outside = HOLDER if held else BORE
        self._couple(a, VIAL, outside, s.loss_w_per_k, s.vial_j_per_k)
        if held:
            self._couple(a, HOLDER, VIAL, s.loss_w_per_k, s.holder_j_per_k)
            self._couple(a, HOLDER, BORE, s.holder_loss_w_per_k, s.holder_j_per_k)
        self._couple(a, PROBE, SAMPLE, 1.0, max(s.probe_lag_s, 1e-3))
        a[BORE, BORE] = -1.0 / s.bore_s
        a[BORE, TIME] = s.drift_c_per_s / s.bore_s
        a[BORE, ONE] = s.ambient_c / s.bore_s
        a[TIME, ONE] = 1.0
        return a

    @staticmethod
    def _couple(
        a: Array, node: int, other: int, w_per_k: float, j_per_k: float
    ) -> None:
        a[node, node] -= w_per_k / j_per_k
        a[node, other] += w_per_k / j_per_k

    def _trail_s(self) -> Array:
        """Return by how many seconds each node trails a linear drift (negative)."""
        s = self.settings
        rates = self._rates(s.coupling_w_per_k)
        keep = [SAMPLE, VIAL, BORE, PROBE]
        keep += [HOLDER] if s.holder_j_per_k > 0 else []
        trail = np.zeros(TIME)
        # x = T_0 + d (t + k): A k = 1 in each node that drifts along.
        trail[keep] = np.linalg.solve(rates[np.ix_(keep, keep)], np.ones(len(keep)))
        return trail


class Reader:
    """A thermometer that averages, adds noise and rounds, with a seeded generator.

    ``average_s`` is a moving mean over the readings taken, ``step_c`` the resolution.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        noise_c: float = 0.02,
        step_c: float = 0.0,
        average_s: float = 0.0,
        period_s: float = 0.2,
    ) -> None:
        self._rng = rng
        self._noise_c = noise_c
        self._step_c = step_c
        self._taken: deque[float] = deque(maxlen=max(1, round(average_s / period_s)))

    def read(self, probe_c: float) -> float:
        """Return the reading of a tip at a temperature, both in °C."""
        self._taken.append(probe_c + self._noise_c * float(self._rng.standard_normal()))
        mean_c = sum(self._taken) / len(self._taken)
        if self._step_c <= 0:
            return mean_c
        return round(mean_c / self._step_c) * self._step_c


def record(
    calorimeter: Calorimeter,
    reader: Reader,
    field_a_per_m: Array,
    frequency_hz: float,
    period_s: float,
) -> tuple[Array, Array]:
    """Run a calorimeter through a field record; return times in s and readings in °C.

    ``field_a_per_m`` has shape (samples,): the field at row k is held from that row's
    time to the next row's.
    """
    stretches = np.split(field_a_per_m, np.flatnonzero(np.diff(field_a_per_m)) + 1)
    tips_c = [
        calorimeter.tips_c(held.size, period_s, float(held[0]), frequency_hz)
        for held in stretches
    ]
    readings_c = np.array([reader.read(float(c)) for c in np.concatenate(tips_c)])
    times_s: Array = np.asarray(np.arange(field_a_per_m.size) * period_s, dtype=float)
    return times_s, readings_c
