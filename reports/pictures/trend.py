"""The chart of a trend: the line that was reported, its baseline, the agreed way to its targets, and its pace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress, pairwise
from operator import not_
from typing import Any

from reports.pictures.charts import NARROW, WIDE, Axis, Point, add_points, mark_points, pieces
from reports.pictures.drawing import INK, Box, Canvas, Label, Scale, along, pixels, text_width, ticks

_AHEAD = 1100
"""Days ahead that a chart shows in any case, three years: most targets are due within them."""


@dataclass(frozen=True)
class Aim:
    """A target: a value, or a band; due at ``x``. ``later`` is its text where the chart ends before that."""

    x: int
    label: str
    text: str
    later: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Ahead:
    """The straight line of the current pace from now on: ``steps`` are x, value and the limits of its interval."""

    steps: tuple[tuple[int, float, float, float], ...]
    text: str  # the last of them


@dataclass(frozen=True)
class Trend:
    """What a trend chart shows. ``points`` are in time, gaps included; the last one is now."""

    points: tuple[Point, ...]
    now: str  # the last value as text
    baseline: tuple[int, float, str] | None  # x, value, text
    aims: tuple[Aim, ...]
    axis: Axis
    bounds: tuple[float | None, float | None] = (0.0, None)  # what values can't pass
    is_compound: bool = False  # the agreed way: by the same share each day
    ahead: Ahead | None = None
    redefined: str = ""  # what stands at a break in the series


def trend(data: Trend, narrow: bool = False) -> Canvas:
    """The chart of a trend with its baseline and the way to its targets."""
    shown = replace(data, points=data.points[-16 if narrow else -40 :])
    canvas = Canvas(NARROW if narrow else WIDE, 236 if narrow else 260)
    x, y, levels = _scales(shown, canvas, narrow)
    _grid(canvas, list(zip(map(y, levels), data.axis.texts(levels), strict=True)), x)
    _time_axis(canvas, shown, x)
    _ahead_marks(canvas, shown, x, y)
    rows = _band_marks(canvas, shown, x, y)
    _gap_marks(canvas, shown, x)
    _break_marks(canvas, shown, x)
    drawn = _target_marks(canvas, shown, x, y)
    _baseline_marks(canvas, shown, x, y)
    _line_marks(canvas, rows, x, y)
    _labels(canvas, shown, x, y, drawn, narrow)
    return canvas


def _scales(data: Trend, canvas: Canvas, narrow: bool) -> tuple[Scale, Scale, list[float]]:
    """Time from the first point to the last target, as far as that leaves the past its room; values with some air."""
    first, now = data.points[0].x, data.points[-1].x
    future = max((aim.x for aim in data.aims if aim.x > now), default=now)
    paced = data.ahead.steps[-1][0] if data.ahead else now
    last = max(paced, min(future, now + max(round((now - first) * 0.8), _AHEAD)))
    seen = [v for p in data.points for v in (p.value, p.lower, p.upper) if v is not None]
    seen += [data.baseline[1]] if data.baseline else []
    seen += [v for _, *numbers in (data.ahead.steps if data.ahead else ()) for v in numbers]
    path = _path(data, float(last))
    seen += [v for _, v in path] + [v for a in data.aims for v in (a.low, a.high) if v is not None]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    air = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    least, most = data.bounds
    low = low - air if least is None else max(low - air, min(low, least))
    high = high + air if most is None else min(high + air, max(high, most))
    levels = ticks(low, high, 4 if narrow else 5)
    left = max(map(text_width, data.axis.texts(levels))) + 8
    beside = [_said(aim, last) for aim in data.aims[-1:]] + ([data.now] if last == now else [])
    beside += [data.ahead.text] if data.ahead and paced == last else []
    right = 14.0 if narrow else min(16 + max(text_width(text, bold=True) for text in beside), canvas.width * 0.3)
    x = Scale(first, max(last, first + 1), left + 8, canvas.width - right)
    return x, Scale(low, high, canvas.height - 34, 26), levels


def _path(data: Trend, last: float) -> list[tuple[float, float]]:
    """The agreed way, from the baseline through the targets, cut off at ``last``."""
    corners = [(float(data.baseline[0]), data.baseline[1])] if data.baseline else []
    corners += [(float(aim.x), aim.value) for aim in data.aims if aim.value is not None]
    corners = _bent(corners) if data.is_compound else corners
    first = float(data.points[0].x)
    path: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        for x in (first, last):  # where a stretch crosses an edge of the chart, it ends there
            if x0 < x < x1:
                path.append((x, y0 + (y1 - y0) * (x - x0) / (x1 - x0)))
    path += [corner for corner in corners if first <= corner[0] <= last]
    return sorted(path) if len(corners) > 1 else [corner for corner in path if data.aims]


def _bent(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of a compound way with enough points between them for a curve; nothing grows out of zero."""
    above = [(x, y) for x, y in corners if y > 0]
    bent = above[:1]
    for (x0, y0), (x1, y1) in pairwise(above):
        bent += [(x0 + (x1 - x0) * part / 12, y0 * (y1 / y0) ** (part / 12)) for part in range(1, 13)]
    return bent


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
    """The dotted line from the baseline to now; none while the baseline is now."""
    if data.baseline and data.baseline[0] < data.points[-1].x:
        start = max(data.baseline[0], x.low)
        canvas.add({"type": "rule", "color": INK["mute"], "strokeWidth": 2, "strokeDash": [1, 4], "strokeCap": "round"},
                   [{"a": start, "b": data.points[-1].x, "y": data.baseline[1]}],
                   x=along("a", x), x2={"field": "b"}, y=along("y", y))  # fmt: skip


