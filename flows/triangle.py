"""`cairn revisions` in words: from when on which value of which period was known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agenda.indicators import Indicator
from agenda.periods import Period
from flows.counted import counted
from flows.explain_phrases import as_shown, causes_said, moment
from flows.revisions import Known


def lines(
    indicator: Indicator, about: Period | None, found: Mapping[str, Sequence[Known]], seconds: float
) -> Iterator[str]:
    """`cairn revisions` in words: a block for each period, a line for each moment at which its value changed."""
    if not found:
        yield f"Nothing was ever known of {indicator.name}{f' for {about}' if about else ''}."
        return
    yield f"{indicator.name}: what was known of it, and from when"
    yield ""
    for period, moments in found.items():
        for order, known in enumerate(moments):
            said = as_shown(indicator.formula.kind, indicator.decimals, indicator.unit, known.value)
            named, before = ("", moments[order - 1].version) if order else (period, None)
            method = "; R3, method: by another definition" if before and known.version not in (before, None) else ""
            why = f"{causes_said(known.why)}{method}"
            yield f"{named:<8}  {moment(known.known_at)}  {said:>16}  {known.status or '–'}  {why}"
    changed = sum(len(moments) > 1 for moments in found.values())
    yield ""
    periods = counted(len(found), "period")
    yield f"{changed} of {periods} changed after they were first known. This took {seconds:.0f} s."
