"""Runs each real-data initiative once for all tests, through its harness, into ``build/real``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from infra.with_prefect import shared_prefect
from tests.real.harness import PROOFS, Proof


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
def published(request: pytest.FixtureRequest) -> Callable[[str], Proof]:
    """Gives an initiative by name, once it has been drafted, approved and published in full."""
    done: dict[str, Proof] = {}

    def run(name: str) -> Proof:
        proof = PROOFS[name]
        if name not in done:
            proof.run(request.getfixturevalue("environment"))
            done[name] = proof
        return done[name]

    return run
