import logging
import math
import re

import pytest

from drivers.aimtti_psu import JOINED, JOINED_LOAD, MODELS, AimttiPsu, trip_of
from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.roles import Identity, SupplyState
from drivers.transport import Transport
from tests.drivers.scripted import ScriptedPort, scripted

QPX_IDN = b"THURLBY THANDAR, QPX1200SP, 512345, 1.05-1.02\r\n"
NO_ERROR = (b"EER?\n", b"0\r\n")


def test_identify() -> None:
    with scripted((b"*IDN?\n", QPX_IDN)) as link:
        assert AimttiPsu(link).identify() == Identity(
            "THURLBY THANDAR", "QPX1200SP", "512345", "1.05-1.02"
        )


@pytest.mark.parametrize(
    "answer", [QPX_IDN, b"KEPCO,BOP 50-20,E1234,2.6\r\n", b"*\r\n"]
)
def test_another_instrument_is_refused(answer: bytes) -> None:
    with (
        scripted((b"*IDN?\n", answer)) as link,
        pytest.raises(WrongInstrument, match="expected an Aim-TTi CPX400SP"),
    ):
        AimttiPsu(link, model="CPX400SP").identify()


def test_an_unknown_model_is_refused() -> None:
    with scripted() as link, pytest.raises(Refused, match="QPX1200SP"):
        AimttiPsu(link, model="QPX9000")


@pytest.mark.parametrize(
    ("volts", "amps"),
    [(b"12.000V", b"3.00A"), (b"12.0000V", b"3.0000A"), (b"12V", b"3A")],
)
def test_read_state_in_any_number_of_digits(volts: bytes, amps: bytes) -> None:
    answers = volts + b"\r\n" + amps + b"\r\n1\r\n2\r\n"
    with scripted((JOINED, answers)) as link:
        assert AimttiPsu(link).read_state() == SupplyState(12.0, 3.0, True, "")


def test_where_joined_queries_do_not_work_it_asks_one_by_one() -> None:
    singly = [
        (b"V1O?\n", b"12.000V\r\n"),
        (b"I1O?\n", b"3.00A\r\n"),
        (b"OP1?\n", b"1\r\n"),
        (b"LSR1?\n", b"2\r\n"),
    ]
    with scripted((JOINED, b"12.000V\r\n"), *singly, *singly) as link:
        supply = AimttiPsu(link)
        for _ in range(2):
            assert supply.read_state() == SupplyState(12.0, 3.0, True, "")


@pytest.mark.parametrize("joins", [True, False])
def test_volts_and_amperes_alone_are_read_sooner(joins: bool) -> None:
    four = b"12.000V\r\n3.00A\r\n1\r\n0\r\n"
    queries, answers = (
        (b"V1O?\n", b"I1O?\n", b"OP1?\n", b"LSR1?\n"),
        four.splitlines(True),
    )
    each = list(zip(queries, answers, strict=True))
    load = [(JOINED_LOAD, b"1.250V\r\n1.77A\r\n")]
    if not joins:
        load = [(b"V1O?\n", b"1.250V\r\n"), (b"I1O?\n", b"1.77A\r\n")]
    first = [(JOINED, four)] if joins else [(JOINED, b"12.000V\r\n"), *each]
    with scripted(*first, *load) as link:
        supply = AimttiPsu(link)
        supply.read_state()
        assert supply.read_load() == (1.25, 1.77)


@pytest.mark.parametrize(
    "answers", [b"1.250V\r\n\r\n", b"1.25A\r\n1.77A\r\n", b"1.2V\r\n1.77\r\n"]
)
def test_a_load_that_is_no_load_is_garbled(answers: bytes) -> None:
    with scripted(*state_script(b"0"), (JOINED_LOAD, answers)) as link:
        supply = AimttiPsu(link)
        supply.read_state()
        with pytest.raises(Garbled):
            supply.read_load()


def test_once_joined_queries_have_worked_silence_is_silence() -> None:
    with scripted(*state_script(b"0"), (JOINED, b"")) as link:
        supply = AimttiPsu(link)
        supply.read_state()
        with pytest.raises(Silent):
            supply.read_state()


def state_script(events: bytes, on: bytes = b"0") -> list[tuple[bytes, bytes]]:
    return [(JOINED, b"0.000V\r\n0.00A\r\n" + on + b"\r\n" + events + b"\r\n")]


