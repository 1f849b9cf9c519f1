"""What turns one page into one document: a pandoc that stays, and Typst with its fonts loaded.

Starting pandoc takes longer than most pages do, and so does reading fonts; a `Converter` does both once. It serves one
thread at a time. The same page gives the same bytes, whatever was converted before it.
"""

from __future__ import annotations

import json
import re
import subprocess
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pypandoc
import typst
import yaml

from agenda.errors import Unavailable

VERSIONS = f"pandoc {version('pypandoc-binary')}, Typst {version('typst')}"
_PANDOC = Path(pypandoc.__file__).parent / "files" / "pandoc"
"""The pandoc of the wheel and none on the PATH: another version would make other bytes."""
_SCRIPT = Path(__file__).with_name("pandoc.lua")
_OF_THE_RENDERER = ("project", "format", "engine", "execute")
"""Keys of `_quarto.yml` that speak to the renderer; the others are metadata of every page."""


class RenderError(Unavailable):
    """A page could not be rendered. The message names the page, and the line where the renderer knows it."""


class Converter:
    """Turns pages of one project; `close` it when the last is done. ``settings`` are those of ``_quarto.yml``."""

    def __init__(self, project: Path, settings: Mapping[str, Any], timestamp: datetime) -> None:
        self._project, self._settings = project, settings
        self._timestamp = timestamp.astimezone(UTC).replace(microsecond=0)
        self._pandoc: subprocess.Popen[str] | None = None

    def close(self) -> None:
        if self._pandoc:
            self._pandoc.communicate()

    def convert(self, page: str, text: str, format_: str) -> bytes:
        """The finished page: HTML, a PDF (``typst``) or a Word document (``docx``). ``page`` is named in errors."""
        if format_ == "docx":
            return self._for_word(page, text)
        written = self._written(page, text, format_)
        return self._typeset(page, text, written) if format_ == "typst" else written.encode()

    def _for_word(self, page: str, text: str) -> bytes:
        """The styles are those of the document that the page names; pandoc takes pictures from ``charts/`` alone."""
        options = self._settings["format"]["docx"]
        job = {"text": text, "to": "docx", "shift": options["shift-heading-level-by"]}
        encoded = self._answered(page, job)
        return b64decode(encoded.partition(",")[2])

    def _typeset(self, page: str, text: str, source: str) -> bytes:
        standard = self._settings["format"]["typst"]["pdf-standard"]
        try:
            content = self._typst.compile(source.encode(), timestamp=self._timestamp, pdf_standards=[standard])
        except typst.TypstError as error:
            raise RenderError(_explained(page, text, error, source)) from error
        assert isinstance(content, bytes)  # one PDF: only pictures come page by page
        return content

    def _written(self, page: str, text: str, to: str) -> str:
        """The page in the format ``to``, by the template that the project names for it."""
        template = (self._project / self._settings["format"][to]["template"]).read_text(encoding="utf-8")
        return self._answered(page, {"text": text, "to": to, "template": template})

    def _answered(self, page: str, job: Mapping[str, Any]) -> str:
        """What `pandoc.lua` makes of the job."""
        pandoc = self._pandoc = self._pandoc or self._started()
        assert pandoc.stdin
        assert pandoc.stdout
        try:
            print(json.dumps(job), file=pandoc.stdin, flush=True)
            answer = json.loads(pandoc.stdout.readline())
        except (OSError, json.JSONDecodeError) as error:
            raise RenderError(f"{page}: pandoc has ended with {pandoc.wait()}") from error
        if "error" in answer or answer["warnings"]:
            said = "\n".join([*answer["warnings"], *filter(None, [answer.get("error")])])
            found = re.search(r"line (\d+)", said)
            raise RenderError(f"{page}:{found[1]}: {said}" if found else f"{page}: {said}")
        return str(answer["text"])

    def _started(self) -> subprocess.Popen[str]:
        # A Word document says when it was made; `env` sets the clock for this one process.
        call = ["env", f"SOURCE_DATE_EPOCH={int(self._timestamp.timestamp())}", str(_PANDOC), "lua", str(_SCRIPT)]
        pandoc = subprocess.Popen(
            call, cwd=self._project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        assert pandoc.stdin
        metadata = {key: value for key, value in self._settings.items() if key not in _OF_THE_RENDERER}
        shared = {
            "metadata": yaml.safe_dump(metadata, allow_unicode=True),
            "section_divs": bool(self._settings.get("section-divs")),
        }
        print(json.dumps(shared), file=pandoc.stdin, flush=True)
        return pandoc

    @cached_property
    def _typst(self) -> typst.Compiler:
        paths = [str(self._project / path) for path in self._settings["format"]["typst"]["font-paths"]]
        fonts = typst.Fonts(include_system_fonts=False, font_paths=paths)
        return typst.Compiler(root=str(self._project), font_paths=fonts)


def _explained(page: str, text: str, error: typst.TypstError, source: str) -> str:
    """Typst's message, with the lines that it speaks of: the page's own, where the document has them unchanged."""
    typed, written = source.splitlines(), text.splitlines()
    numbers = dict.fromkeys(int(number) for number in re.findall(r"\.typ:(\d+):", str(error.diagnostic)))
    lines = [typed[number - 1] for number in numbers if number <= len(typed)]
    own = [line for line in lines if line.strip() and written.count(line) == 1]
    where = f"{page}:{written.index(own[0]) + 1}" if own else page
    return "\n".join([f"{where}: {error.message}", *error.hints, *(line.strip()[:200] for line in own or lines)])
