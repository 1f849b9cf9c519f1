"""Nobody's text is more than a text: every text field of an initiative's files holds what would mean something to HTML,
Markdown, Quarto, Typst, LaTeX or Word, and the finished pages have the same elements as with harmless words.

The fields are found by walking the models, so that one that is added tomorrow is tried, too.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from agenda.folder import Folder
from agenda.stories import Activities, Story
from reports import escape
from reports.marts import read_quarter
from tests.reports.conftest import Rendered, render_quarter
from tests.reports.marts import build
from tests.reports.test_escape import NASTY
from tests.reports.told import printed_text
from tests.servers.browser import chromium

XSS = [
    "<svg/onload=alert(1)> <body onload=alert(1)> <iframe src=javascript:alert(1)></iframe>",
    "\"><script>alert(1)</script> '-alert(1)-' </title></style></textarea></script><img src=x onerror=alert(1)>",
    "[x](data:text/html;base64,PHNjcmlwdD4=) [y](JaVaScRiPt:alert(1)) ![z](//evil.example/z.png){onerror=alert(1)}",
    "</script><script>alert(1)</script> <!-- --!> <![CDATA[ ]]> <?php ?> <% %> ${alert(1)} {{alert(1)}} {% raw %}",
    "{{< pagebreak >}} {{< video https://evil.example/v >}} {{</* x */>}} `r 1+1` `{python} 1+1` `<b>`{=html}",
    "`#eval(\"1\")`{=typst} `\\input{/etc/passwd}`{=latex} \\write18{id} \\href{javascript:alert(1)}{x} #link(\"x\")[y]",
    "@fig-trend @tbl-x [@sec-y] {#id .class onclick=alert(1)} [x]{.y style=\"position:fixed\"} ::: {.column-page} :::",
    "| a | b |\n|---|---|\n| c | d |\n+---+\n```{=html}\n<script>alert(1)</script>\n```\n~~~{.r}\n$$\\alert$$",
    "&#x3c;script&#x3e;alert(1)&#x3c;/script&#x3e; &lt;img src=x&gt; \\u003cscript\\u003e %3Cscript%3E javascript&colon;alert(1)",
]  # fmt: skip
PIECES = [re.sub(r"\n\s*\n", "\n", text) for text in (*NASTY, *XSS) if "\ue001" not in text]
CORPUS = " ".join(PIECES)
"""All at once, without blank lines: where a text may have paragraphs, those part them, and nothing else does."""

NO_PROSE = {"store", "site", "address", "file", "since", "until", "period", "by", "reports_from", "aliases", "layouts",
            "patterns", "members", "breakdowns"}  # fmt: skip
"""Texts that are no words for readers: places of files, periods, ids that name another entry."""
KNOWN: dict[str, Any] = {"partner": "alpha", "present": ("alpha",), "indicator": "visit_count", "since": "2025Q1",
                         "indicators": ("visit_count",), "curves": {"visit_count": "A story."}, "until": None}  # fmt: skip
"""What the entries that are made up here say of others."""


# -- the same folder with other texts -----------------------------------------------------------------


@dataclass
class Texts:
    """Puts a text of its own into every field: a mark, or the mark with the corpus behind it."""

    is_nasty: bool
    fields: list[str] = field(default_factory=list)

    def text(self, where: str) -> str:
        self.fields.append(where)
        mark = f"X{len(self.fields)}q"
        return f"{mark} {CORPUS} {mark}" if self.is_nasty else mark

    def within(self, value: Any, where: str) -> Any:
        """``value`` with all of its texts replaced."""
        if isinstance(value, BaseModel):
            fields = type(value).model_fields
            return value.model_copy(update={
                name: self.text(f"{where}.{name}") if is_prose(name, info) else self.within(getattr(value, name), f"{where}.{name}")
                for name, info in fields.items()
            })  # fmt: skip
        if isinstance(value, tuple):
            return tuple(self.within(one, where) for one in value)
        if isinstance(value, Mapping) and where.endswith(".curves"):
            return {key: self.text(where) for key in value}
        return value


def is_prose(name: str, info: FieldInfo) -> bool:
    """Whether people write words there: a text of any shape."""
    is_shaped = any(getattr(one, "pattern", None) or type(one).__name__ == "AfterValidator" for one in info.metadata)
    return info.annotation is str and not is_shaped and name not in NO_PROSE


def made(model: type[BaseModel]) -> BaseModel:
    """An entry with everything in it that its model knows."""
    return model.model_validate(
        {name: KNOWN[name] if name in KNOWN else _made(info.annotation) for name, info in model.model_fields.items()}
    )


def _made(kind: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _made(inner[0])
    if origin is UnionType:
        return _made(inner[0])
    if origin is tuple:
        return (_made(inner[0]),)
    if origin is Literal:
        return inner[0]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return made(kind).model_dump()
    return {date: "2026-05-04", str: "A text."}[kind]


def with_texts(folder: Folder, texts: Texts) -> Folder:
    """The folder with everything told, and all of its texts replaced."""
    return replace(
        folder,
        initiative=texts.within(folder.initiative, "initiative"),
        agenda=texts.within(folder.agenda, "agenda"),
        partners=folder.partners.model_copy(update={"partners": texts.within(folder.partners.partners, "partners")}),
        activities=texts.within(made(Activities), "activities"),
        stories={"2026Q2": texts.within(made(Story), "story")},
    )


@dataclass(frozen=True)
class Both:
    plain: Rendered
    nasty: Rendered
    fields: list[str]

    @property
    def pages(self) -> list[str]:
        return [path.relative_to(self.plain.site).as_posix() for path in self.plain.pages]


@pytest.fixture(scope="module")
def both(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> Both:
    out = tmp_path_factory.mktemp("texts")
    warehouse = build(folder, out / "w.duckdb", "2025Q1", "2026Q2")
    rendered, fields = [], []
    for is_nasty in (False, True):
        texts = Texts(is_nasty)
        quarter = read_quarter(warehouse, folder.initiative.calendar.parse("2026Q2"), with_texts(folder, texts))
        rendered.append(render_quarter(quarter, out / str(is_nasty)))
        fields = texts.fields
    return Both(*rendered, fields)


def expected(text: str) -> str:
    """What the nasty page says where the harmless one says ``text``."""
    return re.sub(r"x(\d+)q", lambda m: f"{m[0]} {escape.plain(CORPUS).casefold()} {m[0]}", spaced(text))


def spaced(text: str) -> str:
    """As pages may set it: in one case, with any white space between words."""
    return re.sub(r"[ \n\t]+", " ", text).strip(" ").casefold()


# -- in a browser -------------------------------------------------------------------------------------

WATCH = """
window.ran = []
for (const name of ['alert', 'confirm', 'prompt', 'open', 'eval', 'fetch']) window[name] = (...said) => ran.push([name, said])
"""
LOOK = """
const spoken = ['content', 'aria-label', 'title', 'data-head', 'alt', 'data-say']
const structure = [], texts = [], drawn = new Set(), data = []
const walk = (one) => {
  if (one.localName === 'svg') {
    for (const each of one.querySelectorAll('*')) {
      drawn.add(each.localName)
      for (const name of each.getAttributeNames()) drawn.add('@' + name)
      if (['title', 'desc'].includes(each.localName)) texts.push(each.textContent)
    }
    return
  }
  const kept = one.getAttributeNames().filter(name => !spoken.includes(name)).sort()
  structure.push([one.localName, ...kept.map(name => name + '=' + one.getAttribute(name)),
                  ...spoken.filter(name => one.hasAttribute(name))].join(' '))
  for (const name of spoken) if (one.hasAttribute(name)) texts.push(one.getAttribute(name))
  const own = [...one.childNodes].filter(child => child.nodeType === 3).map(child => child.textContent).join('')
  if (one.type === 'application/ld+json') data.push(own)
  else if (own.trim()) texts.push(own)
  for (const child of one.children) walk(child)
}
walk(document.documentElement)
return {structure, texts, drawn: [...drawn].sort(), data, ran: window.ran,
        asked: performance.getEntriesByType('resource').map(each => each.name.split('/site/')[1] ?? each.name).sort()}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made_:
        made_.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        yield made_