def test_a_trip_is_remembered_until_it_is_reset() -> None:
    script = [
        *state_script(b"16"),
        *state_script(b"8"),
        *state_script(b"0"),
        (b"TRIPRST\n", b""),
        (b"LSR1?\n", b"16\r\n"),
        *state_script(b"0"),
    ]
    with scripted(*script) as link:
        supply = AimttiPsu(link)
        for _ in range(3):  # what tripped first is the reason
            assert supply.read_state().trip == "over-current"
        with pytest.raises(Refused, match="over-current"):
            supply.set_output(True)
        supply.reset_trip()
        assert supply.read_state().trip == ""


@pytest.mark.parametrize(
    ("model", "events", "trip"),
    [
        ("QPX1200SP", 3, ""),
        ("QPX1200SP", 4, ""),
        ("QPX1200SP", 8, "over-voltage"),
        ("QPX1200SP", 16 + 2, "over-current"),
        ("QPX1200SP", 32, "sense"),
        ("QPX1200SP", 64, "fault"),
        ("CPX400DP", 4, "over-voltage"),
        ("CPX400SP", 8, "over-current"),
        ("CPX400SP", 16, ""),
        ("PL303-P", 64, "fault"),
    ],
)
def test_trip_bits_differ_by_model(model: str, events: int, trip: str) -> None:
    assert trip_of(events, MODELS[model].trips) == trip


def test_read_setpoints_and_trips() -> None:
    with scripted(
        (b"V1?\n", b"V1 12.000\r\n"),
        (b"I1?\n", b"I1 3.00\r\n"),
        (b"OVP1?\n", b"VP1 66.0\r\n"),
        (b"OCP1?\n", b"CP1 55.0\r\n"),
    ) as link:
        supply = AimttiPsu(link)
        assert supply.read_setpoints() == (12.0, 3.0)
        assert supply.read_trips() == (66.0, 55.0)


def test_read_trips_without_their_names() -> None:
    answers = (b"OVP1?\n", b"66.0\r\n"), (b"OCP1?\n", b"22.0\r\n")
    with scripted(*answers) as link:
        assert AimttiPsu(link, model="CPX400DP").read_trips() == (66.0, 22.0)


@pytest.mark.parametrize(
    ("asked_a", "sent"),
    [
        (17.5, b"I1 17.50\n"),
        (17.499999999999996, b"I1 17.50\n"),
        (17.4999, b"I1 17.49\n"),
        (17.509, b"I1 17.50\n"),
        (0.0, b"I1 0.01\n"),
        (50.0, b"I1 50.00\n"),
    ],
)
def test_a_current_is_one_write_rounded_down(asked_a: float, sent: bytes) -> None:
    with scripted((sent, b"")) as link:
        AimttiPsu(link).set_current(asked_a)


def test_other_models_can_be_set_to_zero() -> None:
    with scripted((b"I1 0.00\n", b"")) as link:
        AimttiPsu(link, model="CPX400SP").set_current(0.0)


def test_a_voltage_is_one_write_rounded_down() -> None:
    with scripted((b"V1 18.333\n", b"")) as link:
        AimttiPsu(link).set_voltage(18.33399)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.001, 60.001])
def test_nonsense_is_refused_and_nothing_is_sent(value: float) -> None:
    with scripted() as link:
        supply = AimttiPsu(link)
        for act in (supply.set_voltage, supply.set_current):
            with pytest.raises(Refused, match="nothing was sent"):
                act(value)


@pytest.mark.parametrize("trips", [(math.nan, 20.0), (-0.1, 20.0), (65.1, 20.0)])
@pytest.mark.parametrize("swapped", [False, True])
def test_trips_that_are_none_are_refused(
    trips: tuple[float, float], swapped: bool
) -> None:
    over_voltage_v, over_current_a = reversed(trips) if swapped else trips
    with scripted() as link, pytest.raises(Refused, match="nothing was sent"):
        AimttiPsu(link).set_trips(over_voltage_v, over_current_a)


def test_where_the_range_is_unknown_infinity_is_still_refused() -> None:
    with scripted() as link, pytest.raises(Refused, match="nothing was sent"):
        AimttiPsu(link, model="CPX400SP").set_trips(math.inf, 20.0)


def test_a_current_trip_below_the_range_is_refused() -> None:
    with scripted() as link, pytest.raises(Refused, match="within 2 and 55 A"):
        AimttiPsu(link).set_trips(20.0, 1.99)


