"""The program as a whole, in a process of its own: it ends as the run ended."""

import subprocess
import sys
from pathlib import Path

import pytest

from gui import texts

FAKE = [sys.executable, str(Path(__file__).with_name("fake_engine.py"))]
OFF = [sys.executable, "-c", "import sys; sys.exit(4)"]
# A window that is told to end as soon as its engine speaks.
PROGRAM = """
import os, signal, sys
from gui import app, window
window.CLOSE_LIMIT_MS = 1500
app.commands_for = lambda config, out: app.Commands({engine!r}, {off!r})
app._at_once = lambda config: True
app.QSettings = lambda *_: None
def open_and_end(commands, settings, opened=app.open_window):
    made = opened(commands, settings)
    made._link.received.connect(lambda _: os.kill(os.getpid(), signal.SIGTERM))
    return made
app.open_window = open_and_end
sys.exit(app.main([{config!r}]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM to oneself there")
@pytest.mark.parametrize(
    ("bench", "code", "said"),
    [
        (["--stop", "ok"], 3, texts.LOG_ENDED % (3, texts.LOG_CONFIRMED)),
        (
            ["--stop", "deaf", "--bench", "real"],
            4,
            texts.LOG_LEFT % (1, texts.LOG_NOT_CONFIRMED),
        ),
    ],
)
def test_a_terminated_window_stops_the_engine_first(tmp_path, bench, code, said):
    config = tmp_path / "bench.toml"
    config.touch()
    program = PROGRAM.format(engine=[*FAKE, *bench], off=OFF, config=str(config))
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, done.stderr
    assert said in done.stderr
