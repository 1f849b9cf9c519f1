"""The main job by its commands, from a dropped file to a published report, and what stands in its way."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.flows.conftest import POLICY, Initiative
from tests.reports.links import broken

REVIEWER = "Alex Example"


def test_from_a_dropped_file_to_a_published_report(initiative: Initiative, environment: dict[str, str]) -> None:
    """The partner's scorecard included, of which nothing is handed out before."""
    initiative.write("initiative.yml", initiative.read("initiative.yml") + "scorecards: yes\n")
    assert "All in order" in initiative.cairn("check").out

    run = initiative.cairn("run", "2026Q1")
    assert run.code == 0, run.err
    assert "Read 1 file of 1 partner; 4 rows taken in." in run.out
    assert f"cairn --initiative {initiative.path} review 2026Q1 --edition" in run.out

    early = initiative.cairn("publish", "2026Q1")
    assert early.code == 1
    assert "not approved" in early.err
    assert "Traceback" not in early.err

    stranger = initiative.cairn("review", "2026Q1", "--approve", "--as", "Somebody Else")
    assert stranger.code == 1
    assert REVIEWER in stranger.err

    hidden = initiative.cairn("scorecards", "2026Q1")
    assert hidden.code == 1
    assert "not published" in hidden.err
    looked = initiative.cairn("scorecards", "2026Q1", "--out", str(initiative.path / "look"), "--json")
    assert (looked.code, looked.data["new"]) == (0, 1), looked.err
    assert not list((initiative.path / "store/receipts").rglob("scorecards"))

    approved = initiative.cairn("review", "2026Q1", "--approve", "--as", REVIEWER)
    assert approved.code == 0, approved.err

    receipts = initiative.path / "store/receipts/library"
    initiative.write("store/receipts/library/scorecards/notes.csv.html", "of a file that was sent from such a folder")
    published = initiative.cairn("publish", "2026Q1", "--json")
    assert published.code == 0, published.err
    assert published.data["scorecards"]["new"] == 1
    listed = re.findall(r'href="(scorecards/[^"]*)"', (receipts / "index.html").read_text(encoding="utf-8"))
    assert listed == ["scorecards/2026Q1.html", "scorecards/2026Q1.pdf"]
    card = (receipts / "scorecards/2026Q1.html").read_bytes()
    assert card == (initiative.path / "look/receipts/library/scorecards/2026Q1.html").read_bytes()
    assert initiative.cairn("scorecards", "2026Q1", "--json").data["new"] == 0
    assert "is a range; name one quarter" in initiative.cairn("scorecards", "2026Q1..2026Q2").err
    site = initiative.path / "site"
    assert not list(site.rglob("*scorecard*"))
    assert (site / "index.html").is_file()
    assert (site / "2026Q1/report.pdf").read_bytes().startswith(b"%PDF")
    assert broken(site / "2026Q1") == []
    values = (site / "2026Q1/data/indicator_values.csv").read_text()
    assert "sessions_held" in values
    assert json.loads((site / "2026Q1/data/datapackage.json").read_text())["resources"]
    assert (site / "2026Q1/agenda/agenda.yml").read_text() == initiative.read("agenda.yml")
    private = [path for path in site.rglob("*") if "inbox" in str(path) or path.name == "record.json"]
    assert private == []

    _answers_for_a_number(initiative)
    runs = httpx.post(f"{environment['PREFECT_API_URL']}/flow_runs/filter", json={}).json()
    assert {"Completed"} <= {run["state_name"] for run in runs}
    tasks = httpx.post(f"{environment['PREFECT_API_URL']}/task_runs/filter", json={}).json()
    assert any(task["name"].startswith("draft 2026Q1") for task in tasks)


def _answers_for_a_number(initiative: Initiative) -> None:
    """From the published number back to the rows of the file, and how it came to be known."""
    explained = initiative.cairn("explain", "sessions_held", "2026Q1", "--where", "grade=first", "--json")
    assert explained.code == 0, explained.err
    (term,) = explained.data["terms"]
    assert [(n["place"], n["value"], n["origin"]["row"]) for n in term["numbers"]] == [
        ("north", 84, 2),
        ("south", 66, 4),
    ]
    assert {n["origin"]["file"] for n in term["numbers"]} == {"library/2026Q1.csv"}
    assert [edition["value"] for edition in explained.data["editions"]] == ["150"]
    assert [moment["numerator"] for moment in explained.data["moments"]] == [150]
    words = initiative.cairn("explain", "sessions_held", "2026Q1", "--place", "south").out
    assert "66  South, 2026Q1, First grade, row 4" in words
    assert "As it was published" in words
    early = initiative.cairn("explain", "sessions_held", "2026Q1", "--as-of", "2020-01-01")
    assert early.code == 1
    assert "nothing was known on 2020-01-01" in early.err
    both = initiative.cairn("explain", "sessions_held", "2026Q1", "--where", "grade=first", "--where", "grade=second")
    assert "two groups of grade" in both.err
    known = initiative.cairn("revisions", "sessions_held", "--json").data["periods"]
    assert [moment["value"] for moment in known["2026Q1"]] == [278.0]
    assert initiative.cairn("revisions", "session").code == 2


def test_run_again_does_nothing_and_is_quick(drafted: Initiative) -> None:
    started = time.monotonic()
    again = drafted.cairn("run", "2026Q1")
    assert again.code == 0
    assert "Nothing to do" in again.out
    assert time.monotonic() - started < 60  # no server, no dbt, no rendering: a bound for a stuck machine only
    assert "no quarter" not in again.out


