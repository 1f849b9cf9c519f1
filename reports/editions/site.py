"""Publishing: an approved edition goes onto the public site by one conditional write.

    editions/<digest>/…       every edition that was ever published, as it was
    periods/<period>.json     the pointer: which edition of a quarter stands. Writing it is the publication
    <period>/…                the readable address: the same files as the edition the pointer names
    index.html                all published quarters, the latest first; es/index.html in another language
    feed.atom  sitemap.xml    the same for feed readers and search engines, the map where the address is known

Whatever is below the pointer in this list follows from the pointers alone, so a publication that was cut short
is completed by running it again. docs/decisions/0003-where-the-pointer-lies.md has the reasons.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.model import Initiative
from agenda.periods import Period
from agenda.store import Store
from reports.edition import Edition, Manifest, Status, change_record, decoded, encoded, load, newest, read_files
from reports.editions import earlier, feed, home, policy, scorecard_gate
from reports.editions.pointers import Pointer, key_of, pointers, published
from reports.words import Words


@dataclass(frozen=True)
class Published:
    """What a call of `publish` led to. ``is_new`` is False where the edition already stood there."""

    pointer: Pointer
    address: str
    is_new: bool


def publish(folder: Folder, store: Store, site: Store, period: Period, *, at: datetime | None = None) -> Published:
    """Puts the approved newest draft of ``period`` on the site; run again it completes, or changes nothing.

    Raises `HeldBack` where there is no disclosure policy, no draft or no approval, where the draft isn't proved
    safe for people beside all that is published, where a scorecard shows what it withholds, or where somebody else
    published another edition of this quarter at the same moment.
    """
    policy.require_policy(folder)
    edition = _approved(store, period)
    earlier.require_proof(folder, store, site, period, edition.digest)
    scorecard_gate.require_public(folder, store, edition)
    found = site.read(key_of(period.key))
    standing = decoded(Pointer, found[0]) if found else None
    is_new = standing is None or standing.edition != edition.digest
    if standing:
        _record(store, standing)  # in case it was cut short
    if is_new:
        contents = read_files(store, edition)
        for path, content in contents.items():
            site.put_new(f"editions/{edition.digest}/{path}", content)
        pointer = _pointer(decoded(Manifest, contents["manifest.json"]), edition, standing, at or datetime.now(UTC))
        is_new = site.swap(key_of(period.key), encoded(pointer), found and found[1])
    now = published(site, period.key)
    if now is None or now.edition != edition.digest:
        raise HeldBack(
            f"somebody else published {period} at this moment: edition {now.edition[:8] if now else '?'} stands. "
            f"Look at it; to put {edition.short} in its place run again: cairn publish {period}"
        )
    _record(store, now)
    refresh(folder, site, period.key)
    return Published(now, f"{site.url}/{period}/index.html", is_new)


def _approved(store: Store, period: Period) -> Edition:
    edition = newest(store, period.key)
    if edition is None:
        raise HeldBack(f"there is no draft of {period} to publish. Make one: cairn run {period}")
    if edition.status == "draft":
        raise HeldBack(
            f"the newest draft of {period}, {edition.short}, is not approved. "
            f"Look at {store.url}/{edition.review_page}, then: cairn review {period} --approve --as NAME"
        )
    return edition


def _pointer(manifest: Manifest, edition: Edition, standing: Pointer | None, at: datetime) -> Pointer:
    return Pointer(
        initiative=manifest.initiative,
        period=edition.period,
        number=manifest.number,
        headline=manifest.headline,
        headlines=manifest.headlines,
        edition=edition.digest,
        supersedes=standing.edition if standing else "",
        before=(*standing.before, standing.release) if standing else (),
        as_of=manifest.as_of,
        published_at=at,
    )


def _record(store: Store, pointer: Pointer) -> None:
    """Notes in the private records what the pointer says; the site does not need them, so they may be gone."""

    def note(digest: str, event: Status, by: str = "") -> None:
        with contextlib.suppress(KeyError):
            change_record(
                store,
                load(store, pointer.period, digest),
                lambda record: record if record.status == event else record.and_then(event, pointer.published_at, by),
            )

    note(pointer.edition, "published")
    if pointer.supersedes:
        note(pointer.supersedes, "superseded", pointer.edition)


def refresh(folder: Folder, site: Store, period: str) -> None:
    """Brings the readable address, the home page, the feed and the map in line with the pointers.

    The pointers are read again afterwards, so of several publishers the last one leaves the newest state.
    """
    while (pointer := published(site, period)) is not None:
        files = [file.path for file in _manifest(site, pointer).files]
        # the page people open comes last: once it is there, so is what it links to
        files = ["manifest.json", *sorted(files, key=lambda path: (path == "index.html", path))]
        site.alias(period, f"editions/{pointer.edition}", files)
        if published(site, period) == pointer:
            break
    while standing := pointers(folder.initiative.calendar, site):
        for path, content in _of_all(folder, site, standing):
            found = site.read(path)
            if content is None and found:
                site.delete(path)
            elif content is not None and (found is None or found[0] != content):
                site.put(path, content)
        if pointers(folder.initiative.calendar, site) == standing:
            break


def _of_all(folder: Folder, site: Store, standing: Sequence[Pointer]) -> Iterator[tuple[str, bytes | None]]:
    """What speaks of all quarters, the home page last; None where it shall not be there."""
    initiative = folder.initiative
    words = Words(initiative.language, initiative.calendar)
    released = ((pointer.period, one) for pointer in standing for one in (*pointer.before, pointer.release))
    yield feed.FEED, feed.feed(initiative, words, released)
    yield feed.SITEMAP, feed.sitemap(initiative, _pages(initiative, site, standing)) if initiative.address else None
    files = {file.path for file in _manifest(site, standing[0]).files}
    yield from home.homes(folder, [(pointer.period, pointer) for pointer in standing], files)


def _pages(initiative: Initiative, site: Store, standing: Sequence[Pointer]) -> Iterator[tuple[str, datetime]]:
    """Every page at its readable address, with when it was published."""
    latest = max(pointer.published_at for pointer in standing)
    yield from ((f"{at}index.html", latest) for at in initiative.folders.values())
    for pointer in standing:
        for file in _manifest(site, pointer).files:
            if file.path.endswith(".html"):
                yield f"{pointer.period}/{file.path}", pointer.published_at


def _manifest(site: Store, pointer: Pointer) -> Manifest:
    return decoded(Manifest, site.get(f"editions/{pointer.edition}/manifest.json"))
