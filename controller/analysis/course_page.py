"""The middle of a course's page, as a Jinja2 template."""

BODY = """<h2>Cumulative thermal dose</h2>
<table class="figures-in"><tr><th>probe</th><th>CEM43 (min)</th></tr>
{% for probe, dose in totals -%}
<tr><td>{{ probe }}</td><td>{{ dose }}</td></tr>
{% endfor -%}
</table>
<h2>Sessions</h2>
<table class="figures-in">
<tr>{% for heading in headings %}<th>{{ heading }}</th>{% endfor %}</tr>
{% for row in rows -%}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor -%}
</table>
<p class="small">Dose in CEM43, cumulative equivalent minutes at 43 °C (Sapareto and
Dewey 1984), of the tissue at each probe's tip; in brackets the sum with all sessions
before. Probes are matched by name: whether a fibre was in the same place each time is
not known. The sum takes no account of recovery or of heat tolerance between sessions.
±0.2 °C in a reading is about ±15 % of the dose above 43 °C and 32 % below.</p>
<h2>Run files</h2>
<ol>{% for file in files %}<li>{{ file }}</li>{% endfor %}</ol>
"""
