"""The numbers of a group of files as tables, held against each other and against what the partners said before.

Only numbers that have something to be compared with are looked at; most files pay for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from math import prod
from typing import Any

import duckdb
import polars as pl

from agenda.model import Partner
from agenda.periods import Period
from agenda.tables import members_text
from sources.history import ADDED, BY_WAY, NUMBERS, TOTALS, History, way_of
from sources.meaning.checks import (
    FEET_ALONE,
    FOOT_AND_ROWS,
    JUMPS,
    LOOK_BACK,
    NEWS,
    OVERRULED,
    PAIRS,
    PART_AND_KNOWN,
    PART_AND_WHOLE,
    RULES,
    SAID,
    SPOKEN,
    TAKEN_BACK,
    TOTAL_AND_GROUPS,
)
from sources.meaning.contract import failures
from sources.meaning.resolve import Resolved
from sources.meaning.vocabulary import Vocabulary

SENDERS = {"file": pl.Int32, "partner": pl.Int32}
KEYS = {"file": pl.Int32, "key": pl.String}


@dataclass(frozen=True)
class Past:
    """Whose the files are (a partner and a key for each), under which layout, and what the partners had said before."""

    partners: Sequence[Partner]
    keys: Sequence[str]
    layout: str
    history: History


class Comparison:
    """The numbers of a group of files as tables that the queries above ask.

    ``numbers``: file, row, value_no, measure, period, place, members, value, status, with ids as in ``resolved``.
    The table ``addends`` in the connection: what the numbers are made of.
    ``rejected``: candidates of rows that are not taken; ``torn``: files that lack a row, for that or another reason.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        resolved: Resolved,
        numbers: pl.DataFrame,
        rejected: pl.DataFrame,
        torn: Sequence[int],
        vocabulary: Vocabulary,
        past: Past | None,
    ) -> None:
        self._connection, self._vocabulary, self._past = connection, vocabulary, past
        wholes = [vocabulary.measures[measure].part_of for measure in resolved.measures]
        self.measures = tuple(dict.fromkeys([*resolved.measures, *(whole for whole in wholes if whole)]))
        # Those of the files first, so that ids stay what they are; then what they are held against.
        self.periods = tuple(dict.fromkeys([*resolved.periods, *self._looked_back_at(resolved.periods)]))
        self._places, self._members = resolved.places, resolved.members
        self._everything = resolved.members.index("") if "" in resolved.members else None
        self._words(resolved)
        self._partners = tuple(dict.fromkeys(partner.id for partner in past.partners)) if past else ()
        index = {partner: number for number, partner in enumerate(self._partners)}
        senders = [index[partner.id] for partner in past.partners] if past else []
        for name, frame in {
            "senders": pl.DataFrame({"file": range(len(senders)), "partner": senders}, schema=SENDERS),
            "torn": pl.DataFrame({"file": torn}, schema={"file": pl.Int32}),
            "rejected": rejected,
            "feet": resolved.feet,
        }.items():
            connection.register(name, frame.to_arrow())
        self.count(numbers)
        self._connection.execute(SPOKEN)
        self._has_said = past is not None and bool(past.history.periods)
        if past is not None and self._has_said:
            self._say(past.history)

    def count(self, numbers: pl.DataFrame) -> None:
        """Take these for the files' numbers, from now on."""
        self._connection.register("numbers", numbers.to_arrow())
        self._connection.execute(
            f"create or replace temp view by_way as {BY_WAY.format(owner='file', numbers='numbers')}"
        )

    def totals(self) -> list[tuple[int, str, Period, Decimal | None]]:
        """What each file says of each measure and period, over all its places: file, measure, period, number; None
        where a part of it is suppressed, all of it is no number, or it does not add up."""
        query = f"select file, measure, period, {ADDED.format('value')} from numbers group by all"
        if self._has_ways:
            query = TOTALS.format(owner="file", ways="by_way")
        rows = self._connection.execute(query).fetchall()
        return [(file, self.measures[measure], self.periods[period], total) for file, measure, period, total in rows]

    def spoken(self) -> list[tuple[int, str, Period]]:
        """What each file speaks of, well or badly: file, measure, period."""
        rows = self._connection.execute("from spoken order by all").fetchall()
        return [(file, self.measures[measure], self.periods[period]) for file, measure, period in rows]

    def news(self, closed: date) -> list[tuple[int, Period]]:
        """Files and periods that ended by a day, where a number is not what stands in the lake already.

        A partner that never delivered before brings its history, which is no change to it.
        """
        old = [number for number, period in enumerate(self.periods) if period.end <= closed]
        if not old or self._past is None or not self._has_said:
            return []
        heard = [number for number, partner in enumerate(self._partners) if partner in self._past.history.partners]
        rows = self._connection.execute(NEWS, {"old": old, "heard": heard}).fetchall()
        return [(file, self.periods[period]) for file, period in rows]

    def overruled(self) -> list[tuple[int, str, Period, int]]:
        """Numbers of which a file says something else than another one: file, the other's key, period, how many."""
        return self._beside_others(OVERRULED, {})

    def taken_back(self) -> list[tuple[int, str, Period, int]]:
        """Numbers that a file replaces without saying them again: file, the other's key, period, how many."""
        return self._beside_others(TAKEN_BACK, {"layout": self._past.layout if self._past else ""})

    def _beside_others(self, query: str, given: dict[str, str]) -> list[tuple[int, str, Period, int]]:
        if self._past is None or not self._has_said:
            return []
        keys = pl.DataFrame({"file": range(len(self._past.keys)), "key": self._past.keys}, schema=KEYS)
        self._connection.register("keys", keys.to_arrow())
        rows = self._connection.execute(query, given).fetchall()
        return [(file, key, self.periods[period], count) for file, key, period, count in rows]

    def feet_alone(self) -> list[tuple[int, int]]:
        """Rows that were left out as rows of totals for what they are called, and for nothing else: file, row."""
        return (
            self._connection.execute(FEET_ALONE, {"everything": self._everything}).fetchall() if self._has_named else []
        )

    def breaches(self) -> Iterator[dict[str, Any]]:
        """Every comparison that doesn't hold, as `PAIRS` has it, in the order of rows."""
        pairs = pl.concat([PAIRS.to_frame(), *self._pairs()], how="diagonal_relaxed").with_row_index("index")
        broken = failures(pairs, RULES).select(pl.col("index").cast(pl.UInt32)).unique()
        yield from pairs.join(broken, on="index").sort("file", "row", "value_no", "code").iter_rows(named=True)

    def _pairs(self) -> Iterator[pl.DataFrame]:
        """What can be compared at all; a query is put only where it can find something."""
        has_wholes = any(self._vocabulary.measures[measure].part_of for measure in self.measures)
        if has_wholes:
            yield self._asked(PART_AND_WHOLE)
        if has_wholes and self._has_said:
            yield self._asked(PART_AND_KNOWN)
        if self._has_groups:
            yield self._asked(TOTAL_AND_GROUPS)
        if self._has_feet:
            yield self._asked(FOOT_AND_ROWS)
        if self._has_said:
            yield self._asked(JUMPS)

    def _asked(self, query: str) -> pl.DataFrame:
        given = {"everything": self._everything} if "$everything" in query else {}
        return self._connection.execute(query, given).pl()

    # -- tables ---------------------------------------------------------------------------------------

    def _words(self, resolved: Resolved) -> None:
        """Ids with what the agenda says of them."""
        number = {text: id_ for id_, text in enumerate(resolved.members)}
        place = {id_: number for number, id_ in enumerate(resolved.places)}
        belongs = [(number[fine], number[coarse], *rest) for fine, coarse, *rest in self._groups(resolved.members)]
        above = [(place[p], place[a]) for p in place for a in self._vocabulary.within[p] if a in place]
        entries = [self._vocabulary.measures[measure] for measure in self.measures]
        at = {measure: number for number, measure in enumerate(self.measures)}
        measures = [
            (at[m.id], at[m.part_of] if m.part_of else None, float(m.jump or 0), m.kind == "flow", m.is_sum)
            for m in entries
        ]
        ways = [(number, way_of(text)) for number, text in enumerate(resolved.members)]
        depths = [(way, len(way.split(" * ")) if way else 0) for way in dict.fromkeys(way for _, way in ways)]
        periods = [(number, period.start, period.months) for number, period in enumerate(self.periods)]
        for name, rows, schema in (
            (
                "measures",
                measures,
                {
                    "measure": pl.Int32,
                    "whole": pl.Int32,
                    "factor": pl.Float64,
                    "is_flow": pl.Boolean,
                    "is_sum": pl.Boolean,
                },
            ),
            ("periods", periods, {"period": pl.Int32, "start": pl.Date, "months": pl.Int32}),
            ("ways", ways, {"members": pl.Int32, "way": pl.String}),
            ("depths", depths, {"way": pl.String, "depth": pl.Int32}),
            ("above", above, {"place": pl.Int32, "ancestor": pl.Int32}),
            ("belongs", belongs, {"members": pl.Int32, "coarse": pl.Int32, "overlap": pl.Boolean, "needed": pl.Int64}),
        ):
            self._connection.register(name, pl.DataFrame(rows, schema=schema, orient="row").to_arrow())
        self._has_groups, self._has_feet = bool(belongs), not resolved.feet.is_empty()
        self._has_named = self._has_feet and bool(resolved.feet["is_named"].any())
        self._has_ways = len(depths) > 1 or bool(above)  # else every number counts once, as it is

    def _groups(self, members: Sequence[str]) -> Iterator[tuple[str, str, bool, int]]:
        """Each group that is part of another one here: with that, whether groups like it overlap, and how many make
        up the whole."""
        known = set(members)
        for text in members:
            group = dict(part.split("=", 1) for part in text.split("|") if part)
            for size in range(len(group)):
                for kept in combinations(group, size):
                    coarse = members_text({dimension: group[dimension] for dimension in kept})
                    left = set(group) - set(kept)
                    if coarse in known:
                        needed = prod(len(self._vocabulary.members[dimension]) for dimension in left)
                        yield text, coarse, bool(left & self._vocabulary.overlapping), needed

    def _looked_back_at(self, periods: Sequence[Period]) -> list[Period]:
        """What was said before of the periods themselves and of those of their kind in the time before."""
        said = self._past.history.periods if self._past else frozenset()
        known = [self._vocabulary.calendar.parse(key) for key in sorted(said)]
        first = {period: period.start.year * 12 + period.start.month - LOOK_BACK for period in periods}
        return [
            old
            for old in known
            if any(
                old.months == period.months and first[period] <= old.start.year * 12 + old.start.month
                and old.start <= period.start
                for period in periods
            )
        ]  # fmt: skip

    def _say(self, history: History) -> None:
        """The table ``said``: what the partners said before, in the ids of this group; null where it has none."""
        keys = [period.key for period in self.periods]
        history.recall(keys)
        words = {"partner": self._partners, "measure": self.measures, "period": keys}
        for name, texts in {**words, "place": self._places, "members": self._members}.items():
            schema = {name: pl.String, "number": pl.Int32}
            frame = pl.DataFrame({name: texts, "number": range(len(texts))}, schema=schema)
            self._connection.register(f"{name}_numbers", frame.to_arrow())
        for name in words:
            history.connection.register(f"asked_{name}", pl.DataFrame({name: words[name]}).to_arrow())
        found = history.connection.execute(
            f"""select partner, {NUMBERS} from numbers semi join asked_partner using (partner)
            semi join asked_measure using (measure) semi join asked_period using (period)"""
        )
        self._connection.register("found", found.to_arrow_table())
        self._connection.execute(SAID)
