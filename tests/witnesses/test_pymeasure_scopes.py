"""pymeasure's own drivers on our simulated oscilloscopes."""

import pytest

from simulators.keysight_scope import KeysightScope
from simulators.line import Line
from simulators.tektronix_scope import TektronixScope
from tests.witnesses.adapter import LineAdapter

tektronix = pytest.importorskip("pymeasure.instruments.tektronix")
keysight = pytest.importorskip("pymeasure.instruments.keysight")


@pytest.mark.filterwarnings("ignore:It is not known whether:FutureWarning")
@pytest.mark.parametrize("model", ["TDS2024", "TDS2012", "MDO3024"])
def test_tds2000_reads_the_pick_up_coil(model: str) -> None:
    twin = TektronixScope(model)
    twin.signal_frequency_hz, twin.signal_peak_v = 212e3, 3.5496
    adapter = LineAdapter(Line(twin), b"\n", b"\n")
    scope = tektronix.TDS2000(adapter)
    assert scope.id.startswith("TEKTRONIX,")
    measurement = scope.measurement
    read = {}
    for source in ("CH1", "CH2"):
        measurement.source = source
        assert measurement.source == source
        for kind in measurement.TYPE_VALUES:
            measurement.type = kind
            assert measurement.type.startswith(kind)
            read[source, kind] = measurement.value[0], measurement.unit
    assert read["CH1", "FREQ"] == (212e3, '"Hz"')
    assert read["CH1", "PERI"] == (pytest.approx(1 / 212e3, rel=1e-4), '"s"')
    assert read["CH1", "PK2"] == (pytest.approx(7.0992, rel=1e-4), '"V"')
    assert read["CH1", "CRM"] == (pytest.approx(2.50995, rel=1e-4), '"V"')
    assert read["CH1", "MAXI"][0] == -read["CH1", "MINI"][0] == 3.5496
    assert read["CH2", "FREQ"][0] == 9.9e37
    assert scope.complete == "1"
    assert adapter.left() == b""


@pytest.mark.filterwarnings("ignore:It is not known whether:FutureWarning")
def test_a_unit_cannot_be_set() -> None:
    twin = TektronixScope("TDS2024")
    scope = tektronix.TDS2000(LineAdapter(Line(twin), b"\n", b"\n"))
    scope.measurement.unit = "Hz"  # pymeasure offers it; the instrument only answers it
    assert scope.ask("*ESR?") == "32"
    assert scope.ask("ALLEV?").startswith("113,")


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("model", ["DSOX1204G", "DSOX2012A", "DSOX3024T"])
def test_dsox1102g_draws_the_pick_up_coil(model: str) -> None:
    twin = KeysightScope(model)
    twin.signal_frequency_hz, twin.signal_peak_v = 212e3, 3.5
    adapter = LineAdapter(Line(twin), b"\n", b"\n")
    scope = keysight.KeysightDSOX1102G(adapter)
    scope.timebase_setup(mode="main", offset=0.0, scale=1e-6)
    scope.ch1.setup(display=True, scale=1.0, offset=0.0, coupling="dc", label="coil")
    assert (scope.timebase_scale, scope.timebase_range) == (1e-6, 1e-5)
    assert scope.timebase == {
        "MODE": "MAIN",
        "REF": "CENT",
        "MAIN:RANG": 1e-5,
        "POS": 0.0,
    }
    configuration = scope.ch1.current_configuration
    assert (configuration["RANG"], configuration["COUP"]) == (8.0, "DC")
    assert (configuration["LAB"], configuration["DISP"]) == ('"coil"', True)
    values_v, preamble = scope.download_data(source="channel1", points=1000)
    assert (len(values_v), preamble["points"]) == (1000, 1000)
    assert preamble["xincrement"] == pytest.approx(1e-8)
    assert max(values_v) == pytest.approx(3.5, abs=0.02)
    assert min(values_v) == pytest.approx(-3.5, abs=0.02)
    scope.acquisition_type = "hresolution"
    assert scope.acquisition_type == "hresolution"
    scope.single()
    assert scope.check_errors() == []
    assert adapter.left() == b""
