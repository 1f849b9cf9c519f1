"""What an asked source's ``${NAME}`` stand for: looked up when it is asked, and taken out of all that is said."""

from __future__ import annotations

import json
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

from pydantic import BaseModel

from agenda import settings
from agenda.errors import ConfigurationError
from agenda.way import REFERENCE

T = TypeVar("T")
SHORTEST = 4
"""Letters of a secret that is looked for in a sentence; shorter ones would be found in every other word."""


class Secrets:
    """Fills references in, and remembers with what, so that `hide` can take it out again."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __repr__(self) -> str:
        return "Secrets()"

    def fill(self, said: T) -> T:
        """``said`` (an entry, a text, a list or a dict of them) with all its references filled in.

        Raises `ConfigurationError` where the environment has none of that name.
        """
        filled: Any = said
        if isinstance(said, str):
            filled = REFERENCE.sub(lambda found: self._looked_up(found[1]), said)
        elif isinstance(said, BaseModel):
            fields = {name: self.fill(getattr(said, name)) for name in type(said).model_fields}
            filled = said.model_copy(update=fields)
        elif isinstance(said, tuple | list):
            filled = type(said)(self.fill(item) for item in said)
        elif isinstance(said, dict):
            filled = {key: self.fill(value) for key, value in said.items()}
        return filled  # type: ignore[no-any-return]

    def hide(self, text: str) -> str:
        """``text`` without what is secret, however it is written in an address or in JSON."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, "•••")
        return text

    def _looked_up(self, name: str) -> str:
        found = settings.variable(name)
        if found is None:
            raise ConfigurationError(f"the environment has no {name}; set it where cairn runs")
        parts = [found]
        try:
            said = json.loads(found)
        except ValueError:
            said = None
        if isinstance(said, dict):  # the key of a service account: what stands in it is secret by itself
            parts += [str(value) for key, value in said.items() if "key" in key]
        for part in parts:
            written = (part, part.strip(), quote(part), quote(part, safe=""), quote_plus(part), json.dumps(part)[1:-1])
            self._known.update(one for one in written if len(one) >= SHORTEST)
        return found