def test_trips_are_rounded_up_and_verified() -> None:
    with scripted(
        NO_ERROR,
        (b"OVP1 24.8\n", b""),
        NO_ERROR,
        NO_ERROR,
        (b"OCP1 25.2\n", b""),
        NO_ERROR,
        (b"OVP1?\n", b"VP1 24.8\r\n"),
        (b"OCP1?\n", b"CP1 25.2\r\n"),
    ) as link:
        AimttiPsu(link).set_trips(24.77, 25.18)


def test_a_trip_that_does_not_read_back_is_refused() -> None:
    with (
        scripted(
            NO_ERROR,
            (b"OVP1 24.8\n", b""),
            NO_ERROR,
            NO_ERROR,
            (b"OCP1 25.2\n", b""),
            NO_ERROR,
            (b"OVP1?\n", b"VP1 65.0\r\n"),
            (b"OCP1?\n", b"CP1 25.2\r\n"),
        ) as link,
        pytest.raises(Refused, match="front panel"),
    ):
        AimttiPsu(link).set_trips(24.8, 25.2)


def test_switching_on_is_verified_and_an_old_error_is_not_its_own() -> None:
    with scripted((b"EER?\n", b"100\r\n"), (b"OP1 1\n", b""), NO_ERROR) as link:
        AimttiPsu(link).set_output(True)


def test_a_refusal_to_switch_on_is_said() -> None:
    with (
        scripted(NO_ERROR, (b"OP1 1\n", b""), (b"EER?\n", b"200\r\n")) as link,
        pytest.raises(Refused, match=re.escape("error 200 (the front panel")),
    ):
        AimttiPsu(link).set_output(True)


def test_switching_off_asks_nothing_first() -> None:
    with scripted((b"OP1 0\n", b"")) as link:
        AimttiPsu(link).set_output(False)


def test_off_switches_off_before_anything_else() -> None:
    with scripted((b"OP1 0\n", b""), (b"I1 0.01\n", b""), (b"V1 0.000\n", b"")) as link:
        AimttiPsu(link).off()


@pytest.mark.parametrize(
    "answer",
    [
        b"12.000A\r\n",
        b"nanV\r\n",
        b"infV\r\n",
        b"1_2.0V\r\n",
        b"V\r\n",
        b"1\xb2.0V\r\n",
        b"12.\r00V\r\n",  # no end of a line; a fifth answer once ended the polling
    ],
)
def test_a_garbled_answer_is_never_a_number(answer: bytes) -> None:
    with (
        scripted((JOINED, answer + b"0.00A\r\n0\r\n0\r\n")) as link,
        pytest.raises(Garbled, match=re.escape(repr(answer))),
    ):
        AimttiPsu(link).read_state()


@pytest.mark.parametrize(
    "answers",
    [
        b"12.0V\r\n3.00A\r\n\r\n10\r\n",
        b"12.0V\r\n3.00A1\r\n\r\n0\r\n",
        b"12.0V\r\n\r\n3.00A\r\n10\r\n",
        b"12.0V3.00A\r\n1\r\n0\r\n\r\n",
    ],
)
def test_each_of_four_numbers_has_a_line_of_its_own(answers: bytes) -> None:
    with scripted((JOINED, answers)) as link, pytest.raises(Garbled):
        AimttiPsu(link).read_state()


def test_an_output_state_other_than_0_or_1_is_garbled() -> None:
    script = state_script(b"0", on=b"2")
    with scripted(*script) as link, pytest.raises(Garbled):
        AimttiPsu(link).read_state()


def test_a_query_without_reply_is_silence() -> None:
    with scripted((JOINED, b""), (b"V1O?\n", b"")) as link, pytest.raises(Silent):
        AimttiPsu(link).read_state()


def test_it_has_no_watchdog_and_knows_its_step() -> None:
    with scripted() as link:
        supply = AimttiPsu(link, model="PL303-P")
    assert (supply.watchdog, supply.current_resolution_a) == ("", 0.001)


def test_on_a_real_link_it_warns_that_it_is_unverified(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        AimttiPsu(Transport(ScriptedPort([]), "twin"))
        assert caplog.text == ""
        AimttiPsu(Transport(ScriptedPort([], waits=True), "psu"))
    assert "psu: the driver for Aim-TTi QPX1200SP is unverified" in caplog.text


def test_close_closes_the_port() -> None:
    port = ScriptedPort([])
    AimttiPsu(Transport(port, "psu")).close()
    assert port.closed
