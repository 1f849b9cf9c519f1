"""Rows into the lake's files: through dlt, as one Parquet file a table."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Mapping
from typing import Any

import dlt
import pyarrow as pa
from dlt.common.schema.typing import TSchemaTables
from dlt.destinations.impl.filesystem.factory import filesystem
from dlt.destinations.impl.filesystem.filesystem import FilesystemClient

from agenda import settings
from agenda.errors import Unavailable
from agenda.store import BucketStore, FolderStore


class _Client(FilesystemClient):
    def create_dataset(self) -> None:
        """The lake's folder; there already where another collector is faster, or one was stopped just here."""
        self.fs_client.makedirs(self.dataset_path, exist_ok=True)

    def update_stored_schema(self, *_: Any, **__: Any) -> TSchemaTables:
        """Nothing: what a batch holds, its manifest says. To see whether it had noted that, too, dlt would list its
        notes about every batch there ever was."""
        return {}

    def complete_load(self, load_id: str) -> None:
        """Nothing: a batch is complete once its manifest is there."""


class _Filesystem(filesystem):
    @property
    def client_class(self) -> type[FilesystemClient]:
        return _Client


def load(store: FolderStore | BucketStore, batch: str, tables: Mapping[str, pa.Table]) -> None:
    """Write each table below ``lake/data/<table>/<batch>/``. Raises `Unavailable` where that can't be done.

    A pipeline of its own in a folder of its own: a load that failed earlier is never picked up again.
    """
    with tempfile.TemporaryDirectory(prefix="cairn-dlt-") as work:
        pipeline = dlt.pipeline(
            pipeline_name=f"cairn_{uuid.uuid4().hex}",
            pipelines_dir=work,
            destination=_Filesystem(
                bucket_url=f"{store.url}/lake",
                layout="{table_name}/{batch}/{file_id}.{ext}",
                extra_placeholders={"batch": batch},
                destination_name="filesystem",
                **_credentials(store),
            ),
            dataset_name="data",
        )
        pipeline.config.restore_from_destination = False  # nobody has run this one before
        resources = [dlt.resource(table, name=name) for name, table in tables.items()]
        try:
            pipeline.run(resources, loader_file_format="parquet")
        except Exception as error:
            raise Unavailable(f"the lake at {store.url}/lake could not be written: {error}") from error


def _credentials(store: FolderStore | BucketStore) -> dict[str, Any]:
    if isinstance(store, FolderStore):
        return {}
    import boto3
    from dlt.common.configuration.specs import AwsCredentials

    session = boto3.Session()
    found = session.get_credentials()
    if found is None:
        raise Unavailable("no credentials for S3 were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    credentials = AwsCredentials(
        aws_access_key_id=found.access_key,
        aws_secret_access_key=found.secret_key,
        aws_session_token=found.token,
        region_name=session.region_name,
        endpoint_url=settings.s3_endpoint(),
    )
    return {"credentials": credentials}
