"""Access to the bucket: one user per partner, who writes into its own inbox and reads its own receipts, nothing else.

Users are made through the IAM API, which Amazon and SeaweedFS speak; each has a policy of its own, so that adding a
partner touches nobody else's and no policy grows with the coalition. Other servers take the policy by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from agenda import settings
from agenda.errors import ConfigurationError, Unavailable
from agenda.folder import Folder
from agenda.model import Partner
from agenda.store import BucketStore

_POLICY = "cairn"


@dataclass(frozen=True)
class Grant:
    """What a partner needs to connect. ``secret`` is given only once, with a new key."""

    user: str
    key: str
    secret: str | None


def policy(store: BucketStore, partner: Partner) -> dict[str, Any]:
    """What the partner may do: put into its inbox; get from its receipts; list both."""
    if set(partner.prefix) & set("*?$"):
        raise ConfigurationError(
            f"the inbox {partner.prefix!r} has a sign that stands for others in policies; rename it"
        )
    inbox, receipts = (f"{store.prefix}{room}/{partner.prefix}/" for room in ("inbox", "receipts"))
    bucket = f"arn:aws:s3:::{store.bucket}"

    def allow(actions: list[str], resource: str, **more: Any) -> dict[str, Any]:
        return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}

    listed = {"StringLike": {"s3:prefix": [f"{inbox}*", f"{receipts}*"]}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            allow(["s3:PutObject", "s3:AbortMultipartUpload"], f"{bucket}/{inbox}*"),
            allow(["s3:GetObject"], f"{bucket}/{receipts}*"),
            allow(["s3:ListBucket"], bucket, Condition=listed),
        ],
    }


def grant(folder: Folder, store: BucketStore, partner: Partner, *, new_key: bool = False) -> Grant:
    """Give the partner a user and a key; run again, put its policy right. ``new_key`` replaces the key it has.

    Raises `Unavailable` where the server refuses or can't be reached.
    """
    user, allowed = _user(folder, partner), json.dumps(policy(store, partner))
    with _client(user) as iam:
        with suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_user(UserName=user)
        iam.put_user_policy(UserName=user, PolicyName=_POLICY, PolicyDocument=allowed)
        keys = _keys(iam, user)
        if keys and not new_key:
            return Grant(user, keys[0], None)
        for key in keys:
            iam.delete_access_key(UserName=user, AccessKeyId=key)
        made = iam.create_access_key(UserName=user)["AccessKey"]
        return Grant(user, made["AccessKeyId"], made["SecretAccessKey"])


def end(folder: Folder, partner: Partner) -> None:
    """Take the partner's access away; nothing happens where it has none."""
    user = _user(folder, partner)
    with _client(user) as iam, suppress(iam.exceptions.NoSuchEntityException):
        for key in _keys(iam, user):
            iam.delete_access_key(UserName=user, AccessKeyId=key)
        iam.delete_user_policy(UserName=user, PolicyName=_POLICY)
        iam.delete_user(UserName=user)


def _user(folder: Folder, partner: Partner) -> str:
    return f"cairn-{folder.initiative.id}-{partner.id}"


def _keys(iam: Any, user: str) -> list[str]:
    return [key["AccessKeyId"] for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]]


@contextmanager
def _client(user: str) -> Iterator[Any]:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield boto3.session.Session().client("iam", endpoint_url=settings.iam_endpoint())
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(f"the user {user} could not be made ready: {error}") from error
