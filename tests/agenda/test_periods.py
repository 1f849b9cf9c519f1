"""Periods: the spellings people use, fiscal calendars, and the arithmetic between them."""

from __future__ import annotations

import contextlib
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenda.periods import Calendar, PeriodError

JANUARY = Calendar()
JULY = Calendar(7)  # a fiscal year named after the year it ends in: FY2026 is July 2025 to June 2026
APRIL = Calendar(4, "start")  # named after the year it starts in: 2026 is April 2026 to March 2027

SPELLINGS = {
    "2026Q3": [
        "2026Q3", "2026-Q3", "2026 Q3", "2026/q3", "Q3 2026", "Q3-2026", "Q3, 2026", "q3/26", "3Q26", "3Q 2026",
        "26Q3", "FY2026 Q3", "FY26Q3", "Q3 FY26", "third quarter 2026", "3rd quarter of 2026", "Quarter 3, 2026",
        "3T 2026", "T3 2026", "3er trimestre de 2026", "3.er trimestre de 2026", "Tercer trimestre de 2026", "3 trimestre 2026", "2026년 3분기", "2026年第3季度",
        "2026年第三季度", "2026年3季", "Jul-Sep 2026", "July to September 2026", "Jul–Sep 2026",
        "julio a septiembre 2026", "2026 Jul-Sep", "2026-08 Jul-Sep", "2026 julio a septiembre", "  2026q3 ", "２０２６Ｑ３",
    ],
    "2026-07": [
        "2026-07", "2026-7", "2026/07", "2026.07", "2026 07", "202607", "07/2026", "7-2026", "7 2026", "2026M07",
        "July 2026", "JULY 2026", "Jul-26", "Jul 26", "jul. 2026", "July, 2026", "July '26", "July ’26", "2026 July",
        "julio de 2026", "2026年7月", "2026년 7월", "2026-07-01", "2026/7/31", "2026-07-01T00:00:00",
        "2026-07-01 00:00", "2026-07-01 12:00", "2026-07-01T12:00:00", "2026-07-31 9:05:07.123", "2026-07-01T23:59:59Z",
        "2026-07-01T12:00:00+09:00", "7/2026",
    ],
    "2026": ["2026", "FY2026", "FY 26", "fy26", "year 2026", "2026.0", "2026年", "2026년", "Jan-Dec 2026"],
}  # fmt: skip


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in SPELLINGS.items() for text in texts])
def test_spellings(key: str, text: str) -> None:
    assert JANUARY.parse(text).key == key


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "Q5 2026", "2026Q0", "2026-13", "2026-00", "13/2026", "2026-02-30", "7/1/2026", "26-Jul", "2026.1", "2026.2",
        "Jul-Aug 2026", "2026 Jul-Aug", "2026 Dec-Feb", "2026-01 Dec-Feb", "2026-00 Jul-Sep", "2026-06 Jul-Sep", "Jul-Sep", "Q3", "July", "26", "0000", "1026", "9999Q4", "2026!Q3", "2026Q3Q4", "FY2025/26",
        "2026 Q3 draft", "二〇二六年", "2026..2027", "2026-07-01 25:00", "2026-07-01 12:60", "2026-07-01 noon", "2026-02-30 12:00",
    ],
)  # fmt: skip
def test_what_names_no_period_is_refused_with_advice(text: str) -> None:
    with pytest.raises(PeriodError, match="write it like 2026-07, 2026Q3 or 2026") as error:
        JANUARY.parse(text)
    assert repr(text) in str(error.value)


def test_dates_and_numbers() -> None:
    assert JANUARY.parse(date(2026, 7, 31)).key == "2026-07"
    assert JANUARY.parse(datetime(2026, 7, 31, 23, 59)).key == "2026-07"
    assert JANUARY.parse(2026).key == "2026"


