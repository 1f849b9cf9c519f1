"""What every store promises, tried on a folder and on a real S3 server alike."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agenda.errors import ConfigurationError, Unavailable
from agenda.store import BucketStore, FolderStore, media_type, open_store

AnyStore = FolderStore | BucketStore


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> AnyStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "store")
    make: Callable[[], BucketStore] = request.getfixturevalue("bucket_store")
    return make()


def test_what_is_put_is_got(store: AnyStore) -> None:
    store.put("a/b.txt", b"one")
    store.put("a/b.txt", b"two")
    assert store.get("a/b.txt") == b"two"
    assert store.exists("a/b.txt")
    assert not store.exists("a")


def test_a_missing_key_is_a_key_error_and_reads_as_none(store: AnyStore) -> None:
    with pytest.raises(KeyError):
        store.get("no/such")
    assert store.read("no/such") is None
    store.delete("no/such")  # is fine


def test_delete(store: AnyStore) -> None:
    store.put("a", b"1")
    store.delete("a")
    assert not store.exists("a")


def test_put_new_never_replaces(store: AnyStore) -> None:
    assert store.put_new("a/b", b"first")
    assert not store.put_new("a/b", b"second")
    assert store.get("a/b") == b"first"


def test_swap_replaces_only_what_was_read(store: AnyStore) -> None:
    assert store.swap("p", b"1", None)
    assert not store.swap("p", b"2", None)
    content, tag = store.read("p") or (b"", "")
    assert content == b"1"
    assert store.swap("p", b"2", tag)
    assert not store.swap("p", b"3", tag), "the tag is stale"
    assert store.get("p") == b"2"
    store.delete("p")
    assert not store.swap("p", b"4", tag), "what was read is gone"
    assert not store.exists("p")


@pytest.mark.parametrize("stage", ["new", "existing"])
def test_of_racing_writers_exactly_one_wins(store: AnyStore, stage: str) -> None:
    """Four writers per key, each with bytes of its own; the winner's are what is there afterwards."""
    writers = 4
    store.exists("warm-up")  # boto3 takes a moment to make its client
    for attempt in range(3):
        key, tag = f"race/{attempt}", None
        if stage == "existing":
            store.put(key, b"before")
            tag = (store.read(key) or (b"", ""))[1]
        start = threading.Barrier(writers)

        def write(number: int, key: str = key, tag: str | None = tag, start: threading.Barrier = start) -> bool:
            start.wait()
            return store.swap(key, b"writer %d" % number, tag)

        with ThreadPoolExecutor(writers) as pool:
            won = list(pool.map(write, range(writers)))
        assert sum(won) == 1
        assert store.get(key) == b"writer %d" % won.index(True)


def test_list_is_in_order_below_its_prefix(store: AnyStore) -> None:
    for key in ("b/2", "b/10", "b/sub/x", "bb/1", "a", "b/.hidden"):
        store.put(key, key.encode())
    assert [s.key for s in store.list("b/")] == ["b/10", "b/2", "b/sub/x"]
    assert [s.key for s in store.list("b")] == ["b/10", "b/2", "b/sub/x", "bb/1"]
    assert [s.size for s in store.list("a")] == [1]
    assert list(store.list("nothing/")) == []


def test_a_listing_tells_when_bytes_changed(store: AnyStore) -> None:
    store.put("a", b"1")
    (before,) = store.list("a")
    assert [before] == list(store.list("a"))
    store.put("a", b"2")
    (after,) = store.list("a")
    assert after.version != before.version


def test_bytes_are_given_only_as_they_were_listed(store: AnyStore) -> None:
    store.put("inbox/a.csv", b"half")
    (listed,) = store.list("inbox/")
    assert store.get_version(listed.key, listed.version) == b"half"
    store.put("inbox/a.csv", b"half and half")
    assert store.get_version(listed.key, listed.version) is None
    store.delete("inbox/a.csv")
    with pytest.raises(KeyError):
        store.get_version(listed.key, listed.version)


def test_a_file_written_to_while_it_is_read_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path)
    store.put("inbox/a.csv", b"half")
    (listed,) = store.list("inbox/")
    first_look = os.fstat

    def a_writer_is_quicker(handle: int) -> os.stat_result:
        with store.local("inbox/a.csv").open("ab") as stream:
            stream.write(b" and half")
        return first_look(handle)

    monkeypatch.setattr(os, "fstat", a_writer_is_quicker)
    assert store.get_version(listed.key, listed.version) is None


def test_long_lists_page(store: AnyStore) -> None:
    keys = [f"many/{n:04d}" for n in range(1100)]  # S3 answers 1,000 at a time
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put(key, b""), keys))
    assert [s.key for s in store.list("many/")] == keys


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../out", "a/../../out", "a//b", "./a", "a/", "a\\..\\b", "a\0b"])
def test_keys_that_leave_the_store_are_refused(store: AnyStore, key: str) -> None:
    for attempt in (store.get, store.exists, store.delete, lambda k: store.put(k, b"")):
        with pytest.raises(ConfigurationError, match="no key"):
            attempt(key)


def test_names_of_other_alphabets_and_spaces(store: AnyStore) -> None:
    key = "inbox/보육/Q3 – final (2).csv"
    store.put(key, b"x")
    assert [s.key for s in store.list("inbox/")] == [key]
    assert store.get(key) == b"x"


