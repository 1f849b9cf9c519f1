"""The data package: valid, exact, and the same bytes each time."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pyarrow.parquet as pq
import pytest
from frictionless import validate
from hypothesis import given
from hypothesis import strategies as st

from agenda.errors import ConfigurationError
from agenda.model import Licence
from reports.data.dataset import dataset
from reports.data.package import _as_text, values_table, write_data
from reports.quarter.tables import Quarter
from reports.words import Words
from tests.reports.conftest import Rendered

CSVW = Path(__file__).parent / "csvw.schema.json"
CELLS = {
    "string": r"^.*$",
    "integer": r"^-?\d+$",
    "number": r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$",
    "boolean": r"^(true|false)$",
    "date": r"^\d{4}-\d{2}-\d{2}$",
}
"""How W3C's Model for Tabular Data (6.4) has cells of each datatype written where no format is given."""


@pytest.fixture(scope="module")
def package(quarter: Quarter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("package") / "data"
    write_data(quarter, out)
    return out


def rows(package: Path) -> list[dict[str, str]]:
    with (package / "indicator_values.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_it_is_a_valid_package(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(package)
    report = validate("datapackage.json")
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])
    described = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    assert described["name"] == "lowtown-2026q2"
    assert described["created"] == "2026-07-21T08:30:00Z"
    fields = described["resources"][0]["schema"]["fields"]
    assert [field["name"] for field in fields] == list(rows(package)[0])
    assert all(field["description"] for field in fields)


def test_csvw_says_the_same_of_the_same_tables(package: Path) -> None:
    """Its shape is W3C's; and each table keeps what its description promises: heads, types, keys, references."""
    said = json.loads((package / "csv-metadata.json").read_text(encoding="utf-8"))
    jsonschema.validate(said, json.loads(CSVW.read_text(encoding="utf-8")))
    tables = {table["url"]: pl.read_csv(package / table["url"], infer_schema=False) for table in said["tables"]}
    assert {path.name for path in package.glob("*.csv")} == tables.keys()
    for table in said["tables"]:
        frame, schema = tables[table["url"]], table["tableSchema"]
        assert [column["titles"] for column in schema["columns"]] == frame.columns
        for column in schema["columns"]:
            cells = frame[column["name"]]
            assert cells.drop_nulls().str.contains(CELLS[column["datatype"]]).all(), column
            assert not column.get("required") or cells.null_count() == 0, column
        assert not frame.select(schema["primaryKey"]).is_duplicated().any()
        for key in schema.get("foreignKeys", ()):
            known = tables[key["reference"]["resource"]][key["reference"]["columnReference"]]
            assert set(frame[key["columnReference"]].drop_nulls()) <= set(known), (table["url"], key)
    references = {(table["url"], key["columnReference"]) for table in said["tables"]
                  for key in table["tableSchema"].get("foreignKeys", ())}  # fmt: skip
    assert {("indicator_values.csv", name) for name in ("indicator", "place", "status", "conf_status")} <= references
    assert {("reporting.csv", "partner"), ("reporting.csv", "measure")} <= references


def test_every_indicator_has_an_address(package: Path, rendered: Rendered) -> None:
    """The page and the anchor that its row names, and that search engines are told."""
    pages = dict(pl.read_csv(package / "indicators.csv").select("indicator", "page").iter_rows())
    for indicator, page in pages.items():
        path, anchor = page.split("#")
        assert anchor == indicator
        assert f'id="{anchor}"' in (rendered.site / path).read_text(encoding="utf-8")
    variables = described(rendered.site)["variableMeasured"]
    assert {one["propertyID"]: one["url"] for one in variables} == pages


def described(site: Path) -> dict[str, Any]:
    """What the first page says for machines."""
    page = (site / "index.html").read_text(encoding="utf-8")
    found = re.findall('<script type="application/ld\\+json">(.*)</script>', page)
    return {} if len(found) != 1 else json.loads(found[0])


def test_search_engines_find_the_data(package: Path, rendered: Rendered) -> None:
    said = described(rendered.site)
    assert (said["@context"], said["@type"]) == ("https://schema.org/", "Dataset")
    assert 50 <= len(said["description"]) <= 5000  # what Google's Dataset Search takes
    assert (said["temporalCoverage"], said["version"], said["inLanguage"]) == ("2024-01-01/2026-06-30", "1", "en")
    assert all((package.parent / one["contentUrl"]).is_file() for one in said["distribution"])


