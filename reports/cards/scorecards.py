"""The scorecards of a quarter: written with its draft, rendered and handed out when that is published.

    editions/<period>/<digest>.scorecards.json          what they say: private, and as frozen as the edition
    receipts/<partner>/scorecards/<period>.html, .pdf   the partner's own, which nobody but it can read

So a scorecard shows no number of the coalition that is not public, and none otherwise than the edition does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment
from markupsafe import Markup

from agenda.entry import Entry
from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.in_language import in_language
from agenda.model import Partner
from agenda.periods import Calendar, Period
from agenda.store import Store
from reports.cards.own_parts import OwnParts, Part, read_own_parts
from reports.cards.scorecard import Scorecard, Step
from reports.cards.scorecard_courses import chart, described, periods_of
from reports.cards.scorecard_data import Data
from reports.cards.scorecard_numbers import Coalition, Numbers
from reports.edition import Edition, decoded, encoded
from reports.escape import plain
from reports.pictures.drawing import for_page, for_print
from reports.quarter.tables import Quarter
from reports.rendering.fonts import face
from reports.rendering.pages import write_sources
from reports.rendering.templating import environment, rendered, safe
from reports.rendering.web import style
from reports.words import Words, sentence_case

_FOLDER = "scorecard"


class Scorecards(Entry):
    """``<digest>.scorecards.json``. Private."""

    format: int = 1
    as_of: datetime
    cards: tuple[Scorecard, ...]


def read_own(quarter: Quarter, warehouse: Path) -> OwnParts:
    """What each partner gave of every indicator in the periods that its scorecard speaks of.

    ``warehouse`` is the one that ``quarter`` was read from.
    """
    periods = {period.key for id_ in quarter.indicators for period in periods_of(quarter, id_)}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return read_own_parts(connection, quarter.root.id, periods)


def write(quarter: Quarter, own: OwnParts) -> Scorecards:
    """What the scorecard of every partner says that is with the coalition in the quarter, in the agenda's order."""
    coalitions: dict[str, Coalition] = {}
    cards = []
    for partner in quarter.folder.partners.partners:
        if is_with_us(quarter.calendar, partner, quarter.period):
            if partner.language not in coalitions:
                local = quarter.in_language(partner.language)
                coalitions[partner.language] = Coalition(local, Words(partner.language, quarter.calendar))
            coalition = coalitions[partner.language]
            cards.append(_scorecard(coalition, coalition.quarter.partners[partner.id], own.get(partner.id, {})))
    return Scorecards(as_of=quarter.as_of, cards=tuple(cards))


def _scorecard(coalition: Coalition, partner: Partner, own: Mapping[tuple[str, str], Part]) -> Scorecard:
    quarter, words = coalition.quarter, coalition.words
    numbers, data = Numbers(coalition, partner, own), Data(quarter, words, partner)
    period, doing = sentence_case(words.period(quarter.period)), tuple(numbers.doing())
    return Scorecard(
        partner=partner.id,
        prefix=partner.prefix,
        name=plain(partner.name),
        language=words.language if words.has_catalogue else "en",
        period=period,
        address=coalition.address("index.html"),
        eyebrow=" · ".join((period, words._("data as of {day}", day=words.day(quarter.as_of)))),
        headline=numbers.headline(),
        thanks=tuple(data.thanks(bool(doing))),
        facts=tuple(data.facts()),
        groups=tuple(numbers.groups()),
        doing=doing,
        owed=tuple(data.owed()),
        files=data.files(),
        due=tuple(data.due()),
    )


def is_with_us(calendar: Calendar, partner: Partner, period: Period) -> bool:
    """Whether the partner is one at any time of the period."""
    return (partner.since is None or calendar.parse(partner.since).start < period.end) and (
        partner.until is None or calendar.parse(partner.until).end > period.start
    )


