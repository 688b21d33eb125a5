"""The config of a SAR matrix, read: every point under its ceiling, in its order."""

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from controller.config.sar_points import Content, SarPoint, current_of, point_problems
from controller.config.tables import refuse_other_kind
from controller.config.types import Name, Table
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
        if self.heated:
            repeats = range(1, self.protocol.repeats + 1)
            return [SarPoint(self.capacitors[0], 0.0, r, "resistor") for r in repeats]
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
        return [SarPoint(capacitor, current_of(highest, capacitor), 1, "nothing")]

    def _curves(
        self, capacitor: CapacitorTable, content: Content, count: int
    ) -> list[SarPoint]:
        return [
            SarPoint(capacitor, current_of(amplitude, capacitor), repeat, content)
            for amplitude in self.matrix.amplitudes_a_per_m
            for repeat in range(1, count + 1)
        ]

    def heat_share(self, point: SarPoint) -> float:
        """Return the heat of a point, as H² f, over that of the strongest one."""
        every = [_heat(p) for p in self.points() if p.content == "sample"]
        return _heat(point) / max(every)

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
    def heated(self) -> bool:
        """Say whether a resistor heats the sample, and no field."""
        return self.check is not None and self.check.heats

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
    refuse_other_kind(data, path, matrix=True)
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
    check = tables.get("check")
    problems += [] if check is None else check.problems()
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
    problems = bench_problems(used, plan.simulation) or point_problems(
        plan.points(), plan.ceiling
    )
    if problems:
        raise ConfigError([f"{path}: {problem}" for problem in problems])
    return plan


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


def _heat(point: SarPoint) -> float:
    return point.field_a_per_m**2 * point.capacitor.frequency_hz


def _words(c: CapacitorTable) -> str:
    return f"{c.name}: {c.turns} turns, {1e9 * c.capacitance_f:g} nF"
