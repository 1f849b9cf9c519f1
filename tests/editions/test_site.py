"""Publishing: one conditional write, whatever happens around it; and nothing private on the site."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from agenda.errors import HeldBack, Unavailable
from agenda.folder import Folder
from agenda.store import BucketStore, FolderStore, Store
from infra.servers import S3Server
from reports.edition import Edition, load
from reports.editions.approval import approve
from reports.editions.pointers import published
from reports.editions.site import Published, publish
from tests.editions.conftest import NOON, Q2, Q3, REVIEWER, Stores

Draft = Callable[..., Edition]


@pytest.fixture
def release(folder: Folder, draft: Draft) -> Callable[..., Published]:
    """Makes, approves and publishes an edition whose page says ``text``."""

    def release(stores: Stores, text: str, period=Q3, days: int = 0) -> Published:  # type: ignore[no-untyped-def]
        draft(stores.store, text, period)
        approve(stores.store, folder, period, REVIEWER, at=NOON)
        return publish(folder, stores.store, stores.site, period, at=NOON + timedelta(days=9 + days))

    return release


def snapshot(store: Store) -> list[tuple[str, str]]:
    return [(stored.key, stored.version) for stored in store.list("")]


def test_a_published_edition_stands_at_its_address(stores: Stores, release: Callable[..., Published]) -> None:
    done = release(stores, "more cards")
    assert done.is_new
    assert done.address == f"{stores.site.url}/2026Q3/index.html"
    assert done.pointer == published(stores.site, "2026Q3")
    for folder in ("2026Q3", f"editions/{done.pointer.edition}"):
        assert stores.site.get(f"{folder}/index.html") == b"<h1>more cards</h1>"
        assert stores.site.get(f"{folder}/manifest.json")
    assert load(stores.store, "2026Q3", done.pointer.edition).status == "published"
    home = stores.site.get("index.html").decode()
    assert 'href="2026Q3/index.html"' in home
    assert "more cards" in home


def test_publishing_it_again_changes_nothing(stores: Stores, folder: Folder, release: Callable[..., Published]) -> None:
    first = release(stores, "more cards")
    before = snapshot(stores.site), snapshot(stores.store)
    again = publish(folder, stores.store, stores.site, Q3)
    assert again == replace(first, is_new=False)
    assert (snapshot(stores.site), snapshot(stores.store)) == before


def test_a_new_edition_takes_the_old_ones_place_and_leaves_it_readable(
    stores: Stores, release: Callable[..., Published]
) -> None:
    old = release(stores, "more cards").pointer
    new = release(stores, "fewer cards", days=3).pointer
    assert new.supersedes == old.edition
    assert stores.site.get("2026Q3/index.html") == b"<h1>fewer cards</h1>"
    assert stores.site.get(f"editions/{old.edition}/index.html") == b"<h1>more cards</h1>"
    record = load(stores.store, "2026Q3", old.edition).record
    assert (record.status, record.events[-1].by) == ("superseded", new.edition)


def test_the_home_page_has_the_latest_quarter_first(
    store: FolderStore, site: FolderStore, release: Callable[..., Published]
) -> None:
    for text, period in (("third", Q3), ("<b>second</b> & half", Q2)):
        release(Stores(store, site), text, period)
    home = site.get("index.html").decode()
    assert home.index("Third quarter 2026") < home.index("Second quarter 2026")
    assert '<h1><a href="2026Q3/index.html">third</a></h1>' in home
    assert "&#60;b&#62;second&#60;/b&#62; &#38; half" in home
    assert "Numbers made up for tests." in home
    assert 'href="2026Q3/report.pdf"' in home
    assert "published 30 October 2026" in home.replace("October 30, 2026", "30 October 2026")


def test_nothing_private_lies_on_the_site(stores: Stores, release: Callable[..., Published]) -> None:
    release(stores, "more cards")
    release(stores, "fewer cards")
    known = ("editions/", "periods/2026Q3.json", "2026Q3/", "index.html", "feed.atom")
    for stored in stores.site.list(""):
        assert stored.key.startswith(known)
        content = stores.site.get(stored.key)
        for private in (b"main/more cards.csv", REVIEWER.encode(), b"arrivals"):
            assert private not in content, stored.key
    if isinstance(stores.site, FolderStore):
        hidden = [path.name for path in stores.site.path.rglob(".*")]
        assert hidden == []


# -- what holds it back --------------------------------------------------------------------------------


def test_without_a_draft_or_an_approval_nothing_is_published(stores: Stores, folder: Folder, draft: Draft) -> None:
    with pytest.raises(HeldBack, match=r"no draft of 2026Q3 to publish\. Make one: cairn run 2026Q3"):
        publish(folder, stores.store, stores.site, Q3)
    edition = draft(stores.store, "more cards")
    with pytest.raises(HeldBack, match="cairn review 2026Q3 --approve --as NAME") as held:
        publish(folder, stores.store, stores.site, Q3)
    assert edition.review_page in str(held.value)
    assert snapshot(stores.site) == []


def test_a_newer_draft_voids_the_approval(store: FolderStore, site: FolderStore, folder: Folder, draft: Draft) -> None:
    draft(store, "more cards")
    approve(store, folder, Q3, REVIEWER)
    draft(store, "fewer cards")
    with pytest.raises(HeldBack, match="is not approved"):
        publish(folder, store, site, Q3)


def test_without_a_disclosure_policy_nothing_is_published(
    store: FolderStore, site: FolderStore, folder: Folder, draft: Draft
) -> None:
    draft(store, "more cards")
    approve(store, folder, Q3, REVIEWER)
    undecided = replace(folder, initiative=folder.initiative.model_copy(update={"disclosure": None}))
    with pytest.raises(HeldBack, match=r"(?s)initiative.yml says nothing about disclosure.*policy: none.*reason:"):
        publish(undecided, store, site, Q3)
    assert snapshot(site) == []


def test_a_tampered_draft_is_not_published(store: FolderStore, site: FolderStore, folder: Folder, draft: Draft) -> None:
    edition = draft(store, "more cards")
    approve(store, folder, Q3, REVIEWER)
    store.put(f"{edition.folder}/index.html", b"<h1>other</h1>")
    with pytest.raises(HeldBack, match="were changed after it was made"):
        publish(folder, store, site, Q3)
    assert snapshot(site) == []


# -- cut short, and raced ------------------------------------------------------------------------------


def test_cut_short_at_any_write_it_is_completed_by_running_it_again(
    tmp_path: Path, folder: Folder, draft: Draft, cut: Callable[..., Store], release: Callable[..., Published]
) -> None:
    """Old edition standing, new one published; the site fails after each of its writes in turn."""
    whole = Stores(FolderStore(tmp_path / "whole/store"), FolderStore(tmp_path / "whole/site"))
    release(whole, "more cards")
    release(whole, "fewer cards", days=1)
    expected = [stored.key for stored in whole.site.list("")]
    for writes in range(9):  # five files, the pointer, the alias, the feed, the home page
        stores = Stores(FolderStore(tmp_path / f"{writes}/store"), FolderStore(tmp_path / f"{writes}/site"))
        old = release(stores, "more cards").pointer
        draft(stores.store, "fewer cards")
        approve(stores.store, folder, Q3, REVIEWER)
        when = NOON + timedelta(days=10)
        with pytest.raises(Unavailable, match="cut"):
            publish(folder, stores.store, cut(stores.site, writes), Q3, at=when)
        pointer = published(stores.site, "2026Q3")
        assert pointer is not None
        assert (pointer.edition == old.edition) == (writes < 6), "the pointer moves only once all files are there"
        assert stores.site.get("2026Q3/index.html"), "what is standing can always be read"
        done = publish(folder, stores.store, stores.site, Q3, at=when)
        assert done.is_new == (writes < 6)
        assert [stored.key for stored in stores.site.list("")] == expected
        for path in ("index.html", "feed.atom"):
            assert stores.site.get(path) == whole.site.get(path)
        assert stores.site.get("2026Q3/index.html") == b"<h1>fewer cards</h1>"
        assert load(stores.store, "2026Q3", done.pointer.edition).status == "published"
        assert load(stores.store, "2026Q3", old.edition).status == "superseded"


def test_records_that_were_not_written_are_written_by_the_next_publication(
    store: FolderStore, site: FolderStore, folder: Folder, draft: Draft, cut: Callable[..., Store],
    release: Callable[..., Published],
) -> None:  # fmt: skip
    first = release(Stores(store, site), "one").pointer
    second = draft(store, "two")
    approve(store, folder, Q3, REVIEWER)
    with pytest.raises(Unavailable, match="cut"):
        publish(folder, cut(store, 0), site, Q3)  # the pointer is written, the records are not
    assert load(store, "2026Q3", second.digest).status == "approved"
    third = release(Stores(store, site), "three").pointer
    statuses = [load(store, "2026Q3", d).status for d in (first.edition, second.digest, third.edition)]
    assert statuses == ["superseded", "superseded", "published"]


class Meeting:
    """A site whose pointer is written by nobody until all publishers have come to write it."""

    def __init__(self, site: Store, publishers: int) -> None:
        self._site, self._meet = site, threading.Barrier(publishers, timeout=20)

    def __getattr__(self, name: str) -> object:
        return getattr(self._site, name)

    def swap(self, key: str, content: bytes, tag: str | None) -> bool:
        self._meet.wait()
        return self._site.swap(key, content, tag)


def test_of_two_publishers_one_wins_and_the_other_is_told(stores: Stores, folder: Folder, draft: Draft) -> None:
    """Each has a private store of its own draft, as if two people ran Cairn on two machines."""
    mine, theirs = stores.store, FolderStore(Path(folder.path) / "theirs")
    for store, text in ((mine, "more cards"), (theirs, "fewer cards")):
        draft(store, text)
        approve(store, folder, Q3, REVIEWER)
    meeting = Meeting(stores.site, 2)

    def attempt(store: Store) -> Published | HeldBack:
        try:
            return publish(folder, store, meeting, Q3)  # type: ignore[arg-type]
        except HeldBack as held:
            return held

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(attempt, [mine, theirs]))
    (won,) = [result for result in results if isinstance(result, Published)]
    (lost,) = [result for result in results if isinstance(result, HeldBack)]
    assert f"edition {won.pointer.edition[:8]} stands" in str(lost)
    assert published(stores.site, "2026Q3") == won.pointer


def test_two_publishers_of_the_same_edition_both_find_it_published(
    stores: Stores, folder: Folder, draft: Draft
) -> None:
    draft(stores.store, "more cards")
    approve(stores.store, folder, Q3, REVIEWER)
    meeting = Meeting(stores.site, 2)
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(publish, folder, stores.store, meeting, Q3) for _ in range(2)]  # type: ignore[arg-type]
        results = [future.result() for future in done]
    assert sorted(result.is_new for result in results) == [False, True]
    assert results[0].pointer == results[1].pointer
    record = load(stores.store, "2026Q3", results[0].pointer.edition).record
    assert [event.event for event in record.events] == ["draft", "approved", "published"]


# -- a site in a bucket, as readers see it -------------------------------------------------------------


def test_readers_fetch_the_site_from_a_bucket_and_nothing_else(
    s3_environment: S3Server, folder: Folder, draft: Draft, release: Callable[..., Published]
) -> None:
    """Store and site in one bucket: with the site's policy, readers without credentials get the site alone."""
    url = f"s3://{s3_environment.bucket}/readers"
    stores = Stores(BucketStore(f"{url}/store"), BucketStore(f"{url}/site"))
    release(stores, "more cards")
    done = release(stores, "fewer cards")
    client = BucketStore(url).client
    policy = Path("infra/s3/public-site.json").read_text().replace("BUCKET", f"{s3_environment.bucket}/readers/site")
    client.put_bucket_policy(Bucket=s3_environment.bucket, Policy=policy)
    base = f"{s3_environment.endpoint}/{s3_environment.bucket}/readers/site"
    try:
        with urlopen(f"{base}/2026Q3/index.html") as answer:
            assert answer.read() == b"<h1>fewer cards</h1>"
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            assert answer.headers["x-amz-meta-alias-of"] == f"editions/{done.pointer.edition}"
        with urlopen(f"{base}/index.html") as answer:
            assert b"fewer cards" in answer.read()
        for private in ("readers/store/editions/2026Q3/latest.json", "?list-type=2"):
            with pytest.raises(HTTPError, match="403"):
                urlopen(f"{s3_environment.endpoint}/{s3_environment.bucket}/{private}")
    finally:
        client.delete_bucket_policy(Bucket=s3_environment.bucket)
