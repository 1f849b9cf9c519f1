"""An initiative in another language: what is translated, what is marked, and what a translation can get wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agenda import lint
from agenda.catalogue import sentence_case
from agenda.errors import ConfigurationError, Problem
from agenda.in_language import in_language, original_in, untranslated
from agenda.lint_translations import untranslated_in
from agenda.original import original, told
from flows.cli import app

Make = Callable[..., Path]

SPANISH = """\
indicators:
  use:
    name: Uso
texts:
  children: niños
"""
STORY = """\
headline: Más plazas
"""


@pytest.fixture
def spanish(make: Make) -> Path:
    folder = make(("initiative.yml", "id: river", "id: river\nlanguages: [en, es]"))
    (folder / "translations").mkdir()
    (folder / "translations/es.yml").write_text(SPANISH, encoding="utf-8")
    (folder / "stories/2025Q4.es.yml").write_text(STORY, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(ConfigurationError) as error:
        lint.read(folder)
    return list(error.value.problems)


def test_what_is_translated_is_said_and_the_rest_is_marked(spanish: Path) -> None:
    folder = lint.read(spanish)
    read = in_language(folder, "es")
    assert read.agenda.indicators[0].name == "Uso"
    assert read.agenda.measures[0].unit in ("niños", folder.agenda.measures[0].unit)
    assert read.story("2025Q4").headline == "Más plazas"
    goal, was = read.agenda.goals[0].name, folder.agenda.goals[0].name
    assert goal == original(was, "en")
    assert told(goal) == f"{was} [en]"
    assert original_in(read, "2025Q4") == "en"
    assert [p.name for p in read.agenda.places] == [p.name for p in folder.agenda.places]  # names stay names
    assert read.initiative.language == "es"
    assert read.initiative.published_in == ("en", "es")
    assert in_language(folder, "en") is folder


def test_those_who_know_the_original_get_it_unmarked(spanish: Path) -> None:
    folder = lint.read(spanish)
    read = in_language(folder, "es-MX", marked=False)  # what is Spanish everywhere is Spanish there
    assert read.agenda.indicators[0].name == "Uso"
    assert read.agenda.goals == folder.agenda.goals


def test_everything_said_can_be_translated(spanish: Path) -> None:
    """Whatever is missing has its place in a file: with all of them filled in, no original is left."""
    for period, file in ((None, "translations/es.yml"), ("2025Q4", "stories/2025Q4.es.yml")):
        (spanish / file).write_text("", encoding="utf-8")
        tree: dict[str, Any] = {}
        for path in untranslated(lint.read(spanish), "es", period):
            node = tree
            for key in path[:-1]:
                node = node.setdefault(str(key), {})
            node[str(path[-1])] = "dicho"
        (spanish / file).write_text(json.dumps(tree), encoding="utf-8")
    read = lint.read(spanish)
    assert list(untranslated_in(read)) == []
    assert original_in(in_language(read, "es"), "2025Q4") == ""


@pytest.mark.parametrize(
    ("file", "text", "line", "key", "said"),
    [
        ("translations/es.yml", "indicators:\n  usee: {name: Uso}\n", 2, "indicators.usee.name", "did you mean 'use'?"),
        ("translations/es.yml", "indicators: {use: {nam: Uso}}\n", 1, "indicators.use.nam", "did you mean 'name'?"),
        ("translations/es.yml", "indicators: {use: Uso}\n", 1, "indicators.use", "has keys of its own"),
        ("translations/es.yml", "indicators: {use: {name: [Uso]}}\n", 1, "indicators.use.name", "is a list"),
        ("translations/en.yml", "{}\n", 1, "", "delete this file"),
        ("translations/klingon.yml", "{}\n", 1, "", "is no language"),
        ("stories/2025Q3.es.yml", "{}\n", 1, "", "there is no stories/2025Q3.yml"),
        ("stories/2025Q4.es.yml", "texts:\n  Nobody said this: ...\n", 2, "texts.Nobody said this", "to translate"),
    ],
)
def test_what_translates_nothing_is_refused(
    spanish: Path, file: str, text: str, line: int, key: str, said: str
) -> None:
    (spanish / file).write_text(text, encoding="utf-8")
    [problem] = [problem for problem in problems(spanish) if problem.file == file]
    assert (problem.line, problem.key) == (line, key)
    assert said in problem.message


def test_the_main_language_is_said_once(make: Make) -> None:
    both = make(("initiative.yml", "id: river", "id: river\nlanguage: es\nlanguages: [en, es]"))
    assert "the first is the one that the files are written in, here es" in problems(both)[0].message


def test_what_is_untranslated_is_advice(spanish: Path) -> None:
    folder = lint.read(spanish)
    assert {file for file, _ in untranslated_in(folder)} == {"translations/es.yml", "stories/2025Q4.es.yml"}
    done = CliRunner().invoke(app, ["--initiative", str(spanish), "check"])
    assert done.exit_code == 0
    assert "translations/es.yml could say" in done.output


def test_a_marked_text_begins_with_its_own_letter() -> None:
    assert sentence_case(original("spots", "en")) == original("Spots", "en")
    assert sentence_case("spots") == "Spots"
    assert sentence_case("") == ""
