"""``amf calibrate probes``: every probe against a reference, in three baths."""

import importlib.metadata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from controller.analysis.calibration_report import page, probe_figure, svg
from controller.analysis.probe_fit import (
    LARGEST_ERROR_C,
    BathPoint,
    ProbeFit,
    fit_probe,
)
from controller.analysis.resonance_fit import FitRefused
from controller.bench import How, OpenThermometry, open_thermometry
from controller.commands.screen_calibration import Teller
from controller.config.calibration_file import (
    PROBE_DAYS,
    Bath,
    ProbeCalibration,
    ProbeCorrection,
    write,
)
from controller.config.loading import Loaded, load
from controller.host.stop_signals import StopSignal, stop_signals
from controller.loop import COMPLETED, ENDED
from controller.procedures.calibration import bath_point, read_bath
from controller.procedures.calibration_baths import (
    Still,
    answered_baths,
    ask_reference,
    asked_baths,
    read_answers,
    simulated_baths,
)
from controller.procedures.calibration_hands import CalibrationEnded
from controller.procedures.calibration_result import part

READ_S = 20.0
LOOK_S = 5.0
LONGEST_WAIT_S = 1800.0
IN_BATH_C = 2.0
STILL_C = 0.05
LEAST_READINGS = 20
Points = dict[str, list[BathPoint]]
Fits = dict[str, ProbeFit]


def calibrate(
    config: Path,
    *,
    out: Path | None,
    seed: int | None,
    json: bool,
    answers: Path | None,
) -> int:
    """Calibrate all probes of a config; return the exit code."""
    loaded = load(config)
    teller = Teller(json, 3)
    given = None if answers is None else read_answers(answers)
    with stop_signals() as stop:
        how = How(seed, False, stop.woken, None, "amf calibrate")
        with open_thermometry(loaded, how) as bench:
            bench.link.corrections = []  # what is calibrated is the bare probe
            still = _still(bench)
            if still is not None:
                reference, baths = "simulated bath", simulated_baths(still)
            elif given is not None:
                reference, baths = given.reference, answered_baths(given)
            else:
                say = teller.ask
                reference, baths = ask_reference(say), asked_baths(say)
            try:
                points, seen = _measure(loaded, bench, baths, stop, teller)
                fits = {name: fit_probe(p) for name, p in points.items()}
            except (CalibrationEnded, FitRefused) as error:
                teller({"kind": "end", "exit_code": ENDED, "sentence": str(error)})
                return ENDED
            calibration = _calibration(loaded, bench, fits, seen, reference)
    return _keep(calibration, points, fits, out or loaded.out, teller)


def _still(bench: OpenThermometry) -> Still | None:
    """Put a simulated bath in place of the simulated sample, where there is one."""
    if bench.simulation is None:
        return None
    still = Still()
    bench.simulation.bench.sample = still
    return still


def _measure(
    loaded: Loaded,
    bench: OpenThermometry,
    baths: Iterator[Bath],
    stop: StopSignal,
    teller: Teller,
) -> tuple[Points, list[Bath]]:
    names = [probe.name for probe in loaded.bench.probes]
    points: Points = {name: [] for name in names}
    seen: list[Bath] = []
    link = bench.link

    def check() -> None:
        if stop.name:
            raise CalibrationEnded(f"stopped by the operator ({stop.name})")

    for bath in baths:
        _wait_for(bath, lambda: read_bath(link, LOOK_S, check), link.clock.now, names)
        values = read_bath(link, READ_S, check)
        for at, name in enumerate(names):
            points[name].append(_point(bath, name, values[at]))
        seen.append(bath)
        errors = ", ".join(f"{name} {p[-1].error_c:+.2f}" for name, p in points.items())
        sentence = f"{bath.name}: {errors} °C"
        message = {"kind": "point", "step": "bath", "t_s": link.clock.now()}
        teller({**message, "sentence": sentence, "reference_c": bath.reference_c})
    return points, seen


def _point(bath: Bath, name: str, values_c: list[float]) -> BathPoint:
    if len(values_c) < LEAST_READINGS:
        raise CalibrationEnded(
            f"{bath.name}: probe {name} gave {len(values_c)} readings in "
            f"{READ_S:g} s, {LEAST_READINGS} are needed"
        )
    return bath_point(values_c, bath.reference_c, bath.uncertainty_c)


