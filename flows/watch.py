"""Watching the inbox: what is dropped is taken in at once, by the same flow that is scheduled elsewhere.

The inbox is listed every few seconds; where a queue tells of new objects (`sources.ways.events`), only now and then,
should an event ever be lost. A file in a folder is taken once it has come to rest: two looks found it the same. An
object in a bucket is whole as soon as it is there. Whether the agenda changed is looked at as often as the deployment
does it. What other ways in hold (sheets, APIs, databases) is asked for as often, but apart from that: one that keeps
waiting lets no dropped file wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from agenda.model import Partner
from agenda.store import BucketStore, Store
from sources.letters.receipt import Receipt
from sources.ways.events import Message, Queue
from sources.ways.inbox import IGNORED, INBOX

REST_SECONDS = 1.0
"""Between the look that finds a file new and the one that finds it at rest."""
FULL_SECONDS = 300.0
"""Between full looks, and between two askings; prefect.yaml's schedule for `collect` says the same."""
WAIT_SECONDS = 5
"""How long one call to the queue waits; the watch can't end before."""
PAUSES = (5.0, 15.0, 60.0, 300.0, 900.0)
"""Before a collect that failed is tried again: quickly at first, as most failures pass; then so that nobody's store or
webhook is pestered."""

Collect = Callable[[list[str] | None, list[str]], Sequence[Receipt]]
"""Takes in what these partners dropped (None: all), but not the files named; gives the receipts."""


Ask = Callable[[], Sequence[Receipt]]
"""Takes in what the partners that are asked hold; gives the receipts."""


class Listener(Protocol):
    """Who is told what the watch does."""

    def taken(self, receipts: Sequence[Receipt], seconds: float | None) -> None:
        """Files were looked into, ``seconds`` after the first of them was seen; None for a full look."""

    def failed(self, error: Exception, seconds: float) -> None:
        """A collect failed and is tried again in ``seconds``."""

    def said(self, text: str) -> None:
        """Something else that a person may want to know."""


def repeat(turn: Callable[[], None], listener: Listener, ending: Event) -> None:
    """Take turn after turn until ``ending`` is set; after one that fails comes a pause."""
    failures = 0
    while not ending.is_set():
        try:
            turn()
            failures = 0
        except Exception as error:  # whatever it is, the next file must find somebody watching
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            failures += 1
            listener.failed(error, pause)
            ending.wait(pause)


def keep_asking(ask: Ask, listener: Listener, ending: Event) -> None:
    """Ask now and as often as the inbox has a full look, until ``ending`` is set."""

    def turn() -> None:
        if receipts := ask():
            listener.taken(receipts, None)
        ending.wait(FULL_SECONDS)

    repeat(turn, listener, ending)


@dataclass
class Inbox:
    """What lies in the inbox, look by look. Keys are those below inbox/; versions are the store's."""

    store: Store
    fresh: dict[str, str] = field(default_factory=dict)  # at rest and not dealt with yet
    restless: set[str] = field(default_factory=set)  # changed since the look before
    _before: dict[str, str] = field(default_factory=dict)
    _done: dict[str, str] = field(default_factory=dict)

    def look(self) -> None:
        found = {
            stored.key.removeprefix(INBOX): stored.version
            for stored in self.store.list(INBOX)
            if not stored.key.rpartition("/")[2].startswith(IGNORED)
        }
        is_whole = isinstance(self.store, BucketStore)
        self.restless = {key for key, version in found.items() if not is_whole and self._before.get(key) != version}
        self.fresh = {
            key: version
            for key, version in found.items()
            if key not in self.restless and self._done.get(key) != version
        }
        self._before = found
        self._done = {key: version for key, version in self._done.items() if key in found}

    def done(self, files: dict[str, str]) -> None:
        """These versions were dealt with."""
        self._done |= files


class Watch:
    """Looks, collects, and tells a listener, until it is asked to end."""

    def __init__(
        self,
        store: Store,
        partners: Callable[[], Sequence[Partner]],
        collect: Collect,
        listener: Listener,
        *,
        every: float,
        queue: Queue | None = None,
    ) -> None:
        self.inbox = Inbox(store)
        self._read_partners, self._collect, self._listener = partners, collect, listener
        self._every, self._queue = every, queue
        self._partners: dict[str, str] = {}  # id by prefix
        self._told: list[Message] = []
        self._puzzling: set[str] = set()  # messages and folders that were spoken of already
        self._seen_at: dict[str, float] = {}
        self._has_looked = False
        self._full_at = 0.0

    def run(self, ending: Event) -> None:
        """Returns once ``ending`` is set and the collect in hand has ended."""

        def turn() -> None:
            if not self._has_looked:
                self.inbox.look()
                ending.wait(REST_SECONDS)
                self._has_looked = True
            self._look()
            self._take()
            self._wait(ending)

        repeat(turn, self._listener, ending)

    def _look(self) -> None:
        is_full = time.monotonic() >= self._full_at
        if is_full:
            self._partners = {partner.prefix: partner.id for partner in self._read_partners()}
        if is_full or self._queue is None:
            self.inbox.look()
        now = time.monotonic()
        noticed = {*self.inbox.fresh, *self.inbox.restless, *self._told_of()}
        self._seen_at = {key: self._seen_at.get(key, now) for key in noticed}

    def _take(self) -> None:
        """Collect if there is anything to collect; what fails stays to be done."""
        is_full = time.monotonic() >= self._full_at
        files = self.inbox.fresh
        keys = {*files, *self._told_of()}
        senders = {key: partner for key in keys if (partner := self._sender(key)) is not None}
        if is_full or senders:
            left = sorted(key for key in self.inbox.restless if is_full or self._sender(key) in senders.values())
            receipts = self._collect(None if is_full else sorted(set(senders.values())), left)
            seen_at = min((self._seen_at[key] for key in senders), default=None)
            if receipts or not is_full:
                self._listener.taken(receipts, None if is_full or seen_at is None else time.monotonic() - seen_at)
        self.inbox.done(files)
        self.inbox.fresh = {}
        if is_full:
            self._full_at = time.monotonic() + FULL_SECONDS
        if self._queue is not None:
            self._queue.done(self._told)
        self._told = []

    def _told_of(self) -> Collection[str]:
        return {key for message in self._told for key in message.keys or ()}

    def _sender(self, key: str) -> str | None:
        """The partner whose folder a file lies in."""
        folders = key.split("/")[:-1]
        for depth in range(len(folders), 0, -1):
            if (partner := self._partners.get("/".join(folders[:depth]))) is not None:
                return partner
        self._once(f"folder {folders[:1]}", f"{INBOX}{key} lies in no partner's folder; nobody takes it in")
        return None

    def _wait(self, ending: Event) -> None:
        """Until the next look, or until messages come."""
        if self._queue is None:
            ending.wait(REST_SECONDS if self.inbox.restless else self._every)
            return
        while not ending.is_set() and not self._told and time.monotonic() < self._full_at:
            for message in self._queue.receive(WAIT_SECONDS):
                if message.keys is None:
                    self._once(message.id, f"A message in the queue can't be understood and stays there: {message.id}")
                else:
                    self._told.append(message)

    def _once(self, what: str, text: str) -> None:
        if what not in self._puzzling:
            self._puzzling.add(what)
            self._listener.said(text)
