"""How a template becomes a page's source: no text gets there unescaped.

Templates only set texts that were finished before. Each ``{{ text }}`` in them names the language it is escaped for;
one that does not is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import escape

_TEMPLATES = Path(__file__).parents[1] / "templates"
_CODE = re.compile(r"[A-Za-z0-9_./#*:-]*")


def environment(folder: str, **filters: Callable[..., Any]) -> Environment:
    """The templates in ``folder`` (and ``shared/``), with filters for each language of a page and those ``filters``."""
    made = Environment(
        loader=FileSystemLoader([_TEMPLATES / folder, _TEMPLATES]), undefined=StrictUndefined, autoescape=True,
        finalize=escaped_only, trim_blocks=True, lstrip_blocks=True,
        comment_start_string="{##", comment_end_string="##}",  # {# opens a heading's id in Markdown
    )  # fmt: skip
    made.filters.update(
        md=safe(escape.markdown),
        mdblock=safe(escape.paragraphs),
        html=safe(escape.html),
        quoted=safe(escape.quoted),
        typst=safe(escape.typst),
        typststring=safe(escape.typst_string),
        attribute=safe(lambda text: json.dumps(escape.attribute(text), ensure_ascii=False)),
        meta=safe(lambda text: json.dumps(escape.markdown(escape.flat(text)), ensure_ascii=False)),
        metatext=safe(lambda text: json.dumps(escape.markdown(text), ensure_ascii=False)),
        code=safe(_code),
        own=safe(_own),
        plain=escape.plain,
        **filters,
    )
    return made


def rendered(templates: Environment, name: str, **parts: Any) -> str:
    """The template's text, with no more than one blank line in a row."""
    return re.sub(r"\n{3,}", "\n\n", templates.get_template(name).render(**parts)).strip() + "\n"


def safe(escape_: Callable[[Any], str]) -> Callable[[Any], Markup]:
    """A filter whose result is fit for the page."""
    return lambda text: Markup(escape_(text))


def escaped_only(value: Any) -> Any:
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
