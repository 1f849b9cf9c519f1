"""How bytes are written: CSV, gzip and XLSX that come out the same, byte for byte, at every run."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime

NOTICE = "Made up: an example of Cairn. No person or organisation stands behind any number."


def csv_bytes(rows: Iterable[Sequence[object]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def gzip_bytes(content: bytes) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", mtime=0, fileobj=packed) as stream:  # no name and no time in its header
        stream.write(content)
    return packed.getvalue()


def xlsx_bytes(sheet: str, rows: Iterable[Sequence[object]], saved: datetime) -> bytes:
    """A workbook of one sheet that says in its properties that it is made up. ``saved`` stands for the clock."""
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.properties.description = NOTICE
    book.properties.created = saved
    written = io.BytesIO()
    book.save(written)
    return _with_time(written.getvalue(), saved)


def _with_time(workbook: bytes, saved: datetime) -> bytes:
    """The workbook with every trace of the clock replaced; openpyxl stamps its parts and their archive."""
    told = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(told, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                stamp = rb"\g<1>" + f"{saved:%Y-%m-%dT%H:%M:%SZ}".encode()
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", stamp, content)
            new.writestr(zipfile.ZipInfo(name, saved.timetuple()[:6]), content)
    return told.getvalue()