def looked(browser: Any, page: Path) -> dict[str, Any]:
    browser.get(page.as_uri())
    found: dict[str, Any] = browser.execute_script(LOOK)
    return found


def test_every_page_has_the_elements_that_harmless_texts_give_and_says_the_texts(both: Both, browser: Any) -> None:
    said = ""
    for page in both.pages:
        plain, nasty = looked(browser, both.plain.site / page), looked(browser, both.nasty.site / page)
        assert nasty["ran"] == plain["ran"] == []
        assert nasty["asked"] == plain["asked"]
        assert nasty["structure"] == plain["structure"], page
        assert not {name for name in nasty["drawn"] if name.startswith(("@on", "@href", "@xlink", "@style"))}
        assert {name for name in nasty["drawn"] if name[0] != "@"} <= {
            "circle",
            "desc",
            "g",
            "line",
            "path",
            "rect",
            "text",
            "title",
        }
        assert list(map(spaced, nasty["texts"])) == list(map(expected, plain["texts"])), page
        assert [spaced(one) for text in nasty["data"] for one in strings(json.loads(text))] == [
            expected(one) for text in plain["data"] for one in strings(json.loads(text))
        ]
        said += " ".join(map(spaced, plain["texts"]))
    silent = [where for number, where in enumerate(both.fields, 1) if f"x{number}q" not in said]
    assert not {where for where in silent if where.startswith(("story.", "activities."))}, silent


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


# -- on paper, and for Word ---------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler-utils")
def test_the_pdf_sets_each_text_as_it_was_written(both: Both) -> None:
    """They begin as they were written, and every piece of them stands there for most: where a page ends a piece is cut
    in two, and in a chart a text is shortened."""
    plain, nasty = (bare(printed_text(one.site / "report.pdf", "-raw")) for one in (both.plain, both.nasty))
    marks = set(re.findall(r"x\d+q", plain))
    assert len(marks) > 40
    assert sum(f"{mark}{bare(CORPUS)[:10]}" in nasty for mark in marks) > 0.9 * len(marks)
    assert [piece for piece in PIECES if nasty.count(bare(escape.plain(piece))) < 0.7 * len(marks)] == []


def bare(text: str) -> str:
    """Without what a line break may add or take: white space, hyphens."""
    return re.sub(r"[\s\u00a0\u00ad\u200b‐-]+", "", text).casefold()


def test_the_word_file_has_the_same_parts(both: Both) -> None:
    files = {path.name for path in both.plain.site.glob("*.docx")}
    for name in files:
        with zipfile.ZipFile(both.plain.site / name) as plain, zipfile.ZipFile(both.nasty.site / name) as nasty:
            assert nasty.namelist() == plain.namelist()
            for part in (part for part in plain.namelist() if part.endswith(".rels")):
                assert nasty.read(part) == plain.read(part)
            tags = [re.findall(r"<(/?w:(?:p|tbl|hyperlink|fldSimple|instrText))\b", one.read("word/document.xml").decode())
                    for one in (plain, nasty)]  # fmt: skip
            assert tags[0] == tags[1]
