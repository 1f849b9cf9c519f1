"""The ground charts are drawn on: text that knows its size, scales, axis ticks, and SVG made fit for a page.

A chart is laid out here in pixels of its own width, so that labels can be kept apart, then drawn by Vega-Lite. Marks
carry their data; labels carry the place they were given. Colours are the tokens of `INK`; a page swaps them for CSS
variables so that the chart follows light and dark, the PDF keeps them as they are.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any
from xml.etree import ElementTree

import vl_convert

from reports.escape import plain

FONT = "Source Sans 3"
SIZE = 14
"""Of every text in a chart, in pixels; captions are set no larger."""

INK = {
    "ink": "#1d2733",
    "mute": "#56616d",
    "grid": "#e4dfd5",
    "rule": "#cfc8bb",
    "card": "#fffefb",
    "line": "#0f6b6b",
    "band": "#d3e6e3",
    "target": "#8a5a00",
    "aim": "#f1e4c8",
    "off": "#a23a2a",
}
"""Colour tokens, as the stylesheet and the Typst template name them; a test holds the three together."""

_SVG = "http://www.w3.org/2000/svg"
ElementTree.register_namespace("", _SVG)
_UNUSED = ("aria-hidden", "aria-roledescription", "class", "font-family", "pointer-events", "role", "stroke-miterlimit",
           "xml:space")  # fmt: skip
_GROUP = f"{{{_SVG}}}g"
_LABEL = re.compile(
    "(<text)([^<>]*>[^<]*[\u1100-\u11ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef])"
)
"""A label with East Asian signs, which the first font has none of."""
_COORDINATES = frozenset({"d", "transform", "x", "y", "x1", "x2", "y1", "y2"})
_INHERITED = frozenset({"fill", "fill-opacity", "font-size", "font-weight", "stroke", "stroke-width", "text-anchor"})


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True)
class Label:
    """A line of text at (x, y), the middle of its height; ``align`` says which end of it x is."""

    text: str
    x: float
    y: float
    align: str = "left"
    color: str = "mute"
    bold: bool = False
    size: int = SIZE

    @cached_property
    def width(self) -> float:
        return text_width(self.text, self.size, self.bold)

    @cached_property
    def box(self) -> Box:
        left = self.x - {"left": 0.0, "center": self.width / 2, "right": self.width}[self.align]
        return Box(left, self.y - self.size * 0.56, left + self.width, self.y + self.size * 0.56)

    def moved(self, x: float, y: float, align: str | None = None) -> Label:
        return replace(self, x=x, y=y, align=align or self.align)


def text_width(text: str, size: float = SIZE, bold: bool = False) -> float:
    """Pixels that ``text`` takes in the shipped font, rather a little more than less."""
    return sum(_advance(char) for char in text) * size / 1000 * (1.04 if bold else 1.0)


def _advance(char: str) -> int:
    """Advance width in thousandths of the size; Source Sans 3, rounded up by class."""
    if char in "iljI|.,:;'!()[]\u00a0 ·-ftr":
        return 310 if char not in "\u00a0 ilj|'.,:;" else 260
    if char in "mwMW@%—":
        return 850
    if unicodedata.east_asian_width(char) in "WF":
        return 1000
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 610 if char.isupper() else 510


def shortened(text: str, width: float, size: float = SIZE) -> str:
    """``text``, cut with an ellipsis where it is wider than ``width``."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def in_two_lines(text: str, width: float) -> list[str]:
    """``text`` as the one or two lines that fit ``width``; what is longer is cut with an ellipsis."""
    if text_width(text) <= width:
        return [text]
    words = text.split(" ")
    fitting = [n for n in range(1, len(words)) if text_width(" ".join(words[:n])) <= width]
    if not fitting:
        return [shortened(text, width)]
    return [" ".join(words[: fitting[-1]]), shortened(" ".join(words[fitting[-1] :]), width)]


