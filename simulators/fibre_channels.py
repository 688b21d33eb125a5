"""The channels that a simulated fibre-optic thermometer has."""

from math import isfinite


class FibreChannels:
    """What the fibres show, channel 1 first.

    ``temperatures`` (°C, None without a probe) is written by the bench. Faults:
    ``unplugged`` and ``frozen`` (repeats what was shown last), a flag a channel.
    """

    def __init__(self, channels: int) -> None:
        self.temperatures: list[float | None] = [None] * channels
        self.unplugged = [False] * channels
        self.frozen = [False] * channels
        self._last_c: list[float | None] = [None] * channels

    def shown_c(self, channel: int) -> float | None:
        """Return what a channel (1 and up) shows, in °C; None without a probe."""
        at = channel - 1
        if self.unplugged[at]:
            return None
        if not self.frozen[at]:
            value_c = self.temperatures[at]
            finite = value_c is not None and isfinite(value_c)
            self._last_c[at] = value_c if finite else None
        return self._last_c[at]
