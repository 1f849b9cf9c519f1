"""The project is plain, and its pages say what they should."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from markupsafe import Markup

from agenda import catalogue
from reports import words
from reports.data.lists import lists
from reports.quarter.tables import Quarter
from reports.rendering.pages import _environment, write_project
from reports.rendering.render import render
from reports.rendering.templating import escaped_only
from reports.telling.views import EditionLabel, Revised, Views
from reports.words import Words
from tests.reports.conftest import Rendered

VOID = {"meta", "link", "br", "hr", "img", "input", "path", "circle", "line", "rect"}


@dataclass
class Page(HTMLParser):
    """A page as a reader meets it: its tags with attributes, and its visible text."""

    path: Path
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.path.read_text(encoding="utf-8"))
        assert not self.opened, self.opened

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.opened.pop() == tag, (self.path, tag, self.getpos())

    def handle_data(self, data: str) -> None:
        if self.opened[-1:] != ["script"]:  # data for machines
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


def assert_only_own_script(page: Page) -> None:
    """The theme's one file, and data, which nothing runs."""
    running = [attrs for attrs in page.all("script") if attrs.get("type") != "application/ld+json"]
    root = "../" if page.path.parent.name == "goals" else ""
    assert running == [{"src": f"{root}theme/cairn.js", "defer": ""}]


def pages(rendered: Rendered) -> dict[str, Page]:
    return {path.relative_to(rendered.site).as_posix(): Page(path) for path in rendered.pages}


# -- the project --------------------------------------------------------------------------------------


def test_the_project_runs_no_code(rendered: Rendered) -> None:
    settings = yaml.safe_load((rendered.project / "_quarto.yml").read_text(encoding="utf-8"))
    assert settings["engine"] == "markdown"
    assert settings["execute"] == {"enabled": False}
    written = sorted(p.relative_to(rendered.project).as_posix() for p in rendered.project.rglob("*.qmd"))
    assert written == sorted(settings["project"]["render"])
    for path in written:
        text = (rendered.project / path).read_text(encoding="utf-8")
        front = yaml.safe_load(text.split("\n---\n", 1)[0])
        assert front["engine"] == "markdown"
        assert front["format"] in ("html", "typst", "docx")
        fences = set(re.findall(r"^`{3,}.*$", text, re.MULTILINE))
        assert fences <= {"`````", "`````{=html}", "`````{=typst}"}, path
        assert "{{<" not in text
        assert "{{%" not in text


def test_what_the_project_names_is_there(rendered: Rendered) -> None:
    settings = yaml.safe_load((rendered.project / "_quarto.yml").read_text(encoding="utf-8"))
    for pattern in settings["project"]["resources"]:
        assert list(rendered.project.glob(pattern)), pattern
    for name in ("html", "typst"):
        assert (rendered.project / settings["format"][name]["template"]).is_file()
    report = (rendered.project / "report.qmd").read_text(encoding="utf-8")
    for path in re.findall(r'"(charts/[^"]+)"', report):
        assert (rendered.project / path).is_file(), path


def test_a_template_cannot_forget_to_escape(quarter: Quarter) -> None:
    with pytest.raises(TypeError, match="escaped"):
        _environment().from_string("{{ name }}").render(name=quarter.folder.initiative.name)
    with pytest.raises(ValueError, match="no id"):
        _environment().from_string("{{ 'a b'|code }}").render()
    assert escaped_only(Markup("<b>")) == "<b>"


# -- the pages ----------------------------------------------------------------------------------------


def test_every_page_is_sound(rendered: Rendered) -> None:
    """Well-formed, one main heading, headings in steps, no id twice, every reference meets its target."""
    for name, page in pages(rendered).items():
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1, name
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), name
        ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
        assert len(ids) == len(set(ids)), name
        for _, attrs in page.tags:
            for label in attrs.get("aria-labelledby", "").split():
                assert label in ids, (name, label)
        for image in page.all("svg"):
            assert "aria-hidden" in image or image.get("role") == "img"
        assert len(page.all("main")) == 1
        assert page.all("html") == [{"lang": "en"}]
        assert (page.path.stat().st_size) < 300_000


