"""Reads the YAML files of an initiative, and the CSV lists beside them.

A long list may live in a CSV beside its YAML: ``places: {file: places.csv, common: {level: county}}``;
each row is one entry, on top of what is ``common`` to all. ``${NAME}`` in a value is taken from the environment.

Values stay as they are written until the model says what they are: ``01`` is no octal number, ``NO`` no falsehood,
``0.10`` not a float.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from agenda import settings, shape
from agenda.errors import Problem
from agenda.written import Path_, Source, leaves

T = TypeVar("T", bound=BaseModel)
Marks = dict[Path_, tuple[str, int]]
_NULL = "tag:yaml.org,2002:null"
_CONTROL = "\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff"
_PICTURES = "\ufe0f\U0001f000-\U0001faff"
_HINTS = {
    "mapping values are not allowed": "; a text with a colon in it belongs in quotes, and keys of one entry stand in "
    "line: look at this line and the one before",
    "sequence entries are not allowed": "; a text that begins with a dash belongs in quotes",
    "found character '\\t'": "; a tab stands where spaces belong",
    "expected <block end>": "; this line is moved in otherwise than those above, or a quote above is not closed",
    "unexpected end of stream": "; a quote is opened and not closed",
    "could not find expected ':'": "; a key needs a colon and a space behind it",
}
"""What people did, mostly, where the YAML library says this."""


class Reader:
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
                self.problems += dict.fromkeys(shape.problems(source, type_, error))
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
            node = _composed(text)
            data = self._build(name, node, (), marks) if node else {}
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            hint = next((hint for said, hint in _HINTS.items() if said in (error.problem or "")), "")
            self.problems.append(Problem(name, line, "", f"is not readable YAML: {error.problem}{hint}"))
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
            return self._listed(data, path, marks) if is_list else data
        if node.tag == _NULL:
            return None
        value = node.value if _is_asked_later(path) else self._environment(name, node.value, line)
        return self._shown(name, line, path, value)

    def _listed(self, data: dict[str, Any], path: Path_, marks: Marks) -> Any:
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


def _composed(text: str) -> yaml.Node | None:
    """libyaml is ten times as fast; what it refuses PyYAML refuses in the words that `_HINTS` knows."""
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


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
