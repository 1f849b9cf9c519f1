"""How a report asks to be cited, and under which terms its numbers may be used."""

from __future__ import annotations

from agenda.model import Initiative
from reports.escape import plain
from reports.quarter.tables import Quarter
from reports.words import Words


def citation(quarter: Quarter, words: Words, number: int) -> str:
    """One line that names this edition and no other: who, which quarter, which edition, as of when, and where."""
    initiative, period = quarter.folder.initiative, quarter.period
    said = words._(
        "{name}: report on the {period}, {edition}, data as of {day}.",
        name=plain(initiative.name), period=words.period(period), edition=words.edition(number),
        day=words.day(quarter.as_of),
    )  # fmt: skip
    return f"{said} {initiative.public(f'{period}/index.html')}" if initiative.address else said


def terms(initiative: Initiative, words: Words) -> str:
    """Under which licence the numbers are, or that there is none."""
    if initiative.licence is None:
        return words._("No licence is named. Ask before you pass the numbers on.")
    return words._("The numbers are under the licence {name}: {url}", name=plain(initiative.licence.name),
                   url=initiative.licence.url)  # fmt: skip
