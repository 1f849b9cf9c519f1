"""People as keyed hashes: how partners make them, who is linked by them, and that nothing else stands in their place."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agenda.errors import ConfigurationError
from flows.cli import app
from sources.door import quarantine
from sources.door.keys import hashed, keyed_hash
from tests.sources.conftest import AGENDA, Coalition
from tests.sources.test_quarantine import traces

KEY = "5e" * 32
REACHED = """measures:
  - {id: reached, name: Reached, unit: people, kind: flow, subject: people, over_partners: overlap, keyed: yes}
"""
PARTNERS = """
layouts:
  people:
    files: "*.csv"
    rows: records
    period: quarter
    place: town
    missing: ["?"]
    values: [{measure: reached, count: who, consent: {agreed: ["yes"]}}]
partners:
  - {id: alpha, name: Alpha, layouts: [people]}
"""
Make = Callable[..., Coalition]


def made(coalition: Make, partners: str = PARTNERS) -> Coalition:
    here = coalition(partners)
    here.write("agenda.yml", AGENDA.replace("measures:\n", REACHED))
    return here


def file(*rows: tuple[str, str]) -> str:
    return "quarter,town,who,agreed\n" + "".join(f"2026Q1,harbor,{who},{agreed}\n" for who, agreed in rows)


def person(number: int) -> str:
    return keyed_hash(KEY, [f"person {number}"])


# -- making them --------------------------------------------------------------------------------------


def test_small_differences_of_spelling_make_no_other_person() -> None:
    zoe = keyed_hash(KEY, ["Zoë O'Neil", "2019-05-31"])
    assert re.fullmatch("[0-9a-f]{64}", zoe)
    assert keyed_hash(KEY, [" ZOE ONEIL", "2019 05 31"]) == zoe
    assert zoe not in {keyed_hash(KEY, ["Zoe Neil", "2019-05-31"]), keyed_hash("5f" * 32, ["Zoë O'Neil", "2019-05-31"])}
    assert keyed_hash(KEY, ["Ann", "1"]) != keyed_hash(KEY, ["An", "n1"])
    assert keyed_hash(KEY, ["김민준", ""]) == keyed_hash(KEY, ["김 민준", ""])
    assert keyed_hash(KEY, [" ", "-"]) == ""


def test_the_command_and_the_lines_for_those_without_it_make_the_same(tmp_path: Path) -> None:
    people = 'name,town,born\nZoë O\'Neil,Harbor,2019-05-31\n,Harbor,\n"Lee, Ann",Port,2020-01-02\n'
    (tmp_path / "people.csv").write_text(f"\ufeff{people}", encoding="utf-8")
    (tmp_path / "key.txt").write_text(f"{KEY}\n")
    call = ["hash", str(tmp_path / "people.csv"), "--of", "name,born", "--key", str(tmp_path / "key.txt")]
    done = CliRunner().invoke(app, [*call, "--out", str(tmp_path / "to_send.csv")])
    assert (done.exit_code, "3 rows, 1 without a hash" in done.output) == (0, True)
    sent = list(csv.reader(io.StringIO((tmp_path / "to_send.csv").read_text("utf-8"))))
    assert sent[0] == ["person", "town"]
    assert sent[1:] == [
        [keyed_hash(KEY, ["Zoë O'Neil", "2019-05-31"]), "Harbor"], ["", "Harbor"],
        [keyed_hash(KEY, ["Lee, Ann", "2020-01-02"]), "Port"],
    ]  # fmt: skip
    page = (Path(__file__).parents[2] / "docs/partner.md").read_text("utf-8")
    (lines,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "lines.py").write_text(lines, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "lines.py"], cwd=tmp_path, input=people.encode(), capture_output=True, check=True
    )
    assert list(csv.reader(io.StringIO(run.stdout.decode("utf-8")))) == sent


@pytest.mark.parametrize(
    ("lines", "key", "of", "said"),
    [
        (["name,town\n"], "5e", ["name"], "32"),
        (["name,town\n"], KEY, ["nam"], "did you mean 'name'"),
        ([], KEY, ["name"], "the file is empty"),
    ],
)
def test_a_short_key_an_unknown_column_and_no_line_are_refused(
    lines: list[str], key: str, of: list[str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        list(hashed(lines, key, of, "person"))


# -- taking them in -----------------------------------------------------------------------------------


def test_who_agreed_is_linked_and_everybody_is_counted(coalition: Make) -> None:
    """In capitals or not, once or twice; who has no hash is somebody each time, and once without consent is without."""
    here = made(coalition)
    here.drop("alpha/q1.csv", file(
        (person(1), "yes"), (person(1).upper(), "yes"), (person(2), "no"), (person(3), "yes"), (person(3), ""),
        ("", "yes"), ("?", "no"),
    ))  # fmt: skip
    (receipt,) = here.collect().receipts
    assert (receipt.outcome, receipt.counts.accepted) == ("accepted", 7)
    assert here.rows("observations", "measure, place, value::int") == [("reached", "harbor", 5)]
    assert here.rows("persons", "place, person") == [("harbor", int(person(1)[:16], 16) >> 1)]
    here.collect()
    assert len(here.rows("persons")) == 1


def test_of_numbers_without_hashes_nothing_is_written_down(coalition: Make) -> None:
    here = made(coalition, PARTNERS.replace(', consent: {agreed: ["yes"]}', ""))
    here.drop("alpha/q1.csv", file((person(1), "yes"), (person(2), "no")))
    here.collect()
    assert here.rows("observations", "value::int") == [(2,)]
    assert here.rows("persons") == []


def test_no_file_is_read_again_because_the_agenda_agrees_to_count_people_once(coalition: Make) -> None:
    here = made(coalition, PARTNERS.replace(', consent: {agreed: ["yes"]}', ""))
    agenda = (here.path / "agenda.yml").read_text()
    here.write("agenda.yml", agenda.replace(", keyed: yes", ""))
    here.drop("alpha/q1.csv", file((person(1), "yes")))
    assert [one.outcome for one in here.collect().receipts] == ["accepted"]
    here.write("agenda.yml", agenda)
    assert here.collect().receipts == ()


NAMED = file((person(1), "yes"), ("sentinel-17", "yes"), (person(3)[:63], "yes"))


def test_anything_but_a_hash_keeps_the_file_out_and_is_not_repeated(coalition: Make) -> None:
    here = made(coalition)
    here.drop("alpha/q1.csv", NAMED)
    (receipt,) = here.collect().receipts
    assert receipt.outcome == "rejected"
    found = {one["code"]: one["message"] for one in here.receipt("alpha/q1.csv")["findings"]}
    assert list(found) == ["personal_data", "personal_unhashed"]
    assert "“who”" in found["personal_unhashed"]
    assert "first in row 3" in found["personal_unhashed"]
    assert traces(here, "quarantine/") == []
    assert [notice.columns for notice in quarantine.notices(here.store)] == [("who",)]
    assert here.rows("observations") == here.rows("persons") == []
    here.drop("alpha/q1.csv", NAMED.replace("sentinel-17", "").replace(person(3)[:63], person(3)))
    assert [one.outcome for one in here.collect().receipts] == ["accepted"]


def test_a_column_that_is_known_to_hold_hashes_only_later_is_looked_at_then(coalition: Make) -> None:
    here = made(coalition)
    here.drop("alpha/q1.csv", NAMED.replace("who", "Case"))
    assert [one.outcome for one in here.collect().receipts] == ["rejected"]  # it lacks the column
    here.write("partners.yml", PARTNERS.replace('files: "*.csv"', 'files: "*.csv"\n    aliases: {who: [case]}'))
    here.collect()
    codes = [one["code"] for one in here.receipt("alpha/q1.csv")["findings"]]
    assert codes == ["personal_data", "personal_unhashed"]
    assert not (here.path / "store/inbox/alpha/q1.csv").exists()
    assert traces(here, "quarantine/", "submissions/") == []


# -- agreeing on them ---------------------------------------------------------------------------------


def wrong_with(here: Coalition) -> str:
    """What `cairn check` says; empty where all is in order."""
    try:
        assert here.folder
    except ConfigurationError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("file_", "old", "new", "said"),
    [
        ("agenda.yml", "over_partners: overlap, keyed", "keyed", "over_partners: overlap"),
        ("agenda.yml", "subject: people, over_partners", "subject: events, over_partners", "subject: people"),
        ("agenda.yml", "kind: flow, subject: people, over", "kind: stock, over_time: mean, subject: people, over", "adds up"),
        ("agenda.yml", "keyed: yes}", "keyed: yes, precedence: [alpha]}", "precedence"),
        ("agenda.yml", ", keyed: yes", "", "links people"),
        ("partners.yml", "count: who", "column: who", "count: {column}"),
        ("partners.yml", "count: who", "count: rows", "count: {column}"),
        ("partners.yml", "count: who", "count: who, per: [town]", "'per'"),
        ("partners.yml", '{agreed: ["yes"]}', "{}", "who agreed"),
        ("partners.yml", '{agreed: ["yes"]}', "some", "consent"),
        ("partners.yml", "rows: records", "rows: values", "rows: records"),
    ],
)  # fmt: skip
def test_what_can_not_be_linked_is_a_problem(coalition: Make, file_: str, old: str, new: str, said: str) -> None:
    here = made(coalition)
    assert wrong_with(here) == ""
    text = (here.path / file_).read_text()
    assert old in text
    here.write(file_, text.replace(old, new))
    assert said in wrong_with(here)


def test_groups_of_people_who_count_once_are_not_added_up(coalition: Make) -> None:
    here = made(coalition)
    agenda = (here.path / "agenda.yml").read_text().replace("keyed: yes", "keyed: yes, dimensions: [age]")
    for groups, wrong in (("[infant]", False), ("[infant, toddler]", True)):
        formula = f"{{kind: count, of: {{measure: reached, where: {{age: {groups}}}}}}}, by: [age]"
        here.write("agenda.yml", agenda.replace("{kind: count, of: children}, by: [age]", formula))
        assert ("groups added up could hold somebody twice" in wrong_with(here)) == wrong
        assert bool(wrong_with(here)) == wrong
