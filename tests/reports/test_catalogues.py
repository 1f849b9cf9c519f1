"""Every text of the report is said in every language, whole, and none that nobody says any more."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from reports.words import LOCALES
from tests.reports.test_pages import extracted

LANGUAGES = ("es", "ko", "zh")


def kept(language: str) -> dict[str | tuple[str, ...], Message]:
    with (LOCALES / f"{language}.po").open("rb") as stream:
        found = [message for message in read_po(stream, locale=language, abort_invalid=True) if message.id]
    return {tuple(m.id) if isinstance(m.id, list | tuple) else m.id: m for m in found}


def filled(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_said_and_no_other(language: str) -> None:
    assert set(kept(language)) == set(extracted())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_keeps_what_is_filled_in_and_stressed(language: str) -> None:
    for said, message in kept(language).items():
        assert not message.fuzzy, said
        originals = said if isinstance(said, tuple) else (said,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in texts:
            assert text.strip() or not originals[0].strip(), said
            # "one partner" may be said without its number, as in English
            assert filled(text) in [filled(original) for original in originals], (said, text)
            assert Counter(text)["*"] == Counter(originals[0])["*"], said
