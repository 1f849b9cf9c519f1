"""Finished pages kept on this machine, each under the name of all that it follows from: the same page is made once.

Only a shortcut, private to the machine: pages of drafts are in it. It can be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from reports.rendering.converters import VERSIONS

_MAKERS = ("converters.py", "pandoc.lua")


class Shelf:
    """The pages of one project, in a folder of its own. Safe for threads and for processes."""

    def __init__(self, folder: Path, project: Path, settings: Mapping[str, Any], timestamp: datetime) -> None:
        self._folder, self._project, self._settings, self._timestamp = folder, project, settings, timestamp
        self._wanted: set[Path] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def find(self, text: str, format_: str) -> bytes | None:
        """The finished page of this text, if it was made before."""
        try:
            return self._place(text, format_).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, text: str, format_: str, content: bytes) -> None:
        place = self._place(text, format_)
        new = place.with_name(f"{place.name}.{id(content)}.new")
        new.write_bytes(content)
        new.replace(place)

    def clear(self) -> None:
        """Keeps what was asked for and nothing else, so that the folder doesn't grow."""
        for path in set(self._folder.iterdir()) - self._wanted:
            path.unlink(missing_ok=True)

    def _place(self, text: str, format_: str) -> Path:
        facts = [text, format_, *self._shared, *(self._typeset if format_ != "html" else ())]
        place = self._folder / hashlib.sha256(json.dumps(facts).encode()).hexdigest()
        self._wanted.add(place)
        return place

    @cached_property
    def _shared(self) -> list[str]:
        """What each page follows from: the renderer, the settings and the templates; not which pages there are."""
        settings = {key: value for key, value in self._settings.items() if key != "project"}
        paths = (self._project / each["template"] for each in settings["format"].values() if "template" in each)
        templates = (path.read_text(encoding="utf-8") for path in sorted(paths))
        return [_makers(), json.dumps(settings), *templates]

    @cached_property
    def _typeset(self) -> list[str]:
        """What goes into a paper beside its text: the time, and any of the project's drawings, pictures and fonts."""
        parts = [p for p in sorted(self._project.rglob("*")) if p.is_file() and p.suffix not in (".qmd", ".yml")]
        digests = (f"{p.relative_to(self._project)} {_digest(p)}" for p in parts)
        return [self._timestamp.isoformat(), *digests]


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def _makers() -> str:
    return " ".join([VERSIONS, *(_digest(Path(__file__).with_name(name)) for name in _MAKERS)])
