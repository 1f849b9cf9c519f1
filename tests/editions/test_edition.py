"""Editions: same files, same digest; nothing changes once it is there; approvals belong to one digest."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from agenda.errors import ConfigurationError, HeldBack, Unavailable
from agenda.folder import Folder, read_folder
from agenda.periods import Calendar
from agenda.store import FolderStore, Store
from reports.edition import Edition, change_record, digest_of, encoded, load, newest, read_files
from reports.editions.approval import approve
from reports.editions.drafting import add_edition, read_inputs
from tests.editions.conftest import NOON, PARTNERS, Q3, REVIEWER, Stores, inputs

Draft = Callable[..., Edition]


def keys(store: Store) -> list[str]:
    return [stored.key for stored in store.list("editions/")]


def test_an_edition_keeps_its_files_its_manifest_and_its_record(stores: Stores, draft: Draft) -> None:
    edition = draft(stores.store, "more cards")
    assert edition.is_new
    assert (edition.status, edition.period) == ("draft", "2026Q3")
    assert keys(stores.store) == [
        f"editions/2026Q3/{edition.digest}.record.json",
        *(
            f"{edition.folder}/{name}"
            for name in ("agenda/agenda.yml", "data/indicator_values.csv", "index.html", "manifest.json", "report.pdf")
        ),
        "editions/2026Q3/latest.json",
    ]
    newest_ = newest(stores.store, "2026Q3")
    assert newest_ is not None
    assert newest_.digest == edition.digest
    assert read_files(stores.store, edition)["index.html"] == b"<h1>more cards</h1>"


def test_the_same_files_again_change_nothing(stores: Stores, draft: Draft) -> None:
    first = draft(stores.store, "more cards")
    before = [(s.key, s.version) for s in stores.store.list("")]
    again = draft(stores.store, "more cards")
    assert (again.digest, again.is_new) == (first.digest, False)
    assert [(s.key, s.version) for s in stores.store.list("")] == before


def test_the_manifest_names_digests_and_no_submission(store: FolderStore, folder: Folder, draft: Draft) -> None:
    edition = draft(store, "more cards")
    text = store.get(f"{edition.folder}/manifest.json").decode()
    manifest = json.loads(text)
    assert {key: manifest[key] for key in ("initiative", "period", "headline", "as_of", "agenda")} == {
        "initiative": "valley", "period": "2026Q3", "headline": "more cards", "as_of": "2026-10-21T12:00:00Z",
        "agenda": digest_of({"agenda.yml": (folder.path / "agenda.yml").read_bytes()}),
    }  # fmt: skip
    assert [file["path"] for file in manifest["files"]] == [
        "agenda/agenda.yml",
        "data/indicator_values.csv",
        "index.html",
        "report.pdf",
    ]
    assert manifest["files"][2]["bytes"] == 19
    for private in ("main", "arrivals", "received", str(store.path)):
        assert private not in text
    assert "main/more cards.csv" in store.get(f"editions/2026Q3/{edition.digest}.record.json").decode()


def test_the_digest_knows_no_place_no_clock_and_no_time_zone(
    tmp_path: Path, folder: Folder, write: Callable[[str], Path]
) -> None:
    files = write("more cards")
    here = add_edition(FolderStore(tmp_path / "a"), folder, Q3, files, inputs("r"), at=NOON)
    elsewhere = shutil.copytree(files, tmp_path / "moved")
    seoul = NOON.astimezone(timezone(timedelta(hours=9)))
    there = add_edition(
        FolderStore(tmp_path / "b"), folder, Q3, elsewhere, inputs("r", as_of=seoul), at=datetime.now(UTC)
    )
    assert here.digest == there.digest


@pytest.mark.parametrize("other", [inputs("r", "s"), inputs("r", as_of=NOON + timedelta(days=1))])
def test_other_inputs_make_another_edition(
    store: FolderStore, folder: Folder, write: Callable[[str], Path], other: object
) -> None:
    first = add_edition(store, folder, Q3, write("same"), inputs("r"))
    second = add_edition(store, folder, Q3, write("same"), other)  # type: ignore[arg-type]
    assert second.is_new
    assert second.digest != first.digest


def test_an_edition_that_was_cut_short_is_completed(
    store: FolderStore, draft: Draft, cut: Callable[..., Store]
) -> None:
    """However many writes got through, the next run ends with the same whole edition."""
    for writes in range(7):  # five files, the record, the pointer
        with pytest.raises(Unavailable, match="cut"):
            draft(cut(store, writes), "more cards")
        assert newest(store, "2026Q3") is None
        if writes < 6:
            assert not any(key.endswith("record.json") for key in keys(store))
    edition = draft(store, "more cards")
    assert edition.status == "draft"
    assert len(read_files(store, edition)) == 5


def test_of_the_initiative_only_what_was_agreed_is_shown(
    store: FolderStore, folder: Folder, write: Callable[[str], Path]
) -> None:
    """Contacts, addresses and the stories of other quarters stay private, whoever copied them among the files."""
    (folder.path / "stories").mkdir()
    for quarter in ("2026Q3", "2026Q4"):
        (folder.path / f"stories/{quarter}.yml").write_text(f"headline: What {quarter} says\n")
        (folder.path / f"stories/{quarter}.es.yml").write_text(f"headline: Lo que dice {quarter}\n")
    text = PARTNERS[: PARTNERS.index("partners:")] + "partners: {file: partners.csv, common: {layouts: [long]}}\n"
    (folder.path / "partners.yml").write_text(text)
    (folder.path / "partners.csv").write_text("id,name,contact\nmain,Main Library,ana@main.example\n")
    files = write("more cards")
    (files / "agenda").mkdir(exist_ok=True)
    (files / "agenda/partners.csv").write_text("ana@main.example")
    edition = add_edition(store, read_folder(folder.path), Q3, files, inputs("r"))
    shown = read_files(store, edition)
    assert [path for path in shown if path.startswith("agenda/")] == [
        "agenda/agenda.yml", "agenda/stories/2026Q3.es.yml", "agenda/stories/2026Q3.yml",
    ]  # fmt: skip
    assert b'"headline": "What 2026Q3 says"' in shown["manifest.json"].replace(b'":"', b'": "')


def test_links_are_no_files_of_an_edition(store: FolderStore, folder: Folder, write: Callable[[str], Path]) -> None:
    files = write("more cards")
    (files / "secret.html").symlink_to("/etc/hostname")
    with pytest.raises(ConfigurationError, match=r"secret\.html is a link"):
        add_edition(store, folder, Q3, files, inputs("r"))


def test_changed_files_are_noticed(store: FolderStore, draft: Draft) -> None:
    edition = draft(store, "more cards")
    store.put(f"{edition.folder}/index.html", b"<h1>even more cards</h1>")
    with pytest.raises(HeldBack, match=r"were changed after it was made.*cairn run 2026Q3"):
        read_files(store, edition)
    store.delete(f"{edition.folder}/index.html")
    with pytest.raises(HeldBack, match=r"lacks .*index\.html"):
        read_files(store, edition)


# -- approving -----------------------------------------------------------------------------------------


def test_an_approval_names_the_reviewer_and_holds(stores: Stores, folder: Folder, draft: Draft) -> None:
    draft(stores.store, "more cards")
    approved = approve(stores.store, folder, Q3, REVIEWER, at=NOON)
    assert approved.status == "approved"
    assert [(e.event, e.by) for e in approved.record.events] == [("draft", ""), ("approved", REVIEWER)]
    assert approve(stores.store, folder, Q3, REVIEWER) == approved, "twice changes nothing"
    both = approve(stores.store, folder, Q3, "Bo Lind")
    assert [e.by for e in both.record.events] == ["", REVIEWER, "Bo Lind"]
    assert draft(stores.store, "more cards").status == "approved", "making the same draft again keeps it"


def test_a_newer_draft_has_no_approval(store: FolderStore, folder: Folder, draft: Draft) -> None:
    draft(store, "more cards")
    approve(store, folder, Q3, REVIEWER)
    assert draft(store, "fewer cards").status == "draft"


def test_a_draft_that_comes_back_is_to_be_approved_again(store: FolderStore, folder: Folder, draft: Draft) -> None:
    draft(store, "more cards")
    approve(store, folder, Q3, REVIEWER)
    draft(store, "fewer cards")
    again = draft(store, "more cards")
    assert (again.status, again.is_new) == ("draft", False)
    assert approve(store, folder, Q3, REVIEWER).status == "approved"


def test_only_reviewers_approve(store: FolderStore, folder: Folder, draft: Draft) -> None:
    draft(store, "more cards")
    with pytest.raises(HeldBack, match=r"'ana' is not among the reviewers in initiative.yml. .*Ana Ruiz, Bo Lind"):
        approve(store, folder, Q3, "ana")


def test_what_was_looked_at_is_what_is_approved(store: FolderStore, folder: Folder, draft: Draft) -> None:
    seen = draft(store, "more cards")
    newer = draft(store, "fewer cards")
    with pytest.raises(HeldBack, match=f"{seen.short} is not the newest draft of 2026Q3: that is {newer.short}"):
        approve(store, folder, Q3, REVIEWER, edition=seen.short)
    assert approve(store, folder, Q3, REVIEWER, edition=newer.short).digest == newer.digest


def test_without_a_draft_there_is_nothing_to_approve(store: FolderStore, folder: Folder) -> None:
    with pytest.raises(HeldBack, match=r"no draft of 2026Q3 to approve\. Make one: cairn run 2026Q3"):
        approve(store, folder, Q3, REVIEWER)


def test_a_record_that_two_write_keeps_both(store: FolderStore, folder: Folder, draft: Draft) -> None:
    """Somebody approves between the reading and the writing of somebody else's approval."""
    edition = draft(store, "more cards")

    def slowly(record):  # type: ignore[no-untyped-def]
        if record.status == "draft":
            approve(store, folder, Q3, "Bo Lind")
        return record.and_then("approved", NOON, REVIEWER)

    change_record(store, edition, slowly)
    assert [e.by for e in load(store, "2026Q3", edition.digest).record.events] == ["", "Bo Lind", REVIEWER]


