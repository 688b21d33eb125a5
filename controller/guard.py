"""The last check of H·f before a driver: it raises, it never clips.

It repeats nothing of how the command was made. It asks only whether what is about to
be sent, with the frequency that was measured, may break the ceiling, and whether what
is measured now already does.
"""

import math

from controller.decisions.applicator import (
    LOWEST_VOLTAGE_LIMIT_V,
    VOLTAGE_HEADROOM,
    field_for,
)
from controller.decisions.ceiling import exceeds
from controller.decisions.field_sources import breach, measured_frequency
from controller.decisions.settings import Settings
from controller.decisions.signals import Command, Drive
from controller.errors import GuardError

ROUNDING = 1.0 + 1e-9


def guard(command: Command, drive: Drive | None, settings: Settings) -> None:
    """Check a command against the ceiling, with measured values where there are any.

    Raises:
        GuardError: the command must not be sent; the field is to be switched off.
    """
    if not command.output_on:
        if command.current_a != 0.0 or command.field_a_per_m != 0.0:
            raise GuardError(f"output off, but {command.current_a!r} A commanded")
        return
    _check_numbers(command)
    applicator = settings.applicator
    field, made = command.field_a_per_m, field_for(command.current_a, applicator)
    if made > field:
        field = made
    frequencies_hz = [command.frequency_hz]
    if drive is not None:
        frequencies_hz.append(measured_frequency(drive, settings))
    for frequency_hz in frequencies_hz:
        if exceeds(field, frequency_hz, settings.ceiling):
            raise GuardError(
                f"{field!r} A/m at {frequency_hz!r} Hz may break the ceiling of "
                f"{settings.ceiling.limit_a_per_m_s:.4g} A/(m·s)"
            )
    _check_measured(drive, settings)
    if not command.current_a <= applicator.max_current_a:
        raise GuardError(f"{command.current_a!r} A is above {applicator.max_current_a}")
    highest_v = VOLTAGE_HEADROOM * applicator.tuned_ohm * command.current_a * ROUNDING
    if not command.voltage_limit_v <= max(highest_v, LOWEST_VOLTAGE_LIMIT_V):
        raise GuardError(
            f"a voltage limit of {command.voltage_limit_v!r} V is more than "
            f"{VOLTAGE_HEADROOM:g} × the tuned voltage at {command.current_a!r} A"
        )


def _check_measured(drive: Drive | None, settings: Settings) -> None:
    seen = None if drive is None else breach(drive, settings)
    if seen is not None:
        source, field, frequency_hz = seen
        raise GuardError(
            f"the {source} says {field!r} A/m at {frequency_hz!r} Hz, which may break "
            f"the ceiling of {settings.ceiling.limit_a_per_m_s:.4g} A/(m·s)"
        )


def _check_numbers(command: Command) -> None:
    if (
        0.0 <= command.field_a_per_m < math.inf
        and 0.0 <= command.frequency_hz < math.inf
        and 0.0 <= command.current_a < math.inf
        and 0.0 <= command.voltage_limit_v < math.inf
    ):
        return
    for name in ("field_a_per_m", "frequency_hz", "current_a", "voltage_limit_v"):
        value = getattr(command, name)
        if not 0.0 <= value < math.inf:
            raise GuardError(f"{name} is {value!r}")
