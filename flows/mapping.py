"""The commands about mappings: which heading a column goes by in a partner's files."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agenda.errors import ConfigurationError
from agenda.spelling import nearest, plain
from flows import console

if TYPE_CHECKING:
    from flows.workspace import Workspace
    from sources.lake import Delivery
    from sources.meaning.mapping import Decision, Mappings

app = typer.Typer(help="See, accept or forget which heading a column goes by in a partner's files.")

Partner = Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's id.")]
OfLayout = Annotated[str | None, typer.Argument(metavar="[LAYOUT]", help="Only in files of this layout.")]
Column = Annotated[str | None, typer.Option(help="A column that the layout needs.")]
Header = Annotated[str | None, typer.Option(help="The heading in the partner's files.")]
By = Annotated[str | None, typer.Option("--as", help="Who decides.", metavar="NAME", show_default="your login")]


@app.command("list")
def list_(as_json: console.AsJson = False) -> None:
    """Show what was decided, and what is proposed and waits for a word."""
    from sources.meaning.mapping import open_proposals

    workspace = console.workspace()
    mappings, deliveries = _known(workspace)
    waiting = open_proposals(deliveries, mappings)
    data = {
        "proposed": [
            {"partner": d.partner, "layout": d.layout, "column": p.column, "header": p.header, "file": d.key}
            for d, p in waiting
        ],
        "decided": [vars(decision) for decision in mappings],
    }
    console.say(as_json, data, _lines(data["proposed"], mappings.standing()))


@app.command()
def accept(
    partner: Partner,
    layout: OfLayout = None,
    column: Column = None,
    header: Header = None,
    by: By = None,
    as_json: console.AsJson = False,
) -> None:
    """Accept all that is proposed for a partner's files, or that one heading is one column."""
    from sources.meaning.mapping import accept_open

    workspace = console.workspace()
    mappings, deliveries = _known(workspace, partner, layout)
    who = by or getpass.getuser()
    if column or header:
        decided = _decide(workspace, mappings, deliveries, _pair(partner, layout, column, header), who, is_it=True)
    else:
        decided = accept_open(mappings, deliveries, partner, who, layout)
    _say(as_json, decided, "Nothing is proposed for this partner's files.")


@app.command()
def forget(
    partner: Partner,
    layout: OfLayout = None,
    column: Column = None,
    header: Header = None,
    by: By = None,
    as_json: console.AsJson = False,
) -> None:
    """Say that a heading is not a column: it is neither read nor proposed as one any more."""
    workspace = console.workspace()
    mappings, deliveries = _known(workspace, partner, layout)
    who, pair = by or getpass.getuser(), _pair(partner, layout, column, header)
    _say(as_json, _decide(workspace, mappings, deliveries, pair, who, is_it=False), "")


def _known(
    workspace: Workspace, partner: str | None = None, layout: str | None = None
) -> tuple[Mappings, list[Delivery]]:
    """What was decided and delivered. Raises `ConfigurationError` where there is no such partner or layout."""
    from sources.lake import Lake
    from sources.meaning.mapping import Mappings

    if partner is not None:
        console.known_partners(workspace, [partner])
        names = next(p.layouts for p in workspace.folder.partners.partners if p.id == partner)
        if layout is not None and layout not in names:
            raise ConfigurationError(f"{partner!r} has no layout {layout!r}{nearest(layout, names)}")
    return Mappings(workspace.store), Lake(workspace.store).deliveries()


def _pair(partner: str, layout: str | None, column: str | None, header: str | None) -> tuple[str, str | None, str, str]:
    if not column or not header:
        raise ConfigurationError("name both: --column, which the layout needs, and --header, which the files have")
    return partner, layout, column, header


def _decide(
    workspace: Workspace,
    mappings: Mappings,
    deliveries: Sequence[Delivery],
    pair: tuple[str, str | None, str, str],
    by: str,
    *,
    is_it: bool,
) -> list[Decision]:
    """Decide about one column and heading, in each layout of the partner that needs the column."""
    from sources.meaning.mapping import Decision
    from sources.meaning.plan import match
    from sources.meaning.vocabulary import Vocabulary

    partner, layout, column, header = pair
    vocabulary = Vocabulary(workspace.folder)
    layouts = workspace.folder.layouts_of(next(p for p in workspace.folder.partners.partners if p.id == partner))
    needed = {name: match(one, (), vocabulary)[0].lacking for name, one in layouts.items() if layout in (None, name)}
    found = [
        (name, written) for name, columns in needed.items() for written in columns if plain(written) == plain(column)
    ]
    if not found:
        known = {written for columns in needed.values() for written in columns}
        raise ConfigurationError(f"no layout of {partner!r} needs a column {column!r}{nearest(column, known)}")
    decided = []
    for name, written in found:
        latest = next((d for d in reversed(deliveries) if (d.partner, d.layout) == (partner, name)), None)
        decision = Decision(
            partner, name, written, header, is_it, by, datetime.now(UTC),
            latest.key if latest else "", latest.submission if latest else "",
        )  # fmt: skip
        mappings.decide(decision)
        decided.append(decision)
    return decided


def _say(as_json: bool, decided: Sequence[Decision], otherwise: str) -> None:
    lines = [_line(vars(decision), "is read as" if decision.accepted else "is not") for decision in decided]
    if lines:
        lines.append("Files that waited for this are read again by the next collect.")
    console.say(as_json, [vars(decision) for decision in decided], lines or [otherwise])


def _lines(proposed: Sequence[dict[str, Any]], standing: Sequence[Decision]) -> Iterator[str]:
    for one in proposed:
        yield f"{_line(one, 'looks like')}  (proposed for {one['file']})"
    for decision in standing:
        said = _line(vars(decision), "is read as" if decision.accepted else "is not")
        yield f"{said}  ({decision.by}, {decision.at:%Y-%m-%d})"
    if not proposed and not standing:
        yield "No column goes by another heading, and none is proposed."


def _line(pair: dict[str, Any], verb: str) -> str:
    return f"{pair['partner']}, {pair['layout']}: “{pair['header']}” {verb} “{pair['column']}”"
