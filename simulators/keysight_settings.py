"""Settings of the simulated Keysight generator that it keeps and answers, no more.

Names, limits and defaults are those of the instrument family as public drivers state
them; unverified. ``@`` is the channel's number.
"""

from simulators.kept_settings import KeptTable, OrEndless
from simulators.scpi import Limits

SOURCE = "[:SOURce@]"
HERTZ = {"HZ": 1.0, "KHZ": 1e3, "MHZ": 1e6, "UHZ": 1e-6}
SECONDS = {"S": 1.0, "MS": 1e-3, "US": 1e-6, "NS": 1e-9}
DEGREES = {"DEG": 1.0}
MODULATORS = ("SINusoid", "SQUare", "TRIangle", "RAMP", "NRAMp", "NOISe")
INPUTS = ("INTernal", "EXTernal")

OF_A_CHANNEL = KeptTable(
    numbers={
        f"{SOURCE}:PHASe[:ADJust]": Limits(-360.0, 360.0, 0.0, DEGREES),
        f"{SOURCE}:FUNCtion:SQUare:DCYCle": Limits(0.01, 99.99, 50.0),
        f"{SOURCE}:FUNCtion:RAMP:SYMMetry": Limits(0.0, 100.0, 100.0),
        f"{SOURCE}:FUNCtion:PULSe:WIDTh": Limits(16e-9, 1e6, 1e-4, SECONDS),
        f"{SOURCE}:FUNCtion:PULSe:DCYCle": Limits(0.01, 99.99, 10.0),
        f"{SOURCE}:FUNCtion:PULSe:TRANsition[:BOTH]": Limits(
            8.4e-9, 1e-6, 1e-8, SECONDS
        ),
        f"{SOURCE}:BURSt:NCYCles": OrEndless(1.0, 1e8, 1.0),
        f"{SOURCE}:BURSt:PHASe": Limits(-360.0, 360.0, 0.0, DEGREES),
        f"{SOURCE}:BURSt:INTernal:PERiod": Limits(1e-6, 8000.0, 1e-2, SECONDS),
        f"{SOURCE}:FREQuency:STARt": Limits(1e-6, 30e6, 100.0, HERTZ),
        f"{SOURCE}:FREQuency:STOP": Limits(1e-6, 30e6, 1000.0, HERTZ),
        f"{SOURCE}:SWEep:TIME": Limits(1e-3, 250e3, 1.0, SECONDS),
        f"{SOURCE}:AM[:DEPTh]": Limits(0.0, 120.0, 100.0),
        f"{SOURCE}:AM:INTernal:FREQuency": Limits(1e-6, 30e6, 100.0, HERTZ),
        f"{SOURCE}:FM[:DEViation]": Limits(1e-6, 15e6, 100.0, HERTZ),
        f"{SOURCE}:FM:INTernal:FREQuency": Limits(1e-6, 30e6, 10.0, HERTZ),
        f"{SOURCE}:PM[:DEViation]": Limits(0.0, 360.0, 180.0, DEGREES),
        f"{SOURCE}:PM:INTernal:FREQuency": Limits(1e-6, 30e6, 10.0, HERTZ),
        f"{SOURCE}:FSKey[:FREQuency]": Limits(1e-6, 30e6, 100.0, HERTZ),
        f"{SOURCE}:FSKey:INTernal:RATE": Limits(125e-6, 1e6, 10.0, HERTZ),
        ":TRIGger@:DELay": Limits(0.0, 1000.0, 0.0, SECONDS),
    },
    choices={
        f"{SOURCE}:FUNCtion:PULSe:HOLD": ("WIDTh", "DCYCle"),
        f"{SOURCE}:BURSt:MODE": ("TRIGgered", "GATed"),
        f"{SOURCE}:BURSt:GATE:POLarity": ("NORMal", "INVerted"),
        f"{SOURCE}:SWEep:SPACing": ("LINear", "LOGarithmic"),
        **{f"{SOURCE}:{m}:SOURce": INPUTS for m in ("AM", "FM", "PM", "FSKey")},
        **{f"{SOURCE}:{m}:INTernal:FUNCtion": MODULATORS for m in ("AM", "FM", "PM")},
        ":TRIGger@:SOURce": ("IMMediate", "EXTernal", "BUS", "TIMer"),
        ":TRIGger@:SLOPe": ("POSitive", "NEGative"),
        ":OUTPut@:POLarity": ("NORMal", "INVerted"),
    },
)
# what the 33500B has beyond a 33220A
OF_A_NEW_CHANNEL = KeptTable(
    numbers={
        f"{SOURCE}:FUNCtion:ARBitrary:SRATe": Limits(1e-6, 250e6, 40e3),
        f"{SOURCE}:BPSK[:PHASe]": Limits(0.0, 360.0, 180.0, DEGREES),
        f"{SOURCE}:BPSK:INTernal:RATE": Limits(1e-3, 1e6, 10.0, HERTZ),
        f"{SOURCE}:SWEep:HTIMe": Limits(0.0, 3600.0, 0.0, SECONDS),
        f"{SOURCE}:SWEep:RTIMe": Limits(0.0, 3600.0, 0.0, SECONDS),
        ":TRIGger@:COUNt": OrEndless(1.0, 1e6, 1.0),
        ":TRIGger@:TIMer": Limits(1e-6, 8000.0, 1.0, SECONDS),
    },
    choices={
        f"{SOURCE}:FUNCtion:ARBitrary:FILTer": ("NORMal", "STEP", "OFF"),
        f"{SOURCE}:FUNCtion:ARBitrary:ADVance": ("SRATe", "TRIGger"),
        f"{SOURCE}:BPSK:SOURce": INPUTS,
    },
)
OF_BOTH_CHANNELS = KeptTable(
    choices={":OUTPut:TRIGger:SLOPe": ("POSitive", "NEGative")},
    switches={
        ":OUTPut:TRIGger[:STATe]": "0",
        ":OUTPut@:SYNC[:STATe]": "1",
        ":SYSTem:BEEPer:STATe": "1",
        ":DISPlay": "1",
    },
)
SYNC_SOURCE = KeptTable(choices={":OUTPut:SYNC:SOURce": ("CH1", "CH2")})
