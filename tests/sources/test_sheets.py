"""Google Sheets: what stands in the cells comes through; who may not read is told what to do; quiet looks are cheap."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from agenda.errors import Unavailable
from agenda.ways_in import Sheet
from sources.collect import Collected
from sources.ways import google as client
from sources.ways import patience, sheets
from sources.ways.records import Answer
from sources.ways.secrets import Secrets
from tests.servers.sheets import (
    Amount,
    Day,
    Google,
    Percent,
    Spreadsheet,
    Tab,
    broken,
    google,
    switched_off,
    throttled,
)
from tests.sources.conftest import Coalition

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz012345678901234"
MAIL = "cairn@project.iam.gserviceaccount.com"
ROWS = [["quarter", "town", "age", "children"], ["2026Q1", "Harbor", "infant", 12], ["2026Q1", "Harbor", "toddler", 20]]
PARTNERS = """
layouts:
  long: {{period: quarter, place: town, values: [{{column: children, measure: children, members: {{age: {{column: age}}}}}}]}}
partners:
  - id: alpha
    name: Alpha
    layouts: [long]
    source: {{kind: sheet, spreadsheet: {id}, {more}}}
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with google() as server:
        monkeypatch.setenv("CAIRN_GOOGLE_ENDPOINT", server.web.address)
        monkeypatch.setenv("SHEETS_KEY", json.dumps(server.account()))
        monkeypatch.setattr(patience, "BACKOFF", 0.01)
        yield server


def shared(*tabs: Tab) -> Spreadsheet:
    return Spreadsheet("Numbers", list(tabs), {MAIL})


def ask(*tabs: str, known: Callable[[str, str], bool] = lambda name, version: False) -> list[Answer]:
    source = Sheet(kind="sheet", spreadsheet=ID, tabs=tabs, credentials="${SHEETS_KEY}")
    return list(sheets.answers(source, Secrets(), lambda name: None, known))


def rows(answer: Answer) -> list[list[str]]:
    return [line.split(",") for line in answer.content.decode().splitlines()]


# -- cells --------------------------------------------------------------------------------------------


def test_numbers_come_as_they_are_and_dates_as_everybody_reads_them(server: Google) -> None:
    cells = [12, 12.5, 0.1 + 0.2, Percent(0.125), Amount(1234.5), Day(date(2026, 7, 1)), True, "1,5", 1e15, ""]
    server.spreadsheets[ID] = shared(Tab("Q3", [["a"] * 10, cells]))
    (answer,) = ask()
    assert answer.content.decode().splitlines()[1] == '12,12.5,0.3,0.125,1234.5,2026-07-01,TRUE,"1,5",1000000000000000,'


def test_a_column_that_begins_empty_is_kept_and_so_are_empty_ends(server: Google) -> None:
    sheet = [
        ["", "town", "n", "note"],
        [None, "Harbor", 3, None],
        [],
        ["x", "Mill", None, None],
        [None, "Total", 3],
        [],
    ]
    server.spreadsheets[ID] = shared(Tab("Q3", sheet))
    (answer,) = ask()
    assert rows(answer) == [
        ["", "town", "n", "note"],
        ["", "Harbor", "3", ""],
        [""] * 4,
        ["x", "Mill", "", ""],
        ["", "Total", "3", ""],
    ]


def test_a_merged_text_stands_in_all_its_cells_and_a_merged_number_once(server: Google) -> None:
    sheet = [["town", "n", "m"], ["Harbor", 7, 1], [None, None, 2], ["Mill", 4, 3]]
    server.spreadsheets[ID] = shared(Tab("Q3", sheet, merges=[(1, 3, 0, 1), (1, 3, 1, 2)]))
    (answer,) = ask()
    assert rows(answer)[1:] == [["Harbor", "7", "1"], ["Harbor", "", "2"], ["Mill", "4", "3"]]


def test_a_header_that_is_merged_over_two_rows_and_columns(server: Google) -> None:
    sheet = [["town", "children", None], [None, "infant", "toddler"], ["Harbor", 1, 2]]
    server.spreadsheets[ID] = shared(Tab("Q3", sheet, merges=[(0, 2, 0, 1), (0, 1, 1, 3)]))
    (answer,) = ask()
    assert rows(answer)[:2] == [["town", "children", "children"], ["town", "infant", "toddler"]]


def test_the_sign_before_decimals_and_the_encoding_are_those_of_the_layout(server: Google) -> None:
    from agenda.layouts import Layout

    layout = Layout(
        period="q", values=({"column": "n", "measure": "m"},), decimal=",", delimiter=";", encoding="cp1252"
    )
    assert sheets.as_csv([["é", 1.5, "1,5"]], layout) == "é;1,5;1,5\n".encode("cp1252")


