"""The cells of all editions by what they count and how many that is: cells of equal key and value are the same."""

from __future__ import annotations

from dataclasses import dataclass

from reports.disclosure.groups import Key


@dataclass(slots=True)
class Facts:
    """Of one cell of one value: how it is seen."""

    is_shown_now: bool = False
    is_out: bool = False
    was_marked: bool = False
    was_hidden: bool = False
    is_rest: bool = False


class Counts:
    """The cells by number; a text names one that no edition has, as it only follows from others."""

    def __init__(self) -> None:
        self.names: list[tuple[Key | str, float]] = []
        self.facts: list[Facts] = []
        self._at: dict[tuple[Key | str, float], int] = {}

    def cell(self, key: Key | str, value: float) -> int:
        at = self._at.setdefault((key, value), len(self.names))
        if at == len(self.names):
            self.names.append((key, value))
            self.facts.append(Facts())
        return at

    def value(self, cell: int) -> float:
        return self.names[cell][1]
