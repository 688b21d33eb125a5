"""What one decision leaves for the next."""

from typing import NamedTuple

from controller.decisions import pid
from controller.decisions.alarms import Alarm
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.controlled import UNKNOWN, Controlled
from controller.decisions.easing import Trend
from controller.decisions.interlocks_drive import DriveWatch
from controller.decisions.neighbours import NOBODY, Neighbours
from controller.decisions.power import PowerWatch
from controller.decisions.rises import UNARMED, Rise
from controller.decisions.settings import Settings
from controller.decisions.signals import NAN, Command, Fault
from controller.decisions.slip import FORGOTTEN, Envelope
from controller.decisions.thermometry import ProbeWatch
from controller.decisions.treatment import Course


class State(NamedTuple):
    """All that one decision leaves for the next; it starts from ``initial``.

    ``cautions`` and ``reason`` are this tick's; ``faults`` latch until a reset.
    """

    t_s: float
    course: Course
    watches: tuple[ProbeWatch, ...]
    envelopes: tuple[Envelope, ...]
    drive: DriveWatch
    control: pid.ControlState
    power: PowerWatch
    command: Command
    faults: tuple[Fault, ...] = ()
    cautions: tuple[str, ...] = ()
    controlled_c: float = NAN
    limiting_c: float = NAN
    tumour: Controlled = UNKNOWN
    trends: tuple[Trend, ...] = ()
    neighbours: Neighbours = NOBODY
    rise: Rise = UNARMED
    alarms: tuple[Alarm, ...] = ()


def initial(settings: Settings) -> State:
    """Return the state before the first measurement: baseline, field off."""
    return State(
        t_s=NAN,
        course=Course(setpoint_c=settings.treatment.setpoint_c),
        watches=tuple(ProbeWatch() for _ in settings.probes),
        envelopes=tuple(FORGOTTEN for _ in settings.probes),
        drive=DriveWatch(),
        control=pid.initial(settings.control),
        power=PowerWatch(),
        command=off_command(settings, ""),
        trends=tuple(Trend() for _ in settings.probes),
    )


def off_command(settings: Settings, reason: str) -> Command:
    """Return the command that turns everything off, and why."""
    frequency_hz = settings.applicator.frequency_hz
    bound = permitted_amplitude(frequency_hz, settings.ceiling)
    return Command(0.0, frequency_hz, 0.0, 0.0, False, 0.0, bound, False, reason)
