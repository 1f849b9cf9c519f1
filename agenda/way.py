"""What all ways in share, above all how a secret is written: never in the file, only by its name, ``${NAME}``.

It is looked up in the environment when the partner is asked, not when the folder is read. So a folder can be checked,
and its reports made, on a machine that knows no secret; and what was never read can't show up anywhere.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator

from agenda.entry import Entry, Prefix, fits

REFERENCE = re.compile(r"\$\{(\w+)\}")
"""How a text refers to a variable of the environment."""
_SECRET_NAME = re.compile(r"authori[sz]ation|token|secret|passw|credential|cookie|(^|[^a-z])(api)?key($|[^a-z])", re.I)
_HINT = "put it into the environment and write its name, like ${COUNTY_TOKEN}"

Secret = Annotated[str, fits(r"[^${}]*\$\{\w+\}[^${}]*", f"must not stand in the file; {_HINT}")]
"""A text that is, or holds, what nobody else may know: always by reference to the environment."""


def _address(text: str) -> str:
    plain = REFERENCE.sub("x", text)
    if not re.fullmatch(r"(https?://[^\s/?#]\S*|x)", plain):
        raise ValueError("is no web address; it begins with https:// or http://")
    if "@" in urlsplit(plain).netloc:
        raise ValueError("holds a user's name or password; say them under 'auth', as ${NAME}")
    return text


Address = Annotated[str, AfterValidator(_address)]
"""A web address; it may refer to the environment."""


def _database(text: str) -> str:
    if not REFERENCE.fullmatch(text) and not re.match(r"[\w+]+://", text):
        raise ValueError("is no database's address; write it like postgresql://reader:${PASSWORD}@host/name")
    found = re.match(r"[\w+]+://[^/@]*?:([^/@]*)@", text)
    if found and not REFERENCE.fullmatch(found[1]):
        raise ValueError(f"holds a password; {_HINT}")
    return text


DatabaseAddress = Annotated[str, AfterValidator(_database)]
"""A database's address as SQLAlchemy writes it, or a reference to it; a password in it is a reference."""


def _unveiled(fields: dict[str, Any]) -> dict[str, Any]:
    for name, value in fields.items():
        if _SECRET_NAME.search(name) and isinstance(value, str) and not REFERENCE.search(value):
            raise ValueError(f"{name!r} is a secret by its name; {_HINT}")
    return fields


Fields = Annotated[dict[str, str | tuple[str, ...]], AfterValidator(_unveiled)]
"""Headers or parameters of a request; those that are secret by their names refer to the environment."""


class Way(Entry):
    """Base of the ways in. ``prefix`` is the partner's folder of the inbox; answers are known under it, too."""

    is_asked: ClassVar[bool] = True
    prefix: Prefix | None = None  # default: the partner's id
