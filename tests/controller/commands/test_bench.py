"""``amf check`` and ``amf off`` against instruments on real ports, and on this host."""

import json
import logging
import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from controller.commands.bench import check, off
from controller.config.loading import load
from controller.errors import ConfigError
from controller.guardian.hands import Hand, OffByHand
from controller.host.computer import host_warnings
from controller.instruments.holders import free
from controller.instruments.locks import Locks, key_of
from controller.loop import COMPLETED, NOT_CONFIRMED, REFUSED
from controller.rehearsal import Served
from tests.controller.served import AMF, LONG_S, amf, quick, served_bench

FAULT = '\n[[faults]]\nkind = "silence"\non = "{}"\nat_s = 0.0\n'


def words(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


def test_check_shows_who_answers_limits_and_watchdog(tmp_path: Path) -> None:
    with served_bench(tmp_path) as (config, served):
        done = amf("check", config)
        assert not served.simulation.twins["psu"].output_on
        assert not served.simulation.twins["generator"].output_on
    assert done.returncode == COMPLETED, done.stderr
    said = words(done.stdout)
    for expected in ("QPX1200SP", "V1.21", "served", "none", "trips:", "1: 3"):
        assert expected in said, said
    assert "confirmed by read-back" in said


def test_check_as_one_json_object(tmp_path: Path) -> None:
    more = FAULT.format("thermometer")
    done = amf("check", quick(tmp_path), "--json")
    assert done.returncode == COMPLETED, done.stderr
    found = json.loads(done.stdout)
    assert found["kind"] == "check" and found["off"]["confirmed"] is True
    psu = found["instruments"]["psu"]
    assert (psu["driver"], psu["model"], psu["kind"]) == (
        "aimtti_psu",
        "QPX1200SP",
        "simulated",
    )
    assert psu["reading"]["output_on"] is False and psu["watchdog"] == ""
    assert psu["limits"]["over_voltage_v"] > 0.0 and psu["firmware"]
    core = found["instruments"]["thermometer"]["reading"]["1"]
    assert core["quality"] == "ok" and 30.0 < core["value_c"] < 40.0
    assert found["warnings"] == [] and not found["independent_shut_off"]
    silent = amf("check", quick(tmp_path, more), "--json")
    assert silent.returncode == REFUSED and "thermometer" in silent.stderr
    (said,) = json.loads(silent.stdout)["refused"]
    assert said.startswith("thermometer: ")


def test_check_refuses_the_wrong_instrument_by_name(tmp_path: Path) -> None:
    with served_bench(tmp_path, link="socket") as (config, _):
        text = config.read_text(encoding="utf-8")
        text = text.replace('model = "33521B"', 'model = "33522B"')
        config.write_text(text, encoding="utf-8")
        done = amf("check", config)
    assert done.returncode == REFUSED
    assert "generator" in done.stderr and "33521B" in done.stderr


def test_check_tells_the_line_that_binds_a_real_instrument(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served_bench(tmp_path, link="socket", inside=("psu",)) as (config, served):
        text = config.read_text(encoding="utf-8")
        there = f'address = "{served.addresses["generator"]}"\n'
        text = text.replace(f"{there}served = true\n", there)
        config.write_text(text, encoding="utf-8")
        line = 'serial = "MY00000001"'
        with pytest.raises(ConfigError, match=f"bound by {line}: add that line"):
            check(config)
        config.write_text(text.replace(there, f"{there}{line}\n"), encoding="utf-8")
        assert check(config, json=True) == COMPLETED
    found = json.loads(capsys.readouterr().out)
    assert found["instruments"]["generator"]["bound_by"] == "its serial number"
    assert found["instruments"]["thermometer"]["bound_by"] == ""
    assert found["probes"][2]["trip_cem43_min"] == 9.0


@pytest.mark.skipif(os.name != "posix", reason="a process is frozen by a signal")
def test_off_ends_a_frozen_engine_and_proves_off(tmp_path: Path) -> None:
    is_on = threading.Event()

    def look(served: Served, on_s: float) -> None:
        if on_s > 0.5:
            is_on.set()

    with (
        served_bench(tmp_path, look=look) as (config, served),
        subprocess.Popen(
            [*AMF, "run", str(config), "--out", str(tmp_path / "runs")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as engine,
    ):
        assert is_on.wait(LONG_S)
        engine.send_signal(signal.SIGSTOP)
        done = amf("off", config)
        assert not served.simulation.twins["psu"].output_on
        assert not served.simulation.twins["generator"].output_on
        assert engine.wait(LONG_S) != 0
    assert done.returncode == COMPLETED, done.stdout + done.stderr
    assert "confirmed by read-back" in words(done.stdout)


class Program:
    """Another program that has an instrument, and how it takes a signal."""

    def __init__(self, folder: Path, address: str, ends_on: int) -> None:
        self.locks = Locks("amf run x.toml", folder)
        self.locks.take("psu", key_of(address))
        self.ends_on = ends_on
        self.heard: list[int] = []

    def kill(self, pid: int, number: int) -> None:
        self.heard.append(number)
        if number == self.ends_on:
            self.locks.close()


def test_off_needs_nothing_that_binds(tmp_path: Path) -> None:
    """A config of before, without serial numbers, does not run; it switches off."""
    with served_bench(tmp_path, inside=["thermometer"]) as (config, served):
        text = config.read_text(encoding="utf-8").replace("served = true\n", "")
        config.write_text(text, encoding="utf-8")
        psu = served.simulation.twins["psu"]
        psu.switch(True)
        with pytest.raises(ConfigError, match="bound by nothing but its address"):
            load(config)
        assert off(config) == COMPLETED and not psu.output_on


def test_off_says_a_warning_once_however_often_it_tries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Who reads it stands beside a coil: the last sentence must not be buried."""

    def tried(hands: list[Hand]) -> OffByHand:
        for _ in range(40):
            for hand in hands:
                logging.getLogger("drivers").warning("%s does not answer", hand.name)
        return OffByHand(False, "FIELD OFF IS NOT CONFIRMED", 1.0, {})

    monkeypatch.setattr("controller.commands.bench.switch_off", tried)
    with served_bench(tmp_path) as (config, _):
        assert off(config) == NOT_CONFIRMED
    said = [record.getMessage() for record in caplog.records]
    assert said == ["psu does not answer", "generator does not answer"]
    logging.getLogger("drivers").warning("psu does not answer")
    assert len(caplog.records) == 3


@pytest.mark.parametrize("ends_on", [signal.SIGTERM, signal.SIGKILL, 0])
def test_a_program_is_asked_before_it_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends_on: int
) -> None:
    address, said = "socket://127.0.0.1:9", []
    other = Program(tmp_path, address, ends_on)
    monkeypatch.setattr(os, "getpid", lambda: -1)  # the lock is not our own
    free([address], said.append, Locks("off", tmp_path), other.kill, lambda dt_s: None)
    asked, ended = [signal.SIGTERM], [signal.SIGTERM, signal.SIGKILL]
    assert other.heard == (asked if ends_on == signal.SIGTERM else ended)
    assert "amf run x.toml" in said[0]
    assert len(said) == {signal.SIGTERM: 1, signal.SIGKILL: 2, 0: 3}[ends_on]


def test_nobody_is_ended_where_nobody_has_it(tmp_path: Path) -> None:
    def kill(pid: int, number: int) -> None:
        raise AssertionError(pid)

    free(["COM3"], print, Locks("off", tmp_path), kill, lambda dt_s: None)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="ascii")


def test_battery_and_sleep_are_told(tmp_path: Path) -> None:
    battery = tmp_path / "class/power_supply/BAT0"
    put(battery / "type", "Battery")
    put(battery / "status", "Discharging")
    put(battery / "capacity", "62")
    put(tmp_path / "power/autosleep", "mem")
    first, second = host_warnings([], tmp_path, tmp_path)
    assert "battery, 62 % left" in first and "goes to sleep by itself" in second
    put(battery / "status", "Charging")
    put(tmp_path / "power/autosleep", "off")
    assert host_warnings([], tmp_path, tmp_path) == []
    put(battery / "status", "Discharging")
    put(battery / "scope", "Device")  # a mouse's
    assert host_warnings([], tmp_path, tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="the links of /sys")
def test_usb_suspend_is_told_for_the_ports_of_the_bench(tmp_path: Path) -> None:
    usb = tmp_path / "devices/usb1/1-2"
    put(usb / "idVendor", "0403")
    put(usb / "power/control", "auto")
    put(usb / "power/autosuspend_delay_ms", "2000")
    (usb / "1-2:1.0/ttyUSB0").mkdir(parents=True)
    terminal = tmp_path / "class/tty/ttyUSB0"
    terminal.mkdir(parents=True)
    (terminal / "device").symlink_to(usb / "1-2:1.0/ttyUSB0")
    addresses = ["/dev/ttyUSB0", "/dev/ttyUSB1", "socket://127.0.0.1:9"]
    (warning,) = host_warnings(addresses, tmp_path, tmp_path)
    assert warning.startswith("/dev/ttyUSB0: USB may suspend")
    put(usb / "power/control", "on")
    assert host_warnings(addresses, tmp_path, tmp_path) == []
    put(usb / "power/control", "auto")
    put(usb / "power/autosuspend_delay_ms", "-1000")
    assert host_warnings(addresses, tmp_path, tmp_path) == []


def test_a_pending_restart_is_told(tmp_path: Path) -> None:
    put(tmp_path / "run/reboot-required", "*** System restart required ***")
    (warning,) = host_warnings([], tmp_path / "sys", tmp_path / "run")
    assert "waits to be restarted" in warning


def test_where_there_is_no_sys_nothing_is_said(tmp_path: Path) -> None:
    none = tmp_path / "none"
    assert host_warnings(["COM3", "/dev/ttyUSB0"], none, none) == []


def test_a_port_that_is_not_there_is_told_with_its_instrument(tmp_path: Path) -> None:
    with served_bench(tmp_path, link="socket") as (config, served):
        address = served.addresses["psu"]
    done = amf("run", config, "--out", tmp_path)
    assert done.returncode == REFUSED
    said = words(done.stderr)
    assert said.startswith(f"psu: cannot open {address}: ")
    assert said.endswith("is it plugged in and on? amf find lists the addresses")
