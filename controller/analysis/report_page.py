"""The page of a report: one Jinja2 template, with nothing outside of itself."""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<style>
  body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 2rem 4rem; color: #1a1a1a;
         font: 15px/1.5 "Source Sans 3", "Segoe UI", "DejaVu Sans", sans-serif; }
  h1 { font-size: 1.7rem; margin: 1.2rem 0 0; }
  h2 { font-size: 1.1rem; margin: 2.2rem 0 .5rem; padding-top: .5rem;
       border-top: 1px solid #ccc; }
  .lead { color: #555; margin: .2rem 0 1.2rem; }
  .band { padding: .55rem 1rem; font-weight: 700; letter-spacing: .06em;
          margin-bottom: .5rem; -webkit-print-color-adjust: exact;
          print-color-adjust: exact; }
  .band small { font-weight: 400; letter-spacing: 0; font-size: .9rem; }
  .simulated { background: repeating-linear-gradient(-45deg, #ffe08a 0 14px,
               #ffd35c 14px 28px); }
  .incomplete { background: #b3261e; color: #fff; }
  .mixed { background: #e6f0f7; }
  .figures { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1px;
             background: #ccc; border: 1px solid #ccc; }
  .figures div { background: #fff; padding: .5rem .8rem; }
  .figures b { display: block; font-size: 1.25rem; font-variant-numeric:
               tabular-nums; }
  .figures span { color: #555; font-size: .85rem; }
  figure { margin: .6rem 0 0; break-inside: avoid; }
  figure svg { width: 100%; height: auto; }
  figcaption { color: #555; font-size: .85rem; }
  table { border-collapse: collapse; width: 100%; font-size: .9rem; }
  th { text-align: left; font-weight: 600; border-bottom: 1.5px solid #1a1a1a; }
  th, td { padding: .22rem .8rem .22rem 0; vertical-align: top; }
  td { border-bottom: 1px solid #e3e3e3; overflow-wrap: anywhere; }
  td.n { font-variant-numeric: tabular-nums; white-space: nowrap; }
  .fault td { background: #fbeae9; }
  .unreal { background: #ffe08a; font-weight: 700; padding: 0 .3rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem;
       font-size: .9rem; margin: 0; }
  dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
  .small { color: #555; font-size: .85rem; }
</style>
</head>
<body>
{% for band in bands -%}
<div class="band {{ band.kind }}">{{ band.word }}
<small>{{ band.sentence }}</small></div>
{% endfor -%}
<h1>{{ title }}</h1>
<p class="lead">{{ lead }}</p>
<div class="figures">
{% for tile in tiles -%}
<div><b>{{ tile[1] }}</b><span>{{ tile[0] }}</span></div>
{% endfor -%}
</div>
{% if faults -%}
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
{% for part in plots -%}
<h2>{{ part[0] }}</h2>
<figure>{{ part[1]|safe }}<figcaption>{{ part[2] }}</figcaption></figure>
{% endfor -%}
<h2>Probes</h2>
<table><tr><th>probe</th><th>role</th><th>lowest (°C)</th><th>highest (°C)</th>
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
long runs show the lowest and the highest value of each stretch of time.</p>
<p class="small">Research use; not a medical device. amf-bench {{ version }}.</p>
</body>
</html>
"""
