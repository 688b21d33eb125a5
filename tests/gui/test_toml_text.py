"""Values of a TOML text are changed in place; every other line stays as it was."""

import tomllib

import pytest

from gui.toml_text import value_at, with_value

TEXT = """\
# the top
name = "a"   # its name

[treatment]
setpoint_c = 43.0           # in the band
note = "a # is no remark"   # but this is

# about the next table
[[probes]]
name = "core"

[[probes]]
name = "margin"
channels = [
    1,  # first
    2,
]
"""


@pytest.mark.parametrize(
    ("path", "key", "literal", "line"),
    [
        ("", "name", '"b"', 'name = "b"   # its name'),
        (
            "treatment",
            "setpoint_c",
            "42.5",
            "setpoint_c = 42.5           # in the band",
        ),
        ("treatment", "note", '"b # c"', 'note = "b # c"              # but this is'),
        ("treatment", "hold_s", "60.0", "hold_s = 60.0"),
        ("probes[2]", "name", '"rim"', 'name = "rim"'),
        ("probes[2]", "channels", "[3]", "channels = [3]"),
        ("probes[3]", "name", '"body"', 'name = "body"'),
        ("loop", "period_s", "0.1", "period_s = 0.1"),
    ],
)
def test_a_value_is_changed_and_all_else_stays(path, key, literal, line):
    after = with_value(TEXT, path, key, literal)
    assert line in after.splitlines()
    wanted = tomllib.loads(f"x = {literal}")["x"]
    assert value_at(tomllib.loads(after), path, key) == wanted
    remarks = [row for row in TEXT.splitlines() if row.startswith("#")]
    assert [row for row in after.splitlines() if row.startswith("#")] == remarks
    kept = set(TEXT.splitlines()) - set(after.splitlines())
    assert len(kept) <= (4 if key == "channels" else 1)


def test_an_empty_literal_removes_the_key():
    after = with_value(TEXT, "treatment", "setpoint_c", "")
    assert "setpoint_c" not in after
    assert with_value(TEXT, "loop", "period_s", "") == TEXT


def test_a_value_that_cannot_be_placed_is_refused():
    inline = 'name = "a"\nprobe = {name = "core"}\n'
    with pytest.raises(ValueError, match="probe"):
        with_value(inline, "probe", "name", '"rim"')
    with pytest.raises(ValueError, match="Invalid value"):
        with_value(TEXT, "treatment", "setpoint_c", "no literal")
