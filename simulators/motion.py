"""What comes and goes by chance: coughs that move a probe, and short losses of light.

Moments begin after waiting times that are drawn from an exponential law, last a given
time, and have a size from half of the given one to all of it. Two series with equal
generators have the same moments: that is how one cough moves every probe.
"""

from math import inf
from random import Random

SMALLEST_SHARE = 0.5


class Moments:
    """A series of moments. It has no clock: ``advance`` is time.

    ``every_s`` is the mean time from the end of one to the next; inf for never.

    Raises:
        ValueError: a time is not above 0 s.
    """

    def __init__(self, rng: Random, every_s: float = inf, lasts_s: float = 1.5) -> None:
        if not (every_s > 0.0 and 0.0 < lasts_s < inf):
            raise ValueError("moments need times above 0 s")
        self._rng = rng
        self._every_s, self._lasts_s = every_s, lasts_s
        self._until_s = self._waiting_s()
        self.share = 0.0

    def advance(self, dt_s: float) -> float:
        """Return the size of what goes on during the next dt_s, 0 for nothing.

        It is the size at the start of the step, and 0.5 to 1 while a moment lasts.
        """
        while self._until_s <= 1e-9:
            if self.share > 0.0:
                self.share = 0.0
                self._until_s += self._waiting_s()
            else:
                self.share = self._rng.uniform(SMALLEST_SHARE, 1.0)
                self._until_s += self._lasts_s
        self._until_s -= dt_s
        return self.share

    def _waiting_s(self) -> float:
        if self._every_s == inf:
            return inf
        return self._rng.expovariate(1.0 / self._every_s)
