"""Unpacking: gzip and zip around one file, and the parts of a workbook. Nothing is ever written to the disk.

What a packed file says of its own size is not believed: it is unpacked in portions, and no further than the limits.
"""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from sources.files.limits import MB, Limits, beyond, check
from sources.files.readers import Unreadable
from sources.letters.findings import finding

PORTION = 2**20
SMALL = 16 * MB
"""Up to here the ratio doesn't matter: a workbook of one repeated row is harmless and packs very well."""
LEFT_BY_PROGRAMS = ("__MACOSX/", ".", "~$", "Thumbs.db", "desktop.ini")


@dataclass
class Budget:
    """What one file may still unpack to, over all its layers and members."""

    packed: int
    limits: Limits
    unpacked: int = 0

    def take(self, count: int) -> None:
        """Raises `Unreadable` where ``count`` more bytes are too many."""
        self.unpacked += count
        check("unpacked_mb", -(-self.unpacked // MB), self.limits)
        if self.unpacked > SMALL:
            check("ratio", self.unpacked // max(1, self.packed), self.limits)


def gunzipped(content: bytes, budget: Budget) -> bytes:
    """What a gzip file holds, all its parts joined. Raises `Unreadable`."""
    parts: list[bytes] = []
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            while part := stream.read(PORTION):
                budget.take(len(part))
                parts.append(part)
    except EOFError as error:
        raise Unreadable(finding("file_unreadable", reason="its compression ends too early")) from error
    except (OSError, zlib.error) as error:
        raise Unreadable(finding("file_unreadable", reason="its compression is damaged")) from error
    return b"".join(parts)


class Archive:
    """A zip file's members, within the limits. Raises `Unreadable` for one that can't be trusted."""

    def __init__(self, content: bytes, budget: Budget) -> None:
        self._budget = budget
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise Unreadable(finding("file_unreadable", reason="its compression ends too early")) from error
        self._members = {member.filename: member for member in self._zip.infolist() if not member.is_dir()}
        check("members", len(self._members), budget.limits)
        for member in self._members.values():
            _trust(member)

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def read(self, name: str) -> bytes:
        """One member's bytes, counted against the budget."""
        parts: list[bytes] = []
        with _in_words(), self._zip.open(self._members[name]) as stream:
            while part := stream.read(PORTION):
                self._budget.take(len(part))
                parts.append(part)
        return b"".join(parts)

    def data_names(self) -> list[str]:
        """Members that somebody put there: not what programs leave beside them."""
        return [
            name
            for name in self.names
            if not name.startswith("__MACOSX/") and not PurePosixPath(name).name.startswith(LEFT_BY_PROGRAMS)
        ]


def _trust(member: zipfile.ZipInfo) -> None:
    """Raises `Unreadable` for a member that points elsewhere, or is locked."""
    path = PurePosixPath(member.orig_filename.replace("\\", "/"))
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if is_link or path.is_absolute() or ".." in path.parts or "\0" in member.orig_filename or ":" in path.parts[0]:
        raise Unreadable(finding("zip_path", value=member.orig_filename.replace("\0", "")))
    if member.flag_bits & 1:
        raise Unreadable(finding("file_locked"))


@contextmanager
def _in_words() -> Iterator[None]:
    """Turns what is raised for damaged bytes into a finding."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Unreadable(finding("file_unreadable", reason="its compression is damaged")) from error


def unpacked(content: bytes, limits: Limits, kind_of: Callable[[bytes], str]) -> tuple[str, bytes]:
    """Kind and bytes of the one file within ``content``; its own where it isn't packed. Raises `Unreadable`.

    A workbook is a zip file too: ``kind_of`` tells it from one that is packed around a file.
    """
    budget = Budget(len(content), limits)
    layers = 0
    while (kind := kind_of(content)) == "packed":
        layers += 1
        if layers > limits.layers:
            raise beyond("layers", limits)
        is_gzip = content.startswith(b"\x1f\x8b")
        content = gunzipped(content, budget) if is_gzip else _only_member(Archive(content, budget))
    return kind, content


def _only_member(archive: Archive) -> bytes:
    names = archive.data_names()
    if not names:
        raise Unreadable(finding("zip_empty"))
    if len(names) > 1:
        found = ", ".join(_few(names))
        raise Unreadable(finding("zip_several", count=len(names), found=found))
    return archive.read(names[0])


def _few(names: list[str]) -> Iterator[str]:
    yield from (f"“{name[:60]}”" for name in names[:5])
    if len(names) > 5:
        yield "…"
