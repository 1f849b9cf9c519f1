"""An initiative's own models: what they may read, ask and give."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from agenda import lint
from agenda.errors import ConfigurationError
from agenda.folder import read_folder
from agenda.own_models import READS
from agenda.sql import columns_of
from agenda.tables import agenda_tables

Make = Callable[..., Path]
GIVEN = "partner, period, place, value"
MEASURES = """\
  - {id: crowded, name: Crowded, unit: children, kind: stock, subject: people,
     model: {file: crowded.sql, of: [licensed, census]}}
  - {id: licensed,"""


def test_a_model_is_one_select_over_what_it_may_read() -> None:
    sql = """
        with recursive towns as (select place from places union all select t.place from towns t where false),
        counted as (select partner, period, place, members['age'] as age, sum(value) as n
                    from observations join towns using (place) group by all)
        select c.partner, c.period, c.place, map {'age': age} as members, max(n + r.value) as value
        from counted c, reference r, unnest([1]) group by all -- the end"""
    assert columns_of(sql, READS) == {
        "partner": "VARCHAR", "period": "VARCHAR", "place": "VARCHAR", "members": "MAP(VARCHAR, VARCHAR)",
        "value": "DECIMAL(38,6)",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select 1; select 2", "is exactly one select; this has 2 statements"),
        ("create table t as select 1", "is no plain select"),
        ("copy places to 'out.csv'", "is no plain select"),
        ("selec 1", "is no plain select"),
        ("from 'agenda.yml'", "can't be run"),
        ("from ind_values", "can't be run"),
        ("from (with ind_values as (select 1) from ind_values), ind_values", "can't be run"),
        ("from read_csv('agenda.yml')", "may not read from read_csv(...)"),
        ("from places where place in (select content from read_text('/etc/hostname'))", "may not read from read_text"),
        ("from query('select 1')", "may not read from query(...)"),
        ("from duckdb_settings()", "may not read from duckdb_settings(...)"),
        ("from (show tables)", "may read tables and subqueries only"),
        ("select random()", "may not ask for random"),
        ("select now()", "may not ask for now"),
        ("select current_date", "may not ask for current_date"),
        ("select getvariable('own_models')", "may not ask for getvariable"),
        ("select current_setting('threads')", "may not ask for current_setting"),
    ],
)
def test_whatever_else_it_asks_for_is_refused(sql: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as caught:
        columns_of(sql, READS)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("edit", "sql", "key", "said"),
    [
        ((), f"select {GIVEN} from observations;\n", None, ""),
        ((), "select partner, period, value from observations", "file", "crowded.sql gives no column place"),
        ((), f"select {GIVEN}, status as statuss from observations", "file", "'statuss' that is not known here; did you mean 'status'"),
        ((), f"select {GIVEN}, 'age=1' as members from observations", "file", "gives members that are no map"),
        (("file: crowded.sql", "file: ../crowded.sql"), "select 1", "file", "lies outside the initiative's folder"),
        (("of: [licensed, census]", "of: [census]"), f"select {GIVEN} from observations", "of", "is made of reference series only"),
        (("of: [licensed, census]", "of: [licensed, crowded]"), f"select {GIVEN} from observations", "of.1",
         "there is no reported measure or reference series 'crowded'"),
        (("subject: people,\n     model: {file: crowded.sql, of: [licensed, census]}",
          "subject: events,\n     model: {file: crowded.sql, of: [enrolled]}"), f"select {GIVEN} from observations",
         "subject", "is made of 'enrolled', which counts people; so its subject is people, too"),
    ],
)  # fmt: skip
def test_its_entry_and_its_columns_are_checked(
    make: Make, edit: tuple[str, ...], sql: str, key: str | None, said: str
) -> None:
    measures = MEASURES.replace(*edit) if edit else MEASURES
    path = make(("agenda.yml", "  - {id: licensed,", measures))
    (path / "crowded.sql").write_text(sql)
    found = [(problem.key, problem.message) for problem in lint.problems_in(read_folder(path))]
    if key is None:
        assert found == []
        tables = agenda_tables(read_folder(path))
        assert tables["agenda_models"].to_pylist() == [
            {"measure": "crowded", "file": "crowded.sql", "query": f"select {GIVEN} from observations"}
        ]
        assert "crowded.sql" in read_folder(path).files()
    else:
        at = f"measures.1.{key}" if key == "subject" else f"measures.1.model.{key}"
        assert [message for where, message in found if where == at and said in message], found


def test_nobody_reports_it(make: Make) -> None:
    path = make(("agenda.yml", "  - {id: licensed,", MEASURES), ("partners.yml", "[enrolled", "[crowded, enrolled"))
    (path / "crowded.sql").write_text(f"select {GIVEN} from observations")
    with pytest.raises(ConfigurationError, match="'crowded' is made by a model; partners report what it is made of"):
        lint.read(path)


@pytest.mark.parametrize(
    ("sql", "mixes"),
    [
        (f"select {GIVEN} from observations", False),
        (f"select {GIVEN.replace('place, value', 'r.place, observations.value * r.value as value')} from observations join reference r on observations.place = r.place", False),
        (f"select {GIVEN.replace('value', 'max(value) over (partition by period, place) as value')} from observations", True),
        ("select 'city' as partner, period, place, sum(value) as value from observations group by period, place", True),
        ("select o.partner, period, place, o.value from observations o join observations t using (period, place) "
         "where t.partner = 'fund' and t.value > 200", True),
    ],
)  # fmt: skip
def test_a_partner_s_part_follows_from_its_own_people_where_they_are_protected(
    make: Make, sql: str, mixes: bool
) -> None:
    measures = MEASURES.replace("[licensed, census]", "[helped, census]").replace(
        "  - {id: licensed,",
        "  - {id: helped, name: Helped, unit: children, kind: stock, subject: people}\n  - {id: licensed,",
    )
    path = make(("agenda.yml", "  - {id: licensed,", measures))
    (path / "crowded.sql").write_text(sql)
    assert list(lint.problems_in(read_folder(path))) == []  # nobody is protected
    settings = path / "initiative.yml"
    settings.write_text(re.sub("disclosure: .*", "disclosure: {policy: small_counts}", settings.read_text()))
    found = [p.message for p in lint.problems_in(read_folder(path)) if p.key == "measures.1.model.file"]
    assert bool(found) == mixes, found
    if mixes:
        assert "counts other people; a partner's part must follow from its own" in found[0]


def test_people_that_it_is_made_of_are_seen_nowhere_else_where_they_are_protected(make: Make) -> None:
    path = make(
        ("initiative.yml", "{policy: none, reason: All numbers here are made up for tests.}", "{policy: small_counts}"),
        ("agenda.yml", "  - {id: licensed,", MEASURES.replace("[licensed, census]", "[enrolled]")),
    )
    (path / "crowded.sql").write_text(f"select {GIVEN} from observations")
    found = [problem.message for problem in lint.problems_in(read_folder(path)) if "model" in problem.key]
    assert len(found) == 1
    assert "'enrolled' counts people and is seen in the indicator 'reach', too" in found[0]
