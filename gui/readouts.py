"""Builds the parts of the view from the newest messages. Pure, no Qt."""

from dataclasses import dataclass

from gui import texts
from gui.look import Level
from gui.view import CeilingView, DriveView, HeadView, ProbeView
from gui.wording import (
    Message,
    clock,
    fixed,
    number,
    pair,
    part,
    parts,
    percent,
    powers,
    words,
)

AGE_SHOWN_S = 1.0
T90_POINTS = 10


@dataclass(frozen=True, slots=True)
class StyledProbe:
    """A probe with its role and line style; a role's second probe is dashed."""

    name: str
    role: str
    style: int
    seat: str


def seat_of(probe: Message) -> str:
    """Write what a probe sits in: its role, and its tissue where that is named."""
    role, tissue = words(probe, "role"), words(probe, "tissue")
    if tissue in ("", "other"):
        return role
    return texts.ROLE_AND_REMARK.format(role=role, remark=tissue)


def styled_probes(hello: Message) -> list[StyledProbe]:
    """Give each probe of the bench its role and, within it, a style of its own."""
    seen: dict[str, int] = {}
    styled = []
    for probe in parts(hello, "probes"):
        role = words(probe, "role")
        style = seen.get(role, 0)
        seen[role] = style + 1
        styled.append(StyledProbe(words(probe, "name"), role, style, seat_of(probe)))
    return styled


def head_view(hello: Message, snapshot: Message, old: bool) -> HeadView:
    """Show phase, times, set-point, controlled temperature and dose."""
    phase = words(snapshot, "phase")
    setpoint_c = number(snapshot, "setpoint_c")
    if setpoint_c is None:
        setpoint_c = number(hello, "setpoint_c")
    level: Level = "fault" if phase == "tripped" else "quiet"
    return HeadView(
        name=words(hello, "name") or texts.TITLE,
        phase=_phase(phase, old) + _segment(snapshot),
        phase_level=level,
        setpoint=fixed(setpoint_c, 1, "°C"),
        controlled=fixed(number(snapshot, "controlled_c"), 2, "°C"),
        in_phase=clock(number(snapshot, "phase_elapsed_s")),
        remaining=clock(number(snapshot, "phase_remaining_s")),
        ends=clock(number(snapshot, "expected_end_s")),
        run_time=clock(number(snapshot, "t_s")),
        dose=_dose(snapshot),
    )


def probe_views(hello: Message, snapshot: Message) -> tuple[ProbeView, ...]:
    """Show each probe's reading, what is the matter with it, and its CEM43."""
    newest = {words(probe, "name"): probe for probe in parts(snapshot, "probes")}
    return tuple(
        _probe_view(probe, newest.get(probe.name, {})) for probe in styled_probes(hello)
    )


def ceiling_view(hello: Message, snapshot: Message, old: bool) -> CeilingView:
    """Show H·f as a share of its ceiling, with the numbers and the profile."""
    field, limit = part(snapshot, "field"), part(hello, "ceiling")
    share = number(field, "share")
    over = share is not None and not share <= 1.0
    at_bound = field.get("at_bound") is True
    remark = texts.OVER_CEILING if over else texts.AT_BOUND if at_bound else ""
    return CeilingView(
        share=share,
        share_words=percent(share),
        level="fault" if over else "caution" if at_bound else "quiet",
        old=old,
        remark=texts.LAST_VALUE if old else remark,
        lines=_ceiling_lines(field, limit),
    )


def drive_view(snapshot: Message) -> DriveView:
    """Show what supply and generator read back."""
    drive = part(snapshot, "drive")
    current = fixed(number(drive, "current_a"), 2, "A")
    voltage = fixed(number(drive, "voltage_v"), 2, "V")
    return DriveView(
        supply=f"{current}   {voltage}   {_switch(drive.get('output_on'))}",
        generator=_switch(drive.get("generator_on")),
        power=percent(number(snapshot, "power_share")),
        t90=_t90(snapshot),
    )


