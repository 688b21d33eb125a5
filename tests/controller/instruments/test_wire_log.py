"""A wire log is written from threads, read back as pairs, and plays a driver test."""

import ast
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.errors import BenchError
from controller.instruments.wire_log import WireLogFile, as_test, to_pairs
from drivers.aimtti_psu import AimttiPsu
from drivers.transport import Transport
from simulators.aimtti_psu import AimttiPsu as AimttiTwin
from simulators.line import Line
from tests.drivers.scripted import ScriptedPort


def test_line_has_time_instrument_direction_and_bytes(tmp_path: Path) -> None:
    times = iter([10.0, 10.5, 11.25])
    with WireLogFile(tmp_path / "wire.log", lambda: next(times)) as log:
        log("psu", ">", b"V1O?\n")
        log("psu", "<", b"12.000V\r\n")
    assert (tmp_path / "wire.log").read_text(encoding="ascii") == (
        "0.500000 psu > b'V1O?\\n'\n1.250000 psu < b'12.000V\\r\\n'\n"
    )


def test_pieces_of_an_answer_are_joined_and_others_left_out(tmp_path: Path) -> None:
    path = tmp_path / "wire.log"
    with WireLogFile(path) as log:
        log("psu", "<", b"left over")
        log("psu", ">", b"*IDN?\n")
        log("gen", ">", b"FREQ?\n")
        log("psu", "<", b"THURLBY ")
        log("psu", "<", b"THANDAR\r\n")
        log("psu", ">", b"OP1 0\n")
    assert to_pairs(path, "psu") == [
        (b"", b"left over"),
        (b"*IDN?\n", b"THURLBY THANDAR\r\n"),
        (b"OP1 0\n", b""),
    ]
    assert to_pairs(path, "gen") == [(b"FREQ?\n", b"")]


@given(st.lists(st.tuples(st.binary(min_size=1), st.binary()), max_size=10))
def test_any_bytes_come_back(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[bytes, bytes]]
) -> None:
    path = tmp_path_factory.mktemp("log") / "wire.log"
    with WireLogFile(path) as log:
        for sent, came in pairs:
            log("it", ">", sent)
            if came:
                log("it", "<", came)
    assert to_pairs(path, "it") == pairs
    source = as_test(pairs).removeprefix("PAIRS = ")
    assert ast.literal_eval(source) == pairs


def test_logged_exchanges_play_as_a_driver_test(tmp_path: Path) -> None:
    path = tmp_path / "wire.log"
    with WireLogFile(path) as log:
        line = Line(AimttiTwin(serial="4711"))
        driver = AimttiPsu(Transport(line, "psu", log=log), model="QPX1200SP")
        identity, state = driver.identify(), driver.read_state()
    port = ScriptedPort(to_pairs(path, "psu"))
    again = AimttiPsu(Transport(port, "psu"), model="QPX1200SP")
    assert (again.identify(), again.read_state()) == (identity, state)
    assert port.left == []


def test_lines_of_several_threads_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "wire.log"
    with WireLogFile(path) as log:

        def work(name: str) -> None:
            for n in range(200):
                log(name, ">", b"%d" % n * 20)

        threads = [threading.Thread(target=work, args=(f"i{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10.0)
    for n in range(4):
        assert len(to_pairs(path, f"i{n}")) == 200


def test_closed_log_takes_no_more(tmp_path: Path) -> None:
    log = WireLogFile(tmp_path / "wire.log")
    log.close()
    log("psu", ">", b"late")
    log.close()
    assert to_pairs(tmp_path / "wire.log", "psu") == []


@pytest.mark.parametrize(
    "text",
    ["nonsense\n", "1.0 psu > not bytes\n", "1.0 psu ? b'x'\n", "1.0 psu > b'x\n", "é"],
)
def test_other_file_is_refused_by_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wire.log"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BenchError, match="wire log"):
        to_pairs(path, "psu")


def test_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="--wire-log: cannot write"):
        WireLogFile(tmp_path / "nowhere" / "wire.log")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_ends_the_log_and_not_the_exchange() -> None:
    with WireLogFile(Path("/dev/full")) as log:
        for _ in range(3):
            log("psu", ">", b"OP1 0\n")
    assert "space" in log.failed
