"""Cairn's own HTML pages: the site's home page and a draft's review page, in the report's look.

Each is one file that loads nothing, so it opens from a disk as from a site. The report itself is not made here but
as a Quarto project; see `pages`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.escape import flat, html
from reports.words import Words, sentence_case

_THEME = Path(__file__).parents[1] / "theme"
_TEMPLATES = Path(__file__).parents[1] / "templates"
_FOLDER = "web"
_FONTS = re.compile(r"(sans-3-latin-400|sans-3-latin-600|serif-4-latin-600)-normal")
"""The faces these pages carry with them, 50 kB in all; letters that are not in them take the reader's own fonts."""


def render(template: str, words: Words, **parts: object) -> bytes:
    """The page; every text in ``parts`` is escaped, and those in another language marked where it asks for ``said``."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES / _FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"sentence": sentence_case, "said": lambda text: Markup(html(text)), "flat": flat}
    page = environment.get_template(template)
    return page.render(words=words, _=words._, n=words.n, style=style(_FOLDER), **parts).encode()


@cache
def style(folder: str) -> str:
    """The report's style with its fonts inside, and what the pages of the templates in ``folder`` add to it."""

    def carried(face: re.Match[str]) -> str:
        if not _FONTS.search(face["font"]):
            return ""
        font = b64encode((_THEME / face["font"]).read_bytes()).decode()
        return face[0].replace(face["font"], f"data:font/woff2;base64,{font}")

    shared = (_THEME / "cairn.css").read_text(encoding="utf-8")
    shared = re.sub(r"@font-face \{[^}]*url\((?P<font>[^)]+)\)[^}]*\}\n", carried, shared)
    return shared + (_TEMPLATES / folder / "style.css").read_text(encoding="utf-8")
