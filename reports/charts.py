"""The charts: an indicator's trend, its breakdowns, its places, and the line on a tile.

Each is laid out twice, for a wide column and for a phone, so that its text is never smaller than the caption below.
The marks mean the same everywhere: a line is what was reported, a hollow point is provisional, a pale band is the
interval, dotted is the baseline, dashed the agreed path to the target. What a mark is stands beside it; there is no
legend. Missing periods break the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from reports.drawing import INK, Box, Canvas, Label, Scale, along, pixels, shortened, text_width, ticks
from reports.words import Words

WIDE, NARROW = 640, 300
"""Widths in pixels at which charts are drawn; the stylesheet shows each at its size or a little larger."""

DOTS_AT_MOST = 30
"""More rows than this make a strip: nobody reads a hundred lines, and nobody should be found at the bottom of them."""


@dataclass(frozen=True)
class Point:
    """A period's value at ``x``, the ordinal of the day the period ends; None breaks the line."""

    x: int
    label: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    provisional: bool = False


@dataclass(frozen=True)
class Aim:
    """A target: a value, or a band; due at ``x``."""

    x: int
    label: str
    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


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
class Trend:
    """What a trend chart shows. ``points`` are in time, gaps included; the last one is now."""

    points: tuple[Point, ...]
    now: str  # the last value as text
    baseline: tuple[int, float, str] | None  # x, value, text
    aims: tuple[Aim, ...]
    axis: Axis
    bounds: tuple[float | None, float | None] = (0.0, None)  # what values can't pass


@dataclass(frozen=True)
class Row:
    """A line of a breakdown: a value with its text, or why there is none."""

    label: str
    text: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    provisional: bool = False


# -- trend --------------------------------------------------------------------------------------------


def trend(data: Trend, narrow: bool = False) -> Canvas:
    """The chart of a trend with its baseline and the way to its targets."""
    shown = replace(data, points=data.points[-16 if narrow else -40 :])
    canvas = Canvas(NARROW if narrow else WIDE, 236 if narrow else 292)
    x, y, levels = _trend_scales(shown, canvas, narrow)
    _grid(canvas, list(zip(map(y, levels), data.axis.texts(levels), strict=True)), x)
    _time_axis(canvas, shown, x)
    drawn = _target_marks(canvas, shown, x, y)
    _baseline_marks(canvas, shown, x, y)
    _line_marks(canvas, shown, x, y)
    _trend_labels(canvas, shown, x, y, drawn, narrow)
    return canvas


def _trend_scales(data: Trend, canvas: Canvas, narrow: bool) -> tuple[Scale, Scale, list[float]]:
    """Time from the first point to the last target, as far as that leaves the past its room; values with some air."""
    first, now = data.points[0].x, data.points[-1].x
    future = max((aim.x for aim in data.aims), default=now)
    last = min(future, now + max(round((now - first) * 0.8), 370))
    seen = [v for p in data.points for v in (p.value, p.lower, p.upper) if v is not None]
    seen += [data.baseline[1]] if data.baseline else []
    path = _path(data, float(last))
    seen += [v for _, v in path] + [v for a in data.aims for v in (a.low, a.high) if v is not None]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    air = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    least, most = data.bounds
    low = low - air if least is None else max(low - air, min(low, least))
    high = high + air if most is None else min(high + air, max(high, most))
    levels = ticks(low, high, 4 if narrow else 5)
    left = max(map(text_width, data.axis.texts(levels))) + 8
    right = 14.0
    if not narrow:
        right = 12 + max([text_width(_aim_text(data, last), bold=True), text_width(data.now, bold=True) + 4][: 1 if last > now else 2])  # fmt: skip
    x = Scale(first, max(last, first + 1), left + 8, canvas.width - min(right, canvas.width * 0.3))
    return x, Scale(low, high, canvas.height - 34, 26), levels


