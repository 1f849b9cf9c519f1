"""Initiatives whose numbers can be held against each other, and what their receipts say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.sources import conftest
from tests.sources.conftest import Coalition

MEASURES = """
dimensions:
  - id: age
    name: Age
    members: [{id: infant, name: Infants}, {id: toddler, name: Toddlers}]
  - id: hours
    name: Hours
    overlap: true
    members: [{id: early, name: Early}, {id: late, name: Late}]
measures:
  - {id: children, name: Children, unit: children, kind: stock, subject: people, dimensions: [age]}
  - {id: with_subsidy, name: With subsidy, unit: children, kind: stock, subject: people, dimensions: [age], part_of: children}
  - {id: spots, name: Spots, unit: spots, kind: stock, subject: facilities, dimensions: [hours]}
  - {id: visits, name: Visits, unit: visits, kind: flow, subject: events, jump: 1.5}
  - {id: calls, name: Calls, unit: calls, kind: flow, subject: events, jump: 0}
"""
_PLACES, _, _REST = conftest.AGENDA.partition("dimensions:")
AGENDA = _PLACES + MEASURES.lstrip() + _REST[_REST.index("indicators:") :]
LONG = """
layouts:
  long:
    files: "*.csv"
    period: quarter
    place: town
    note: note
    values:
      - {measure: {column: what}, column: number, members: {age: {column: group}, hours: {column: hours}}}
partners:
  - {id: alpha, name: Alpha, layouts: [long]}
  - {id: beta, name: Beta, layouts: [long]}
"""
WIDE = """
layouts:
  wide:
    files: "*.csv"
    period: quarter
    place: town
    values:
      - {measure: children, column: children}
      - {measure: with_subsidy, column: subsidy}
      - {measure: visits, column: visits}
partners:
  - {id: alpha, name: Alpha, layouts: [wide], owes: [{measures: [children, visits, calls], every: quarter}]}
"""
HEADER = "quarter,town,what,group,hours,number,note\n"
FIRST, SECOND, THIRD = (datetime(2026, month, 20, tzinfo=UTC) for month in (4, 7, 10))

Make = Callable[..., Coalition]


def made_of(coalition: Make, partners: str = LONG, agenda: str = AGENDA) -> Coalition:
    made = coalition(partners)
    made.write("agenda.yml", agenda)
    return made


def found(made: Coalition, key: str, code: str | None = None) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = made.receipt(key)["findings"]
    return [f for f in findings if code in (None, f["code"])]


def rows(made: Coalition) -> list[tuple[Any, ...]]:
    return made.rows("observations", "measure, period, place, members, value::int")
