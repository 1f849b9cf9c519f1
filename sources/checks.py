"""Numbers held against each other: parts and wholes, totals and groups, and what the partner said before.

Only numbers that have something to be compared with are looked at. A part above its whole in the same file is an
error; whatever rests on the lake is a warning: what a submission says must not depend on what else has arrived.
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
import pandera.polars as pa
import polars as pl

from agenda.model import Partner
from agenda.periods import Period
from agenda.tables import members_text
from sources.contract import FOOT, Resolved, failures, rule
from sources.history import BY_WAY, NUMBERS, TOTALS, History, way_of
from sources.vocabulary import Vocabulary

FLOOR = 20
"""The least difference that is a jump. Counts vary by their square root: twenty can become forty by chance once in
a hundred times, smaller ones double more often than that."""
LOOK_BACK = 24
"""Months that a number is held against what was said before; older ones say little about it."""
COLUMNS = "n.file, n.row, n.value_no, n.measure, n.period, n.place, n.members, n.value::decimal(38, 6) as value"

SAID = """
create temp table said as
select p.number as partner, m.number as measure, t.number as period, o.number as place, g.number as members,
    periods.start, periods.months, value, layout, key
from found join partner_numbers p using (partner) join measure_numbers m using (measure)
join period_numbers t using (period) join periods on periods.period = t.number
left join place_numbers o using (place) left join members_numbers g using (members)
"""
SAID_ALREADY = """
anti join said on said.partner = senders.partner and said.measure = n.measure and said.period = n.period
    and said.place = n.place and said.members = n.members and said.value = n.value
"""
"""Left out: numbers that the lake holds as they are. What stood there already was asked about when it came."""
SPOKEN = """
create temp table spoken as
select distinct file, measure, period from numbers
union
select distinct file, measure, period from rejected where measure is not null and period is not null
"""

PART_AND_WHOLE = f"""
select {COLUMNS}, 'part_above_whole' as code, coalesce(whole.value, coarsest.total)::decimal(38, 6) as other,
    whole.row as other_row, whole.value_no as other_no
from numbers n join measures using (measure)
left join numbers whole on whole.file = n.file and whole.measure = measures.whole and whole.period = n.period
    and whole.place = n.place and whole.members = n.members
left join (
    select file, measure, period, place, arg_min(total, depth) as total
    from by_way join depths using (way) group by all
) as coarsest on coarsest.file = n.file and coarsest.measure = measures.whole and coarsest.period = n.period
    and coarsest.place = n.place and n.members = $everything
where measures.whole is not null and other is not null
"""
PART_AND_KNOWN = f"""
select {COLUMNS}, 'part_above_known' as code, said.value::decimal(38, 6) as other, said.key as other_key
from numbers n join measures using (measure) join senders using (file)
join said on said.partner = senders.partner and said.measure = measures.whole and said.period = n.period
    and said.place = n.place and said.members = n.members
anti join spoken on spoken.file = n.file and spoken.measure = measures.whole and spoken.period = n.period
"""
TOTAL_AND_GROUPS = f"""
select {COLUMNS}, if(bool_or(overlap), 'total_below_group', 'total_differs') as code,
    if(bool_or(overlap), max(part.value), sum(part.value))::decimal(38, 6) as other,
    bool_or(overlap) or count(*) < any_value(needed) as may_be_more
from numbers part join belongs using (members) join ways using (members)
join numbers n on n.file = part.file and n.measure = part.measure and n.period = part.period
    and n.place = part.place and n.members = belongs.coarse
group by all
"""
JUMPS = f"""
with fresh as (
    select n.*, senders.partner, periods.start, periods.months, factor, is_flow
    from numbers n join senders using (file) join measures using (measure) join periods using (period)
    {SAID_ALREADY} where factor > 1
),
n as (
    select fresh.*, said.period as old_period, said.value as old, year_ago.value as year_before
    from fresh
    asof join said on fresh.partner = said.partner and fresh.measure = said.measure and fresh.months = said.months
        and fresh.place = said.place and fresh.members = said.members and fresh.start > said.start
    left join said as year_ago on is_flow and year_ago.partner = fresh.partner and year_ago.measure = fresh.measure
        and year_ago.months = fresh.months and year_ago.place = fresh.place and year_ago.members = fresh.members
        and year_ago.start = fresh.start - interval 1 year
    where said.start >= fresh.start - interval {LOOK_BACK} months
)
select {COLUMNS}, 'value_jump' as code, coalesce(corrected.value, n.old)::decimal(38, 6) as other,
    n.old_period as other_period, n.year_before::decimal(38, 6) as year_before, factor
