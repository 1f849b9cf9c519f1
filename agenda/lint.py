"""What only two entries together can get wrong: references, periods, targets that can't be met.

`read` is how every command opens an initiative: folder, shape and sense in one step.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from agenda.errors import ConfigurationError, Problem
from agenda.folder import Folder, read_folder
from agenda.known import Known
from agenda.lint_agenda import agenda_problems
from agenda.lint_disclosure import disclosure_problems
from agenda.lint_equity import equity_problems
from agenda.lint_merged import merged_problems
from agenda.lint_models import model_problems
from agenda.lint_partners import partners_problems
from agenda.lint_places import place_problems
from agenda.lint_rates import rate_problems
from agenda.lint_stories import stories_problems
from agenda.lint_targets import targets_problems
from agenda.lint_translations import translations_problems
from agenda.lint_versions import version_problems
from agenda.periods import PeriodError
from agenda.store import open_store
from agenda.written import Path_


def read(path: Path) -> Folder:
    """The initiative in ``path``, fit to work with.

    Raises `ConfigurationError` with every problem that was found.
    """
    folder = read_folder(path)
    problems = list(problems_in(folder))
    if problems:
        raise ConfigurationError(f"{path} can't be used as it is:", problems)
    return folder


def problems_in(folder: Folder) -> Iterator[Problem]:
    """Every problem of sense in a folder whose shape is right."""
    known = Known(folder)
    of_files = (agenda_problems, merged_problems, place_problems, model_problems, rate_problems, targets_problems,
                version_problems, equity_problems, disclosure_problems, partners_problems, stories_problems,
                translations_problems)  # fmt: skip
    for check in (_rooms, *of_files, _periods):
        yield from check(known)


def _rooms(known: Known) -> Iterator[Problem]:
    """The site is public, so it shares no folder with the store; both are addresses that can be opened."""
    folder = known.folder
    for key in ("store", "site"):
        try:
            open_store(getattr(folder.initiative, key), folder.path)
        except ConfigurationError as error:
            yield known.problem("initiative.yml", (key,), str(error))
    site, store = (
        PurePosixPath(address) if "://" in address else PurePosixPath((folder.path / address).resolve())
        for address in (folder.initiative.site, folder.initiative.store)
    )
    if site.is_relative_to(store) or store.is_relative_to(site):
        message = (
            f"the site ({folder.initiative.site}) and the store ({folder.initiative.store}) lie in one another; "
            "give each a place of its own, since nothing private may lie under the site"
        )
        yield known.problem("initiative.yml", ("site",), message)


def _periods(known: Known) -> Iterator[Problem]:
    """Every period that the folder names can be read on the initiative's calendar; no span runs backwards."""
    folder, calendar = known.folder, known.folder.initiative.calendar
    for file, path, text in _named(folder):
        try:
            period = calendar.parse(text)
        except PeriodError as error:
            yield known.problem(file, path, str(error))
            continue
        if path:
            continue
        if period.type != "quarter":  # a story is found by its file's name
            yield known.problem(
                file, (), f"is of a {period.type}; a story is told of a quarter, like stories/2026Q3.yml"
            )
        elif period.key != text:
            yield known.problem(file, (), f"is not looked at under this name; call it stories/{period.key}.yml")
    spans: list[tuple[str, Path_, str | None, str | None]] = [
        *(("agenda.yml", ("places", i), p.since, p.until) for i, p in enumerate(folder.agenda.places)),
        *(("partners.yml", ("partners", i), p.since, p.until) for i, p in enumerate(folder.partners.partners)),
        *(("activities.yml", ("activities", i), a.since, a.until) for i, a in enumerate(folder.activities.activities)),
    ]
    for file, path, since, until in spans:
        with contextlib.suppress(PeriodError):  # said above
            if since and until and calendar.parse(until).end <= calendar.parse(since).start:
                yield known.problem(file, (*path, "until"), f"{until} is before {since}")


def _named(folder: Folder) -> Iterator[tuple[str, Path_, str]]:
    """File, place in it and text of every period that is given."""
    named: list[tuple[str, Path_, str | None]] = []
    named.append(("initiative.yml", ("reports_from",), folder.initiative.reports_from))
    for i, place in enumerate(folder.agenda.places):
        named += [("agenda.yml", ("places", i, key), getattr(place, key)) for key in ("since", "until")]
    for i, indicator in enumerate(folder.agenda.indicators):
        base: Path_ = ("indicators", i)
        if indicator.baseline:
            named.append(("agenda.yml", (*base, "baseline", "period"), indicator.baseline.period))
        named += [("agenda.yml", (*base, "targets", j, "by"), t.by) for j, t in enumerate(indicator.targets)]
        named.append(("agenda.yml", (*base, "since"), indicator.since))
        named += [("agenda.yml", (*base, "earlier", j, "since"), e.since) for j, e in enumerate(indicator.earlier)]
    for i, partner in enumerate(folder.partners.partners):
        named += [("partners.yml", ("partners", i, key), getattr(partner, key)) for key in ("since", "until")]
    for i, activity in enumerate(folder.activities.activities):
        named += [("activities.yml", ("activities", i, key), getattr(activity, key)) for key in ("since", "until")]
    named += [(f"stories/{period}.yml", (), period) for period in folder.stories]
    yield from ((file, path, text) for file, path, text in named if text is not None)
