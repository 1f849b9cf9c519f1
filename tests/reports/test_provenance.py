"""Where a number comes from, and the words that pages explain: true of the values, and silent on what is withheld."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from reports.quarter.tables import Quarter
from reports.telling.glossary import Glossary
from reports.telling.provenance import Provenance
from reports.telling.quality import Quality
from reports.words import Words


def origin(quarter: Quarter, indicator: str) -> dict[str, str]:
    return dict(Provenance(quarter, Words("en", quarter.calendar)).of(quarter.indicators[indicator]))


def terms(quarter: Quarter, indicator: str) -> set[str]:
    words = Words("en", quarter.calendar)
    glossary = Glossary(quarter, words, Quality(quarter, words))
    return {term.ident for term in glossary.of(quarter.indicators[indicator])}


def test_a_share_says_what_it_was_divided_of(quarter: Quarter) -> None:
    value = quarter.value("active_share")
    assert value is not None
    assert value.value is not None
    assert value.numerator is not None
    assert value.denominator is not None
    said = origin(quarter, "active_share")["This number"]
    above, below = (float(part.replace(",", "")) for part in said.split(" out of "))
    assert (above, below) == (float(value.numerator), float(value.denominator))
    assert abs(above / below - value.value) < 1e-9
    assert "This number" not in origin(quarter, "visit_count")  # a count is made of nothing else


def test_a_part_that_is_not_shown_is_not_told_here(quarter: Quarter) -> None:
    hidden = replace(quarter, values=quarter.values.with_columns(pl.lit(None, pl.Decimal(38, 6)).alias("numerator")))
    assert "This number" not in origin(hidden, "active_share")


def test_who_reported_which_of_several_measures(quarter: Quarter) -> None:
    """beta, which owes the visits too and the active ones alone, is late."""
    said = origin(quarter, "active_share")
    assert said["Who reported what"] == "M2: Partner name. M3: nobody."
    assert "Who reported what" not in origin(quarter, "visit_count")  # of one measure that is said already


def test_faults_in_the_files_of_those_who_reported_are_told(quarter: Quarter) -> None:
    assert "in files of 1 of these partners" in origin(quarter, "visit_count")["Checked"]
    spotless = replace(quarter, findings=quarter.findings.clear())
    assert "no fault was found" in origin(spotless, "visit_count")["Checked"]


def test_the_command_for_staff_asks_for_this_very_number(quarter: Quarter) -> None:
    assert origin(quarter, "visit_count")["For staff"].endswith("cairn explain visit_count 2026Q2")


def test_a_section_leads_to_the_words_it_uses(quarter: Quarter) -> None:
    used = terms(quarter, "active_share")
    assert {"baseline", "interval", "missing", "provisional"} <= used
    assert "withheld" not in used
    hidden = replace(quarter, values=quarter.values.with_columns(pl.lit("A").alias("conf_status")))
    assert "withheld" in terms(hidden, "active_share")
    assert "interval" not in terms(quarter, "visit_count")
