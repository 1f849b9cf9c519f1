"""Personal data at the door: nothing of it is kept but in quarantine, until its day."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agenda.store import BucketStore, FolderStore
from flows.cli import app
from sources import collect as collecting
from sources.door import quarantine
from tests.sources.conftest import LONG, Coalition

SECRET = "Ximena Sentinel"
FILE = f"quarter,town,age,children,Child name,mail\n2026Q1,harbor,infant,5,{SECRET},sentinel@example.org\n"


def traces(coalition: Coalition, *but: str) -> list[str]:
    """Files of the store that hold something of the file's content, compressed or not."""
    found = []
    for path in sorted((coalition.path / "store").rglob("*")):
        name = path.relative_to(coalition.path / "store").as_posix()
        if path.is_file() and not name.startswith(but):
            content = path.read_bytes()
            if path.suffix == ".parquet":
                import pyarrow.parquet as pq

                content = str(pq.read_table(path).to_pylist()).encode()
            if b"entinel" in content:
                found.append(name)
    return found


def test_nothing_of_it_is_kept_but_in_quarantine(coalition: Callable[..., Coalition], caplog, capsys) -> None:  # type: ignore[no-untyped-def]
    here = coalition()
    here.drop("alpha/q1.csv", FILE)
    here.drop("beta/q1.csv", "quarter,town,age,children\n2026Q1,harbor,infant,7\n")
    outcomes = {made.partner: made.outcome for made in here.collect().receipts}
    assert outcomes == {"alpha": "rejected", "beta": "accepted"}
    assert traces(here, "quarantine/") == []
    assert "entinel" not in caplog.text + str(capsys.readouterr())
    assert not (here.path / "store/inbox/alpha/q1.csv").exists()

    receipt = here.receipt("alpha/q1.csv")
    assert [found["code"] for found in receipt["findings"]] == ["personal_data", "personal_names", "personal_mails"]
    assert receipt["rows"]["read"] == receipt["rows"]["rejected"] == 1
    assert here.rows("rejected_rows") == []
    assert {row[0] for row in here.rows("observations", "partner")} == {"beta"}

    (notice,) = quarantine.notices(here.store)
    assert (notice.partner, notice.file, notice.columns) == ("alpha", "alpha/q1.csv", ("Child name", "mail"))
    assert (notice.until - notice.since.date()).days == 30
    assert here.store.get(f"{notice.address}/q1.csv") == FILE.encode()
    assert here.collect().receipts == ()  # once more changes nothing


def test_sent_again_without_the_columns_it_is_taken_in(coalition: Callable[..., Coalition]) -> None:
    here = coalition()
    here.drop("alpha/q1.csv", FILE)
    here.collect()
    here.drop("alpha/q1.csv", FILE)  # the same again is looked at again
    assert [made.outcome for made in here.collect().receipts] == ["rejected"]
    assert not (here.path / "store/inbox/alpha/q1.csv").exists()
    here.drop("alpha/q1.csv", "quarter,town,age,children\n2026Q1,harbor,infant,5\n")
    assert [made.outcome for made in here.collect().receipts] == ["accepted"]


def test_the_backbone_can_allow_a_column(coalition: Callable[..., Coalition]) -> None:
    here = coalition()
    here.drop("alpha/q1.csv", FILE)
    here.collect()
    here.write(
        "partners.yml",
        (here.path / "partners.yml").read_text().replace("    period:", "    allowed: [Child name, mail]\n    period:"),
    )
    here.drop("alpha/q1.csv", FILE)
    assert [made.outcome for made in here.collect().receipts] == ["accepted"]