LICENCE = Licence(
    id="CC-BY-4.0", name="Creative Commons <Attribution> 4.0", url="https://creativecommons.org/licenses/by/4.0/"
)


def test_the_licence_and_the_address_stand_in_all_of_them(quarter: Quarter, tmp_path: Path) -> None:
    initiative = quarter.folder.initiative.model_copy(
        update={"licence": LICENCE, "address": "https://lowtown.example/r/"}
    )
    licensed = replace(quarter, folder=replace(quarter.folder, initiative=initiative))
    write_data(licensed, tmp_path)
    package, csvw = (
        json.loads((tmp_path / name).read_text(encoding="utf-8")) for name in ("datapackage.json", "csv-metadata.json")
    )
    assert package["licenses"] == [{"name": LICENCE.id, "path": LICENCE.url, "title": LICENCE.name}]
    assert package["homepage"] == "https://lowtown.example/r/2026Q2/index.html"
    assert csvw["dc:license"] == {"@id": LICENCE.url}
    said = dataset(licensed, Words("en", quarter.calendar), 2)
    assert said["license"] == LICENCE.url
    assert said["creditText"] == (
        "Name name: report on the second quarter 2026, second edition, data as of July 21, 2026. "
        "https://lowtown.example/r/2026Q2/index.html"
    )
    spanish = dataset(licensed, Words("es", quarter.calendar), 2, "es/")
    assert spanish["url"] == "https://lowtown.example/r/2026Q2/es/index.html"
    assert spanish["distribution"] == said["distribution"]
    assert (
        dataset(quarter, Words("es", quarter.calendar), 1, "es/")["distribution"][0]["contentUrl"]
        == "../data/indicator_values.csv"
    )
    assert {one["contentUrl"].rpartition("/data/")[0] for one in said["distribution"]} == {
        "https://lowtown.example/r/2026Q2"
    }


def test_where_no_licence_is_named_that_is_said(package: Path, rendered: Rendered) -> None:
    none = "No licence is named. Ask before you pass the numbers on."
    assert none in (rendered.site / "data.html").read_text(encoding="utf-8")
    described_ = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    assert none in described_["description"]
    assert "licenses" not in described_
    csvw = json.loads((package / "csv-metadata.json").read_text(encoding="utf-8"))
    assert csvw["dc:rights"] == none
    assert "dc:license" not in csvw
    assert "license" not in described(rendered.site)


def test_every_value_is_there_once_in_order(package: Path, quarter: Quarter) -> None:
    found = rows(package)
    keys = [(r["indicator"], r["period_type"], r["period"], r["place"], r["age"]) for r in found]
    assert keys == sorted(set(keys))
    assert len(found) == quarter.values.height
    assert {r["period_type"] for r in found if r["indicator"] == "visit_count"} == {"month", "quarter", "year"}
    assert {r["period_type"] for r in found if r["indicator"] == "active_share"} == {"quarter"}
    assert {r["age"] for r in found} == {"_T", "young", "old"}
    assert max(r["period"] for r in found if r["period_type"] == "quarter") == "2026Q2"
    assert {r["place_name"] for r in found} == {"Place name", "Nord", "Sud"}


def test_numbers_are_exact(package: Path, quarter: Quarter) -> None:
    of = {
        (row["indicator"], row["period"], row["place"], row["members"]): row
        for row in quarter.values.iter_rows(named=True)
    }
    for row in rows(package):
        value = of[row["indicator"], row["period"], row["place"], "" if row["age"] == "_T" else f"age={row['age']}"]
        for name in ("value", "lower", "upper"):
            assert (float(row[name]) if row[name] else None) == value[name]
        for name in ("numerator", "denominator"):
            assert (Decimal(row[name]) if row[name] else None) == value[name]
            assert "." not in row[name] or not row[name].endswith("0")
        assert not row["value"].endswith(".0")


