"""Runs a command with one Prefect server around it: ``python -m infra.with_prefect sh -c 'cairn …; cairn …'``.

Without a server in ``PREFECT_API_URL``, each ``cairn`` command that has work to do starts its own, which takes longer
than the work itself. A server that is set already is used as it is.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from infra.servers import prefect_server


@contextlib.contextmanager
def shared_prefect() -> Iterator[dict[str, str]]:
    """The environment in which commands share one Prefect server."""
    if os.environ.get("PREFECT_API_URL"):
        yield dict(os.environ)
        return
    with prefect_server() as api:
        yield {**os.environ, "PREFECT_API_URL": api}


def main() -> None:
    with shared_prefect() as environment:
        sys.exit(subprocess.run(sys.argv[1:], env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
