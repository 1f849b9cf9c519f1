"""The charts: an indicator's trend, its breakdowns, its places, and the line on a tile.

Each is laid out twice, for a wide column and for a phone, so that its text is never smaller than the caption below.
The marks mean the same everywhere: a line is what was reported, a hollow point is provisional, a pale band is the
interval, dotted is the baseline and, ahead of now, the current pace, dashed the agreed path to the target. What a
mark is stands beside it; there is no legend. Periods without a value break the line, and a sign in the gap says why:
its meaning stands below the chart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.pictures.drawing import (
    INK,
    Canvas,
    Label,
    Scale,
    along,
    in_two_lines,
    pixels,
    shortened,
    text_width,
    ticks,
)
from reports.words import Words

WIDE, NARROW = 640, 300
"""Widths in pixels at which charts are drawn; the stylesheet shows each at its size or a little larger."""

SMALL = 170
"""Width in pixels of one of several charts that stand side by side: half of a scorecard's column."""

DOTS_AT_MOST = 30
"""More rows than this make a strip: nobody reads a hundred lines, and nobody should be found at the bottom of them."""


@dataclass(frozen=True)
class Point:
    """A period's value at ``x``, the ordinal of the day the period ends; None breaks the line, ``absence`` is why.

    Another ``version`` of the definition breaks it, too.
    """

    x: int
    label: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    provisional: bool = False
    absence: str = ""
    version: int = 1
    tip: str = ""  # what is said to whoever points at it

    @property
    def sign(self) -> str:
        """What stands in the gap of the line; nothing where there is none."""
        return SIGNS[self.absence] if self.absence else ""


SIGNS = {
    "missing": ":",
    "suppressed": "x",
    "withheld": "c",
    "thin": "<",
    "not_applicable": "z",
    "undivided": "÷",
    "few": "u",
}
"""Signs for values that are not there, as statistical offices set them in tables and templates take them from
partners (``c``: confidential, ``u``: unreliable); below the minimum; and the sign of a division."""


@dataclass(frozen=True)
class Axis:
    """Writes the numbers of an axis, with as many decimals as their steps need."""

    words: Words
    percent: bool

    def texts(self, levels: Sequence[float]) -> list[str]:
        shown = [level * 100 if self.percent else level for level in levels]
        decimals = next((d for d in range(6) if all(abs(v - round(v, d)) < 1e-9 for v in shown)), 6)
        write = self.words.percent if self.percent else self.words.number
        return [write(level, decimals) for level in levels]


@dataclass(frozen=True)
class Row:
    """A line of a breakdown: a value with its text, or why there is none."""

    label: str
    text: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    provisional: bool = False
    tip: str = ""


# -- breakdowns ---------------------------------------------------------------------------------------


def dots(rows: Sequence[Row], axis: Axis, whole: tuple[float, str] | None, narrow: bool = False) -> Canvas:
    """One line for each row: name, dot with its interval, value. ``whole`` is drawn through all of them.

    Without ``whole`` the rows are counts, parts of a sum; their dots stand at the end of a line from zero.
    """
    width = NARROW if narrow else WIDE
    names = 0.0 if narrow else min(max(text_width(row.label) for row in rows) + 14, 230)
    is_tall = any(text_width(row.label) > names - 14 for row in rows)
    height, top = 41 if narrow else 38 if is_tall else 30, 24 if whole else 6
    canvas = Canvas(width, top + height * len(rows) + 30)
    values = max((text_width(row.text, bold=True) for row in rows if row.value is not None), default=0.0) + 12
    x = _value_scale(rows, whole, 8 + names, width - (12 if narrow else values))
    bottom = canvas.height - 28
    # A phone's names stand above their dots: the lines keep off them.
    below = [(top + height * i + 21.0, top + height * (i + 1) - 1.0) for i in range(len(rows))]
    steps = below if narrow else [(top, bottom)]
    _axis_below(canvas, x, axis, steps, 3 if narrow else 5)
    if whole:
        _whole_mark(canvas, x, whole, steps)
    marks = []
    for i, row in enumerate(rows):
        middle = top + height * (i + 0.5)
        at = middle + 10 if narrow else middle
        if narrow:
            room = width - text_width(row.text, bold=True) - 12
            canvas.labels.append(Label(shortened(row.label, room), 0, middle - 8, "left", "ink"))
        else:
            lines = in_two_lines(row.label, names - 14)
            for line, text in enumerate(lines):
                level = middle + (line - (len(lines) - 1) / 2) * 17
                canvas.labels.append(Label(text, names - 8, level, "right", "ink"))
        if row.value is None:
            absent = Label(row.text, width, middle - 8, "right") if narrow else Label(row.text, x.start, middle)
            canvas.labels.append(absent)
            continue
        canvas.labels.append(Label(row.text, width, middle - 8 if narrow else middle, "right", "ink", bold=True))
        marks.append({"x": row.value, "y": at, "low": row.lower, "high": row.upper, "zero": max(x.low, 0.0),
                      "hollow": row.provisional, "tip": row.tip})  # fmt: skip
    if whole is None:
        canvas.add({"type": "rule", "color": INK["band"], "strokeWidth": 5}, marks, x=along("zero", x),
                   x2={"field": "x"}, y=pixels("y"))  # fmt: skip
    canvas.add({"type": "rule", "color": INK["line"], "strokeWidth": 3, "opacity": 0.4},
               [mark for mark in marks if mark["low"] is not None and mark["high"] is not None],
               x=along("low", x), x2={"field": "high"}, y=pixels("y"))  # fmt: skip
    mark_points(canvas, marks, along("x", x), pixels("y"))
    return canvas


