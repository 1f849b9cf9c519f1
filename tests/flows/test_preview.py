"""`cairn preview` in a process of its own, asked for pages as a browser would, while its texts are edited."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agenda.starter import write_starter
from flows.page_server import VERSION
from flows.workspace import Workspace
from sources.collect import collect
from tests.reports.marts import build

STORY = "stories/2026Q1.yml"


@dataclass(frozen=True)
class Preview:
    """A preview that is running."""

    path: Path
    process: subprocess.Popen[str]
    port: int

    def get(self, path: str, host: str = "") -> tuple[int, str]:
        """Status and text of what is answered; the path goes out as it is written here."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{self.port}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")

    def after(self, name: str, text: str | None) -> str:
        """The first page once it has followed the file ``name`` becoming ``text``; None: going."""
        before = self.get(VERSION)
        self.path.joinpath(name).parent.mkdir(exist_ok=True)
        if text is None:
            self.path.joinpath(name).unlink()
        else:
            self.path.joinpath(name).write_text(text, encoding="utf-8")
        until = time.monotonic() + 60
        while self.get(VERSION) == before:
            assert time.monotonic() < until, "it did not follow"
            time.sleep(0.05)
        return self.get("/")[1]


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Preview]:
    path = tmp_path / "here"
    write_starter(path)
    workspace = Workspace.open(path)
    collect(workspace.folder, workspace.store)
    warehouse = path / ".cairn" / "warehouse" / workspace.warehouse_key() / "warehouse.duckdb"
    warehouse.parent.mkdir(parents=True)
    build(workspace.folder, warehouse, "2025Q2", "2026Q1")
    process = subprocess.Popen(
        [sys.executable, "-c", "from flows.cli import main; main()", "--initiative", str(path), "preview"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.fullmatch(r"2026Q1: http://127\.0\.0\.1:(\d+)/index\.html · Ctrl-C ends it\n", said)
    if found is None:
        process.kill()
        pytest.fail(said + process.communicate()[1])
    yield Preview(path, process, int(found[1]))
    process.kill()
    process.communicate()


def test_it_shows_follows_and_ends(preview: Preview) -> None:
    status, first = preview.get("/index.html")
    assert status == 200
    assert "<script>" in first  # which is how the browser follows
    assert preview.get("/report.pdf")[1].startswith("%PDF")
    assert preview.get("/data/indicator_values.csv")[0] == preview.get("/agenda/agenda.yml")[0] == 200

    assert "<h1>A spring of reading</h1>" in preview.after(STORY, "headline: A spring of reading\n")
    broken = preview.after(STORY, "headline: A summer\ncurvs: {}\n")
    assert "<h1>A spring of reading</h1>" in broken  # the last good page stays
    (said,) = re.findall(r'<pre role="alert"[^>]*>(.*?)</pre>', broken, re.DOTALL)
    assert f"{STORY}:2: curvs: is not a key that is known here" in said
    mended = preview.after(STORY, "headline: A summer\n")
    assert "<h1>A summer</h1>" in mended
    assert 'role="alert"' not in mended
    agenda = (preview.path / "agenda.yml").read_text(encoding="utf-8")
    assert "agenda.yml:1: this file is missing" in preview.after("agenda.yml", None)  # as between an editor's two steps
    name = re.findall(r"name: (\S.*)", agenda.partition("indicators:")[2])[0]
    assert "Renamed for a test" in preview.after(
        "agenda.yml", agenda.replace(f"name: {name}", "name: Renamed for a test")
    )

    assert preview.get("/index.html", host="evil.example")[0] == 403
    for outside in ("/../../initiative.yml", "/%2e%2e/%2e%2e/initiative.yml", "/nothing.html", "/goals/"):
        assert preview.get(outside)[0] == 404, outside
    assert not list((preview.path / "store").glob("editions/*"))  # nothing is drafted

    preview.process.send_signal(signal.SIGINT)
    out, err = preview.process.communicate(timeout=30)
    assert preview.process.returncode == 0
    assert out.endswith("Ended, as asked.\n")
    assert err.count(f"{STORY}:2") == 1
    with pytest.raises(ConnectionRefusedError):
        preview.get("/")
