"""What Word needs of a project that other readers don't: a document to take styles from, and charts as pictures.

The document is zipped from texts in ``templates/word/``: the look of ``theme/`` said in Word's own terms.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import typst

from reports.pictures.charts import WIDE
from reports.pictures.drawing import FONT, text_width
from reports.telling.value_tables import Table

PARTS = (
    "[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/_rels/document.xml.rels", "word/styles.xml",
    "word/fontTable.xml", "word/footer1.xml",
)  # fmt: skip
"""The reference document's files, the list of their types first. Pandoc has the ones that are not here."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can tell: equal texts give equal bytes."""

_SHARPNESS = 2.5
"""Pixels of a picture for one of its drawing: 250 an inch at the width of a page's text."""

_WIDEST, _SHAPE = 24, 8
"""Letters of a column from which on its width asks for no more room; what the shape of a status takes of it."""


def reference(parts: Mapping[str, str]) -> bytes:
    """The document whose styles and footer the brief takes over, as a ``.docx`` of these `PARTS`."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as document:
        for part, text in parts.items():
            info = ZipInfo(part, _EPOCH)
            info.compress_type = ZIP_DEFLATED
            document.writestr(info, text)
    return file.getvalue()


def pictures(project: Path, drawings: Sequence[str]) -> list[bytes]:
    """The drawings (paths of SVG files in ``project``) as PNG, in the fonts of the project."""
    if not drawings:
        return []
    pages = "#pagebreak()\n".join(f'#image("{path}", width: 100%)\n' for path in drawings)
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(project / "theme" / "fonts")])
    page = f"#set page(width: {WIDE}pt, height: auto, margin: 0pt, fill: white)"
    source = f'{page}\n#set text(font: "{FONT}")\n{pages}'
    made = typst.Compiler(root=str(project), font_paths=fonts).compile(
        source.encode(), format="png", ppi=_SHARPNESS * 72
    )
    assert made is not None
    return made if isinstance(made, list) else [made]


def ruler(table: Table) -> str:
    """The line below a Markdown table's head: how columns stand, and what each takes of the width."""
    columns = zip(table.head, *table.rows, strict=True)
    widths = [min(max(map(_letters, column)), _WIDEST) + (_SHAPE if i in table.codes else 2)
              for i, column in enumerate(columns)]  # fmt: skip
    dashes = ["-" * round(width) for width in widths]
    return "|".join(["", *(f":{d}" if i in table.words else f"{d}:" for i, d in enumerate(dashes)), ""])


def _letters(text: str) -> float:
    return text_width(text, size=2)
