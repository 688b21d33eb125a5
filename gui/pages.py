"""The pages around a run, on one window: what each needs of the others."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from gui import texts_bench as texts
from gui.before_view import BeforeView
from gui.calibration_view import CalibrationView
from gui.commands import CLI, Commands, commands_for, tune_for
from gui.desk import Desk
from gui.outcome import EngineEnd
from gui.readiness import all_simulated
from gui.sar_view import SarView
from gui.tuning_view import TuningView
from gui.wording import Message, words

if TYPE_CHECKING:
    from gui.window import Window


class Pages(QObject):
    """Holds the pages and the desk; starts runs on the window."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self.out: str | None = None
        self._notes: list[str] = []
        self._answers: dict[str, str] = {}
        self.desk = Desk(lambda: not window.engine_busy(), self)
        self.before = BeforeView(self.desk)
        self.sar, self.calibration = SarView(self.desk), CalibrationView(self.desk)
        self.tuning = TuningView()
        frame = window.frame
        frame.add_page(self.before, texts.PAGE_BENCH)
        frame.add_page(self.sar, texts.PAGE_SAR)
        frame.add_page(self.calibration, texts.PAGE_CALIBRATION)
        frame.add_page(self.tuning, texts.PAGE_TUNING)
        self._listen()

    def open_file(self, path: Path, out: str | None) -> None:
        """Open a config on every page; ``out`` is where records go."""
        self.out = self.sar.out = self.calibration.out = out
        self.before.open_file(path)

    def take(self, messages: Sequence[Message]) -> None:
        """Take the engine's messages: a tuning's, and the first of a run."""
        for message in messages:
            self.tuning.take(message)
            if words(message, "kind") == "question":
                self._take_question(message)
            if words(message, "kind") == "hello":
                # Only a run that has begun can write notes down.
                for text in self._notes:
                    self._window.ask("note", {"text": text})
                self._notes = []

    def take_end(self, end: EngineEnd) -> None:
        """Take the end of the engine: the bench is free again."""
        self.tuning.take_end(end)
        self._window.run.questions.forget()
        self.refresh()

    def _take_question(self, question: Message) -> None:
        """Give the answer that was given on the page Before, else ask the operator."""
        name = words(question, "name")
        if name in self._answers:
            self._answer(name, self._answers.pop(name))
        else:
            frame = self._window.frame
            frame.pages.setCurrentWidget(frame.run)
            frame.run.questions.show_question(question)

    def _answer(self, name: str, answer: str) -> None:
        self._window.ask("answer", {"name": name, "answer": answer})

    def refresh(self) -> None:
        """Open or close every start, as the bench is free or not."""
        form, free = self.before.form, self.desk.available()
        treatment = form is not None and "treatment" in form.data
        usable = form is not None and not form.changed and not form.problems
        path = "" if form is None else str(form.path)
        ready = treatment and usable
        self.calibration.show_config(path, ready)
        self.tuning.show_config(path, ready and free)
        self.before.refresh()
        if form is not None:
            self.sar.show_form(form)

    def _listen(self) -> None:
        window, before = self._window, self.before
        self.desk.unconfirmed.connect(window.switch_off)
        # Queued: who hears the end last must find the bench free.
        self.desk.changed.connect(lambda: QTimer.singleShot(0, self.refresh))
        before.bench_changed.connect(window.take_bench)
        before.config_changed.connect(self._take_config)
        before.start_asked.connect(self._start_run)
        self.sar.sample.changed.connect(self._take_sample)
        window.run.questions.answered.connect(self._answer)
        self.tuning.start_asked.connect(self._start_tuning)

    def _take_config(self) -> None:
        form = self.before.form
        if form is not None and not self._window.busy():
            self._window.aim([*CLI, "off", str(form.path)])
        self.refresh()

    def _take_sample(self) -> None:
        """Take what was changed or saved on the calorimetry page."""
        form = self.sar.sample.form
        if form is not None:
            self.before.config.show_form(form)
            self.before.config.changed.emit()

    def _start_run(
        self, config: str, by_clock: bool, answers: dict[str, str], notes: list[str]
    ) -> None:
        self._notes, self._answers = notes, dict(answers)
        commands = commands_for(config, self.out, by_clock=by_clock)
        self._begin(commands)

    def _start_tuning(self, config: str, method: str, rise_c: float) -> None:
        form = self.before.form
        by_clock = form is None or not all_simulated(form)
        self.tuning.begin()
        self._begin(tune_for(config, self.out, method, rise_c, by_clock), stay=True)

    def _begin(self, commands: Commands, stay: bool = False) -> None:
        if not self._window.begin(commands):
            return
        if not stay:
            frame = self._window.frame
            frame.pages.setCurrentWidget(frame.run)
        self.refresh()
