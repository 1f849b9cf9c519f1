"""Pages load from a disk and from a bucket, are light, and paint what is largest without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agenda.store import BucketStore
from infra.servers import S3Server
from tests.html.everybody import HEAVIEST
from tests.reports.conftest import Rendered
from tests.servers.browser import chromium

LOADED = """
const done = arguments[0]
new PerformanceObserver((list) => {
  const largest = list.getEntries().at(-1)
  const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  done({
    addresses: all.map(each => each.name), bytes: all.reduce((sum, each) => sum + each.decodedBodySize, 0),
    failed: all.filter(each => each.responseStatus >= 400).map(each => each.name),
    largest: largest.element.textContent, tag: largest.element.localName,
    look: getComputedStyle(document.body).fontFamily, fonts: [...document.fonts].filter(f => f.status === 'error').length,
  })
}).observe({type: 'largest-contentful-paint', buffered: true})
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        made.set_script_timeout(30)
        made.execute_cdp_cmd("Network.enable", {})
        made.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})  # each page as the first one
        yield made


@pytest.fixture(scope="module")
def bare() -> Iterator[Any]:
    """A browser that runs no script of a page."""
    with chromium() as made:
        made.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        yield made


def loaded(browser: Any, address: str) -> dict[str, Any]:
    """What the page at ``address`` came to; nothing that it asked for failed, or was asked of anybody else."""
    browser.get(address)
    found: dict[str, Any] = browser.execute_async_script(LOADED)
    assert found["failed"] == []
    assert found["fonts"] == 0
    assert "Source Sans 3" in found["look"]
    return found


def test_a_page_loads_from_the_disk_and_its_largest_paint_needs_no_script(
    rendered: Rendered, browser: Any, bare: Any
) -> None:
    for path in rendered.pages:
        found = loaded(browser, path.as_uri())
        assert all(address.startswith(rendered.site.as_uri()) for address in found["addresses"])
        bare.get(path.as_uri())
        same = [one.get_property("textContent") for one in bare.find_elements("css selector", found["tag"])]
        assert found["largest"] in same, path


def test_a_page_loads_from_a_bucket_and_is_light(
    rendered: Rendered, browser: Any, s3_environment: S3Server, bucket_store: Callable[[], BucketStore]
) -> None:
    store = bucket_store()
    for path in (path for path in rendered.site.rglob("*") if path.is_file()):
        store.put(path.relative_to(rendered.site).as_posix(), path.read_bytes())
    prefix = store.url.removeprefix("s3://")
    policy = Path("infra/s3/public-site.json").read_text(encoding="utf-8").replace("BUCKET", prefix)
    store.client.put_bucket_policy(Bucket=s3_environment.bucket, Policy=policy)
    base = f"{s3_environment.endpoint}/{prefix}"
    try:
        for path in rendered.pages:
            found = loaded(browser, f"{base}/{path.relative_to(rendered.site).as_posix()}")
            assert all(address.startswith(f"{base}/") for address in found["addresses"])
            assert len(found["addresses"]) > 2
            own = path.stat().st_size
            assert own < found["bytes"] <= HEAVIEST, path  # with its style and fonts
    finally:
        store.client.delete_bucket_policy(Bucket=s3_environment.bucket)
