"""Runs each real-data initiative once for all tests, through its harness, into ``build/real``."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping

import pytest

from infra.with_prefect import shared_prefect
from tests.real.harness import PROOFS, Proof
from tests.real.versions import Story


@pytest.fixture(autouse=True)
def _the_data_are_here() -> None:
    if missing := [proof.source for proof in PROOFS.values() if not proof.source.is_dir()]:
        pytest.skip(f"the real data are not here ({missing[0]}); CAIRN_REAL_DATA names the folder that holds them")


@pytest.fixture(scope="session")
def environment() -> Iterator[Mapping[str, str]]:
    """The environment in which all commands of these tests share one Prefect server."""
    with shared_prefect() as found:
        yield found


@pytest.fixture(scope="session")
def story() -> Story:
    """The versions of one file delivered anew: what was told of each stands in no folder afterwards."""
    proof = PROOFS["ons_sdg_uk_vintages"]
    shutil.rmtree(proof.folder, ignore_errors=True)
    told = proof.prepare()
    assert isinstance(told, Story)
    return told


@pytest.fixture(scope="session")
def published(request: pytest.FixtureRequest) -> Callable[[str], Proof]:
    """Gives an initiative by name, once it has been drafted, approved and published in full."""
    done: dict[str, Proof] = {}

    def run(name: str) -> Proof:
        proof = PROOFS[name]
        if name not in done:
            if name == "ons_sdg_uk_vintages":
                request.getfixturevalue("story")
            proof.run(request.getfixturevalue("environment"))
            done[name] = proof
        return done[name]

    return run
