"""`cairn status`: who is late with what, what is owed next, what needs mending, and who could not be asked."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from agenda.starter import write_starter
from flows import asked, standing, summary
from flows.status import PartnerStatus, status
from flows.workspace import Workspace
from sources.collect import collect

TODAY = date(2026, 8, 1)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    write_starter(tmp_path / "here")
    file = tmp_path / "here/store/inbox/library/2026Q1.csv"
    file.write_text(file.read_text("utf-8").replace("84,", "many,"), encoding="utf-8")
    workspace = Workspace.open(tmp_path / "here")
    collect(workspace.folder, workspace.store, received_at=datetime(2026, 4, 2, tzinfo=UTC))
    return workspace


def read(workspace: Workspace, today: date) -> list[PartnerStatus]:
    periods = workspace.calendar.parse_range("2026Q1..2026Q3")
    return status(workspace, workspace.warehouse(), periods, today)


def test_status_says_what_there_is_to_do(workspace: Workspace) -> None:
    asked.note(workspace.store, ["library"], {"library": "nobody answers"})
    periods = workspace.calendar.parse_range("2026Q1..2026Q3")
    rows = read(workspace, TODAY)
    said = "\n".join(standing.lines(rows, periods, TODAY, workspace.store.url))
    assert (
        "Public library: Reading sessions held, Places offered in the sessions for 2026Q2; due 22 July 2026, 10 days ago"
        in said
    )
    assert "for 2026Q3 by 22 October 2026" in said
    assert f"2026Q1.csv, 1 row not taken; {workspace.store.url}/receipts/library/2026Q1.csv.html" in said
    assert "Public library, since" in said
    assert "nobody answers" in said
    (data,) = standing.data(rows, periods, TODAY)
    assert data["late"] == [
        {
            "period": "2026Q2",
            "due": "2026-07-22",
            "measures": ["Reading sessions held", "Places offered in the sessions"],
        }
    ]
    assert [one["period"] for one in data["owed"]] == ["2026Q3"]
    assert workspace.store.exists(data["to_mend"][0]["receipt"])

    (early,) = standing.data(read(workspace, date(2026, 7, 1)), periods, date(2026, 7, 1))
    assert early["late"] == [], "the quarter has ended, and there are three weeks to report it in"
    assert [one["period"] for one in early["owed"]] == ["2026Q2", "2026Q3"]


def test_who_was_asked_again_with_success_is_forgotten(workspace: Workspace) -> None:
    store = workspace.store
    asked.note(store, ["a", "b"], {"a": "away", "b": "throttled"})
    since = asked.failures(store)["b"].since
    asked.note(store, ["b"], {"b": "still throttled"})
    asked.note(store, ["a"], {})
    assert asked.failures(store) == {"b": asked.Failure("still throttled", since)}


def test_a_file_whose_name_is_no_text_is_told_of(workspace: Workspace) -> None:
    inbox = workspace.folder.path / "store/inbox/library"
    try:
        Path(os.fsdecode(os.fsencode(inbox / "informe-") + b"a\xf1o.csv")).write_text("period\n")
    except OSError:
        pytest.skip("this disk takes no such name")
    (row,) = read(workspace, TODAY)
    assert row.unnamed == ("informe-a\ufffdo.csv",)
    periods = workspace.calendar.parse_range("2026Q1..2026Q3")
    said = list(standing.lines([row], periods, TODAY, workspace.store.url))
    assert "  Public library: informe-a\ufffdo.csv, left where it is; its name is not UTF-8, rename it" in said
    assert standing.data([row], periods, TODAY)[0]["unnamed"] == ["informe-a\ufffdo.csv"]
    collected = collect(workspace.folder, workspace.store)
    assert any("informe-a\ufffdo.csv was left" in line for line in summary.of_collected(workspace, collected))
