"""The site's home page, in every language of the initiative: its published quarters, the latest first.

    index.html          in the main language
    es/index.html       in another one

A quarter's link leads to its report in the reader's language where it came out in it, else to the main one; a text that
is not translated stands as it was written, with its language behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from agenda.folder import Folder
from agenda.in_language import in_language
from agenda.model import Initiative
from agenda.original import ORIGINAL, original
from reports.editions.feed import FEED
from reports.editions.pointers import Release
from reports.rendering.web import render
from reports.words import Words, own_name

Listed = Sequence[tuple[str, Release]]
"""What stands for each quarter, the latest first."""


def homes(folder: Folder, listed: Listed, files: Collection[str]) -> Iterator[tuple[str, bytes | None]]:
    """Each home page by its path, the main one last; None for a language that is no longer spoken.

    ``files`` are those of the latest quarter's edition.
    """
    initiative, calendar = folder.initiative, folder.initiative.calendar
    once = {code for _, release in listed for code in release.headlines}
    yield from ((f"{code}/index.html", None) for code in sorted(once - set(initiative.folders)))
    for language in reversed(initiative.published_in):
        words = Words(language, calendar)
        here = in_language(folder, language).initiative
        yield f"{initiative.folders[words.language]}index.html", _home(here, words, listed, files)


def _home(initiative: Initiative, words: Words, listed: Listed, files: Collection[str]) -> bytes:
    folders = initiative.folders
    at = folders[words.language]
    up = "../" if at else ""
    quarters = [_quarter(period, release, words, at, next(iter(folders))) for period, release in listed]
    said = [initiative.name, initiative.tagline, initiative.about, initiative.notice]
    said += [quarter["headline"] for quarter in quarters]
    return render(
        "home.html", words, initiative=initiative, up=up, feed=FEED, quarters=quarters,
        downloads=[(label, path) for label, path in _downloads(words, at) if path in files],
        tongues=[(code, own_name(code), f"{up}{folder}index.html") for code, folder in folders.items()],
        original=next((found[1] for text in said if (found := ORIGINAL.search(text))), ""),
    )  # fmt: skip


def _downloads(words: Words, at: str) -> list[tuple[str, str]]:
    return [(words._("PDF"), f"{at}report.pdf"), (words._("Brief as PDF"), f"{at}brief.pdf"),
            (words._("Download the data"), "data/indicator_values.csv")]  # fmt: skip


def _quarter(period: str, release: Release, words: Words, at: str, main: str) -> Mapping[str, str]:
    """A quarter on the page in ``words``; ``at`` is where its pages in that language lie."""
    headline = release.headlines.get(words.language, "")
    return {
        "key": period,
        "page": f"{period}/{at if words.language in release.headlines else ''}index.html",
        "name": words.period(words.calendar.parse(period)),
        "headline": headline or (original(release.headline, main) if at else release.headline),
        "published": words.day(release.published_at),
        "as_of": words.day(release.as_of),
    }
