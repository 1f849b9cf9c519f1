"""The commands that answer for a number: where it comes from, and how it changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from agenda.errors import ConfigurationError
from flows import console

app = typer.Typer()


@app.command()
def explain(
    indicator: str,
    period: Annotated[str, typer.Argument(help="A month, quarter or year.")],
    place: Annotated[str | None, typer.Option(help="The place.", show_default="the whole initiative")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="One group only; may be repeated.", metavar="DIMENSION=MEMBER")
    ] = None,
    as_of: console.AsOf = None,
    as_json: console.AsJson = False,
) -> None:
    """Show where a number comes from: formula, every file and row in it, and what is missing."""
    from flows import explain_words
    from flows.editions import said_of
    from flows.explain import explain as read_explanation
    from flows.values import plain

    workspace = console.workspace()
    members = {}
    for text in where or ():
        dimension, is_one, member = text.partition("=")
        if not is_one:
            raise ConfigurationError(f"--where {text} names no group; write it like --where age_group=infant")
        members[dimension] = member
    warehouse = workspace.warehouse(console.known_at(as_of))
    made = read_explanation(workspace.folder, warehouse, indicator, console.period(workspace, period), place, members)
    console.say(as_json, explain_words.data(made), explain_words.lines(made), plain)
