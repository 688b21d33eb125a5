"""The page of a SAR report: one Jinja2 template for a curve and for a matrix."""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<style>
  body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 2rem 4rem; color: #1a1a1a;
         font: 15px/1.5 "Source Sans 3", "Segoe UI", "DejaVu Sans", sans-serif; }
  h1 { font-size: 1.7rem; margin: 1.2rem 0 0; overflow-wrap: anywhere; }
  h2 { font-size: 1.1rem; margin: 2.2rem 0 .5rem; padding-top: .5rem;
       border-top: 1px solid #ccc; }
  .lead { color: #555; margin: .2rem 0 1.2rem; }
  .band { padding: .55rem 1rem; font-weight: 700; letter-spacing: .06em;
          margin-bottom: .5rem; -webkit-print-color-adjust: exact;
          print-color-adjust: exact; }
  .band small { font-weight: 400; letter-spacing: 0; font-size: .9rem; }
  .simulated { background: repeating-linear-gradient(-45deg, #ffe08a 0 14px,
               #ffd35c 14px 28px); }
  .unusable { background: #b3261e; color: #fff; }
  .figures { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1px;
             background: #ccc; border: 1px solid #ccc; }
  .figures div { background: #fff; padding: .5rem .8rem; }
  .figures b { display: block; font-size: 1.2rem; font-variant-numeric:
               tabular-nums; }
  .figures span { color: #555; font-size: .85rem; }
  figure { margin: .6rem 0 0; break-inside: avoid; }
  figure svg { width: 100%; height: auto; }
  figcaption, .small { color: #555; font-size: .85rem; }
  table { border-collapse: collapse; width: 100%; font-size: .88rem; }
  th { text-align: left; font-weight: 600; border-bottom: 1.5px solid #1a1a1a; }
  th, td { padding: .22rem .8rem .22rem 0; vertical-align: top; }
  td { border-bottom: 1px solid #e3e3e3; }
  td:not(:last-child) { font-variant-numeric: tabular-nums; white-space: nowrap; }
  .best td { background: #e6f2ec; font-weight: 600; }
  .doubt td { color: #8a8a8a; }
  ul { margin: .3rem 0; padding-left: 1.2rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem;
       font-size: .9rem; margin: 0; }
  dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
</style>
</head>
<body>
{% for band in bands -%}
<div class="band {{ band[0] }}">{{ band[1] }} <small>{{ band[2] }}</small></div>
{% endfor -%}
<h1>{{ title }}</h1>
<p class="lead">{{ lead }}</p>
<div class="figures">
{% for tile in tiles -%}
<div><b>{{ tile[1] }}</b><span>{{ tile[0] }}</span></div>
{% endfor -%}
</div>
<p>{{ why }}</p>
{% if warnings -%}
<h2>Warnings</h2>
<ul>{% for words in warnings %}<li>{{ words }}</li>{% endfor %}</ul>
{% endif -%}
{% for part in plots -%}
<h2>{{ part[0] }}</h2>
<figure>{{ part[1]|safe }}<figcaption>{{ part[2] }}</figcaption></figure>
{% endfor -%}
{% for table in tables -%}
<h2>{{ table.heading }}</h2>
<table><tr>{% for cell in table.head %}<th>{{ cell }}</th>{% endfor %}</tr>
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
<p class="small">Research use; not a medical device. amf-bench.</p>
</body>
</html>
"""
