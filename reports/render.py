"""Renders a written project: HTML pages and one PDF, by the Quarto CLI where it is installed, else by pandoc and Typst.

The embedded renderer does what Quarto would do with these pages and no more: it reads ``_quarto.yml`` for the pages,
templates and fonts, and nothing outside the project. The same project and timestamp give the same bytes.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pypandoc
import typst
import yaml

from agenda.errors import Unavailable

_AT_ONCE = 2
"""Pandoc processes side by side; each takes one core."""


class RenderError(Unavailable):
    """A page could not be rendered. The message names the page, and the line where the renderer knows it."""


def render(
    project: Path, out: Path, *, timestamp: datetime, progress: Callable[[str], None] = lambda page: None,
    quarto: str | None = None,
) -> None:  # fmt: skip
    """Render ``project`` into the folder ``out``. ``timestamp`` is what the PDF says it was made at.

    ``quarto`` is the Quarto CLI's path; by default the one on the PATH, and where there is none, or with ``""``,
    the embedded renderer. ``progress`` is called with each page when it is finished.
    """
    found = shutil.which("quarto") if quarto is None else quarto
    out.mkdir(parents=True, exist_ok=True)
    if found:
        _by_quarto(found, project, out, timestamp)
    else:
        _Embedded(project, out, timestamp).render(progress)


# -- the Quarto CLI -----------------------------------------------------------------------------------


def _by_quarto(quarto: str, project: Path, out: Path, timestamp: datetime) -> None:
    """Quarto works in a copy, as it leaves caches in a project and empties its output folder."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "project"
        shutil.copytree(project, copy)
        # Typst, within Quarto, takes its clock from this variable; `env` sets it for this one process.
        call = ["env", f"SOURCE_DATE_EPOCH={int(timestamp.timestamp())}", quarto, "render", str(copy)]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RenderError(f"quarto could not render {project}:\n{done.stderr.strip() or done.stdout.strip()}")
        settings = yaml.safe_load((copy / "_quarto.yml").read_text(encoding="utf-8"))
        shutil.copytree(copy / settings["project"]["output-dir"], out, dirs_exist_ok=True)