@dataclass(frozen=True)
class Scale:
    """A straight line from data to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / ((self.high - self.low) or 1.0) * (self.end - self.start)

    @property
    def vega(self) -> dict[str, Any]:
        return {"domain": [self.low, self.high], "range": [self.start, self.end], "zero": False, "nice": False}


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most ``most`` round numbers within [low, high]."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    power = 10.0 ** math.floor(math.log10(span / most))
    for step in (power * s for s in (1, 2, 2.5, 5, 10, 20, 25, 50)):
        first = math.ceil(low / step - 1e-9)
        last = math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [round(i * step, 12) for i in range(first, last + 1)]
    return [low]


@dataclass
class Canvas:
    """A chart being laid out: its layers in the order they are drawn, and its labels."""

    width: float
    height: float
    layers: list[dict[str, Any]] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def add(self, mark: dict[str, Any], data: Iterable[Mapping[str, Any]], **encoding: dict[str, Any]) -> None:
        """A layer of marks, left out where it has no data."""
        values = [{name: plain(v) if isinstance(v, str) else v for name, v in row.items()} for row in data]
        if values:
            self.layers.append({"data": {"values": values}, "mark": mark, "encoding": encoding})

    def place(self, wanted: Sequence[Label], avoid: Sequence[Box] = (), *, or_nowhere: bool = False) -> Label | None:
        """The first of the wanted places that is inside the canvas and free; None (nothing added) if none is.

        ``avoid`` are boxes that a label should keep off. If no place does, the one that meets the fewest of them is
        taken, or, with ``or_nowhere``, none.
        """
        taken = [label.box for label in self.labels]
        free = [label for label in wanted
                if self._holds(label.box) and not any(label.box.meets(box) for box in taken)]  # fmt: skip
        chosen = next((label for label in free if not any(map(label.box.meets, avoid))), None)
        if chosen is None and not or_nowhere:
            chosen = min(free, key=lambda label: sum(map(label.box.meets, avoid)), default=None)
        if chosen is not None:
            self.labels.append(chosen)
        return chosen

    def _holds(self, box: Box) -> bool:
        return box.left >= -1 and box.top >= -1 and box.right <= self.width + 1 and box.bottom <= self.height + 1

    def spec(self) -> dict[str, Any]:
        """The chart as Vega-Lite."""
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "width": self.width,
            "height": self.height,
            "padding": 0,
            "autosize": "none",
            "background": None,
            "config": {"view": {"stroke": None}, "axis": None, "font": FONT, "aria": False},
            "layer": [*self.layers, *self._texts()],
        }

    def _texts(self) -> list[dict[str, Any]]:
        """One layer for all labels: each brings its place in pixels and how it is set."""
        rows = [{"x": label.x, "y": label.y, "text": plain(label.text), "align": label.align, "color": INK[label.color],
                 "size": label.size, "weight": 600 if label.bold else 400} for label in self.labels]  # fmt: skip
        mark = {"type": "text", "baseline": "middle", "align": {"expr": "datum.align"},
                "fontSize": {"expr": "datum.size"}, "fontWeight": {"expr": "datum.weight"}}  # fmt: skip
        encoding = {"x": pixels("x"), "y": pixels("y"), "text": {"field": "text", "type": "nominal"},
                    "color": {"field": "color", "type": "nominal", "scale": None}}  # fmt: skip
        return [{"data": {"values": rows}, "mark": mark, "encoding": encoding}] if rows else []


def pixels(name: str) -> dict[str, Any]:
    """An encoding of a field that holds pixels."""
    return {"field": name, "type": "quantitative", "scale": None, "axis": None}


def along(name: str, scale: Scale) -> dict[str, Any]:
    """An encoding of a data field along a scale that was laid out."""
    return {"field": name, "type": "quantitative", "scale": scale.vega, "axis": None}


def render(spec: dict[str, Any]) -> str:
    """The Vega-Lite spec as SVG, without anything a page has no use for."""
    return _drawn(json.dumps(spec))


@lru_cache(maxsize=500)  # some quarters' charts, at 10 kB: a report that is made again changes few of them
def _drawn(text: str) -> str:
    spec = json.loads(text)
    named = {f"layer_{i}": layer.pop("data")["values"] for i, layer in enumerate(spec["layer"])}
    for name, layer in zip(named, spec["layer"], strict=True):
        layer["data"] = {"name": name}
    vega = json.loads(_compiled(json.dumps(spec)))
    for source in vega["data"]:
        source |= {"values": named[source["name"]]} if source["name"] in named else {}
    root = ElementTree.fromstring(vl_convert.vega_to_svg(json.dumps(vega), allowed_base_urls=[]))
    _tidy(root)
    root.attrib = {"viewBox": f"0 0 {spec['width']:g} {spec['height']:g}"}
    # Braces and backticks could mean something to the page that the drawing is set in.
    return ElementTree.tostring(root, encoding="unicode").translate({ord(c): f"&#{ord(c)};" for c in "{}`"})


@lru_cache(maxsize=100)
def _compiled(spec: str) -> str:
    """A Vega-Lite spec without its data as Vega: half the work of a drawing, and the same for all that are alike."""
    return json.dumps(vl_convert.vegalite_to_vega(spec, vl_version="6.4"))


def _tidy(element: ElementTree.Element) -> None:
    """Remove classes, fonts and what is invisible; round coordinates; say once what all children have in common."""
    for child in list(element):
        _tidy(child)
        unseen = child.get("fill", "none") in ("none", "transparent") and child.get("stroke") is None
        if said := child.attrib.pop("aria-label", ""):  # a point's own words, for whoever points at it
            ElementTree.SubElement(child, f"{{{_SVG}}}title").text = said
        if child.tag == f"{{{_SVG}}}path" and unseen:
            element.remove(child)
        elif child.tag == _GROUP and not child.attrib:  # a wrapper, or nothing at all
            at = list(element).index(child)
            element[at : at + 1] = list(child)
    for name in _UNUSED:
        element.attrib.pop(name, None)
    for name, idle in (("opacity", "1"), ("transform", "translate(0,0)")):
        if element.get(name) == idle:
            del element.attrib[name]
    for name in _COORDINATES & set(element.attrib):
        element.set(
            name, re.sub(r"-?\d+\.\d+", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), element.attrib[name])
        )
    _simplify(element)
    _pile(element)
    if len(element) > 1:
        shared = set.intersection(*({(k, v) for k, v in child.attrib.items() if k in _INHERITED} for child in element))
        for name, value in shared:
            element.set(name, value)
            for child in element:
                del child.attrib[name]
    element.attrib = dict(sorted(element.attrib.items()))


def _simplify(element: ElementTree.Element) -> None:
    """A path that is a circle as a circle; a moved mark at its place."""
    moved = re.fullmatch(r"translate\((-?[\d.]+),(-?[\d.]+)\)", element.get("transform", ""))
    circle = re.fullmatch(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0", element.get("d", ""))
    if circle:
        element.tag = f"{{{_SVG}}}circle"
        del element.attrib["d"]
        element.set("r", circle[1])
    if moved and (circle or element.tag == f"{{{_SVG}}}text"):
        del element.attrib["transform"]
        for name, value in zip(("cx", "cy") if circle else ("x", "y"), moved.groups(), strict=True):
            element.set(name, value)


def _pile(element: ElementTree.Element) -> None:
    """Circles that are alike and say nothing as one path, each a stroke without length and with round ends.

    Of a thousand places that is a tenth of the bytes.
    """
    piles: dict[tuple[tuple[str, str], ...], list[ElementTree.Element]] = {}
    for child in element:
        if child.tag == f"{{{_SVG}}}circle" and not len(child) and "stroke" not in child.attrib:
            style = sorted((name, value) for name, value in child.attrib.items() if name not in ("cx", "cy"))
            piles.setdefault(tuple(style), []).append(child)
    for alike, (first, *others) in piles.items():
        if others:
            look = dict(alike)
            ends = {"stroke": look.pop("fill"), "stroke-width": f"{2 * float(look.pop('r')):g}"}
            dots = "".join(f"M{circle.get('cx')},{circle.get('cy')}h0" for circle in (first, *others))
            first.tag = f"{{{_SVG}}}path"
            first.attrib = {**look, **ends, "d": dots, "fill": "none", "stroke-linecap": "round"}
            for other in others:
                element.remove(other)


def for_page(svg: str, ident: str, title: str, description: str) -> str:
    """``svg`` as an element of an HTML page: named for screen readers, coloured by CSS variables."""
    named = (f'role="img" aria-labelledby="{ident}-t {ident}-d"><title id="{ident}-t">{_xml(title)}</title>'
             f'<desc id="{ident}-d">{_xml(description)}</desc>')  # fmt: skip
    return decoration(svg).replace('aria-hidden="true">', named, 1)


def decoration(svg: str) -> str:
    """``svg`` as an element of an HTML page that says nothing its neighbours don't."""
    for token, color in INK.items():
        svg = svg.replace(f'"{color}"', f'"var(--{token})"')
    return re.sub(r'<svg xmlns="[^"]*"([^>]*)>', r'<svg\1 aria-hidden="true">', svg, count=1)


def for_print(svg: str, title: str, cjk: str) -> str:
    """``svg`` as a file of its own, in the report's fonts; ``cjk`` is the face of Noto Sans CJK for its language.

    A label with East Asian signs is set in that: what draws a file sets it else in the first face that has them all,
    the Japanese one.
    """
    labelled = _LABEL.sub(rf'\1 font-family="Noto Sans CJK {cjk}"\2', svg)
    return labelled.replace("<svg ", f'<svg font-family="{FONT}" ', 1).replace(">", f"><title>{_xml(title)}</title>", 1)


def _xml(text: str) -> str:
    return plain(text).translate({ord(c): f"&#{ord(c)};" for c in "&<>\"'`{}"})
