"""`cairn watch` as it runs for weeks: a process of its own, a real Prefect server, a real S3 server, a queue.

The queue is moto's server: what a client sees of SQS (long polling, hidden messages, receipts), without Amazon.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any
from urllib.parse import quote_plus

import boto3
import pytest
from moto.server import ThreadedMotoServer

from agenda.store import BucketStore
from infra.servers import S3Server
from tests.flows.conftest import SCHOOL_ROWS, Initiative, with_school
from tests.servers.web import Request, Response, web_server

CSV = "period,place,audience,sessions_held\n"
SOON = 10.0
"""Seconds from the first sight of a small file to its receipt, at most."""


class Watched:
    """A running ``cairn watch --json``."""

    def __init__(self, initiative: Initiative, *arguments: str) -> None:
        self.initiative = initiative
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from flows.cli import main; main()", "--initiative", str(initiative.path), "watch",
             "--json", *arguments],
            env=initiative.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._lines: SimpleQueue[str] = SimpleQueue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def hears(self, key: str, text: str = "", seconds: float = 60) -> dict[str, Any]:
        """The next event that has ``key``, with ``text`` in it; what comes before is passed over."""
        end = time.monotonic() + seconds
        while True:
            try:
                said: dict[str, Any] = json.loads(self._lines.get(timeout=max(0.1, end - time.monotonic())))
            except Empty:
                errors = self.process.stderr.read() if self.process.poll() is not None and self.process.stderr else ""
                raise AssertionError(f"nothing about {key} {text!r} in {seconds} s {errors}") from None
            if key in said and text in str(said[key]):
                return said

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def watch(initiative: Initiative) -> Iterator[Callable[..., Watched]]:
    started: list[Watched] = []

    def start(*arguments: str) -> Watched:
        started.append(Watched(initiative, *arguments))
        return started[-1]

    yield start
    for one in started:
        with contextlib.suppress(ProcessLookupError):
            one.process.kill()
        one.process.wait()


def drop(initiative: Initiative, name: str, text: str) -> None:
    initiative.write(f"store/inbox/library/{name}", text)


def test_what_is_dropped_is_answered_soon(initiative: Initiative, watch: Callable[..., Watched]) -> None:
    text = initiative.read("store/inbox/library/2026Q1.csv")
    watched = watch("--every", "1")
    assert watched.hears("receipts")["receipts"][0]["file"] == "library/2026Q1.csv"  # what lay there before

    drop(initiative, "2026Q2.csv", text.replace("2026Q1", "2026Q2"))
    taken = watched.hears("receipts")
    assert [one["file"] for one in taken["receipts"]] == ["library/2026Q2.csv"]
    assert taken["seconds_since_seen"] < SOON
    assert (initiative.path / "store/receipts/library/2026Q2.csv.html").is_file()

    drop(initiative, "broken.csv", text.replace("84,", "many,"))  # a broken file is an answer, too, and no failure
    assert watched.hears("receipts")["receipts"][0]["outcome"] == "partial"
    assert watched.end() == 0
    assert watched.hears("said", "Ended")


def test_a_file_is_taken_once_it_has_come_to_rest(initiative: Initiative, watch: Callable[..., Watched]) -> None:
    text = initiative.read("store/inbox/library/2026Q1.csv")
    watched = watch("--every", "1")
    watched.hears("receipts")
    growing = initiative.path / "store/inbox/library/2026Q3.csv"
    rows = text.replace("2026Q1", "2026Q3").splitlines(keepends=True)
    for row in rows:  # for longer than two looks
        with growing.open("a", encoding="utf-8") as stream:
            stream.write(row)
        time.sleep(0.7)
    (receipt,) = watched.hears("receipts")["receipts"]
    assert (receipt["outcome"], receipt["rows"]["read"]) == ("accepted", len(rows) - 1)
    assert watched.end(signal.SIGINT) == 0


def test_a_collect_that_fails_is_said_and_tried_again(initiative: Initiative, watch: Callable[..., Watched]) -> None:
    text = initiative.read("store/inbox/library/2026Q1.csv")
    watched = watch("--every", "1")
    watched.hears("receipts")
    submissions = initiative.path / "store/submissions"
    submissions.rename(initiative.path / "away")
    submissions.write_text("a file where a folder should be")
    drop(initiative, "2026Q2.csv", text.replace("2026Q1", "2026Q2"))
    failed = watched.hears("error")
    assert "submissions" in failed["error"]
    submissions.unlink()
    (initiative.path / "away").rename(submissions)
    (receipt,) = watched.hears("receipts")["receipts"]
    assert receipt["file"] == "library/2026Q2.csv"

    agenda = initiative.read("agenda.yml")
    initiative.write("agenda.yml", "half of a")  # somebody saves a mistake while it watches
    drop(initiative, "2026Q3.csv", text.replace("2026Q1", "2026Q3"))
    assert "agenda.yml" in watched.hears("error")["error"]
    initiative.write("agenda.yml", agenda)
    assert watched.hears("receipts")["receipts"][-1]["outcome"] == "accepted"
    assert watched.end() == 0


def test_who_is_asked_and_does_not_answer_lets_nobody_wait(
    initiative: Initiative, watch: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    is_let_go = Event()

    def answer(request: Request) -> Response:
        is_let_go.wait(60)
        return Response(SCHOOL_ROWS)

    with web_server(answer) as web:
        initiative.write("partners.yml", with_school(initiative, web.address, "sessions"))
        monkeypatch.setitem(initiative.environment, "SCHOOL_TOKEN", "any")
        text = initiative.read("store/inbox/library/2026Q1.csv")
        watched = watch("--every", "1")
        assert watched.hears("receipts")["receipts"][0]["partner"] == "library"
        drop(initiative, "2026Q2.csv", text.replace("2026Q1", "2026Q2"))
        initiative.write("store/inbox/school/2026Q2.csv", text)  # who is asked may drop a file, too
        waiting = {"library/2026Q2.csv", "school/2026Q2.csv"}
        while waiting:  # in one collect, or in two
            taken = watched.hears("receipts")
            assert taken["seconds_since_seen"] < SOON
            waiting -= {receipt["file"] for receipt in taken["receipts"]}
        assert len(web.requests) == 1, "it still keeps the first one waiting"
        is_let_go.set()
        (asked,) = watched.hears("receipts")["receipts"]
        assert (asked["file"], asked["outcome"]) == ("school/sessions.ndjson", "accepted")
        assert watched.end() == 0


def test_without_a_server_to_use_it_keeps_one_of_its_own(initiative: Initiative) -> None:
    own = {name: value for name, value in initiative.environment.items() if name != "PREFECT_API_URL"}
    watched = Watched(Initiative(initiative.path, own), "--every", "1")
    try:
        watched.hears("receipts", seconds=200)
        children = subprocess.run(
            ["ps", "-o", "args=", "--ppid", str(watched.process.pid)], capture_output=True, text=True, check=True
        )
        assert children.stdout.count("-m uvicorn") == 1
        drop(initiative, "2026Q2.csv", initiative.read("store/inbox/library/2026Q1.csv").replace("2026Q1", "2026Q2"))
        assert watched.hears("receipts")["seconds_since_seen"] < SOON
        assert watched.end() == 0
    finally:
        watched.process.kill()
        watched.process.wait()


# -- a bucket that tells a queue ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def sqs() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def store(bucket_store: Callable[[], BucketStore]) -> BucketStore:
    return bucket_store()


@pytest.fixture
def queue(
    sqs: str, s3: S3Server, initiative: Initiative, store: BucketStore, monkeypatch: pytest.MonkeyPatch
) -> tuple[Any, str]:
    """The initiative moved to a bucket, with a queue; gives the client and the queue's address."""
    for name, value in {**s3.environment(), "AWS_ENDPOINT_URL_SQS": sqs}.items():
        monkeypatch.setitem(initiative.environment, name, value)
    client = boto3.client(
        "sqs", endpoint_url=sqs, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    address = client.create_queue(QueueName=f"cairn-{secrets.token_hex(4)}")["QueueUrl"]
    settings = initiative.read("initiative.yml").replace("store: store ", f"store: {store.url} ")
    initiative.write("initiative.yml", f"{settings}watch: {{queue: '{address}'}}\n")
    return client, address


def notification(store: BucketStore, key: str) -> str:
    """What S3 sends for an object, as documented (event message structure 2.1)."""
    record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
              "s3": {"bucket": {"name": store.bucket}, "object": {"key": quote_plus(store.prefix + key, safe="/")}}}  # fmt: skip
    return json.dumps({"Records": [record]})


