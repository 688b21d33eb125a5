"""The config of a SAR matrix, read: every point under its ceiling, in its order."""

import hashlib
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from controller.config.contacts import Contacts
from controller.config.field import FieldSensor
from controller.config.model import RunTable
from controller.config.sar import (
    TABLES,
    Description,
    read_tables,
    sample_problems,
    toml_of,
)
from controller.config.sar_instruments import (
    all_inside,
    bench_problems,
    bench_words,
    simulated_bench,
)
from controller.config.sar_matrix import (
    BenchTable,
    CapacitorTable,
    CeilingTable,
    CheckTable,
    MatrixTable,
    ProtocolTable,
    SarSimulation,
    capacitors_of,
)
from controller.config.types import Name, Table
from controller.decisions.ceiling import exceeds, permitted_amplitude
from controller.decisions.settings import CeilingSettings
from controller.errors import BenchError, ConfigError

PLAN_TABLES: dict[str, type[Table]] = {
    **{name: model for name, model in TABLES.items() if name != "columns"},
    "run": RunTable,
    "matrix": MatrixTable,
    "protocol": ProtocolTable,
    "ceiling": CeilingTable,
    "simulation": SarSimulation,
    "bench": BenchTable,
    "check": CheckTable,
    "field_sensor": FieldSensor,
    "contacts": Contacts,
}
REQUIRED = ("sample", "field", "matrix", "ceiling")
Content = Literal["sample", "blank", "nothing"]


@dataclass(frozen=True, slots=True)
class SarPoint:
    """One curve to be measured: a capacitor, a current, and which repeat it is.

    ``content`` is what is in the coil: sample, blank (medium only), or nothing.
    """

    capacitor: CapacitorTable
    current_a: float
    repeat: int
    content: Content = "sample"

    @property
    def field_a_per_m(self) -> float:
        """Return the peak amplitude that the current makes, in A/m."""
        return self.current_a * self.capacitor.field_per_ampere_per_m

    @property
    def stem(self) -> str:
        """Return the name of the point's file, without its ending."""
        what = {"sample": "", "blank": "_blank", "nothing": "_preheat"}[self.content]
        where = f"{self.capacitor.name}_{self.field_a_per_m:.0f}_a_per_m"
        return f"{where}{what}_{self.repeat}"


@dataclass(frozen=True, slots=True)
class SarPlan:
    """A config of a matrix without a mistake. ``digest`` is the SHA-256 of its file.

    ``instruments`` are tables as a bench's config has them.
    """

    name: str
    path: Path
    text: str
    bench: BenchTable
    instruments: dict[str, Any]
    check: CheckTable | None
    field_sensor: FieldSensor | None
    contacts: Contacts | None
    out: Path
    description: Description
    protocol: ProtocolTable
    matrix: MatrixTable
    capacitors: tuple[CapacitorTable, ...]
    ceiling: CeilingTable
    simulation: SarSimulation | None
    digest: str

    @property
    def seed(self) -> int:
        """Return the seed of order and simulation that the config names, else 1."""
        return 1 if self.simulation is None else self.simulation.seed

    @property
    def true_ilp_nh_m2_per_kg(self) -> float | None:
        """Return the ILP of the simulated particles in nH·m²/kg, None on a real one."""
        truth = self.simulation
        return None if truth is None else truth.ilp_nh_m2_per_kg

    def points(self, seed: int | None = None) -> list[SarPoint]:
        """Return every curve in the order of measuring, coil by coil."""
        draw = random.Random(self.seed if seed is None else seed)
        capacitors = list(self.capacitors)
        if self.matrix.shuffle:
            draw.shuffle(capacitors)
        every: list[SarPoint] = []
        for capacitor in capacitors:
            every += self._preheat(capacitor)
            counts: list[tuple[Content, int]] = [
                ("blank", self.matrix.blanks),
                ("sample", self.protocol.repeats),
            ]
            for content, count in counts:
                here = self._curves(capacitor, content, count)
                if self.matrix.shuffle:
                    draw.shuffle(here)
                every += here
        return every

    def _preheat(self, capacitor: CapacitorTable) -> list[SarPoint]:
        if self.protocol.preheat_s is None:
            return []
        highest = max(self.matrix.amplitudes_a_per_m)
        return [SarPoint(capacitor, _current_a(highest, capacitor), 1, "nothing")]

    def _curves(
        self, capacitor: CapacitorTable, content: Content, count: int
    ) -> list[SarPoint]:
        return [
            SarPoint(capacitor, _current_a(amplitude, capacitor), repeat, content)
            for amplitude in self.matrix.amplitudes_a_per_m
            for repeat in range(1, count + 1)
        ]

    def facts(self) -> list[tuple[str, str]]:
        """Return (name, words) of how the matrix was measured."""
        p = self.protocol
        return [
            *self.description.facts(),
            (
                "protocol",
                f"{p.baseline_s:g} s baseline, {p.on_s:g} s on, {p.off_s:g} s",
            ),
            ("equilibrium", f"drift below {p.drift_c_per_min:g} °C/min"),
            ("repeats", str(p.repeats)),
            ("ceiling", f"no-tissue, {self.ceiling.amplitude_cap_a_per_m:g} A/m"),
            ("coils", "; ".join(_words(c) for c in self.capacitors)),
            ("SHA-256 of the config", self.digest),
            ("bench", bench_words(self.instruments)),
        ]

    @property
    def simulated(self) -> bool:
        """Say whether every instrument is simulated inside."""
        return all_inside(self.instruments)


