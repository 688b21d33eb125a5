"""Every English text of the pages around a run: before it, and procedures."""

PAGE_BENCH = "&Before"
PAGE_SAR = "&Calorimetry"
PAGE_CALIBRATION = "Cal&ibration"
PAGE_TUNING = "T&uning"

FORM_NAME = "It becomes part of the run file's name."
FORM_NAME_ALLOWED = "at most 40 letters, digits, _ . and -, starting with a letter"
FORM_TOP = "What the config is called."
FORM_TOP_TITLE = "name"
FORM_NONE = "No config is open: open one, or name it: amf gui CONFIG"
FORM_BROKEN = "This text is not TOML; edit the file: {problem}"
FORM_RIGHT = "The config has no mistake"
FORM_WRONG = "{count} to put right"
FORM_DEFAULT = "default {value}"
FORM_LEFT_OUT = "left out"
FORM_UNSAVED = "not saved"
FORM_FILTER = "Configs (*.toml)"
FORM_CANNOT_OPEN = "{path} cannot be read: {reason}"
FORM_CANNOT_SAVE = "{path} cannot be written: {reason}"
FORM_NEW = "instrument…"
FORM_NEW_ABOUT = "One more instrument; it is used where another table names it."
NEW_LABELS = ("name", "driver", "model", "address")
NEW_NAME_HINT = "as other tables shall call it: psu, thermometer-2"
NEW_ADDRESS_HINT = "COM3, /dev/ttyUSB0, host:port, or left out: simulated"
NEW_ADD = "Add the &instrument"
NEW_NAME_WRONG = "a name is letters, digits, - and _, beginning with a letter"
NEW_NAME_TAKEN = "instruments.{name} is there already"
OPEN = "&Open…"
SAVE = "Sa&ve"
SAVE_AS = "Save &as…"

STEPS = ("1 Config", "2 Check", "3 Touch test", "4 Start")
CHECK = "Chec&k the bench"
CHECKING = "Every instrument is opened, asked who it is, and switched off …"
CHECK_FIRST = "Opens and reads each instrument, proves that off works, turns nothing on"
CHECK_LIGHTS = {"good": "● answers", "fault": "■ trouble"}
CHECK_HEADS = ("", "Instrument", "Kind", "Who answers", "Reads")
CHECK_WARNING = "Warning: {sentence}"
CHECK_REFUSED = "REFUSED: {sentence}"
CHECK_DONE = "Proof test: {sentence}"
CHECK_SILENT = "The check ended without a word (exit {code})"
WATCHDOG = "watchdog {name}"
NO_WATCHDOG = "no watchdog"

TOUCH = "Begin &touch test"
TOUCH_END = "End touch test"
TOUCH_HINT = "Warm the named probe by 1 °C: exactly one reading may move, its own"
TOUCH_NOW = "Warm {probe} now"
TOUCH_RIGHT = "{probe}: right, it moved by {rise} °C and nothing else did"
TOUCH_WRONG = "WRONG: {moved} moved while {probe} was to be warmed"
TOUCH_SEVERAL = "WRONG: {moved} moved together while {probe} was to be warmed"
TOUCH_ALL = "Every probe has been touched and is where its name says"
TOUCH_HEADS = ("Probe", "Role", "Now", "Since begun", "Result")
TOUCH_OK = "touched"
TOUCH_ASKED = "warm it"
TOUCH_SKIP = "S&kip this one"
TOUCH_SKIPPED = "skipped"
TOUCH_STARTING = "The thermometers are being opened …"
TOUCH_LOST = "The thermometers are not read (exit {code}): {words}"

START = "Start the treatment"
# By the names of the engine's questions; a tick is the answer yes.
CHECKLIST = {
    "metal removed": "Metal is removed from coil and subject",
    "no implants near": "Nobody with an implant or pacemaker is near",
    "coil empty of tools": "The coil is empty of tools",
    "water on": "Cooling water is on, or not needed by this coil",
}
YES = "yes"
SHUT_OFF = "shut-off"
QUESTION_NAME = "name of who skips it"
QUESTION_MORE = "{answer} (with the name)"
CHECKLIST_TITLE = "Before the field: confirm each"
CHECKLIST_WAIVED = "Waived on a simulated bench"
PROFILE_TITLE = "Ceiling profile"
PROFILES = {
    "atkinson-brezovich": "4.85e8 A/(m·s)",
    "diameter": "4.85e8 × 0.30 m / exposed diameter",
    "hergt-dutz": "5e9 A/(m·s), bounded by the eddy heating of the exposed diameter",
    "no-tissue": "a vial or phantom: the hardware's limits",
}
ACKNOWLEDGE = "Type these words, for only programs switch this bench off: {words}"
ACKNOWLEDGED = "NO INDEPENDENT SHUT-OFF"
ACKNOWLEDGE_HINT = "the words above"
START_MISTAKES = "Not yet: the config has {count} to put right"
START_UNSAVED = "Not yet: save the config first"
START_BUSY = "Not yet: something else is running"
CHECK_NOT_YET = "Proof test: not done; check the bench"
START_CHECK = "Not yet: check the bench first"
START_PROOF = "Not yet: the check has not confirmed that off works"
START_CHECKLIST = "Not yet: confirm the checklist"
START_WORDS = "Not yet: type the words"
START_MATRIX = "This config is a SAR matrix: see Calorimetry"
START_READY = "Ready: the engine proves the off again before the field goes on"
NOTE_CHECKLIST = "checklist confirmed in the window: {items}"
NOTE_WAIVED = "checklist waived: simulated"
NOTE_TOUCH = "touch test: {result}"
NOTE_NO_TOUCH = "touch test not done"
REAL_TIME = "Keep the pace of the clock"

