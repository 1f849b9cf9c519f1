"""Doing it again: nothing is done twice, and everything comes out the same."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.real.harness import PROOFS, Proof, cairn

Published = Callable[[str], Proof]


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file of the store and the site, with its size and time of change."""
    found = [path for part in ("store", "site") for path in (folder / part).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


@pytest.mark.parametrize("name", PROOFS)
def test_a_backfill_again_does_nothing(published: Published, name: str) -> None:
    """It says so, ends well and soon, and needs no server (there is none in this environment)."""
    proof = published(name)
    before = files(proof.folder)
    start = time.monotonic()
    said = cairn(proof.folder, "backfill", proof.quarters)
    assert said.startswith("Nothing to do: no new files")
    assert time.monotonic() - start < 20
    assert cairn(proof.folder, "publish", proof.quarters).startswith("Nothing to do")
    assert files(proof.folder) == before


@pytest.mark.parametrize("name", PROOFS)
def test_the_same_edition_comes_out_elsewhere(
    published: Published, name: str, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    """From the lake alone: no warehouse, no drafts; in another folder, another time zone, another language."""
    proof = published(name)
    quarter, drafts = proof.last_quarter, []
    for zone, language in (("Pacific/Auckland", "C.UTF-8"), ("America/New_York", "de_DE.UTF-8")):
        folder = tmp_path / zone
        shutil.copytree(proof.folder, folder, ignore=shutil.ignore_patterns(".cairn", "editions", "site"))
        cairn(folder, "run", quarter, environment={**environment, "TZ": zone, "LC_ALL": language, "LANG": language})
        drafts.append(json.loads((folder / "store" / "editions" / quarter / "latest.json").read_text())["edition"])
    assert drafts[0] == drafts[1]
