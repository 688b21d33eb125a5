"""The proof before a run: off reads zero, a pulse is seen, the guardian ends it.

Trips are read back as programmed. At a tenth of the current, for at most about a
second, the field must be seen by the supply's current and by the field sensor. Then the
engine lets go of the ports, the guardian process switches off with hands of its own,
and the engine reads back that it did.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from controller.bench import OpenBench
from controller.decisions.applicator import current_for, field_for, voltage_limit_for
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.settings import Settings
from controller.decisions.signals import Drive
from controller.errors import AmfError, BenchError
from controller.guardian.heartbeat import LONGEST_PAUSE_S
from controller.guardian.link import GuardianLink
from controller.host.stop_signals import StopSignal
from controller.instruments.applicators import ResonantInverter
from controller.instruments.bench_link import BenchLink
from controller.instruments.ports import ReturningPort
from controller.instruments.stations import Station
from controller.instruments.stations_inverter import SupplyStation
from controller.instruments.switching import OffReport, power_limit, trips
from controller.procedures.calibration_hands import CalibrationEnded, Hands
from drivers.errors import InstrumentError

CURRENT_SHARE = 0.1
RAMP_S = 0.4
PULSE_S = 1.0
# Of what was set; the fingerprint has compared the coil with its calibration before.
SEEN_SHARE = 0.5
# Supplies round their trips to steps of their own.
TRIP_SHARE, TRIP_LEAST = 0.05, 0.1
LEND_S = 3.0
LENT_S = 8.0


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven; ``problem`` is "" where all was, ``off`` the read-back after."""

    problem: str
    sentence: str
    off: OffReport
    detail: dict[str, Any] = field(default_factory=dict)


def prove_off(
    bench: OpenBench, settings: Settings, stop: StopSignal, guardian: GuardianLink
) -> Proof:
    """Prove that the field is off, comes on, and is switched off by the guardian."""
    link, found = bench.link, dict[str, Any]()
    hands = Hands(link, settings, stop, guardian)
    words = []
    try:
        words.append(_off_reads_zero(link))
        hands.start()
        if isinstance(link.applicator, ResonantInverter):
            words.append(_trips_read_back(link, settings))
        words.append(_pulse(hands, found))
        words.append(_ended_by(bench, guardian, found))
        problem = ""
    except AmfError as error:
        problem = str(error)
    finally:
        report = hands.off()
    sentence = f"the proof of the field's off: {problem or '; '.join(words)}"
    return Proof(problem, sentence, report, found)


def _off_reads_zero(link: BenchLink) -> str:
    report = link.switch_off()
    if not report.confirmed:
        raise BenchError(report.sentence)
    return "off reads zero"


def _trips_read_back(link: BenchLink, settings: Settings) -> str:
    supply, read = link.supply, list[float]()
    programmed = (*trips(settings), power_limit(settings))

    def ask() -> str:
        try:
            read.extend(supply.read_limits())
        except InstrumentError as error:
            return str(error)
        return ""

    problem = link.acquisition.call(supply, ask)
    if problem:
        raise BenchError(problem)
    # a supply without a limit of its power has none to be read back
    for wanted, found, unit in zip(programmed, read, "VAW", strict=False):
        off = found - wanted if unit == "W" else abs(found - wanted)  # rated for less
        if not off <= max(TRIP_SHARE * wanted, TRIP_LEAST):
            raise BenchError(
                f"{supply.name}: a trip of {wanted:.2f} {unit} was programmed, "
                f"{found:.2f} {unit} is read back"
            )
    limited = f", a limit of {read[2]:.0f} W" if len(read) > 2 else ""
    return f"trips of {read[0]:.1f} V and {read[1]:.1f} A are read back{limited}"


def pulse_a(settings: Settings) -> float:
    """Return the current of the pulse in A: a tenth, less where the slew is slow."""
    applicator, ceiling = settings.applicator, settings.ceiling
    bound = permitted_amplitude(applicator.frequency_hz, ceiling)
    most_a = min(current_for(bound, applicator), applicator.max_current_a)
    amplitude = field_for(CURRENT_SHARE * most_a, applicator)
    amplitude = min(amplitude, RAMP_S * applicator.slew_a_per_m_per_s)
    return current_for(amplitude, applicator)


