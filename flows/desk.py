"""The commands that are about partners: what they sent, what they are answered, and who is late."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from agenda.errors import Unavailable
from flows import console

app = typer.Typer()


@app.command()
def collect(
    partner: Annotated[list[str] | None, typer.Option(help="Only this partner (may be repeated).")] = None,
    period: Annotated[str | None, typer.Option(help="Leave dropped files that aren't about it for later.")] = None,
    received_at: console.ReceivedAt = None,
    as_json: console.AsJson = False,
) -> None:
    """Take in what the partners dropped or hold for us, and answer each file with a receipt."""
    from flows import summary
    from flows.moments import moment
    from sources.collect import Collected, Collector

    workspace = console.workspace()
    console.known_partners(workspace, partner)
    at, about = moment(received_at), console.period(workspace, period).key if period else None
    collected = Collected(())
    if Collector(workspace.folder, workspace.store, partners=partner, received_at=at).has_work:
        console.prefect()
        from flows.collect import collect as flow

        collected = flow(str(workspace.folder.path), partner, received_at, period=about)
    console.say(as_json, summary.collected_data(collected), summary.of_collected(workspace, collected))
    if collected.failures:
        raise typer.Exit(Unavailable.exit_code)
    if any(receipt.outcome in ("partial", "rejected") for receipt in collected.receipts):
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
    """Show which partner has reported for which quarter, who is late with what, and what needs mending."""
    from flows import standing
    from flows.status import status as read_status

    workspace, today = console.workspace(), date.today()
    this = workspace.calendar.containing(today, "quarter")
    periods = (
        console.quarters(workspace, quarters)
        if quarters
        else [workspace.calendar.shift(this, -n) for n in range(6, 0, -1)]
    )
    rows = read_status(workspace, workspace.warehouse(), periods, today)
    lines = standing.lines(rows, periods, today, workspace.store.url)
    console.say(as_json, standing.data(rows, periods, today), lines)


@app.command()
def scorecards(
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="Which: 2026Q3.")],
    out: Annotated[Path | None, typer.Option(help="Only look: the newest draft's, into this folder.")] = None,
    as_json: console.AsJson = False,
) -> None:
    """Hand out the scorecards of a published quarter: each partner's beside its receipts."""
    from flows import summary
    from flows.scorecards import hand_out, look_at

    workspace = console.workspace()
    period = console.quarter(workspace, quarter)
    handed = look_at(workspace, period, out) if out is not None else hand_out(workspace, period)
    console.say(as_json, summary.scorecards_data(handed), [summary.of_scorecards(handed)])
