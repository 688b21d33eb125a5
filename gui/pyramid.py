"""Numbers over time for a plot: growing arrays under a pyramid of least and largest.

No Qt. A storey of the pyramid holds the least and the largest of each block of ``FAN``
entries of the storey below. A narrow peak is never lost, and any stretch of a day's
data costs as little to draw as a minute of it.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FAN = 4
FIRST_ROOM = 1024
EXTENT_POINTS = 400


class Column:
    """Floats that are appended at the end, in room that doubles."""

    def __init__(self) -> None:
        self._room: Floats = np.empty(FIRST_ROOM)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, value: float) -> None:
        """Add one number."""
        self._make_room(1)
        self._room[self._count] = value
        self._count += 1

    def extend(self, values: Floats) -> None:
        """Add numbers, (samples,)."""
        self._make_room(len(values))
        self._room[self._count : self._count + len(values)] = values
        self._count += len(values)

    def values(self) -> Floats:
        """Give all the numbers so far, (samples,), as a view that is not copied."""
        return self._room[: self._count]

    def _make_room(self, more: int) -> None:
        wanted = self._count + more
        if wanted > len(self._room):
            grown = np.empty(max(wanted, 2 * len(self._room)))
            grown[: self._count] = self.values()
            self._room = grown


class Storey:
    """Least and largest of each full block of the storey below."""

    def __init__(self) -> None:
        self.least = Column()
        self.largest = Column()

    def raise_on(self, least: Floats, largest: Floats) -> bool:
        """Take the blocks that are full now; say whether there were any."""
        done, full = len(self.least) * FAN, len(least) // FAN * FAN
        if done == full:
            return False
        blocks = (-1, FAN)
        self.least.extend(np.fmin.reduce(least[done:full].reshape(blocks), axis=1))
        self.largest.extend(np.fmax.reduce(largest[done:full].reshape(blocks), axis=1))
        return True


class Pyramid:
    """One curve over time. NaN is a gap and stays one."""

    def __init__(self) -> None:
        self._times_s = Column()
        self._values = Column()
        self._storeys: list[Storey] = []

    def __len__(self) -> int:
        return len(self._times_s)

    def append(self, time_s: float, value: float) -> None:
        """Add one sample; a time that does not advance is left out."""
        times_s = self._times_s.values()
        if not (time_s > times_s[-1] if len(times_s) else time_s == time_s):
            return
        self._times_s.append(time_s)
        self._values.append(value)
        if len(self._values) % FAN == 0:
            self._raise()

    def extend(self, times_s: Floats, values: Floats) -> None:
        """Add samples, (samples,) each.

        Raises:
            ValueError: the times do not advance.
        """
        joined = np.concatenate([self._times_s.values()[-1:], times_s])
        if not (np.diff(joined) > 0.0).all() or len(times_s) != len(values):
            raise ValueError("each sample needs a time later than the one before")
        self._times_s.extend(times_s)
        self._values.extend(values)
        self._raise()

    def span_s(self) -> tuple[float, float] | None:
        """Give the first and the last time in s; None without samples."""
        times_s = self._times_s.values()
        return (float(times_s[0]), float(times_s[-1])) if len(times_s) else None

    def at(self, time_s: float) -> float:
        """Give the newest value that was known at ``time_s``; NaN before the first."""
        index = int(np.searchsorted(self._times_s.values(), time_s, side="right"))
        return float(self._values.values()[index - 1]) if index else float("nan")

    def extent(self, from_s: float, to_s: float) -> tuple[float, float] | None:
        """Give the least and the largest value of a stretch; None where none is."""
        values = self.drawn(EXTENT_POINTS, from_s, to_s)[1]
        values = values[np.isfinite(values)]
        return (float(values.min()), float(values.max())) if len(values) else None

    def drawn(
        self,
        max_points: int,
        from_s: float = -np.inf,
        to_s: float = np.inf,
    ) -> tuple[Floats, Floats]:
        """Give (times in s, values) to draw of a stretch, about ``max_points`` at most.

        One sample more on each side keeps the curve going at the edges. Above
        ``max_points`` each block is drawn as its least and its largest value at the
        block's first time, what does not fill a block likewise, and the last sample
        as it is. Values outside the stretch may be drawn with the blocks at its edges.
        """
        times_s, values = self._times_s.values(), self._values.values()
        first = max(int(np.searchsorted(times_s, from_s)) - 1, 0)
        end = min(int(np.searchsorted(times_s, to_s, side="right")) + 1, len(times_s))
        if end - first <= max_points:
            return times_s[first:end], values[first:end]
        size, storey = self._fitting(end - first, max_points)
        if storey is None:
            return times_s[first:end], values[first:end]
        blocks = slice(first // size, end // size)
        starts = times_s[blocks.start * size : blocks.stop * size : size]
        drawn_s = np.repeat(starts, 2)
        drawn = np.empty(len(drawn_s))
        drawn[0::2] = storey.least.values()[blocks]
        drawn[1::2] = storey.largest.values()[blocks]
        return self._finish(drawn_s, drawn, blocks.stop * size, end)

    def _finish(
        self, drawn_s: Floats, drawn: Floats, rest: int, end: int
    ) -> tuple[Floats, Floats]:
        """Add what no block covers."""
        times_s, values = self._times_s.values()[:end], self._values.values()[:end]
        if rest < end:
            start_s = times_s[rest]
            pair = [np.fmin.reduce(values[rest:]), np.fmax.reduce(values[rest:])]
            drawn_s = np.concatenate([drawn_s, [start_s, start_s]])
            drawn = np.concatenate([drawn, pair])
        return np.append(drawn_s, times_s[-1]), np.append(drawn, values[-1])

    def _fitting(self, samples: int, max_points: int) -> tuple[int, Storey | None]:
        """Choose the finest storey whose blocks fit: (block size, storey)."""
        size, chosen = 1, None
        for storey in self._storeys:
            size, chosen = size * FAN, storey
            if 2 * (samples // size) <= max_points:
                break
        return size, chosen

    def _raise(self) -> None:
        least, largest = self._values.values(), self._values.values()
        for number in range(64):
            if number == len(self._storeys):
                if len(least) < FAN:
                    return
                self._storeys.append(Storey())
            storey = self._storeys[number]
            if not storey.raise_on(least, largest):
                return
            least, largest = storey.least.values(), storey.largest.values()
