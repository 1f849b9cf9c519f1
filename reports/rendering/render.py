"""Renders a written project (HTML pages, PDFs, a Word document), by the Quarto CLI where it is, else pandoc and Typst.

The embedded renderer does what Quarto would do with these pages and no more: it reads ``_quarto.yml`` for the pages,
templates and fonts, and nothing outside the project. The same project and timestamp give the same bytes. A page is
rendered once: as long as all that it is made of is the same, it comes out of the cache.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue

import yaml

from reports.rendering.converters import Converter, RenderError
from reports.rendering.shelf import Shelf

__all__ = ["RenderError", "render"]

Progress = Callable[[int, int, str], None]
"""Called with how many pages are finished, how many there are, and the one that was finished last."""


def render(
    project: Path, out: Path, *, timestamp: datetime, progress: Progress = lambda done, total, page: None,
    quarto: str | None = None, cache: Path | None = None,
) -> None:  # fmt: skip
    """Render ``project`` into the folder ``out``. ``timestamp`` is what the PDF says it was made at.

    ``quarto`` is the Quarto CLI's path; by default the one on the PATH, and where there is none, or with ``""``,
    the embedded renderer. ``cache`` is a private folder of this project's own, in which that keeps the pages it
    rendered last, and no others. Raises `RenderError` for the first page that fails.
    """
    found = shutil.which("quarto") if quarto is None else quarto
    out.mkdir(parents=True, exist_ok=True)
    if found:
        _by_quarto(found, project, out, timestamp)
    else:
        _Embedded(project, out, timestamp, cache).render(progress)


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
class _Page:
    path: str
    text: str
    format: str
    output: str

    @classmethod
    def read(cls, project: Path, path: str) -> _Page:
        """With the format, and the name of the finished file, from its own metadata."""
        text = (project / path).read_text(encoding="utf-8")
        if not text.startswith("---\n"):
            raise RenderError(f"{path}:1: the page does not open with its metadata")
        try:
            metadata = yaml.safe_load(text.split("\n---\n", 1)[0])
            format_ = str(metadata["format"])
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise RenderError(f"{path}:{line}: the metadata is not YAML: {error.problem}") from error
        except KeyError as error:
            raise RenderError(f"{path}:1: the metadata names no format") from error
        own = Path(path).with_suffix({"typst": ".pdf"}.get(format_, f".{format_}"))
        return cls(path, text, format_, own.with_name(metadata.get("output-file", own.name)).as_posix())


@dataclass(frozen=True)
class _Embedded:
    project: Path
    out: Path
    timestamp: datetime
    cache: Path | None

    def render(self, progress: Progress) -> None:
        settings = yaml.safe_load((self.project / "_quarto.yml").read_text(encoding="utf-8"))
        self._copy_resources(settings["project"]["resources"])
        # What is typeset takes longest, so it goes first.
        read = (_Page.read(self.project, path) for path in settings["project"]["render"])
        pages = sorted(read, key=lambda page: page.format == "html")
        shelf = Shelf(self.cache, self.project, settings, self.timestamp) if self.cache else None
        count = min(os.cpu_count() or 1, len(pages))
        with ExitStack() as stack, ThreadPoolExecutor(count) as pool:
            free: SimpleQueue[Converter] = SimpleQueue()
            for _ in range(count):
                free.put(stack.enter_context(closing(Converter(self.project, settings, self.timestamp))))
            running = {pool.submit(self._finish, page, shelf, free): page for page in pages}
            try:
                for done, future in enumerate(as_completed(running), 1):
                    future.result()
                    progress(done, len(pages), running[future].path)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        if shelf:
            shelf.clear()

    def _copy_resources(self, patterns: Iterable[str]) -> None:
        for pattern in patterns:
            for path in sorted(self.project.glob(pattern)):
                target = self.out / path.relative_to(self.project)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)

    def _finish(self, page: _Page, shelf: Shelf | None, free: SimpleQueue[Converter]) -> None:
        """Puts the finished page where it belongs, from the shelf or by a converter that is free."""
        content = shelf.find(page.text, page.format) if shelf else None
        if content is None:
            converter = free.get()
            try:
                content = converter.convert(page.path, page.text, page.format)
            finally:
                free.put(converter)
            if shelf:
                shelf.put(page.text, page.format, content)
        target = self.out / page.output
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
