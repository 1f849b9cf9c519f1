"""The bundled example with disclosure control on: published quarter after quarter, and attacked from the site alone."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from itertools import chain
from os.path import commonpath
from pathlib import Path

import duckdb
import polars as pl
import pytest

from agenda.store import FolderStore
from flows import explain_words
from flows.draft import make_draft
from flows.editions import said_of
from flows.explain import explain
from flows.workspace import Workspace
from reports.data.package import WHOLE
from reports.disclosure.attackers import exposed
from reports.disclosure.cells import Cells
from reports.disclosure.linked import PUBLIC
from reports.disclosure.own import read_own
from reports.editions.approval import approve
from reports.editions.earlier import published_before
from reports.editions.pointers import editions
from reports.editions.revisions import read_values
from reports.editions.site import publish
from sources.collect import collect
from tests.example.conftest import CHILDCARE
from tests.html.everybody import kept_out
from tests.html.validate import violations
from tests.reports.told import Edition, in_languages, only_on_paper, unexplained
from tests.servers.browser import chromium

LATEST = ("2026Q2", "2026Q3")
HIDE = (1, 10)
MERGE = """
    merge:
      - {id: under_three, name: Under 3, of: [infant, toddler]}
      - {id: older, name: Three and older, of: [preschool, five]}
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Everything collected; the last two quarters drafted, approved and published, the second one in all languages. Ages
    may be shown together."""
    from generate import write_inbox  # the example's own script; tests.example.conftest puts it within reach

    path = tmp_path_factory.mktemp("protected") / "childcare"
    shutil.copytree(CHILDCARE, path, ignore=shutil.ignore_patterns("store", "site", ".cairn"))
    text = (path / "initiative.yml").read_text(encoding="utf-8")
    before, _, after = text.partition("disclosure:\n")
    policy = "disclosure:\n  policy: small_counts\n\nstatus:" + after.partition("status:")[2]
    protected = before + policy
    (path / "initiative.yml").write_text(re.sub("languages: .*", "", protected), encoding="utf-8")
    agenda = (path / "agenda.yml").read_text(encoding="utf-8")
    assert agenda.count("\n  - id: setting\n") == 1
    (path / "agenda.yml").write_text(
        agenda.replace("\n  - id: setting\n", f"{MERGE}  - id: setting\n"), encoding="utf-8"
    )
    write_inbox(path / "store" / "inbox")
    workspace = Workspace.open(path)
    collect(workspace.folder, FolderStore(path / "store"))
    for key in LATEST:
        if key == LATEST[-1]:
            (path / "initiative.yml").write_text(protected, encoding="utf-8")
            workspace = Workspace.open(path)
        period = workspace.calendar.parse(key)
        make_draft(workspace, workspace.warehouse(), period)
        approve(workspace.store, workspace.folder, period, workspace.folder.initiative.reviewers[0].name)
        publish(workspace.folder, workspace.store, workspace.site, period)
    return workspace


def test_every_number_that_is_shown_is_one_that_is_published(workspace: Workspace) -> None:
    """In pages, charts, alternatives, tables and the PDF; where one is withheld, no layer has another in its place."""
    assert isinstance(workspace.site, FolderStore)
    pages = workspace.site.path / LATEST[-1]
    edition = Edition(pages / "data", workspace.folder, workspace.calendar.parse(LATEST[-1]))
    assert any(row["conf_status"] != "F" for row in edition.tables["indicator_values"])
    assert unexplained(pages, edition) == []
    if shutil.which("pdftotext"):
        assert all(only_on_paper(folder) == {} for _, folder in in_languages(pages, edition))


def test_attackers_find_nothing_in_all_that_is_on_the_site(workspace: Workspace) -> None:
    """They read both editions, reckon on their own, and are not told how what is hidden was chosen."""
    site = Cells(workspace.folder, HIDE)
    for edition in published_before(workspace.folder, workspace.store, workspace.site):
        known = (row for row in edition.rows if row.period in LATEST)
        site.add(known, is_now=False, merges=edition.merges)
    with duckdb.connect(str(workspace.warehouse()), read_only=True) as connection:
        attackers = site.attackers(read_own(connection))
    assert len(attackers) == 12  # the public, and all partners who count people
    linked = site.linked()
    hidden = [i for i, cell in enumerate(linked.cells) if cell.was_hidden]
    assert sum(linked.cells[i].is_small for i in hidden) > 50
    assert any(group not in hidden for group in linked.merged)
    assert exposed(linked, hidden, attackers) == []
    leaky = [
        cell._replace(is_out=True, is_implied=False) if cell.was_hidden and not cell.is_small else cell
        for cell in linked.cells
    ]
    assert exposed(replace(linked, cells=leaky), hidden, [PUBLIC]) != []  # had only small counts been hidden


def test_no_small_count_of_people_stands_in_a_download(workspace: Workspace) -> None:
    agenda = workspace.folder.agenda
    people = {m.id for m in agenda.measures if m.subject == "people"}
    counted = [i.id for i in agenda.indicators if i.formula.of[0].measure in people]
    known = people | {series.id for series in agenda.reference}
    parted = [
        i.id for i in agenda.indicators if i.id in counted and i.formula.per and i.formula.per[0].measure in known
    ]
    for digest in editions(workspace.site):
        table = pl.read_csv(
            workspace.site.get(f"editions/{digest}/data/indicator_values.csv"), infer_schema_length=None
        )
        shown = table.filter(pl.col("indicator").is_in(counted))
        small = pl.col("numerator").is_between(*HIDE)
        assert shown.filter(pl.col("numerator").is_not_null()).height > 100
        assert shown.filter(small).height == 0
        complement = (pl.col("denominator") - pl.col("numerator")).is_between(*HIDE)
        assert shown.filter(pl.col("indicator").is_in(parted) & complement).height == 0
        gone = table.filter(pl.col("conf_status") != "F")
        assert set(gone["conf_status"]) == {"A", "D"}
        assert gone["value"].null_count() == gone.height


def test_pages_and_the_review_say_what_is_withheld(workspace: Workspace) -> None:
    for digest in editions(workspace.site):
        assert "withheld to protect people" in workspace.site.get(f"editions/{digest}/index.html").decode()
        assert "People can’t be recognised." in workspace.site.get(f"editions/{digest}/data.html").decode()
    reviews = [stored.key for stored in workspace.store.list("editions/") if stored.key.endswith(".review/index.html")]
    assert len(reviews) == len(LATEST)
    assert all("values withheld to protect people" in workspace.store.get(key).decode() for key in reviews)
    assert not [stored.key for stored in workspace.site.list("") if "withheld" in stored.key]


def test_ages_that_can_not_be_shown_alone_are_shown_together(workspace: Workspace) -> None:
    """In the download, on the page, on the review; where one is, its parts are not, and else nothing stands for them."""
    where = ("indicator", "period", "place")
    for digest in editions(workspace.site):
        table = read_values(workspace.site.get(f"editions/{digest}/data/indicator_values.csv"))
        for group, parts in (("under_three", {"infant", "toddler"}), ("older", {"preschool", "five"})):
            shown = table.filter(age_group=group)
            inside = table.filter(pl.col("age_group").is_in(parts)).join(shown.select(where), on=where, how="semi")
            assert shown.height > 10
            assert set(shown["conf_status"]) == {"F"}
            assert inside.height == 2 * shown.height
            assert set(inside["status"]) == {"K"}
            assert set(inside["value"]) == {""}
        assert (
            table.filter(status="K").height
            == 2 * table.filter(pl.col("age_group").is_in(["under_three", "older"])).height
        )
    page = workspace.site.get(f"{LATEST[-1]}/goals/cost.html").decode()
    assert "Of these, shown together" in page
    reviews = [stored.key for stored in workspace.store.list("editions/") if stored.key.endswith(".review/index.html")]
    assert all("Three and older (" in workspace.store.get(key).decode() for key in reviews)


def test_explain_says_what_a_group_is_shown_in(workspace: Workspace) -> None:
    digest = editions(workspace.site)[0]
    table = read_values(workspace.site.get(f"editions/{digest}/data/indicator_values.csv"))
    row = table.filter(pl.col("status") == "K").row(0, named=True)
    asked = row["indicator"], workspace.calendar.parse(row["period"]), row["place"], {"age_group": row["age_group"]}
    made = explain(workspace.folder, workspace.warehouse(), *asked)
    made = replace(made, editions=tuple(said_of(workspace.store, workspace.calendar, *asked)))
    group = {"infant": "Under 3", "toddler": "Under 3"}.get(row["age_group"], "Three and older")
    assert any(line.endswith(f"; shown together with others, as {group}") for line in explain_words.lines(made))


def pages_for_browsers(workspace: Workspace) -> dict[str, list[Path]]:
    """By what they are: an edition's pages in four languages, the site's own, the review, and each partner's receipts."""
    assert isinstance(workspace.site, FolderStore)
    site, store = workspace.site.path, workspace.site.path.parent / "store"
    return {
        "edition": sorted((site / LATEST[-1]).resolve().rglob("*.html")),
        "site": [site / at / "index.html" for at in workspace.folder.initiative.folders.values()],
        "review": sorted(store.glob("editions/*/*.review/index.html")),
        "receipts": sorted(store.glob("receipts/*/*.html")),
    }


