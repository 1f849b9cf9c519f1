"""Writes a quarter as a plain Quarto project: Markdown pages without code, charts as files, a theme.

    _quarto.yml  index.qmd  goals/<goal>.qmd  data.qmd       the site, in the initiative's main language
    report.qmd                                               the same as one PDF
    charts/*.svg  theme/                                     drawings for the PDF; styles, templates, fonts
    es/…                                                     the pages and drawings of another language

Templates only set texts that `views` has finished. Each `{{ text }}` in them names the language it is escaped for;
one that does not is refused, so no text reaches a page unescaped.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from agenda.in_language import original_in
from reports import escape
from reports.drawing import decoration, for_page, for_print
from reports.figures import Figure
from reports.fonts import face, write_fonts
from reports.tables import Quarter
from reports.views import EditionLabel, Views
from reports.words import Words, sentence_case

_HERE = Path(__file__).parent
_CODE = re.compile(r"[A-Za-z0-9_./#*:-]*")


def write_project(quarter: Quarter, out: Path, label: EditionLabel | None = None) -> None:
    """Write the project of ``quarter`` into the folder ``out``, in every language that it is published in.

    Raises `ConfigurationError` where no font has a sign that stands on a page.
    """
    shutil.copytree(_HERE / "theme", out / "theme", dirs_exist_ok=True, ignore=shutil.ignore_patterns("fonts-cjk"))
    pages: list[str] = []
    for language in quarter.folder.initiative.published_in:
        local = quarter.in_language(language)
        views = Views(local, Words(language, local.calendar), label or EditionLabel())
        texts = dict(_pages(views))
        pages += texts
        texts |= dict(_charts(views))
        write_fonts(texts, views.words.language, out / "theme")
        for path, text in texts.items():
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_text(text, encoding="utf-8")
    (out / "_quarto.yml").write_text(_rendered(_environment(views), "_quarto.yml", pages=pages), encoding="utf-8")


def _folders(views: Views) -> dict[str, str]:
    """Where the pages of each language lie, from the project's root; those of the main one at the root itself."""
    main, *others = (language.replace("_", "-") for language in views.quarter.folder.initiative.published_in)
    return {main: "", **{language: f"{language}/" for language in others}}


def _pages(views: Views) -> Iterator[tuple[str, str]]:
    """Every page in one language: its path and contents."""
    environment = _environment(views)
    at = _folders(views)[views.words.language]
    for name in ("index", "data", "report"):
        yield f"{at}{name}.qmd", _rendered(environment, f"{name}.qmd")
    for goal in views.goals:
        yield f"{at}goals/{goal.ident}.qmd", _rendered(environment, "goal.qmd", goal=goal)


def _charts(views: Views) -> Iterator[tuple[str, str]]:
    """The drawings that the PDF includes."""
    at = f"{_folders(views)[views.words.language]}charts"
    for goal in views.goals:
        for figure in (figure for section in goal.sections for figure in section.figures):
            yield f"{at}/{figure.ident}.svg", for_print(figure.wide or figure.narrow, escape.flat(figure.caption))
    for tile in (tile for tile in views.tiles if tile.spark):
        yield f"{at}/spark-{tile.goal}.svg", for_print(tile.spark, escape.flat(tile.indicator))


def _environment(views: Views) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates" / "report"), undefined=StrictUndefined, autoescape=True,
        finalize=_escaped_only, trim_blocks=True, lstrip_blocks=True,
        comment_start_string="{##", comment_end_string="##}",  # {# opens a heading's id in Markdown
    )  # fmt: skip
    environment.filters.update(
        md=_safe(escape.markdown),
        mdblock=_safe(escape.paragraphs),
        html=_safe(escape.html),
        attribute=_safe(escape.attribute),
        typst=_safe(escape.typst),
        typststring=_safe(escape.typst_string),
        meta=_safe(lambda text: json.dumps(escape.markdown(escape.flat(text)), ensure_ascii=False)),
        metatext=_safe(lambda text: json.dumps(escape.markdown(text), ensure_ascii=False)),
        code=_safe(_code),
        own=_safe(_own),
        plain=escape.plain,
        drawn=_drawn,
        decoration=_safe(decoration),
    )
    environment.globals.update(_shared(views))
    return environment


def _shared(views: Views) -> dict[str, Any]:
    """What every template may speak of."""
    quarter, words = views.quarter, views.words
    menu = [("index.html", words._("The quarter")), ("index.html#goals", words._("Goals")),
            ("data.html", words._("Data")), ("report.pdf", words._("PDF"))]  # fmt: skip
    folders = _folders(views)
    return {
        "_": words._,
        "folders": folders,
        "up": "../" if folders[words.language] else "",
        "tongues": {code: sentence_case(_own_name(code)) for code in folders},
        "original": original_in(quarter.folder, quarter.period.key),
        "views": views,
        "initiative": quarter.folder.initiative,
        "period": sentence_case(words.period(quarter.period)),
        "edition": views.eyebrow(),
        "lang": words.language,
        "region": words.locale.territory,
        "cjk": face(words.language),
        "menu": menu,
        "partners": quarter.partners,
        "goal_of": {id_: goal.id for goal in quarter.goals for id_ in goal.indicators},
        "long_tables": [table for goal in views.goals for section in goal.sections for table in section.long_tables],
    }


def _own_name(language: str) -> str:
    """What a language calls itself."""
    locale = Locale.parse(language.replace("-", "_"))
    return str(locale.get_display_name(locale))


def _rendered(environment: Environment, name: str, **parts: Any) -> str:
    """The template's text, with no more than one blank line in a row."""
    return re.sub(r"\n{3,}", "\n\n", environment.get_template(name).render(**parts)).strip() + "\n"


def _safe(escape_: Any) -> Any:
    return lambda text: Markup(escape_(text))


def _escaped_only(value: Any) -> Any:
    """Jinja calls this for each ``{{ value }}``: only numbers and what a filter has escaped may pass."""
    if isinstance(value, Markup | int):
        return value
    raise TypeError(f"a template sets {value!r} without saying what it is escaped for")


def _code(text: str) -> str:
    """An id, a path or an address of this project, which needs no escape; anything else is refused."""
    if not _CODE.fullmatch(text):
        raise ValueError(f"{text!r} is no id and no path")
    return text


def _own(text: str) -> str:
    """A text of the catalogue, in which ``**`` and ``*`` stand for bold and italics; no text of others is in it."""
    return re.sub(r"(?<!\*)\*{1,2}(?!\*)|([^*\w\s])", lambda m: f"\\{m[1]}" if m[1] else m[0], text)


def _drawn(figure: Figure, size: str) -> Markup:
    svg = figure.wide if size == "wide" else figure.narrow
    return Markup(for_page(svg, f"{figure.ident}-{size}", escape.flat(figure.caption), escape.flat(figure.description)))
