from math import sqrt

import pytest

from simulators.keysight_33500 import Keysight33500

NO_ERROR = b'+0,"No error"\n'
ONE = b"+1.0000000000000E+00"


@pytest.fixture
def generator() -> Keysight33500:
    return Keysight33500()


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"*IDN?\n", b"Agilent Technologies,33521B,MY00000001,3.05-1.19-2.00-52-00\n"),
        (b"FREQ 161270;FREQ?\n", b"+1.612700000000000E+05\n"),
        (b"SOURce1:FREQuency 161.27 kHz\nfreq:cw?\n", b"+1.612700000000000E+05\n"),
        (b"FREQ? MAX\n", b"+3.000000000000000E+07\n"),
        (b"VOLT 3.3;VOLT?\n", b"+3.3000000000000E+00\n"),
        (b"VOLT 300 mVpp;VOLT?\n", b"+3.0000000000000E-01\n"),
        (b"VOLT:UNIT VRMS;:VOLT 1;:VOLT:UNIT?\n", b"VRMS\n"),
        (
            b"VOLT 2;VOLT:OFFS 0.5;HIGH?;LOW?\n",
            b"+1.5000000000000E+00;-5.0000000000000E-01\n",
        ),
        (
            b"VOLT:HIGH 3;LOW 0;:VOLT?;VOLT:OFFS?\n",
            b"+3.0000000000000E+00;+1.5000000000000E+00\n",
        ),
        (b"FUNC SQUare;FUNC?\n", b"SQU\n"),
        (b"OUTP?\n", b"0\n"),
        (b"OUTP ON;OUTP?\n", b"1\n"),
        (b"OUTPut1:STATe 1;:OUTP1?\n", b"1\n"),
        (b"OUTP:LOAD?\n", b"+5.0000000000000E+01\n"),
        (b"OUTP:LOAD INF;:OUTP:LOAD?\n", b"+9.9000000000000E+37\n"),
        (b"BURS:NCYC 5;NCYC?;MODE?\n", b"+5.0000000000000E+00;TRIG\n"),
        (b"TRIG:SOUR BUS;SOUR?\n", b"BUS\n"),
        (b"OUTP:SYNC?;POL?\n", b"1;NORM\n"),
        (b"FREQ:MODE?;MODE LIST;MODE?;MODE CW;MODE?\n", b"CW;LIST;CW\n"),
        (b"SWE:STAT ON;STAT?;:FREQ:MODE?;:AM:STAT 1;:SWE:STAT?\n", b"1;SWE;0\n"),
        (b"BURS:NCYC INF;NCYC?;NCYC? MIN\n", b"+9.9000000000000E+37;%s\n" % ONE),
        (b"BURS:PHAS 90;PHAS?;GATE:POL?\n", b"+9.0000000000000E+01;NORM\n"),
        (b"TRIG1:SLOP NEG;SLOP?;COUN?\n", b"NEG;%s\n" % ONE),
        (b"TRIG:DEL 5 MS;DEL?;TIM?\n", b"+5.0000000000000E-03;%s\n" % ONE),
        (b"FUNC:ARB:FILT?;SRAT?;ADV?\n", b"NORM;+4.0000000000000E+04;SRAT\n"),
        (b"FM:DEV 500;DEV?;INT:FUNC SQU;FUNC?\n", b"+5.0000000000000E+02;SQU\n"),
        (b"SYST:BEEP:STAT OFF;STAT?;:OUTP:TRIG:SLOP?\n", b"0;POS\n"),
        (b"*OPC?\n", b"1\n"),
        (b"*ESR?;*ESR?\n", b"+128;+0\n"),
        (b"SYST:ERR?\n", b'+0,"No error"\n'),
        (
            b"APPL:SIN 1 KHZ,2,0.1;:APPL?\n",
            b'"SIN +1.000000000000000E+03,+2.0000000000000E+00,+1.0000000000000E-01"\n',
        ),
    ],
)
def test_bytes(generator: Keysight33500, sent: bytes, answer: bytes) -> None:
    assert generator.receive(sent) == answer
    assert generator.receive(b"SYST:ERR?\n") == b'+0,"No error"\n'


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"HELLO\n", b'-113,"Undefined header"\n'),
        (b"SOUR2:FREQ 1000\n", b'-113,"Undefined header"\n'),
        (b"FREQ\n", b'-109,"Missing parameter"\n'),
        (b"FUNC TRAPEZE\n", b'-224,"Illegal parameter value"\n'),
        (b"OUTP:LOAD INF;:VOLT:UNIT DBM\n", b'-221,"Settings conflict"\n'),
        (b"VOLT:HIGH -1\n", b'-221,"Settings conflict"\n'),
    ],
)
def test_errors_wait_in_the_queue(
    generator: Keysight33500, sent: bytes, error: bytes
) -> None:
    assert generator.receive(sent) == b""
    assert generator.receive(b"SYST:ERR?\n") == error
    assert generator.receive(b"SYST:ERR?\n") == b'+0,"No error"\n'


