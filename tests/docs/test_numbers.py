"""The arithmetic in docs/numbers.md is right to the last digit it shows, and its limits are those of the macros."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import get_args

import pytest

from agenda.indicators import Interval

PAGE = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
LINES = [tuple(re.split(r"\s+# ", line)) for block in BLOCKS for line in block.splitlines()]


@pytest.mark.parametrize(("expression", "result"), LINES)
def test_an_example_is_right_to_its_last_digit(expression: str, result: str) -> None:
    value = eval(expression, {"__builtins__": {}, "max": max, "sqrt": math.sqrt, "exp": math.exp})
    assert f"{value:.{len(result.partition('.')[2])}f}" == result


def test_every_interval_stands_on_the_page() -> None:
    assert all(f"| `{interval}` |" in PAGE for interval in set(get_args(Interval)) - {"none"})
