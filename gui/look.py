"""Colours and the style sheet: dark or light, colour-blind-safe, readable from afar.

Source: Okabe and Ito 2008, "Color Universal Design", the eight-colour set; the light
theme takes darker shades of the same hues, so that thin curves stand out on white.
"""

import math
from dataclasses import dataclass
from typing import Literal

Level = Literal["quiet", "good", "low", "caution", "fault"]
ThemeName = Literal["dark", "light"]

STOP_RED = "#c8102e"


@dataclass(frozen=True, slots=True)
class Theme:
    """All colours of the window, by what they are for."""

    name: ThemeName
    background: str
    panel: str
    line: str
    text: str
    faint: str
    old: str
    focus: str
    trip: str
    calm: str
    warm: str
    alarm: str
    roles: dict[str, str]
    grounds: dict[Level, str]
    inks: dict[Level, str]

    def role(self, role: str) -> str:
        """Give the colour of a probe's role, or of another curve by its name."""
        return self.roles.get(role, self.text)

    def fill(self, level: Level) -> str:
        """Give the colour of a bar or a word of this level."""
        return {"caution": self.warm, "fault": self.alarm}.get(level, self.calm)


DARK = Theme(
    name="dark",
    background="#14171c",
    panel="#1e232b",
    line="#39424f",
    text="#f2f4f7",
    faint="#a9b4c2",
    old="#8a94a3",
    focus="#F0E442",
    trip="#F0E442",
    calm="#56B4E9",
    warm="#E69F00",
    alarm="#FF7A2E",
    roles={
        "core": "#F26B1D",
        "margin": "#E69F00",
        "healthy": "#56B4E9",
        "body": "#00B384",
        "sample": "#CC79A7",
        "coil": "#D0B090",
        "bore": "#B4A0E0",
        "water": "#7FD4D4",
        "hf": "#F2F4F7",
        "power": "#CC79A7",
    },
    grounds={
        "quiet": "#1e232b",
        "good": "#00573f",
        "low": "#12586f",
        "caution": "#E69F00",
        "fault": "#a3151f",
    },
    inks={
        "quiet": "#f2f4f7",
        "good": "#ffffff",
        "low": "#ffffff",
        "caution": "#000000",
        "fault": "#ffffff",
    },
)
LIGHT = Theme(
    name="light",
    background="#ffffff",
    panel="#f1f3f6",
    line="#9aa5b3",
    text="#101418",
    faint="#46505c",
    old="#5f6975",
    focus="#0050a0",
    trip="#6b4e00",
    calm="#0072B2",
    warm="#8a5a00",
    alarm="#b03a00",
    roles={
        "core": "#A83200",
        "margin": "#A87400",
        "healthy": "#0072B2",
        "body": "#00795A",
        "sample": "#9E4A7C",
        "coil": "#7A5A3A",
        "bore": "#6A4FB0",
        "water": "#1F7A7A",
        "hf": "#101418",
        "power": "#9E4A7C",
    },
    grounds={
        "quiet": "#f1f3f6",
        "good": "#bfe8d6",
        "low": "#c4e6f2",
        "caution": "#f5b335",
        "fault": "#a3151f",
    },
    inks={
        "quiet": "#101418",
        "good": "#003524",
        "low": "#06323f",
        "caution": "#000000",
        "fault": "#ffffff",
    },
)
THEMES: dict[str, Theme] = {theme.name: theme for theme in (DARK, LIGHT)}


# Texts are made for a window of this size; they grow and shrink with it, in steps,
# because a new style sheet is dear while the window is dragged. The least is what a
# screen of 1920 × 1080 has left for a window at twice the size of everything.
MADE_FOR_PX = (1280, 720)
LEAST_PX = (960, 540)
SCALES = (0.75, 2.0)
STEP = 0.125


def scale_for(width_px: int, height_px: int) -> float:
    """Give the scale of the texts for a window's size in px."""
    scale = min(width_px / MADE_FOR_PX[0], height_px / MADE_FOR_PX[1])
    stepped = math.floor(scale / STEP + 0.1) * STEP
    return min(max(stepped, SCALES[0]), SCALES[1])


