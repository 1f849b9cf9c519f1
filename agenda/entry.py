"""What all entries of an initiative's files share: how strict they are, and how ids and numbers are written."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints


class Entry(BaseModel):
    """Base of every entry: unknown keys are refused, values don't change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""An id that becomes a column or a file name: lower case, digits, underscores."""
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$")]
"""An id that comes from elsewhere (a place, a member, a partner): letters, digits, ``_ . -``."""
PeriodText = str
"""A period as people write it; `agenda.lint` reads it on the initiative's calendar."""


def _number(value: Any) -> Any:
    """``80 %`` is 0.80."""
    if isinstance(value, str) and (match := re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*%\s*", value)):
        return Decimal(match[1]) / 100
    return value


Number = Annotated[Decimal, BeforeValidator(_number), Field(max_digits=18, decimal_places=6)]
"""An exact number that fits `agenda.tables.VALUE`."""
Yes = Annotated[Literal[True], BeforeValidator(lambda value: str(value).lower() in ("yes", "true") or value)]
"""A consent: ``yes`` or ``true``; anything else, or nothing, is none."""
