"""Every sentence that a partner may read is said in every language, whole, and none that nobody says any more."""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from agenda import catalogue
from agenda.catalogue import Speech
from agenda.periods import Calendar
from sources.letters import findings
from sources.letters.findings import HINTS, RECORD_WORDS, WORDS, finding

ROOM = Path(findings.__file__).parents[1]
LANGUAGES = ("es", "ko", "zh")
TextOrPlural = str | tuple[str, str]


def kept(language: str) -> Catalog:
    with (findings.LOCALES / f"{language}.po").open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


@cache
def spoken() -> set[TextOrPlural]:
    """Every text that goes through a catalogue: findings, reasons, and what code and pages say through ``_`` and ``n``."""
    texts: set[TextOrPlural] = {text for _, *said in WORDS.values() for text in said} | set(HINTS.values())
    texts |= {text for said in RECORD_WORDS.values() for text in said}
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "reason" and isinstance(node.value, ast.Constant):
                texts.add(str(node.value.value))
    with (findings.LOCALES / "babel.cfg").open() as stream:
        methods, options = parse_mapping_cfg(stream)
    keywords = {"_": None, "n": (1, 2)}
    floor = Path(catalogue.__file__)
    for found in (
        *extract_from_dir(str(ROOM), methods, options, keywords=keywords),
        *(f for f in extract_from_dir(str(floor.parent), keywords=keywords) if f[0] == floor.name),
    ):
        texts.add(tuple(found[2]) if isinstance(found[2], tuple | list) else found[2])
    return texts - {""}


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def to_paste(text: TextOrPlural) -> str:
    def quoted(part: str) -> str:
        return '"' + part.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    if isinstance(text, str):
        return f'msgid {quoted(text)}\nmsgstr ""\n'
    return f'msgid {quoted(text[0])}\nmsgid_plural {quoted(text[1])}\nmsgstr[0] ""\n'


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_text_and_no_other(language: str) -> None:
    messages = {tuple(m.id) if isinstance(m.id, tuple | list) else m.id for m in kept(language) if m.id}
    lacking = "\n".join(map(to_paste, sorted(spoken() - messages, key=str)))
    assert not lacking, f"{language}.po lacks:\n\n{lacking}"
    assert messages - spoken() == set(), f"nobody says these any more; take them out of {language}.po"


def strings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_whole(language: str) -> None:
    made = kept(language)
    for message in made:
        if not message.id:
            continue
        ids = list(message.id) if isinstance(message.id, tuple | list) else [message.id]
        assert not message.fuzzy, message.id
        assert len(strings(message)) == (made.num_plurals if len(ids) > 1 else 1), message.id
        for number, string in enumerate(strings(message)):
            assert string.strip(), message.id
            is_one = len(ids) > 1 and len(strings(message)) > 1 and number == 0
            may_lack = {"number"} if is_one else set()
            assert places(ids[-1]) - may_lack <= places(string) <= places(ids[-1]), message.id
            string.format(**dict.fromkeys(places(string), "x"))  # no brace is left over
            if isinstance(message.id, str) and message.id[-1] in ".?!":
                assert string.rstrip()[-1] in ".?!。？！", message.id


@pytest.mark.parametrize("code", WORDS)
def test_a_finding_says_its_values_in_every_language(code: str) -> None:
    _, message, fix = WORDS[code]
    named = places(message) | places(fix)
    found = finding(code, **{name: f"{name}·" for name in named})  # type: ignore[arg-type]
    for language in ("en", *LANGUAGES):
        said = " ".join(found.said(Speech(language, Calendar(), findings.LOCALES)))
        assert all(f"{name}·" in said for name in named), (language, said)


def test_amounts_follow_the_language_and_braces_stay() -> None:
    found = finding("value_above_maximum", value="{9}", maximum=Decimal("1204.5"))
    said = {language: found.said(Speech(language, Calendar(), findings.LOCALES))[0] for language in ("en", *LANGUAGES)}
    assert "1,204.5" in said["en"] == found.message
    assert "1.204,5" in said["es"]
    assert all("{9}" in text for text in said.values())
    odd = finding("file_unreadable", reason="a {brace} too many")
    assert "a {brace} too many" in odd.message


def test_a_reason_is_said_in_the_language_too() -> None:
    found = finding("file_unreadable", reason="its compression ends too early")
    assert found.said(Speech("es", Calendar(), findings.LOCALES))[0] == (
        "No se puede abrir el archivo: su compresión termina antes de tiempo."
    )
