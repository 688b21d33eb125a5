"""Starts the window on a config: engine, stop hand, window, and their end."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from gui import remembered, texts
from gui.engine_link import EngineLink
from gui.stop_hand import StopHand
from gui.window import Window

EXIT_REFUSED = 2


@dataclass(frozen=True, slots=True)
class Commands:
    """The command lines of the engine and of the switch-off."""

    engine: list[str]
    off: list[str]


def commands_for(config: str, out: str | None) -> Commands:
    """Build the command lines for a config file, with this interpreter."""
    cli = [sys.executable, "-m", "controller.cli"]
    engine = [*cli, "run", config, "--json", "--real-time"]
    if out is not None:
        engine += ["--out", out]
    return Commands(engine=engine, off=[*cli, "off", config])


def open_window(commands: Commands, settings: QSettings | None = None) -> Window:
    """Open the window and start its engine. A ``QApplication`` must exist.

    ``settings`` is where geometry, theme and span are kept; None keeps nothing.
    """
    link = EngineLink(commands.engine)
    stop_hand = StopHand(link, commands.off)
    window = Window(link, stop_hand, settings)
    link.setParent(window)
    stop_hand.setParent(window)
    window.show()
    link.start()
    return window


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window until it is closed; 4 if the field's off is not confirmed."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    options = _parser().parse_args(arguments)
    if not Path(options.config).is_file():
        print(texts.CLI_NO_FILE.format(path=options.config), file=sys.stderr)
        return EXIT_REFUSED
    app = QApplication(sys.argv[:1])
    # The window's end is decided by the window: it may wait for the engine.
    app.setQuitOnLastWindowClosed(False)
    settings = QSettings(*remembered.PLACE)
    window = open_window(commands_for(options.config, options.out), settings)
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
    parser.add_argument("config", metavar="CONFIG", help=texts.CLI_CONFIG)
    parser.add_argument("--out", metavar="DIR", help=texts.CLI_OUT)
    return parser
