"""The feed is as RFC 4287 wants it, knows every edition that was ever published, and keeps its ids; the map has whole
addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest

from agenda.folder import Folder
from agenda.model import Licence
from agenda.store import FolderStore
from reports.edition import Edition
from reports.editions.approval import approve
from reports.editions.pointers import published
from reports.editions.site import publish, refresh
from tests.editions.conftest import NOON, Q2, Q3, REVIEWER

Draft = Callable[..., Edition]
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ADDRESS = "https://valley.example/reports"
ONCE = {"id", "title", "updated"}
FEED = {*ONCE, "subtitle", "author", "rights", "link", "entry"}
ENTRY = {*ONCE, "summary", "link"}


@pytest.fixture
def release(folder: Folder, draft: Draft, store: FolderStore, site: FolderStore) -> Callable[..., str]:
    """Makes, approves and publishes an edition, so many days after noon; returns its digest."""

    def release(text: str, days: int, period=Q3, of: Folder = folder) -> str:  # type: ignore[no-untyped-def]
        digest = draft(store, text, period).digest
        approve(store, of, period, REVIEWER, at=NOON)
        publish(of, store, site, period, at=NOON + timedelta(days=days, microseconds=7))
        return digest

    return release


def read(content: bytes) -> ElementTree.Element:
    """The feed, once it is what RFC 4287 asks for: section 4.1.1 of a feed, 4.1.2 of an entry."""
    feed = ElementTree.fromstring(content)
    assert feed.tag == f"{ATOM}feed"
    for one, known in ((feed, FEED), *((entry, ENTRY) for entry in feed.iter(f"{ATOM}entry"))):
        names = [child.tag.removeprefix(ATOM) for child in one]
        assert set(names) <= known
        assert all(names.count(name) == 1 for name in ONCE)
        assert urlsplit(text(one, "id")).scheme  # 4.2.6: an IRI, and no relative one
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text(one, "updated"))  # 3.3
        links = [link.attrib for link in one.findall(f"{ATOM}link")]
        assert [link["rel"] for link in links].count("alternate") == 1
        assert all(link["href"] and link["type"] for link in links)
    assert len(text(feed, "author/name"))  # for all entries, none of which has its own
    ids = [text(one, "id") for one in (feed, *feed.iter(f"{ATOM}entry"))]
    assert len(set(ids)) == len(ids)
    assert text(feed, "updated") == max(text(entry, "updated") for entry in feed.iter(f"{ATOM}entry"))
    return feed


def text(element: ElementTree.Element, path: str) -> str:
    found = element.find("/".join(ATOM + part for part in path.split("/")))
    assert found is not None, path
    assert found.text, path
    return found.text


def link(element: ElementTree.Element, rel: str) -> str:
    return next(one.attrib["href"] for one in element.findall(f"{ATOM}link") if one.attrib["rel"] == rel)


def test_every_edition_is_an_entry_the_newest_first(site: FolderStore, release: Callable[..., str]) -> None:
    older = release("<b>second</b> & half", 1, Q2)
    first, second = release("more cards", 2), release("fewer cards", 5)
    feed = read(site.get("feed.atom"))
    entries = feed.findall(f"{ATOM}entry")
    assert [text(entry, "summary") for entry in entries] == ["fewer cards", "more cards", "<b>second</b> & half"]
    assert [link(entry, "alternate") for entry in entries] == [
        f"editions/{d}/index.html" for d in (second, first, older)
    ]
    assert [link(entry, "latest-version") for entry in entries] == ["2026Q3/index.html"] * 2 + ["2026Q2/index.html"]
    assert all(site.get(link(entry, rel)) for entry in entries for rel in ("alternate", "latest-version"))
    assert text(entries[0], "title") == "Third quarter 2026, first edition"  # what its manifest says
    assert text(entries[0], "updated") == "2026-10-26T12:00:00Z"
    assert 'type="application/atom+xml"' in site.get("index.html").decode()


def test_an_edition_that_comes_back_is_one_entry(site: FolderStore, release: Callable[..., str]) -> None:
    first = release("more cards", 1)
    release("fewer cards", 2)
    assert release("more cards", 3) == first
    entries = read(site.get("feed.atom")).findall(f"{ATOM}entry")
    assert [(text(e, "summary"), text(e, "updated")[:10]) for e in entries] == [
        ("more cards", "2026-10-24"), ("fewer cards", "2026-10-23"),
    ]  # fmt: skip


def test_a_site_that_gets_an_address_keeps_its_ids(
    site: FolderStore, folder: Folder, release: Callable[..., str]
) -> None:
    release("more cards", 1)
    bare = read(site.get("feed.atom"))
    assert not site.exists("sitemap.xml")
    licence = Licence(id="CC0-1.0", name="CC Zero", url="https://creativecommons.org/publicdomain/zero/1.0/")
    known = replace(
        folder, initiative=folder.initiative.model_copy(update={"address": f"{ADDRESS}/", "licence": licence})
    )
    refresh(known, site, "2026Q3")
    feed = read(site.get("feed.atom"))
    assert [text(one, "id") for one in feed.iter() if one.tag in (f"{ATOM}feed", f"{ATOM}entry")] == [
        text(one, "id") for one in bare.iter() if one.tag in (f"{ATOM}feed", f"{ATOM}entry")
    ]
    assert link(feed, "self") == f"{ADDRESS}/feed.atom"
    assert link(feed, "license") == licence.url
    assert licence.name in text(feed, "rights")
    relative = [urljoin(f"{ADDRESS}/feed.atom", one.attrib["href"]) for one in bare.iter(f"{ATOM}link")]
    assert [one.attrib["href"] for one in feed.iter(f"{ATOM}link") if one.attrib["rel"] != "license"] == relative
    found = ElementTree.fromstring(site.get("sitemap.xml"))
    assert found.tag == f"{MAP}urlset"
    assert [url.findtext(f"{MAP}loc") for url in found] == [f"{ADDRESS}/index.html", f"{ADDRESS}/2026Q3/index.html"]
    assert {datetime.fromisoformat(url.findtext(f"{MAP}lastmod", "")).date().isoformat() for url in found} == {
        "2026-10-22"
    }
    refresh(folder, site, "2026Q3")  # without an address there can be no map
    assert not site.exists("sitemap.xml")


def test_the_same_pointers_give_the_same_bytes(site: FolderStore, folder: Folder, release: Callable[..., str]) -> None:
    release("more cards", 1)
    before = [(stored.key, stored.version) for stored in site.list("")]
    refresh(folder, site, "2026Q3")
    assert [(stored.key, stored.version) for stored in site.list("")] == before


def test_a_pointer_that_knows_of_none_before_it_is_read(site: FolderStore, release: Callable[..., str]) -> None:
    """As they were written before the feed was."""
    release("more cards", 1)
    text = site.get("periods/2026Q3.json").decode()
    site.put("periods/2026Q3.json", re.sub(r'.*"(number|before)".*\n', "", text).replace('",\n}', '"\n}').encode())
    old = published(site, "2026Q3")
    assert old is not None
    assert old.before == ()
    release("fewer cards", 2)
    assert len(read(site.get("feed.atom")).findall(f"{ATOM}entry")) == 2
