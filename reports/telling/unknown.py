"""What a quarter does not know, as sentences: who did not report, which numbers are absent, which have bounds only."""

from __future__ import annotations

from dataclasses import dataclass

from reports.escape import plain, stress
from reports.quarter.tables import Quarter
from reports.words import Words

_MOST_NAMED = 6
"""More names than this are counted instead, and named on the data page."""


@dataclass(frozen=True)
class Unknown:
    """All that is not known of one quarter, in one language."""

    quarter: Quarter
    words: Words

    def sentences(self) -> list[str]:
        """What the quarter does not know, each as a sentence."""
        return [*self._unreported(), *self._absent(), *self._bounded()]

    def _unreported(self) -> list[str]:
        words = self.words
        names = {measure.id: plain(measure.name) for measure in self.quarter.folder.agenda.measures}
        silent = [r for r in self.quarter.expected_reporters if not r.has_reported]
        several = [r for r in self.quarter.expected_reporters if r.has_reported and (r.missing or r.in_part)]
        said = []
        if len(silent) > _MOST_NAMED:
            said.append(words.n("{number} partner did not report; see the data page.",
                                "{number} partners did not report; see the data page.", len(silent)))  # fmt: skip
            silent = []
        for reporter in silent:
            owed = words.listed([names[m] for m in reporter.owed])
            said.append(words._("{partner} did not report. Owed: {measures}.",
                                partner=stress(plain(reporter.partner.name)), measures=owed))  # fmt: skip
        if len(several) > _MOST_NAMED:
            said.append(words.n("{number} partner reported a part of what it owed; the data page says which.",
                                "{number} partners reported a part of what they owed; the data page says which.",
                                len(several)))  # fmt: skip
            several = []
        for reporter in several:
            missing = words.listed([names[m] for m in (*reporter.missing, *reporter.in_part)])
            said.append(words._("{partner} reported a part. Missing or incomplete: {measures}.",
                                partner=stress(plain(reporter.partner.name)), measures=missing))  # fmt: skip
        return said

    def _absent(self) -> list[str]:
        """Indicators without a value, and places where one that has a value is not known."""
        words, said = self.words, []
        for id_, indicator in self.quarter.indicators.items():
            name, whole = stress(plain(indicator.name)), self.quarter.value(id_)
            if whole is None or whole.value is None:
                why = words.absent(whole.absence if whole else "missing")
                said.append(words._("{name}: {why}.", name=name, why=why))
                continue
            gone: dict[str, list[str]] = {}
            for place in (place for places in self.quarter.levels.values() for place in places):
                found = self.quarter.value(id_, place.id)
                if found is not None and found.value is None:
                    gone.setdefault(words.absent(found.absence), []).append(plain(place.name))
            for why, places in gone.items():
                if len(places) <= _MOST_NAMED:
                    said.append(words._("{name}: {why} for {places}.", name=name, why=why, places=words.listed(places)))
                else:
                    said.append(words.n("{name}: {why} for {number} place.", "{name}: {why} for {number} places.",
                                        len(places), name=name, why=why))  # fmt: skip
        return said

    def _bounded(self) -> list[str]:
        """Counts of people who may stand on several partners' lists."""
        return [
            self.words._("{name}: somewhere from {low} to {high}, as one person may be counted by several partners.",
                         name=stress(plain(indicator.name)), low=self.words.value(indicator, whole.lower or 0.0),
                         high=self.words.quantity(indicator, whole.upper or 0.0))
            for id_, indicator in self.quarter.indicators.items()
            if indicator.formula.kind == "count" and (whole := self.quarter.value(id_)) is not None and whole.width > 0
        ]  # fmt: skip
