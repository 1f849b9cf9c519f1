"""The fonts of a report: no sign on any page lacks a glyph, and a page loads no glyphs but those of its language.

    theme/fonts/source-*.woff2           shipped: Latin letters, for every page
    theme/fonts/more-<language>.woff2    cut from Source Sans 3: signs and letters beyond these (arrows, Greek)
    theme/fonts/cjk-<language>.woff2     cut from Noto Sans CJK, from the face whose signs the language writes
    theme/fonts/NotoSansCJK-Regular.ttc  the whole of it, for the PDF
    theme/<language>.css                 what tells a browser of the two that were cut

Of the fonts that are cut there is none where a language needs none.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from babel import Locale
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from agenda.errors import ConfigurationError

_THEME = Path(__file__).parents[1] / "theme"
_SANS = _THEME / "fonts" / "SourceSans3-Regular.ttf"
_CJK = Path(str(files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc"))
_LICENCE = _THEME / "fonts-cjk" / "OFL-NotoSansCJK.txt"
_FACES = {"JP": 0, "KR": 1, "SC": 2, "TC": 3, "HK": 4}
"""The faces of the collection: the same signs, each as it is written in one place."""
_WIDE = "“”‘’—…"
"""Punctuation that Chinese sets as wide as its signs, and Latin fonts have in their own width."""
_SHIPPED = re.compile(r"url\((?P<font>fonts/source-sans-3-[^)]*400[^)]*)\)[^;]*; unicode-range: (?P<ranges>[^}]*)\}")
_NEED_NO_GLYPH = ("Cc", "Cf", "Zs", "Zl", "Zp")


def face(language: str) -> str:
    """The kind of East Asian signs that ``language`` is set in; of one that has none, Korean, which holds them all."""
    known = Locale.parse(language.replace("-", "_"))
    if known.language == "zh":
        if known.territory in ("HK", "MO"):
            return "HK"
        return "TC" if known.script == "Hant" or known.territory == "TW" else "SC"
    return "JP" if known.language == "ja" else "KR"


def cut_fonts(texts: Mapping[str, str], language: str, theme: Path) -> None:
    """Put what the pages ``texts`` (by path, all in ``language``) need into ``theme``. The same texts, the same bytes.

    Raises `ConfigurationError` where no font has a sign, with the page, the line and the sign.
    """
    signs = _signs_in(texts)
    wide = signs & set(_WIDE) if language.split("-")[0] == "zh" else set()
    beyond = {sign for sign in signs if ord(sign) not in _shipped()}
    more = {sign for sign in beyond if ord(sign) in _signs_of(_SANS)}
    cjk = {sign for sign in beyond - more if ord(sign) in _signs_of(_CJK, _FACES["KR"])}
    if lost := beyond - more - cjk:
        raise ConfigurationError(_where(texts, lost))
    cut = {"more": (_SANS, -1, more), "cjk": (_CJK, _FACES[face(language)], cjk | wide)}
    made = {name: _cut(path, number, frozenset(of)) for name, (path, number, of) in cut.items() if of}
    for name, content in made.items():
        (theme / "fonts" / f"{name}-{language}.woff2").write_bytes(content)
    if "cjk" in made:
        shutil.copyfile(_LICENCE, theme / "fonts" / _LICENCE.name)
    (theme / f"{language}.css").write_text(_stylesheet(language, made, bool(wide)), encoding="utf-8")


def add_whole_font(texts: Mapping[str, str], fonts: Path) -> None:
    """Put the East Asian font, too large to come with every project, beside the others where a paper needs it."""
    if any(ord(sign) not in _signs_of(_SANS) for sign in _signs_in(texts)) and not (fonts / _CJK.name).exists():
        shutil.copyfile(_CJK, fonts / _CJK.name)


def _signs_in(texts: Mapping[str, str]) -> set[str]:
    found = set().union(*texts.values())
    return {sign for sign in found if unicodedata.category(sign) not in _NEED_NO_GLYPH}


def _stylesheet(language: str, names: Iterable[str], has_wide: bool) -> str:
    families = {"more": "Source Sans 3 More", "cjk": "Noto Sans CJK Cut"}
    faces = [(families[name], name, "") for name in names]
    if has_wide:
        faces.append(("Noto Sans CJK Wide", "cjk", ", ".join(f"U+{ord(sign):04X}" for sign in sorted(_WIDE))))
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-display: swap; src: url(fonts/{name}-{language}.woff2) '
        f'format("woff2"){f"; unicode-range: {only}" if only else ""} }}\n'
        for family, name, only in faces
    )


def _where(texts: Mapping[str, str], lost: set[str]) -> str:
    for page, text in sorted(texts.items()):
        for number, line in enumerate(text.splitlines(), 1):
            if found := next((sign for sign in line if sign in lost), None):
                name = unicodedata.name(found, "a sign without a name")
                sign = f"{found} (U+{ord(found):04X}, {name})"
                return f"{page}:{number}: the report's fonts have no {sign}; write it otherwise: {line.strip()[:80]}"
    raise ValueError(f"none of the pages has {lost}")


@cache
def _shipped() -> frozenset[int]:
    """What browsers find in the shipped fonts: their glyphs, within the ranges that the stylesheet has them for."""
    found: set[int] = set()
    for rule in _SHIPPED.finditer((_THEME / "cairn.css").read_text(encoding="utf-8")):
        ends = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", rule["ranges"])
        asked = {sign for first, last in ends for sign in range(int(first, 16), int(last or first, 16) + 1)}
        found |= asked & _signs_of(_THEME / rule["font"])
    return frozenset(found)


@cache
def _signs_of(font: Path, number: int = -1) -> frozenset[int]:
    with TTFont(font, fontNumber=number, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


@lru_cache(maxsize=16)  # a preview is written again and again; its signs seldom change
def _cut(font: Path, number: int, signs: frozenset[str]) -> bytes:
    """A web font with exactly these signs, of the font ``number`` in a collection. Takes up to a second."""
    dropped = ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]  # for Latin pairs and vertical lines alone
    options = Options(layout_features=[], hinting=False, desubroutinize=True, drop_tables=dropped, name_IDs=[0, 13, 14])
    made = BytesIO()
    with TTFont(font, fontNumber=number, lazy=True, recalcTimestamp=False, recalcBBoxes=False) as opened:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=[ord(sign) for sign in signs])
        subsetter.subset(opened)
        opened.flavor = "woff2"
        opened.save(made, reorderTables=True)
    return made.getvalue()
