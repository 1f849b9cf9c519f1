"""Everything Cairn raises on purpose, and the exit code the command line gives it.

    CairnError
    ├── HeldBack            1   findings or a gate hold the work back; a person decides
    ├── ConfigurationError  2   the call or the initiative folder is wrong; carries Problems
    └── Unavailable         3   a bucket, an API, the disk failed; trying again may help

Anything else that is raised is a defect of Cairn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class CairnError(Exception):
    """Base of all errors that are explained to the person at the command line."""

    exit_code = 1


class HeldBack(CairnError):
    """A finding, a missing approval or a missing policy holds the work back."""

    exit_code = 1


class Unavailable(CairnError):
    """Something outside Cairn failed: the store, an API, the disk, a renderer."""

    exit_code = 3


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in an initiative folder: where it is, what it is, how to mend it."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        key = f" {self.key}:" if self.key else ""
        return f"{self.file}:{self.line}:{key} {self.message}"


class ConfigurationError(CairnError):
    """The call or the configuration is wrong. ``problems`` holds every one that was found."""

    exit_code = 2

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join([message, *map(str, self.problems)]))