def style_sheet(theme: Theme, scale: float) -> str:
    """Write the window's style sheet, with font sizes in px times ``scale``."""

    def px(size: float) -> str:
        return f"{round(size * scale)}px"

    return f"""
QWidget {{ background: {theme.background}; color: {theme.text};
           font-size: {px(15)};
           font-family: "DejaVu Sans", "Segoe UI", "Helvetica Neue", sans-serif; }}
QFrame#panel {{ background: {theme.panel}; border: 1px solid {theme.line};
                border-radius: {px(4)}; }}
QFrame#panel QLabel, QFrame#panel QCheckBox, QWidget#table, QScrollArea#table
    {{ background: transparent; }}
QLabel#caption {{ color: {theme.faint}; font-size: {px(13)}; }}
QLabel#figure {{ font-size: {px(21)}; font-weight: bold; }}
QLabel#phase, QLabel#reading, QLabel#share
    {{ font-size: {px(28)}; font-weight: bold; }}
QLabel#reading-small {{ font-size: {px(19)}; font-weight: bold; }}
QLabel#caption-small {{ color: {theme.faint}; font-size: {px(11)}; }}
QCheckBox#probe-small {{ font-size: {px(13)}; }}
QLabel#band {{ font-size: {px(18)}; font-weight: bold; padding: {px(4)}; }}
QLabel#notice {{ font-size: {px(16)}; font-weight: bold; }}
QLabel#field {{ font-size: {px(20)}; font-weight: bold; }}
QScrollArea {{ border: none; }}
{_scroll_bars(theme, px(12))}
QListWidget {{ background: {theme.panel}; border: 1px solid {theme.line}; }}
{_buttons(theme, px(3), px(10))}
QPushButton#stop {{ background: {STOP_RED}; color: #ffffff; font-weight: bold;
                    font-size: {px(34)}; border: 2px solid #ffffff;
                    border-radius: {px(8)}; }}
QPushButton#stop:pressed {{ background: #7a0a1c; }}
QPushButton#stop:focus {{ border: 4px solid {theme.focus}; }}
"""


def _scroll_bars(theme: Theme, wide: str) -> str:
    """Write the part of the sheet on scroll bars: a handle, no arrows."""
    return f"""
QScrollBar {{ background: {theme.background}; margin: 0px; border: none; }}
QScrollBar:vertical {{ width: {wide}; }}
QScrollBar:horizontal {{ height: {wide}; }}
QScrollBar::handle {{ background: {theme.old}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 24px; }}
QScrollBar::handle:horizontal {{ min-width: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0px; height: 0px; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
"""


def _buttons(theme: Theme, narrow: str, wide: str) -> str:
    """Write the part of the sheet on what can be pressed and typed into."""
    box = f"border: 1px solid {theme.line}; border-radius: {narrow};"
    return f"""
QPushButton, QLineEdit
    {{ background: {theme.panel}; {box} padding: {narrow} {wide}; }}
QPushButton#corner {{ padding: 1px {wide}; }}
QAbstractSpinBox {{ background: {theme.panel}; {box} }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button
    {{ width: 0px; border: none; }}
QAbstractSpinBox QLineEdit {{ border: none; padding: {narrow}; }}
QPushButton:checked {{ background: {theme.calm}; color: {theme.background}; }}
QPushButton:disabled, QAbstractSpinBox:disabled, QLineEdit:disabled
    {{ color: {theme.old}; border: 1px dashed {theme.line}; }}
QPushButton:pressed {{ border: 2px solid {theme.text}; }}
QPushButton:focus, QAbstractSpinBox:focus, QLineEdit:focus
    {{ border: 2px solid {theme.focus}; }}
QCheckBox:focus {{ color: {theme.focus}; }}
QCheckBox#confirm::indicator
    {{ width: 14px; height: 14px; border: 2px solid {theme.faint}; }}
QCheckBox#confirm::indicator:checked {{ background: {theme.calm}; }}
QCheckBox#confirm:disabled {{ color: {theme.old}; }}
QHeaderView::section {{ background: {theme.panel}; border: none; padding: 2px; }}
QProgressBar {{ background: {theme.panel}; {box} max-height: 12px; }}
QProgressBar::chunk {{ background: {theme.calm}; }}
QComboBox {{ background: {theme.panel}; {box} padding: {narrow}; }}
QTableWidget {{ background: {theme.background}; border: 1px solid {theme.line}; }}
QTabWidget::pane {{ border: none; }}
QTabBar::tab {{ background: {theme.panel}; {box} padding: {narrow} {wide}; }}
QTabBar::tab:selected {{ background: {theme.calm}; color: {theme.background}; }}
QTabBar::tab:focus {{ border: 2px solid {theme.focus}; }}
"""
