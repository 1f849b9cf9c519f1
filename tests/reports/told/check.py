"""Walks through a page and holds each number against what may be said where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from babel.numbers import parse_decimal

from agenda.in_language import in_language
from reports.escape import plain
from reports.words import sentence_case
from tests.reports.told.cells import Cells
from tests.reports.told.edition import Edition
from tests.reports.told.page import SPOKEN, Node, numbers_in, printed_text, spaced, tree

BLOCKS = ("p", "li", "dt", "dd", "h1", "h2", "h3", "h4", "summary", "figcaption", "caption", "footer", "title",
          "th", "td")  # fmt: skip
"""What holds one text, however it is marked up."""
NUDGE = 8
"""Pixels by which the outer labels of an axis may be moved to stay inside the drawing."""
STEPS = {Decimal(step) for step in ("1", "2", "2.5", "5")}


def unexplained(pages: Path, edition: Edition) -> list[str]:
    """Every number of the pages below ``pages`` that comes from nowhere, with where it stands; in all languages."""
    found = []
    for language, folder in in_languages(pages, edition):
        spoken = in_language(edition.folder, language, marked=False)
        check = Check(replace(edition, language=language, folder=spoken))
        for path in pages_of(folder):
            check.page(path.relative_to(folder).as_posix(), tree(path.read_text(encoding="utf-8")))
        found += check.found if folder == pages else [f"{language}: {one}" for one in check.found]
    return found


def in_languages(pages: Path, edition: Edition) -> Iterator[tuple[str, Path]]:
    """The pages of each language: the initiative's own at the top, each of the others in a folder of its name."""
    first, *others = edition.folder.initiative.published_in
    yield first, pages
    yield from ((language, pages / language) for language in others)


