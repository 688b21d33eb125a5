"""Starts the window on a config: engine, stop hand, window, and their end."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from gui import remembered, replay_app, texts
from gui.commands import Commands as Commands
from gui.commands import commands_for as commands_for
from gui.engine_link import EngineLink
from gui.form import Form
from gui.readiness import all_simulated
from gui.stop_hand import StopHand
from gui.window import Window

EXIT_REFUSED = 2


def open_window(commands: Commands | None, settings: QSettings | None = None) -> Window:
    """Open the window and start its engine. A ``QApplication`` must exist.

    Without commands nothing is started. ``settings`` is where geometry, theme and span
    are kept; None keeps nothing.
    """
    link = EngineLink(commands.engine if commands else [])
    stop_hand = StopHand(link, commands.off if commands else [])
    window = Window(link, stop_hand, settings)
    link.setParent(window)
    stop_hand.setParent(window)
    window.show()
    if commands:
        link.start()
    return window


def open_on(config: Path | None, out: str | None, settings: QSettings | None) -> Window:
    """Open the window on a config: a simulated bench runs at once.

    Nothing real begins by opening a window: it is checked and confirmed first.
    """
    commands = commands_for(str(config), out) if config and _at_once(config) else None
    window = open_window(commands, settings)
    replay_app.add_runs(window, out)
    if config is not None:
        window.pages.open_file(config, out)
    if commands is None:
        window.frame.pages.setCurrentWidget(window.pages.before)
    return window


def _at_once(config: Path) -> bool:
    """Say whether a config is a treatment without a mistake and nothing in it real."""
    try:
        form = Form.open(config)
    except (OSError, UnicodeDecodeError):
        return False
    runs = "treatment" in form.data and not form.problems
    return runs and all_simulated(form)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window until it is closed; 4 if the field's off is not confirmed."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    given = sys.argv[1:] if arguments is None else arguments
    if replay_app.is_after(given):
        return replay_app.main(given)
    options = _parser().parse_args(arguments)
    config = Path(options.config) if options.config else None
    if config is not None and not config.is_file():
        print(texts.CLI_NO_FILE.format(path=options.config), file=sys.stderr)
        return EXIT_REFUSED
    app = QApplication(sys.argv[:1])
    # The window's end is decided by the window: it may wait for the engine.
    app.setQuitOnLastWindowClosed(False)
    settings = QSettings(*remembered.PLACE)
    window = open_on(config, options.out, settings)
    window.closed.connect(app.quit)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.close())
    app.exec()
    return _leave(window)


def _leave(window: Window) -> int:
    code = window.exit_code()
    if window.busy():
        # Qt would kill the engine while it is still switching off.
        logging.shutdown()
        sys.stderr.flush()
        os._exit(code)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="amf gui", description=texts.CLI_SUMMARY)
    parser.add_argument("config", metavar="CONFIG", nargs="?", help=texts.CLI_CONFIG)
    parser.add_argument("--out", metavar="DIR", help=texts.CLI_OUT)
    return parser
