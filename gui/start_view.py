"""The last step before a run: ceiling profile, checklist, proof test, start."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui import texts_bench as texts
from gui.checked import check_notices
from gui.form import Form
from gui.form_row import Choice
from gui.notice_panel import NoticeLabel
from gui.page import Page, button, scrolled, wrapped
from gui.panels import Panel, label
from gui.readiness import Confirmed, all_simulated, missing, needs_words
from gui.view import Notice
from gui.wording import Message


class StartView(Page):
    """What must be so before the field may go on; ``pressed`` follows the start."""

    pressed = Signal()
    profile_chosen = Signal(str)
    confirmed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.profile, self._profile_words = Choice(), wrapped("caption")
        self.profile.addItems(list(texts.PROFILES))
        self.boxes = [QCheckBox(item) for item in texts.CHECKLIST.values()]
        for box in self.boxes:
            box.setObjectName("confirm")
        self._waived = wrapped("caption", texts.CHECKLIST_WAIVED)
        self._ask_words, self.words = wrapped(), QLineEdit()
        self.words.setPlaceholderText(texts.ACKNOWLEDGE_HINT)
        self.real_time = QCheckBox(texts.REAL_TIME)
        self.real_time.setChecked(True)
        self.proof, self.state = NoticeLabel(), NoticeLabel()
        self.go = button(texts.START, "go")
        self._lay_out()
        self.profile.activated.connect(
            lambda _: self.profile_chosen.emit(self.profile.currentText())
        )
        for box in self.boxes:
            box.toggled.connect(lambda _: self.confirmed.emit())
        self.words.textChanged.connect(lambda _: self.confirmed.emit())
        self.go.clicked.connect(self.pressed)

    def said(self) -> Confirmed:
        """Give what is confirmed so far."""
        boxes = tuple(box.isChecked() for box in self.boxes)
        return Confirmed(boxes, self.words.text())

    def forget(self) -> None:
        """Take back every confirmation: it was for another run."""
        for box in self.boxes:
            box.setChecked(False)
        self.words.clear()

    def show_state(self, form: Form | None, check: Message, free: bool) -> None:
        """Show what is missing, and open the start when nothing is."""
        said = self.said()
        lacking = missing(form, check, said, free)
        self.go.setEnabled(not lacking)
        notice = Notice(lacking, "caution") if lacking else Notice(texts.START_READY)
        self.state.show_notice(notice)
        proof = check_notices(check)[0] if check else Notice(texts.CHECK_NOT_YET)
        self.proof.show_notice(proof)
        simulated = form is None or all_simulated(form)
        for box in self.boxes:
            box.setEnabled(not simulated)
        self._waived.setVisible(simulated)
        self.real_time.setEnabled(simulated)
        asked = form is not None and needs_words(form, check)
        self._ask_words.setVisible(asked)
        self._ask_words.setText(texts.ACKNOWLEDGE.format(words=texts.ACKNOWLEDGED))
        self.words.setVisible(asked)
        self._show_profile(form)

    def _show_profile(self, form: Form | None) -> None:
        treatment = form is not None and "treatment" in form.data
        self.profile.setEnabled(treatment)
        if form is None or not treatment:
            return
        name = form.value("ceiling", "profile") or next(iter(texts.PROFILES))
        with QSignalBlocker(self.profile):
            self.profile.setCurrentText(name)
        self._profile_words.setText(texts.PROFILES.get(name, ""))

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 6, 0)
        row = QHBoxLayout()
        row.addWidget(label("", texts.PROFILE_TITLE))
        row.addWidget(self.profile)
        row.addWidget(self._profile_words, 1)
        column.addLayout(row)
        column.addWidget(self._checklist())
        column.addWidget(self.proof)
        column.addWidget(self._ask_words)
        column.addWidget(self.words)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.addWidget(scrolled(inner), 1)
        whole.addWidget(self.state)
        foot = QHBoxLayout()
        foot.addWidget(self.real_time)
        foot.addStretch(1)
        foot.addWidget(self.go)
        whole.addLayout(foot)
        policy = QSizePolicy.Policy
        self.go.setSizePolicy(policy.Preferred, policy.Fixed)

    def _checklist(self) -> Panel:
        panel = Panel()
        column = QVBoxLayout(panel)
        title: QLabel = label("", texts.CHECKLIST_TITLE)
        column.addWidget(title)
        column.addWidget(self._waived)
        for box in self.boxes:
            column.addWidget(box)
        return panel
