"""One stage of the bench in a process of its own, so that its time and memory are its own.

    python -m tests.bench.stage STAGE FOLDER THREADS    (of scorecards: how many, in place of threads)

Prints ``{"seconds": ..., "cpu_seconds": ...}`` and what else the stage says: the time of the work itself, with Python
and the libraries started. Seconds of processor time, over all threads and processes, say more on a busy machine.
``FOLDER`` is an initiative written by `tests.bench.coalition`.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import coalition

Work = Callable[[], dict[str, object] | None]


def raw_ingest(folder: Path, threads: int) -> Work:
    from tests.bench import raw

    return lambda: raw.ingest(folder / "store" / "inbox", folder / "raw.parquet", threads)


def raw_indicators(folder: Path, threads: int) -> Work:
    from tests.bench import raw

    return lambda: raw.indicators(folder / "raw.parquet", folder / "raw.duckdb", threads)


def raw_xlsx(folder: Path, threads: int) -> Work:
    from tests.bench import raw

    return lambda: {"rows": raw.workbooks(folder / "store" / "inbox", threads)}


def cairn_xlsx(folder: Path, threads: int) -> Work:
    """The same as `cairn_ingest`, of workbooks."""
    return cairn_ingest(folder, threads)


def cairn_ingest(folder: Path, threads: int) -> Work:
    """Read, check and land all files, into an empty lake, with receipts."""
    import dlt.destinations  # noqa: F401
    import pandera.backends.polars.builtin_checks  # noqa: F401  both are loaded late otherwise, within the time

    from agenda.lint import read
    from agenda.store import open_store
    from sources.collect import collect
    from sources.files.children import CHILDREN

    before = folder / "before" / str(time.time_ns())
    before.mkdir(parents=True)
    for part in ("lake", "submissions", "receipts"):  # put aside: Linux looks long for a place beside fresh gaps
        if (folder / "store" / part).exists():
            (folder / "store" / part).rename(before / part)

    def work() -> dict[str, object]:
        initiative = read(folder)
        collected = collect(initiative, open_store(initiative.initiative.store, folder))
        if {outcome for outcome, count in collected.outcomes.items() if count} != {"accepted"}:
            raise SystemExit(f"not all files were accepted: {collected.outcomes}")
        CHILDREN.close()  # what they took is known once they are gone
        receipts = sum(1 for _ in (folder / "store" / "receipts").glob("p*/20*.html"))
        return {"files": len(collected.receipts), "receipts": receipts}

    return work


def cairn_indicators(folder: Path, threads: int) -> Work:
    """The warehouse by dbt, with all its models and tests."""
    import dbt.adapters.duckdb
    import dbt.cli.main  # noqa: F401  loaded late otherwise, within the time

    from flows.warehouse import build_warehouse

    nodes: set[str] = set()

    def work() -> dict[str, object]:
        build_warehouse(
            folder / "store" / "lake",
            folder / "warehouse.duckdb",
            progress=lambda done, total, name: nodes.add(name),
        )
        return {"nodes": len(nodes)}

    return work


def cairn_scorecards(folder: Path, count: int) -> Work:
    """From the warehouse to the page and the PDF of so many partners."""
    from agenda.lint import read
    from reports.cards import scorecards
    from reports.marts import read_quarter
    from reports.rendering.render import render

    initiative, out = read(folder), folder / "scorecards"
    shutil.rmtree(out, ignore_errors=True)

    def work() -> dict[str, object]:
        period = initiative.initiative.calendar.parse(QUARTER)
        quarter = read_quarter(folder / "warehouse.duckdb", period, initiative)
        cards = scorecards.write(quarter, scorecards.read_own(quarter, folder / "warehouse.duckdb")).cards[:count]
        scorecards.write_project(initiative, period, cards, out / "project")
        render(out / "project", out / "cairn", timestamp=quarter.as_of, quarto="")
        return {"scorecards": sum(1 for _ in out.glob("cairn/paper/*.pdf"))}

    return work


def raw_scorecards(folder: Path, count: int) -> Work:
    """The same pages, as `cairn_scorecards` left them, each by a pandoc of its own, and by `typst.compile`."""
    from tests.bench import raw

    out = folder / "scorecards"
    return lambda: {"scorecards": raw.scorecards(out / "project", out / "raw")}


QUARTER = f"{coalition.YEAR}Q4"
STAGES = {stage.__name__: stage for stage in (raw_ingest, cairn_ingest, raw_indicators, cairn_indicators)}
OF_WORKBOOKS = {stage.__name__: stage for stage in (raw_xlsx, cairn_xlsx)}
OF_SCORECARDS = {stage.__name__: stage for stage in (cairn_scorecards, raw_scorecards)}


def main() -> None:
    name, folder, threads = sys.argv[1:]
    work = {**STAGES, **OF_WORKBOOKS, **OF_SCORECARDS}[name](Path(folder), int(threads))
    start, cpu_start = time.perf_counter(), processor_seconds()
    said = work()
    times = {"seconds": time.perf_counter() - start, "cpu_seconds": processor_seconds() - cpu_start}
    print(json.dumps(times | (said or {})))


def processor_seconds() -> float:
    """Of this process and of those that it has started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
