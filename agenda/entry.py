"""What all entries of an initiative's files share: how strict they are, and how ids and numbers are written."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

T = TypeVar("T")


class Entry(BaseModel):
    """Base of every entry: unknown keys are refused, values don't change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def fits(pattern: str, otherwise: str) -> AfterValidator:
    """The whole text must fit ``pattern``; ``otherwise`` is said. The text isn't: it may come from a secret."""

    def checked(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(otherwise)
        return text

    return AfterValidator(checked)


def is_language(text: str) -> bool:
    """Whether Babel knows a language by this code."""
    try:
        Locale.parse(text.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return False
    return True


def _language(text: str) -> str:
    if not is_language(text):
        raise ValueError(f"{text!r} is no language that is known here; write it like en, es or ko")
    return text


Some = Annotated[tuple[T, ...], Field(min_length=1)]
"""A list that is not empty."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""What people call something: at least one sign."""
IDS = {
    "name": (r"^[a-z][a-z0-9_]*$", "small letters, digits and _, beginning with a letter"),
    "code": (r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", "letters, digits and _ . -, beginning with a letter or digit"),
}
"""What ids are made of: as a pattern, and in words."""
Name = Annotated[str, StringConstraints(pattern=IDS["name"][0])]
"""An id that becomes a column or a file name."""
Code = Annotated[str, StringConstraints(pattern=IDS["code"][0])]
"""An id that comes from elsewhere (a place, a member, a partner)."""
PeriodText = str
"""A period as people write it; `agenda.lint` reads it on the initiative's calendar."""


def _number(value: Any) -> Any:
    """``80 %`` is 0.80."""
    if isinstance(value, str) and (match := re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*%\s*", value)):
        return Decimal(match[1]) / 100
    return value


Number = Annotated[Decimal, BeforeValidator(_number), Field(max_digits=18, decimal_places=6)]
"""An exact number that fits `agenda.tables.VALUE`."""


def is_yes(value: object) -> bool:
    return str(value).lower() in ("yes", "true")


Yes = Annotated[Literal[True], BeforeValidator(lambda value: is_yes(value) or value)]
"""A consent: ``yes`` or ``true``; anything else, or nothing, is none."""
Language = Annotated[str, AfterValidator(_language)]
"""A language as Babel knows it: ``es``, ``pt-BR``."""
Prefix = Annotated[
    str,
    fits(
        r"[^/\\.\s][^/\\]*(/[^/\\.\s][^/\\]*)*",
        "is no folder of the inbox; write plain names like city or city/forms, without a slash at either end",
    ),
]
WebAddress = Annotated[str, fits(r"https?://[^\s/?#]\S*", "is no web address; it begins with https:// or http://")]
SiteAddress = Annotated[
    str,
    fits(
        r"(https?://[^\s/?#<>\"{}]+(/[^\s?#<>\"{}]*)?)?",
        "is no address of a site; write it like https://reports.example.org, without ? and #",
    ),
]
