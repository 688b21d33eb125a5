"""Tables of a SAR matrix: protocol, points, ceiling, coils and what is simulated."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from controller.config.sar import Share, read_table
from controller.config.types import Frequency, Name, Table

Amplitude = Annotated[float, Field(ge=100.0, le=1e5)]
# The part of a curve in which a field sensor confirms the gain at low drive.
CONFIRMING = "gain confirmed at low drive"
Longest = Annotated[float, Field(ge=5.0, le=86400.0)]


class ProtocolTable(Table):
    """Equilibrate until the drift is small, then baseline, field on, cooling.

    ``pulses`` above 1 is the zig-zag: on_s and pause_s so often. ``start_c`` waits for
    a start temperature, too. ``preheat_s`` warms the coil without a sample at each
    capacitor; ``probe_out`` asks to take the probe out and in between repeats.
    """

    drift_c_per_min: Annotated[float, Field(gt=0.0, le=0.1)] = 0.02
    drift_window_s: Annotated[float, Field(ge=60.0, le=3600.0)] = 120.0
    longest_wait_s: Longest = 7200.0
    baseline_s: Longest = 60.0
    on_s: Longest = 120.0
    off_s: Longest = 180.0
    pulses: Annotated[int, Field(ge=1, le=50)] = 1
    pause_s: Annotated[float, Field(ge=1.0, le=600.0)] = 60.0
    start_c: Annotated[float, Field(ge=0.0, le=80.0)] | None = None
    start_tolerance_c: Annotated[float, Field(gt=0.0, le=5.0)] = 0.5
    preheat_s: Annotated[float, Field(ge=1.0, le=3600.0)] | None = None
    probe_out: bool = False
    update_s: Annotated[float, Field(ge=0.05, le=1.0)] = 0.25
    repeats: Annotated[int, Field(ge=1, le=20)] = 3
    sample_trip_c: Annotated[float, Field(ge=20.0, le=80.0)] = 80.0


class MatrixTable(Table):
    """Which amplitudes, at every capacitor; ``shuffle`` draws the order by the seed.

    ``blanks`` is how often each point is measured with the medium alone.
    """

    amplitudes_a_per_m: Annotated[list[Amplitude], Field(min_length=1, max_length=50)]
    shuffle: bool = False
    blanks: Annotated[int, Field(ge=0, le=20)] = 0


class BenchTable(Table):
    """Which instruments make and see the field, by their names, and the wiring."""

    supply: Name = "psu"
    generator: Name = "generator"
    thermometer: Name = "thermometer"
    channel: Annotated[int, Field(ge=1, le=16)] = 1
    drive_vpp: Annotated[float, Field(ge=0.01, le=10.0)] = 5.0
    max_voltage_v: Annotated[float, Field(ge=0.5, le=1000.0)] = 60.0


class CheckTable(Table):
    """This sample is the daily check sample: a row of the control chart each time.

    A ``resistor`` in the liquid is heated by a supply of its own, at ``heater_v`` and
    ``heater_a`` as declared, with no field at all: its power is known, so that the
    heat capacity is measured. ``heater_u`` is relative, of the power; ``switch_u_s``
    is how exactly it is switched by hand.
    """

    name: Name
    kind: Literal["ferrofluid", "resistor"] = "ferrofluid"
    heater_v: Annotated[float, Field(gt=0.0, le=100.0)] | None = None
    heater_a: Annotated[float, Field(gt=0.0, le=10.0)] | None = None
    heater_u: Share = 0.005
    switch_u_s: Annotated[float, Field(ge=0.0, le=5.0)] = 0.3

    @property
    def heater_w(self) -> float:
        """Return the declared power of the resistor in W, 0 without one."""
        return (self.heater_v or 0.0) * (self.heater_a or 0.0)

    @property
    def heats(self) -> bool:
        """Say whether a resistor is the check, and not particles."""
        return self.kind == "resistor"

    def problems(self) -> Iterator[str]:
        """Yield a sentence for each mistake within the table."""
        if self.heats and not self.heater_w > 0.0:
            yield 'check: kind = "resistor" needs heater_v and heater_a, as declared'
        if not self.heats and self.heater_w > 0.0:
            yield 'check: heater_v and heater_a are for kind = "resistor"'


class CeilingTable(Table):
    """The bound on the field. A SAR sample is no tissue: the hardware's limits."""

    amplitude_cap_a_per_m: Amplitude
    frequency_min_hz: Frequency
    frequency_max_hz: Frequency
    field_uncertainty: Annotated[float, Field(ge=0.10, le=0.5)] = 0.10
    frequency_uncertainty: Annotated[float, Field(ge=1e-6, le=0.05)] = 1e-4


