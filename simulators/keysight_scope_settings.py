"""Settings of simulated InfiniiVision oscilloscopes that they keep and answer, no more.

Names and words as public drivers use them (pymeasure DSOX1102G, python-ivi,
keyoscacquire, instro); defaults and limits are unverified. What they would change on
the screen (averages, coupling, probe, triggering) is not simulated.
"""

from simulators.kept_settings import KeptTable
from simulators.scpi import Limits

SECONDS = {"S": 1.0, "MS": 1e-3, "US": 1e-6, "NS": 1e-9}
VOLTS = {"V": 1.0, "MV": 1e-3}
OF_THE_SCOPE = KeptTable(
    numbers={
        ":TRIGger:HOLDoff": Limits(40e-9, 10.0, 40e-9, SECONDS),
    },
    choices={
        ":ACQuire:TYPE": ("NORMal", "AVERage", "HRESolution", "PEAK"),
        ":ACQuire:MODE": ("RTIMe", "ETIMe", "SEGMented"),
        ":TIMebase:MODE": ("MAIN", "WINDow", "XY", "ROLL"),
        ":TIMebase:REFerence": ("CENTer", "LEFT", "RIGHt"),
        ":TRIGger:MODE": ("EDGE", "GLITch", "PATTern", "TV", "PULSe"),
        ":TRIGger:SWEep": ("AUTO", "NORMal"),
        ":TRIGger[:EDGE]:SLOPe": ("POSitive", "NEGative", "EITHer", "ALTernate"),
        ":TRIGger[:EDGE]:COUPling": ("DC", "AC", "LFReject"),
        ":WAVeform:POINts:MODE": ("NORMal", "MAXimum", "RAW"),
        ":WAVeform:TYPE": ("NORMal", "PEAK", "AVERage", "HRESolution"),
    },
    switches={
        ":TRIGger:HFReject": "0",
        ":TRIGger:NREJect": "0",
        ":DISPlay:LABel": "0",
        ":DISPlay:VECTors": "1",
    },
)
OF_A_CHANNEL = KeptTable(
    numbers={
        ":CHANnel@:PROBe": Limits(1e-3, 1e4, 1.0),
        ":CHANnel@:PROBe:SKEW": Limits(-1e-7, 1e-7, 0.0, SECONDS),
    },
    choices={
        ":CHANnel@:COUPling": ("DC", "AC"),
        ":CHANnel@:IMPedance": ("ONEMeg", "FIFTy"),
        ":CHANnel@:UNITs": ("VOLT", "AMPere"),
        ":CHANnel@:PROBe:STYPe": ("SINGle", "DIFFerential"),
    },
    switches={":CHANnel@:BWLimit": "0", ":CHANnel@:INVert": "0"},
)


def of_triggers(sources: tuple[str, ...]) -> KeptTable:
    """Return which channel triggers."""
    return KeptTable(choices={":TRIGger[:EDGE]:SOURce": (*sources, "EXTernal", "LINE")})
