"""The simulated Aim-TTi generator, byte by byte."""

import pytest

from simulators.aimtti_tg import AimttiTg


def test_identity_ends_in_cr_lf() -> None:
    answer = AimttiTg("TG5011", "527758").receive(b"*IDN?\n")
    assert answer == b"THURLBY THANDAR, TG5011, 527758, 0.00\r\n"


@pytest.mark.parametrize(
    ("model", "line"),
    [
        ("TG2000", b"WAVFREQ 161270\r\n"),
        ("TG2000", b"wavfreq 1.6127E5\n"),
        ("TG5011", b"FREQ 161270\n"),
        ("TG5011", b"PER 6.2007813e-06\n"),
    ],
)
def test_frequency_in_each_dialect(model: str, line: bytes) -> None:
    generator = AimttiTg(model)
    assert generator.receive(line) == b""
    assert generator.frequency_hz == pytest.approx(161270.0)
    assert generator.receive(b"EER?\n*ESR?\n") == b"0\r\n128\r\n"


@pytest.mark.parametrize(
    ("model", "line"),
    [
        ("TG2000", b"FREQ 161270"),
        ("TG2000", b"PER 1e-5"),
        ("TG2000", b"DCOFFS 1"),
        ("TG5011", b"WAVFREQ 161270"),
        ("TG5011", b"FREQ?"),
        ("TG5011", b"OUTPUT?"),
        ("TG5011", b"AMPL?"),
        ("TG5011", b"FREQ high"),
        ("TG5011", b"HELLO"),
    ],
)
def test_the_other_dialect_and_invented_queries_are_silent_errors(
    model: str, line: bytes
) -> None:
    generator = AimttiTg(model)
    generator.receive(b"*CLS\n")
    assert generator.receive(line + b"\n") == b""
    assert generator.receive(b"*ESR?;EER?\n") == b"32\r\n0\r\n"
    assert generator.frequency_hz == 10e3


@pytest.mark.parametrize(
    "line",
    [
        b"FREQ 50000001",
        b"FREQ 0",
        b"AMPL 21",
        b"WAVE CIRCLE",
        b"OUTPUT MAYBE",
        b"ZLOAD 0.5",
    ],
)
def test_a_value_out_of_range_is_an_execution_error(line: bytes) -> None:
    generator = AimttiTg("TG5011")
    generator.receive(b"*CLS\n")
    assert generator.receive(line + b"\n") == b""
    assert (
        generator.receive(b"EER?\nEER?\n*ESR?\n*ESR?\n") == b"100\r\n0\r\n16\r\n0\r\n"
    )


@pytest.mark.parametrize(
    ("lines", "amplitude_vpp"),
    [
        (b"AMPL 5", 5.0),
        (b"AMPUNIT VRMS;AMPL 1", 2.828427),
        (b"AMPUNIT DBM;AMPL 13.0103", 2.828427),
    ],
)
def test_amplitude_in_each_unit(lines: bytes, amplitude_vpp: float) -> None:
    generator = AimttiTg()
    generator.receive(lines + b"\n")
    assert generator.amplitude_vpp == pytest.approx(amplitude_vpp, rel=1e-5)


def test_only_a_continuous_periodic_output_has_a_frequency() -> None:
    generator = AimttiTg("TG5011")
    generator.receive(b"FREQ 161270\n")
    assert generator.true_frequency_hz == 0.0
    generator.receive(b"OUTPUT ON\n")
    generator.frequency_error = 1e-3
    assert generator.true_frequency_hz == pytest.approx(161431.27)
    generator.receive(b"BST NCYC\n")
    assert generator.true_frequency_hz == 0.0
    generator.receive(b"BST OFF;WAVE NOISE\n")
    assert generator.true_frequency_hz == 0.0


def test_faults_and_the_mains() -> None:
    generator = AimttiTg()
    generator.receive(b"OUTPUT ON\n")
    generator.stuck_on = generator.stuck_frequency = True
    generator.receive(b"OUTPUT OFF;WAVFREQ 5\n")
    assert (generator.output_on, generator.frequency_hz) == (True, 10e3)
    generator.stuck_on = generator.stuck_frequency = False
    generator.power_cycled()
    assert not generator.output_on
    assert generator.receive(b"*ESR?\n") == b"128\r\n"
