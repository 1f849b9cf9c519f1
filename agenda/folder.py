"""Reads an initiative folder into its typed models, and says file, line and key of whatever is wrong.

    initiative.yml  agenda.yml  partners.yml      required
    activities.yml  stories/<period>.yml          optional
    translations/<language>.yml                   what they say in another language (`agenda.in_language`)
    stories/<period>.<language>.yml

A long list may live in a CSV beside its YAML: ``places: {file: places.csv, common: {level: county}}``;
each row is one entry, on top of what is ``common`` to all. ``${NAME}`` in a value is taken from the environment.

Values stay as they are written until the model says what they are: ``01`` is no octal number, ``NO`` no falsehood,
``0.10`` not a float.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from agenda import settings
from agenda.errors import ConfigurationError, Problem
from agenda.model import Agenda, Initiative, Layout, Partner, Partners
from agenda.stories import Activities, Story
from agenda.ways_in import WAYS

T = TypeVar("T", bound=BaseModel)
Path_ = tuple[str | int, ...]
"""Where an entry stands in its file: keys and list positions from the top."""
Marks = dict[Path_, tuple[str, int]]
_NULL = "tag:yaml.org,2002:null"
_CONTROL = "\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff"
_PICTURES = "\ufe0f\U0001f000-\U0001faff"


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
    translations: Mapping[str, Mapping[str, Any]]  # by file
    sources: Mapping[str, Source]
    names: frozenset[str]  # of every file that was read

    def layouts_of(self, partner: Partner) -> dict[str, Layout]:
        return {name: self.partners.layouts[name] for name in partner.layouts}

    def story(self, period: str) -> Story:
        return self.stories.get(period, Story())

    def translation(self, language: str, period: str | None = None) -> Mapping[str, Any]:
        """What is translated into ``language``, or into its main kind (``es`` of ``es-MX``), as its file has it."""
        for name in dict.fromkeys((language, language.split("-")[0])):
            file = translation_file(name, period)
            if file in self.translations:
                return self.translations[file]
        return {}

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
    in_folders = [file for name in ("stories", "translations") for file in (path / name).glob("*.[Yy]*[Mm][Ll]")]
    for file in [path / "activities.yaml", *sorted(in_folders)]:
        if file.exists() and file.suffix != ".yml":
            renamed = file.relative_to(path).with_suffix(".yml")
            reader.problems.append(Problem(str(file.relative_to(path)), 1, "", f"is not read; rename it to {renamed}"))
    told = sorted(p.name.removesuffix(".yml") for p in (path / "stories").glob("*.yml"))
    stories = {name: reader.model(f"stories/{name}.yml", Story) for name in told if "." not in name}
    files = [f"stories/{name}.yml" for name in told if "." in name]
    files += sorted(f"translations/{p.name}" for p in (path / "translations").glob("*.yml"))
    translations = {file: reader.texts(file) for file in files}
    if reader.problems:
        raise ConfigurationError(f"{path} can't be used as it is:", reader.problems)
    beside = [series.file for series in agenda.reference] + [m.model.file for m in agenda.measures if m.model]
    reader.names.update(file for file in beside if misplaced(path, file) is None)
    names = frozenset(reader.names)
    return Folder(path, initiative, agenda, partners, activities, stories, translations, reader.sources, names)


def translation_file(language: str, period: str | None = None) -> str:
    """The file that translates what was agreed, or a quarter's story."""
    return f"translations/{language}.yml" if period is None else f"stories/{period}.{language}.yml"


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
        if source is not None:
            try:
                return type_.model_validate(source.data)
            except ValidationError as error:
                self.problems += dict.fromkeys(_problems(source, type_, error))
        return type_.model_construct()

    def texts(self, name: str) -> Mapping[str, Any]:
        """A file of texts under keys, and keys under keys."""
        source = self._source(name)
        if source is None:
            return {}
        for path, value in leaves(source.data):
            if isinstance(value, list):
                self.problems.append(source.problem(path, "is a list; give each text under its key or its original"))
        return source.data if isinstance(source.data, dict) else {}

    def _source(self, name: str) -> Source | None:
        """The file's data and lines; None, with the problem noted, where it can't be read at all."""
        text = self._text(name)
        if text is None:
            return None
        marks: Marks = {}
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            data = self._build(name, node, (), marks) if node else {}
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(Problem(name, line, "", f"is not readable YAML: {error.problem}"))
            return None
        except RecursionError:
            self.problems.append(Problem(name, 1, "", "nests without end; does an entry (&x) hold itself (*x)?"))
            return None
        except yaml.YAMLError as error:  # a control character: the reader knows no line
            self.problems.append(Problem(name, 1, "", f"is not readable YAML: {error}"))
            return None
        self.sources[name] = Source(name, data, marks)
        return self.sources[name]

    def _text(self, name: str) -> str | None:
        """The file's text, with its name noted as one that makes up the agenda."""
        try:
            text = (self.path / name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.problems.append(Problem(name, 1, "", "this file is missing"))
            return None
        except OSError as error:  # a folder of that name, say
            self.problems.append(Problem(name, 1, "", f"can't be read ({error.strerror}); put a file here"))
            return None
        except UnicodeDecodeError as error:
            self.problems.append(Problem(name, 1, "", f"is not UTF-8 text ({error.reason}); save it as UTF-8"))
            return None
        self.names.add(name)
        return text

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
        if node.tag == _NULL:
            return None
        value = node.value if _is_asked_later(path) else self._environment(name, node.value, line)
        return self._shown(name, line, path, value)

    def _listed(self, name: str, data: dict[str, Any], path: Path_, marks: Marks) -> Any:
        """The entries of a CSV list, each row on top of what is common; empty cells are left out."""
        file, common = data["file"], data.get("common") or {}
        if message := misplaced(self.path, file) or (None if isinstance(common, dict) else "'common' holds no keys"):
            self.problems.append(Problem(*marks[path], ".".join(map(str, path)), message))
            return []
        text = self._text(file)
        entries: list[dict[str, Any]] = []
        rows = csv.DictReader(io.StringIO(text or "", newline=""), restkey="", strict=True)
        try:
            for row in rows:
                marks[(*path, len(entries))] = (file, rows.line_num)
                if "" in row:
                    message = f"has {len(row.pop(''))} cell(s) more than the header names"
                    self.problems.append(Problem(file, rows.line_num, "", message))
                for key, cell in row.items():
                    self._shown(file, rows.line_num, (key,), cell or "")
                entries.append(common | {key: _cell(key, cell) for key, cell in row.items() if cell})
        except csv.Error as error:
            self.problems.append(
                Problem(file, rows.reader.line_num, "", f"is not readable CSV ({error}); is a quote left open?")
            )
        return entries

    def _shown(self, file: str, line: int, path: Path_, text: str) -> str:
        """The text without signs that a report can't show; the first of them is noted."""
        # Layouts say what partners write; that may have pictures, for no report shows it.
        unshown = f"[{_CONTROL}]" if path[:1] == ("layouts",) else f"[{_CONTROL}{_PICTURES}]"
        if found := re.search(unshown, text):
            sign = found[0] if found[0].isprintable() and found[0] != "\ufe0f" else f"U+{ord(found[0]):04X}"
            message = f"the report's fonts have no {sign}; take it out"
            self.problems.append(Problem(file, line, ".".join(map(str, path)), message))
        return re.sub(unshown, "", text)

    def _environment(self, name: str, value: str, line: int) -> str:
        def filled(match: re.Match[str]) -> str:
            found = settings.variable(match[1])
            if found is None:
                message = f"the environment has no {match[1]}; set it before running cairn"
                self.problems.append(Problem(name, line, match[0], message))
            return found or ""

        return re.sub(r"\$\{(\w+)\}", filled, value)


def leaves(data: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Whatever holds no keys of its own, with its path."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, data


def _is_asked_later(path: Path_) -> bool:
    """Whether an entry belongs to a partner's source, whose references wait until the partner is asked."""
    return path[:1] == ("partners",) and path[2:3] == ("source",)


def misplaced(folder: Path, file: Any) -> str | None:
    """Why ``file`` is no file of the initiative, or None. An edition carries these files, so none may lie elsewhere."""
    if not isinstance(file, str):
        return "'file' names one file"
    inside = (folder / file).resolve().is_relative_to(folder.resolve()) and ".." not in Path(file).parts
    if not inside or Path(file).is_absolute():
        return f"{file} lies outside the initiative's folder; move it beside the YAML"
    return None if (folder / file).is_file() else f"there is no file {file} in the initiative's folder"


def _cell(column: str, text: str) -> Any:
    """A cell of a list: ``aliases`` and ``layouts`` hold several values, with a bar between them."""
    return text.split("|") if column in ("aliases", "layouts") else text


_PLAINLY = {
    "missing": "is missing; it must be given",
    "too_short": "is empty; it needs at least one entry",
    "tuple_type": "is no list; write it like [one, another]",
    "union_tag_not_found": "needs keys of its own, above all 'kind'",
    **dict.fromkeys(("dict_type", "model_type"), "needs keys of its own"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "is neither yes nor no"),
    **dict.fromkeys(("int_from_float", "int_parsing", "int_type"), "is no whole number"),
}
"""What pydantic finds wrong, for those who write YAML and have never heard of it."""


def _problems(source: Source, type_: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors():
        loc = tuple(part for part in detail["loc"] if not str(part).startswith(("function-", "constrained-")))
        path = _written(source.data, loc, detail["type"])
        if detail["type"] == "too_short" and detail["input"]:
            continue  # its entries are wrong, which is said of each
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            message = "is not a key that is known here" + nearest(str(path[-1]), _siblings(type_, loc))
        elif detail["type"] == "union_tag_invalid":
            path = (*path, "preset" if "preset" in detail["input"] else "kind")
            said = str(detail["input"].get(path[-1]))
            known = [tag.strip("'") for tag in detail["ctx"]["expected_tags"].split(", ")]
            message = f"{said!r} is no way in that is known here{nearest(said, known)}"
        elif detail["type"] in _PLAINLY:
            message = _PLAINLY[detail["type"]]
        elif detail["type"] == "string_too_short" and detail["ctx"]["min_length"] == 1:
            message = "is empty; it must be given"
        elif detail["type"] == "literal_error":
            expected = detail["ctx"]["expected"].replace("True", "yes")  # as people write it
            message = f"{detail['input']!r} is not one of: {expected}"
        elif detail["type"] == "string_pattern_mismatch":
            message = f"{detail['input']!r} can't be an id here; it must fit {detail['ctx']['pattern']}"
        yield source.problem(path, message)


def _written(data: Any, path: Path_, error: str) -> Path_:
    """``path`` without what no file says: pydantic also names the kind of entry that it took something for."""
    found: Path_ = ()
    for i, part in enumerate(path):
        is_missing = error == "missing" and i == len(path) - 1
        if isinstance(data, dict) and isinstance(part, str) and part not in data and not is_missing:
            continue
        found = (*found, part)
        try:
            data = data[part]
        except (LookupError, TypeError):  # nothing below was written like this: a text that stands for an entry, say
            data = None
    return found


def _siblings(type_: Any, path: Path_) -> list[str]:
    """The keys that are known where the last part of ``path`` was found."""
    fields: list[str] = []
    for part in path[:-1]:
        if isinstance(part, str) and (field := _models_in(type_).get(part)):
            type_ = field
        elif part in WAYS:
            type_ = WAYS[str(part)]
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


def closest(wrong: str, known: Collection[str]) -> str | None:
    """The known name that is spelled most like ``wrong``, if any is near."""
    by_case = {name.lower(): name for name in sorted(known)}
    close = difflib.get_close_matches(wrong.lower(), by_case, n=1, cutoff=0.6)
    return by_case[close[0]] if close else None


def nearest(wrong: str, known: Collection[str]) -> str:
    """``; did you mean 'x'?`` for the closest known name, or else all of them where they are few."""
    close = closest(wrong, known)
    if close is not None:
        return f"; did you mean {close!r}?"
    return f"; known: {', '.join(sorted(known))}" if 0 < len(known) <= 12 else ""
