"""Whether people can be protected by the policy: what disclosure control doesn't know how to link is refused.

A number that it can't link to the others would look protected and not be.
"""

from __future__ import annotations

from collections.abc import Iterator

from agenda.errors import Problem
from agenda.indicators import Formula
from agenda.known import Known

FILE = "agenda.yml"


def disclosure_problems(known: Known) -> Iterator[Problem]:
    if known.folder.initiative.hides is None:
        return
    people = {measure.id for measure in known.folder.agenda.measures if measure.subject == "people"}
    yield from _measures(known, people)
    yield from _models(known, people)
    for i, indicator in enumerate(known.folder.agenda.indicators):
        for at, formula in indicator.formulas:
            for key, message in _formula(indicator.id, formula, people):
                yield known.problem(FILE, ("indicators", i, *at, key), message)


def _measures(known: Known, people: set[str]) -> Iterator[Problem]:
    for i, measure in enumerate(known.folder.agenda.measures):
        if measure.id in people and measure.time_rule in ("mean", "max"):
            message = (
                f"{measure.id} counts people and is the {measure.time_rule} over time, which the disclosure policy "
                "small_counts can't protect; let it be the sum or the last"
            )
            yield known.problem(FILE, ("measures", i, "over_time"), message)
        if measure.id in people and not measure.is_sum:
            message = (
                f"{measure.id} is about people and no count of them (it doesn't add up), so the disclosure policy "
                "small_counts can't tell whom it would reveal; let partners report the counts it is made of"
            )
            yield known.problem(FILE, ("measures", i, "subject"), message)
        elif measure.id in people and not measure.whole:
            message = (
                f"{measure.id} counts people and needn't be whole (whole: false), and what small_counts proves holds "
                "of whole numbers alone; let it be whole"
            )
            yield known.problem(FILE, ("measures", i, "whole"), message)


def _models(known: Known, people: set[str]) -> Iterator[Problem]:
    """Nobody can tell what a model's numbers give away of those it is made of, so of counts of people these are shown
    nowhere else."""
    agenda = known.folder.agenda
    formulas = [(indicator.id, formula) for indicator in agenda.indicators for _, formula in indicator.formulas]
    shown = {term.measure: f"the indicator {id_!r}" for id_, formula in formulas for term in formula.terms}
    for i, measure in enumerate(agenda.measures):
        for j, id_ in enumerate(measure.model.of if measure.model else ()):
            other = shown.get(id_) if id_ in people else None
            if other is not None:
                message = (
                    f"{id_!r} counts people and is seen in {other}, too; the policy small_counts can't tell what the "
                    "two reveal together"
                )
                yield known.problem(FILE, ("measures", i, "model", "of", j), message)
            shown.setdefault(id_, f"the model of {measure.id!r}")


def _formula(indicator: str, formula: Formula, people: set[str]) -> Iterator[tuple[str, str]]:
    """The key below the formula, and what is wrong there."""
    if any(term.measure in people for term in formula.squares or ()):
        yield "squares", f"the squares of {indicator} count people, and the policy small_counts can't protect these"
    if formula.standard is not None and any(term.measure in people for term in formula.terms):
        yield "standard", f"{indicator} weighs groups of people, which the policy small_counts can't protect"
    for key, terms in (("of", formula.of), ("per", formula.per or ())):
        if any(term.measure in people for term in terms) and (len(terms) > 1 or any(term.where for term in terms)):
            yield (
                key,
                (
                    f"{indicator} adds up or filters counts of people, which the disclosure policy small_counts can't "
                    "protect; give it a measure of its own"
                ),
            )
