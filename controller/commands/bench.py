"""``amf check``, ``off`` and ``monitor``: a bench without a treatment."""

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from json import dumps as to_json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from controller.bench import How, open_bench, open_thermometry
from controller.config.binding import unbound, unbound_sentence
from controller.config.loading import Loaded, load
from controller.decisions.signals import Measurement
from controller.decisions.state import State, initial
from controller.decisions.step import step
from controller.errors import AmfError, BenchError, ConfigError
from controller.guardian.hands import hands_of, switch_off
from controller.host.stop_signals import stop_signals
from controller.instruments.holders import free
from controller.instruments.locks import Locks
from controller.loop import COMPLETED, NOT_CONFIRMED
from controller.opening import line_to_add
from controller.procedures.bench_check import Check, Checked, examine
from controller.procedures.run_record import open_record
from controller.recording.loop_record import LoopRecord
from drivers.errors import InstrumentError

# how a reading's quantity is shown, by the unit in its name
UNITS = {
    "_a_per_m": ("A/m", 0),
    "_hz": ("Hz", 0),
    "_v": ("V", 2),
    "_a": ("A", 2),
    "_w": ("W", 1),
    "_s": ("s", 1),
}

# Longer than anybody watches; a record holds no infinite number.
NEVER_S = 1e9


def check(config: Path, *, json: bool = False) -> int:
    """Open and identify every instrument, read each once, prove that off works.

    With ``json`` one object on stdout, also where the bench is refused.
    """
    try:
        loaded = load(config, bound=False)
        _refuse_unbound(config, loaded)
        with open_bench(loaded, How(what="amf check")) as bench:
            found = examine(loaded, bench)
            troubles = bench.link.troubles()
    except AmfError as error:
        if json:
            said = error.problems if isinstance(error, ConfigError) else [str(error)]
            print(to_json({"kind": "check", "refused": said}, ensure_ascii=False))
        raise
    if json:
        print(to_json({"name": loaded.name, **found.as_json()}, ensure_ascii=False))
    else:
        _show(found, troubles)
    return COMPLETED if found.off.confirmed else NOT_CONFIRMED


def _refuse_unbound(config: Path, loaded: Loaded) -> None:
    """Refuse a config that nothing binds to its instruments; tell what would.

    Raises:
        ConfigError: a sentence for each such instrument, with the line to add.
    """
    spec = loaded.bench
    said = [
        unbound_sentence(n, line_to_add(n, spec)) for n in unbound(spec.instruments)
    ]
    if said:
        raise ConfigError([f"{config}: {sentence}" for sentence in said])


def _show(found: Check, troubles: list[str]) -> None:
    console = Console()
    table = Table()
    table.add_column("instrument", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    for heading in ("who answers", "reads", "watchdog"):
        table.add_column(heading, overflow="fold")
    for name, one in found.instruments.items():
        who = " ".join(word for word in (one.maker, one.model, one.serial) if word)
        firmware = f", firmware {one.firmware}" if one.firmware else ""
        firmware += f", bound by {one.bound_by}" if one.bound_by else ""
        read = filter(None, (_reading(one), _programmed(one)))
        watchdog = "" if one.watchdog is None else one.watchdog or "none"
        table.add_row(name, one.kind, who + firmware, "\n".join(read), watchdog)
    console.print(table)
    console.print(_limits(found))
    for trouble in troubles:
        console.print(trouble, style="red", markup=False)
    for warning in found.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False)
    style = "green" if found.off.confirmed else "red"
    console.print(found.off.sentence, style=style)


def _limits(found: Check) -> Table:
    table = Table("probe", "role", "hold-back °C", "trip °C", "trip min CEM43")
    for probe in found.probes:
        tissue = probe["tissue"] or "other"
        role = probe["role"] if tissue == "other" else f"{probe['role']}, {tissue}"
        keys = ("hold_back_c", "trip_c", "trip_cem43_min")
        limits = ["" if probe[k] is None else f"{probe[k]:g}" for k in keys]
        table.add_row(probe["name"], role, *limits)
    return table


def _reading(one: Checked) -> str:
    return ", ".join(filter(None, map(_worded, one.reading.items())))


def _worded(item: tuple[str, Any]) -> str:
    """Return a reading for people: its unit from its name."""
    name, value = item
    if isinstance(value, dict):  # a thermometer's channel
        ok = value["quality"] == "ok"
        return f"{name}: " + (f"{value['value_c']:.1f} °C" if ok else value["quality"])
    if isinstance(value, bool):
        return f"{name.removesuffix('_on')} {'on' if value else 'off'}"
    if isinstance(value, str):
        return f"{name}: {value}" if value else ""
    if value != value:  # not known; the quality beside it says why
        return ""
    for ending, (unit, digits) in UNITS.items():
        if name.endswith(ending):
            return f"{value:.{digits}f} {unit}"
    return f"{name}: {value}"


def _programmed(one: Checked) -> str:
    """Return what is programmed in a supply, "" for other instruments."""
    if not one.limits:
        return one.trouble
    limits = {k: math.nan if v is None else v for k, v in one.limits.items()}
    trip_a = limits["over_current_a"]
    trip = f"{trip_a:g} A" if math.isfinite(trip_a) else "no current trip"
    return (
        f"set to {limits['set_voltage_v']:g} V, {limits['set_current_a']:g} A; "
        f"trips: {limits['over_voltage_v']:g} V, {trip}"
    )


def off(config: Path) -> int:
    """Switch the field off by every route and read it back.

    A program that has the instruments is asked to stop, and ended if it does not.
    """
    loaded = load(config, bound=False)  # what is switched off wrongly does no harm
    console = Console()
    hands = hands_of(loaded)
    if hands:
        with Locks("amf off") as locks:
            addresses = [hand.instrument.address or "" for hand in hands]
            free(addresses, lambda said: console.print(said, markup=False), locks)
        with _each_said_once():
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


@contextmanager
def _each_said_once() -> Iterator[None]:
    """Let each warning through once: a route is tried again and again."""
    filters = [(handler, _Once()) for handler in logging.getLogger().handlers]
    for handler, once in filters:
        handler.addFilter(once)
    try:
        yield
    finally:
        for handler, once in filters:
            handler.removeFilter(once)


class _Once(logging.Filter):
    def __init__(self) -> None:
        super().__init__()
        self._said: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        before = len(self._said)
        self._said.add(record.getMessage())
        return len(self._said) > before


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
        treatment=replace(settings.treatment, baseline_s=NEVER_S),
    )
    return replace(loaded, name=f"{loaded.name}_monitor", settings=settings)


def _temperatures(state: State, loaded: Loaded) -> Table:
    table = Table("probe", "role", "°C", "quality", title=f"{state.t_s:.0f} s")
    for watch, probe in zip(state.watches, loaded.settings.probes, strict=True):
        value = f"{watch.value_c:.2f}" if watch.quality == "ok" else "–"
        table.add_row(probe.name, probe.role, value, watch.quality)
    return table
