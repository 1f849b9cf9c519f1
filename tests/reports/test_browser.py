"""Pages in a real browser: what the script adds, and that nobody is kept out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from math import dist
from pathlib import Path
from typing import Any

import pytest
import yaml
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from reports.cards import scorecards
from reports.quarter.tables import Quarter
from reports.rendering.converters import Converter
from reports.rendering.pages import _environment
from reports.telling.shortly import CODES
from reports.words import Words
from tests.html.everybody import kept_out, shown_as
from tests.html.validate import violations
from tests.reports.conftest import Rendered
from tests.reports.test_scorecards import OWN
from tests.servers.browser import chromium
from tests.servers.web import folder_server

THEME = Path(__file__).parents[2] / "reports" / "theme"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


def opened(browser: Any, page: Path) -> None:
    shown_as(browser, 1100, dark=False)
    browser.get(page.as_uri())


# -- points and their words ---------------------------------------------------------------------------


def words_of_points(quarter: Quarter, indicator: str) -> list[str]:
    """How the words of each point of the trend begin."""
    words = Words("en", quarter.calendar)
    return [
        f"{words.period_short(period)}: {words.quantity(quarter.indicators[indicator], value.value)}"
        for period, value in quarter.series(indicator)
        if value is not None and value.value is not None
    ]


def test_each_point_carries_the_words_of_its_value_and_no_other_does(rendered: Rendered, quarter: Quarter) -> None:
    page = (rendered.site / "goals/stay.html").read_text(encoding="utf-8")
    trend = page[page.index('<figure class="trend"') :].split("</figure>")[0]
    expected = words_of_points(quarter, "active_share")
    for drawing in re.findall(r"<svg.*?</svg>", trend, re.DOTALL):
        said = re.findall(r"<circle[^>]*><title>([^<]*)</title>", drawing)
        assert sorted(text.split(";")[0] for text in said) == sorted(expected)
        assert all("95 % interval" in text for text in said)
    assert not any("Q2 2025" in text for text in expected)  # it has no value, so there is nothing to point at


def tips(browser: Any) -> list[str]:
    shown = [tip for tip in browser.find_elements("css selector", ".tip") if tip.is_displayed()]
    return [tip.get_property("textContent") for tip in shown]


def test_charts_answer_to_keys_and_to_the_pointer(browser: Any, rendered: Rendered, quarter: Quarter) -> None:
    expected = words_of_points(quarter, "active_share")
    opened(browser, rendered.site / "goals/stay.html")
    drawing = browser.find_element("css selector", "figure.trend .wide svg")
    assert not drawing.find_elements("css selector", "circle title")  # or the browser would say it twice
    browser.execute_script("arguments[0].focus({focusVisible: true})", drawing)
    assert tips(browser)[0].startswith(expected[-1])
    ActionChains(browser).send_keys(Keys.ARROW_LEFT).perform()
    assert tips(browser)[0].startswith(expected[-2])
    ActionChains(browser).send_keys(Keys.HOME).perform()
    assert tips(browser)[0].startswith(expected[0])
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    assert tips(browser) == []
    last = drawing.find_elements("css selector", "circle")[-1]
    ActionChains(browser).move_to_element(last).perform()
    (said,) = tips(browser)
    assert said.split(";")[0] in expected
    frame, tip = (browser.find_element("css selector", one).rect for one in ("figure.trend .wide", "figure.trend .tip"))
    assert frame["x"] <= tip["x"]
    assert tip["x"] + tip["width"] <= frame["x"] + frame["width"] + 1


def test_one_breakdown_can_be_looked_at_alone(browser: Any, rendered: Rendered) -> None:
    opened(browser, rendered.site / "goals/stay.html")
    captions = "return [...document.querySelectorAll('figure:not(.trend)')].filter(one => one.checkVisibility()).map(one => one.firstChild.textContent)"  # fmt: skip
    both = browser.execute_script(captions)
    every, *buttons = browser.find_elements("css selector", ".choose button")
    assert [button.text for button in buttons] == both
    assert len(both) == 2
    buttons[1].click()
    assert browser.execute_script(captions) == both[1:]
    assert [one.get_attribute("aria-pressed") for one in (every, *buttons)] == ["false", "false", "true"]
    every.click()
    assert browser.execute_script(captions) == both


def test_a_strict_policy_breaks_nothing(browser: Any, rendered: Rendered) -> None:
    """From a server that allows styles, fonts and scripts of its own and nothing else, inline ones least of all.

    But for the icon, which is an empty `data:` so that no page asks for one.
    """

    own = "; ".join(f"{kind}-src 'self'" for kind in ("script", "style", "font"))
    policy = f"default-src 'none'; img-src data:; {own}"
    with folder_server(rendered.site, Content_Security_Policy=policy) as address:
        browser.get_log("browser")
        browser.get(f"{address}/goals/stay.html")
        drawing = browser.find_element("css selector", "figure.trend .wide svg")
        browser.execute_script("arguments[0].focus({focusVisible: true})", drawing)
        assert len(tips(browser)) == 1
        assert [entry for entry in browser.get_log("browser") if "favicon" not in entry["message"]] == []


def test_without_the_script_nothing_is_missing(rendered: Rendered) -> None:
    for page in rendered.pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<[^>]*\shidden\b", text), page
        assert "<noscript" not in text


def test_the_script_is_small_and_needs_no_leave() -> None:
    """It runs under a policy that allows scripts of the page's own origin and nothing else."""
    script = (THEME / "cairn.js").read_text(encoding="utf-8")
    assert len(script.encode()) <= 10_000
    assert not re.search(r"eval|innerHTML|new Function|\"style\"|fetch|XMLHttp|import|cookie|Storage", script)
    assert re.findall(r"\w+://[^\"]*", script) == ["http://www.w3.org/2000/svg"]


