"""Calibration files: written, read back, refused when edited, and used by a config."""

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from controller.bench import How, open_bench
from controller.config.calibration_file import (
    Bath,
    FieldCalibration,
    Level,
    Part,
    ProbeCalibration,
    ProbeCorrection,
    Swept,
    read,
    rendered,
    write,
)
from controller.config.loading import Loaded, load
from controller.errors import BenchError, ConfigError
from tests.controller.rig import CONFIGS

MADE = date(2026, 3, 1)
SUPPLY = Part(name="psu", maker="THURLBY THANDAR", model="QPX1200SP", serial="000001")
THERMOMETER = Part(
    name="thermometer", maker="Neoptix", model="ReFlex-4", serial="000001"
)
FIELD = FieldCalibration(
    name="dry_run",
    made=MADE,
    expires=MADE + timedelta(days=180),
    simulated=True,
    version="0",
    coil="9 turns",
    capacitor="200 nF",
    frequency_hz=161000.0,
    field_per_ampere_per_m=751.5,
    field_uncertainty=0.028,
    tuned_ohm=0.96,
    tuned_uncertainty_ohm=0.001,
    resonance_hz=161000.2,
    resonance_uncertainty_hz=1.0,
    quality=70.0,
    quality_uncertainty=0.1,
    pickup_uncertainty=0.03,
    supply=SUPPLY,
    generator=Part(name="generator", maker="a", model="b", serial="c"),
    sensor=Part(name="scope", maker="a", model='b "c" \\ é\x7f', serial=""),
    sweep=[Swept(frequency_hz=160000.0, voltage_v=4.5, current_a=2.25)],
    levels=[Level(t_s=1.0, current_a=2.0, field_a_per_m=1e3, frequency_hz=161e3)],
)
NAMES = ("core", "margin", "healthy", "body")
PROBES = ProbeCalibration(
    name="dry_run",
    made=MADE,
    expires=MADE + timedelta(days=365),
    simulated=True,
    version="0",
    reference="Pt100 17",
    thermometers=[THERMOMETER],
    baths=[Bath(name="ice point", reference_c=0.0, uncertainty_c=0.01)],
    probes=[
        ProbeCorrection(
            name=name,
            thermometer="thermometer",
            channel=at,
            slope_ratio=1.002,
            offset_c=0.05,
            uncertainty_c=0.03,
            largest_error_c=-0.14,
        )
        for at, name in enumerate(NAMES, start=1)
    ],
)
TEXT = (CONFIGS / "dry_run.toml").read_text(encoding="utf-8")
COIL = 'coil = "9 turns"\n'


def config(
    folder: Path,
    field: FieldCalibration | None = None,
    probes: ProbeCalibration | None = None,
    change: Callable[[str], str] = str,
) -> Path:
    """Write a dry run that names the calibrations, its own numbers left out."""
    text = change(TEXT)
    if field is not None:
        lines = text.splitlines(keepends=True)
        own = ("frequency_hz =", "field_per_ampere_per_m =", "tuned_ohm =")
        text = "".join(line for line in lines if not line.startswith(own))
        name = write(field, folder).name
        text = text.replace("[applicator]\n", f'[applicator]\ncalibration = "{name}"\n')
    if probes is not None:
        text = f'probe_calibration = "{write(probes, folder).name}"\n{text}'
    path = folder / "a.toml"
    path.write_text(text, encoding="utf-8")
    return path


def real(text: str) -> str:
    """Make the instruments real ones, at addresses that nobody opens here."""
    for at in range(text.count("simulated = true\n")):
        text = text.replace(
            "simulated = true\n",
            f'address = "tcp:127.0.0.1:{at}"\nserial = "{at + 1:06}"\n',
            1,
        )
    return text[: text.index("[sample]")]


def problem(path: Path, today: date = MADE) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path, today)
    (sentence,) = caught.value.problems
    return sentence


@pytest.mark.parametrize("calibration", [FIELD, PROBES])
def test_comes_back_as_it_was_written(
    tmp_path: Path, calibration: FieldCalibration | ProbeCalibration
) -> None:
    path = write(calibration, tmp_path)
    again, text = read(path, type(calibration))
    assert again == calibration
    assert text == path.read_text(encoding="utf-8")
    assert tomllib.loads(text)["name"] == "dry_run"
    assert write(calibration, tmp_path) != path  # nothing is written over


