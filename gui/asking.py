"""What the operator may ask for now, and within which bounds. No Qt.

The engine has the last word: it refuses what it must, with a sentence.
"""

from gui.alarms import alarms_of
from gui.view import ControlsView, Notice
from gui.wording import Message, number, pair, part, words

ALWAYS = frozenset({"note", "mark"})
NEXT = frozenset({"next", "setpoint"})
BY_PHASE = {
    "baseline": NEXT | {"hold"},
    "ramp": NEXT | {"hold", "manual"},
    "hold": NEXT | {"manual"},
    "cool": NEXT,
    "tripped": frozenset({"reset"}),
}


def controls_view(snapshot: Message, over: bool, answer: Notice) -> ControlsView:
    """Say what can be asked in the phase of a snapshot; nothing once it is over."""
    phase = words(snapshot, "phase")
    allowed: frozenset[str] = frozenset()
    if phase and not over:
        allowed = ALWAYS | BY_PHASE.get(phase, frozenset())
        if alarms_of(snapshot):
            allowed |= {"acknowledge"}
    return ControlsView(
        allowed=allowed,
        setpoint_c=number(snapshot, "setpoint_c"),
        setpoint_range_c=pair(snapshot, "setpoint_range_c"),
        manual_a_per_m=number(snapshot, "manual_a_per_m"),
        commanded_a_per_m=number(part(snapshot, "field"), "commanded_a_per_m"),
        bound_a_per_m=number(part(snapshot, "field"), "bound_a_per_m"),
        answer=answer,
    )
