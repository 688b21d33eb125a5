"""The drivers that a config may name: what each is for, and how it is opened.

Another package brings a driver of its own by an entry point of the group ``GROUP``: its
name is the driver's, its value a ``DriverKind``. Only what a config names is imported:
no other package's code runs on the way to switching a field off.
"""

import math
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from controller.config.driver_kinds import DriverKind as DriverKind
from controller.config.driver_kinds import Model as Model
from controller.config.driver_kinds import lacks
from drivers import (
    aimtti_psu,
    aimtti_tg,
    ambrell_easyheat,
    coresens_udp,
    ea_ps9000,
    fotemp,
    keysight_33500,
    keysight_scope,
    luxtron_m600,
    neoptix_reflex,
    opsens,
    osensa_ftx,
    siglent_sdg,
    tdk_genesys,
    tektronix_scope,
)
from drivers.errors import Refused
from drivers.roles import Identity
from drivers.transport import Port, Transport, WireLog

GROUP = "amf_bench.drivers"
TIMEOUT_S = 1.0
# What running a stranger's module raises when it is broken. What else comes is no
# ordinary mistake of a package (memory, an exit) and must not be swallowed.
BROKEN = (
    *(ArithmeticError, AssertionError, AttributeError, ImportError, LookupError),
    *(NameError, OSError, RuntimeError, SyntaxError, TypeError, ValueError),
)


class DriverRefused(ValueError):
    """A driver of another package cannot be used; the sentence says why."""


def _supply(module: Any, step_a: float | None = None) -> dict[str, Model]:
    return {
        name: Model(
            m.max_voltage_v,
            m.max_current_a,
            10.0**-m.current_digits if step_a is None else step_a,
        )
        for name, m in module.MODELS.items()
    }


def _generator(module: Any) -> dict[str, Model]:
    return dict.fromkeys(module.MODELS, Model())


def _channels(counts: Mapping[str, int]) -> dict[str, Model]:
    return {name: Model(channels=count) for name, count in counts.items()}


def _no_bytes(transport: Transport, model: str) -> Any:
    raise Refused(f"{transport.name}: modem lines carry no bytes; see [contacts]")


DRIVERS: dict[str, DriverKind] = {
    "aimtti_psu": DriverKind(
        "supply",
        _supply(aimtti_psu),
        lambda transport, model: aimtti_psu.AimttiPsu(transport, model=model),
        gap_s=0.07,
    ),
    "ea_ps9000": DriverKind(
        "supply",
        _supply(ea_ps9000),
        lambda transport, model: ea_ps9000.EaPs9000(transport, model=model),
        gap_s=0.015,
    ),
    "tdk_genesys": DriverKind(
        "supply",
        _supply(tdk_genesys, 10.0**-tdk_genesys.DIGITS),
        lambda transport, model: tdk_genesys.TdkGenesys(transport, model=model),
        make_at=lambda transport, model, at: tdk_genesys.TdkGenesys(
            transport, model=model, address=at
        ),
        bus_addresses=range(31),
    ),
    "keysight_33500": DriverKind(
        "generator",
        _generator(keysight_33500),
        lambda transport, model: keysight_33500.Keysight33500(transport, model=model),
    ),
    "siglent_sdg": DriverKind(
        "generator",
        _generator(siglent_sdg),
        lambda transport, model: siglent_sdg.SiglentSdg(transport, model=model),
    ),
    "aimtti_tg": DriverKind(
        "generator",
        _generator(aimtti_tg),
        lambda transport, model: aimtti_tg.AimttiTg(transport, model=model),
        baud=19200,
        gap_s=0.07,
        reads_back=False,
    ),
    "neoptix_reflex": DriverKind(
        "thermometer",
        _channels({"ReFlex-1": 1, "ReFlex-2": 2, "ReFlex-4": 4}),
        lambda transport, model: neoptix_reflex.NeoptixReflex(transport),
    ),
    "osensa_ftx": DriverKind(
        "thermometer",
        _channels({name: m.channels for name, m in osensa_ftx.MODELS.items()}),
        lambda transport, model: osensa_ftx.OsensaFtx(transport, model=model),
        gap_s=0.004,
        make_at=lambda transport, model, at: osensa_ftx.OsensaFtx(
            transport, model=model, device_id=at
        ),
        bus_addresses=range(1, 248),
    ),
    "luxtron_m600": DriverKind(
        "thermometer",
        _channels(luxtron_m600.MODELS),
        lambda transport, model: luxtron_m600.LuxtronM600(transport, model=model),
    ),
    "opsens": DriverKind(
        "thermometer",
        _channels({name: m.channels for name, m in opsens.MODELS.items()}),
        lambda transport, model: opsens.Opsens(transport, model=model),
    ),
    "coresens_udp": DriverKind(
        "thermometer",
        _channels(coresens_udp.MODELS),
        lambda transport, model: coresens_udp.CoresensUdp(transport, model=model),
        make_at=lambda transport, model, at: coresens_udp.CoresensUdp(
            transport, model=model, system=at
        ),
        bus_addresses=range(1, 51),
        datagrams=True,
    ),
    "fotemp": DriverKind(
        "thermometer",
        _channels(fotemp.MODELS),
        lambda transport, model: fotemp.Fotemp(transport, model=model),
        baud=57600,
    ),
    "ambrell_easyheat": DriverKind(
        "induction heater",
        # 400 A is what the twin shows for maxamps; the model's own rating is unknown
        {"EASYHEAT": Model(math.nan, 400.0, 10.0**-ambrell_easyheat.DIGITS)},
        lambda transport, model: ambrell_easyheat.AmbrellEasyheat(
            transport, model=model
        ),
        make_at=lambda transport, model, at: ambrell_easyheat.AmbrellEasyheat(
            transport, model=model, address=at
        ),
        baud=38400,
        bus_addresses=range(1, 33),
    ),
    "modem_lines": DriverKind(
        "contacts",
        {"modem lines": Model()},
        _no_bytes,
    ),
    "keysight_scope": DriverKind(
        "oscilloscope",
        _channels(keysight_scope.MODELS),
        lambda transport, model: keysight_scope.KeysightScope(transport, model=model),
    ),
    "tektronix_scope": DriverKind(
        "oscilloscope",
        _channels({name: m.channels for name, m in tektronix_scope.MODELS.items()}),
        lambda transport, model: tektronix_scope.TektronixScope(transport, model=model),
    ),
}


