"""An initiative in another language: its own texts as its translations give them, the others marked as untranslated.

    translations/<language>.yml         what was agreed, by the ids of agenda.yml and partners.yml
    stories/<period>.<language>.yml     a quarter's story, by the keys of its original

A file of translations mirrors what it translates: ids and keys down to the text. What has no id (a unit, what somebody
does, who said something) is found under ``texts`` by the original text; so is a text that comes again and again.
Names of organisations and places may stay as they are; every other text that lacks a translation is marked with its
language (`agenda.original`), so that a page can say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from agenda.entry import Entry
from agenda.folder import Folder
from agenda.indicators import Indicator
from agenda.model import SHARES, Agenda, Initiative
from agenda.original import ORIGINAL, original
from agenda.spelling import plain
from agenda.stories import Story
from agenda.written import Path_

E = TypeVar("E", bound=Entry)


def in_language(folder: Folder, language: str, *, marked: bool = True) -> Folder:
    """``folder`` as readers of ``language`` should meet it; itself in its own language.

    ``marked`` is False for those who know the original: then what has no translation stays as it is.
    """
    if language == folder.initiative.language:
        return folder
    mark = folder.initiative.language if marked else ""
    agreed = _agreed(folder, language, mark)
    stories = {
        period: _story(story, Texts(folder.translation(language, period), mark, agreed))
        for period, story in folder.stories.items()
    }
    return translated(folder, agreed, stories, language)


def untranslated(folder: Folder, language: str, period: str | None = None) -> list[Path_]:
    """The texts without a translation into ``language``: of what was agreed, or of a quarter's story."""
    return list(_read(folder, language, period).missing)


def asked_for(folder: Folder, language: str, period: str | None = None) -> set[Path_]:
    """Every entry that a file of translations can have."""
    return _read(folder, language, period).asked


def _read(folder: Folder, language: str, period: str | None) -> Texts:
    """The texts of a file of translations, after all that it can be asked for was asked."""
    agreed = _agreed(folder, language, "")
    if period is None:
        translated(folder, agreed, {}, language)
        return agreed
    texts = Texts(folder.translation(language, period), "", agreed)
    _story(folder.story(period), texts)
    return texts


def _agreed(folder: Folder, language: str, mark: str) -> Texts:
    texts = Texts(folder.translation(language), mark)
    texts.names |= {
        p.name: texts.say(("partners", p.id, "name"), p.name, is_name=True) for p in folder.partners.partners
    }
    return texts


@dataclass
class Texts:
    """What one file translates. It notes what it was ``asked`` for, and what of that was ``missing``.

    ``mark`` is the language of the originals, set on those without a translation; empty: on none. What one file has no
    text for, the one that it stands ``upon`` may have. ``names`` are those of partners, as they are called here.
    """

    given: Mapping[str, Any]
    mark: str
    upon: Texts | None = None
    names: dict[str, str] = field(default_factory=dict)
    asked: set[Path_] = field(default_factory=set)
    missing: dict[Path_, None] = field(default_factory=dict)  # in the order of the pages, each once

    def say(self, path: Path_, text: str, *, is_name: bool = False) -> str:
        """The translation of ``text``, by its path or by itself; a name that has none stays as it is."""
        by_itself: Path_ = ("texts", text)
        self.asked |= {path, by_itself}
        if not text.strip():
            return text
        if found := self._find(path) or self._found(text):
            return found
        if is_name:
            return text
        self.missing[path] = None
        return original(text, self.mark) if self.mark else text

    def text(self, text: str, *, is_name: bool = False) -> str:
        """The translation of a text that has no id."""
        return self.say(("texts", text), text, is_name=is_name)

    def entry(self, entry: E, path: Path_, *keys: str, names: tuple[str, ...] = ()) -> E:
        """``entry`` with the texts under ``keys`` translated; those under ``names`` are names."""
        said = {key: self.say((*path, key), getattr(entry, key), is_name=key in names) for key in (*keys, *names)}
        return entry.model_copy(update=said)

    def _found(self, text: str) -> str | None:
        """The translation of a text by itself, in this file or the one below."""
        found = self._find(("texts", text)) or self.names.get(text)
        return found or (self.upon._found(text) if self.upon else None)

    def _find(self, path: Path_) -> str | None:
        found: Any = self.given
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found.strip() or None if isinstance(found, str) else None


