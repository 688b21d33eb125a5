"""What a person says before an output may go on: typed, clicked, or in a file."""

import sys
from pathlib import Path

from controller.bench import OpenBench
from controller.config.kinds import output_roles
from controller.config.loading import Loaded
from controller.errors import BenchError
from controller.host.stop_signals import interruptible
from controller.procedures.checklist import NO, Asker, Question

ACKNOWLEDGED = "NO INDEPENDENT SHUT-OFF"
COIL_EMPTY = "COIL EMPTY"


def acknowledged(
    loaded: Loaded,
    bench: OpenBench,
    checklist: Path | None,
    at_terminal: bool,
    window: Asker | None = None,
) -> str:
    """Have it acknowledged that only programs switch a bench with tissue off.

    And that the coil is empty where a real field meets simulated temperatures. Returns
    what the record shall say, "" where there is nothing to acknowledge. The words
    ``ACKNOWLEDGED``, ``COIL_EMPTY`` are typed at the terminal, clicked in the window,
    or lines of the checklist.

    Raises:
        BenchError: nobody acknowledged it; no output has been enabled.
    """
    empty, question = "", pretended(loaded, bench)
    if question:
        given, where = _said(COIL_EMPTY, question, checklist, at_terminal, window)
        if not given:
            raise BenchError(f"{question} {COIL_EMPTY} was not confirmed {where}")
        empty = f"confirmed {where}: {COIL_EMPTY}"
    shut = _shut_off(loaded, bench, checklist, at_terminal, window)
    return "; ".join(filter(None, (empty, shut)))


def pretended(loaded: Loaded, bench: OpenBench) -> str:
    """Say that a real field would meet simulated temperatures of tissue, "" if not."""
    outputs = output_roles(loaded.bench.applicator).items()
    made = [n for role, n in outputs if role != "generator"]
    real = any(bench.kinds.get(name) == "real" for name in made)
    read = {probe.instrument for probe in loaded.bench.probes}
    false = sorted(n for n in read if bench.kinds.get(n, "real") != "real")
    if not (real and false) or loaded.settings.ceiling.profile == "no-tissue":
        return ""
    return (
        f"{' and '.join(made)} makes a real field, and the temperatures of "
        f"{' and '.join(false)} are simulated: they protect nobody in the coil."
    )


def _shut_off(
    loaded: Loaded,
    bench: OpenBench,
    checklist: Path | None,
    at_terminal: bool,
    window: Asker | None,
) -> str:
    if loaded.settings.ceiling.profile == "no-tissue" or shuts_off_itself(bench):
        return ""
    if bench.simulated:
        return "acknowledgement waived: simulated"
    question = (
        "Tissue in the coil, and no instrument or relay that switches the field off "
        "when this computer fails."
    )
    given, where = _said(ACKNOWLEDGED, question, checklist, at_terminal, window)
    if not given:
        raise BenchError(
            f"tissue on a bench without an independent shut-off: {ACKNOWLEDGED} was "
            f"not acknowledged {where}"
        )
    return f"acknowledged {where}: {ACKNOWLEDGED}"


def coil_empty(
    bench: OpenBench,
    checklist: Path | None,
    at_terminal: bool,
    window: Asker | None = None,
) -> str:
    """Have it confirmed that only the pick-up coil is in the coil.

    Returns what the record shall say. The words ``COIL_EMPTY`` are typed at the
    terminal, clicked in the window, or a line of the checklist.

    Raises:
        BenchError: nobody confirmed it; no output has been enabled.
    """
    if bench.simulated:
        return f"{COIL_EMPTY} waived: simulated"
    question = "No sample and no tools in the coil, only the pick-up coil."
    given, where = _said(COIL_EMPTY, question, checklist, at_terminal, window)
    if not given:
        raise BenchError(
            f"a field calibration needs an empty coil: {COIL_EMPTY} was not confirmed "
            f"{where}"
        )
    return f"confirmed {where}: {COIL_EMPTY}"


def shuts_off_itself(bench: OpenBench) -> bool:
    """Say whether an instrument switches off by itself when nobody speaks to it."""
    return any(getattr(driver, "watchdog", "") for driver in bench.drivers.values())


def _said(
    words: str,
    question: str,
    checklist: Path | None,
    at_terminal: bool,
    window: Asker | None,
) -> tuple[bool, str]:
    """Ask for words; return whether they were given, and where they were looked for."""
    if checklist is not None:
        return words in _lines(checklist), f"in {checklist.name}"
    if window is not None and not sys.stdin.isatty():
        asked = Question(words, question, answers=(words, NO), right=(words,))
        with interruptible():
            return window.ask(asked) == words, window.where
    if not (at_terminal and sys.stdin.isatty()):
        return False, "by anybody: there is no terminal and no --checklist FILE"
    print(f"{question} Type {words} to go on:", file=sys.stderr)
    return sys.stdin.readline().strip() == words, "at the terminal"


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise BenchError(f"the checklist {path} cannot be read: {error}") from error
