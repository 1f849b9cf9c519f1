"""What is said of a number in its place (``x``) or in a column beside it (``Estimated``), as a rank of its status.

A layout says which texts these are; the rest of its cells are numbers or wrong.
"""

from __future__ import annotations

import polars as pl

from agenda.model import From
from agenda.statuses import NORMAL, PROVISIONAL, rank, status_of
from sources.meaning.plan import Plan
from sources.meaning.shape import quoted
from sources.meaning.vocabulary import translated

FIRST, LAST = rank(NORMAL), rank(PROVISIONAL)
"""The ranks of numbers; those outside stand in the place of one."""


def has_number() -> pl.Expr:
    """Whether the column ``status`` is that of a number; null where its word means nothing."""
    return pl.col("status").is_between(FIRST, LAST)


def rank_of(found: From, text: str) -> int | None:
    """What a word in a column of statuses means, by its rank; nothing said is a normal value."""
    code = status_of(translated(found, text)) if text else NORMAL
    return None if code is None else rank(code)


def status(plan: Plan) -> str:
    """The SQL of a candidate's status: what the mark in the number's place says, else what its column says."""
    otherwise = str(FIRST) if plan.layout.status is None else "status_meanings.status"
    if not plan.layout.marks:
        return otherwise
    meanings = " ".join(f"when {quoted(mark.lower())} then {rank(code)}" for mark, code in plan.layout.marks.items())
    # Few cells are marked: only those are held against one mark after the other.
    return f"case when {_is_marked(plan)} then case {_TEXT} {meanings} end else {otherwise} end"


def unless_marked(plan: Plan, number: str) -> str:
    """The SQL of ``number`` where no mark stands in its place."""
    return f"case when not {_is_marked(plan)} then {number} end" if plan.layout.marks else number


def that_say_something(plan: Plan) -> str:
    """The SQL that brings the meanings of statuses, without cells that are empty and said to be nothing special."""
    if plan.layout.status is None:
        return ""
    empty = ", ".join(map(quoted, ("", *plan.layout.missing)))
    return f"""left join status_meanings using (value_no, status_raw)
        where not (value_raw in ({empty}) and coalesce(status_meanings.status between {FIRST} and {LAST}, false))"""


_TEXT = "lower(trim(value_raw))"


def _is_marked(plan: Plan) -> str:
    return f"{_TEXT} in ({', '.join(quoted(mark.lower()) for mark in plan.layout.marks)})"
