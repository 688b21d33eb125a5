"""The bar above the plots: how much is in sight, follow, and the cursor's read-out."""

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from gui import texts
from gui.panels import ElidedLabel
from gui.plots import RunPlots
from gui.view import PlotView
from gui.wording import clock, fixed

NEAR_SHARE = 0.01


class PlotBar(QWidget):
    """10 min, 1 h, all, follow; reads the curves where the pointer is."""

    def __init__(self, plots: RunPlots) -> None:
        super().__init__()
        self._plots = plots
        self._view = PlotView((), (), None, None, "", (), ())
        self._readout = ElidedLabel("caption")
        self.spans = QButtonGroup(self)
        self.follow = QPushButton(texts.FOLLOW)
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for number, (words, _) in enumerate(texts.SPANS):
            button = QPushButton(words)
            button.setCheckable(True)
            self.spans.addButton(button, number)
            row.addWidget(button)
        row.addWidget(self.follow)
        row.addWidget(self._readout, 1)
        self.spans.idClicked.connect(self.choose)
        self.follow.clicked.connect(plots.follow)
        plots.moved.connect(lambda: self.follow.setChecked(plots.following))
        plots.pointed.connect(self._point_at)
        self.choose(len(texts.SPANS) - 1)
        self._point_at(None)

    def choose(self, number: int) -> None:
        """Choose how much is in sight, by its place in ``texts.SPANS``."""
        if not 0 <= number < len(texts.SPANS):
            return
        self.spans.button(number).setChecked(True)
        self._plots.show_span(texts.SPANS[number][1])
        self.follow.setChecked(True)

    def chosen(self) -> int:
        """Give the place in ``texts.SPANS`` that is chosen."""
        return self.spans.checkedId()

    def show_view(self, view: PlotView) -> None:
        """Take what the cursor reads."""
        self._view = view
        self.follow.setChecked(self._plots.following)

    def _point_at(self, t_s: float | None) -> None:
        if t_s is None:
            self._readout.show_text(texts.NO_CURSOR)
        else:
            self._readout.show_text(self.reading(t_s))

    def reading(self, t_s: float) -> str:
        """Write what the curves say at a run time in s, and the event near it."""
        said = [
            _said(curve.name, curve.samples.at(t_s), 2) for curve in self._view.curves
        ]
        said += [
            _said(curve.name, curve.samples.at(t_s), 0, "%")
            for curve in self._view.shares
        ]
        from_s, to_s = self._plots.in_sight_s()
        near_s = NEAR_SHARE * (to_s - from_s)
        near = [m for m in self._view.marks if abs(m.t_s - t_s) <= near_s]
        if near:
            said.append(min(near, key=lambda m: abs(m.t_s - t_s)).text)
        return texts.CURSOR.format(time=clock(t_s), values="  ".join(said))


def _said(name: str, value: float, digits: int, unit: str = "") -> str:
    known = None if value != value else value
    return texts.CURSOR_VALUE.format(name=name, value=fixed(known, digits, unit))
