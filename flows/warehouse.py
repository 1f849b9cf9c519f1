"""Builds the warehouse from a lake with dbt, in this process. No orchestration here.

A warehouse is built as a new DuckDB file and renamed when it is finished, so readers never meet half of one.
It can be thrown away at any time: `warehouse_key` says what it is made of.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agenda.errors import CairnError, Unavailable

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt_common.events.base_types import EventMsg

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"

Progress = Callable[[int, int, str], None]
"""Called after each model and test: how many are finished, of how many, and its name."""

_one_at_a_time = threading.Lock()  # dbt keeps state of its process; two invocations at once corrupt each other


class WarehouseError(CairnError):
    """A model could not be built or a test of the data failed. ``failures`` has one sentence each."""

    exit_code = 1

    def __init__(self, failures: list[str]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n".join(["the warehouse could not be built:", *failures]))


def build_warehouse(lake: Path, out: Path, as_of: datetime | None = None, *, progress: Progress | None = None) -> Path:
    """The warehouse of ``lake`` as it was known at ``as_of`` (by default: now) as the DuckDB file ``out``.

    An existing ``out`` is replaced in one step, and only by a warehouse whose models and tests all passed.
    Raises `WarehouseError` where they did not, `Unavailable` where dbt itself failed.
    """
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(prefix=f".{out.stem}-", dir=out.parent))
    try:
        # The same file name in another folder: views name the database they live in, which DuckDB names after the file.
        built = workplace / out.name
        given = {"lake": str(lake.resolve()), "warehouse": str(built), "as_of": _moment(as_of) if as_of else ""}
        _explain(_build(given, workplace, progress))
        os.replace(built, out)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
    return out


def warehouse_key(lake: Path, as_of: datetime | None = None) -> str:
    """A digest of all that a warehouse of ``lake`` depends on: the batches that count, and the models."""
    digest = hashlib.sha256()
    for name, content in _project_files():
        digest.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    for batch in sorted(_batches(lake, as_of)):
        digest.update(f"{batch}\n".encode())
    return digest.hexdigest()[:24]


def _batches(lake: Path, as_of: datetime | None) -> Iterator[str]:
    until = _moment(as_of) if as_of else None
    for path in (lake / "batches").glob("*.json"):
        if until is None or _moment(datetime.fromisoformat(json.loads(path.read_bytes())["known_at"])) <= until:
            yield path.stem


def _project_files() -> Iterator[tuple[str, bytes]]:
    for path in sorted(PROJECT.rglob("*")):
        name = path.relative_to(PROJECT).as_posix()
        if path.suffix in (".sql", ".yml") and not name.startswith(("target/", "logs/")):
            yield name, path.read_bytes()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _build(given: dict[str, str], workplace: Path, progress: Progress | None) -> dbtRunnerResult:
    """Runs ``dbt build`` and lets go of the file, so that it can be renamed and opened read-only."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    arguments = [
        "build", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", json.dumps(given),
        "--target-path", str(workplace / "target"), "--log-path", str(workplace / "logs"),
        "--exclude-resource-type", "unit_test",
        "--log-level", "none", "--log-level-file", "none", "--no-write-json", "--no-partial-parse", "--no-use-colors",
    ]  # fmt: skip
    with _one_at_a_time:
        try:
            return dbtRunner(callbacks=[_reporter(progress)] if progress else []).invoke(arguments)
        finally:
            DuckDBConnectionManager.close_all_connections()


def _reporter(progress: Progress) -> Callable[[EventMsg], None]:
    def report(event: EventMsg) -> None:
        if event.info.name == "LogModelResult" or event.info.name == "LogTestResult":
            progress(event.data.index, event.data.total, event.data.node_info.node_name)

    return report


def _explain(result: dbtRunnerResult) -> None:
    """Raises what went wrong, named in words; nothing if all is well."""
    if result.success:
        return
    if result.exception is not None or not hasattr(result.result, "results"):
        raise Unavailable(f"dbt could not start: {result.exception}") from result.exception
    failures = [_sentence(one) for one in result.result.results if one.status in ("error", "fail", "runtime error")]
    raise WarehouseError(failures)


def _sentence(result: Any) -> str:
    node = result.node
    kind = {"test": "the test", "model": "the model", "operation": "opening the lake by"}.get(node.resource_type, "the")
    if result.status == "fail":
        return f"{kind} {node.name} found {result.failures} rows that break it"
    return f"{kind} {node.name} failed: {' '.join(str(result.message).split())}"
