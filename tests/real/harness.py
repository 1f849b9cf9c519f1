"""Runs the real-data initiatives beside this file: real public files in, published sites out.

The data lie outside the repository (`DATA`, or the folder that CAIRN_REAL_DATA names) and never enter it. An
initiative is copied to ``build/real/<name>/``, where its lists (places, partners) are written from the data and the
partners' files are dropped into the inbox; then the same commands as anywhere else run over all of its quarters.

    python -m tests.real.harness [nc_childcare | nhs_ae | fingertips_countyua | toronto_childcare | dfe_ees |
        ons_sdg_uk | ons_sdg_uk_vintages] ...

They are named like the folders of their data; of the first two, which have a row a month, without the word.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from infra.with_prefect import shared_prefect
from tests.real.versions import Story, deliver

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
DATA = Path(os.environ.get("CAIRN_REAL_DATA") or REPOSITORY.parent / "shared" / "data")
BUILD = REPOSITORY / "build" / "real"
REVIEWER = "Real Data Proof"


@dataclass(frozen=True)
class Proof:
    """One initiative on real data: which files it needs, how they are dropped, which quarters they fill."""

    name: str
    quarters: str
    needs: str  # below DATA
    drop: Callable[[Path, Path], object]  # from the data into the initiative's folder

    @property
    def source(self) -> Path:
        return DATA / self.needs

    @property
    def last_quarter(self) -> str:
        return self.quarters.split("..")[-1]

    @property
    def folder(self) -> Path:
        return BUILD / self.name

    def prepare(self) -> object:
        """The initiative's folder with its lists and its inbox; files that are right already are left alone."""
        for path in (HERE / self.name).glob("*.yml"):
            _write(self.folder / path.name, path.read_bytes())
        return self.drop(self.source, self.folder)

    def run(self, environment: Mapping[str, str] | None = None) -> None:
        """From the partners' files to published reports of all quarters; what is done already is not done again."""
        self.prepare()
        cairn(self.folder, "backfill", self.quarters, environment=environment)
        cairn(self.folder, "review", self.quarters, "--approve", "--as", REVIEWER, environment=environment)
        cairn(self.folder, "publish", self.quarters, environment=environment)


