import statistics
from random import Random

import pytest

from simulators.aimtti_psu import AimttiPsu


@pytest.fixture
def psu() -> AimttiPsu:
    return AimttiPsu()


def loaded(psu: AimttiPsu, voltage_v: float, current_a: float) -> None:
    psu.receive(b"V1 20\nI1 18\nOVP1 25\nOCP1 19\nOP1 1\n*CLS\n")
    psu.voltage_v, psu.current_a = voltage_v, current_a
    psu.advance(0.1)


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"*IDN?\n", b"THURLBY THANDAR, QPX1200SP, 000001, 0.00-0.00\r\n"),
        (b"V1 12\nV1?\n", b"V1 12.000\r\n"),
        (b"V1V 12\nV1?\n", b"V1 12.000\r\n"),
        (b"V1 12.00049\nV1?\n", b"V1 12.000\r\n"),
        (b"I1 3\nI1?\n", b"I1 3.00\r\n"),
        (b"V1O?\n", b"0.000V\r\n"),
        (b"I1O?\n", b"0.00A\r\n"),
        (b"OP1?\n", b"0\r\n"),
        (b"OP1 1\nOP1?\n", b"1\r\n"),
        (b"OPALL 1\nOP1?\n", b"1\r\n"),
        (b"OVP1?\n", b"VP1 65.0\r\n"),
        (b"OCP1?\n", b"CP1 55.0\r\n"),
        (b"*OPC?\n", b"1\r\n"),
        (b"*TST?\n", b"0\r\n"),
        (b"IFLOCK?\nIFLOCK\nIFLOCK?\n", b"0\r\n1\r\n1\r\n"),
        (b"IFLOCK;IFUNLOCK;IFLOCK?\n", b"1\r\n0\r\n0\r\n"),
        (b"ADDRESS?\nNETCONFIG?\n", b"11\r\nDHCP\r\n"),
        (b"IPADDR?\nNETMASK?\n", b"0.0.0.0\r\n0.0.0.0\r\n"),
        (b"V1 7;SAV1 3;V1 2;RCL1 3;V1?\n", b"V1 7.000\r\n"),
        (b"*PRE 8;*PRE?\nDAMPING1 1\nEER?\n", b"8\r\n0\r\n"),
        (b"V1 5;I1 2;V1?;I1?\n", b"V1 5.000\r\nI1 2.00\r\n"),
        (b"V1 5\r\nv1?\r\n", b"V1 5.000\r\n"),
        (b"V1 5E0\nV1?\n", b"V1 5.000\r\n"),
        (b"V1 5;DELTAV1 0.5;INCV1;V1?\n", b"V1 5.500\r\n"),
        (b"I1 5;DELTAI1 0.5;DECI1;I1?;DELTAI1?\n", b"I1 4.50\r\nDELTAI1 0.50\r\n"),
        (b"V1 7;*SAV 3;V1 2;*RCL 3;V1?\n", b"V1 7.000\r\n"),
        (b"*ESE 32;*ESE?;LSE1 24;LSE1?\n", b"32\r\n24\r\n"),
    ],
)
def test_bytes(psu: AimttiPsu, sent: bytes, answer: bytes) -> None:
    assert psu.receive(sent) == answer


def test_bytes_may_come_one_by_one(psu: AimttiPsu) -> None:
    answers = [psu.receive(bytes([byte])) for byte in b"V1 5\nV1?\n"]
    assert b"".join(answers) == b"V1 5.000\r\n"


def test_settings_and_unknown_commands_are_silent(psu: AimttiPsu) -> None:
    sent = b"V1 1\nI1 1\nOP1 0\nHELLO\nHELLO?\nV1 abc\nV1\n\n*CLS\nTRIPRST\nLOCAL\n"
    assert psu.receive(sent) == b""


@pytest.mark.parametrize("sent", [b"HELLO\n", b"V1 abc\n", b"V1 nan\n", b"IRANGE1?\n"])
def test_a_syntax_error_is_only_in_the_register(psu: AimttiPsu, sent: bytes) -> None:
    psu.receive(b"*CLS\n")
    assert psu.receive(sent + b"*ESR?\nEER?\n") == b"32\r\n0\r\n"


@pytest.mark.parametrize(
    "sent",
    [b"V1 60.1", b"V1 -1", b"I1 0", b"I1 50.1", b"OVP1 66", b"OCP1 1.9", b"OP1 2"],
)
def test_out_of_range_is_error_100_once(psu: AimttiPsu, sent: bytes) -> None:
    before = psu.receive(b"V1?;I1?;OVP1?;OCP1?;OP1?\n")
    assert psu.receive(sent + b"\nEER?\nEER?\n") == b"100\r\n0\r\n"
    assert psu.receive(b"V1?;I1?;OVP1?;OCP1?;OP1?\n") == before


