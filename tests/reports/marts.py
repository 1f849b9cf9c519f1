"""A warehouse file with the marts that `reports` reads, made up for any initiative folder.

The numbers are seeded and plausible: each indicator walks from its baseline towards its targets, some partners are
late, a few values are missing. It holds what the dbt project would hold, down to the columns, without building it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import duckdb
import polars as pl

from agenda.folder import Folder
from agenda.indicators import Indicator
from agenda.periods import Period
from agenda.tables import members_text
from tests.dbt.oracle_targets import Targets

SCHEMA = """
    create table meta_build (as_of timestamptz, agenda_batch text);
    create table dim_members (dimension text, member text, made_of text[]);
    create table dim_periods (period text, period_type text, period_start date, period_end date);
    create table ind_values (
        indicator text, period_type text, period text, period_start date, period_end date, place text, breakdown text,
        members text, value double, numerator decimal(38, 6), denominator decimal(38, 6), lower double, upper double,
        status text, expected_reporters int, actual_reporters int);
    create table ind_trends (
        indicator text, period_type text, period text, place text, breakdown text, members text,
        previous_period text, previous_value double, change_previous double, change_previous_lower double,
        change_previous_upper double, is_beyond_chance_previous boolean,
        year_before_period text, year_before_value double, change_year_before double, change_year_before_lower double,
        change_year_before_upper double, is_beyond_chance_year_before boolean,
        baseline_period text, baseline_value double, change_baseline double, change_baseline_lower double,
        change_baseline_upper double, is_beyond_chance_baseline boolean);
    create table ind_cohorts (
        indicator text, period_type text, period text, place text, against text, against_period text, partners int,
        numerator decimal(38, 6), denominator decimal(38, 6), value double, against_numerator decimal(38, 6),
        against_denominator decimal(38, 6), against_value double, change double);
    create table ind_status (
        indicator text, period_type text, period text, place text, breakdown text, members text, value double,
        baseline_period text, baseline_value double, target_period text, target_value double, target_low double,
        target_high double, path_value double, status_code text);
    create table ind_projections (
        indicator text, period_type text, period text, ahead int, first_period text, first_start date, period_end date,
        periods int, target_period text, value double, lower double, upper double, outlook text);
    create table fct_reporting (
        partner text, measure text, period_type text, period text, period_start date, period_end date,
        is_expected boolean, is_reported boolean, months_expected int, months_reported int,
        last_received_at timestamptz, due_on date, complete_on date, is_on_time boolean);
    create table fct_indicator_partners (
        indicator text, partner text, period_type text, period text, is_expected boolean, is_reported boolean);
    create view dim_series as
        select indicator, 1 as version, indicator as series, period_type, period, true as is_in_force from (
            select indicator, period_type, period from ind_values union select indicator, period_type, period from ind_status
            union select indicator, period_type, period from fct_indicator_partners);
    create table fct_readings (
        partner text, reading text, layout text, key text, received_at timestamptz, outcome text, rows_read bigint,
        rows_accepted bigint, rows_rejected bigint, rows_skipped bigint, first_period_start date, last_period_end date);
    create table fct_findings (
        partner text, reading text, key text, received_at timestamptz, severity text, code text, sheet text,
        row_number int, column_name text, cell text, value text, message text, fix text);
