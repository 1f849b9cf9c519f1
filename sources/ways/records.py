"""Records that were asked for, as the bytes of a submission: one JSON object a line, in the order they came.

Where only new ones are asked for, the version of a delivery is a `Bookmark`: how far the records reached. It is read
from the last delivery that was committed, and the request begins at it again: so a kill anywhere loses nothing, and
records that bear the same time as the newest known are not passed over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from agenda.errors import Unavailable
from sources.files.limits import limits

Record = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a source held, as a file of that name. The same ``version`` means that nothing is new."""

    name: str
    content: bytes
    version: str


@dataclass(frozen=True)
class Bookmark:
    """The newest value of the cursor that was delivered, and the records that bear it, by their digest."""

    at: Any  # a JSON value
    digest: str

    @property
    def version(self) -> str:
        return f"{json.dumps(self.at)} {self.digest}"

    @classmethod
    def read(cls, version: str) -> Bookmark | None:
        """The bookmark that a delivery's version is; None where everything was asked for."""
        at, _, digest = version.rpartition(" ")
        return cls(json.loads(at), digest) if at else None


Since = Callable[[str], "Bookmark | None"]
"""Up to where a list of records, by its name, was delivered."""


def whole(name: str, records: Iterable[Record]) -> Answer:
    """All that a source holds. Its version doesn't depend on the order: servers need not keep one."""
    lines = list(_lines(records))
    return Answer(f"{name}.ndjson", b"".join(lines), digest_of(lines))


def newer(name: str, records: Iterable[tuple[Any, Record]], last: Bookmark | None) -> Answer | None:
    """What is new since ``last``: records with their cursors, where those that ``last`` knows may come once more."""
    pairs = list(records)
    cursors = [_plain(cursor) for cursor, _ in pairs]
    lines = list(zip(cursors, _lines(record for _, record in pairs), strict=True))
    if last:
        lines = [(cursor, line) for cursor, line in lines if cursor >= last.at]
    if last and digest_of([line for cursor, line in lines if cursor == last.at]) == last.digest:
        lines = [(cursor, line) for cursor, line in lines if cursor != last.at]
    if not lines:
        return None
    newest = max(cursor for cursor, _ in lines)
    mark = Bookmark(newest, digest_of([line for cursor, line in lines if cursor == newest]))
    file = f"{name}-{_spelled(newest)}.ndjson"
    return Answer(file, b"".join(line for _, line in lines), mark.version)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that led to it; dlt wraps what a server said several times."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def in_one_line(error: BaseException) -> str:
    """The root of what went wrong, for want of better words."""
    root = list(causes(error))[-1]
    return " ".join(f"{type(root).__name__}: {root}".split())[:300]


def digest_of(lines: Collection[bytes]) -> str:
    """SHA-256 over the lines, whatever their order."""
    return hashlib.sha256(b"".join(sorted(lines))).hexdigest()


def _lines(records: Iterable[Record]) -> Iterator[bytes]:
    size, most = 0, limits().file_mb
    for record in records:
        line = json.dumps(record, ensure_ascii=False, default=_plain).encode(errors="replace") + b"\n"
        size += len(line)
        if size > most * 2**20:
            raise Unavailable(f"it holds more than {most} MB; ask for less, or raise CAIRN_LIMIT_FILE_MB")
        yield line


def _plain(value: Any) -> Any:
    """A value as JSON has it. A number stays one where that is exact, and is text otherwise."""
    if isinstance(value, Decimal):
        if value == value.to_integral_value() and abs(value) < 2**53:
            return int(value)
        return float(value) if Decimal(repr(float(value))) == value else format(value, "f")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _spelled(cursor: Any) -> str:
    """A cursor as part of a file's name."""
    return "".join(sign if sign.isalnum() or sign in ".+" else "-" for sign in str(cursor))