def left_in(client: Any, address: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(
        int(n) for n in client.get_queue_attributes(QueueUrl=address, AttributeNames=names)["Attributes"].values()
    )


def test_a_queue_tells_of_objects(
    initiative: Initiative, queue: tuple[Any, str], watch: Callable[..., Watched], store: BucketStore
) -> None:
    client, address = queue
    text = initiative.read("store/inbox/library/2026Q1.csv").encode()
    store.put("inbox/library/2026Q1.csv", text)  # before anybody watched, and nobody told of it
    watched = watch()
    assert watched.hears("receipts")["receipts"][0]["file"] == "library/2026Q1.csv"

    name = "inbox/library/2026Q2 (second try).csv"
    store.put(name, text.replace(b"2026Q1", b"2026Q2"))
    for body in ("{", json.dumps(["surprise"])):
        client.send_message(QueueUrl=address, MessageBody=body)
    client.send_message(QueueUrl=address, MessageBody=json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"}))
    client.send_message(QueueUrl=address, MessageBody=notification(store, name))
    taken = watched.hears("receipts")
    assert taken["receipts"][0]["file"] == name.removeprefix("inbox/")
    assert taken["seconds_since_seen"] < SOON

    by_bridge = {"source": "aws.s3", "detail-type": "Object Created",
                 "detail": {"bucket": {"name": store.bucket}, "object": {"key": f"{store.prefix}inbox/library/3.csv"}}}  # fmt: skip
    store.put("inbox/library/3.csv", text.replace(b"2026Q1", b"2026Q3"))
    client.send_message(
        QueueUrl=address, MessageBody=json.dumps({"Type": "Notification", "Message": json.dumps(by_bridge)})
    )
    assert watched.hears("receipts")["receipts"][0]["file"] == "library/3.csv"
    assert watched.end() == 0
    assert left_in(client, address) == 2  # what couldn't be understood


def test_a_message_stays_until_its_files_are_dealt_with(
    initiative: Initiative, queue: tuple[Any, str], watch: Callable[..., Watched], store: BucketStore
) -> None:
    client, address = queue
    text = initiative.read("store/inbox/library/2026Q1.csv").encode()
    store.put("inbox/library/2026Q1.csv", text)
    watched = watch()
    watched.hears("receipts")
    agenda = initiative.read("agenda.yml")
    initiative.write("agenda.yml", "half of a")
    store.put("inbox/library/2026Q2.csv", text.replace(b"2026Q1", b"2026Q2"))
    client.send_message(QueueUrl=address, MessageBody=notification(store, "inbox/library/2026Q2.csv"))
    watched.hears("error")
    assert left_in(client, address) == 1
    initiative.write("agenda.yml", agenda)
    assert watched.hears("receipts")["receipts"][0]["file"] == "library/2026Q2.csv"
    assert watched.end() == 0
    assert left_in(client, address) == 0


def test_a_queue_without_a_bucket_is_a_mistake(initiative: Initiative) -> None:
    initiative.write("initiative.yml", initiative.read("initiative.yml") + "watch: {queue: 'https://sqs.example/q'}\n")
    called = initiative.cairn("watch")
    assert called.code == 2
    assert "the store is the folder 'store'" in called.err


def test_it_ends_at_once_at_the_second_asking(initiative: Initiative, watch: Callable[..., Watched]) -> None:
    watched = watch("--every", "1")
    watched.hears("receipts")
    os.kill(watched.process.pid, signal.SIGSTOP)  # so that both are there before it can answer the first
    os.kill(watched.process.pid, signal.SIGTERM)
    os.kill(watched.process.pid, signal.SIGINT)
    os.kill(watched.process.pid, signal.SIGCONT)
    assert watched.process.wait(30) in (0, -signal.SIGINT, -signal.SIGTERM)
