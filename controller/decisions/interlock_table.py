"""Every interlock as data: what is looked at, how soon it acts, and what to do then.

The checks themselves are in ``interlocks``, ``applicator_heat``, ``slip``, ``frozen``,
``neighbours``, ``power``, ``rises``, ``interlocks_drive``, ``field_watch`` and, for
what only the loop sees, outside of this room. A trip latches and turns the field off; a
hold-back lets power only fall; a caution is said. docs/interlocks.md is made of it.
"""

from typing import Literal, NamedTuple

Action = Literal["trip", "hold-back", "caution"]
Priority = Literal["high", "medium", "low"]
PRIORITY: dict[Action, Priority] = {
    "trip": "high",
    "hold-back": "medium",
    "caution": "low",
}


class Interlock(NamedTuple):
    """One row. ``delay`` is from the event on, in words, with the limit's own name.

    ``todo`` says what an operator does about it.
    """

    code: str
    action: Action
    condition: str
    delay: str
    todo: str

    @property
    def priority(self) -> Priority:
        """How urgent it is: what has switched off is, what only tells is not."""
        return PRIORITY[self.action]

    @property
    def latching(self) -> bool:
        """Whether it stays until a reset."""
        return self.action == "trip"


_HOT = "let it cool; lower the set-point, then reset"
_FIELD = "check sensor, probe factor and calibration; then reset"
_AT_ONCE, _MEDIAN = "at once", "3 fresh readings, or 1 beyond the second limit"
_READ, _READING = "3 readings in a row", "1 reading"

