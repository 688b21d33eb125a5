import struct

import pytest

from simulators.tektronix_scope import TektronixScope


@pytest.fixture
def scope() -> TektronixScope:
    scope = TektronixScope()
    scope.signal_frequency_hz, scope.signal_peak_v = 212e3, 3.5496
    return scope


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"*IDN?\n", b"TEKTRONIX,MDO3024,C000001,CF:91.1CT FV:v1.30\n"),
        (b"MEASU:IMM:SOU CH1;TYP FREQ;VAL?\n", b"212.0000E+3\n"),
        (b"measurement:immed:type pk2pk;value?\n", b"7.0992E+0\n"),
        (b"MEASU:IMM:TYP CRM;VAL?;TYP?;UNI?;SOU?\n", b'2.5099E+0;CRMS;"V";CH1\n'),
        (b"MEASU:IMM:TYP PERI;VAL?;UNI?\n", b'4.7170E-6;"s"\n'),
        (b"MEASU:IMM:TYP PHA;VAL?\n", b"9.9E37\n"),
        (b"MEASU:IMM:SOU CH2;VAL?\n", b"9.9E37\n"),
        (b"MEASU:IMM:SOU CH3;TYP PK2;VAL?\n", b"9.9E37\n"),
        (b"CH1:SCALE 2;SCALE?;:CH2:SCA?\n", b"2.0000E+0;2.0000E+0\n"),
        (b"HOR:SCA 1e-5;SCA?;RECO?\n", b"10.0000E-6;10000\n"),
        (b"HOR:RECO 1000;:WFMO:XIN?;XZE?\n", b"40.0000E-9;-20.0000E-6\n"),
        (b"SEL:CH3 ON;CH3?;CH2?;CH4?\n", b"1;1;0\n"),
        (b"DATA:WIDTH 1;:WFMO:YMU?;YOF?;YZE?\n", b"40.0000E-3;0.0E+0;0.0E+0\n"),
        (b"DATA:WIDTH 2;:WFMO:YMU?;BYT_NR?\n", b"156.2500E-6;2\n"),
        (b"DATA:STAR 11;STOP 20;:WFMO:NR_PT?\n", b"10\n"),
        (b"DATA:STOP 99999;:WFMOUTPRE:NR_PT?\n", b"10000\n"),
        (b"WFMO:ENC ASC;ENC?;:DATA:ENC?\n", b"ASC;ASCII\n"),
        (b"HEADER ON;HEADER?\n", b":HEADER 1\n"),
        (b"*OPC?;*ESR?\n", b"1;0\n"),
        (b"MEASU:IMM:SOU1 CH1;SOUrce1?;:MEASU:MEAS2:TYP?;VAL?\n", b"CH1;NONE;9.9E37\n"),
        (b"MEASU:MEAS2:SOU CH1;TYP FREQ;STATE ON;VAL?\n", b"212.0000E+3\n"),
        (b"MEASU:MEAS2:STATE?;:MEASU:IMM:TYP?\n", b"0;FREQUENCY\n"),
        (b"TRIG:A:EDGE:SLO FALL;SLOpe?;SOU?;COUPL?\n", b"FALL;CH1;DC\n"),
        (b"TRIG:A:LEV 0.5;LEVEL?;MOD?;TYP?\n", b"500.0000E-3;AUTO;EDGE\n"),
        (b"TRIGger FORCe;:TRIG:STATE?\n", b"TRIGGER\n"),
        (b"ACQ:MOD AVE;MOD?;NUMAV 64;NUMAV?\n", b"AVERAGE;64.0000E+0\n"),
        (b"ACQ:STATE?;STATE STOP;STATE?;:TRIG:STATE?\n", b"1;0;SAVE\n"),
        (b"ACQ:STOPA SEQ;STOPA?;STATE RUN;STATE?;:BUSY?\n", b"SEQUENCE;0;0\n"),
        (b"CH2:POS 2;POSition?;COUPLING AC;COUP?;COUPL?\n", b"2.0000E+0;AC;AC\n"),
        (b"CH1:PROB:GAIN?;:CH1:TER?;INV?\n", b"1.0000E+0;1.0000E+6;0\n"),
        (b"HOR:DEL:TIM 1e-6;TIM?;MOD?\n", b"1.0000E-6;1\n"),
        (b"HOR:MAI:SCA 1e-5;:HOR:SCA?;POS?\n", b"10.0000E-6;0.0E+0\n"),
        (b"DATA:ENC RPB;STAR 5;:DATA?\n", b"RPBINARY;CH1;5;10000;1\n"),
        (b"DATA:STAR 5;:DATA INIT;:DATA:STAR?;DEST?\n", b"1;REF1\n"),
        (b"SEL:CH3 ON;:SELECT?\n", b"1;1;1;0;0;0;0;0;0\n"),
        (b"*TST?;*STB?\n", b"0;0\n"),
    ],
)
def test_bytes(scope: TektronixScope, sent: bytes, answer: bytes) -> None:
    assert scope.receive(sent) == answer
    assert scope.receive(b"HEADER OFF;*ESR?\n") == b"0\n"


