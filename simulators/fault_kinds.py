"""What can go wrong on a simulated bench: one table, name → what it does, on what."""

from dataclasses import dataclass
from math import isclose
from typing import Literal

from simulators.coil import MAGNETHERM
from simulators.fault_effects import (
    Begin,
    auto_restart,
    change_gain,
    delay,
    detune,
    frequency,
    garble_line,
    let_another_answer,
    open_contact,
    other_capacitor,
    other_coil,
    power_cycle,
    short_turn,
    stop_water,
    swap,
    switch_channel,
    switch_line,
    switch_pickup,
    switch_probe,
    switch_twin,
    trip,
)
from simulators.wire_faults import doubled, garbled, stale, truncated, wrong_end

Place = Literal["wire", "instrument", "probe", "applicator", "field", "cooling"]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a fault may be, ``default`` when nothing is said.

    Either between ``low`` and ``high``, or one of ``choices``.
    """

    unit: str
    default: float
    low: float = 0.0
    high: float = 0.0
    choices: tuple[float, ...] = ()

    def problem(self, size: float) -> str:
        """Return what is wrong with a size, "" for nothing."""
        if self.choices:
            if any(isclose(size, choice, rel_tol=1e-3) for choice in self.choices):
                return ""
            allowed = "one of " + ", ".join(f"{choice:g}" for choice in self.choices)
        elif self.low <= size <= self.high:
            return ""
        else:
            allowed = f"within {self.low:g} to {self.high:g}"
        return f"size = {size:g} is not {allowed} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Kind:
    """What a fault does, and on what.

    ``needs``: the twin must have one of these; empty for every twin. ``exchange``: the
    fault has a second party. ``begin`` gets the size, and may return what ends it.
    """

    does: str
    place: Place
    begin: Begin
    size: Size | None = None
    needs: tuple[str, ...] = ()
    exchange: bool = False


_SUPPLY = ("set_current_a",)
_TRIPS = ("trip",)
_SCOPE = ("coil_channel",)
_TURNS = tuple(sorted({float(row.turns) for row in MAGNETHERM}))
_CAPACITANCES_F = tuple(sorted({1e-9 * row.capacitance_nf for row in MAGNETHERM}))
KINDS: dict[str, Kind] = {
    "silence": Kind("loses every answer", "wire", switch_line("silent")),
    "deaf": Kind("loses every command", "wire", switch_line("deaf")),
    "disconnect": Kind(
        "the cable is out, and back in after", "wire", switch_line("gone")
    ),
    "delay": Kind(
        "every answer comes late", "wire", delay, Size("s", 2.0, 0.001, 60.0)
    ),
    "truncated": Kind(
        "only half of every answer arrives", "wire", garble_line(lambda *_: truncated)
    ),
    "garbled": Kind(
        "bits flip in a share of the bytes, in one at least",
        "wire",
        garble_line(lambda scene, share: garbled(scene.rng, share)),
        Size("", 0.1, 0.0, 1.0),
    ),
    "doubled": Kind(
        "every answer arrives twice", "wire", garble_line(lambda *_: doubled)
    ),
    "stale": Kind(
        "every answer is that to the query before",
        "wire",
        garble_line(lambda *_: stale()),
    ),
    "wrong-terminator": Kind(
        "lines end in another system's way", "wire", garble_line(lambda *_: wrong_end)
    ),
    "another-instrument": Kind(
        "the other instrument answers here", "wire", let_another_answer, exchange=True
    ),
    "unplugged": Kind(
        "the fibre is out of its socket", "probe", switch_channel("unplugged")
    ),
    "broken-fibre": Kind("no light comes back", "probe", switch_probe("unplugged")),
    "frozen": Kind("the last value is repeated", "probe", switch_channel("frozen")),
    "drift": Kind(
        "the reading walks off",
        "probe",
        switch_probe("drift_c_per_s", sized=True),
        Size("°C/s", 0.01, -1.0, 1.0),
    ),
    "offset": Kind(
        "the reading is wrong by so much",
        "probe",
        switch_probe("offset_c", sized=True),
        Size("°C", -1.0, -20.0, 20.0),
    ),
    "spike": Kind(
        "the reading jumps; give a short duration",
        "probe",
        switch_probe("spike_c", sized=True),
        Size("°C", 10.0, -500.0, 500.0),
    ),
    "slipped": Kind(
        "the probe sits where it is cooler by so much",
        "probe",
        switch_probe("slip_c", sized=True),
        Size("°C", 2.0, 0.1, 20.0),
    ),
    "cough": Kind(
        "the probe moves to where it is cooler by so much; give a short duration",
        "probe",
        switch_probe("moved_c", sized=True),
        Size("°C", 1.0, -10.0, 10.0),
    ),
    "pulled-out": Kind("the probe is in the air", "probe", switch_probe("pulled_out")),
    "swapped": Kind("two probes change places", "probe", swap, exchange=True),
    "warm-up": Kind(
        "the thermometer is not ready yet",
        "instrument",
        switch_twin("warming_up"),
        needs=("warming_up",),
    ),
    **{
        kind: Kind(f"the supply trips ({said})", "instrument", trip(kind), None, _TRIPS)
        for kind, said in (
            ("over-voltage", "OVP"),
            ("over-current", "OCP"),
            ("over-temperature", "OTP"),
        )
    },
    "stuck-on": Kind(
        "an output that is on stays on",
        "instrument",
        switch_twin("stuck_on"),
        needs=("stuck_on",),
    ),
    "set-ignored": Kind(
        "new set-points are not taken",
        "instrument",
        switch_twin("ignores_set", "stuck_frequency"),
        needs=("ignores_set", "stuck_frequency"),
    ),
    "front-panel": Kind(
        "somebody took control at the front panel",
        "instrument",
        switch_twin("front_panel", "local"),
        needs=("front_panel", "local"),
    ),
    "contact-open": Kind(
        "a contact opens: 1 on CTS, 2 on DSR, 3 on DCD",
        "instrument",
        open_contact,
        Size("", 1.0, choices=(1.0, 2.0, 3.0)),
        needs=("closed",),
    ),
    "adapter-gone": Kind(
        "the adapter with the contacts is pulled",
        "instrument",
        switch_twin("gone"),
        needs=("gone",),
    ),
    **{
        f"relay-{kind}": Kind(
            f"the watchdog relay {said}", "instrument", switch_twin(kind), None, (kind,)
        )
        for kind, said in (
            ("welded", "does not fall off"),
            ("unwired", "is in no enable line"),
            ("steady", "holds on a line that stays up, too"),
        )
    },
    "power-cycle": Kind(
        "mains off; back with the limits of the factory, output off",
        "instrument",
        power_cycle,
        needs=("power_cycled",),
    ),
    "auto-restart": Kind(
        "mains off; back with the output and set-points as before, limits reset",
        "instrument",
        auto_restart,
        needs=_SUPPLY,
    ),
    "frequency-pulled": Kind(
        "the true frequency is off by a relative error, and reads as set",
        "instrument",
        frequency,
        Size("", 0.01, -0.5, 0.5),
        needs=("frequency_error",),
    ),
    "detuned": Kind(
        "the resonance has moved by a relative shift",
        "applicator",
        detune,
        Size("", 0.02, -0.2, 0.2),
    ),
    "gain-changed": Kind(
        "the field of each ampere is so many times what it was",
        "applicator",
        change_gain,
        Size("", 1.1, 0.1, 10.0),
    ),
    "water-fails": Kind(
        "so much of the coil's cooling water flows, usually none",
        "cooling",
        stop_water,
        Size("", 0.0, 0.0, 1.0),
    ),
    "turn-shorted": Kind("a turn of the coil is shorted", "applicator", short_turn),
    "coil-exchanged": Kind(
        "another coil, by its turns; under current the circuit is open for 5 s",
        "applicator",
        other_coil,
        Size("turns", 18.0, choices=_TURNS),
    ),
    "capacitor-exchanged": Kind(
        "another capacitor; under current the circuit is open for 5 s",
        "applicator",
        other_capacitor,
        Size("F", 88e-9, choices=_CAPACITANCES_F),
    ),
    "pickup-fallen": Kind(
        "the pick-up coil has fallen out of the field",
        "field",
        switch_pickup("fallen_off"),
    ),
    "pickup-turned": Kind(
        "the pick-up coil is turned by so much",
        "field",
        switch_pickup("turned_deg", sized=True),
        Size("°", 30.0, 1.0, 90.0),
    ),
    "pickup-attenuated": Kind(
        "the pick-up's probe divides by so much more than it says",
        "field",
        switch_pickup("probe_factor", sized=True),
        Size("", 10.0, 0.05, 20.0),
    ),
    "scope-disconnected": Kind(
        "no cable on the oscilloscope",
        "instrument",
        switch_twin("disconnected"),
        needs=_SCOPE,
    ),
    "scope-saturated": Kind(
        "half of the signal fits the screen",
        "instrument",
        switch_twin("saturated"),
        needs=_SCOPE,
    ),
    "scope-rms": Kind(
        "the oscilloscope gives rms for peak",
        "instrument",
        switch_twin("rms_for_peak"),
        needs=_SCOPE,
    ),
    "scope-channel": Kind(
        "the coil is on the wrong channel",
        "instrument",
        switch_twin("wrong_channel"),
        needs=_SCOPE,
    ),
}
