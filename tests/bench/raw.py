"""The raw twins: the same work by DuckDB, pandoc or Typst alone, as one would write it for exactly these files.

No checks, no receipts, no history: columns are declared, the files are read once, and the same tables come out.
"""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import fastexcel
import pypandoc
import typst
import yaml

from tests.bench.coalition import MEASURES

PANDOC = Path(pypandoc.__file__).parent / "files" / "pandoc"
"""The one of the wheel, which Cairn uses too."""

FLOWS = ", ".join(f"'{name}'" for name, kind in MEASURES.items() if kind == "flow")

OBSERVATIONS = """
copy (
    select
        filename as reading, row_number() over () as row_number, split_part(filename, '/', -2) as partner,
        measure, 'month' as period_type, period, (period || '-01')::date as period_start,
        ((period || '-01')::date + interval 1 month)::date as period_end, place,
        'age_group=' || age_group as members, value::decimal(18, 6) as value, 'A' as obs_status
    from read_csv(
        '{inbox}/*/*.csv', header = true, filename = true, auto_detect = false, delim = ',', quote = '"',
        columns = {'period': 'varchar', 'place': 'varchar', 'measure': 'varchar', 'age_group': 'varchar',
                    'value': 'decimal(18, 6)'}
    )
) to '{out}' (format parquet, compression snappy)
"""
"""All files to the columns that the lake's observations have."""

INDICATORS = f"""
create table ind_values as
with in_quarters as (
    select measure, partner, place, members, value,
        year(period_start) || 'Q' || quarter(period_start) as in_quarter,
        measure in ({FLOWS}) as is_flow,
        month(period_start) = max(month(period_start)) over (partition by partner, measure, in_quarter) as is_last
    from read_parquet('{{observations}}')
),
by_place as (
    select in_quarter as period, coalesce(place, 'everywhere') as place, coalesce(members, '') as members, measure,
        sum(value) as value
    from in_quarters where is_flow or is_last
    group by grouping sets ((in_quarter, measure), (in_quarter, measure, members), (in_quarter, measure, place),
        (in_quarter, measure, place, members))
),
wide as (
    pivot by_place on measure in ({", ".join(f"'{name}'" for name in MEASURES)}) using sum(value)
),
parts as (
    select period, place, members, unnest([
        {{'indicator': 'children', 'numerator': children, 'denominator': null, 'times': 1}},
        {{'indicator': 'spots', 'numerator': spots, 'denominator': null, 'times': 1}},
        {{'indicator': 'staff', 'numerator': staff, 'denominator': null, 'times': 1}},
        {{'indicator': 'visits', 'numerator': visits, 'denominator': null, 'times': 1}},
        {{'indicator': 'awards', 'numerator': awards, 'denominator': null, 'times': 1}},
        {{'indicator': 'use', 'numerator': children, 'denominator': spots, 'times': 1}},
        {{'indicator': 'seen', 'numerator': visits, 'denominator': children, 'times': 1}},
        {{'indicator': 'awarded', 'numerator': awards, 'denominator': staff, 'times': 1000}},
        {{'indicator': 'group_size', 'numerator': children, 'denominator': staff, 'times': 1}},
        {{'indicator': 'contacts', 'numerator': visits + awards, 'denominator': null, 'times': 1}}
    ], recursive := true)
    from wide
)
select indicator, 'quarter' as period_type, period, place, if(members = '', '', 'age_group') as breakdown, members,
    case when denominator is null then numerator::double
        when denominator <> 0 then numerator::double * times / denominator::double end as value,
    numerator::decimal(38, 6) as numerator, denominator::decimal(38, 6) as denominator
from parts
"""
"""Observations to indicators, for this agenda: the columns of ind_values that carry numbers."""


def ingest(inbox: Path, out: Path, threads: int) -> None:
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.execute(OBSERVATIONS.replace("{inbox}", str(inbox)).replace("{out}", str(out)))


def workbooks(inbox: Path, threads: int) -> int:
    """Every workbook read by fastexcel alone, nothing done with it; gives the number of rows."""
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(_rows, sorted(inbox.glob("*/*.xlsx"))))


def _rows(path: Path) -> int:
    return int(fastexcel.read_excel(path.read_bytes()).load_sheet(0).to_arrow().num_rows)


def indicators(observations: Path, out: Path, threads: int) -> None:
    out.unlink(missing_ok=True)
    with duckdb.connect(str(out), config={"threads": threads}) as connection:
        connection.execute(INDICATORS.replace("{observations}", str(observations)))


def scorecards(project: Path, out: Path) -> int:
    """Every page of the project by a pandoc of its own, the papers by `typst.compile` on top; gives how many papers."""
    settings = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    told = {key: value for key, value in settings.items() if key not in ("project", "format", "engine", "execute")}
    metadata = out / "metadata.yml"
    (out / "paper").mkdir(parents=True, exist_ok=True)
    metadata.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")

    def written(page: str, to: str) -> str:
        template = project / settings["format"][to]["template"]
        call = [PANDOC, page, "--from=markdown", f"--to={to}", "--wrap=none", "--mathml", "--section-divs",
                f"--metadata-file={metadata}", f"--template={template}"]  # fmt: skip
        return subprocess.run(call, cwd=project, capture_output=True, encoding="utf-8", check=True).stdout

    def made(page: str) -> int:
        if not page.startswith("paper/"):
            (out / page).with_suffix(".html").write_text(written(page, "html"), encoding="utf-8")
            return 0
        paper = typst.compile(
            written(page, "typst").encode(), root=str(project), font_paths=[str(project / "theme" / "fonts")],
            ignore_system_fonts=True, pdf_standards=["ua-1"],
        )  # fmt: skip
        (out / page).with_suffix(".pdf").write_bytes(paper)
        return 1

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(made, settings["project"]["render"]))
