"""Withholds from the frozen numbers of an edition what would tell of few people; nothing is published unproved.

What is hidden is no number any more: value, bounds and the hidden part are empty, its OBS_STATUS is ``Q``
(suppressed), and CONF_STATUS says ``A`` (few people) or ``D`` (it would reveal others, or follows from one that is
hidden); everything else is ``F``, free. Where the agenda allows to show groups together, and all of them are hidden,
they are shown as one, if that tells of nobody; then the OBS_STATUS of each is ``K`` (included in another category). Of
groups that need not be shown together there is nothing. Codes: SDMX CL_OBS_STATUS 2.2 and CL_CONF_STATUS 1.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import polars as pl

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.statuses import ELSEWHERE, SUPPRESSED
from reports.disclosure.attackers import Exposed, exposed
from reports.disclosure.cells import ROW, Cells, Row
from reports.disclosure.groups import Key
from reports.disclosure.linked import Attacker
from reports.disclosure.memory import keeping
from reports.disclosure.merged import Merges, parts_of
from reports.disclosure.suppression import Suppressed, suppress
from reports.quarter.changes import COMPARED, compared

_NAMED = 5
Reads = Callable[[], pl.DataFrame]


class Judged(NamedTuple):
    """Whether a row's numerator and its denominator are hidden, its CONF_STATUS, and whether a merged group has it."""

    numerator: bool
    denominator: bool
    code: str
    is_together: bool = False


class Frozen(NamedTuple):
    """The frames of a quarter that hold numbers about people; as they are shown, ``values`` has ``conf_status``. As the
    warehouse has them, every group that may be shown together is a row of ``values`` beside its parts."""

    values: pl.DataFrame
    trends: pl.DataFrame
    standings: pl.DataFrame
    projections: pl.DataFrame


@dataclass(frozen=True)
class Earlier:
    """The rows of a published edition as they truly were, with what it showed of them, and the groups that its agenda
    allowed to show together. ``name`` is for messages."""

    name: str
    rows: tuple[Row, ...]
    merges: Merges = field(default_factory=dict)


def free(values: pl.DataFrame) -> pl.DataFrame:
    """Values of which nothing is hidden."""
    return values.with_columns(pl.lit("F").alias("conf_status"))


