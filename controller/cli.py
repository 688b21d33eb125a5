"""The ``amf`` command."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from controller.commands import bench as bench_commands
from controller.commands import calibrate_options, runs, sar_options
from controller.commands import campaign as campaign_command
from controller.commands import course as course_command
from controller.commands import find as find_command
from controller.commands import run as run_command
from controller.commands import simulate as simulate_command
from controller.errors import AmfError, ConfigError
from controller.host.stop_signals import deaf
from controller.rehearsal import Link

REFUSED, ENDED, INTERRUPTED = 2, 3, 130
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Bench controller for magnetic-nanoparticle hyperthermia. "
    "Everything also runs on simulated instruments.",
)
app.add_typer(sar_options.app, name="sar")
app.add_typer(calibrate_options.app, name="calibrate")
errors = Console(stderr=True)
Config = Annotated[Path, typer.Argument(help="A config file (TOML).", metavar="CONFIG")]
RunFile = Annotated[Path, typer.Argument(help="A run file (.sqlite).", metavar="RUN")]
Out = Annotated[Path | None, typer.Option(help="Folder to write into.", metavar="DIR")]
Seed = Annotated[int | None, typer.Option(help="Seed of the simulation.", min=0)]

RealTime = Annotated[
    bool, typer.Option("--real-time", help="Keep the pace of the wall clock.")
]
Engine = Annotated[
    bool, typer.Option("--json", help="Engine mode: JSON lines on stdin, stdout.")
]
Answers = Annotated[
    Path | None,
    typer.Option(help="Answers to what a real bench asks first.", metavar="FILE"),
]


@app.command()
def run(
    config: Config,
    out: Out = None,
    real_time: RealTime = False,
    json: Engine = False,
    seed: Seed = None,
    checklist: Answers = None,
    wire_log: Annotated[
        Path | None,
        typer.Option(help="Write every byte exchanged into this file.", metavar="FILE"),
    ] = None,
) -> None:
    """Run a treatment: baseline, ramp, hold, cool, under the H·f ceiling."""
    raise typer.Exit(
        run_command.run(
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
def check(
    config: Config,
    json: Annotated[
        bool, typer.Option("--json", help="Print what was found as one JSON object.")
    ] = False,
) -> None:
    """Read a config, identify every instrument, prove that the field can go off."""
    raise typer.Exit(bench_commands.check(config, json=json))


@app.command()
def off(config: Config) -> None:
    """Switch the field off by every route and read it back: exit 0, or 4 if not."""
    raise typer.Exit(bench_commands.off(config))


@app.command()
def monitor(
    config: Config,
    out: Out = None,
    duration_s: Annotated[
        float | None, typer.Option(help="End after so many seconds.", min=0.1)
    ] = None,
) -> None:
    """Show and log temperatures only; the supply is not opened. Ctrl-C ends it."""
    raise typer.Exit(bench_commands.monitor(config, out=out, duration_s=duration_s))


@app.command()
def tune(
    config: Config,
    method: Annotated[str, typer.Option(help="step or relay.")] = "step",
    rise_c: Annotated[
        float, typer.Option(help="How far to heat, 0.5 to 4 °C.", min=0.5, max=4.0)
    ] = 2.0,
    share: Annotated[
        float,
        typer.Option(help="Share of the permitted power.", min=0.02, max=1.0),
    ] = 1.0,
    longest_s: Annotated[
        float, typer.Option(help="Give up after so many seconds.", min=10, max=7200)
    ] = 900.0,
    out: Out = None,
    seed: Seed = None,
    real_time: RealTime = False,
    json: Engine = False,
    checklist: Answers = None,
) -> None:
    """Learn gain and delay by a step or relay test; write a tuning file. Not needed."""
    from controller.commands import tune as tune_command
    from controller.procedures.tuning import METHODS, Test

    if method not in METHODS:
        raise ConfigError([f"--method {method} is not known; step or relay"])
    raise typer.Exit(
        tune_command.run(
            config,
            Test("relay" if method == "relay" else "step", rise_c, share, longest_s),
            out=out,
            seed=seed,
            real_time=real_time,
            as_json=json,
            checklist=checklist,
        )
    )


@app.command()
def simulate(
    config: Config,
    link: Annotated[Link, typer.Option(help="Kind of port.")] = "mixed",
    seed: Seed = None,
) -> None:
    """Serve the simulated instruments on real ports; print a config that finds them."""
    raise typer.Exit(simulate_command.simulate(config, link=link, seed=seed))


@app.command()
def find(
    addresses: Annotated[
        list[str] | None, typer.Argument(help="Ask here, too.", metavar="ADDRESS…")
    ] = None,
) -> None:
    """List ports and which known instrument answers where; it only asks."""
    raise typer.Exit(find_command.find(addresses or ()))


@app.command()
def campaign(
    config: Config,
    seeds: Annotated[int, typer.Option(help="Runs a fault and phase.", min=1)] = 3,
    full: Annotated[
        bool, typer.Option("--full", help="Do not shorten the hold to 120 s.")
    ] = False,
    out: Out = None,
) -> None:
    """Run every known fault in every phase, simulated; print how each one ended."""
    raise typer.Exit(campaign_command.run(config, seeds=seeds, full=full, out=out))


@app.command()
def report(
    run: Annotated[
        Path | None,
        typer.Argument(
            help="A run file (.sqlite); with --course a folder.", metavar="RUN"
        ),
    ] = None,
    out: Out = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print the summary as one JSON object.")
    ] = False,
    course: Annotated[
        str | None,
        typer.Option(help="Link all sessions of this subject.", metavar="SUBJECT"),
    ] = None,
) -> None:
    """Write the run's report, one self-contained HTML page, or print its summary.

    With --course all sessions of a subject: from folder RUN, else --out, else runs.
    """
    if course is not None:
        raise typer.Exit(course_command.report(course, run, out=out, json=json))
    if run is None:
        raise typer.BadParameter("name a run file, or --course SUBJECT")
    raise typer.Exit(runs.report(run, out=out, json=json))


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
        runs.export(run, out=out, to=to, decimal=decimal, separator=separator)
    )


@app.command()
def replay(run: RunFile) -> None:
    """Decide a recorded run again and compare every command, bit for bit."""
    raise typer.Exit(runs.replay(run))


@app.command()
def verify(run: RunFile) -> None:
    """Check a run's header, events, ticks and readings for edits, gaps and cuts."""
    raise typer.Exit(runs.verify(run))


@app.command()
def gui(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="A config; a run file to replay, two to compare; or a folder of runs.",
            metavar="CONFIG|RUN|FOLDER",
        ),
    ] = None,
    out: Out = None,
) -> None:
    """Open the window on a treatment, on recorded runs, or on nothing yet.

    A CONFIG of a simulated bench runs at once, a real one is checked and
    confirmed first. RUN is replayed, two RUNs are compared, FOLDER lists its
    runs. Without any, the window opens where a config is chosen.
    """
    raise typer.Exit(run_command.gui(paths or [], out))


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
    except SystemExit as end:
        # Ctrl-C where no command takes it, as while it is still being loaded
        sys.exit(ENDED if end.code == INTERRUPTED else end.code)
    finally:
        deaf()  # what is pressed while the program tidies up changes no exit code


if __name__ == "__main__":
    main()
