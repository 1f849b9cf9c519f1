"""Other people's texts come out as what they are, in Markdown, HTML and Typst."""

from __future__ import annotations

import json
import re
import subprocess

import pypandoc
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import escape

NASTY = [
    "*bold* _em_ `code` ~~out~~ ^up^ ~down~ <!-- hidden -->",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png) <http://evil.example>",
    "{{< env HOME >}} {{< include /etc/passwd >}} {{% x %}}",
    "@ref-1 see [@smith2020; -@doe] and [^note] [text][link]",
    "# Heading\n## Another\n\n---\ntitle: x\n---",
    "1. one\n2. two\n- a list\n> a quote\n    code block",
    "```{python}\nimport os\n```\n`````{=html}\n<b>\n`````",
    "$x^2$ $$\\int$$ \\(a\\) \\begin{x} \\textbf{y} \\",
    "#import \"@preview/x\" #eval(\"1\") $ x $ <label> = Title // no /* no */ #[x] \\u{41}",
    "::: {.danger}\ntext\n::: [span]{.x} {#id .c k=v} | a | b |\n|---|---|",
    "&lt;b&gt; &#60; &amp; \"quoted\" 'single' \u00a0no\u00a0break",
    "https://example.org/?a=1&b=2 mail@example.org www.example.org",
    "* * *\n===\n+ + +\n: definition\n~ x",
    "\x00\x1b[31mred\u202eright to left\ufeff",
    "\ue001unbalanced marks \ue001\ue000",
]  # fmt: skip


def expected(text: str) -> str:
    """What a reader should see."""
    return escape.plain(text).strip()


def pandoc(source: str, to: str) -> str:
    call = [pypandoc.get_pandoc_path(), "--from=markdown", f"--to={to}", "--wrap=none"]
    return subprocess.run(call, input=source, capture_output=True, encoding="utf-8", check=True).stdout


def spoken(node: object) -> str:
    """The text of pandoc's inlines, which must be words, spaces and nothing else."""
    assert isinstance(node, dict)
    if node["t"] == "Space":
        return " "
    assert node["t"] == "Str", node
    return str(node["c"])


@pytest.mark.parametrize("text", NASTY)
def test_markdown_means_only_itself(text: str) -> None:
    blocks = json.loads(pandoc(escape.markdown(text), "json"))["blocks"]
    assert [block["t"] for block in blocks] == ["Para"]
    # Pandoc's typographic quotes, dashes and ellipses are switched off by the escapes as well.
    assert "".join(map(spoken, blocks[0]["c"])) == expected(text)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", categories=("L", "P", "S", "Zs")), min_size=1, max_size=60))
def test_any_markdown_means_only_itself(text: str) -> None:
    if expected(text).strip():
        blocks = json.loads(pandoc(escape.markdown(text), "json"))["blocks"]
        assert [block["t"] for block in blocks] == ["Para"]


def test_markdown_in_one_call() -> None:
    """Inside a heading, a list and a span nothing breaks out either."""
    for text in NASTY:
        page = f"# {escape.markdown(text)} {{#a}}\n\n- {escape.markdown(text)}\n\nend\n"
        blocks = json.loads(pandoc(page, "json"))["blocks"]
        assert [block["t"] for block in blocks] == ["Header", "BulletList", "Para"], text


@pytest.mark.parametrize("text", NASTY)
def test_html_holds_no_markup(text: str) -> None:
    escaped = escape.html(text)
    assert not set(escaped) & set("<>\"'`{}")
    block = f'`````{{=html}}\n<p title="{escaped}">{escaped}</p>\n`````\n'
    assert pandoc(block, "html").strip() == f'<p title="{escaped}">{escaped}</p>'


def test_typst_sets_it_as_text() -> None:
    """Every nasty text compiles, and is what Typst then knows as text."""
    values = ", ".join(escape.typst_string(text) for text in NASTY)
    document = f"#metadata(({values})) <texts>\n" + "\n\n".join(f"#text({escape.typst(text)})" for text in NASTY)
    found = json.loads(typst.query(document.encode(), "<texts>", field="value", one=True))
    assert [text.strip() for text in found] == [expected(text) for text in NASTY]
    assert typst.compile(document.encode())


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_data_can_not_leave_its_element(value: object) -> None:
    written = escape.data(value)
    assert json.loads(written) == value
    assert not re.search(r"[<>&`]|\{\{", written)


def test_only_the_pages_own_words_are_bold() -> None:
    said = f"**no** {escape.stress('yes <b>')} end"
    assert escape.markdown(said) == r"\*\*no\*\* **yes \<b\>** end"
    assert escape.html(said) == "**no** <b>yes &#60;b&#62;</b> end"
    assert escape.typst(said) == r'[#"**no** "#strong("yes \u{3c}b\u{3e}")#" end"]'
    assert escape.plain(said) == "**no** yes <b> end"


def test_paragraphs_are_parted_by_blank_lines_alone() -> None:
    assert escape.paragraphs("One\nstill one.\n\n# Two\n\n\n- three") == "One still one\\.\n\n\\# Two\n\n\\- three"


def test_a_no_break_space_stays() -> None:
    assert escape.plain("19\u00a0%  of\nall") == "19\u00a0% of all"
