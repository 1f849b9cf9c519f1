"""Times each stage of Cairn and its raw twin on the same generated files, and writes what it found as JSON.

    python -m tests.bench.bench [--rows 10000000] [--repeat 3] --out build/bench.json

Twins use the same number of threads and end in equal tables, which is checked. Of several runs the fastest counts:
whatever else the machine does can only add to it. Ratios are recorded for people to judge; no test asserts them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from infra.with_prefect import shared_prefect
from tests.bench import coalition
from tests.bench.stage import OF_SCORECARDS, OF_WORKBOOKS, QUARTER, STAGES

REPOSITORY = Path(__file__).resolve().parents[2]


def run(command: list[str], environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Runs a command; gives its wall time, its peak memory (its children's included) and the JSON it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}\n{said}")
    kilobyte = 1024 if sys.platform == "linux" else 1
    found = {"wall_seconds": round(wall, 3), "peak_megabytes": round(usage.ru_maxrss * kilobyte / 2**20)}
    return found | ({k: round(v, 3) for k, v in json.loads(said).items()} if said.startswith("{") else {})


def fastest(name: str, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The fastest run of one stage, with the times of all."""
    best = min(runs, key=lambda one: one["seconds"])
    times = f"{best['seconds']:8.2f} s {best['cpu_seconds']:8.2f} s of processors"
    print(f"  {name:<18} {times} {best['peak_megabytes']:6} MB", flush=True)
    return best | {"all_seconds": [one["seconds"] for one in runs]}


def unchanged(folder: Path) -> dict[str, Any]:
    """A run where nothing changed since the one before, against ``cairn --version``; the server's start apart."""
    cairn = [sys.executable, "-c", "from flows.cli import main; main()"]
    start = time.perf_counter()
    with shared_prefect() as environment:
        server = time.perf_counter() - start
        first = run([*cairn, "--initiative", str(folder), "run", QUARTER], environment)
        again = min(
            (run([*cairn, "--initiative", str(folder), "run", QUARTER], environment) for _ in range(3)),
            key=lambda one: one["wall_seconds"],
        )
    version = min(run([*cairn, "--version"])["wall_seconds"] for _ in range(3))
    beyond = round(again["wall_seconds"] - version, 3)
    print(f"  first run {first['wall_seconds']} s, unchanged run {beyond} s beyond --version", flush=True)
    return {
        "server_start_seconds": round(server, 3),
        "first_run": first,
        "unchanged_run": again,
        "version_wall_seconds": version,
        "seconds_beyond_version": beyond,
    }


