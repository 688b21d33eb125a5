"""A sphere and what surrounds it, cut into shells: volumes, conductances, places.

Half of the shells share the sphere evenly, the rest grow outward by a common ratio.
Conduction between shells inside is exact for even heating (T quadratic in r), outside
for none (T = a + b/r).
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import brentq

from simulators.tissues import Array

POINTS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Shells:
    """The shells, from the centre; arrays have shape (shells,), ``couple`` one less.

    ``beyond_w_per_k`` leads from the last shell to what is endless tissue beyond it.
    """

    faces_m: Array
    middle_m: Array
    volume_m3: Array
    couple_w_per_k: Array
    beyond_w_per_k: float

    @property
    def half(self) -> int:
        """Return how many shells lie in the sphere."""
        return len(self.middle_m) // 2

    def conduction_w_per_k(self) -> Array:
        """Return what conduction takes from each shell, in W/K."""
        diagonal = np.zeros(len(self.middle_m))
        diagonal[:-1] += self.couple_w_per_k
        diagonal[1:] += self.couple_w_per_k
        diagonal[-1] += self.beyond_w_per_k
        return diagonal

    def row(self, radius_m: float) -> Array:
        """Return the weights of the shells in the temperature at a radius in m.

        Cubic through the four nearest shells of the same tissue; inside, the shells
        count on both sides of the centre.

        Raises:
            ValueError: the radius is negative or beyond the middle of the last shell.
        """
        if not 0.0 <= radius_m <= self.middle_m[-1]:
            raise ValueError(f"no place at {radius_m} m from the centre of the tumour")
        count, half = len(self.middle_m), self.half
        if radius_m < self.faces_m[half]:
            index = np.concatenate([np.arange(half)[::-1], np.arange(half)])
            at_m = np.concatenate([-self.middle_m[:half][::-1], self.middle_m[:half]])
        else:
            index, at_m = np.arange(half, count), self.middle_m[half:]
        first = int(np.searchsorted(at_m, radius_m)) - POINTS // 2
        first = min(max(first, 0), len(at_m) - POINTS)
        row = np.zeros(count)
        for one in range(first, first + POINTS):
            others = [at_m[o] for o in range(first, first + POINTS) if o != one]
            weight = np.prod([(radius_m - o) / (at_m[one] - o) for o in others])
            row[index[one]] += weight
        return row


def cut(
    radius_m: float,
    reach_m: float,
    count: int,
    inside_w_per_m_k: float,
    outside_w_per_m_k: float,
    beyond_per_m: float,
) -> Shells:
    """Cut a sphere and its surroundings into shells.

    ``beyond_per_m`` is m + 1/r_out, the decay of the temperature beyond the last shell.
    """
    half = count // 2
    inside_m = np.linspace(0.0, radius_m, half + 1)
    faces_m = np.concatenate([inside_m, _outer_faces_m(radius_m, reach_m, half)])
    middle_m = 0.5 * (faces_m[1:] + faces_m[:-1])
    resistance = _resistances_k_per_w(
        faces_m, middle_m, half, inside_w_per_m_k, outside_w_per_m_k
    )
    last = (1.0 / middle_m[-1] - 1.0 / reach_m) / (4.0 * pi * outside_w_per_m_k)
    film = 1.0 / (4.0 * pi * reach_m**2 * outside_w_per_m_k * beyond_per_m)
    return Shells(
        faces_m,
        middle_m,
        4.0 / 3.0 * pi * np.diff(faces_m**3),
        1.0 / resistance,
        float(1.0 / (last + film)),
    )


class Exponential:
    """The exact course of C dx/dt = -G x + power, for symmetric tridiagonal G.

    Shapes: ``heat_j_per_k``, ``diagonal_w_per_k`` (n,), ``couple_w_per_k`` (n-1,).
    """

    def __init__(
        self, heat_j_per_k: Array, diagonal_w_per_k: Array, couple_w_per_k: Array
    ) -> None:
        self._root = np.sqrt(heat_j_per_k)
        rates, self._modes = eigh_tridiagonal(
            diagonal_w_per_k / heat_j_per_k,
            -couple_w_per_k / (self._root[1:] * self._root[:-1]),
        )
        # None is below zero but by rounding: conduction only levels out.
        self._rates_per_s = np.maximum(rates, 0.0)

    def over(self, dt_s: float, sources_w: Array) -> Array:
        """Return [keep | gain] of a step: x' = keep x + gain s, shape (n, n + sources).

        ``sources_w``, shape (n, sources), is the power in each node per unit of s.
        """
        decay = -np.expm1(-self._rates_per_s * dt_s)
        held_s = np.full_like(decay, dt_s)
        np.divide(decay, self._rates_per_s, out=held_s, where=decay > 1e-14)
        keep = self._between(1.0 - decay, self._root[:, None] * np.eye(len(decay)))
        gain = self._between(held_s, sources_w / self._root[:, None])
        return np.hstack([keep, gain])

    def _between(self, factors: Array, right: Array) -> Array:
        inner = factors[:, None] * (self._modes.T @ right)
        product: Array = (self._modes @ inner) / self._root[:, None]
        return product


def _outer_faces_m(radius_m: float, reach_m: float, count: int) -> Array:
    """Return the faces beyond the sphere's; the first shell is as thick as those in."""
    wanted = (reach_m - radius_m) / (radius_m / count)

    def short(ratio: float) -> float:
        return float(np.sum(ratio ** np.arange(count))) - wanted

    ratio = 1.0 if wanted <= count else float(brentq(short, 1.0, 10.0, xtol=1e-14))
    widths = ratio ** np.arange(count)
    outward: Array = radius_m + (reach_m - radius_m) * np.cumsum(widths) / widths.sum()
    return outward


def _resistances_k_per_w(
    faces_m: Array,
    middle_m: Array,
    half: int,
    inside_w_per_m_k: float,
    outside_w_per_m_k: float,
) -> Array:
    """Return the resistance between neighbours, half in each of two tissues at R."""
    face = faces_m[1:-1]
    even = 4.0 * pi * face**2
    left = (face - middle_m[:-1]) / even / inside_w_per_m_k
    right = (middle_m[1:] - face) / even / inside_w_per_m_k
    away = 4.0 * pi * outside_w_per_m_k
    left[half:] = (1.0 / middle_m[half:-1] - 1.0 / face[half:]) / away
    right[half - 1 :] = (1.0 / face[half - 1 :] - 1.0 / middle_m[half:]) / away
    total: Array = left + right
    return total
