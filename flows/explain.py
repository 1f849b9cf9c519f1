"""Where a value comes from: every number in it, the file and row it stands in, and what is missing.

All of it is read from one finished warehouse, so an explanation as of a day uses that day's agenda, too. The numbers
that are listed are added up once more here, by the rules of their measures: they make the numerator and the
denominator exactly, or there is no explanation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from agenda.errors import ConfigurationError, Unavailable
from agenda.folder import Folder
from agenda.periods import Period
from agenda.spelling import nearest
from agenda.statuses import ORDER, THIN
from agenda.tables import members_text
from flows import explain_sql as sql
from flows.explain_aims import aims
from flows.explain_beside import defined, gap, otherwise
from flows.explain_sums import added, once
from flows.explained import Cohort, Explanation, Number, Origin, Owed, Remark, Term
from flows.values import require_computed
from reports.quarter.changes import COMPARED, Difference, compared
from sources.forms.sheet_words import layouts_of


def explain(
    folder: Folder, warehouse: Path, indicator: str, period: Period, place: str | None = None,
    where: Mapping[str, str] | None = None,
) -> Explanation:  # fmt: skip
    """The value of ``indicator`` for ``period``, in ``place`` (the whole initiative unless named), of one group.

    Raises `ConfigurationError` for what the agenda doesn't have, `Unavailable` where the numbers that are listed
    don't make the value.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return _Reader(folder, connection, indicator, period, place, where or {}).explanation()


