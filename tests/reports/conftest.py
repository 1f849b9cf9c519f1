"""A small initiative, its marts, and one rendered quarter that the tests of this folder share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from agenda import lint
from agenda.folder import Folder
from reports.marts import read_quarter
from reports.quarter.tables import Quarter
from reports.rendering.pages import write_project
from reports.rendering.render import render
from tests.reports.marts import Oddities, build

INITIATIVE = """
id: lowtown
name: {name}
tagline: {text}
about: {text}
notice: {text}
contact: team@lowtown.example
"""
AGENDA = """
places:
  - {{id: all, name: {place}, level: city}}
  - {{id: north, name: Nord, level: ward, parent: all}}
  - {{id: south, name: Sud, level: ward, parent: all}}
dimensions:
  - id: age
    name: {dimension}
    members: [{{id: young, name: {member}}}, {{id: old, name: Alt}}]
measures:
  - {{id: visits, name: {measure}, unit: {unit}, kind: flow, subject: events, dimensions: [age]}}
  - {{id: members, name: M2, unit: {unit}, kind: stock, subject: people, dimensions: [age]}}
  - {{id: active, name: M3, unit: {unit}, kind: stock, subject: people, dimensions: [age], over_partners: overlap}}
indicators:
  - id: visit_count
    name: {indicator}
    definition: {text}
    limitations: {text}
    owner: {text}
    unit: {unit}
    formula: {{kind: count, of: visits}}
    level: output
    better: more
    by: [age]
    periods: [month, quarter, year]
    baseline: {{period: 2024Q4}}
    targets: [{{by: 2025Q4, value: 1500}}, {{by: 2026Q4, value: 2000}}]
  - id: active_share
    name: I2
    definition: D2
    unit: percent
    formula: {{kind: percent, of: active, per: members}}
    level: outcome
    better: more
    decimals: 1
    interval: wilson
    by: [age]
    baseline: {{period: 2024Q4, value: 40 %}}
    targets: [{{by: 2026Q4, value: 60 %}}]
  - id: member_ratio
    name: I3
    definition: D3
    unit: visits a member
    formula: {{kind: ratio, of: visits, per: members}}
    level: system
    better: band
    decimals: 2
    targets: [{{by: 2026Q4, low: 0.5, high: 1.5}}]
goals:
  - {{id: reach, name: {goal}, statement: {text}, headline: visit_count, indicators: [visit_count, member_ratio]}}
  - {{id: stay, name: G2, statement: S2, headline: active_share, indicators: [active_share]}}
"""
PARTNERS = """
layouts:
  form:
    period: Quarter
    place: Ward
    values: [{{measure: visits, column: Visits}}]
partners:
  - {{id: alpha, name: {partner}, layouts: [form], owes: [{{measures: [visits, members]}}]}}
  - {{id: beta, name: P2, layouts: [form], owes: [{{measures: [visits], every: month}}, {{measures: [active]}}]}}
"""
ACTIVITIES = """
activities:
  - {{partner: alpha, what: {text}, indicators: [visit_count], since: 2025Q1}}
  - {{partner: beta, what: over long ago, indicators: [visit_count], since: 2023Q1, until: 2023Q4}}
"""
STORY = """
headline: {headline}
curves: {{visit_count: {text}}}
voices: [{{quote: {text}, who: {text}, indicator: visit_count, consent: yes}}]
milestones: [{{what: {text}, on: 2026-05-04, partner: alpha, indicator: visit_count}}]
challenges: [{{what: {text}, learned: {text}, indicator: visit_count}}, {{what: {text}, learned: {text}}}]
decided: [{{what: {text}, owner: {text}, on: 2026-06-01, outcome: {text}}}]
decisions: [{{what: {text}, owner: {text}, by: 2026-08-31}}]
meetings: [{{what: {text}, on: 2026-06-11, present: [alpha]}}]
"""
TEXTS = {
    name: f'"{name.capitalize()} name"'
    for name in ("place", "dimension", "member", "measure", "indicator", "goal", "partner", "name")
} | {"unit": "visits", "text": '"Some text."', "headline": '"A quarter to remember"'}


def initiative(path: Path, **texts: str) -> Folder:
    """The small initiative in ``path``; ``texts`` are YAML scalars that replace those of `TEXTS`."""
    (path / "stories").mkdir(parents=True)
    files = {"initiative": INITIATIVE, "agenda": AGENDA, "partners": PARTNERS, "activities": ACTIVITIES,
             "stories/2026Q2": STORY}  # fmt: skip
    for name, text in files.items():
        (path / f"{name}.yml").write_text(text.format_map(TEXTS | texts), encoding="utf-8")
    return lint.read(path)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return initiative(tmp_path_factory.mktemp("lowtown"))


@pytest.fixture(scope="session")
def warehouse(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six quarters up to 2026Q2, and one after it that no report of 2026Q2 may know of."""
    odd = Oddities(late=("beta",), faulty=("alpha",), gaps=(("active_share", "2025Q2"),))
    return build(folder, tmp_path_factory.mktemp("marts") / "w.duckdb", "2024Q4", "2026Q3", odd)


@pytest.fixture(scope="session")
def quarter(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> Quarter:
    """2026Q2, the last quarter that is known: beta is late, alpha's file had faults, 2025Q2 has a gap."""
    odd = Oddities(
        late=("beta",), faulty=("alpha",), gaps=(("active_share", "2025Q2"),), missing=(("active_share", "south"),)
    )
    path = build(folder, tmp_path_factory.mktemp("marts") / "q.duckdb", "2024Q4", "2026Q2", odd)
    return read_quarter(path, folder.initiative.calendar.parse("2026Q2"), folder)


@dataclass(frozen=True)
class Rendered:
    project: Path
    site: Path

    @property
    def pages(self) -> list[Path]:
        return sorted(self.site.rglob("*.html"))


@pytest.fixture(scope="session")
def rendered(quarter: Quarter, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return render_quarter(quarter, tmp_path_factory.mktemp("rendered"))


def render_quarter(quarter: Quarter, out: Path) -> Rendered:
    write_project(quarter, out / "project")
    render(out / "project", out / "site", timestamp=quarter.as_of, quarto="")
    return Rendered(out / "project", out / "site")