def test_a_file_that_fits_no_layout_is_looked_at_too(coalition: Callable[..., Coalition]) -> None:
    here = coalition()
    here.drop("alpha/list.txt", FILE)
    (made,) = here.collect().receipts
    assert {"personal_data", "personal_names"} <= {found.code for found in made.findings}
    assert traces(here, "quarantine/") == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("note.csv", "Ask a@x.org, b@x.org, sentinel@x.org\n\nquarter,town,age,children\n2026Q1,harbor,infant,5\n"),
        (
            "end.csv",
            "quarter,town,age,children\n2026Q1,harbor,infant,5\n\nSent to: a@x.org, b@x.org; sentinel@example.org\n",
        ),
        ("faulty.csv", "quarter,town,age,children\n2026Q1,harbor,infant,5\n2026Q1,harbor,infant,5,sentinel@x.org\n"),
        ("roster.csv", 'First name,mail\nXimena,sentinel@example.org,"a"\nOla,o@example.org,b\n'),
        ("names.csv", "quarter;Child name\n2026Q1;Xentinel;a\n2026Q1;Sentinel;b\n"),
    ],
)
def test_what_stands_around_the_table_is_looked_at(
    coalition: Callable[..., Coalition], name: str, content: str
) -> None:
    here = coalition()
    here.drop(f"alpha/{name}", content)
    (made,) = here.collect().receipts
    assert made.outcome == "rejected"
    assert made.findings[0].code == "personal_data"
    assert traces(here, "quarantine/") == []


def test_whom_to_ask_may_stand_in_a_note(coalition: Callable[..., Coalition]) -> None:
    here = coalition()
    here.drop("alpha/q1.csv", "Questions: ada@example.org\n\nquarter,town,age,children\n2026Q1,harbor,infant,5\n")
    (made,) = here.collect().receipts
    assert made.outcome == "accepted"


def test_members_of_an_archive_are_looked_at(coalition: Callable[..., Coalition]) -> None:
    here, packed = coalition(), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "quarter,town\n2026Q1,harbor\n")
        archive.writestr("b.csv", "Child name,mail\nXimena,sentinel@example.org\n")
    (here.path / "store/inbox/alpha").mkdir(parents=True, exist_ok=True)
    (here.path / "store/inbox/alpha/two.zip").write_bytes(packed.getvalue())
    (made,) = here.collect().receipts
    assert [found.code for found in made.findings] == ["personal_data", "personal_names", "personal_mails"]
    assert traces(here, "quarantine/") == []


@pytest.mark.parametrize("sheet", ["", "    sheet: Sheet\n"])  # also those beside the one that the layout names
def test_the_other_sheets_of_a_workbook_are_looked_at(coalition: Callable[..., Coalition], sheet: str) -> None:
    from openpyxl import Workbook

    here = coalition(LONG.replace("    place: town\n", f"    place: town\n{sheet}").replace("*.csv*", "*.*"))
    book, written = Workbook(), io.BytesIO()
    for row in (["quarter", "town", "age", "children"], ["2026Q1", "harbor", "infant", 5]):
        book.active.append(row)
    roster = book.create_sheet("Roster")
    for row in (["Our children"], ["Child name", "town"], ["Ximena Sentinel", "harbor"]):
        roster.append(row)
    book.save(written)
    (here.path / "store/inbox/alpha").mkdir(parents=True, exist_ok=True)
    (here.path / "store/inbox/alpha/q1.xlsx").write_bytes(written.getvalue())
    (made,) = here.collect().receipts
    assert [(found.code, found.sheet) for found in made.findings[1:]] == [("personal_names", "Roster")]
    assert traces(here, "quarantine/") == []


def test_two_copies_in_one_batch_are_both_taken_out(coalition: Callable[..., Coalition]) -> None:
    here = coalition()
    here.drop("alpha/a.csv", FILE)
    here.drop("alpha/b.csv", FILE)
    here.collect()
    here.collect()
    assert traces(here, "quarantine/") == []


