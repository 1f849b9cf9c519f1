"""docs/keys.md names every key that an initiative's files may have, and no other, with its default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from agenda.entry import Entry
from agenda.model import Agenda, Initiative, Partners
from agenda.stories import Activities, Story

PAGE = Path(__file__).resolve().parents[2] / "docs" / "keys.md"
FILES = (Initiative, Agenda, Partners, Activities, Story)


def within(annotation: Any) -> Iterator[type[Entry]]:
    """The models that stand somewhere in a type."""
    if isinstance(annotation, type) and issubclass(annotation, Entry):
        yield annotation
    for part in get_args(annotation):
        yield from within(part)


def models(*roots: type[Entry]) -> Iterator[type[Entry]]:
    """Every model that a file may hold, each where it comes first."""
    open_, seen = list(reversed(roots)), set()
    while open_:
        model = open_.pop()
        if model not in seen:
            seen.add(model)
            yield model
            open_ += reversed([m for field in model.model_fields.values() for m in within(field.annotation)])


def told(field: FieldInfo) -> str:
    """A default as the page writes it."""
    if field.is_required():
        return "required"
    if isinstance(field.default, Entry):
        return "see below"
    if isinstance(field.default, bool):
        return f"`{'yes' if field.default else 'no'}`"
    if isinstance(field.default, tuple) and field.default:
        return f"`[{', '.join(map(str, field.default))}]`"
    return "" if field.default in (None, "", (), {}) else f"`{field.default}`"


def test_every_key_is_told_with_its_default_and_no_other() -> None:
    parts = re.split(r"^##+ .*: `(\w+)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    page = {
        name: re.findall(r"^\| `(\w+)` \| (.*?) ?\| .*\S.* \|$", table, flags=re.MULTILINE)
        for name, table in zip(parts[::2], parts[1::2], strict=True)
    }
    read = {
        model.__name__: [(field.alias or name, told(field)) for name, field in model.model_fields.items()]
        for model in models(*FILES)
    }
    assert len(read) > 40
    assert page == read
    assert list(page) == list(read)
