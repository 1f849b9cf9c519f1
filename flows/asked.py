"""Which partners' sources failed when they were last asked, and since when: `asked.json` in the store."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from agenda.store import Store

KEY = "asked.json"


@dataclass(frozen=True)
class Failure:
    """What failed and what to do; ``since`` is the first time that it did, as ISO 8601."""

    why: str
    since: str


def failures(store: Store) -> dict[str, Failure]:
    """By partner; whoever could be asked the last time isn't there."""
    return _read(store)[0]


def note(store: Store, asked: Collection[str], failed: Mapping[str, str]) -> None:
    """Note how asking these partners went. Two collects at once may both note; neither is lost."""
    while True:
        before, tag = _read(store)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        after = {partner: failure for partner, failure in before.items() if partner not in asked}
        for partner, why in failed.items():
            after[partner] = Failure(why, before[partner].since if partner in before else now)
        if after == before:
            return
        said = {partner: asdict(failure) for partner, failure in sorted(after.items())}
        if store.swap(KEY, json.dumps(said, ensure_ascii=False, indent=1).encode(), tag):
            return


def _read(store: Store) -> tuple[dict[str, Failure], str | None]:
    found = store.read(KEY)
    if found is None:
        return {}, None
    return {partner: Failure(**said) for partner, said in json.loads(found[0]).items()}, found[1]
