"""The control chart of a daily check sample: its ILP, day by day and coil by coil."""

import csv
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout

from gui import texts_bench as texts
from gui.curve_plot import CurvePlot
from gui.look import Theme
from gui.page import Page, wrapped
from gui.table import Table

LOG_END = "_control_chart.csv"
ROLE_ORDER = ("core", "healthy", "body", "sample", "margin")


@dataclass(frozen=True, slots=True)
class LoggedDay:
    """One row of the log: when, by whom, at which coil, and the ILP in nH·m²/kg."""

    utc: str
    operator: str
    coil: str
    ilp_nh_m2_per_kg: float
    ilp_u_nh_m2_per_kg: float


def logged_days(log: Path) -> list[LoggedDay]:
    """Read a log of checks. Raises OSError or ValueError where it is none."""
    # here, because a window need not wait for Matplotlib, which comes with it
    from controller.analysis.sar_control import COLUMNS

    with log.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    if rows and tuple(rows[0]) != COLUMNS:
        raise ValueError(f"{log} has other columns")
    return [
        LoggedDay(
            row["utc"],
            row["operator"],
            row["coil"],
            float(row["ilp_nh_m2_per_kg"]),
            float(row["ilp_u_nh_m2_per_kg"]),
        )
        for row in rows
    ]


class ChartView(Page):
    """Shows the newest log of checks in a folder."""

    def __init__(self) -> None:
        super().__init__()
        roles = {str(at): role for at, role in enumerate(ROLE_ORDER)}
        self.plot = CurvePlot(
            texts.SAR_DAYS_AXIS, texts.SAR_CHART_AXIS, tuple(roles), roles
        )
        self.said = wrapped("caption", texts.SAR_NO_CHART)
        self.table = Table(texts.SAR_CHART_HEADS)
        column = QVBoxLayout(self)
        column.addWidget(self.said)
        column.addWidget(self.plot, 2)
        column.addWidget(self.table, 1)

    def show_folder(self, folder: Path) -> None:
        """Show the newest log of a folder."""
        logs = sorted(folder.glob(f"*{LOG_END}"), key=lambda log: log.stat().st_mtime)
        try:
            days = logged_days(logs[-1]) if logs else []
        except (OSError, ValueError) as error:
            self.said.setText(str(error))
            return
        self.said.setText(logs[-1].name if days else texts.SAR_NO_CHART)
        self._show(days)

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        super().show_theme(theme, scale)
        self.plot.show_theme(theme, scale)

    def _show(self, days: list[LoggedDay]) -> None:
        self.plot.forget()
        dates = list(dict.fromkeys(day.utc for day in days))
        for at, coil in enumerate(dict.fromkeys(day.coil for day in days)):
            here = [day for day in days if day.coil == coil]
            x = [float(dates.index(day.utc) + 1) for day in here]
            y = [day.ilp_nh_m2_per_kg for day in here]
            self.plot.show_series(str(at % len(ROLE_ORDER)), x, y)
        self.table.show_rows(
            [
                (
                    day.utc[:16],
                    day.operator,
                    day.coil,
                    f"{day.ilp_nh_m2_per_kg:.4g} ± {2 * day.ilp_u_nh_m2_per_kg:.2g}",
                )
                for day in reversed(days)
            ]
        )