def without_people(folder: Folder, frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` without the indicators that count people, or did by an earlier definition, where they are protected.

    For sums that are linked to no other cell: nobody would look after what they reveal.
    """
    if folder.initiative.hides is None:
        return frame
    people = {measure.id for measure in folder.agenda.measures if measure.subject == "people"}
    about = [i.id for i in folder.agenda.indicators
             if any(term.measure in people for _, formula in i.formulas for term in formula.terms)]  # fmt: skip
    return frame.filter(~pl.col("indicator").is_in(about))


def withhold(
    folder: Folder, frozen: Frozen, root: str, own: Reads, earlier: Iterable[Earlier], cache: Path | None = None,
    merges: Merges | None = None,
) -> Frozen:  # fmt: skip
    """``frozen`` without what must not be seen; ``own`` as in `take_in`, ``cache`` as in `suppression.suppress`.

    Raises `HeldBack`, naming the cells, where an attacker still finds something out: from a published edition that
    shows it, or because not even hiding all that is linked is enough.
    """
    merges = merges or {}
    if (hide := folder.initiative.hides) is None:
        groups = [said for said in frozen.values["members"].unique() if parts_of(said, merges)]
        return frozen._replace(values=free(frozen.values.filter(~pl.col("members").is_in(groups))))
    return without(frozen, root, judged(folder, frozen.values, hide, own, earlier, cache, merges))


@keeping()
def judged(
    folder: Folder,
    values: pl.DataFrame,
    hide: tuple[int, int],
    own: Reads,
    earlier: Iterable[Earlier],
    cache: Path | None = None,
    merges: Merges | None = None,
) -> list[Judged | None]:
    """What to hide of each row of ``values``, None for a merged group that isn't shown; raises `HeldBack` as `withhold`
    does."""
    rows = [Row(*row) for row in values.select(*ROW, "numerator", "denominator", "upper").iter_rows()]
    cells, attackers = take_in(folder, rows, hide, own, earlier, merges)
    choice = suppress(cells.linked(), attackers, cache)
    if found := exposed(choice.linked, choice.hidden, attackers, choice.witnesses):
        raise HeldBack(_said(cells, found))
    return list(_judged(cells, rows, choice, merges or {}))


def take_in(
    folder: Folder,
    rows: Iterable[Row],
    hide: tuple[int, int],
    own: Reads,
    earlier: Iterable[Earlier],
    merges: Merges | None = None,
) -> tuple[Cells, list[Attacker]]:
    """All that readers have of the edition and of those before, and all who reckon with it.

    ``own`` gives what is whose as `own.read_own` does; it is asked in a thread, and numbers are taken in meanwhile.
    """
    cells = Cells(folder, hide)
    with ThreadPoolExecutor(1) as beside:
        whose = beside.submit(own)
        for edition in earlier:
            known = (row for row in edition.rows if row.indicator in cells.indicators)
            cells.add(known, is_now=False, merges=edition.merges)
        cells.add((row for row in rows if row.indicator in cells.indicators), is_now=True, merges=merges)
        return cells, cells.attackers(whose.result())


def _judged(cells: Cells, rows: list[Row], choice: Suppressed, merges: Merges) -> Iterator[Judged | None]:
    """A merged group is shown where all its parts are hidden, and nothing of it is. No row is a part of two of them."""
    parts = {number: found for number, row in enumerate(rows) if (found := parts_of(row.members, merges))}
    known = {number: _parts(cells, row, choice) for number, row in enumerate(rows) if number not in parts}
    at = {_group(row): number for number, row in enumerate(rows)} if parts else {}
    inside: set[int] = set()
    shown: set[int] = set()
    for number, of in parts.items():
        within = {at[group] for part in of if (group := _group(rows[number]._replace(members=part))) in at}
        is_hidden = len(within) == len(of) and all(known[part].code != "F" for part in within)
        if is_hidden and not within & inside and _is_seen(cells, rows[number], choice.hidden):
            inside |= within
            shown.add(number)
    for number in range(len(rows)):
        if number in known:
            yield known[number]._replace(is_together=number in inside)
        else:
            yield Judged(False, False, "F") if number in shown else None


def _group(row: Row) -> tuple[str, ...]:
    return row.indicator, row.period_type, row.period, row.place, row.members, str(row.version)


def _is_seen(cells: Cells, row: Row, hidden: frozenset[int]) -> bool:
    """Whether all that a merged group counts of people is known to tell of nobody."""
    counted = [key for key in cells.keys(row) if key is not None]
    return row.numerator is not None and all(key in cells.now and cells.at(key) not in hidden for key in counted)


def _said(cells: Cells, found: list[Exposed]) -> str:
    places = [f"{_name(cells.name(e.cell))} ({e.attacker or 'anybody'} finds {_range(e)})" for e in found]
    more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return (
        f"small counts of people can be found out: {'; '.join(places[:_NAMED])}{more}. Nothing is published. If a "
        "published edition shows them, take that edition off the site; else leave a breakdown out, or merge places."
    )


def _range(found: Exposed) -> str:
    ends = [f"at least {found.least:g}" if found.least is not None else "",
            f"at most {found.most:g}" if found.most is not None else ""]  # fmt: skip
    return " and ".join(filter(None, ends)) if found.least != found.most else f"{found.least:g}"


def _name(key: Key | str) -> str:
    if isinstance(key, str):
        return key
    return ", ".join(filter(None, (key.measure, key.period, key.place, key.members)))


def _parts(cells: Cells, row: Row, choice: Suppressed) -> Judged:
    """A row's code speaks of all that is hidden of it, so one small count that can't bear the mark takes it away."""
    hidden = choice.hidden
    if row.indicator not in cells.indicators:  # not shown anywhere
        return Judged(False, False, "F")
    numerator, denominator = cells.keys(row)
    above = [cells.at(numerator)] if numerator is not None and row.numerator is not None else []
    high = [cells.at(numerator._replace(is_high=True))] if numerator is not None and cells.high(row) is not None else []
    below = [cells.at(denominator)] if denominator is not None and row.denominator is not None else []
    gone = [i for i in (*above, *high, *below) if i in hidden]
    small = [choice.linked.cells[i].is_marked for i in gone if choice.linked.cells[i].is_small]
    code = "F" if not gone else "A" if small and all(small) else "D"
    return Judged(any(i in hidden for i in (*above, *high)), any(i in hidden for i in below), code)


def without(frozen: Frozen, root: str, judged: Sequence[Judged | None]) -> Frozen:
    """``frozen`` without what was judged to be hidden, and without what was reckoned from it."""
    schema = {"_above": pl.Boolean, "_below": pl.Boolean, "conf_status": pl.String, "_together": pl.Boolean}
    beside = pl.DataFrame([row for row in judged if row is not None], schema, orient="row")
    rows = frozen.values.filter(pl.Series([row is not None for row in judged], dtype=pl.Boolean))
    gone = pl.col("conf_status") != "F"
    values = pl.concat([rows, beside], how="horizontal").with_columns(
        *(pl.when(~gone).then(pl.col(name)).alias(name) for name in ("value", "lower", "upper")),
        pl.when(~pl.col("_above")).then(pl.col("numerator")).alias("numerator"),
        pl.when(~pl.col("_below")).then(pl.col("denominator")).alias("denominator"),
        pl.when(pl.col("_together")).then(pl.lit(ELSEWHERE)).when(gone).then(pl.lit(SUPPRESSED))
        .otherwise(pl.col("status")).alias("status"),
    ).drop("_above", "_below", "_together")  # fmt: skip
    hidden = values.filter(gone)
    wholes = hidden.filter((pl.col("place") == root) & (pl.col("breakdown") == ""))
    trends, standings = frozen.trends, frozen.standings
    for earlier in COMPARED:
        period, value, *difference = compared(earlier)
        trends = _emptied(trends, wholes, "period", ("indicator", "period_type"), difference)
        trends = _emptied(trends, wholes, period, ("indicator", "period_type"), (value, *difference))
    # Where an indicator stands tells of its value; its path starts at the baseline.
    group = ("indicator", "place", "breakdown", "members")
    standings = _emptied(standings, hidden, "period", (*group, "period_type"), ("status_code",))
    of_path = ("baseline_value", "path_value", "status_code")
    standings = _emptied(standings, hidden, "baseline_period", group, of_path)
    standings = standings.with_columns(pl.col("status_code").fill_null("no_data"))
    return Frozen(values, trends, standings, _rest_on_shown(frozen.projections, wholes))


def _rest_on_shown(projections: pl.DataFrame, wholes: pl.DataFrame) -> pl.DataFrame:
    """``projections`` without those that rest on a hidden value of a whole."""
    within = (pl.col("first_start") <= pl.col("period_start")) & (pl.col("period_start") < pl.col("period_end"))
    key = ["indicator", "period_type"]
    resting = projections.join(wholes.select(*key, "period_start"), on=key).filter(within)
    return projections.join(resting, on=[*key, "period"], how="anti", maintain_order="left")


def _emptied(
    frame: pl.DataFrame, hidden: pl.DataFrame, period: str, of: Iterable[str], columns: Iterable[str]
) -> pl.DataFrame:
    """``frame`` without ``columns`` where the value ``of`` the row's ``period`` is hidden."""
    on = [*of, period]
    named = hidden.select(*of, pl.col("period").alias(period)).unique().with_columns(pl.lit(True).alias("_gone"))
    marked = frame.join(named, on=on, how="left", maintain_order="left")
    kept = pl.col("_gone").is_null()
    return marked.with_columns(pl.when(kept).then(pl.col(c)).alias(c) for c in columns).drop("_gone")
