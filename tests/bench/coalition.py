"""A made-up coalition of any size: 200 partners who each send one long CSV file a quarter.

Every number follows from its row by a hash, so that the same size always gives the same files. DuckDB writes them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import xlsxwriter
import yaml

PARTNERS, QUARTERS, YEAR = 200, 4, 2025
MEASURES = {
    "children": "stock",
    "spots": "stock",
    "staff": "stock",
    "visits": "flow",
    "awards": "flow",
}
AGES = ("infant", "one", "two", "three", "four")
ROWS_PER_PLACE = 3 * len(MEASURES) * len(AGES)
"""Rows that a file holds for each place: months × measures × age groups."""


def places_for(rows: int) -> int:
    """How many places every partner reports on, for about ``rows`` rows in all."""
    return max(1, round(rows / (PARTNERS * QUARTERS * ROWS_PER_PLACE)))


def write(folder: Path, rows: int) -> int:
    """The initiative with its inbox filled; gives the number of rows. One of this size that is there stays."""
    places = places_for(rows)
    total = places * ROWS_PER_PLACE * PARTNERS * QUARTERS
    done = folder / "generated"
    if done.is_file() and done.read_text() == str(total):
        return total
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in _initiative(places).items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(f"""
            create table grid as
            select month, 'place_' || place as place, measure, age, m, a, place as p
            from range(1, 13) t(month), range(1, {places} + 1) u(place),
                (select unnest({list(MEASURES)}) as measure, unnest(range({len(MEASURES)})) as m),
                (select unnest({list(AGES)}) as age, unnest(range({len(AGES)})) as a)
            order by all
        """)
        for partner in range(1, PARTNERS + 1):
            inbox = folder / "store" / "inbox" / f"p{partner:03}"
            inbox.mkdir(parents=True)
            for quarter in range(1, QUARTERS + 1):
                connection.execute(f"""
                    copy (
                        select '{YEAR}-' || lpad(month::varchar, 2, '0') as period, place, measure, age as age_group,
                            hash({partner}, month, p, m, a) % 500 as value
                        from grid where (month + 2) // 3 = {quarter} order by month, p, m, a
                    ) to '{inbox}/{YEAR}Q{quarter}.csv' (header)
                """)
    done.write_text(str(total))
    return total


def _initiative(places: int, files: str = "*.csv") -> dict[str, object]:
    """The files of the initiative, as data: ten indicators of every kind over the five measures."""
    kinds: dict[str, dict[str, object]] = {
        **{name: {"kind": "count", "of": name} for name in MEASURES},
        "use": {"kind": "percent", "of": "children", "per": "spots"},
        "seen": {"kind": "ratio", "of": "visits", "per": "children"},
        "awarded": {"kind": "rate", "of": "awards", "per": "staff", "times": 1000},
        "group_size": {"kind": "mean", "of": "children", "per": "staff"},
        "contacts": {"kind": "count", "of": "visits + awards"},
    }
    indicators = [
        {
            "id": name, "name": name.capitalize(), "definition": f"{name} of the bench", "unit": name, "formula": formula,
            "level": "output", "better": "more", "by": ["age_group"],
        }
        for name, formula in kinds.items()
    ]  # fmt: skip
    return {
        "initiative.yml": {
            "id": "bench", "name": "Bench", "reports_from": f"{YEAR}Q1", "reviewers": [{"name": "Bench"}],
            "disclosure": {"policy": "none", "reason": "Every number here was made up by tests/bench/coalition.py."},
        },
        "agenda.yml": {
            "places": [
                {"id": "everywhere", "name": "Everywhere", "level": "region"},
                *(
                    {"id": f"place_{n}", "name": f"Place {n}", "level": "tract", "parent": "everywhere"}
                    for n in range(1, places + 1)
                ),
            ],
            "dimensions": [
                {"id": "age_group", "name": "Age", "members": [{"id": age, "name": age.capitalize()} for age in AGES]}
            ],
            "measures": [
                {"id": name, "name": name.capitalize(), "unit": name, "kind": kind, "subject": "events",
                 "dimensions": ["age_group"]}
                for name, kind in MEASURES.items()
            ],
            "indicators": indicators,
            "goals": [{"id": "all", "name": "All", "statement": "All.", "headline": "children", "indicators": list(kinds)}],
        },
        "partners.yml": {
            "layouts": {
                "long": {
                    "files": files, "period": "period", "place": "place",
                    "values": [
                        {"measure": {"column": "measure"}, "column": "value",
                         "members": {"age_group": {"column": "age_group"}}}
                    ],
                }
            },
            "partners": [
                {"id": f"p{n:03}", "name": f"Partner {n}", "layouts": ["long"],
                 "owes": [{"measures": list(MEASURES), "every": "month"}]}
                for n in range(1, PARTNERS + 1)
            ],
        },
    }  # fmt: skip


def write_workbooks(folder: Path, rows: int) -> int:
    """The same coalition sending workbooks: every file of `write` as XLSX, one sheet; gives the number of rows.

    Writing a million rows takes a minute and a half; what is there already stays.
    """
    plain = folder.with_name(f"{folder.name}-csv")
    total = write(plain, rows)
    done = folder / "generated"
    if done.is_file() and done.read_text() == str(total):
        return total
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in _initiative(places_for(rows), "*.xlsx").items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    for source in sorted((plain / "store" / "inbox").glob("*/*.csv")):
        target = folder / "store" / "inbox" / source.parent.name / f"{source.stem}.xlsx"
        target.parent.mkdir(parents=True, exist_ok=True)
        found = duckdb.execute("select * from read_csv(?)", [str(source)])
        names = [column[0] for column in found.description or ()]
        with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
            sheet = book.add_worksheet("Data")
            for number, row in enumerate([names, *found.fetchall()]):
                sheet.write_row(number, 0, row)
    done.write_text(str(total))
    return total
