"""Charts: labels never collide or leave the canvas; drawings are sound XML, named, and the same each time."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import combinations
from xml.etree import ElementTree

import pytest

from agenda.periods import Calendar
from reports.pictures.charts import DOTS_AT_MOST, Axis, Point, Row, dots, middle_half, spark, strip
from reports.pictures.drawing import (
    INK,
    SIZE,
    Box,
    Canvas,
    Label,
    decoration,
    for_page,
    for_print,
    render,
    text_width,
    ticks,
)
from reports.pictures.trend import Ahead, Aim, Trend, trend
from reports.rendering.pages import _HERE
from reports.words import Words

WORDS = Words("en", Calendar())
COUNT, PERCENT = Axis(WORDS, percent=False), Axis(WORDS, percent=True)
SVG = "{http://www.w3.org/2000/svg}"


def a_trend(seed: int) -> Trend:
    """A trend of a random length, with gaps, intervals, targets ahead or behind, near or far."""
    chance = random.Random(seed)
    percent = chance.random() < 0.5
    size = 1.0 if percent else 10 ** chance.uniform(0, 6)
    level, points = chance.random() * size, []
    length = chance.choice([1, 2, 5, 9, 16, 32])
    for i in range(length):
        level = min(max(level + chance.gauss(0, 0.05) * size, 0), size)
        gap = chance.random() < 0.15 and i < length - 1
        half = chance.random() * 0.05 * size if chance.random() < 0.5 else 0
        points.append(Point(
            730000 + i * 91, f"Q{i % 4 + 1} {2018 + i // 4}", *((None,) * 3 if gap else (level, level - half, level + half)),
            provisional=chance.random() < 0.2,
        ))  # fmt: skip
    write = WORDS.percent if percent else WORDS.number
    aims = []
    for i in range(chance.choice([0, 1, 2, 3])):
        value = chance.random() * size
        at = 730000 + (length + chance.randint(-3, 30) + i * 4) * 91
        if chance.random() < 0.2:
            band = f"Target {write(value * 0.8)} to {write(value)}"
            aims = [Aim(at, "Q4 2027", band, f"{band} by Q4 2027", None, value * 0.8, value)]
            break
        aims.append(
            Aim(at, f"Q4 {2026 + i}", f"Target {write(value)}", f"Target {write(value)} by Q4 {2026 + i}", value)
        )
    base = chance.random() * size
    baseline = (730000, base, f"Baseline {write(base)}") if chance.random() < 0.7 else None
    now = write(points[-1].value or 0)
    ahead = None
    due = max((aim.x for aim in aims), default=0)
    if points[-1].value is not None and due > points[-1].x and chance.random() < 0.7:
        xs = range(points[-1].x, due + 1, 91)
        slope, width = chance.gauss(0, 0.03) * size, chance.random() * 0.2 * size
        steps = [
            (x, v := max(points[-1].value + slope * i, 0.0), max(v - width, 0.0), v + width) for i, x in enumerate(xs)
        ]
        ahead = Ahead(tuple(steps), f"At this pace {write(steps[-1][1])}")
    return Trend(tuple(points), now, baseline, tuple(sorted(aims, key=lambda a: a.x)), Axis(WORDS, percent),
                 (0.0, 1.0 if percent else None), chance.random() < 0.3, ahead)  # fmt: skip


def rows(seed: int, count: int) -> list[Row]:
    chance = random.Random(seed)
    names = ["Harbor", "Five-year-olds not yet in school", "W", "A very long name of a very large place indeed"]
    found = []
    for i in range(count):
        value = chance.random()
        if chance.random() < 0.1:
            found.append(Row(names[i % 4], "not reported"))
        else:
            found.append(Row(names[i % 4], WORDS.percent(value, 1), value, value * 0.9, value * 1.1, i % 5 == 0))
    return found


def assert_readable(canvas: Canvas) -> None:
    for one, other in combinations(canvas.labels, 2):
        assert not one.box.meets(other.box), (one, other)
    for label in canvas.labels:
        assert label.size >= SIZE
        assert -1.5 <= label.box.left < label.box.right <= canvas.width + 1.5, label
        assert -1.5 <= label.box.top < label.box.bottom <= canvas.height + 1.5, label


@pytest.mark.parametrize("narrow", [False, True])
def test_labels_of_trends_keep_apart(narrow: bool) -> None:
    for seed in range(250):
        canvas = trend(a_trend(seed), narrow)
        assert_readable(canvas)
        said = [label.text for label in canvas.labels]
        assert a_trend(seed).now in said, (seed, said)


def test_hardly_a_line_crosses_the_words_of_a_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the lines are: of five hundred charts, one has no room at all."""
    crossed = []
    place = Canvas.place

    def watched(self: Canvas, wanted: Sequence[Label], avoid: Sequence[Box] = (), **how: bool) -> Label | None:
        chosen = place(self, wanted, avoid, **how)
        if chosen and chosen.text.startswith("Baseline") and any(map(chosen.box.meets, avoid)):
            crossed.append(chosen.text)
        return chosen

    monkeypatch.setattr(Canvas, "place", watched)
    for seed in range(250):
        for narrow in (False, True):
            trend(a_trend(seed), narrow)
    assert len(crossed) <= 1


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("count", [1, 3, DOTS_AT_MOST])
def test_labels_of_breakdowns_keep_apart(count: int, narrow: bool) -> None:
    for seed in range(20):
        assert_readable(dots(rows(seed, count), PERCENT, (0.5, "Everywhere 50 %"), narrow))
        assert_readable(dots(rows(seed, count), PERCENT, None, narrow))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("count", [31, 100, 274])