def translated(folder: Folder, texts: Texts, stories: Mapping[str, Story], language: str) -> Folder:
    """``folder`` with what was agreed as ``texts`` say it, and with these ``stories``."""
    partners = tuple(texts.entry(p, ("partners", p.id), "kind", names=("name",)) for p in folder.partners.partners)
    activities = tuple(a.model_copy(update={"what": texts.text(a.what)}) for a in folder.activities.activities)
    initiative = _initiative(folder.initiative, texts)
    return replace(
        folder,
        initiative=initiative.model_copy(update={"language": language, "languages": initiative.published_in}),
        agenda=_agenda(folder.agenda, texts),
        partners=folder.partners.model_copy(update={"partners": partners}),
        activities=folder.activities.model_copy(update={"activities": activities}),
        stories=stories,
    )


def _initiative(initiative: Initiative, texts: Texts) -> Initiative:
    said = texts.entry(initiative, ("initiative",), "tagline", "about", "notice", names=("name", "contact"))
    policy = initiative.disclosure
    if policy is None:
        return said
    path = ("initiative", "disclosure", "reason")
    reason = texts.say(path, policy.reason, is_name=policy.policy != "none")  # else no page says it
    return said.model_copy(update={"disclosure": policy.model_copy(update={"reason": reason})})


def _agenda(agenda: Agenda, texts: Texts) -> Agenda:
    places = [
        place.model_copy(update={"name": texts.say(("places", place.id), place.name, is_name=True)})
        for place in agenda.places
    ]
    if len({place.level for place in places if place.parent is not None}) > 1:  # else no page names them
        places = [p.model_copy(update={"level": texts.text(p.level.replace("_", " "))}) for p in places]
    dimensions = [
        texts.entry(one, ("dimensions", one.id), "name").model_copy(
            update={
                "members": tuple(
                    m.model_copy(update={"name": texts.say(("dimensions", one.id, "members", m.id), m.name)})
                    for m in one.members
                ),
                "merge": tuple(
                    m.model_copy(update={"name": texts.say(("dimensions", one.id, "merge", m.id), m.name)})
                    for m in one.merge
                ),
            }
        )
        for one in agenda.dimensions
    ]
    return agenda.model_copy(
        update={
            "places": tuple(places),
            "dimensions": tuple(dimensions),
            "measures": tuple(
                _with_unit(texts.entry(one, ("measures", one.id), "name", "definition"), texts)
                for one in agenda.measures
            ),
            "reference": tuple(
                _with_unit(texts.entry(one, ("reference", one.id), "name", "publisher", "published"), texts)
                for one in agenda.reference
            ),
            "indicators": tuple(_indicator(one, texts) for one in agenda.indicators),
            "goals": tuple(texts.entry(one, ("goals", one.id), "name", "statement") for one in agenda.goals),
        }
    )


def _with_unit(entry: E, texts: Texts) -> E:
    """A share's unit is a sign on the pages, and no word."""
    unit: str = entry.unit  # type: ignore[attr-defined]
    return entry.model_copy(update={"unit": texts.text(unit, is_name=plain(unit) in SHARES)})


def _indicator(indicator: Indicator, texts: Texts) -> Indicator:
    path = ("indicators", indicator.id)
    said = _with_unit(texts.entry(indicator, path, "name", "definition", "limitations", "owner", "changed"), texts)
    earlier = tuple(
        texts.entry(one, (*path, "earlier", one.since or "first"), "definition", "changed") for one in indicator.earlier
    )
    return said.model_copy(update={"earlier": earlier})


_PROSE = ("what", "quote", "who", "owner", "learned", "outcome")
"""What people write in the entries of a story, whatever these are of."""


def _story(story: Story, texts: Texts) -> Story:
    """Entries have no ids: their texts are found by themselves."""

    def said(entry: Entry) -> Entry:
        return entry.model_copy(update={key: texts.text(getattr(entry, key)) for key in _PROSE if hasattr(entry, key)})

    lists = {key: tuple(map(said, value)) for key, value in story if isinstance(value, tuple)}
    curves = {id_: texts.say(("curves", id_), text) for id_, text in story.curves.items()}
    return texts.entry(story, (), "headline").model_copy(update={**lists, "curves": curves})


def original_in(folder: Folder, period: str) -> str:
    """The language of the texts that stand untranslated in what a quarter's report may show; empty: there are none."""
    shown = (folder.initiative, folder.agenda, folder.activities, folder.story(period))
    found = (ORIGINAL.search(entry.model_dump_json()) for entry in shown)
    return next((marked[1] for marked in found if marked), "")
