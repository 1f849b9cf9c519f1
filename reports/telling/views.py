"""What each page says, in order, as finished texts: the templates only set them.

Every text here is plain (with passages to stress marked); the templates escape it for the language they are in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agenda.indicators import Indicator
from agenda.stories import Challenge, Voice
from reports.data.citation import citation, terms
from reports.data.dataset import dataset
from reports.escape import plain, stress
from reports.pictures.charts import DOTS_AT_MOST
from reports.quarter.tables import Quarter
from reports.telling.backbone import Backbone
from reports.telling.definition import Definitions
from reports.telling.facts import Facts
from reports.telling.figures import Figure, Figures
from reports.telling.gap_words import GapWords
from reports.telling.glossary import Glossary, Term
from reports.telling.outlook import Outlook
from reports.telling.provenance import Provenance
from reports.telling.quality import Quality
from reports.telling.revised import EditionLabel as EditionLabel
from reports.telling.revised import Revised as Revised
from reports.telling.revised import revised_row
from reports.telling.sentences import Sentences
from reports.telling.sheets import Leaf, Sheet, sheets
from reports.telling.shortly import Shortly, Tile
from reports.telling.since import Since
from reports.telling.together import Happened, Together
from reports.telling.unknown import Unknown
from reports.telling.value_tables import Table, ValueTables
from reports.words import Words, sentence_case


@dataclass(frozen=True)
class Section:
    """One indicator on its goal's page."""

    ident: str
    name: str
    code: str
    status: str
    say: str
    now: str
    facts: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    gaps: tuple[str, ...]
    gap_tables: tuple[Table, ...]
    unseen: Table | None  # groups without a number
    tables: tuple[Table, ...]
    long_tables: tuple[Table, ...]  # too long to be read on the way: on pages of their own, at the end of the PDF
    curve: str
    voices: tuple[Voice, ...]
    activities: tuple[tuple[str, str], ...]
    milestones: tuple[Happened, ...]
    lessons: tuple[Challenge, ...]
    terms: tuple[Term, ...]
    definition: tuple[tuple[str, str], ...]
    origin: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class GoalPage:
    ident: str
    name: str
    statement: str
    number: int
    sections: tuple[Section, ...]

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The pages of its long tables."""
        leaves = (Leaf(one.ident, one.name, table) for one in self.sections for table in one.long_tables)
        return sheets(self.ident, leaves)


@dataclass(frozen=True)
class Views:
    """Everything that is said of a quarter, in one language."""

    quarter: Quarter
    words: Words
    label: EditionLabel

    # -- where it stands -------------------------------------------------------------------------------

    @property
    def folders(self) -> dict[str, str]:
        """Where the pages of each language lie, from the edition's root."""
        return self.quarter.folder.initiative.folders

    @property
    def at(self) -> str:
        """Where the pages in this language lie."""
        return self.folders[self.words.language]

    @property
    def up(self) -> str:
        """From there to the edition's root, where what has no language lies."""
        return "../" if self.at else ""

    @property
    def papers(self) -> dict[str, str]:
        """What is to be printed, or sent: file and name."""
        words = self.words
        return {"report.pdf": words._("Report as PDF"), "brief.pdf": words._("Brief as PDF"),
                "brief.docx": words._("Brief for Word")}  # fmt: skip

    # -- what is said ----------------------------------------------------------------------------------

    @cached_property
    def sentences(self) -> Sentences:
        return Sentences(self.quarter, self.words)

    @cached_property
    def figures(self) -> Figures:
        return Figures(self.quarter, self.words, self.sentences, self.outlook)

    @cached_property
    def outlook(self) -> Outlook:
        return Outlook(self.quarter, self.words, self.sentences)

    @cached_property
    def values(self) -> ValueTables:
        return ValueTables(self.quarter, self.words)

    @cached_property
    def quality(self) -> Quality:
        return Quality(self.quarter, self.words)

    @cached_property
    def glossary(self) -> Glossary:
        return Glossary(self.quarter, self.words, self.quality)

    @cached_property
    def shortly(self) -> Shortly:
        return Shortly(self.quarter, self.words, self.sentences, self.values, self.figures)

    @cached_property
    def together(self) -> Together:
        return Together(self.quarter, self.words)

    @cached_property
    def backbone(self) -> Backbone:
        return Backbone(self.quarter, self.words)

    # -- the first screen ------------------------------------------------------------------------------

    def eyebrow(self) -> str:
        words = self.words
        parts = [sentence_case(words.period(self.quarter.period)), words.edition(self.label.number), self.as_of()]
        return " · ".join(parts)

    def as_of(self) -> str:
        return self.words._("data as of {day}", day=self.words.day(self.quarter.as_of))

    def citation(self) -> str:
        return citation(self.quarter, self.words, self.label.number)

    def terms(self) -> str:
        return terms(self.quarter.folder.initiative, self.words)

    def dataset(self) -> Mapping[str, Any]:
        """The numbers described for machines."""
        return dataset(self.quarter, self.words, self.label.number, self.at)

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.quarter, self.words, self.sentences, self.label)

    @cached_property
    def tiles(self) -> list[Tile]:
        return self.shortly.tiles()

    def since(self) -> list[str]:
        """What is better and what is worse than in the quarter before."""
        return list(Since(self.quarter, self.words, self.sentences).lines())

    def behind(self) -> list[str]:
        """Of each goal the first indicator of which it is known who is behind: its headline, then the others."""
        said = []
        for goal in self.quarter.goals:
            for id_ in dict.fromkeys((goal.headline, *goal.indicators)):
                indicator = self.quarter.indicators[id_]
                if told := GapWords(self.quarter, self.words, self.values, indicator).in_short():
                    name = stress(sentence_case(plain(indicator.name)))
                    said.append(self.words._("{name}. {said}", name=name, said=told))
                    break
        return said

    def unknown(self) -> list[str]:
        """What the quarter does not know, each as a sentence."""
        return Unknown(self.quarter, self.words).sentences()

    # -- goals -----------------------------------------------------------------------------------------

    @cached_property
    def goals(self) -> list[GoalPage]:
        return [
            GoalPage(goal.id, goal.name, goal.statement, number,
                     tuple(self._section(self.quarter.indicators[id_]) for id_ in goal.indicators))
            for number, goal in enumerate(self.quarter.goals, 1)
        ]  # fmt: skip

    def _section(self, indicator: Indicator) -> Section:
        story, words = self.quarter.story, self.words
        code = self.shortly.code(indicator.id)
        partners, gap_words = self.quarter.partners, GapWords(self.quarter, words, self.values, indicator)
        definitions = Definitions(self.quarter, words)
        slices = list(self.figures.slices(indicator))
        matched = self.values.cohorts(indicator)
        tables = [*([matched] if matched else []), *(self.values.of_slice(indicator, part) for part in slices)]
        short = [table for table in tables if len(table.rows) <= DOTS_AT_MOST]
        return Section(
            ident=indicator.id,
            name=sentence_case(plain(indicator.name)),
            code=code,
            status=words.standing(code),
            say=words.running((self.sentences.say(indicator.id), self.outlook.sentence(indicator))),
            now=self.values.shown(indicator, self.quarter.value(indicator.id), unit=True),
            facts=tuple(self._key_figures(indicator)),
            figures=tuple(self.figures.of(indicator)),
            gaps=tuple(gap_words.sentences()),
            gap_tables=tuple(gap_words.tables()),
            unseen=gap_words.unseen(),
            tables=(self.values.over_time(indicator), *short),
            long_tables=tuple(table for table in tables if table not in short),
            curve=story.curves.get(indicator.id, ""),
            voices=tuple(voice for voice in story.voices if voice.indicator == indicator.id),
            activities=tuple((partners[a.partner].name, a.what) for a in self.sentences.activities(indicator.id)),
            milestones=tuple(self.together.milestones(indicator.id)),
            lessons=self.together.lessons(indicator.id),
            terms=tuple(self.glossary.of(indicator)),
            definition=tuple(definitions.of(indicator)),
            origin=(*definitions.computed(indicator), *Provenance(self.quarter, words).of(indicator)),
        )

    def _key_figures(self, indicator: Indicator) -> Iterator[tuple[str, str]]:
        """The numbers beside the chart: now, a year ago, baseline, target, coverage."""
        words, value = self.words, self.quarter.value(indicator.id)
        change, standing = self.quarter.change(indicator.id), self.quarter.standing(indicator.id)
        period = self.quarter.shown_period(indicator.id)
        yield words.period_short(period), self.values.shown(indicator, value, unit=True)
        earlier = [(told.period, told.value) for told in (change.previous, change.year_before)]
        for before, earlier_value in dict(earlier).items():
            if before is not None and earlier_value is not None:
                then = self.quarter.calendar.parse(before)
                name = words.period_short(then)
                if not self.quarter.version(indicator.id).holds(then):
                    name = words._("{period}, by today's definition", period=name)
                yield name, words.value(indicator, earlier_value)
        if standing.baseline_value is not None and standing.baseline_period is not None:
            at = words.period_short(self.quarter.calendar.parse(standing.baseline_period))
            yield words._("Baseline, {period}", period=at), words.value(indicator, standing.baseline_value)
        target = self.sentences.target(indicator)
        if target is not None:
            yield words._("Target, {month}", month=words.due(target[0])), self.sentences.aim(indicator, target[1])
        if covered := self.values.coverage(value):
            yield words._("Partners reporting"), covered

    def revised(self) -> Table | None:
        if not self.label.revised:
            return None
        words = self.words
        rows = tuple(revised_row(self.quarter, words, revised) for revised in self.label.revised)
        head = (words._("Indicator"), words._("Period"), words._("Before"), words._("Now"), words._("Why"))
        return Table(words._("Numbers that changed since the last edition"), head, rows, frozenset({0, 1, 4}))
