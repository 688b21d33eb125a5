"""The middle of a SAR report, of a curve or a matrix, as a Jinja2 template."""

from controller.analysis.html_page import PLOTS, WARNINGS

BODY = (
    "<p>{{ why }}</p>\n"
    + WARNINGS
    + PLOTS
    + """{% for table in tables -%}
<h2>{{ table.heading }}</h2>
<table class="figures-in">
<tr>{% for cell in table.head %}<th>{{ cell }}</th>{% endfor %}</tr>
{% for row in table.rows -%}
<tr class="{{ row[0] }}">{% for cell in row[1] %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor -%}
</table>
{% if table.note %}<p class="small">{{ table.note }}</p>{% endif %}
{% endfor -%}
<h2>What was measured, and how</h2>
<dl>{% for name, value in facts -%}
<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>
<h2>Definitions</h2>
<p class="small">± is the expanded uncertainty, k = 2 (about 95 %); u is a standard one.
Amplitudes are peak values. SAR is power per gram of iron, or of oxide where it says so,
at the amplitude that was there. ILP = SAR/(H² f), in nH·m²/kg; it is a property of the
particles only in the linear regime. P/C: heating rate of the contents without losses.
Expected bias: what the method makes of the fitted curve without noise. Greyed rows are
not to be quoted.</p>
"""
)
