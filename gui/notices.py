"""What the window says of the bench's nature and of the run's end."""

from gui import texts
from gui.outcome import EngineEnd
from gui.view import Notice
from gui.wording import Message, number, part, words

EXIT_UNCONFIRMED = 4
ORDERLY_EXITS = (0, 3)


def bench_bands(hello: Message, idle: bool = False) -> tuple[Notice, Notice]:
    """Say what is real and what simulated, and whether a shut-off is missing."""
    if not hello:
        return Notice(texts.NO_BENCH if idle else texts.UNKNOWN_BENCH), Notice()
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


def _by_kind(kinds: dict[str, str]) -> str:
    """Write which instruments are of which kind, real ones first."""
    lists = []
    for kind in sorted(set(kinds.values())):  # "real" sorts before the others
        names = ", ".join(name for name, its in kinds.items() if its == kind)
        lists.append(f"{texts.KINDS.get(kind, kind)}: {names}")
    return "  ·  ".join(lists)


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
