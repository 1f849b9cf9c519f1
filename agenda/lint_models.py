"""Sense of measures that an initiative's own model makes: what of, and whom they are about."""

from __future__ import annotations

from collections.abc import Iterator

from agenda.errors import Problem
from agenda.known import Known
from agenda.mixing import mixed
from agenda.own_models import wrong_with
from agenda.written import Path_

FILE = "agenda.yml"


def model_problems(known: Known) -> Iterator[Problem]:
    agenda = known.folder.agenda
    subjects = {measure.id: measure.subject for measure in agenda.measures}
    given = {id_: dimensions for id_, dimensions in known.numbers.items() if id_ not in known.modelled}
    for i, measure in enumerate(agenda.measures):
        if measure.model is None:
            continue
        path: Path_ = ("measures", i, "model")
        for j, id_ in enumerate(measure.model.of):
            yield from known.check(FILE, (*path, "of", j), "reported measure or reference series", id_, given)
        yield from known.once(FILE, (*path, "of"), measure.model.of)
        if set(measure.model.of) <= set(given) - set(known.measures):
            message = f"{measure.id!r} is made of reference series only; it needs a measure that partners report"
            yield known.problem(FILE, (*path, "of"), message)
        people = [id_ for id_ in measure.model.of if subjects.get(id_) == "people"]
        if people and measure.subject != "people":
            message = f"{measure.id!r} is made of {people[0]!r}, which counts people; so its subject is people, too"
            yield known.problem(FILE, ("measures", i, "subject"), message)
        if wrong := wrong_with(known.folder, measure.model):
            yield known.problem(FILE, (*path, "file"), wrong)
        elif known.folder.initiative.hides is not None and (mix := mixed(known.folder, measure.model)):
            message = (
                f"gives other numbers for {mix[1]} when {mix[0]} counts other people; a partner's part must follow "
                "from its own counts of people, or the policy small_counts can't tell what it reveals"
            )
            yield known.problem(FILE, (*path, "file"), message)
