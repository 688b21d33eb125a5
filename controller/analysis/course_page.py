"""The page of a course: one Jinja2 template, with nothing outside of itself."""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Course of {{ subject }}</title>
<style>
  body { margin: 0 auto; max-width: 70rem; padding: 1.5rem 2rem 4rem; color: #1a1a1a;
         font: 15px/1.5 "Source Sans 3", "Segoe UI", "DejaVu Sans", sans-serif; }
  h1 { font-size: 1.7rem; margin: 1.2rem 0 .4rem; }
  h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
  .band { padding: .55rem 1rem; font-weight: 700; background: #ffd35c; }
  .cut { padding: .55rem 1rem; font-weight: 700; background: #b3261e; color: #fff; }
  table { border-collapse: collapse; width: 100%; font-size: .9rem; }
  th { text-align: left; border-bottom: 1.5px solid #1a1a1a; }
  th, td { padding: .25rem .8rem .25rem 0; vertical-align: top;
           font-variant-numeric: tabular-nums; }
  td { border-bottom: 1px solid #e3e3e3; }
  .small { color: #555; font-size: .85rem; }
</style>
</head>
<body>
{% if band %}<div class="band">{{ band }}</div>{% endif %}
{% if unfinished %}<div class="cut">{{ unfinished }} of {{ count }} sessions did not
complete; the dose that they gave is counted.</div>{% endif %}
<h1>Course of {{ subject }}</h1>
<p>{{ count }} session{{ "" if count == 1 else "s" }}</p>
<h2>Cumulative thermal dose</h2>
<table><tr><th>probe</th><th>CEM43 (min)</th></tr>
{% for probe, dose in totals -%}
<tr><td>{{ probe }}</td><td>{{ dose }}</td></tr>
{% endfor -%}
</table>
<h2>Sessions</h2>
<table><tr>{% for heading in headings %}<th>{{ heading }}</th>{% endfor %}</tr>
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
<p class="small">Research use; not a medical device.</p>
</body>
</html>
"""
