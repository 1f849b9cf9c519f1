"""Withdrawals: numbers count no more, whoever takes them back, until the file is sent again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from agenda.errors import ConfigurationError
from agenda.periods import Calendar
from agenda.store import FolderStore
from flows.status import status
from flows.warehouse import build_warehouse
from flows.workspace import Workspace
from sources import history
from sources.collect import Collector
from sources.lake import Lake
from sources.withdrawal import Withdrawn, find, withdraw
from tests.sources.conftest import LONG, Coalition

A = "quarter,town,age,children\n2026Q1,Harbor,infant,12\n2026Q1,Harbor,toddler,20\n"
B = "quarter,town,age,children\n2026Q1,Harbor,infant,13\n"
OWING = LONG.replace("layouts: [long]}", "layouts: [long], owes: [{measures: [children]}]}")
UPDATES = LONG.replace("    period: quarter\n", "    period: quarter\n    delivery: updates\n")


def numbers(made: Coalition, partner: str = "alpha") -> list[int]:
    """The values that count, in order."""
    return sorted(int(value) for value in history.of(Lake(made.store), [partner]).numbers(partner)["value"])


def take_back(made: Coalition, name: str = "q1.csv", why: str = "Counted twice") -> Withdrawn | None:
    lake, partner = Lake(made.store), made.folder.partners.partners[0]
    return withdraw(made.folder, lake, partner, find(lake.deliveries(), partner, name), who="Ada", why=why)


def send(made: Coalition, key: str, content: str) -> None:
    """Drop a file, at a time that no file before it had."""
    time.sleep(0.02)
    made.drop(key, content)


def test_the_warehouse_counts_them_no_more_and_the_partner_is_late_again(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    for partner in ("alpha", "beta"):
        made.drop(f"{partner}/q1.csv", A)
    made.collect()

    def seen(name: str) -> tuple[object, list[tuple[str, ...]], list[str]]:
        """The region's sum, who reported, and what the backbone reads about files."""
        out = build_warehouse(made.path / "store/lake", made.path / name / "warehouse.duckdb")
        workspace = Workspace(made.folder, made.store, FolderStore(made.path / "site"))
        states = [row.states for row in status(workspace, out, [Calendar().parse("2026Q1")], date(2026, 11, 1))]
        with duckdb.connect(str(out), read_only=True) as connection:
            value = connection.execute(
                "select value from int_values where place = 'valley' and split = '' and period = '2026Q1'"
            ).fetchone()
            said = connection.execute("select message from fct_findings where code = 'withdrawn'").fetchall()
        return value, states, [message for (message,) in said]

    assert seen("before") == ((64,), [("reported",), ("reported",)], [])
    assert take_back(made) is not None
    value, states, said = seen("after")
    assert (value, states) == ((32,), [("late",), ("reported",)])
    assert "Ada" in said[0]
    assert "Counted twice" in said[0]
    send(made, "alpha/q1.csv", A)
    made.collect()
    assert seen("again") == ((64,), [("reported",), ("reported",)], [])


def test_a_receipt_says_so_in_the_partners_words(coalition: Callable[..., Coalition]) -> None:
    made = coalition(LONG.replace("name: Alpha,", "name: Alpha, language: es,"))
    made.drop("alpha/q1.csv", A)
    made.collect()
    made.drop("alpha/q1.csv", A.replace("infant", "infnat"))
    made.collect()
    send(made, "alpha/q1.csv", A)
    made.collect()
    assert made.receipt("alpha/q1.csv")["mended"]
    take_back(made, why="<b>Counted twice</b>")
    receipt = made.receipt("alpha/q1.csv")
    assert receipt["outcome"] == "withdrawn"
    assert receipt["mended"] == []
    page = (made.path / "store/receipts/alpha/q1.csv.html").read_text()
    assert "Ada" in page
    assert "&lt;b&gt;Counted twice" in page
    assert "ya no cuentan" in page


