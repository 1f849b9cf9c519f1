"""From a finished warehouse to a draft edition of one quarter."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from agenda.periods import Period
from flows import made_from
from flows.progress import counting
from flows.workspace import Workspace
from reports.cards import scorecards
from reports.data.package import write_data
from reports.edition import Edition, Inputs
from reports.editions import earlier
from reports.editions.drafting import add_edition, read_inputs
from reports.editions.label import Standing, headlines, label, standing
from reports.editions.pointers import editions
from reports.editions.review_page import write_review_page
from reports.marts import read_quarter
from reports.quarter.tables import Quarter
from reports.rendering.pages import write_project
from reports.rendering.render import render


def make_draft(workspace: Workspace, warehouse: Path, period: Period) -> Edition:
    """Render the quarter and keep it as the newest draft; the same facts give the edition that is there."""
    folder, store = workspace.folder, workspace.store
    beside = editions(workspace.site)
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
    made_from.note(workspace, edition)
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
