"""The columns of what a partner sent: what each was read as, and how they changed since the file before.

Whenever a heading appears or disappears, that is a finding. A delivery carries a digest of its headings, so the ones
before it (in the lake's table ``columns``) are only looked up where they changed.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import pyarrow.parquet as pq

from agenda.spelling import plain
from sources.files.readers import Sheet
from sources.lake import Delivery, Lake
from sources.letters.findings import Finding, finding
from sources.meaning.plan import Fit, Plan


def digest(header: Sequence[str]) -> str:
    """The same for headers with the same headings, in whatever order and spelling."""
    return hashlib.sha256("\0".join(sorted(_spelled(header))).encode()).hexdigest()[:16]


def rows(reading: str, sheet: Sheet, read_as: Sequence[tuple[str | None, Fit]]) -> Iterator[dict[str, object]]:
    """A reading's columns as the lake keeps them. ``position`` counts from 1, as a spreadsheet does."""
    first = sheet.first_column + 1
    for position, (header, (column, how)) in enumerate(zip(sheet.header, read_as, strict=True), first):
        yield {"reading": reading, "position": position, "header": header, "column_name": column, "how": how}


class Columns:
    """What each partner's last file had, per layout; of those that had all their columns."""

    def __init__(self, lake: Lake, deliveries: Iterable[Delivery]) -> None:
        self._lake = lake
        self._before: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
        self._headers: dict[str, tuple[str, ...]] = {}  # of readings of this batch, or looked up
        for delivery in deliveries:
            self._add(delivery)

    def changes(self, delivery: Delivery, sheet: Sheet, plan: Plan, likely: Collection[str] = ()) -> list[Finding]:
        """A warning for each heading that the delivery before this one of the same partner and layout had not, and for
        each that only it had; one for both where a mapping holds them together.

        What ``plan`` is missing, and ``likely`` headings that are proposed for it, errors speak of.
        """
        moment = (delivery.received_at, delivery.sequence)
        earlier = [d for d in self._before[delivery.partner, delivery.layout] if (d.received_at, d.sequence) < moment]
        self._add(delivery)
        self._headers[delivery.reading] = sheet.header
        last = max(earlier, key=lambda d: (d.received_at, d.sequence), default=None)
        if last is None or last.header == delivery.header:
            return []
        was, now = _spelled(self.header(last)), _spelled(sheet.header)
        aliases = {plain(alias): plain(name) for name, names in plan.layout.aliases.items() for alias in names}
        mapped = {plain(sheet.header[p]): column for p, (column, how) in enumerate(plan.how) if how == "mapping"}
        settled = {plain(str(column)) for column in (*plan.missing, *mapped.values())}
        found = []
        for text in (text for text in now if text not in was and now[text] not in likely):
            code = "column_renamed" if text in mapped else "column_instead" if plan.missing else "column_new"
            found.append(finding(code, sheet=sheet.name, column=now[text], read_as=mapped.get(text) or ""))
        for text in (text for text in was if text not in now and aliases.get(text, text) not in settled):
            found.append(finding("column_gone", sheet=sheet.name, column=was[text]))
        return found

    def _add(self, delivery: Delivery) -> None:
        if delivery.header and not delivery.lacks:  # what was refused for its columns is nothing to go by
            self._before[delivery.partner, delivery.layout].append(delivery)

    def header(self, delivery: Delivery) -> tuple[str, ...]:
        """The headings of a known delivery."""
        if delivery.reading not in self._headers:
            for manifest in self._lake.manifests():
                for file in manifest.files if delivery.reading in manifest.readings else ():
                    if file["table"] == "columns":
                        self._remember(f"lake/{file['path']}")
        return self._headers.get(delivery.reading, ())

    def _remember(self, key: str) -> None:
        found: dict[str, list[str]] = defaultdict(list)
        table = pq.read_table(io.BytesIO(self._lake.store.get(key)), columns=["reading", "header", "position"])
        for row in table.sort_by("position").to_pylist():
            found[row["reading"]].append(row["header"])
        self._headers |= {reading: tuple(header) for reading, header in found.items()}


def _spelled(header: Sequence[str]) -> dict[str, str]:
    """Each heading by its plain spelling; a column without one is none."""
    return {plain(text): text for text in header if text.strip()}
