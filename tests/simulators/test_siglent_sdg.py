"""The simulated Siglent generator, byte by byte."""

import pytest

from simulators.siglent_sdg import SiglentSdg

NO_ERROR = b'0,"No error"\n'


def test_identity() -> None:
    answer = SiglentSdg(serial="SDG1XDCC6R1389").receive(b"*IDN?\n")
    assert answer == b"Siglent Technologies,SDG1032X,SDG1XDCC6R1389,1.01.01.33R1B10\n"


def test_the_basic_wave_of_the_reference() -> None:
    generator = SiglentSdg()
    pairs = b"WVTP,SINE,FRQ,0.3,AMP,0.08,OFST,-2,MAX_OUTPUT_AMP,4.6"
    assert generator.receive(b"C1:BSWV " + pairs + b"\n") == b""
    assert generator.receive(b"C1:BSWV?\n") == (
        b"C1:BSWV WVTP,SINE,FRQ,0.3HZ,PERI,3.33333S,AMP,0.08V,AMPVRMS,0.02828Vrms,"
        b"MAX_OUTPUT_AMP,4.6V,OFST,-2V,HLEV,-1.96V,LLEV,-2.04V,PHSE,0\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        b"C1:BSWV FRQ,161270.5",
        b"c1:bswv frq,161270.5hz",
        b"C1:BASIC_WAVE FRQ,161.2705KHZ",
        b"C1:BSWV AMP,2V,FRQ,161270.5,OFST,0V",
    ],
)
def test_frequency_with_and_without_its_unit(line: bytes) -> None:
    generator = SiglentSdg()
    generator.receive(line + b"\n")
    assert b"FRQ,161270.5HZ," in generator.receive(b"C1:BSWV?\n")
    assert generator.receive(b"SYST:ERR?\n") == NO_ERROR


def test_period_is_the_other_way_to_say_it() -> None:
    generator = SiglentSdg()
    generator.receive(b"C1:BSWV PERI,0.00001S\n")
    assert generator.frequency_hz == pytest.approx(1e5)


def test_fields_follow_the_wave_shape() -> None:
    generator = SiglentSdg()
    generator.receive(b"C1:BSWV WVTP,DC,OFST,1\n")
    assert generator.receive(b"C1:BSWV?\n") == b"C1:BSWV WVTP,DC,OFST,1V\n"
    generator.receive(b"C1:BSWV WVTP,ARB\n")
    assert b"AMPVRMS" not in generator.receive(b"C1:BSWV?\n")


def test_output_load_and_polarity() -> None:
    generator = SiglentSdg()
    assert generator.receive(b"C1:OUTP?\n") == b"C1:OUTP OFF,LOAD,HZ,PLRT,NOR\n"
    generator.receive(b"C1:OUTP LOAD,50\nC1:OUTP PLRT,INVT\nC1:OUTPut ON\n")
    assert generator.receive(b"C1:OUTPut?\n") == b"C1:OUTP ON,LOAD,50,PLRT,INVT\n"
    assert generator.receive(b"C2:OUTP?\n") == b"C2:OUTP OFF,LOAD,HZ,PLRT,NOR\n"


def test_the_second_channel_clocks_nothing() -> None:
    generator = SiglentSdg()
    generator.receive(b"C2:BSWV FRQ,5000\nC2:OUTP ON\n")
    assert generator.true_frequency_hz == 0.0
    assert b"FRQ,5000HZ" in generator.receive(b"C2:BSWV?\n")
    assert b"FRQ,1000HZ" in generator.receive(b"C1:BSWV?\n")


@pytest.mark.parametrize(
    ("chdr", "start"),
    [(b"SHORT", b"C1:BSWV WVTP"), (b"LONG", b"C1:BASIC_WAVE WVTP"), (b"OFF", b"WVTP")],
)
def test_headers(chdr: bytes, start: bytes) -> None:
    generator = SiglentSdg()
    generator.receive(b"CHDR " + chdr + b"\n")
    assert generator.receive(b"C1:BSWV?\n").startswith(start)


@pytest.mark.parametrize(
    "line",
    [
        b"C1:BSWV FRQ,30000001",
        b"C1:BSWV AMP,21",
        b"C1:BSWV FRQ",
        b"C1:BSWV FRQ,fast",
        b"C1:BSWV FRQ,5V2",
        b"C1:BSWV NAME,5",
        b"C1:BSWV WVTP,CIRCLE",
        b"C1:BSWV PERI,0",
        b"C1:HELLO",
        b"C3:OUTP ON",
        b"HELLO",
    ],
)
def test_a_refused_setting_is_silent_and_queued(line: bytes) -> None:
    generator = SiglentSdg()
    assert generator.receive(line + b"\n") == b""
    assert (generator.frequency_hz, generator.amplitude_vpp) == (1000.0, 4.0)
    assert generator.receive(b"SYST:ERR?\n").startswith(b"-")
    assert generator.receive(b"SYST:ERR?\n") == NO_ERROR


