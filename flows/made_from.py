"""What each draft was made from, and so whether there should be another.

It is noted on this machine, so a quarter whose data, agenda and texts are as they were costs nothing. The note is only
a shortcut: made again from the same, an edition has the same digest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import reports
from agenda.periods import Period
from flows.workspace import Workspace, digest_of_code
from reports.edition import Edition, newest
from reports.editions.pointers import editions


@dataclass(frozen=True)
class Outlook:
    """One quarter as a plan sees it: the newest draft, and why there should be another (None: there shouldn't)."""

    period: Period
    edition: Edition | None
    reason: str | None


def outlook(workspace: Workspace, period: Period) -> Outlook:
    """What a run would do for ``period``, given the lake as it is."""
    edition = newest(workspace.store, period.key)
    if edition is None:
        return Outlook(period, None, "no draft yet")
    noted = _read(workspace, period)
    if noted.get("edition") != edition.digest:
        return Outlook(period, edition, "this machine has not seen what the draft was made from")
    changed = [what for what, digest in _made_from(workspace, edition).items() if noted.get(what) != digest]
    return Outlook(period, edition, f"{' and '.join(changed)} changed" if changed else None)


def note(workspace: Workspace, edition: Edition) -> None:
    """Remember that ``edition`` was made from what there is now."""
    path = _path(workspace, edition.period)
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {**_made_from(workspace, edition), "edition": edition.digest}
    path.write_text(json.dumps(said, indent=1), encoding="utf-8")


def _made_from(workspace: Workspace, edition: Edition) -> dict[str, str]:
    """What a draft rests on. With people to protect that is also what else readers already have."""
    published = {}
    if workspace.folder.initiative.hides is not None:
        others = (digest for digest in editions(workspace.site) if digest != edition.digest)
        published["what is published"] = " ".join(others)
    return {
        **published,
        "the data or the agenda": workspace.warehouse_key(),
        "the initiative's texts": workspace.folder.digest(),
        "Cairn itself": digest_of_code(Path(reports.__file__).parent),
    }


def _read(workspace: Workspace, period: Period) -> dict[str, str]:
    try:
        said: dict[str, str] = json.loads(_path(workspace, period.key).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return said


def _path(workspace: Workspace, period: str) -> Path:
    return workspace.local / "made" / f"{period}.json"
