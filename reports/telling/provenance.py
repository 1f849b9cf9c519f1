"""Where an indicator's number comes from: what it was made of, who reported what of it, what was checked.

Only what is shown anyway is said here, so nothing is revealed: no partner's number, no file, no submission.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from agenda.indicators import Indicator
from agenda.model import Measure, Partner
from reports.escape import plain
from reports.pictures.charts import DOTS_AT_MOST
from reports.quarter.tables import Quarter
from reports.words import Words


@dataclass(frozen=True)
class Provenance:
    quarter: Quarter
    words: Words

    def of(self, indicator: Indicator) -> Iterator[tuple[str, str]]:
        """(what, text) in the order in which a number is made."""
        words = self.words
        if made := self._made_of(indicator):
            yield words._("This number"), made
        reported, missing = self.quarter.contributors_of(indicator.id)
        if reported:
            yield words._("Reported by"), self._names(reported)
        if missing:
            yield words._("Not reported by"), self._names(missing)
        if measures := list(self._measures(indicator)):
            yield words._("Who reported what"), words.running(measures)
        for series in self.quarter.folder.agenda.reference:
            if series.id in {term.measure for term in indicator.formula.terms}:
                yield words._("Reference numbers"), words._(
                    "{series}: {publisher}, {published}. Each year's number is used for all of its quarters, and until "
                    "the next one is there.",
                    series=plain(series.name), publisher=plain(series.publisher), published=plain(series.published),
                )  # fmt: skip
        if reported:
            yield words._("Checked"), self._checked(reported)
        command = f"cairn explain {indicator.id} {self.quarter.shown_period(indicator.id)}"
        yield words._("For staff"), words._("Down to file, sheet and row: {command}", command=command)

    def _made_of(self, indicator: Indicator) -> str:
        """``1,204 out of 3,010``, of a number that was divided; empty of others, and where that is not shown."""
        value, formula = self.quarter.value(indicator.id), indicator.formula
        if value is None or value.value is None or formula.per is None or formula.standard is not None:
            return ""
        if value.numerator is None or value.denominator is None:
            return ""
        return self.words._("{numerator} out of {denominator}", numerator=self.words.exact(value.numerator),
                            denominator=self.words.exact(value.denominator))  # fmt: skip

    def _measures(self, indicator: Indicator) -> Iterator[str]:
        """For each of several measures who reported it; of one alone, that is said already."""
        used = {term.measure for term in indicator.formula.terms}
        measures = [measure for measure in self.quarter.folder.agenda.measures if measure.id in used]
        if len(measures) > 1 and self.quarter.shown_period(indicator.id) == self.quarter.period:
            yield from (self._measure(measure) for measure in measures)

    def _measure(self, measure: Measure) -> str:
        words, of, id_ = self.words, self.quarter.reporters, measure.id
        came = [r.partner for r in of if id_ in r.unasked or (id_ in r.owed and id_ not in r.missing)]
        missing = [r.partner for r in of if id_ in r.missing]
        parts = {"measure": plain(measure.name), "partners": self._names(came), "missing": self._names(missing)}
        if not came:
            return words._("{measure}: nobody.", **parts)
        if missing:
            return words._("{measure}: {partners}; not {missing}.", **parts)
        return words._("{measure}: {partners}.", **parts)

    def _checked(self, reported: list[Partner]) -> str:
        """Whether faults were found in what these partners sent for the quarter."""
        errors = self.quarter.findings.filter(pl.col("severity") == "error")
        faulty = set(errors["partner"]) & {partner.id for partner in reported}
        if not faulty:
            return self.words._("Every file, against what was agreed; no fault was found in those of these partners.")
        return self.words.n(
            "Every file, against what was agreed. Faults were found in files of {number} of these partners, and turned "
            "away with a receipt that says how to mend them.",
            "Every file, against what was agreed. Faults were found in files of {number} of these partners, and turned "
            "away with a receipt that says how to mend them.", len(faulty),
        )  # fmt: skip

    def _names(self, partners: list[Partner]) -> str:
        if len(partners) > DOTS_AT_MOST:
            return self.words.n("{number} partner; the data page has the list.",
                                "{number} partners; the data page has the list.", len(partners))  # fmt: skip
        return self.words.listed([plain(partner.name) for partner in partners])