def load_plan(path: Path) -> SarPlan:
    """Read the config of a matrix.

    Raises:
        ConfigError: the file is wrong; ``problems`` has a sentence for each mistake.
        BenchError: it names no instruments and is not simulated either.
    """
    data = toml_of(path)
    instruments = data.get("instruments")
    if instruments is None and data.get("simulated") is not True:
        raise BenchError(
            f"{path}: name the instruments of the bench, [instruments.…], or say "
            "simulated = true"
        )
    problems: list[str] = []
    apart = ("name", "simulated", "instruments")
    rest = {k: v for k, v in data.items() if k not in apart}
    capacitors = capacitors_of(rest.pop("capacitors", None), problems)
    tables = read_tables(rest, PLAN_TABLES, REQUIRED, problems)
    problems += sample_problems(tables.get("sample"))
    try:
        TypeAdapter(Name).validate_python(data.get("name"), strict=True)
    except ValidationError:
        problems.append(
            "name must be letters, digits, _ . and -, starting with a letter"
        )
    if problems:
        raise ConfigError([f"{path}: {problem}" for problem in problems])
    used = simulated_bench(tables) if instruments is None else instruments
    plan = _plan(data["name"], tables, capacitors, used, path)
    problems = bench_problems(used, plan.simulation) or point_problems(plan)
    if problems:
        raise ConfigError([f"{path}: {problem}" for problem in problems])
    return plan


def point_problems(plan: SarPlan) -> list[str]:
    """Return a sentence for each point that the ceiling or the supply forbids."""
    problems = []
    for point in plan.points():
        if point.repeat > 1:
            continue
        c, h = point.capacitor, point.field_a_per_m
        if point.current_a > c.max_current_a:
            problems.append(
                f"matrix: {h:.0f} A/m needs {point.current_a:.2f} A with {c.name}; at "
                f"most {c.max_current_a:g} A"
            )
        elif not allowed_by(ceiling := ceiling_at(plan.ceiling, c), point):
            highest = permitted_amplitude(c.frequency_hz, ceiling)
            problems.append(
                f"matrix: {h:.0f} A/m at {c.frequency_hz:.0f} Hz ({c.name}) may break "
                f"the ceiling; permitted are {highest:.0f} A/m"
            )
    return problems


def ceiling_at(table: CeilingTable, c: CapacitorTable) -> CeilingSettings:
    """Return the ceiling of a vial at one capacitor: what its coil can make at most."""
    return CeilingSettings(
        profile="no-tissue",
        limit_a_per_m_s=c.max_current_a
        * c.field_per_ampere_per_m
        * table.frequency_max_hz,
        field_uncertainty_a_per_m=c.current_resolution_a * c.field_per_ampere_per_m,
        **table.model_dump(),
    )


def allowed_by(ceiling: CeilingSettings, point: SarPoint) -> bool:
    """Say whether a point stays under the ceiling, with its uncertainties."""
    h, f = point.field_a_per_m, point.capacitor.frequency_hz
    return h <= permitted_amplitude(f, ceiling) and not exceeds(h, f, ceiling)


def _plan(
    name: str,
    tables: dict[str, Any],
    capacitors: tuple[CapacitorTable, ...],
    instruments: dict[str, Any],
    path: Path,
) -> SarPlan:
    described = {k: v for k, v in tables.items() if k in TABLES}
    return SarPlan(
        name=name,
        path=path,
        text=path.read_text(encoding="utf-8"),
        bench=tables.get("bench", BenchTable()),
        instruments=instruments,
        check=tables.get("check"),
        field_sensor=tables.get("field_sensor"),
        contacts=tables.get("contacts"),
        out=Path(tables.get("run", RunTable()).out),
        description=Description(**described),
        protocol=tables.get("protocol", ProtocolTable()),
        matrix=tables["matrix"],
        capacitors=capacitors,
        ceiling=tables["ceiling"],
        simulation=tables.get("simulation"),
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _current_a(amplitude_a_per_m: float, capacitor: CapacitorTable) -> float:
    """Return the supply current of an amplitude in A, rounded down to a step."""
    step_a = capacitor.current_resolution_a
    steps = math.floor(amplitude_a_per_m / capacitor.field_per_ampere_per_m / step_a)
    return steps * step_a


def _words(c: CapacitorTable) -> str:
    return f"{c.name}: {c.turns} turns, {1e9 * c.capacitance_f:g} nF"
