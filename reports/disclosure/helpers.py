"""Makes choices in several processes at once: threads of one process would take turns.

A helper is handed one component after the other, so that it begins while others are still packed, and none is left
with much to do when the rest are done.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from io import BufferedReader
from typing import IO, cast

from agenda.errors import Unavailable
from reports.disclosure.choice import Choice, choose
from reports.disclosure.linked import Part
from reports.disclosure.memory import keeping

ALONE = 1000
"""Small cells that are done before other processes have begun to help."""

_HELPER = """
import sys
sys.path[:] = {path!r}
from reports.disclosure.helpers import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
"""


def choices(parts: Sequence[Part]) -> list[Choice]:
    """The choice of each part, in order; where that is much work, by as many processes as there are processors.

    Raises `Unavailable` where one that helps comes to grief.
    """
    work = [sum(cell.is_small for cell in part.linked.cells) for part in parts]
    count = min(os.cpu_count() or 1, len(parts))
    if sum(work) <= ALONE or count < 2:
        return [choose(part.linked, part.attackers) for part in parts]
    waiting = sorted(range(len(parts)), key=work.__getitem__)
    found: dict[int, Choice] = {}

    def have_done() -> None:
        with _helper() as helper:
            while waiting:
                number = waiting.pop()  # the one with most work
                found[number] = helper(parts[number])

    with ThreadPoolExecutor(count) as threads:
        for done in [threads.submit(have_done) for _ in range(count)]:
            done.result()
    return [found[number] for number in range(len(parts))]


@contextmanager
def _helper() -> Iterator[Callable[[Part], Choice]]:
    """A process that makes the choice of whatever part it is handed."""
    command = [sys.executable, "-B", "-c", _HELPER.format(path=sys.path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        parts, made, errors = cast(tuple[IO[bytes], ...], (process.stdin, process.stdout, process.stderr))

        def helper(part: Part) -> Choice:
            try:
                pickle.dump(part, parts)
                parts.flush()
                choice: Choice = pickle.load(made)
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                with suppress(OSError):  # what it didn't take is not handed over at the end
                    parts.close()
                said = errors.read().decode(errors="replace").strip().splitlines()
                last = said[-1] if said else f"it ended with {process.wait()}"
                raise Unavailable(f"a process that helps to protect people failed: {last}") from error
            return choice

        yield helper


@keeping()
def serve(parts: BufferedReader, made: IO[bytes]) -> None:
    """What a helper does: choices of parts, one after the other, until no more come."""
    while parts.peek(1):
        part = pickle.load(parts)
        pickle.dump(choose(part.linked, part.attackers), made)
        made.flush()
