"""How an indicator's values changed with what was known: for each period, its value from each moment on.

A warehouse is built for one moment. Here the lake's rows about one indicator are loaded once, into memory, and the same
models are run over them for each moment at which something about the indicator came in: no file is written, nothing
else is computed, and what a warehouse as of that moment would say is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from agenda.periods import Calendar, Period
from flows.warehouse import DATABASE, models
from sources.lake import Manifest

Said = tuple[float | None, Decimal | None, Decimal | None, str | None, int | None]
"""Value, numerator, denominator, status, and the number of the definition that it is by."""


@dataclass(frozen=True)
class Known:
    """What was known from ``known_at`` on; all None where a value was taken back. ``why`` names what came in then."""

    known_at: datetime
    value: float | None
    numerator: Decimal | None
    denominator: Decimal | None
    status: str | None
    version: int | None
    why: tuple[str, ...]

    @property
    def said(self) -> Said:
        return self.value, self.numerator, self.denominator, self.status, self.version


class Replay:
    """A lake's rows about one indicator, and the models to run over them as of any moment."""

    def __init__(self, lake: Path, manifests: Sequence[Manifest], indicator: str) -> None:
        """``manifests`` are all of the lake's, in the order of knowledge time."""
        self.manifests, self.indicator = manifests, indicator
        compiled = models()
        self.models, self.tables = compiled.models, compiled.tables
        self.connection = duckdb.connect()
        self.connection.execute(f"attach ':memory:' as {DATABASE}; use {DATABASE}; set TimeZone = 'UTC'")
        self.connection.execute("create schema raw; create schema lake; set preserve_insertion_order = false")
        self._load(lake)

    def _load(self, lake: Path) -> None:
        """Copy what may matter: the rows of the indicator's measures, and all that says which of them count."""
        batches = [(m.batch, m.known_at, number) for number, m in enumerate(self.manifests)]
        first: dict[str, str] = {}
        for manifest in self.manifests:  # a reading counts from the batch that was committed first
            for reading in manifest.readings:
                first.setdefault(reading, manifest.batch)
        self.connection.execute("create table raw.batches (batch text, known_at timestamptz, number integer)")
        self.connection.executemany("insert into raw.batches values (?, ?, ?)", batches)
        later = [(m.batch, r) for m in self.manifests for r in m.readings if first[r] != m.batch] or [("", "")]
        self.connection.execute("create table raw.later (batch text, reading text)")
        self.connection.executemany("insert into raw.later values (?, ?)", later)
        of_indicator = "(indicator = $indicator or starts_with(indicator, $indicator || '@'))"  # all of its definitions
        for table in ("agenda_terms", "agenda_indicators", "agenda_indicator_periods", "agenda_breakdowns"):
            self._copy(lake, table, of_indicator)
        of_formula = "measure in (select measure from raw.agenda_terms)"
        for table in ("agenda_models", "agenda_model_inputs"):
            self._copy(lake, table, of_formula)
        self.connection.execute(
            """create table raw.asked as
            select measure from raw.agenda_terms union select input from raw.agenda_model_inputs"""
        )
        for table in self.tables:
            if table in ("observations", "persons"):
                self._copy(lake, table, "measure in (from raw.asked)")
            elif not self._has(table):
                self._copy(lake, table, "true")

    def _has(self, table: str) -> bool:
        found = self.connection.execute(
            "select 1 from duckdb_tables() where schema_name = 'raw' and table_name = ?", [table]
        )
        return found.fetchone() is not None

    def _copy(self, lake: Path, table: str, condition: str) -> None:
        """A table of the lake with the number of the batch that each row came in."""
        own = {name: type_ for name, type_ in self.tables[table].items() if name not in ("batch", "known_at")}
        files = {
            str(lake / file["path"]): manifest.batch
            for manifest in self.manifests for file in manifest.files if file["table"] == table
        }  # fmt: skip
        columns = ", ".join(f"rows.{name}::{type_} as {name}" for name, type_ in own.items())
        empty = ", ".join(f"null::{type_} as {name}" for name, type_ in own.items())
        if not files:
            self.connection.execute(f"create table raw.{table} as select {empty}, 0 as batch_number where false")
            return
        self.connection.execute("create or replace temp table files (path text, batch text)")
        self.connection.executemany("insert into files values (?, ?)", list(files.items()))
        repeats = "reading" in own and table != "deliveries"
        unless = "anti join raw.later on later.batch = b.batch and later.reading = rows.reading" if repeats else ""
        given = {"files": [re.sub(r"([\[*?])", r"[\1]", path) for path in files]}
        if "$indicator" in condition:
            given["indicator"] = self.indicator  # type: ignore[assignment]
        self.connection.execute(
            f"""create table raw.{table} as
            select {columns}, b.number as batch_number
            from (
                select * from read_parquet($files, filename = true, union_by_name = true)
                union all by name select {empty} where false  -- columns that older files lack
            ) as rows
            join files on rows.filename = files.path join raw.batches b on files.batch = b.batch {unless}
            where {condition}""",
            given,
        )

    def moments(self, calendar: Calendar, about: Period | None = None) -> Iterator[tuple[datetime, tuple[str, ...]]]:
        """When something about the indicator came in, and what: keys of files, or the agenda.

        A newer version of a file can take back what the older one said, so all versions of a file that ever spoke of
        the indicator's measures count; of an ``about``, those that spoke of some of its days.
        """
        periods = [key for (key,) in self.connection.execute("select distinct period from raw.scopes").fetchall()]
        if about is not None:
            spans = [(key, calendar.parse(key)) for key in periods]
            periods = [key for key, span in spans if span.start < about.end and about.start < span.end]
        found = self.connection.execute(
            """
            with about as (select distinct reading from raw.scopes semi join raw.asked using (measure)
                      where period = any($periods)),
            keys as (select distinct partner, key from raw.deliveries semi join about using (reading))
            select b.known_at, list(distinct coalesce(d.key, 'the agenda') order by coalesce(d.key, 'the agenda'))
            from raw.batches b
            left join (select * from raw.deliveries semi join keys using (partner, key)) d on d.batch_number = b.number
            where d.key is not null or b.batch = any($agenda)
            group by b.known_at order by b.known_at""",
            {"agenda": [m.batch for m in self.manifests if m.kind == "agenda"], "periods": periods},
        ).fetchall()
        for known_at, causes in found:
            yield known_at, tuple(causes)

    def at(self, moment: datetime, place: str | None, members: str) -> dict[str, Said]:
        """By period: value, numerator, denominator and status as of a moment; of the root unless a place is named."""
        if not self.run(moment):
            return {}
        found = self.connection.execute(
            """select period, value, numerator, denominator, status, s.version
            from ind_values v join dim_series s using (period) where v.indicator = s.series and s.is_in_force
            and members = $members and place = coalesce($place,
                (select place from lake.agenda_places where parent is null order by position limit 1))""",
            {"members": members, "place": place},
        ).fetchall()
        return {period: tuple(said) for period, *said in found}

    def run(self, moment: datetime) -> bool:
        """Run the models over what was known at a moment; False where no agenda was yet."""
        known = [number for number, manifest in enumerate(self.manifests) if manifest.known_at <= moment]
        agendas = [number for number in known if self.manifests[number].kind == "agenda"]
        if not agendas:
            return False
        for table, columns in self.tables.items():
            own = ", ".join(f"{'b' if name in ('batch', 'known_at') else 'rows'}.{name}" for name in columns)
            is_agenda = table.startswith("agenda_") or table == "reference_values"
            counts = f"= {agendas[-1]}" if is_agenda else f"<= {known[-1]}"
            self.connection.execute(
                f"""create or replace view lake.{table} as select {own} from raw.{table} as rows
                join raw.batches b on rows.batch_number = b.number where rows.batch_number {counts}"""
            )
        for model in self.models:
            for statement in model.before:
                self.connection.execute(statement)
            kind = "view" if model.is_view else "table"
            self.connection.execute(f"create or replace {kind} main.{model.name} as {model.sql}")
        return True


def revisions(
    replay: Replay, calendar: Calendar, *, place: str | None = None, members: str = "", about: Period | None = None
) -> dict[str, list[Known]]:
    """By period, in the order of periods: what was known of its value, from each moment at which that changed.

    With ``about`` only of that period, and only at moments at which something about it came in.
    """
    found: dict[str, list[Known]] = {}
    for moment, why in replay.moments(calendar, about):
        said = replay.at(moment, place, members)
        for key in {*said, *found} if about is None else {about.key} & {*said, *found}:
            now = Known(moment, *said.get(key, (None,) * 5), why)
            before = found.setdefault(key, [])
            if not before or before[-1].said != now.said:
                before.append(now)
    return dict(sorted(found.items(), key=lambda one: (calendar.parse(one[0]).months, calendar.parse(one[0]).start)))
