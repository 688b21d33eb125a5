"""The ``amf`` command."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from controller import (
    commands_bench,
    commands_find,
    commands_run,
    commands_runs,
    commands_simulate,
)
from controller.errors import AmfError, ConfigError
from controller.rehearsal import Link

REFUSED = 2
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Bench controller for magnetic-nanoparticle hyperthermia. "
    "Everything also runs on simulated instruments.",
)
sar_app = typer.Typer(no_args_is_help=True, help="SAR calorimetry: run, analyse.")
app.add_typer(sar_app, name="sar")
errors = Console(stderr=True)
Config = Annotated[Path, typer.Argument(help="A config file (TOML).", metavar="CONFIG")]
RunFile = Annotated[Path, typer.Argument(help="A run file (.sqlite).", metavar="RUN")]
Out = Annotated[Path | None, typer.Option(help="Folder to write into.", metavar="DIR")]
Seed = Annotated[int | None, typer.Option(help="Seed of the simulation.", min=0)]


@app.command()
def run(
    config: Config,
    out: Out = None,
    real_time: Annotated[
        bool, typer.Option("--real-time", help="Keep the pace of the wall clock.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Engine mode: JSON lines on stdin, stdout.")
    ] = False,
    seed: Seed = None,
    checklist: Annotated[
        Path | None,
        typer.Option(help="Answers to what a real bench asks first.", metavar="FILE"),
    ] = None,
    wire_log: Annotated[
        Path | None,
        typer.Option(help="Write every byte exchanged into this file.", metavar="FILE"),
    ] = None,
) -> None:
    """Run a treatment: baseline, ramp, hold, cool, under the H·f ceiling."""
    raise typer.Exit(
        commands_run.run(
            config,
            out=out,
            real_time=real_time,
            json=json,
            seed=seed,
            checklist=checklist,
            wire_log=wire_log,
        )
    )


@app.command()
def check(config: Config) -> None:
    """Read a config, identify every instrument, prove that the field can go off."""
    raise typer.Exit(commands_bench.check(config))


@app.command()
def off(config: Config) -> None:
    """Switch the field off by every route and read it back: exit 0, or 4 if not."""
    raise typer.Exit(commands_bench.off(config))


@app.command()
def monitor(
    config: Config,
    out: Out = None,
    duration_s: Annotated[
        float | None, typer.Option(help="End after so many seconds.", min=0.1)
    ] = None,
) -> None:
    """Show and log temperatures only; the supply is not opened. Ctrl-C ends it."""
    raise typer.Exit(commands_bench.monitor(config, out=out, duration_s=duration_s))


@app.command()
def simulate(
    config: Config,
    link: Annotated[Link, typer.Option(help="Kind of port.")] = "mixed",
    seed: Seed = None,
) -> None:
    """Serve the simulated instruments on real ports; print a config that finds them."""
    raise typer.Exit(commands_simulate.simulate(config, link=link, seed=seed))


@app.command()
def find(
    addresses: Annotated[
        list[str] | None, typer.Argument(help="Ask here, too.", metavar="ADDRESS…")
    ] = None,
) -> None:
    """List ports and which known instrument answers where; it only asks."""
    raise typer.Exit(commands_find.find(addresses or ()))


@app.command()
def report(
    run: RunFile,
    out: Out = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print the summary as one JSON object.")
    ] = False,
) -> None:
    """Write the run's report, one self-contained HTML page, or print its summary."""
    raise typer.Exit(commands_runs.report(run, out=out, json=json))


@app.command()
def export(
    run: RunFile,
    out: Out = None,
    to: Annotated[str, typer.Option(help="csv, xlsx or hdf5.")] = "csv",
    decimal: Annotated[str, typer.Option(help="Decimal mark of csv: . or ,")] = ".",
    separator: Annotated[str, typer.Option(help="Separator of csv.")] = ",",
) -> None:
    """Export a run for a spreadsheet or for analysis."""
    raise typer.Exit(
        commands_runs.export(run, out=out, to=to, decimal=decimal, separator=separator)
    )


@app.command()
def replay(run: RunFile) -> None:
    """Decide a recorded run again and compare every command, bit for bit."""
    raise typer.Exit(commands_runs.replay(run))


@app.command()
def verify(run: RunFile) -> None:
    """Check the chain of a run's events for edits, gaps and truncation."""
    raise typer.Exit(commands_runs.verify(run))


@sar_app.command("run")
def sar_run(config: Config, out: Out = None, seed: Seed = None) -> None:
    """Measure a SAR matrix in simulated time; one that was interrupted is continued."""
    from controller import commands_sar
    from controller.rehearsal_sar import calorimetry

    raise typer.Exit(
        commands_sar.run(config, calorimetry=calorimetry, out=out, seed=seed)
    )


@sar_app.command("analyse")
def sar_analyse(
    files: Annotated[list[Path], typer.Argument(help="Curves, or a folder of them.")],
    sample: Annotated[Path, typer.Option(help="Description of the sample (TOML).")],
    out: Out = None,
    to: Annotated[str, typer.Option(help="Table of results: csv or xlsx.")] = "csv",
    decimal: Annotated[str, typer.Option(help="Decimal mark of csv: . or ,")] = ".",
    read: Annotated[
        list[str] | None,
        typer.Option(help="How files are read, as time_unit=min.", metavar="KEY=VALUE"),
    ] = None,
    on: Annotated[
        list[float] | None, typer.Option(help="Field on at (s); may be repeated.")
    ] = None,
    off: Annotated[
        list[float] | None, typer.Option(help="Field off at (s); may be repeated.")
    ] = None,
) -> None:
    """Analyse heating curves by every method: SAR with its ±, and why this value."""
    from controller import commands_sar

    raise typer.Exit(
        commands_sar.analyse(
            files,
            sample=sample,
            out=out,
            to=to,
            decimal=decimal,
            read=read or (),
            on_s=on or (),
            off_s=off or (),
        )
    )


@app.command()
def gui(
    config: Annotated[Path, typer.Argument(help="A config file.", metavar="CONFIG")],
    out: Out = None,
) -> None:
    """Open the window on a treatment."""
    raise typer.Exit(commands_run.gui(config, out))


def main() -> None:
    """Run the command line; every error of the operator's is one sentence, exit 2."""
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    try:
        app()
    except ConfigError as error:
        for problem in error.problems:
            errors.print(problem, style="red", markup=False, highlight=False)
        sys.exit(REFUSED)
    except AmfError as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
