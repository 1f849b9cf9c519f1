"""The servers that tests use: what was started is stopped, whatever becomes of whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from infra.servers import s3_server


def answers(address: str) -> bool:
    try:
        urlopen(address, timeout=2)
    except HTTPError:  # is an answer too
        return True
    except OSError:
        return False
    return True


def test_a_server_ends_with_its_block() -> None:
    with s3_server() as server:
        assert answers(server.endpoint)
    assert not answers(server.endpoint)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_server_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    code = (
        "import time; from infra.servers import s3_server\n"
        "with s3_server() as server: print(server.endpoint, flush=True); time.sleep(60)"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}  # nobody is left to empty it
    starter = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root, env=environment
    )
    assert starter.stdout is not None
    endpoint = starter.stdout.readline().strip()
    assert answers(endpoint)
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    end = time.monotonic() + 10
    while answers(endpoint):
        assert time.monotonic() < end, "still running"
        time.sleep(0.05)


def test_a_server_that_does_not_come_up_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "weed"
    broken.write_text("#!/bin/sh\necho the disk is full\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("infra.servers.shutil.which", lambda *_, **__: str(broken))
    with pytest.raises(RuntimeError, match="the disk is full"), s3_server():
        pass


def test_the_prefect_server_answers(prefect_api: str) -> None:
    with urlopen(f"{prefect_api}/health", timeout=5) as answer:
        assert answer.read() == b"true"
