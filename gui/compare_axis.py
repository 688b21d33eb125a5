"""The time axis of a comparison: before the start of heating it counts down."""

from gui.axes import ElapsedAxis
from gui.wording import clock


class HeatingAxis(ElapsedAxis):
    """A time axis whose zero is the start of heating."""

    def tickStrings(  # noqa: N802 (pyqtgraph's name)
        self, values: list[float], scale: float, spacing: float
    ) -> list[str]:
        """Write times as m:ss, with a minus before zero."""
        return [("−" if value < 0.0 else "") + clock(abs(value)) for value in values]
