"""The commands about single files of partners: the workbook to fill in, people turned into keyed hashes before they are
sent, and a file that shall count no more."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agenda.errors import ConfigurationError, HeldBack
from agenda.model import Partner
from agenda.periods import Period
from flows import console
from flows.counted import counted

if TYPE_CHECKING:
    from flows.workspace import Workspace

app = typer.Typer()


@app.command()
def template(
    names: Annotated[list[str], typer.Argument(metavar="[PARTNER] PERIOD", help="Whose, and for when: 2026Q3.")],
    is_all: Annotated[bool, typer.Option("--all", help="One for each partner that owes something then.")] = False,
    out: Annotated[Path | None, typer.Option(help="The file to write; with --all, the folder.")] = None,
    as_json: console.AsJson = False,
) -> None:
    """Write the workbook that a partner fills in for a period."""
    if len(names) != (1 if is_all else 2):
        raise ConfigurationError("name a partner and a period, or --all and a period: cairn template library 2026Q3")
    workspace = console.workspace()
    console.known_partners(workspace, names[:-1])
    period = console.period(workspace, names[-1])
    partners = [p for p in workspace.folder.partners.partners if is_all or p.id == names[0]]
    made: list[tuple[Partner, Path]] = []
    idle: list[str] = []
    for partner in partners:
        path = (out or Path()) / f"{partner.id}_{period}.xlsx" if is_all or out is None else out
        try:
            content = _template_of(workspace, partner, period)
        except HeldBack as reason:
            if not is_all:
                raise
            idle.append(f"{reason}.")
            continue
        console.write(path, content)
        made.append((partner, path))
    data = {"templates": [{"partner": partner.id, "file": str(path)} for partner, path in made]}
    console.say(as_json, data, [*(f"{partner.name}: {path}" for partner, path in made), *idle])


def _template_of(workspace: Workspace, partner: Partner, period: Period) -> bytes:
    from sources import history
    from sources.forms.template import template as made

    return made(workspace.folder, partner, period, history.of(workspace.lake, [partner.id]).numbers(partner.id))


@app.command()
def withdraw(
    partner: Annotated[str, typer.Argument(help="Whose file it is.")],
    file: Annotated[str, typer.Argument(help="Its name, or its path below the partner's folder of the inbox.")],
    reason: Annotated[str, typer.Option(help="Why its numbers shall not count; the partner reads it.")],
    name: Annotated[str | None, typer.Option("--as", help="Who withdraws it.", show_default="the initiative")] = None,
    as_json: console.AsJson = False,
) -> None:
    """Count the numbers of a partner's file no more, until it sends the file again."""
    from sources import withdrawal

    workspace = console.workspace()
    console.known_partners(workspace, [partner])
    sender = next(p for p in workspace.folder.partners.partners if p.id == partner)
    latest = withdrawal.find(workspace.lake.deliveries(), sender, file)
    who = name or workspace.folder.initiative.name
    done = withdrawal.withdraw(workspace.folder, workspace.lake, sender, latest, who=who, why=reason)
    data = {"partner": partner, "file": latest.key, "withdrawn": done is not None}
    lines = [f"{latest.key} was withdrawn already."]
    if done is not None:
        lines = [
            f"{sender.name}: the numbers of {latest.key} no longer count.",
            f"  receipt: {workspace.store.url}/{done.receipt.address}.html",
        ]
    console.say(as_json, data, lines)


@app.command("hash")
def hash_(
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8 with a row for each person.")],
    of: Annotated[str, typer.Option(help="The columns that tell who it is, with commas: name,born.")],
    key: Annotated[Path, typer.Option(help="The file with the coalition's key, which only partners have.")],
    out: Annotated[Path, typer.Option(help="The file to write, and to send.")],
    name: Annotated[str, typer.Option("--as", help="What the column of hashes is called.")] = "person",
    as_json: console.AsJson = False,
) -> None:
    """Put keyed hashes in the place of names or ids, before a file is sent. Needs no initiative, and sends nothing."""
    from sources.door.keys import hashed

    columns = [column.strip() for column in of.split(",")]
    written = io.StringIO(newline="")
    rows = list(hashed(io.StringIO(_text(file), newline=""), _text(key).strip(), columns, name))
    csv.writer(written, lineterminator="\n").writerows(rows)
    console.write(out, written.getvalue().encode())
    people, without = len(rows) - 1, sum(not row[0] for row in rows)
    said = f"{out}: {counted(people, 'row')}, {without} without a hash. Left out: {', '.join(columns)}."
    console.say(as_json, {"file": str(out), "rows": people, "without": without}, [said])


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 text; save it as UTF-8") from error
