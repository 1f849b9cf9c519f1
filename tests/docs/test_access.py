"""docs/access.md: its commands, typed as they stand there, against a real S3 server."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.test_docs import ROOT, blocks
from tests.store.test_policies import Bucket
from tests.store.test_policies import bucket as bucket  # a fixture

PAGE = ROOT / "docs/access.md"
UPLOAD, SYNC = blocks(PAGE, "bash")


def run(script: str, bucket: Bucket, here: Path) -> None:
    """Run a block as a partner would, with what ``cairn access`` handed over."""
    given = bucket.cairn("access", "harbor", "--json")
    names = {"SERVER": given["server"], "REGION": given["region"], "KEY": given["key"], "SECRET": given["secret"]}
    names |= {"INBOX": given["inbox"], "RECEIPTS": given["receipts"]}
    mine = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        ["bash", "-ec", script], cwd=here, env={**mine, **names}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_command_about_access_does_what_it_says(bucket: Bucket) -> None:
    for block in blocks(PAGE, "sh"):
        for line in block.splitlines():
            bucket.cairn(*line.split("#")[0].split()[1:])
    assert "Nothing lies in quarantine" in bucket.cairn("quarantine")


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_a_file_is_delivered_and_its_receipt_fetched_with_curl(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "2026Q3.csv").write_text("quarter,children\n2026Q3,4\n")
    bucket.store.put("receipts/harbor/2026Q3.csv.html", b"<p>Thank you.")
    run(UPLOAD, bucket, tmp_path)
    assert bucket.store.get("inbox/harbor/2026Q3.csv").endswith(b"2026Q3,4\n")
    assert (tmp_path / "receipt.html").read_text() == "<p>Thank you."


@pytest.mark.skipif(shutil.which("rclone") is None, reason="there is no rclone here")
def test_a_folder_is_kept_in_step_with_rclone(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "numbers").mkdir()
    (tmp_path / "numbers/2026Q3.csv").write_text("quarter,children\n2026Q3,4\n")
    run(SYNC, bucket, tmp_path)
    assert bucket.store.exists("inbox/harbor/2026Q3.csv")
    assert (tmp_path / "receipts/q2.csv.json").is_file()
