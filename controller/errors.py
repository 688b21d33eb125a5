"""What can go wrong in the controller, apart from the instruments themselves.

    AmfError
    ├── ConfigError       a config file is wrong; ``problems`` lists every mistake
    ├── RecordingError    the run cannot be written: no recording, no field
    ├── RunFileError      a run file cannot be created, or is not one of ours
    ├── ExportError       a run cannot be exported as asked
    ├── CurveFileError    a calorimetry file cannot be read (in ``sar_tables``)
    ├── BenchError        refused before an output was enabled
    └── GuardError        a command that might break the ceiling was about to be sent

Every message is one sentence for the operator: which file, what is wrong with it.
"""


class AmfError(Exception):
    """Something that the operator can mend; the message says how."""


class ConfigError(AmfError):
    """A config file is wrong. ``problems`` holds one sentence for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class RecordingError(AmfError):
    """A tick or an event could not be written to the run file."""


class RunFileError(AmfError):
    """A run file cannot be created here, or the file is not a (whole) run file."""


class ExportError(AmfError):
    """The run cannot be exported in the form that was asked for."""


class BenchError(AmfError):
    """The bench cannot be used as configured; no output has been enabled."""


class GuardError(AmfError):
    """A command that might break the ceiling reached the guard: an error of ours."""
