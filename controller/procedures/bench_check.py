"""What ``amf check`` finds out about an open bench, as plain values for any screen."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from controller.bench import OpenBench
from controller.config.binding import bound_by
from controller.config.loading import Loaded
from controller.host.computer import host_warnings
from controller.host.windows_power import windows_warnings
from controller.instruments.applicators import ResonantInverter
from controller.instruments.contacts import ContactStation
from controller.instruments.stations import Station, ThermometerStation
from controller.instruments.stations_direct import AmplifierStation, HeaterStation
from controller.instruments.stations_field import FieldStation
from controller.instruments.stations_inverter import GeneratorStation, SupplyStation
from controller.instruments.switching import OffReport
from controller.snapshot import probe_limits
from drivers.errors import InstrumentError

READ_ROUNDS = 60
READ_WAIT_S = 0.05


@dataclass(frozen=True, slots=True)
class Checked:
    """One instrument: who answers, what it reads, what is programmed in it.

    ``watchdog`` is None where nothing has to be switched off, "" where it has none.
    """

    kind: str
    driver: str
    maker: str
    model: str
    serial: str
    firmware: str
    watchdog: str | None
    reading: dict[str, Any]
    limits: dict[str, float | None]
    trouble: str
    bound_by: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A checked bench; ``off`` is the proof that the field can be switched off.

    ``probes`` are their limits, as in the first message of a run.
    """

    off: OffReport
    independent_shut_off: bool
    instruments: dict[str, Checked] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    probes: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON: no NaN, no infinity."""
        whole: dict[str, Any] = _finite(asdict(self))
        return {"kind": "check", **whole}


def examine(loaded: Loaded, bench: OpenBench) -> Check:
    """Switch off with proof, arm the watchdogs, and read every instrument once."""
    report = bench.link.switch_off()
    unarmed = bench.link.safeguards.arm()
    _read_once(bench)
    guarded = any(getattr(d, "watchdog", "") for d in bench.drivers.values())
    instruments = {
        name: _checked(name, loaded, bench, _station(bench, name))
        for name in bench.identities
    }
    warnings = [*unarmed, *_warnings(loaded, bench, guarded)]
    probes = probe_limits(loaded.settings)
    return Check(report, guarded, instruments, warnings, probes)


def _checked(
    name: str, loaded: Loaded, bench: OpenBench, station: Station | None
) -> Checked:
    who, instrument = bench.identities[name], loaded.bench.instruments[name]
    trouble = None if station is None else station.trouble
    limits, problem = _limits(bench, station)
    return Checked(
        bench.kinds[name],
        instrument.driver,
        who.maker,
        who.model,
        who.serial,
        who.firmware,
        getattr(bench.drivers[name], "watchdog", None),
        {} if station is None else reading_of(station),
        limits,
        problem if trouble is None else trouble.sentence,
        bound_by(instrument) if bench.kinds[name] == "real" else "",
    )


def _station(bench: OpenBench, name: str) -> Station | None:
    return next((s for s in bench.link.stations if s.name == name), None)


def reading_of(station: Station) -> dict[str, Any]:
    """Return the newest reading of a station by quantity and unit."""
    for kind, read in READERS:
        if isinstance(station, kind):
            return read(station)
    return {}


def _supply(station: Any) -> dict[str, Any]:
    return {} if station.state is None else asdict(station.state)


def _generator(station: Any) -> dict[str, Any]:
    return {"frequency_hz": station.frequency_hz, "output_on": station.output_on}


def _amplifier(station: Any) -> dict[str, Any]:
    return {"current_a": station.current_a, **_generator(station)}


def _sensor(station: Any) -> dict[str, Any]:
    return {
        "field_a_per_m": station.field_a_per_m,
        "frequency_hz": station.frequency_hz,
        "quality": station.quality,
    }


def _thermometer(station: Any) -> dict[str, Any]:
    return {
        str(channel): {"value_c": r.value_c, "quality": r.quality}
        for channel, r in sorted(station.readings.items())
    }


def _contacts(station: Any) -> dict[str, Any]:
    return {name: "closed" if on else "OPEN" for name, on in station.closed.items()}


READERS: tuple[tuple[type[Station], Callable[[Any], dict[str, Any]]], ...] = (
    (SupplyStation, _supply),
    (GeneratorStation, _generator),
    (HeaterStation, _supply),
    (AmplifierStation, _amplifier),
    (FieldStation, _sensor),
    (ThermometerStation, _thermometer),
    (ContactStation, _contacts),
)


def _read_once(bench: OpenBench) -> None:
    """Have every instrument read, or known to be in trouble, within a bounded time."""
    link = bench.link
    for _ in range(READ_ROUNDS):
        link.acquisition.poll()
        if all(s.taken_s == s.taken_s or s.trouble for s in link.stations):
            return
        link.clock.wait(READ_WAIT_S)


def _limits(
    bench: OpenBench, station: Station | None
) -> tuple[dict[str, float | None], str]:
    """Return what is programmed in a supply now, and why it could not be read."""
    found: dict[str, float | None] = {}
    if not isinstance(station, SupplyStation):
        return found, ""
    driver = station.driver

    def read() -> str:
        try:
            found["set_voltage_v"], found["set_current_a"] = driver.read_setpoints()
            found["over_voltage_v"], found["over_current_a"] = driver.read_trips()
        except InstrumentError as error:
            return str(error)
        return ""

    return found, bench.link.acquisition.call(station, read)


def _warnings(loaded: Loaded, bench: OpenBench, guarded: bool) -> list[str]:
    """Return what this computer may do to a run, and what no instrument guards."""
    found = []
    if not bench.simulated and not guarded:
        drives = " and ".join(s.name for s in bench.link.applicator.stations)
        found.append(
            f"{drives}: nothing switches off when this computer is silent: "
            "NO INDEPENDENT SHUT-OFF"
        )
    applicator = bench.link.applicator
    if isinstance(applicator, ResonantInverter):
        found += _mixed(applicator, bench.kinds[applicator.supply.name])
    instruments = loaded.bench.instruments.values()
    addresses = [i.address for i in instruments if i.address is not None]
    if not addresses:
        return found
    return [*found, *host_warnings(addresses), *windows_warnings()]


def _mixed(applicator: ResonantInverter, supply: str) -> list[str]:
    """Return what does not go together on a mixed bench."""
    found = [applicator.cold] if applicator.cold else []
    if applicator.deaf:
        danger = (
            "; on an inverter without gate drive a live supply can destroy it: give it "
            "a dummy load instead"
        )
        found.append(applicator.deaf + (danger if supply == "real" else ""))
    return found


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
