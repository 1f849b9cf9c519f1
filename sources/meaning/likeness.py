"""How like a heading is to a column that a layout needs: by its words, and by whether its cells would fit.

Scores run from 0 to 1. What contradicts (another number, another of the agreed groups, cells that can't be what the
column holds) makes 0, however like the spelling.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from functools import partial

from agenda.layouts import From, Layout
from agenda.spelling import plain
from agenda.spelling import words as words_of
from sources.meaning.vocabulary import Vocabulary, translated

FITTING = 0.5
"""Share of a column's cells that must fit. In real files totals, notes and signs for what is unknown or too small to
show stand among them; where most cells are something else, the column is."""
ALONE = 0.95
"""Share from which cells speak for themselves, whatever the heading, where what they may say is a closed list."""
BY_CELLS = 0.7
"""Score of a heading whose cells speak for themselves."""
_LONGEST = 6
"""Words of the longest spelling that is looked for within a heading."""

Word = str | tuple[str, str]  # as written, or a dimension and its member
Fits = Callable[[str], bool]


class Words:
    """Headings as sets of words; any spelling of a group, measure or place is one word, whichever it is."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        ids: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for dimension, members in vocabulary.members.items():
            for member, spellings in members.items():
                for spelling in spellings:
                    ids[plain(spelling)].add((dimension, member))
        # a word that names something in two dimensions tells neither
        self._ids = {spelling: next(iter(found)) for spelling, found in ids.items() if len(found) == 1}

    def likeness(self, column: str, heading: str) -> float:
        """How like two names are."""
        if plain(column).replace(" ", "") == plain(heading).replace(" ", ""):
            return 1.0
        ours, theirs = self._of(column), self._of(heading)
        if not ours or not theirs or _contradict(ours, theirs):
            return 0.0
        shared = _weight(word for word in ours if any(_same(word, other) for other in theirs))
        mine, other = _weight(ours), _weight(theirs)
        return (shared / min(mine, other) + shared / (mine + other - shared)) / 2

    def _of(self, text: str) -> set[Word]:
        """The words of a heading; ``TotalMen`` has two, as ``total_men`` has."""
        parts = words_of(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text))
        words: set[Word] = set()
        at = 0
        while at < len(parts):
            for size in range(min(_LONGEST, len(parts) - at), 0, -1):
                known = self._ids.get(plain(" ".join(parts[at : at + size])))
                if known or size == 1:
                    words |= {known} if known else set(re.findall(r"\d+|[^\d]+", parts[at]))
                    at += size
                    break
        return words


def _weight(words: Iterable[Word]) -> int:
    """How much words say; what names a group says more than what is said of it."""
    return sum(2 if isinstance(word, tuple) else 1 for word in words)


def _contradict(ours: Iterable[Word], theirs: Iterable[Word]) -> bool:
    """Whether two headings name different numbers, or different groups of one dimension."""

    def said(words: Iterable[Word]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for word in words:
            if isinstance(word, tuple):
                found[word[0]].add(word[1])
            elif word.isdigit():
                found["#"].add(word)
        return found

    mine, other = said(ours), said(theirs)
    return any(mine[kind] != other[kind] for kind in mine.keys() & other.keys())


def _same(word: Word, other: Word) -> bool:
    """Whether two words are one, but for an ending or a slip of the pen; slips seldom hit the first letter.

    Where a sign is a syllable or a word, as in Korean and Chinese, only one left out or put in is a slip.
    """
    if word == other or isinstance(word, tuple) or isinstance(other, tuple):
        return word == other
    short, long = sorted((word, other), key=len)
    if short[:1] != long[:1] or len(short) < 3 or short.isdigit():
        return False
    if ord(max(long)) > 0x2E7F:
        signs = iter(long)
        return len(long) - len(short) == 1 and all(sign in signs for sign in short)
    return (len(short) > 3 and SequenceMatcher(None, short, long).ratio() >= 0.8) or long in (short + "s", short + "es")


# -- cells --------------------------------------------------------------------------------------------


class Cells:
    """What may stand in each column that a layout needs."""

    def __init__(self, layout: Layout, vocabulary: Vocabulary) -> None:
        self._layout, self._vocabulary = layout, vocabulary
        self._words: dict[str, list[Fits]] = defaultdict(list)
        for found, known in self._places_of_words():
            for name in found.read if not found.columns else ():
                self._words[plain(name)].append(partial(_is_known, known, found))
        together = [*(layout.period.columns or () if layout.period else ()), *layout.where]
        together += [name for value in layout.values for name in (*value.where, *value.per, value.count) if name]
        together += layout.place.columns or () if layout.place else ()
        self._anything = {plain(name) for name in together}

    def _places_of_words(self) -> Iterator[tuple[From, Callable[[str], object | None]]]:
        """Where the layout finds words, and what they are looked up by."""
        layout, vocabulary = self._layout, self._vocabulary
        if layout.place is not None:
            yield layout.place, vocabulary.place
        for value in layout.values:
            if isinstance(value.measure, From):
                yield value.measure, vocabulary.measure
            for dimension, member in value.members.items():
                if isinstance(member, From):
                    yield member, partial(vocabulary.member, dimension)

    def score(self, column: str, texts: Counter[str]) -> float | None:
        """How well a column's texts fit ``column``, from 0 to 1; None where nothing can be told from them.

        0 is sure: they don't fit. `BY_CELLS` and more speaks for itself.
        """
        name, layout = plain(column), self._layout
        texts = Counter({text: n for text, n in texts.items() if text and text not in layout.missing})
        if not texts:
            return None
        fits: list[Fits]
        if layout.period is not None and layout.period.column and plain(layout.period.column) == name:
            fits, told = [partial(_is_known, self._vocabulary.period, layout.period)], not all(map(str.isdigit, texts))
        elif name in self._words:
            fits, told = self._words[name], len(texts) > 1
        elif name in self._anything:
            return None
        else:
            fits, told = [is_number], False
        share = min(sum(n for text, n in texts.items() if one(text)) for one in fits) / texts.total()
        if share < FITTING:
            return 0.0
        return BY_CELLS if told and share >= ALONE else None


def _is_known(known: Callable[[str], object | None], found: From, text: str) -> bool:
    said = translated(found, text)
    return known(said) is not None or said in (found.values.values() if said != text else ())


def is_number(text: str) -> bool:
    """Whether a text is a number, however it is written: ``1.204,5``, ``$ 12``, ``4 %``, ``(3)``."""
    return re.fullmatch(r"[\s$€£¥₩(+−-]*\d[\d\s.,'’]*[\s%€$)천만원元円万千-]*", text) is not None
