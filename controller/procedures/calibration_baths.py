"""What the reference reads in each bath: asked at the terminal, or from a file."""

import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from controller.config.calibration_file import Bath
from controller.config.tables import read_text
from controller.config.types import Table
from controller.errors import BenchError, ConfigError

# Name and about how warm; the reference says exactly.
WANTED = (("ice point", 0.0), ("bath near 37 °C", 37.0), ("bath near 45 °C", 45.0))
NEAR_C = 3.0
SIMULATED_UNCERTAINTY_C = 0.02


class AnsweredBath(Table):
    """A bath of an answer file; the uncertainty is expanded (k = 2)."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    reference_c: Annotated[float, Field(ge=-5.0, le=90.0)]
    uncertainty_c: Annotated[float, Field(ge=0.001, le=0.2)]


class Answers(Table):
    """``--answers FILE``: the reference, by name, and at least three baths."""

    reference: Annotated[str, Field(min_length=3, max_length=200)]
    baths: Annotated[list[AnsweredBath], Field(min_length=3, max_length=20)]


@dataclass
class Still:
    """A simulated stirred bath in place of the sample: one temperature, everywhere."""

    temperature_c: float = 37.0

    @property
    def tumour_max_c(self) -> float:
        """Return the temperature in °C: nothing in a bath is hotter."""
        return self.temperature_c

    def advance(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        """Stay as it is."""

    def at(self, place: str) -> float:
        """Return the temperature in °C, the same at every place."""
        return self.temperature_c


def read_answers(path: Path) -> Answers:
    """Read an answer file.

    Raises:
        ConfigError: it is not one.
    """
    try:
        answers = Answers.model_validate(tomllib.loads(read_text(path)))
    except ValidationError as error:
        raise ConfigError([f"{path}: {_first(error)}"]) from error
    except ValueError as error:
        raise ConfigError([f"{path} is not TOML: {error}"]) from error
    for name, about_c in WANTED:
        if all(abs(b.reference_c - about_c) > NEAR_C for b in answers.baths):
            raise ConfigError([f"{path}: there is no {name}; three baths are needed"])
    return answers


def simulated_baths(still: Still) -> Iterator[Bath]:
    """Yield the wanted baths; the simulated one is at each of them in turn."""
    for name, about_c in WANTED:
        still.temperature_c = about_c
        yield Bath(
            name=name, reference_c=about_c, uncertainty_c=SIMULATED_UNCERTAINTY_C
        )


def answered_baths(answers: Answers) -> Iterator[Bath]:
    """Yield the baths of a file; each is waited for until the probes are in it."""
    for bath in answers.baths:
        yield Bath(**bath.model_dump())


def ask_reference(say: Callable[[str], object]) -> str:
    """Ask at the terminal which reference is used.

    Raises:
        BenchError: there is no terminal, or no name is given.
    """
    if not sys.stdin.isatty():
        raise BenchError(
            "what the reference reads is asked at the terminal, and there is none; "
            "give --answers FILE"
        )
    say("Which reference thermometer (kind, serial number, certificate)?")
    name = sys.stdin.readline().strip()
    if len(name) < 3:
        raise BenchError("a reference without a name is none")
    return name


def asked_baths(say: Callable[[str], object]) -> Iterator[Bath]:
    """Ask at the terminal, bath for bath, what the reference reads."""
    for name, about_c in WANTED:
        say(
            f"{name}: put all probes and the reference in, stir, wait. What does the "
            "reference read, and within what (k = 2)? Two numbers in °C, as "
            f"{about_c:g} 0.02"
        )
        yield _typed(name, about_c, sys.stdin.readline())


def _typed(name: str, about_c: float, line: str) -> Bath:
    try:
        reference, uncertainty = (float(w.replace(",", ".")) for w in line.split())
        bath = AnsweredBath(name=name, reference_c=reference, uncertainty_c=uncertainty)
    except ValueError as error:
        raise BenchError(
            f"{line.strip()!r} is not a temperature and its uncertainty in °C"
        ) from error
    if not abs(bath.reference_c - about_c) <= NEAR_C:
        raise BenchError(
            f"{bath.reference_c:g} °C is not within {NEAR_C:g} °C of {about_c:g} °C"
        )
    return Bath(**bath.model_dump())


def _first(error: ValidationError) -> str:
    detail = error.errors()[0]
    where = ".".join(str(part) for part in detail["loc"])
    return f"{where}: {detail['msg']}"
