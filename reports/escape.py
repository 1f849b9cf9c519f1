"""Other people's texts made harmless for the languages of a page: Markdown, HTML, Typst, and JSON as data.

A text comes out as the characters it was written with, whatever they would mean there: emphasis, tags, shortcodes,
citations, code, links. Two things may be marked in it: a passage to stress, between `STRESS` marks, by the pages' own
sentences; and one in another language than the page (`agenda.original`), which is set with that language behind it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agenda.original import ORIGINAL, told

STRESS = ("\ue000", "\ue001")
"""Marks, from the private use area, around a passage that a page sets in bold."""

_STRESSED = re.compile(f"{STRESS[0]}([^{STRESS[0]}{STRESS[1]}]*){STRESS[1]}")
# Control characters are invalid on a page; bidirectional overrides would reorder what follows them.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_MARKS = dict.fromkeys(range(0xE000, 0xE005))
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_HTML = {ord(c): f"&#{ord(c)};" for c in "&<>\"'`{}\\"}
_TYPST = {ord(c): f"\\u{{{ord(c):x}}}" for c in '"\\<>`{}'}


def stress(text: str) -> str:
    """``text``, to be set in bold."""
    return f"{STRESS[0]}{text}{STRESS[1]}"


@dataclass(frozen=True)
class _Passage:
    """A run of text, whether it is stressed, and its language where that is another than the page's."""

    text: str
    is_bold: bool
    language: str = ""


def plain(text: str) -> str:
    """``text`` as one line without stress or unwanted characters; what is in another language stays marked."""
    return _unstressed(_clean(text))


def flat(text: str) -> str:
    """``text`` as one line without any marks: for attributes, titles, charts and alternatives."""
    return told(plain(text))


def markdown(text: str) -> str:
    """``text`` as inline Markdown that means nothing but itself."""

    def one(passage: _Passage) -> str:
        said = _PUNCTUATION.sub(r"\\\1", passage.text)
        if passage.language:
            said = f'[{said}]{{lang="{passage.language}"}}^{passage.language}^'
        return f"**{said}**" if passage.is_bold else said

    return "".join(map(one, _passages(text)))


def attribute(text: str) -> str:
    """``text`` as inline Markdown for metadata that a page's template sets in a quoted attribute.

    Pandoc leaves quotation marks as they are, which would end it.
    """
    return markdown(flat(text)).replace('\\"', "`&quot;`{=html}")


def paragraphs(text: str) -> str:
    """``text`` as Markdown paragraphs: a blank line in the text parts them, nothing else counts."""
    return "\n\n".join(markdown(part) for part in _parted(text))


def _parted(text: str) -> list[str]:
    """The paragraphs of ``text``; each is in the language that all of it is in."""
    marked = ORIGINAL.fullmatch(text.strip())
    parts = [part for part in re.split(r"\n\s*\n", marked[2] if marked else text.strip()) if part.strip()]
    return [text[: marked.start(2)] + part + text[marked.end(2) :] for part in parts] if marked else parts


def html(text: str) -> str:
    """``text`` for the content of an HTML page, also within a raw block of a Markdown page."""

    def one(passage: _Passage) -> str:
        said = passage.text.translate(_HTML)
        if passage.language:
            said = f'<span lang="{passage.language}">{said}</span><sup>{passage.language}</sup>'
        return f"<b>{said}</b>" if passage.is_bold else said

    return "".join(map(one, _passages(text)))


def quoted(text: str) -> str:
    """``text`` for a quoted attribute, in HTML and in Pandoc's Markdown alike."""
    return flat(text).translate(_HTML)


def typst(text: str) -> str:
    """``text`` as a Typst content expression, safe within a raw block of a Markdown page."""

    def one(passage: _Passage) -> str:
        said = _literal(passage.text)
        if passage.language:
            language = passage.language.split("-")[0].lower()
            said = f'[#text(lang: "{language}", {said})#super("{passage.language}")]'
        return f"#strong({said})" if passage.is_bold else f"#{said}"

    return f"[{''.join(map(one, _passages(text)))}]"


def typst_string(text: str) -> str:
    """``text`` as a Typst string literal."""
    return _literal(flat(text))


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


def _passages(text: str) -> Iterator[_Passage]:
    """``text`` in passages that are set alike; marks without a partner are dropped."""
    for i, piece in enumerate(_STRESSED.split(_clean(text))):
        end = 0
        for marked in ORIGINAL.finditer(piece):
            yield from _passage(piece[end : marked.start()], i % 2 == 1)
            yield from _passage(marked[2], i % 2 == 1, marked[1])
            end = marked.end()
        yield from _passage(piece[end:], i % 2 == 1)


def _passage(text: str, is_bold: bool, language: str = "") -> Iterator[_Passage]:
    if unmarked := text.translate(_MARKS):
        yield _Passage(unmarked, is_bold, language)


def _unstressed(text: str) -> str:
    return text.translate({ord(mark): None for mark in STRESS})
