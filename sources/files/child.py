"""The process that opens what must be unpacked or parsed: one file after the other, from its input to its output.

It may die of what it reads; `sources.files.children` then starts another. It has no environment (so no secrets), writes
no file, and can use no more memory and time than it is told.

A request is a line of JSON (the manner, the headings, the limits, the size) and the file's bytes. The answer is its
two sizes, JSON, and the sheet's rows as Arrow IPC; or, for those, the finding that says why there are none.
"""

from __future__ import annotations

import contextlib
import json
import resource
import struct
import sys
from dataclasses import asdict, replace
from typing import Any, BinaryIO

import pyarrow as pa

from sources.files import documents, text, workbooks
from sources.files.kinds import kind_of
from sources.files.limits import MB, Limits, beyond, check
from sources.files.manner import Manner
from sources.files.readers import Note, Other, Sheet, Unreadable
from sources.files.unpack import unpacked
from sources.letters.findings import Finding, finding

SIZES = struct.Struct("<QQ")
"""Bytes of an answer's JSON, and of its rows."""
ALIGNED = 64
"""The rows begin at a multiple of as many bytes. Elsewhere processors may not like to read numbers, and Arrow says so
at the terminal, many times over."""


def open_file(content: bytes, manner: Manner, headings: frozenset[str], limits: Limits) -> Sheet:
    """The sheet of a file of any kind. Raises `Unreadable`."""
    check("file_mb", -(-len(content) // MB), limits)
    kind, content = unpacked(content, limits, kind_of)
    if kind == "workbook":
        return workbooks.read(content, manner, headings, limits)
    if not content.strip(b"\0 \t\r\n"):
        raise Unreadable(finding("file_empty"))
    if kind == "json":
        return documents.read_json(content, manner, headings, limits)
    if kind == "parquet":
        return documents.read_parquet(content, manner, limits)
    return text.read(content, manner, headings, limits)


def encoded(sheet: Sheet | Finding) -> tuple[dict[str, Any], pa.Buffer]:
    """A sheet, or the finding instead of one, as JSON and Arrow IPC."""
    if isinstance(sheet, Finding):
        return {"finding": asdict(sheet)}, pa.py_buffer(b"")
    said = asdict(replace(sheet, table=None, rows=None))
    sink = pa.BufferOutputStream()
    table = sheet.table.append_column("row", sheet.rows)
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return said, sink.getvalue()


def decoded(said: dict[str, Any], body: bytes | memoryview) -> Sheet | Unreadable:
    """What `encoded` made of a sheet."""
    if "finding" in said:
        return Unreadable(_finding(said["finding"]))
    table = pa.ipc.open_stream(body).read_all()
    rows = table["row"].combine_chunks()
    return Sheet(
        tuple(said["header"]), table.drop_columns("row"), rows, tuple(map(_finding, said["faults"])),
        said["blank_rows"], said["is_workbook"], said["name"], said["first_column"],
        tuple(Note(**note) for note in said["notes"]),
        tuple(Other(o["name"], o["first_column"], tuple(map(tuple, o["rows"]))) for o in said["others"]),
    )  # fmt: skip


def _finding(said: dict[str, Any]) -> Finding:
    return Finding(**{**said, "details": tuple((name, detail) for name, detail in said["details"])})


def _answer(request: dict[str, Any], content: bytes) -> Sheet | Finding:
    limits = Limits(**request["limits"])
    try:
        manner = Manner(**request["manner"])
        return open_file(content, manner, frozenset(request["headings"]), limits)
    except Unreadable as error:
        return error.finding
    except MemoryError:
        return beyond("memory_mb", limits).finding
    except RecursionError:
        return beyond("depth", limits).finding
    except Exception as error:
        return finding("file_defect", reason=f"{type(error).__name__}: {error}".split("\n")[0][:300])
    except BaseException as error:  # a panic of the library that reads workbooks; it only panics at damaged ones
        if "Panic" not in type(error).__name__:
            raise
        return finding("file_unreadable", reason="the workbook is damaged")


def _confine(limits: Limits) -> None:
    """As far as this system can: no more memory than now plus the limit, no files, a few seconds of work from now."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm") as memory:
        used = int(memory.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + limits.memory_mb * MB, resource.RLIM_INFINITY))


def _give_time(limits: Limits) -> None:
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + limits.seconds + 1, resource.RLIM_INFINITY))


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer one request after the other until there are no more."""
    is_confined = False
    while line := asked.readline():
        request = json.loads(line)
        limits = Limits(**request["limits"])
        if not is_confined:
            _confine(limits)
            is_confined = True
        _give_time(limits)
        said, body = encoded(_answer(request, asked.read(request["size"])))
        words = json.dumps(said).encode()
        words += b" " * (-len(words) % ALIGNED)
        answers.write(SIZES.pack(len(words), body.size) + words)
        answers.write(body)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
