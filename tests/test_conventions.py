"""The rules of the house that a machine can hold.

A name of a number carries its unit; tests never sleep; broad excepts are counted; files
and functions stay short; nothing of one machine stands in a tracked file.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("controller", "drivers", "gui", "simulators")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MOST_BROAD_EXCEPTS = 5

# What a float's name may end with: its unit, SI with the prefixes that the field uses.
UNITS = (
    *("s", "ms", "min", "h", "seconds", "hz", "khz", "per_s", "periods", "updates"),
    *("c", "k", "c_per_s", "k_per_s", "c_per_min", "per_c"),
    *("a", "v", "vpp", "w", "kw", "j", "ohm", "uh", "nf", "f", "db", "db_m", "dbm"),
    *("a_per_m", "ka_per_m", "a_per_m_s", "a_per_m_per_s", "t", "mt", "oe", "h_per_m"),
    *("v_per_m", "s_per_m", "per_m", "ampere_per_m", "millitesla_per_a"),
    *(
        "j_per_k",
        "j_per_kg_k",
        "j_per_ml_k",
        "w_per_k",
        "w_per_ml",
        "w_per_g",
        "w_per_g_fe",
    ),
    *("w_per_kg", "w_per_m3", "nh_m2_per_kg", "a_m2_per_kg"),
    *(
        "m",
        "mm",
        "m2",
        "m3",
        "kg",
        "g",
        "mg",
        "ml",
        "l",
        "kg_per_m3",
        "g_per_l",
        "in",
        "px",
        "deg",
    ),
)
# Last words of names without a dimension, or whose unit stands elsewhere, and why.
WITHOUT_UNIT = {
    "share": "a part of a whole, 0 to 1",
    "gain": "a ratio of two like quantities",
    "exponent": "of a power law",
    "spread": "of methods, relative",
    "to_sar": "relative, in a budget",
    "to_ilp": "relative, in a budget",
    "cost_change": "a sum of squares over their variance",
    "factor": "a ratio",
    "error": "relative, of a size",
    "attenuation": "a ratio",
    "ratio": "a ratio",
    "scale": "a ratio",
    "decay": "what is left of one, after a step",
    "efficiency": "a ratio",
    "uncertainty": "relative",
    "relative": "a relative uncertainty",
    "repeatability": "a relative uncertainty",
    "spread_of_methods": "a relative uncertainty",
    "evidence": "the logarithm of a ratio",
    "u": "a relative uncertainty, or power over its bound",
    "detuning": "a relative shift of frequency",
    "fluctuation": "relative rms",
    "quality": "Q of a resonance",
    "rating": "in the unit of what is rated",
    "cost": "a sum of squares over their variance",
    "weight": "a number of readings",
    "readings": "a number of readings",
    "default": "the unit is that of the key or request beside it",
    "value": "the unit is that of the key or request beside it",
    "number": "as parsed, before it is known what it is",
    "low": "the unit is that of what it bounds",
    "high": "the unit is that of what it bounds",
    "level": "the unit is that of the series",
    "store": "the number of a memory",
    "size": "as the screen library counts",
    "spacing": "as the screen library counts",
}
# Elements of covariances and sums of powers, whose units differ within one matrix.
STATISTICS = re.compile(r"p_[a-z]{2}|sum_[a-z]+|square|[a-z_]+_[acs][23]")


def sources(*folders: str) -> list[Path]:
    """Return the Python files below some folders of the checkout."""
    return sorted(path for f in folders for path in (ROOT / f).rglob("*.py"))


def ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def is_float(annotation: ast.expr | None) -> bool:
    """Say whether an annotation is float, perhaps with None or in Annotated."""
    text = "" if annotation is None else ast.unparse(annotation)
    return re.fullmatch(r"(Annotated\[)?float\b(,.*\])?( \| None)?", text) is not None


def float_names(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the fields of classes and the parameters of functions that are floats."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.AnnAssign) and is_float(item.annotation):
                    yield item.lineno, ast.unparse(item.target)
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            every = arguments.posonlyargs + arguments.args + arguments.kwonlyargs
            for argument in every:
                if is_float(argument.annotation):
                    yield argument.lineno, argument.arg


def has_unit(name: str) -> bool:
    if STATISTICS.fullmatch(name) is not None:
        return True
    words = name.lower().strip("_").split("_")
    units = {"_".join(words[at:]) for at in range(len(words))}
    return bool(units & set(UNITS)) or bool({name, words[-1]} & set(WITHOUT_UNIT))


def broad_excepts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line number and text of each except that takes any error."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            names = "" if node.type is None else ast.unparse(node.type)
            if not names or re.search(r"\b(Base)?Exception\b", names):
                yield node.lineno, lines[node.lineno - 1]


def sleeps(module: ast.Module) -> Iterator[int]:
    """Yield the lines that sleep a guessed time, also by Qt's."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.split(".")[-1] in ("sleep", "msleep", "qWait", "qSleep"):
                yield node.lineno
            if called.endswith(("qtbot.wait", "bot.wait")):
                yield node.lineno


