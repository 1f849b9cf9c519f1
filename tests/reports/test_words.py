"""How numbers, periods and codes are said, and that another language is one catalogue."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from agenda.errors import ConfigurationError
from agenda.indicators import Indicator
from agenda.periods import Calendar
from reports.words import Words, sentence_case

CALENDAR = Calendar()


def indicator(kind: str = "count", decimals: int = 0, unit: str = "spots") -> Indicator:
    formula = {"kind": kind, "of": "a"} | ({} if kind == "count" else {"per": "b"})
    return Indicator.model_validate(
        {"id": "i", "name": "I", "definition": "D", "unit": unit, "formula": formula, "level": "output",
         "better": "more", "decimals": decimals}
    )  # fmt: skip


@pytest.fixture
def words() -> Words:
    return Words("en", CALENDAR)


def test_numbers(words: Words) -> None:
    assert words.number(1204) == "1,204"
    assert words.number(-3.25, 1) == "−3.3"
    assert words.number(-0.04, 1) == "0.0"
    assert words.percent(0.194, 1) == "19.4\u00a0%"
    assert words.percent(0.285, 0) == "29\u00a0%"  # 28.5 exactly, though no float is
    assert words.exact(Decimal("12.500000")) == "12.5"
    assert words.exact(Decimal("1200.000000")) == "1,200"


def test_values_and_changes(words: Words) -> None:
    spots, share = indicator(), indicator("percent", 1, "percent")
    assert words.quantity(spots, 1204.0) == "1,204 spots"
    assert words.quantity(share, 0.3624) == "36.2\u00a0%"
    assert words.amount(spots, -86.0) == "86"
    assert words.amount(share, 0.011) == "1.1 points"
    assert words.amount(share, -0.01) == "1.0 point"
    assert words.aim(share, Decimal("0.8")) == "80\u00a0%"
    assert words.aim(share, Decimal("0.435")) == "43.5\u00a0%"
    assert [words.direction(share, change) for change in (0.01, 0.0004, -0.01)] == [1, 0, -1]


def test_periods(words: Words) -> None:
    third = CALENDAR.parse("2026Q3")
    assert words.period(third) == "third quarter 2026"
    assert sentence_case(words.period(third)) == "Third quarter 2026"
    assert words.period_short(third) == "Q3 2026"
    assert words.months_of(third) == "July to September 2026"
    assert words.due(third) == "September 2026"
    assert words.period(CALENDAR.parse("2026-07")) == "July 2026"
    assert words.period(CALENDAR.parse("2026")) == "2026"


def test_a_fiscal_year_is_called_one() -> None:
    calendar = Calendar(7, "end")
    words = Words("en", calendar)
    first = calendar.parse("2027Q1")
    assert words.period(first) == "first quarter of fiscal year 2027"
    assert words.period_short(first) == "Q1 FY 2027"
    assert words.months_of(first) == "July to September 2026"
    assert words.months_of(calendar.parse("2027Q2")) == "October to December 2026"
    assert words.period(calendar.parse("2027")) == "fiscal year 2027"


def test_editions_and_lists(words: Words) -> None:
    assert [words.edition(n) for n in (1, 2, 7)] == ["first edition", "second edition", "edition 7"]
    assert [words.listed(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_locales_have_their_own_numbers_and_dates() -> None:
    day = date(2026, 10, 21)
    assert Words("de", CALENDAR).number(1204.5, 1) == "1.204,5"
    assert Words("en-GB", CALENDAR).day(day) == "21 October 2026"
    assert Words("en", CALENDAR).day(day) == "October 21, 2026"
    assert Words("ko", CALENDAR).month(day) == "2026년 10월"


def test_a_language_is_one_catalogue(tmp_path: Path) -> None:
    (tmp_path / "de.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "third quarter"\nmsgstr "drittes Quartal"\n\n'
        'msgid "{number} point"\nmsgid_plural "{number} points"\n'
        'msgstr[0] "{number} Punkt"\nmsgstr[1] "{number} Punkte"\n\n'
        'msgid "At risk"\nmsgstr ""\n',
        encoding="utf-8",
    )
    words = Words("de", CALENDAR, tmp_path)
    assert words.period(CALENDAR.parse("2026Q3")) == "drittes Quartal 2026"
    assert words.amount(indicator("percent"), 0.02) == "2 Punkte"
    assert words.standing("at_risk") == "At risk"  # not translated yet
    assert Words("de-AT", CALENDAR, tmp_path).period(CALENDAR.parse("2026Q3")) == "drittes Quartal 2026"


def test_an_unknown_language_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="language"):
        Words("klingon", CALENDAR)
