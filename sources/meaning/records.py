"""How rows that are records (one per child, site or shift) fall together to numbers, and whom these are of."""

from __future__ import annotations

from agenda.statuses import SUPPRESSED, rank
from sources.meaning.marks import LAST
from sources.meaning.plan import Plan


def records_added(plan: Plan) -> str:
    """The SQL: units first (the largest of a facility's rows), then their sum; none with a part that is suppressed.

    Squares are exact, and rounded to six decimals once they are added up.
    """
    largest, smallest, squared = (
        ", ".join(str(i) for i, cell in enumerate(plan.cells) if cell.take == take) or "-1"
        for take in ("max", "min", "squares")
    )
    withheld, added = rank(SUPPRESSED), "sum(value)"
    if squared != "-1":
        square = "value::decimal(18, 6) * value::decimal(18, 6)"
        added = f"sum(case when value_no in ({squared}) then {square} else value::decimal(38, 12) end)::decimal(38, 6)"
    return f"""
    select file, min(row) as row, arg_min(value_no, row) as value_no, measure, period, place, members,
        case when max(status) < {withheld} then {added} end as value,
        case when sum(value) is not null and max(status) between {LAST} and {withheld} - 1 then {LAST}
            else max(status) end as status
    from (
        select file, value_no, measure, period, place, members, per_key, min(row) as row, max(status) as status,
            case when max(status) = {withheld} then null when value_no in ({largest}) then max(value)
                when value_no in ({smallest}) then min(value) else sum(value) end as value
        from addends
        group by file, value_no, measure, period, place, members, per_key
    )
    group by file, measure, period, place, members"""


PERSONS = """
select distinct file, measure, period, place, members, person
from (
    select file, value_no, measure, period, place, members, max(person) as person
    from addends
    where value > 0
    group by file, value_no, measure, period, place, members, per_key
    having count(person) = count(*)
)"""
"""The SQL: who is in each number and may be linked. One record without consent, and a person isn't, in that number."""
