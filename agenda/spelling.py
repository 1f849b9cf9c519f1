"""How people's spellings are compared: case, spaces, underscores, dashes and full-width forms don't matter."""

from __future__ import annotations

import re
import unicodedata


def plain(text: str) -> str:
    """What two spellings of one name have in common."""
    return re.sub(r"[\s_\-‐-―]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()
