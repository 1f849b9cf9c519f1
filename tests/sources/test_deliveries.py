"""Deliveries: each counts once, whoever collects, however often, wherever it was cut off."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agenda.store import BucketStore, FolderStore
from sources.collect import Collector, collect
from sources.lake import Lake
from tests.sources.conftest import LONG, Coalition

A = "quarter,town,age,children\n2026Q1,Harbor,infant,12\n2026Q1,Harbor,toddler,20\n"
B = A.replace("12", "13")


def batches(made: Coalition) -> list[str]:
    return sorted(path.name for path in (made.path / "store/lake/batches").glob("*.json"))


def test_collecting_again_changes_nothing(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    assert made.collect().outcomes == {"accepted": 1, "partial": 0, "rejected": 0}
    before = batches(made)
    assert made.collect().receipts == ()
    assert batches(made) == before


def test_the_same_bytes_under_a_new_time_change_nothing(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.collect()
    os.utime(made.path / "store/inbox/alpha/q1.csv", (1, 1))
    assert made.collect().receipts == ()


def test_a_b_a_are_three_deliveries_of_two_readings(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    for content in (A, B, A):
        made.drop("alpha/q1.csv", content)
        time.sleep(0.02)
        made.collect()
    assert len(made.rows("deliveries")) == 3
    assert len(made.rows("readings")) == 2
    deliveries = Lake(made.store).deliveries()
    assert deliveries[-1].submission == deliveries[0].submission != deliveries[1].submission


def test_a_copied_inbox_is_not_sent_again(coalition: Callable[..., Coalition], tmp_path: Path) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.drop("alpha/q1_corrected.csv", B)
    made.collect()
    for number, path in enumerate(sorted((made.path / "store/inbox/alpha").iterdir(), reverse=True)):
        os.utime(path, (2_000_000_000 + number, 2_000_000_000 + number))
    assert made.collect().receipts == ()


def test_a_changed_contract_reads_again_and_keeps_its_place_in_time(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A.replace("Harbor", "Haven"))
    made.collect()
    assert made.receipt("alpha/q1.csv")["outcome"] == "rejected"
    made.write("agenda.yml", (made.path / "agenda.yml").read_text().replace("[Port]", "[Port, Haven]"))
    made.collect()
    assert made.receipt("alpha/q1.csv")["outcome"] == "accepted"
    (delivery,) = Lake(made.store).deliveries()
    assert len({row[0] for row in made.rows("deliveries", "received_at")}) == 1
    assert delivery.reading in {row[0] for row in made.rows("observations", "reading")}


def test_what_was_read_in_time_is_not_early_when_it_is_read_again(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    for quarter, month in (("2026Q1", 4), ("2026Q2", 7)):
        made.drop(f"alpha/{quarter}.csv", A.replace("2026Q1", quarter))
        made.collect(received_at=datetime(2026, month, 15, tzinfo=UTC))
    made.write("agenda.yml", (made.path / "agenda.yml").read_text().replace("[Port]", "[Port, Haven]"))
    assert made.collect().outcomes == {"accepted": 2, "partial": 0, "rejected": 0}


def test_a_copy_under_another_name_is_looked_at_once(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.collect()
    made.drop("alpha/copy of q1.csv", A)
    assert made.collect().receipts == ()
    assert not Collector(made.folder, made.store).has_work


def test_a_file_that_goes_away_is_not_missed(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.drop("beta/q1.csv", A)
    collector = Collector(made.folder, made.store)
    (made.path / "store/inbox/alpha/q1.csv").unlink()
    receipts = [receipt for batch in collector.batches() for receipt in collector.take_in(batch)]
    assert [receipt.partner for receipt in receipts] == ["beta"]


def test_a_changed_agenda_counts_from_now_even_beside_imported_history(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.collect(received_at=datetime(2026, 4, 15, tzinfo=UTC))
    made.write("agenda.yml", (made.path / "agenda.yml").read_text().replace("name: Enrolled", "name: In care"))
    made.drop("alpha/q2.csv", A.replace("2026Q1", "2025Q4"))
    made.collect(received_at=datetime(2026, 4, 10, tzinfo=UTC))
    assert Lake(made.store).manifests()[-1].kind == "agenda"


def test_cut_off_before_its_manifest_a_batch_does_not_count(
    coalition: Callable[..., Coalition], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    real = FolderStore.put_new

    def cut_off(store: FolderStore, key: str, content: bytes) -> bool:
        if key.startswith("lake/batches/") and json.loads(content)["kind"] == "submissions":
            raise KeyboardInterrupt
        return real(store, key, content)

    with monkeypatch.context() as patch:
        patch.setattr(FolderStore, "put_new", cut_off)
        with pytest.raises(KeyboardInterrupt):
            made.collect()
    assert list((made.path / "store/lake/data/observations").rglob("*.parquet"))
    made.collect()
    assert len(made.rows("observations")) == 2


def test_two_collectors_at_once_land_each_reading_once(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    for number in range(6):
        made.drop(f"alpha/q{number}.csv", A.replace("2026Q1", f"2025-0{number + 1}"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: made.collect(), range(2)))
    manifests = Lake(made.store).manifests()
    first: dict[str, str] = {}
    for manifest in manifests:
        for reading in manifest.readings:
            first.setdefault(reading, manifest.batch)
    assert len(first) == 6
    assert len(Lake(made.store).deliveries()) >= 6


def test_imported_history_is_known_since_then(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    then = datetime(2026, 4, 20, 9, tzinfo=UTC)
    os.utime(made.path / "store/inbox/alpha/q1.csv", (then.timestamp(), then.timestamp()))
    made.collect(received_at="modified")
    assert {(m.known_at, m.imported) for m in Lake(made.store).manifests()} == {(then, True)}


def test_a_partner_can_be_collected_alone(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    made.drop("beta/q1.csv", A)
    made.collect(partners=["beta"])
    assert {row[0] for row in made.rows("observations", "partner")} == {"beta"}


def test_the_raw_bytes_are_kept(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", A)
    (receipt,) = made.collect().receipts
    assert (made.path / "store/submissions" / receipt.submission).read_text() == A


def test_a_bucket_gives_the_same_lake_as_a_folder(
    coalition: Callable[..., Coalition], bucket_store: Callable[[], BucketStore], tmp_path: Path
) -> None:
    made = coalition(LONG)
    made.drop("alpha/q1.csv", A)
    made.collect()
    store = bucket_store()
    store.put("inbox/alpha/q1.csv", A.encode())
    assert collect(made.folder, store).outcomes["accepted"] == 1
    assert collect(made.folder, store).receipts == ()
    assert json.loads(store.get("receipts/alpha/q1.csv.json"))["outcome"] == "accepted"
    copy = tmp_path / "copy"
    assert Lake(store).local(copy) == copy / "lake"
    (local,) = (copy / "lake/data/observations").rglob("*.parquet")
    (own,) = (made.path / "store/lake/data/observations").rglob("*.parquet")
    assert pq.read_table(local).equals(pq.read_table(own))


def test_the_same_bytes_for_another_quarter_are_another_reading(coalition: Callable[..., Coalition]) -> None:
    made = coalition(
        "layouts:\n  one:\n    files: '*'\n    period: {path: '(\\d{4}Q\\d)'}\n    place: town\n"
        "    values: [{column: n, measure: spots}]\npartners:\n  - {id: alpha, name: Alpha, layouts: [one]}\n"
    )
    for quarter in ("2026Q1", "2026Q2"):
        made.drop(f"alpha/{quarter}.csv", "town,n\nHarbor,5\n")
    made.collect()
    assert made.rows("observations", "period, value") == [("2026Q1", 5), ("2026Q2", 5)]
