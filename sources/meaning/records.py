"""How rows that are records (one per child, site or shift) fall together to numbers."""

from __future__ import annotations

from agenda.statuses import SUPPRESSED, rank
from sources.meaning.marks import LAST
from sources.meaning.shape import Plan


def records_added(plan: Plan) -> str:
    """The SQL: units first (the largest of a facility's rows), then their sum; none with a part that is suppressed."""
    largest = [str(i) for i, cell in enumerate(plan.cells) if cell.take == "max"] or ["-1"]
    withheld = rank(SUPPRESSED)
    smallest = [str(i) for i, cell in enumerate(plan.cells) if cell.take == "min"] or ["-1"]
    return f"""
    select file, min(row) as row, arg_min(value_no, row) as value_no, measure, period, place, members,
        case when max(status) < {withheld} then sum(value) end as value,
        case when sum(value) is not null and max(status) between {LAST} and {withheld} - 1 then {LAST}
            else max(status) end as status
    from (
        select file, value_no, measure, period, place, members, per_key, min(row) as row, max(status) as status,
            case when max(status) = {withheld} then null when value_no in ({", ".join(largest)}) then max(value)
                when value_no in ({", ".join(smallest)}) then min(value) else sum(value) end as value
        from addends
        group by file, value_no, measure, period, place, members, per_key
    )
    group by file, measure, period, place, members"""