def test_labels_of_strips_keep_apart(count: int, narrow: bool) -> None:
    values = [random.Random(i).betavariate(9, 1) for i in range(count)]
    canvas = strip(values, PERCENT, (0.9, "England 90.5 %"), "Half of 274: 86.8 % to 93.4 %", narrow)
    assert_readable(canvas)
    assert len(re.findall(r"M[\d.]+,[\d.]+h0", render(canvas.spec()))) == count


def test_equal_values_can_be_drawn() -> None:
    assert_readable(strip([5.0] * 40, COUNT, (5.0, "All 5"), "Half of 40: 5 to 5"))
    assert_readable(dots([Row("A", "0", 0.0), Row("B", "0", 0.0)], COUNT, None))
    assert_readable(dots([Row("A", "not reported")], COUNT, None))
    flat = Trend(tuple(Point(730000 + 91 * i, f"Q{i}", 0.0) for i in range(4)), "0", None, (), COUNT)
    assert_readable(trend(flat))
    render(spark([Point(730000, "Q1", 3.0)]).spec())
    render(spark([Point(730000, "Q1")]).spec())


def drawings() -> list[Canvas]:
    data = [a_trend(seed) for seed in (1, 2, 3)]
    values = [random.Random(i).random() for i in range(60)]
    return [*(trend(t, narrow) for t in data for narrow in (False, True)), dots(rows(1, 6), PERCENT, (0.5, "All 50 %")),
            strip(values, PERCENT, None, "Half"), spark(data[0].points)]  # fmt: skip


def test_drawings_are_sound_and_the_same_each_time() -> None:
    for canvas in drawings():
        svg = render(canvas.spec())
        assert svg == render(canvas.spec())
        page = ElementTree.fromstring(for_page(svg, "c1", "A <title> & more", "From {{a}} to `b`"))
        assert page.get("role") == "img"
        assert page.get("aria-labelledby") == "c1-t c1-d"
        assert [page.findtext("title"), page.findtext("desc")] == ["A <title> & more", "From {{a}} to `b`"]
        said = {"".join(text.itertext()) for text in page.iter("text")}
        assert said == {label.text for label in canvas.labels}
        alone = ElementTree.fromstring(for_print(svg, "T", "KR"))
        assert alone.tag == f"{SVG}svg"
        assert alone.findtext(f"{SVG}title") == "T"


def test_a_drawing_holds_no_script_style_or_link() -> None:
    known = {"svg", "g", "path", "line", "circle", "rect", "text"}
    for canvas in drawings():
        tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(render(canvas.spec())).iter()}
        assert tags <= known


