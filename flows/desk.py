"""The commands that are about partners: what they sent, what they are answered, and who is late."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agenda.errors import Unavailable
from flows import console

if TYPE_CHECKING:
    from flows.workspace import Workspace

app = typer.Typer()


@app.command()
def collect(
    partner: Annotated[list[str] | None, typer.Option(help="Only this partner (may be repeated).")] = None,
    received_at: console.ReceivedAt = None,
    as_json: console.AsJson = False,
) -> None:
    """Take in what the partners dropped or hold for us, and answer each file with a receipt."""
    from flows import summary
    from flows.plan import moment
    from sources.collect import Collected, Collector

    workspace = console.workspace()
    console.known_partners(workspace, partner)
    at = moment(received_at)
    collected = Collected(())
    if Collector(workspace.folder, workspace.store, partners=partner, received_at=at).has_work:
        console.prefect()
        from flows.collect import collect as flow

        collected = flow(str(workspace.folder.path), partner, received_at)
    console.say(as_json, summary.collected_data(collected), summary.of_collected(workspace, collected))
    if collected.failures:
        raise typer.Exit(Unavailable.exit_code)
    if any(receipt.outcome != "accepted" for receipt in collected.receipts):
        raise typer.Exit(1)


@app.command()
def watch(
    every: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.5, metavar="SECONDS")] = 5.0,
    as_json: console.AsJson = False,
) -> None:
    """Watch the inbox until Ctrl-C: what is dropped is taken in and answered at once."""
    from flows.watching import watch as keep_watching

    keep_watching(console.workspace(), every, as_json)


@app.command()
def status(
    quarters: Annotated[str | None, typer.Option(help="Which quarters.", show_default="the last six")] = None,
    as_json: console.AsJson = False,
) -> None:
    """Show which partner has reported for which quarter, and who is late."""
    from rich.cells import cell_len  # a Korean letter is two columns wide

    from flows.status import MARKS
    from flows.status import status as read_status

    workspace, today = console.workspace(), date.today()
    this = workspace.calendar.containing(today, "quarter")
    periods = (
        console.quarters(workspace, quarters)
        if quarters
        else [workspace.calendar.shift(this, -n) for n in range(6, 0, -1)]
    )
    rows = read_status(workspace, workspace.warehouse(), periods, today)
    width = max((cell_len(row.name) for row in rows), default=0)
    lines = [f"{'':<{width}}  {'  '.join(p.key for p in periods)}"]
    for row in rows:
        marks = "  ".join(f"{MARKS[state]:^6}" for state in row.states)
        note = f"  {row.rejected_rows:,} rows to mend" if row.rejected_rows else ""
        lines.append(f"{row.name}{' ' * (width - cell_len(row.name))}  {marks}{note}".rstrip())
    lines.append("  ".join(f"{mark} {state}" for state, mark in MARKS.items()))
    data = [{**vars(row), "states": dict(zip([p.key for p in periods], row.states, strict=True))} for row in rows]
    console.say(as_json, data, lines)


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
    from sources.template import template as made

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
