"""pymeasure's own driver on our simulated Tektronix oscilloscope."""

import pytest

from simulators.line import Line
from simulators.tektronix_scope import TektronixScope
from tests.witnesses.adapter import LineAdapter

tektronix = pytest.importorskip("pymeasure.instruments.tektronix")


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
