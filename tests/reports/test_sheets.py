"""Long tables on pages of their own: every row on one of them, none of them too heavy, each led to."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import yaml

from reports.quarter.tables import Quarter
from reports.rendering.converters import Converter
from reports.rendering.pages import write_project
from reports.telling import sheets, views
from reports.telling.sheets import CELLS_AT_MOST, Leaf
from reports.telling.value_tables import Table
from tests.reports.told import Node, tree


def table(name: str, rows: int, columns: int = 2) -> Table:
    head = tuple(map(str, range(columns)))
    cells = tuple((f"{name}{row}", *["1"] * (columns - 1)) for row in range(rows))
    return Table(name, head, cells, codes={1: tuple(f"{name}{row}" for row in range(rows))})


@pytest.mark.parametrize(
    ("sizes", "pages"),
    [([], 0), ([40, 50], 1), ([1063], 1), ([1400, 200], 2), ([1500, 1500], 2), ([4000], 3), ([40, 4000, 40], 4)],
)
def test_every_row_is_on_one_page_and_no_page_has_too_many(sizes: list[int], pages: int) -> None:
    tables = [table(f"t{n}-", rows) for n, rows in enumerate(sizes)]
    made = sheets.sheets("care", [Leaf(one.caption, one.caption, one) for one in tables])
    assert [sheet.ident for sheet in made] == ["care-tables", "care-tables-2", "care-tables-3", "care-tables-4"][:pages]
    leaves = [leaf for sheet in made for leaf in sheet.leaves]
    assert [row for leaf in leaves for row in leaf.table.rows] == [row for one in tables for row in one.rows]
    assert [code for leaf in leaves for code in leaf.table.codes[1]] == [row[0] for one in tables for row in one.rows]
    assert [leaf.name for leaf in leaves if leaf.is_first] == [one.caption for one in tables]
    for sheet in made:
        assert sum(leaf.cells for leaf in sheet.leaves) <= CELLS_AT_MOST
        assert len({leaf.name for leaf in sheet.leaves}) == len(sheet.leaves)  # no caption twice
        assert [leaf for _, _, leaves in sheet.sections for leaf in leaves] == list(sheet.leaves)


def test_a_goal_leads_to_its_long_tables_and_they_lead_back(
    quarter: Quarter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "DOTS_AT_MOST", 0)
    monkeypatch.setattr(sheets, "CELLS_AT_MOST", 9)
    write_project(quarter, tmp_path)
    settings = yaml.safe_load((tmp_path / "_quarto.yml").read_text(encoding="utf-8"))
    with closing(Converter(tmp_path, settings, quarter.as_of)) as converter:
        pages = {path.stem: page(converter, path) for path in tmp_path.glob("goals/reach*.qmd")}
    goal = pages.pop("reach")
    led_to = [one.attributes["href"] for leaf in goal.of_class("leaf") for one in leaf.all("a")]
    assert len(led_to) > 3
    for href in led_to:
        name, _, anchor = href.partition(".html#")
        assert anchor in {section.attributes.get("id") for section in pages[name].all("section")}
    for number in range(1, len(pages) + 1):
        sheet = pages[f"reach-tables-{number}" if number > 1 else "reach-tables"]
        assert {"reach.html#visit_count", "reach.html#member_ratio"} & {a.attributes["href"] for a in sheet.all("a")}
        (menu,) = sheet.of_class("sheets")
        here = [one.text for one in menu.all("a") if one.attributes.get("aria-current") == "page"]
        assert here == [f"Page {number}"]
    assert {"Nord", "Sud", "Member name", "Alt"} <= {cell.text for sheet in pages.values() for cell in sheet.all("th")}


def page(converter: Converter, source: Path) -> Node:
    text = source.read_text(encoding="utf-8")
    return tree(converter.convert(f"goals/{source.name}", text, "html").decode())