# -- which tabs ---------------------------------------------------------------------------------------


def test_without_a_name_the_first_tab_that_people_see_is_read(server: Google) -> None:
    server.spreadsheets[ID] = shared(
        Tab("lists", [["x"]], hidden=True), Tab("_notes", [["x"]]), Tab("Q3", ROWS), Tab("Q4", ROWS)
    )
    assert [answer.name for answer in ask()] == ["Q3.csv"]


def test_tabs_with_difficult_names_are_read_by_name(server: Google) -> None:
    names = ["Kid's/2026", "2026년 3분기", "A1"]
    server.spreadsheets[ID] = shared(*[Tab(name, ROWS) for name in names])
    assert [answer.name for answer in ask(*names)] == ["Kid's-2026.csv", "2026년 3분기.csv", "A1.csv"]


def test_a_tab_that_is_not_there_is_named_with_the_nearest(server: Google) -> None:
    server.spreadsheets[ID] = shared(Tab("Third quarter", ROWS))
    with pytest.raises(Unavailable, match="there is no tab 'Third quartre'; did you mean 'Third quarter'"):
        ask("Third quartre")


# -- only what changed --------------------------------------------------------------------------------


def test_what_is_known_takes_two_requests_and_gives_nothing(server: Google) -> None:
    server.spreadsheets[ID] = shared(Tab("Q3", ROWS))
    (answer,) = ask()
    server.web.requests.clear()
    assert ask(known=lambda name, version: (name, version) == (answer.name, answer.version)) == []
    assert server.asked() == [ID, "values:batchGet"]


@pytest.mark.parametrize(
    "changed",
    [
        [["day", "n"], [Day(date(2026, 7, 2)), 1]],
        [["day", "n"], [46204, 1]],  # the same number, no longer a date
        [["day", "n"], [Day(date(2026, 7, 1)), 2]],
        [["day", "N"], [Day(date(2026, 7, 1)), 1]],
    ],
)
def test_every_change_is_seen(server: Google, changed: list[list[object]]) -> None:
    server.spreadsheets[ID] = shared(Tab("Q3", [["day", "n"], [Day(date(2026, 7, 1)), 1]]))
    (before,) = ask()
    server.spreadsheets[ID] = shared(Tab("Q3", changed))
    (after,) = ask(known=lambda name, version: version == before.version)
    assert after.content != before.content


