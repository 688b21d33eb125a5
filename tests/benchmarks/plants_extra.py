# ruff: noqa: N803, N806  (states, powers and temperatures as the benchmark writes them)
"""Held-out plants for the control benchmark: none of them is the benchmark's own.

Registered beside the benchmark's own by ``bench_extra.py``; needs the benchmark's
folder on the path, and numpy.
"""

import numpy as np
import plants
from plants import Plant, Sphere, TwoNode


class Vasodilating(Sphere):
    """A sphere whose muscle perfusion rises, and tumour perfusion falls, with heat."""

    key, title = "V", "sphere, perfusion depends on T"

    def rhs(self, x, P, w):
        theta = x - 37.0
        rise = 1.0 + 4.0 * np.exp(-((np.minimum(x, 45.0) - 45.0) ** 2) / 12.0)
        fall = 1.0 - 0.6 / (1.0 + np.exp(-(x - 42.5) / 0.4))
        factor = np.where(self.tum, fall, rise)
        return self.A @ theta - w * self.w0 * factor * theta + self.qtot * P


class Lumpy(Plant):
    """A 3-D tumour in a cube, particles in clumps; the hotter of two probes counts."""

    key, title = "N", "3-D lumpy tumour, two probes"
    N, size = 13, 39e-3
    dt_ctrl = 0.5
    probe_names = ("core", "margin")
    cv_probes = (0, 1)
    noise = 0.04

    def build(self):
        n = self.N
        d = self.size / n
        g = (np.arange(n) + 0.5) * d - self.size / 2
        X, Y, Z = np.meshgrid(g, g, g, indexing="ij")
        r = np.sqrt(X**2 + Y**2 + Z**2)
        self.tumour = r < 10e-3
        rg = np.random.default_rng([self.patient, 77])
        lump = np.zeros_like(r)
        for _ in range(6):
            c = rg.uniform(-8e-3, 8e-3, 3)
            lump += np.exp(
                -((X - c[0]) ** 2 + (Y - c[1]) ** 2 + (Z - c[2]) ** 2) / (4e-3) ** 2
            )
        lump = np.where(self.tumour, 0.4 + lump, 0.0)
        lump *= self.tumour.sum() / lump.sum()
        self.q = 0.45e6 * self.k_sar * lump / 3.7e6 + 0.006e6 / 3.7e6
        self.w0 = np.where(self.tumour, 0.0018, 0.0022) * self.k_perf * 3.9 / 3.7
        self.a = 0.5 / 3.7e6 / d**2
        self.x0 = np.full(n**3, 37.0)
        c = n // 2
        self.i_probe = np.array([(c * n + c) * n + c, ((c + 2) * n + c) * n + c])

    def rhs(self, x, P, w):
        th = x.reshape(self.N, self.N, self.N) - 37.0
        p = np.pad(th, 1)
        lap = (
            p[2:, 1:-1, 1:-1]
            + p[:-2, 1:-1, 1:-1]
            + p[1:-1, 2:, 1:-1]
            + p[1:-1, :-2, 1:-1]
            + p[1:-1, 1:-1, 2:]
            + p[1:-1, 1:-1, :-2]
            - 6 * th
        )
        return (self.a * lap - w * self.w0 * th + self.q * P).ravel()

    def tumour_nodes(self):
        return np.where(self.tumour.ravel())[0]


class Eventful(TwoNode):
    """Perfusion steps, a coil that drifts stronger, and probe coughs of -0.4 °C."""

    key, title = "E", "two-node, steps, drift, coughs"
    disturbance_times = (600.0, 1050.0)
    steady_exclude = ((1050.0, 1250.0), (1490.0, 1560.0))

    def perfusion_schedule(self, t):
        return 1.0 if t < 600 else (1.4 if t < 1050 else 0.9)

    def coil_gain(self, t):
        return 1.0 + 0.05 * t / 1800.0

    def probe_offset(self, t):
        return -0.4 if 1500.0 <= t < 1508.0 or 300.0 <= t < 304.0 else 0.0


class LongDead(TwoNode):
    """Sixteen seconds of dead time."""

    key, title = "L", "two-node, dead 16 s + lag 2 s"
    probe_tau, probe_dead, noise = 2.0, 16.0, 0.05
    dt_ctrl = 1.0


class Rig(Plant):
    """One heated block with a slow neighbour; the time scales are the subclass's."""

    T_base = 22.0
    slew = 50e3
    b, loss, share, slow_s = 2.5, 0.04, 0.5, 60.0
    ou_sigma, ou_tau = 0.05, 10.0
    probe_names = ("block",)

    def build(self):
        self.x0 = np.array([self.T_base, self.T_base])
        self.i_probe = np.array([0])

    def rhs(self, x, P, w):
        T, S = x
        ambient = self.T_base + self.share * (S - self.T_base)
        return np.array(
            [
                self.k_sar * self.b * P - self.k_perf * self.loss * w * (T - ambient),
                (T - S) / self.slow_s,
            ]
        )

    def step(self, dt, H, f=plants.F0):
        kept, plants.SLEW = plants.SLEW, self.slew
        try:
            return super().step(dt, H, f)
        finally:
            plants.SLEW = kept


class FastRig(Rig):
    """10 s to the set-point, 0.1 s ticks."""

    key, title = "F", "foreign rig, 10 s rise"
    dt_ctrl, h = 0.1, 0.05
    t_end = 900.0
    probe_tau, probe_dead, noise, quant = 0.3, 0.2, 0.02, 0.01


class SlowRig(Rig):
    """Six minutes to the set-point, 2 s ticks, a fat probe, a slow supply."""

    key, title = "S", "foreign rig, slow, fat probe"
    dt_ctrl, h = 2.0, 0.25
    t_end = 3600.0
    slew = 2e3
    b, loss, share, slow_s = 0.085, 0.0018, 0.5, 500.0
    ou_tau = 60.0
    probe_tau, probe_dead, noise, quant = 10.0, 2.0, 0.05, 0.1


class MidRig(Rig):
    """Half a minute to the set-point, coarse thermometer, no slew limit to speak of."""

    key, title = "M", "foreign rig, 30 s rise, 0.5 s"
    dt_ctrl, h = 0.5, 0.1
    t_end = 1500.0
    T_base = 25.0
    slew = 1e6
    b, loss, share, slow_s = 0.8, 0.016, 0.4, 120.0
    probe_tau, probe_dead, noise, quant = 2.0, 1.0, 0.06, 0.1


EXTRA = {
    c.key: c
    for c in (Vasodilating, Lumpy, Eventful, LongDead, FastRig, SlowRig, MidRig)
}