# -- pandoc and Typst ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Embedded:
    project: Path
    out: Path
    timestamp: datetime

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        settings: Mapping[str, Any] = yaml.safe_load((self.project / "_quarto.yml").read_text(encoding="utf-8"))
        return settings

    def render(self, progress: Callable[[str], None]) -> None:
        self._copy_resources()
        pages = self.settings["project"]["render"]
        # The PDF takes longest, so it goes first.
        by_format = sorted(((page, self._format(page)) for page in pages), key=lambda found: found[1] != "typst")
        with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(_AT_ONCE) as pool:
            metadata = Path(place) / "metadata.yml"
            told = {k: v for k, v in self.settings.items() if k not in ("project", "format", "engine", "execute")}
            metadata.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
            work = {"html": self._page, "typst": self._pdf, "docx": self._word}
            for page, _ in zip(
                pages, pool.map(lambda found: work[found[1]](found[0], metadata), by_format), strict=True
            ):
                progress(page)

    def _format(self, page: str) -> str:
        """The format that the page's own metadata names."""
        text = (self.project / page).read_text(encoding="utf-8")
        if not text.startswith("---\n"):
            raise RenderError(f"{page}:1: the page does not open with its metadata")
        try:
            return str(yaml.safe_load(text.split("\n---\n", 1)[0])["format"])
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise RenderError(f"{page}:{line}: the metadata is not YAML: {error.problem}") from error
        except KeyError as error:
            raise RenderError(f"{page}:1: the metadata names no format") from error

    def _copy_resources(self) -> None:
        for pattern in self.settings["project"]["resources"]:
            for path in sorted(self.project.glob(pattern)):
                target = self.out / path.relative_to(self.project)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)

    def _page(self, page: str, metadata: Path) -> None:
        target = (self.out / page).with_suffix(".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self._pandoc(page, "html", metadata, "--mathml"), encoding="utf-8")

    def _pdf(self, page: str, metadata: Path) -> None:
        options = self.settings["format"]["typst"]
        source = self._pandoc(page, "typst", metadata)
        try:
            content: bytes = typst.compile(  # type: ignore[misc]  # its type variables leave the output open
                source.encode(),
                root=str(self.project),
                font_paths=[str(self.project / path) for path in options["font-paths"]],
                ignore_system_fonts=True,
                timestamp=self.timestamp.astimezone(UTC).replace(microsecond=0),
                pdf_standards=[options["pdf-standard"]],
            )
        except typst.TypstError as error:
            raise RenderError(f"{page}: {_explained(error, source)}") from error
        (self.out / page).with_suffix(".pdf").write_bytes(content)

    def _word(self, page: str, metadata: Path) -> None:
        """In two steps: pandoc reads the page locked in, but for Word it has to fetch pictures, so it is let out."""
        options = self.settings["format"]["docx"]
        read = json.loads(self._run(page, page, "--sandbox", "--from=markdown", "--to=json", f"--metadata-file={metadata}"))
        for picture in _pictures(read["blocks"]):
            if not (self.project / picture).resolve().is_relative_to(self.project.resolve() / "charts"):
                raise RenderError(f"{page}: the picture {picture} is not one of the project's charts")
        read["meta"] = {name: told for name, told in read["meta"].items() if name in _TOLD_WORD}
        self._run(
            page, "--from=json", "--to=docx", "--syntax-highlighting=none", f"--reference-doc={options['reference-doc']}",
            f"--shift-heading-level-by={options['shift-heading-level-by']}",
            f"--output={(self.out / options['output-file']).resolve()}", given=json.dumps(read),
        )  # fmt: skip

    def _pandoc(self, page: str, format_: str, metadata: Path, *options: str) -> str:
        """The page in ``format_``, by the template that the project names for it."""
        call = [
            page, "--sandbox", "--from=markdown", f"--to={format_}", "--wrap=none", f"--metadata-file={metadata}",
            f"--template={self.settings['format'][format_]['template']}", *options,
        ]  # fmt: skip
        if self.settings.get("section-divs") and format_ == "html":
            call.append("--section-divs")
        return self._run(page, *call)

    def _run(self, page: str, *arguments: str, given: str | None = None) -> str:
        """What pandoc says, called in the project's folder at the edition's time."""
        call = ["env", f"SOURCE_DATE_EPOCH={int(self.timestamp.timestamp())}", pypandoc.get_pandoc_path(), *arguments]
        done = subprocess.run(
            call, cwd=self.project, input=given, capture_output=True, encoding="utf-8", check=False
        )  # fmt: skip
        if done.returncode or done.stderr:
            raise RenderError(f"{page}: {_located(done.stderr.strip())}")
        return done.stdout


_TOLD_WORD = ("title", "subtitle", "author", "description", "lang")
"""What of a page's metadata a Word document has a place for."""


def _pictures(element: Any) -> Iterator[str]:
    """The addresses of all images in a piece of pandoc's syntax tree."""
    if isinstance(element, dict):
        if element.get("t") == "Image":
            yield element["c"][2][0]
        yield from _pictures(list(element.values()))
    elif isinstance(element, list):
        for part in element:
            yield from _pictures(part)


def _located(message: str) -> str:
    """Pandoc's message with its line, where it gives one, in front."""
    found = re.search(r"line (\d+)", message)
    return f"line {found[1]}: {message}" if found else message


def _explained(error: typst.TypstError, source: str) -> str:
    """Typst's message with its trace, and the lines of the document that its trace names."""
    said = [str(error.message), *map(str, error.hints), *map(str, error.trace)]
    lines = source.splitlines()
    for number in {int(n) for n in re.findall(r"<bytes>:(\d+)|main\.typ:(\d+)", " ".join(said)) for n in n if n}:
        if number <= len(lines):
            said.append(f"line {number}: {lines[number - 1].strip()[:200]}")
    return "\n".join(said)
