"""The list of editions in every language: each leads to the reader's own pages where there are such."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agenda.folder import Folder
from reports.editions.home import homes
from reports.editions.pointers import Release
from tests.editions.conftest import NOON

FILES = {"index.html", "report.pdf", "es/index.html", "es/report.pdf", "data/indicator_values.csv"}
TRANSLATED = Release(edition="b", headline="More cards", headlines={"es": "Más carnés", "ko": ""}, as_of=NOON,
                     published_at=NOON + timedelta(days=9))  # fmt: skip
ALONE = Release(edition="a", headline="Fewer cards", as_of=NOON, published_at=NOON)
LISTED = [("2026Q3", TRANSLATED), ("2026Q2", ALONE)]


@pytest.fixture
def spoken(folder: Folder) -> Folder:
    languages = ("en", "es", "ko")
    return replace(folder, initiative=folder.initiative.model_copy(update={"languages": languages}))


def test_each_language_has_a_home_that_leads_to_the_others(spoken: Folder) -> None:
    pages = dict(homes(spoken, LISTED, FILES))
    assert list(pages) == ["ko/index.html", "es/index.html", "index.html"]
    for path, page in pages.items():
        assert page is not None
        up = "../" if "/" in path else ""
        for at in ("", "es/", "ko/"):
            assert f'href="{up}{at}index.html"' in page.decode()
        assert page.decode().count('aria-current="true"') == 1


def test_a_quarter_is_led_to_and_said_in_the_readers_language_where_it_came_out_in_it(spoken: Folder) -> None:
    pages = {path: page.decode() for path, page in homes(spoken, LISTED, FILES) if page}
    assert '<h1><a href="2026Q3/index.html">More cards</a></h1>' in pages["index.html"]
    assert '<h1><a href="../2026Q3/es/index.html">Más carnés</a></h1>' in pages["es/index.html"]
    assert 'href="../2026Q3/es/report.pdf"' in pages["es/index.html"]
    assert 'href="../2026Q3/data/indicator_values.csv"' in pages["es/index.html"]
    assert 'href="../2026Q2/index.html"' in pages["es/index.html"]  # it came out in English alone
    assert '<span lang="en">Fewer cards</span><sup>en</sup>' in pages["es/index.html"]
    assert (
        '<a href="../2026Q3/ko/index.html"><span lang="en">More cards</span><sup>en</sup></a>' in pages["ko/index.html"]
    )
    assert "<sup>" not in pages["index.html"]


def test_a_language_that_is_no_longer_spoken_loses_its_home(folder: Folder) -> None:
    assert {path: page is None for path, page in homes(folder, LISTED, FILES)} == {
        "es/index.html": True, "ko/index.html": True, "index.html": False,
    }  # fmt: skip
