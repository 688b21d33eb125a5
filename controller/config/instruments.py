"""Which instruments a config may name, and what it can get wrong about them."""

import math
from collections.abc import Iterator
from dataclasses import replace

from controller.config.binding import binding_problems
from controller.config.catalogue import DRIVERS, DriverRefused, Model, driver_kind
from controller.config.kinds import AnyApplicator, InductionHeater, LinearAmplifier
from controller.config.mistakes import nearest, shown
from controller.config.model import Draft, Instrument

# Whose ratings bound the current and the voltage.
ROLE_OF_CURRENT = {
    "resonant-inverter": "supply",
    "induction-heater": "induction heater",
}
MAGNETHERM_CAPACITANCES_F = (200e-9, 88e-9, 26e-9, 15e-9, 6.2e-9)


def model_of(instrument: Instrument) -> Model:
    """Return what an instrument's model can do; nothing for an unknown model."""
    return driver_kind(instrument.driver).models.get(instrument.model, Model())


def instrument_problems(draft: Draft) -> list[str]:
    """Return one sentence for each mistake of instruments, probes and applicator."""
    wrong = dict(_drivers(draft))
    others = {n: i for n, i in draft.instruments.items() if n not in wrong}
    readable = replace(draft, instruments=others)
    return [*wrong.values(), *(s for check in CHECKS for s in check(readable))]


