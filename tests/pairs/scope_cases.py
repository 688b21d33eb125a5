"""What must hold for a real driver on any simulated oscilloscope, over a line."""

from math import isnan, nan, pi, sin

import pytest

from drivers.errors import ConnectionLost, Garbled, InstrumentError, Silent
from drivers.roles import FieldProbe
from simulators.keysight_scope import KeysightScope
from simulators.line import Line
from simulators.tektronix_scope import TektronixScope


class Pair:
    """A pick-up coil of 5 turns and 6 mm in 15 kA/m at 212 kHz: 3.5496 V peak."""

    def __init__(
        self, twin: KeysightScope | TektronixScope, line: Line, driver: FieldProbe
    ) -> None:
        self.twin, self.line, self.driver = twin, line, driver
        self.twin.signal_frequency_hz, self.twin.signal_peak_v = 212e3, 3.5496


class ScopeCases:
    """To be run with a fixture ``pair``, for every model."""

    def test_it_identifies_and_measures(self, pair: Pair) -> None:
        assert "TE" in pair.driver.identify().maker
        signal = pair.driver.read_signal()
        assert signal.quality == "ok"
        assert signal.frequency_hz == pytest.approx(212e3, rel=1e-5)
        assert signal.peak_v == pytest.approx(3.5496, rel=1e-4)
        assert signal.rms_v == pytest.approx(2.50995, rel=1e-4)

    def test_a_waveform_is_the_coil_s_voltage_within_a_step(self, pair: Pair) -> None:
        times_s, voltages_v = pair.driver.read_waveform()
        assert len(times_s) == len(voltages_v) >= 1000
        expected = [3.5496 * sin(2 * pi * 212e3 * time_s) for time_s in times_s]
        assert voltages_v == pytest.approx(expected, abs=0.021)

    @pytest.mark.parametrize("fault", ["disconnected", "wrong_channel", "saturated"])
    def test_a_fault_is_an_error_never_a_smaller_field(
        self, pair: Pair, fault: str
    ) -> None:
        setattr(pair.twin, fault, True)
        signal = pair.driver.read_signal()
        assert signal.quality == "error"
        assert (
            isnan(signal.frequency_hz) and isnan(signal.peak_v) and isnan(signal.rms_v)
        )

    def test_rms_in_place_of_peak_is_noticed(self, pair: Pair) -> None:
        pair.twin.rms_for_peak = True
        assert pair.driver.read_signal().quality == "error"

    def test_field_off_is_not_measurable(self, pair: Pair) -> None:
        pair.twin.signal_peak_v, pair.twin.noise_v = 0.0, 1e-3
        assert pair.driver.read_signal().quality == "error"

    def test_the_coil_on_channel_2_is_found_there(self, pair: Pair) -> None:
        pair.twin.wrong_channel = True
        assert pair.driver.read_signal(2).quality == "ok"
        _, voltages_v = pair.driver.read_waveform(2)
        assert max(voltages_v) == pytest.approx(3.5496, abs=0.04)
        _, voltages_v = pair.driver.read_waveform(1)
        assert max(voltages_v) == 0.0

    def test_clipped_samples_are_no_numbers(self, pair: Pair) -> None:
        pair.twin.saturated = True
        _, voltages_v = pair.driver.read_waveform()
        share = sum(map(isnan, voltages_v)) / len(voltages_v)
        assert share == pytest.approx(
            2 / 3, abs=0.02
        )  # above half of the peak: 120 of 180
        assert max(v for v in voltages_v if not isnan(v)) < 0.51 * 3.5496

    def test_a_little_noise_is_still_a_sine(self, pair: Pair) -> None:
        pair.twin.noise_v = 0.05
        signal = pair.driver.read_signal()
        assert signal.quality == "ok"
        assert signal.peak_v == pytest.approx(3.5496 + 0.15, rel=1e-3)

    def test_a_channel_that_is_not_shown_gives_no_number(self, pair: Pair) -> None:
        pair.twin.shown.discard(1)
        assert pair.driver.read_signal().quality == "error"
        with pytest.raises(Silent):
            pair.driver.read_waveform()

    def test_faults_of_the_line_are_errors_never_numbers(self, pair: Pair) -> None:
        pair.line.silent = True
        with pytest.raises(Silent):
            pair.driver.read_signal()
        pair.line.silent = False
        pair.line.garble = lambda answer: answer.replace(b"E", b"\xc5")
        with pytest.raises(Garbled):
            pair.driver.read_signal()
        pair.line.garble = lambda answer: answer.replace(b"#", b"?")
        with pytest.raises(InstrumentError):
            pair.driver.read_waveform()
        pair.line.gone = True
        with pytest.raises(ConnectionLost):
            pair.driver.read_signal()

    def test_the_bench_may_write_nonsense(self, pair: Pair) -> None:
        pair.twin.signal_frequency_hz = nan
        assert pair.driver.read_signal().quality == "error"