def in_turns(names: Iterable[str], folder: Path, threads: int, repeat: int) -> dict[str, dict[str, Any]]:
    """The fastest run of each stage; in turns, so that a machine that gets busier does so for both twins."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(repeat):
        for name, done in runs.items():
            done.append(run([sys.executable, "-m", "tests.bench.stage", name, str(folder), str(threads)]))
    shutil.rmtree(folder / "before", ignore_errors=True)
    return {name: fastest(name, done) for name, done in runs.items()}


def workbooks(folder: Path, rows: int, repeat: int) -> dict[str, Any]:
    """A collect of workbooks against reading them alone."""
    total, threads = coalition.write_workbooks(folder, rows), os.cpu_count() or 1
    print(f"{total:,} rows in {coalition.PARTNERS * coalition.QUARTERS} workbooks, {threads} threads", flush=True)
    found = in_turns(OF_WORKBOOKS, folder, threads, repeat)
    ratio = found["cairn_xlsx"]["seconds"] / found["raw_xlsx"]["seconds"]
    return {"rows": total, "threads": threads, "stages": found, "ratio": round(ratio, 2)}


def scorecards(folder: Path, count: int, repeat: int) -> dict[str, Any]:
    """Pages and PDFs of ``count`` partners, and of half as many, against pandoc and Typst run raw on the same pages.

    ``folder`` is one that `stages` was run in. Stops unless the pages are the same to the byte.
    """
    print(f"{count} scorecards", flush=True)
    half = in_turns(["cairn_scorecards"], folder, count // 2, repeat)["cairn_scorecards"]
    found = in_turns(OF_SCORECARDS, folder, count, repeat)
    made, raw = (
        {path.name: path.read_bytes() for path in sorted((folder / "scorecards" / way).glob("*.html"))}
        for way in ("cairn", "raw")
    )
    if made != raw or len(made) != count:
        sys.exit(f"{folder}: the two ways did not end in the same {count} pages")
    seconds = {name: one["seconds"] for name, one in found.items()}
    return {
        "scorecards": count,
        "stages": found,
        "half_as_many": half,
        "ratio": round(seconds["cairn_scorecards"] / seconds["raw_scorecards"], 2),
        "growth": round(seconds["cairn_scorecards"] / half["seconds"], 2),
    }


def watched(folder: Path, files: int = 5) -> dict[str, Any]:
    """Seconds from dropping a small file into a watched inbox to its receipt; the server's start apart."""
    shutil.rmtree(folder, ignore_errors=True)
    cairn = [sys.executable, "-c", "from flows.cli import main; main()"]
    run([*cairn, "init", str(folder)])
    (first,) = (folder / "store" / "inbox").glob("*/*.csv")
    seconds = []
    with shared_prefect() as environment:
        command = [*cairn, "--initiative", str(folder), "watch", "--json"]
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            receipts = (line for line in process.stdout or () if '"receipts"' in line)
            next(receipts)  # for what lay there before
            for number in range(files):
                start = time.perf_counter()
                text = first.read_text("utf-8").replace("2026Q1", f"{2020 + number}Q1")
                first.with_name(f"{number}.csv").write_text(text, encoding="utf-8")
                next(receipts)
                seconds.append(round(time.perf_counter() - start, 3))
        finally:
            process.terminate()
            process.wait()
    print(f"  from a dropped file to its receipt {seconds} s", flush=True)
    return {"seconds_from_drop_to_receipt": seconds}


def stages(folder: Path, rows: int, repeat: int) -> dict[str, Any]:
    """Every stage and its twin on about ``rows`` rows; stops unless both ended in the same tables."""
    total, threads = coalition.write(folder, rows), os.cpu_count() or 1
    print(f"{total:,} rows in {coalition.PARTNERS * coalition.QUARTERS} files, {threads} threads", flush=True)
    found = in_turns(STAGES, folder, threads, repeat)
    run([sys.executable, "-m", "tests.bench.compare", str(folder)])
    seconds = {name: one["seconds"] for name, one in found.items()}
    nodes = found["cairn_indicators"]["nodes"]
    return {
        "rows": total,
        "threads": threads,
        "stages": found,
        "ratios": {
            "ingest": round(seconds["cairn_ingest"] / seconds["raw_ingest"], 2),
            "indicators": round(seconds["cairn_indicators"] / seconds["raw_indicators"], 2),
            "milliseconds_a_node_beyond_twice_raw": round(
                1000 * (seconds["cairn_indicators"] - 2 * seconds["raw_indicators"]) / nodes, 1
            ),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Time each stage against its raw twin.")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000], help="sizes to run, one after another")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each stage")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    machine = {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}
    sizes = []
    for rows in options.rows:
        folder = REPOSITORY / "build" / "bench" / str(rows)
        sizes.append({**stages(folder, rows, options.repeat), "unchanged": unchanged(folder)})
    bench = REPOSITORY / "build" / "bench"
    found = {
        "machine": machine,
        "sizes": sizes,
        "workbooks": [workbooks(bench / f"{rows}-xlsx", rows, options.repeat) for rows in options.rows],
        "scorecards": scorecards(bench / str(options.rows[0]), coalition.PARTNERS, options.repeat),
        "watch": watched(bench / "watch"),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    for size in sizes:
        print(json.dumps({"rows": size["rows"], **size["ratios"]}))
    print(json.dumps({"scorecards": {name: found["scorecards"][name] for name in ("ratio", "growth")}}))
    print(json.dumps({"workbooks": [size["ratio"] for size in found["workbooks"]], **found["watch"]}))
    print(f"All of it: {options.out}")


if __name__ == "__main__":
    main()