def _band_marks(canvas: Canvas, data: Trend, x: Scale, y: Scale) -> list[dict[str, Any]]:
    """The pale band of the intervals; returns a row for each known point, with the unbroken piece it is on."""
    rows: list[dict[str, Any]] = []
    for piece, point in pieces(data.points):
        low, high = (point.value if v is None else v for v in (point.lower, point.upper))
        rows.append({"x": point.x, "y": point.value, "low": low, "high": high, "piece": piece,
                     "hollow": point.provisional, "tip": point.tip})  # fmt: skip
    if any(row["low"] < row["high"] for row in rows):
        canvas.add({"type": "area", "color": INK["band"], "opacity": 0.8}, rows, x=along("x", x), y=along("low", y),
                   y2={"field": "high"}, detail={"field": "piece", "type": "nominal"})  # fmt: skip
    return rows


def _ahead_marks(canvas: Canvas, data: Trend, x: Scale, y: Scale) -> None:
    """The dotted line of the current pace, with the pale wedge of its interval."""
    steps = data.ahead.steps if data.ahead else ()
    rows = [{"x": at, "y": value, "low": low, "high": high} for at, value, low, high in steps]
    canvas.add({"type": "area", "color": INK["band"], "opacity": 0.5}, rows, x=along("x", x), y=along("low", y),
               y2={"field": "high"})  # fmt: skip
    canvas.add({"type": "line", "color": INK["line"], "strokeWidth": 2.4, "strokeDash": [0.1, 5], "strokeCap": "round"},
               rows, x=along("x", x), y=along("y", y))  # fmt: skip


def _gap_marks(canvas: Canvas, data: Trend, x: Scale) -> None:
    """Signs at the foot of the chart where the line has no point; of neighbours that would touch the first one."""
    free = -1.0
    for point in data.points:
        sign = Label(point.sign, x(point.x), canvas.height - 44, "center", "ink", bold=True)
        if point.sign and sign.box.left > free:
            canvas.labels.append(sign)
            free = sign.box.right


def _break_marks(canvas: Canvas, data: Trend, x: Scale) -> None:
    """An upright line between two periods of which the second is defined otherwise, and what it means."""
    breaks = [(one.x + other.x) / 2 for one, other in pairwise(data.points) if one.version != other.version]
    canvas.add({"type": "rule", "color": INK["mute"], "strokeWidth": 1.6},
               [{"x": at, "a": canvas.height - 34, "b": 18} for at in breaks],
               x=along("x", x), y=pixels("a"), y2={"field": "b"})  # fmt: skip
    for at in breaks:
        label = Label(data.redefined, x(at), 10, "center", "mute")
        half = label.width / 2
        sides = [label.moved(min(max(x(at), half), canvas.width - half), 10)]
        canvas.place([*sides, label.moved(x(at) + 4, 22, "left"), label.moved(x(at) - 4, 22, "right")])


