"""A small initiative that has one of everything, and a way to spoil it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

FILES = {
    "initiative.yml": """\
        id: river
        name: River towns
        year: {starts: 7, named: end}
        reports_from: 2025Q1
        reviewers:
          - {name: Ada}
        disclosure: {policy: none, reason: All numbers here are made up for tests.}
        """,
    "agenda.yml": """\
        places:
          - {id: river, name: River valley, level: region}
          - {id: east, name: East bank, level: town, parent: river, aliases: [E. bank]}
          - {id: west, name: West bank, level: town, parent: river}
        dimensions:
          - id: age_group
            name: Age
            members:
              - {id: infant, name: Infants}
              - {id: preschool, name: Preschool}
        measures:
          - {id: enrolled, name: Children enrolled, unit: children, kind: stock, subject: people, dimensions: [age_group]}
          - {id: licensed, name: Licensed spots, unit: spots, kind: stock, subject: facilities}
          - {id: awards, name: Awards, unit: awards, kind: flow, subject: people, precedence: [city]}
        reference:
          - id: census
            name: Children
            unit: children
            publisher: Census office
            published: 2024-11-02
            file: census.csv
            dimensions: [age_group]
        indicators:
          - id: use
            name: Use of spots
            definition: Enrolled over licensed.
            unit: '%'
            formula: {kind: percent, of: enrolled, per: licensed}
            level: outcome
            better: more
            interval: wilson
            baseline: {period: 2025Q1, value: 60 %}
            targets:
              - {by: 2026Q4, value: 70 %}
              - {by: 2028Q4, value: 0.8}
          - id: reach
            name: Reach
            definition: Enrolled infants over infants.
            unit: '%'
            formula:
              kind: percent
              of: {measure: enrolled, where: {age_group: [infant]}}
              per: {measure: census, where: {age_group: [infant]}}
            level: outcome
            better: band
            by: [age_group]
            targets:
              - {by: 2026Q4, low: 40 %, high: 110 %}
          - id: net_awards
            name: Awards less spots
            definition: A difference.
            unit: awards
            formula: {kind: count, of: awards - licensed}
            level: output
            better: less
        goals:
          - id: access
            name: Access
            statement: Every child has a spot.
            headline: use
            indicators: [reach, use]
          - id: money
            name: Money
            statement: Every spot is paid for.
            headline: net_awards
            indicators: [net_awards]
        """,
    "census.csv": """\
        place,year,age_group,value,note
        river,2024,infant,1200,
        river,2024,_T,3000.5,
        east,2024,infant,500,
        """,
    "partners.yml": """\
        layouts:
          monthly:
            files: '*.csv'
            period: month
            place: town
            values:
              - {measure: enrolled, column: 'num_{age_group}'}
              - {measure: licensed, column: spots}
          paid:
            period: {path: '(\\d{4}-\\d\\d)'}
            rows: records
            values:
              - {measure: awards, count: rows, where: {paid: yes}}
        partners:
          - id: city
            name: The city
            layouts: [monthly]
            owes:
              - {measures: [enrolled, licensed], every: month}
          - id: fund
            name: The fund
            place: east
            since: 2025-09
            until: 2026Q4
            layouts: [paid]
            owes:
              - {measures: [awards]}
        """,
    "activities.yml": """\
        activities:
          - {partner: city, what: Opened two sites, indicators: [use], since: 2025Q2}
        """,
    "stories/2025Q4.yml": """\
        headline: More spots
        curves: {use: The new sites opened.}
        voices:
          - {quote: At last., who: A father, indicator: use, consent: yes}
        milestones:
          - {what: A door opened, on: 2025-11-03, partner: city, indicator: reach}
        challenges:
          - {what: Nobody came, learned: Ask first, indicator: net_awards}
        decided:
          - {what: Open earlier, owner: City, on: 2025-12-01, outcome: "Yes, from spring on"}
        decisions:
          - {what: Who pays, owner: Fund, by: 2026-02-28}
        meetings:
          - {what: The table, on: 2025-12-10, present: [city, fund]}
        """,
}


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Writes the initiative with ``edits`` of (file, old text, new text); returns its folder.

    The old text must stand in the file exactly once, so that a test can't pass by missing it.
    """

    def write(*edits: tuple[str, str, str], **files: str) -> Path:
        texts = {name: dedent(text) for name, text in FILES.items()} | files
        for name, old, new in edits:
            assert texts[name].count(old) == 1, f"{old!r} stands {texts[name].count(old)} times in {name}"
            texts[name] = texts[name].replace(old, new)
        for name, text in texts.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def line_of() -> Callable[[Path, str, str], int]:
    """The number of the one line of a file that holds a text."""

    def find(folder: Path, name: str, text: str) -> int:
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        found = [number for number, line in enumerate(lines, 1) if text in line]
        assert len(found) == 1, f"{text!r} stands on {len(found)} lines of {name}"
        return found[0]

    return find