def test_withdrawing_again_changes_nothing_and_no_collect_brings_it_back(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.collect()
    assert take_back(made) is not None
    batches = len(Lake(made.store).manifests())
    assert take_back(made) is None
    assert not Collector(made.folder, made.store).has_work
    assert made.collect().receipts == ()
    made.write("agenda.yml", (made.path / "agenda.yml").read_text().replace("[Port]", "[Port, Haven]"))
    assert made.collect().receipts == ()  # nor does a new contract, under which all else is read again
    assert numbers(made) == []
    assert len(Lake(made.store).manifests()) == batches


def test_sent_again_they_count_and_can_be_withdrawn_once_more(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    for _ in range(2):
        send(made, "alpha/q1.csv", A)
        assert made.collect().outcomes["accepted"] == 1
        assert numbers(made) == [12, 20]
        assert take_back(made) is not None
        assert numbers(made) == []


def test_what_was_known_before_stays_known(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.collect()
    before = Lake(made.store).manifests()[-1].known_at
    take_back(made)
    out = build_warehouse(made.path / "store/lake", made.path / "then/warehouse.duckdb", before)
    with duckdb.connect(str(out), read_only=True) as connection:
        assert connection.execute("select count(*) from ind_values where place = 'harbor'").fetchone() != (0,)


def test_a_file_that_had_been_replaced_does_not_come_back(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    for name, content in (("q1.csv", A), ("q1_corrected.csv", B)):
        send(made, f"alpha/{name}", content)
        made.collect()
    assert numbers(made) == [13]
    take_back(made, "q1_corrected.csv")
    assert numbers(made) == []


def test_what_later_files_say_stands(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    for name, content in (("q1.csv", A + "2026Q2,Harbor,infant,30\n"), ("q1_corrected.csv", B)):
        send(made, f"alpha/{name}", content)
        made.collect(received_at=datetime(2026, 7, 20, tzinfo=UTC))
    assert numbers(made) == [13, 30]
    take_back(made)
    assert numbers(made) == [13]


def test_where_files_update_each_other_only_its_own_numbers_go(coalition: Callable[..., Coalition]) -> None:
    made = coalition(UPDATES)
    for name, content in (("q1.csv", A), ("more.csv", B)):
        send(made, f"alpha/{name}", content)
        made.collect()
    assert numbers(made) == [13, 20]
    take_back(made, "more.csv")
    assert numbers(made) == [12, 20]


def test_a_copied_inbox_does_not_bring_it_back(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.drop("alpha/q2.csv", A.replace("Q1", "Q2"))
    made.collect(received_at=datetime(2026, 7, 20, tzinfo=UTC))
    take_back(made)
    for number, path in enumerate(sorted((made.path / "store/inbox/alpha").iterdir())):
        os.utime(path, (2_000_000_000 + number, 2_000_000_000 + number))
    assert made.collect().receipts == ()
    assert numbers(made) == [12, 20]  # the second quarter's


# -- a partner's own notice ---------------------------------------------------------------------------


def test_a_partner_withdraws_by_a_notice_beside_the_file(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.drop("beta/q1.csv", A)
    made.collect()
    send(made, "alpha/q1.csv.withdraw", "The wrong\nyear.\n")
    (receipt,) = made.collect().receipts
    assert (receipt.key, receipt.outcome) == ("alpha/q1.csv", "withdrawn")
    assert "Alpha. Reason: The wrong year." in receipt.findings[0].message
    assert (numbers(made), numbers(made, "beta")) == ([], [12, 20])
    assert made.collect().receipts == ()
    send(made, "alpha/q1.csv", A)  # the notice still lies there; it was about what was there before
    made.collect()
    assert numbers(made) == [12, 20]
    assert made.collect().receipts == ()


@pytest.mark.parametrize("received_at", [None, datetime(2026, 7, 20, tzinfo=UTC)])
def test_file_and_notice_may_come_together_and_more_after(
    coalition: Callable[..., Coalition], received_at: datetime | None
) -> None:
    made = coalition()
    send(made, "alpha/q1.csv", A)
    send(made, "alpha/q1.csv.withdraw", "")
    send(made, "alpha/q2.csv", B)
    outcomes = [receipt.outcome for receipt in made.collect(received_at=received_at).receipts]
    assert outcomes == ["accepted", "withdrawn", "accepted"]
    assert numbers(made) == [13]


def test_a_notice_for_no_file_says_so_once(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q9.csv.withdraw", "")
    (receipt,) = made.collect().receipts
    assert receipt.outcome == "rejected"
    assert "q9.csv" in receipt.findings[0].message
    assert made.collect().receipts == ()


def test_no_partner_withdraws_another_ones_file(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.collect()
    made.drop("beta/q1.csv.withdraw", "")
    assert [receipt.outcome for receipt in made.collect().receipts] == ["rejected"]
    assert numbers(made) == [12, 20]


def test_killed_before_it_is_landed_it_is_done_by_the_next_collect(
    coalition: Callable[..., Coalition], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.collect()
    send(made, "alpha/q1.csv.withdraw", "")

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Lake, "commit", cut_off)
        with pytest.raises(KeyboardInterrupt):
            made.collect()
    assert numbers(made) == [12, 20]
    assert [receipt.outcome for receipt in made.collect().receipts] == ["withdrawn"]
    assert numbers(made) == []


# -- the file's name ----------------------------------------------------------------------------------


def test_a_file_goes_by_its_name_where_only_one_has_it(coalition: Callable[..., Coalition], tmp_path: Path) -> None:
    made = coalition()
    for key in ("alpha/2026/q1.csv", "alpha/2025/q1.csv", "alpha/q2.csv"):
        made.drop(key, A.replace("2026Q1", "2025Q1") if "2025" in key else A + key)
    made.collect()
    deliveries, partner = Lake(made.store).deliveries(), made.folder.partners.partners[0]
    assert find(deliveries, partner, "2026/q1.csv").key == find(deliveries, partner, "alpha/2026/q1.csv").key
    assert find(deliveries, partner, "q2.csv").key == "alpha/q2.csv"
    with pytest.raises(ConfigurationError, match="2 files called"):
        find(deliveries, partner, "q1.csv")
    with pytest.raises(ConfigurationError, match=r"did you mean .q2\.csv"):
        find(deliveries, partner, "q2.csw")
