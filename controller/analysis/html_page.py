"""What every page of ours has in common; it needs nothing outside of itself."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Bands are (class, word, sentence), tiles (name, value).
_START = """<!DOCTYPE html>
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
  .incomplete, .unusable { background: #b3261e; color: #fff; }
  .mixed { background: #e6f0f7; }
  .figures { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1px;
             background: #ccc; border: 1px solid #ccc; }
  .figures div { background: #fff; padding: .5rem .8rem; }
  .figures b { display: block; font-size: 1.25rem; font-variant-numeric:
               tabular-nums; }
  .figures span { color: #555; font-size: .85rem; }
  figure { margin: .6rem 0 0; break-inside: avoid; }
  figure svg { width: 100%; height: auto; }
  figcaption, .small { color: #555; font-size: .85rem; }
  table { border-collapse: collapse; width: 100%; font-size: .9rem; }
  th { text-align: left; font-weight: 600; border-bottom: 1.5px solid #1a1a1a; }
  th, td { padding: .22rem .8rem .22rem 0; vertical-align: top; }
  td { border-bottom: 1px solid #e3e3e3; overflow-wrap: anywhere; }
  td.n { font-variant-numeric: tabular-nums; white-space: nowrap; }
  table.figures-in td:not(:last-child) { font-variant-numeric: tabular-nums;
       white-space: nowrap; }
  .fault td { background: #fbeae9; }
  .best td { background: #e6f2ec; font-weight: 600; }
  .doubt td { color: #8a8a8a; }
  .unreal { background: #ffe08a; font-weight: 700; padding: 0 .3rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem;
       font-size: .9rem; margin: 0; }
  dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
  ul { margin: .3rem 0; padding-left: 1.2rem; }
</style>
</head>
<body>
{% for kind, word, sentence in bands -%}
<div class="band {{ kind }}">{{ word }} <small>{{ sentence }}</small></div>
{% endfor -%}
<h1>{{ title }}</h1>
<p class="lead">{{ lead }}</p>
{% if tiles -%}
<div class="figures">
{% for name, value in tiles -%}
<div><b>{{ value }}</b><span>{{ name }}</span></div>
{% endfor -%}
</div>
{% endif -%}
"""
_END = """<p class="small">Research use; not a medical device. amf-bench.</p>
</body>
</html>
"""
# Plots are (heading, SVG element, caption).
PLOTS = """{% for heading, drawing, caption in plots -%}
<h2>{{ heading }}</h2>
<figure>{{ drawing|safe }}<figcaption>{{ caption }}</figcaption></figure>
{% endfor -%}
"""
WARNINGS = """{% if warnings -%}
<h2>Warnings</h2>
<ul>{% for words in warnings %}<li>{{ words }}</li>{% endfor %}</ul>
{% endif -%}
"""
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.titlesize": 8.5,
    "legend.frameon": False,
    "lines.linewidth": 1.0,
    # A probe may be named anything, also with a dollar sign.
    "text.parse_math": False,
}


def render_page(
    body: str,
    *,
    filters: dict[str, Callable[..., str]] | None = None,
    tiles: Any = (),
    bands: Any = (),
    **content: Any,
) -> str:
    """Fill a page whose middle is the Jinja2 template ``body``.

    ``content`` holds ``title``, ``lead`` and what the body asks for; text is escaped.
    """
    from jinja2 import Environment, StrictUndefined  # here: as Matplotlib below

    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters.update(filters or {})
    template = environment.from_string(_START + body + _END)
    return template.render(tiles=tiles, bands=bands, **content)


def drawing(name: str, draw: Callable[[], "Figure"]) -> str:
    """Return a figure as an SVG element, the same for the same data.

    ``name`` keeps its inner names apart from those of other figures on the page.
    """
    import matplotlib  # here: a command that draws nothing does not wait for it
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = draw()
        FigureCanvasSVG(figure)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    svg = text.getvalue()
    return svg[svg.index("<svg") :]
