"""The vendor's own driver (osensapy) on our simulated OSENSA FTX.

It opens a serial port itself, so the twin answers on a pseudo-terminal.
"""

import os
import select
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from simulators.osensa_ftx import OsensaFtx

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
vendor = pytest.importorskip("osensapy.osensapy")

DEVICE_ID = 247
TIMEOUT_S = 5.0
REFUSAL_S = 0.3
TEMPERATURES_C = (25.3, 42.75, -5.0, 37.0, 41.5, 60.25)


class Terminal:
    """A pseudo-terminal on which a twin answers until it is closed."""

    def __init__(self, twin: OsensaFtx) -> None:
        self._twin = twin
        self._ours, self._theirs = os.openpty()
        self._stop, self._stopped = os.pipe()
        self.name = os.ttyname(self._theirs)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        os.write(self._stopped, b"x")
        self._thread.join(TIMEOUT_S)
        for descriptor in (self._ours, self._theirs, self._stop, self._stopped):
            os.close(descriptor)

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._ours, self._stop], [], [])
            if self._stop in ready:
                return
            os.write(self._ours, self._twin.receive(os.read(self._ours, 4096)))


@pytest.fixture
def twin() -> OsensaFtx:
    ftx = OsensaFtx("FTX-6", serial="123456", device_id=DEVICE_ID)
    ftx.temperatures[:] = TEMPERATURES_C
    return ftx


@pytest.fixture
def transmitter(twin: OsensaFtx) -> Iterator[Any]:
    terminal = Terminal(twin)
    driver = vendor.Transmitter(terminal.name, DEVICE_ID, timeout=TIMEOUT_S)
    yield driver
    driver.close()
    terminal.close()


@pytest.mark.parametrize(
    ("channel", "value_c"), list(zip("ABCDEF", TEMPERATURES_C, strict=True))
)
def test_it_reads_each_channel(transmitter: Any, channel: str, value_c: float) -> None:
    assert transmitter.read_channel_temp(channel) == pytest.approx(value_c, abs=1e-4)
    data = transmitter.read_channel_data(channel)
    assert data == pytest.approx([value_c, 1.5, 1000, 50, 0], abs=1e-4)
    assert transmitter.read_channel_status(channel) == 0


def test_it_reads_the_fast_registers(transmitter: Any, twin: OsensaFtx) -> None:
    twin.unplugged[2] = True
    assert transmitter.fast_single("B") == ("B", 42.7, 0)
    assert transmitter.fast_batch(3) == [("A", 25.3, 0), ("B", 42.7, 0), ("C", 0.0, 9)]


def test_it_reads_the_parts_of_a_block(transmitter: Any) -> None:
    assert transmitter.read_channel_decay("D") == 1.5
    assert transmitter.read_channel_light_level("E") == 1000
    assert transmitter.read_channel_led_curr("F") == 50


def test_it_identifies(transmitter: Any) -> None:
    assert transmitter.read_serial_number() == 123456
    assert transmitter.read_device_id() == DEVICE_ID
    assert transmitter.read_pcb_temp() == pytest.approx(31.2)


def test_it_unlocks_and_writes(transmitter: Any, twin: OsensaFtx) -> None:
    """The first write is refused; it then unlocks and writes again.

    For a refusal, which is shorter than the answer it expects, it waits in full.
    """
    transmitter.modbus.serial.timeout = REFUSAL_S
    transmitter.unlock(twin.factory_code, subfunc=2)
    transmitter.write_serial_number(7, twin.factory_code)
    assert twin.serial_number == 7
    transmitter.write_device_id(246, twin.customer_code)
    assert twin.device_id == 246


def test_it_reports_no_answer(transmitter: Any, twin: OsensaFtx) -> None:
    twin.device_id = 40
    transmitter.modbus.serial.timeout = REFUSAL_S
    with pytest.raises(OSError, match="No communication"):
        transmitter.read_device_id()
