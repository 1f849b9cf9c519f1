"""What readers already have: the published editions, each with what it hid.

An edition's hidden numbers are kept beside it in the private store, ``editions/<period>/<digest>.withheld.json``:
later editions must not let them out either. So is the list of the editions it was set beside when it was proved
safe; where another one has been published since, the proof no longer holds, and it isn't published.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl

from agenda.entry import Entry
from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.periods import Period
from agenda.store import Store
from reports.data.lists import MEMBERS, SHOWN_IN
from reports.data.package import TABLE, WHOLE
from reports.disclosure.cells import ROW, Row
from reports.disclosure.withhold import Earlier
from reports.edition import Edition, Manifest, decoded, encoded
from reports.editions.pointers import editions
from reports.editions.revisions import read_values
from reports.quarter.tables import Quarter

_KEY = ("indicator", "period_type", "period", "place", "members", "version")


class Number(Entry):
    """A row of which something is hidden, as it truly is."""

    indicator: str
    period_type: str
    period: str
    place: str
    members: str
    version: int = 1
    numerator: Decimal | None
    denominator: Decimal | None
    upper: float | None


class Withheld(Entry):
    """``<digest>.withheld.json``: the editions that a draft was set beside, and what it hides. Private."""

    format: int = 1
    beside: tuple[str, ...]
    rows: tuple[Number, ...]


def published_before(folder: Folder, store: Store, site: Store) -> list[Earlier]:
    """Every published edition. Raises `HeldBack` where what one of them hides is no longer known."""
    return [_read(folder, store, site, digest) for digest in editions(site)] if folder.initiative.hides else []


def _read(folder: Folder, store: Store, site: Store, digest: str) -> Earlier:
    manifest = decoded(Manifest, site.get(f"editions/{digest}/manifest.json"))
    shown = read_values(site.get(f"editions/{digest}/data/{TABLE}.csv"))
    dimensions = sorted(d.id for d in folder.agenda.dimensions if d.id in shown.columns)
    files = {file.path for file in manifest.files}
    merges = {d: _merges(site.get(f"editions/{digest}/{path}"), d) for d in dimensions
              if (path := f"data/{MEMBERS}{d}.csv") in files}  # fmt: skip
    hidden: Mapping[tuple[str | int, ...], Number] = {}
    if "conf_status" in shown.columns and (shown["conf_status"] != "F").any():
        found = store.read(_key(manifest.period, digest))
        if found is None:
            raise HeldBack(
                f"edition {digest[:8]} of {manifest.period} hides numbers, and {_key(manifest.period, digest)} is gone "
                "from the store, so nobody can tell whether another edition would reveal them. Put the file back, or "
                "take that edition off the site."
            )
        kept = decoded(Withheld, found[0])
        hidden = {tuple(getattr(n, name) for name in _KEY): n for n in kept.rows}
    rows = tuple(_row(row, dimensions, hidden) for row in shown.iter_rows(named=True))
    return Earlier(f"{digest[:8]} of {manifest.period}", rows, merges)


def _merges(members: bytes, dimension: str) -> dict[str, list[str]]:
    """What the groups were made of that an edition could show together."""
    made: dict[str, list[str]] = {}
    for row in read_values(members).filter(pl.col(SHOWN_IN) != "").iter_rows(named=True):
        made.setdefault(row[SHOWN_IN], []).append(row[dimension])
    return made


def _row(shown: Mapping[str, str], dimensions: list[str], hidden: Mapping[tuple[str | int, ...], Number]) -> Row:
    named = {d: shown[d] for d in dimensions if shown[d] != WHOLE}
    members = "|".join(f"{d}={member}" for d, member in named.items())
    # an edition from before there were versions had one definition, the first
    version = int(shown.get("version", 1))
    of = (shown["indicator"], shown["period_type"], shown["period"], shown["place"])
    numbers = [Decimal(shown[name]) if shown[name] else None for name in ("numerator", "denominator")]
    upper = float(shown["upper"]) if shown["upper"] else None
    seen = (numbers[0] is not None, numbers[1] is not None, upper is not None)
    if (truth := hidden.get((*of, members, version))) is not None:
        numbers, upper = [truth.numerator, truth.denominator], truth.upper
    return Row(*of, " * ".join(named), members, version, numbers[0], numbers[1], upper, *seen,
               shown.get("conf_status", "F"))  # fmt: skip


def keep(store: Store, edition: Edition, quarter: Quarter, warehouse: Path, beside: tuple[str, ...]) -> None:
    """Keep what ``edition`` hides, read again from the ``warehouse`` it was made from."""
    gone = quarter.values.filter(pl.col("conf_status") != "F").select(ROW)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        columns = [*_KEY, "numerator", "denominator", "upper"]
        query = """select s.indicator, v.* exclude (indicator), s.version from ind_values v
            join dim_series s on v.indicator = s.series and v.period = s.period where period_end <= $end"""
        true = connection.execute(query, {"end": quarter.period.end}).pl()
    rows = true.join(gone, on=list(ROW), how="semi").select(columns).sort(columns)
    kept = Withheld(beside=beside, rows=tuple(Number(**row) for row in rows.to_dicts()))
    store.put(_key(edition.period, edition.digest), encoded(kept))


def require_proof(folder: Folder, store: Store, site: Store, period: Period, digest: str) -> None:
    """Raises `HeldBack` where the draft was not proved safe beside all that is published now."""
    if folder.initiative.hides is None:
        return
    found = store.read(_key(period.key, digest))
    since = set(editions(site)) - {digest} - set(decoded(Withheld, found[0]).beside if found else ())
    if found is None or since:
        why = "other editions were published since" if found else "it was made before people were protected"
        raise HeldBack(
            f"draft {digest[:8]} of {period} has not been proved safe for people: {why}. Make it again, look at it "
            f"and approve it: cairn run {period}"
        )


def _key(period: str, digest: str) -> str:
    return f"editions/{period}/{digest}.withheld.json"
