"""Personal data: what is recognised, and what is left alone."""

from __future__ import annotations

import pyarrow as pa
import pytest

from sources.door.privacy import is_chinese_id, is_dni, is_rrn, is_ssn, personal
from sources.files.manner import Manner
from sources.files.readers import Sheet
from sources.files.reading import File, read_files
from tests.real.harness import DATA

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
    found = read_files([File(path.name, path.read_bytes(), Manner(), frozenset()) for path in paths])
    sheets = [(path.name, sheet) for path, sheet in zip(paths, found, strict=True) if isinstance(sheet, Sheet)]
    assert len(sheets) > 150
    alarms = [(name, one.column) for name, sheet in sheets for one in personal(sheet, frozenset())]
    assert alarms == [("location_coordinates.csv", "Contact Phone Number"), ("raw_childcare_data.csv", "PHONE")]