# By the procedures' commands: what the head says while they have the bench.
AT_WORK = {
    "check": "Check",
    "monitor": "Touch test",
    "calibrate field": "Calibration",
    "calibrate probes": "Calibration",
    "sar run": "Calorimetry",
}
BUSY = "Something else is running: stop it, or wait for its end"
STOPPING = "STOP sent: waiting for a confirmed off"
KILLED = "It did not end by itself and was ended; the field is NOT CONFIRMED off"
ENDED_BY_CODE = "It ended without a word (exit {code})"
NOT_STARTED = "It could not be started"
CONFIG_OF = "Config: {path}"
NO_CONFIG = "No config: open one on the page Before"
NEEDS_SAVE = "Save the config before it is used"
CHECKLIST_FILE = "Checklist file…"
ANSWERS_FILE = "Answers file…"

SAR_START = "&Measure the matrix"
SAR_PROGRESS = "Curve {done} of {all}: {name}"
SAR_HEADS = ("f / kHz", "H / kA/m", "n", "SAR / W/g Fe", "ILP / nH·m²/kg", "Remarks")
SAR_TABS = ("Sample", "Curve", "Results", "Budget", "Control chart")
SAR_WAITING = "Nothing measured yet"
SAR_SLOPE = (
    "{name}\nLive fits: heating begins with {slope} °C/s; end of the cooling "
    "{cooling} °C/s"
)
SAR_TIME_AXIS = "t / s"
SAR_TEMPERATURE_AXIS = "T / °C"
SAR_RESIDUAL_AXIS = "Left / °C"
SAR_ILP = "ILP {value} nH·m²/kg (k = 2).  {why}"
SAR_BUDGET_HEADS = ("f / kHz", "H / kA/m", "SAR ± (k = 2)", "ILP ± (k = 2)")
SAR_NO_CHART = "No control chart: the config has no [check], or no day is logged"
SAR_CHART_AXIS = "ILP / nH·m²/kg"
SAR_REPORT = "Open the re&port"
SAR_COMPLETE = "The matrix is complete; page and table are written"
SAR_CHART_HEADS = ("Date", "Operator", "Coil", "ILP / nH·m²/kg (k = 2)")
NOTHING = "—"
SAR_DAYS_AXIS = "Day of the log"
SAR_NO_MATRIX = "This config is no SAR matrix: open one on the page Before"

CALIBRATE = {"field": "Calibrate the &field", "probes": "Calibrate the &probes"}
CALIBRATION_TABS = ("Resonance", "Field", "Results")
CALIBRATION_AXES = {
    "sweep": ("f / kHz", "Current / A"),
    "level": ("Current / A", "H / kA/m"),
}
CALIBRATION_HEADS = ("Quantity", "Value")
CALIBRATION_EMPTY = "The coil must be empty but for the pick-up coil"
WRITTEN = "Written: {path}"

TUNE = "&Tune the loop"
TUNE_METHODS = ("step", "relay")
TUNE_HINT = (
    "Heats once by the rise given and learns gain and delay. Not needed: the loop "
    "learns by itself"
)
TUNE_METHOD = "Method"
TUNE_RISE = "Rise"
UNIT_RISE = " °C"
RESULT_NAMES = {
    "field_per_ampere_per_m": "field per ampere of supply current",
    "field_uncertainty": "its standard uncertainty, relative",
    "pickup_uncertainty": "of the pick-up coil, relative",
    "tuned_ohm": "V/I at resonance",
    "quality": "quality factor Q",
    "plant.gain_c_per_s": "heating at full power",
    "plant.time_constant_s": "time constant of losses",
    "plant.lag_s": "probe lag",
    "plant.dead_time_s": "dead time",
    "plant.delay_s": "delay of both",
    "control.gain_per_c": "gain, of full power per °C",
    "control.integral_s": "integral time",
    "residual_c": "rms misfit",
}
