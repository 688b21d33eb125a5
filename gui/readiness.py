"""Whether a treatment may be started from the window, and what is still missing. No Qt.

The engine has the last word: it asks for the same, and proves the off by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gui import texts_bench as texts
from gui.form import Form
from gui.wording import Message, part


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person has confirmed: the checklist's boxes, and the words typed."""

    boxes: tuple[bool, ...]
    words: str = ""


def all_simulated(form: Form) -> bool:
    """Say whether no instrument of a config is real."""
    return "real" not in form.instrument_kinds().values()


def needs_words(form: Form, check: Message) -> bool:
    """Say whether it must be typed that only programs switch this bench off."""
    profile = form.value("ceiling", "profile")
    alone = check.get("independent_shut_off") is not True
    return not all_simulated(form) and profile != "no-tissue" and alone


def missing(form: Form | None, check: Message, said: Confirmed, free: bool) -> str:
    """Say what is missing before a treatment may start; "" when nothing is."""
    if form is None:
        return texts.FORM_NONE
    if form.problems:
        return texts.START_MISTAKES.format(count=len(form.problems))
    if "treatment" not in form.data:
        return texts.START_MATRIX
    if form.changed:
        return texts.START_UNSAVED
    if not free:
        return texts.START_BUSY
    return "" if all_simulated(form) else _missing_on_real(form, check, said)


def answers_of(said: Confirmed) -> dict[str, str]:
    """Return what is answered already, by the names of the engine's questions."""
    pairs = zip(texts.CHECKLIST, said.boxes, strict=True)
    answers = {name: texts.YES for name, ticked in pairs if ticked}
    if said.words.strip():
        answers[texts.SHUT_OFF] = said.words.strip()
    return answers


def notes_for(form: Form, said: Confirmed, touched: str) -> Sequence[str]:
    """Return what the record shall say of what was done before the run."""
    if all_simulated(form):
        checklist = texts.NOTE_WAIVED
    else:
        items = "; ".join(answers_of(said))
        checklist = texts.NOTE_CHECKLIST.format(items=items)
    touch = texts.NOTE_TOUCH.format(result=touched) if touched else texts.NOTE_NO_TOUCH
    return checklist, touch


def _missing_on_real(form: Form, check: Message, said: Confirmed) -> str:
    if not check or "refused" in check:
        return texts.START_CHECK
    if part(check, "off").get("confirmed") is not True:
        return texts.START_PROOF
    if not all(said.boxes):
        return texts.START_CHECKLIST
    if needs_words(form, check) and said.words.strip() != texts.ACKNOWLEDGED:
        return texts.START_WORDS
    return ""