def _line_marks(canvas: Canvas, rows: list[dict[str, Any]], x: Scale, y: Scale) -> None:
    """The line with its breaks, and its points: where they would crowd, only the last and the provisional ones are
    seen, and the others found by whoever points at them."""
    canvas.add({"type": "line", "color": INK["line"], "strokeWidth": 2.6, "strokeJoin": "round"}, rows,
               x=along("x", x), y=along("y", y), detail={"field": "piece", "type": "nominal"})  # fmt: skip
    is_shown = [len(rows) <= 20 or row is rows[-1] or row["hollow"] for row in rows]
    found = {"type": "point", "filled": True, "size": 60, "color": INK["line"], "opacity": 0}
    add_points(canvas, found, list(compress(rows, map(not_, is_shown))), along("x", x), along("y", y))
    mark_points(canvas, list(compress(rows, is_shown)), along("x", x), along("y", y))


def _labels(canvas: Canvas, data: Trend, x: Scale, y: Scale, path: list[tuple[float, float]], narrow: bool) -> None:
    """What each line is, at the line. The present comes first, then the targets, then the baseline."""
    line = [(x(p.x), y(p.value)) for p in data.points if p.value is not None]
    edges = [(x.start, y(v)) for a in data.aims for v in (a.low, a.high) if v is not None]
    dotted = [(x(at), y(value)) for at, value, *_ in data.ahead.steps] if data.ahead else []
    avoid = [*_track(line), *_track(path), *_track(dotted), *(Box(x.start, at - 3, x.end, at + 3) for _, at in edges)]
    last = data.points[-1]
    if last.value is not None:
        now = Label(data.now, 0, 0, "center", "ink", bold=True, size=16)
        canvas.place(_around(now, x(last.x), y(last.value)), avoid)
    for aim in data.aims[-1:]:
        label = Label(_said(aim, x.high), 0, 0, "center", "target", bold=True)
        if aim.low is not None and aim.high is not None:
            _label_band(canvas, label, aim, x, y, narrow)
        elif path:
            canvas.place(_beside(label, *path[-1], narrow), avoid)
    if data.ahead:
        pace = Label(data.ahead.text, 0, 0, "center", "line", bold=True)
        canvas.place([*_beside(pace, *dotted[-1], narrow), *_around(pace, *dotted[0])], avoid, or_nowhere=True)
    if data.baseline and data.baseline[0] < last.x:
        start, level = x(max(data.baseline[0], x.low)), y(data.baseline[1])
        end = x(last.x)
        label = Label(data.baseline[2], start, level, "left", "mute")
        canvas.place(_along(label, start, end, level), avoid)
        avoid = [*avoid, *_track([(start, level), (end, level)])]
    for aim in data.aims[:-1]:  # those on the way say their number where there is room for it
        if aim.value is not None and x.low <= aim.x <= x.high:
            label = Label(data.axis.texts([aim.value])[0], 0, 0, "center", "target")
            canvas.place(_around(label, x(aim.x), y(aim.value)), avoid, or_nowhere=True)


def _said(aim: Aim, last: float) -> str:
    return aim.text if aim.x <= last else aim.later


def _label_band(canvas: Canvas, label: Label, aim: Aim, x: Scale, y: Scale, narrow: bool) -> None:
    inside = [y(aim.high or 0.0) + 14, y(aim.low or 0.0) - 14, y(aim.high or 0.0) - 13, y(aim.low or 0.0) + 13]
    places = [label.moved(x.end - 4, at, "right") for at in inside] + [
        label.moved(x.start + 4, at, "left") for at in inside
    ]
    if not narrow and label.width <= canvas.width - x.end - 10:
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


def _along(label: Label, start: float, end: float, y: float) -> list[Label]:
    """Places at a level line: under it or over it, beginning before it, where it ends, and then further and further."""
    steps = [start + 4 + (end - start) * part for part in (0.0, 0.15, 0.3, 0.45, 0.6)]
    near = (13, -13, 22, -22)
    places = [label.moved(at, y + side) for side in near for at in steps]
    places += [label.moved(end, y + side, "right") for side in near]
    places += [label.moved(start - before, y + side) for side in near for before in (12, 24, 36)]
    places += [label.moved(end + 8, y + off) for off in (0, -6, 6, -12, 12)]
    return places + [label.moved(at, y + side) for off in range(31, 100, 9) for side in (off, -off) for at in steps]


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
