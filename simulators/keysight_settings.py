"""Settings of the simulated Keysight generator that it keeps and answers, no more.

Header pattern → limits; default and names; or default. The limits are
those of the instrument family as public drivers state them; unverified.
"""

from simulators.scpi import Limits

SOURCE = "[:SOURce@]"
NUMBERS = {
    f"{SOURCE}:PHASe[:ADJust]": Limits(-360.0, 360.0, 0.0),
    f"{SOURCE}:FUNCtion:SQUare:DCYCle": Limits(0.01, 99.99, 50.0),
    f"{SOURCE}:FUNCtion:RAMP:SYMMetry": Limits(0.0, 100.0, 100.0),
    f"{SOURCE}:FUNCtion:PULSe:WIDTh": Limits(16e-9, 1e6, 1e-4),
    f"{SOURCE}:FUNCtion:PULSe:DCYCle": Limits(0.01, 99.99, 10.0),
    f"{SOURCE}:FUNCtion:PULSe:TRANsition[:BOTH]": Limits(8.4e-9, 1e-6, 1e-8),
    f"{SOURCE}:BURSt:NCYCles": Limits(1.0, 1e8, 1.0),
    f"{SOURCE}:BURSt:INTernal:PERiod": Limits(1e-6, 8000.0, 1e-2),
}
CHOICES = {
    f"{SOURCE}:FUNCtion:PULSe:HOLD": ("WIDT", "WIDTh", "DCYCle"),
    f"{SOURCE}:BURSt:MODE": ("TRIG", "TRIGgered", "GATed"),
    ":TRIGger@:SOURce": ("IMM", "IMMediate", "EXTernal", "BUS", "TIMer"),
    ":OUTPut@:POLarity": ("NORM", "NORMal", "INVerted"),
}
SWITCHES: dict[str, float | str] = {
    ":OUTPut:TRIGger[:STATe]": "0",
    ":OUTPut@:SYNC[:STATe]": "1",
}