# -- everybody ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def card(quarter: Quarter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A partner's scorecard."""
    project = tmp_path_factory.mktemp("scorecards")
    written = scorecards.write(quarter, OWN).cards
    scorecards.write_project(quarter.folder, quarter.period, written, project)
    settings = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    page = project / "alpha.html"
    with closing(Converter(project, settings, quarter.as_of)) as converter:
        source = page.with_suffix(".qmd").read_text(encoding="utf-8")
        page.write_bytes(converter.convert("alpha.qmd", source, "html"))
    return page


def test_pages_keep_nobody_out(browser: Any, rendered: Rendered) -> None:
    assert kept_out(browser, rendered.site, rendered.pages) == {}


def test_a_scorecard_keeps_nobody_out(browser: Any, card: Path) -> None:
    assert kept_out(browser, card.parent, [card]) == {}
    assert violations([card]) == []


# -- colours ------------------------------------------------------------------------------------------

Colour = tuple[float, ...]
# Machado, Oliveira & Fernandes (2009), severity 1.0: linear RGB as seen without one kind of cone.
BLIND = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE = (0.9505, 1.0, 1.089)


def times(matrix: tuple[Colour, ...], colour: Colour) -> Colour:
    return tuple(sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)


def linear(text: str) -> Colour:
    """``#0f6b6b`` as linear RGB from 0 to 1 (sRGB)."""
    parts = [int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def lab(colour: Colour) -> Colour:
    x, y, z = (part / white for part, white in zip(times(XYZ, colour), WHITE, strict=True))
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def schemes() -> list[dict[str, str]]:
    """The colour tokens of light and dark."""
    css = (THEME / "cairn.css").read_text(encoding="utf-8")
    return [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", css, re.S)[:2]
    ]


def test_status_colours_can_be_told_apart_and_read_by_everybody() -> None:
    """To the colour-blind, too, they are many just noticeable differences (of 2.3 in L*a*b*) apart; on paper they have
    the contrast of text (WCAG 1.4.3)."""
    light, dark = schemes()
    assert light["line"] != dark["line"]
    for tokens in (light, dark):
        for matrix in BLIND.values():
            seen = [times(matrix, linear(tokens[name])) for name in ("line", "target", "off")]
            points = [lab(tuple(min(max(part, 0.0), 1.0) for part in colour)) for colour in seen]
            assert min(dist(one, other) for one, other in combinations(points, 2)) > 5 * 2.3
        for ink in ("line", "target", "off", "mute"):
            for ground in ("paper", "card"):
                shades = sorted(times(XYZ, linear(tokens[name]))[1] + 0.05 for name in (ink, ground))
                assert shades[1] / shades[0] >= 4.5, (ink, ground)


def test_a_status_is_a_shape_as_well_as_a_colour() -> None:
    """In greyscale, colours of the same contrast look alike; no two statuses that are judged have one shape."""
    draw = _environment().from_string('{% import "shared/html.qmd" as ui %}{{ ui.status(code, "") }}')
    shapes = [str(draw.render(code=code)).partition("<svg")[2] for code in CODES]
    assert len(set(shapes)) == len(CODES) - 1  # no target and no value: neither is judged
    assert shapes[-1] == shapes[-2]