"""


@dataclass(frozen=True)
class Oddities:
    """What is out of order in the last period."""

    late: tuple[str, ...] = ()  # partners that reported nothing
    faulty: tuple[str, ...] = ()  # partners with rejected rows
    gaps: tuple[tuple[str, str], ...] = ()  # (indicator, period) without a row
    missing: tuple[tuple[str, str], ...] = ()  # (indicator, place): status O in the last period


def build(folder: Folder, path: Path, first: str, last: str, odd: Oddities | None = None) -> Path:
    """Write the marts for ``first`` to ``last`` (quarters, with their months and years) to ``path``."""
    odd = odd or Oddities()
    calendar = folder.initiative.calendar
    quarters = list(calendar.span(calendar.parse(first), calendar.parse(last)))
    writer = _Writer(folder, quarters, odd)
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(SCHEMA)
        for table, rows in writer.tables().items():
            if rows:
                frame = pl.DataFrame(rows, orient="row", infer_schema_length=None)
                connection.register("rows", frame.to_arrow())
                connection.execute(f"insert into {table} select * from rows")
                connection.unregister("rows")
    return path


class _Writer:
    def __init__(self, folder: Folder, quarters: list[Period], odd: Oddities) -> None:
        self.folder, self.quarters, self.odd = folder, quarters, odd
        self.calendar = folder.initiative.calendar
        self.last = quarters[-1]
        self.as_of = datetime.combine(self.last.end + timedelta(days=20), time(8, 30), UTC)
        self.root = next(p.id for p in folder.agenda.places if p.parent is None)
        self.leaves = [p.id for p in folder.agenda.places if p.id not in {q.parent for q in folder.agenda.places}]
        self.goal_ids = [i for goal in folder.agenda.goals for i in goal.indicators]

    def tables(self) -> dict[str, list[tuple]]:
        values = [row for indicator in self.folder.agenda.indicators for row in self._values(indicator)]
        targets = self._targets(values)
        return {
            "meta_build": [(self.as_of, "agenda-1")],
            "dim_periods": [(p.key, p.type, p.start, p.end) for p in self._periods()],
            "ind_values": values,
            "ind_trends": self._trends(values),
            "ind_status": list(self._status(targets)),
            "ind_projections": list(self._projections(targets)),
            "ind_cohorts": self._cohorts(values),
            "fct_reporting": self._reporting(),
            "fct_indicator_partners": self._contributors(),
            "fct_readings": self._readings(),
            "fct_findings": self._findings(),
        }

    def _periods(self) -> list[Period]:
        months = [m for q in self.quarters for m in self.calendar.within(q, "month")]
        years = {self.calendar.containing(q.start, "year") for q in self.quarters}
        return [*months, *self.quarters, *sorted(years)]

    # -- values ---------------------------------------------------------------------------------------

    def _values(self, indicator: Indicator) -> Iterator[tuple]:
        slices = [("", {})]
        members = {d.id: [m.id for m in d.members] for d in self.folder.agenda.dimensions}
        for dims in indicator.breakdowns:
            for combination in product(*(members[d] for d in dims)):
                slices.append((" * ".join(dims), dict(zip(dims, combination, strict=True))))
        expected = self._owing(indicator)
        for period in (p for p in self._periods() if p.type in indicator.periods and p.end <= self.last.end):
            if (indicator.id, period.key) in self.odd.gaps:
                continue
            actual = [p for p in expected if p not in self.odd.late or period.end < self.last.end]
            for breakdown, chosen in slices:
                leaves = {place: self._parts(indicator, period, place, breakdown, chosen) for place in self.leaves}
                whole = tuple(sum((parts[i] for parts in leaves.values()), Decimal(0)) for i in (0, 1))
                if self.root in leaves:
                    leaves = {}
                for place, (of, per) in {self.root: whole, **leaves}.items():
                    missing = period.end == self.last.end and (indicator.id, place) in self.odd.missing
                    yield self._row(indicator, period, place, breakdown, members_text(chosen), of, per, missing,
                                    len(expected), len(actual))  # fmt: skip

    def _row(self, indicator, period, place, breakdown, members, of, per, missing, expected, actual) -> tuple:
        divided = indicator.formula.per is not None
        value = float(of / per) * indicator.formula.times if divided else float(of)
        low = high = None
        if indicator.interval == "wilson" and divided:
            low, high = _wilson(float(of), float(per))
        if missing:
            value = of = low = high = None
        status = "O" if missing else "P" if actual < expected else "A"
        return (indicator.id, period.type, period.key, period.start, period.end, place, breakdown, members, value, of,
                per if divided else None, low, high, status, expected, actual)  # fmt: skip

    def _parts(self, indicator: Indicator, period: Period, place: str, breakdown: str, chosen: dict) -> tuple:
        """Numerator and denominator of a leaf place, walking from the baseline to a bit short of the targets."""
        start, goal = self._ends(indicator)
        total = (self.last.end - self.quarters[0].end).days or 1
        done = (period.end - self.quarters[0].end).days / total
        luck = _random(indicator.id, "luck").uniform(-0.3, 1.2)
        level = start + (goal - start) * luck * done * 0.6
        wobble = _random(indicator.id, period.key).gauss(0, 0.012)
        tilt = _random(indicator.id, place).uniform(0.75, 1.25) * _random(indicator.id, str(chosen)).uniform(0.85, 1.15)
        share = _random(place).uniform(0.5, 1.5) / len(self.leaves)
        part = 1.0
        if breakdown:
            sizes = [len(d.members) for d in self.folder.agenda.dimensions if d.id in breakdown.split(" * ")]
            for size in sizes:
                part /= size
        if indicator.formula.per is None:
            return Decimal(round(max(level * (1 + wobble) * tilt * share * part, 0))), Decimal(0)
        per = Decimal(max(round(3000 * share * part), 1))
        of = level / indicator.formula.times * (1 + wobble) * tilt * float(per)
        digits = 0 if indicator.interval == "wilson" else 2
        return Decimal(str(round(max(of, 0), digits))), per

    def _ends(self, indicator: Indicator) -> tuple[float, float]:
        """Where the walk starts and what it is after."""
        goals = [float(t.value if t.value is not None else (t.low + t.high) / 2) for t in indicator.targets]
        goal = goals[-1] if goals else _random(indicator.id).uniform(200, 2000)
        if indicator.baseline and indicator.baseline.value is not None:
            return float(indicator.baseline.value), goal
        return goal * {"more": 0.72, "less": 1.5, "band": 0.86}[indicator.better], goal

    # -- trends and status ----------------------------------------------------------------------------

    def _trends(self, values: list[tuple]) -> list[tuple]:
        known = {(v[0], v[2], v[5], v[6], v[7]): v for v in values}
        indicators = {i.id: i for i in self.folder.agenda.indicators}
        rows = []
        for v in values:
            period = self.calendar.containing(v[3], v[1])
            steps = {"month": 12, "quarter": 4, "year": 1}[v[1]]
            earlier = [self.calendar.shift(period, -by).key for by in (1, steps)]
            baseline = indicators[v[0]].baseline
            base = baseline and self.calendar.parse(baseline.period)
            has_baseline = base and base.type == period.type and base.end <= period.start
            differences = [_difference(v, known.get((v[0], key, v[5], v[6], v[7]))) for key in earlier]
            if has_baseline and baseline.value is not None and v[5] == self.root and not v[6]:
                differences.append(_difference(v, (None,) * 8 + (float(baseline.value), None, None, None, None)))
            else:
                differences.append(_difference(v, known.get((v[0], base.key, *v[5:8])) if has_baseline else None))
            keys = [key if d[0] is not None else None for key, d in zip(earlier, differences, strict=False)]
            keys.append(base.key if has_baseline else None)
            rows.append((*v[:3], *v[5:8], *(x for key, d in zip(keys, differences, strict=True) for x in (key, *d))))
        return rows

    def _cohorts(self, values: list[tuple]) -> list[tuple]:
        """Where a partner is late in the last quarter: the others, which had nine tenths of it before, up by a tenth."""
        rows = []
        known = {(v[0], v[2], v[5]): v for v in values if not v[6]}
        for v in known.values():
            before = known.get((v[0], self.calendar.shift(self.last, -4).key, v[5]))
            if v[2] != self.last.key or v[8] is None or v[15] == v[14] or before is None:
                continue
            of, per, value = before[9] * 9 / 10, before[10], before[8] * 9 / 10
            rows.append((v[0], v[1], v[2], v[5], "year_before", before[2], v[15], of * 11 / 10, per, value * 11 / 10, of,
                         per, value, value / 10))  # fmt: skip
        return rows

    def _targets(self, values: list[tuple]) -> Targets:
        return Targets(self.folder, {(v[0], v[2], *v[5:8]): (v[8], v[13]) for v in values})

    def _status(self, targets: Targets) -> Iterator[tuple]:
        number = lambda x: None if x is None else float(x)  # noqa: E731
        for indicator in self.folder.agenda.indicators:
            groups = sorted({(self.root, "", ""), *map(targets.group, indicator.targets)})
            for period, group in product((p for p in self._periods() if p.type in indicator.periods), groups):
                base, due = targets.baseline(indicator, period.type, group), targets.due(indicator, period.type, group)
                by, target = next(((p, t) for p, t in due if p.end >= period.end), due[-1] if due else (None, None))
                path, code = targets.status(indicator, period, group)
                yield (indicator.id, period.type, period.key, *group, targets.value(indicator, period, group),
                       *((base[0].key, base[1]) if base else (None, None)), by and by.key,
                       *(number(getattr(target, n, None)) for n in ("value", "low", "high")), path, code)  # fmt: skip

    def _projections(self, targets: Targets) -> Iterator[tuple]:
        for indicator in self.folder.agenda.indicators:
            for period in (p for p in self._periods() if p.type in indicator.periods):
                for one in targets.projected(indicator, period):
                    yield (indicator.id, period.type, period.key, one.ahead, one.first.key, one.first.start, period.end,
                           one.periods, one.by.key, *one[1:4], one.outlook)  # fmt: skip

    # -- who reported ---------------------------------------------------------------------------------

    def _owing(self, indicator: Indicator) -> list[str]:
        measures = {t.measure for t in (*indicator.formula.of, *(indicator.formula.per or ()))}
        return [p.id for p in self.folder.partners.partners if measures & {m for o in p.owes for m in o.measures}]

    def _reporting(self) -> list[tuple]:
        rows = []
        for period, partner in product(self.quarters, self.folder.partners.partners):
            late = partner.id in self.odd.late and period == self.last
            received = None if late else datetime.combine(period.end + timedelta(days=9), time(10, 5), UTC)
            for owed in partner.owes:
                for measure in owed.measures:
                    expected = 3 if owed.every == "month" else 1
                    part = partner.id in self.odd.faulty and owed.every == "month" and period == self.last
                    reported = 0 if late else expected - 1 if part else expected
                    rows.append((partner.id, measure, "quarter", period.key, period.start, period.end, True, not late,
                                 expected, reported, received, period.end + timedelta(days=21),
                                 received.date() if received and not part else None,
                                 True if received and not part else None))  # fmt: skip
        return rows

    def _contributors(self) -> list[tuple]:
        return [
            (indicator.id, partner, period.type, period.key, True, partner not in self.odd.late or period.end < self.last.end)
            for indicator in self.folder.agenda.indicators
            for period in self._periods() if period.type in indicator.periods
            for partner in self._owing(indicator)
        ]  # fmt: skip

    def _readings(self) -> list[tuple]:
        rows = []
        for period, partner in product(self.quarters, self.folder.partners.partners):
            if partner.id in self.odd.late and period == self.last:
                continue
            bad = 7 if partner.id in self.odd.faulty and period == self.last else 0
            name = hashlib.sha256(f"{partner.id}{period}".encode()).hexdigest()
            rows.append((partner.id, name, partner.layouts[0], f"{partner.id}/{period}.csv",
                         datetime.combine(period.end + timedelta(days=9), time(10, 5), UTC),
                         "partial" if bad else "accepted", 120, 118 - bad, bad, 2, period.start, period.end))  # fmt: skip
        return rows

    def _findings(self) -> list[tuple]:
        rows = []
        for partner in self.odd.faulty:
            name = hashlib.sha256(f"{partner}{self.last}".encode()).hexdigest()
            at = datetime.combine(self.last.end + timedelta(days=9), time(10, 5), UTC)
            for row in range(7):
                rows.append((partner, name, f"{partner}/{self.last}.csv", at, "error" if row < 6 else "warning",
                             "not_a_number" if row < 6 else "unknown_column", None, row + 4, "enrolled", f"C{row + 4}",
                             "twelve", "'twelve' is not a number", "write 12"))  # fmt: skip
        return rows


def _random(*key: str) -> random.Random:
    return random.Random("/".join(key))


def _difference(now: tuple, then: tuple | None) -> tuple:
    """The earlier value, the difference, its limits and whether they leave out zero."""
    if then is None or then[8] is None or now[8] is None:
        return (then and then[8], None, None, None, None)
    change = now[8] - then[8]
    if None in (now[11], then[11]):
        return then[8], change, None, None, None
    low = change - ((now[8] - now[11]) ** 2 + (then[12] - then[8]) ** 2) ** 0.5
    high = change + ((now[12] - now[8]) ** 2 + (then[8] - then[11]) ** 2) ** 0.5
    return then[8], change, low, high, low > 0 or high < 0


def _wilson(of: float, per: float) -> tuple[float, float]:
    z = 1.959963984540054
    share = min(of / per, 1.0)
    centre, half = share + z * z / (2 * per), z * (share * (1 - share) / per + z * z / (4 * per * per)) ** 0.5
    return (centre - half) / (1 + z * z / per), (centre + half) / (1 + z * z / per)
