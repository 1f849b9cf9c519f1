"""Files that would harm their reader are refused within the limits, by name, and cost nobody else anything."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from agenda.errors import ConfigurationError
from agenda.store import FolderStore
from sources.files import children, limits, reading
from sources.files.children import Children
from sources.files.limits import Limits
from sources.files.manner import Manner
from sources.files.readers import Sheet, Unreadable
from sources.files.reading import File, read_files
from sources.letters.findings import WORDS
from tests.sources.conftest import Coalition
from tests.sources.made_files import (
    HEADINGS,
    ROWS,
    cells,
    csv_text,
    ods,
    opened,
    read,
    refusal,
    with_part,
    xlsx,
    zipped,
)

TEXT = csv_text((HEADINGS, *ROWS))
SMALL = Limits(
    file_mb=2, unpacked_mb=24, ratio=100, members=20, layers=2, sheets=3, columns=50, cells=100_000,
    cell_characters=10_000, depth=5, seconds=3, memory_mb=400,
)  # fmt: skip
"""The same refusals, sooner."""


@pytest.fixture(autouse=True)
def _own_children(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Reading processes that are told these limits, not those of the tests before."""
    own = Children(2)
    monkeypatch.setattr(reading, "CHILDREN", own)
    yield
    own.close()


def bomb(megabytes: int) -> bytes:
    return gzip.compress(b"quarter,town,age,children\n" + b"2026Q1,Harbor,infant,12\n" * (megabytes * 2**20 // 24))


def big_member(name: str, megabytes: int) -> bytes:
    return zipped({name: b"0" * (megabytes * 2**20)})


def grown(part: Callable[[bytes], bytes], name: str = "xl/worksheets/sheet1.xml") -> bytes:
    return with_part(xlsx([HEADINGS, *ROWS]), name, part)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def _wide_parquet() -> bytes:
    sink = io.BytesIO()
    pyarrow.parquet.write_table(pa.table({"a": pa.repeat(pa.scalar("x"), 1_000_000)}), sink)
    return sink.getvalue()


def _nested_zip() -> bytes:
    content: bytes = big_member("data.csv", 20)
    for name in ("a.zip", "b.zip", "c.zip"):
        content = zipped({name: content})
    return content


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a file too large": ("limit_file_mb", lambda: TEXT.encode() * 40_000),
    "a gzip bomb": ("limit_ratio", lambda: bomb(20)),
    "a slow gzip bomb": ("limit_unpacked_mb", lambda: gzip.compress(os.urandom(1_500_000) + b"0" * 2**25)),
    "a zip bomb": ("limit_ratio", lambda: big_member("data.csv", 20)),
    "zips within zips": ("limit_layers", _nested_zip),
    "a workbook with a bomb beside its sheets": ("limit_ratio", lambda: grown(lambda part: b" " * 2**25, "xl/custom.xml")),
    "a zip of very many": ("limit_members", lambda: zipped({f"{n}.csv": "x" for n in range(30)})),
    "an XML entity bomb": ("file_doctype", lambda: grown(lambda part: part.replace(b"<worksheet", ENTITIES + b"<worksheet", 1))),
    "an XML entity bomb in shared texts": ("file_doctype", lambda: grown(lambda part: ENTITIES + b"<sst/>", "xl/sharedStrings.xml")),
    "entities in UTF-16": ("file_doctype", lambda: grown(lambda part: "<!DOCTYPE x>".encode("utf-16"), "xl/styles2.xml")),
    "a link to a file of the reader": (
        "file_doctype",
        lambda: grown(lambda part: part.replace(b"<worksheet", b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet', 1)),
    ),
    "a path that climbs": ("zip_path", lambda: zipped({"../../etc/cron.d/data.csv": TEXT})),
    "a path from the root": ("zip_path", lambda: zipped({"/etc/data.csv": TEXT})),
    "a path of Windows": ("zip_path", lambda: zipped({"C:\\data.csv": TEXT})),
    "a symbolic link": ("zip_path", lambda: _symlink()),
    "a locked zip": ("file_locked", lambda: _locked()),
    "very many sheets": ("limit_sheets", lambda: xlsx([HEADINGS], lambda sheet: [sheet.parent.create_sheet() for _ in range(4)] and None)),  # type: ignore[union-attr]
    "very many columns": ("limit_columns", lambda: (",".join("c" for _ in range(60)) + "\n" + "1," * 59 + "1\n").encode()),
    "a header that never ends": ("limit_columns", lambda: b"a," * 600_000 + b"a\n1\n"),
    "very many columns in a workbook": ("limit_columns", lambda: xlsx([["c"] * 60, [1] * 60])),
    "very many columns in JSON": ("limit_columns", lambda: json.dumps([{f"c{n}": 1 for n in range(60)}]).encode()),
    "very many cells": ("limit_cells", lambda: xlsx([["a"] * 40, *[[1] * 40] * 2600])),
    "two cells far apart": ("limit_cells", lambda: xlsx([["a"]], lambda sheet: sheet.cell(9000, 45, 1) and None)),
    "very many cells in Parquet": ("limit_cells", _wide_parquet),
    "rows repeated by the million": ("limit_cells", lambda: ods([["a", "b"]], 'table:number-rows-repeated="900000"')),
    "one line and no end": ("limit_cell_characters", lambda: b"quarter,town\n2026Q1," + b"x" * 1_500_000),
    "a quote that never closes": ("limit_cell_characters", lambda: b'quarter,town\n2026Q1,"x\n' + b"2026Q1,Harbor\n" * 50_000),
    "a text without end in JSON": ("limit_cell_characters", lambda: json.dumps([{"a": "x" * 20_000}]).encode()),
    "lists in lists in lists": ("limit_depth", lambda: b"[" * 100_000 + b"]" * 100_000),
    "records in records": ("limit_depth", lambda: b'[{"a":' * 1 + b'{"a":' * 30 + b"1" + b"}" * 31 + b"]"),
    "lists in a record": ("limit_depth", lambda: b'[{"a":' + b"[" * 30 + b"]" * 30 + b"}]"),
    "records in records, line by line": ("limit_depth", lambda: b'{"a":1}\n' + b'{"a":' * 90_000 + b"\n"),
}  # fmt: skip


def _symlink() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        link = zipfile.ZipInfo("data.csv")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return content.getvalue()


def _locked() -> bytes:
    """A zip that says its member is encrypted, in both places that say so."""
    content = bytearray(zipped({"data.csv": TEXT}))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize("what", HOSTILE)
def test_what_goes_beyond_a_limit_is_refused_by_name(what: str) -> None:
    code, make = HOSTILE[what]
    bad, good = (File("data", content, Manner(), frozenset(HEADINGS)) for content in (make(), TEXT.encode()))
    started = time.monotonic()
    refused, taken = read_files([bad, good], SMALL)
    assert time.monotonic() - started < 10
    assert isinstance(refused, Unreadable)
    assert refused.finding.code == code
    if code.startswith("limit_"):
        assert f"{getattr(SMALL, code.removeprefix('limit_')):,}" in refused.finding.message
    assert isinstance(taken, Sheet)


def test_a_gigabyte_in_one_line_is_refused_under_the_limits_as_they_are() -> None:
    content = gzip.compress(b"quarter,town\n2026Q1,") + gzip.compress(b"x" * 2**24) * 64  # parts follow one another
    assert len(content) < 2 * 2**20
    assert refusal(content) == "limit_ratio"


def test_links_to_other_workbooks_are_not_followed() -> None:
    formula = b'<c r="D2"><f>[1]Sheet1!$A$1</f><v>12</v></c>'
    content = with_part(
        xlsx([HEADINGS, ("2026Q1", "Harbor", "infant")]),
        "xl/worksheets/sheet1.xml",
        lambda part: part.replace(b"</row></sheetData>", formula + b"</row></sheetData>"),
    )
    target = (
        b'<Relationships><Relationship Id="rId1" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
    )
    content = with_part(content, "xl/externalLinks/_rels/externalLink1.xml.rels", lambda part: target)
    assert cells(read(content)) == [("2026Q1", "Harbor", "infant", "12")]


def test_a_bomb_that_lies_about_its_size_is_measured() -> None:
    """The zip says that its member has 100 bytes."""
    content = bytearray(big_member("data.csv", 30))
    for start, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        where = content.rindex(start) + at
        content[where : where + 4] = (100).to_bytes(4, "little")
    assert refusal(bytes(content)) in ("limit_ratio", "file_unreadable")


# -- processes ----------------------------------------------------------------------------------------


def _sparse(rows: int, column: int) -> bytes:
    """A workbook of two cells for which the library makes room for all between them."""
    return xlsx([["quarter"]], lambda sheet: sheet.cell(rows, column, 1) and None)


def test_a_reader_that_wants_too_much_memory_dies_alone() -> None:
    files = [File(name, content, Manner(), frozenset(HEADINGS)) for name, content in
             (("bad", _sparse(1_000_000, 2000)), ("good", xlsx([HEADINGS, *ROWS])), ("bad", _sparse(1_000_001, 2000)))]  # fmt: skip
    first, good, last = read_files(files, replace(SMALL, cells=10**9, columns=16_384))
    assert isinstance(first, Unreadable)
    assert isinstance(last, Unreadable)
    assert first.finding.code == last.finding.code == "limit_memory_mb"
    assert "400 MB" in first.finding.message
    assert isinstance(good, Sheet)


def test_a_reader_that_takes_too_long_is_ended() -> None:
    started = time.monotonic()
    slow = json.dumps([{"a": [[n, n]] * 40} for n in range(40_000)]).encode()
    found = opened(slow, within=replace(SMALL, seconds=0, file_mb=100, cell_characters=10**6))
    assert isinstance(found, Unreadable)
    assert found.finding.code == "limit_seconds"
    assert time.monotonic() - started < 20


def test_a_reader_that_sleeps_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "START", "import time; time.sleep(60)")
    monkeypatch.setattr(children, "GRACE", 0)
    assert _codes(replace(SMALL, seconds=1)) == {"limit_seconds"}


@pytest.mark.parametrize("end", ["os.abort()", "os.kill(os.getpid(), 11)", "sys.exit(0)", "print('no answer')"])
def test_a_reader_that_dies_costs_its_file_only(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    monkeypatch.setattr(children, "START", f"import os, sys; sys.stdin.buffer.readline(); {end}")
    assert _codes(SMALL) == {"limit_memory_mb"}
    monkeypatch.undo()
    monkeypatch.setattr(reading, "CHILDREN", Children(1))
    assert isinstance(opened(xlsx([HEADINGS, *ROWS])), Sheet)


def _codes(within: Limits) -> set[str]:
    found = [opened(gzip.compress(TEXT.encode()), within=within) for _ in range(2)]
    return {one.finding.code for one in found if isinstance(one, Unreadable)}


def test_a_reader_that_was_killed_is_replaced() -> None:
    own = reading.CHILDREN
    assert isinstance(opened(gzip.compress(TEXT.encode())), Sheet)
    waiting = own._places.get()
    assert waiting is not None
    os.kill(waiting._process.pid, signal.SIGKILL)
    own._places.put(waiting)
    assert isinstance(opened(gzip.compress(TEXT.encode())), Sheet)


def test_readers_are_ready_before_the_first_file_unless_all_is_text() -> None:
    own = reading.CHILDREN
    reading.get_ready(["a.csv", "B.TXT"])
    assert list(own._places.queue) == [None, None]
    reading.get_ready(["a.csv", "b.xlsx"])
    ready = set(own._places.queue)
    assert len(ready) == 2
    assert None not in ready
    assert isinstance(opened(xlsx([HEADINGS, *ROWS])), Sheet)
    assert set(own._places.queue) == ready


def test_a_reader_knows_no_secret_and_writes_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    assert isinstance(opened(gzip.compress(TEXT.encode())), Sheet)
    child = reading.CHILDREN._places.get()
    assert child is not None
    environment = Path(f"/proc/{child._process.pid}/environ")
    if not environment.exists():
        pytest.skip("this system shows no process's environment")
    assert b"hush" not in environment.read_bytes()
    said = Path(f"/proc/{child._process.pid}/limits").read_text()
    assert any(line.startswith("Max file size") and line.split()[3] == "0" for line in said.splitlines())
    child.close()


def test_readers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    script = (
        "import gzip, os, signal\nfrom tests.sources.made_files import opened\n"
        "from sources.files import reading\nopened(gzip.compress(b'a,b\\n1,2\\n'))\n"
        "print(reading.CHILDREN._places.get()._process.pid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    for _ in range(50):
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]:
            return
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError("the reader outlived its parent")


# -- settings -----------------------------------------------------------------------------------------


def test_each_limit_is_a_setting_with_a_finding_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {f"limit_{field.name}" for field in fields(Limits)} == {code for code in WORDS if code.startswith("limit_")}
    limits.limits.cache_clear()
    monkeypatch.setenv("CAIRN_LIMIT_FILE_MB", "7")
    assert limits.limits() == replace(Limits(), file_mb=7)
    limits.limits.cache_clear()
    monkeypatch.setenv("CAIRN_LIMIT_FILE_MB", "much")
    with pytest.raises(ConfigurationError, match="CAIRN_LIMIT_FILE_MB"):
        limits.limits()
    monkeypatch.undo()
    limits.limits.cache_clear()


def test_a_hostile_file_in_an_inbox_is_answered_and_all_others_are_taken(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv.gz", bomb(64))
    made.drop("alpha/q1.csv.zip", zipped({"../q1.csv": TEXT}))
    made.drop("beta/q1.csv", TEXT)
    made.collect()
    for name, code in (("q1.csv.gz", "limit_ratio"), ("q1.csv.zip", "zip_path")):
        (found,) = made.receipt(f"alpha/{name}")["findings"]
        assert found["code"] == code
    assert made.receipt("beta/q1.csv")["outcome"] == "accepted"
    assert len(made.rows("observations")) == len(ROWS)


def test_what_is_listed_too_large_is_never_fetched(
    coalition: Callable[..., Coalition], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = coalition()
    fetched: list[str] = []
    whole = FolderStore.get_version

    def get_version(self: FolderStore, key: str, version: str) -> bytes | None:
        fetched.append(key)
        return whole(self, key, version)

    monkeypatch.setattr(FolderStore, "get_version", get_version)
    monkeypatch.setenv("CAIRN_LIMIT_FILE_MB", "1")
    limits.limits.cache_clear()
    made.drop("alpha/q1.csv", TEXT + " " * 2**20)
    made.drop("beta/q1.csv", TEXT)
    made.collect()
    (found,) = made.receipt("alpha/q1.csv")["findings"]
    assert (found["code"], made.receipt("alpha/q1.csv")["sha256"]) == ("limit_file_mb", "")
    assert made.receipt("beta/q1.csv")["outcome"] == "accepted"
    assert made.collect().receipts == ()
    made.write("agenda.yml", (made.path / "agenda.yml").read_text().replace("[Port]", "[Port, Haven]"))
    assert [receipt.outcome for receipt in made.collect().receipts if receipt.partner == "alpha"] == ["rejected"]
    assert made.collect().receipts == ()  # also under another contract it is refused once
    assert set(fetched) == {"inbox/beta/q1.csv"}
    assert len(list(made.store.list("submissions/"))) == 1
    made.drop("alpha/q1.csv", TEXT)
    assert [receipt.outcome for receipt in made.collect().receipts] == ["accepted"]
    monkeypatch.undo()
    limits.limits.cache_clear()
