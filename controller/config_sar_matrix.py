"""Tables of a SAR matrix: protocol, points, ceiling, coils and what is simulated."""

from typing import Annotated

from pydantic import Field

from controller.config_types import Frequency, Name, Table

Amplitude = Annotated[float, Field(ge=100.0, le=1e5)]
Longest = Annotated[float, Field(ge=5.0, le=86400.0)]


class ProtocolTable(Table):
    """Equilibrate until the drift is small, then baseline, field on, cooling."""

    drift_c_per_min: Annotated[float, Field(gt=0.0, le=0.1)] = 0.02
    drift_window_s: Annotated[float, Field(ge=60.0, le=3600.0)] = 120.0
    longest_wait_s: Longest = 7200.0
    baseline_s: Longest = 60.0
    on_s: Longest = 120.0
    off_s: Longest = 180.0
    update_s: Annotated[float, Field(ge=0.05, le=1.0)] = 0.2
    repeats: Annotated[int, Field(ge=1, le=20)] = 3
    sample_trip_c: Annotated[float, Field(ge=20.0, le=80.0)] = 80.0


class MatrixTable(Table):
    """Which amplitudes, at every capacitor; ``shuffle`` draws the order by the seed."""

    amplitudes_a_per_m: Annotated[list[Amplitude], Field(min_length=1, max_length=50)]
    shuffle: bool = False


class CeilingTable(Table):
    """The bound on the field. A SAR sample is no tissue: the hardware's limits."""

    amplitude_cap_a_per_m: Amplitude
    frequency_min_hz: Frequency
    frequency_max_hz: Frequency
    field_uncertainty: Annotated[float, Field(ge=0.10, le=0.5)] = 0.10
    frequency_uncertainty: Annotated[float, Field(ge=1e-6, le=0.05)] = 1e-4


class CapacitorTable(Table):
    """One capacitor with its coil, at its resonance."""

    name: Name
    turns: Annotated[int, Field(ge=1, le=100)]
    capacitance_f: Annotated[float, Field(ge=1e-9, le=1e-5)]
    frequency_hz: Frequency
    field_per_ampere_per_m: Annotated[float, Field(gt=0.0, le=1e5)]
    max_current_a: Annotated[float, Field(gt=0.0, le=1000.0)]
    current_resolution_a: Annotated[float, Field(gt=0.0, le=1.0)] = 0.01


class SarSimulation(Table):
    """What is true of the simulated sample, whatever the other tables believe."""

    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    ilp_nh_m2_per_kg: Annotated[float, Field(gt=0.0, le=30.0)]
    coil_gain: Annotated[float, Field(ge=0.1, le=10.0)] = 1.0
    iron_ratio: Annotated[float, Field(ge=0.1, le=10.0)] = 1.0
    vial_j_per_k: Annotated[float, Field(gt=0.0, le=100.0)] = 1.0
    coupling_w_per_k: Annotated[float, Field(gt=0.0, le=10.0)] = 0.05
    loss_w_per_k: Annotated[float, Field(gt=0.0, le=10.0)] = 0.012
    ambient_c: Annotated[float, Field(ge=0.0, le=60.0)] = 25.0
    drift_c_per_s: Annotated[float, Field(ge=-0.01, le=0.01)] = 0.0
    probe_lag_s: Annotated[float, Field(ge=0.0, le=30.0)] = 0.5
    noise_c: Annotated[float, Field(ge=0.0, le=1.0)] = 0.02
    quantisation_c: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
