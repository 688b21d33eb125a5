"""What a person, or a program, sees of a calibration while it goes on."""

import json as json_text
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table


@dataclass
class Teller:
    """Says how a calibration goes: a bar and sentences, or one JSON line each."""

    json: bool
    usual: int
    console: Console = field(default_factory=lambda: Console(stderr=True))
    done: int = 0

    def __post_init__(self) -> None:
        """Make the bar; it is shown while the context lasts."""
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[line]}"),
            console=self.console,
            transient=True,
            disable=self.json,
        )
        self._task = self._bar.add_task("calibrate", total=self.usual, line="")

    def __enter__(self) -> "Teller":
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the bar away."""
        self._bar.stop()

    def __call__(self, message: dict[str, Any]) -> None:
        """Tell one message."""
        if message["kind"] == "point":
            self.done += 1
            message["share"] = min(1.0, self.done / self.usual)
        if self.json:
            print(json_text.dumps(message, ensure_ascii=False), flush=True)
        elif message["kind"] == "point":
            self._bar.update(self._task, advance=1, line=message["sentence"])
        elif message["kind"] == "end":
            good = message["exit_code"] == 0
            self.console.print(
                message["sentence"],
                style="green" if good else "red",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )

    def ask(self, sentence: str) -> None:
        """Show a question, whatever the bar does."""
        self.console.print(sentence, style="bold", markup=False, highlight=False)

    def table(self, rows: list[tuple[str, str, str]], *files: object) -> None:
        """Show quantities with their values and intervals, and what was written."""
        if self.json:
            return
        table = Table("quantity", "value", "±, 95 %", box=None, padding=(0, 2, 0, 0))
        for row in rows:
            table.add_row(*row)
        out = Console()
        out.print(table)
        for file in files:
            out.print(str(file), markup=False, highlight=False, soft_wrap=True)