def test_every_page_is_valid_html(workspace: Workspace) -> None:
    assert violations(chain(*pages_for_browsers(workspace).values())) == []


def test_every_page_keeps_nobody_out(workspace: Workspace) -> None:
    """Of a partner's receipts the list of them, and the last one. Colours are the same in all languages, and for all
    partners."""
    pages = pages_for_browsers(workspace)
    root = Path(commonpath(pages["site"] + pages["review"]))
    last = {page.parent: page for page in pages.pop("receipts") if page.name != "index.html"}
    first, *others = [[folder / "index.html", page] for folder, page in last.items()]
    _, *translations = workspace.folder.initiative.folders
    seen, alike = first, list(chain(*others))
    for page in chain(*pages.values()):
        (seen if set(page.parts).isdisjoint(translations) else alike).append(page)
    with chromium() as browser:
        assert kept_out(browser, root, seen) == {}
        assert kept_out(browser, root, alike, colours=False) == {}


@pytest.mark.parametrize(("code", "why"), [("A", "few people are counted"), ("D", "for others' sake")])
def test_explain_says_why_an_edition_withheld_a_value(workspace: Workspace, code: str, why: str) -> None:
    digest = editions(workspace.site)[0]
    table = read_values(workspace.site.get(f"editions/{digest}/data/indicator_values.csv"))
    row = table.filter((pl.col("conf_status") == code) & (pl.col("period") == LATEST[0])).row(0, named=True)
    where = {d.id: row[d.id] for d in workspace.folder.agenda.dimensions if row.get(d.id, WHOLE) != WHOLE}
    asked = row["indicator"], workspace.calendar.parse(row["period"]), row["place"], where
    made = explain(workspace.folder, workspace.warehouse(), *asked)
    made = replace(made, editions=tuple(said_of(workspace.store, workspace.calendar, *asked)))
    assert [(e.quarter, e.conf_status, e.value) for e in made.editions] == [(key, code, "") for key in LATEST]
    said = [line for line in explain_words.lines(made) if ", edition " in line]
    assert len(said) == len(LATEST)
    assert all(f"withheld ({code}): {why}" in line for line in said)
