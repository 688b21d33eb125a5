"""What this computer may do to a run by itself: lose power, sleep, cut USB, restart.

Read from /sys and /run, so on Linux only; elsewhere, and for what they do not tell,
nothing is said. That a restart is due stands in /run/reboot-required on Debian and
Ubuntu. Source: the kernel's Documentation/ABI (sysfs-class-power, sysfs-power) and
Documentation/driver-api/usb/power-management.rst.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from drivers.transport import stream_address

SYS, RUN = Path("/sys"), Path("/run")
RESTART = (
    "this computer waits to be restarted (updates); restart it now, before it does so "
    "by itself in a run"
)


def host_warnings(
    addresses: Iterable[str], sys_folder: Path = SYS, run_folder: Path = RUN
) -> list[str]:
    """Return a sentence for each thing that may end a run unasked."""
    found = [*_power(sys_folder), *_sleep(sys_folder)]
    if (run_folder / "reboot-required").exists():
        found.append(RESTART)
    for address in addresses:
        found += _usb(stream_address(address), sys_folder)
    return found


def _power(sys_folder: Path) -> Iterator[str]:
    for supply in sorted((sys_folder / "class/power_supply").glob("*")):
        of_system = _read(supply / "scope") != "Device"  # not a mouse's battery
        if _read(supply / "type") != "Battery" or not of_system:
            continue
        if _read(supply / "status") == "Discharging":
            left = _read(supply / "capacity")
            yield (
                "this computer runs on its battery"
                + (f", {left} % left" if left else "")
                + "; plug it in before a run"
            )


def _sleep(sys_folder: Path) -> Iterator[str]:
    state = _read(sys_folder / "power/autosleep")
    if state not in ("", "off"):
        yield (
            f"this computer goes to sleep by itself (power/autosleep is {state}); "
            "the loop and its guardian would sleep with it: switch that off"
        )


def _usb(address: str, sys_folder: Path) -> Iterator[str]:
    if "://" in address or "::" in address:
        return
    try:
        terminal = Path(address).resolve().name
        device = (sys_folder / "class/tty" / terminal / "device").resolve(strict=True)
    except OSError:  # no such port here, or another system
        return
    for folder in (device, *device.parents):
        if (folder / "idVendor").is_file():
            delay_ms = _read(folder / "power/autosuspend_delay_ms") or "2000"
            if _read(folder / "power/control") == "auto" and int(delay_ms) >= 0:
                yield (
                    f"{address}: USB may suspend this adapter when it is quiet; write "
                    f'"on" to {folder / "power/control"}'
                )
            return


def _read(path: Path) -> str:
    """Return a file's word, "" where there is none."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
