"""What Windows may do to a run by itself: run out of battery, sleep, cut USB, restart.

Asked by a call of the system and by ``powercfg``, whose words are in the language of
the computer: only its last two numbers count, the setting on mains and on battery.
UNVERIFIED: nobody has run this on Windows yet; what is not understood is not said.
Source: Microsoft's pages on GetSystemPowerStatus and on powercfg /query; that a restart
is due stands in two keys of the registry, as administrators' scripts read them.
"""

import re
import subprocess
import sys
from collections.abc import Iterator

from controller.host.computer import RESTART

ON_BATTERY, UNKNOWN = 0, 255
PATIENCE_S = 5.0
SLEEP = ("SUB_SLEEP", "STANDBYIDLE")
USB_SUSPEND = (
    "2a737441-1930-4402-8d77-b2bebba308a3",
    "48e6b7a6-50f5-4782-a5d4-53bb8f07e226",
)
RESTART_KEYS = (
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update"
    r"\RebootRequired",
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing"
    r"\RebootPending",
)
INDEX = re.compile(r":\s*0x([0-9a-f]{8})\s*$", re.IGNORECASE | re.MULTILINE)


def windows_warnings() -> list[str]:
    """Return a sentence for each thing that may end a run unasked; none elsewhere."""
    if sys.platform != "win32":
        return []
    line, percent = _power_status()
    return [
        *battery_warnings(line, percent),
        *sleep_warnings(_asked(SLEEP), line == ON_BATTERY),
        *usb_warnings(_asked(USB_SUSPEND), line == ON_BATTERY),
        *([RESTART] if any(map(_has_key, RESTART_KEYS)) else []),
    ]


def battery_warnings(line: int, percent: int) -> Iterator[str]:
    """Say that a computer runs on battery: 0 is battery, 1 mains, 255 not known."""
    if line == ON_BATTERY:
        left = "" if percent == UNKNOWN else f", {percent} % left"
        yield f"this computer runs on its battery{left}; plug it in before a run"


def sleep_warnings(answer: str, on_battery: bool) -> Iterator[str]:
    """Say after how many s a computer goes to sleep, of powercfg's answer; 0: never."""
    after_s = setting_of(answer, on_battery)
    if after_s:
        yield (
            f"this computer goes to sleep after {after_s} s without a key or a mouse; "
            "the loop and its guardian would sleep with it: set the sleep plan to never"
        )


def usb_warnings(answer: str, on_battery: bool) -> Iterator[str]:
    """Say that USB adapters may be suspended, of powercfg's answer; 0: they are not."""
    if setting_of(answer, on_battery):
        yield (
            "USB adapters may be suspended when they are quiet; switch USB selective "
            "suspend off in the power plan"
        )


def setting_of(answer: str, on_battery: bool) -> int:
    """Return a setting of the current plan, 0 where the answer is not understood."""
    found = INDEX.findall(answer)
    return int(found[-1 if on_battery else -2], 16) if len(found) >= 2 else 0


def _asked(setting: tuple[str, str]) -> str:
    command = ["powercfg", "/query", "SCHEME_CURRENT", *setting]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=PATIENCE_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("ascii", "replace")


def _has_key(key: str) -> bool:
    if sys.platform != "win32":
        return False
    import winreg

    try:
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key).Close()
    except OSError:
        return False
    return True


def _power_status() -> tuple[int, int]:
    """Return mains (0 or 1) and the battery in percent; 255 where that is unknown."""
    if sys.platform != "win32":
        return UNKNOWN, UNKNOWN
    import ctypes

    status = (ctypes.c_ubyte * 12)()  # four bytes, then two numbers that are not used
    if not ctypes.windll.kernel32.GetSystemPowerStatus(ctypes.byref(status)):
        return UNKNOWN, UNKNOWN
    return int(status[0]), int(status[2])
