"""A simulated vial for ``amf sar run``: calorimeter, coil and thermometer on paper.

Physics alone: no instrument on a wire takes part.
"""

import zlib

import numpy as np

from controller.analysis.calorimetry import Sample
from controller.config_sar_matrix import SarSimulation
from controller.config_sar_plan import SarPoint
from controller.errors import BenchError
from simulators.calorimeter import Calorimeter, CalorimeterSettings, Reader
from simulators.coil import Tank

REFERENCE_FIELD_A_PER_M = 10_000.0
REFERENCE_FREQUENCY_HZ = 100_000.0
# The supply's voltage is not limited here: current sets the field.
AMPLE_V = 1e3


class SimulatedVial:
    """A sample in a magneTherm coil, with a fibre in it."""

    def __init__(self, calorimeter: Calorimeter, reader: Reader, tank: Tank) -> None:
        self._calorimeter, self._reader, self._tank = calorimeter, reader, tank

    def advance(self, dt_s: float, current_a: float, frequency_hz: float) -> None:
        """Let time pass with a supply current in A at a frequency in Hz."""
        point = self._tank.settle(AMPLE_V, current_a, frequency_hz, True)
        self._calorimeter.advance(dt_s, point.field_a_per_m, frequency_hz)

    def read_c(self) -> float:
        """Measure the temperature of the sample, in °C."""
        return self._reader.read(self._calorimeter.probe_c)


def calorimetry(
    truth: SarSimulation, point: SarPoint, contents: Sample, seed: int
) -> SimulatedVial:
    """Put a fresh simulated sample into the coil of a point.

    Raises:
        BenchError: the coil is not in the magneTherm's table.
    """
    # W/kg per nH·m²/kg: H² f · 1e-9; per gram: another 1e-3.
    drive = REFERENCE_FIELD_A_PER_M**2 * REFERENCE_FREQUENCY_HZ
    settings = CalorimeterSettings(
        sar_w_per_g=1e-12 * truth.ilp_nh_m2_per_kg * drive,
        mass_g=1e3 * contents.iron_kg * truth.iron_ratio,
        reference_field_a_per_m=REFERENCE_FIELD_A_PER_M,
        reference_frequency_hz=REFERENCE_FREQUENCY_HZ,
        heat_capacity_j_per_k=contents.contents_j_per_k,
        vial_j_per_k=truth.vial_j_per_k,
        coupling_w_per_k=truth.coupling_w_per_k,
        loss_w_per_k=truth.loss_w_per_k,
        ambient_c=truth.ambient_c,
        drift_c_per_s=truth.drift_c_per_s,
        probe_lag_s=truth.probe_lag_s,
    )
    try:
        tank = Tank.magnetherm(point.capacitor.turns, point.capacitor.capacitance_f)
    except ValueError as error:
        raise BenchError(f"{point.capacitor.name}: {error}") from error
    tank.coil_gain = truth.coil_gain
    # A name's own stream, the same on every machine: hash() is not.
    rng = np.random.default_rng([seed, zlib.crc32(point.stem.encode())])
    reader = Reader(rng, truth.noise_c, truth.quantisation_c)
    return SimulatedVial(Calorimeter(settings), reader, tank)
