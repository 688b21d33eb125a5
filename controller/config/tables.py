"""The text of a config file and its tables, each read as far as it goes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from controller.config.applicator import Applicator, Ceiling
from controller.config.contacts import Contacts
from controller.config.field import FieldSensor
from controller.config.kinds import applicator_model
from controller.config.mistakes import bare, nearest, problems_in, shown
from controller.config.model import (
    Control,
    Draft,
    Experiment,
    FaultTable,
    Instrument,
    Limits,
    Loop,
    Probe,
    RunTable,
    Simulation,
    Treatment,
)
from controller.config.samples import Sample, sample_model
from controller.config.segments import Segment
from controller.config.types import Name, Table
from controller.errors import ConfigError

LARGEST_FILE_BYTES = 1_000_000
REQUIRED = ("treatment", "ceiling", "applicator")
OPTIONAL = ("experiment", "run", "loop", "control", "limits", "sample", "simulation")
TABLES: dict[str, type[Table]] = {
    "experiment": Experiment,
    "run": RunTable,
    "loop": Loop,
    "treatment": Treatment,
    "ceiling": Ceiling,
    "applicator": Applicator,
    "control": Control,
    "limits": Limits,
    "sample": Sample,
    "simulation": Simulation,
    "field_sensor": FieldSensor,
    "contacts": Contacts,
}
LISTS = ("segments", "instruments", "probes", "faults")
KNOWN = ("name", "probe_calibration", *TABLES, *LISTS)
# Where a key belongs that stands in the wrong table; keys of two tables are left out.
_HOMES = {
    key: name
    for name, model in TABLES.items()
    for key in model.model_fields
    if sum(key in other.model_fields for other in TABLES.values()) == 1
}
AnyTable = TypeVar("AnyTable", bound=Table)


def is_matrix(data: Mapping[str, Any]) -> bool:
    """Say whether a file is the config of a SAR matrix, and not of a treatment."""
    return "matrix" in data or "capacitors" in data


def refuse_other_kind(data: Mapping[str, Any], path: Path, *, matrix: bool) -> None:
    """Refuse a SAR matrix where a treatment is asked for, and the reverse.

    A file that has tables of both, or of neither, is left to the reading of its keys.

    Raises:
        ConfigError: one sentence that names the command for such a file.
    """
    treats = "treatment" in data or "segments" in data or "applicator" in data
    if is_matrix(data) and not treats and not matrix:
        raise ConfigError([f"{path} is a SAR matrix, no treatment: amf sar run {path}"])
    if treats and not is_matrix(data) and matrix:
        raise ConfigError([f"{path} is a treatment, no SAR matrix: amf run {path}"])


def read_text(path: Path) -> str:
    """Return the text of a config file.

    Raises:
        ConfigError: it is not a readable, ordinary file of UTF-8 text.
    """
    problem = _not_a_file(path)
    if problem:
        raise ConfigError([problem])
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path} cannot be read: {error.strerror}"]) from error
    if not raw.strip():
        raise ConfigError([f"{path} is empty"])
    if raw.startswith(b"\xef\xbb\xbf"):
        sentence = "starts with a byte-order mark; save it as UTF-8 without BOM"
        raise ConfigError([f"{path} {sentence}"])
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ConfigError([f"{path} is not UTF-8 text, so it is not a TOML file"])
    return text


def _not_a_file(path: Path) -> str:
    if path.is_dir():
        return f"{path} is a folder; name one of the .toml files in it"
    if not path.exists():
        folder = path.parent
        beside = [p.name for p in folder.glob("*.toml")] if folder.is_dir() else []
        meant = nearest(path.name, beside)
        hint = f"; did you mean {folder / meant}?" if meant else ""
        return f"{path} does not exist{hint}"
    if not path.is_file():
        return f"{path} is not an ordinary file"
    size = path.stat().st_size
    if size > LARGEST_FILE_BYTES:
        return f"{path} has {size} bytes; a config has at most {LARGEST_FILE_BYTES}"
    return ""


def draft_of(data: dict[str, Any]) -> Draft:
    """Read every table of a file as far as it goes, with what is wrong in it."""
    draft = Draft(given=frozenset(data))
    _check_top(data, draft.problems)
    for name, model in TABLES.items():
        if name in data or name in OPTIONAL:
            content = data.get(name, {})
            if name == "sample" and isinstance(content, dict):
                model = sample_model(content.get("kind"))  # noqa: PLW2901
            if name == "applicator" and isinstance(content, dict):
                model = applicator_model(content.get("kind"))  # noqa: PLW2901
            setattr(draft, name, _table(model, content, name, draft))
    _read_instruments(data.get("instruments", {}), draft)
    _read_probes(data.get("probes", []), draft)
    _read_faults(data.get("faults", []), draft)
    _read_segments(data.get("segments", []), draft)
    return draft


def _read_instruments(tables: object, draft: Draft) -> None:
    if not isinstance(tables, dict) or not tables:
        sentence = "[instruments.…] is missing; name at least one instrument"
        if not isinstance(tables, dict):
            sentence = "instruments must be tables, [instruments.NAME]"
        draft.problems.append(sentence)
        return
    draft.named = frozenset(tables)
    for name, content in tables.items():
        path = f"instruments.{bare(name)}"
        _check_name(name, path, draft.problems)
        instrument = _table(Instrument, content, path, draft)
        if instrument is not None:
            draft.instruments[name] = instrument


def _read_probes(tables: object, draft: Draft) -> None:
    if not isinstance(tables, list) or not tables:
        sentence = "[[probes]] is missing; name at least one probe"
        if not isinstance(tables, list):
            sentence = "probes must be tables in double brackets, [[probes]]"
        draft.problems.append(sentence)
        draft.all_probes_read = False
        return
    for at, content in enumerate(tables, start=1):
        probe = _table(Probe, content, f"probes[{at}]", draft)
        if probe is not None:
            draft.probes.append((at, probe))
    wrong_role = any(key.endswith("].role") for key in draft.wrong)
    draft.all_probes_read = len(draft.probes) == len(tables) and not wrong_role


def _read_faults(tables: object, draft: Draft) -> None:
    if not isinstance(tables, list):
        sentence = "faults must be tables in double brackets, [[faults]]"
        draft.problems.append(sentence)
        return
    for at, content in enumerate(tables, start=1):
        fault = _table(FaultTable, content, f"faults[{at}]", draft)
        if fault is not None:
            draft.faults.append(fault)


def _read_segments(tables: object, draft: Draft) -> None:
    if not isinstance(tables, list):
        sentence = "segments must be tables in double brackets, [[segments]]"
        draft.problems.append(sentence)
        return
    for at, content in enumerate(tables, start=1):
        segment = _table(Segment, content, f"segments[{at}]", draft)
        if segment is not None:
            draft.segments.append((at, segment))


def _check_top(data: dict[str, Any], problems: list[str]) -> None:
    for key in data:
        if key not in KNOWN:
            meant = nearest(key, KNOWN)
            hint = f"did you mean {meant}?" if meant else f"known: {', '.join(KNOWN)}"
            problems.append(f"{bare(key)} is not a known table or key; {hint}")
    if "name" not in data:
        problems.append("name is missing; it becomes part of the run file's name")
    else:
        _check_name(data["name"], f"name = {shown(data['name'])}", problems)
    for key in REQUIRED:
        if key not in data:
            needs = ", ".join(
                k for k, f in TABLES[key].model_fields.items() if f.is_required()
            )
            problems.append(f"[{key}] is missing; it needs {needs}")


def _check_name(name: object, path: str, problems: list[str]) -> None:
    try:
        TypeAdapter(Name).validate_python(name, strict=True)
    except ValidationError:
        problems.append(
            f"{path} is not a name: at most 40 letters, digits, _ . and -, "
            "starting with a letter"
        )


def _table(
    model: type[AnyTable], content: object, path: str, draft: Draft
) -> AnyTable | None:
    if not isinstance(content, dict):
        table, at, _ = path.partition("[")
        brackets = f"[[{table}]]" if at else f"[{path}]"
        draft.problems.append(f"{path} = {shown(content)} must be a table, {brackets}")
        return None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        wrong = {str(detail["loc"][0]) for detail in error.errors()}
        # a key of another kind of sample is not at home in the table where it stands
        homes = {key: home for key, home in _HOMES.items() if home != path}
        for key, sentence in problems_in(error, model, path, content, homes):
            draft.problems.append(sentence)
            draft.wrong.add(f"{path}.{key}")
    # What is right in the table still takes part in the checks between tables.
    rest = {key: value for key, value in content.items() if key not in wrong}
    try:
        return model.model_validate(rest)
    except ValidationError:
        return None
