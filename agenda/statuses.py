"""What a number is, or why there is none: SDMX's code list of observation statuses, CL_OBS_STATUS 2.2.

Zero is a number. Suppressed (its sender knows it and withholds it), not applicable (there can be none) and missing
(nobody has it) are three other things, and stay so from the cell to the page.
"""

from __future__ import annotations

from agenda.spelling import plain

STATUSES = {
    "M": "Missing value; data cannot exist",
    "K": "Data included in another category",
    "A": "Normal value",
    "G": "Experimental value",
    "V": "Unvalidated value",
    "U": "Low reliability",
    "N": "Not significant",
    "E": "Estimated value",
    "F": "Forecast value",
    "I": "Imputed value",
    "W": "Includes data from another category",
    "D": "Definition differs",
    "S": "Strike and other special events",
    "J": "Derogation",
    "B": "Time series break",
    "P": "Provisional value",
    "H": "Missing value; holiday or weekend",
    "L": "Missing value; data exist but were not collected",
    "O": "Missing value",
    "Q": "Missing value; suppressed",
}
"""Every code with its name, from what says least of a sum that it is part of to what says most.

What can't exist, or is counted elsewhere, is left out of a sum. Numbers come in the order of SDMX's hierarchy for one
flag per value ("Possible ways of implementing the observation status concept", 2.0, 2019), but that a sum which lacks a
part is provisional before anything else. A missing part leaves the sum incomplete, a suppressed one withholds it.
`dbt_project/macros/statuses.sql` has the same order, and a test holds the two together.
"""
ORDER = "".join(STATUSES)
ABSENT = frozenset("MKHLOQ")
"""Those that stand in the place of a number."""
NORMAL, PROVISIONAL, MISSING, NOT_APPLICABLE, SUPPRESSED, UNRELIABLE = "A", "P", "O", "M", "Q", "U"
ELSEWHERE = "K"
"""Of an indicator's value: it is part of a group that is shown in its place."""
THIN = "L"
"""Of an indicator's value: data exist, but of fewer partners than the agreed minimum they were collected."""
WORDS = {"suppressed": SUPPRESSED, "not_applicable": NOT_APPLICABLE, "missing": MISSING}
"""What people call the three kinds of nothing."""

USUAL_MARKS = {
    **dict.fromkeys(("x", "c", "[c]", "*", "<5", "<10", "<11"), SUPPRESSED),
    **dict.fromkeys(("z", "[z]", "n/a", "-"), NOT_APPLICABLE),
    **dict.fromkeys((":", "..", "m"), MISSING),
}
"""Signs that many publishers set in the place of a number. They differ from one to the next (``x`` is suppressed in
England's school statistics and not available elsewhere), so they count only where a layout says ``marks: usual``."""

_CODES = {plain(said): code for code, name in STATUSES.items() for said in (code, name)}


def status_of(text: str) -> str | None:
    """The code that a text names, by the code itself or by its name in the code list; None where it is neither."""
    return WORDS.get(text) or _CODES.get(plain(text))


def rank(code: str) -> int:
    """Where a code stands in the order, from 1."""
    return ORDER.index(code) + 1