def installed() -> Mapping[str, list[EntryPoint]]:
    """Return what the installed packages offer, by the driver's name; import none."""
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, []).append(point)
    return found


# Read when the program starts, so that reading a config opens no file but the config.
POINTS = installed()


def offered_drivers() -> list[str]:
    """Return the name of every driver, ours and other packages'; import none."""
    return sorted({*DRIVERS, *POINTS})


@cache
def driver_kind(name: str) -> DriverKind:
    """Return what is known of a driver; one of another package is imported for it.

    Raises:
        DriverRefused: it cannot be used; the sentence names the package and says why.
        KeyError: nobody offers it.
    """
    points = POINTS.get(name, [])
    owners = ["amf-bench"] * (name in DRIVERS) + sorted(_package(p) for p in points)
    if len(owners) > 1:  # whose was meant is not ours to guess
        raise DriverRefused(
            f"{' and '.join(owners)} each bring a driver {name}; uninstall all but one"
        )
    return _imported(name, points[0]) if points else DRIVERS[name]


def open_driver(
    name: str,
    driver: str,
    model: str,
    port: Port,
    log: WireLog | None,
    bus_address: int | None = None,
) -> Any:
    """Put a driver on a port; nothing is sent before its first call."""
    kind = driver_kind(driver)
    transport = Transport(port, name, timeout_s=TIMEOUT_S, gap_s=kind.gap_s, log=log)
    if bus_address is None or kind.make_at is None:
        return kind.make(transport, model)
    return kind.make_at(transport, model, bus_address)


def mismatch(name: str, model: str, serial: str, identity: Identity) -> str:
    """Say who answers where somebody else was expected; "" when it is the right one."""
    right_model = _bare(model) in _bare(identity.model)
    if right_model and (not serial or serial == identity.serial):
        return ""
    said = identity.serial
    other = f', or give it serial = "{said}" if you mean this one'
    return (
        f"{name}: expected {model} {serial}".rstrip()
        + f", but {identity.maker} {identity.model} with serial number "
        f"{said or '(none)'} answers; check the address"
        + (other if right_model and said.strip(" 0") else "")
    )


def _bare(model: str) -> str:
    """Return a model's letters and digits: instruments space their names freely."""
    return "".join(letter for letter in model.casefold() if letter.isalnum())


def brought_by(driver: str) -> dict[str, str]:
    """Return package and version that bring a driver; nothing for one of ours."""
    points = [] if driver in DRIVERS else POINTS.get(driver, [])
    return {
        key: said
        for point in points[:1]
        if point.dist is not None
        for key, said in (
            ("package", point.dist.name),
            ("package_version", point.dist.version),
        )
    }


def _package(point: EntryPoint) -> str:
    return (point.dist and point.dist.name) or "a package without a name"


def _imported(name: str, point: EntryPoint) -> DriverKind:
    brings = f"{_package(point)} brings the driver {name}, but {point.value}"
    try:
        kind = point.load()
    except BROKEN as error:
        what = f"{type(error).__name__}: {error}"
        raise DriverRefused(f"{brings} cannot be imported ({what})") from error
    if not isinstance(kind, DriverKind):
        what = type(kind).__name__
        raise DriverRefused(f"{brings} is of type {what} and no DriverKind")
    for lack in lacks(kind):
        raise DriverRefused(f"{brings} {lack}")
    return kind