def test_links_lead_somewhere(rendered: Rendered, quarter: Quarter) -> None:
    """Within the site; the downloads come with the edition."""
    papers = {path.name for path in rendered.site.iterdir() if path.suffix in (".pdf", ".docx")}
    of_the_edition = {*papers, "manifest.json", "agenda/agenda.yml", "data/datapackage.json",
                      "data/indicator_values.csv", "data/indicator_values.parquet", "data/indicator_changes.csv",
                      "data/cohorts.csv", "data/indicator_targets.csv", "data/projections.csv",
                      "data/reporting.csv", "data/csv-metadata.json",
                      *(f"data/{one.name}.csv" for one in lists(quarter, Words("en", quarter.calendar)))}  # fmt: skip
    found = pages(rendered)
    anchors = {name: {attrs["id"] for _, attrs in page.tags if "id" in attrs} for name, page in found.items()}
    for page in found.values():
        for link in page.all("a"):
            path, _, anchor = link["href"].partition("#")
            target = (page.path.parent / path).resolve() if path else page.path
            name = target.relative_to(rendered.site).as_posix()
            assert name in anchors or name in of_the_edition, link
            assert not anchor or anchor in anchors[name], link


def test_no_page_asks_for_anything_from_outside(rendered: Rendered) -> None:
    for name, page in pages(rendered).items():
        assert not {"iframe", "object", "embed", "form", "base"} & {tag for tag, _ in page.tags}
        assert_only_own_script(page)
        for tag, attrs in page.tags:
            for attribute in ("src", "srcset", "href", "data", "poster", "action", "background", "xlink:href"):
                assert "//" not in attrs.get(attribute, ""), (name, tag, attrs)
            assert not any(attribute.startswith("on") or attribute == "style" for attribute in attrs)
    for sheet in rendered.site.rglob("*.css"):
        for url in re.findall(r"url\(([^)]*)\)|@import", sheet.read_text(encoding="utf-8")):
            assert (sheet.parent / url).is_file(), url


def test_the_first_screen_says_what_matters(rendered: Rendered) -> None:
    text = pages(rendered)["index.html"].text
    order = ["Some text.", "Second quarter 2026 · first edition · data as of July 21, 2026", "A quarter to remember",
             "1 of 2 partners reported", "Goal name", "What moved", "What we don’t know", "P2 did not report",
             "Decisions needed", "August 31, 2026", "How we work together", "1 activity of 1 partner aims at these numbers.",
             "nobody has told us yet of work on I3 and I2", "May 4, 2026", "About Name name"]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_the_notice_stands_on_every_page_and_the_paper(rendered: Rendered) -> None:
    for page in pages(rendered).values():
        assert any("notice" in attrs.get("class", "") for attrs in page.all("p"))
    assert "notice: " in (rendered.project / "report.qmd").read_text(encoding="utf-8")


def test_an_indicator_has_all_its_parts(rendered: Rendered) -> None:
    page = pages(rendered)["goals/reach.html"]
    for part in ("Indicator name over time", "By place, Q2 2026", "By dimension name, Q2 2026", "The story behind the curve",
                 "Who contributes", "Alpha", "Where does this number come from?", "How it is computed", "Not reported by",
                 "Baseline, Q4 2024", "Target, December 2026", "Partners reporting", "1 of 2"):  # fmt: skip
        assert part in page.text or part == "Alpha", part
    assert "over long ago" not in page.text


def test_revisions_are_told(quarter: Quarter, tmp_path: Path) -> None:
    first = Views(quarter, Words("en", quarter.calendar), EditionLabel())
    assert first.revised() is None
    label = EditionLabel(2, (Revised("active_share", "2026Q1", 0.5, 0.51, ("beta",)),))
    write_project(quarter, tmp_path, label)
    index = (tmp_path / "index.qmd").read_text(encoding="utf-8")
    assert "What was revised" in index
    assert "51.0\u00a0%" in index
    assert "New numbers from P2" in index
    assert "second edition" in index
    write_project(quarter, tmp_path, EditionLabel(2, ()))
    assert "No number" in (tmp_path / "index.qmd").read_text(encoding="utf-8")


