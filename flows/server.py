"""One Prefect server for the life of a command that runs many flows.

Where ``PREFECT_API_URL`` names a server, that is used. Otherwise one is started before the first flow, so that no
partner waits for it, and again should it ever have died.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from agenda import settings
from flows import console


@contextmanager
def kept_server() -> Iterator[Callable[[], None]]:
    """Gives a function that sees to it that the server is there; call it before each flow."""
    console.prefect()
    if settings.prefect_api() is not None:
        yield console.prefect
        return
    from prefect.server.api.server import SubprocessASGIServer

    def see_to_it() -> None:
        server = SubprocessASGIServer()  # the one that flows of this process find
        if server.server_process is not None and server.server_process.poll() is not None:
            server.stop()
            server = SubprocessASGIServer()
        # Ctrl-C reaches every process of the terminal; this one must outlive the flow that is under way.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            server.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    see_to_it()
    yield see_to_it  # Prefect stops it when the process ends, once it has told it everything
