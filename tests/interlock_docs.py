"""Write docs/interlocks.md from the table of interlocks, each row with its test.

uv run python -m tests.interlock_docs
"""

from pathlib import Path

from controller.decisions.alarms import LOOKS, SILENCED_S
from controller.decisions.interlock_table import INTERLOCKS

PAGE = Path(__file__).parents[1] / "docs" / "interlocks.md"
_STEP, _SEEN = "test_a_fault_turns_the_field_off", "test_what_a_sensor_may_show_later"
_DRIVE, _ROWS = "test_output_is_off_in_time", "test_a_row_of_probes"
SHOWN_BY = {
    **dict.fromkeys(
        ("core-hot", "margin-hot", "healthy-hot", "body-hot", "probe-lost", "late",
         "output-lost", "no-read-back", "disk"), _STEP),
    **dict.fromkeys(
        ("current-high", "supply-trip", "generator-off", "frequency", "supply-lost",
         "generator-lost"), _DRIVE),
    **dict.fromkeys(
        ("healthy-dose", "sample-hot", "tumour-near", "reading-old", "body-away"),
        _ROWS),
    **dict.fromkeys(("field-lost", "field-drift", "field-jump"), _SEEN),
    **dict.fromkeys(
        ("coil-hot", "bore-hot", "water-hot", "applicator-near"),
        "test_a_row_of_the_applicator"),
    "body-start": "test_heating_does_not_start_on_a_cold_or_feverish_body",
    "rising": _ROWS,
    "frozen": "test_a_frozen_thermometer_in_hold_ends_in_a_trip",
    "slipped": "test_heated_tissue_is_not_colder_than_at_rest",
    "disagrees": "test_power_tells_perfusion_from_drift",
    "swapped": "test_a_body_that_warms_before_the_tumour_is_swapped_with_it",
    "no-rise": "test_power_that_is_not_seen_is_a_fault",
    "ramp-too-long": "test_a_set_point_that_is_not_reached_is_a_fault",
    "ceiling": "test_each_source_can_break_the_ceiling",
    "output-stuck": "test_an_output_that_does_not_go_off_is_a_fault",
    "resonance-lost": _SEEN,
    "load-low": _SEEN,
    "field-disagrees": "test_a_first_disagreement_trips_at_low_drive",
    "instrument-silent": "test_the_sentence_names_who_is_lost_and_since_when",
    "instrument-returned": "test_a_cable_pulled_and_put_back_ends_with_the_field_off",
    "contact-open": "test_an_open_contact_turns_the_field_off",
    "suspended": "test_a_long_pause_is_a_computer_that_slept",
    "clock-jump": "test_a_computer_that_slept_turns_the_field_off",
    "clock": "test_time_that_stands_still_is_a_fault",
    "guardian": "test_run_without_its_guardian_ends_safely",
    "healthy-near": "test_a_hold_back_is_a_warning",
    "no-temperature": "test_no_trusted_temperature_is_held_back",
    "slip-seen": "test_a_slip_is_held_back_first",
    "parting": "test_a_departure_first_holds_back",
    "quiet": "test_a_quiet_probe_is_held_back",
    "left-out": "test_a_dead_spare_is_left_out",
    "field-old": "test_a_sentence_without_a_code_finds_its_row",
    "power-high": "test_power_above_its_mean_is_said",
    "current-low": "test_a_current_that_stays_low_is_said",
    "field-away": "test_a_gain_that_has_moved_is_said",
    "noted": "test_a_sentence_without_a_code_finds_its_row",
}  # fmt: skip
INTRODUCTION = f"""# Interlocks and alarms

Made by `python -m tests.interlock_docs` from the table in
`controller/decisions/interlock_table.py`; a test compares the two. Numbers and reasons:
safety.md.

A **trip** turns the field off and latches until a reset, a **hold-back** lets power
only fall, a **caution** is said. Each is an alarm. A trip is raised at once and says
what was expected, measured, and the limit; the others once they have stood for 3 s, and
they are cleared when their cause has been gone for 5 s. To acknowledge (one code, or
all) is not to clear: it stops the flashing, and the sound for {SILENCED_S:g} s. The
trip that came first is marked. Raised, acknowledged, cleared: events of the record.
"""


def page() -> str:
    """Return the text of docs/interlocks.md."""
    rows = [
        f"| `{row.code}` | {row.condition} | {row.delay} | {row.action} | "
        f"{'yes' if row.latching else 'no'} | {row.priority} | {row.todo} | "
        f"`{SHOWN_BY[row.code]}` |"
        for row in INTERLOCKS.values()
    ]
    looks = [
        f"| {name} | {look.colour} | "
        + (f"{look.flash_hz:g} Hz" if look.flash_hz else "steady")
        + (f" ({look.slowest_hz:g} to {look.fastest_hz:g})" if look.flash_hz else "")
        + " |"
        for name, look in LOOKS.items()
    ]
    return "\n".join([
        INTRODUCTION,
        "| priority | colour | flashes |",
        "|---|---|---|",
        *looks,
        "",
        "| code | condition | delay | action | latches | priority | what to do | "
        "shown by |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        "",
    ])  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
