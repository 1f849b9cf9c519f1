"""Tells the backbone that a run failed: a POST of a small JSON to the initiative's webhook."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from agenda.errors import CairnError
from agenda.folder import read_folder
from flows.progress import say

TIMEOUT_SECONDS = 10


def failed(flow: Any, flow_run: Any, state: Any) -> None:
    """Prefect's hook for a flow run that failed or crashed. Never raises: the failure itself must be seen."""
    try:
        folder = read_folder(Path(flow_run.parameters.get("initiative", ".")).resolve())
    except CairnError:
        return  # the folder is what is broken; the run's own message says so
    if folder.initiative.notify is not None:
        post(folder.initiative.notify.webhook, folder.initiative.name, flow.name, flow_run.name, state.message or "")


def post(webhook: str, initiative: str, flow: str, run: str, message: str) -> None:
    """Send one message. ``text`` is what chat services show."""
    said = {
        "text": f"{initiative}: the {flow} run “{run}” failed. {message}",
        "initiative": initiative,
        "flow": flow,
        "run": run,
        "message": message,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        httpx.post(webhook, json=said, timeout=TIMEOUT_SECONDS).raise_for_status()
    except httpx.HTTPError as error:
        say(f"The webhook could not be reached either: {error}")
