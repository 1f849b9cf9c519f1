"""Reads an initiative folder into its typed models, and says file, line and key of whatever is wrong.

    initiative.yml  agenda.yml  partners.yml      required
    activities.yml  stories/<period>.yml          optional

A long list may live in a CSV beside its YAML: ``places: {file: places.csv, common: {level: county}}``;
each row is one entry, on top of what is ``common`` to all. ``${NAME}`` in a value is taken from the environment.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from agenda import settings
from agenda.errors import ConfigurationError, Problem
from agenda.model import Activities, Agenda, Initiative, Layout, Partner, Partners, Story

T = TypeVar("T", bound=BaseModel)
Path_ = tuple[str | int, ...]
"""Where an entry stands in its file: keys and list positions from the top."""
Marks = dict[Path_, tuple[str, int]]


@dataclass(frozen=True)
class Source:
    """One file as read: its data, and the line on which each entry stands."""

    name: str
    data: Any
    marks: Mapping[Path_, tuple[str, int]]  # file and line of each entry

    def problem(self, path: Path_, message: str) -> Problem:
        """A problem at ``path``, or at the nearest entry above it that has a line."""
        at = path
        while at and at not in self.marks:
            at = at[:-1]
        file, line = self.marks.get(at, (self.name, 1))
        return Problem(file, line, ".".join(map(str, path)), message)


@dataclass(frozen=True)
class Folder:
    """An initiative folder, read and checked in shape. ``sources`` keep the lines for later checks."""

    path: Path
    initiative: Initiative
    agenda: Agenda
    partners: Partners
    activities: Activities
    stories: Mapping[str, Story]
    sources: Mapping[str, Source]
    names: frozenset[str]  # of every file that was read

    def layouts_of(self, partner: Partner) -> dict[str, Layout]:
        return {name: self.partners.layouts[name] for name in partner.layouts}

    def story(self, period: str) -> Story:
        return self.stories.get(period, Story())

    def files(self) -> dict[str, bytes]:
        """The agenda as an edition keeps it: every file that was read, by its path in the folder."""
        return {name: (self.path / name).read_bytes() for name in sorted(self.names)}

    def digest(self) -> str:
        """SHA-256 over names and contents of all files that make up the agenda."""
        total = hashlib.sha256()
        for name, content in self.files().items():
            total.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
        return total.hexdigest()


def read_folder(path: Path) -> Folder:
    """The initiative in ``path``.

    Raises `ConfigurationError` with every problem of shape found in any of its files.
    """
    if not (path / "initiative.yml").is_file():
        raise ConfigurationError(
            f"{path} holds no initiative.yml. Name an initiative's folder with --initiative DIR, "
            "or make one with: cairn init DIR"
        )
    reader = _Reader(path)
    initiative = reader.model("initiative.yml", Initiative)
    agenda = reader.model("agenda.yml", Agenda)
    partners = reader.model("partners.yml", Partners)
    activities = reader.model("activities.yml", Activities, required=False)
    names = sorted(p.name for p in (path / "stories").glob("*.yml"))
    stories = {name.removesuffix(".yml"): reader.model(f"stories/{name}", Story) for name in names}
    if reader.problems:
        raise ConfigurationError(f"{path} can't be used as it is:", reader.problems)
    reader.names.update(series.file for series in agenda.reference)
    return Folder(path, initiative, agenda, partners, activities, stories, reader.sources, frozenset(reader.names))


class _Reader:
    """Reads file after file, collecting problems instead of stopping at the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {}
        self.names: set[str] = set()

    def model(self, name: str, type_: type[T], required: bool = True) -> T:
        if not required and not (self.path / name).is_file():
            return type_()
        source = self._source(name)
        try:
            return type_.model_validate(source.data)
        except ValidationError as error:
            seen = {(p.line, p.key, p.message) for p in self.problems}
            for problem in _problems(source, type_, error):
                if (problem.line, problem.key, problem.message) not in seen:
                    self.problems.append(problem)
            return type_.model_construct()

    def _source(self, name: str) -> Source:
        try:
            text = (self.path / name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.problems.append(Problem(name, 1, "", "this file is missing"))
            return Source(name, {}, {})
        except UnicodeDecodeError as error:
            self.problems.append(Problem(name, 1, "", f"is not UTF-8 text ({error.reason}); save it as UTF-8"))
            return Source(name, {}, {})
        self.names.add(name)
        marks: Marks = {}
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            data = self._build(name, node, (), marks) if node else {}
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(Problem(name, line, "", f"is not readable YAML: {error.problem}"))
            data = {}
        source = Source(name, data, marks)
        self.sources[name] = source
        return source

    def _build(self, name: str, node: yaml.Node, path: Path_, marks: Marks) -> Any:
        """The node's data; marks each entry's line, refuses a key given twice."""
        line = node.start_mark.line + 1
        marks.setdefault(path, (name, line))
        if isinstance(node, yaml.SequenceNode):
            return [self._build(name, child, (*path, i), marks) for i, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            data: dict[str, Any] = {}
            for key_node, child in node.value:
                key, key_line = str(key_node.value), key_node.start_mark.line + 1
                if key in data:
                    self.problems.append(Problem(name, key_line, key, "is given twice; keep one"))
                marks[(*path, key)] = (name, key_line)
                data[key] = self._build(name, child, (*path, key), marks)
            is_list = "file" in data and set(data) <= {"file", "common"}
            return self._listed(name, data, path, marks) if is_list else data
        value = yaml.SafeLoader("").construct_object(node)
        return self._environment(name, value, line) if isinstance(value, str) else value

    def _listed(self, name: str, data: dict[str, Any], path: Path_, marks: Marks) -> Any:
        """The entries of a CSV list, each row on top of what is common; empty cells are left out."""
        file = str(data["file"])
        if not (self.path / file).is_file():
            key = ".".join(map(str, path))
            self.problems.append(Problem(*marks[path], key, f"there is no file {file} beside {name}"))
            return []
        self.names.add(file)
        with (self.path / file).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        marks |= {(*path, i): (file, i + 2) for i in range(len(rows))}
        return [dict(data.get("common", {})) | {k: _cell(k, v) for k, v in row.items() if v} for row in rows]

    def _environment(self, name: str, value: str, line: int) -> str:
        def filled(match: re.Match[str]) -> str:
            found = settings.variable(match[1])
            if found is None:
                message = f"the environment has no {match[1]}; set it before running cairn"
                self.problems.append(Problem(name, line, match[0], message))
            return found or ""

        return re.sub(r"\$\{(\w+)\}", filled, value)


def _cell(column: str, text: str) -> Any:
    return text.split("|") if column == "aliases" else text


def _problems(source: Source, type_: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors():
        path = tuple(part for part in detail["loc"] if not str(part).startswith(("function-", "constrained-")))
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            message = "is not a key that is known here" + nearest(str(path[-1]), _siblings(type_, path))
        elif detail["type"] == "missing":
            message = "is missing; it must be given"
        elif detail["type"] == "literal_error":
            message = f"{detail['input']!r} is not one of: {detail['ctx']['expected']}"
        elif detail["type"] == "string_pattern_mismatch":
            message = f"{detail['input']!r} can't be an id here; it must fit {detail['ctx']['pattern']}"
        yield source.problem(path, message)


def _siblings(type_: Any, path: Path_) -> list[str]:
    """The keys that are known where the last part of ``path`` was found."""
    fields: list[str] = []
    for part in path[:-1]:
        if isinstance(part, str) and (field := _models_in(type_).get(part)):
            type_ = field
    for model in _entry_types(type_):
        fields += [f.alias or name for name, f in model.model_fields.items()]
    return fields


def _models_in(type_: Any) -> dict[str, Any]:
    return {
        field.alias or name: field.annotation
        for model in _entry_types(type_)
        for name, field in model.model_fields.items()
    }


def _entry_types(type_: Any) -> list[type[BaseModel]]:
    """The models inside an annotation: ``tuple[Place, ...]`` holds Place."""
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        return [type_]
    return [model for argument in getattr(type_, "__args__", ()) for model in _entry_types(argument)]


def nearest(wrong: str, known: Collection[str]) -> str:
    """`` (did you mean 'x'?)`` for the closest known name, or the whole list where it is short."""
    close = difflib.get_close_matches(wrong, sorted(known), n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(sorted(known))}" if 0 < len(known) <= 12 else ""
