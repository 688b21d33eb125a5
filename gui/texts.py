"""Every English text of the window, in one place."""

TITLE = "AMF bench"
NOTHING = "—"

SIMULATED = "SIMULATED"
REAL = "REAL INSTRUMENTS"
MIXED = "MIXED BENCH"
NO_BENCH = "NO BENCH IS OPEN"
UNKNOWN_BENCH = "WAITING FOR THE ENGINE"
NO_SHUT_OFF = "NO INDEPENDENT SHUT-OFF"
KINDS = {"real": "real", "served": "served", "simulated": "simulated"}

PHASES = {
    "baseline": "Baseline",
    "ramp": "Ramp",
    "hold": "Hold",
    "cool": "Cool",
    "done": "Done",
    "stopped": "Stopped",
    "tripped": "TRIPPED",
}
RUNNING_PHASES = ("baseline", "ramp", "hold", "cool")
LAST_PHASE = "{phase} (last)"
STARTING = "Starting"
IDLE = "No run"
SEGMENT = " {number}/{count}"

QUALITIES = {
    "ok": "",
    "no-probe": "no probe",
    "warming-up": "warming up",
    "error": "error",
    "lost": "lost",
}
OLD_READING = "{age} s old"
ROLE_AND_REMARK = "{role} · {remark}"

SETPOINT = "Set-point"
CONTROLLED = "Controlled"
IN_PHASE = "In phase"
REMAINING = "Remaining"
ENDS = "Ends at"
RUN_TIME = "Run"
DOSE = "CEM43"
DOSE_OF_TARGET = "{dose} of {target} min"
DOSE_MINUTES = "{dose} min"
DOSE_RANGE = "{low} to {high}"

TEMPERATURE_AXIS = "Temperature / °C"
SHARE_AXIS = "%"
SHARES = {"hf": "H·f", "power": "Power"}
SHARES_NOTE = "H·f of the ceiling (solid), power of the bound (dashed)"
SPANS = (("10 min", 600.0), ("1 h", 3600.0), ("All", None))
FOLLOW = "&Follow"
NO_CURSOR = (
    "Drag or wheel to move and zoom, arrows and + − by key; "
    "point at the plot to read it"
)
CURSOR = "{time}   {values}"
CURSOR_VALUE = "{name} {value}"
THEME = "&Light"
SOUND = "Soun&d"
SOUND_TIP = "Beep while an alarm is not acknowledged"
PAGE_RUN = "&Run"
PAGE_EVENTS = "&Events"
PROBE_TIP = "Show or hide this curve"
TRIP_LINE = "trip {trip} °C\n{roles}"
# As wide as the lane beside the plot is; longer words end in an ellipsis.
TRIP_WIDEST = "margin, healthy"
SETPOINT_LINE = "set-point {value} °C"
BAND = "band {low} to {high} °C"

CEILING = "H·f of the ceiling"
CEILING_PROFILE = "profile {profile}"
CEILING_LIMIT = "limit {limit} A/(m·s)"
PRODUCT = "H·f {product} A/(m·s)"
AMPLITUDE = "H {amplitude} kA/m"
FREQUENCY = "f {frequency} kHz"
AT_BOUND = "at the bound"
LAST_VALUE = "last value"
OVER_CEILING = "OVER THE CEILING"

SUPPLY = "Supply"
GENERATOR = "Generator"
POWER = "Power"
T90 = "T90"
T90_VALUE = "{value} °C   CEM43 {dose} min"
T90_FEW = "minimum of {count}: {value} °C   CEM43 {dose} min"
ON = "ON"
OFF = "off"

STOP = "STOP"
STOP_KEY = "Esc"
FIELD_ON = "FIELD ON"
FIELD_OFF_READ = "field off"
FIELD_UNKNOWN = "field not known"
FIELD_LAST_ON = "FIELD NOT KNOWN: the last read-back was ON"
FIELD_CONFIRMED = "field off, confirmed by read-back at {time} UTC"
FIELD_NOT_CONFIRMED = "FIELD OFF NOT CONFIRMED"
STOP_ASKED = "STOP sent, waiting for the read-back"
OFF_RUNNING = "NOT CONFIRMED YET: the engine does not confirm; amf off is switching off"
OFF_CONFIRMED = "field off, confirmed by amf off at {time} UTC"
OFF_FAILED = (
    "FIELD OFF NOT CONFIRMED: cut the power at the emergency stop. amf off: {detail}"
)
OFF_NO_START = "it could not be started"
OFF_EXIT = "exit {code}. {words}"
OFF_OUT_OF_REACH = (
    "NOT CONFIRMED: the simulated instruments live inside the engine, which does "
    "not answer; amf off cannot reach them"
)
SIMULATION_ENDED = (
    "the engine has ended, and the simulated field with it; nothing to switch off"
)
ON_AGAIN = "FIELD ON after a confirmed off: cut the power at the emergency stop"