def test_windows_line_ends_are_no_edit(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(rendered(FIELD).replace("\n", "\r\n").encode())
    assert read(path, FieldCalibration)[0] == FIELD


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.replace("751.5", "651.5"), "was edited"),
        (lambda t: t + "# only a remark\n", "was edited"),
        (lambda t: t.replace("sha256", "sha255", 1), "no calibration file"),
        (lambda t: "\n".join(t.splitlines()[1:]), "no calibration file"),
        (lambda t: rendered(PROBES), "is no field calibration"),
    ],
)
def test_what_is_not_as_written_is_refused(
    tmp_path: Path, change: Callable[[str], str], words: str
) -> None:
    path = tmp_path / "a.toml"
    path.write_text(change(rendered(FIELD)), encoding="utf-8")
    with pytest.raises(ConfigError, match=words):
        read(path, FieldCalibration)


def test_config_takes_the_numbers_of_the_file(tmp_path: Path) -> None:
    loaded = load(config(tmp_path, FIELD), MADE)
    applicator = loaded.settings.applicator
    assert applicator.field_per_ampere_per_m == 751.5
    assert applicator.frequency_hz == 161000.0
    assert applicator.tuned_ohm == 0.96
    assert any("sha256" in text for text in loaded.texts.values())


@pytest.mark.parametrize(
    ("calibration", "change", "words"),
    [
        (FIELD, lambda t: t.replace(COIL, 'coil = "17 turns"\n'), "the coil"),
        (FIELD.model_copy(update={"capacitor": "88 nF"}), str, "the capacitor"),
        (
            FIELD,
            lambda t: t.replace('"QPX1200SP"\n', '"QPX1200SP"\nserial = "77"\n'),
            "serial number",
        ),
        (
            FIELD,
            lambda t: t.replace(COIL, f"{COIL} tuned_ohm = 1.2\n"),
            "more than 8 % apart",
        ),
    ],
)
def test_calibration_of_something_else_is_refused(
    tmp_path: Path,
    calibration: FieldCalibration,
    change: Callable[[str], str],
    words: str,
) -> None:
    sentence = problem(config(tmp_path, calibration, change=change))
    assert words in sentence
    assert "applicator.calibration" in sentence


def test_expiry_counts_on_real_benches_only(tmp_path: Path) -> None:
    late = FIELD.expires + timedelta(days=1)
    assert load(config(tmp_path, FIELD), late).bench.field_calibration == FIELD
    mine = FIELD.model_copy(update={"simulated": False})
    path = config(tmp_path, mine, change=real)
    assert load(path, FIELD.expires).bench.field_calibration == mine
    assert "expired on 2026-08-28" in problem(path, late)
    assert "after today" in problem(path, MADE - timedelta(days=3))


def test_simulated_calibration_is_refused_on_a_real_bench(tmp_path: Path) -> None:
    assert "made on simulated" in problem(config(tmp_path, FIELD, change=real))


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    path = config(tmp_path, FIELD)
    next(tmp_path.glob("*_field.toml")).unlink()
    assert "does not exist" in problem(path)


def test_another_supply_on_the_wire_is_refused(tmp_path: Path) -> None:
    other = SUPPLY.model_copy(update={"serial": "42"})
    loaded = load(config(tmp_path, FIELD.model_copy(update={"supply": other})), MADE)
    with pytest.raises(BenchError, match="belongs to QPX1200SP with serial number 42"):
        opened(loaded)


def test_probes_are_corrected_where_readings_enter(tmp_path: Path) -> None:
    plain = opened(load(config(tmp_path), MADE))
    corrected = opened(load(config(tmp_path, probes=PROBES), MADE))
    assert len(corrected) == len(plain) == 4
    for before_c, after_c in zip(plain, corrected, strict=True):
        assert after_c == pytest.approx(1.002 * before_c + 0.05)


def opened(loaded: Loaded) -> list[float]:
    """Return what the probes of a bench read first, in °C."""
    with open_bench(loaded, How(seed=1)) as bench:
        return [r.value_c for r in bench.link.thermometry.readings()]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"largest_error_c": 0.21}, "is out by +0.21 °C"),
        ({"channel": 5}, "has no probe on channel 1"),
        ({"name": "rim"}, "after moving fibres"),
    ],
)
def test_probe_that_is_out_or_another_is_refused(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    first, *rest = PROBES.probes
    probes = [first.model_copy(update=changes), *rest]
    path = config(tmp_path, probes=PROBES.model_copy(update={"probes": probes}))
    assert words in problem(path)
