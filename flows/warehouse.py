"""Builds the warehouse from a lake with dbt, in this process. No orchestration here.

A warehouse is built as a new DuckDB file and renamed when it is finished, so readers never meet half of one.
It can be thrown away at any time: `warehouse_key` says what it is made of.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agenda.errors import ConfigurationError, HeldBack, Unavailable

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.events.base_types import EventMsg

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "dbt_project"
KEPT = PROJECT / "target" / "kept"
"""What dbt made of the project, for the next time: it is the same for every lake, and reading takes as long as small
data do. It holds for warehouses of one file name, for views name the database they are in."""
PARSED = ("target", "partial_parse.msgpack")
"""Where dbt leaves its reading, in its workplace."""
DATABASE = "warehouse"
"""What a warehouse's file is called, so that all share what is kept."""

Progress = Callable[[int, int, str], None]
"""Called after each model and test: how many are finished, of how many, and its name."""

_one_at_a_time = threading.Lock()  # dbt keeps state in its process; two invocations at once corrupt each other


class WarehouseError(HeldBack):
    """A model could not be built, or a test found rows that should not be. ``failures`` has a sentence each."""

    def __init__(self, failures: list[str]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n".join(["the warehouse could not be built:", *failures]))


def build_warehouse(lake: Path, out: Path, as_of: datetime | None = None, *, progress: Progress | None = None) -> Path:
    """The warehouse of ``lake`` as it was known at ``as_of`` (by default: all that is known), as the file ``out``.

    An existing ``out`` is replaced in one step, and only by a warehouse whose models and tests all passed.
    Raises `WarehouseError` where they did not, `ConfigurationError` where there is no lake, `Unavailable` where the
    disk or dbt itself failed.
    """
    if next(_manifests(lake), None) is None:
        raise ConfigurationError(f"there is no lake at {lake}: nothing was collected yet; run: cairn collect")
    out = out.resolve()
    with _workplace(out) as workplace:
        # The same file name in another folder: views name the database they are in, which is called like its file.
        built = workplace / out.name
        given = {"lake": str(lake.resolve()), "warehouse": str(built), "as_of": _moment(as_of) if as_of else ""}
        _explain(_build(given, workplace, progress))
        os.replace(built, out)
    return out


@dataclass(frozen=True)
class Model:
    """A model as SQL that can be run as it stands."""

    name: str
    is_view: bool
    sql: str
    before: tuple[str, ...] = ()  # what is run first


@dataclass(frozen=True)
class Models:
    """What the values of indicators are computed by, in order, and the columns and types of the lake's tables."""

    models: tuple[Model, ...]
    tables: dict[str, dict[str, str]]


def models() -> Models:
    """The models as SQL for a database called `DATABASE`.

    Raises `WarehouseError` and `Unavailable` as `build_warehouse` does.
    """
    kept = _kept(DATABASE, ".json")
    if kept.is_file():
        said = json.loads(kept.read_bytes())
        return Models(tuple(map(_model, said["models"])), said["tables"])
    with _workplace(Path(tempfile.gettempdir(), f"{DATABASE}.duckdb")) as workplace:
        given = {"lake": "", "warehouse": str(workplace / f"{DATABASE}.duckdb"), "as_of": ""}
        result = _dbt("compile", given, workplace, None, "--select", "+ind_values", "dim_series")
        _explain(result)
        read = _read(_kept(DATABASE, ".msgpack")) or _read(workplace.joinpath(*PARSED))
        nodes = [one.node for one in getattr(result.result, "results", ()) if one.node.resource_type == "model"]
        made = Models(
            tuple(
                Model(node.name, node.config.materialized == "view", node.compiled_code,
                      tuple(hook.sql for hook in node.config.pre_hook))
                for node in nodes
            ),
            {s.name: {c.name: str(c.data_type) for c in s.columns.values()} for s in read.sources.values()}
            if read else {},
        )  # fmt: skip
    _keep(kept, json.dumps(asdict(made)).encode())
    return made


def _model(said: dict[str, Any]) -> Model:
    return Model(**said | {"before": tuple(said["before"])})


def warehouse_key(lake: Path, as_of: datetime | None = None) -> str:
    """A digest of all that a warehouse depends on: the batches that count, the models, the engine."""
    digest = _project_digest()
    for manifest in sorted(_manifests(lake)):
        if as_of is None or _known_at(manifest) <= as_of:
            digest.update(f"{manifest.stem}\n".encode())
    return digest.hexdigest()[:24]


def _kept(database: str, suffix: str) -> Path:
    """Where it is kept what dbt made of the project as it is now, for a database of that name."""
    digest = _project_digest()
    digest.update(f"{version('dbt-core')} {version('dbt-duckdb')}\n{ROOT}".encode())
    return KEPT / f"{database}-{digest.hexdigest()[:24]}{suffix}"


def _keep(path: Path, content: bytes) -> None:
    """Keep it for the next time, instead of what the project was before; where nothing can be written, nothing is."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_bytes(content)
        os.replace(beside, path)
        for old in path.parent.glob(f"{path.name.split('-')[0]}-*{path.suffix}"):
            if old != path:
                old.unlink()


def _project_digest() -> hashlib._Hash:
    digest = hashlib.sha256(f"duckdb {version('duckdb')}\n".encode())
    for name, content in _project_files():
        digest.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return digest


def _manifests(lake: Path) -> Iterator[Path]:
    return (lake / "batches").glob("*.json")


def _known_at(manifest: Path) -> datetime:
    return datetime.fromisoformat(json.loads(manifest.read_bytes())["known_at"])


def _project_files() -> Iterator[tuple[str, bytes]]:
    """Names and contents of all that says how to build; not what dbt left lying about when run by hand."""
    yield "profiles.yml", (ROOT / "profiles.yml").read_bytes()
    for path in sorted(PROJECT.rglob("*")):
        name = path.relative_to(PROJECT).as_posix()
        if path.suffix in (".sql", ".yml") and not name.startswith(("target/", "logs/")):
            yield name, path.read_bytes()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@contextlib.contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """A folder beside ``out`` that is gone afterwards, for the new file and all that dbt leaves lying about."""
    workplace: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        workplace = Path(tempfile.mkdtemp(prefix=f".{out.stem}-", dir=out.parent))
        yield workplace
    except OSError as error:
        raise Unavailable(f"the warehouse {out} could not be written: {error.strerror or error}") from error
    finally:
        if workplace is not None:
            shutil.rmtree(workplace, ignore_errors=True)


def _build(given: dict[str, str], workplace: Path, progress: Progress | None) -> dbtRunnerResult:
    """Runs ``dbt build``; unit tests are left out, for they test the models and not the data."""
    return _dbt("build", given, workplace, progress, "--exclude-resource-type", "unit_test")


def _dbt(
    command: str, given: dict[str, str], workplace: Path, progress: Progress | None, *options: str
) -> dbtRunnerResult:
    """Runs dbt, and lets go of the file so that it can be renamed and opened read-only."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # imported late: half a second
    from dbt.cli.main import dbtRunner

    arguments = [
        command, *options, "--project-dir", str(PROJECT), "--profiles-dir", str(ROOT), "--vars", json.dumps(given),
        "--target-path", str(workplace / "target"), "--log-path", str(workplace / "logs"),
        "--log-level", "none", "--log-level-file", "none", "--no-write-json", "--no-partial-parse", "--no-use-colors",
    ]  # fmt: skip
    kept, parsed = _kept(Path(given["warehouse"]).stem, ".msgpack"), workplace.joinpath(*PARSED)
    with _one_at_a_time:
        try:
            return dbtRunner(_read(kept), [_reporter(progress)] if progress else []).invoke(arguments)
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
            if parsed.is_file() and not kept.exists():
                _keep(kept, parsed.read_bytes())


def _read(parsed: Path) -> Manifest | None:
    """The project as dbt read it before; None where it has to read it again.

    dbt's own partial parsing starts afresh whenever a variable differs, and ours say which lake it is.
    """
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    if not parsed.is_file():
        return None
    try:
        manifest: Manifest = Manifest.from_msgpack(parsed.read_bytes(), decoder=extended_mashumuro_decoder)
        manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    except Exception:  # it is a cache: whatever is wrong with it, the project itself says the same
        with contextlib.suppress(OSError):
            parsed.unlink(missing_ok=True)
        return None
    return manifest


def _reporter(progress: Progress) -> Callable[[EventMsg], None]:
    def report(event: EventMsg) -> None:
        if event.info.name == "LogModelResult":
            progress(event.data.index, event.data.total, event.data.node_info.node_name)
        elif event.info.name == "LogTestResult":
            progress(event.data.index, event.data.num_models, event.data.name)

    return report


def _explain(result: dbtRunnerResult) -> None:
    """Raises what went wrong, in words; nothing if all is well."""
    if result.success:
        return
    results = getattr(result.result, "results", None)
    if results is None:
        raise Unavailable(f"dbt could not start: {_one_line(result.exception)}") from result.exception
    raise WarehouseError([_sentence(one) for one in results if one.status in ("error", "fail", "runtime error")])


def _sentence(result: Any) -> str:
    kind, name = result.node.resource_type, result.node.name
    if result.status == "fail":
        rows = "1 row that breaks" if result.failures == 1 else f"{result.failures} rows that break"
        return f"the {kind} {name} found {rows} it"
    return f"the {kind} {name} failed: {_one_line(result.message)}"


def _one_line(message: object) -> str:
    return " ".join(str(message).split())
