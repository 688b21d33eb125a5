"""Reading a config: what it becomes, and what is said about a wrong one."""

import copy
import dataclasses
import datetime
import math
from pathlib import Path
from typing import Any

import pytest

from controller.config.loading import Loaded, load
from controller.config.model import Control, Limits, Treatment
from controller.config.sar_plan import load_plan
from controller.config.types import Table
from controller.decisions.ceiling import eddy_heating_w_per_kg
from controller.decisions.settings import (
    ControlSettings,
    LimitSettings,
    TreatmentSettings,
)
from controller.errors import ConfigError
from drivers import aimtti_psu
from tests.controller.rig import CONFIGS

SMALLEST: dict[str, Any] = {
    "name": "smallest",
    "treatment": {"setpoint_c": 43, "hold_s": 600},
    "ceiling": {
        "exposed_diameter_m": 0.06,
        "amplitude_cap_a_per_m": 18000,
        "frequency_min_hz": 150e3,
        "frequency_max_hz": 170e3,
    },
    "applicator": {
        "supply": "psu",
        "generator": "generator",
        "frequency_hz": 161270.0,
        "field_per_ampere_per_m": 744.05,
        "tuned_ohm": 0.955,
        "max_current_a": 24.6,
        "max_voltage_v": 30.0,
        "drive_vpp": 5.0,
        "coil": "9 turns",
        "capacitor": "200 nF",
    },
    "instruments": {
        "psu": {"driver": "aimtti_psu", "model": "QPX1200SP", "simulated": True},
        "generator": {
            "driver": "keysight_33500",
            "model": "33521B",
            "simulated": True,
        },
        "thermometer": {
            "driver": "neoptix_reflex",
            "model": "ReFlex-4",
            "simulated": True,
        },
    },
    "probes": [
        {"name": "core", "role": "core", "instrument": "thermometer", "channel": 1},
        {"name": "side", "role": "healthy", "instrument": "thermometer", "channel": 2},
    ],
}
WRONG_VALUES: tuple[object, ...] = (
    "",
    "x" * 3000,
    "two\nlines",
    True,
    -1,
    0,
    10**400,
    math.nan,
    math.inf,
    -math.inf,
    1e308,
    [],
    [1],
    {},
    {"a": 1},
    datetime.date(2026, 11, 21),
)