def keep(store: Store, edition: Edition, cards: Scorecards) -> None:
    """Keeps what the scorecards of ``edition`` say beside it."""
    store.put(_key(edition), encoded(cards))


def read(store: Store, edition: Edition) -> Scorecards:
    """Raises `HeldBack` where the edition was drafted without scorecards."""
    found = store.read(_key(edition))
    if found is None:
        raise HeldBack(
            f"edition {edition.short} of {edition.period} was drafted without scorecards. Write 'scorecards: yes' into "
            f"initiative.yml, and make the draft again: cairn run {edition.period}"
        )
    return decoded(Scorecards, found[0])


# -- rendering -----------------------------------------------------------------------------------------


def write_project(folder: Folder, period: Period, cards: Sequence[Scorecard], project: Path) -> None:
    """The scorecards as a plain Quarto project: each partner's page, and its PDF below ``paper/``."""
    write_sources(project, dict(_sources(folder, period, cards)))
    page = rendered(_environment(), "page.html", style=style(_FOLDER))
    (project / "theme" / "page.html").write_text(page, encoding="utf-8")


def _sources(folder: Folder, period: Period, cards: Sequence[Scorecard]) -> Iterator[tuple[str, str]]:
    local = {language: in_language(folder, language).initiative for language in {card.language for card in cards}}
    yield "_quarto.yml", rendered(_environment(), "_quarto.yml", cards=cards)
    for card in cards:
        shared: dict[str, Any] = {"initiative": local[card.language], "quarter": period.key}
        words, cjk = Words(card.language, folder.initiative.calendar), face(card.language)
        private = words._("Private: for {partner}", partner=card.name)
        said = {"_": words._, "own_and_all": _own_and_all(words), "private": private, "cjk": cjk,
                "told": partial(described, words)}  # fmt: skip
        for path, format_ in ((f"{card.partner}.qmd", "html"), (f"paper/{card.partner}.qmd", "typst")):
            yield path, rendered(_environment(), "card.qmd", card=card, format=format_, **said, **shared)
        for line in (line for group in card.groups for line in group.lines):
            for whose, steps in ((f"own/{card.partner}", line.your_course), (f"all/{card.language}", line.course)):
                if steps:
                    yield f"charts/{whose}/{line.indicator}.svg", for_print(chart(steps), line.name, cjk)


def _own_and_all(words: Words) -> str:
    return words._("Your own numbers are what you sent. All others are those that the report shows everybody; nobody "
                   "else’s numbers are on this page, and nobody is ranked.")  # fmt: skip


@cache
def _environment() -> Environment:
    return environment(_FOLDER, css=safe(str), drawn=_drawn)


def _drawn(steps: Sequence[Step], ident: str, title: str, description: str) -> Markup:
    return Markup(for_page(chart(steps), ident, title, description))


# -- handing out ---------------------------------------------------------------------------------------


def hand_out(store: Store, period: Period, cards: Iterable[Scorecard], rendered: Path) -> int:
    """Puts each partner's scorecard where it finds its receipts; gives how many were not there as they are."""

    def put(card: Scorecard) -> bool:
        files = {"html": rendered / f"{card.partner}.html", "pdf": rendered / "paper" / f"{card.partner}.pdf"}
        # all of them, whether the first was new or not
        return any([_put(store, f"{place(card.prefix, period)}.{end}", f.read_bytes()) for end, f in files.items()])  # noqa: C419

    with ThreadPoolExecutor() as pool:
        return sum(pool.map(put, cards))


def place(prefix: str, period: Period) -> str:
    """Where the scorecard of the partner with this inbox lies, without its ending."""
    return f"receipts/{prefix}/scorecards/{period}"


def _put(store: Store, key: str, content: bytes) -> bool:
    found = store.read(key)
    if found is not None and found[0] == content:
        return False
    store.put(key, content)
    return True


def _key(edition: Edition) -> str:
    return f"editions/{edition.period}/{edition.digest}.scorecards.json"
