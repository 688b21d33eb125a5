"""The drivers that a config may name: what each is for, and how it is opened.

Another package brings a driver of its own by an entry point of the group ``GROUP``: its
name is the driver's, its value a ``DriverKind``. Only what a config names is imported:
no other package's code runs on the way to switching a field off.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from drivers import (
    aimtti_psu,
    aimtti_tg,
    ea_ps9000,
    fotemp,
    keysight_33500,
    luxtron_m600,
    neoptix_reflex,
    opsens,
    osensa_ftx,
    siglent_sdg,
    tdk_genesys,
)
from drivers.roles import Identity
from drivers.transport import Port, Transport, WireLog

GROUP = "amf_bench.drivers"
TIMEOUT_S = 1.0
ROLES = ("supply", "generator", "thermometer")
# What running a stranger's module raises when it is broken. What else comes is no
# ordinary mistake of a package (memory, an exit) and must not be swallowed.
BROKEN = (
    *(ArithmeticError, AssertionError, AttributeError, ImportError, LookupError),
    *(NameError, OSError, RuntimeError, SyntaxError, TypeError, ValueError),
)


class DriverRefused(ValueError):
    """A driver of another package cannot be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a model can do; NaN where it does not apply.

    ``current_resolution_a`` is the step of the programmed current.
    """

    max_voltage_v: float = math.nan
    max_current_a: float = math.nan
    current_resolution_a: float = math.nan
    channels: int = 0


@dataclass(frozen=True, slots=True)
class DriverKind:
    """A driver: its role, the models it knows, and its wire.

    ``make`` takes (transport, model) and returns the driver. ``gap_s`` is the pause
    after a write. ``reads_back`` is false for a generator that cannot be asked.
    """

    role: Literal["supply", "generator", "thermometer"]
    models: Mapping[str, Model]
    make: Callable[[Transport, str], Any]
    baud: int = 9600
    gap_s: float = 0.0
    reads_back: bool = True


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
    "fotemp": DriverKind(
        "thermometer",
        _channels(fotemp.MODELS),
        lambda transport, model: fotemp.Fotemp(transport, model=model),
        baud=57600,
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
    name: str, driver: str, model: str, port: Port, log: WireLog | None
) -> Any:
    """Put a driver on a port; nothing is sent before its first call."""
    kind = driver_kind(driver)
    transport = Transport(port, name, timeout_s=TIMEOUT_S, gap_s=kind.gap_s, log=log)
    return kind.make(transport, model)


def mismatch(name: str, model: str, serial: str, identity: Identity) -> str:
    """Say who answers where somebody else was expected; "" when it is the right one."""
    wrong_model = model.casefold() not in identity.model.casefold()
    if not wrong_model and (not serial or serial == identity.serial):
        return ""
    return (
        f"{name}: expected {model} {serial}".rstrip()
        + f", but {identity.maker} {identity.model} with serial number "
        f"{identity.serial or '(none)'} answers; check the address"
    )


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
    for lack in _lacks(kind):
        raise DriverRefused(f"{brings} {lack}")
    return kind


def _lacks(kind: DriverKind) -> Iterator[str]:
    """Say what a stranger's driver does not tell and a bench has to know."""
    if kind.role not in ROLES:
        yield f"has the role {kind.role!r}, which is none of {', '.join(ROLES)}"
    if not kind.models:
        yield "knows no model"
    for name, model in kind.models.items():
        if not isinstance(model, Model):
            yield f"says of its {name} no Model but {model!r}"
            return
        ratings = (model.max_voltage_v, model.max_current_a, model.current_resolution_a)
        if kind.role == "supply" and not all(0.0 < r < math.inf for r in ratings):
            yield f"does not say the volts, amperes and current step of its {name}"
        if kind.role == "thermometer" and model.channels < 1:
            yield f"does not say how many channels its {name} has"