def _path(data: Trend, last: float) -> list[tuple[float, float]]:
    """The agreed way, from the baseline through the targets, cut off at ``last``."""
    corners = [(float(data.baseline[0]), data.baseline[1])] if data.baseline else []
    corners += [(float(aim.x), aim.value) for aim in data.aims if aim.value is not None]
    first = float(data.points[0].x)
    path: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        for x in (first, last):  # where a stretch crosses an edge of the chart, it ends there
            if x0 < x < x1:
                path.append((x, y0 + (y1 - y0) * (x - x0) / (x1 - x0)))
    path += [corner for corner in corners if first <= corner[0] <= last]
    return sorted(path) if len(corners) > 1 else [corner for corner in path if data.aims]


def _aim_text(data: Trend, last: float) -> str:
    return data.aims[-1].text if data.aims else data.baseline[2] if data.baseline else ""


def _grid(canvas: Canvas, levels: Sequence[tuple[float, str]], x: Scale) -> None:
    canvas.add({"type": "rule", "color": INK["grid"]},
               [{"y": at, "a": x.start - 8, "b": x.end} for at, _ in levels],
               x=pixels("a"), x2={"field": "b"}, y=pixels("y"))  # fmt: skip
    canvas.labels += [Label(text, x.start - 14, at, "right") for at, text in levels]


def _time_axis(canvas: Canvas, data: Trend, x: Scale) -> None:
    """Periods below the chart: now, the targets', the first, the same season of other years, as far as they fit."""
    *before, now = data.points
    season = [p for p in before if (now.x - p.x) % 365.25 < 3 or (now.x - p.x) % 365.25 > 362]
    wanted = [(now.x, now.label, True)]
    wanted += [(aim.x, aim.label, False) for aim in reversed(data.aims) if now.x < aim.x <= x.high]
    wanted += [(p.x, p.label, False) for p in (*before[:1], *reversed(season), *reversed(before))]
    at = canvas.height - 14
    taken: list[Box] = []
    for when, text, bold in wanted:
        half = text_width(text, bold=bold) / 2
        middle = min(max(x(when), half), canvas.width - half)
        label = Label(text, middle, at, "center", "ink" if bold else "mute", bold)
        around = Box(label.box.left - 14, label.box.top, label.box.right + 14, label.box.bottom)
        if not any(around.meets(box) for box in taken):
            taken.append(label.box)
            canvas.labels.append(label)


def _target_marks(canvas: Canvas, data: Trend, x: Scale, y: Scale) -> list[tuple[float, float]]:
    """The dashed way to the targets, or the band they should stay in; returns its corners in pixels."""
    dashed = {"color": INK["target"], "strokeWidth": 2, "strokeDash": [6, 5]}
    path = _path(data, x.high)
    canvas.add({"type": "line", **dashed}, [{"x": a, "y": b} for a, b in path], x=along("x", x), y=along("y", y))
    bands = [(a.low, a.high) for a in data.aims if a.low is not None and a.high is not None]
    if bands:
        low, high = bands[-1]
        edges = [{"a": x.low, "b": x.high, "y": level} for level in (low, high)]
        canvas.add({"type": "rect", "color": INK["aim"], "opacity": 0.55},
                   [{"a": x.low, "b": x.high, "low": low, "high": high}],
                   x=along("a", x), x2={"field": "b"}, y=along("low", y), y2={"field": "high"})  # fmt: skip
        canvas.add({"type": "rule", **dashed}, edges, x=along("a", x), x2={"field": "b"}, y=along("y", y))
    marks = [{"x": aim.x, "y": aim.value} for aim in data.aims if aim.value is not None and x.low <= aim.x <= x.high]
    canvas.add({"type": "point", "shape": "diamond", "filled": True, "size": 70, "color": INK["target"], "opacity": 1},
               marks, x=along("x", x), y=along("y", y))  # fmt: skip
    return [(x(a), y(b)) for a, b in path]


def _baseline_marks(canvas: Canvas, data: Trend, x: Scale, y: Scale) -> None:
    if data.baseline:
        start = max(data.baseline[0], x.low)
        canvas.add({"type": "rule", "color": INK["mute"], "strokeWidth": 2, "strokeDash": [1, 4], "strokeCap": "round"},
                   [{"a": start, "b": max(data.points[-1].x, start), "y": data.baseline[1]}],
                   x=along("a", x), x2={"field": "b"}, y=along("y", y))  # fmt: skip


