"""`cairn preview`: a quarter's report as it would be drafted now, for this machine alone, made again as texts change.

Nothing is kept as a draft. A change that can't be read or rendered is said where it is, on the command line and above
the page; the last good page stays. Numbers are those of the lake as it is: what a changed formula gives is seen after
the next run.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import duckdb

import reports
from agenda.errors import CairnError, HeldBack
from agenda.periods import Period
from flows import ending
from flows.draft import write_report
from flows.page_server import Shown, page_server
from flows.workspace import Workspace
from reports.editions.drafting import public_agenda

SECONDS_BETWEEN_LOOKS = 0.3
_OWN = [Path(reports.__file__).parent / name for name in ("templates", "theme")]


def preview(workspace: Workspace, period: Period | None, port: int) -> None:
    """Serve the report until the process is asked to end. The first time it has to come out, or this raises."""
    period = period or _last(workspace)
    shown = Shown()
    with ending.on_signals() as asked:
        seen = _looked(workspace)
        _make(workspace, period, shown)
        with page_server(shown, port) as address:
            print(f"{period}: {address} · Ctrl-C ends it", flush=True)
            while not asked.wait(SECONDS_BETWEEN_LOOKS):
                now = _looked(workspace)
                if now != seen:
                    seen = now
                    _make_again(workspace.folder.path, period, shown)
    print("Ended, as asked.")


def _make_again(path: Path, period: Period, shown: Shown) -> None:
    began = time.monotonic()
    try:
        _make(Workspace.open(path), period, shown)
    except Exception as error:  # whatever somebody is in the middle of writing, the last good page stays
        said = str(error) if isinstance(error, CairnError) else f"{type(error).__name__}: {error}"
        shown.fails(said)
        print(f"cairn: {said}", file=sys.stderr, flush=True)
    else:
        print(f"Made again in {time.monotonic() - began:.1f} s", flush=True)


def _make(workspace: Workspace, period: Period, shown: Shown) -> None:
    """The report in a folder of its own, which is shown once it is whole; the one before goes."""
    local = workspace.local / "preview"
    files = local / f"{period.key}-{shown.version + 1}"
    shutil.rmtree(files, ignore_errors=True)
    write_report(workspace, workspace.warehouse(), period, files, local)
    for name, content in public_agenda(workspace.folder, period).items():
        (files / "agenda" / name).parent.mkdir(parents=True, exist_ok=True)
        (files / "agenda" / name).write_bytes(content)
    before = shown.folder
    shown.becomes(files)
    if before is not None:
        shutil.rmtree(before, ignore_errors=True)


def _last(workspace: Workspace) -> Period:
    """The last quarter that something was delivered for."""
    with duckdb.connect(str(workspace.warehouse()), read_only=True) as connection:
        found = connection.execute("select max(last_period_end) from fct_readings").fetchone()
    if not found or found[0] is None:
        raise HeldBack("nothing that was delivered speaks of any period yet, so there is nothing to show.")
    return workspace.calendar.containing(found[0] - timedelta(days=1), "quarter")


def _looked(workspace: Workspace) -> Mapping[Path, tuple[int, int]]:
    """The files that a page is made of, as they are on the disk."""
    path, folder = workspace.folder.path, workspace.folder
    new = ("*.y*ml", "stories/*", "translations/*")
    texts = {*(path / name for name in folder.names), *(file for pattern in new for file in path.glob(pattern))}
    found = {}
    for file in (*texts, *(file for own in _OWN for file in own.rglob("*"))):
        with suppress(FileNotFoundError):  # an editor may be replacing it
            status = file.stat()
            found[file] = (status.st_mtime_ns, status.st_size)
    return found