def test_headers_stand_before_answers_but_not_before_common_ones(
    scope: TektronixScope,
) -> None:
    scope.headers_on = True
    assert scope.receive(b"MEASU:IMM:VAL?\n") == (
        b":MEASUREMENT:IMMED:VALUE 212.0000E+3\n"
    )
    assert scope.receive(b"WFMO:XIN?;YMU?\n") == (
        b":WFMOUTPRE:XINCR 4.0000E-9;:WFMOUTPRE:YMULT 40.0000E-3\n"
    )
    assert scope.receive(b"*ESR?\n") == b"0\n"


@pytest.mark.parametrize(
    ("sent", "register", "event"),
    [
        (b"HELLO\n", b"32\n", b'113,"Undefined header"\n'),
        (b"MEASU:IMM:TYP WIGGLE\n", b"16\n", b'224,"Illegal parameter value"\n'),
        (b"MEASU:IMM:SOU MATH\n", b"16\n", b'224,"Illegal parameter value"\n'),
        (
            b"DATA:SOU CH4;:CURVE?\n",
            b"16\n",
            b'2244,"Waveform requested is not ACTIVE"\n',
        ),
    ],
)
def test_events_wait_to_be_asked(
    scope: TektronixScope, sent: bytes, register: bytes, event: bytes
) -> None:
    assert scope.receive(sent) == b""
    assert scope.receive(b"EVENT?\n") == b"1\n"
    assert scope.receive(b"*ESR?\n") == register
    assert scope.receive(b"EVMSG?\n") == event
    assert scope.receive(b"ALLEV?\n") == b'0,"No events to report - queue empty"\n'


def test_a_tds_has_its_own_name_preamble_and_record() -> None:
    scope = TektronixScope("TDS2012")
    assert scope.receive(b"*IDN?\n") == (
        b"TEKTRONIX,TDS 2012,0,CF:91.1CT FV:v4.12 TDS2CM:CMV:v1.04\n"
    )
    assert scope.receive(b"WFMP:NR_PT?\n") == b"2500\n"
    assert scope.receive(b"HOR:RECO 1000\nWFMO:XIN?\nMEASU:IMM:SOU CH3\n") == b""
    assert scope.receive(b"*ESR?\nALLEV?\n") == (
        b'48\n113,"Undefined header",113,"Undefined header",'
        b'224,"Illegal parameter value"\n'
    )


def test_a_binary_curve_is_a_block_of_big_endian_words(scope: TektronixScope) -> None:
    scope.receive(b"HOR:RECO 1000;:DATA:ENC RIB;WID 2;STAR 500;STOP 503\n")
    answer = scope.receive(b"CURVE?\n")
    assert answer[:3] == b"#18" and answer[-1:] == b"\n" and len(answer) == 12
    # 40 ns apart, 40 mV a step: a rising edge at sample 501
    steps = [round(3.5496 * s / 0.04) for s in (-0.05326, 0.0, 0.05326, 0.10637)]
    assert struct.unpack(">4h", answer[3:11]) == tuple(256 * step for step in steps)
    scope.receive(b"DATA:ENC SRI\n")
    assert struct.unpack("<4h", scope.receive(b"CURVE?\n")[3:11])[2] == 256 * steps[2]


def test_an_ascii_curve_is_integers(scope: TektronixScope) -> None:
    scope.receive(b"HOR:RECO 1000;:DATA:ENC ASCII;WID 1;STAR 500;STOP 503\n")
    assert scope.receive(b"CURVE?\n") == b"-5,0,5,9\n"
    scope.headers_on = True
    assert scope.receive(b"CURVE?\n") == b":CURVE -5,0,5,9\n"


def test_a_binary_curve_with_a_header_and_in_bytes(scope: TektronixScope) -> None:
    scope.headers_on = True
    scope.receive(b"HOR:RECO 1000;:DATA:WID 1;STAR 500;STOP 503\n")
    assert scope.receive(b"CURV?\n") == b":CURVE #14\xfb\x00\x05\x09\n"


def test_a_saturated_curve_ends_at_the_last_steps(scope: TektronixScope) -> None:
    scope.saturated = True
    scope.receive(b"DATA:ENC ASCII;WID 1\n")
    values = [int(v) for v in scope.receive(b"CURVE?\n").split(b",")]
    assert (min(values), max(values)) == (-128, 127)