ASKED = {
    "setpoint": "&Set-point",
    "hold": "&Hold now",
    "next": "Ne&xt phase",
    "manual": "&Manual",
    "loop": "&Automatic",
    "note": "N&ote",
    "mark": "Mar&k",
    "acknowledge": "Acknowled&ge",
    "reset": "Rese&t",
}
NOTE_HINT = "text of a note or mark"
UNIT_SETPOINT = " °C"
UNIT_MANUAL = " kA/m"
TIPS = {
    "setpoint": "Ask for this set-point, {low} to {high} °C",
    "hold": "Begin the hold now",
    "next": "Go to the next phase",
    "manual": "Give this field by hand; never more than {bound} kA/m",
    "loop": "Let the loop control again",
    "note": "Write the text into the record",
    "mark": "Write a mark into the record, to line up other recordings",
    "acknowledge": "Stop the flashing; the alarm stays until its cause is gone",
    "reset": "After a trip: prove the field off, then resume the treatment",
}

FIRST_OUT = "FIRST-OUT "
ALARMS = {"high": "ALARM", "medium": "WARNING", "low": "CAUTION"}
WHAT_TO_DO = "Do: {action}"
ACTION_UNKNOWN = "find the cause before you reset"
ACTIONS = {
    "core-hot": "let it cool; lower the set-point, then reset",
    "margin-hot": "let it cool; lower the set-point, then reset",
    "healthy-hot": "let it cool, check the position of coil and probe; then reset",
    "healthy-dose": "end the treatment: healthy tissue has had its dose",
    "body-hot": "let the subject cool down, then reset",
    "body-start": "bring the body to its starting temperature, then reset",
    "sample-hot": "let it cool; lower the set-point, then reset",
    "rising": "check sample and coil; give the expected rise in the config",
    "slipped": "see whether the probe has slipped out; put it back, then reset",
    "disagrees": "see which of the two has slipped or drifts; then reset",
    "no-rise": "check that probe, sample and coil are in place; then reset",
    "swapped": "the probes may be swapped: check which is which, then reset",
    "frozen": "warm the probe by hand and see whether it moves; then reset",
    "probe-lost": "check the probe, its connector and the thermometer; then reset",
    "ramp-too-long": "check position, coil and set-point; then reset",
    "ceiling": "check the field calibration and the frequency before you reset",
    "current-high": "cut the power if the current stays; check the supply",
    "supply-trip": "read the supply's display, clear its trip there, then reset",
    "output-lost": "see what switched the supply off: its interlock, its panel?",
    "output-stuck": "CUT THE POWER at the emergency stop: the supply does not go off",
    "generator-off": "see what switched the generator off, then reset",
    "frequency": "check the generator and its lead, then reset",
    "field-lost": "check the field sensor: its place, lead and scale; then reset",
    "field-disagrees": "check sensor, probe factor and calibration; then reset",
    "field-drift": "check sensor, probe factor and calibration; then reset",
    "field-jump": "see what has moved: sensor, sample or coil; then reset",
    "resonance-lost": "check coil, capacitor and what stands in the coil; then reset",
    "load-low": "check the coil's leads and the inverter before you reset",
    "contact-open": "see which interlock is open: water, door, emergency stop",
    "no-read-back": "check the supply's and the generator's leads, then reset",
    "supply-lost": "cut the power if in doubt; check the supply's lead, then reset",
    "generator-lost": "check the generator's power and lead, then reset",
    "instrument-silent": "check the instrument's power and lead, then reset",
    "instrument-returned": "see why the instrument went away, then reset",
    "late": "close other programs on this computer, then reset",
    "suspended": "switch the computer's sleep off; see how the subject is, then reset",
    "clock-jump": "see whether the computer slept or its clock was set; then reset",
    "clock": "end the run: this computer's clock cannot be trusted",
    "disk": "make room on the disk; the run cannot go on",
    "guardian": "end the run and start anew: the guardian is gone",
}

FAULT_DETAIL = "expected {expected} · measured {measured} · limit {limit}"
FAULT_TIME = "at {time}"
MORE = "and {count} more"
SILENT = "NO NEWS from the engine for {seconds} s: the values shown are old"
ENGINE_KILLED = (
    "THE ENGINE WAS KILLED OR CRASHED: the values shown are the last ones. Press STOP "
    "to switch off from here and read back"
)
ENGINE_GONE = (
    "THE ENGINE ENDED WITHOUT A WORD (exit {code}): the values shown are the last "
    "ones. Press STOP to switch off from here and read back"
)
ENGINE_NOT_STARTED = "THE ENGINE DID NOT START"
ENGINE_REFUSED = "NOT STARTED (exit {code})"
ENDED = "Ended (exit {code}): {sentence}"
EXIT_NOT_CONFIRMED = "SAFE STATE NOT CONFIRMED"
REFUSED = "refused: {sentence}"
FOREIGN = "not understood from the engine: {line}"
CLOSING = "CLOSING: the engine is stopping"

LOG_ENDED = "closed: the engine ended (exit %s); field off %s"
LOG_LEFT = (
    "closed after %s s without the engine's end (stopped and its input closed, "
    "not killed); field off %s"
)
LOG_CONFIRMED = "confirmed"
LOG_NOT_CONFIRMED = "NOT CONFIRMED"

CLI_SUMMARY = "The window: shows a run and stops it."
CLI_CONFIG = "the bench's TOML file"
CLI_OUT = "where the run file goes"
CLI_NO_FILE = "{path}: there is no such file; give the path of a config"
