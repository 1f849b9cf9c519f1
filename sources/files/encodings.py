"""How a text file's letters are coded: said by the layout or by the file itself, else told from its bytes.

Told, not tried: a text in one East Asian coding nearly always *can* be read in another, as other signs. So each
coding is judged by what it makes of the bytes: the headings that are expected, and letters that are common.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from agenda.spelling import plain
from sources.files.readers import Unreadable
from sources.letters.findings import Finding, finding

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NAMES = {"cp949": "CP949", "gb18030": "GB18030", "cp932": "Shift-JIS", "cp1252": "Windows-1252",
         "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}  # fmt: skip
TOLD_APART = ("cp949", "gb18030", "cp932", "cp1252")
SAMPLE = 2**18
"""Bytes in lines with other letters than ASCII that are looked at; a thousand of them settle it."""
COMMON = {
    "cp949": (
        "이다는에의가을를고지하어기사시대한도자리인수나로일아제서정해스보부구장은원전조그주상동안성국여라성연"
        "회들과으있것게민관유만공소교경내문선영월년분신생비개터용모세양학위치산남명오진호무적재행업중면방단거"
        "니우미았했강화발당계합물간음력법표등율률총별역달러통급건복설식육출평북외청읍군특광울린활참급센터"
    ),
    "gb18030": (
        "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种"
        "面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本"
        "去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比"
        "或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总"
        "次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做"
        "必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济季度人数地区儿童女男性龄岁"
        "费用率合计备注类型县市省镇街号"
    ),
}
"""The most frequent signs of running text, and some that stand in tables: what tells Korean in EUC-KR from Chinese."""
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x1b-\x1f\x7f]")
_HIGH_LINES = re.compile(rb"[^\n\r]*[\x80-\xff][^\n\r]*")


@dataclass(frozen=True)
class Decoded:
    """A file's text, and what is to be said of how it was coded."""

    text: str
    faults: tuple[Finding, ...] = ()


def decode(content: bytes, declared: str | None, headings: frozenset[str]) -> Decoded:
    """The text of a file. Raises `Unreadable` where it isn't coded as it says, or is no text at all."""
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), declared)
    if encoding is not None:
        try:
            return _without_nul(content.decode(encoding))
        except (UnicodeDecodeError, UnicodeError) as error:
            start = error.start + 1 if isinstance(error, UnicodeDecodeError) else 1
            raise Unreadable(finding("text_encoding", encoding=encoding.upper(), byte=start)) from error
    if (wide := _wide(content)) is not None:
        return _told(content.decode(wide), wide)
    found = len(_CONTROLS.findall(content[:SAMPLE]))
    if found >= 3 and found * 500 > len(content[:SAMPLE]):  # more than a stray one
        raise Unreadable(finding("file_binary"))
    try:
        return _without_nul(content.decode())
    except UnicodeDecodeError:
        pass
    best = _best(content, headings)
    if best is None:
        raise Unreadable(finding("text_unclear"))
    return _told(content.decode(best), best)


def _told(text: str, encoding: str) -> Decoded:
    """A coding that nobody declared is always said, with a word to know it by."""
    word = re.search(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*", text) or re.search(r"[^\x00-\x7f]", text)
    warning = finding("text_assumed", encoding=NAMES[encoding], value=word[0] if word else text[:20].strip())
    decoded = _without_nul(text)
    return Decoded(decoded.text, (warning, *decoded.faults))


def _without_nul(text: str) -> Decoded:
    count = text.count("\0")
    return Decoded(text.replace("\0", ""), (finding("text_nul", count=count),)) if count else Decoded(text)


def _wide(content: bytes) -> str | None:
    """UTF-16 without its mark: zero bytes stand on one side of all pairs, and lines end in a pair."""
    head = content[: SAMPLE - SAMPLE % 2]
    for at, encoding, end in ((1, "utf-16-le", b"\n\0"), (0, "utf-16-be", b"\0\n")):
        zeros = head[at::2].count(0)
        is_one_side = zeros * 20 > len(head) and not head[1 - at :: 2].count(0)
        if is_one_side and len(content) % 2 == 0 and end in head:
            try:
                content.decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
    return None


# -- which of the codings without a mark --------------------------------------------------------------


def _best(content: bytes, headings: frozenset[str]) -> str | None:
    lines = b"\n".join(_HIGH_LINES.findall(content[: 64 * SAMPLE]))[:SAMPLE]
    foreign = {text for text in headings if not text.isascii()}
    scores: dict[str, tuple[int, float]] = {}
    for encoding in TOLD_APART:
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        text = lines.decode(encoding, "ignore")
        words = {plain(word) for word in re.split(r"[,;\t|\n\r\"]", text[:20_000])} if foreign else set()
        scores[encoding] = (len(foreign & words), _plausible(text, encoding))
    best = max(scores, key=scores.__getitem__, default=None)
    return best if best and (scores[best][0] or scores[best][1] > 0) else None


def _plausible(text: str, encoding: str) -> float:
    """How well the letters outside ASCII look like words of the languages written so, from 0 to 1."""
    if encoding == "cp1252":
        return _western(text)
    signs = Counter(sign for sign in text if sign > "\x7f")
    # Marks of punctuation that the codings share say nothing.
    letters = {sign: count for sign, count in signs.items() if sign.isalpha()}
    total = sum(letters.values())
    if not total:
        return 0.05 if signs else 0.0
    return sum(count * _weight(sign, encoding) for sign, count in letters.items()) / total


def _weight(sign: str, encoding: str) -> float:
    """What one letter says: 1 for the most common ones, 0 for those that only a wrong coding brings up."""
    if sign in COMMON.get(encoding, ""):
        return 1.0
    if encoding == "cp949":
        return 0.6 if "가" <= sign <= "힣" and _is_in(sign, "euc_kr", 0xFF) else 0.1
    if encoding == "gb18030":
        return 0.6 if _is_in(sign, "gb2312", 0xD7) else 0.3 if _is_in(sign, "gb2312", 0xFF) else 0.0
    if "ぁ" <= sign <= "ヺ" or sign == "ー":
        return 1.0
    return 0.7 if _is_in(sign, "cp932", 0x97) else 0.1


def _is_in(sign: str, encoding: str, last: int) -> bool:
    """Whether ``encoding`` has the sign, in two bytes of which the first is at most ``last``."""
    try:
        coded = sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return len(coded) == 2 and coded[0] <= last


def _western(text: str) -> float:
    """Letters with accents stand alone among plain ones; bytes of any other coding come in runs."""
    runs = re.findall(r"[^\x00-\x7f]+", text)
    total = sum(map(len, runs))
    fitting = sum(1 for run in runs if len(run) == 1) + sum(2 for run in runs if len(run) == 2 and run.isalpha()) / 2
    # A run of one is at most one half of a sign of two bytes, and those whose second half is ASCII are rare words.
    return 0.95 * fitting / total if total else 0.0
