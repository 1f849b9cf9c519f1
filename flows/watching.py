"""`cairn watch`: the watch with everything around it that it needs, and the words in which it speaks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from agenda.errors import CairnError
from agenda.store import BucketStore
from flows import ending, summary
from flows.server import kept_server
from flows.watch import Watch, keep_asking
from flows.workspace import Workspace
from sources.collect import Collector, Look
from sources.letters.receipt import Receipt
from sources.ways.events import Queue


def watch(workspace: Workspace, every: float, as_json: bool) -> None:
    """Watch until the process is asked to end; what is in hand is finished first."""
    path, store = workspace.folder.path, workspace.store
    watching = workspace.folder.initiative.watch
    queue = Queue(watching.queue, store) if watching is not None and isinstance(store, BucketStore) else None
    listener = Data() if as_json else Words(workspace)
    one_starts_it = Lock()
    # Two threads: in the main one Prefect would take SIGTERM for itself and break the flow off.
    with ending.on_signals() as asked, ThreadPoolExecutor(2) as hands, kept_server() as see_to_server:
        import sources.loading  # noqa: F401  # now, as two threads would meet halfway
        from flows.collect import collect as flow

        def collect(look: Look, partners: list[str] | None, left: list[str]) -> Sequence[Receipt]:
            with one_starts_it:
                see_to_server()
            collected = flow(str(path), partners, leave=left, look=look)
            for line in summary.of_failures(workspace, collected.failures):
                listener.said(line.strip())
            return collected.receipts

        def take(partners: list[str] | None, left: list[str]) -> Sequence[Receipt]:
            if partners is None:
                now = Workspace.open(path)
                if not Collector(now.folder, now.store, leave=left, look="inbox").has_work:
                    return ()
            return hands.submit(collect, "inbox", partners, left).result()

        def ask() -> Sequence[Receipt]:
            partners = [p.id for p in Workspace.open(path).folder.partners.partners if p.source.is_asked]
            return collect("sources", partners, []) if partners else ()

        listener.said(
            f"Watching {store.url}/inbox, "
            + (f"told by {queue.address}" if queue else f"looking every {every:g} seconds")
            + ". Ctrl-C ends it after the batch in hand."
        )
        asking = hands.submit(keep_asking, ask, listener, asked)
        Watch(
            store, lambda: Workspace.open(path).folder.partners.partners, take, listener, every=every, queue=queue
        ).run(asked)
        asking.result()
        listener.said("Ended, as asked.")


@dataclass(frozen=True)
class Words:
    """Speaks to a person, a line for each thing that happened, with its time."""

    workspace: Workspace

    def taken(self, receipts: Sequence[Receipt], seconds: float | None) -> None:
        first, *more = summary.of_receipts(self.workspace, receipts)
        if not receipts:
            first = "What was dropped is known already."
        self.said("\n".join([first + (f" ({seconds:.1f} s)" if seconds is not None else ""), *more]))

    def failed(self, error: Exception, seconds: float) -> None:
        said = str(error) if isinstance(error, CairnError) else f"{type(error).__name__}: {error}"
        self.said(f"The collect failed and is tried again in {seconds:g} seconds. {said}")

    def said(self, text: str) -> None:
        print(f"{datetime.now():%H:%M:%S} {text}", flush=True)


class Data:
    """Speaks to a program: a JSON object on a line for each thing that happened."""

    def taken(self, receipts: Sequence[Receipt], seconds: float | None) -> None:
        self._print(receipts=summary.receipt_data(receipts), seconds_since_seen=seconds)

    def failed(self, error: Exception, seconds: float) -> None:
        self._print(error=str(error), again_in_seconds=seconds)

    def said(self, text: str) -> None:
        self._print(said=text)

    def _print(self, **what: Any) -> None:
        said = {"at": datetime.now().astimezone().isoformat(timespec="milliseconds"), **what}
        print(json.dumps(said, ensure_ascii=False), flush=True)
