"""What a page, a PDF or a Word file says: its texts where they stand, and the numbers in a text."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

NUMBER = re.compile(r"(?<![A-Za-z0-9_#])\d(?:[\d.,]*\d)?(?![A-Za-z0-9_])")
"""A number as a language writes it, without its sign and unit; ``Q3`` and ``B19013`` are names."""
SPOKEN = ("content", "aria-label", "alt", "title", "data-head")
"""Attributes that somebody hears or reads."""
VOID = {"meta", "link", "br", "hr", "img", "input"}


@dataclass
class Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def strings(self) -> Iterator[str]:
        """Every text by itself, and what a screen reader or a search engine is told beside it."""
        yield from (self.attributes[name] for name in SPOKEN if name in self.attributes)
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child.strings

    def all(self, *tags: str) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                if child.tag in tags:
                    yield child
                yield from child.all(*tags)

    def of_class(self, name: str) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                if name in child.classes:
                    yield child
                yield from child.of_class(name)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def tree(page: str) -> Node:
    parser = _Tree()
    parser.feed(page)
    return parser.open[0]


def printed_text(path: Path, *options: str) -> str:
    """The text of a PDF, with a form feed after each page, or of a Word file."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as document:
            return " ".join(tree(document.read("word/document.xml").decode()).strings)
    return subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, encoding="utf-8", check=True).stdout


def numbers_in(text: str) -> list[str]:
    return NUMBER.findall(spaced(text))


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("−", "-")).strip()
