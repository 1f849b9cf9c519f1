"""What follows a site from afar: an Atom feed of its editions (RFC 4287), and a map of its pages for search engines.

An edition is one entry, under its own address, whose content never changes; the readable address of its quarter is
named beside it (``latest-version``, RFC 5829). Ids come from digests, not from addresses: a site that moves keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5
from xml.etree import ElementTree

from agenda.model import Initiative
from reports.data.citation import terms
from reports.editions.pointers import Release
from reports.escape import plain
from reports.words import Words, sentence_case

FEED, SITEMAP = "feed.atom", "sitemap.xml"
_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def feed(initiative: Initiative, words: Words, released: Iterable[tuple[str, Release]]) -> bytes:
    """The feed of all editions that were ever published, each with the key of its quarter; the newest comes first."""
    newest = {release.edition: (period, release) for period, release in sorted(released, key=_when)}
    entries = sorted(newest.values(), key=_when, reverse=True)
    root = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": words.language})
    _text(root, "id", _name(initiative.id))
    _text(root, "title", initiative.name)
    if initiative.tagline:
        _text(root, "subtitle", initiative.tagline)
    _text(root, "updated", _moment(entries[0][1].published_at))
    author = ElementTree.SubElement(root, "author")
    _text(author, "name", initiative.name)
    if "@" in initiative.contact:
        _text(author, "email", initiative.contact)
    _text(root, "rights", terms(initiative, words))
    _link(root, "self", initiative.public(FEED), "application/atom+xml")
    _link(root, "alternate", initiative.public("index.html"))
    if initiative.licence:
        _link(root, "license", initiative.licence.url)
    for period, release in entries:
        entry = ElementTree.SubElement(root, "entry")
        named = sentence_case(words.period(initiative.calendar.parse(period)))
        _text(entry, "id", _name(release.edition))
        _text(entry, "title", f"{named}, {words.edition(release.number)}")
        _text(entry, "updated", _moment(release.published_at))
        _text(entry, "summary", release.headline or named)
        _link(entry, "alternate", initiative.public(f"editions/{release.edition}/index.html"))
        _link(entry, "latest-version", initiative.public(f"{period}/index.html"))
    return _written(root)


def sitemap(initiative: Initiative, pages: Iterable[tuple[str, datetime]]) -> bytes:
    """The pages, each with when it last changed. Only of a site whose address is known: a map takes whole ones."""
    root = ElementTree.Element("urlset", {"xmlns": _SITEMAP})
    for path, changed in pages:
        url = ElementTree.SubElement(root, "url")
        _text(url, "loc", initiative.public(path))
        _text(url, "lastmod", _moment(changed))
    return _written(root)


def _when(one: tuple[str, Release]) -> tuple[datetime, str]:
    return one[1].published_at, one[0]


def _name(of: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_OID, of)}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = plain(text)


def _link(parent: ElementTree.Element, rel: str, href: str, kind: str = "text/html") -> None:
    ElementTree.SubElement(parent, "link", {"rel": rel, "type": kind, "href": href})


def _written(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root, " ")
    return (
        ElementTree.tostring(root, encoding="unicode").encode() + b"\n"
    )  # UTF-8, as XML is where nothing else is said
