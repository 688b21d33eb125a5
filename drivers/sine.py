"""What an oscilloscope's numbers say of a sinusoidal voltage.

A field amplitude follows from a pick-up coil's voltage only for a sine, so peak and rms
have to agree with one: a clipped sweep reads too low a peak, and a field that is taken
for lower than it is would be driven too high.
"""

import math

from drivers.roles import Signal

# What cannot be measured reads 9.9E37 or 9.91E37, and one line says so for both.
INVALID = 9e37
# Peak over rms of a sine is 1.414; clipped at 87 % of its peak it is 1.30; with 5 % rms
# of noise, whose extremes widen the peak by three times that, it is 1.56. Clipping by
# less than 13 % therefore passes: the scale of the screen is the operator's to check.
LOWEST_CREST, HIGHEST_CREST = 1.30, 1.60
ERROR = Signal(math.nan, math.nan, math.nan, "error")


def signal_of(frequency_hz: float, peak_to_peak_v: float, rms_v: float) -> Signal:
    """Return a signal in Hz, V peak (half of peak to peak) and V rms.

    Quality "error", and no number at all, for what the oscilloscope could not measure,
    for NaN, for zero and below, and where peak over rms is not that of a sine.
    """
    finite = 0.0 < frequency_hz < INVALID and 0.0 < rms_v < INVALID
    if not (finite and 0.0 < peak_to_peak_v < INVALID):
        return ERROR
    peak_v = 0.5 * peak_to_peak_v
    if not LOWEST_CREST <= peak_v / rms_v <= HIGHEST_CREST:
        return ERROR
    return Signal(frequency_hz, peak_v, rms_v, "ok")
