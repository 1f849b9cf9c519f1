"""The deployments of prefect.yaml, on a real server: they deploy, and a worker runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx

from tests.flows.conftest import Initiative

ROOT = Path(__file__).resolve().parents[2]


def prefect(initiative: Initiative, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
        env={**initiative.environment, "CAIRN_INITIATIVE": str(initiative.path)}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_everything_deploys_and_a_worker_runs_the_quarter(initiative: Initiative) -> None:
    prefect(initiative, "work-pool", "create", "cairn", "--type", "process", "--overwrite")
    prefect(initiative, "deploy", "--all")
    api = initiative.environment["PREFECT_API_URL"]
    deployments = {d["name"]: d for d in httpx.post(f"{api}/deployments/filter", json={}).json()}
    assert set(deployments) == {"collect", "quarter", "backfill", "publish"}
    assert deployments["quarter"]["parameters"]["initiative"] == str(initiative.path)
    assert deployments["collect"]["schedules"][0]["schedule"]["interval"] == 300.0

    run = httpx.post(
        f"{api}/deployments/{deployments['quarter']['id']}/create_flow_run", json={"parameters": {"period": "2026Q1"}}
    ).json()
    prefect(initiative, "worker", "start", "--pool", "cairn", "--run-once", "--type", "process")
    state = httpx.get(f"{api}/flow_runs/{run['id']}").json()["state"]
    assert state["name"] == "Completed", state
    assert (initiative.path / "store/editions/2026Q1/latest.json").is_file()