def test_new_data_makes_a_new_draft_and_voids_the_approval(drafted: Initiative) -> None:
    drafted.cairn("review", "2026Q1", "--approve", "--as", REVIEWER)
    first = drafted.cairn("review", "2026Q1", "--json").data["editions"][0]
    csv = drafted.read("store/inbox/library/2026Q1.csv")
    drafted.write("store/inbox/library/2026Q1.csv", csv.replace("84,", "85,"))
    drafted.cairn("run", "2026Q1")
    second = drafted.cairn("review", "2026Q1", "--json").data["editions"][0]
    assert second["edition"] != first["edition"]
    assert second["status"] == "draft"
    assert drafted.cairn("publish", "2026Q1").code == 1


def test_without_a_policy_on_disclosure_nothing_is_published(initiative: Initiative) -> None:
    initiative.write("initiative.yml", initiative.read("initiative.yml").replace(POLICY, ""))
    initiative.cairn("run", "2026Q1")
    initiative.cairn("review", "2026Q1", "--approve", "--as", REVIEWER)
    held = initiative.cairn("publish", "2026Q1")
    assert held.code == 1
    assert "disclosure" in held.err
    assert not (initiative.path / "site").exists()


def test_backfill_shows_its_plan_and_ends_in_drafts(initiative: Initiative) -> None:
    csv = initiative.read("store/inbox/library/2026Q1.csv")
    initiative.write("store/inbox/library/2026Q2.csv", csv.replace("2026Q1", "2026Q2"))
    plan = initiative.cairn("backfill", "2026Q1..2026Q2", "--plan", "--json")
    assert plan.code == 0
    assert plan.data["files"] == 2
    assert [quarter["reason"] for quarter in plan.data["quarters"]] == ["no draft yet", "no draft yet"]
    assert not (initiative.path / "store/editions").exists()
    done = initiative.cairn("backfill", "2026Q1..2026Q2", "--json")
    assert done.code == 0, done.err
    assert [draft["status"] for draft in done.data["drafts"]] == ["draft", "draft"]
    again = initiative.cairn("backfill", "2026Q1..2026Q2", "--json")
    assert again.data["drafts"] == []
    assert again.data["unchanged"] == ["2026Q1", "2026Q2"]


def test_values_and_status(drafted: Initiative) -> None:
    values = drafted.cairn("values", "sessions_held", "--period", "2026Q1", "--json").data
    whole = [v for v in values if v["place"] == "region" and not v["members"]]
    assert [v["value"] for v in whole] == [84 + 70 + 66 + 58]
    status = drafted.cairn("status", "--quarters", "2026Q1..2026Q2", "--json").data
    assert status[0]["states"] == {"2026Q1": "reported", "2026Q2": "late"}
    unknown = drafted.cairn("values", "sesions_held", "--period", "2026Q1")
    assert unknown.code == 2
    assert "did you mean 'sessions_held'" in unknown.err
    nowhere = drafted.cairn("values", "sessions_held", "--period", "2026Q1", "--place", "nort")
    assert nowhere.code == 2
    assert "did you mean 'north'" in nowhere.err


def test_findings_give_exit_code_one_and_name_the_receipt(initiative: Initiative) -> None:
    csv = initiative.read("store/inbox/library/2026Q1.csv")
    initiative.write("store/inbox/library/2026Q1.csv", csv.replace("84,", "many,"))
    done = initiative.cairn("collect")
    assert done.code == 1
    assert "D2" in done.out
    assert "receipts/library/2026Q1.csv.html" in done.out


def test_a_failure_reaches_the_webhook(initiative: Initiative, webhook: Callable[[], tuple[str, list[Any]]]) -> None:
    address, received = webhook()
    initiative.write("initiative.yml", initiative.read("initiative.yml") + f"notify: {{webhook: '{address}'}}\n")
    (initiative.path / "store").mkdir(exist_ok=True)
    (initiative.path / "store/lake").write_text("a file where the lake should be")
    failed = initiative.cairn("collect")
    assert failed.code == 3, failed.err
    assert [message["flow"] for message in received] == ["collect"]
    assert "Our initiative" in received[0]["text"]


def test_calls_that_make_no_sense_end_in_two(initiative: Initiative) -> None:
    for arguments in (
        ("run", "2026"), ("run", "someday"), ("run", "2026Q1..2026Q2"), ("review", "2026Q1", "--approve"),
        ("collect", "--partner", "librari"), ("collect", "--received-at", "yesterday"), ("nonsense",),
    ):  # fmt: skip
        called = initiative.cairn(*arguments)
        assert called.code == 2, (arguments, called.err)
        assert "Traceback" not in called.err


def test_a_prefect_server_that_is_not_there_is_said_to_be_missing(initiative: Initiative) -> None:
    away = Initiative(initiative.path, {**initiative.environment, "PREFECT_API_URL": "http://127.0.0.1:9/api"})
    called = away.cairn("run", "2026Q1")
    assert called.code == 3
    assert "no Prefect server answers" in called.err
    assert "Traceback" not in called.err


def test_init_writes_an_initiative_that_checks(initiative: Initiative) -> None:
    target = initiative.path.parent / "fresh"
    assert initiative.cairn("init", str(target)).code == 0
    assert Initiative(target, initiative.environment).cairn("check", "--json").data["problems"] == []
    assert initiative.cairn("init", str(target)).code == 2
