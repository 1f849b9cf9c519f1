"""What S3 lets whom do, on a real server: a partner reaches its own inbox and receipts and nothing else."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from agenda.errors import ConfigurationError
from agenda.model import Partner
from agenda.store import BucketStore
from flows.cli import app
from infra.servers import S3Server
from sources.ways.access import policy

INFRA = Path(__file__).parents[2] / "infra/s3"
ROOMS = (
    "lake/batches/b.json", "lake/data/observations/b/1.parquet", "submissions/abc", "editions/2026Q3/latest.json",
    "editions/2026Q3/abc.scorecards.json",
    "quarantine/harbor/abc.json", "quarantine/harbor/abc/q3.csv", "mappings/harbor/long/1.json", "seen/abc",
)  # fmt: skip
INITIATIVE = "id: test\nname: Test\nstore: s3://{bucket}/{prefix}\n"
AGENDA = """
places: [{id: valley, name: Valley, level: region}]
measures: [{id: children, name: Children, unit: children, kind: stock, subject: people}]
indicators: [{id: i, name: I, definition: d, unit: children, level: output, better: more, formula: {kind: count, of: children}}]
goals: [{id: g, name: G, statement: s, headline: i, indicators: [i]}]
"""
PARTNERS = """
layouts: {long: {period: quarter, values: [{column: children, measure: children}]}}
partners:
  - {id: harbor, name: Harbor YMCA, layouts: [long], place: valley}
  - {id: harbor2, name: Harbor Two, layouts: [long], place: valley}
  - {id: county, name: County, layouts: [long], place: valley, source: {kind: bucket, prefix: offices/county}}
