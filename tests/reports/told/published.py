"""An edition's published data, as strangers would read it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from agenda.folder import Folder
from agenda.indicators import Indicator
from agenda.periods import Period
from reports.escape import plain
from reports.quarter.absence import absence
from reports.words import Words
from tests.reports.told.page import numbers_in

Row = Mapping[str, str]


@dataclass(frozen=True)
class Published:
    """An edition's ``data/``, and how its pages write it."""

    data: Path
    folder: Folder
    period: Period
    language: str = ""  # of its pages; by default the initiative's own
    before: Path | None = None  # the data of the edition that its revisions are held against

    @cached_property
    def words(self) -> Words:
        initiative = self.folder.initiative
        return Words(self.language or initiative.language, initiative.calendar)

    def rows(self, table: str) -> list[dict[str, str]]:
        with (self.data / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    @cached_property
    def tables(self) -> Mapping[str, list[dict[str, str]]]:
        names = ("indicator_values", "indicator_changes", "indicator_targets", "projections", "cohorts", "reporting")
        return {name: self.rows(name) for name in names}

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        return {indicator.id: indicator for indicator in self.folder.agenda.indicators}

    @cached_property
    def root(self) -> str:
        return next(place.id for place in self.folder.agenda.places if place.parent is None)

    @cached_property
    def as_of(self) -> datetime:
        return datetime.fromisoformat(json.loads((self.data / "datapackage.json").read_text("utf-8"))["created"])

    def of(self, table: str, indicator: str) -> list[dict[str, str]]:
        return [row for row in self.tables[table] if row["indicator"] == indicator]

    def members(self, row: Row) -> tuple[str, ...]:
        return tuple(row[dimension.id] for dimension in self.folder.agenda.dimensions)

    def is_whole(self, row: Row) -> bool:
        return row["place"] == self.root and set(self.members(row)) <= {"_T"}

    @cached_property
    def places(self) -> Mapping[str, str]:
        return {place.id: plain(place.name) for place in self.folder.agenda.places}

    def value(self, indicator: Indicator, text: str) -> str:
        return self.words.value(indicator, float(text)) if text else ""

    def amount(self, indicator: Indicator, text: str | float) -> str:
        return self.words.amount(indicator, float(text)) if text != "" else ""

    def shown_type(self, indicator: Indicator) -> str:
        return "quarter" if "quarter" in indicator.periods else "month" if "month" in indicator.periods else "year"

    @cached_property
    def values(self) -> Mapping[str, list[dict[str, str]]]:
        """By indicator: its values of the type of period that it is shown for."""
        found: dict[str, list[dict[str, str]]] = {id_: [] for id_ in self.indicators}
        for row in self.tables["indicator_values"]:
            if row["period_type"] == self.shown_type(self.indicators[row["indicator"]]):
                found[row["indicator"]].append(row)
        return found

    @cached_property
    def shown(self) -> Mapping[str, str]:
        """By indicator: the period that it is shown for."""
        return {
            id_: max((r["period"] for r in rows if self.is_whole(r)), default="") for id_, rows in self.values.items()
        }

    def absence_of(self, row: Row) -> str:
        """Why there is no number; empty where there is one."""
        return "" if row["value"] else absence(row["status"], row["conf_status"], row["denominator"])

    def share(self, part: int, whole: int) -> str:
        words = self.words
        return words._("{actual} of {expected} ({share})", actual=words.number(part), expected=words.number(whole),
                       share=words.percent(Decimal(100 * part // whole) / 100))  # fmt: skip

    def owed(self, period: str) -> tuple[list[Row], ...]:
        """What was owed for a quarter; of it what came, what came whole, and what was on time."""
        owed = [row for row in self.tables["reporting"] if row["period"] == period and row["is_expected"] == "true"]
        came = [row for row in owed if row["months_reported"] != "0"]
        whole = [row for row in came if row["months_reported"] >= row["months_expected"]]
        return owed, came, whole, [row for row in owed if row["is_on_time"] == "true"]

    def tokens(self, texts: Iterable[str]) -> frozenset[str]:
        return frozenset(number for text in texts for number in numbers_in(text))