@pytest.mark.parametrize(
    ("sent", "left"),
    [(b"FREQ 50 MHZ", b"FREQ?"), (b"VOLT 20", b"VOLT?"), (b"VOLT 0", b"VOLT?")],
)
def test_out_of_range_is_clipped_and_queued(
    generator: Keysight33500, sent: bytes, left: bytes
) -> None:
    edge = b"MIN" if sent.endswith(b" 0") else b"MAX"
    generator.receive(sent + b"\n")
    assert generator.receive(b"SYST:ERR?\n").startswith(b'-222,"Data out of range')
    assert generator.receive(left + b"\n") == generator.receive(
        left + b" " + edge + b"\n"
    )


def test_clear_forgets_errors(generator: Keysight33500) -> None:
    assert generator.receive(b"HELLO\n*CLS\nSYST:ERR?\n*ESR?\n") == (
        b'+0,"No error"\n+0\n'
    )


def test_the_status_byte_sums_up(generator: Keysight33500) -> None:
    generator.receive(b"*ESR?\n*ESE 32\n*SRE 36\nHELLO\n")
    assert generator.receive(b"*STB?\n") == b"+100\n"


def test_a_33220a_has_no_channel_numbers_and_13_digits() -> None:
    generator = Keysight33500("33220A", "MY44033103")
    assert generator.receive(b"*IDN?\n") == (
        b"Agilent Technologies,33220A-MY44033103,2.02-2.02-22-2\n"
    )
    assert generator.receive(b"SOUR:FREQ 1000;:FREQ?\n") == b"+1.0000000000000E+03\n"
    assert generator.receive(b"SOUR1:FREQ?\n") == b""
    assert generator.receive(b"SYST:ERR?\n") == b'-113,"Undefined header"\n'


def test_the_period_of_a_33220a_has_a_name_of_its_own() -> None:
    generator = Keysight33500("33220A")
    assert generator.receive(b"PULS:PER 1e-5;PER?;:FREQ?\n") == (
        b"+1.0000000000000E-05;+1.0000000000000E+05\n"
    )
    generator.receive(b"FREQ:MODE?;:BPSK:STAT?\n")
    assert generator.receive(b"SYST:ERR?;ERR?\n") == (
        b'-113,"Undefined header";-113,"Undefined header"\n'
    )


@pytest.mark.parametrize(
    ("model", "channels", "highest"),
    [
        ("33509B", 1, b"+2.000000000000000E+07"),
        ("33510B", 2, b"+2.000000000000000E+07"),
        ("33511B", 1, b"+2.000000000000000E+07"),
        ("33512B", 2, b"+2.000000000000000E+07"),
        ("33519B", 1, b"+3.000000000000000E+07"),
        ("33520B", 2, b"+3.000000000000000E+07"),
        ("33521B", 1, b"+3.000000000000000E+07"),
        ("33522B", 2, b"+3.000000000000000E+07"),
    ],
)
def test_channels_and_highest_frequency(
    model: str, channels: int, highest: bytes
) -> None:
    generator = Keysight33500(model)
    assert model.encode() in generator.receive(b"*IDN?\n")
    assert generator.receive(b"FREQ? MAX\n") == highest + b"\n"
    second = generator.receive(b"SOUR2:FREQ? MAX\n")
    assert second == (highest + b"\n" if channels == 2 else b"")


def test_the_second_channel_is_its_own_and_clocks_nothing() -> None:
    generator = Keysight33500("33522B")
    generator.receive(b"SOUR2:FREQ 5000;VOLT 2;:SOUR2:FUNC SQU;:OUTP2 ON\n")
    generator.receive(b"SOUR2:BURS:NCYC 7;:TRIG2:SOUR EXT;:OUTP:SYNC:SOUR CH2\n")
    assert generator.receive(b"SOUR2:FREQ?;VOLT?;:SOUR2:FUNC?;:OUTP2?\n") == (
        b"+5.000000000000000E+03;+2.0000000000000E+00;SQU;1\n"
    )
    assert generator.receive(b"FREQ?;FUNC?;:OUTP?;:BURS:NCYC?\n") == (
        b"+1.000000000000000E+03;SIN;0;" + ONE + b"\n"
    )
    assert generator.receive(b"TRIG2:SOUR?;:TRIG1:SOUR?;:OUTP:SYNC:SOUR?\n") == (
        b"EXT;IMM;CH2\n"
    )
    assert generator.true_frequency_hz == 0.0
    generator.receive(b"SOUR2:FREQ 1 GHZ\n")
    assert generator.receive(b"SYST:ERR?\n") == b'-131,"Invalid suffix"\n'
    assert generator.receive(b"*RST;OUTP2?;:SOUR2:FREQ?;:TRIG2:SOUR?\n") == (
        b"0;+1.000000000000000E+03;IMM\n"
    )


