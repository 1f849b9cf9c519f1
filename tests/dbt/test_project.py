"""The dbt project as a person runs it, and what must hold of every model in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from agenda.statuses import ORDER
from agenda.tables import SCHEMAS
from tests.dbt.conftest import Warehouse
from tests.dbt.lake_fixture import LAKE_SCHEMAS, Lake

ROOT = Path(__file__).resolve().parents[2]
TYPES = {
    "string": "VARCHAR", "int32": "INTEGER", "int64": "BIGINT", "bool": "BOOLEAN", "date32[day]": "DATE",
    "decimal128(18, 6)": "DECIMAL(18,6)", "timestamp[us, tz=UTC]": "TIMESTAMP WITH TIME ZONE",
}  # fmt: skip
Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def by_hand(story: tuple[Lake, dict[str, datetime]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``dbt build`` from the repository's root, unit tests and all, in another time zone, of a lake that was moved.

    Gives the folder it wrote to.
    """
    out = tmp_path_factory.mktemp("by_hand")
    shutil.copytree(story[0].path, out / "moved")
    environment = os.environ | {
        "CAIRN_LAKE": str(out / "moved"),
        "TZ": "Pacific/Auckland",
        "CAIRN_WAREHOUSE": str(out / "warehouse.duckdb"),
        "DBT_TARGET_PATH": str(out),  # so that the checkout stays as it is
        "DBT_LOG_PATH": str(out),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = ["dbt", "build", "--project-dir", "dbt_project"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return out


@pytest.fixture(scope="module")
def manifest(by_hand: Path) -> Manifest:
    return json.loads((by_hand / "manifest.json").read_text())


def _models(manifest: Manifest) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_the_same_lake_gives_the_same_tables_elsewhere(warehouse: Warehouse, by_hand: Path) -> None:
    again = Warehouse(by_hand / "warehouse.duckdb")
    tables = [name for (name,) in warehouse.rows("select table_name from duckdb_tables() where schema_name = 'main'")]
    assert len(tables) > 20
    for table in tables:
        mine, other = warehouse.rows(f"from {table}"), again.rows(f"from {table}")
        if table.startswith(("stg_", "int_")):  # nobody reads these by their order
            mine, other = sorted(mine, key=repr), sorted(other, key=repr)
        assert mine == other, table


def test_every_model_is_described_and_tested(manifest: Manifest) -> None:
    tested = {node["attached_node"] for node in manifest["nodes"].values() if node["resource_type"] == "test"}
    tested |= {parent for test in manifest["unit_tests"].values() for parent in test["depends_on"]["nodes"]}
    for model in _models(manifest):
        assert model["description"].strip(), f"{model['name']} has no description"
        assert model["unique_id"] in tested, f"{model['name']} has no test"


def test_every_column_is_described_and_every_described_column_exists(manifest: Manifest, by_hand: Path) -> None:
    with duckdb.connect(str(by_hand / "warehouse.duckdb"), read_only=True) as connection:
        for model in _models(manifest):
            has = [row[0] for row in connection.execute(f"describe {model['name']}").fetchall()]
            assert list(model["columns"]) == has, model["name"]
            for column in model["columns"].values():
                assert column["description"], f"{model['name']}.{column['name']} has no description"


def test_indicator_models_keep_a_contract_and_have_unit_tests(manifest: Manifest) -> None:
    unit_tested = {test["model"] for test in manifest["unit_tests"].values()}
    indicators = [model for model in _models(manifest) if model["name"].startswith("ind_")]
    assert len(indicators) == 8
    for model in indicators:
        assert model["contract"]["enforced"], model["name"]
        assert model["name"] in unit_tested


def test_names_say_the_layer_and_layers_look_down_only(manifest: Manifest) -> None:
    layers = {"staging": "stg_", "intermediate": "int_", "marts": ("dim_", "fct_", "meta_"), "indicators": "ind_"}
    layer_of = {model["unique_id"]: model["fqn"][1] for model in _models(manifest)}
    for model in _models(manifest):
        layer = layer_of[model["unique_id"]]
        assert model["name"].startswith(layers[layer]), model["name"]
        above = [*layers][[*layers].index(layer) + 1 :]
        if layer == "staging":
            above += [layer]  # a staging model reads the lake and nothing else
        read = [layer_of[parent] for parent in model["depends_on"]["nodes"] if parent in layer_of]
        assert not set(read) & set(above), model["name"]


def test_what_is_read_outside_of_dbt_says_its_order() -> None:
    """Rows in the order that threads end in would make another digest of the same numbers."""
    models = (ROOT / "dbt_project/models").rglob("*.sql")
    outside = [path for path in models if not path.name.startswith(("stg_", "int_", "meta_build"))]  # that is one row
    assert len(outside) > 15
    assert [path.stem for path in outside if "\norder by" not in path.read_text()] == []


def test_the_lake_s_tables_are_declared_as_they_are_written(manifest: Manifest) -> None:
    declared = {
        source["name"]: {name: column["data_type"] for name, column in source["columns"].items()}
        for source in manifest["sources"].values()
        if source["source_name"] == "lake"
    }
    written = {
        name: {field.name: TYPES[str(field.type)] for field in schema}
        for name, schema in (LAKE_SCHEMAS | SCHEMAS).items()
    }
    written["deliveries"] |= {"batch": "VARCHAR", "known_at": "TIMESTAMP WITH TIME ZONE"}  # from the manifest
    assert declared == written


def test_statuses_are_ranked_as_they_are_in_python() -> None:
    assert f"return('{ORDER}')" in (ROOT / "dbt_project/macros/statuses.sql").read_text()
