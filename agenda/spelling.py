"""How people's spellings are compared: case, accents, dashes, full-width forms and punctuation don't matter, nor does
how words are parted; beside Korean, Chinese and Japanese signs not even whether they are.

Signs that mean something stay: ``65+`` is not ``65``, ``<5`` not ``>5``, ``Share %`` not ``Share``.
"""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = "\u0300-\u036f"  # of letters that have a plain form; a Japanese ``が`` keeps its marks, it is no ``か``
_UNSEEN = "\u00ad\u200b-\u200f\u2060\ufeff"
_DROPPED = re.compile(f"[{_ACCENTS}{_UNSEEN}'’ʼ‘`´]+")
_SPACES = re.compile(r"[\s_\-‐-―.,:;!?*\"“”„«»()\[\]{}/\\|、。・·]+")
_EAST_ASIAN = "\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
_NEEDLESS = re.compile(f"(?<=[{_EAST_ASIAN}]) | (?=[{_EAST_ASIAN}])")


def plain(text: str) -> str:
    """What two spellings of one name have in common. A text that is nothing but signs stays as it is."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    spelled = _SPACES.sub(" ", _DROPPED.sub("", letters)).strip()
    composed = unicodedata.normalize("NFC", spelled) or text.strip()
    return composed if composed.isascii() else _NEEDLESS.sub("", composed)


def words(text: str) -> list[str]:
    """The words of a text as it parts them, each in plain spelling."""
    return [word for part in _SPACES.split(text) if (word := plain(part))]
