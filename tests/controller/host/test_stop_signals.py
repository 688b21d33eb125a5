"""Signals as a flag, as an interruption, and as nothing at the program's end."""

import signal
import subprocess
import sys

import pytest

from controller import cli
from controller.host.stop_signals import interruptible, stop_signals


def test_signal_is_a_flag_while_the_context_lasts() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_signals() as stop:
        assert stop.name == ""
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        assert stop.name == "SIGINT" and stop.woken.is_set()
    assert signal.getsignal(signal.SIGTERM) is before


def test_any_signal_interrupts_what_waits_for_a_person() -> None:
    with stop_signals() as stop:
        with pytest.raises(KeyboardInterrupt), interruptible():
            signal.raise_signal(signal.SIGTERM)
        assert stop.name == ""
        signal.raise_signal(signal.SIGTERM)
        assert stop.name == "SIGTERM"


LATE = """
import signal, sys
class Late:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
late = Late()
sys.argv = ["amf", "replay", "nothing.sqlite"]
from controller import cli
cli.main()
"""


def test_signal_while_python_tidies_up_changes_no_exit_code() -> None:
    """Without deafness the same program ends with -2, as killed by the signal."""
    command = [sys.executable, "-c", LATE]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr


def test_commands_end_is_deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    def ends() -> None:
        raise SystemExit(3)

    monkeypatch.setattr(cli, "app", ends)
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as caught:
            cli.main()
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert caught.value.code == 3
