"""Settings of simulated Tektronix oscilloscopes that they keep and answer, no more.

Names as public drivers use them (qcodes TPS2012, pylablib TDS2000 and DPO2000, lantz
TDS1012 and TDS2024, a public lab's scripts); defaults and limits are unverified. What
they would change on the screen (coupling, probe, averages) is not simulated.
"""

import re
from functools import cache

from simulators.kept_settings import KeptTable
from simulators.scpi import Limits

NODE = re.compile(r"(\[)?:(\w+)")
# two public drivers send this one so, longer than its short form
BETWEEN = {"COUPling": "COUPL"}
TRIGGER_TYPES = ("EDGe", "VIDeo", "PULse")
TRIGGER_COUPLINGS = ("DC", "AC", "HFRej", "LFRej", "NOISErej")
OF_BOTH = KeptTable(
    numbers={
        ":HORizontal[:MAIn]:POSition": Limits(-50.0, 100.0, 0.0),
        ":ACQuire:NUMAVg": Limits(2.0, 512.0, 16.0),
    },
    choices={
        ":ACQuire:MODe": ("SAMple", "PEAKdetect", "AVErage"),
        ":ACQuire:STOPAfter": ("RUNSTop", "SEQuence"),
    },
    switches={":VERBose": "1"},
)
OF_A_TDS = KeptTable(
    numbers={
        ":TRIGger:MAIn:LEVel": Limits(-1e3, 1e3, 0.0),
        ":TRIGger:MAIn:HOLDOff:VALue": Limits(5e-7, 10.0, 5e-7),
    },
    choices={
        ":TRIGger:MAIn:MODe": ("AUTO", "NORMal"),
        ":TRIGger:MAIn:TYPe": TRIGGER_TYPES,
        ":TRIGger:MAIn:EDGE:SLOpe": ("RISe", "FALL"),
        ":TRIGger:MAIn:EDGE:COUPling": TRIGGER_COUPLINGS,
        ":DATa:DESTination": ("REFA", "REFB", "REFC", "REFD"),
    },
)
OF_AN_MDO = KeptTable(
    numbers={
        ":TRIGger:A:LEVel": Limits(-1e3, 1e3, 0.0),
        ":TRIGger:A:HOLDOff:TIMe": Limits(20e-9, 8.0, 20e-9),
        ":HORizontal:DELay:TIMe": Limits(-10.0, 1e3, 0.0),
    },
    choices={
        ":TRIGger:A:MODe": ("AUTO", "NORMal"),
        ":TRIGger:A:TYPe": (*TRIGGER_TYPES, "LOGIc"),
        ":TRIGger:A:EDGE:SLOpe": ("RISe", "FALL", "EITher"),
        ":TRIGger:A:EDGE:COUPling": TRIGGER_COUPLINGS,
        ":DATa:DESTination": ("REF1", "REF2", "REF3", "REF4"),
    },
    switches={":HORizontal:DELay:MODe": "1"},
)


def of_triggers(mdo: bool, sources: tuple[str, ...]) -> KeptTable:
    """Return which channel triggers, and which measurements are shown."""
    if not mdo:
        return KeptTable(choices={":TRIGger:MAIn:EDGE:SOUrce": (*sources, "EXT")})
    slots = {f":MEASUrement:MEAS{number}:STATE": "0" for number in range(1, 5)}
    return KeptTable({}, {":TRIGger:A:EDGE:SOUrce": (*sources, "AUX")}, slots)


def of_a_channel(number: int, mdo: bool) -> KeptTable:
    """Return what a channel keeps."""
    name = f":CH{number}"
    couplings = ("DC", "AC", "DCREJect") if mdo else ("DC", "AC", "GND")
    numbers = (
        {
            f"{name}:PROBe:GAIN": Limits(1e-3, 1e3, 1.0),
            f"{name}:TERmination": Limits(50.0, 1e6, 1e6),
            f"{name}:OFFSet": Limits(-100.0, 100.0, 0.0),
            f"{name}:BANdwidth": Limits(20e6, 200e6, 200e6),
        }
        if mdo
        else {f"{name}:PROBe": Limits(1.0, 1000.0, 1.0)}
    )
    return KeptTable(
        numbers=numbers,
        choices={f"{name}:COUPling": couplings},
        switches={f"{name}:INVert": "0"} | ({} if mdo else {f"{name}:BANdwidth": "0"}),
    )


@cache
def spelled(pattern: str) -> list[str]:
    """Return every spelling of a header with digits or underscores in its words.

    What is no small letter counts in the short form (``NR_P``, ``CH1``); ``[:MAIn]``
    may be left out.
    """
    if pattern.startswith("*"):
        return [pattern]
    headers = [""]
    for optional, word in NODE.findall(pattern):
        short = "".join(letter for letter in word if not letter.islower())
        words = sorted({short, BETWEEN.get(word, short), word.upper()})
        longer = [f"{header}:{word}" for header in headers for word in words]
        headers = headers + longer if optional else longer
    return [header[1:] for header in headers]