def _pulse(hands: Hands, found: dict[str, Any]) -> str:
    """Switch a small field on and wait until it is seen.

    Raises:
        CalibrationEnded: it is not seen in time.
    """
    settings, sensor = hands.settings, hands.bench.sensor
    current_a = pulse_a(settings)
    hands.tick()
    on_s = hands.bench.clock.now()
    hands.go(current_a, voltage_limit_for(current_a, settings.applicator))
    longest_s = PULSE_S if sensor is None else max(PULSE_S, 2.0 * sensor.update_s)
    while not _seen(hands.drive, current_a, hands, on_s):
        if not hands.bench.clock.now() - on_s <= longest_s:
            raise CalibrationEnded(_unseen(hands, current_a, longest_s))
        hands.tick()
    drive = hands.drive
    assert drive is not None
    found["set_a"], found["current_a"] = current_a, drive.current_a
    said = f"a pulse of {current_a:.2f} A is seen as {drive.current_a:.2f} A"
    if sensor is not None:
        found["field_a_per_m"] = drive.field_a_per_m
        said += f" and {drive.field_a_per_m:.0f} A/m"
    return said


def _seen(drive: Drive | None, set_a: float, hands: Hands, on_s: float) -> bool:
    if drive is None or not drive.current_a >= SEEN_SHARE * set_a:
        return False
    if hands.bench.sensor is None:
        return True
    expected = field_for(set_a, hands.settings.applicator)
    fresh = drive.field_taken_s > on_s and drive.field_quality == "ok"
    return fresh and drive.field_a_per_m >= SEEN_SHARE * expected


def _unseen(hands: Hands, set_a: float, longest_s: float) -> str:
    drive, expected = hands.drive, field_for(set_a, hands.settings.applicator)
    measured = "nothing" if drive is None else f"{drive.current_a:.2f} A"
    if drive is not None and hands.bench.sensor is not None:
        quality = drive.field_quality or "no reading"
        measured += f", {drive.field_a_per_m:.0f} A/m ({quality})"
    return (
        f"the pulse is not seen: expected {set_a:.2f} A, {expected:.0f} A/m, measured "
        f"{measured} within {longest_s:g} s, limit half of it"
    )


def _ended_by(bench: OpenBench, guardian: GuardianLink, found: dict[str, Any]) -> str:
    """Have the guardian switch off, and read back that it did.

    Raises:
        BenchError: it did not, or nobody knows.
    """
    guardian.beat(True, LONGEST_PAUSE_S)
    with _lent(bench):
        said = guardian.switches_off()
    guardian.ticked()
    found["guardian"] = said
    if not said:
        raise BenchError("the guardian does not switch off: it does not answer")
    if not said["confirmed"]:
        raise BenchError(f"the guardian does not switch off: {said['sentence']}")
    link = bench.link
    link.safeguards.healthy()  # an armed supply may be spoken to again
    for station in link.applicator.stations:
        problem = link.acquisition.call(station, partial(_still_on, station))
        if problem:
            raise BenchError(f"after the guardian switched off: {problem}")
    return f"the guardian has switched it off in {said['took_s']:.2f} s, read back"


def _still_on(station: Station) -> str:
    station.poll()
    if station.trouble is not None:
        return station.trouble.sentence
    shown: Any = station.state if isinstance(station, SupplyStation) else station
    return f"{station.name}: the output is still on" if shown.output_on else ""


@contextmanager
def _lent(bench: OpenBench) -> Iterator[None]:
    """Keep the ports of what makes the field closed, and their threads still."""
    back = threading.Event()
    try:
        for station in bench.link.applicator.stations:
            port = bench.ports.get(station.name)
            if port is not None:
                away = threading.Event()
                job: Callable[[], None] = partial(_lend, station, port, away, back)
                bench.link.acquisition.post(station, job)
                if not away.wait(LEND_S):
                    raise BenchError(f"{station.name}: does not let go of its port")
        yield
    finally:
        back.set()


def _lend(
    station: Station,
    port: ReturningPort,
    away: threading.Event,
    back: threading.Event,
) -> None:
    port.lend()
    station.lent()
    away.set()
    back.wait(LENT_S)
