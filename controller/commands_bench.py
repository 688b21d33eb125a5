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
from controller.guardian_hands import hands_of, switch_off
from controller.holders import free
from controller.host import host_warnings
from controller.locks import Locks
from controller.loop import COMPLETED, NOT_CONFIRMED
from controller.loop_record import LoopRecord
from controller.stop_signals import stop_signals
from drivers.errors import InstrumentError

READ_ROUNDS = 60
READ_WAIT_S = 0.05


def check(config: Path) -> int:
    """Open and identify every instrument, read each once, prove that off works."""
    loaded = load(config)
    console = Console()
    with open_bench(loaded, How(what="amf check")) as bench:
        report = bench.link.switch_off()
        _read_once(bench)
        table = Table()
        table.add_column("instrument", no_wrap=True)
        table.add_column("kind", no_wrap=True)
        for heading in ("who answers", "reads", "watchdog"):
            table.add_column(heading, overflow="fold")
        for name, who in bench.identities.items():
            watchdog = getattr(bench.drivers[name], "watchdog", None)
            table.add_row(
                name,
                bench.kinds[name],
                f"{who.maker} {who.model} {who.serial}, firmware {who.firmware}",
                "\n".join(filter(None, (_reads(bench, name), _limits(bench, name)))),
                "" if watchdog is None else watchdog or "none",
            )
        console.print(table)
        for trouble in bench.link.troubles():
            console.print(trouble, style="red", markup=False)
        for warning in _warnings(loaded, bench):
            console.print(f"warning: {warning}", style="yellow", markup=False)
        console.print(report.sentence, style="green" if report.confirmed else "red")
    return COMPLETED if report.confirmed else NOT_CONFIRMED


def off(config: Path) -> int:
    """Switch the field off by every route and read it back.

    A program that has the instruments is asked to stop, and ended if it does not.
    """
    loaded = load(config)
    console = Console()
    hands = hands_of(loaded)
    if hands:
        with Locks("amf off") as locks:
            addresses = [hand.instrument.address or "" for hand in hands]
            free(addresses, lambda said: console.print(said, markup=False), locks)
        by_hand = switch_off(hands)
        console.print(by_hand.sentence, style="bold", markup=False)
        return COMPLETED if by_hand.confirmed else NOT_CONFIRMED
    try:
        with open_bench(loaded) as bench:
            report = bench.link.switch_off()
    except (BenchError, InstrumentError) as error:
        console.print(f"FIELD OFF IS NOT CONFIRMED: {error}", style="bold red")
        return NOT_CONFIRMED
    where = " (simulated inside this command only)"
    console.print(report.sentence + where, style="bold")
    return COMPLETED if report.confirmed else NOT_CONFIRMED


def monitor(config: Path, *, out: Path | None, duration_s: float | None) -> int:
    """Log and show temperatures until Ctrl-C or the duration; nothing is switched."""
    loaded = _without_field(load(config))
    console = Console(stderr=True)
    with (
        stop_signals() as stop,
        open_thermometry(
            loaded, How(real_time=True, woken=stop.woken, what="amf monitor")
        ) as bench,
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


def _read_once(bench: OpenBench) -> None:
    """Have every instrument read, or known to be in trouble, within a bounded time."""
    link = bench.link
    for _ in range(READ_ROUNDS):
        link.acquisition.poll()
        if all(s.taken_s == s.taken_s or s.trouble for s in link.stations):
            return
        link.clock.wait(READ_WAIT_S)


def _warnings(loaded: Loaded, bench: OpenBench) -> list[str]:
    """Return what this computer may do to a run, and what no instrument guards."""
    found = []
    if not bench.simulated and not getattr(bench.link.supply.driver, "watchdog", ""):
        found.append(
            f"{bench.link.supply.name} does not switch off when this computer is "
            "silent: NO INDEPENDENT SHUT-OFF"
        )
    instruments = loaded.bench.instruments.values()
    addresses = [i.address for i in instruments if i.address is not None]
    return found + (host_warnings(addresses) if addresses else [])


def _limits(bench: OpenBench, name: str) -> str:
    """Return what is programmed in a supply now, "" for other instruments."""
    supply = bench.link.supply
    if name != supply.name:
        return ""

    def read() -> str:
        try:
            set_v, set_a = supply.driver.read_setpoints()
            trip_v, trip_a = supply.driver.read_trips()
        except InstrumentError as error:
            return str(error)
        trip = f"{trip_a:g} A" if math.isfinite(trip_a) else "no current trip"
        return f"set to {set_v:g} V, {set_a:g} A; trips: {trip_v:g} V, {trip}"

    return bench.link.acquisition.call(supply, read)


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