def _drivers(draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield the instruments whose driver cannot be used, each with its sentence."""
    for name, instrument in draft.instruments.items():
        path, driver = f"instruments.{name}", instrument.driver
        try:
            driver_kind(driver)
        except DriverRefused as error:
            yield name, f"{path}.driver = {shown(driver)} cannot be used: {error}"
            continue
        if instrument.simulated and driver not in DRIVERS:
            yield (
                name,
                f"{path} is simulated, and driver {driver} of another package has no "
                'twin here; give it address = "…" instead',
            )


def _where(draft: Draft) -> Iterator[str]:
    for name, instrument in draft.instruments.items():
        path, at = f"instruments.{name}", instrument.address
        if instrument.simulated and at is not None:
            yield (
                f"{path} is simulated and has the address {shown(at)}; "
                "keep one of the two"
            )
        elif not instrument.simulated and at is None:
            yield (
                f'{path} needs one of simulated = true and address = "…", '
                "and has neither"
            )
        wrong = at is not None and driver_kind(instrument.driver).refuses(at)
        if wrong:
            yield f"{path}.address = {shown(at)}{wrong}"
        if at is None:
            for key in ("served", "baud", "adapter_serial", "no_serial"):
                if getattr(instrument, key):
                    yield f"{path}.{key} belongs to an address, and none is given"


def _models(draft: Draft) -> Iterator[str]:
    for name, instrument in draft.instruments.items():
        path, known = f"instruments.{name}", driver_kind(instrument.driver).models
        if instrument.model not in known:
            yield (
                f"{path}.model = {shown(instrument.model)} is not one that driver "
                f"{instrument.driver} knows: {', '.join(known)}"
            )
        if instrument.update_s is None:
            continue
        if driver_kind(instrument.driver).role != "thermometer":
            yield f"{path}.update_s is for thermometers, and this is not one"
        elif draft.limits is not None and instrument.update_s > draft.limits.age_s:
            yield (
                f"{path}.update_s = {instrument.update_s:g} is longer than limits.age_s"
                f" = {draft.limits.age_s:g}, so that every reading would be too old"
            )


def _twins(draft: Draft) -> Iterator[str]:
    for key in ("address", "serial", "adapter_serial"):
        seen: dict[str, str] = {}
        for name, instrument in draft.instruments.items():
            value = getattr(instrument, key)
            if not value:
                continue
            first = seen.setdefault(value.casefold(), name)
            if first != name:
                yield (
                    f"instruments.{name}.{key} = {shown(value)} is already that of "
                    f"instruments.{first}"
                )


def _probes(draft: Draft) -> Iterator[str]:
    names: dict[str, int] = {}
    for at, probe in draft.probes:
        first = names.setdefault(probe.name, at)
        if first != at:
            yield (
                f"probes[{at}].name = {shown(probe.name)} is already the name of "
                f"probes[{first}]"
            )
        yield from _reference(
            draft, f"probes[{at}].instrument", probe.instrument, "thermometer"
        )


def _channels(draft: Draft) -> Iterator[str]:
    taken: dict[tuple[str, int], int] = {}
    for at, probe in draft.probes:
        first = taken.setdefault((probe.instrument, probe.channel), at)
        if first != at:
            yield (
                f"probes[{at}].channel = {probe.channel} of {probe.instrument} is "
                f"already taken by probes[{first}]"
            )
        instrument = draft.instruments.get(probe.instrument)
        channels = 0 if instrument is None else model_of(instrument).channels
        if instrument is not None and 0 < channels < probe.channel:
            yield (
                f"probes[{at}].channel = {probe.channel} does not exist: "
                f"{instrument.model} has {channels}"
            )


def _reference(draft: Draft, path: str, name: str, role: str) -> Iterator[str]:
    if not draft.named:  # that there are none is one mistake, not one for each use
        return
    if name not in draft.named:
        meant = nearest(name, sorted(draft.named))
        hint = f"did you mean {meant}?" if meant else "name one of [instruments.…]"
        yield f"{path} = {shown(name)} is not an instrument of this file; {hint}"
        return
    instrument = draft.instruments.get(name)
    if instrument is not None and driver_kind(instrument.driver).role != role:
        is_role = driver_kind(instrument.driver).role
        yield (
            f"{path} = {shown(name)} is {_article(is_role)}; {_article(role)} is "
            "needed here"
        )


def _article(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"


def _applicator(draft: Draft) -> Iterator[str]:
    applicator = draft.applicator
    if applicator is None:
        return
    for key, name, role in _outputs(applicator):
        yield from _reference(draft, f"applicator.{key}", name, role)
    yield from _unseen(draft, applicator)
    supply = draft.instruments.get(applicator.supply)
    if supply is None or isinstance(applicator, LinearAmplifier):
        return
    if driver_kind(supply.driver).role != ROLE_OF_CURRENT[applicator.kind]:
        return
    model = model_of(supply)
    for key, unit, highest in (
        ("max_current_a", "A", model.max_current_a),
        ("max_voltage_v", "V", model.max_voltage_v),
    ):
        value = getattr(applicator, key)
        if value > highest:  # false for NaN: an unknown model is reported elsewhere
            yield (
                f"applicator.{key} = {value:g} is more than {supply.model} gives: "
                f"at most {highest:g} {unit}"
            )


def _outputs(applicator: AnyApplicator) -> Iterator[tuple[str, str, str]]:
    """Yield the key, the name and the role of what makes the field."""
    if isinstance(applicator, InductionHeater):
        yield "heater", applicator.heater, "induction heater"
        return
    if not isinstance(applicator, LinearAmplifier):
        yield "supply", applicator.supply, "supply"
    yield "generator", applicator.generator, "generator"


def _unseen(draft: Draft, applicator: AnyApplicator) -> Iterator[str]:
    """Yield what nobody would measure: a frequency, a current."""
    amplifier = isinstance(applicator, LinearAmplifier)
    if amplifier and draft.field_sensor is None and "field_sensor" not in draft.given:
        yield (
            'applicator.kind = "linear-amplifier" needs a [field_sensor]: nothing '
            "reads the coil's current back"
        )
    generator = draft.instruments.get(applicator.generator)
    kind = None if generator is None else driver_kind(generator.driver)
    if generator is None or kind is None or kind.role != "generator":
        return
    if kind.reads_back or ("field_sensor" in draft.given and not amplifier):
        return
    yield (
        f"applicator.generator = {shown(applicator.generator)}: {generator.driver} "
        "cannot read its frequency back; add a [field_sensor] that measures it on an "
        "inverter, or use another generator"
    )


def _sensor(draft: Draft) -> Iterator[str]:
    sensor = draft.field_sensor
    if sensor is None:
        return
    path = "field_sensor.instrument"
    yield from _reference(draft, path, sensor.instrument, "oscilloscope")
    instrument = draft.instruments.get(sensor.instrument)
    channels = 0 if instrument is None else model_of(instrument).channels
    if instrument is not None and 0 < channels < sensor.channel:
        yield (
            f"field_sensor.channel = {sensor.channel} does not exist: "
            f"{instrument.model} has {channels}"
        )


def _bus(draft: Draft) -> Iterator[str]:
    for name, instrument in draft.instruments.items():
        at, known = (
            instrument.bus_address,
            driver_kind(instrument.driver).bus_addresses,
        )
        path = f"instruments.{name}.bus_address"
        if at is not None and not known:
            yield f"{path}: {instrument.driver} is not on a bus; remove it"
        elif at is not None and at not in known:
            low, high = known[0], known[-1]
            yield f"{path} = {at} is not within {low} to {high}"


def _contacts(draft: Draft) -> Iterator[str]:
    table, path = draft.contacts, "contacts.instrument"
    for name, instrument in draft.instruments.items():
        is_adapter = driver_kind(instrument.driver).role == "contacts"
        if is_adapter and (table is None or table.instrument != name):
            yield (
                f"instruments.{name} is an adapter with contacts, and no [contacts] "
                "names it as its instrument"
            )
    if table is None:
        return
    if draft.loop is not None:
        yield from table.problems(draft.loop.period_s)
    yield from _reference(draft, path, table.instrument, "contacts")
    adapter = draft.instruments.get(table.instrument)
    if adapter is None or not adapter.simulated:
        return
    real = [n for n, i in draft.instruments.items() if not (i.simulated or i.served)]
    if real:
        yield (
            f"{path} = {shown(table.instrument)} is simulated, and {real[0]} is real: "
            "simulated contacts protect nobody"
        )


def _simulation(draft: Draft) -> Iterator[str]:
    real = [not (i.simulated or i.served) for i in draft.instruments.values()]
    if real and all(real) and set(draft.instruments) == draft.named:
        for table in ("sample", "simulation"):
            if table in draft.given:
                yield (
                    f"[{table}] is for simulated instruments, and every instrument "
                    "of this file is real; remove it"
                )
    if draft.simulation is None:
        return
    given_f = draft.simulation.capacitance_f
    if not any(
        math.isclose(given_f, f, rel_tol=1e-3) for f in MAGNETHERM_CAPACITANCES_F
    ):
        known = ", ".join(f"{f:g}" for f in MAGNETHERM_CAPACITANCES_F)
        yield (
            f"simulation.capacitance_f = {given_f:g} is not one of the simulated "
            f"capacitors: {known} F"
        )


CHECKS = (
    *(_where, _models, _twins, binding_problems, _probes, _channels),
    *(_applicator, _sensor, _simulation, _bus, _contacts),
)
