"""Mappings: which heading a column goes by in one partner's files, once somebody has confirmed it.

    mappings/<partner>/<layout>/<time>-<digest>.json     one decision each, never changed

Nothing is guessed in silence: a column that is missing refuses the file, and what looks like it is proposed. Decisions
add up in the order they were taken; the last one about a column and a heading counts. A reading's id holds those that
it was made under, so that the refused file is read again by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from agenda.layouts import Layout
from agenda.spelling import plain
from agenda.store import Store
from sources.files.readers import Sheet
from sources.lake import Delivery
from sources.meaning.likeness import Cells, Words
from sources.meaning.plan import Plan
from sources.meaning.vocabulary import Vocabulary

MAPPINGS = "mappings/"
LIKELY = 0.5
"""Score from which a heading is proposed."""
AHEAD = 0.1
"""By how much it must be better than every other: of two that are equally likely none is proposed."""
LOOKED_AT = 1000
"""Rows of a sheet that are looked at to tell what its columns hold."""


@dataclass(frozen=True)
class Proposal:
    """A column that a file lacks, and the heading in it that looks like it."""

    column: str
    header: str


@dataclass(frozen=True)
class Decision:
    """That a heading is (``accepted``) or is not the column, in one partner's files of one layout.

    ``by`` is who decided, ``source`` the file that it was decided for or by, with its SHA-256 (``submission``).
    """

    partner: str
    layout: str
    column: str
    header: str
    accepted: bool
    by: str
    at: datetime
    source: str
    submission: str


class Mappings:
    """All decisions of one store, or those about ``partners`` alone."""

    def __init__(self, store: Store, partners: Collection[str] | None = None) -> None:
        self._store = store
        prefixes = [MAPPINGS] if partners is None else [f"{MAPPINGS}{partner}/" for partner in sorted(partners)]
        keys = [stored.key for prefix in prefixes for stored in store.list(prefix)]
        self._of: dict[tuple[str, str], list[Decision]] = defaultdict(list)
        with ThreadPoolExecutor() as pool:
            for content in pool.map(store.get, keys):
                self._add(_decision(content))

    def __iter__(self) -> Iterator[Decision]:
        """Every decision, by partner and layout, in order."""
        return (decision for _, decisions in sorted(self._of.items()) for decision in decisions)

    def decide(self, decision: Decision) -> None:
        """Remember a decision for good; what stands already needs no second one."""
        standing = self._last(decision.partner, decision.layout)
        if any((_about(one), one.accepted) == (_about(decision), decision.accepted) for one in standing):
            return
        content = (json.dumps(_data(decision), ensure_ascii=False, indent=1) + "\n").encode()
        if self._store.put_new(f"{MAPPINGS}{decision.partner}/{decision.layout}/{_name(decision)}.json", content):
            self._add(decision)

    def _add(self, decision: Decision) -> None:
        """In order; what only repeats what stands doesn't count: two collects at once may take the same reply."""
        standing: dict[tuple[str, str], bool] = {}
        every = sorted([*self._of[decision.partner, decision.layout], decision], key=_name)
        self._of[decision.partner, decision.layout] = kept = []
        for one in every:
            if standing.get(_about(one)) != one.accepted:
                standing[_about(one)] = one.accepted
                kept.append(one)

    # -- what counts ----------------------------------------------------------------------------------

    def revision(self, partner: str, layout: str | None) -> int:
        """How many decisions there are so far: what a reading made now is made under."""
        return len(self._of.get((partner, layout or ""), ()))

    def said(self, partner: str, layout: str | None, revision: int) -> str:
        """The first ``revision`` decisions, as a part of a reading's id."""
        decisions = self._of.get((partner, layout or ""), ())[:revision]
        return json.dumps([(plain(d.column), plain(d.header), d.accepted) for d in decisions]) if decisions else ""

    def accepted(self, partner: str, layout: str) -> dict[str, str]:
        """The column of each heading, in plain spelling, that was confirmed."""
        return {plain(d.header): d.column for d in self._last(partner, layout) if d.accepted}

    def declined(self, partner: str, layout: str) -> set[tuple[str, str]]:
        """Columns and headings, in plain spelling, that are not each other."""
        return {(plain(d.column), plain(d.header)) for d in self._last(partner, layout) if not d.accepted}

    def standing(self) -> list[Decision]:
        """The decisions that count: the last one about each column and heading."""
        return [decision for partner, layout in sorted(self._of) for decision in self._last(partner, layout)]

    def concern(self, delivery: Delivery) -> bool:
        """Whether something was decided since about a column that this delivery lacked, or read by a mapping."""
        touched = {plain(column) for column, _ in delivery.lacks} | {plain(column) for column in delivery.mapped}
        since = self._of.get((delivery.partner, delivery.layout), ())[delivery.revision :]
        return any(plain(decision.column) in touched for decision in since)

    def _last(self, partner: str, layout: str) -> list[Decision]:
        last = {_about(d): d for d in self._of.get((partner, layout), ())}
        return list(last.values())


