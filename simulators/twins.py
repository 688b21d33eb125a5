"""Which twin stands for a driver, and how a config's instrument becomes one."""

from collections.abc import Callable, Mapping
from typing import Any

from simulators import (
    aimtti_psu,
    aimtti_tg,
    ambrell_easyheat,
    coresens_udp,
    ea_ps9000,
    fotemp,
    keysight_33500,
    keysight_scope,
    luxtron_m600,
    modem_lines,
    neoptix_reflex,
    opsens,
    osensa_ftx,
    siglent_sdg,
    tdk_genesys,
    tektronix_scope,
)
from simulators.bench import seeded


def _easyheat(model: str, serial: str = "12345", address: int = 1) -> Any:
    """Return the twin of a heater: its serial is the number that it answers."""
    return ambrell_easyheat.AmbrellEasyheat(address, int(serial))


_TWINS: dict[str, Callable[..., Any]] = {
    "aimtti_psu": aimtti_psu.AimttiPsu,
    "aimtti_tg": aimtti_tg.AimttiTg,
    "ambrell_easyheat": _easyheat,
    "coresens_udp": coresens_udp.CoresensUdp,
    "ea_ps9000": ea_ps9000.EaPs9000,
    "fotemp": fotemp.Fotemp,
    "keysight_33500": keysight_33500.Keysight33500,
    "keysight_scope": keysight_scope.KeysightScope,
    "luxtron_m600": luxtron_m600.LuxtronM600,
    "modem_lines": modem_lines.ModemLines,
    "neoptix_reflex": neoptix_reflex.NeoptixReflex,
    "opsens": opsens.Opsens,
    "osensa_ftx": osensa_ftx.OsensaFtx,
    "siglent_sdg": siglent_sdg.SiglentSdg,
    "tdk_genesys": tdk_genesys.TdkGenesys,
    "tektronix_scope": tektronix_scope.TektronixScope,
}


# What a twin calls its address on a bus.
_BUS = {
    "ambrell_easyheat": "address",
    "tdk_genesys": "address",
    "osensa_ftx": "device_id",
    "coresens_udp": "system",
}
# Whose measurements carry noise of their own.
_NOISY = ("keysight_scope", "tektronix_scope")


def twin_of(driver: str, name: str, instrument: Mapping[str, Any], seed: int) -> Any:
    """Return the twin of an instrument, by the keys of its table in a config."""
    options: dict[str, Any] = {"model": instrument["model"]}
    if instrument["serial"]:
        options["serial"] = instrument["serial"]
    if driver in _NOISY:
        options["noise"] = seeded(seed, name)
    if instrument["bus_address"] is not None:
        options[_BUS[driver]] = instrument["bus_address"]
    return _TWINS[driver](**options)
