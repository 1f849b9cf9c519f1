"""A text that stands in another language than the page around it: the mark it carries until it is set on a page.

The signs are from the private use area, so no text of people holds them, and whoever sets a text knows them from it.
"""

from __future__ import annotations

import re

_SIGNS = ("\ue002", "\ue003", "\ue004")  # before the language, between it and the text, after the text
_FOREIGN = re.compile("[\ue000-\ue004]")
ORIGINAL = re.compile(
    f"{_SIGNS[0]}([A-Za-z]{{2,8}}(?:-[A-Za-z0-9]{{1,8}})*){_SIGNS[1]}([^{_SIGNS[0]}{_SIGNS[2]}]*){_SIGNS[2]}"
)
"""A marked text: its language, and the text itself."""


def original(text: str, language: str) -> str:
    """``text``, known to be in ``language`` wherever it is taken."""
    return f"{_SIGNS[0]}{language.replace('_', '-')}{_SIGNS[1]}{_FOREIGN.sub('', text)}{_SIGNS[2]}"


def told(text: str) -> str:
    """``text`` where no mark can be set (in a title, a chart, a mail): each marked text with its language behind it."""
    return ORIGINAL.sub(r"\2 [\1]", text)
