"""The command lines that the window runs, each with this interpreter."""

import sys
from dataclasses import dataclass

CLI = (sys.executable, "-m", "controller.cli")


@dataclass(frozen=True, slots=True)
class Commands:
    """The command lines of the engine and of the switch-off."""

    engine: list[str]
    off: list[str]


def commands_for(config: str, out: str | None, *, by_clock: bool = True) -> Commands:
    """Build the command lines for a run of a config file."""
    pace = ["--real-time"] if by_clock else []
    engine = [*CLI, "run", config, "--json", *pace, *_out(out)]
    return Commands(engine=engine, off=[*CLI, "off", config])


def tune_for(
    config: str, out: str | None, method: str, rise_c: float, real_time: bool
) -> Commands:
    """Build the command lines for a tuning; it speaks as the engine does."""
    tune = [*CLI, "tune", config, "--json", "--method", method]
    tune += ["--rise-c", f"{rise_c:g}", *_out(out)]
    if real_time:
        tune.append("--real-time")
    return Commands(engine=tune, off=[*CLI, "off", config])


def procedure(words: str, config: str, out: str | None, *more: str) -> list[str]:
    """Build the command line of a procedure that prints JSON."""
    return [*CLI, *words.split(), config, "--json", *_out(out), *more]


def monitor(config: str, out: str) -> list[str]:
    """Build the command line that only reads and records temperatures."""
    return [*CLI, "monitor", config, "--out", out]


def _out(out: str | None) -> list[str]:
    return [] if out is None else ["--out", out]
