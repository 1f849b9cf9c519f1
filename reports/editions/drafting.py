"""Makes an edition: what a report rests on, and its files as the newest draft of their quarter."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import duckdb

from agenda.errors import ConfigurationError, HeldBack, Unavailable
from agenda.folder import Folder
from agenda.periods import Period
from agenda.store import Store
from reports.edition import (
    Arrival,
    Edition,
    Event,
    File,
    Inputs,
    Latest,
    Manifest,
    Record,
    change_record,
    digest_of,
    encoded,
    load,
    newest,
    record_key,
    sha256,
)


def read_inputs(warehouse: Path, period: Period) -> Inputs:
    """What ``warehouse`` rests on, without what only speaks of later periods.

    A file that was turned away whole speaks of no period; it counts up to the end of the next one, which is when
    ``period`` is reported. So a quarter's edition changes when something it shows may have changed, and not because
    later quarters were delivered. Raises `Unavailable` where the warehouse can't be read, `HeldBack` where nothing
    was delivered yet.
    """
    query = """
        select partner, key, reading, received_at, outcome from fct_readings
        where first_period_start < $end or (first_period_start is null and received_at < $next_end) order by all"""
    known = {"end": period.end, "next_end": replace(period, start=period.end).end}
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            rows = connection.execute(query, known).fetchall()
    except duckdb.Error as error:
        raise Unavailable(f"the warehouse {warehouse} can't be read: {error}") from error
    if not rows:
        raise HeldBack(f"nothing has been delivered for {period} or before, so there is nothing to report yet.")
    arrivals = tuple(Arrival(**dict(zip(Arrival.model_fields, row, strict=True))) for row in rows)
    return Inputs(as_of=max(arrival.received_at for arrival in arrivals), arrivals=arrivals)


def add_edition(
    store: Store, folder: Folder, period: Period, files: Path, inputs: Inputs, *, headline: str = "",
    headlines: Mapping[str, str] | None = None,
    number: int = 1, beside: str = "", at: datetime | None = None,
) -> Edition:  # fmt: skip
    """Keeps what lies in ``files`` as the newest draft of ``period``. The same files again change nothing.

    ``headline`` is the sentence the report opens with, ``headlines`` have it in other languages. ``agenda/`` and
    ``manifest.json`` are added here, in place of any that lie there. The files go up first and the record last, so an
    edition that has a record is whole.
    """
    agenda = {f"agenda/{name}": content for name, content in public_agenda(folder, period).items()}
    made = {path.relative_to(files).as_posix(): path.read_bytes() for path in _files_in(files)}
    contents = {path: c for path, c in made.items() if not path.startswith("agenda/") and path != "manifest.json"}
    contents |= agenda
    manifest = Manifest(
        initiative=folder.initiative.id,
        period=period.key,
        number=number,
        beside=beside,
        headline=headline or folder.story(period.key).headline,
        headlines=headlines or {},
        as_of=inputs.as_of.astimezone(UTC),
        agenda=agenda_digest(folder, period),
        inputs=inputs.digest,
        software=f"cairn {_version()}",
        files=tuple(File(path=p, bytes=len(c), sha256=sha256(c)) for p, c in sorted(contents.items())),
    )
    contents["manifest.json"] = encoded(manifest)
    digest = digest_of(contents)
    for path, content in sorted(contents.items()):
        store.put_new(f"editions/{period.key}/{digest}/{path}", content)
    return _as_newest(store, period.key, digest, inputs, at or datetime.now(UTC))


def _as_newest(store: Store, period: str, digest: str, inputs: Inputs, at: datetime) -> Edition:
    """The edition with its record, as the newest draft of ``period``."""
    previous = newest(store, period)
    record = Record(
        period=period,
        edition=digest,
        inputs=inputs,
        follows=previous.digest if previous else "",
        events=(Event(event="draft", at=at),),
    )
    is_new = store.put_new(record_key(period, digest), encoded(record))
    if previous is None or previous.digest != digest:
        _make_newest(store, period, digest)
        if not is_new:  # an older draft has come back: what was approved since then was another one
            again = Edition(record)
            change_record(store, again, lambda r: r if r.status in ("draft", "published") else r.and_then("draft", at))
    return Edition(load(store, period, digest).record, is_new)


def public_agenda(folder: Folder, period: Period) -> dict[str, bytes]:
    """The files of the initiative that its editions show: what was agreed, and this quarter's story.

    ``initiative.yml`` and ``partners.yml``, with the lists they draw on, stay private: contacts and addresses are
    in them. So do the stories of other quarters, which may not be out yet.
    """
    private = {file for name in ("initiative.yml", "partners.yml") for file, _ in folder.sources[name].marks.values()}
    return {
        name: content
        for name, content in folder.files().items()
        if name not in private and (not name.startswith("stories/") or name.startswith(f"stories/{period}."))
    }


def agenda_digest(folder: Folder, period: Period) -> str:
    """The digest a manifest has of what was agreed: it changes with the files that an edition shows of it."""
    return digest_of(public_agenda(folder, period))


def _files_in(files: Path) -> Iterable[Path]:
    for path in sorted(files.rglob("*")):
        if path.is_symlink():
            raise ConfigurationError(f"{path} is a link; an edition is made of files")
        if path.is_file():
            yield path


def _make_newest(store: Store, period: str, digest: str) -> None:
    key = f"editions/{period}/latest.json"
    while True:  # until no other run comes in between; the last one to finish has the newest draft
        found = store.read(key)
        if store.swap(key, encoded(Latest(edition=digest)), found and found[1]):
            return


def _version() -> str:
    """The version that is installed, or of the checkout this is run from."""
    try:
        return metadata.version("cairn-report")
    except metadata.PackageNotFoundError:
        project = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
        return str(tomllib.loads(project)["project"]["version"])