def _t90(snapshot: Message) -> str:
    """Write T90 and its dose; of fewer than 10 points it is their minimum."""
    value_c, dose_min = number(snapshot, "t90_c"), number(snapshot, "cem43_t90_min")
    points = number(snapshot, "t90_points")
    if value_c is None or points is None:
        return texts.NOTHING
    few = points < T90_POINTS
    said = texts.T90_FEW if few else texts.T90_VALUE
    shown = {"value": fixed(value_c, 1), "dose": fixed(dose_min, 1)}
    return said.format(count=fixed(points, 0), **shown)


def _phase(phase: str, old: bool) -> str:
    shown = texts.PHASES.get(phase, phase or texts.STARTING)
    if old and phase in texts.RUNNING_PHASES:
        return texts.LAST_PHASE.format(phase=shown)
    return shown


def _segment(snapshot: Message) -> str:
    """Write which of several segments runs; nothing where there is but one."""
    segment, segments = number(snapshot, "segment"), number(snapshot, "segments")
    if segment is None or segments is None or segments < 2:
        return ""
    return texts.SEGMENT.format(number=fixed(segment, 0), count=fixed(segments, 0))


def _dose(snapshot: Message) -> str:
    dose_min = number(snapshot, "cem43_min")
    if dose_min is None:
        return texts.NOTHING
    dose = fixed(dose_min, 2)
    target_min = number(snapshot, "target_cem43_min")
    if target_min is None:
        return texts.DOSE_MINUTES.format(dose=dose)
    return texts.DOSE_OF_TARGET.format(dose=dose, target=fixed(target_min, 1))


def _probe_view(probe: StyledProbe, newest: Message) -> ProbeView:
    quality = words(newest, "quality")
    trouble = texts.QUALITIES.get(quality, quality)
    value_c = number(newest, "value_c")
    return ProbeView(
        name=probe.name,
        role=probe.role,
        style=probe.style,
        reading=trouble or fixed(value_c, 2, "°C"),
        reading_ok=not trouble and value_c is not None,
        remark=_remark(probe, newest),
        dose=fixed(number(newest, "cem43_min"), 2, "min"),
        dose_range=_dose_range(newest),
    )


def _dose_range(newest: Message) -> str:
    """Write the range of a dose; nothing where the engine does not give one."""
    low, high = pair(newest, "cem43_range_min") or (None, None)
    if low is None:
        return ""
    return texts.DOSE_RANGE.format(low=fixed(low, 2), high=fixed(high, 2))


def _remark(probe: StyledProbe, newest: Message) -> str:
    """Say the role where the name does not, and the age of an old reading."""
    role = "" if probe.seat == probe.name else probe.seat
    age_s = number(newest, "age_s")
    if age_s is None or not age_s >= AGE_SHOWN_S:
        return role
    old = texts.OLD_READING.format(age=fixed(age_s, 1))
    return texts.ROLE_AND_REMARK.format(role=role, remark=old) if role else old


def _ceiling_lines(field: Message, limit: Message) -> tuple[str, ...]:
    ceiling = number(field, "ceiling_a_per_m_s")
    if ceiling is None:
        ceiling = number(limit, "limit_a_per_m_s")
    amplitude = fixed(_thousandth(number(field, "amplitude_a_per_m")), 2)
    frequency = fixed(_thousandth(number(field, "frequency_hz")), 2)
    product = powers(number(field, "hf_a_per_m_s"))
    profile = words(limit, "profile") or texts.NOTHING
    return (
        texts.AMPLITUDE.format(amplitude=amplitude),
        texts.FREQUENCY.format(frequency=frequency),
        texts.PRODUCT.format(product=product),
        texts.CEILING_PROFILE.format(profile=profile),
        texts.CEILING_LIMIT.format(limit=powers(ceiling)),
    )


def _thousandth(value: float | None) -> float | None:
    return None if value is None else value / 1000.0


def _switch(on: object) -> str:
    if on is None:
        return texts.NOTHING
    return texts.ON if on is True else texts.OFF
