"""From a finished warehouse to a draft edition of one quarter, and whether there is anything to do.

What each draft was made from is noted on this machine, so a quarter whose data, agenda and texts are as they
were costs nothing. The note is only a shortcut: made again from the same, an edition has the same digest.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import reports
from agenda.periods import Period
from flows.progress import counting
from flows.workspace import Workspace, digest_of_code
from reports.cards import scorecards
from reports.data.package import write_data
from reports.edition import Edition, Inputs, newest
from reports.editions import earlier
from reports.editions.drafting import add_edition, read_inputs
from reports.editions.label import Standing, headlines, label, standing
from reports.editions.review_page import write_review_page
from reports.marts import read_quarter
from reports.quarter.tables import Quarter
from reports.rendering.pages import write_project
from reports.rendering.render import render


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
    note = _read_note(workspace, period)
    if note.get("edition") != edition.digest:
        return Outlook(period, edition, "this machine has not seen what the draft was made from")
    changed = [what for what, digest in _made_from(workspace).items() if note.get(what) != digest]
    return Outlook(period, edition, f"{' and '.join(changed)} changed" if changed else None)


def make_draft(workspace: Workspace, warehouse: Path, period: Period) -> Edition:
    """Render the quarter and keep it as the newest draft; the same facts give the edition that is there."""
    folder, store = workspace.folder, workspace.store
    beside = earlier.editions(workspace.site)
    with tempfile.TemporaryDirectory(prefix="cairn-draft-") as work:
        files = Path(work, "files")
        quarter, inputs, at = write_report(workspace, warehouse, period, files, workspace.local)
        first, *others = headlines(quarter).items()
        edition = add_edition(
            store, folder, period, files, inputs,
            headline=first[1], headlines=dict(others), number=at.number, beside=at.beside,
        )  # fmt: skip
    if folder.initiative.hides is not None:
        earlier.keep(store, edition, quarter, warehouse, beside)
    if folder.initiative.scorecards:
        scorecards.keep(store, edition, scorecards.write(quarter, scorecards.read_own(quarter, warehouse)))
    write_review_page(store, workspace.site, edition, quarter, warehouse)
    _note(workspace, period).parent.mkdir(parents=True, exist_ok=True)
    note = {**_made_from(workspace), "edition": edition.digest}
    _note(workspace, period).write_text(json.dumps(note, indent=1), encoding="utf-8")
    return edition


def write_report(
    workspace: Workspace, warehouse: Path, period: Period, files: Path, local: Path
) -> tuple[Quarter, Inputs, Standing]:
    """Write the quarter's pages, PDF and data into the folder ``files``, and what they were made from.

    The Quarto project and the pages that were rendered last lie below ``local``, for whoever renders there next.
    """
    folder, store = workspace.folder, workspace.store
    inputs = read_inputs(warehouse, period)
    readable = earlier.published_before(folder, store, workspace.site)
    cache = workspace.local / "withheld" / f"{period.key}.json"
    quarter = replace(read_quarter(warehouse, period, folder, readable, cache), as_of=inputs.as_of)
    write_data(quarter, files / "data")
    at = standing(store, workspace.site, quarter, inputs)
    values = (files / "data" / "indicator_values.csv").read_bytes()
    project = local / "quarto" / period.key
    shutil.rmtree(project, ignore_errors=True)
    write_project(quarter, project, label(store, workspace.site, quarter, inputs, values, at))
    shelf = local / "rendered" / period.key
    render(project, files, timestamp=inputs.as_of, progress=counting("pages"), cache=shelf)
    return quarter, inputs, at


def _made_from(workspace: Workspace) -> dict[str, str]:
    """What a draft rests on. With people to protect that is also what readers already have."""
    protects = workspace.folder.initiative.hides is not None
    published = {"what is published": " ".join(earlier.editions(workspace.site))} if protects else {}
    return {
        **published,
        "the data or the agenda": workspace.warehouse_key(),
        "the initiative's texts": workspace.folder.digest(),
        "Cairn itself": digest_of_code(Path(reports.__file__).parent),
    }


def _note(workspace: Workspace, period: Period) -> Path:
    return workspace.local / "made" / f"{period.key}.json"


def _read_note(workspace: Workspace, period: Period) -> dict[str, str]:
    try:
        said: dict[str, str] = json.loads(_note(workspace, period).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return said
