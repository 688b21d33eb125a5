"""What switches off without the program: watchdogs, contacts, the watchdog relay."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller.bench import How, open_bench
from controller.config.loading import load
from controller.decisions.signals import Request
from controller.errors import BenchError, ConfigError
from controller.instruments.supply_watchdog import STARVED_S, WATCHDOG_S
from controller.loop import COMPLETED, ENDED, REFUSED
from controller.procedures.acknowledged import shuts_off_itself
from controller.rehearsal import serve
from tests.controller.rig import CONFIGS, Rig, rig

LINES = """
[instruments.lines]
driver = "modem_lines"
model = "modem lines"
simulated = true

[contacts]
instrument = "lines"
cts = "door"
dsr = "water flow"
cd = "emergency stop"
watchdog_relay = "dtr"
"""
EA = ('driver = "aimtti_psu"\nmodel = "QPX1200SP"', "ea_ps9000", "PSI 9080-60")
Mischief = Callable[[Rig], object]


def short_config(folder: Path, more: str = LINES, supply: str = "") -> Path:
    text = (CONFIGS / "dry_run_short.toml").read_text(encoding="utf-8")
    assert EA[0] in text
    if supply:
        text = text.replace(EA[0], f'driver = "ea_ps9000"\nmodel = "{supply}"')
    path = folder / "bench.toml"
    path.write_text(text + more, encoding="utf-8")
    return path


def once_held(mischief: Mischief) -> Callable[[Rig], tuple[Request, ...]]:
    done: list[float] = []

    def at(r: Rig) -> tuple[Request, ...]:
        if r.phase == "hold" and r.loop.since_phase_s() > 2.0 and not done:
            done.append(r.t_s)
            mischief(r)
        return ()

    return at


class Frozen(BaseException):
    """The loop is not heard of any more."""


def test_a_run_with_closed_contacts_completes(tmp_path: Path) -> None:
    with rig(tmp_path, str(short_config(tmp_path))) as r:
        assert shuts_off_itself(r.bench)
        outcome = r.run()
        assert outcome.exit_code == COMPLETED, outcome
    assert not r.supply.output_on
    assert r.twin("lines").dtr is False


@pytest.mark.parametrize(
    ("line", "name"), [("cts", "door"), ("dsr", "water flow"), ("cd", "emergency stop")]
)
def test_an_open_contact_turns_the_field_off(
    tmp_path: Path, line: str, name: str
) -> None:
    def opens(r: Rig) -> None:
        r.twin("lines").closed[line] = False

    config = str(short_config(tmp_path))
    with rig(tmp_path, config, at=once_held(opens)) as r:
        outcome = r.run()
    assert outcome.exit_code == ENDED
    assert r.codes[0] == "contact-open"
    assert outcome.sentence.startswith(f"tripped: the contact {name} of lines is open")
    assert not r.supply.output_on


def test_a_contact_that_was_open_for_a_moment_is_seen(tmp_path: Path) -> None:
    def blinks(r: Rig) -> None:
        lines = r.twin("lines")
        lines.closed["cts"] = False
        r.bench.link.contacts.poll()  # type: ignore[union-attr]
        lines.closed["cts"] = True

    with rig(tmp_path, str(short_config(tmp_path)), at=once_held(blinks)) as r:
        assert r.run().exit_code == ENDED
    assert r.codes == ["contact-open"]


def test_an_adapter_that_is_pulled_turns_the_field_off(tmp_path: Path) -> None:
    def pulls(r: Rig) -> None:
        r.twin("lines").gone = True

    with rig(tmp_path, str(short_config(tmp_path)), at=once_held(pulls)) as r:
        outcome = r.run()
    assert outcome.exit_code == ENDED and not r.supply.output_on
    assert r.codes[0] == "instrument-silent"
    assert outcome.sentence.startswith("tripped: lines has been disconnected since")


def test_an_open_contact_refuses_the_run(tmp_path: Path) -> None:
    with rig(tmp_path, str(short_config(tmp_path))) as r:
        r.twin("lines").closed["cd"] = False
        outcome = r.run()
    assert outcome.exit_code == REFUSED
    assert "emergency stop open" in outcome.sentence


@pytest.mark.parametrize("supply", ["", "PSI 9080-60"])
def test_a_frozen_loop_drops_the_relay_which_cuts_the_supply(
    tmp_path: Path, supply: str
) -> None:
    def freezes(r: Rig) -> None:
        lines = r.twin("lines")
        assert r.supply.output_on and lines.relay_on
        r.supply.stuck_on = True  # the enable line, not a command, has to do it
        r.bench.link.clock.wait(lines.hold_s + 0.1)
        seen.append((lines.relay_on, r.supply.output_on))

    seen: list[tuple[bool, bool]] = []
    config = str(short_config(tmp_path, supply=supply))
    with rig(tmp_path, config, at=once_held(freezes)) as r:
        r.run()
    assert seen == [(False, False)]


def test_a_faulted_loop_does_not_hold_the_relay(tmp_path: Path) -> None:
    def unplugs(r: Rig) -> None:
        r.probe(1).unplugged = True

    config = str(short_config(tmp_path))
    held: list[bool] = []

    def at(r: Rig) -> tuple[Request, ...]:
        if r.phase != "tripped":
            return steady(r)
        held.append(r.twin("lines").relay_on)
        return (Request("stop"),) if len(held) > 20 else ()

    steady = once_held(unplugs)
    with rig(tmp_path, config, at=at, stays_after_trip=True) as r:
        r.run()
    assert held[-1] is False


def test_the_supply_s_watchdog_is_armed_off_and_taken_back(tmp_path: Path) -> None:
    config = str(short_config(tmp_path, "", "PSI 9080-60"))
    with rig(tmp_path, config) as r:
        assert not shuts_off_itself(r.bench)
        assert r.bench.link.safeguards.arm() == []
        assert shuts_off_itself(r.bench)
        assert (r.supply.monitor_on, r.supply.monitor_timeout_s) == (True, WATCHDOG_S)
        assert r.supply.after_remote == "OFF" and not r.supply.output_on
        assert r.run().exit_code == COMPLETED
        assert r.supply.monitor_on
    assert not r.supply.monitor_on and not r.supply.output_on


def test_the_supply_goes_off_when_the_engine_stops_talking(tmp_path: Path) -> None:
    def falls_silent(r: Rig) -> None:
        assert r.supply.output_on
        r.bench.link.clock.wait(WATCHDOG_S - 0.5)
        seen.append(r.supply.output_on)
        r.bench.link.clock.wait(1.0)
        seen.append(r.supply.output_on)
        raise Frozen

    seen: list[bool] = []
    config = str(short_config(tmp_path, "", "PSI 9080-60"))
    with (
        rig(tmp_path, config, at=once_held(falls_silent)) as r,
        pytest.raises(Frozen),
    ):
        r.bench.link.safeguards.arm()
        r.run()
    assert seen == [True, False]


def test_a_polling_thread_does_not_stand_in_for_the_loop(tmp_path: Path) -> None:
    """The thread that polls the supply goes on when the loop hangs: it falls silent."""

    def hangs(r: Rig) -> None:
        supply = r.bench.link.supply
        for _ in range(40):  # what the supply's own thread does meanwhile
            r.bench.link.clock.wait(0.1)
            supply.poll()
        seen.append(r.supply.output_on)
        age_s = r.t_s - supply.taken_s
        assert age_s == pytest.approx(4.0 - STARVED_S, abs=0.21)

    seen: list[bool] = []
    config = str(short_config(tmp_path, "", "PSI 9080-60"))
    with rig(tmp_path, config, at=once_held(hangs)) as r:
        r.bench.link.safeguards.arm()
        outcome = r.run()
    assert seen == [False] and outcome.exit_code == ENDED


def test_a_watchdog_that_is_refused_is_said_and_not_relied_on(tmp_path: Path) -> None:
    config = str(short_config(tmp_path, "", "PSI 9080-60"))
    with rig(tmp_path, config) as r:
        r.supply.local = True
        (problem,) = r.bench.link.safeguards.arm()
        assert "psu" in problem and not shuts_off_itself(r.bench)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('instrument = "lines"', 'instrument = "psu"', "a contacts is needed here"),
        ('dsr = "water flow"', 'dsr = "door"', "two contacts have the same name"),
        ('"dtr"', '"cts"', "watchdog_relay"),
        ('"dtr"', '"dtr"\nrelay_hold_s = 0.25', "at least 0.3 s, and the relay has to"),
        ('watchdog_relay = "dtr"', "relay_hold_s = 1.0", "there is none; remove it"),
        ('[contacts]\ninstrument = "lines"', "[lines]", "no [contacts] names it"),
    ],
)
def test_mistakes_of_contacts_are_sentences(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in LINES
    config = short_config(tmp_path, LINES.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load(config)
    assert said in str(caught.value)


def test_simulated_contacts_do_not_protect_a_real_supply(tmp_path: Path) -> None:
    config = short_config(tmp_path)
    text = config.read_text(encoding="utf-8")
    real = 'model = "QPX1200SP"\naddress = "COM9"'
    config.write_text(
        text.replace('model = "QPX1200SP"\nsimulated = true', real), "utf-8"
    )
    with pytest.raises(ConfigError, match="simulated contacts protect nobody"):
        load(config)


def test_lines_are_not_served_and_stay_inside(tmp_path: Path) -> None:
    with serve(load(short_config(tmp_path)), link="socket") as served:
        assert "lines" not in served.addresses and "psu" in served.addresses
        psu = served.simulation.twins["psu"]
        psu.switch(True)
        served.simulation.bench.advance(2.0)
        assert psu.output_on  # no relay that nobody can flip hangs on it


def with_bus(folder: Path, driver: str, model: str, at: int) -> Path:
    path = short_config(folder, "")
    text = path.read_text(encoding="utf-8")
    named = f'driver = "{driver}"\nmodel = "{model}"\nbus_address = {at}'
    old = EA[0] if driver == "tdk_genesys" else 'driver = "neoptix_reflex"\nmodel = '
    if driver != "tdk_genesys":
        old += '"ReFlex-4"'
    assert old in text
    path.write_text(text.replace(old, named), "utf-8")
    return path


@pytest.mark.parametrize(
    ("driver", "model", "at"),
    [("tdk_genesys", "GEN40-38", 17), ("osensa_ftx", "FTX-6", 12)],
)
def test_an_instrument_answers_at_its_bus_address(
    tmp_path: Path, driver: str, model: str, at: int
) -> None:
    loaded = load(with_bus(tmp_path, driver, model, at))
    with open_bench(loaded, How()) as bench:
        name = "psu" if driver == "tdk_genesys" else "thermometer"
        opened: Any = bench.drivers[name]
        found = opened.address if name == "psu" else opened._modbus.device_id
    assert found == at


@pytest.mark.parametrize(
    ("driver", "model", "at", "said"),
    [
        ("tdk_genesys", "GEN40-38", 31, "is not within 0 to 30"),
        ("osensa_ftx", "FTX-6", 0, "is not within 1 to 247"),
        ("luxtron_m600", "m600", 5, "luxtron_m600 is not on a bus; remove it"),
    ],
)
def test_a_wrong_bus_address_is_a_sentence(
    tmp_path: Path, driver: str, model: str, at: int, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(with_bus(tmp_path, driver, model, at))
    assert said in str(caught.value)


def test_two_contacts_cannot_be_read_without_an_adapter(tmp_path: Path) -> None:
    with rig(tmp_path, str(short_config(tmp_path))) as r:
        r.twin("lines").gone = True
        with pytest.raises(BenchError, match="modem lines are gone"):
            r.bench.link.prepare()


@pytest.mark.parametrize(
    ("kind", "size", "code"),
    [
        ("contact-open", "size = 2", "contact-open"),
        ("adapter-gone", "", "instrument-silent"),
        ("relay-welded", "", ""),
    ],
)
def test_a_config_s_faults_of_contacts_end_safe(
    tmp_path: Path, kind: str, size: str, code: str
) -> None:
    more = f'\n[[faults]]\nkind = "{kind}"\non = "lines"\nat_s = 20.0\n{size}\n'
    with rig(tmp_path, str(short_config(tmp_path, LINES + more))) as r:
        outcome = r.run()
    assert r.codes[:1] == [code] * bool(code)
    assert outcome.exit_code == (ENDED if code else COMPLETED)
    assert not r.supply.output_on


SECOND = """
[instruments.second]
driver = "fotemp"
model = "FT COMP2"
simulated = true
update_s = 0.1

[[probes]]
name = "skin"
role = "healthy"
instrument = "second"
channel = 1
"""


def test_two_simulated_thermometers_on_one_bench(tmp_path: Path) -> None:
    with rig(tmp_path, str(short_config(tmp_path, SECOND))) as r:
        outcome = r.run()
        first, second = r.twin("thermometer"), r.twin("second")
    assert outcome.exit_code == COMPLETED, outcome
    assert second.temperatures[0] == pytest.approx(first.temperatures[2], abs=0.5)
    assert second.temperatures[0] != first.temperatures[2]  # noise of its own


def test_a_fault_on_a_probe_of_the_second_thermometer(tmp_path: Path) -> None:
    more = '\n[[faults]]\nkind = "unplugged"\non = "skin"\nat_s = 20.0\n'
    with rig(tmp_path, str(short_config(tmp_path, SECOND + more))) as r:
        outcome = r.run()
    assert outcome.exit_code == ENDED
    assert r.codes[0] == "probe-lost" and "skin" in outcome.sentence
