"""Writes the inbox of the example: every file that Riverbend's twelve partners have delivered, 2024Q4 to 2026Q3.

    python examples/childcare/generate.py --out build/demo/store/inbox
    python examples/childcare/generate.py --out build/demo/store/inbox --until 2025-01-31    # what had come by then

Nothing in it is data: `made_up` draws every number from one seed, so each run writes the same bytes. A file's time of
modification is the time of its delivery. Needs openpyxl, for the workbooks.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from made_up import offices, providers
from made_up.delivery import Delivery
from made_up.formats import NOTICE
from made_up.sites import QUARTERS

PARTNERS = (
    offices.licensing,
    offices.referral,
    offices.human_services,
    providers.brightwater,
    providers.home_network,
    providers.head_start,
    providers.parent_coop,
    providers.schools,
    offices.college,
    offices.clinic,
    providers.employers,
    offices.foundation,
)


def all_deliveries() -> Iterator[Delivery]:
    """Every file that ever arrived, quarter after quarter."""
    for quarter in QUARTERS:
        for deliveries_of in PARTNERS:
            yield from deliveries_of(quarter)


def write_inbox(out: Path, until: date = date.max) -> int:
    """Write every delivery that came by the end of ``until`` below ``out``, each in its partner's folder.

    Answers how many there are. Files that are there already are written again as they were.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / "README.txt").write_text(f"{NOTICE}\nWritten by examples/childcare/generate.py.\n", encoding="utf-8")
    due = [delivery for delivery in all_deliveries() if delivery.at.date() <= until]
    for delivery in due:
        path = out / delivery.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(delivery.content)
        os.utime(path, (delivery.at.timestamp(), delivery.at.timestamp()))
    return len(due)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the made-up deliveries of examples/childcare.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the inbox to write them to")
    parser.add_argument(
        "--until", type=date.fromisoformat, default=date.max, metavar="DAY", help="none that came later"
    )
    options = parser.parse_args()
    print(f"{write_inbox(options.out, options.until)} made-up files written to {options.out}")


if __name__ == "__main__":
    main()
