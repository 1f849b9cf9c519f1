"""The brief: what is on it is chosen by rule and fits two pages; its Word document is one that others can use."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import cast
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zipfile import ZipFile

import pytest
import yaml

from reports.escape import plain
from reports.pictures.charts import Point
from reports.pictures.drawing import INK
from reports.quarter.tables import Quarter
from reports.rendering.converters import Converter, RenderError
from reports.rendering.pages import _rendered, _shared
from reports.telling.brief import CHARTS, GOALS, LINES, MOVERS, Brief, Excerpt
from reports.telling.figures import Figure
from reports.telling.value_tables import Table
from reports.telling.views import EditionLabel, Revised, Views
from reports.words import Words
from tests.reports.conftest import Rendered
from tests.reports.test_render import AT

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def views(quarter: Quarter) -> Views:
    return Views(quarter, Words("en", quarter.calendar), EditionLabel())


@pytest.fixture(scope="module")
def document(rendered: Rendered) -> dict[str, Element]:
    """The XML parts of the Word document."""
    with ZipFile(rendered.site / "brief.docx") as file:
        return {name: ElementTree.fromstring(file.read(name)) for name in file.namelist() if name.endswith(".xml")}


def described(element: Element) -> list[str]:
    """What a reader who doesn't see them is told of the pictures."""
    drawings = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
    return [picture.attrib["descr"] for picture in element.iter(f"{drawings}docPr")]


# -- what is chosen -----------------------------------------------------------------------------------


@dataclass
class Said:
    """As much of `Views` as the brief looks at: goals g0, g1, … with these status codes, one indicator each."""

    views: Views
    codes: tuple[str, ...] = ()
    figures_of: dict[str, tuple[Figure, ...]] = field(default_factory=dict)
    values: int = 8

    def __post_init__(self) -> None:
        self.words, ids = self.views.words, [f"i{n}" for n in range(len(self.codes))]
        self.tiles = [replace(self.views.tiles[0], name=f"G{n}", code=code) for n, code in enumerate(self.codes)]
        goals = [SimpleNamespace(headline=id_) for id_ in ids]
        indicator = self.views.quarter.indicators["visit_count"]
        known = {id_: indicator.model_copy(update={"id": id_}) for id_ in [*ids, *self.figures_of]}
        self.quarter = SimpleNamespace(goals=goals, indicators=known, period=self.views.quarter.period)
        sections = [SimpleNamespace(ident=id_, name=id_, figures=found) for id_, found in self.figures_of.items()]
        self.goals = [SimpleNamespace(sections=sections)]
        self.figures = SimpleNamespace(points=lambda indicator: [Point(n, "", 1.0) for n in range(self.values)])
        self.sentences = SimpleNamespace(target_text=lambda indicator: "")


def figure(kind: str, height: int = 236) -> Figure:
    return Figure(kind, kind, kind.capitalize(), "", (), f'<svg viewBox="0 0 300 {height}"/>')


def brief(said: Said) -> Brief:
    return Brief(cast(Views, said))


def test_of_many_goals_those_of_most_concern_are_shown_in_their_order(views: Views) -> None:
    codes = ("met", "on_track", "off_track", "no_target", "at_risk", "no_data", *["on_track"] * 4)
    shown = brief(Said(views, codes)).goals()
    assert [plain(row[0]) for row in shown.table.rows] == [f"G{n}" for n in (1, 2, 4, 5, 6, 7, 8, 9)]
    assert shown.table.codes == {4: tuple(codes[n] for n in (1, 2, 4, 5, 6, 7, 8, 9))}
    assert "Target" not in shown.table.head  # none has one
    assert shown.rest == "2 more are in the report."
    assert brief(Said(views, codes[:8])).goals().rest == ""


def test_goals_have_charts_before_other_indicators_and_those_of_most_concern_first(views: Views) -> None:
    drawn = {name: (replace(figure("trend"), ident=name),) for name in ("i0", "i1", "i2", "x", "y", "z")}
    chosen = brief(Said(views, ("on_track", "met", "off_track"), drawn)).figures
    assert [each.ident for each in chosen] == ["i0", "i1", "i2", "x"]
    five = {name: (replace(figure("trend"), ident=name),) for name in ("i0", "i1", "i2", "i3", "i4")}
    chosen = brief(Said(views, ("on_track", "met", "off_track", "at_risk", "no_data"), five)).figures
    assert [each.ident for each in chosen] == ["i0", "i2", "i3", "i4"]


def test_a_short_trend_gives_way_to_a_breakdown_that_is_not_too_high(views: Views) -> None:
    figures = {"i0": (figure("trend"), figure("places", 900), figure("groups", 200))}
    assert brief(Said(views, ("met",), figures)).figures[0].kind == "trend"
    assert [each.caption for each in brief(Said(views, ("met",), figures, values=2)).figures] == ["i0: Groups"]
    assert brief(Said(views, ("met",), {"i0": (figure("places", 900),)})).figures == []


