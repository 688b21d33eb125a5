import struct

import pytest

from simulators.keysight_scope import KeysightScope


@pytest.fixture
def scope() -> KeysightScope:
    scope = KeysightScope()
    scope.signal_frequency_hz, scope.signal_peak_v = 212e3, 3.5496
    return scope


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (
            b"*IDN?\n",
            b"KEYSIGHT TECHNOLOGIES,DSO-X 3024T,MY00000001,07.20.2017102614\n",
        ),
        (b":MEASure:FREQuency? CHANnel1\n", b"+2.12000E+05\n"),
        (b":MEAS:FREQ?;PER?;VPP?\n", b"+2.12000E+05;+4.71698E-06;+7.09920E+00\n"),
        (b":MEAS:VRMS? DISPlay,DC,CHANnel1\n", b"+2.50995E+00\n"),
        (b":meas:freq? chan2\n", b"+9.9E+37\n"),
        (b":MEAS:VPP? CHAN3\n", b"+9.9E+37\n"),
        (b":MEAS:SOUR CHAN2;SOUR?;FREQ?\n", b"CHAN2;+9.9E+37\n"),
        (b":CHAN3:DISP ON;DISP?;:MEAS:VPP? CHAN3\n", b"1;+0.00000E+00\n"),
        (b":CHAN1:SCAL 2;SCAL?\n", b"+2.00000000E+00\n"),
        (b":TIM:SCAL 1e-5;SCAL?\n", b"+1.00000000E-05\n"),
        (
            b":WAV:PRE?\n",
            b"+0,+0,+1000,+1,+4.00000000E-08,-2.00000000E-05,+0,"
            b"+3.12500000E-02,+0.00000000E+00,+128\n",
        ),
        (
            b":WAV:FORM WORD;POIN 500;PRE?\n",
            b"+1,+0,+500,+1,+8.00000000E-08,-2.00000000E-05,+0,"
            b"+1.22070312E-04,+0.00000000E+00,+32768\n",
        ),
        (b":WAV:UNS 0;UNS?;BYT LSBF;BYT?;FORM?;SOUR?\n", b"0;LSBF;BYTE;CHAN1\n"),
        (b"*OPC?;*ESR?\n", b"1;+0\n"),
        (b"*ESR?;*ESE 32;*ESE?;*SRE 0;*STB?\n", b"+0;+32;+0\n"),
        (b":MEAS:VMAX?;VMIN?;VAMP?\n", b"+3.54960E+00;-3.54960E+00;+7.09920E+00\n"),
        (b":MEAS:VAV? DISP;DUTY? CHAN1\n", b"+0.00000E+00;+5.00000E+01\n"),
        (b":MEAS:RIS?;:MEAS:PWID? CHAN1\n", b"+1.39245E-06;+2.35849E-06\n"),
        (b":MEAS:VRMS? DISPlay;VRMS? CHAN3,DC\n", b"+2.50995E+00;+9.9E+37\n"),
        (b":MEAS:VPP CHAN1;DUTY? CHAN2\n", b"+9.9E+37\n"),
        (b":ACQ:TYPE?;COUN 16;COUN?;MODE?\n", b"NORM;+16;RTIM\n"),
        (b":ACQ:SRAT?;POIN?\n", b"+2.50000000E+07;+1000\n"),
        (b":TIM:RANG 1e-3;SCAL?\n", b"+1.00000000E-04\n"),
        (b":TIM:POS 1e-3;:WAV:XOR?;XINC?\n", b"+9.80000000E-04;+4.00000000E-08\n"),
        (
            b":TIM?\n",
            b":TIM:MODE MAIN;REF CENT;MAIN:RANG +4.00000000E-05;POS +0.00000000E+00\n",
        ),
        (
            b":CHAN2?\n",
            b":CHAN2:RANG +8.00000000E+00;OFFS +0.00000000E+00;COUP DC;IMP ONEM;"
            b'DISP 1;BWL 0;INV 0;LAB "2";UNIT VOLT;PROB +1.00000000E+00;'
            b"PROB:SKEW +0.00000000E+00;STYP SING\n",
        ),
        (b':CHAN1:RANG 16;SCAL?;LAB "coil";LAB?\n', b'+2.00000000E+00;"coil"\n'),
        (b":CHAN1:OFFS 0.5;OFFS?;:WAV:YOR?\n", b"+5.00000000E-01;+5.00000000E-01\n"),
        (b":TRIG:EDGE:LEV 0.25,CHAN1;:TRIG:LEV?\n", b"+2.50000000E-01\n"),
        (b":TRIG:EDGE:SOUR CHAN2;SLOP NEG;SLOP?;:TRIG:SOUR?\n", b"NEG;CHAN2\n"),
        (b":TRIG:SWE NORM;SWE?;MODE?\n", b"NORM;EDGE\n"),
        (b":WAV:POIN:MODE RAW;MODE?;:WAV:POIN MAX;POIN?\n", b"RAW;+62500\n"),
        (b":VIEW CHAN3;:BLANk CHAN1;:STAT? CHAN3;STAT? CHAN1\n", b"1;0\n"),
        (b":OPER:COND?;:STOP;:OPER:COND?;:RUN;:OPER:COND?\n", b"+8;+0;+8\n"),
        (b":DIG CHAN1;:OPER:COND?\n", b"+0\n"),
    ],
)
def test_bytes(scope: KeysightScope, sent: bytes, answer: bytes) -> None:
    assert scope.receive(sent) == answer
    assert scope.receive(b":SYSTem:ERRor?\n") == b'+0,"No error"\n'


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"HELLO\n", b'-113,"Undefined header"\n'),
        (b":MEAS:FREQ? CHAN5\n", b'-224,"Illegal parameter value"\n'),
        (b":WAV:SOUR CHAN4;DATA?\n", b'-221,"Settings conflict"\n'),
    ],
)
def test_errors_wait_in_the_queue(
    scope: KeysightScope, sent: bytes, error: bytes
) -> None:
    assert scope.receive(sent) == b""
    assert scope.receive(b":SYST:ERR?\n") == error
    assert scope.receive(b":SYST:ERR?\n") == b'+0,"No error"\n'


