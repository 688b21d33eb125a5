"""The simulated Elektro-Automatik supply, byte by byte."""

import pytest

from simulators.ea_ps9000 import EaPs9000

NO_ERROR = b'0,"No error"\n'


def remote(spaced: bool = True) -> EaPs9000:
    supply = EaPs9000(spaced=spaced)
    assert supply.receive(b"SYST:LOCK ON\n") == b""
    return supply


def armed(timeout_s: int = 2) -> EaPs9000:
    supply = remote()
    supply.receive(b"POW:STAG:AFT:REM OFF\n")
    supply.receive(b"SYST:COMM:MON:TIM %d\n" % timeout_s)
    supply.receive(b"SYST:COMM:MON:ACT ON\nOUTP ON\n")
    return supply


def test_queries_need_no_remote_control_and_settings_do() -> None:
    supply = EaPs9000()
    assert supply.receive(b"SYST:LOCK:OWN?\n") == b"NONE\n"
    assert supply.receive(b"VOLT 12\n") == b""
    assert supply.receive(b"VOLT?\n") == b"0.00 V\n"
    assert supply.receive(b"SYST:ERR?\n") == b'-221,"Settings conflict"\n'
    assert supply.receive(b"SYST:ERR?\n") == NO_ERROR


def test_a_panel_in_control_keeps_it() -> None:
    supply = EaPs9000()
    supply.local = True
    assert supply.receive(b"SYST:LOCK ON;SYST:LOCK:OWN?\n") == b"LOCAL\n"
    assert supply.receive(b"SYST:ERR?\n") == b'-201,"Invalid while in local"\n'
    assert supply.receive(b"STAT:QUES:COND?\n") == b"512\n"


@pytest.mark.parametrize(("spaced", "gap"), [(True, b" "), (False, b"")])
def test_numbers_carry_their_unit(spaced: bool, gap: bytes) -> None:
    supply = remote(spaced=spaced)
    supply.voltage_v, supply.current_a = 12.5, 4.0
    assert supply.receive(b"MEAS:VOLT?\n") == b"12.50" + gap + b"V\n"
    actual = b"12.50%bV, 4.00%bA, 50%bW\n" % (gap, gap, gap)
    assert supply.receive(b"MEAS:ARR?\n") == actual
    assert supply.receive(b"SYST:NOM:POW?\n") == b"1500" + gap + b"W\n"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b"VOLT 24.5", b"24.50 V\n"),
        (b"VOLT 24.5V", b"24.50 V\n"),
        (b"VOLT 2450mV", b"2.45 V\n"),
        (b"volt 24.5 V", b"24.50 V\n"),
        (b":SOURCE:VOLTAGE 24.5", b"24.50 V\n"),
        (b"VOLT MAX", b"61.20 V\n"),
        (b"VOLT MIN", b"0.00 V\n"),
    ],
)
def test_set_values_may_carry_a_unit(sent: bytes, read: bytes) -> None:
    supply = remote()
    assert supply.receive(sent + b"\nVOLT?\n") == read
    assert supply.receive(b"SYST:ERR?\n") == NO_ERROR


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"VOLT 61.3", b'-222,"Data out of range"\n'),
        (b"VOLT:LIM:HIGH 20;VOLT 21", b'-222,"Data out of range"\n'),
        (b"CURR:PROT 67", b'-222,"Data out of range"\n'),
        (b"VOLT nonsense", b'-220,"Parameter error"\n'),
        (b"VOLT 3A", b'-220,"Parameter error"\n'),
        (b"OUTP MAYBE", b'-224,"Illegal parameter value"\n'),
        (b"HELLO", b'-100,"Command error"\n'),
    ],
)
def test_a_refused_setting_is_ignored_and_queued(sent: bytes, error: bytes) -> None:
    supply = remote()
    assert supply.receive(sent + b"\n") == b""
    assert (supply.set_voltage_v, supply.output_on) == (0.0, False)
    assert supply.receive(b"SYST:ERR?\n") == error


def test_the_queue_holds_five_and_all_joins_them() -> None:
    supply = remote()
    supply.receive(b"BAD\n" * 7)
    one = b'-100,"Command error"'
    assert supply.receive(b"SYST:ERR:ALL?\n") == b", ".join([one] * 5) + b"\n"
    assert supply.receive(b"SYST:ERR:NEXT?\n") == NO_ERROR


def test_five_queries_share_a_line_and_a_sixth_is_too_much() -> None:
    supply = remote()
    five = b";".join([b"OUTP?"] * 5)
    assert supply.receive(five + b"\n") == b"OFF;OFF;OFF;OFF;OFF\n"
    assert supply.receive(five + b";OUTP?\n") == b"OFF;OFF;OFF;OFF;OFF\n"
    assert supply.receive(b"SYST:ERR?\n") == b'-223,"Too much data"\n'


def test_a_reply_beyond_its_buffer_is_not_sent() -> None:
    supply = remote()
    assert supply.receive(b"*IDN?;*IDN?;*IDN?\n") == b""
    assert supply.receive(b"SYST:ERR?\n") == b'-225,"Out of memory"\n'


def test_a_message_may_arrive_in_pieces() -> None:
    supply = remote()
    assert supply.receive(b"OU") + supply.receive(b"TP?") == b""
    assert supply.receive(b"\n") == b"OFF\n"


