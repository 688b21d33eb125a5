"""English texts of what is seen after a run: replay, list, comparison, course."""

NOTHING = "—"
THEME = "&Light"

PAGE_RUNS = "Ru&ns"
TITLE_RUNS = "AMF bench: runs"
TITLE_REPLAY = "AMF bench: replay of {name}"
TITLE_COMPARE = "AMF bench: two runs"
TITLE_COURSE = "AMF bench: course of {subject}"

REPLAY_FIELD = "recorded: {words}"
REPLAY_BAND = "REPLAY of {started} UTC   {bench}"
INCOMPLETE = "RECORD CUT OFF: nothing is known after {time}"
PLAY = "&Play"
PAUSE = "&Pause"
SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
SPEED = "{speed:g} ×"
SPEED_TIP = "How fast the record is shown, times real time"
POSITION = "{now} of {whole}"
EARLIER, LATER = "|◂", "▸|"
EARLIER_TIP, LATER_TIP = "To the event before", "To the next event"
SLIDER_TIP = "Run time; arrows and page keys move it"

COLUMNS = (
    "started, UTC",
    "name",
    "experiment",
    "controlled",
    "set, °C",
    "lasted",
    "CEM43, min",
    "ended",
)
SEARCH_HINT = "search: words of name, experiment, end; or subject:rat-7 operator:ann"
FOLDER = "&Folder …"
REFRESH = "Ref&resh"
REPLAY = "Re&play"
REPORT = "Rep&ort"
EXPORT = "E&xport"
COMPARE = "&Compare"
COURSE = "Co&urse"
TIPS = {
    "replay": "Show the record in the run view, with a time slider",
    "report": "Write the report (amf report) and open it in the browser",
    "export": "Write the run for a spreadsheet or for analysis (amf export)",
    "compare": "Overlay two chosen runs, aligned at the start of heating",
    "course": "All sessions of this run's subject, with the cumulative dose",
}
EXPORT_FORMS = ("csv", "xlsx", "hdf5")
FOUND = "{shown} of {all} runs in {folder}"
READING = "reading {folder}: {left} files left"
LEFT_OUT = "{count} not read, the first: {why}"
NO_FOLDER = "{folder}: there is no such folder yet; it begins with the first run"
ENDINGS = {0: "completed", 1: "error", 3: "stopped", 4: "NOT CONFIRMED OFF"}
ENDED_OTHER = "exit {code}"
CUT_OFF = "CUT OFF"
KINDS = {"simulated": "simulated", "mixed": "MIXED", "real": "real"}
CHOOSE = "Choose a run to see what it was; choose two (Ctrl) to compare them"
SUMMARY = "{name}   {started} UTC   {kind}, version {version}"
DOSES = "CEM43 in min: {doses}"
RESULT = "H·f ceiling: profile {profile}, {limit} A/(m·s)   ·   set-point {setpoint} °C"
WORKING = "amf {what} …"
WRITTEN = "written: {path}"
FAILED = "amf {what}: exit {code}. {words}"
NOT_STARTED = "amf {what} could not be started"
NO_SUBJECT = "this run names no subject in its [experiment]"

FROM_HEATING = "Time from the start of heating"
CONTROLLED_AXIS = "Controlled / °C"
SHARE_AXIS = "H·f / %"
NEVER_HEATED = "{name} never heated: it is shown from its first tick"
RUN_LETTERS = ("A", "B")
RUN_OF = "{letter}   {name}   {started} UTC"
DASHED = "Solid: controlled temperature, dashed: set-point; below: H·f of its ceiling"
COMPARED = ("", "A", "B")
FIGURES = (
    ("set-point, °C", "setpoint_c", 2),
    ("overshoot, °C", "overshoot_c", 3),
    ("mean error, °C", "mean_error_c", 3),
    ("rms error, °C", "rms_error_c", 3),
    ("settling, s", "settling_s", 1),
    ("hold, s", "hold_s", 1),
    ("healthy max, °C", "healthy_max_c", 2),
    ("largest H·f, A/(m·s)", "max_hf_a_per_m_s", -1),
    ("at the bound, s", "ceiling_bound_s", 1),
)
DOSE_FIGURE = "CEM43 {probe}, min"
ENDED_FIGURE = "ended"
DIFFER = "SETTINGS THAT DIFFER"

COMPARE_SIMULATED = "SIMULATED: both runs"
COMPARE_MIXED = "NOT OF ONE KIND:   {runs}"

COURSE_HEAD = "Course of {subject}, sessions: {count}"
COURSE_TOTAL = "Cumulative CEM43 in min: {doses}"
COURSE_NOTE = (
    "Probes are matched by name: whether a fibre was in the same place each time is "
    "not known. The sum takes no account of recovery or of heat tolerance."
)
COURSE_SIMULATED = "SIMULATED: nobody was treated"
COURSE_PARTLY = "PARTLY SIMULATED: real and simulated sessions"
COURSE_PAGE = "&Page in the browser"

CLI_NO_RUN = "{path}: there is no such run file or folder"
CLI_MANY = "give one config, one or two run files, or one folder"
