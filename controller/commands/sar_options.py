"""``amf sar run`` and ``amf sar analyse`` on the command line."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="SAR calorimetry: run, analyse.")
Out = Annotated[Path | None, typer.Option(help="Folder to write into.", metavar="DIR")]
Seed = Annotated[int | None, typer.Option(help="Seed of the simulation.", min=0)]

To = Annotated[str, typer.Option(help="Table: csv, xlsx or hdf5.")]
Decimal = Annotated[str, typer.Option(help="Decimal mark of csv: . or ,")]


@app.command("run")
def sar_run(
    configs: Annotated[
        list[Path], typer.Argument(help="A config for each sample.", metavar="CONFIG…")
    ],
    out: Out = None,
    seed: Seed = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print the results as one JSON document.")
    ] = False,
    checklist: Annotated[
        Path | None,
        typer.Option(help="What was done by hand, a line each.", metavar="FILE"),
    ] = None,
    to: To = "csv",
    decimal: Decimal = ".",
) -> None:
    """Measure a SAR matrix a sample; what was interrupted is continued."""
    from controller.commands import sar as sar_command

    raise typer.Exit(
        sar_command.run(
            configs,
            out=out,
            seed=seed,
            checklist=checklist,
            json=json,
            to=to,
            decimal=decimal,
        )
    )


@app.command("analyse")
def sar_analyse(
    files: Annotated[list[Path], typer.Argument(help="Curves, runs, or a folder.")],
    sample: Annotated[
        Path | None,
        typer.Option(help="Description of the sample (TOML); runs hold their own."),
    ] = None,
    out: Out = None,
    to: To = "csv",
    decimal: Decimal = ".",
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
    json: Annotated[
        bool, typer.Option("--json", help="Print the results as one JSON document.")
    ] = False,
) -> None:
    """Analyse heating curves by every method: SAR with its ±, and why this value."""
    from controller.commands import sar as sar_command

    raise typer.Exit(
        sar_command.analyse(
            files,
            sample=sample,
            out=out,
            to=to,
            decimal=decimal,
            read=read or (),
            on_s=on or (),
            off_s=off or (),
            json=json,
        )
    )
