"""The whole stack on the wire, in simulated time, as the tests of the loop use it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from controller.bench import How, OpenBench, open_bench
from controller.config.loading import Loaded, load
from controller.decisions.signals import Request
from controller.loop import Loop, Outcome
from controller.procedures.run_record import open_record
from controller.recording.loop_record import LoopRecord
from controller.recording.writing import Recorder

LONGEST_RUN_S = 5000.0
CONFIGS = Path(__file__).parents[2] / "configs"


@dataclass
class Script:
    """An operator whose requests and mischief are keyed by what happens.

    ``at`` is called before every tick with the rig; what it returns is asked for.
    """

    rig: "Rig"
    at: Callable[["Rig"], tuple[Request, ...]]
    stays_after_trip: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)

    def requests(self) -> tuple[Request, ...]:
        assert self.rig.t_s < LONGEST_RUN_S, f"still {self.rig.phase}: {self.rig.codes}"
        return self.at(self.rig)

    def publish(self, message: dict[str, Any]) -> None:
        self.messages.append(message)

    def wants_snapshot(self) -> bool:
        return False


@dataclass
class Rig:
    """An open simulated bench with a loop on it."""

    loaded: Loaded
    bench: OpenBench
    recorder: Recorder
    at: Callable[["Rig"], tuple[Request, ...]] = lambda rig: ()
    stays_after_trip: bool = False
    off_s: float | None = None
    operator: Script = field(init=False)
    loop: Loop = field(init=False)

    def __post_init__(self) -> None:
        self.operator = Script(self, self.at, self.stays_after_trip)
        assert self.bench.simulation is not None
        record = LoopRecord(
            self.recorder,
            self.loaded.settings,
            self.bench.truth,
            self.operator.publish,
        )
        self.loop = Loop(self.bench.link, self.loaded.settings, record, self.operator)
        self._was_on = False
        self._watch_output()

    def _watch_output(self) -> None:
        clock: Any = self.bench.link.clock
        advance = clock._advance

        def watched(dt_s: float) -> None:
            self._note_output()
            advance(dt_s)

        clock._advance = watched

    @property
    def t_s(self) -> float:
        return self.bench.link.clock.now()

    @property
    def phase(self) -> str:
        return self.loop.state.course.phase

    @property
    def codes(self) -> list[str]:
        return [fault.code for fault in self.loop.state.faults]

    @property
    def supply(self) -> Any:
        return self.twin("psu")

    def twin(self, name: str) -> Any:
        assert self.bench.simulation is not None
        return self.bench.simulation.twins[name]

    def line(self, name: str) -> Any:
        assert self.bench.simulation is not None
        return self.bench.simulation.lines[name]

    def probe(self, channel: int) -> Any:
        assert self.bench.simulation is not None
        return self.bench.simulation.bench.probes[channel]

    def run(self) -> Outcome:
        outcome = self.loop.run()
        self._note_output()
        return outcome

    def _note_output(self) -> None:
        if self._was_on and not self.supply.output_on and self.off_s is None:
            self.off_s = self.t_s
        self._was_on = self.supply.output_on


@contextmanager
def rig(
    out: Path,
    config: str = "dry_run.toml",
    *,
    seed: int = 1,
    change: Callable[[Loaded], Loaded] = lambda loaded: loaded,
    **options: Any,
) -> Iterator[Rig]:
    """Open a simulated bench in ``out``; ``change`` edits what the config says."""
    loaded = change(load(CONFIGS / config))
    with open_bench(loaded, How(seed=seed)) as bench:
        yield Rig(loaded, bench, open_record(loaded, bench, out, seed), **options)


def short(loaded: Loaded, hold_s: float = 300.0) -> Loaded:
    """Return a config with a short hold."""
    treatment = replace(loaded.settings.treatment, hold_s=hold_s, baseline_s=10.0)
    settings = replace(loaded.settings, treatment=treatment)
    return replace(loaded, settings=settings)