def strip(
    values: Sequence[float], axis: Axis, whole: tuple[float, str] | None, middle: str, narrow: bool = False
) -> Canvas:
    """Many places at once: each a dot, stacked where they agree, the middle half of them marked and named."""
    width = NARROW if narrow else WIDE
    size = 5.0 if narrow else 7.0
    ordered = sorted(values)
    x = _value_scale([Row("", "", value) for value in ordered], whole, 8, width - 8, zero=False)
    stacks: dict[int, int] = {}
    marks = []
    for value in ordered:
        cell = round(x(value) / size)
        marks.append((cell * size, stacks.get(cell, 0)))
        stacks[cell] = stacks.get(cell, 0) + 1
    step = min(size, 130 / max(stacks.values()))
    top, floor = 28.0, 28.0 + 12 + step * max(stacks.values())
    canvas = Canvas(width, floor + 62)
    low, high = middle_half(ordered)
    canvas.add({"type": "rect", "color": INK["band"], "opacity": 0.7},
               [{"a": low, "b": high, "top": top - 2, "floor": floor}],
               x=along("a", x), x2={"field": "b"}, y=pixels("top"), y2={"field": "floor"})  # fmt: skip
    _axis_below(canvas, x, axis, [(floor, floor + 6)], 3 if narrow else 5)
    if whole:
        _whole_mark(canvas, x, whole, [(20, floor)])
    canvas.add({"type": "point", "filled": True, "size": (size - 1) ** 2 * 0.8, "color": INK["line"], "opacity": 0.85},
               [{"x": at, "y": floor - 6 - level * step} for at, level in marks],
               x=pixels("x"), y=pixels("y"))  # fmt: skip
    label = Label(middle, 0, floor + 46, "center", "line", bold=True)
    at = min(max((x(low) + x(high)) / 2, label.width / 2), width - label.width / 2)
    canvas.labels.append(label.moved(at, label.y))
    return canvas


def middle_half(ordered: Sequence[float]) -> tuple[float, float]:
    """The values a quarter of the way from either end."""
    first, last = (ordered[round((len(ordered) - 1) * part)] for part in (0.25, 0.75))
    return first, last


def _value_scale(rows: Sequence[Row], whole: tuple[float, str] | None, start: float, end: float,
                 zero: bool = True) -> Scale:  # fmt: skip
    """Values along the chart: from zero where that costs little room, or where rows are counts."""
    seen = [v for row in rows for v in (row.value, row.lower, row.upper) if v is not None]
    seen += [whole[0]] if whole else [0.0] if zero else []
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    air = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    from_zero = 0 <= low <= high * 0.45
    return Scale(0.0 if from_zero else max(low - air, 0.0) if low >= 0 else low - air, high + air, start, end)


Pieces = Sequence[tuple[float, float]]
"""Where an upright line is drawn: from pixel to pixel, downwards."""


