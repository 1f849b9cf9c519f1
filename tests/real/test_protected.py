"""Real numbers with disclosure control on: each edition after the other is protected, then all of them are attacked.

The initiatives publish with `none`, for their numbers are public record; here they are the attackers' ground.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import duckdb
import polars as pl
import pytest

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.lint import problems_in
from agenda.model import Disclosure
from flows.workspace import Workspace
from reports.disclosure.attackers import exposed
from reports.disclosure.cells import ROW, Cells, Row
from reports.disclosure.linked import PUBLIC
from reports.disclosure.own import read_own
from reports.disclosure.withhold import Earlier, judged
from tests.disclosure.made import as_shown
from tests.real.harness import Proof

Published = Callable[[str], Proof]
HIDE = (1, 10)


def protected(folder: Folder) -> Folder:
    """The initiative with disclosure control on, of which the counts are whole: some of England's authorities' were not
    until 2010, and the policy would refuse these."""
    policy = Disclosure(policy="small_counts", hide=HIDE)
    measures = tuple(measure.model_copy(update={"whole": True}) for measure in folder.agenda.measures)
    return replace(
        folder, initiative=folder.initiative.model_copy(update={"disclosure": policy}),
        agenda=folder.agenda.model_copy(update={"measures": measures}),
    )  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """An initiative with the policy on, its values up to some period's end, and what is whose."""

    folder: Folder
    values: pl.DataFrame
    own: pl.DataFrame

    @classmethod
    def of(cls, proof: Proof, where: str = "true") -> Ground:
        workspace = Workspace.open(proof.folder)
        with duckdb.connect(str(workspace.warehouse()), read_only=True) as connection:
            values = connection.execute(
                f"""select v.*, s.version from ind_values v
                join dim_series s on v.indicator = s.series and v.period = s.period where {where}"""
            ).pl()
            return cls(protected(workspace.folder), values, read_own(connection))

    def publish(self, ends: Sequence[object]) -> list[Earlier]:
        """An edition up to each of these ends, proved beside those before; `HeldBack` where it can't be."""
        done: list[Earlier] = []
        for end in ends:
            values = self.values.filter(pl.col("period_end") <= end)
            verdicts = judged(self.folder, values, HIDE, lambda: self.own, done)
            rows = (Row(*row) for row in values.select(*ROW, "numerator", "denominator", "upper").iter_rows())
            done.append(Earlier(str(end), as_shown(rows, verdicts)))
        return done

    def attack(self, editions: Sequence[Earlier]) -> tuple[int, int]:
        """How many cells are hidden, and how many of them small, once no attacker finds anything in all editions.

        They are not told how what is hidden was chosen. And they are able: were only small counts hidden, they'd know.
        """
        site = Cells(self.folder, HIDE)
        for edition in editions:
            site.add(edition.rows, is_now=False)
        linked, attackers = site.linked(), site.attackers(self.own)
        hidden = [i for i, cell in enumerate(linked.cells) if cell.was_hidden]
        assert exposed(linked, hidden, attackers) == []
        bare = [cell._replace(is_out=True, is_implied=False) if cell.was_hidden and not cell.is_small else cell
                for cell in linked.cells]  # fmt: skip
        assert exposed(replace(linked, cells=bare), hidden, [PUBLIC]) != []
        return len(hidden), sum(linked.cells[i].is_small for i in hidden)


def test_children_of_counties_in_nine_quarters(published: Published) -> None:
    ground = Ground.of(published("nc_childcare"))
    editions = ground.publish(sorted(set(ground.values["period_end"])))
    assert len(editions) == 9
    hidden, small = ground.attack(editions)
    assert hidden > small > 100
    spots = [row for row in editions[-1].rows if row.indicator in _not_people(ground.folder)]
    assert spots
    assert {row.code for row in spots} == {"F"}


def test_infections_of_all_ages_and_of_children(published: Published) -> None:
    """Of all ages no area has a small count, of children under ten twenty-two have."""
    ground = Ground.of(published("fingertips_countyua"))
    assert list(problems_in(ground.folder)) == []
    editions = ground.publish(sorted(set(ground.values["period_end"])))
    assert {row.code for row in editions[-1].rows if row.indicator == "incidence"} == {"F"}
    assert ground.attack(editions) == (24, 22)


def test_exclusions_year_by_year(published: Published) -> None:
    """Those of which the counts are whole; no sum links one year to another. Of the last two the second edition repeats
    the year of the first."""
    for years in (*((str(year),) for year in range(2011, 2016)), ("2016", "2017")):
        ground = Ground.of(published("dfe_ees"), f"v.indicator = 'permanent' and v.period in {(*years, '')}")
        assert list(problems_in(ground.folder)) == []
        assert (ground.values["numerator"].drop_nulls() % 1 == 0).all()
        hidden, small = ground.attack(ground.publish(sorted(set(ground.values["period_end"]))))
        assert hidden > small > 800, years


def test_rounded_exclusions_are_not_published(published: Published) -> None:
    """Groups that were rounded or suppressed by their publisher leave a sum that no count of people makes even: what is
    lacking is thought to be known, a count of five with it, and the edition is refused."""
    ground = Ground.of(published("dfe_ees"), "v.period = '2016' and v.indicator = 'permanent_by_region'")
    with pytest.raises(HeldBack, match="small counts of people can be found out"):
        ground.publish([max(ground.values["period_end"])])


@pytest.mark.parametrize("name", ["nhs_ae", "toronto_childcare"])
def test_what_is_not_about_people_stays(published: Published, name: str) -> None:
    """Attendances are events, spots belong to facilities: nothing is hidden, and nobody to find."""
    ground = Ground.of(published(name))
    assert list(problems_in(ground.folder)) == []
    (edition,) = ground.publish([max(ground.values["period_end"])])
    assert {row.code for row in edition.rows} == {"F"}
    assert Cells(ground.folder, HIDE).people == {}


def test_shares_of_people_are_refused(published: Published) -> None:
    """All that is published of them is percents and rates, of which nobody can tell how few people they are about."""
    folder = protected(Workspace.open(published("ons_sdg_uk").folder).folder)
    refused = {problem.message.split()[0] for problem in problems_in(folder)}
    assert refused == {measure.id for measure in folder.agenda.measures}


def _not_people(folder: Folder) -> set[str]:
    people = {measure.id for measure in folder.agenda.measures if measure.subject == "people"}
    return {indicator.id for indicator in folder.agenda.indicators
            if not {term.measure for term in (*indicator.formula.of, *(indicator.formula.per or ()))} & people}  # fmt: skip
