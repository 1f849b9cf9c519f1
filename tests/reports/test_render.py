"""Both renderers: the same project gives the same bytes, errors name the page, nothing outside is read."""

from __future__ import annotations

import re
import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reports.quarter.tables import Quarter
from reports.rendering.converters import Converter
from reports.rendering.render import RenderError, render
from tests.reports.conftest import Rendered, render_quarter

AT = datetime(2026, 7, 21, 8, 30, tzinfo=UTC)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_quarter_gives_the_same_bytes(quarter: Quarter, rendered: Rendered, tmp_path: Path) -> None:
    """In another folder, a moment later: project, pages and PDF."""
    again = render_quarter(quarter, tmp_path / "elsewhere" / "deep")
    assert contents(again.project) == contents(rendered.project)
    assert contents(again.site) == contents(rendered.site)


def test_what_is_rendered(rendered: Rendered) -> None:
    names = set(contents(rendered.site))
    assert {
        "index.html",
        "together.html",
        "data.html",
        "goals/reach.html",
        "goals/stay.html",
        "theme/cairn.css",
    } <= names
    assert {"report.pdf", "brief.pdf", "brief.docx"} <= names
    assert {name.rsplit(".")[-1] for name in names} == {"html", "pdf", "docx", "css", "js", "woff2", "txt"}


@pytest.mark.parametrize("name", ["report.pdf", "brief.pdf"])
def test_a_pdf_carries_its_fonts_time_tags_bookmarks_and_language(rendered: Rendered, name: str) -> None:
    pdf = (rendered.site / name).read_bytes()
    assert b"CreationDate(D:20260721083000Z)" in pdf
    assert b"<pdfuaid:part>1" in pdf  # PDF/UA-1: tagged, alternatives for every figure, no glyph missing
    assert all(part in pdf for part in (b"/Lang(en)", b"/Marked true", b"/DisplayDocTitle true", b"/Outlines"))
    bookmarks = set(re.findall(rb"/Title\(([^)]*)\)", pdf))
    assert bookmarks >= {b"Decisions needed", *([b"G2", b"I2"] if name == "report.pdf" else [b"Goals"])}
    fonts = set(re.findall(rb"/FontName/[A-Z]{6}\+([A-Za-z0-9-]+)", pdf))
    assert {b"SourceSans3-Regular", b"SourceSans3-SemiBold", b"SourceSerif4-SemiBold"} <= fonts
    assert all(font.startswith(b"Source") for font in fonts)
    assert len(re.findall(rb"/FontFile\d", pdf)) == len(re.findall(rb"/Type/FontDescriptor", pdf)) == len(fonts)


PAGES = ["brief-word.qmd", "brief.qmd", "data.qmd", "goals/reach.qmd", "goals/stay.qmd", "index.qmd", "report.qmd",
         "together.qmd"]  # fmt: skip