@pytest.mark.parametrize(
    ("voltage_v", "current_a", "bit"), [(20.0, 1.0, 1), (1.0, 5.0, 2)]
)
def test_a_protection_that_is_reached_switches_off(
    voltage_v: float, current_a: float, bit: int
) -> None:
    supply = remote()
    supply.receive(b"VOLT:PROT 20\nCURR:PROT 5\nOUTP ON\n")
    supply.voltage_v, supply.current_a = voltage_v, current_a
    supply.advance(0.1)
    assert supply.receive(b"OUTP?\n") == b"OFF\n"
    assert supply.receive(b"STAT:QUES:COND?\n") == b"%d\n" % (1024 + bit)
    supply.receive(b"OUTP ON\n")
    assert supply.receive(b"OUTP?\n") == b"OFF\n"
    assert supply.receive(b"SYST:ERR:ALL?\n") == b'-221,"Settings conflict"\n'
    supply.receive(b"OUTP ON\n")
    assert supply.receive(b"OUTP?\n") == b"ON\n"


def test_alarms_are_counted() -> None:
    supply = remote()
    supply.trip("over-temperature")
    assert supply.receive(b"SYST:ALAR:COUN:OTEM?\n") == b"1\n"
    assert supply.receive(b"SYST:ALAR:COUN:OVOL?\n") == b"0\n"


def test_mode_and_events_are_in_their_registers() -> None:
    supply = remote()
    supply.receive(b"CURR 4;OUTP ON\n")
    supply.voltage_v, supply.current_a = 10.0, 4.0
    assert supply.receive(b"STAT:OPER:COND?\n") == b"512\n"
    supply.current_a = 1.0
    assert supply.receive(b"STAT:OPER:COND?\n") == b"256\n"
    supply.advance(0.1)
    assert supply.receive(b"STAT:QUES?\n") == b"3072\n"
    assert supply.receive(b"STAT:QUES:EVEN?\n") == b"0\n"


def test_status_byte_needs_enables() -> None:
    supply = EaPs9000()
    supply.receive(b"*CLS\nBAD\n")
    assert supply.receive(b"*STB?\n") == b"4\n"
    supply.receive(b"*ESE 32;*SRE 32\n")
    assert supply.receive(b"*STB?\n") == b"100\n"
    assert supply.receive(b"*ESR?;*ESR?\n") == b"32;0\n"


def test_silence_switches_off_and_says_so() -> None:
    supply = armed(2)
    supply.advance(1.9)
    assert supply.output_on
    assert supply.receive(b"OUTP?\n") == b"ON\n"  # any message restarts it
    supply.advance(1.9)
    assert supply.output_on
    supply.advance(0.2)
    assert not supply.output_on
    assert supply.receive(b"SYST:LOCK:OWN?\n") == b"NONE\n"
    assert supply.receive(b"STAT:OPER:COND?\n") == b"128\n"
    supply.receive(b"SYST:ERR?\n")
    assert supply.receive(b"STAT:OPER:COND?\n") == b"0\n"


def test_silence_without_the_after_remote_setting_leaves_dc_on() -> None:
    supply = remote()
    supply.receive(b"CURR 5;SYST:COMM:MON:TIM 2;SYST:COMM:MON:ACT ON;OUTP ON\n")
    supply.advance(3.0)
    assert supply.output_on
    assert supply.receive(b"STAT:OPER:COND?\n") == b"384\n"


def test_monitoring_is_off_by_default_at_five_seconds() -> None:
    supply = remote()
    assert supply.receive(b"SYST:COMM:MON:TIM?;:SYST:COMM:MON:ACT?\n") == b"5;OFF\n"
    supply.receive(b"POW:STAG:AFT:REM OFF;OUTP ON\n")
    supply.advance(3600.0)
    assert supply.output_on


def test_monitoring_survives_the_mains_and_waits_for_a_link() -> None:
    supply = armed(2)
    supply.power_cycled()
    assert supply.receive(b"") == b""
    supply.advance(10.0)
    assert not supply.cto
    assert supply.receive(b"SYST:COMM:MON:ACT?\n") == b"ON\n"
    supply.advance(2.0)
    assert supply.cto


def test_a_dead_monitor_does_nothing() -> None:
    supply = armed(2)
    supply.monitor_dead = True
    supply.advance(10.0)
    assert supply.output_on


def test_restore_decides_what_mains_back_does() -> None:
    supply = remote()
    supply.receive(b"SYST:CONF:OUTP:REST AUTO;OUTP ON\n")
    supply.power_cycled()
    assert supply.output_on
    supply.receive(b"SYST:LOCK ON;SYST:CONF:OUTP:REST OFF\n")
    supply.power_cycled()
    assert not supply.output_on


def test_faults() -> None:
    supply = remote()
    supply.receive(b"OUTP ON\n")
    supply.stuck_on = True
    supply.receive(b"OUTP OFF;VOLT 5\n")
    assert (supply.output_on, supply.set_voltage_v) == (True, 0.0)
    supply.stuck_on, supply.ignores_set = False, True
    supply.receive(b"OUTP OFF;VOLT 5\n")
    assert (supply.output_on, supply.set_voltage_v) == (False, 0.0)


def test_reset_takes_control_and_switches_off() -> None:
    supply = remote()
    supply.receive(b"OUTP ON;SYST:LOCK OFF\n")
    assert supply.output_on
    supply.receive(b"*RST\n")
    assert not supply.output_on
    assert supply.receive(b"SYST:LOCK:OWN?\n") == b"REMOTE\n"
