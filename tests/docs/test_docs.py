"""What the docs tell people to type works: walkthroughs are run, every other command at least exists with its options."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from flows.cli import app
from tests.flows.conftest import Initiative
from tests.flows.conftest import environment as environment  # a fixture

ROOT = Path(__file__).resolve().parents[2]
POLICY = "disclosure:\n  policy: small_counts\n"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "infra/README.md"]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str, bool]]:
    """Every call of cairn: in shell blocks as people type it, in running text perhaps only by its name."""
    found = []
    for page in PAGES:
        typed = [
            line for language in ("sh", "console") for block in blocks(page, language) for line in block.splitlines()
        ]
        named = re.findall(r"`((?:\.venv/bin/)?cairn [^`]+)`", page.read_text("utf-8"))
        for line, is_typed in [*((line, True) for line in typed), *((line, False) for line in named)]:
            command = line.strip().removeprefix("$ ").split("#")[0].strip().removeprefix(".venv/bin/")
            if command.startswith("cairn "):
                found.append((page.name, command, is_typed))
    return sorted(set(found))


@pytest.mark.parametrize(("page", "command", "is_typed"), commands())
def test_every_command_exists_with_its_options(page: str, command: str, is_typed: bool) -> None:
    group: Any = typer.main.get_command(app)
    context = group.make_context("cairn", shlex.split(command)[1:])
    name, sub, rest = group.resolve_command(context, [*context._protected_args, *context.args])
    assert sub is not None, name
    sub.make_context(str(name), rest, parent=context, resilient_parsing=not is_typed)


def test_the_data_engineers_walkthrough_runs_as_written(tmp_path: Path, environment: dict[str, str]) -> None:
    here = Initiative(tmp_path / "reading", environment)
    ran = 0
    for block in blocks(ROOT / "docs/data-engineer.md", "console"):
        for line in block.splitlines():
            words = shlex.split(line.removeprefix("$ "))[1:]
            if words[0] == "init":
                done = here.cairn("init", str(here.path))
            else:
                assert words[:2] == ["--initiative", "reading"]
                done = here.cairn(*words[2:])
            assert done.code == 0, (line, done.out, done.err)
            ran += 1
        if not here.read("initiative.yml").endswith(POLICY):
            here.write("initiative.yml", here.read("initiative.yml") + POLICY)  # "give it a disclosure policy"
    assert ran >= 9
    assert (here.path / "site/2026Q1/index.html").is_file()
    assert "Nothing to do" in here.cairn("run", "2026Q1").out  # what it published itself is nothing new to a draft


def test_links_lead_somewhere() -> None:
    broken = []
    for page in [*PAGES, *sorted((ROOT / "docs/decisions").glob("*.md")), ROOT / "dbt_project/README.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append((page.name, target))
    assert broken == []


def test_keys_that_the_docs_name_are_known() -> None:
    """The YAML in the docs uses keys that the models know."""
    from agenda import layouts, model, ways_in, web

    known = {
        field.alias or name
        for module in (model, layouts, ways_in, web)
        for entry in vars(module).values()
        if isinstance(entry, type) and issubclass(entry, model.Entry)
        for name, field in entry.model_fields.items()
    }
    for block in blocks(ROOT / "docs/data-engineer.md", "yaml"):
        keys = set(re.findall(r"^\s*-?\s*(\w+):", block, re.MULTILINE)) - {
            "layouts",
            "long",
            "wide",
            "records",
            "sites",
        }
        assert keys <= known, keys - known
