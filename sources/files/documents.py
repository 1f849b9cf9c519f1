"""Documents of programs: JSON, records line by line (NDJSON), and Parquet, as a sheet of text.

A record is a row; its number is that of the record, or of its line. What lies within a record is a column named by
its path: ``{"place": {"name": "Harbor"}}`` has ``place/name``. Numbers stay as they are written.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sources.files.encodings import decode
from sources.files.headers import Header, find
from sources.files.limits import Limits, beyond, check
from sources.files.manner import UNCLEAR, Manner
from sources.files.readers import Rows, Sheet, Unreadable
from sources.letters.findings import Finding, finding

Record = dict[str, str]
DIGITS = 30
"""More than any amount of anything has."""
LOOKS_LIKE_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\[{\]])")


def read_json(content: bytes, manner: Manner, headings: frozenset[str], limits: Limits) -> Sheet:
    """The records of a JSON document or of its lines. Raises `Unreadable`."""
    decoded = decode(content, manner.encoding, headings)
    faults = list(decoded.faults)
    try:
        found = _parsed(decoded.text, manner)
        numbered = list(enumerate(_records(found), 1))
    except ValueError as error:
        numbered = list(_lines(decoded.text, manner, faults, limits))
        if not numbered:
            raise Unreadable(finding("file_unreadable", reason=str(error))) from error
    except RecursionError:
        raise beyond("depth", limits) from None
    if numbered and all(isinstance(one, list) for _, one in numbered):
        return _grid(numbered, manner, headings, faults, limits)
    return _sheet(numbered, faults, limits)


def _parsed(text: str, manner: Manner) -> Any:
    """Numbers as they are written: ``0.10`` may be a code. Raises `ValueError` where the text is no JSON."""
    number = partial(Written, has_commas=manner.has_commas)
    return json.loads(text, parse_float=number, parse_int=_whole, object_pairs_hook=_object)


def _whole(text: str) -> int | Written:
    return int(text) if len(text) <= DIGITS else Written(text)


class Twice(dict[str, Any]):
    """A record that gives one name more than once: which of its values holds can't be told."""

    name = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    twice, seen = Twice(made), set[str]()
    twice.name = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
    return twice


class Written(float):
    """A number that knows how it was written; ``1e3`` in digits, unless that takes hundreds of them.

    ``has_commas``: where a text ``1.125`` may be thousands, the number is ``1,125``.
    """

    text: str

    def __new__(cls, text: str, has_commas: bool = False) -> Written:
        number = super().__new__(cls, text)
        try:
            exact = Decimal(text)
        except ArithmeticError:  # an exponent beyond everything
            number.text = text
            return number
        number.text = format(exact, "f") if "e" in text.lower() and abs(exact.adjusted()) < DIGITS else text
        if has_commas and re.match(UNCLEAR, number.text):
            number.text = number.text.replace(".", ",")
        return number


def _records(found: Any) -> list[Any]:
    """The list of records: the document itself, or the one list that it wraps, as answers of APIs do; or one alone."""
    if isinstance(found, list):
        return found
    if not isinstance(found, dict):
        raise Unreadable(finding("json_no_records"))
    lists = [value for value in found.values() if isinstance(value, list) and all(isinstance(x, dict) for x in value)]
    lists = [value for value in lists if value] or lists
    return lists[0] if len(lists) == 1 else [found]


def _lines(text: str, manner: Manner, faults: list[Finding], limits: Limits) -> Iterator[tuple[int, Any]]:
    """One record a line; a line that is none is a fault of its own."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, _parsed(line, manner)
            except ValueError as error:
                faults.append(finding("row_json", row=number, reason=getattr(error, "msg", str(error))))
            except RecursionError:
                raise beyond("depth", limits) from None


def _sheet(numbered: Sequence[tuple[int, Any]], faults: list[Finding], limits: Limits) -> Sheet:
    records: list[tuple[int, Record]] = []
    names: dict[str, None] = {}
    for number, one in numbered:
        if not isinstance(one, dict):
            faults.append(finding("row_json", row=number, reason="it is no record with names and values"))
            continue
        record: Record = {}
        twice = None
        for name, text in _flat(one, "", 1, limits):
            twice = name if text is None or name in record else twice
            record[name] = text or ""
        if twice is not None:
            faults.append(finding("column_twice", row=number, column=twice))
            names.update(dict.fromkeys(record))
            continue
        names.update(dict.fromkeys(record))
        records.append((number, record))
        check("columns", len(names), limits)
        check("cells", len(names) * len(records), limits)
    if not records or not names:
        raise Unreadable(finding("file_empty") if not faults else finding("json_no_records"))
    rows, blank = Rows(len(names)), 0
    for number, record in records:
        cells = [record.get(name, "") for name in names]
        if any(cell.strip() for cell in cells):
            rows.add(number, cells)
        else:
            blank += 1
    table, row_numbers = rows.table()
    return Sheet(tuple(names), table, row_numbers, tuple(faults), blank, is_workbook=True)


def _flat(value: dict[str, Any], path: str, depth: int, limits: Limits) -> Iterator[tuple[str, str | None]]:
    """A record's values by their paths, None for a name given twice; a list within it stays the JSON that it is."""
    check("depth", depth, limits)
    if isinstance(value, Twice):
        yield f"{path}{_clean(value.name, limits)}", None
    for name, found in value.items():
        clean = f"{path}{_clean(name, limits)}"
        if isinstance(found, dict):
            yield from _flat(found, f"{clean}/", depth + 1, limits)
        else:
            _check_depth(found, depth + 1, limits)
            yield clean, _clean(_text(found), limits)


