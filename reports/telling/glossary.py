"""How the numbers are made, word by word: each is explained once, on the data page, and other pages lead there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from agenda.indicators import Indicator
from reports.quarter.tables import Quarter
from reports.telling.quality import Quality
from reports.words import Words


class Term(NamedTuple):
    """A word and its explanation, in which ``**`` marks the word; ``aside`` is the initiative's own addition.

    ``label`` is how pages name it that lead here; empty where none does.
    """

    ident: str
    text: str
    label: str = ""
    aside: str = ""


@dataclass(frozen=True)
class Glossary:
    quarter: Quarter
    words: Words
    quality: Quality

    def terms(self) -> Iterator[Term]:
        """In the order of the data page."""
        words, quality = self.words, self.quality
        yield Term("exact", words._(
            "**Exact.** Counts are added up exactly; a share is one division at the end, of the sums that stand beside "
            "it in the tables."))  # fmt: skip
        yield Term("missing", words._(
            "**Missing is not zero.** Where nobody reported there is no number, and the page says so; it says so in "
            "other words where there can be no number, and where a partner suppressed its own: then no sum that it is "
            "part of is shown. What is not applicable is left out of sums."), words._("missing"))  # fmt: skip
        yield Term("provisional", words._(
            "**Provisional.** A number is provisional while a partner that owes a part of it, or a month of the "
            "quarter, is missing. It may still change."), words._("provisional"))  # fmt: skip
        if minimum := quality.minimum():
            yield Term("minimum", minimum)
        yield Term("latest", words._(
            "**The latest delivery counts.** A correction replaces what it corrects. Everything that ever came is "
            "kept, so each edition can be made again as it was."))  # fmt: skip
        yield Term("places", words._(
            "**Places.** What was reported for a place itself counts; else the sum of the places in it. Nothing is "
            "counted twice."))  # fmt: skip
        yield Term("baseline", words._(
            "**Baseline and target.** The baseline is where an indicator stood when the partners agreed where it "
            "should go; progress is counted from there. The target is what they agreed on, and by when."),
            words._("baseline and target"))  # fmt: skip
        yield Term("year", words._(
            "**Compared with the year before.** Summers and school years mislead; so a change is against the same "
            "quarter a year earlier, where there is one."))  # fmt: skip
        yield Term("chance", words._(
            "**More than chance.** Where both values have an interval, so has their difference, at 95 %. If it leaves "
            "out zero, the change is more than chance would explain; if not, chance alone could. A full count needs no "
            "such words: of it every change is one."), words._("chance"))  # fmt: skip
        yield Term("interval", words._(
            "**Intervals.** Where a number comes with an interval, chance alone could have moved it that far, at 95 %: "
            "of a share it is Wilson’s, of a rate or a count Byar’s or exact Poisson, of a mean Student’s t. Where "
            "people may stand on several partners’ lists, the bounds are the longest list and the sum of all."),
            words._("interval"))  # fmt: skip
        yield Term("few", quality.shown_from(), words._("too few to tell"))
        yield Term("pace", words._(
            "**The current pace.** Where a value would come to by its next target is read off the straight line of "
            "least squares through its last four to eight values, with the 95 % interval of a new value. No such line "
            "rests on a value that is missing or provisional, goes across a break in the series, or further ahead than "
            "its values reach back. It says what would follow if nothing changed."), words._("pace"))  # fmt: skip
        yield Term("withheld", quality.protection(), words._("withheld"), quality.nothing_withheld())

    def of(self, indicator: Indicator) -> list[Term]:
        """The words that an indicator's section makes use of."""
        rows = self.quarter.values.filter((pl.col("indicator") == indicator.id) & pl.col("is_in_force"))
        standing, change = self.quarter.standing(indicator.id), self.quarter.change(indicator.id)
        uses = {
            "missing": bool((rows["status"] == "O").any()),
            "provisional": bool((rows["status"] == "P").any()),
            "baseline": standing.baseline_value is not None or bool(indicator.targets),
            "chance": change.told.is_beyond_chance is not None,
            "interval": bool((rows["lower"] < rows["upper"]).any()),
            "few": bool(((rows["status"] == "U") & rows["value"].is_null()).any()),
            "pace": self.quarter.projection(indicator.id) is not None,
            "withheld": bool((rows["conf_status"] != "F").any()),
        }
        return [term for term in self.terms() if uses.get(term.ident)]
