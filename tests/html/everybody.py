"""Whether pages keep anybody out: by axe-core, in the dark on a small phone and in the light on a wide screen."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.servers.web import folder_server

HEAVIEST = 300_000
"""Bytes of a page with all that it loads, uncompressed; what is only linked to is not among them."""
NARROW, WIDE = 320, 1100
AXE = """
const [colours, done] = arguments
document.querySelectorAll('details').forEach(one => { one.open = true })
document.fonts.ready.then(() => axe.run({
  preload: false, resultTypes: ['violations'], rules: {'color-contrast': {enabled: colours}},
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}))
  .then(found => done(found.violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 120))])))
"""
LOADED = """
const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
return all.map(each => [each.name, each.decodedBodySize, each.responseStatus])
"""


def shown_as(browser: Any, width: int, dark: bool) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def kept_out(browser: Any, folder: Path, pages: Iterable[Path], colours: bool = True) -> dict[str, list[Any]]:
    """By page of the site in ``folder``: what would keep somebody out; pages that nothing is wrong with are left out.

    Beside what axe-core finds: it is wider than the screen; something it loads fails or is asked of somebody else;
    all of it together is more than a page may weigh. Without ``colours`` their contrast isn't looked at, which takes
    nine tenths of the time: for pages that are coloured as others that are.
    """
    browser.set_script_timeout(120)  # of a page with a thousand rows on a busy machine
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})  # each page as the first one
    with folder_server(folder) as root:
        names = [page.relative_to(folder).as_posix() for page in pages]
        found = {name: _barriers(browser, root, f"{root}/{quote(name)}", colours) for name in names}
    assert found
    return {name: wrong for name, wrong in found.items() if wrong}


def _barriers(browser: Any, root: str, address: str, colours: bool) -> list[Any]:
    wrong: list[Any] = []
    shown_as(browser, NARROW, dark=True)
    browser.get(address)
    browser.execute_script(axe())
    for width, dark in ((NARROW, True), (WIDE, False)):
        shown_as(browser, width, dark)
        wrong += browser.execute_async_script(AXE, colours)
        if (needed := browser.execute_script("return document.documentElement.scrollWidth")) > width:
            wrong.append(f"{needed} pixels wide")
    loads = [load for load in browser.execute_script(LOADED) if not load[0].startswith("data:")]
    wrong += [f"{name}: {status}" for name, _, status in loads if status >= 400 or not name.startswith(f"{root}/")]
    weight = sum(size for _, size, _ in loads)
    assert weight  # the browser does tell
    return [*wrong, f"{weight} bytes"] if weight > HEAVIEST else wrong


@cache
def axe() -> str:
    """axe-core, as a script."""
    package = find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name("axe.min.js").read_text(encoding="utf-8")
