"""The commands about single files of partners: `cairn template` and `cairn withdraw`, as a person calls them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from agenda.lint import read
from agenda.store import FolderStore
from sources.collect import collect
from sources.forms.stamp import stamp_of
from tests.flows.conftest import Initiative


def collected(initiative: Initiative) -> None:
    """Collect without the command: what the commands here do needs no flow."""
    collect(read(initiative.path), FolderStore(initiative.path / "store"), received_at=datetime(2026, 4, 2, tzinfo=UTC))


def test_a_template_is_written_where_it_is_asked_for(initiative: Initiative, tmp_path: Path) -> None:
    collected(initiative)
    called = initiative.cairn("template", "library", "2026Q2", "--out", str(tmp_path / "to send.xlsx"))
    assert called.code == 0, called.err
    assert called.out == f"Public library: {tmp_path / 'to send.xlsx'}\n"
    stamp = stamp_of((tmp_path / "to send.xlsx").read_bytes())
    assert stamp is not None
    assert (stamp.partner, stamp.period) == ("library", "2026Q2")
    assert openpyxl.load_workbook(tmp_path / "to send.xlsx").sheetnames[0] == "2026Q2"

    each = initiative.cairn("template", "2026Q2", "--all", "--out", str(tmp_path / "all"), "--json")
    assert each.data == {"templates": [{"partner": "library", "file": str(tmp_path / "all/library_2026Q2.xlsx")}]}
    assert stamp_of((tmp_path / "all/library_2026Q2.xlsx").read_bytes()) == stamp


def test_a_template_that_can_not_be_made_is_a_message(initiative: Initiative) -> None:
    nobody = initiative.cairn("template", "libary", "2026Q2")
    assert (nobody.code, "library" in nobody.err) == (2, True)
    alone = initiative.cairn("template", "library")
    assert (alone.code, "name a partner and a period" in alone.err) == (2, True)
    wrong = initiative.cairn("template", "library", "soon")
    assert (wrong.code, "soon" in wrong.err) == (2, True)
    assert "Traceback" not in nobody.err + alone.err + wrong.err


def test_a_file_is_withdrawn_once(initiative: Initiative) -> None:
    collected(initiative)
    why = ("--reason", "Counted twice", "--as", "Alex Example")
    done = initiative.cairn("withdraw", "library", "2026Q1.csv", *why)
    assert done.code == 0, done.err
    receipt = "store/receipts/library/2026Q1.csv.html"
    assert done.out.splitlines()[0] == "Public library: the numbers of library/2026Q1.csv no longer count."
    assert done.out.rstrip().endswith(receipt)
    page = initiative.read(receipt)
    assert "Counted twice" in page
    assert "Alex Example" in page
    again = initiative.cairn("withdraw", "library", "2026Q1.csv", *why, "--json")
    assert (again.code, again.data) == (0, {"partner": "library", "file": "library/2026Q1.csv", "withdrawn": False})

    misspelt = initiative.cairn("withdraw", "library", "2026q1.csv", *why)
    assert (misspelt.code, "library sent no file" in misspelt.err, "2026Q1.csv" in misspelt.err) == (2, True, True)
