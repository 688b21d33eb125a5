"""What a simulated InfiniiVision oscilloscope measures; infinite is nothing."""

from collections.abc import Callable
from functools import lru_cache
from math import isinf

from simulators.scope_input import Sweep
from simulators.scpi import choice

# what a measurement may be told beside its source
OPTIONS = ("CYCL", "CYCLE", "DISP", "DISPLAY", "DC", "AC")
RISE_SHARE = 0.2952  # of a period: a sine from 10 to 90 %


@lru_cache(maxsize=256)
def named_source(text: str, sources: tuple[str, ...]) -> str:
    """Return the channel that an argument names, "" for none.

    Raises:
        ScpiError: there is no such channel.
    """
    words = [word.strip() for word in text.upper().split(",")]
    named = [word for word in words if word and word not in OPTIONS]
    return choice(named[0], sources) if named else ""


def _of_period(share: float) -> Callable[[Sweep], float]:
    # nothing is measured of a wave without a frequency, which is infinite
    return lambda s: s.frequency_hz if isinf(s.frequency_hz) else share / s.frequency_hz


def _if_periodic(value: float) -> Callable[[Sweep], float]:
    return lambda s: s.frequency_hz if isinf(s.frequency_hz) else value


def _of_height(share: float) -> Callable[[Sweep], float]:
    return lambda sweep: share * sweep.peak_to_peak_v


# of a sine
OF_A_SWEEP: dict[str, Callable[[Sweep], float]] = {
    "FREQuency": lambda sweep: sweep.frequency_hz,
    "PERiod": _of_period(1.0),
    "PWIDth": _of_period(0.5),
    "NWIDth": _of_period(0.5),
    "RISetime": _of_period(RISE_SHARE),
    "FALLtime": _of_period(RISE_SHARE),
    "DUTYcycle": _if_periodic(50.0),
    "NDUTy": _if_periodic(50.0),
    "OVERshoot": _if_periodic(0.0),
    "PREShoot": _if_periodic(0.0),
    "VRMS": lambda sweep: sweep.rms_v,
    "VAVerage": lambda sweep: 0.0,
    "VPP": _of_height(1.0),
    "VAMPlitude": _of_height(1.0),
    "VMAX": _of_height(0.5),
    "VTOP": _of_height(0.5),
    "VMIN": _of_height(-0.5),
    "VBASe": _of_height(-0.5),
}