def test_alias_shows_the_target_and_nothing_else(store: AnyStore) -> None:
    files = ["data/v.csv", "index.html"]
    for edition in ("one", "two"):
        for file in files:
            store.put(f"editions/{edition}/{file}", f"{edition} {file}".encode())
    store.put("editions/one/old.html", b"old")
    store.alias("2026Q3", "editions/one", ["data/v.csv", "old.html", "index.html"])
    assert store.get("2026Q3/old.html") == b"old"
    store.alias("2026Q3", "editions/two", files)
    store.alias("2026Q3", "editions/two", files)  # once more changes nothing
    assert [store.get(f"2026Q3/{file}") for file in files] == [b"two data/v.csv", b"two index.html"]
    assert not store.exists("2026Q3/old.html")
    assert store.get("editions/one/old.html") == b"old"


# -- what only a folder can get wrong ------------------------------------------------------------------


def test_a_folder_store_does_not_follow_links(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    store.put("inbox/a.csv", b"fine")
    (tmp_path / "secret").write_bytes(b"secret")
    (store.path / "inbox/b.csv").symlink_to(tmp_path / "secret")
    assert [s.key for s in store.list("inbox/")] == ["inbox/a.csv"]
    with pytest.raises(Unavailable):
        store.get("inbox/b.csv")


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path)
    store.put("a", b"before")

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("agenda.store.folder.os.replace", full)
    with pytest.raises(Unavailable, match="No space left"):
        store.put("a", b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert store.get("a") == b"before"


def test_a_folder_where_a_file_stands_is_explained(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("a", b"")
    with pytest.raises(Unavailable, match="a/b"):
        store.put("a/b", b"")
    with pytest.raises(KeyError):
        store.get("a/b")


def test_a_folder_in_the_place_of_an_alias_is_left_alone(tmp_path: Path) -> None:
    """Copying a site with its links followed leaves folders; somebody may have changed what is in them."""
    store = FolderStore(tmp_path)
    store.put("editions/one/index.html", b"new")
    store.put("2026Q3/index.html", b"copied")
    with pytest.raises(Unavailable, match="is a folder where a link belongs"):
        store.alias("2026Q3", "editions/one", ["index.html"])
    assert store.get("2026Q3/index.html") == b"copied"


# -- what only a bucket can get wrong ------------------------------------------------------------------


@pytest.fixture
def raw(bucket_store: Callable[[], BucketStore]) -> BucketStore:
    return bucket_store()


def test_keys_that_no_folder_could_hold_are_not_listed(raw: BucketStore) -> None:
    for key in ("inbox/", "inbox/a.csv"):  # consoles make a key that ends in a slash for an empty "folder"
        raw.client.put_object(Bucket=raw.bucket, Key=raw.prefix + key, Body=b"")
    assert [s.key for s in raw.list("inbox/")] == ["inbox/a.csv"]


def test_objects_are_served_with_their_type(raw: BucketStore) -> None:
    raw.put("index.html", b"")
    head = raw.client.head_object(Bucket=raw.bucket, Key=raw.prefix + "index.html")
    assert head["ContentType"] == "text/html; charset=utf-8"


def test_copies_say_what_they_are_copies_of(raw: BucketStore) -> None:
    raw.put("editions/one/index.html", b"")
    raw.alias("2026Q3", "editions/one", ["index.html"])
    head = raw.client.head_object(Bucket=raw.bucket, Key=raw.prefix + "2026Q3/index.html")
    assert head["Metadata"] == {"alias-of": "editions/one"}
    assert head["ContentType"] == "text/html; charset=utf-8"


def test_a_wrong_credential_is_unavailable(raw: BucketStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(Unavailable, match="SignatureDoesNotMatch"):
        BucketStore(raw.url).get("a")


def test_a_server_that_is_away_is_unavailable(monkeypatch: pytest.MonkeyPatch, raw: BucketStore) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # boto3 waits between its attempts
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9"):
        BucketStore(raw.url).exists("a")


# -- addresses and types -------------------------------------------------------------------------------


def test_addresses(tmp_path: Path) -> None:
    folder = open_store("store", tmp_path)
    assert isinstance(folder, FolderStore)
    assert folder.path == tmp_path / "store"
    bucket = open_store("s3://coalition/cairn/", tmp_path)
    assert isinstance(bucket, BucketStore)
    assert (bucket.bucket, bucket.prefix) == ("coalition", "cairn/")
    for wrong in ("ftp://x", "s3://", "s3:///x", "s3://bucket/../x"):
        with pytest.raises(ConfigurationError):
            open_store(wrong, tmp_path)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("a/index.html", "text/html; charset=utf-8"),
        ("a.csv", "text/csv; charset=utf-8"),
        ("datapackage.json", "application/json; charset=utf-8"),
        ("chart.svg", "image/svg+xml; charset=utf-8"),
        ("feed.atom", "application/atom+xml; charset=utf-8"),
        ("v.parquet", "application/vnd.apache.parquet"),
        ("report.pdf", "application/pdf"),
        ("noending", "application/octet-stream"),
    ],
)
def test_media_types(key: str, expected: str) -> None:
    assert media_type(key) == expected