# code, action, condition, delay, what to do
_ROWS: tuple[tuple[str, Action, str, str, str], ...] = (
    ("core-hot", "trip", "core too hot (tumour_trip_c, tumour_any_c)", _MEDIAN, _HOT),
    ("margin-hot", "trip", "margin too hot (the same limits)", _MEDIAN, _HOT),
    ("healthy-hot", "trip", "healthy tissue too hot (healthy_trip_c, healthy_any_c)",
     _MEDIAN, "let it cool, check the position of coil and probe; then reset"),
    ("healthy-dose", "trip", "healthy tissue has its dose (healthy_cem43_min)",
     _AT_ONCE, "end the treatment: healthy tissue has had its dose"),
    ("body-hot", "trip", "body too hot (body_trip_c)", _MEDIAN,
     "let the subject cool down, then reset"),
    ("sample-hot", "trip", "sample too hot (sample_trip_c)", _MEDIAN, _HOT),
    ("coil-hot", "trip", "coil too hot (trip_c of its probe)", _READING,
     "see to the cooling water, let the coil cool; then reset"),
    ("bore-hot", "trip", "bore of the coil too hot (trip_c of its probe)", _READING,
     "see to the cooling of the coil, let it cool; then reset"),
    ("water-hot", "trip", "cooling water too hot (trip_c of its probe)", _READING,
     "see to the flow and to the chiller; then reset"),
    ("body-start", "trip", "body not at 34 to 38.5 °C when heating begins", _AT_ONCE,
     "bring the body to its starting temperature, then reset"),
    ("rising", "trip", "a probe (not body) rises faster than full power heats",
     "slope over 5 s", "check sample and coil; give the expected rise in the config"),
    ("probe-lost", "trip", "no good reading: none, NaN, nonsense, warming up, silent",
     "3 updates, at most 3 s",
     "check the probe, its connector and the thermometer; then reset"),
    ("frozen", "trip", "no change where full power, or a −20 % step, must change it",
     "60 s in a ramp, or worth of full power in a sample without control; 120 s and "
     "0.3 °C predicted in a hold",
     "warm the probe by hand and see whether it moves; then reset"),
    ("slipped", "trip", "below what tissue can have cooled to, or 1.5 °C below rest; "
     "healthy < 30 °C, body < 32 °C or falling by 1 °C/min",
     "0.5 °C for 10 s, or 1.5 °C; below rest 3 s",
     "see whether the probe has slipped out; put it back, then reset"),
    ("disagrees", "trip", "a probe leaves its distance to the controlled one by 1.5 °C "
     "at like power, or by half of it where power rises with it", "10 s",
     "see which of the two has slipped or drifts; then reset"),
    ("swapped", "trip", "healthy or body gains 0.5 °C before the tumour", _AT_ONCE,
     "the probes may be swapped: check which is which, then reset"),
    ("no-rise", "trip", "rise below 0.3 °C where 1.5 °C are predicted, or below 0.2 °C "
     "after two minutes' worth of full power, in tissue without control after one; "
     "armed by each set-point",
     "10 s after its own prediction",
     "check that probe, sample and coil are in place; reset"),
    ("ramp-too-long", "trip", "set-point not reached", "max_ramp_s",
     "check position, coil and set-point; then reset"),
    ("ceiling", "trip", "measured H·f of any source, with its U, above the limit",
     _AT_ONCE, "check the field calibration and the frequency before you reset"),
    ("current-high", "trip", "current above every set-point of the last second",
     _AT_ONCE, "cut the power if the current stays; check the supply"),
    ("supply-trip", "trip", "the supply has tripped by itself", _AT_ONCE,
     "read the supply's display, clear its trip there, then reset"),
    ("output-lost", "trip", "output off although commanded on", "1 s",
     "see what switched the supply off: its interlock, its panel?"),
    ("output-stuck", "trip", "output on although commanded off", "1 s",
     "CUT THE POWER at the emergency stop: the supply does not go off"),
    ("generator-off", "trip", "generator off under a live supply", _AT_ONCE,
     "see what switched the generator off, then reset"),
    ("frequency", "trip", "generator 0.1 %, or the field 0.5 %, off what was set",
     _AT_ONCE, "check the generator and its lead, then reset"),
    ("resonance-lost", "trip", "V/I above 1.3 × the tuned one", "1 s",
     "check coil, capacitor and what stands in the coil; then reset"),
    ("load-low", "trip", "V/I below 0.75 × the tuned one", "1 s",
     "check the coil's leads and the inverter before you reset"),
    ("field-lost", "trip", "no good field reading while a current flows",
     "3 updates, 1 to 3 s", "check the field sensor: its place, lead and scale; reset"),
    ("field-disagrees", "trip", "first comparison beyond √(U₁²+U₂²)", _READ, _FIELD),
    ("field-drift", "trip", "sensor 15 % away from the calibration", _READ, _FIELD),
    ("field-jump", "trip", "sensor 8 % away from its own mean of a minute", _READ,
     "see what has moved: sensor, sample or coil; then reset"),
    ("no-read-back", "trip", "the applicator gives no read-back", _AT_ONCE,
     "check the supply's and the generator's leads, then reset"),
    ("supply-lost", "trip", "supply silent", "1.5 s",
     "cut the power if in doubt; check the supply's lead, then reset"),
    ("generator-lost", "trip", "generator silent", "1.5 s",
     "check the generator's power and lead, then reset"),
    ("instrument-silent", "trip", "an instrument does not answer, by its name",
     "its tolerated age", "check the instrument's power and lead, then reset"),
    ("instrument-returned", "trip", "an instrument was gone while the field was on",
     _AT_ONCE, "see why the instrument went away, then reset"),
    ("contact-open", "trip", "a contact is, or was, open: water, door, stop", _AT_ONCE,
     "see which interlock is open: water, door, emergency stop"),
    ("late", "trip", "tick late by more than late_periods", _AT_ONCE,
     "close other programs on this computer, then reset"),
    ("suspended", "trip", "tick late by more than 2 s: asleep, or stopped", _AT_ONCE,
     "switch the computer's sleep off; see how the subject is, then reset"),
    ("clock-jump", "trip", "UTC and monotonic time part by more than 2 s in a period",
     _AT_ONCE, "see whether the computer slept or its clock was set; then reset"),
    ("clock", "trip", "time does not run forward", _AT_ONCE,
     "end the run: this computer's clock cannot be trusted"),
    ("disk", "trip", "run folder gone, or less than 20 MB free", "50 ticks",
     "make room on the disk; the run cannot go on"),
    ("guardian", "trip", "the guardian is gone, or would act", _AT_ONCE,
     "end the run and start anew: the guardian is gone"),
    ("tumour-near", "hold-back", "tumour within 0.5 °C of its trip", _MEDIAN,
     "lower the set-point, or wait"),
    ("healthy-near", "hold-back", "healthy at 41.5 °C", _MEDIAN,
     "see to the healthy tissue: cool it, or lower the set-point"),
    ("applicator-near", "hold-back", "coil, bore or water at its hold_back_c", _MEDIAN,
     "see to the cooling of the coil"),
    ("reading-old", "hold-back", "a reading older than 1.1 updates", _AT_ONCE,
     "see to the thermometer if it does not go away"),
    ("no-temperature", "hold-back", "no trusted temperature to control", _AT_ONCE,
     "see to the tumour probes"),
    ("slip-seen", "hold-back", "0.5 °C below what the tissue can have cooled to", "3 s",
     "see whether the probe moves out"),
    ("parting", "hold-back", "a probe leaves its neighbours, as under disagrees", "3 s",
     "see whether one of the probes moves out"),
    ("quiet", "hold-back", "a probe does not change for 60 s", "60 s",
     "nothing: it is tested by less power at 120 s"),
    ("left-out", "hold-back", "a redundant tumour probe has died", "10 s",
     "stop, or let it go on without the probe"),
    ("field-old", "hold-back", "older than 1.5 updates and a period", _AT_ONCE,
     "see to the field sensor if it does not go away"),
    ("power-high", "caution", "power in hold above 1.5 × its 2 min mean, held there",
     _AT_ONCE, "see whether a probe has slipped"),
    ("body-away", "caution", "body outside 35 to 38.5 °C", _MEDIAN,
     "warm or cool the subject"),
    ("current-low", "caution", "current below its set-point", "5 s",
     "the supply is at its voltage limit, or the coil is detuned"),
    ("field-away", "caution", "sensor 5 % away from the calibration", _READ,
     "calibrate the field again after this run"),
    ("noted", "caution", "anything else that is said", _AT_ONCE, "read the sentence"),
)  # fmt: skip
INTERLOCKS = {row[0]: Interlock(*row) for row in _ROWS}
# the sentences of those who give no code begin so
WORDS = (
    ("field sensor", "field-old"),
    ("the field is", "field-away"),
    ("the supply delivers", "current-low"),
)


def code_of(sentence: str) -> str:
    """Return the code of a hold-back or caution that was given without one."""
    for begin, code in WORDS:
        if sentence.startswith(begin):
            return code
    return "noted"


def todo(code: str) -> str:
    """Return what to do about a code."""
    known = INTERLOCKS.get(code)
    return "find the cause before you reset" if known is None else known.todo
