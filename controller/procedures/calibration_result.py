"""A finished field calibration as a file, as a table and as a page."""

import importlib.metadata
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from controller.analysis.calibration_report import (
    field_figure,
    page,
    resonance_figure,
    svg,
)
from controller.analysis.field_fit import LARGEST_BEND, FieldFit
from controller.bench import OpenBench
from controller.config.calibration_file import (
    FIELD_DAYS,
    FieldCalibration,
    Level,
    Part,
    Swept,
)
from controller.config.loading import Loaded
from controller.procedures.calibration import FieldResult
from drivers.roles import Identity

LARGEST_UNCERTAINTY = 0.03


def calibration_of(
    loaded: Loaded, bench: OpenBench, result: FieldResult, today: date
) -> FieldCalibration:
    """Turn a result into what the calibration file says, dated."""
    resonance, fit, spec = result.resonance, result.fit, loaded.bench
    sensor = spec.field_sensor
    assert sensor is not None

    def who(name: str) -> Part:
        return part(name, bench.identities[name])

    return FieldCalibration(
        name=loaded.name,
        made=today,
        expires=today + timedelta(days=FIELD_DAYS),
        simulated=bench.simulated,
        version=importlib.metadata.version("amf-bench"),
        coil=spec.applicator.coil,
        capacitor=spec.applicator.capacitor,
        frequency_hz=result.frequency_hz,
        field_per_ampere_per_m=fit.field_per_ampere_per_m,
        field_uncertainty=fit.uncertainty,
        tuned_ohm=resonance.tuned_ohm,
        tuned_uncertainty_ohm=resonance.tuned_uncertainty_ohm,
        resonance_hz=resonance.resonance_hz,
        resonance_uncertainty_hz=resonance.resonance_uncertainty_hz,
        quality=resonance.quality,
        quality_uncertainty=resonance.quality_uncertainty,
        pickup_uncertainty=sensor.uncertainty,
        supply=who(spec.applicator.supply),
        generator=who(spec.applicator.generator),
        sensor=who(sensor.instrument),
        sweep=[Swept(**asdict(p)) for p in result.sweep],
        levels=[Level(**asdict(p)) for p in result.levels],
    )


def part(name: str, identity: Identity) -> Part:
    """Return who took part, as the instrument says it."""
    return Part(
        name=name,
        maker=identity.maker,
        model=identity.model,
        serial=identity.serial,
    )


def numbers(calibration: FieldCalibration) -> dict[str, Any]:
    """Return the results as plain values, for JSON and the record."""
    left_out = {"sweep", "levels", "supply", "generator", "sensor"}
    return calibration.model_dump(mode="json", exclude=left_out)


def table(c: FieldCalibration) -> list[tuple[str, str, str]]:
    """Return (quantity, value, 95 % half width) of what was found."""
    per_m, share = c.field_per_ampere_per_m, c.field_uncertainty
    half_hz = c.resonance_hz / c.quality
    return [
        (
            "field per ampere, peak",
            f"{per_m:.2f} (A/m)/A",
            f"{share * per_m:.2f} ({100.0 * share:.2f} %)",
        ),
        (
            "resonance",
            f"{c.resonance_hz:.1f} Hz",
            f"{c.resonance_uncertainty_hz:.1f} Hz",
        ),
        ("Q", f"{c.quality:.2f}", f"{c.quality_uncertainty:.2f}"),
        ("half-power width", f"{half_hz:.0f} Hz", ""),
        (
            "V/I at resonance",
            f"{c.tuned_ohm:.4f} ohm",
            f"{c.tuned_uncertainty_ohm:.4f} ohm",
        ),
        ("valid until", c.expires.isoformat(), ""),
    ]


def remarks(c: FieldCalibration) -> list[str]:
    """Return warnings that do not make the calibration unusable."""
    if c.field_uncertainty <= LARGEST_UNCERTAINTY:
        return []
    return [
        f"the interval of the field per ampere, ±{100.0 * c.field_uncertainty:.1f} %, "
        f"is wider than ±{100.0 * LARGEST_UNCERTAINTY:g} %: a pick-up coil whose area "
        f"is known better than ±{100.0 * c.pickup_uncertainty:g} % is needed"
    ]


def html_of(c: FieldCalibration, result: FieldResult) -> str:
    """Return the page of a field calibration."""
    fit, rows = result.fit, table(c)
    return page(
        f"Field calibration {c.name}",
        f"{c.coil}, {c.capacitor}, {c.made}, valid until {c.expires}",
        simulated=c.simulated,
        tiles=[
            (name, f"{value} ± {half}".rstrip(" ±")) for name, value, half in rows[:4]
        ],
        plots=[
            (
                "Resonance",
                svg(lambda: resonance_figure(result.sweep, result.resonance)),
                "At constant voltage. Shaded: between the half-power points.",
            ),
            (
                "Field per ampere",
                svg(lambda: field_figure(result.levels, fit)),
                "Residuals from the line with its offset; a bend would show in them. "
                "Shaded: the 95 % interval.",
            ),
        ],
        tables=[
            ("Results", ("quantity", "value", "±, 95 %"), rows),
            (
                "Uncertainty",
                ("source", "distribution", "standard, relative"),
                budget(fit),
            ),
            ("Linearity", ("check", "found", "limit"), linearity(result)),
        ],
        facts=facts(c),
        warnings=fit.doubts,
    )


def budget(fit: FieldFit) -> list[tuple[str, str, str]]:
    """Return (source, distribution, relative standard uncertainty) and the sum."""
    rows = [
        (line.name, line.distribution, f"{100.0 * line.relative:.3f} %")
        for line in fit.budget
    ]
    rows.append(
        (
            "field per ampere, 95 %",
            f"k = {fit.coverage_factor:.2f}, of the combined distribution",
            f"{100.0 * fit.uncertainty:.2f} %",
        )
    )
    return rows


def linearity(result: FieldResult) -> list[tuple[str, str, str]]:
    """Return (check, found with its interval, limit) of the straight line."""
    fit = result.fit
    return [
        (
            "square term at the largest current",
            f"{100.0 * fit.bend_relative:+.2f} ± {100.0 * fit.bend_uncertainty:.2f} %",
            f"{100.0 * LARGEST_BEND:g} %",
        ),
        (
            "field without current",
            f"{fit.offset_a_per_m:+.0f} ± {fit.offset_uncertainty_a_per_m:.0f} A/m",
            "the sensor's absolute uncertainty",
        ),
        ("going down over going up", f"{100.0 * fit.drift_relative:+.2f} %", ""),
    ]


def facts(c: FieldCalibration) -> dict[str, str]:
    """Return what else the page says: who took part, at which frequency."""
    who = {
        word: f"{p.name}: {p.maker} {p.model}, serial number {p.serial or '(none)'}"
        for word, p in (
            ("supply", c.supply),
            ("generator", c.generator),
            ("field sensor", c.sensor),
        )
    }
    return {
        **who,
        "frequency of the levels": f"{c.frequency_hz:.0f} Hz",
        "pick-up, stated": f"±{100.0 * c.pickup_uncertainty:g} %, taken as a bound",
        "version": c.version,
    }