def _axis_below(canvas: Canvas, x: Scale, axis: Axis, pieces: Pieces, most: int) -> None:
    levels = ticks(x.low, x.high, most)
    at = list(zip(map(x, levels), axis.texts(levels), strict=True))
    canvas.add({"type": "rule", "color": INK["grid"]},
               [{"x": place, "a": a, "b": b} for place, _ in at for a, b in pieces],
               x=pixels("x"), y=pixels("a"), y2={"field": "b"})  # fmt: skip
    for place, text in at:
        half = text_width(text) / 2
        middle = min(max(place, half), canvas.width - half)
        canvas.place([Label(text, middle, pieces[-1][1] + 16, "center")])


def _whole_mark(canvas: Canvas, x: Scale, whole: tuple[float, str], pieces: Pieces) -> None:
    value, text = whole
    canvas.add({"type": "rule", "color": INK["mute"], "strokeWidth": 2, "strokeDash": [1, 4], "strokeCap": "round"},
               [{"x": value, "a": a, "b": b} for a, b in pieces],
               x=along("x", x), y=pixels("a"), y2={"field": "b"})  # fmt: skip
    half = text_width(text) / 2
    canvas.labels.append(Label(text, min(max(x(value), half), canvas.width - half), 9, "center"))


def pieces(points: Sequence[Point]) -> Iterator[tuple[int, Point]]:
    """The points that have a value, each with the number of the unbroken piece of the line that it is on."""
    piece = 0
    for i, point in enumerate(points):
        if point.value is None or (i and point.version != points[i - 1].version):
            piece += 1
        if point.value is not None:
            yield piece, point


def mark_points(canvas: Canvas, rows: Sequence[Mapping[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> None:
    """A point for each row: filled, or hollow where the value is provisional; with its ``tip``, where it has one."""
    filled = {"type": "point", "filled": True, "size": 60, "color": INK["line"], "opacity": 1}
    hollow = {"type": "point", "filled": True, "size": 76, "color": INK["card"], "stroke": INK["line"],
              "strokeWidth": 2.4, "opacity": 1}  # fmt: skip
    for mark, is_hollow in ((filled, False), (hollow, True)):
        add_points(canvas, mark, [row for row in rows if row["hollow"] == is_hollow], x, y)


def add_points(canvas: Canvas, mark: dict[str, Any], rows: Sequence[Mapping[str, Any]], x: dict[str, Any],
               y: dict[str, Any]) -> None:  # fmt: skip
    said = {"description": {"field": "tip", "type": "nominal"}} if any(row.get("tip") for row in rows) else {}
    canvas.add({**mark, "aria": bool(said)}, rows, x=x, y=y, **said)


# -- tiles --------------------------------------------------------------------------------------------


def spark(points: Sequence[Point]) -> Canvas:
    """The last periods of a trend as one small line; its end is the present."""
    canvas, shown = Canvas(104, 32), list(points[-12:])
    _small_line(canvas, shown, _small_x(shown, 6, 97), 25, 7)
    return canvas


def course(points: Sequence[Point]) -> Canvas:
    """A number's last periods on a scale of its own, the first and the last named below: one of several small ones."""
    canvas = Canvas(SMALL, 62)
    x = _small_x(points, 6, SMALL - 7)
    _small_line(canvas, points, x, 33, 8)
    canvas.labels += [Label(point.sign, x(point.x), 34, "center", "mute") for point in points if point.sign]
    first, last = points[0], points[-1]
    canvas.labels += [Label(first.label, 0, 52), Label(last.label, SMALL, 52, "right", "ink", bold=True)]
    return canvas


def _small_x(points: Sequence[Point], start: float, end: float) -> Scale:
    return Scale(points[0].x, max(points[-1].x, points[0].x + 1), start, end)


def _small_line(canvas: Canvas, points: Sequence[Point], x: Scale, foot: float, top: float) -> None:
    """The line from its least value to its largest; of its points only the present is seen."""
    known = [p.value for p in points if p.value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if high == low:
        low, high = low - 1, high + 1
    y = Scale(low, high, foot, top)
    rows = [
        {"x": x(point.x), "y": y(point.value or 0.0), "piece": piece, "hollow": point.provisional}
        for piece, point in pieces(points)
    ]  # fmt: skip
    canvas.add({"type": "line", "color": INK["line"], "strokeWidth": 2, "strokeJoin": "round"}, rows,
               x=pixels("x"), y=pixels("y"), detail={"field": "piece", "type": "nominal"})  # fmt: skip
    mark_points(canvas, [row for row in rows[-1:] if row["x"] == x(points[-1].x)], pixels("x"), pixels("y"))
