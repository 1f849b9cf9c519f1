"""Writes a quarter as a plain Quarto project: Markdown pages without code, charts as files, a theme.

    _quarto.yml  index.qmd  goals/<goal>.qmd  together.qmd  data.qmd     the site
    report.qmd                                                           the same as one PDF
    brief.qmd  brief-word.qmd                                            two pages of it, as PDF and for Word
    charts/  theme/                                                      drawings for both; styles, templates, fonts

Templates only set texts that `views` has finished (`templating`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from reports import escape, word
from reports.brief import Brief
from reports.drawing import INK, decoration, for_page, for_print
from reports.figures import Figure
from reports.tables import Quarter
from reports.templating import environment, rendered, safe
from reports.views import EditionLabel, Views
from reports.words import Words, sentence_case

_HERE = Path(__file__).parent
_CJK = re.compile("[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
"""Characters of Chinese, Japanese and Korean, whose font is too large to come with every project."""
_CJK_FONT = files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc"


def write_project(
    quarter: Quarter, out: Path, label: EditionLabel | None = None, *, language: str | None = None
) -> None:
    """Write the project of ``quarter`` into the folder ``out``, in ``language`` or the initiative's own."""
    words = Words(language or quarter.folder.initiative.language, quarter.calendar)
    views = Views(quarter, words, label or EditionLabel())
    shared = _shared(views)
    write_sources(out, dict([*_pages(views, shared), *_charts(views, shared["brief"])]))
    parts = {part: _rendered(f"word/{part}", **shared) for part in word.PARTS}
    (out / word.REFERENCE).write_bytes(word.reference(parts))
    drawings = [f"charts/{figure.ident}.svg" for figure in shared["brief"].figures]
    for path, picture in zip(drawings, word.pictures(out, drawings), strict=True):
        (out / path).with_suffix(".png").write_bytes(picture)


def write_sources(out: Path, texts: Mapping[str, str]) -> None:
    """Write the files of a project into the folder ``out``, by path, and the theme with the fonts that they need."""
    shutil.copytree(_HERE / "theme", out / "theme", dirs_exist_ok=True)
    for path, text in texts.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(text, encoding="utf-8")
    if any(_CJK.search(text) for text in texts.values()):
        (out / "theme" / "fonts" / _CJK_FONT.name).write_bytes(_CJK_FONT.read_bytes())


def _pages(views: Views, shared: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text file of the project: its path and contents."""
    goals = [f"goals/{goal.ident}.qmd" for goal in views.goals]
    whole = ["index.qmd", "together.qmd", "data.qmd", "report.qmd", "brief.qmd", "brief-word.qmd"]
    for name in ("_quarto.yml", *whole):
        yield name, _rendered(name, **shared, pages=[*whole, *goals])
    for path, goal in zip(goals, views.goals, strict=True):
        yield path, _rendered("goal.qmd", **shared, goal=goal)


def _charts(views: Views, brief: Brief) -> Iterator[tuple[str, str]]:
    """The drawings that the PDFs and Word's pictures are made of."""
    for goal in views.goals:
        for figure in (figure for section in goal.sections for figure in section.figures):
            yield f"charts/{figure.ident}.svg", for_print(figure.wide or figure.narrow, figure.caption)
    for figure in brief.figures:
        yield f"charts/{figure.ident}-narrow.svg", for_print(figure.narrow, figure.caption)
    for tile in (tile for tile in views.tiles if tile.spark):
        yield f"charts/spark-{tile.goal}.svg", for_print(tile.spark, tile.indicator)


@cache
def _environment() -> Environment:
    """Templates are compiled once; what they speak of comes with each page."""
    return environment(
        "report", data=safe(escape.data), drawn=_drawn, decoration=safe(decoration), ruler=safe(word.ruler)
    )


def _rendered(name: str, **parts: Any) -> str:
    return rendered(_environment(), name, **parts)


def _shared(views: Views) -> dict[str, Any]:
    """What every template may speak of."""
    quarter, words = views.quarter, views.words
    menu = [("index.html", words._("The quarter")), ("index.html#goals", words._("Goals")),
            ("together.html", words._("Working together")), ("data.html", words._("Data")),
            ("report.pdf", words._("PDF"))]  # fmt: skip
    papers = [("report.pdf", words._("Report as PDF")), ("brief.pdf", words._("Brief as PDF")),
              ("brief.docx", words._("Brief for Word"))]  # fmt: skip
    return {
        "_": words._,
        "views": views,
        "initiative": quarter.folder.initiative,
        "period": sentence_case(words.period(quarter.period)),
        "edition": views.eyebrow(),
        "lang": words.language,
        "ink": {name: color.removeprefix("#") for name, color in INK.items()},
        "brief": Brief(views),
        "menu": menu,
        "papers": papers,
        "partners": quarter.partners,
        "goal_of": {id_: goal.id for goal in quarter.goals for id_ in goal.indicators},
        "long_tables": [table for goal in views.goals for section in goal.sections for table in section.long_tables],
    }


def _drawn(figure: Figure, size: str) -> Markup:
    svg = figure.wide if size == "wide" else figure.narrow
    return Markup(for_page(svg, f"{figure.ident}-{size}", figure.caption, figure.description))