def cairn(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """What the command prints. It runs in a process of its own, as on anybody's command line; failing, it stops all."""
    command = [sys.executable, "-c", "from flows.cli import main; main()", "--initiative", str(folder), *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"cairn {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def _drop_childcare(source: Path, folder: Path) -> None:
    """The state's monthly files as they are; its counties, as most months spell them."""
    for file in sorted(source.glob("nc_*.csv.gz")):
        _write(folder / "store" / "inbox" / "dcdee" / file.name, file.read_bytes())
    counties = duckdb.sql(
        f"select lower(county) from read_csv('{source}/nc_*.csv.gz', all_varchar = true, union_by_name = true) "
        "group by 1 having count(distinct filename) > 4 order by 1"  # "Hanover" and "Mc" stand in four months only
    ).fetchall()
    named = {county: county.title().replace("Mcdowell", "McDowell") for (county,) in counties}
    places = [("north_carolina", "North Carolina", "state", "")]
    places += [(county.replace(" ", "_"), name, "county", "north_carolina") for county, name in named.items()]
    _write_csv(folder / "places.csv", ("id", "name", "level", "parent"), places)


def _drop_hospitals(source: Path, folder: Path) -> None:
    """Each organisation's rows as a file of its own per quarter, as it would have sent them."""
    table = duckdb.sql(
        f"select period, org_code, type, attendances, breaches, period[:4] || 'Q' || quarter(period::date) as quarter "
        f"from read_csv('{source}/ae_attendances.csv', all_varchar = true) order by all"
    )
    files: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    months: dict[str, set[str]] = {}
    for period, organisation, type_, attendances, breaches, quarter in table.fetchall():
        files.setdefault((organisation, quarter), []).append((period, type_, attendances, breaches))
        months.setdefault(organisation, set()).add(period[:7])
    for (organisation, quarter), rows in files.items():
        file = folder / "store" / "inbox" / organisation / f"{quarter}.csv"
        _write_csv(file, ("period", "type", "attendances", "breaches"), rows)
    places = [("england", "England", "country", "")]
    places += [(code, f"Organisation {code}", "organisation", "england") for code in sorted(months)]
    _write_csv(folder / "places.csv", ("id", "name", "level", "parent"), places)
    partners = [(code, f"Organisation {code}", code, min(at), max(at)) for code, at in sorted(months.items())]
    _write_csv(folder / "partners.csv", ("id", "name", "place", "since", "until"), partners)


def _drop_fingertips(source: Path, folder: Path) -> None:
    """The export as it is but for its last heading, which no row has a cell for; its areas with those they lie in."""
    file = source / "indicators-CountyUA.data.csv"
    whole = file.read_bytes().replace(b",Compared to goal\n", b"\n", 1)  # a row that lacks a cell is rejected
    _write(folder / "store" / "inbox" / "phe" / file.name, whole)
    with file.open(encoding="utf-8", newline="") as stream:  # the indicator's name holds a line break
        rows = list(csv.DictReader(stream))
    areas = {row["Area Code"]: (row["Area Name"], row["Area Type"].lower(), row["Parent Code"]) for row in rows}
    levels = {"country": "country", "region": "region", "county & ua": "area"}
    places = [(code, name, levels[type_], parent) for code, (name, type_, parent) in areas.items()]
    places.sort(key=lambda place: (list(levels.values()).index(place[2]), place[1]))
    _write_csv(folder / "places.csv", ("id", "name", "level", "parent"), places)


def _drop_toronto(source: Path, folder: Path) -> None:
    """The city's file as it is; its centres in their wards; the census' children of each ward, by age."""
    file = source / "raw_childcare_data.csv"
    _write(folder / "store" / "inbox" / "toronto" / file.name, file.read_bytes())
    places = [("toronto", "Toronto", "city", "")]
    places += [(f"ward-{n}", name, "ward", "toronto") for n, name in _rows(source / "raw_ward_names.csv")[1:]]
    header, *centres = _rows(file)
    number, name, ward = (header.index(column) for column in ("LOC_ID", "LOC_NAME", "ward"))
    places += [  # five names are had by two centres each
        (f"centre-{row[number]}", f"{row[name]} ({row[number]})", "centre", f"ward-{row[ward]}") for row in centres
    ]
    _write_csv(folder / "places.csv", ("id", "name", "level", "parent"), places)
    profiles = _rows(source / "raw_census_data.csv")
    areas = next(row for row in profiles if row[1:3] == ["Toronto", "Ward 1"])[1:]
    children = [
        (area.lower().replace(" ", "-"), "2021", age, count)
        for age in ("0-4", "5-9", "10-14")
        for area, count in zip(areas, _first(profiles, age.replace("-", " to ") + " years"), strict=True)
    ]
    _write_csv(folder / "children.csv", ("place", "year", "census_age", "value"), children)


def _drop_exclusions(source: Path, folder: Path) -> None:
    """The rows of authorities and of regions as a file each; authorities, by the codes they all have, in regions."""
    with (source / "exclusions_by_reason.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for level, name in (("local authority", "authorities"), ("regional", "regions")):
        cells = [list(row.values()) for row in rows if row["geographic_level"] == level]
        _write_csv(folder / "store" / "inbox" / "dfe" / f"{name}.csv", list(rows[0]), cells)
    places = {"E92000001": ("England", "country", "")}
    places |= {row["region_code"]: (row["region_name"], "region", "E92000001") for row in rows if row["region_code"]}
    places |= {
        row["old_la_code"]: (f"{row['la_name']} ({row['old_la_code']})", "authority", row["region_code"])
        for row in rows
        if row["old_la_code"]
    }
    _write_csv(folder / "places.csv", ("id", "name", "level", "parent"), [(id_, *of) for id_, of in places.items()])


def _drop_sdg(source: Path, folder: Path) -> None:
    """Five files as they are; the places and the groups that they name."""
    files = {number: source / f"indicator_{number}.csv" for number in ("8-5-2", "1-2-1", "2-2-1", "3-2-1", "4-2-2")}
    tables = {}
    for number, file in files.items():
        _write(folder / "store" / "inbox" / "ons" / file.name, file.read_bytes())
        with file.open(encoding="utf-8-sig", newline="") as stream:
            tables[number] = list(csv.DictReader(stream))
    places = {"United Kingdom": ("union", ""), "Great Britain": ("island", "United Kingdom")}
    places |= dict.fromkeys(("England", "Scotland", "Wales"), ("country", "Great Britain"))
    places |= {"Northern Ireland": ("country", "United Kingdom"), "England and Wales": ("countries", "Great Britain")}
    for row in tables["4-2-2"]:
        region, authority = row["Region"], row["Local authority"]
        if region:
            places[region] = ("region", "England")
        if authority:
            places[authority] = ("authority", region)
    lines = [(_id(name), name, level, _id(parent)) for name, (level, parent) in places.items()]
    _write_csv(folder / "places.csv", ("id", "name", "level", "parent"), lines)
    for name, column in {
        "ages": "Age", "ethnic_groups": "Ethnic group", "rural": "Urban or rural",
        "deprivation": "Index of Multiple Deprivation (IMD)",
    }.items():  # fmt: skip
        texts = {row[column] for rows in tables.values() for row in rows if row.get(column)}
        _write_csv(folder / f"{name}.csv", ("id", "name"), [(_id(text), text) for text in sorted(texts)])


def _deliver_versions(source: Path, folder: Path) -> Story:
    """Each version at its own time, so what was known when is as it was; nothing is left for a collect to take in."""
    return deliver(source, folder, by=REVIEWER)


def _id(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def _first(rows: Iterable[Sequence[str]], name: str) -> Sequence[str]:
    """The cells of the first row of that name: the census gives ages first, then the same bands of other things."""
    return next(row for row in rows if row[0] == name)[1:]


PROOFS = {
    proof.name: proof
    for proof in (
        Proof("nc_childcare", "2015Q4..2017Q4", "nc_childcare_monthly/final", _drop_childcare),
        Proof("nhs_ae", "2016Q2..2019Q1", "nhs_ae_monthly", _drop_hospitals),
        Proof("fingertips_countyua", "2016Q4", "fingertips_countyua", _drop_fingertips),
        Proof("toronto_childcare", "2024Q1", "toronto_childcare/inputs/data", _drop_toronto),
        Proof("dfe_ees", "2017Q4", "dfe_ees", _drop_exclusions),
        Proof("ons_sdg_uk", "2023Q1", "ons_sdg_uk/data", _drop_sdg),
        Proof("ons_sdg_uk_vintages", "2023Q1", "ons_sdg_uk_vintages/indicator_8-5-2", _deliver_versions),
    )
}


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    _write(path, text.getvalue().encode())


def _write(path: Path, content: bytes) -> None:
    """Write unless it is there already: a file that is touched is delivered again."""
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main(names: Sequence[str]) -> None:
    proofs = [PROOFS[name] for name in names or PROOFS]
    for proof in proofs:
        if not proof.source.is_dir():
            sys.exit(f"{proof.source} is not here; set CAIRN_REAL_DATA to the folder that holds {proof.needs}")
    everything_is_there = all((proof.folder / "site" / "index.html").is_file() for proof in proofs)
    with contextlib.nullcontext() if everything_is_there else shared_prefect() as environment:
        for proof in proofs:
            proof.run(environment)
            print(f"{proof.name}: {proof.folder / 'site' / 'index.html'}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