def test_names_are_text_whatever_they_hold() -> None:
    evil = "</text><script>x</script> {{< env HOME >}} ```"
    svg = render(dots([Row(evil, "1", 1.0), Row("B", "2", 2.0)], COUNT, None).spec())
    assert not set(svg) & set("{}`")
    root = ElementTree.fromstring(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert any("".join(t.itertext()).startswith("</text><script>") for t in root.iter(f"{SVG}text"))


def test_missing_periods_break_the_line() -> None:
    points = [Point(730000 + 91 * i, f"Q{i}", None if i == 2 else float(i)) for i in range(5)]
    svg = render(trend(Trend(tuple(points), "4", None, (), COUNT)).spec())
    lines = [p.get("d", "") for p in ElementTree.fromstring(svg).iter(f"{SVG}path")]
    assert sum("L" in d for d in lines) == 2


def test_a_compound_way_is_a_curve_and_the_pace_is_dotted_in_its_wedge() -> None:
    points = tuple(Point(730000 + 91 * i, f"Q{i}", 100.0) for i in range(4))
    aim = Aim(731000, "Q4", "Target 400", "Target 400 by Q4", 400.0)
    baseline = (730000, 100.0, "Baseline 100")
    ahead = Ahead(tuple((730273 + 91 * i, 100.0 + i, 90.0, 110.0 + i) for i in range(5)), "At this pace 104")

    def layers(**other: object) -> dict[str, list[dict]]:
        data = Trend(points, "100", baseline, (aim,), COUNT, ahead=ahead, **other)  # type: ignore[arg-type]
        spec = trend(data).spec()["layer"]
        return {str(one["mark"].get("strokeDash", one["mark"]["type"])): one["data"]["values"] for one in spec}

    straight, bent = layers(), layers(is_compound=True)
    assert [(row["x"], row["y"]) for row in straight["[6, 5]"]] == [(730000, 100), (731000, 400)]
    halfway = next(row for row in bent["[6, 5]"] if row["x"] == 730500)
    assert halfway["y"] == pytest.approx(200)
    assert straight["area"] == straight["[0.1, 5]"]
    assert [(row["low"], row["y"], row["high"]) for row in straight["area"]][-1] == (90, 104, 114)


def test_a_page_swaps_colours_for_variables() -> None:
    svg = decoration(render(spark(a_trend(1).points).spec()))
    assert "var(--line)" in svg
    assert not any(color in svg for color in INK.values())


def test_the_tokens_are_the_same_everywhere() -> None:
    css = (_HERE / "theme" / "cairn.css").read_text(encoding="utf-8")
    paper = (_HERE / "theme" / "report.typ").read_text(encoding="utf-8")
    for token, color in INK.items():
        assert f"--{token}: {color};" in css, token
    on_paper = set(re.findall(r'rgb\("(#\w+)"\)', paper))
    assert on_paper
    assert on_paper <= set(INK.values())
    variables = {part.split(":")[0].strip() for part in css.split(":root {")[1].split("}")[0].split(";") if ":" in part}
    assert {f"--{token}" for token in INK} <= variables


def test_ticks_are_round_and_few() -> None:
    assert ticks(0, 1) == [0, 0.25, 0.5, 0.75, 1]
    assert ticks(1084, 1500) == [1100, 1200, 1300, 1400, 1500]
    assert ticks(3, 3) == [3]
    for seed in range(200):
        low = random.Random(seed).uniform(-5, 1e6)
        high = low + 10 ** random.Random(seed + 1).uniform(-4, 6)
        assert 1 <= len(ticks(low, high)) <= 5
    assert PERCENT.texts([0.25, 0.275]) == ["25.0\u00a0%", "27.5\u00a0%"]


def test_the_middle_half() -> None:
    assert middle_half([float(i) for i in range(1, 102)]) == (26, 76)


def test_widths_are_not_underestimated() -> None:
    """Against advances of the shipped font, as measured in thousandths: a=504, W=786, 1=497, %=824, i=246."""
    assert text_width("a", 1000) >= 504
    assert text_width("W", 1000) >= 786
    assert text_width("1", 1000) >= 497
    assert text_width("%", 1000) >= 824
    assert text_width("i", 1000) >= 246
    assert text_width("한", 1000) == 1000


def test_points_that_would_crowd_are_still_found_by_who_points_at_them() -> None:
    points = tuple(
        Point(730000 + 91 * i, f"Q{i}", None if i == 7 else float(i), tip="" if i == 7 else f"Q{i}: {i}")
        for i in range(32)
    )
    svg = ElementTree.fromstring(render(trend(Trend(points, "31", None, (), COUNT)).spec()))
    said = {c.findtext(f"{SVG}title"): c.get("opacity") for c in svg.iter(f"{SVG}circle")}
    assert set(said) == {point.tip for point in points} - {""}
    assert [tip for tip, opacity in said.items() if opacity is None] == ["Q31: 31"]  # the only one that is seen


def test_a_file_names_the_face_of_its_east_asian_signs() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><text>2026年第3季度</text><text>Q3 &amp; 4</text></svg>'
    alone = for_print(svg, "率", "SC")
    assert '<text font-family="Noto Sans CJK SC">2026年第3季度</text><text>Q3 &amp; 4</text>' in alone
    assert "<title>率</title>" in alone
