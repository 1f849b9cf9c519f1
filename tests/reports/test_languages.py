"""An edition in several languages: every page in each, one switch, originals marked, fonts cut to what is said."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from fontTools.ttLib import TTFont

from agenda import lint
from agenda.errors import ConfigurationError
from reports.quarter.tables import Quarter
from reports.rendering.fonts import cut_fonts, face
from reports.rendering.pages import write_project
from reports.rendering.render import render
from tests.reports.conftest import Rendered, initiative
from tests.reports.test_pages import Page
from tests.reports.told import printed_text
from tests.servers.browser import chromium

LANGUAGES = ("en", "es", "ko", "zh")
KOREAN = """
initiative: {tagline: 한 줄}
indicators: {visit_count: {name: 방문}}
texts: {visits: 번}
"""


@pytest.fixture(scope="module")
def everywhere(quarter: Quarter, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The small initiative in four languages, of which Korean has three of its texts and the others none."""
    out = tmp_path_factory.mktemp("languages")
    folder = initiative(out / "folder")
    settings = out / "folder/initiative.yml"
    settings.write_text(
        f"languages: [{', '.join(LANGUAGES)}]\n{settings.read_text(encoding='utf-8')}", encoding="utf-8"
    )
    (out / "folder/translations").mkdir()
    (out / "folder/translations/ko.yml").write_text(KOREAN, encoding="utf-8")
    folder = lint.read(out / "folder")
    write_project(replace(quarter, folder=folder), out / "project")
    render(out / "project", out / "site", timestamp=quarter.as_of, quarto="")
    return Rendered(out / "project", out / "site")


def at(language: str) -> str:
    return "" if language == "en" else f"{language}/"


def test_every_page_comes_in_every_language(everywhere: Rendered) -> None:
    pages = {path.relative_to(everywhere.site).as_posix() for path in everywhere.pages}
    main = {page for page in pages if page.split("/")[0] not in LANGUAGES}
    assert pages == {f"{at(language)}{page}" for page in main for language in LANGUAGES}
    assert all((everywhere.site / at(language) / "report.pdf").is_file() for language in LANGUAGES)


def test_each_page_leads_to_itself_in_the_other_languages(everywhere: Rendered) -> None:
    for path in everywhere.pages:
        page, name = Page(path), path.relative_to(everywhere.site).as_posix()
        [html] = page.all("html")
        own = name.removeprefix(at(html["lang"]))
        links = [attrs for attrs in page.all("a") if "hreflang" in attrs]
        assert [attrs["lang"] for attrs in links] == [attrs["hreflang"] for attrs in links] == list(LANGUAGES)
        for attrs in links + [attrs for attrs in page.all("link") if "hreflang" in attrs]:
            target = (path.parent / attrs["href"]).resolve().relative_to(everywhere.site.resolve()).as_posix()
            assert target == f"{at(attrs['hreflang'])}{own}"
        assert [attrs["lang"] for attrs in links if "aria-current" in attrs] == [html["lang"]]


def test_all_that_a_page_needs_is_there(everywhere: Rendered) -> None:
    """Data lie once, beside the main pages."""
    site = everywhere.site.resolve()
    for path in everywhere.pages:
        page = Page(path)
        links = [attrs["href"].partition("#")[0] for tag in ("link", "a") for attrs in page.all(tag)]
        for href in (link for link in links if link and not link.startswith(("mailto:", "data:"))):
            target = (path.parent / href).resolve()
            inside = target.relative_to(site).parts[0]
            assert target.is_file() or inside in ("data", "agenda", "manifest.json", "feed.xml"), (path, href)


def test_what_is_not_translated_is_marked(everywhere: Rendered) -> None:
    page = (everywhere.site / "ko/index.html").read_text(encoding="utf-8")
    assert '<span lang="en">Goal name</span><sup>en</sup>' in page
    assert "방문" in page
    assert "한 줄" in page
    assert "아직 번역되지 않아" in page
    assert "<sup>" not in (everywhere.site / "index.html").read_text(encoding="utf-8")


