"""``amf calibrate``: the commands of the group, and their options."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Calibrate: field, probes.")
Config = Annotated[Path, typer.Argument(help="A config file (TOML).", metavar="CONFIG")]
Out = Annotated[Path | None, typer.Option(help="Folder to write into.", metavar="DIR")]
Seed = Annotated[int | None, typer.Option(help="Seed of the simulation.", min=0)]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]


@app.command()
def field(
    config: Config,
    out: Out = None,
    seed: Seed = None,
    json: Json = False,
    checklist: Annotated[
        Path | None,
        typer.Option(help="Answers to what a real bench asks first.", metavar="FILE"),
    ] = None,
) -> None:
    """Find the resonance and the field per ampere with a pick-up coil; coil empty."""
    # here, because the fits and figures take half a second to import
    from controller.commands import calibrate_field as field_command

    raise typer.Exit(
        field_command.calibrate(
            config, out=out, seed=seed, json=json, checklist=checklist
        )
    )


@app.command()
def probes(
    config: Config,
    out: Out = None,
    seed: Seed = None,
    json: Json = False,
    answers: Annotated[
        Path | None,
        typer.Option(help="What the reference reads in each bath.", metavar="FILE"),
    ] = None,
) -> None:
    """Compare every probe with a reference at 0, 37 and 45 °C; the field stays off."""
    from controller.commands import calibrate_probes as probes_command

    raise typer.Exit(
        probes_command.calibrate(config, out=out, seed=seed, json=json, answers=answers)
    )
