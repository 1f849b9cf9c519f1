"""What a cell of a table may say: exactly what the data say of its row, under a head that is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from agenda.indicators import Indicator
from reports.escape import plain
from tests.reports.told.edition import Edition
from tests.reports.told.page import spaced
from tests.reports.told.published import Row


@dataclass(frozen=True)
class Cells:
    edition: Edition

    def allowed(self, first: str, heads: list[str], indicator: str) -> Mapping[str, set[str]]:
        """By head: what a cell may say in the row that is called ``first``."""
        words = self.edition.words
        if indicator and words._("Value") in heads:
            return self._of_values(first, self.edition.indicators[indicator])
        if not indicator and words._("On time") in heads:
            return self._of_quarter(first) if words._("Period") in heads else self._of_reporting(first)
        return {}

    def _of_values(self, first: str, indicator: Indicator) -> Mapping[str, set[str]]:
        edition, words = self.edition, self.edition.words
        said: dict[str, set[str]] = {}
        for row in edition.named[indicator.id].get(first, ()):
            number = {name: Decimal(row[name]) if row[name] else None for name in ("numerator", "denominator")}
            interval = words._("{low} to {high}", low=edition.value(indicator, row["lower"]),
                               high=edition.value(indicator, row["upper"])) if row["lower"] else ""  # fmt: skip
            cells = {
                words._("Value"): self._shown(indicator, row),
                words._("Counted"): self._part(row, number["numerator"]),
                words._("Out of"): self._part(row, number["denominator"]),
                words._("95 % interval"): interval,
                words._("Bounds"): interval,
                words._("Partners"): words._("{actual} of {expected}", actual=row["actual_reporters"],
                                             expected=row["expected_reporters"]),
            }  # fmt: skip
            for head, cell in cells.items():
                said.setdefault(head, set()).add(spaced(cell))
        return said or {words._("Value"): {spaced(words.absent("missing"))}}

    def _shown(self, indicator: Indicator, row: Row) -> str:
        edition, words = self.edition, self.edition.words
        denominator = Decimal(row["denominator"]) if row["denominator"] else None
        if row["value"]:
            return self.edition.value(indicator, row["value"])
        why = edition.absence_of(row)
        if why == "few" and row["numerator"] and denominator is not None:
            return words.counted(Decimal(row["numerator"]), denominator)
        return words.absent(why)

    def _part(self, row: Row, part: Decimal | None) -> str:
        if part is None:
            return self.edition.words._("withheld") if row["conf_status"] != "F" else ""
        return self.edition.words.exact(part)

    def _of_quarter(self, first: str) -> Mapping[str, set[str]]:
        """How complete and how timely a quarter's reports were, in its row."""
        edition, words = self.edition, self.edition.words
        periods = {row["period"] for row in edition.tables["reporting"]}
        (period,) = (p for p in periods if spaced(words.period_short(words.calendar.parse(p))) == first)
        owed, came, whole, on_time = edition.owed(period)
        partners = [len({row["partner"] for row in rows}) for rows in (came, owed)]
        shares = ((partners[0], partners[1]), *((len(rows), len(owed)) for rows in (came, whole, on_time)))
        heads = (words._("Partners that reported"), words._("Came"), words._("Came whole"), words._("On time"))
        return {head: {spaced(edition.share(*share))} for head, share in zip(heads, shares, strict=True)}

    def _of_reporting(self, first: str) -> Mapping[str, set[str]]:
        """Who reported, in the row of a partner or of a measure."""
        edition, words = self.edition, self.edition.words
        agenda, partners = edition.folder.agenda, edition.folder.partners.partners
        called = {spaced(plain(p.name)): ("partner", p.id) for p in partners}
        called |= {spaced(f"{plain(m.name)} ({plain(m.unit)})"): ("measure", m.id) for m in agenda.measures}
        key, id_ = called[first]
        rows = [
            r for r in edition.tables["reporting"] if r["period"] == edition.period.key and r["is_expected"] == "true"
        ]
        owed = [row for row in rows if row[key] == id_]
        came = [row for row in owed if row["months_reported"] != "0"]
        on_time = sum(row["is_on_time"] == "true" for row in owed)
        number, of = words.number, Counter(owed=len(owed), came=len(came))
        if key == "partner":
            both = [
                words._("{actual} of {expected}", actual=number(n), expected=number(of["owed"]))
                for n in (of["came"], on_time)
            ]
            return {words._("Measures"): {spaced(both[0])}, words._("On time"): {spaced(both[1])}}
        in_part = sum(row["months_reported"] < row["months_expected"] for row in came)
        return {
            words._("Owed"): {number(of["owed"])}, words._("Reported"): {number(of["came"])},
            words._("On time"): {number(on_time)}, words._("of these in part"): {number(in_part)},
        }  # fmt: skip
