"""OSENSA FTX fibre-optic thermometers with 1, 3 or 6 channels.

Source: register map of the vendor's Python package osensapy 0.1.7 (MIT), and what
public lab programs use of it; no manual was at hand.
Wire: Modbus RTU, 8N1, 9600 Bd (115200 is in use too), no flow control. Device id 247;
one report has 40 for a 3-channel unit. There is no text identity: serial number and
device id are registers, the model is the one that is expected.
A channel's block holds u32/65536 - 273.0 °C (not 273.15, as the vendor's own code has
it) and a status whose codes are not known: any but 0 is an error.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

from dataclasses import dataclass

from drivers.admission import admit
from drivers.errors import WrongInstrument
from drivers.modbus_rtu import ModbusRtu
from drivers.plausible import ERROR, plausible
from drivers.roles import Identity, Temperature
from drivers.transport import Transport

SERIAL, DEVICE_ID = 2, 10
# Channels 1 to 6 are A to F; in memory they lie in the order A, D, B, E, C, F.
BLOCKS = (4096, 4112, 4128, 4104, 4120, 4136)
BLOCK_LENGTH = 8
STATUS = 7
ZERO_C = 273.0


@dataclass(frozen=True, slots=True)
class Model:
    """Channels of a model, and the device id that it is reported to leave with."""

    channels: int
    device_id: int


# The ids of the 3- and 6-channel units are unverified.
MODELS = {"FTX-1": Model(1, 247), "FTX-3": Model(3, 40), "FTX-6": Model(6, 247)}


class OsensaFtx:
    """The thermometer; channels 1 to 6 are its A to F."""

    def __init__(
        self,
        transport: Transport,
        *,
        model: str = "FTX-1",
        device_id: int | None = None,
    ) -> None:
        admit(transport, "OSENSA", model, MODELS)
        self.model = model
        self._transport = transport
        default = MODELS[model].device_id
        self._modbus = ModbusRtu(transport, default if device_id is None else device_id)
        self._in_step = False

    def identify(self) -> Identity:
        """Read the serial number, and that the device id is the one addressed.

        Raises:
            WrongInstrument: the device id is another.
        """
        high, low = self._modbus.read_registers(SERIAL, 2)
        (device_id,) = self._modbus.read_registers(DEVICE_ID, 1)
        if device_id != self._modbus.device_id:
            raise WrongInstrument(
                f"{self._transport.name}: says that its device id is {device_id}, "
                f"expected {self._modbus.device_id}; is this an OSENSA thermometer?"
            )
        self._in_step = True
        return Identity("OSENSA", self.model, str(high << 16 | low), "")

    def read_temperatures(self) -> dict[int, Temperature]:
        """Read the newest temperature of every channel, in °C.

        All blocks have one length, and an answer does not say of which block it is. So
        after a failed exchange identity goes first, whose answers are shorter: an
        answer that comes late then fits nothing, instead of another channel.
        """
        if not self._in_step:
            self.identify()
        self._in_step = False
        temperatures = {
            channel: temperature_of(self._modbus.read_registers(start, BLOCK_LENGTH))
            for channel, start in enumerate(self._starts(), start=1)
        }
        self._in_step = True
        return temperatures

    def off(self) -> None:
        """Do nothing: a thermometer makes no field."""

    def close(self) -> None:
        """Close the link."""
        self._transport.close()

    def _starts(self) -> tuple[int, ...]:
        return BLOCKS[: MODELS[self.model].channels]


def temperature_of(block: tuple[int, ...]) -> Temperature:
    """Return a block's temperature in °C: u32 / 65536 - 273.0; any status is an error.

    Source: osensapy 0.1.7, reading of a channel's data.
    """
    if block[STATUS] != 0:
        return ERROR
    return plausible((block[0] << 16 | block[1]) / 65536.0 - ZERO_C)