def _line_marks(canvas: Canvas, data: Trend, x: Scale, y: Scale) -> None:
    """The band, the line with its breaks, and the points: filled, or hollow where provisional."""
    rows, piece = [], 0
    for point in data.points:
        if point.value is None:
            piece += 1
            continue
        low, high = (point.value if v is None else v for v in (point.lower, point.upper))
        rows.append({"x": point.x, "y": point.value, "low": low, "high": high, "piece": piece,
                     "hollow": point.provisional})  # fmt: skip
    detail = {"field": "piece", "type": "nominal"}
    if any(row["low"] < row["high"] for row in rows):
        canvas.add({"type": "area", "color": INK["band"], "opacity": 0.8}, rows, x=along("x", x), y=along("low", y),
                   y2={"field": "high"}, detail=detail)  # fmt: skip
    canvas.add({"type": "line", "color": INK["line"], "strokeWidth": 2.6, "strokeJoin": "round"}, rows,
               x=along("x", x), y=along("y", y), detail=detail)  # fmt: skip
    crowded = len(data.points) > 20
    _points(canvas, [r for r in rows if not crowded or r is rows[-1] or r["hollow"]], along("x", x), along("y", y))


def _points(canvas: Canvas, rows: Sequence[dict[str, object]], x: dict[str, object], y: dict[str, object]) -> None:
    filled = {"type": "point", "filled": True, "size": 60, "color": INK["line"], "opacity": 1}
    hollow = {"type": "point", "filled": True, "size": 76, "color": INK["card"], "stroke": INK["line"],
              "strokeWidth": 2.4, "opacity": 1}  # fmt: skip
    canvas.add(filled, [row for row in rows if not row["hollow"]], x=x, y=y)
    canvas.add(hollow, [row for row in rows if row["hollow"]], x=x, y=y)


def _trend_labels(
    canvas: Canvas, data: Trend, x: Scale, y: Scale, path: list[tuple[float, float]], narrow: bool
) -> None:
    """What each line is, at the line. The present comes first, then the targets, then the baseline."""
    line = [(x(p.x), y(p.value)) for p in data.points if p.value is not None]
    edges = [(x.start, y(v)) for a in data.aims for v in (a.low, a.high) if v is not None]
    avoid = [*_track(line), *_track(path), *(Box(x.start, at - 3, x.end, at + 3) for _, at in edges)]
    last = data.points[-1]
    if last.value is not None:
        now = Label(data.now, 0, 0, "center", "ink", bold=True, size=16)
        canvas.place(_around(now, x(last.x), y(last.value)), avoid)
    for i, aim in enumerate(data.aims):
        final = i == len(data.aims) - 1
        if aim.low is not None and aim.high is not None and final:
            _label_band(canvas, aim, x, y, narrow)
        elif aim.value is not None and x.low <= aim.x <= x.high:
            label = Label(aim.text if final else data.axis.texts([aim.value])[0], 0, 0, "center", "target", bold=final)
            canvas.place(_beside(label, x(aim.x), y(aim.value), narrow or not final), avoid)
        elif aim.value is not None and final and path:
            label = Label(aim.text, 0, 0, "center", "target", bold=True)
            canvas.place(_beside(label, *path[-1], narrow), avoid)
    if data.baseline:
        start, level = x(max(data.baseline[0], x.low)), y(data.baseline[1])
        label = Label(data.baseline[2], start, level, "left", "mute")
        end = x(last.x)
        steps = [start + 4 + (end - start) * part for part in (0.0, 0.15, 0.3, 0.45, 0.6)]
        wanted = [label.moved(at, level + side) for side in (13, -13, 22, -22) for at in steps]
        wanted += [label.moved(end, level + side, "right") for side in (13, -13, 22, -22)]
        canvas.place(wanted, avoid)


