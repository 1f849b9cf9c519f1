"""The bucket policies in infra/s3, granted on a real server: a partner reaches its own files and no others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.servers import S3Server

POLICY = Path(__file__).parents[2] / "infra/s3/partners.json"


@pytest.fixture
def granted(s3: S3Server) -> Iterator[Callable[[str], object]]:
    """The partners' policy, granted to harbor and county; gives an S3 client for an identity."""

    def client(identity: str):  # type: ignore[no-untyped-def]
        return boto3.session.Session().client(
            "s3",
            endpoint_url=s3.endpoint,
            region_name="us-east-1",
            aws_access_key_id=identity,
            aws_secret_access_key=s3.secrets[identity],
        )

    policy = json.loads(POLICY.read_text().replace("BUCKET", s3.bucket).replace("ACCOUNT", "000000000000"))
    for statement in policy["Statement"]:
        (user,) = statement["Principal"]["AWS"]
        statement["Principal"]["AWS"] = [user.replace("PARTNER", partner) for partner in ("harbor", "county")]
    owner = client("cairn")
    for partner in ("harbor", "county"):
        owner.put_object(Bucket=s3.bucket, Key=f"receipts/{partner}/q3.csv.json", Body=b"{}")
    owner.put_bucket_policy(Bucket=s3.bucket, Policy=json.dumps(policy))
    yield client
    owner.delete_bucket_policy(Bucket=s3.bucket)


def test_a_partner_reaches_its_own_inbox_and_receipts_only(s3: S3Server, granted: Callable[[str], object]) -> None:
    harbor = granted("harbor")

    def may(method: str, **arguments: object) -> bool:
        try:
            getattr(harbor, method)(Bucket=s3.bucket, **arguments)
        except ClientError as error:
            return error.response["Error"]["Code"] != "AccessDenied"
        return True

    assert may("put_object", Key="inbox/harbor/q3.csv", Body=b"1")
    assert may("get_object", Key="receipts/harbor/q3.csv.json")
    assert may("list_objects_v2", Prefix="receipts/harbor/")
    for key in ("inbox/county/q3.csv", "receipts/harbor/q3.csv.json", "editions/2026Q3/latest.json", "q3.csv"):
        assert not may("put_object", Key=key, Body=b"1"), key
    for key in ("receipts/county/q3.csv.json", "inbox/harbor/q3.csv", "editions/2026Q3/latest.json"):
        assert not may("get_object", Key=key), key
    assert not may("delete_object", Key="inbox/harbor/q3.csv")
    for prefix in ("", "receipts/county/", "receipts/"):
        assert not may("list_objects_v2", Prefix=prefix), prefix
