"""Colours and the style sheet: dark, colour-blind-safe, readable from two metres.

Source: Okabe and Ito 2008, "Color Universal Design", the eight-colour set.
"""

from typing import Literal

Level = Literal["quiet", "good", "caution", "fault"]

BACKGROUND = "#14171c"
PANEL = "#1e232b"
LINE = "#39424f"
TEXT = "#f2f4f7"
FAINT = "#a9b4c2"
OLD = "#7c8694"

ORANGE = "#E69F00"
SKY_BLUE = "#56B4E9"
BLUISH_GREEN = "#009E73"
YELLOW = "#F0E442"
VERMILION = "#D55E00"
REDDISH_PURPLE = "#CC79A7"

STOP_RED = "#c8102e"
FAULT_GROUND = "#a3151f"

ROLE_COLOURS = {
    "core": VERMILION,
    "margin": ORANGE,
    "healthy": SKY_BLUE,
    "body": BLUISH_GREEN,
    "sample": REDDISH_PURPLE,
}
GROUNDS: dict[Level, str] = {
    "quiet": PANEL,
    "good": "#00573f",
    "caution": ORANGE,
    "fault": FAULT_GROUND,
}
FILLS: dict[Level, str] = {
    "quiet": SKY_BLUE,
    "good": SKY_BLUE,
    "caution": ORANGE,
    "fault": VERMILION,
}
INKS: dict[Level, str] = {
    "quiet": TEXT,
    "good": "#ffffff",
    "caution": "#000000",
    "fault": "#ffffff",
}


def style_sheet(scale: float) -> str:
    """Write the window's style sheet, with font sizes in px times ``scale``."""

    def px(size: float) -> str:
        return f"{round(size * scale)}px"

    return f"""
QWidget {{ background: {BACKGROUND}; color: {TEXT}; font-size: {px(15)};
           font-family: "DejaVu Sans", "Segoe UI", "Helvetica Neue", sans-serif; }}
QFrame#panel {{ background: {PANEL}; border: 1px solid {LINE};
                border-radius: {px(4)}; }}
QFrame#panel QLabel, QWidget#table {{ background: transparent; }}
QLabel#caption {{ color: {FAINT}; font-size: {px(13)}; }}
QLabel#figure {{ font-size: {px(22)}; font-weight: bold; }}
QLabel#phase {{ font-size: {px(28)}; font-weight: bold; }}
QLabel#reading {{ font-size: {px(28)}; font-weight: bold; }}
QLabel#reading-small {{ font-size: {px(19)}; font-weight: bold; }}
QLabel#caption-small {{ color: {FAINT}; font-size: {px(11)}; }}
QLabel#share {{ font-size: {px(28)}; font-weight: bold; }}
QLabel#band {{ font-size: {px(18)}; font-weight: bold; padding: {px(4)}; }}
QLabel#notice {{ font-size: {px(16)}; font-weight: bold; padding: {px(6)};
                 border-radius: {px(4)}; }}
QLabel#field {{ font-size: {px(20)}; font-weight: bold; padding: {px(8)};
                border-radius: {px(4)}; }}
QScrollArea {{ border: none; }}
QListWidget {{ background: {PANEL}; border: 1px solid {LINE};
               font-size: {px(13)}; }}
QPushButton#stop {{ background: {STOP_RED}; color: #ffffff; font-weight: bold;
                    font-size: {px(34)}; border: 2px solid #ffffff;
                    border-radius: {px(8)}; }}
QPushButton#stop:pressed {{ background: #7a0a1c; }}
QPushButton#stop:focus {{ border: 4px solid {YELLOW}; }}
"""
