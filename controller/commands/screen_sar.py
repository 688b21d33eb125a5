"""What a person sees of a SAR measurement at the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.table import Table

from controller.analysis.sar_matrix import Matrix, why
from controller.analysis.sar_report import Measured, all_warnings, with_interval
from controller.host.stop_signals import interruptible

# Wide enough for the tables; a terminal that is narrower wraps the remarks.
NOT_KNOWN = "\N{EN DASH}"


class Progressing:
    """One line that follows a matrix while it is measured, and what is said."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = Status("", console=console)

    def __enter__(self) -> "Progressing":
        self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._status.stop()

    @contextmanager
    def typing(self) -> Iterator[None]:
        """Take the line away while somebody types; Ctrl-C ends the wait for it."""
        self._status.stop()
        try:
            with interruptible():
                yield
        finally:
            self._status.start()

    def tell(self, sentence: str) -> None:
        """Print a sentence above the line."""
        self._console.print(sentence, markup=False, highlight=False)

    def show(self, message: dict[str, Any]) -> None:
        """Follow a curve: waiting for rest, then its loop; a fault is printed."""
        if message["kind"] == "rest":
            self._status.update(_resting(message))
        elif message["kind"] == "snapshot":
            t_c = message["controlled_c"]
            shown = NOT_KNOWN if t_c is None else f"{t_c:.2f}"
            self._status.update(
                f"{message['phase']} {message['t_s']:.0f} s  {shown} °C"
            )
        elif message["kind"] == "event" and message["event"] == "fault":
            self._console.print(
                message["sentence"], style="red", markup=False, highlight=False
            )


def _resting(message: dict[str, Any]) -> str:
    drift = message["drift_c_per_min"]
    shown = NOT_KNOWN if drift is None else f"{drift:+.3f}"
    return (
        f"waiting for rest {message['t_s']:.0f} s  {message['value_c']:.2f} °C  "
        f"{shown} °C/min (limit {message['limit_c_per_min']:g})"
    )


def show(measured: Measured) -> None:
    """Print every method's SAR with its ±, the recommended one and why, warnings."""
    analysis = measured.analysis
    table = _table("method", "SAR, W/g Fe", "ILP, nH·m²/kg", "bias", "")
    for method, sar in analysis.sars.items():
        bias = analysis.expected_bias.get(method)
        best = method == "two-node fit" and analysis.recommended is not None
        table.add_row(
            f"{method} *" if best else method,
            with_interval(sar.sar_w_per_g_fe),
            with_interval(sar.ilp_nh_m2_per_kg),
            NOT_KNOWN if bias is None else f"{100.0 * bias:+.0f} %",
            "" if sar.usable else f"not usable: {sar.reason}",
            style="bold green" if best else None if sar.usable else "dim",
        )
    for method, sentence in analysis.failed.items():
        table.add_row(method, NOT_KNOWN, NOT_KNOWN, NOT_KNOWN, sentence, style="dim")
    console = Console()
    console.print(table)
    best_sar = analysis.recommended
    if best_sar is not None:
        value = with_interval(best_sar.sar_w_per_g_fe, "W/g Fe")
        oxide = with_interval(best_sar.sar_w_per_g_oxide, "W/g oxide")
        say(f"SAR {value}, {oxide} (k = 2)", "bold green")
    say(analysis.why)
    for words in all_warnings(measured):
        say(f"warning: {words}", "yellow")


def show_all(measured: list[Measured]) -> None:
    """Print one row for each curve: the recommended SAR and ILP, and warnings."""
    table = _table("file", "SAR, W/g Fe", "ILP, nH·m²/kg", "remarks")
    for m in measured:
        best = m.analysis.recommended
        words = all_warnings(m)
        if best is None:
            words = [f"not usable: {m.analysis.sars['two-node fit'].reason}", *words]
        table.add_row(
            m.name,
            NOT_KNOWN if best is None else with_interval(best.sar_w_per_g_fe),
            NOT_KNOWN if best is None else with_interval(best.ilp_nh_m2_per_kg),
            "; ".join(words),
        )
    Console().print(table)


def show_matrix(matrix: Matrix, true_ilp_nh_m2_per_kg: float | None) -> None:
    """Print a row for each point of a matrix, its ILP, and whether it is linear."""
    table = _table("f, kHz", "H, kA/m", "SAR, W/g Fe", "ILP, nH·m²/kg", "remarks")
    for p in matrix.points:
        sar = p.sar_w_per_g_fe
        # Beyond the linear regime it is no property of the particles, as why() says.
        ilp = p.ilp_nh_m2_per_kg if matrix.linear else None
        table.add_row(
            f"{p.frequency_hz / 1e3:.5g}",
            f"{p.field_a_per_m / 1e3:.3f}",
            NOT_KNOWN if sar is None else with_interval(sar),
            NOT_KNOWN if ilp is None else with_interval(ilp),
            p.words,
        )
    Console().print(table)
    for words in matrix.words:
        say(words)
    ilp, true = matrix.ilp_nh_m2_per_kg, true_ilp_nh_m2_per_kg
    if not matrix.linear:
        ilp = None  # beyond the linear regime it is no property of the particles
    if ilp is not None:
        say(f"ILP {with_interval(ilp, 'nH·m²/kg')} (k = 2)", "bold")
    say(why(matrix))
    if true is not None:
        inside = ilp is not None and abs(ilp.value - true) <= 2.0 * ilp.u
        where = "" if ilp is None else ": inside" if inside else ": OUTSIDE"
        interval = "" if ilp is None else " that interval"
        say(f"the simulated particles have {true:.4g} nH·m²/kg{where}{interval}")


def wrote(page: Path, table: Path) -> None:
    """Print where a matrix was written, and how to see its single curves."""
    for path in (page, table):
        say(str(path))
    say(f"a page for each curve: amf sar analyse {page.parent}")


def say(sentence: str, style: str = "default") -> None:
    """Print a sentence on stdout as it is."""
    Console().print(
        sentence, style=style, markup=False, highlight=False, soft_wrap=True
    )


def warn(sentence: str) -> None:
    """Print on stderr how a measurement ended that did not come to its end."""
    Console(stderr=True).print(
        sentence, style="bold red", markup=False, highlight=False
    )


def _table(*head: str) -> Table:
    table = Table(*head, box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in table.columns[:-1]:
        column.no_wrap = True
    return table
