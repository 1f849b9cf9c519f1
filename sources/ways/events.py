"""What S3 tells of new objects, through a queue (SQS): which files of the inbox to look at.

Understood are S3's own notifications, the same passed on by SNS, and EventBridge's. A message is taken off the queue
once its files are dealt with. One that can't be understood stays: after a few tries the queue moves it to where such
messages are kept (its dead-letter queue), and nobody else's message is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from agenda.errors import Unavailable
from agenda.store import BucketStore
from sources.ways.inbox import INBOX

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONGEST_WAIT = 20
"""Seconds that SQS lets a call wait for messages."""
HIDDEN_SECONDS = 600
"""How long a message that was given out stays hidden from others: longer than a collect of a quarter's rush takes."""
MOST = 10
"""Messages that SQS gives in one answer, at most."""


@dataclass(frozen=True)
class Message:
    """One message: the files it tells of, below inbox/; ``keys`` is None where it can't be understood."""

    id: str
    handle: str
    keys: tuple[str, ...] | None


class Queue:
    """The queue at an address such as ``https://sqs.eu-west-1.amazonaws.com/123456789012/cairn``."""

    def __init__(self, address: str, store: BucketStore) -> None:
        self.address = address
        self._store = store
        self._client: SQSClient | None = None

    @property
    def client(self) -> SQSClient:
        if self._client is None:
            import boto3

            self._client = boto3.session.Session().client("sqs")
        return self._client

    def receive(self, seconds: float) -> list[Message]:
        """What has come, waiting up to ``seconds`` for the first message. Raises `Unavailable`."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self.client.receive_message(
                QueueUrl=self.address,
                MaxNumberOfMessages=MOST,
                WaitTimeSeconds=min(round(seconds), LONGEST_WAIT),
                VisibilityTimeout=HIDDEN_SECONDS,
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"the queue {self.address} can't be read: {error}") from error
        return [
            Message(found["MessageId"], found["ReceiptHandle"], self._keys(found["Body"]))
            for found in answer.get("Messages", ())
        ]

    def done(self, messages: Sequence[Message]) -> None:
        """Take messages off the queue. Raises `Unavailable`."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            for message in messages:
                self.client.delete_message(QueueUrl=self.address, ReceiptHandle=message.handle)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"the queue {self.address} takes no answer: {error}") from error

    def _keys(self, body: str) -> tuple[str, ...] | None:
        """The inbox's files that a message tells of; other buckets and prefixes are nobody's business here."""
        try:
            found = list(_objects(json.loads(body)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        inbox = f"{self._store.prefix}{INBOX}"
        return tuple(
            key.removeprefix(inbox) for bucket, key in found if bucket == self._store.bucket and key.startswith(inbox)
        )


def _objects(said: Any) -> Iterator[tuple[str, str]]:
    """Bucket and key of every object that a message names."""
    if said.get("Type") == "Notification":  # by way of SNS
        yield from _objects(json.loads(said["Message"]))
    elif said.get("Event") == "s3:TestEvent":  # S3 trying whether the queue takes its messages
        return
    elif said.get("source") == "aws.s3":  # by way of EventBridge, which writes keys as they are
        yield said["detail"]["bucket"]["name"], said["detail"]["object"]["key"]
    else:
        for record in said["Records"]:
            yield record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