"""


@dataclass
class Bucket:
    """An initiative whose store is a prefix of a real bucket; something lies in each of its rooms."""

    store: BucketStore
    server: S3Server
    folder: Path

    def cairn(self, *arguments: str) -> Any:
        done = CliRunner().invoke(app, ["--initiative", str(self.folder), *arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.output) if "--json" in arguments else done.output

    def client(self, given: dict[str, str]) -> Any:
        return boto3.session.Session().client(
            "s3", endpoint_url=self.server.endpoint, region_name="us-east-1",
            aws_access_key_id=given["key"], aws_secret_access_key=given["secret"],
        )  # fmt: skip

    def may(self, client: Any, method: str, **arguments: Any) -> bool:
        for name in {"Key", "Prefix"} & set(arguments):
            arguments[name] = self.store.prefix + arguments[name]
        try:
            getattr(client, method)(Bucket=self.store.bucket, **arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("AccessDenied", "InvalidAccessKeyId"):
                raise
            return False
        return True


@pytest.fixture
def bucket(tmp_path: Path, bucket_store: Callable[[], BucketStore], s3_environment: S3Server) -> Bucket:
    store = bucket_store()
    for partner in ("harbor", "harbor2", "offices/county"):
        store.put(f"inbox/{partner}/q2.csv", b"theirs")
        store.put(f"receipts/{partner}/q2.csv.json", b"{}")
    for key in ROOMS:
        store.put(key, b"private")
    initiative = INITIATIVE.format(bucket=store.bucket, prefix=store.prefix.rstrip("/")).replace(
        "id: test", f"id: test-{secrets.token_hex(4)}"
    )
    for name, text in (("initiative", initiative), ("agenda", AGENDA), ("partners", PARTNERS)):
        (tmp_path / f"{name}.yml").write_text(text)
    return Bucket(store, s3_environment, tmp_path)


@pytest.mark.parametrize(("partner", "own"), [("harbor", "harbor"), ("county", "offices/county")])
def test_a_partner_reaches_its_own_inbox_and_receipts_only(bucket: Bucket, partner: str, own: str) -> None:
    given = bucket.cairn("access", partner, "--json")
    assert given["inbox"] == f"{bucket.store.bucket}/{bucket.store.prefix}inbox/{own}/"
    client = bucket.client(given)
    assert bucket.may(client, "put_object", Key=f"inbox/{own}/q3.csv", Body=b"1")
    assert bucket.may(client, "put_object", Key=f"inbox/{own}/2026/q3.csv", Body=b"1")
    assert bucket.may(client, "get_object", Key=f"receipts/{own}/q2.csv.json")
    assert bucket.may(client, "list_objects_v2", Prefix=f"inbox/{own}/")
    assert bucket.may(client, "list_objects_v2", Prefix=f"receipts/{own}/")

    others = [name for name in ("harbor", "harbor2", "offices/county") if name != own]
    theirs = [f"{room}/{name}/q2.csv{end}" for name in others for room, end in (("inbox", ""), ("receipts", ".json"))]
    for key in (*theirs, *ROOMS, f"inbox/{own}/q2.csv"):
        assert not bucket.may(client, "get_object", Key=key), key
    for key in (*theirs, *ROOMS, f"receipts/{own}/q2.csv.json", f"inbox/{own}x/q3.csv", "q3.csv"):
        assert not bucket.may(client, "put_object", Key=key, Body=b"1"), key
    for key in (*theirs, *ROOMS, f"inbox/{own}/q2.csv", f"receipts/{own}/q2.csv.json"):
        assert not bucket.may(client, "delete_object", Key=key), key
    rooms = {key.split("/")[0] + "/" for key in ROOMS}
    for prefix in (
        "",
        "inbox/",
        "receipts/",
        *rooms,
        *(f"{room}/{name}/" for name in others for room in ("inbox", "receipts")),
    ):
        assert not bucket.may(client, "list_objects_v2", Prefix=prefix), prefix
    source = {"Bucket": bucket.store.bucket, "Key": bucket.store.prefix + ROOMS[0]}
    assert not bucket.may(client, "copy_object", Key=f"inbox/{own}/stolen.json", CopySource=source)
    for method in ("get_bucket_policy", "get_bucket_lifecycle_configuration", "delete_bucket"):
        assert not bucket.may(client, method), method


def test_a_key_is_shown_once_replaced_on_request_and_taken_away(bucket: Bucket) -> None:
    first = bucket.cairn("access", "harbor", "--json")
    again = bucket.cairn("access", "harbor", "--json")
    assert (again["key"], again["secret"]) == (first["key"], None)
    assert bucket.may(bucket.client(first), "put_object", Key="inbox/harbor/a.csv", Body=b"1")
    second = bucket.cairn("access", "harbor", "--new-key", "--json")
    assert not bucket.may(bucket.client(first), "put_object", Key="inbox/harbor/a.csv", Body=b"1")
    assert bucket.may(bucket.client(second), "put_object", Key="inbox/harbor/a.csv", Body=b"1")
    bucket.cairn("access", "harbor", "--end")
    bucket.cairn("access", "harbor", "--end")
    assert not bucket.may(bucket.client(second), "put_object", Key="inbox/harbor/a.csv", Body=b"1")


def test_what_the_partner_is_handed_says_all_it_needs(bucket: Bucket) -> None:
    told = bucket.cairn("access", "harbor")
    assert bucket.server.endpoint in told
    assert f"{bucket.store.prefix}receipts/harbor/" in told
    assert json.loads(bucket.cairn("access", "harbor", "--policy"))["Statement"]


def test_an_inbox_that_a_policy_would_take_for_others_is_refused() -> None:
    wide = Partner.model_validate(
        {"id": "a", "name": "A", "layouts": ["x"], "source": {"kind": "bucket", "prefix": "*"}}
    )
    with pytest.raises(ConfigurationError, match="rename"):
        policy(BucketStore("s3://bucket"), wide)


@pytest.fixture
def owner(s3: S3Server) -> Iterator[Any]:
    client = boto3.session.Session().client(
        "s3", endpoint_url=s3.endpoint, region_name="us-east-1", aws_access_key_id="cairn",
        aws_secret_access_key=s3.secret,
    )  # fmt: skip
    client.create_bucket(Bucket="rules")
    yield client
    client.delete_bucket(Bucket="rules")


def test_the_rules_for_buckets_are_taken(owner: Any) -> None:
    """`lifecycle.json` and `public-site.json` as infra/README.md says."""
    rules = json.loads((INFRA / "lifecycle.json").read_text())
    owner.put_bucket_lifecycle_configuration(Bucket="rules", LifecycleConfiguration=rules)
    kept = owner.get_bucket_lifecycle_configuration(Bucket="rules")["Rules"]
    assert {rule["Filter"]["Prefix"]: rule.get("Expiration") for rule in kept} == {
        "quarantine/": {"Days": 31}, "inbox/": None,
    }  # fmt: skip
    public = (INFRA / "public-site.json").read_text().replace("BUCKET", "rules")
    owner.put_bucket_policy(Bucket="rules", Policy=public)
    assert json.loads(owner.get_bucket_policy(Bucket="rules")["Policy"])["Statement"]
