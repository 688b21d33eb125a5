"""``amf check``, ``off`` and ``monitor``: a bench without a treatment."""

import math
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table

from controller.bench import How, OpenBench, open_bench, open_thermometry
from controller.commands_run import open_record
from controller.config import Loaded, load
from controller.decisions.signals import Measurement
from controller.decisions.state import State, initial
from controller.decisions.step import step
from controller.errors import BenchError
from controller.loop import COMPLETED, NOT_CONFIRMED
from controller.loop_record import LoopRecord
from controller.stop_signals import stop_signals
from drivers.errors import InstrumentError


def check(config: Path) -> int:
    """Open and identify every instrument, read each once, prove that off works."""
    loaded = load(config)
    console = Console()
    with open_bench(loaded) as bench:
        report = bench.link.switch_off()
        bench.link.clock.tick()
        bench.link.measure(0.0, 0.0, (), ())
        table = Table("instrument", "kind", "who answers", "reads", "watchdog")
        for name, identity in bench.identities.items():
            who = f"{identity.maker} {identity.model} {identity.serial}"
            watchdog = getattr(bench.drivers[name], "watchdog", None)
            table.add_row(
                name,
                bench.kinds[name],
                who.strip(),
                _reads(bench, name),
                "" if watchdog is None else watchdog or "none",
            )
        console.print(table)
        for trouble in bench.link.troubles():
            console.print(trouble, style="red", markup=False)
        console.print(report.sentence, style="green" if report.confirmed else "red")
    return COMPLETED if report.confirmed else NOT_CONFIRMED


def off(config: Path) -> int:
    """Switch the field off by every route and read it back."""
    loaded = load(config)
    console = Console()
    try:
        with open_bench(loaded) as bench:
            report = bench.link.switch_off()
    except (BenchError, InstrumentError) as error:
        console.print(f"FIELD OFF IS NOT CONFIRMED: {error}", style="bold red")
        return NOT_CONFIRMED
    where = " (simulated inside this command only)" if bench.simulation else ""
    console.print(report.sentence + where, style="bold")
    return COMPLETED if report.confirmed else NOT_CONFIRMED


def monitor(config: Path, *, out: Path | None, duration_s: float | None) -> int:
    """Log and show temperatures until Ctrl-C or the duration; nothing is switched."""
    loaded = _without_field(load(config))
    console = Console(stderr=True)
    with (
        stop_signals() as stop,
        open_thermometry(loaded, How(real_time=True, woken=stop.woken)) as bench,
        Live(console=console, transient=True, auto_refresh=False) as live,
    ):
        recorder = open_record(loaded, bench, out or loaded.out, loaded.seed)
        truth = None if bench.simulation is None else bench.simulation.truth
        record = LoopRecord(recorder, loaded.settings, truth, lambda message: None)
        state, seq = initial(loaded.settings), 0
        while not stop.name:
            t_s, late_s = bench.link.clock.tick()
            if duration_s is not None and t_s > duration_s:
                break
            measurement = Measurement(t_s, bench.link.readings(), late_s=late_s)
            state, _ = step(state, measurement, loaded.settings)
            record.tick(seq, state, measurement)
            seq += 1
            live.update(_temperatures(state, loaded), refresh=True)
        recorder.finish({"exit_code": 0, "exit_reason": "monitored", "wall_s": 0.0})
    print(recorder.path)
    return COMPLETED


def _without_field(loaded: Loaded) -> Loaded:
    """Return the same bench as an endless baseline without an applicator."""
    settings = loaded.settings
    settings = replace(
        settings,
        applicator=replace(settings.applicator, read_back=False),
        treatment=replace(settings.treatment, baseline_s=math.inf),
    )
    return replace(loaded, name=f"{loaded.name}_monitor", settings=settings)


def _temperatures(state: State, loaded: Loaded) -> Table:
    table = Table("probe", "role", "°C", "quality", title=f"{state.t_s:.0f} s")
    for watch, probe in zip(state.watches, loaded.settings.probes, strict=True):
        value = f"{watch.value_c:.2f}" if watch.quality == "ok" else "–"
        table.add_row(probe.name, probe.role, value, watch.quality)
    return table


def _reads(bench: OpenBench, name: str) -> str:
    link = bench.link
    if name == link.supply.name and link.supply.state is not None:
        state = link.supply.state
        word = "on" if state.output_on else "off"
        return f"{state.voltage_v:.2f} V, {state.current_a:.2f} A, output {word}"
    if name == link.generator.name:
        word = "on" if link.generator.output_on else "off"
        return f"{link.generator.frequency_hz:.0f} Hz, output {word}"
    readings = link.thermometry.thermometers[name].readings
    return ", ".join(
        f"{channel}: {reading.value_c:.1f} °C"
        if reading.quality == "ok"
        else f"{channel}: {reading.quality}"
        for channel, reading in sorted(readings.items())
    )
