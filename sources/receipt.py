"""The receipt: what a partner gets back for a file, as JSON and as a page that needs nothing else.

It lies under ``receipts/<key of the file>``. It speaks of this partner's file alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import jinja2

from agenda.folder import Folder
from agenda.store import Store
from sources.findings import Finding
from sources.inbox import Arrival
from sources.intake import Counts
from sources.lake import Delivery

LONGEST_NAME = 200
"""Bytes of a file's name; disks take 255, and ``.html`` and a temporary's prefix come on top."""
SHOWN = 50
"""Findings of one kind in one column that are listed one by one; past that a person mends the cause, not cells."""


@dataclass(frozen=True)
class Taken:
    """Numbers that were taken in, for one measure and period."""

    measure: str
    period: str
    numbers: int


@dataclass(frozen=True)
class Kind:
    """Findings of one kind in one column: the first of them, and how many there are."""

    shown: tuple[Finding, ...]
    total: int


@dataclass(frozen=True)
class Receipt:
    """What became of one submission."""

    initiative: str
    contact: str
    partner: str
    partner_name: str
    key: str
    submission: str
    received_at: datetime
    counts: Counts
    findings: tuple[Finding, ...]
    taken: tuple[Taken, ...]

    @property
    def outcome(self) -> str:
        return self.counts.outcome

    @property
    def errors(self) -> int:
        return sum(found.severity == "error" for found in self.findings)

    @property
    def address(self) -> str:
        """Where the receipt lies, without its ending; a name that would become too long for a disk is cut short."""
        folder, _, name = self.key.rpartition("/")
        if len(name.encode()) > LONGEST_NAME:
            name = f"{name.encode()[:LONGEST_NAME].decode(errors='ignore')}~{self.submission[:8]}"
        return f"receipts/{folder}/{name}"

    def kinds(self) -> list[Kind]:
        """The findings gathered by kind and column, errors first."""
        kinds: dict[tuple[str, str, str | None], list[Finding]] = {}
        for found in self.findings:
            kinds.setdefault((found.severity, found.code, found.column), []).append(found)
        return [Kind(tuple(group[:SHOWN]), len(group)) for _, group in sorted(kinds.items(), key=lambda k: k[0][0])]

    def write(self, store: Store) -> None:
        """Put the receipt beside the partner's other ones, as JSON and as a page."""
        store.put(f"{self.address}.json", self.json())
        store.put(f"{self.address}.html", self.page())

    def json(self) -> bytes:
        said = {
            "initiative": self.initiative,
            "partner": self.partner,
            "file": self.key,
            "sha256": self.submission,
            "received_at": self.received_at.astimezone(UTC).isoformat(timespec="seconds"),
            "outcome": self.outcome,
            "rows": asdict(self.counts),
            "taken": [asdict(taken) for taken in self.taken],
            "findings": [asdict(found) for found in self.findings],
        }
        return (json.dumps(said, ensure_ascii=False, indent=1, default=str) + "\n").encode()

    def page(self) -> bytes:
        return _template().render(receipt=self, file=self.key.rsplit("/", 1)[-1]).encode()


def receipt_of(
    folder: Folder,
    arrival: Arrival,
    delivery: Delivery,
    counts: Counts,
    findings: Sequence[Finding],
    taken: Sequence[tuple[str, str, int]],
) -> Receipt:
    """The receipt for one submission, measures under their agreed names."""
    names = {measure.id: measure.name for measure in folder.agenda.measures}
    return Receipt(
        initiative=folder.initiative.name,
        contact=folder.initiative.contact,
        partner=arrival.partner.id,
        partner_name=arrival.partner.name,
        key=delivery.key,
        submission=delivery.submission,
        received_at=delivery.received_at,
        counts=counts,
        findings=tuple(findings),
        taken=tuple(Taken(names[measure], period, numbers) for measure, period, numbers in taken),
    )


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("receipt.html")
