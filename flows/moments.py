"""Moments as they are written on the command line and in a flow's parameters."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from agenda.errors import ConfigurationError

if TYPE_CHECKING:
    from sources.collect import ReceivedAt


def moment(received_at: str | None) -> ReceivedAt:
    """``received_at`` as `sources.collect` takes it. Raises `ConfigurationError` where it is no time."""
    if received_at is None or received_at == "modified":
        return cast("ReceivedAt", received_at)
    try:
        return datetime.fromisoformat(received_at).astimezone()
    except ValueError as error:
        message = f"{received_at!r} is no time; write it like 2026-10-21 or 2026-10-21T09:00+02:00"
        raise ConfigurationError(message) from error