def test_a_record_that_cannot_be_read_says_so(store: FolderStore, draft: Draft) -> None:
    edition = draft(store, "more cards")
    store.put(f"editions/2026Q3/{edition.digest}.record.json", b"{}")
    with pytest.raises(Unavailable, match="a stored record can't be read"):
        newest(store, "2026Q3")


# -- what went in --------------------------------------------------------------------------------------


def test_inputs_are_the_readings_up_to_the_quarter(warehouse: Path) -> None:
    found = read_inputs(warehouse, Q3)
    assert found.as_of == datetime(2026, 10, 21, 9, tzinfo=UTC), "when the newest of them was received"
    assert [(a.partner, a.key, a.outcome) for a in found.arrivals] == [
        ("bus", "bus/broken.csv", "rejected"),
        ("main", "main/q2.csv", "accepted"),
        ("main", "main/q3.csv", "accepted"),
        ("main", "main/q3_more.csv", "accepted"),
    ]
    assert read_inputs(warehouse, Q3) == found
    assert encoded(found) == encoded(found)


def test_before_anything_was_delivered_there_is_nothing_to_report(warehouse: Path) -> None:
    with pytest.raises(HeldBack, match="nothing has been delivered for 2026Q1 or before"):
        read_inputs(warehouse, Calendar().quarter(2026, 1))


def test_a_warehouse_that_cannot_be_read_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"nowhere\.duckdb"):
        read_inputs(tmp_path / "nowhere.duckdb", Q3)
