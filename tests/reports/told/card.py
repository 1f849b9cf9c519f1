"""Holds the numbers of a partner's scorecard against what the partner sent and what the edition shows everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reports.cards.own_parts import Part
from reports.escape import plain
from reports.words import sentence_case
from tests.reports.told.check import Check
from tests.reports.told.edition import Edition
from tests.reports.told.page import Node, spaced, tree


def unexplained_on_card(page: str, edition: Edition, own: Mapping[tuple[str, str], Part]) -> list[str]:
    """Every number beside an indicator, or a work's aim, that is neither of that indicator's whole nor the partner's.

    How many rows came and what is due is the partner's own and stands in no public data.
    """
    check, root = Check(edition, where="scorecard"), tree(page)
    names = {spaced(sentence_case(plain(one.name))): id_ for id_, one in edition.indicators.items()}
    lines = list(root.of_class("line"))
    assert lines
    for line in lines:
        id_ = names[spaced(next(line.all("h4")).text)]
        _side(check, line, edition.whole[id_], edition.tokens(_own(edition, id_, own)))
    for aim in (item for work in root.of_class("who") for rules in work.all("ul") for item in rules.all("li")):
        (id_,) = (id_ for name, id_ in names.items() if name in spaced(aim.text))
        check.walk(aim, edition.whole[id_])
    return check.found


def _side(check: Check, node: Node, whole: frozenset[str], own: frozenset[str]) -> None:
    """What stands under “You” is of the partner alone, all else of the whole alone."""
    for child in node.children:
        if isinstance(child, Node) and child.tag in ("div", "dl") and not {"you", "head"} & set(child.classes):
            _side(check, child, whole, own)
        else:
            is_own = isinstance(child, Node) and "you" in child.classes
            check.walk(child, own if is_own else whole)


def _own(edition: Edition, indicator: str, own: Mapping[tuple[str, str], Part]) -> Iterator[str]:
    words, of = edition.words, edition.indicators[indicator]
    for (id_, _), (numerator, denominator) in own.items():
        if id_ == indicator:
            yield from (words.exact(part) for part in (numerator, denominator) if part is not None)
            if numerator is not None and denominator:
                yield words.value(of, numerator / denominator * of.formula.times)
            elif numerator is not None and of.formula.per is None:
                yield words.value(of, numerator)
