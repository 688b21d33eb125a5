"""``amf simulate``: a config's simulated instruments on real ports, until Ctrl-C."""

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console

from controller.config.loading import load
from controller.config.toml_text import toml_text
from controller.host.stop_signals import stop_signals
from controller.loop import COMPLETED
from controller.rehearsal import Link, Served, serve


def simulate(
    config: Path,
    *,
    link: Link = "mixed",
    seed: int | None = None,
    out: TextIO | None = None,
) -> int:
    """Serve the simulated instruments of a config; print a config that finds them.

    Nothing but that config goes to ``out`` (stdout); it is complete and flushed before
    the first client is served.
    """
    loaded = load(config)
    text = loaded.texts[config.name]
    console = Console(stderr=True)
    stream = sys.stdout if out is None else out
    with stop_signals() as stop, serve(loaded, link=link, seed=seed) as served:
        stream.write(served_config(tomllib.loads(text), served.addresses, config.name))
        stream.flush()
        _explain(served, console)
        served.rehearsal.tell = lambda sentence: console.print(sentence, markup=False)
        served.server.run(lambda: bool(stop.name))
    console.print("not served any more", style="bold")
    return COMPLETED


def served_config(
    data: Mapping[str, Any], addresses: Mapping[str, str], source: str
) -> str:
    """Return a config as TOML, with its simulated instruments at their addresses.

    Its faults are left out: they happen here.
    """
    instruments = {
        name: _at(table, addresses[name]) if name in addresses else table
        for name, table in data["instruments"].items()
    }
    kept = {key: value for key, value in data.items() if key != "faults"}
    head = f"# {source}, served: valid while amf simulate runs\n"
    return head + toml_text({**kept, "instruments": instruments})


def _at(table: Mapping[str, Any], address: str) -> dict[str, Any]:
    kept = {key: value for key, value in table.items() if key != "simulated"}
    return {**kept, "address": address, "served": True}


def _explain(served: Served, console: Console) -> None:
    for name, address in served.addresses.items():
        console.print(f"{name}: {address}", markup=False, highlight=False)
    console.print("served in real time; Ctrl-C ends it", style="bold")
