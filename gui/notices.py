"""Which warnings stand in the window: the bench's nature, ends, faults, cautions."""

from gui import texts
from gui.outcome import EngineEnd
from gui.view import Notice
from gui.wording import Message, clock, number, part, parts, words

FAULTS_SHOWN = 3
CAUTIONS_SHOWN = 3
EXIT_UNCONFIRMED = 4
ORDERLY_EXITS = (0, 3)


def bench_bands(hello: Message) -> tuple[Notice, Notice]:
    """Say what is real and what simulated, and whether a shut-off is missing."""
    if not hello:
        return Notice(texts.UNKNOWN_BENCH), Notice()
    kinds = {name: str(kind) for name, kind in part(hello, "instruments").items()}
    simulated = hello.get("simulated") is True
    alone = hello.get("independent_shut_off") is not True and not simulated
    shut_off = Notice(texts.NO_SHUT_OFF, "fault") if alone else Notice()
    listed = _by_kind(kinds)
    if simulated:
        served = f"   ({listed})" if set(kinds.values()) - {"simulated"} else ""
        return Notice(texts.SIMULATED + served, "caution"), shut_off
    if set(kinds.values()) == {"real"}:
        return Notice(texts.REAL, "fault"), shut_off
    return Notice(f"{texts.MIXED}   {listed}", "fault"), shut_off


def end_notices(end: Message | None, engine_end: EngineEnd | None) -> list[Notice]:
    """Say how the engine ended, loudly unless it was in good order."""
    if end is not None:
        code = number(end, "exit_code")
        shown = texts.NOTHING if code is None else f"{code:.0f}"
        text = texts.ENDED.format(code=shown, sentence=words(end, "sentence"))
        if code == EXIT_UNCONFIRMED:
            return [Notice(f"{texts.EXIT_NOT_CONFIRMED}. {text}", "fault")]
        return [Notice(text, "quiet" if code in ORDERLY_EXITS else "fault")]
    if engine_end is None:
        return []
    return [Notice(_sudden_end(engine_end), "fault")]


def trouble(snapshot: Message) -> list[Notice]:
    """List the faults, first-out first, and the cautions of a snapshot."""
    faults = sorted(parts(snapshot, "faults"), key=lambda f: number(f, "t_s") or 0.0)
    notices = [Notice(_fault_text(fault), "fault") for fault in faults[:FAULTS_SHOWN]]
    if len(faults) > FAULTS_SHOWN:
        more = texts.MORE.format(count=len(faults) - FAULTS_SHOWN)
        notices.append(Notice(more, "fault"))
    listed = snapshot.get("cautions")
    cautions = [str(c) for c in listed] if isinstance(listed, list) else []
    for caution in cautions[:CAUTIONS_SHOWN]:
        notices.append(Notice(f"{texts.CAUTION}: {caution}", "caution"))
    if len(cautions) > CAUTIONS_SHOWN:
        more = texts.MORE.format(count=len(cautions) - CAUTIONS_SHOWN)
        notices.append(Notice(more, "caution"))
    return notices


def _by_kind(kinds: dict[str, str]) -> str:
    """Write which instruments are of which kind, real ones first."""
    lists = []
    for kind in sorted(set(kinds.values())):  # "real" sorts before the others
        names = ", ".join(name for name, its in kinds.items() if its == kind)
        lists.append(f"{texts.KINDS.get(kind, kind)}: {names}")
    return "  ·  ".join(lists)


def _fault_text(fault: Message) -> str:
    at = texts.FAULT_TIME.format(time=clock(number(fault, "t_s")))
    text = f"{texts.FAULT} {at}: {words(fault, 'sentence')}"
    figures = {key: words(fault, key) for key in ("expected", "measured", "limit")}
    if not any(figures.values()):
        return text
    shown = {key: value or texts.NOTHING for key, value in figures.items()}
    return f"{text} ({texts.FAULT_DETAIL.format(**shown)})"


def _sudden_end(end: EngineEnd) -> str:
    if not end.started:
        text = texts.ENGINE_NOT_STARTED
    elif end.crashed:
        text = texts.ENGINE_KILLED
    elif end.exit_code == 2:
        text = texts.ENGINE_REFUSED.format(code=end.exit_code)
    else:
        text = texts.ENGINE_GONE.format(code=end.exit_code)
    return f"{text}\n{end.words}" if end.words else text