# -- on paper -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["report", "brief"])
def test_papers_are_whole_in_every_language(name: str, language: str, everywhere: Rendered) -> None:
    """PDF/UA-1, which asks for tags; its language, bookmarks, each drawing's alternative, fonts of its own within."""
    pdf = (everywhere.site / at(language) / f"{name}.pdf").read_bytes()
    page = (everywhere.project / at(language) / f"{name}.qmd").read_text(encoding="utf-8")
    assert all(part in pdf for part in (b"<pdfuaid:part>1", f"/Lang({language})".encode(), b"/Outlines"))
    drawn = len(re.findall(r'chart\("/', page))
    assert pdf.count(b"/Alt") == drawn > 0
    fonts = set(re.findall(rb"/FontName/[A-Z]{6}\+([A-Za-z0-9-]+)", pdf))
    cjk = {"ko": {b"NotoSansCJKkr-Regular"}, "zh": {b"NotoSansCJKsc-Regular"}}.get(language, set())
    assert {font for font in fonts if not font.startswith(b"Source")} == cjk
    assert len(re.findall(rb"/FontFile\d", pdf)) == len(re.findall(rb"/Type/FontDescriptor", pdf))


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler-utils")
def test_no_korean_word_is_parted_on_paper(everywhere: Rendered) -> None:
    """A word that ends with its line and goes on below would be two that nobody wrote."""
    folder = everywhere.project / "ko"
    written = [path.read_text(encoding="utf-8") for path in (folder / "report.qmd", *folder.glob("charts/*.svg"))]
    found = re.findall("[가-힣]+", printed_text(everywhere.site / "ko/report.pdf"))
    assert len(found) > 500
    assert set(found) <= set(re.findall("[가-힣]+", "".join(written)))


@pytest.mark.parametrize(("language", "font"), [("ko", "Noto Sans CJK KR"), ("zh", "Noto Sans CJK SC")])
def test_word_is_told_the_font_of_a_language_s_signs(language: str, font: str, everywhere: Rendered) -> None:
    with ZipFile(everywhere.site / language / "brief.docx") as document:
        styles, table = (document.read(f"word/{name}.xml").decode() for name in ("styles", "fontTable"))
    fonts = re.findall("<w:rFonts [^>]*>", styles)
    assert fonts
    assert all(f'w:eastAsia="{font}"' in one for one in fonts)
    assert f'<w:lang w:eastAsia="{language}" w:val="{language}"' in styles
    assert f'<w:font w:name="{font}"><w:altName ' in table


# -- in a browser -------------------------------------------------------------------------------------

FONTS = (("DOM.enable", {}), ("CSS.enable", {}), ("DOM.getDocument", {"depth": 1}))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


def fonts_of(browser: Any) -> list[dict[str, Any]]:
    """The fonts that the browser took glyphs from, and whether each came with the page."""
    root = [browser.execute_cdp_cmd(*call) for call in FONTS][-1]["root"]["nodeId"]
    body = browser.execute_cdp_cmd("DOM.querySelector", {"nodeId": root, "selector": "body"})["nodeId"]
    found: list[dict[str, Any]] = browser.execute_cdp_cmd("CSS.getPlatformFontsForNode", {"nodeId": body})["fonts"]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sign_comes_from_the_fonts_of_the_page(language: str, everywhere: Rendered, browser: Any) -> None:
    for name in ("index.html", "goals/reach.html"):
        browser.get((everywhere.site / at(language) / name).as_uri())
        assert [font for font in fonts_of(browser) if not font["isCustomFont"]] == [], name


# -- fonts --------------------------------------------------------------------------------------------


def test_a_sign_that_no_font_has_is_named_with_its_page(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"ko/index\.qmd:2: .*U\+0BAE, TAMIL LETTER MA"):
        cut_fonts({"data.qmd": "text", "ko/index.qmd": "한국\nமா"}, "ko", tmp_path)


def test_fonts_hold_what_is_said_and_no_more(tmp_path: Path) -> None:
    for out in ("a", "b"):
        (tmp_path / out / "fonts").mkdir(parents=True)
        cut_fonts({"index.qmd": "▲ Plain text, “位”…", "data.qmd": "位置"}, "zh", tmp_path / out)
    cut = {path.name: path.read_bytes() for path in (tmp_path / "a/fonts").glob("*.woff2")}
    assert cut == {path.name: path.read_bytes() for path in (tmp_path / "b/fonts").glob("*.woff2")}
    assert set(TTFont(tmp_path / "a/fonts/cjk-zh.woff2").getBestCmap()) == set(map(ord, "位置“”…"))
    assert set(TTFont(tmp_path / "a/fonts/more-zh.woff2").getBestCmap()) == {ord("▲")}
    assert {path.name for path in (tmp_path / "a/fonts").glob("OFL*")} == {"OFL-NotoSansCJK.txt"}


@pytest.mark.parametrize(
    ("language", "kind"),
    [("ko", "KR"), ("zh", "SC"), ("zh-Hans", "SC"), ("zh-TW", "TC"), ("zh-Hant", "TC"), ("zh-HK", "HK"), ("ja", "JP"),
     ("es", "KR")],
)  # fmt: skip
def test_signs_are_written_as_where_the_language_is(language: str, kind: str) -> None:
    assert face(language) == kind
