"""An indicator: its formula over measures, how sure its value is, and where it should be by when."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from agenda.entry import Code, Entry, Name, Number, PeriodText, Some, Text
from agenda.periods import PeriodType


class Term(Entry):
    """One measure in a formula, counted ``weight`` times, over the members that ``where`` names."""

    measure: Name
    weight: Number = Decimal(1)
    where: dict[Name, Some[Code]] = {}


def _terms(value: Any) -> Any:
    """``attendances - breaches`` as terms; lists and entries pass through."""
    if isinstance(value, str):
        if not re.fullmatch(r"\s*[+-]?\s*[^\s+-]+(\s*[+-]\s*[^\s+-]+)*\s*", value):
            raise ValueError(f"{value!r} is no sum; write measures with one + or - between them")
        found = re.findall(r"([+-]?)\s*([^\s+-]+)", value)
        return [{"measure": measure, "weight": -1 if sign == "-" else 1} for sign, measure in found]
    return [value] if isinstance(value, dict) else value


Terms = Annotated[Some[Term], BeforeValidator(_terms)]


class Standard(Entry):
    """A population that rates are standardised to: how many of it are in each group of a dimension, and says who."""

    dimension: Name
    weights: dict[Code, Annotated[Number, Field(gt=0)]]
    source: Text


class Formula(Entry):
    """Exactly one of the five kinds. All but ``count`` divide what is ``of`` by what it is ``per``."""

    kind: Literal["count", "percent", "rate", "mean", "ratio"]
    of: Terms
    per: Terms | None = None
    times: Annotated[int, Field(gt=0)] = 1  # a rate per 1,000 has times: 1000
    standard: Standard | None = None  # of a rate: what it would be in a population of these groups
    squares: Terms | None = None  # of a mean: the sum of the squares of what is added up, from which its spread follows

    @property
    def terms(self) -> tuple[Term, ...]:
        """Those above the line and those below it."""
        return (*self.of, *(self.per or ()))

    @property
    def summed(self) -> tuple[Term, ...]:
        """Those that have to be split like the value: what is added up, and its squares."""
        return (*self.of, *(self.squares or ()))

    @model_validator(mode="after")
    def _complete(self) -> Formula:
        if (self.kind == "count") != (self.per is None):
            wants = "takes no 'per'" if self.kind == "count" else "needs 'per', its denominator"
            raise ValueError(f"a {self.kind} {wants}")
        if self.times != 1 and self.kind != "rate":
            raise ValueError(f"only a rate has 'times'; this is a {self.kind}")
        if self.standard is not None and self.kind != "rate":
            raise ValueError(f"only a rate has a 'standard'; this is a {self.kind}")
        if self.squares is not None and self.kind != "mean":
            raise ValueError(f"only a mean has 'squares'; this is a {self.kind}")
        return self


class Definition(Entry):
    """What a number says and how it is counted, ``since`` a period (none: from the beginning) until the next one;
    ``changed`` says why it took the place of the one before."""

    definition: str
    formula: Formula
    since: PeriodText | None = None
    changed: str = ""


class Baseline(Entry):
    """Where the indicator stood. Without ``value`` it is what the data say for that period, whatever comes in later.

    ``value`` is what was agreed, and stays; ``locked`` is the day of that agreement.
    """

    period: PeriodText
    value: Number | None = None
    locked: date | None = None


class Target(Entry):
    """Where it should be by the end of a period: a ``value``, or a band from ``low`` to ``high``.

    It is the whole initiative's, or that of the group ``where`` (a member of each dimension of one breakdown), of a
    ``place``, or of a group there.
    """

    by: PeriodText
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    where: dict[Name, Code] = {}
    place: Code | None = None

    @property
    def is_whole(self) -> bool:
        return not self.where and self.place is None

    @property
    def numbers(self) -> tuple[Decimal, ...]:
        return tuple(number for number in (self.value, self.low, self.high) if number is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> Target:
        band = self.low is not None and self.high is not None
        if (self.value is not None) == band or (self.low is None) != (self.high is None):
            raise ValueError("a target has either 'value', or both 'low' and 'high'")
        if band and self.low > self.high:  # type: ignore[operator]
            raise ValueError(f"low ({self.low}) is above high ({self.high})")
        return self


Interval = Literal["wilson", "byar", "poisson", "rate", "dobson", "t", "none"]
"""How far chance could move a value, at 95 %: Wilson's score interval of a percent; of a rate or a count Byar's, exact
Poisson, or the rule ``rate``: Byar's, and exact Poisson under a count of 10; Dobson's of a rate with a ``standard``;
Student's t of a mean whose formula has ``squares``. docs/numbers.md has the sources."""


class Equity(Entry):
    """What the groups of each breakdown are held against: the ``best`` of them, a named member of each dimension, or
    ``none``."""

    against: Literal["best", "none"] | dict[Name, Code]


class Indicator(Definition):
    id: Name
    name: Text
    unit: str
    level: Literal["output", "outcome", "impact", "system"]
    better: Literal["more", "less", "band"]
    owner: str = ""
    limitations: str = ""
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    by: tuple[str, ...] = ()  # dimensions; "age_group * setting" crosses two
    periods: Some[PeriodType] = ("quarter",)
    interval: Interval = "none"
    baseline: Baseline | None = None
    targets: tuple[Target, ...] = ()
    path: Literal["linear", "compound"] = "linear"  # by the same amount each day, or by the same share
    equity: Equity | None = None
    earlier: tuple[Definition, ...] = ()  # what it was before, the oldest first; see agenda.versions

    @property
    def formulas(self) -> tuple[tuple[tuple[str | int, ...], Formula], ...]:
        """Every formula, the oldest first, with where it stands in the indicator's entry."""
        earlier = ((("earlier", i, "formula"), version.formula) for i, version in enumerate(self.earlier))
        return (*earlier, (("formula",), self.formula))

    @property
    def breakdowns(self) -> tuple[tuple[str, ...], ...]:
        """The dimensions of each breakdown, in alphabetical order within it."""
        return tuple(tuple(sorted(part.strip() for part in text.split("*"))) for text in self.by)

    def against(self, dimensions: tuple[str, ...]) -> Literal["best"] | dict[str, str] | None:
        """What the groups of a breakdown are held against; None: nothing.

        Unless the agenda says otherwise it is the best group. A count's groups differ in size, so a gap between them
        says nothing, and no end of a band is the best.
        """
        chosen = self.equity.against if self.equity is not None else "best"
        if self.formula.kind == "count" or chosen == "none":
            return None
        if isinstance(chosen, dict) and set(dimensions) <= set(chosen):
            return {dimension: chosen[dimension] for dimension in dimensions}
        return None if self.better == "band" else "best"