class CapacitorTable(Table):
    """One capacitor with its coil, at its resonance; ``tuned_ohm`` is V/I there."""

    name: Name
    turns: Annotated[int, Field(ge=1, le=100)]
    capacitance_f: Annotated[float, Field(ge=1e-9, le=1e-5)]
    frequency_hz: Frequency
    field_per_ampere_per_m: Annotated[float, Field(gt=0.0, le=1e5)]
    tuned_ohm: Annotated[float, Field(ge=0.01, le=1000.0)]
    max_current_a: Annotated[float, Field(gt=0.0, le=1000.0)]
    current_resolution_a: Annotated[float, Field(gt=0.0, le=1.0)] = 0.01


class SarSimulation(Table):
    """What is true of the simulated sample, whatever the other tables believe.

    With ``saturation_a_per_m`` heating grows less than with H² towards it, and there is
    no one ILP. ``bore_rise_k`` is how far the coil warms the bore in the end, 15 kA/m,
    ``power_per_c`` the change of power with temperature, relative. Convection raises
    the coupling, G (1 + k |T - T_wall|); sedimentation leaves exp(-t / sedimentation_s)
    of the power, 0 = none, from each fresh sample on. ``average_s`` is how long the
    thermometer averages what it shows; ``pickup_error`` is the sensor's, relative.
    """

    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    ilp_nh_m2_per_kg: Annotated[float, Field(gt=0.0, le=30.0)]
    saturation_a_per_m: Annotated[float, Field(gt=0.0, le=1e6)] | None = None
    coil_gain: Annotated[float, Field(ge=0.1, le=10.0)] = 1.0
    iron_ratio: Annotated[float, Field(ge=0.1, le=10.0)] = 1.0
    vial_j_per_k: Annotated[float, Field(gt=0.0, le=100.0)] = 1.0
    coupling_w_per_k: Annotated[float, Field(gt=0.0, le=10.0)] = 0.05
    loss_w_per_k: Annotated[float, Field(gt=0.0, le=10.0)] = 0.012
    ambient_c: Annotated[float, Field(ge=0.0, le=60.0)] = 25.0
    drift_c_per_s: Annotated[float, Field(ge=-0.01, le=0.01)] = 0.0
    bore_rise_k: Annotated[float, Field(ge=0.0, le=40.0)] = 0.0
    bore_s: Annotated[float, Field(ge=1.0, le=1e5)] = 300.0
    power_per_c: Annotated[float, Field(ge=-0.02, le=0.02)] = 0.0
    convection_per_k: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    sedimentation_s: Annotated[float, Field(ge=0.0, le=1e7)] = 0.0
    pickup_error: Annotated[float, Field(ge=-0.5, le=0.5)] = 0.0
    probe_lag_s: Annotated[float, Field(ge=0.0, le=30.0)] = 0.5
    noise_c: Annotated[float, Field(ge=0.0, le=1.0)] = 0.02
    quantisation_c: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    average_s: Annotated[float, Field(ge=0.0, le=60.0)] = 0.0


def capacitors_of(tables: object, problems: list[str]) -> tuple[CapacitorTable, ...]:
    """Read [[capacitors]]; append a sentence for each mistake."""
    if not isinstance(tables, list) or not tables:
        problems.append("[[capacitors]] is missing; name at least one capacitor")
        return ()
    found = [
        read_table(CapacitorTable, content, f"capacitors[{at}]", problems)
        for at, content in enumerate(tables, start=1)
    ]
    capacitors = tuple(c for c in found if c is not None)
    names = [c.name for c in capacitors]
    problems += [
        f"capacitors: {n} stands twice"
        for n in sorted(set(names))
        if names.count(n) > 1
    ]
    return capacitors