def open_proposals(deliveries: Iterable[Delivery], mappings: Mappings) -> list[tuple[Delivery, Proposal]]:
    """What waits for somebody's word, of the newest version of each file: the file, and what is proposed for it."""
    newest = {delivery.key: delivery for delivery in deliveries}
    return [
        (delivery, Proposal(column, header))
        for delivery in newest.values()
        for column, header in delivery.lacks
        if header and not mappings.concern(replace(delivery, lacks=((column, header),), mapped=()))
    ]


def accept_open(
    mappings: Mappings, deliveries: Iterable[Delivery], partner: str, by: str, layout: str | None = None
) -> list[Decision]:
    """Accept all that is proposed for one partner's files (of one layout); give what was decided."""
    decided: dict[tuple[str, str, str], Decision] = {}
    for delivery, proposal in open_proposals(deliveries, mappings):
        if delivery.partner == partner and layout in (None, delivery.layout):
            column, header = proposal.column, proposal.header
            decided.setdefault(
                (delivery.layout, plain(column), plain(header)),
                Decision(partner, delivery.layout, column, header, True, by, datetime.now(UTC), delivery.key,
                         delivery.submission),
            )  # fmt: skip
    for decision in decided.values():
        mappings.decide(decision)
    return list(decided.values())


# -- proposing ----------------------------------------------------------------------------------------


def propose(
    plan: Plan, sheet: Sheet, vocabulary: Vocabulary, declined: Collection[tuple[str, str]] = ()
) -> list[Proposal]:
    """For each column that the sheet lacks, the heading that is like it, where there is exactly one.

    Only headings that nothing else is read by are thought of.
    """
    spare = {p: text for p, text in enumerate(sheet.header) if text.strip() and plan.how[p][0] is None}
    if not plan.lacking or not spare:
        return []
    words, cells = Words(vocabulary), Cells(plan.layout, vocabulary)
    texts = {position: _texts(sheet, position) for position in spare}
    scores: dict[tuple[str, int], float] = {}
    for column in plan.lacking:
        called = _called(plan.layout, column, vocabulary)
        for position, header in spare.items():
            told = cells.score(column, texts[position])
            if told != 0.0 and (plain(column), plain(header)) not in declined:
                named = max(words.likeness(name, header) for name in called)
                scores[column, position] = max(named, told or 0.0)
    return [Proposal(column, spare[position]) for column, position in _best(scores)]


def _best(scores: Mapping[tuple[str, int], float]) -> Iterator[tuple[str, int]]:
    """Pairs of which each is likely, and clearly likelier than any other pair that has one of the two, best first."""
    left = {pair: score for pair, score in scores.items() if score >= LIKELY}
    while left:
        best = max(left, key=lambda pair: left[pair])
        rivals = [p for p in left if (p[0] == best[0]) != (p[1] == best[1])]
        is_clear = all(left[rival] <= left[best] - AHEAD for rival in rivals)
        if is_clear:
            yield best
        # of what is not clear, nothing that it is mixed up with is either
        mixed = {best, *(rival for rival in rivals if is_clear or left[rival] > left[best] - AHEAD)}
        left = {pair: score for pair, score in left.items() if pair not in mixed}


def _called(layout: Layout, column: str, vocabulary: Vocabulary) -> list[str]:
    """What a column may be called: its names in the layout, and the measure's where no other column holds it."""
    names = [column]
    for name, aliases in layout.aliases.items():
        names += aliases if plain(name) == plain(column) else ()
    holding = Counter(value.measure for value in layout.values if isinstance(value.measure, str))
    for value in layout.values:
        if value.column == column and isinstance(value.measure, str) and holding[value.measure] == 1:
            names.append(vocabulary.measures[value.measure].name)
    return names


def _texts(sheet: Sheet, position: int) -> Counter[str]:
    """Cells from all over a column, trimmed, and how often each stands there."""
    step = max(1, sheet.table.num_rows // LOOKED_AT)
    cells = sheet.table[f"c{position}"].take(pa.array(range(0, sheet.table.num_rows, step), pa.int64()))
    trimmed = pc.utf8_trim_whitespace(cells)
    return Counter(text for text in trimmed.to_pylist() if text)


# -- as JSON ------------------------------------------------------------------------------------------


def _about(decision: Decision) -> tuple[str, str]:
    return plain(decision.column), plain(decision.header)


def _name(decision: Decision) -> str:
    """When a decision was taken, and what tells it from others of that moment: files are in the order of decisions."""
    digest = hashlib.sha256(json.dumps(_data(decision), sort_keys=True).encode()).hexdigest()
    return f"{decision.at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{digest[:8]}"


def _data(decision: Decision) -> dict[str, object]:
    return asdict(decision) | {"at": decision.at.astimezone(UTC).isoformat()}


def _decision(content: bytes) -> Decision:
    said = json.loads(content)
    return Decision(**said | {"at": datetime.fromisoformat(said["at"])})
