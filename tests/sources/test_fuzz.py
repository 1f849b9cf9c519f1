"""Whatever bytes arrive: nothing crashes, every row is accounted for, and what is wrong is said as a finding.

Files made here and, where they are at hand, those of the public collections are damaged in the ways that disks,
mails, editors and strangers damage them, and go through a whole `collect`, many at a time. ``CAIRN_FUZZ=20`` tries
twenty times as many.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sources.files.readers import Sheet
from tests.real.harness import DATA
from tests.sources.conftest import Coalition
from tests.sources.made_files import HEADINGS, cells, csv_text, ods, opened, with_part, xlsx, zipped

TIMES = int(os.environ.get("CAIRN_FUZZ", "1"))
PARTNERS = """
layouts:
  long:
    files: "long/*"
    period: quarter
    place: town
    values: [{column: children, measure: children, members: {age: {column: age}}}]
  wide:
    files: "wide/*"
    period: {path: "(20\\\\d\\\\d)"}
    values: [{column: a, measure: spots}, {column: b, measure: price}]
  records:
    files: "records/*"
    rows: records
    period: {constant: "2026Q1"}
    values: [{measure: spots, count: rows}]
partners:
  - {id: alpha, name: Alpha, layouts: [long, wide, records], place: harbor}
"""
ROWS = tuple(
    (f"2026Q{n % 4 + 1}", ("Harbor", "Old Mill")[n % 2], ("infant", "toddler")[n // 2 % 2], str(n)) for n in range(12)
)
TEXT = csv_text((HEADINGS, *ROWS))
RECORDS = [dict(zip(HEADINGS, row, strict=True)) for row in ROWS]
ENOUGH = 20_000
"""Bytes of a file of the collections: damage to a larger one is the same damage."""


@cache
def whole_files() -> tuple[bytes, ...]:
    """What is to be damaged."""
    sink = io.BytesIO()
    pyarrow.parquet.write_table(pa.Table.from_pylist(RECORDS), sink)
    made = [
        TEXT.encode(),
        TEXT.replace(",", ";").encode("utf-16"),
        f"Numbers of Málaga\n\n{TEXT}\n* provisional\n".encode("cp1252"),
        f"분기별 아동 수\n{TEXT}".encode("cp949"),
        TEXT.replace("Harbor", '"Har ""bor"",\n1"').encode(),
        xlsx([["Our numbers"], [], HEADINGS, *[(*row[:3], int(row[3]) / 3) for row in ROWS]]),
        ods([HEADINGS, *ROWS]),
        json.dumps({"results": RECORDS}).encode(),
        "\n".join(map(json.dumps, RECORDS)).encode(),
        sink.getvalue(),
        gzip.compress(TEXT.encode()),
        zipped({"data.csv": TEXT}),
    ]
    corpora = [
        path for name in ("corpus_csv_spectrum", "corpus_csvkit_examples") for path in (DATA / name).rglob("*.*")
    ]
    return (*made, *(path.read_bytes() for path in sorted(corpora) if path.is_file() and path.stat().st_size < ENOUGH))


ODD = (b"\0", b"\xff\xfe", b'"', b"\r", b"\n\n", b",,,,", b"\xed\xa0\x80", b"PK\x03\x04", b"</c>", b"<v>", b"1e999", b"-", b"NaN",
       b"[[[[", b'{"a":{}}', b"\x1a", "﻿".encode(), b"=1+1", b"9" * 40, "٣".encode(), b"<!--", b"r=\"ZZZ99999999\"")  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file as it might arrive: one of the whole ones with up to five kinds of damage, or any bytes at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=200))
    content = draw(st.sampled_from(whole_files()))
    inner = draw(st.booleans()) and content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content))
    name = draw(st.sampled_from(zipfile.ZipFile(io.BytesIO(content)).namelist())) if inner else ""
    part = zipfile.ZipFile(io.BytesIO(content)).read(name) if inner else content
    for _ in range(draw(st.integers(1, 5))):
        part = _damage(draw, part)
    return with_part(content, name, lambda _: part) if inner else part


def _damage(draw: st.DrawFn, content: bytes) -> bytes:
    start = draw(st.integers(0, len(content)))
    end = min(len(content), start + draw(st.integers(0, 40)))
    kind = draw(st.sampled_from(("cut", "drop", "repeat", "odd", "flip", "join")))
    if kind == "cut":
        return content[:start]
    if kind == "drop":
        return content[:start] + content[end:]
    if kind == "repeat":
        return content[:end] + content[start:end] * draw(st.integers(1, 50)) + content[end:]
    if kind == "odd":
        return content[:start] + draw(st.sampled_from(ODD)) + content[start:]
    if kind == "flip" and start < len(content):
        return content[:start] + bytes([draw(st.integers(0, 255))]) + content[start + 1 :]
    return content[:start] + draw(st.sampled_from(whole_files()))[:500] + content[start:]


@settings(max_examples=150 * TIMES, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_any_file_ends_in_a_sheet_or_in_a_finding(content: bytes) -> None:
    found = opened(content)
    if isinstance(found, Sheet):
        assert found.table.num_columns == len(found.header)
        assert found.table.num_rows == len(found.rows) == len(cells(found))
        assert found.rows.null_count == 0
        assert sorted(set(found.rows.to_pylist())) == found.rows.to_pylist()
        assert all(column.null_count == 0 for column in found.table.columns)
    else:
        assert found.finding.code != "file_defect", found.finding


@settings(max_examples=3 * TIMES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(damaged(), min_size=20, max_size=30, unique=True))
def test_whatever_arrives_every_row_is_accounted_for(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = Coalition(Path(folder), PARTNERS)
        for number, content in enumerate(contents):
            for layout in ("long", "wide", "records"):
                made.drop(f"alpha/{layout}/2026-{number}.csv", content)
        collected = made.collect()

        assert len(collected.receipts) == 3 * len(contents)
        wrong = [found for receipt in collected.receipts for found in receipt.findings if found.code == "file_defect"]
        assert wrong == []
        for receipt in collected.receipts:
            assert receipt.outcome == "accepted" or receipt.findings
        columns = "rows_read, rows_accepted, rows_rejected, rows_skipped"
        for read, accepted, rejected, skipped in made.rows("readings", columns):
            assert read == accepted + rejected + skipped
            assert min(accepted, rejected, skipped) >= 0