@pytest.mark.parametrize("mode", [b"AM", b"FM", b"PM", b"FSK", b"BPSK", b"SWE", b"SUM"])
def test_a_wave_that_is_broken_up_has_no_frequency(mode: bytes) -> None:
    generator = Keysight33500()
    generator.receive(b"FREQ 161270;:OUTP ON;:BURS:STAT ON\n")
    generator.receive(mode + b":STAT ON\n")
    assert generator.receive(mode + b":STAT?;:BURS:STAT?\n") == b"1;0\n"
    assert generator.true_frequency_hz == 0.0
    generator.receive(b"BURS:STAT OFF\n")  # it is off already
    assert generator.true_frequency_hz == 0.0
    generator.receive(mode + b":STAT OFF\n")
    assert generator.true_frequency_hz == 161270.0


def test_only_the_wave_that_is_built_in_can_be_chosen() -> None:
    generator = Keysight33500()
    name = generator.receive(b"FUNC:ARB?\n")
    assert generator.receive(b"FUNC:ARB " + name + b"SYST:ERR?\n") == NO_ERROR
    assert generator.receive(b"FUNC:ARB MINE\nSYST:ERR?\n").startswith(b"-224")


def test_another_load_changes_the_display_not_the_output(
    generator: Keysight33500,
) -> None:
    generator.receive(b"VOLT 3;VOLT:OFFS 0.2\n")
    emf_vpp = generator.emf_vpp
    generator.receive(b"OUTP:LOAD INF\n")
    assert generator.receive(b"VOLT?;VOLT:OFFS?\n") == (
        b"+6.0000000000000E+00;+4.0000000000000E-01\n"
    )
    assert generator.emf_vpp == emf_vpp == 6.0


@pytest.mark.parametrize(
    ("shape", "vpp"), [(b"SIN", 2 * sqrt(2)), (b"SQU", 2.0), (b"RAMP", 2 * sqrt(3))]
)
def test_one_volt_rms_of_a_shape(
    generator: Keysight33500, shape: bytes, vpp: float
) -> None:
    generator.receive(b"FUNC " + shape + b";VOLT 1 VRMS\n")
    assert generator.amplitude_vpp == pytest.approx(vpp)


def test_zero_dbm_into_50_ohm(generator: Keysight33500) -> None:
    generator.receive(b"VOLT 0 DBM\n")
    assert generator.amplitude_vpp == pytest.approx(2 * sqrt(2) * sqrt(1e-3 * 50.0))
    assert float(generator.receive(b"VOLT?\n")) == pytest.approx(0.0, abs=1e-9)


def test_only_a_continuous_wave_clocks_an_inverter(generator: Keysight33500) -> None:
    generator.receive(b"FREQ 161270\n")
    assert generator.true_frequency_hz == 0.0
    generator.receive(b"OUTP ON\n")
    assert generator.true_frequency_hz == 161270.0
    for other in (b"FUNC DC", b"FUNC NOIS", b"FUNC SIN;:BURS:STAT ON"):
        generator.receive(other + b"\n")
        assert generator.true_frequency_hz == 0.0
    generator.receive(b"BURS:STAT OFF\n")
    assert generator.true_frequency_hz == 161270.0


def test_a_wrong_reference_shows_only_at_the_output(generator: Keysight33500) -> None:
    generator.receive(b"FREQ 160000;:OUTP ON\n")
    generator.frequency_error = 0.01
    assert generator.true_frequency_hz == pytest.approx(161600.0)
    assert generator.receive(b"FREQ?\n") == b"+1.600000000000000E+05\n"


def test_a_stuck_frequency_reads_back_as_it_is(generator: Keysight33500) -> None:
    generator.stuck_frequency = True
    assert generator.receive(b"FREQ 161270;FREQ?\n") == b"+1.000000000000000E+03\n"


def test_stuck_on_until_the_mains_go(generator: Keysight33500) -> None:
    generator.receive(b"OUTP ON\n")
    generator.stuck_on = True
    assert generator.receive(b"OUTP OFF;*RST;OUTP?\n") == b"1\n"
    generator.power_cycled()
    assert generator.receive(b"OUTP?\n") == b"0\n"


def test_reset_takes_the_defaults(generator: Keysight33500) -> None:
    generator.receive(b"FREQ 161270;:VOLT 3;:OUTP ON;:FUNC SQU;:OUTP:LOAD INF\n")
    assert generator.receive(b"*RST;FREQ?;VOLT?;OUTP?;FUNC?;OUTP:LOAD?\n") == (
        b"+1.000000000000000E+03;+1.0000000000000E-01;0;SIN;+5.0000000000000E+01\n"
    )


def test_nothing_is_sent_unasked(generator: Keysight33500) -> None:
    assert generator.advance(1.0) == b""