def _label_band(canvas: Canvas, aim: Aim, x: Scale, y: Scale, narrow: bool) -> None:
    label = Label(aim.text, x.end, 0, "right", "target", bold=True)
    inside = [y(aim.high or 0.0) + 14, y(aim.low or 0.0) - 14, y(aim.high or 0.0) - 13, y(aim.low or 0.0) + 13]
    places = [label.moved(x.end - 4, at) for at in inside] + [label.moved(x.start + 4, at, "left") for at in inside]
    if not narrow and text_width(aim.text, bold=True) <= canvas.width - x.end - 10:
        middle = (y(aim.low or 0.0) + y(aim.high or 0.0)) / 2
        places = [label.moved(x.end + 8, middle, "left"), *places]
    canvas.place(places)


def _around(label: Label, x: float, y: float) -> list[Label]:
    """Places near a point: above, below, then further off and to the sides."""
    half = label.width / 2
    places = []
    for off in (17, 25, 34, 46):
        for side in (0.0, -0.6, 0.6, -1.1, 1.1):
            places += [label.moved(x + side * half, y - off), label.moved(x + side * half, y + off)]
        places += [label.moved(x + off - 6, y, "left"), label.moved(x - off + 6, y, "right")]
    return places


def _beside(label: Label, x: float, y: float, close: bool) -> list[Label]:
    """Places at the end of a line: to its right where there is a margin, else above it, ending there."""
    right = [] if close else [label.moved(x + 10, y + off, "left") for off in (0, -9, 9, -18, 18)]
    over = [label.moved(x + end, y + off, "right") for off in (-14, 14, -23, 23, -34, 34) for end in (6, 14)]
    return [*right, *_around(label, x, y)[:2], *over, *_around(label, x, y)]


def _track(points: Sequence[tuple[float, float]], reach: float = 4.0) -> list[Box]:
    """Small boxes along a line: what a label should keep off."""
    boxes = []
    for (x0, y0), (x1, y1) in pairwise(points):
        steps = max(int(max(abs(x1 - x0), abs(y1 - y0)) / 5), 1)
        for i in range(steps + 1):
            cx, cy = x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps
            boxes.append(Box(cx - reach, cy - reach, cx + reach, cy + reach))
    return boxes or [Box(x - 7, y - 7, x + 7, y + 7) for x, y in points]


# -- breakdowns ---------------------------------------------------------------------------------------


def dots(rows: Sequence[Row], axis: Axis, whole: tuple[float, str] | None, narrow: bool = False) -> Canvas:
    """One line for each row: name, dot with its interval, value. ``whole`` is drawn through all of them.

    Without ``whole`` the rows are counts, parts of a sum; their dots stand at the end of a line from zero.
    """
    height, top = (46, 24) if narrow else (30, 24)
    top = top if whole else 6
    width = NARROW if narrow else WIDE
    canvas = Canvas(width, top + height * len(rows) + 30)
    names = 0.0 if narrow else min(max(text_width(row.label) for row in rows) + 14, 230)
    values = max(text_width(row.text, bold=True) for row in rows if row.value is not None) + 12 if any(
        row.value is not None for row in rows) else 12.0  # fmt: skip
    x = _value_scale(rows, whole, 8 + names, width - (12 if narrow else values))
    bottom = canvas.height - 28
    _axis_below(canvas, x, axis, top, bottom, 3 if narrow else 5)
    if whole:  # a phone's names stand above their dots: the line keeps off them
        steps = [(top + height * i + 24, top + height * (i + 1) - 2) for i in range(len(rows))] if narrow else []
        _whole_mark(canvas, x, whole, steps or [(20, bottom)])
    marks = []
    for i, row in enumerate(rows):
        middle = top + height * (i + 0.5)
        at = middle + 11 if narrow else middle
        if narrow:
            canvas.labels.append(Label(shortened(row.label, width - values - 8), 0, middle - 9, "left", "ink"))
        else:
            canvas.labels.append(Label(shortened(row.label, names - 14), names - 8, middle, "right", "ink"))
        if row.value is None:
            absent = Label(row.text, width, middle - 9, "right") if narrow else Label(row.text, x.start, middle)
            canvas.labels.append(absent)
            continue
        canvas.labels.append(Label(row.text, width, middle - 9 if narrow else middle, "right", "ink", bold=True))
        marks.append({"x": row.value, "y": at, "low": row.lower, "high": row.upper, "zero": max(x.low, 0.0),
                      "hollow": row.provisional})  # fmt: skip
    if whole is None:
        canvas.add({"type": "rule", "color": INK["band"], "strokeWidth": 5}, marks, x=along("zero", x),
                   x2={"field": "x"}, y=pixels("y"))  # fmt: skip
    canvas.add({"type": "rule", "color": INK["line"], "strokeWidth": 3, "opacity": 0.4},
               [mark for mark in marks if mark["low"] is not None and mark["high"] is not None],
               x=along("low", x), x2={"field": "high"}, y=pixels("y"))  # fmt: skip
    _points(canvas, marks, along("x", x), pixels("y"))
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
        marks.append({"x": cell * size, "level": stacks.get(cell, 0)})
        stacks[cell] = stacks.get(cell, 0) + 1
    step = min(size, 130 / max(stacks.values()))
    top, floor = 28.0, 28.0 + 12 + step * max(stacks.values())
    canvas = Canvas(width, floor + 62)
    low, high = middle_half(ordered)
    canvas.add({"type": "rect", "color": INK["band"], "opacity": 0.7},
               [{"a": low, "b": high, "top": top - 2, "floor": floor}],
               x=along("a", x), x2={"field": "b"}, y=pixels("top"), y2={"field": "floor"})  # fmt: skip
    _axis_below(canvas, x, axis, floor, floor + 6, 3 if narrow else 5)
    if whole:
        _whole_mark(canvas, x, whole, [(20, floor)])
    canvas.add({"type": "point", "filled": True, "size": (size - 1) ** 2 * 0.8, "color": INK["line"], "opacity": 0.85},
               [{"x": m["x"], "y": floor - 6 - m["level"] * step} for m in marks], x=pixels("x"), y=pixels("y"))  # fmt: skip
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


