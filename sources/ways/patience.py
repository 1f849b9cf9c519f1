"""How long a server that doesn't answer well is asked again. What takes longer waits for the next collect."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime

ATTEMPTS = 5
"""Requests for one answer. With `BACKOFF` doubled each time, a hiccup of 15 seconds is sat out."""
BACKOFF = 1.0
"""Seconds before the second request."""
LONGEST = 60.0
"""Seconds that a server may ask to wait; Google's limits are counted by the minute. The other partners wait, too."""
CONNECT = 10.0
"""Seconds until a server that can't be reached has failed."""
AGAIN = frozenset({429, 500, 502, 503, 504})
"""Answers after which asking again may help."""


def pause(attempt: int, retry_after: str | None = None) -> float | None:
    """Seconds to wait after the ``attempt``-th request (from 1), as the server says; None: asking again is no use."""
    if attempt >= ATTEMPTS:
        return None
    asked = seconds(retry_after)
    if asked is None:
        return float(BACKOFF * 2 ** (attempt - 1))
    return asked if asked <= LONGEST else None


def seconds(retry_after: str | None) -> float | None:
    """What a ``Retry-After`` says (RFC 9110, 10.2.3: seconds, or a date); None where it says nothing."""
    if retry_after is None:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        moment = email.utils.parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(moment.tzinfo or UTC)).total_seconds())
