"""The commands that guard the door: who may deliver, and what was put aside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agenda.store import BucketStore
from flows import console

if TYPE_CHECKING:
    from agenda.model import Partner
    from flows.workspace import Workspace
    from sources.ways.access import Grant

app = typer.Typer()


@app.command()
def access(
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="Its id in partners.yml.")],
    new_key: Annotated[bool, typer.Option("--new-key", help="Replace the key it has.")] = False,
    end: Annotated[bool, typer.Option("--end", help="Take its access away.")] = False,
    policy: Annotated[bool, typer.Option("--policy", help="Only print the S3 policy, to be set by hand.")] = False,
    as_json: console.AsJson = False,
) -> None:
    """Let a partner write into its inbox and read its receipts, and nothing else."""
    from sources.ways import access as granting

    workspace = console.workspace()
    console.known_partners(workspace, [partner])
    one = next(found for found in workspace.folder.partners.partners if found.id == partner)
    if not isinstance(workspace.store, BucketStore):
        shared = dict(_shared(workspace, one))
        told = [f"The store is a folder. Share {folder} with {one.name}, {how}." for folder, how in shared.items()]
        console.say(as_json, {"partner": partner, "folders": shared}, told)
    elif policy:
        print(json.dumps(granting.policy(workspace.store, one), indent=1))
    elif end:
        granting.end(workspace.folder, one)
        console.say(as_json, {"partner": partner, "access": False}, [f"{one.name} has no access any more."])
    else:
        given = granting.grant(workspace.folder, workspace.store, one, new_key=new_key)
        data = {"partner": partner, "access": True, **vars(given), **_where(workspace.store, one)}
        console.say(as_json, data, _of_grant(given, one, workspace.store))


def _shared(workspace: Workspace, partner: Partner) -> Iterator[tuple[str, str]]:
    for room, how in (("inbox", "to write"), ("receipts", "to read")):
        yield f"{workspace.store.url.removeprefix('file://')}/{room}/{partner.prefix}", how


def _where(store: BucketStore, partner: Partner) -> dict[str, str]:
    rooms = {room: f"{store.bucket}/{store.prefix}{room}/{partner.prefix}/" for room in ("inbox", "receipts")}
    connection = store.client.meta
    return {"server": connection.endpoint_url, "region": connection.region_name, **rooms}


def _of_grant(given: Grant, partner: Partner, store: BucketStore) -> Iterator[str]:
    where = _where(store, partner)
    if given.secret is None:
        yield f"{partner.name} has access already, with the key {given.key}; --new-key replaces it."
        return
    yield f"{partner.name} has access. Hand this over on a safe way; the secret is not shown again."
    for name, value in (
        ("Server", where["server"]), ("Region", where["region"]),
        ("Access key", given.key), ("Secret key", given.secret),
        ("Drop files into", where["inbox"]), ("Receipts are in", where["receipts"]),
    ):  # fmt: skip
        yield f"  {name:<16}{value}"


@app.command("quarantine")
def show_quarantine(
    delete: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Delete this one now (may be repeated).")
    ] = None,
    as_json: console.AsJson = False,
) -> None:
    """Show which files were put aside because they seem to hold personal data, and until when they are kept."""
    from sources.door import quarantine

    workspace = console.workspace()
    store = workspace.store
    if delete:
        chosen = quarantine.chosen(store, delete)
        quarantine.delete(store, chosen)
        said = [f"{notice.sha256[:12]}  {notice.file}: deleted" for notice in chosen]
        console.say(as_json, {"deleted": [notice.sha256 for notice in chosen]}, said)
        return
    there = quarantine.notices(store)
    lines = [
        f"{notice.sha256[:12]}  {notice.file}: {', '.join(notice.columns)}; until {notice.until}" for notice in there
    ] or ["Nothing lies in quarantine."]
    data: list[dict[str, Any]] = [vars(notice) for notice in there]
    console.say(as_json, data, lines)