def _axis_below(canvas: Canvas, x: Scale, axis: Axis, top: float, bottom: float, most: int) -> None:
    levels = ticks(x.low, x.high, most)
    at = list(zip(map(x, levels), axis.texts(levels), strict=True))
    canvas.add({"type": "rule", "color": INK["grid"]}, [{"x": place, "a": top, "b": bottom} for place, _ in at],
               x=pixels("x"), y=pixels("a"), y2={"field": "b"})  # fmt: skip
    for place, text in at:
        half = text_width(text) / 2
        middle = min(max(place, half), canvas.width - half)
        canvas.place([Label(text, middle, bottom + 16, "center")])


def _whole_mark(canvas: Canvas, x: Scale, whole: tuple[float, str], pieces: Sequence[tuple[float, float]]) -> None:
    value, text = whole
    canvas.add({"type": "rule", "color": INK["mute"], "strokeWidth": 2, "strokeDash": [1, 4], "strokeCap": "round"},
               [{"x": value, "a": a, "b": b} for a, b in pieces], x=along("x", x), y=pixels("a"), y2={"field": "b"})  # fmt: skip
    half = text_width(text) / 2
    canvas.labels.append(Label(text, min(max(x(value), half), canvas.width - half), 9, "center"))


# -- tiles --------------------------------------------------------------------------------------------


def spark(points: Sequence[Point]) -> Canvas:
    """The last periods of a trend as one small line; its end is the present."""
    shown = list(points[-12:])
    canvas = Canvas(104, 32)
    known = [p.value for p in shown if p.value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if high == low:
        low, high = low - 1, high + 1
    x = Scale(shown[0].x, max(shown[-1].x, shown[0].x + 1), 6, 97)
    y = Scale(low, high, 25, 7)
    piece, rows = 0, []
    for point in shown:
        if point.value is None:
            piece += 1
        else:
            rows.append({"x": point.x, "y": point.value, "piece": piece, "hollow": point.provisional})
    canvas.add({"type": "line", "color": INK["line"], "strokeWidth": 2, "strokeJoin": "round"}, rows,
               x=along("x", x), y=along("y", y), detail={"field": "piece", "type": "nominal"})  # fmt: skip
    _points(canvas, [{**row, "size": 40} for row in rows[-1:] if row["x"] == shown[-1].x], along("x", x), along("y", y))
    return canvas
