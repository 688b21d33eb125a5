"""How processes and stops came out, as frozen values without Qt."""

from dataclasses import dataclass
from typing import Literal

StopName = Literal[
    "asked", "confirmed", "off-running", "off-confirmed", "failed", "out-of-reach"
]


@dataclass(frozen=True, slots=True)
class EngineEnd:
    """The end of the engine's process; ``words`` are the last lines of its stderr."""

    started: bool
    crashed: bool
    exit_code: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class StopStage:
    """How far a stop has come. ``utc`` is the ISO time of a confirmation.

    "confirmed" is the engine's read-back, "off-confirmed" and "failed" are those of
    ``amf off``; "out-of-reach" is a simulated bench that lives in the engine.
    """

    name: StopName
    utc: str = ""
    detail: str = ""
    engine_running: bool = True
