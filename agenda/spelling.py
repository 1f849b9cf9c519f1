"""How people's spellings are compared: case, accents, dashes, full-width forms and punctuation don't matter, nor does
how words are parted; beside Korean, Chinese and Japanese signs not even whether they are.

Signs that mean something stay: ``65+`` is not ``65``, ``<5`` not ``>5``, ``Share %`` not ``Share``.

And which known name somebody may have meant who wrote another.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection

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


def closest(wrong: str, known: Collection[str]) -> str | None:
    """The known name that is spelled most like ``wrong``, if any is near."""
    by_case = {name.lower(): name for name in sorted(known)}
    close = difflib.get_close_matches(wrong.lower(), by_case, n=1, cutoff=0.6)
    return by_case[close[0]] if close else None


def nearest(wrong: str, known: Collection[str]) -> str:
    """``; did you mean 'x'?`` for the closest known name, or else all of them where they are few."""
    close = closest(wrong, known)
    if close is not None:
        return f"; did you mean {close!r}?"
    return f"; known: {', '.join(sorted(known))}" if 0 < len(known) <= 12 else ""
