"""The one module that reads the environment."""

from __future__ import annotations

import os
import sys


def variable(name: str) -> str | None:
    """The environment variable, or None where it is not set."""
    return os.environ.get(name)


def s3_endpoint() -> str | None:
    """Address of an S3 server other than AWS, as boto3 and dlt both understand it."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")


def google_endpoint() -> str | None:
    """Address of a server that answers in Google's place: Sheets API and CSV exports."""
    return os.environ.get("CAIRN_GOOGLE_ENDPOINT")


def iam_endpoint() -> str | None:
    """Where users are made: beside the S3 server, if that is not AWS."""
    return os.environ.get("AWS_ENDPOINT_URL_IAM") or s3_endpoint()


def prefect_api() -> str | None:
    """The Prefect server to report to; without one, each command starts its own and stops it."""
    return os.environ.get("PREFECT_API_URL")


def is_terminal() -> bool:
    """Whether a person is watching standard error."""
    return sys.stderr.isatty()


def no_telemetry() -> None:
    """Keep the libraries from phoning home; called before they are imported."""
    for name, value in {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }.items():
        os.environ.setdefault(name, value)


def prepare_prefect() -> None:
    """What Prefect reads when it is imported."""
    no_telemetry()
    # A server that is started for one run needs up to 30 s on a small machine; Prefect gives up after 20.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
    # Its log goes to the server; on the terminal the command has words of its own.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")
