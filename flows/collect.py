"""The flow that looks into the inboxes; scheduled every few minutes."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from prefect import flow

from agenda.errors import ConfigurationError
from flows import notify
from flows.making import collect_all
from flows.workspace import Workspace
from sources.collect import ReceivedAt
from sources.receipt import Receipt


@flow(name="collect", on_failure=[notify.failed], on_crashed=[notify.failed], validate_parameters=False)
def collect(
    initiative: str = ".", partners: list[str] | None = None, received_at: str | None = None
) -> tuple[Receipt, ...]:
    """Take in all that arrived. ``received_at``: a time (ISO 8601) or ``modified``, to import history."""
    return collect_all(Workspace.open(initiative), partners, moment(received_at))


def moment(received_at: str | None) -> ReceivedAt:
    """``received_at`` as `sources.collect` takes it. Raises `ConfigurationError` where it is no time."""
    if received_at is None or received_at == "modified":
        return cast(ReceivedAt, received_at)
    try:
        return datetime.fromisoformat(received_at).astimezone()
    except ValueError as error:
        message = f"{received_at!r} is no time; write it like 2026-10-21 or 2026-10-21T09:00+02:00"
        raise ConfigurationError(message) from error