def _check_depth(found: Any, depth: int, limits: Limits) -> None:
    """Raises `Unreadable` where lists and records lie too deep within one another."""
    if isinstance(found, list | dict):
        check("depth", depth, limits)
        for one in found.values() if isinstance(found, dict) else found:
            _check_depth(one, depth + 1, limits)


def _clean(text: str, limits: Limits) -> str:
    check("cell_characters", len(text), limits)
    return text.encode("utf-8", "replace").decode()  # half of a pair, as \ud800, is no letter


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Written):
        return value.text
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _grid(
    numbered: Sequence[tuple[int, Any]], manner: Manner, headings: frozenset[str], faults: list[Finding], limits: Limits
) -> Sheet:
    """Lists of lists: a table whose header stands among its rows."""
    for _, row in numbered:
        _check_depth(row, 1, limits)
    cells = [[_clean(_text(cell), limits) for cell in row] for _, row in numbered]
    header = find(cells, headings, manner.header_row)
    if header is None:
        raise Unreadable(finding("file_empty"))
    return _under(header, cells, faults, limits)


def _under(header: Header, cells: Sequence[Sequence[str]], faults: list[Finding], limits: Limits) -> Sheet:
    width = len(header.texts)
    check("columns", width, limits)
    check("cells", width * len(cells), limits)
    rows, blank = Rows(width), 0
    for number, row in enumerate(cells[header.last + 1 :], header.last + 2):
        if not any(cell.strip() for cell in row):
            blank += 1
        elif len(row) > width and any(cell.strip() for cell in row[width:]):
            faults.append(finding("row_cells", row=number, found=len(row), expected=width))
        else:
            rows.add(number, [*row[:width], *[""] * (width - len(row))])
    table, row_numbers = rows.table()
    sheet = Sheet(header.texts, table, row_numbers, tuple(faults), blank, is_workbook=True)
    if not sheet.rows_read:
        raise Unreadable(finding("file_empty"))
    return sheet


# -- Parquet ------------------------------------------------------------------------------------------


def read_parquet(content: bytes, manner: Manner, limits: Limits) -> Sheet:
    """The columns of a Parquet file as text. Raises `Unreadable`."""
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        check("columns", file.metadata.num_columns, limits)
        check("cells", file.metadata.num_columns * file.metadata.num_rows, limits)
        table = file.read(use_threads=False)
        while any(pa.types.is_struct(column.type) for column in table.columns):
            table = _without_structs(table)
        columns = [_column(column, manner.has_commas) for column in table.columns]
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        raise Unreadable(finding("file_unreadable", reason=str(error).split("\n")[0][:200])) from error
    if not table.num_rows:
        raise Unreadable(finding("file_empty"))
    texts = pa.table(columns, names=[f"c{i}" for i in range(len(columns))]).combine_chunks()
    return Sheet(tuple(table.column_names), texts, pa.arange(1, 1 + table.num_rows), is_workbook=True)


def _without_structs(table: pa.Table) -> pa.Table:
    """The table with the fields of its structs as columns of their own, named by their path."""
    columns: list[tuple[str, pa.ChunkedArray]] = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_struct(column.type):
            fields = [column.type.field(i).name for i in range(column.type.num_fields)]
            columns += [(f"{name}/{field}", pc.struct_field(column, [i])) for i, field in enumerate(fields)]
        else:
            columns.append((name, column))
    return pa.table([column for _, column in columns], names=[name for name, _ in columns])


def _column(column: pa.ChunkedArray, has_commas: bool) -> pa.ChunkedArray:
    """A column as text: dates as ISO, numbers without what their type adds, nothing for null.

    ``has_commas`` as in `Written`.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_integer(column.type):
        text = column.cast(pa.string())
    else:
        try:
            texts = [_plainly(value) for value in column.to_pylist()]
        except Exception:  # values beyond Python's: a day in the year 20,000, a billionth of a second
            texts = [_beyond(value) for value in column]
        text = pa.chunked_array([pa.array(texts, pa.string())])
        if has_commas and (pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
            text = pc.if_else(pc.match_substring_regex(text, UNCLEAR), pc.replace_substring(text, ".", ","), text)
    return pc.fill_null(text, "")


def _beyond(value: pa.Scalar) -> str | None:
    """A value that Python may not hold, as Arrow writes it; nothing where it can't either."""
    for read in (lambda: _plainly(value.as_py()), lambda: value.cast(pa.string()).as_py(), lambda: str(value.value)):
        with contextlib.suppress(Exception):
            return read()
    return None


def _plainly(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        text = format(Decimal(repr(value)) if isinstance(value, float) else value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        text = value.isoformat(" ")
        return text.removesuffix(" 00:00:00") if value.tzinfo is None else text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode()
    return str(value) if not isinstance(value, list | dict) else json.dumps(value, ensure_ascii=False, default=str)
