"""Groups that may be shown together: nonsense is refused at its line; what stands is a table and can be translated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agenda.folder import read_folder
from agenda.in_language import asked_for, in_language
from agenda.lint import problems_in, read
from agenda.model import Disclosure
from agenda.tables import agenda_tables

Make = Callable[..., Path]
LAST = "      - {id: preschool, name: Preschool}\n"
MORE = f"{LAST}      - {{id: five, name: Fives}}\n    merge:\n"
YOUNG = f"{MORE}      - {{id: young, name: Under five, of: [infant, preschool]}}\n"

WRONG = {
    "no such member": ("[infant, preschol]", "merge.0.of.1", "no member of age_group 'preschol'; did you mean 'preschool'?"),
    "one member only": ("[infant]", "merge.0.of", "'young' is made of one member only; name at least two"),
    "a member twice": ("[infant, infant, five]", "merge.0.of.1", "'infant' is given 2 times"),
    "all of them": ("[infant, preschool, five]", "merge.0.of", "made of all members of 'age_group'; that is the total"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_group_of_the_wrong_members_is_refused(make: Make, wrong: str) -> None:
    of, key, said = WRONG[wrong]
    assert _problems(make, YOUNG.replace("[infant, preschool]", of)) == [(f"dimensions.0.{key}", said)]


OTHERS = {
    "a member of two": ("{id: old, name: Over one, of: [preschool, five]}", "merge.1.of.0",
                        "'preschool' is a part of 'young' already; a member can be merged into one group only"),
    "a member's id": ("{id: five, name: Over one, of: [five, infant]}", "merge.1.id",
                      "'five' is a member of 'age_group' already; a merged group needs an id of its own"),
    "a member's name": ("{id: old, name: FIVES, of: [five, infant]}", "merge.1.name", "'FIVES' names 'five' already"),
    "a group's id": ("{id: young, name: Over one, of: [five, infant]}", "merge.1", "'young' is given 2 times"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", OTHERS)
def test_a_group_that_clashes_with_another_is_refused(make: Make, wrong: str) -> None:
    entry, key, said = OTHERS[wrong]
    assert (f"dimensions.0.{key}", said) in _problems(make, f"{YOUNG}      - {entry}\n", said)


def test_groups_that_overlap_can_not_be_put_together(make: Make) -> None:
    ((key, message),) = _problems(make, f"{YOUNG}    overlap: yes\n")
    assert key == "dimensions.0.merge"
    assert message.startswith("'age_group' overlaps: who is in several of its groups would be counted several times")


def _problems(make: Make, members: str, said: str = "") -> list[tuple[str, str]]:
    """Key and message of each problem; of a message only so much as is expected."""
    found = problems_in(read_folder(make(("agenda.yml", LAST, members))))
    expected = [said, *(text for _, _, text in WRONG.values())]
    return [(p.key, next((text for text in expected if text and text in p.message), p.message)) for p in found]


def test_what_can_be_shown_together_is_a_table_and_has_names_in_other_languages(make: Make) -> None:
    path = make(("agenda.yml", LAST, YOUNG))
    rows = agenda_tables(read(path))["agenda_merged_members"].to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("age_group", "young", member, 3, "Under five") for member in ("infant", "preschool")
    ]
    (path / "translations").mkdir()
    (path / "translations" / "es.yml").write_text("dimensions: {age_group: {merge: {young: Menores de cinco}}}\n")
    folder = read(path)
    assert ("dimensions", "age_group", "merge", "young") in asked_for(folder, "es")
    assert in_language(folder, "es").agenda.dimensions[0].merge[0].name == "Menores de cinco"


def test_the_range_that_is_hidden_can_be_set(make: Make) -> None:
    policy = (
        "initiative.yml",
        "{policy: none, reason: All numbers here are made up for tests.}",
        "{policy: small_counts, hide: [1, 5]}",
    )
    assert read_folder(make(policy)).initiative.hides == (1, 5)
    with pytest.raises(ValueError, match="hide"):
        Disclosure(policy="small_counts", hide=(2, 5))
