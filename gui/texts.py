"""Every English text of the window, in one place."""

TITLE = "AMF bench"
NOTHING = "—"

SIMULATED = "SIMULATED"
REAL = "REAL INSTRUMENTS"
MIXED = "MIXED BENCH"
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
RUN_TIME = "Run"
DOSE = "CEM43"
DOSE_OF_TARGET = "{dose} of {target} min"
DOSE_MINUTES = "{dose} min"

TEMPERATURE_AXIS = "Temperature / °C"
TIME_AXIS = "Run time"
TRIP_LINE = "trip {trip} °C: {names}"
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

FAULT = "FAULT"
CAUTION = "CAUTION"
FAULT_DETAIL = "expected {expected}, measured {measured}, limit {limit}"
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
