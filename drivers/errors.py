"""What can go wrong between a driver and its instrument.

    InstrumentError
    ├── ConnectionLost     the port is gone or cannot be opened
    ├── Silent             no (complete) answer within the time-out
    ├── Garbled            an answer that the protocol does not allow
    ├── WrongInstrument    somebody else answers at this address
    └── Refused            the instrument, or the driver, does not accept a setting

Every message names the instrument, what was sent, what came back, what to do.
"""


class InstrumentError(Exception):
    """An exchange with an instrument failed."""


class ConnectionLost(InstrumentError):
    """The port cannot be opened, or has gone."""


class Silent(InstrumentError):
    """No complete answer came within the time-out."""


class Garbled(InstrumentError):
    """The answer is not one that the protocol allows."""


class WrongInstrument(InstrumentError):
    """The identity is not that of the instrument expected here."""


class Refused(InstrumentError):
    """The instrument reports an error for a setting, or the driver refuses it."""
