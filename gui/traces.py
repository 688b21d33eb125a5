"""Numbers over time for a plot: growing arrays with a pyramid of least and largest.

No Qt. A level of the pyramid holds the least and the largest of each block of
``FAN`` entries of the level below, so that a narrow peak is never lost and a day of
data costs as little to draw as a minute.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FAN = 8
FIRST_ROOM = 1024


class Column:
    """Floats that are appended one by one, in room that doubles."""

    def __init__(self) -> None:
        self._room: Floats = np.empty(FIRST_ROOM)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, value: float) -> None:
        """Add one number at the end."""
        if self._count == len(self._room):
            self._room = np.concatenate([self._room, np.empty_like(self._room)])
        self._room[self._count] = value
        self._count += 1

    def values(self) -> Floats:
        """Give all the numbers so far, (samples,), as a view that is not copied."""
        return self._room[: self._count]


class Level:
    """One storey of the pyramid: least and largest of each full block below."""

    def __init__(self) -> None:
        self.least = Column()
        self.largest = Column()


class Trace:
    """One curve over time. NaN is a gap and stays one."""

    def __init__(self) -> None:
        self._times_s = Column()
        self._values = Column()
        self._levels: list[Level] = []

    def __len__(self) -> int:
        return len(self._times_s)

    def append(self, time_s: float, value: float) -> None:
        """Add one sample; a time that does not advance is left out."""
        times_s = self._times_s.values()
        if len(times_s) and not time_s > times_s[-1]:
            return
        self._times_s.append(time_s)
        self._values.append(value)
        self._raise_levels()

    def drawn(self, max_points: int) -> tuple[Floats, Floats]:
        """Give (times in s, values) to draw, about ``max_points`` at most.

        Above that number each block is drawn as its least and its largest value at
        the block's first time; the last, unfinished block likewise, and then the
        newest sample as it is.
        """
        size, least, largest = self._coarse(max_points)
        times_s, values = self._times_s.values(), self._values.values()
        if size == 1:
            return times_s, values
        full = len(least)
        drawn_s = np.repeat(times_s[: full * size : size], 2)
        drawn = np.empty(2 * full)
        drawn[0::2], drawn[1::2] = least, largest
        rest_s, rest = times_s[full * size :], values[full * size :]
        if len(rest):
            drawn_s = np.concatenate([drawn_s, [rest_s[0], rest_s[0]]])
            drawn = np.concatenate(
                [drawn, [np.fmin.reduce(rest), np.fmax.reduce(rest)]]
            )
        return np.append(drawn_s, times_s[-1]), np.append(drawn, values[-1])

    def _coarse(self, max_points: int) -> tuple[int, Floats, Floats]:
        """Choose the finest storey that fits: (block size, least, largest)."""
        size, least, largest = 1, self._values, self._values
        for level in self._levels:
            if len(least) * (1 if size == 1 else 2) <= max_points:
                break
            size, least, largest = size * FAN, level.least, level.largest
        return size, least.values(), largest.values()

    def _raise_levels(self) -> None:
        least, largest = self._values, self._values
        for storey in range(64):
            if len(least) % FAN:
                return
            if storey == len(self._levels):
                self._levels.append(Level())
            level = self._levels[storey]
            level.least.append(float(np.fmin.reduce(least.values()[-FAN:])))
            level.largest.append(float(np.fmax.reduce(largest.values()[-FAN:])))
            least, largest = level.least, level.largest