def samples(scope: KeysightScope, setup: bytes) -> bytes:
    scope.receive(b":WAV:POIN 1000;%s\n" % setup)
    answer = scope.receive(b":WAV:DATA?\n")
    assert answer[:2] == b"#8" and answer[-1:] == b"\n"
    assert int(answer[2:10]) == len(answer) - 11
    return answer[10:-1]


# 40 ns apart, 31.25 mV a step: a rising edge at sample 500, its neighbour at 0.1890 V
def test_bytes_are_unsigned_steps(scope: KeysightScope) -> None:
    data = samples(scope, b"FORM BYTE")
    assert (len(data), list(data[499:502])) == (1000, [122, 128, 134])


@pytest.mark.parametrize(
    ("setup", "code", "expected"),
    [
        (b"FORM WORD", ">1000H", (122 << 8, 128 << 8, 134 << 8)),
        (b"FORM WORD;BYT LSBF", "<1000H", (122 << 8, 128 << 8, 134 << 8)),
        (b"FORM WORD;UNS 0", ">1000h", (-6 << 8, 0, 6 << 8)),
        (b"FORM BYTE;UNS 0", ">1000b", (-6, 0, 6)),
    ],
)
def test_words_are_shifted_steps(
    scope: KeysightScope, setup: bytes, code: str, expected: tuple[int, ...]
) -> None:
    assert struct.unpack(code, samples(scope, setup))[499:502] == expected


def test_ascii_is_volts_in_a_block(scope: KeysightScope) -> None:
    values = samples(scope, b"FORM ASC").split(b",")
    assert values[499:502] == [b"-1.87500E-01", b"+0.00000E+00", b"+1.87500E-01"]


def test_clipped_samples_have_their_own_values(scope: KeysightScope) -> None:
    scope.saturated = True
    words = struct.unpack(">1000H", samples(scope, b"FORM WORD"))
    assert (min(words), max(words)) == (0x0001, 0xFFFF)
    assert set(samples(scope, b"FORM BYTE")) >= {0x01, 0xFF}


def test_models_spell_their_names() -> None:
    assert KeysightScope("DSOX1204G", "CN61367122").receive(b"*IDN?\n") == (
        b"KEYSIGHT TECHNOLOGIES,DSOX1204G,CN61367122,02.11.2020062221\n"
    )
    two = KeysightScope("DSOX2012A")
    assert two.receive(b":MEAS:SOUR CHAN3;SOUR?\n") == b"CHAN1\n"


def test_nothing_is_sent_unasked(scope: KeysightScope) -> None:
    assert scope.advance(1.0) == b""
    assert scope.receive(b"\r\n \n;\n") == b""


def test_an_offset_and_a_position_move_the_samples(scope: KeysightScope) -> None:
    scope.receive(b":WAV:FORM ASC;POIN 100;:CHAN1:OFFS 3\n")
    values = scope.receive(b":WAV:DATA?\n")[10:].split(b",")
    # 3 V above the lower edge: clipped at 3 - 4 V
    assert min(map(float, values)) == -1.0
    assert max(map(float, values)) == pytest.approx(3.5496, abs=0.04)
    scope.receive(b":CHAN1:OFFS 0;:TIM:POS 2e-6\n")
    later = scope.receive(b":WAV:DATA?\n")[10:-1].split(b",")
    scope.receive(b":TIM:POS 0\n")
    before = scope.receive(b":WAV:DATA?\n")[10:-1].split(b",")
    assert later[:-5] == before[5:]  # 0.4 us a sample


def test_reset_takes_the_defaults(scope: KeysightScope) -> None:
    before = scope.receive(b":CHAN1?;:TIM?;:WAV:PRE?;:ACQ:TYPE?;:TRIG:SLOP?\n")
    scope.receive(b':CHAN1:SCAL 2;OFFS 1;COUP AC;LAB "x";:TIM:SCAL 1e-3;POS 1\n')
    scope.receive(b":WAV:FORM WORD;POIN 100;:ACQ:TYPE HRES;:TRIG:SLOP NEG;:STOP\n")
    assert scope.receive(b":CHAN1?;:TIM?;:WAV:PRE?;:ACQ:TYPE?\n") not in before
    scope.receive(b"*RST\n")
    after = scope.receive(b":CHAN1?;:TIM?;:WAV:PRE?;:ACQ:TYPE?;:TRIG:SLOP?\n")
    assert after == before
    assert scope.running