from n left join numbers corrected on corrected.file = n.file and corrected.measure = n.measure
    and corrected.period = n.old_period and corrected.place = n.place and corrected.members = n.members
"""
FOOT_AND_ROWS = f"""
with feet_and_before as (
    select *, coalesce(lag(row) over (partition by file, value_no, measure, members order by row), 0) as foot_before
    from feet
),
counted as (
    -- A place that holds another one given here holds its number, too.
    select * from numbers anti join (
        select below.file, below.measure, below.period, below.place
        from by_way below join above using (place) join by_way whole
            on whole.file = below.file and whole.measure = below.measure and whole.period = below.period
            and whole.place = above.ancestor
    ) as held using (file, measure, period, place)
),
single as (select file, measure from by_way group by all having count(distinct way) = 1),
n as (
    select f.*, sum(c.value) as everything, sum(c.value) filter (where c.row > foot_before) as block
    from feet_and_before f join counted c on c.file = f.file and c.measure = f.measure and c.row < f.row
        and coalesce(nullif(f.period, {FOOT}), c.period) = c.period
    left join single on single.file = f.file and single.measure = f.measure
    where f.value is not null and f.file not in (select file from torn)
        and (c.members = f.members or coalesce(f.members, $everything, -1) = coalesce($everything, -1)
            and single.file is not null)
    group by all
)
-- A foot may add up its own block or all that is above it.
select {COLUMNS}, 'foot_differs' as code, if(everything = n.value, everything, block)::decimal(38, 6) as other
from n
"""


TAKEN_BACK_BEFORE = """
with others as (
    select keys.file, said.key, said.period, said.measure, said.place, said.members
    from said join senders using (partner) join keys using (file) join spoken using (file, measure, period)
    where said.layout = $layout and said.key <> keys.key and keys.file not in (select file from torn)
)
select file, key, period, count(*) from others
anti join numbers using (file, measure, period, place, members)
group by all
"""
TAKEN_TURNS = """
select file, measure, period, lag(file) over (partition by partner, measure, period order by file) as before
from spoken join senders using (file)
qualify before is not null and file not in (select file from torn)
"""
"""Files that came together, and the one before each that speaks of the same."""
TAKEN_BACK_HERE = f"""
with lost as (
    select turns.file, turns.before, n.measure, n.period, n.place, n.members
    from ({TAKEN_TURNS}) as turns
    join numbers n on n.file = turns.before and n.measure = turns.measure and n.period = turns.period
)
select lost.file, keys.key, lost.period, count(*)
from lost anti join numbers using (file, measure, period, place, members)
join keys on keys.file = lost.before
group by all
"""

PAIRS: pl.Schema = pl.Schema(
    {
        "code": pl.String, "file": pl.Int32, "row": pl.Int64, "value_no": pl.Int32, "measure": pl.Int32,
        "period": pl.Int32, "value": pl.Decimal(38, 6), "other": pl.Decimal(38, 6), "other_row": pl.Int64,
        "other_no": pl.Int32, "other_key": pl.String, "other_period": pl.Int32, "may_be_more": pl.Boolean,
        "year_before": pl.Decimal(38, 6), "factor": pl.Float64, "place": pl.Int32, "members": pl.Int32,
    }
)  # fmt: skip
"""A number and the ``other`` that it is held against, and where that one stands."""
SENDERS = {"file": pl.Int32, "partner": pl.Int32}
KEYS = {"file": pl.Int32, "key": pl.String}


def _jumps(before: str) -> pl.Expr:
    value, old = pl.col("value").cast(pl.Float64), pl.col(before).cast(pl.Float64)
    times = (value > old * pl.col("factor")) | (value * pl.col("factor") < old)
    return times & ((value - old).abs() >= FLOOR)


def _rules() -> pa.DataFrameSchema:
    value, other, code = pl.col("value"), pl.col("other"), pl.col("code")
    holds = {
        "part_above_whole": value <= other,
        "part_above_known": value <= other,
        "total_below_group": value >= other,
        "total_differs": (value == other) | pl.col("may_be_more") & (value >= other),
        "foot_differs": value == other,
        # A season is no jump: a flow is asked about only where it is far from a year ago as well.
        "value_jump": ~(_jumps("other") & _jumps("year_before").fill_null(True)),
    }
    checks = [rule(name, (code != name) | expression) for name, expression in holds.items()]
    return pa.DataFrameSchema({"value": pa.Column(checks=checks, nullable=True)})


@dataclass(frozen=True)
class Past:
    """Whose the files are (a partner and a key for each), under which layout, and what the partners had said before."""

    partners: Sequence[Partner]
    keys: Sequence[str]
    layout: str
    history: History


class Comparison:
    """The numbers of a group of files as tables that the queries above ask.

    ``numbers``: file, row, value_no, measure, period, place, members, value, with ids as in ``resolved``.
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

    def totals(self) -> list[tuple[int, str, Period, Decimal]]:
        """What each file says of each measure and period, over all its places: file, measure, period, number."""
        query = "select file, measure, period, sum(value) from numbers group by all"
        if self._has_ways:
            query = TOTALS.format(owner="file", ways="by_way")
        rows = self._connection.execute(query).fetchall()
        return [(file, self.measures[measure], self.periods[period], total) for file, measure, period, total in rows]

    def spoken(self) -> list[tuple[int, str, Period]]:
        """What each file speaks of, well or badly: file, measure, period."""
        rows = self._connection.execute("from spoken order by all").fetchall()
        return [(file, self.measures[measure], self.periods[period]) for file, measure, period in rows]

    def news(self, closed: date) -> list[tuple[int, Period]]:
        """Files and periods that ended by a day, where a number is not what stands in the lake already."""
        old = [number for number, period in enumerate(self.periods) if period.end <= closed]
        if not old:
            return []
        told = f"join senders using (file) {SAID_ALREADY}" if self._has_said else ""
        query = (
            f"select distinct n.file, n.period from numbers n {told} where list_contains($old, n.period) order by all"
        )
        rows = self._connection.execute(query, {"old": old}).fetchall()
        return [(file, self.periods[period]) for file, period in rows]

    def taken_back(self) -> list[tuple[int, str, Period, int]]:
        """Numbers that a file replaces without saying them again: file, the key of the other one, period, how many."""
        if self._past is None:
            return []
        keys = pl.DataFrame({"file": range(len(self._past.keys)), "key": self._past.keys}, schema=KEYS)
        self._connection.register("keys", keys.to_arrow())
        rows = []
        if self._connection.execute(f"{TAKEN_TURNS} limit 1").fetchall():
            rows = self._connection.execute(TAKEN_BACK_HERE).fetchall()
        if self._has_said:
            rows += self._connection.execute(TAKEN_BACK_BEFORE, {"layout": self._past.layout}).fetchall()
        return [(file, key, self.periods[period], count) for file, key, period, count in rows]

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
            (at[m.id], at[m.part_of] if m.part_of else None, float(m.jump or 0), m.kind == "flow") for m in entries
        ]
        ways = [(number, way_of(text)) for number, text in enumerate(resolved.members)]
        depths = [(way, len(way.split(" * ")) if way else 0) for way in dict.fromkeys(way for _, way in ways)]
        periods = [(number, period.start, period.months) for number, period in enumerate(self.periods)]
        for name, rows, schema in (
            (
                "measures",
                measures,
                {"measure": pl.Int32, "whole": pl.Int32, "factor": pl.Float64, "is_flow": pl.Boolean},
            ),
            ("periods", periods, {"period": pl.Int32, "start": pl.Date, "months": pl.Int32}),
            ("ways", ways, {"members": pl.Int32, "way": pl.String}),
            ("depths", depths, {"way": pl.String, "depth": pl.Int32}),
            ("above", above, {"place": pl.Int32, "ancestor": pl.Int32}),
            ("belongs", belongs, {"members": pl.Int32, "coarse": pl.Int32, "overlap": pl.Boolean, "needed": pl.Int64}),
        ):
            self._connection.register(name, pl.DataFrame(rows, schema=schema, orient="row").to_arrow())
        self._has_groups, self._has_feet = bool(belongs), not resolved.feet.is_empty()
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


RULES = _rules()