# -- another language ---------------------------------------------------------------------------------


def test_no_word_of_the_pages_escapes_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quarter: Quarter
) -> None:
    """A catalogue that takes the letters out of every text leaves none but the agenda's and file names."""
    catalogue = extracted()
    assert len(catalogue) > 150
    entries = [
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n!=1);\\n"'
    ]
    for message in catalogue:
        one, many = message if isinstance(message, tuple) else (message, None)
        entries.append(f"msgid {quoted(one)}\n" + (
            f"msgstr {quoted(muted(one))}" if many is None else
            f"msgid_plural {quoted(many)}\nmsgstr[0] {quoted(muted(one))}\nmsgstr[1] {quoted(muted(many))}"
        ))  # fmt: skip
    (tmp_path / "ko.po").write_text("\n\n".join(entries), encoding="utf-8")
    monkeypatch.setattr(words, "LOCALES", tmp_path)
    out = tmp_path / "out"
    korean = quarter.folder.initiative.model_copy(update={"language": "ko"})
    spoken_in_korean = replace(quarter, folder=replace(quarter.folder, initiative=korean))
    write_project(spoken_in_korean, out / "project", EditionLabel(2, (Revised("active_share", "2026Q1", 0.5, "few"),)))
    render(out / "project", out / "site", timestamp=quarter.as_of, quarto="")
    own = {"cairn explain", "visit_count", "member_ratio", "active_share", "Some text", "Nord", "Sud", "Alt", "indicator_values", "indicator_changes", "indicator_targets", "projections", "cohorts", "reporting", "csv", "parquet", "datapackage", "json", "agenda", "yml",
           "manifest", "csv-metadata", "indicators", "places", "partners", "measures", "statuses", "conf_statuses", "visits a member", "visits", "A quarter to remember", "team@lowtown.example", "over long ago",
           *(f"{name.capitalize()} name" for name in ("place", "dimension", "member", "measure", "indicator", "goal",
                                                      "partner", "name")), "dimension name", "indicator name"}  # fmt: skip
    for name, page in pages(Rendered(out / "project", out / "site")).items():
        spoken = [page.text, *(attrs[key] for _, attrs in page.tags for key in ("aria-label", "data-head", "content", "alt")
                               if key in attrs and "width=" not in attrs[key] and "dark" not in attrs[key])]  # fmt: skip
        for text in spoken:
            for known in sorted(own, key=len, reverse=True):
                text = text.replace(known, "")
            assert not re.findall(r"[A-Za-z]{3,}", text), (name, re.findall(r".{30}[A-Za-z]{3,}.{30}", text)[:5])


def extracted() -> list[str | tuple[str, str]]:
    """Every text of the report, as ``pybabel`` finds it with `reports/locales/babel.cfg`, and what all rooms say."""
    from babel.messages.extract import extract_from_dir
    from babel.messages.frontend import parse_mapping_cfg

    here = Path(words.__file__).parent
    with (here / "locales" / "babel.cfg").open() as stream:
        methods, options = parse_mapping_cfg(stream)
    found = [
        *extract_from_dir(str(here), methods, options, keywords={"_": None, "n": (1, 2)}),
        *extract_from_dir(str(Path(catalogue.__file__).parent), keywords={"_": None, "n": (1, 2)}),
    ]
    messages = {tuple(message) if isinstance(message, tuple | list) else message for _, _, message, _, _ in found}
    return sorted((m for m in messages if m and m[0]), key=str)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def muted(text: str) -> str:
    """The text with dots for its letters; what is to be filled in stays."""
    return "".join(p if p.startswith("{") else re.sub("[A-Za-z]", "·", p) for p in re.split(r"(\{\w+\})", text))
