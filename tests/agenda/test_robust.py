"""Whatever people write into an initiative's files, they get it back with file and line, never a traceback."""

from __future__ import annotations

import contextlib
from pathlib import Path
from textwrap import dedent

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agenda import lint
from agenda.errors import ConfigurationError
from agenda.tables import agenda_tables
from tests.agenda.conftest import FILES

TEXTS = {name: dedent(text).splitlines() for name, text in FILES.items()}
LINES = [(name, number) for name, lines in TEXTS.items() for number in range(len(lines))]
ODD = st.sampled_from(
    ["", "~", "[]", "{}", "[[]]", "{a: {b: c}}", "- x", ":", "|", "&a", "*a", "<<: *a", "!!python/object:os.system x",
     "!!binary x", "!!set {a}", "? [a, b]\n: c", "1e999", "nan", "-0", "0x1F", "99999999999999999999", "'", '"\\', "%",
     "\t", "\ufeff", "\u2028", "null", "${HOME}", "${}", "places", "age_group", "{file: census.csv}",
     "{file: census.csv, common: 3}", "{file: [a]}", "2026Q3", "0001", "{}.{}", "_T", "(", "../x", "/dev/null", "😀",
     '"\\0"', '"\\uD800"', '"\\uD800": x', "{file: \"\\0\"}", "s3://", "1 - - 2"]
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.tuples(
            st.sampled_from(LINES), st.sampled_from(["drop", "replace", "value", "deeper"]), ODD | st.text(max_size=8)
        ),
        min_size=1,
        max_size=3,
    )
)
def test_any_slip_is_answered(tmp_path: Path, edits: list[tuple[tuple[str, int], str, str]]) -> None:
    texts = {name: list(lines) for name, lines in TEXTS.items()}
    for (name, number), how, odd in edits:
        line = texts[name][number]
        key, colon, _ = line.partition(":")
        texts[name][number] = {
            "drop": "",
            "replace": odd,
            "value": f"{key}{colon} {odd}",
            "deeper": f"  {line}",
        }[how]
    for name, lines in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8", errors="replace")
    with contextlib.suppress(ConfigurationError):
        agenda_tables(lint.read(tmp_path))
