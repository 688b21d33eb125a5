"""A lab's own readout of two fibre probes.

Wire: 115200 8N1, LF both ways. ``ID?`` answers ``two-fibres,<serial>,<version>``,
``T?`` two temperatures in °C, ``--`` where no fibre is plugged in. An instrument made
up for this example; a real driver names its manual here.
"""

from controller.config.catalogue import DriverKind, Model
from drivers.errors import Garbled, WrongInstrument
from drivers.plausible import NO_PROBE, plausible
from drivers.roles import Identity, Temperature
from drivers.transport import Transport


class TwoFibres:
    """The thermometer in the field."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def identify(self) -> Identity:
        """Read who answers.

        Raises:
            WrongInstrument: somebody else.
        """
        name, *rest = self._ask(b"ID?\n").split(",")
        if name != "two-fibres" or len(rest) != 2:
            raise WrongInstrument(
                f"{self._transport.name}: {name!r} came after b'ID?\\n', expected "
                "two-fibres; check the address"
            )
        return Identity("our lab", name, *rest)

    def read_temperatures(self) -> dict[int, Temperature]:
        """Measure both temperatures, in °C.

        Raises:
            Garbled: not two values, or one that is no number.
        """
        answer = self._ask(b"T?\n")
        fields = answer.split(",")
        try:
            if len(fields) != 2:
                raise ValueError(answer)
            return {n: temperature(field) for n, field in enumerate(fields, 1)}
        except ValueError:
            raise Garbled(
                f"{self._transport.name}: {answer!r} came after b'T?\\n', expected two "
                "temperatures"
            ) from None

    def off(self) -> None:
        """Do nothing: a thermometer has no output."""

    def close(self) -> None:
        """Close the port."""
        self._transport.close()

    def _ask(self, question: bytes) -> str:
        return self._transport.query(question).decode("latin-1").strip()


def temperature(field: str) -> Temperature:
    """Return one value of the wire in °C.

    Raises:
        ValueError: it is no number.
    """
    return NO_PROBE if field == "--" else plausible(float(field))


KIND = DriverKind(
    role="thermometer",
    models={"two-fibres": Model(channels=2)},
    make=lambda transport, model: TwoFibres(transport),
    baud=115200,
)
