"""The commands that answer for a number: where it comes from, and how it changed."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import Annotated

import typer

from agenda.errors import ConfigurationError, HeldBack
from agenda.tables import members_text
from flows import console

app = typer.Typer()

Place = Annotated[str | None, typer.Option(help="The place.", show_default="the whole initiative")]


@app.command()
def explain(
    indicator: str,
    period: Annotated[str, typer.Argument(help="A month, quarter or year.")],
    place: Place = None,
    where: Annotated[
        list[str] | None, typer.Option(help="One group only; may be repeated.", metavar="DIMENSION=MEMBER")
    ] = None,
    as_of: console.AsOf = None,
    as_json: console.AsJson = False,
) -> None:
    """Show where a number comes from: formula, every file and row in it, what is missing, and what it was before."""
    from flows import explain_words
    from flows.editions import said_of
    from flows.explain import explain as read_explanation
    from flows.revisions import Replay, revisions
    from flows.values import plain

    workspace, known_at = console.workspace(), console.known_at(as_of)
    members: dict[str, str] = {}
    for text in where or ():
        dimension, is_one, member = text.partition("=")
        if not is_one:
            raise ConfigurationError(f"--where {text} names no group; write it like --where age_group=infant")
        if dimension in members:
            both = f"{members[dimension]} and {member}"
            raise ConfigurationError(f"--where names two groups of {dimension}, {both}; ask for one at a time")
        members[dimension] = member
    about = console.period(workspace, period)
    made = read_explanation(workspace.folder, workspace.warehouse(known_at), indicator, about, place, members)
    manifests = [m for m in workspace.lake.manifests() if known_at is None or m.known_at <= known_at]
    replay = Replay(workspace.lake.local(workspace.local), manifests, indicator)
    known = revisions(replay, workspace.calendar, place=made.place, members=made.members, about=about)
    published = said_of(workspace.store, workspace.calendar, indicator, about, made.place, members)
    editions = tuple(one for one in published if known_at is None or one.published_at <= known_at)
    made = replace(made, editions=editions, moments=tuple(known.get(about.key, ())))
    console.say(as_json, explain_words.data(made), explain_words.lines(made), plain)


@app.command(name="revisions")
def revise(
    indicator: str,
    period: Annotated[str | None, typer.Option(help="Only this month, quarter or year.")] = None,
    place: Place = None,
    as_json: console.AsJson = False,
) -> None:
    """Show how an indicator's values changed with what was known: each period, from each moment that changed it."""
    from flows import triangle
    from flows.revisions import Replay, revisions
    from flows.values import named, plain

    workspace, started = console.workspace(), time.monotonic()
    about = console.period(workspace, period) if period else None
    agreed = named(workspace.folder, indicator, about, place)
    manifests = workspace.lake.manifests()
    if not manifests:
        raise HeldBack("nothing has been collected yet; take in what the partners dropped with: cairn collect")
    replay = Replay(workspace.lake.local(workspace.local), manifests, indicator)
    found = revisions(replay, workspace.calendar, place=place, members=members_text({}), about=about)
    took = time.monotonic() - started
    said = {
        "indicator": indicator, "seconds": round(took, 1),
        "periods": {key: [asdict(known) for known in moments] for key, moments in found.items()},
    }  # fmt: skip
    console.say(as_json, said, triangle.lines(agreed, about, found, took), plain)
