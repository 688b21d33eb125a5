"""The form of a config: mistakes at their key, and what is missing before a start."""

import json
import shutil
from pathlib import Path

import pytest

from controller.procedures.acknowledged import ACKNOWLEDGED
from controller.procedures.checklist import CHECKLIST
from gui import texts_bench as texts
from gui.checked import check_notices, instrument_views
from gui.form import Form, literal
from gui.readiness import Confirmed, answers_of, missing, needs_words, notes_for
from gui.results import matrix_rows, result_rows
from tests.controller.rig import CONFIGS

ALL_BOXES = Confirmed((True,) * len(texts.CHECKLIST), ACKNOWLEDGED)
CHECK = {"off": {"confirmed": True, "sentence": "off"}, "independent_shut_off": False}


@pytest.fixture
def form(tmp_path):
    return Form.open(Path(shutil.copy(CONFIGS / "dry_run.toml", tmp_path)))


def field(form, path, key):
    (table,) = (t for t in form.tables if t.path == path)
    (found,) = (f for f in table.fields if f.key == key)
    return found


def enter(form, path, key, text):
    assert form.change(path, field(form, path, key), text) == ""


def test_a_mistake_stands_at_its_key_and_goes_with_it(form):
    assert form.problems == []
    enter(form, "treatment", "setpoint_c", "49")
    ((place, said),) = form.places().items()
    assert place == ("treatment", "setpoint_c")
    assert "38 to 45 °C" in said[0] and str(form.path) not in said[0]
    enter(form, "treatment", "setpoint_c", "43")
    assert form.places() == {} and not form.changed


def test_each_instrument_and_probe_has_its_table(form):
    paths = [table.path for table in form.tables]
    assert {"probes[1]", "probes[5]", "instruments.psu", "limits"} <= set(paths)
    assert form.value("probes[2]", "role") == "margin"
    units = {
        f.key: f.unit for t in form.tables if t.path == "treatment" for f in t.fields
    }
    assert units["setpoint_c"] == "°C" and units["hold_cem43_min"] == "min"
    assert "P_max/C" in field(form, "treatment", "full_power_rise_c_per_s").explanation


def test_saving_keeps_the_comments(form):
    before = form.path.read_text(encoding="utf-8").splitlines()
    enter(form, "treatment", "hold_s", "120")
    form.save()
    after = form.path.read_text(encoding="utf-8").splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1 and changed[0].startswith("hold_s = 120.0")
    assert not Form.open(form.path).problems


def test_an_instrument_is_added_and_can_be_chosen_for(form):
    before = form.text
    assert form.add_instrument("a b", "opsens", "PicoM", "") == texts.NEW_NAME_WRONG
    taken = texts.NEW_NAME_TAKEN.format(name="psu")
    assert form.add_instrument("psu", "opsens", "PicoM", "") == taken
    assert form.text == before
    assert form.add_instrument("second", "opsens", "PicoM", "COM7") == ""
    assert form.text.startswith(before.rstrip("\n"))
    assert "bound by nothing but its address" in "".join(form.problems)
    enter(form, "instruments.second", "serial", "A1")
    assert form.problems == []
    assert form.value("instruments.second", "address") == "COM7"
    assert form.instrument_kinds()["second"] == "real"
    assert "PicoM" in field(form, "instruments.second", "model").choices
    assert "opsens" in field(form, "instruments.second", "driver").choices
    assert form.add_instrument("third", "opsens", "PicoM", "") == ""
    assert form.instrument_kinds()["third"] == "simulated"


def test_a_matrix_has_the_tables_of_a_matrix():
    form = Form.open(CONFIGS / "dry_run_sar.toml")
    assert form.problems == []
    assert form.value("matrix", "amplitudes_a_per_m") == "6000, 8500, 11000"
    enter(form, "matrix", "amplitudes_a_per_m", "6000, 30000")
    assert set(form.places()) == {("matrix", "")}
    assert missing(form, {}, ALL_BOXES, True) != ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("43", "43.0"), ("1e-7", "1e-07"), (" 4,5", '"4,5"'), ("", ""), ("nan", '"nan"')],
)
def test_what_is_typed_becomes_a_literal(form, text, wanted):
    assert literal(field(form, "treatment", "setpoint_c"), text) == wanted


def test_a_simulated_bench_starts_without_a_checklist(form):
    nobody = Confirmed((False,) * len(texts.CHECKLIST))
    assert missing(form, {}, nobody, True) == ""
    assert missing(form, {}, nobody, False) == texts.START_BUSY
    assert notes_for(form, nobody, "")[0] == texts.NOTE_WAIVED
    enter(form, "treatment", "hold_s", "120")
    assert missing(form, {}, nobody, True) == texts.START_UNSAVED


def test_a_real_bench_needs_check_checklist_and_words():
    form = Form.open(CONFIGS / "bench_magnetherm.toml")
    nobody = Confirmed((False,) * len(texts.CHECKLIST))
    assert missing(form, {}, ALL_BOXES, True) == texts.START_CHECK
    unproven = {**CHECK, "off": {"confirmed": False}}
    assert missing(form, unproven, ALL_BOXES, True) == texts.START_PROOF
    assert missing(form, CHECK, nobody, True) == texts.START_CHECKLIST
    assert needs_words(form, CHECK)
    silent = Confirmed(ALL_BOXES.boxes, "yes")
    assert missing(form, CHECK, silent, True) == texts.START_WORDS
    assert missing(form, CHECK, ALL_BOXES, True) == ""
    assert texts.ACKNOWLEDGED == ACKNOWLEDGED
    assert list(texts.CHECKLIST) == [question.name for question in CHECKLIST]
    assert answers_of(ALL_BOXES)["shut-off"] == ACKNOWLEDGED


def test_a_check_becomes_lights_and_sentences():
    one = {"kind": "real", "maker": "A", "model": "B", "serial": "1", "trouble": "mute"}
    views = instrument_views({"instruments": {"psu": one}})
    assert (views[0].level, views[0].identity) == ("fault", "A B 1")
    refused = check_notices({"refused": ["hold_s is missing"]})
    assert refused[0].level == "fault" and "hold_s" in refused[0].text
    assert check_notices({**CHECK, "warnings": ["battery"]})[1].level == "caution"


def test_results_are_shown_with_twice_their_standard_uncertainty():
    result = json.loads(
        '{"result": {"resonance_hz": 161265.0, "resonance_uncertainty_hz": 0.7}}'
    )
    assert result_rows(result) == [("resonance", "161265 ± 1.4 Hz")]
    point = {"sar_w_per_g_fe": {"value": 11.5, "u": 0.37}, "frequency_hz": 1e5}
    assert matrix_rows({"points": [point]})[0][3] == "11.5 ± 0.74"
