"""The example's generator is a script beside the initiative, not a package of Cairn: put it within reach."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agenda.folder import Folder
from agenda.lint import read
from agenda.store import FolderStore
from sources.collect import Collected, collect

CHILDCARE = Path(__file__).parents[2] / "examples" / "childcare"
sys.path.insert(0, str(CHILDCARE))


@pytest.fixture(scope="session")
def folder() -> Folder:
    return read(CHILDCARE)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> FolderStore:
    from generate import write_inbox  # found through the path set above

    path = tmp_path_factory.mktemp("store")
    write_inbox(path / "inbox")
    return FolderStore(path)


@pytest.fixture(scope="session")
def collected(folder: Folder, store: FolderStore) -> Collected:
    return collect(folder, store)
