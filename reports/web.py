"""Cairn's own HTML pages: the site's home page and a draft's review page. One file each, nothing to load with it.

The report itself is not made here but as a Quarto project; see `pages`.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.words import Words, sentence_case

_HERE = Path(__file__).parent
_TEMPLATES = _HERE / "templates" / "web"
_FONTS = (("Source Sans 3", "sans", 400), ("Source Sans 3", "sans", 600), ("Source Serif 4", "serif", 600))


def render(template: str, words: Words, **parts: object) -> bytes:
    """The page; every text in ``parts`` is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["sentence"] = sentence_case
    page = environment.get_template(template)
    return page.render(words=words, _=words._, n=words.n, style=_style(), **parts).encode()


@cache
def _style() -> str:
    """The pages' style with the report's Latin letters in it; other scripts take the reader's own fonts."""
    faces = []
    for family, kind, weight in _FONTS:
        font = (_HERE / f"theme/fonts/source-{kind}-{family[-1]}-latin-{weight}-normal.woff2").read_bytes()
        source = f"url(data:font/woff2;base64,{b64encode(font).decode()})format('woff2')"
        faces.append(f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;src:{source}}}')
    return "\n".join([*faces, (_TEMPLATES / "style.css").read_text(encoding="utf-8")])
