"""The middle of a run's report, as a Jinja2 template."""

from controller.analysis.html_page import PLOTS

BODY = (
    """{% if faults -%}
<h2>Faults</h2>
<table><tr><th>t (s)</th><th>what happened</th><th>expected</th><th>measured</th>
<th>limit</th></tr>
{% for fault in faults -%}
<tr class="fault"><td class="n">{{ fault.t_s|time }}</td><td>{{ fault.sentence }}</td>
<td>{{ fault.expected }}</td><td>{{ fault.measured }}</td>
<td>{{ fault.limit }}</td></tr>
{% endfor -%}
</table>
{% endif -%}
"""
    + PLOTS
    + """<h2>Probes</h2>
<table><tr><th>probe</th><th>role</th><th>trips at (°C)</th>
<th>lowest (°C)</th><th>highest (°C)</th>
<th>CEM43 (min)</th><th>readings not trusted</th></tr>
{% for probe in probes -%}
<tr>{% for cell in probe %}<td class="n">{{ cell }}</td>{% endfor %}</tr>
{% endfor -%}
</table>
<h2>Instruments</h2>
<table><tr><th>name</th><th>real or simulated</th><th>identity</th></tr>
{% for name, kind, identity in instruments -%}
<tr><td>{{ name }}</td>
<td><span{% if kind != "REAL" %} class="unreal"{% endif %}>{{ kind }}</span></td>
<td>{{ identity }}</td></tr>
{% endfor -%}
</table>
<h2>Run</h2>
<dl>{% for name, value in facts -%}
<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>
<h2>Events</h2>
<table><tr><th>t (s)</th><th>UTC</th><th>kind</th><th>what happened</th></tr>
{% for event in events -%}
<tr{% if event.kind == "fault" %} class="fault"{% endif %}>
<td class="n">{{ event.t_s|time }}</td><td class="n">{{ event.utc }}</td>
<td>{{ event.kind }}</td><td>{{ event.sentence }}</td></tr>
{% endfor -%}
</table>
{% if events_left_out %}<p class="small">{{ events_left_out }} events in the middle are
left out here; the run file and its export hold them all.</p>{% endif %}
<h2>Definitions</h2>
<p class="small">Amplitudes are peak values. Error: controlled temperature minus
set-point; mean and rms over the hold, over the ticks that have a trusted temperature.
Overshoot: the largest such difference from the start of the ramp on, at least 0.
Settling: from the start of the ramp until the temperature stays within ±0.2 °C of the
set-point for 120 s, or for the whole hold where that is shorter. H·f measured: from
measured values, without their uncertainty; the ceiling is kept by measured values with
their uncertainty. CEM43: cumulative equivalent minutes at 43 °C (Sapareto and Dewey
1984), of the tissue at the probe's tip only; ±0.2 °C in a reading is about ±15 % of the
dose above 43 °C and 32 % below. Hotter tissue than any probe shows is possible. Values
marked true come from the simulated tissue and exist in simulations only. Figures of
long runs show the lowest and the highest value of each stretch of time. Written by
amf-bench {{ version }}.</p>
"""
)