def test_teledyne_words_its_errors_differently() -> None:
    generator = SiglentSdg("T3AFG80")
    assert generator.receive(b"SYST:ERR?\n") == b"-0, No errors\n"


def test_only_a_periodic_output_has_a_frequency() -> None:
    generator = SiglentSdg()
    assert generator.true_frequency_hz == 0.0
    generator.receive(b"C1:OUTP ON\n")
    generator.frequency_error = 1e-3
    assert generator.true_frequency_hz == pytest.approx(1001.0)
    generator.receive(b"C1:BSWV WVTP,NOISE\n")
    assert generator.true_frequency_hz == 0.0


def test_faults_and_the_mains() -> None:
    generator = SiglentSdg()
    generator.receive(b"C1:OUTP ON\n")
    generator.stuck_on = generator.stuck_frequency = True
    generator.receive(b"C1:OUTP OFF\nC1:BSWV FRQ,5\n")
    assert (generator.output_on, generator.frequency_hz) == (True, 1000.0)
    generator.stuck_on = generator.stuck_frequency = False
    generator.receive(b"C1:BSWV FRQ,5\n")
    generator.power_cycled()
    assert (generator.output_on, generator.frequency_hz) == (False, 1000.0)


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        (b"WVTP,SQUARE,DUTY,30", b"PHSE,0,DUTY,30"),
        (b"WVTP,PULSE,DUTY,20%", b"PHSE,0,DUTY,20"),
        (b"WVTP,RAMP,SYM,80", b"PHSE,0,SYM,80"),
        (b"HLEV,3V,LLEV,-1", b"AMP,4V,AMPVRMS,1.414Vrms,MAX_OUTPUT_AMP,20V,OFST,1V"),
        (b"WVTP,SQUARE,AMPVRMS,1.5", b"AMP,3V,AMPVRMS,1.5Vrms"),
    ],
)
def test_levels_and_shares_of_a_wave(sent: bytes, fields: bytes) -> None:
    generator = SiglentSdg()
    generator.receive(b"C1:BSWV " + sent + b"\n")
    assert fields in generator.receive(b"C1:BSWV?\n")
    assert generator.receive(b"SYST:ERR?\n") == NO_ERROR


@pytest.mark.parametrize(
    "sent", [b"DUTY,0", b"SYM,101", b"HLEV,30", b"WVTP,ARB,AMPVRMS,1", b"DUTY,x"]
)
def test_a_share_out_of_range_is_refused(sent: bytes) -> None:
    generator = SiglentSdg()
    generator.receive(b"C1:BSWV " + sent + b"\n")
    assert generator.receive(b"SYST:ERR?\n").startswith(b"-222")


@pytest.mark.parametrize("mode", [b"MDWV", b"SWWV", b"BTWV"])
def test_a_wave_that_is_broken_up_has_no_frequency(mode: bytes) -> None:
    generator = SiglentSdg()
    generator.receive(b"C1:OUTP ON\n")
    assert generator.receive(b"C1:" + mode + b"?\n") == b"C1:%s STATE,OFF\n" % mode
    generator.receive(b"C1:" + mode + b" STATE,ON\n")
    answer = generator.receive(b"C1:" + mode + b"?\n")
    assert answer.startswith(b"C1:%s STATE,ON,CARR,WVTP,SINE,FRQ,1000HZ," % mode)
    assert generator.true_frequency_hz == 0.0
    assert generator.receive(b"C2:" + mode + b"?\n") == b"C2:%s STATE,OFF\n" % mode
    generator.receive(b"C1:" + mode + b" STATE,OFF\n")
    assert generator.true_frequency_hz == 1000.0


def test_only_one_mode_is_on_and_its_parameters_are_kept() -> None:
    generator = SiglentSdg()
    generator.receive(b"C1:BTWV STATE,ON\nC1:MDWV FM\nC1:MDWV STATE,ON\n")
    generator.receive(b"C1:MDWV FM,DEVI,5000\nC1:MDWV FM,SRC,INT\n")
    assert generator.receive(b"C1:BTWV?\n") == b"C1:BTWV STATE,OFF\n"
    assert generator.receive(b"C1:MDWV?\n").startswith(
        b"C1:MDWV STATE,ON,FM,DEVI,5000,SRC,INT,CARR,WVTP,SINE,"
    )
    generator.receive(b"*RST\n")
    assert generator.receive(b"C1:MDWV?\n") == b"C1:MDWV STATE,OFF\n"


def test_what_no_inverter_depends_on_is_answered() -> None:
    generator = SiglentSdg()
    assert generator.receive(b"C1:ARWV?\n") == b"C1:ARWV INDEX,2,NAME,StairUp\n"
    assert generator.receive(b"C2:SYNC?\n") == b"C2:SYNC OFF,TYPE,CH1\n"
    assert generator.receive(b"C1:INVT?\n") == b"C1:INVT OFF\n"
    generator.receive(b"C1:INVT ON\n")
    assert generator.receive(b"SYST:ERR?\n").startswith(b"-113")
