"""Before a run: config, check, touch test, start, one step after the other."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout

from gui import texts_bench as texts
from gui.check_view import CheckView
from gui.desk import Desk
from gui.form import Form
from gui.form_view import FormView
from gui.look import Theme
from gui.page import Page
from gui.readiness import all_simulated, answers_of, notes_for
from gui.start_view import StartView
from gui.touch_view import TouchView
from gui.wording import Message, parts, words


class BeforeView(Page):
    """Holds the config that the other pages use, too.

    ``bench_changed`` carries what is known of the bench, as a ``hello`` has it;
    ``start_asked`` a config, whether by the clock, answers, notes for the record.
    """

    bench_changed = Signal(object)
    config_changed = Signal()
    start_asked = Signal(str, bool, dict, list)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.config = FormView()
        self.check, self.touch = CheckView(desk), TouchView(desk)
        self.start = StartView()
        self.steps = QTabWidget()
        pages = (self.config, self.check, self.touch, self.start)
        for page, title in zip(pages, texts.STEPS, strict=True):
            self.steps.addTab(page, title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.steps)
        self._listen()
        self._refresh()

    @property
    def form(self) -> Form | None:
        """The config that is open."""
        return self.config.form

    def open_file(self, path: Path) -> None:
        """Open a config."""
        self.config.open_file(path)

    def saved_path(self) -> str:
        """Give the path of a config that can be used as it is, else ""."""
        form = self.form
        return "" if form is None or form.changed else str(form.path)

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        super().show_theme(theme, scale)
        for page in (self.config, self.check, self.touch, self.start):
            page.show_theme(theme, scale)

    def _listen(self) -> None:
        self.config.changed.connect(self._take_config)
        self.check.found.connect(self._take_check)
        self._desk.changed.connect(self._refresh)
        self.start.confirmed.connect(self._refresh)
        self.start.profile_chosen.connect(
            lambda name: self.config.enter("ceiling", "profile", name)
        )
        self.start.pressed.connect(self._press_start)

    def _take_config(self) -> None:
        """Take a config that was opened or changed: what was shown was of another."""
        form = self.form
        assert form is not None
        self.check.show_config(self.saved_path())
        named = [(words(p, "name"), words(p, "role")) for p in self._probes()]
        self.touch.show_config(self.saved_path(), named)
        self.start.forget()
        self._tell_bench({})
        self._refresh()
        self.config_changed.emit()

    def _probes(self) -> list[Message]:
        data: Message = {} if self.form is None else self.form.data
        return list(parts(data, "probes"))

    def _take_check(self, result: Message) -> None:
        self._tell_bench(result)
        self._refresh()

    def _tell_bench(self, check: Message) -> None:
        form = self.form
        if form is None or not form.instrument_kinds():
            return
        bench: dict[str, object] = {
            "instruments": form.instrument_kinds(),
            "simulated": all_simulated(form),
            # Until the check has found one, none is believed to be there.
            "independent_shut_off": check.get("independent_shut_off") is True,
            "probes": self._probes(),
        }
        self.bench_changed.emit(bench)

    def refresh(self) -> None:
        """Look anew whether a start is possible."""
        self._refresh()

    def _refresh(self) -> None:
        result, free = self.check.result, self._desk.available()
        self.start.show_state(self.form, result, free)

    def _press_start(self) -> None:
        form = self.form
        if form is None:
            return
        said = self.start.said()
        notes = list(notes_for(form, said, self.touch.summary()))
        by_clock = self.start.real_time.isChecked() or not all_simulated(form)
        self.start_asked.emit(str(form.path), by_clock, answers_of(said), notes)