def test_a_correction_that_came_meanwhile_stays(
    coalition: Callable[..., Coalition], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = coalition()
    here.drop("alpha/q1.csv", FILE)
    mended = "quarter,town,age,children\n2026Q1,harbor,infant,5\n"
    land = collecting.Collector._land

    def meanwhile(self: collecting.Collector, *given: object) -> None:
        land(self, *given)  # type: ignore[arg-type]
        if FILE in (here.path / "store/inbox/alpha/q1.csv").read_text():
            here.drop("alpha/q1.csv", mended)

    monkeypatch.setattr(collecting.Collector, "_land", meanwhile)
    here.collect()
    assert (here.path / "store/inbox/alpha/q1.csv").read_text() == mended
    assert [made.outcome for made in here.collect().receipts] == ["accepted"]


def test_killed_before_it_is_taken_out_the_next_collect_does_it(
    coalition: Callable[..., Coalition], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = coalition()
    here.drop("alpha/q1.csv", FILE)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(quarantine, "take_out", killed)
        with pytest.raises(Killed):
            here.collect()
    assert (here.path / "store/inbox/alpha/q1.csv").exists()
    readings = here.rows("readings")
    here.collect()
    assert traces(here, "quarantine/") == []
    assert here.rows("readings") == readings
    assert here.collect().receipts == ()


def test_what_was_taken_in_before_is_not_held_back_when_it_is_read_again(coalition: Callable[..., Coalition]) -> None:
    here = coalition()
    allowed = (
        (here.path / "partners.yml").read_text().replace("    period:", "    allowed: [Child name, mail]\n    period:")
    )
    here.write("partners.yml", allowed)
    here.drop("alpha/q1.csv", FILE)
    here.collect()
    here.write("partners.yml", allowed.replace("    allowed: [Child name, mail]\n", ""))
    assert [made.outcome for made in here.collect().receipts] == ["accepted"]


def test_a_bucket_is_guarded_alike(
    coalition: Callable[..., Coalition], bucket_store: Callable[[], BucketStore]
) -> None:
    here, store = coalition(), bucket_store()
    store.put("inbox/alpha/q1.csv", FILE.encode())
    assert [made.outcome for made in collecting.collect(here.folder, store).receipts] == ["rejected"]
    assert {stored.key.split("/")[0] for stored in store.list("")} == {"lake", "quarantine", "receipts"}
    quarantine.delete(store, quarantine.notices(store))
    assert list(store.list("quarantine/")) == []


def test_the_command_lists_and_deletes(coalition: Callable[..., Coalition]) -> None:
    here = coalition()
    here.drop("alpha/q1.csv", FILE)
    here.collect()

    def cairn(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["--initiative", str(here.path), "quarantine", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    (notice,) = quarantine.notices(here.store)
    assert f"{notice.sha256[:12]}  alpha/q1.csv: Child name, mail; until {notice.until}" in cairn()
    assert json.loads(cairn("--json"))[0]["sha256"] == notice.sha256
    cairn("--delete", notice.sha256[:12])
    assert traces(here) == []


def test_quarantine_ends_on_its_day(coalition: Callable[..., Coalition]) -> None:
    here = coalition()
    here.drop("alpha/q1.csv", FILE)
    here.collect()
    (path,) = (here.path / "store/quarantine").rglob("*.json")
    said = json.loads(path.read_text())
    day = datetime.now(UTC).date()
    assert quarantine.expired(here.store, datetime.now(UTC)) == []
    path.write_text(json.dumps({**said, "until": (day - timedelta(days=1)).isoformat()}))
    here.collect()
    assert list(here.store.list("quarantine/")) == []
    assert traces(here) == []


def test_a_notice_is_chosen_by_the_beginning_of_its_digest(tmp_path: Path) -> None:
    store, now = FolderStore(tmp_path), datetime.now(UTC)
    for sha in ("a" * 64, "ab" * 32):
        quarantine.put_aside(store, quarantine.Notice("p", "p/x.csv", sha, now, now.date(), ()), b"1")
    with pytest.raises(Exception, match="more than one"):
        quarantine.chosen(store, ["a"])
    with pytest.raises(Exception, match="no file"):
        quarantine.chosen(store, ["f"])
    quarantine.delete(store, quarantine.chosen(store, ["ab"]))
    assert [notice.sha256 for notice in quarantine.notices(store)] == ["a" * 64]