def _wait_for(
    bath: Bath,
    look: Callable[[], dict[int, list[float]]],
    now: Callable[[], float],
    names: list[str],
) -> None:
    """Wait until every probe is in the bath and at rest."""
    start_s = now()
    before: dict[int, float] = {}
    while True:
        means = {at: sum(v) / len(v) for at, v in look().items() if v}
        far = [
            name
            for at, name in enumerate(names)
            if not abs(means.get(at, 1e9) - bath.reference_c) <= IN_BATH_C
        ]
        moved = [
            name
            for at, name in enumerate(names)
            if not abs(means.get(at, 1e9) - before.get(at, -1e9)) <= STILL_C
        ]
        if not far and not moved:
            return
        if not now() - start_s <= LONGEST_WAIT_S:
            raise CalibrationEnded(
                f"{bath.name}: {', '.join(far or moved)} not at rest within "
                f"{IN_BATH_C:g} °C of {bath.reference_c:g} °C after "
                f"{LONGEST_WAIT_S:g} s"
            )
        before = means


def _calibration(
    loaded: Loaded,
    bench: OpenThermometry,
    fits: Fits,
    baths: list[Bath],
    reference: str,
) -> ProbeCalibration:
    today = datetime.now(UTC).date()
    return ProbeCalibration(
        name=loaded.name,
        made=today,
        expires=today + timedelta(days=PROBE_DAYS),
        simulated=all(kind != "real" for kind in bench.kinds.values()),
        version=importlib.metadata.version("amf-bench"),
        reference=reference,
        thermometers=[part(name, who) for name, who in bench.identities.items()],
        baths=baths,
        probes=[
            ProbeCorrection(
                name=probe.name,
                thermometer=probe.instrument,
                channel=probe.channel,
                slope_ratio=fits[probe.name].slope_ratio,
                offset_c=fits[probe.name].offset_c,
                uncertainty_c=fits[probe.name].uncertainty_c,
                largest_error_c=fits[probe.name].largest_error_c,
            )
            for probe in loaded.bench.probes
        ],
    )


def _keep(
    calibration: ProbeCalibration,
    points: Points,
    fits: Fits,
    folder: Path,
    teller: Teller,
) -> int:
    path = write(calibration, folder)
    html = path.with_suffix(".html")
    rows = [_row(p) for p in calibration.probes]
    html.write_text(_page(calibration, points, fits, rows), encoding="utf-8")
    out = [p.name for p in calibration.probes if fits[p.name].out]
    sentence = f"calibrated; written: {path}"
    if out:
        sentence += (
            f"; out by more than {LARGEST_ERROR_C:g} °C, and refused by runs: "
            f"{', '.join(out)}"
        )
    teller.table(rows, path, html)
    code = ENDED if out else COMPLETED
    ending = {"kind": "end", "exit_code": code, "sentence": sentence}
    ending |= {"file": str(path), "page": str(html)}
    teller({**ending, "result": calibration.model_dump(mode="json")})
    return code


def _row(p: ProbeCorrection) -> tuple[str, str, str]:
    return (
        f"{p.name} ({p.thermometer} {p.channel})",
        f"{p.slope_ratio:.5f} x reading {p.offset_c:+.3f} °C",
        f"{p.uncertainty_c:.3f} °C (out by {p.largest_error_c:+.2f})",
    )


def _page(
    c: ProbeCalibration, points: Points, fits: Fits, rows: list[tuple[str, str, str]]
) -> str:
    worst = max((p.largest_error_c for p in c.probes), key=abs)
    return page(
        f"Probe calibration {c.name}",
        f"against {c.reference}, {c.made}, valid until {c.expires}",
        simulated=c.simulated,
        tiles=[
            ("probes", str(len(c.probes))),
            ("largest error as read", f"{worst:+.2f} °C"),
            ("limit", f"{LARGEST_ERROR_C:g} °C"),
            (
                "largest uncertainty",
                f"{max(p.uncertainty_c for p in c.probes):.3f} °C",
            ),
        ],
        plots=[
            (
                "Errors",
                svg(lambda: probe_figure(points, fits)),
                "Green: a probe must be within it as read.",
            )
        ],
        tables=[
            ("Results", ("probe", "true °C", "±, 95 %"), rows),
            (
                "Baths",
                ("bath", "reference (°C)", "± (k = 2)"),
                [
                    (b.name, f"{b.reference_c:.3f}", f"{b.uncertainty_c:.3f}")
                    for b in c.baths
                ],
            ),
        ],
        facts={"thermometers": _who(c), "version": c.version},
    )


def _who(c: ProbeCalibration) -> str:
    return "; ".join(
        f"{p.name}: {p.maker} {p.model}, serial number {p.serial or '(none)'}"
        for p in c.thermometers
    )
