"""Writes a quarter as a plain Quarto project: Markdown pages without code, charts as files, a theme.

    index.qmd  goals/<goal>.qmd  together.qmd  data.qmd      the site, in the initiative's main language
    goals/<goal>-tables.qmd                                  tables that are too long for the goal's own page
    report.qmd                                               the same as one PDF
    brief.qmd  brief-word.qmd                                two pages of it, as PDF and for Word
    charts/                                                  drawings for both
    es/…                                                     all of these in another language
    _quarto.yml  theme/                                      settings; styles, templates, fonts

Templates only set texts that `views` has finished (`templating`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from agenda.in_language import original_in
from reports import escape
from reports.escape import flat
from reports.pictures.drawing import INK, decoration, for_page, for_print
from reports.quarter.tables import Quarter
from reports.rendering import word
from reports.rendering.fonts import add_whole_font, cut_fonts, face
from reports.rendering.templating import environment, rendered, safe
from reports.telling.brief import Brief
from reports.telling.figures import Figure
from reports.telling.views import EditionLabel, Views
from reports.words import Words, own_name, sentence_case

_HERE = Path(__file__).parents[1]


def write_project(quarter: Quarter, out: Path, label: EditionLabel | None = None) -> None:
    """Write the project of ``quarter`` into the folder ``out``, in every language that it is published in.

    Raises `ConfigurationError` where no font has a sign that stands on a page.
    """
    pages: list[str] = []
    for language in quarter.folder.initiative.published_in:
        views = Views(quarter.in_language(language), Words(language, quarter.calendar), label or EditionLabel())
        pages += _write_language(views, out)
    (out / "_quarto.yml").write_text(_rendered("_quarto.yml", pages=pages), encoding="utf-8")
    (out / "theme" / "page.html").write_text(_rendered("page.html"), encoding="utf-8")


def _write_language(views: Views, out: Path) -> list[str]:
    """Write all that is in one language; give the paths of its pages."""
    shared = _shared(views)
    brief: Brief = shared["brief"]
    pages = dict(_pages(views, shared))
    texts = pages | dict(_charts(views, brief))
    write_sources(out, texts)
    cut_fonts(texts, views.words.language, out / "theme")
    parts = {part: _rendered(f"word/{part}", **shared) for part in word.PARTS}
    (out / shared["word"]).write_bytes(word.reference(parts))
    drawings = [f"{views.at}charts/{figure.ident}.svg" for figure in brief.figures]
    for path, picture in zip(drawings, word.pictures(out, drawings), strict=True):
        (out / path).with_suffix(".png").write_bytes(picture)
    return list(pages)


def write_sources(out: Path, texts: Mapping[str, str]) -> None:
    """Write the files of a project into the folder ``out``, by path, and the theme with the fonts that they need."""
    shutil.copytree(_HERE / "theme", out / "theme", dirs_exist_ok=True, ignore=shutil.ignore_patterns("fonts-cjk"))
    for path, text in texts.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(text, encoding="utf-8")
    add_whole_font(texts, out / "theme" / "fonts")


def _pages(views: Views, shared: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every page in one language: its path and contents."""
    for name in ("index", "together", "data", "report", "brief", "brief-word"):
        yield f"{views.at}{name}.qmd", _rendered(f"{name}.qmd", **shared)
    for goal in views.goals:
        yield f"{views.at}goals/{goal.ident}.qmd", _rendered("goal.qmd", **shared, goal=goal)
        for sheet in goal.sheets:
            yield f"{views.at}goals/{sheet.ident}.qmd", _rendered("tables.qmd", **shared, goal=goal, sheet=sheet)


def _charts(views: Views, brief: Brief) -> Iterator[tuple[str, str]]:
    """The drawings that the PDFs and Word's pictures are made of."""
    at, cjk = f"{views.at}charts", face(views.words.language)
    for goal in views.goals:
        for figure in (figure for section in goal.sections for figure in section.figures):
            yield f"{at}/{figure.ident}.svg", for_print(figure.wide or figure.narrow, flat(figure.caption), cjk)
    for figure in brief.figures:
        yield f"{at}/{figure.ident}-narrow.svg", for_print(figure.narrow, flat(figure.caption), cjk)
    for tile in (tile for tile in views.tiles if tile.spark):
        yield f"{at}/spark-{tile.goal}.svg", for_print(tile.spark, flat(tile.indicator), cjk)


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
    return {
        "_": words._,
        "views": views,
        "tongues": {code: own_name(code) for code in views.folders},
        "original": original_in(quarter.folder, quarter.period.key),
        "initiative": quarter.folder.initiative,
        "period": sentence_case(words.period(quarter.period)),
        "edition": views.eyebrow(),
        "lang": words.language,
        "region": words.locale.territory,
        "cjk": face(words.language),
        "word": f"theme/word-{words.language}.docx",
        "ink": {name: color.removeprefix("#") for name, color in INK.items()},
        "brief": Brief(views),
        "menu": menu,
        "papers": views.papers.items(),
        "partners": quarter.partners,
        "goal_of": {id_: goal.id for goal in quarter.goals for id_ in goal.indicators},
        "long_tables": [table for goal in views.goals for section in goal.sections for table in section.long_tables],
    }


def _drawn(figure: Figure, size: str) -> Markup:
    svg = figure.wide if size == "wide" else figure.narrow
    return Markup(for_page(svg, f"{figure.ident}-{size}", flat(figure.caption), flat(figure.description)))