def test_a_tab_that_changes_while_it_is_read_is_read_again(server: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    tab = Tab("Q3", [["n"], [1]])
    server.spreadsheets[ID] = shared(tab)
    values, looks = client.Spreadsheet.values, []

    def changing(self: client.Spreadsheet, tabs: list[str], dates: str) -> object:
        looks.append(dates)
        if len(looks) == 2:
            tab.rows = [["n"], [1], [2]]
        return values(self, tabs, dates)

    monkeypatch.setattr(client.Spreadsheet, "values", changing)
    (answer,) = ask()
    assert rows(answer) == [["n"], ["1"], ["2"]]
    assert len(looks) == 4


# -- what fails ---------------------------------------------------------------------------------------


def test_throttling_is_sat_out_as_long_as_the_server_asks(server: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    server.spreadsheets[ID] = shared(Tab("Q3", ROWS))
    waited: list[float] = []
    monkeypatch.setattr(client.time, "sleep", waited.append)
    server.next = [throttled(7), broken(), throttled(3)]
    assert len(ask()) == 1
    assert waited == [7.0, 0.02, 3.0]


def test_who_asks_for_too_much_patience_waits_for_the_next_collect(
    server: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.spreadsheets[ID] = shared(Tab("Q3", ROWS))
    monkeypatch.setattr(client.time, "sleep", lambda seconds: pytest.fail("waits"))
    server.next = [throttled(3600)]
    with pytest.raises(Unavailable, match="Google is throttling; the next collect asks again"):
        ask()
    assert len(server.asked()) == 1


def test_a_server_that_stays_broken_is_given_up(server: Google) -> None:
    server.next = [broken() for _ in range(9)]
    with pytest.raises(Unavailable, match="Google answers HTTP 500; the next collect asks again"):
        ask()
    assert len(server.asked()) == patience.ATTEMPTS


def test_what_is_not_shared_says_with_whom_to_share_it(server: Google) -> None:
    server.spreadsheets[ID] = Spreadsheet("Numbers", [Tab("Q3", ROWS)])
    with pytest.raises(Unavailable, match=f"not shared with {MAIL}; have its owner share it with that address"):
        ask()
    server.next = [switched_off()]
    with pytest.raises(Unavailable, match="the Google Sheets API is not switched on"):
        ask()
    del server.spreadsheets[ID]
    with pytest.raises(Unavailable, match="there is no spreadsheet of that id"):
        ask()


def test_a_key_that_is_no_longer_good(server: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = json.dumps(server.account())
    server.account()  # a newer key of the same account
    monkeypatch.setenv("SHEETS_KEY", stale)
    with pytest.raises(Unavailable, match=f"Google refuses the key of {MAIL}; make a new one"):
        ask()


@pytest.mark.parametrize("said", ["sesame", '{"private_key": "sesame"}', "/nowhere/sesame.json"])
def test_a_key_that_is_none_is_not_repeated(server: Google, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("SHEETS_KEY", said)
    with pytest.raises(Unavailable, match="no service account's key") as raised:
        ask()
    assert "sesame" not in str(raised.value)


def test_the_key_may_lie_in_a_file(server: Google, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(server.account()))
    monkeypatch.setenv("SHEETS_KEY", str(path))
    server.spreadsheets[ID] = shared(Tab("Q3", ROWS))
    assert len(ask()) == 1


# -- by link, and through the pipeline ----------------------------------------------------------------


def by_link(gid: int = 0) -> list[Answer]:
    address = f"https://docs.google.com/spreadsheets/d/{ID}/edit?usp=sharing#gid={gid}"
    return list(
        sheets.answers(Sheet(kind="sheet", spreadsheet=address), Secrets(), lambda name: None, lambda *_: False)
    )


def test_a_sheet_shared_by_link_is_read_without_an_account(server: Google) -> None:
    server.spreadsheets[ID] = Spreadsheet("Numbers", [Tab("Q2", [["x"]]), Tab("Q3", ROWS, id=77)], by_link=True)
    server.next = [throttled(0), broken()]
    (answer,) = by_link(77)
    assert answer.name == "gid77.csv"
    assert rows(answer)[1] == ["2026Q1", "Harbor", "infant", "12"]
    assert all("authorization" not in request.headers for request in server.web.requests)


def test_a_link_that_shows_the_page_to_sign_in_says_how_to_share(server: Google) -> None:
    server.spreadsheets[ID] = Spreadsheet("Numbers", [Tab("Q3", ROWS)])
    with pytest.raises(Unavailable, match="not shared by link; have its owner share it with anyone who has the link"):
        by_link()
    server.spreadsheets[ID].by_link = True
    with pytest.raises(Unavailable, match="no such spreadsheet or tab"):
        by_link(5)


def collected(made: Coalition) -> Collected:
    found = made.collect()
    assert found.failures == ()
    return found


def test_a_sheet_is_delivered_when_it_changes_and_never_else(
    server: Google, coalition: Callable[..., Coalition]
) -> None:
    server.spreadsheets[ID] = shared(Tab("Q1", ROWS))
    made = coalition(PARTNERS.format(id=ID, more="credentials: '${SHEETS_KEY}'"))
    (receipt,) = collected(made).receipts
    assert (receipt.outcome, receipt.key) == ("accepted", "alpha/Q1.csv")
    assert collected(made).receipts == ()
    server.spreadsheets[ID] = shared(Tab("Q1", [*ROWS[:2], ["2026Q1", "Harbor", "toddler", 21]]))
    assert len(collected(made).receipts) == 1
    server.spreadsheets[ID] = shared(Tab("Q1", ROWS))  # A, B, A
    assert len(collected(made).receipts) == 1
    assert [row[0] for row in made.rows("deliveries", "source")] == ["sheet"] * 3
    assert collected(made).receipts == ()


def test_a_changed_agenda_reads_the_known_sheet_again(server: Google, coalition: Callable[..., Coalition]) -> None:
    server.spreadsheets[ID] = shared(Tab("Q1", [ROWS[0], ["2026Q1", "Haven", "infant", 12]]))
    made = coalition(PARTNERS.format(id=ID, more="credentials: '${SHEETS_KEY}'"))
    assert [r.outcome for r in collected(made).receipts] == ["rejected"]
    made.write("agenda.yml", (made.path / "agenda.yml").read_text().replace("[Port]", "[Port, Haven]"))
    assert [r.outcome for r in collected(made).receipts] == ["accepted"]


def test_an_emptied_sheet_takes_nothing_back(server: Google, coalition: Callable[..., Coalition]) -> None:
    server.spreadsheets[ID] = shared(Tab("Q1", []))
    made = coalition(PARTNERS.format(id=ID, more="credentials: '${SHEETS_KEY}'"))
    assert collected(made).receipts == ()
    server.spreadsheets[ID] = shared(Tab("Q1", ROWS))
    collected(made)
    server.spreadsheets[ID] = shared(Tab("Q1", []))
    found = made.collect()
    assert found.receipts == ()
    assert found.failures == (("alpha", "Q1.csv is empty, and was not before; what was delivered still holds"),)