def test_what_the_opening_has_said_is_not_said_to_have_moved_again(views: Views) -> None:
    said = [sentence for _, sentence in views.sentences.three()]
    moved = [sentence for _, sentence in Brief(views).movers()]
    assert not any(one.startswith(sentence) for one in said for sentence in moved)
    assert {*moved, *said} >= {sentence for _, sentence, _ in views.sentences.movers() if sentence in moved}


def test_long_lists_are_cut_and_the_rest_is_counted(quarter: Quarter, views: Views) -> None:
    rows = tuple(Revised("active_share", f"2025Q{n % 4 + 1}", n / 10, 0.6) for n in range(LINES + 1))
    many = Brief(replace(views, label=EditionLabel(2, rows)))
    shown = many.revised()
    assert shown is not None
    assert [row[2] for row in shown.table.rows] == [f"{n * 10}.0\N{NO-BREAK SPACE}%" for n in range(LINES)]
    assert shown.rest == "1 more is in the report."
    assert Brief(views).revised() is None


# -- what is made of it -------------------------------------------------------------------------------


def test_a_brief_that_is_full_stands_on_two_pages(rendered: Rendered, views: Views) -> None:
    """As much as the rules let on it, of long names."""
    long = "Share of the children under six in families below the line whose parents work or look for work"
    row = (long[:60], long, "12,345 children", "▲ 2.3 points on a year ago (may be chance); ▲ 3.5 points among the same",
           "2,300 by December 2026", "At risk")  # fmt: skip
    six = frozenset(range(6))
    goals = Table("Goals", row, (row,) * GOALS, six, codes={5: ("at_risk",) * GOALS})
    lines = Table("Lines", row[:4], ((long, long[:30], "2026", "Q1"),) * LINES, six)
    moved = (views.sentences.movers()[0][0], f"{long} rose by 2.3 points in a year, to 43.2 %. {long}.")
    full = SimpleNamespace(
        goals=lambda: Excerpt(goals, "2 more"), movers=lambda: [moved] * MOVERS, unknown=lambda: [f"{long}: {long}."] * LINES,
        figures=(Brief(views).figures * CHARTS)[:CHARTS], revised=lambda: Excerpt(lines, "1 more"),
        decisions=lambda: Excerpt(lines, "1 more"), address="report.pdf",
    )  # fmt: skip
    revised = replace(views, label=EditionLabel(2, (Revised("active_share", "2026Q1", 0.5, 0.51),)))
    text = _rendered("brief.qmd", **{**_shared(revised), "brief": full})
    with closing(converter(rendered)) as made:
        assert pages(made.convert("brief.qmd", text, "typst")) == 2


def test_the_example_stands_on_two_pages(rendered: Rendered) -> None:
    assert pages((rendered.site / "brief.pdf").read_bytes()) <= 2


def converter(rendered: Rendered) -> Converter:
    settings = yaml.safe_load((rendered.project / "_quarto.yml").read_text(encoding="utf-8"))
    return Converter(rendered.project, settings, AT)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_the_word_document_has_headings_tables_captions_and_described_pictures(
    rendered: Rendered, document: dict[str, Element]
) -> None:
    body = document["word/document.xml"]
    styles = [style.attrib[f"{W}val"] for style in body.iter(f"{W}pStyle")]
    assert styles[0] == "Title"
    assert styles.count("Heading1") >= 5
    assert "Heading2" not in styles
    tables = list(body.iter(f"{W}tbl"))
    assert len(tables) == styles.count("TableCaption") == 2
    assert all(table.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None for table in tables)
    assert all(text.startswith("From ") and "\\" not in text for text in described(body))
    assert len(described(body)) == styles.count("ImageCaption") == 3
    with ZipFile(rendered.site / "brief.docx") as file:
        assert sum(name.endswith(".png") for name in file.namelist()) == 3
    defined = {style.attrib[f"{W}styleId"] for style in document["word/styles.xml"].iter(f"{W}style")}
    assert set(styles) <= defined
    core = {told.tag.rpartition("}")[2]: told.text for told in document["docProps/core.xml"]}
    assert (core["title"], core["creator"], core["language"]) == ("A quarter to remember", "Name name", "en")
    assert core["created"] == "2026-07-21T08:30:00Z"


def test_word_is_given_pictures_from_the_charts_alone(rendered: Rendered) -> None:
    front = (rendered.project / "brief-word.qmd").read_text(encoding="utf-8").split("\n---\n")[0]
    with closing(converter(rendered)) as made:
        for path in ("/etc/passwd", "/charts/../_quarto.yml", "https://example.org/x.png", "/charts/none.png"):
            with pytest.raises(RenderError, match=path.strip("/")):
                made.convert("brief-word.qmd", f"{front}\n---\n\n![x]({path})\n", "docx")


def test_its_look_is_the_theme_s(rendered: Rendered) -> None:
    with ZipFile(rendered.project / "theme" / "word-en.docx") as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        colors = set(re.findall(r'w:color w:val="(\w+)"', file.read("word/styles.xml").decode()))
        footer = file.read("word/footer1.xml").decode()
    assert {f"#{color}" for color in colors} <= set(INK.values())
    assert "Some text." in footer