def test_an_empty_store_is_error_102(psu: AimttiPsu) -> None:
    assert psu.receive(b"*RCL 5\nEER?\n") == b"102\r\n"


def test_events_are_cleared_by_reading_and_summed_in_the_status_byte(
    psu: AimttiPsu,
) -> None:
    assert psu.receive(b"*ESR?\n*ESR?\n") == b"128\r\n0\r\n"
    psu.receive(b"*ESE 16\n*SRE 32\nV1 99\n")
    assert psu.receive(b"*STB?\n*ESR?\n*STB?\n") == b"96\r\n16\r\n0\r\n"


def test_the_meters_show_what_is_at_the_terminals(psu: AimttiPsu) -> None:
    loaded(psu, 17.1234, 17.996)
    assert psu.receive(b"V1O?\nI1O?\n") == b"17.123V\r\n18.00A\r\n"


@pytest.mark.parametrize(
    ("voltage_v", "current_a", "events"), [(17.0, 18.0, b"2"), (20.0, 15.0, b"1")]
)
def test_a_mode_is_noted_when_it_begins(
    psu: AimttiPsu, voltage_v: float, current_a: float, events: bytes
) -> None:
    loaded(psu, voltage_v, current_a)
    psu.advance(0.1)
    assert psu.receive(b"LSR1?\n") == events + b"\r\n"
    psu.advance(0.1)
    assert psu.receive(b"LSR1?\n") == b"0\r\n"


@pytest.mark.parametrize(
    ("model", "voltage_v", "current_a", "bit"),
    [
        ("QPX1200SP", 25.1, 10.0, 8),
        ("QPX1200SP", 20.0, 19.1, 16),
        ("CPX400SP", 25.1, 10.0, 4),
        ("CPX400SP", 20.0, 19.1, 8),
    ],
)
def test_protections_switch_off_and_latch(
    model: str, voltage_v: float, current_a: float, bit: int
) -> None:
    psu = AimttiPsu(model)
    loaded(psu, voltage_v, current_a)
    assert not psu.output_on
    assert psu.receive(b"OP1 1\nOP1?\nLSR1?\n") == b"0\r\n%d\r\n" % bit
    assert psu.receive(b"TRIPRST\nOP1 1\nOP1?\n") == b"1\r\n"


def test_at_the_trip_itself_nothing_trips(psu: AimttiPsu) -> None:
    loaded(psu, 25.0, 19.0)
    assert psu.output_on


def test_over_temperature_needs_the_mains_off(psu: AimttiPsu) -> None:
    loaded(psu, 20.0, 15.0)
    psu.receive(b"LSR1?\n")
    psu.trip("over-temperature")
    assert psu.receive(b"LSR1?\nTRIPRST\nOP1 1\nOP1?\n") == b"64\r\n0\r\n"
    psu.power_cycled()
    assert psu.receive(b"OP1 1\nOP1?\n") == b"1\r\n"


def test_a_power_cycle_takes_the_limits_back(psu: AimttiPsu) -> None:
    loaded(psu, 20.0, 15.0)
    psu.power_cycled()
    assert psu.receive(b"OP1?;V1?;I1?;OVP1?;OCP1?;*ESR?\n") == (
        b"0\r\nV1 0.000\r\nI1 1.00\r\nVP1 65.0\r\nCP1 55.0\r\n128\r\n"
    )


def test_stuck_on_stays_on_with_its_setpoints(psu: AimttiPsu) -> None:
    loaded(psu, 20.0, 15.0)
    psu.stuck_on = True
    psu.receive(b"OP1 0\nV1 0\nI1 0.01\n")
    psu.trip("over-current")
    assert (psu.output_on, psu.set_voltage_v, psu.set_current_a) == (True, 20.0, 18.0)
    assert psu.receive(b"OP1?\n") == b"1\r\n"
    psu.stuck_on = False
    psu.receive(b"OP1 0\n")
    assert not psu.output_on


def test_stuck_on_does_not_switch_on(psu: AimttiPsu) -> None:
    psu.stuck_on = True
    psu.receive(b"OP1 0\n")
    assert not psu.output_on


def test_ignored_setpoints_still_switch_off(psu: AimttiPsu) -> None:
    loaded(psu, 20.0, 15.0)
    psu.ignores_set = True
    assert psu.receive(b"I1 5\nV1 5\nEER?\nI1?\nV1?\n") == (
        b"0\r\nI1 18.00\r\nV1 20.000\r\n"
    )
    psu.receive(b"OP1 0\n")
    assert not psu.output_on