def toml(value: object) -> str:
    """Write a value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\n", "\\n") + '"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return str(value)


def write(folder: Path, data: dict[str, Any]) -> Path:
    """Write a config file, one top-level key a line."""
    path = folder / "a.toml"
    text = "".join(f"{key} = {toml(value)}\n" for key, value in data.items())
    path.write_text(text, encoding="utf-8")
    return path


def changed(**tables: dict[str, Any]) -> dict[str, Any]:
    """Return the smallest config with some keys set; None takes a key away."""
    data = copy.deepcopy(SMALLEST)
    for table, keys in tables.items():
        for key, value in keys.items():
            data.setdefault(table, {})[key] = value
            if value is None:
                del data[table][key]
    return data


def read(folder: Path, **tables: dict[str, Any]) -> Loaded:
    return load(write(folder, changed(**tables)))


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return caught.value.problems


def test_smallest_config_has_the_defaults(tmp_path: Path) -> None:
    loaded = read(tmp_path)
    assert loaded.name == "smallest"
    assert loaded.settings.period_s == 0.2
    assert loaded.settings.limits == LimitSettings()
    assert loaded.settings.treatment.setpoint_c == 43.0
    assert [p.role for p in loaded.settings.probes] == ["core", "healthy"]
    assert loaded.settings.ceiling.profile == "atkinson-brezovich"
    assert loaded.settings.ceiling.limit_a_per_m_s == 4.85e8
    assert loaded.bench.simulated
    assert loaded.out == Path("runs")
    assert loaded.experiment == {}


def test_texts_hold_the_file_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path, changed())
    assert load(path).texts == {"a.toml": path.read_text(encoding="utf-8")}


@pytest.mark.parametrize(
    ("profile", "diameter_m", "limit"),
    [
        ("atkinson-brezovich", 0.30, 4.85e8),
        ("diameter", 0.30, 4.85e8),
        ("diameter", 0.06, 2.425e9),
        ("diameter", 0.02, 5e9),
        ("hergt-dutz", 0.02, 5e9),
    ],
)
def test_profile_gives_the_limit(
    tmp_path: Path, profile: str, diameter_m: float, limit: float
) -> None:
    keys = {"profile": profile, "exposed_diameter_m": diameter_m}
    ceiling = read(tmp_path, ceiling=keys).settings.ceiling
    assert ceiling.limit_a_per_m_s == pytest.approx(limit, rel=1e-12)


@pytest.mark.parametrize(
    ("profile", "diameter_m"),
    [("hergt-dutz", 0.30), ("hergt-dutz", 0.05), ("atkinson-brezovich", 0.45)],
)
def test_eddy_heating_caps_the_limit_at_15_w_per_kg(
    tmp_path: Path, profile: str, diameter_m: float
) -> None:
    keys = {"profile": profile, "exposed_diameter_m": diameter_m}
    limit = read(tmp_path, ceiling=keys).settings.ceiling.limit_a_per_m_s
    heating = eddy_heating_w_per_kg(limit, diameter_m)
    assert heating == pytest.approx(15.0, rel=1e-9)


def test_without_tissue_the_hardware_is_the_limit(tmp_path: Path) -> None:
    data = changed(ceiling={"profile": "no-tissue", "exposed_diameter_m": None})
    for probe in data["probes"]:
        probe["role"] = "sample"
    settings = load(write(tmp_path, data)).settings
    assert settings.ceiling.limit_a_per_m_s == pytest.approx(24.6 * 744.05 * 170e3)
    assert settings.limits.rise_c_per_s > 100.0


def test_absolute_uncertainty_is_a_step_of_the_supply(tmp_path: Path) -> None:
    ceiling = read(tmp_path).settings.ceiling
    assert ceiling.field_uncertainty_a_per_m == pytest.approx(0.01 * 744.05)
    given = read(tmp_path, ceiling={"field_uncertainty_a_per_m": 30.0})
    assert given.settings.ceiling.field_uncertainty_a_per_m == 30.0


def test_known_heating_sets_the_rise_limit(tmp_path: Path) -> None:
    keys = {"full_power_rise_c_per_s": 0.1}
    loaded = read(tmp_path, treatment=keys)
    assert loaded.settings.limits.rise_c_per_s == pytest.approx(0.15)
    tighter = read(tmp_path, treatment=keys, limits={"rise_c_per_s": 0.12})
    assert tighter.settings.limits.rise_c_per_s == 0.12


def test_tumour_pair_is_raised_as_far_as_the_setpoint_needs(tmp_path: Path) -> None:
    pair = {"tumour_trip_c": 45.7, "tumour_any_c": 46.7}
    limits = read(tmp_path, treatment={"setpoint_c": 45.0}, limits=pair).settings.limits
    assert (limits.tumour_trip_c, limits.tumour_any_c) == (45.7, 46.7)
    path = write(tmp_path, changed(treatment={"setpoint_c": 44.5}, limits=pair))
    assert len(problems(path)) == 2


# Where a smaller number would loosen the limit; elsewhere a larger one would.
LOOSER_BELOW = {
    "tumour_hold_back_below_trip_c",
    "healthy_low_c",
    "body_start_low_c",
    "body_alarm_low_c",
    "body_low_c",
    "absurd_low_c",
}


@pytest.mark.parametrize("name", [*LimitSettings.__dataclass_fields__])
def test_limit_can_be_tightened_but_not_loosened(tmp_path: Path, name: str) -> None:
    default = getattr(LimitSettings(), name)
    # A vial may be hotter: 10 below the boiling point of water is the cap there.
    cap = 90.0 if name == "sample_trip_c" else default
    looser = -0.01 if name in LOOSER_BELOW else 0.01
    (sentence,) = problems(write(tmp_path, changed(limits={name: cap + looser})))
    assert f"limits.{name} = " in sentence
    limits = read(tmp_path, limits={name: default - looser}).settings.limits
    assert getattr(limits, name) == default - looser


def test_thermometer_update_reaches_its_probes(tmp_path: Path) -> None:
    data = changed()
    data["instruments"]["thermometer"]["update_s"] = 0.5
    probes = load(write(tmp_path, data)).settings.probes
    assert [probe.update_s for probe in probes] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("served", "simulated"), [((), False), (("psu",), False), (None, True)]
)
def test_bench_is_simulated_only_if_all_of_it_is(
    tmp_path: Path, served: tuple[str, ...] | None, simulated: bool
) -> None:
    data = changed()
    for number, (name, keys) in enumerate(data["instruments"].items()):
        keys["simulated"] = False
        keys["address"], keys["serial"] = f"COM{number}", f"A{number}"
        keys["served"] = served is None or name in served
    assert load(write(tmp_path, data)).bench.simulated is simulated


def test_mixed_bench_is_not_simulated(tmp_path: Path) -> None:
    data = changed(sample={"kind": "two-node"})
    data["instruments"]["psu"] = {
        "driver": "aimtti_psu",
        "model": "QPX1200SP",
        "address": "COM5",
        "adapter_serial": "A5",
    }
    assert not load(write(tmp_path, data)).bench.simulated


def every_key() -> list[tuple[str, ...]]:
    tables = ("treatment", "ceiling", "applicator")
    keys = [(table, key) for table in tables for key in SMALLEST[table]]
    keys += [("instruments", "psu", k) for k in SMALLEST["instruments"]["psu"]]
    return [*keys, *[("probes", "0", k) for k in SMALLEST["probes"][0]], ("name",)]


@pytest.mark.parametrize("where", every_key(), ids=".".join)
def test_every_key_wrong_in_every_way(tmp_path: Path, where: tuple[str, ...]) -> None:
    """A wrong value gives one-line sentences that name the key, and nothing else."""
    refused = 0
    for value in WRONG_VALUES:
        data = copy.deepcopy(SMALLEST)
        table: Any = data
        for key in where[:-1]:
            table = table[int(key) if key.isdigit() else key]
        table[where[-1]] = value
        try:
            load(write(tmp_path, data))
        except ConfigError as error:
            refused += 1
            assert any(where[-1] in sentence for sentence in error.problems)
            assert not any("\n" in sentence for sentence in error.problems)
    assert refused >= 10


@pytest.mark.parametrize("table", [*SMALLEST])
def test_every_table_missing_or_no_table(tmp_path: Path, table: str) -> None:
    data = copy.deepcopy(SMALLEST)
    del data[table]
    assert any(table in sentence for sentence in problems(write(tmp_path, data)))
    for value in WRONG_VALUES:
        data[table] = value
        path = write(tmp_path, data)
        assert any(table in sentence for sentence in problems(path))


def test_all_mistakes_of_a_table_at_once(tmp_path: Path) -> None:
    keys = {"setpoint_c": "43", "hold_s": -1, "cool": 5, "controlled": "least"}
    found = problems(write(tmp_path, changed(treatment=keys)))
    assert len(found) == 4
    assert all(sentence.startswith(f"{tmp_path / 'a.toml'}: ") for sentence in found)


def test_unreadable_key_is_not_checked_by_its_default(tmp_path: Path) -> None:
    """A trip that cannot be read must not be reported as 45.0 a second time."""
    tables = {"treatment": {"setpoint_c": 45.0}, "limits": {"tumour_trip_c": "45.7"}}
    assert len(problems(write(tmp_path, changed(**tables)))) == 1
    assert len(problems(write(tmp_path, changed(ceiling={"profile": "none"})))) == 1


FILES = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "byte_order_mark": (b"\xef\xbb\xbfname = 'a'", "byte-order mark"),
    "utf16": ('name = "a"'.encode("utf-16"), "not UTF-8 text"),
    "binary": (bytes(range(256)), "not UTF-8 text"),
    "nul": (b"name = 'a'\0", "not UTF-8 text"),
    "prose": (b"set 43 degrees please", "is not TOML"),
    "json": (b'{"name": "a"}', "is not TOML"),
    "key_twice": (b"name = 'a'\nname = 'b'", "is not TOML"),
    "table_twice": (b"[loop]\n[loop]", "is not TOML"),
    "deep": (b"a = " + b"[" * 20000, "is not TOML"),
    "long_number": (b"a = " + b"9" * 10000, "is not TOML"),
    "large": (b"#" * 1_000_001, "at most 1000000"),
}


@pytest.mark.parametrize("name", [*FILES])
def test_not_a_config_file(tmp_path: Path, name: str) -> None:
    content, words = FILES[name]
    path = tmp_path / f"{name}.toml"
    path.write_bytes(content)
    (sentence,) = problems(path)
    assert sentence.startswith(str(path))
    assert words in sentence
    assert "\n" not in sentence


def test_folder_and_missing_file(tmp_path: Path) -> None:
    path = write(tmp_path, changed())
    (folder,) = problems(tmp_path)
    assert "is a folder" in folder
    (missing,) = problems(tmp_path / "b.toml")
    assert missing == f"{tmp_path / 'b.toml'} does not exist; did you mean {path}?"
    (nowhere,) = problems(tmp_path / "no" / "a.toml")
    assert "does not exist" in nowhere
    (inside,) = problems(path / "a.toml")
    assert "does not exist" in inside


@pytest.mark.parametrize(
    ("table", "settings", "only_in_config"),
    [
        (Limits, LimitSettings, set()),
        (Control, ControlSettings, {"tuning"}),
        (Treatment, TreatmentSettings, {"full_power_rise_c_per_s"}),
    ],
)
def test_every_setting_has_its_key(
    table: type[Table], settings: type, only_in_config: set[str]
) -> None:
    known = {field.name for field in dataclasses.fields(settings)}
    assert set(table.model_fields) - only_in_config == known


@pytest.mark.parametrize("model", [*aimtti_psu.MODELS])
def test_supply_of_the_driver_is_known_with_its_ratings(
    tmp_path: Path, model: str
) -> None:
    data = changed()
    data["instruments"]["psu"]["model"] = model
    rated = aimtti_psu.MODELS[model]
    data["applicator"]["max_current_a"] = rated.max_current_a
    settings = load(write(tmp_path, data)).settings
    assert settings.applicator.current_resolution_a == 10.0**-rated.current_digits
    data["applicator"]["max_current_a"] = rated.max_current_a + 0.1
    (sentence,) = problems(write(tmp_path, data))
    assert f"more than {model} gives" in sentence


def test_a_config_of_the_other_kind_is_refused_in_one_sentence() -> None:
    with pytest.raises(ConfigError) as matrix:
        load(CONFIGS / "dry_run_sar.toml")
    with pytest.raises(ConfigError) as treatment:
        load_plan(CONFIGS / "dry_run.toml")

    (of_matrix,), (of_treatment,) = matrix.value.problems, treatment.value.problems
    assert "is a SAR matrix, no treatment: amf sar run" in of_matrix
    assert "is a treatment, no SAR matrix: amf run" in of_treatment
