"""How people's spellings are compared: case, accents, spaces, dashes, full-width forms and punctuation don't matter.

Signs that mean something stay: ``65+`` is not ``65``, ``<5`` not ``>5``, ``Share %`` not ``Share``.
"""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = "\u0300-\u036f"  # of letters that have a plain form; a Japanese ``が`` keeps its marks, it is no ``か``
_UNSEEN = "\u00ad\u200b-\u200f\u2060\ufeff"
_DROPPED = re.compile(f"[{_ACCENTS}{_UNSEEN}'’ʼ‘`´]+")
_SPACES = re.compile(r"[\s_\-‐-―.,:;!?*\"“”„«»()\[\]{}/\\|、。・·]+")


def plain(text: str) -> str:
    """What two spellings of one name have in common. A text that is nothing but signs stays as it is."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    spelled = _SPACES.sub(" ", _DROPPED.sub("", letters)).strip()
    return unicodedata.normalize("NFC", spelled) or text.strip()