def test_parquet_holds_the_same(package: Path, quarter: Quarter) -> None:
    table = pq.read_table(package / "indicator_values.parquet")
    assert pl.from_arrow(table).equals(values_table(quarter))
    assert str(table.schema.field("numerator").type) == "decimal128(38, 6)"
    assert str(table.schema.field("place").type) == "string"


def test_equal_quarters_give_equal_bytes(package: Path, quarter: Quarter, tmp_path: Path) -> None:
    shuffled = replace(quarter, values=quarter.values.sample(fraction=1.0, shuffle=True, seed=1))
    write_data(shuffled, tmp_path)
    for path in package.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_changes_of_the_whole_say_what_they_are_compared_with(package: Path, quarter: Quarter) -> None:
    with (package / "indicator_changes.csv").open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    assert {row["compared_with"] for row in found} == {"previous", "year_before", "baseline"}
    assert {row["is_beyond_chance"] for row in found} >= {"true", "false"}
    for row in found:
        now = quarter.value(row["indicator"], period=row["period"])
        if now is not None and now.value is not None:
            assert float(row["change"]) == now.value - float(row["earlier_value"])
        assert bool(row["lower"]) == bool(row["is_beyond_chance"])
        if row["lower"]:
            leaves_out_zero = float(row["lower"]) > 0 or float(row["upper"]) < 0
            assert row["is_beyond_chance"] == str(leaves_out_zero).lower()


def test_targets_and_projections_are_those_of_the_pages(package: Path, quarter: Quarter) -> None:
    def read(name: str) -> list[dict[str, str]]:
        with (package / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    now = {row["indicator"]: row for row in read("indicator_targets") if row["period"] == "2026Q2"}
    assert set(now) == set(quarter.indicators)
    for id_, row in now.items():
        standing = quarter.standing(id_)
        assert (row["members"], row["status_code"], row["target_period"]) == (
            "_T",
            standing.code,
            standing.target_period,
        )
        assert (float(row["path_value"]) if row["path_value"] else None) == standing.path_value
    ends = [row for row in read("projections") if row["outlook"]]
    assert ends
    for row in ends:
        found = quarter.projection(row["indicator"])
        if found is not None and row["period"] == quarter.shown_period(row["indicator"]).key:
            assert (float(row["value"]), row["outlook"]) == (found.end.value, found.outlook)


def test_a_dimension_cannot_take_a_columns_name(quarter: Quarter, tmp_path: Path) -> None:
    agenda = quarter.folder.agenda
    renamed = agenda.model_copy(update={"dimensions": (agenda.dimensions[0].model_copy(update={"id": "unit"}),)})
    with pytest.raises(ConfigurationError, match="'unit'"):
        write_data(replace(quarter, folder=replace(quarter.folder, agenda=renamed)), tmp_path)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_float_reads_back_as_itself(value: float) -> None:
    text = _as_text(pl.DataFrame({"value": [value]}))["value"][0]
    assert float(text) == value


@given(st.decimals(min_value=0, max_value=10**12, places=6))
def test_any_decimal_is_written_plainly(value: Decimal) -> None:
    text = _as_text(pl.DataFrame({"n": [value]}, schema={"n": pl.Decimal(38, 6)}))["n"][0]
    assert Decimal(text) == value
    assert "e" not in text.lower()
    assert text == "0" or "." not in text or text[-1] not in "0."


def test_completeness_and_timeliness_are_there_for_each_partner_measure_and_quarter(package: Path) -> None:
    with (package / "reporting.csv").open(encoding="utf-8", newline="") as stream:
        found = {(r["partner"], r["measure"], r["period"]): r for r in csv.DictReader(stream)}
    assert {period for _, _, period in found} == {"2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"}
    facts = ("is_expected", "months_expected", "months_reported", "completeness", "due_on", "complete_on", "is_on_time")
    said = {key: tuple(row[fact] for fact in facts) for key, row in found.items()}
    assert said["beta", "visits", "2026Q1"] == ("true", "3", "3", "1", "2026-04-22", "2026-04-10", "true")
    assert said["beta", "visits", "2026Q2"] == ("true", "3", "0", "0", "2026-07-22", "", "")  # late
    assert ("alpha", "active", "2026Q2") not in found  # neither owed nor reported
