"""Both themes can be read, and their curves told apart by colour-blind people too."""

from itertools import combinations

import numpy as np
import pytest

from gui.look import DARK, LIGHT, style_sheet

# Source: Machado, Oliveira & Fernandes 2009, table 1, severity 1.0; on linear RGB.
BLIND = {
    "none": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}


def linear(colour):
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255.0
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    """Return the contrast ratio. Source: WCAG 2.1, success criterion 1.4.3."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_words_and_curves_stand_out(theme):
    for ground in (theme.background, theme.panel):
        for ink in (theme.text, theme.faint, theme.old, theme.warm, theme.alarm):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    for level, ground in theme.grounds.items():
        assert contrast(theme.inks[level], ground) >= 4.5, level
    for role, colour in theme.roles.items():
        assert contrast(colour, theme.background) >= 3.0, role
    assert contrast(theme.trip, theme.background) >= 4.5


@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_roles_are_told_apart_by_every_eye(theme, kind):
    roles = ("core", "margin", "healthy", "body")
    seen = {role: BLIND[kind] @ linear(theme.roles[role]) for role in roles}
    for one, other in combinations(roles, 2):
        apart = float(np.linalg.norm(np.cbrt(seen[one]) - np.cbrt(seen[other])))
        assert apart >= 0.08, (one, other, apart)


def test_letters_grow_with_the_window():
    assert "font-size: 28px" in style_sheet(DARK, 1.0)
    assert "font-size: 56px" in style_sheet(LIGHT, 2.0)
