"""Cairn's own HTML pages: the site's home page and a draft's review page. One file each, nothing to load with it.

The report itself is not made here but as a Quarto project; see `pages`.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.words import Words, sentence_case

_TEMPLATES = Path(__file__).parent / "templates" / "web"


def render(template: str, words: Words, **parts: object) -> bytes:
    """The page; every text in ``parts`` is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["sentence"] = sentence_case
    style = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
    return environment.get_template(template).render(words=words, _=words._, n=words.n, style=style, **parts).encode()
