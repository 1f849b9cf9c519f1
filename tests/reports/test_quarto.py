"""Pages keep to the subset of Quarto that docs/quarto.md writes down, and what uses all of it comes out as recorded, from
whichever renderer is there: headings, anchors, links, tables, figures and texts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypandoc
import pytest
import yaml

from reports.rendering.render import render
from tests.reports.conftest import Rendered
from tests.reports.told import Node, tree

DOCS = Path(__file__).parents[2] / "docs" / "quarto.md"
RECORDED = Path(__file__).parent / "quarto"
RENDERERS = [
    pytest.param("", id="embedded"),
    pytest.param(shutil.which("quarto"), id="quarto",
                 marks=pytest.mark.skipif(not shutil.which("quarto"), reason="needs the Quarto CLI")),
]  # fmt: skip


def documented() -> set[str]:
    """The names in the last column of the table."""
    rows = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return {name for row in rows for name in re.findall(r"`([A-Za-z]+)`", row.rsplit("|", 2)[1])}


def parsed(page: Path) -> Any:
    call = [pypandoc.get_pandoc_path(), "--from=markdown", "--to=json", str(page)]
    return json.loads(subprocess.run(call, capture_output=True, check=True).stdout)


def parts(node: Any) -> Iterator[tuple[str, Any]]:
    """Every part of a parsed page, with what is in it."""
    if isinstance(node, dict):
        if "t" in node:
            yield node["t"], node.get("c")
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from parts(one)


def held(page: Path) -> set[str]:
    """The names of all that a page uses, once its raw parts, links and pictures are what they may be."""
    used = set()
    for name, content in parts(parsed(page)["blocks"]):
        used.add(name)
        if name in ("RawBlock", "RawInline"):
            assert content[0] in ("html", "typst", "openxml"), page
        if name in ("Link", "Image"):
            assert not re.match(r"[a-z]+:|//", content[2][0]), page
    text = page.read_text(encoding="utf-8")
    assert "{{<" not in text
    assert not re.search(r"^`{3,}\s*\{(?!=)", text, re.MULTILINE), page
    return used


def test_every_page_keeps_to_the_subset(rendered: Rendered) -> None:
    pages = sorted(rendered.project.rglob("*.qmd"))
    assert len(pages) > 5
    used = {page.name: held(page) - documented() for page in pages}
    assert {name: beyond for name, beyond in used.items() if beyond} == {}


def test_the_recorded_page_uses_all_of_the_subset_that_pages_in_html_do(rendered: Rendered) -> None:
    """So that nothing the pages use goes untried."""
    pages = [page for page in rendered.project.rglob("*.qmd") if "format: html" in page.read_text(encoding="utf-8")]
    used = set().union(*map(held, pages))
    assert used <= held(RECORDED / "subset.qmd")


def structure(page: Node) -> dict[str, list[Any]]:
    """What both renderers must agree on."""
    (main,) = (one for one in page.all("main"))
    return {
        "title": [one.text for one in page.all("title")],
        "headings": [[one.tag, spaced(one.text)] for one in main.all("h1", "h2", "h3")],
        "anchors": [one.attributes["id"] for one in anchored(main)],
        "links": [[one.attributes["href"], spaced(one.text)] for one in main.all("a")],
        "boxes": [one.attributes["class"] for one in main.all("div") if "class" in one.attributes],
        "texts": [spaced(one.text) for one in main.all("p", "li")],
        "stressed": [[one.tag, spaced(one.text)] for one in main.all("strong", "em", "b")],
        "tables": [[spaced(cell.text) for cell in one.all("th", "td")] for one in main.all("table")],
        "figures": [spaced(one.text) for one in main.all("figure")],
    }


def anchored(node: Node) -> Iterator[Node]:
    """Elements with an id, in the order of the page."""
    for child in node.children:
        if isinstance(child, Node):
            if "id" in child.attributes:
                yield child
            yield from anchored(child)


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize("quarto", RENDERERS)
def test_what_uses_all_of_it_comes_out_as_recorded(rendered: Rendered, tmp_path: Path, quarto: str) -> None:
    project = Path(shutil.copytree(rendered.project, tmp_path / "project"))
    settings = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    settings["project"]["render"] = ["subset.qmd"]
    (project / "_quarto.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    for page in project.rglob("*.qmd"):
        page.unlink()
    shutil.copyfile(RECORDED / "subset.qmd", project / "subset.qmd")
    render(project, tmp_path / "out", timestamp=datetime(2026, 7, 21, tzinfo=UTC), quarto=quarto)
    found = structure(tree((tmp_path / "out" / "subset.html").read_text(encoding="utf-8")))
    assert found == json.loads((RECORDED / "structure.json").read_text(encoding="utf-8"))


@pytest.mark.skipif(not shutil.which("quarto"), reason="needs the Quarto CLI")
def test_both_renderers_give_every_page_the_same_structure(rendered: Rendered, tmp_path: Path) -> None:
    render(rendered.project, tmp_path, timestamp=datetime(2026, 7, 21, tzinfo=UTC))
    for path in rendered.pages:
        theirs = (tmp_path / path.relative_to(rendered.site)).read_text(encoding="utf-8")
        assert structure(tree(theirs)) == structure(tree(path.read_text(encoding="utf-8"))), path
