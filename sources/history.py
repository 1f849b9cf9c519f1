"""What partners have said so far: their current numbers, from the lake alone.

The rules for "current" are those of the warehouse (dbt: ``int_scopes``, ``int_current``), and a test holds
the two against each other; here they are asked of a few partners at once, without building anything. Files are
opened only where a number that is asked for may lie: manifests say in which batches, scopes in which readings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from agenda.statuses import ORDER, SUPPRESSED, rank
from agenda.tables import SCHEMAS as AGENDA
from sources.lake import SCHEMAS, Lake, Manifest

NUMBERS = "measure, period, period_start, place, members, value, status, layout, key"
_DELIVERED = pa.schema([*SCHEMAS["deliveries"], ("known_at", pa.timestamp("us", "UTC")), ("batch", pa.string())])
_WAYS = pa.schema([("members", pa.string()), ("way", pa.string())])

LOST = """
create table lost as select distinct reading, measure, period, place, members from rejected_rows
"""
"""What rejected rows may have meant; nearly all rows of a file that is wrong throughout say the same."""

STANDING = """
create table standing as
with latest as (
    -- One row per object version: read again, it takes its forerunner's place.
    select * from delivered
    qualify row_number() over (
        partition by partner, source, key, version order by received_at desc, known_at desc, batch desc, sequence desc
    ) = 1
),
deliveries as (
    select latest.partner, latest.key, latest.reading, readings.layout, readings.delivery_mode,
        row_number() over (order by received_at, known_at, batch, sequence, delivery) as number
    from latest join readings using (reading)
    where outcome <> 'rejected'
),
versions as (
    -- A newer version of a file that replaces it without loss takes back all that older ones said.
    select *, max(number) filter (
        where delivery_mode = 'replaces' and reading not in (select reading from lost)
    ) over (partition by partner, key) as version_from
    from deliveries
),
counted as (
    select reading, partner, layout, delivery_mode, max(number) as number, arg_max(key, number) as key
    from versions where version_from is null or number >= version_from
    group by all
),
spoken as (
    -- A reading that lost a row of a scope can't say that what it leaves out there is gone.
    select scopes.reading, scopes.measure, scopes.period, counted.* exclude (reading),
        delivery_mode = 'replaces' and not exists (
            select 1 from lost
            where lost.reading = scopes.reading and coalesce(lost.measure, scopes.measure) = scopes.measure
                and coalesce(lost.period, scopes.period) = scopes.period
        ) as is_whole
    from scopes join counted using (reading)
)
select * exclude (is_whole), count(*) over (partition by partner, measure, period) > 1 as is_contested
from (
    select *, max(number) filter (where is_whole) over (partition by partner, layout, measure, period) as replaced_at
    from spoken
    qualify number >= coalesce(replaced_at, 0)
)
"""
"""Which readings speak of which measure and period, and still count: a row per reading, measure and period."""

_STATUS = f"instr('{ORDER}', obs_status)::tinyint as status"
_WITHHELD = rank(SUPPRESSED)

CURRENT = f"""
insert into numbers
with said as (
    select observations.partner, measure, period, period_start, place, members, value, {_STATUS}, layout, key,
        number, is_contested, reading
    from observations join standing using (reading, measure, period)
),
retracted as (
    -- What a later replacement leaves out is gone, unless a row that it lost may have been that very number.
    select distinct said.reading, said.measure, said.period, said.place, said.members
    from said join standing as later using (partner, layout, measure, period)
    where said.is_contested and later.delivery_mode = 'replaces' and later.number > said.number and not exists (
        select 1 from lost
        where lost.reading = later.reading and coalesce(lost.measure, said.measure) = said.measure
            and coalesce(lost.period, said.period) = said.period
            and coalesce(lost.place, said.place) = said.place
            and coalesce(lost.members, said.members) = said.members
    )
)
select * exclude (number, is_contested, reading) from said where not is_contested
union all
select * exclude (number, is_contested, reading) from (
    select * from said anti join retracted using (reading, measure, period, place, members)
    where is_contested
    qualify row_number() over (partition by partner, measure, period, place, members order by number desc) = 1
)
"""
"""The current numbers of the periods in ``recalled``; nearly every scope was delivered once and needs no window."""

EMPTY = f"""
create table numbers as
select observations.partner, measure, period, period_start, place, members, value, {_STATUS}, layout, key
from observations join standing using (reading, measure, period) limit 0
"""

_RATES = "(select measure from measures where not is_sum)"
ADDED = f"if(max(status) < {_WITHHELD} and (count({{0}}) <= 1 or not bool_or(measure in {_RATES})), sum({{0}}), null)"
"""A sum, of which a suppressed part is withheld; what is not applicable or missing is not in it. Several rates that are
reported as rates (``measures``: measure, is_sum) make none."""
BY_WAY = f"""
select {{owner}}, measure, period, place, way, {ADDED.format("value")} as total, max(status) as status
from {{numbers}} join ways using (members) group by all
"""

TOTALS = f"""
with best as (
    -- A reported whole before the sum of its parts, of splits the coarsest; of two alike one that is not suppressed,
    -- and the fuller. What says that there is no number speaks for nothing else.
    select {{owner}}, measure, period, place, total, status from {{ways}}
    qualify row_number() over (
        partition by {{owner}}, measure, period, place
        order by total is null and status < {_WITHHELD}, if(way = '', 0, len(string_split(way, ' * '))),
            status = {_WITHHELD}, total desc nulls last, way
    ) = 1
)
select {{owner}}, measure, period, {ADDED.format("total")} as total from best
anti join (
    select below.{{owner}}, below.measure, below.period, below.place
    from best as below join above using (place)
    join best as whole on whole.{{owner}} = below.{{owner}} and whole.measure = below.measure
        and whole.period = below.period and whole.place = above.ancestor
    where whole.total is not null or whole.status = {_WITHHELD}
) as held using ({{owner}}, measure, period, place)
group by all
"""
"""What adds up by each way of splitting (``ways``: owner, measure, period, place, way, total, status) as one total per
owner, measure and period, over places: one that was reported stands for all that lies in it (``above``: place,
ancestor)."""


def of(lake: Lake, partners: Collection[str], before: datetime | None = None) -> History:
    """The history of these partners, as it was delivered ``before`` a moment. Reads nothing until it is asked."""
    return History(lake, partners, before)


def way_of(members: str) -> str:
    """``age=infant|sex=f`` → ``age * sex``: the dimensions that a number is split by."""
    return " * ".join(part.split("=")[0] for part in members.split("|")) if members else ""


class History:
    """Current numbers of some partners, read from the lake as they are asked for, period by period.

    A lake that grows meanwhile answers as it was at the first question.
    """

    def __init__(self, lake: Lake, partners: Collection[str], before: datetime | None = None) -> None:
        self._lake, self._partners, self._before = lake, frozenset(partners), before
        self._recalled: set[str] = set()
        self._totals: dict[str, dict[tuple[str, str], Decimal | None]] = {}
        self._counts: dict[str, dict[tuple[str, str], int]] = {}

    def numbers(self, partner: str) -> pl.DataFrame:
        """All current numbers of a partner, in order; columns as `NUMBERS` has them."""
        self.recall(self.periods)
        order = "period_start, period, measure, place, members"
        return self.connection.execute(
            f"select {NUMBERS} from numbers where partner = ? order by {order}", [partner]
        ).pl()

    def total(self, partner: str, measure: str, period: str) -> Decimal | None:
        """The number for a period, over all the partner's places. None where it was not reported, where what was
        reported is no number (not applicable, missing, suppressed), has a suppressed part, or does not add up.
        """
        return self._of(period).get((partner, measure))

    def said(self, partner: str, measure: str, period: str) -> bool:
        """Whether a measure was reported for a period at all, with a number or with what stands in its place."""
        return (partner, measure) in self._of(period)

    def _of(self, period: str) -> dict[tuple[str, str], Decimal | None]:
        if period not in self.periods:
            return {}
        if period not in self._totals:
            self.recall([period])
            ways = f"({BY_WAY.format(owner='partner', numbers='numbers')} having period = $period)"
            query = TOTALS.format(owner="partner", ways=ways)
            rows = self.connection.execute(query, {"period": period}).fetchall()
            self._totals[period] = {(owner, named): total for owner, named, _, total in rows}
        return self._totals[period]

    def count(self, partner: str, measure: str, period: str) -> int:
        """How many numbers there are of a measure for a period."""
        if period not in self.periods:
            return 0
        if period not in self._counts:
            self.recall([period])
            query = "select partner, measure, count(value) from numbers where period = ? group by all"
            rows = self.connection.execute(query, [period]).fetchall()
            self._counts[period] = {(owner, named): count for owner, named, count in rows}
        return self._counts[period].get((partner, measure), 0)

    def recall(self, periods: Iterable[str]) -> None:
        """Have the numbers of these periods in the table ``numbers`` of `connection`."""
        wanted = self.periods & set(periods) - self._recalled
        if not wanted:
            return
        self._recalled |= wanted
        self.connection.register("recalled", pa.table({"period": sorted(wanted)}))
        spoken = self.connection.execute("select distinct reading from standing join recalled using (period)")
        self._load("observations", {reading for (reading,) in spoken.fetchall()}, "semi join recalled using (period)")
        self.connection.execute(CURRENT)
        members = self.connection.execute("select distinct members from numbers").fetchall()
        ways = [{"members": text, "way": way_of(text)} for (text,) in members]
        self.connection.register("ways", pa.Table.from_pylist(ways, _WAYS))

    @cached_property
    def periods(self) -> frozenset[str]:
        """The periods that the partners have spoken of; none, and nothing is read, where they never delivered."""
        if not self._delivered:
            return frozenset()
        return frozenset(key for (key,) in self.connection.execute("select distinct period from standing").fetchall())

    @cached_property
    def partners(self) -> frozenset[str]:
        """The partners of which something counts."""
        if not self._delivered:
            return frozenset()
        return frozenset(id_ for (id_,) in self.connection.execute("select distinct partner from standing").fetchall())

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """A database in memory with these tables. ``standing``: which readings count; ``numbers``: ``partner`` and
        `NUMBERS`, of the periods that were recalled; ``above``: each place with those it lies in; ``measures``: which
        of them add up."""
        self._database = duckdb.connect()
        self._database.execute("set TimeZone = 'UTC'")
        self._database.register("delivered", pa.Table.from_pylist(self._delivered, _DELIVERED))
        readings = {str(delivered["reading"]) for delivered in self._delivered}
        for table in ("readings", "scopes", "rejected_rows"):
            self._load(table, readings)
        self._load("observations", [])
        self._database.execute(LOST)
        self._database.execute(STANDING)
        self._database.execute(EMPTY)
        places, measures = self._agenda("agenda_place_ancestors"), self._agenda("agenda_measures")
        self._database.execute(f"create table above as select place, ancestor from {places} where distance > 0")
        self._database.execute(f"create table measures as select measure, is_sum from {measures}")
        return self._database

    # -- the lake's files -----------------------------------------------------------------------------

    @cached_property
    def _manifests(self) -> list[Manifest]:
        return self._lake.manifests()

    @cached_property
    def _delivered(self) -> list[dict[str, Any]]:
        """The partners' deliveries as their batches have them."""
        return [
            {**asdict(delivery), "known_at": manifest.known_at, "batch": manifest.batch}
            for manifest in self._manifests
            for delivery in manifest.deliveries
            if delivery.partner in self._partners and (self._before is None or delivery.received_at < self._before)
        ]

    @cached_property
    def _homes(self) -> dict[str, str]:
        """The first committed batch of each reading: where it counts from, whoever landed it again."""
        homes: dict[str, str] = {}
        for manifest in self._manifests:
            for reading in manifest.readings:
                homes.setdefault(reading, manifest.batch)
        return homes

    def _load(self, table: str, readings: Collection[str], only: str = "") -> None:
        """Have the rows of these readings in a table named like the lake's."""
        batches = {self._homes[reading] for reading in readings if reading in self._homes}
        manifests = [manifest for manifest in self._manifests if manifest.batch in batches]
        self._database.register("wanted", pa.table({"reading": pa.array(sorted(readings), pa.string())}))
        rows = f"(select * from {self._files(table, manifests)} semi join wanted using (reading) {only})"
        repeats = [
            {"filename": str(path), "reading": reading}
            for manifest in manifests
            for reading in manifest.readings
            if self._homes[reading] != manifest.batch
            for path in self._lake.files(table, [manifest])
        ]
        if repeats:
            self._database.register("repeats", pa.Table.from_pylist(repeats))
            rows = f"(select * from {rows} anti join repeats using (filename, reading))"
        self._database.execute(
            f"create or replace temp table {table} as select {', '.join(SCHEMAS[table].names)} from {rows}"
        )

    def _agenda(self, table: str) -> str:
        """The SQL for a table of the newest agenda; what an older Cairn did not write in it is null."""
        newest = [manifest for manifest in self._manifests if manifest.kind == "agenda"][-1:]
        return f"(from {self._files(table, [])} union all by name from {self._files(table, newest)})"

    def _files(self, table: str, manifests: Iterable[Manifest]) -> str:
        """The SQL for the files of a table in these batches; a table without rows where there are none."""
        paths = [_pattern(path) for path in self._lake.files(table, manifests)]
        if paths:
            return f"read_parquet([{', '.join(paths)}], filename = true)"
        self._database.register(f"no_{table}", (SCHEMAS | AGENDA)[table].empty_table())
        return f"no_{table}"


def _pattern(path: Path) -> str:
    """A path as DuckDB reads it literally, whatever signs of patterns are in it."""
    text = str(path).replace("'", "''").replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")
    return f"'{text}'"