class _Reader:
    """One question put to one warehouse."""

    def __init__(
        self, folder: Folder, connection: duckdb.DuckDBPyConnection, indicator: str, period: Period,
        place: str | None, where: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.folder, self.connection, self.period = folder, connection, period
        self.defined = defined(self.rows, indicator, period.key)
        found = self.rows(sql.INDICATOR, indicator=self.defined.series)
        if not found:
            known = [row["indicator"] for row in self.rows("select distinct indicator from dim_series")]
            raise ConfigurationError(f"there is no indicator {indicator!r}{nearest(indicator, known)}")
        self.indicator = found[0] | {"indicator": indicator}
        self.names = {
            "partners": self.named("select partner as id, name from dim_partners"),
            "places": self.named("select place as id, name from dim_places"),
            "members": self.named("select dimension || '=' || member as id, name from dim_members"),
            "merged": self.named(sql.MERGED),
            "measures": self.named("select measure as id, name from lake.agenda_measures"),
        }
        root = self.rows("select place from dim_places where parent is null order by position limit 1")[0]["place"]
        self.place = place or root
        if self.place not in self.names["places"]:
            raise ConfigurationError(f"there is no place {place!r}{nearest(self.place, self.names['places'])}")
        self.members = members_text(where)
        self.breakdown = self._breakdown(where)
        require_computed(self.indicator["periods"], indicator, period, folder.initiative.calendar)
        self.asked = {
            "indicator": self.defined.series, "period": period.key, "place": self.place,
            "breakdown": self.breakdown, "members": self.members,
        }  # fmt: skip
        self.span = {"start": period.start, "end": period.end, "place": self.place, "indicator": self.defined.series}
        self.sheets: dict[tuple[str, str], str] = {}
        self.models = {row["measure"]: row["file"] for row in self.rows("select measure, file from lake.agenda_models")}

    def rows(self, query: str, **given: Any) -> list[dict[str, Any]]:
        cursor = self.connection.execute(query, given)
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def named(self, query: str) -> dict[str, str]:
        return {row["id"]: row["name"] for row in self.rows(query)}

    def _breakdown(self, where: Mapping[str, str]) -> str:
        """The agenda's breakdown by just these dimensions."""
        for dimension, member in where.items():
            known = [text for text in self.names["members"] if text.startswith(f"{dimension}=")]
            if not known:
                dimensions = {text.split("=")[0] for text in self.names["members"]}
                raise ConfigurationError(f"there is no dimension {dimension!r}{nearest(dimension, dimensions)}")
            if f"{dimension}={member}" not in known:
                near = nearest(member, [text.split("=", 1)[1] for text in known])
                raise ConfigurationError(f"{dimension} has no member {member!r}{near}")
        found = {row["breakdown"] for row in self.rows(sql.BREAKDOWNS, indicator=self.defined.series)}
        for breakdown in found:
            if set(where) == set(breakdown.split(" * ") if breakdown else ()):
                return str(breakdown)
        shown = ", ".join(sorted(found - {""})) or "no group"
        raise ConfigurationError(f"{self.indicator['indicator']} is not shown by {' * '.join(where)}; it is by {shown}")

    def explanation(self) -> Explanation:
        found = self.rows(sql.VALUE, **self.asked)
        coverage = self.rows(sql.COVERAGE, **{k: self.asked[k] for k in ("indicator", "period", "place")})
        nothing: dict[str, Any] = dict.fromkeys(("value", "numerator", "denominator", "lower", "upper"))
        value: dict[str, Any] = (
            found[0] if found else nothing | {"status": "O"} | (coverage[0] if coverage else sql.NOBODY)
        )
        build = self.rows(sql.BUILD)[0]
        terms, trend = tuple(self._terms()), self.rows(sql.TREND, **self.asked)
        made = Explanation(
            **{k: self.indicator[k] for k in ("indicator", "name", "definition", "unit", "kind", "times", "decimals")},
            defined=replace(self.defined, otherwise=otherwise(self.rows, self.indicator["indicator"], self.asked)),
            interval=self.indicator["interval"] or "",
            period=self.period.key, place=self.place, members=self.members,
            as_of=build["as_of"], agenda_as_of=build["agenda_as_of"],
            **{k: value[k] for k in ("value", "numerator", "denominator", "lower", "upper", "status")},
            expected_reporters=value["expected_reporters"], actual_reporters=value["actual_reporters"],
            gap=gap(self.rows, self.asked),
            terms=terms,
            uncounted=tuple(self._uncounted()),
            owed=tuple(Owed(**row) for row in self.rows(sql.OWED, **self.span, period=self.period.key)),
            cohorts=tuple(self._cohorts()),
            remarks=tuple(self._remarks(terms)),
            superseded=tuple(self._origin(row) for row in self.rows(sql.SUPERSEDED, **_without(self.span, "place"))),
            aims=aims(self.rows, self.asked),
            changes=tuple(Difference(*(row[c] for c in compared(e))) for row in trend for e in COMPARED),
            merged=tuple(place for row in trend for place in (row["merged_places"] or "").split("|") if place),
            names=self.names,
        )  # fmt: skip
        if found:
            _prove(made)
        return made

    def _terms(self) -> Iterable[Term]:
        found: dict[int, list[Number]] = defaultdict(list)
        reported: set[int] = set()
        for row in self.rows(sql.LINEAGE, **self.asked):
            reported |= {row["term"]} if row["value"] is not None else set()
            if row["is_counted"]:
                found[row["term"]].append(self._number(row))
        reach: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows(sql.REACH, **self.asked):
            reach[row["term"]].append(row)
        inputs: dict[str, list[Number]] = defaultdict(list)
        for row in self.rows(sql.INPUTS, **self.span):
            inputs[row["made"]].append(self._number(row))
        for row in self.rows(sql.TERMS, **_without(self.asked, "period", "place", "members")):
            numbers = tuple(found[row["term"]])
            shares, totals, people = *added(numbers, row["over_time"], row["over_partners"], row["is_sum"]), None
            if row["is_keyed"]:
                shares, totals, people = once(reach[row["term"]], numbers)
            if not numbers and row["term"] in reported:  # by groups, and none of those that count
                totals = (Decimal(), Decimal())
            sums = sorted(row["weight"] * total for total in totals) if totals else None
            value = row["weight"] * totals[0] if totals else None
            yield Term(
                **{k: row[k] for k in ("part", "measure", "name", "unit", "weight", "over_time", "over_partners")},
                is_sum=row["is_sum"],
                where=row["filters"] or "", precedence=tuple(row["precedence"] or ()),
                is_reference=row["is_reference"], value=value, low=sums[0] if sums else None,
                high=sums[-1] if sums else None, people=people, shares=shares, numbers=numbers,
                model=row["model"] or "",
                inputs=tuple(one for one in inputs[row["measure"]] if any(_is_behind(one, n) for n in numbers)),
            )  # fmt: skip

    def _number(self, row: Mapping[str, Any], why: str = "") -> Number:
        if row["reading"] is None and row["measure"] in self.models:
            origin, period = Origin(self.models[row["measure"]]), row["reported_period"]
        elif row["reading"] is None:
            series = next((s for s in self.folder.agenda.reference if s.id == row["measure"]), None)
            origin = Origin(series.file if series else "reference series")
            period = str(row["reported_start"].year)
        else:
            origin, period = self._origin(row), row["reported_period"]
        return Number(
            partner=row["partner"], measure=row["measure"], period=period, start=row["reported_start"],
            end=row["reported_end"], place=row["reported_place"], members=row["reported_members"], value=row["value"],
            status=ORDER[row["status_rank"] - 1], origin=origin, counts_for=row.get("members", ""), why=why,
        )  # fmt: skip

    def _origin(self, row: Mapping[str, Any]) -> Origin:
        """The file of a reading. Its sheet is named where the layout names one; else it is the workbook's only one."""
        return Origin(
            file=row["key"] or "", sheet=row["sheet"] or self._sheet(row["partner"], row["layout"]),
            row=row.get("row_number"), received_at=row["received_at"], submission=row["submission"],
            reading=row["reading"], layout=row["layout"],
        )  # fmt: skip

    def _sheet(self, partner: str, layout: str) -> str:
        if (partner, layout) not in self.sheets:
            agreed = next((p for p in self.folder.partners.partners if p.id == partner), None)
            layouts = layouts_of(self.folder, agreed) if agreed else {}
            self.sheets[partner, layout] = (layouts[layout].sheet or "") if layout in layouts else ""
        return self.sheets[partner, layout]

    def _uncounted(self) -> Iterable[Number]:
        """What was reported for the period and the place, of the asked group, and stands back behind something else."""
        shown = dict(part.split("=", 1) for part in self.members.split("|") if part)
        for row in self.rows(
            sql.UNCOUNTED, **_without(self.asked, "members"), start=self.period.start, end=self.period.end
        ):
            has = dict(part.split("=", 1) for part in row["reported_members"].split("|") if part)
            if all(self._is_within(name, has.get(name, member), member) for name, member in shown.items()):
                instead = ", ".join(self.names["partners"].get(name, name) for name in row["better"] or ())
                yield self._number(row, row["why"].replace("{partner}", instead))

    def _is_within(self, dimension: str, member: str, group: str) -> bool:
        """Whether a member is the group that was asked for, or a part of it where it is a merged one."""
        return member == group or self.names["merged"].get(f"{dimension}={member}") == f"{dimension}={group}"

    def _cohorts(self) -> Iterable[Cohort]:
        """Of the whole of the place, against the period before and that of a year before."""
        if not self.members:
            for row in self.rows(sql.COHORTS, **_without(self.asked, "breakdown", "members")):
                yield Cohort(**row | {"others": tuple(row["others"])})

    def _remarks(self, terms: Sequence[Term]) -> Iterable[Remark]:
        counted = [(n.origin.reading, n.origin.row) for term in terms for n in term.numbers if n.origin.reading]
        readings, numbers = [r for r, _ in counted], [n for _, n in counted]
        for row in self.rows(sql.REMARKS, **self.span, readings=readings, numbers=numbers):
            yield Remark(**row)


def _without(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in names}


def _is_behind(one: Number, made: Number) -> bool:
    """Whether a model made a number of this one: it was reported by the same partner, of some of the same days."""
    return one.partner == made.partner and made.start <= one.start and one.end <= made.end


def _prove(made: Explanation) -> None:
    """The listed numbers make numerator and denominator exactly, where these are given."""
    if made.status == THIN:
        return
    for part, expected in (("numerator", made.numerator), ("denominator", made.denominator)):
        values = [term.value for term in made.terms if term.part == part and not term.is_left_out]
        known = [value for value in values if value is not None]
        total = sum(known, Decimal()) if values and len(known) == len(values) else None
        if total != expected:
            raise Unavailable(
                f"the numbers behind {made.indicator} in {made.period} come to {total}, and its {part} is {expected}: "
                "this is a defect of Cairn; please report it"
            )