def pages_of(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.html"), *folder.glob("goals/*.html")])


def only_on_paper(folder: Path) -> dict[str, set[str]]:
    """The numbers in the text of each PDF and Word file that no page beside it has, but for those of its own pages."""
    said: set[str] = set()
    for path in pages_of(folder):
        said |= {token for text in tree(path.read_text(encoding="utf-8")).strings for token in numbers_in(text)}
    found = {}
    for path in [*folder.glob("*.pdf"), *folder.glob("*.docx")]:
        printed = printed_text(path)
        own = set(map(str, range(1, printed.count("\f") + 1)))
        if only := set(numbers_in(printed)) - said - own:
            found[path.name] = only
    return found


@dataclass
class Check:
    edition: Edition
    found: list[str] = field(default_factory=list)
    where: str = ""

    def page(self, name: str, page: Node) -> None:
        """Each part of the page beside what may be said there."""
        edition, self.where = self.edition, name
        everything = frozenset().union(*edition.whole.values()) | edition.counts | edition.asked
        allowed = {
            "index.html": everything, "together.html": edition.counts, "data.html": edition.counts | edition.limits,
        }.get(name, frozenset())  # fmt: skip
        self.walk(page, allowed)

    def text(self, text: str, allowed: frozenset[str]) -> None:
        for token in self.edition.left(text):
            if token not in allowed:
                self.found.append(f"{self.where}: {token} in “{spaced(text)[:120]}”")

    def walk(self, node: Node | str, allowed: frozenset[str], indicator: str = "") -> None:
        edition = self.edition
        if isinstance(node, str):
            return self.text(node, allowed)
        if node.tag in ("script", "style") or node.attributes.get("name") == "viewport":
            return
        for name in SPOKEN:
            self.text(node.attributes.get(name, ""), allowed | edition.levels)
        if node.tag == "section" and node.attributes.get("id") in edition.indicators:
            indicator = node.attributes["id"]
            allowed, self.where = (
                edition.parts[indicator] | edition.levels,
                f"{self.where.partition('#')[0]}#{indicator}",
            )
        elif self.where == "index.html" and node.tag == "li" and self.since(node):
            return
        elif "inside" in node.classes:  # a goal's indicators, each with its value
            for item in node.all("li"):
                self.walk(item, edition.whole[next(item.all("a")).attributes["href"].removeprefix("#")])
            return
        elif self.where == "index.html" and node.attributes.get("id") == "behind":
            allowed = frozenset().union(*edition.between.values())
        elif indicator and node.attributes.get("id") == f"{indicator}-gaps":
            between = edition.between[indicator]  # what comes below its sentences may be of the whole section
            for child in node.children:
                is_sentence = isinstance(child, Node) and child.tag == "p"
                self.walk(child, between if is_sentence else allowed | between, indicator)
            return
        elif indicator and ("say" in node.classes or "glance" in node.classes or "trend" in node.classes):
            allowed = edition.whole[indicator]
        elif "defined" in node.classes:
            allowed = edition.limits | edition.whole[indicator] | edition.faulty
        elif "tile" in node.classes:
            goal = next(g for g in edition.folder.agenda.goals if node.attributes["href"] == f"goals/{g.id}.html")
            allowed = edition.tile(goal)
        elif "sheets" in node.classes:  # the pages of its long tables, counted
            allowed = frozenset(str(number) for number, _ in enumerate(node.all("a"), 1))
        elif self.where == "data.html" and "facts" in node.classes:
            return self.facts(node, allowed)
        if node.tag == "svg":
            return self.drawing(node, allowed)
        if node.tag == "table":
            return self.table(node, allowed, indicator)
        if node.tag in BLOCKS and not any(node.all(*BLOCKS, "svg", "table")):
            return self.text(node.text, allowed)
        for child in node.children:
            self.walk(child, allowed, indicator)

    def since(self, node: Node) -> bool:
        """Whether an item lists how indicators moved since the quarter before, each of which is then looked at."""
        words = self.edition.words
        head = next((strong.text for strong in node.all("strong")), "")
        heads = map(words.text, ("Better than in {period}:", "Worse than in {period}:",
                                 "Much as in {period}, or no more than chance would explain:"))  # fmt: skip
        if not any(re.fullmatch(re.escape(said).replace(r"\{period\}", ".+"), head) for said in heads):
            return False
        for moved in spaced(node.text.removeprefix(head)).split(words._("; ").strip()):
            of = {i.id for i in self.edition.indicators.values() if sentence_case(plain(i.name)) in moved}
            self.text(moved, frozenset().union(*(self.edition.since(id_) for id_ in of)))
        return True

    # -- facts ----------------------------------------------------------------------------------------

    def facts(self, node: Node, allowed: frozenset[str]) -> None:
        """Counts of partners as on the first page, or counts of rows that add up."""
        said = [self._number(token) for span in node.all("span") for token in self.edition.left(span.text)[:1]]
        words = self.edition.words
        before, after = map(spaced, words.text("{count} rows read").split("{count}"))
        spans = [spaced(span.text) for span in node.all("span")]
        if any(span.startswith(before) and span.endswith(after) for span in spans):
            _, read, accepted, turned_away, skipped = said
            if read != accepted + turned_away + skipped:
                self.found.append(f"{self.where}: {read} rows read are not {accepted} + {turned_away} + {skipped}")
        else:
            self.text(node.text, allowed)

    # -- charts ---------------------------------------------------------------------------------------

    def drawing(self, node: Node, allowed: frozenset[str]) -> None:
        for one in node.all("title", "desc"):
            self.text(one.text, allowed)
        labels = list(node.all("text"))
        levels = [(self._level(label), label) for label in labels if self._level(label) is not None]
        for label in labels:
            if not set(self.edition.left(label.text)) <= allowed and not self._is_tick(label, levels):
                self.text(label.text, allowed)

    def _level(self, label: Node) -> Decimal | None:
        """The number that a label is, where it is nothing else."""
        tokens = self.edition.left(label.text)
        if len(tokens) != 1 or re.sub(r"[\s%-]", "", spaced(label.text)) != tokens[0]:
            return None
        return self._number(tokens[0]) * (-1 if spaced(label.text).startswith("-") else 1)

    def _number(self, token: str) -> Decimal:
        return Decimal(str(parse_decimal(token, locale=self.edition.words.locale)))

    def _is_tick(self, label: Node, levels: list[tuple[Decimal | None, Node]]) -> bool:
        """Whether it is one of at least two labels along one line, round steps apart, and as far apart as those say."""
        for line, along in (("x", "y"), ("y", "x")):
            ticks = sorted(
                (level, float(other.attributes[along]))
                for level, other in levels
                if level is not None and other.attributes.get(line) == label.attributes.get(line)
            )
            steps = {after[0] - before[0] for before, after in pairwise(ticks)}
            if len(ticks) > 1 and len(steps) == 1 and (step := steps.pop()):
                (low, start), (high, end) = ticks[0], ticks[-1]
                rate = (end - start) / float(high - low)
                off = max(abs(at - start - rate * float(level - low)) for level, at in ticks)
                if off <= NUDGE and step.normalize().scaleb(-step.adjusted()) in STEPS:
                    return True
        return False

    # -- tables ---------------------------------------------------------------------------------------

    def table(self, node: Node, allowed: frozenset[str], indicator: str) -> None:
        """Cells under a known head are exactly what the data say of their row; others are of what may be said."""
        edition = self.edition
        for caption in node.all("caption"):
            self.text(caption.text, edition.levels)
        heads = [spaced(head.text) for head in next(node.all("thead")).all("th")]
        for head in heads:
            self.text(head, frozenset())
        rows = [[spaced(cell.text) for cell in row.children if isinstance(cell, Node)]
                for row in next(node.all("tbody")).all("tr")]  # fmt: skip
        if edition.words._("What was found") == heads[0]:
            return self.findings(rows)
        if edition.before is not None and heads[2:4] == [edition.words._("Before"), edition.words._("Now")]:
            return self.revisions(rows, replace(edition, data=edition.before))
        for cells in rows:
            self.text(cells[0], frozenset())
            exact = Cells(edition).allowed(cells[0], heads, indicator)
            about = next(
                (i.id for i in edition.indicators.values() if spaced(sentence_case(plain(i.name))) == cells[0]), ""
            )
            allowed_here = edition.whole[about] if about else allowed
            for head, cell in list(zip(heads, cells, strict=True))[1:]:
                if head not in exact:
                    self.text(cell, allowed_here)
                elif cell not in exact[head]:
                    self.found.append(
                        f"{self.where}: {cell!r} for {cells[0]}, {head}, where the data say {sorted(exact[head])}"
                    )

    def revisions(self, rows: list[list[str]], before: Edition) -> None:
        """What the edition before and this one say of each number that they give otherwise."""
        for name, period, *shown, _ in rows:
            said = [edition.said_of(sentence_case(name), period) for edition in (before, self.edition)]
            if shown != said:
                self.found.append(f"{self.where}: {name}, {period}: {shown}, where the two editions say {said}")

    def findings(self, rows: list[list[str]]) -> None:
        """Counts of findings, the last one of the partners that had any: never more of these than of the others."""
        for _, *counts in rows:
            *found, partners = [self._number(token) for cell in counts for token in numbers_in(cell)]
            if not 0 < partners <= sum(found):
                self.found.append(f"{self.where}: findings of {partners} partners among {found}")