def test_the_front_panel_refuses_with_error_200(psu: AimttiPsu) -> None:
    loaded(psu, 20.0, 15.0)
    psu.front_panel = True
    for sent in (b"I1 5\n", b"OP1 0\n", b"TRIPRST\n", b"*RST\n"):
        assert psu.receive(sent + b"EER?\n") == b"200\r\n"
    assert psu.receive(b"I1?\nOP1?\nIFLOCK?\n") == b"I1 18.00\r\n1\r\n-1\r\n"
    assert psu.receive(b"IFLOCK\nEER?\nIFUNLOCK\n") == b"-1\r\n200\r\n-1\r\n"


def test_a_supply_may_take_its_lock_without_a_word(psu: AimttiPsu) -> None:
    psu.silent_locks = True
    assert psu.receive(b"IFLOCK\nIFLOCK?\nIFUNLOCK\nIFLOCK?\n") == b"1\r\n0\r\n"


def test_a_trip_may_be_answered_without_its_name(psu: AimttiPsu) -> None:
    psu.bare_trips = True
    assert psu.receive(b"OVP1?;OCP1?;V1?\n") == b"65.0\r\n55.0\r\nV1 0.000\r\n"


def test_a_cpx400dp_has_a_second_output() -> None:
    psu = AimttiPsu("CPX400DP")
    second = psu.others[0]
    assert psu.receive(b"V2 12;I2 3;OVP2 20;OCP2 4;DELTAV2 0.5;INCV2;OP2 1\n") == b""
    second.voltage_v, second.current_a = 12.5, 2.0
    second.advance(0.1)
    assert psu.receive(b"V2?;I2?;V2O?;I2O?;OP2?;LSR2?\n") == (
        b"V2 12.50\r\nI2 3.00\r\n12.50V\r\n2.00A\r\n1\r\n1\r\n"
    )
    assert psu.receive(b"OVP2?;OCP2?;DELTAV2?\n") == (
        b"VP2 20.00\r\nCP2 4.00\r\nDELTAV2 0.50\r\n"
    )
    assert psu.receive(b"V1?;I1?;OP1?\n") == b"V1 0.00\r\nI1 1.00\r\n0\r\n"
    assert psu.receive(b"OPALL 1;OP1?;OPALL 0;OP1?;OP2?\n") == b"1\r\n0\r\n0\r\n"
    assert psu.receive(b"V2 99;EER?;V3 1;V2 x;HELLO2;EER?\n") == b"100\r\n0\r\n"
    assert psu.receive(b"*RST\nV2?\n") == b"V2 0.00\r\n"


def test_limits_of_the_second_output_are_bit_1_of_the_status_byte() -> None:
    psu = AimttiPsu("CPX400DP")
    psu.receive(b"LSE2 4;OP2 1\n")
    psu.others[0].trip("over-voltage")
    assert psu.receive(b"LSE2?;*STB?;LSR2?;*STB?;LSR1?\n") == (
        b"4\r\n2\r\n4\r\n0\r\n0\r\n"
    )
    psu.power_cycled()
    assert psu.receive(b"OP2 1;OP2?;LSE2?\n") == b"1\r\n0\r\n"


def test_a_second_output_that_is_not_there_is_error_103(psu: AimttiPsu) -> None:
    for sent in (b"V2 5\n", b"V2?\n", b"INCV2\n"):
        assert psu.receive(sent + b"EER?\n") == b"103\r\n"
    psu.receive(b"*CLS\nHELLO2?\n")
    assert psu.receive(b"EER?\n*ESR?\n") == b"0\r\n32\r\n"


def test_the_low_range_of_a_pl_is_chosen_with_the_output_off() -> None:
    psu = AimttiPsu("PL303-P")
    assert psu.receive(b"IRANGE1?\nOP1 1\nIRANGE1 1\nEER?\n") == b"2\r\n104\r\n"
    assert psu.receive(b"OP1 0\nIRANGE1 1\nIRANGE1?\nI1 1\nEER?\n") == b"1\r\n100\r\n"


def test_reading_noise_is_half_a_step_and_seeded() -> None:
    first, second = AimttiPsu(noise=Random("7")), AimttiPsu(noise=Random("7"))
    first.current_a = second.current_a = 10.0
    readings = [first.receive(b"I1O?\n") for _ in range(2000)]
    assert readings == [second.receive(b"I1O?\n") for _ in range(2000)]
    values_a = [float(reading[:-3]) for reading in readings]
    assert statistics.mean(values_a) == pytest.approx(10.0, abs=0.001)
    assert 0.004 < statistics.stdev(values_a) < 0.008