def test_what_was_rendered_is_kept_and_only_what_changed_is_rendered_again(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text touches its own page; a font or a drawing the PDFs and Word's; a setting every page. Nothing else stays in the cache."""
    rendered: list[str] = []
    convert = Converter.convert

    def counted(self: Converter, page: str, text: str, format_: str) -> bytes:
        rendered.append(page)
        return convert(self, page, text, format_)

    monkeypatch.setattr(Converter, "convert", counted)
    told: list[tuple[int, int, str]] = []

    def again() -> list[str]:
        rendered.clear()
        told.clear()
        render(project, tmp_path / "out", timestamp=AT, quarto="", cache=tmp_path / "cache",
               progress=lambda done, total, page: told.append((done, total, page)))  # fmt: skip
        assert [(done, total) for done, total, _ in told] == [(n, len(PAGES)) for n in range(1, len(PAGES) + 1)]
        assert sorted(page for _, _, page in told) == PAGES
        assert len(list((tmp_path / "cache").iterdir())) == len(PAGES)
        return sorted(rendered)

    assert again() == PAGES
    first = contents(tmp_path / "out")
    assert again() == []
    assert contents(tmp_path / "out") == first
    text = (project / "goals/reach.qmd").read_text(encoding="utf-8")
    (project / "goals/reach.qmd").write_text(text + "\nA word more.\n", encoding="utf-8")
    assert again() == ["goals/reach.qmd"]
    assert "A word more." in (tmp_path / "out/goals/reach.html").read_text(encoding="utf-8")
    drawing = next((project / "charts").glob("*.svg"))
    drawing.write_text(drawing.read_text(encoding="utf-8") + "<!-- -->", encoding="utf-8")
    assert again() == ["brief-word.qmd", "brief.qmd", "report.qmd"]
    with (project / "_quarto.yml").open("a", encoding="utf-8") as stream:
        stream.write("more: x\n")
    assert again() == PAGES


@pytest.fixture
def project(rendered: Rendered, tmp_path: Path) -> Path:
    """A copy that a test may break."""
    return Path(shutil.copytree(rendered.project, tmp_path / "project"))


def test_a_page_without_metadata_is_named(project: Path, tmp_path: Path) -> None:
    (project / "data.qmd").write_text("# No metadata\n", encoding="utf-8")
    with pytest.raises(RenderError, match=r"data\.qmd:1"):
        render(project, tmp_path / "out", timestamp=AT, quarto="")


def test_broken_metadata_is_named_with_its_line(project: Path, tmp_path: Path) -> None:
    text = (project / "index.qmd").read_text(encoding="utf-8")
    (project / "index.qmd").write_text(text.replace("root:", "root: [", 1), encoding="utf-8")
    with pytest.raises(RenderError, match=r"index\.qmd:\d+"):
        render(project, tmp_path / "out", timestamp=AT, quarto="")


def test_broken_typst_is_named_with_its_text(project: Path, tmp_path: Path) -> None:
    with (project / "report.qmd").open("a", encoding="utf-8") as stream:
        stream.write("\n`````{=typst}\n#nonsense(1)\n`````\n")
    line = len((project / "report.qmd").read_text(encoding="utf-8").splitlines()) - 1
    with pytest.raises(RenderError, match=rf"report\.qmd:{line}: unknown variable: nonsense\n#nonsense\(1\)"):
        render(project, tmp_path / "out", timestamp=AT, quarto="")


def test_what_pandoc_warns_of_is_named_with_its_line(project: Path, tmp_path: Path) -> None:
    with (project / "data.qmd").open("a", encoding="utf-8") as stream:
        stream.write("\n::: {.x}\n")
    line = len((project / "data.qmd").read_text(encoding="utf-8").splitlines())
    with pytest.raises(RenderError, match=rf"data\.qmd:{line}: Div at line {line} column 1 unclosed"):
        render(project, tmp_path / "out", timestamp=AT, quarto="")


def test_a_missing_glyph_stops_the_pdf(project: Path, tmp_path: Path) -> None:
    """A blank where a letter should be would be a page that says something else than was written."""
    with (project / "report.qmd").open("a", encoding="utf-8") as stream:
        stream.write("\nமாற்றம்\n")
    with pytest.raises(RenderError, match="could not be displayed"):
        render(project, tmp_path / "out", timestamp=AT, quarto="")


def test_pages_cannot_read_other_files(project: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    with (project / "report.qmd").open("a", encoding="utf-8") as stream:
        stream.write('\n`````{=typst}\n#image("../secret.svg", alt: "x")\n`````\n')
    with pytest.raises(RenderError, match=r"report\.qmd"):
        render(project, tmp_path / "out", timestamp=AT, quarto="")


# -- the Quarto CLI -----------------------------------------------------------------------------------

FAKE = """#!/bin/sh
# Stands in for Quarto: notes how it was called, and "renders" by copying.
echo "$SOURCE_DATE_EPOCH $1" > {log}
[ -e "$2/fail" ] && {{ echo "ERROR: index.qmd line 7 is wrong" >&2; exit 1; }}
mkdir -p "$2/_site" && cp "$2/index.qmd" "$2/_site/index.html"
"""


@pytest.fixture
def quarto(tmp_path: Path) -> Path:
    path = tmp_path / "quarto"
    path.write_text(FAKE.format(log=tmp_path / "called"), encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_quarto_is_used_where_it_is(project: Path, quarto: Path, tmp_path: Path) -> None:
    before = contents(project)
    render(project, tmp_path / "out", timestamp=AT, quarto=str(quarto))
    assert (tmp_path / "called").read_text() == f"{int(AT.timestamp())} render\n"
    assert (tmp_path / "out" / "index.html").is_file()
    assert contents(project) == before  # it worked in a copy


def test_what_quarto_says_is_passed_on(project: Path, quarto: Path, tmp_path: Path) -> None:
    (project / "fail").touch()
    with pytest.raises(RenderError, match="line 7 is wrong"):
        render(project, tmp_path / "out", timestamp=AT, quarto=str(quarto))
