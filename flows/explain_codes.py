"""What `cairn explain` says of codes: of intervals, rules of adding up, statuses."""

from __future__ import annotations

INTERVALS = {
    "wilson": "how far chance could move a share of this many (Wilson, 95 %)",
    "byar": "how far chance could move this many events (Byar, 95 %)",
    "poisson": "how far chance could move this many events (exact Poisson, 95 %)",
    "rate": "how far chance could move this many events (Byar, exact Poisson under 10, 95 %)",
    "dobson": "how far chance could move a rate of this many events (Dobson and Byar, 95 %)",
    "t": "how far chance could move a mean of this many (Student's t, 95 %)",
    "none": "partners' lists overlap, and the truth lies between the longest list and all together",
}
KEYED = "whoever has no keyed hash may be one of those who have, or one more"
AGAINST = {"previous": "the period before", "year_before": "a year before", "baseline": "the baseline"}
ONCE = "people count once over partners, places and months, by their keyed hashes"
OVER_TIME = {
    "sum": "its months are added up",
    "last": "the last reported month of the period counts",
    "mean": "the mean of its months counts",
    "max": "the highest of its months counts",
}
BESIDE = {"A": "", "P": "some of its records were left out", "M": "", "O": "", "Q": ""}
"""What is said of a reported number beside it; of other statuses their name."""
STATUS = {
    "A": "complete: everybody who owes a number for it has reported",
    "P": "provisional: a partner, a month or some records are missing",
    "O": "not reported: a part of the formula is missing. This is not zero",
    "L": "withheld: fewer of the partners that owe it reported than the agreed minimum. This is not zero",
    "M": "cannot be: it is not applicable, or the number to divide by is zero",
    "U": "of low reliability: its interval is wide, or a partner said so",
    "Q": "suppressed: a partner does not give a part of it, so no sum with it is shown. This is not zero",
}
FEW = "too few to tell: the initiative asks for more (show, in initiative.yml)"
HIDDEN = {
    "A": "withheld (A): few people are counted, or are left without it",
    "D": "withheld (D): for others' sake, so that what is withheld of them can't be reckoned back",
}
"""What an edition says of a value instead of a number, by its CONF_STATUS."""
