"""Other people's texts made harmless for the languages of a page: Markdown, HTML, Typst, and JSON as data.

A text comes out as the characters it was written with, whatever they would mean there: emphasis, tags, shortcodes,
citations, code, links. The pages' own sentences may carry one thing more, a passage to stress, between `STRESS` marks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

STRESS = ("\ue000", "\ue001")
"""Marks, from the private use area, around a passage that a page sets in bold."""

_STRESSED = re.compile(f"{STRESS[0]}([^{STRESS[0]}{STRESS[1]}]*){STRESS[1]}")
# Control characters are invalid on a page; bidirectional overrides would reorder what follows them.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_HTML = {ord(c): f"&#{ord(c)};" for c in "&<>\"'`{}"}
_TYPST = {ord(c): f"\\u{{{ord(c):x}}}" for c in '"\\<>`{}'}


def stress(text: str) -> str:
    """``text``, to be set in bold."""
    return f"{STRESS[0]}{text}{STRESS[1]}"


def plain(text: str) -> str:
    """``text`` as one line without marks or unwanted characters: for attributes, titles and alternatives."""
    return re.sub(f"[{STRESS[0]}{STRESS[1]}]", "", _clean(text))


def markdown(text: str) -> str:
    """``text`` as inline Markdown that means nothing but itself."""
    return _escaped(text, lambda part: _PUNCTUATION.sub(r"\\\1", part), "**{}**")


def attribute(text: str) -> str:
    """``text`` as inline Markdown for metadata that a page's template sets in a quoted attribute.

    Pandoc leaves quotation marks as they are, which would end it.
    """
    return markdown(plain(text)).replace('\\"', "`&quot;`{=html}")


def paragraphs(text: str) -> str:
    """``text`` as Markdown paragraphs: a blank line in the text parts them, nothing else counts."""
    return "\n\n".join(markdown(part) for part in re.split(r"\n\s*\n", text.strip()) if part.strip())


def html(text: str) -> str:
    """``text`` for HTML, in content or in a quoted attribute, also within a raw block of a Markdown page."""
    return _escaped(text, lambda part: part.translate(_HTML), "<b>{}</b>")


def typst(text: str) -> str:
    """``text`` as a Typst content expression, safe within a raw block of a Markdown page."""
    parts = _split(text)
    return "[" + "".join(f"#strong({_literal(part)})" if bold else f"#{_literal(part)}" for part, bold in parts) + "]"


def typst_string(text: str) -> str:
    """``text`` as a Typst string literal."""
    return _literal(plain(text))


def data(value: object) -> str:
    """``value`` as JSON for a script element that holds data, also within a raw block of a Markdown page.

    What could end the element or the block, or open a shortcode, is written as JSON writes any character.
    """
    return re.sub(r"[<>&`]|\{\{", lambda m: "".join(f"\\u{ord(c):04x}" for c in m[0]),
                  json.dumps(value, ensure_ascii=False))  # fmt: skip


def _literal(text: str) -> str:
    return '"' + text.translate(_TYPST) + '"'


def _clean(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", _UNWANTED.sub("", text)).strip(" ")  # a no-break space stays one


def _escaped(text: str, escape: Callable[[str], str], bold: str) -> str:
    return "".join(bold.format(escape(part)) if stressed else escape(part) for part, stressed in _split(text))


def _split(text: str) -> list[tuple[str, bool]]:
    """``text`` in passages, each with whether it is stressed; marks without a partner are dropped."""
    pieces = _STRESSED.split(_clean(text))
    return [(plain_part, i % 2 == 1) for i, piece in enumerate(pieces) if (plain_part := _unmarked(piece))]


def _unmarked(text: str) -> str:
    return text.translate({ord(mark): None for mark in STRESS})