def test_what_is_invalid_is_a_switch(scope: TektronixScope) -> None:
    scope.invalid, scope.disconnected = "9.91E37", True
    assert scope.receive(b"MEASU:IMM:VAL?\n") == b"9.91E37\n"


def test_nothing_is_sent_unasked(scope: TektronixScope) -> None:
    assert scope.advance(1.0) == b""
    assert scope.receive(b"\r\n \n;\n") == b""


SINE = b'"Ch1, DC coupling, 1.0000E+0 V/div, 4.0000E-6 s/div, %d points, Sample mode"'


def test_a_preamble_is_answered_as_a_whole_in_the_order_of_the_model() -> None:
    mdo = TektronixScope("MDO3024").receive(b"WFMO?\n")
    assert mdo == (
        b"1;8;BIN;RI;MSB;" + SINE % 10000 + b';10000;Y;"s";4.0000E-9;-20.0000E-6;0;"V";'
        b"40.0000E-3;0.0E+0;0.0E+0\n"
    )
    scope = TektronixScope("TDS2012")
    scope.receive(b"DATA:ENC SRP;WID 2;:CH1:POS 1\n")
    tds = scope.receive(b"WFMPRE?\n")
    assert tds == (
        b"2;16;BIN;RP;LSB;2500;" + SINE % 2500 + b";Y;16.0000E-9;0;-20.0000E-6;"
        b'"s";156.2500E-6;0.0E+0;39.1680E+3;"V"\n'
    )
    assert scope.receive(b"WFMP:CH1:YOF?;NR_P?\n") == b"39.1680E+3;2500\n"
    scope.headers_on = True
    assert scope.receive(b"SEL?\n") == b":SELECT:CH1 1;CH2 1;MATH 0;REFA 0;REFB 0\n"


def test_the_waveform_is_the_preamble_and_the_curve() -> None:
    scope = TektronixScope("TDS2024")
    scope.receive(b"DATA:STOP 3\n")
    preamble, curve = scope.receive(b"WFMP?\n"), scope.receive(b"CURVE?\n")
    assert scope.receive(b"WAVFrm?\n") == preamble[:-1] + b";" + curve
    scope.receive(b"SEL:CH2 OFF;:DATA:SOU CH2\n")
    assert scope.receive(b"WAVF?\n") == b""
    assert scope.receive(b"*ESR?;ALLEV?\n").startswith(b"16;2244,")


@pytest.mark.parametrize("encoding", ["RPB", "SRP", "RIB", "ASCI"])
def test_a_position_moves_the_samples_and_not_the_volts(
    scope: TektronixScope, encoding: str
) -> None:
    scope.receive(b"HOR:RECO 1000;:DATA:STAR 500;STOP 503\n")
    scope.receive(b"DATA:ENC %s;WID 1;:CH1:POS 2\n" % encoding.encode())
    middle, unit = map(float, scope.receive(b"WFMO:YOF?;YMU?\n").split(b";"))
    answer = scope.receive(b"CURVE?\n")
    code = "4B" if "RP" in encoding else "4b"
    raw = (
        [int(part) for part in answer.split(b",")]
        if encoding == "ASCI"
        else struct.unpack(code, answer[3:7])
    )
    assert middle == (178.0 if "RP" in encoding else 50.0)
    shown_v = [(value - middle) * unit for value in raw]
    assert shown_v == pytest.approx([-0.2, 0.0, 0.2, 0.36])


def test_a_tds_has_its_own_trigger_and_settings() -> None:
    scope = TektronixScope("TDS2012")
    assert scope.receive(b"TRIG:MAI:EDGE:SOU CH2;SOURCE?;:TRIG:MAIN:TYP?\n") == (
        b"CH2;EDGE\n"
    )
    assert scope.receive(b"CH1:COUPL GND;COUPL?;PROB?;:DATA:DEST?\n") == (
        b"GND;1.0000E+0;REFA\n"
    )
    assert scope.receive(b"TRIG:A:TYP?\nCH3:POS?\nCH1:TER?\n") == b""
    assert scope.receive(b"*ESR?\n") == b"32\n"


def test_reset_takes_the_defaults(scope: TektronixScope) -> None:
    asked = b"CH1:SCA?;POS?;COUP?;:HOR:SCA?;:DATA?;:SEL?;:ACQ:MOD?;STATE?\n"
    before = scope.receive(asked)
    scope.receive(b"CH1:SCA 2;POS 1;COUP AC;:HOR:SCA 1;:DATA:ENC ASCI;STAR 7\n")
    scope.receive(b"SEL:CH3 1;:ACQ:MOD AVE;STATE STOP\n")
    changed = scope.receive(asked).split(b";")
    assert changed[:5] == [b"2.0000E+0", b"1.0000E+0", b"AC", b"1.0000E+0", b"ASCII"]
    scope.receive(b"*RST\n")
    assert scope.receive(asked) == before