def tracked() -> list[Path]:
    """Return the files under version control, or what looks like them without git."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        found = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    else:
        hidden = re.compile(r"(^|/)[._]|^runs/|^uv\.lock$")
        every = ((p, p.relative_to(ROOT).as_posix()) for p in ROOT.rglob("*"))
        found = [path for path, name in every if not hidden.search(name)]
    return [path for path in found if path.is_file()]


SOURCES = sources(*ROOMS)
TESTS = sources("tests")
# Written in pieces, so that this file does not find itself.
NOT_OURS = re.compile(
    "|".join(
        (
            r"/(?:root|work|home/\w+|Users/\w+)" + "/",
            r"[A-Z]:\\+" + "Users",
            "pypi" + r"\.org",
            "python" + r"hosted\.org",
            r"(?:extra-)?index-" + "url",
        )
    )
)


@pytest.mark.parametrize("path", SOURCES, ids=ids(SOURCES))
def test_name_of_a_number_carries_its_unit(path: Path) -> None:
    bare = [f"{n}: {name}" for n, name in float_names(tree(path)) if not has_unit(name)]
    assert not bare


@pytest.mark.parametrize("path", SOURCES, ids=ids(SOURCES))
def test_file_and_functions_are_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE
    long = {
        function.name: length
        for function in functions(tree(path))
        if (length := (function.end_lineno or 0) - function.lineno + 1)
        > LONGEST_FUNCTION
    }
    assert not long


@pytest.mark.parametrize("path", TESTS, ids=ids(TESTS))
def test_test_does_not_sleep(path: Path) -> None:
    assert not [*sleeps(tree(path))]


def test_broad_excepts_are_few_and_say_why() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{number}": line
        for path in SOURCES
        for number, line in broad_excepts(path)
    }
    assert len(found) <= MOST_BROAD_EXCEPTS, found
    assert all("# broad: " in line for line in found.values()), found


def test_no_drawer_for_everything() -> None:
    drawers = {"util", "utils", "helper", "helpers", "common", "manager", "managers"}
    found = [p for p in SOURCES + TESTS if drawers & set(p.stem.split("_"))]
    assert not found


def test_every_folder_of_tests_is_a_package() -> None:
    """Without the whole chain pytest would import tests/drivers as drivers."""
    bare = {p.parent for p in TESTS if not (p.parent / "__init__.py").exists()}
    assert not bare


def test_decisions_import_only_what_replays() -> None:
    """Another numerical library could round differently on another machine."""
    allowed = {"math", "dataclasses", "typing", "collections", "enum", "__future__"}
    for path in sources("controller/decisions"):
        for node in ast.walk(tree(path)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            strange = [
                name
                for name in names
                if name.split(".")[0] not in allowed
                and not name.startswith("controller.decisions")
            ]
            assert not strange, path


@pytest.mark.parametrize("folder", ["controller/decisions", "controller/analysis"])
def test_what_only_computes_opens_nothing(folder: str) -> None:
    touching = {"open", "print", "input", "now", "utcnow", "today", "read_text"}
    for path in sources(folder):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func).split(".")[-1] not in touching, path


def test_nothing_of_one_machine_is_tracked() -> None:
    found = {}
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        if NOT_OURS.search(text) is not None:
            found[path.relative_to(ROOT).as_posix()] = NOT_OURS.findall(text)
    assert not found


def test_lock_file_is_ignored() -> None:
    """It is full of addresses of package registries."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "uv.lock" in ignored
    assert ROOT / "uv.lock" not in tracked()


@pytest.mark.parametrize(
    "text",
    ["see /ro" + "ot/x", "/home/" + "anna/run", "https://pypi" + ".org/simple"],
)
def test_trace_of_a_machine_is_noticed(text: str) -> None:
    assert NOT_OURS.search(text) is not None


@pytest.mark.parametrize(
    ("code", "bare"),
    [
        ("def f(current: float): ...", ["current"]),
        ("def f(*, time: float | None = None): ...", ["time"]),
        ("class A:\n    field: float = 0.0", ["field"]),
        ("class A:\n    hold: Annotated[float, Field(ge=1)] | None = None", ["hold"]),
        ("def f(current_a: float, field_a_per_m: float): ...", []),
        ("def f(setpoint_c: float | None, power_share: float): ...", []),
        ("def f(name: str, channel: int): ...", []),
    ],
)
def test_missing_unit_is_noticed(code: str, bare: list[str]) -> None:
    names = [name for _, name in float_names(ast.parse(code))]
    assert [name for name in names if not has_unit(name)] == bare


def test_sleep_and_broad_except_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    code = "try:\n    time.sleep(1)\nexcept (OSError, Exception):\n    pass\n"
    path.write_text(code, encoding="utf-8")
    assert [*sleeps(tree(path))] == [2]
    assert [number for number, _ in broad_excepts(path)] == [3]
