"""What every table of a config file is made of: strict tables and their plain types."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,39}$")]
Text = Annotated[str, Field(max_length=2000)]
Frequency = Annotated[float, Field(ge=1e4, le=2e6)]


class Table(BaseModel):
    """A table of the file: no unknown key, no text for a number, no NaN."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False
    )
