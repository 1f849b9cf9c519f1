"""The starter initiative, made publishable, worked on with the real command line and a real Prefect server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from agenda.starter import write_starter

POLICY = "disclosure:\n  policy: none\n  reason: Sessions and places are counted; no number is about a person.\n"
SCHOOL_ROWS = b"""[{"quarter": "2026Q1", "district": "North", "grade": "First grade", "sessions": 5, "places": 60}]"""
SCHOOL = """
  - id: school
    name: School district
    layouts: [asked]
    source:
      kind: api
      base_url: %s
      auth: {type: bearer, token: "${SCHOOL_TOKEN}"}
      endpoints: [{name: sessions, path: "%s", paginator: single_page}]
"""


@dataclass(frozen=True)
class Command:
    """What a call of ``cairn`` ended with."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Initiative:
    path: Path
    environment: dict[str, str]

    def cairn(self, *arguments: str) -> Command:
        """Call the command as a person would, in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-c", "from flows.cli import main; main()", "--initiative", str(self.path), *arguments],
            env=self.environment, capture_output=True, text=True, check=False, timeout=240,
        )  # fmt: skip
        return Command(done.returncode, done.stdout, done.stderr)

    def write(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def environment(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("prefect-home")
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PREFECT_API_URL": prefect_api, "PREFECT_HOME": str(home), "PYTHONPATH": root}


@pytest.fixture
def initiative(tmp_path: Path, environment: dict[str, str]) -> Initiative:
    write_starter(tmp_path / "here")
    made = Initiative(tmp_path / "here", environment)
    made.write("initiative.yml", made.read("initiative.yml") + POLICY)
    return made


@pytest.fixture(scope="session")
def drafted_once(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """The same after its first ``cairn run 2026Q1``."""
    made = Initiative(tmp_path_factory.mktemp("drafted") / "here", environment)
    write_starter(made.path)
    made.write("initiative.yml", made.read("initiative.yml") + POLICY)
    assert made.cairn("run", "2026Q1").code == 0
    return made.path


@pytest.fixture
def drafted(drafted_once: Path, tmp_path: Path, environment: dict[str, str]) -> Initiative:
    """A copy of it, to go on with."""
    shutil.copytree(drafted_once, tmp_path / "here")
    return Initiative(tmp_path / "here", environment)


def with_school(initiative: Initiative, address: str, path: str) -> str:
    """The starter's partners.yml with a second partner, whose API at ``address`` is asked for what lies at ``path``."""
    written = initiative.read("partners.yml")
    sessions = written.split("layouts:\n")[1].split("\npartners:")[0]
    asked = sessions.replace("sessions:\n", "asked:\n", 1).replace('"*.csv"', '"*.ndjson"')
    return written.replace("\npartners:", f"{asked}\npartners:") + SCHOOL % (address, path)


@pytest.fixture
def webhook() -> Iterator[Callable[[], tuple[str, list[Any]]]]:
    """A real HTTP server that keeps what is posted to it."""
    received: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield lambda: (f"http://127.0.0.1:{server.server_port}/hook", received)
    server.shutdown()
    server.server_close()
