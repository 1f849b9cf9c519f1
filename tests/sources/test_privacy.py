"""Personal data at the door: what is recognised, what is left alone, and that nothing of it is kept."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from agenda.model import Layout
from agenda.store import BucketStore, FolderStore
from flows.cli import app
from sources import collect as collecting
from sources.door import quarantine
from sources.door.privacy import is_chinese_id, is_dni, is_rrn, is_ssn, personal
from sources.files.readers import Sheet
from sources.files.reading import File, read_files
from tests.real.harness import DATA
from tests.sources.conftest import Coalition

PEOPLE = ["Ana García", "Luis Ortega", "Mary Smith", "John Doe", "Wei Zhang", "Emma Brown"]


def sheet(heading: str, cells: list[str]) -> Sheet:
    columns = {"c0": pa.array(["2026Q3"] * len(cells)), "c1": pa.array(cells, pa.string())}
    return Sheet(("quarter", heading), pa.table(columns), pa.array(range(2, len(cells) + 2), pa.int64()))


def kinds(heading: str, cells: list[str], expected: bool = False, allowed: tuple[str, ...] = ()) -> list[str]:
    names = frozenset({"quarter", heading.casefold()} if expected else {"quarter"})
    return [found.code for found in personal(sheet(heading, cells), names, allowed)]


@pytest.mark.parametrize(
    ("kind", "heading", "cells"),
    [
        ("names", "First name", ["Zdenka", "Ola"]),
        ("names", "Child's name", ["Nguyen Thi Lan", "Xochitl Cuauhtli"]),
        ("names", "parentName", ["O. Wójcik"]),
        ("names", "Name", PEOPLE),
        ("names", "Prepared by", ["Smith, John A."]),
        ("names", "Column 7", PEOPLE),
        ("names", "Nombre y apellidos", ["Iker Etxeberria"]),
        ("names", "Nombre de la niña", ["Itziar"]),
        ("names", "Responsable", ["María José Pérez"]),
        ("names", "성명", ["김민준"]),
        ("names", "아동 이름", ["서윤"]),
        ("names", "담당자", ["박지훈", "이서연"]),
        ("names", "비고", ["김민준", "이서연", "박지훈", "최수아", "정하윤", "강도현"]),
        ("names", "儿童姓名", ["欧阳娜"]),
        ("names", "联系人", ["王小明", "李娜"]),
        ("mails", "Notes", ["", "all fine", "ask ana.garcia+x@example.org about row 3"]),
        ("mails", "x", ["민준@example.co.kr"]),
        ("phones", "Notes", ["closed in July", "call 919-555-0100 first"]),
        ("phones", "Contact", ["(919) 555-0100", "(919) 555-0101"]),
        ("phones", "c", ["+34 612 345 678", "+34 612 345 679"]),
        ("phones", "Teléfono móvil", ["612345678", "612 345 679"]),
        ("phones", "연락처", ["010-1234-5678"]),
        ("phones", "e", ["01012345678", "01098765432"]),
        ("phones", "手机号", ["13812345678"]),
        ("births", "Date of birth", ["3 May 2021"]),
        ("births", "DOB", ["44197"]),
        ("births", "Fecha de nacimiento", ["03/05/2021"]),
        ("births", "생년월일", ["210503"]),
        ("births", "出生日期", ["2021年5月3日"]),
        ("births", "Born", ["2021-05-03"]),
        ("ids", "ref", ["123-45-6789", "219-09-9999"]),
        ("ids", "비고", ["확인함 850101-1234566"]),
        ("ids", "Identificador", ["12345678Z", "X1234567L", "00000000T"]),
        ("ids", "编号", ["11010519491231002X", "440524188001010014"]),
        ("ids", "SSN", ["123456789"]),
    ],
)  # fmt: skip
def test_what_looks_like_persons_is_recognised(kind: str, heading: str, cells: list[str]) -> None:
    assert kinds(heading, cells) == [f"personal_{kind}"]


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("First name", ["", " "]),  # a heading alone is about nobody
        ("Name of centre", ["Martin Luther King Academy", "St. Mary", "Alexander House"]),
        ("Site name", ["Jackson", "Madison", "Graham"]),
        ("Name", ["Blue Ridge", "New Hanover", "Alexander", "McDowell", "Buncombe", "Polk"]),
        ("Name", ["Sunny Days Daycare", "Little Stars", "Anna's Nursery School"]),
        ("Participants", ["12", "40"]),
        ("Children", ["Infant", "Toddler"]),
        ("Child", ["c-0012", "c-0013"]),
        ("Births", ["1204", "1311"]),
        ("Nacimientos", ["2019", "2020"]),
        ("출생아수", ["1204", "20210503"]),
        ("Opened", ["2021-05-03", "2020-01-01"]),
        ("Mobile subscriptions", ["12.5", "13.1"]),
        ("Telephone lines", ["1204", "3311"]),
        ("Amount", ["15000000000", "13500000000"]),  # won
        ("Barcode", ["8801234567893", "4006381333931", "9780306406157"]),
        ("Revenue", ["1234567890123", "2234567890123", "3456789012345"]),
        ("Change", ["+1234", "-5678", "+1.123456789"]),
        ("Code", ["12345678A", "12345678B", "12345678C"]),  # one letter in 23 would fit
        ("Website", ["https://medium.com/@some.name", "https://x.org/p?id=440524188001010014x"]),
        ("Price", ["3 @ 5.00", "2@3"]),
        ("Text", ["@" + "a" * 300_000, "a" * 300_000 + "@"]),  # a search that went back over it would not end
        ("Date", ["2026-11-21", "2026-11-22"]),
        ("ISBN", ["978-0-306-40615-7"]),
        ("시군구", ["강남구", "이천시", "정선군", "고성군", "서초구", "김제시"]),
        ("구분", ["이용자", "정규직", "여성", "남성", "장애아"]),
        ("시설명", ["김포시립어린이집", "이화유치원"]),
        ("城市", ["黄山", "马鞍山", "江门", "石家庄", "南京", "上海"]),
        ("类别", ["高中", "马术", "江河", "普通", "特殊"]),
    ],
)
def test_numbers_places_organisations_and_groups_raise_no_alarm(heading: str, cells: list[str]) -> None:
    assert kinds(heading, cells) == []


def test_what_is_expected_or_allowed_passes() -> None:
    assert kinds("Name", PEOPLE, expected=True) == []
    assert kinds("Phone", ["919-555-0100"], expected=True) == []
    assert kinds("Contact mail", ["a@b.org"], allowed=("contact_mail",)) == []
    # A pseudonym is expected; what no pseudonym looks like is not.
    assert kinds("child_ref", ["c-1", "a@b.org"], expected=True) == ["personal_mails"]
    assert kinds("child_ref", ["850101-1234566", "900101-1234568"], expected=True) == ["personal_ids"]


def test_a_heading_that_is_itself_somebodys_data_is_named_by_its_letter() -> None:
    (found,) = personal(sheet("ana@example.org", ["luis@example.org"]), frozenset())
    assert found.column == "B"
    assert "example.org" not in repr(found)


def test_every_row_of_an_expected_column_is_looked_at() -> None:
    clean = ["c-1", "c-2"] * 5000
    assert kinds("child_ref", [*clean, "ana@example.org"], expected=True) == ["personal_mails"]
    assert kinds("child_ref", [*clean, "850101-1234566"], expected=True) == ["personal_ids"]
    assert kinds("children", [*map(str, range(10_000)), "123-45-6789"], expected=True) == ["personal_ids"]
    assert kinds("ref", [f"{at:08}A" for at in range(10_000)], expected=True) == []


@pytest.mark.parametrize("first", ["Jane", "ana@example.org", "919-555-0100", "2021-03-04", "김민준", "31"])
def test_columns_of_a_file_without_headings_are_named_by_their_letters(first: str) -> None:
    columns = {"c0": pa.array(["x", "y"]), "c1": pa.array(["a@example.org", "b@example.org"])}
    *_, found = personal(Sheet((first, "Oddname"), pa.table(columns), pa.array([2, 3])), frozenset())
    assert found.column == "B"


def test_check_digits() -> None:
    assert is_rrn("8501011234566")
    assert not is_rrn("8501011234565")
    assert not is_rrn("8513011234566")  # no thirteenth month
    assert is_rrn("2105033123456")  # born since October 2020: no check digit
    assert is_chinese_id("11010519491231002X")
    assert not is_chinese_id("110105194912310021")
    assert is_dni("12345678Z")
    assert is_dni("X1234567L")
    assert not is_dni("12345678A")
    assert is_ssn("123456789")
    assert not is_ssn("666456789")


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the real data are not in {DATA}")
def test_real_tables_raise_no_alarm_but_for_their_telephones() -> None:
    """Some two hundred tables of statistics offices, agencies and corpora, no column of which is expected."""
    paths = [path for path in sorted(DATA.rglob("*.csv")) if path.stat().st_size < 2_000_000]
    found = read_files([File(path.name, path.read_bytes(), Layout.model_construct(), frozenset()) for path in paths])
    sheets = [(path.name, sheet) for path, sheet in zip(paths, found, strict=True) if isinstance(sheet, Sheet)]
    assert len(sheets) > 150
    alarms = [(name, one.column) for name, sheet in sheets for one in personal(sheet, frozenset())]
    assert alarms == [("location_coordinates.csv", "Contact Phone Number"), ("raw_childcare_data.csv", "PHONE")]


# -- through the door ---------------------------------------------------------------------------------

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


def test_the_other_sheets_of_a_workbook_are_looked_at(coalition: Callable[..., Coalition]) -> None:
    from openpyxl import Workbook

    here, book, written = coalition(), Workbook(), io.BytesIO()
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
