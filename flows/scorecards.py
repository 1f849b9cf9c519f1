"""Partners' scorecards: handed out when the newest quarter is published, or looked at before that.

They thank for a quarter and say what is due after it, so publishing older ones hands out none; `cairn scorecards` does,
for any quarter that is published.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agenda.errors import HeldBack
from agenda.periods import Period
from agenda.store import FolderStore, Store
from flows.progress import counting, say
from flows.workspace import Workspace
from reports.cards import scorecards
from reports.edition import Edition, load, newest
from reports.editions.pointers import published
from reports.rendering.render import render
from sources import history
from sources.letters import letterbox


@dataclass(frozen=True)
class Handed:
    """The scorecards of a quarter: where each of them lies now; ``new`` of them were not there as they are."""

    period: str
    edition: str
    pages: tuple[str, ...]
    new: int


def hand_out_newest(workspace: Workspace) -> Handed | None:
    """The scorecards of the newest quarter that is published; None where the initiative has none."""
    periods = (stored.key.split("/")[1].removesuffix(".json") for stored in workspace.site.list("periods/"))
    latest = max(map(workspace.calendar.parse, periods), default=None)
    return hand_out(workspace, latest) if workspace.folder.initiative.scorecards and latest else None


def hand_out(workspace: Workspace, period: Period) -> Handed:
    """Render the scorecards of the published edition and put each where its partner reads it; twice changes nothing.

    Raises `HeldBack` where the quarter isn't published, or was drafted without scorecards.
    """
    pointer = published(workspace.site, period.key)
    if pointer is None:
        raise HeldBack(
            f"{period} is not published, so its numbers can't be shown to partners yet: cairn publish {period}"
        )
    edition = load(workspace.store, period.key, pointer.edition)
    handed = _hand_out(workspace, edition, period, workspace.store)
    if handed.new:
        _list(workspace)
    return handed


def _list(workspace: Workspace) -> None:
    """Lets every partner's list of receipts lead to its scorecards."""
    partners = workspace.folder.partners.partners
    said = history.of(workspace.lake, {partner.id for partner in partners})
    letterbox.renew(workspace.store, workspace.folder, said, partners, datetime.now(UTC).date(), always=True)


def look_at(workspace: Workspace, period: Period, out: Path) -> Handed:
    """Put the scorecards of the newest draft into a folder of this machine, laid out as in the store."""
    draft = newest(workspace.store, period.key)
    if draft is None:
        raise HeldBack(f"there is no draft of {period} yet. Make one: cairn run {period}")
    return _hand_out(workspace, draft, period, FolderStore(out))


def _hand_out(workspace: Workspace, edition: Edition, period: Period, store: Store) -> Handed:
    cards, name = scorecards.read(workspace.store, edition), f"{period}-scorecards"
    say(f"Rendering {len(cards.cards)} scorecards for {period}")
    project, shelf = (workspace.local / room / name for room in ("quarto", "rendered"))
    shutil.rmtree(project, ignore_errors=True)
    scorecards.write_project(workspace.folder, period, cards.cards, project)
    with tempfile.TemporaryDirectory(prefix="cairn-scorecards-") as out:
        render(project, Path(out), timestamp=cards.as_of, progress=counting("pages"), cache=shelf)
        new = scorecards.hand_out(store, period, cards.cards, Path(out))
    places = tuple(f"{store.url}/{scorecards.place(card.prefix, period)}.html" for card in cards.cards)
    return Handed(period.key, edition.digest, places, new)
