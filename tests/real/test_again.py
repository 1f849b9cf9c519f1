"""Doing it again: nothing is done twice, and everything comes out the same."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agenda.store import FolderStore
from reports.edition import newest
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


@pytest.mark.parametrize(
    ("name", "zone", "language"),
    [("nc_childcare", "America/New_York", "de_DE.UTF-8"), ("nhs_ae", "Pacific/Auckland", "C.UTF-8")],
)
def test_the_same_edition_comes_out_elsewhere(
    published: Published, name: str, zone: str, language: str, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    """From the lake alone: no warehouse, no drafts; in another folder, another time zone, another language."""
    proof = published(name)
    shutil.copytree(
        proof.folder, tmp_path, ignore=shutil.ignore_patterns(".cairn", "editions", "site"), dirs_exist_ok=True
    )
    abroad = {**environment, "TZ": zone, "LC_ALL": language, "LANG": language}
    cairn(tmp_path, "run", proof.last_quarter, environment=abroad)
    here, there = (newest(FolderStore(folder / "store"), proof.last_quarter) for folder in (proof.folder, tmp_path))
    assert here is not None
    assert there is not None
    assert here.digest == there.digest