@pytest.mark.parametrize(
    ("calendar", "text", "key", "start", "end"),
    [
        (JANUARY, "2026Q4", "2026Q4", date(2026, 10, 1), date(2027, 1, 1)),
        (JULY, "FY2026", "2026", date(2025, 7, 1), date(2026, 7, 1)),
        (JULY, "FY26 Q1", "2026Q1", date(2025, 7, 1), date(2025, 10, 1)),
        (JULY, "2026Q3", "2026Q3", date(2026, 1, 1), date(2026, 4, 1)),
        (JULY, "Jan-Mar 2026", "2026Q3", date(2026, 1, 1), date(2026, 4, 1)),
        (JULY, "Jul-Jun 2026", "2026", date(2025, 7, 1), date(2026, 7, 1)),
        (JULY, "FY2025/26", "2026", date(2025, 7, 1), date(2026, 7, 1)),
        (JULY, "FY2025-2026", "2026", date(2025, 7, 1), date(2026, 7, 1)),
        (JULY, "2025-07", "2025-07", date(2025, 7, 1), date(2025, 8, 1)),
        (APRIL, "2026", "2026", date(2026, 4, 1), date(2027, 4, 1)),
        (APRIL, "FY26/27", "2026", date(2026, 4, 1), date(2027, 4, 1)),
        (APRIL, "2026Q4", "2026Q4", date(2027, 1, 1), date(2027, 4, 1)),
        (Calendar(12, "end"), "Dec-Feb 2026", "2026Q1", date(2025, 12, 1), date(2026, 3, 1)),
    ],
)
def test_fiscal_calendars(calendar: Calendar, text: str, key: str, start: date, end: date) -> None:
    period = calendar.parse(text)
    assert (period.key, period.start, period.end) == (key, start, end)


def test_a_year_pair_must_be_the_next_year() -> None:
    with pytest.raises(PeriodError):
        JULY.parse("FY2025/27")


def test_a_quarter_of_another_calendar_is_refused() -> None:
    with pytest.raises(PeriodError):
        Calendar(2).parse("Jul-Sep 2026")


def test_containing() -> None:
    assert JULY.containing(date(2026, 6, 30), "quarter").key == "2026Q4"
    assert JULY.containing(date(2026, 7, 1), "quarter").key == "2027Q1"
    assert APRIL.containing(date(2027, 3, 31), "year").key == "2026"


def test_within() -> None:
    quarter = JULY.parse("2026Q1")
    assert [p.key for p in JULY.within(quarter, "month")] == ["2025-07", "2025-08", "2025-09"]
    assert [p.key for p in JULY.within(JULY.parse("2026"), "quarter")] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    assert JULY.within(quarter, "quarter") == [quarter]


def test_ranges() -> None:
    assert [p.key for p in JANUARY.parse_range("2016Q4..2017Q2")] == ["2016Q4", "2017Q1", "2017Q2"]
    assert [p.key for p in JANUARY.parse_range("2017Q1")] == ["2017Q1"]
    with pytest.raises(PeriodError, match="runs backwards"):
        JANUARY.parse_range("2017Q2..2016Q4")
    with pytest.raises(PeriodError, match="two of one kind"):
        JANUARY.parse_range("2017Q2..2018")


calendars = st.builds(Calendar, st.integers(1, 12), st.sampled_from(["start", "end"]))
days = st.dates(date(1905, 1, 1), date(2190, 12, 31))
types = st.sampled_from(["month", "quarter", "year"])


@given(calendars, days, types)
def test_every_period_is_read_back_from_its_key(calendar: Calendar, day: date, type_) -> None:  # type: ignore[no-untyped-def]
    period = calendar.containing(day, type_)
    assert calendar.parse(period.key) == period
    assert period.start <= day < period.end
    assert period.type == type_


@given(calendars, days, types, st.integers(-12, 12))
def test_steps_leave_no_gap_and_come_back(calendar: Calendar, day: date, type_, by: int) -> None:  # type: ignore[no-untyped-def]
    period = calendar.containing(day, type_)
    assert calendar.shift(period, 1).start == period.end
    assert calendar.shift(calendar.shift(period, by), -by) == period


@given(calendars, days)
def test_months_and_quarters_tile_the_year(calendar: Calendar, day: date) -> None:
    year = calendar.containing(day, "year")
    for type_ in ("month", "quarter"):
        parts = calendar.within(year, type_)
        assert [p.start for p in parts] == [year.start, *(p.end for p in parts[:-1])]
        assert parts[-1].end == year.end
        assert all(year.contains(p) for p in parts)


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(PeriodError):
        JANUARY.parse(text)
