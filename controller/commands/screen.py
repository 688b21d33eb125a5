"""What a person sees of a run at the terminal: progress, events, a closing summary."""

from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

from controller.analysis.summary import summarise
from controller.config.loading import Loaded
from controller.errors import RunFileError
from controller.loop import Outcome
from controller.recording.run_file import Run

PHASES = ("baseline", "ramp", "hold", "cool")


class RunScreen:
    """A progress bar and events while the run lasts."""

    def __init__(self, loaded: Loaded, path: Path) -> None:
        self.console = Console(stderr=True)
        word = "[black on yellow] SIMULATED [/] " if loaded.bench.simulated else ""
        self.console.print(f"{word}{loaded.name} → {path}", highlight=False)
        self._progress = Progress(
            TextColumn("{task.description:<9}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[line]}"),
            console=self.console,
            transient=True,
        )
        self._task: TaskID = self._progress.add_task("", total=1.0, line="")

    def __enter__(self) -> "RunScreen":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, message: dict[str, Any]) -> None:
        """Show one message of the loop."""
        if message["kind"] == "snapshot":
            self._progress.update(self._task, **_bar(message))
        elif message["kind"] == "event" and message["event"] != "end":
            style = "red" if message["event"] == "fault" else "default"
            self.console.print(
                f"{message['t_s']:8.1f} s  {message['sentence']}",
                style=style,
                markup=False,
                highlight=False,
            )

    def close(self, outcome: Outcome, path: Path) -> None:
        """Print the closing summary, on stdout."""
        console = Console()
        with suppress(RunFileError), Run.open(path) as run:  # it may have been deleted
            console.print(summary_table(summarise(run.data())))
        style = "green" if outcome.exit_code == 0 else "bold red"
        console.print(outcome.sentence, style=style, markup=False, highlight=False)
        console.print(
            f"{path}  (amf report, amf export, amf replay)",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def summary_table(summary: dict[str, Any]) -> Table:
    """Return the summary as a table that fits a screen."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    title = "SIMULATED run" if summary["simulated"] else "run"
    table.add_row(title, str(summary["name"]))
    for words, key, form in (
        ("overshoot", "overshoot_c", "{:.2f} °C"),
        ("mean error in hold", "mean_error_c", "{:+.3f} °C"),
        ("rms error in hold", "rms_error_c", "{:.3f} °C"),
        ("settled after", "settling_s", "{:.0f} s"),
        ("hottest healthy", "healthy_max_c", "{:.2f} °C"),
        ("largest H·f", "max_hf_a_per_m_s", "{:.4g} A/(m·s)"),
        ("ceiling", "ceiling_a_per_m_s", "{:.4g} A/(m·s)"),
        ("at the bound", "ceiling_bound_s", "{:.0f} s"),
        ("lasted", "simulated_s", "{:.0f} s"),
        ("took", "wall_s", "{:.1f} s"),
    ):
        value = summary.get(key)
        table.add_row(words, "–" if value is None else form.format(value))
    doses = summary["cem43_min"].items()
    words = ", ".join(
        f"{name} {'–' if dose is None else f'{dose:.1f}'}" for name, dose in doses
    )
    table.add_row("CEM43 in min", words)
    return table


def _bar(snapshot: dict[str, Any]) -> dict[str, Any]:
    elapsed_s, remaining_s = (
        snapshot["phase_elapsed_s"],
        snapshot["phase_remaining_s"],
    )
    total = None if remaining_s is None else elapsed_s + remaining_s
    temperature = snapshot["controlled_c"]
    shown = "  –  " if temperature is None else f"{temperature:.2f}"
    share = snapshot["field"]["share"] or 0.0
    return {
        "description": snapshot["phase"],
        "completed": elapsed_s,
        "total": total,
        "line": f"{snapshot['t_s']:6.0f} s  {shown} °C  "
        f"H·f {100 * share:3.0f} % of the ceiling  "
        f"CEM43 {snapshot['cem43_min']:.1f} min",
    }
