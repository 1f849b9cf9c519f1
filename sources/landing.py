"""Landing: what was taken in of a batch, as the tables that the lake keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

import pyarrow as pa

from sources.lake import SCHEMAS, table
from sources.meaning import columns
from sources.meaning.intake import Intake
from sources.submission import Submission

Fresh = Mapping[str, Submission]
"""The submissions whose readings the lake has not yet, by reading."""


def tables_of(
    submissions: Sequence[Submission], intakes: Sequence[tuple[list[Submission], Intake]], fresh: Fresh
) -> dict[str, pa.Table]:
    """Every delivery of the batch, and the rows of its fresh readings."""
    observations = [_observations(group, intake, fresh) for group, intake in intakes]
    persons = [_fresh("persons", intake.persons, group, fresh) for group, intake in intakes if intake.persons]
    keys = ["reading", "measure", "period"]
    spoken_of = [part.group_by(keys, use_threads=False).aggregate([]) for part in observations]
    scopes = [part.select(keys).cast(SCHEMAS["scopes"]) for part in spoken_of]
    rejected = [
        {**row, "reading": group[row["file"]].delivery.reading, "sheet": intake.sheet}
        for group, intake in intakes
        for row in intake.rejected
        if fresh.get(group[row["file"]].delivery.reading) is group[row["file"]]
    ]
    return {
        "deliveries": table("deliveries", [asdict(s.delivery) for s in submissions]),
        "readings": table("readings", [_reading(s) for s in fresh.values()]),
        "scopes": pa.concat_tables([SCHEMAS["scopes"].empty_table(), *scopes]),
        "observations": pa.concat_tables([SCHEMAS["observations"].empty_table(), *observations]).unify_dictionaries(),
        "persons": pa.concat_tables([SCHEMAS["persons"].empty_table(), *persons]).unify_dictionaries(),
        "rejected_rows": table("rejected_rows", rejected),
        "columns": table("columns", [row for s in fresh.values() for row in _column_rows(s)]),
        "findings": table("findings", [row for s in fresh.values() for row in _finding_rows(s)]),
    }


def _observations(group: list[Submission], intake: Intake, fresh: Fresh) -> pa.Table:
    """The group's observations in the lake's shape, those of fresh readings only."""
    file, found = intake.observations["file"].combine_chunks(), intake.observations
    partners = pa.array([s.arrival.partner.id for s in group])
    found = found.append_column("partner", pa.DictionaryArray.from_arrays(file, partners))
    return _fresh("observations", found, group, fresh)


def _fresh(name: str, found: pa.Table, group: list[Submission], fresh: Fresh) -> pa.Table:
    """Rows of the group's files as the lake's table ``name``, those of fresh readings only."""
    file = found["file"].combine_chunks()
    readings = pa.array([s.delivery.reading for s in group])
    found = found.append_column("reading", pa.DictionaryArray.from_arrays(file, readings))
    is_fresh = [fresh.get(s.delivery.reading) is s for s in group]
    if not all(is_fresh):
        found = found.filter(pa.array(is_fresh).take(file))
    return found.select(SCHEMAS[name].names).cast(SCHEMAS[name])


def _reading(submission: Submission) -> dict[str, object]:
    counts, layout = submission.counts, submission.layout
    return {
        "reading": submission.delivery.reading,
        "partner": submission.arrival.partner.id,
        "layout": submission.arrival.layout_name or "",
        "submission": submission.delivery.submission,
        "delivery_mode": layout.delivery if layout else "replaces",
        "outcome": counts.outcome,
        "rows_read": counts.read,
        "rows_accepted": counts.accepted,
        "rows_rejected": counts.rejected,
        "rows_skipped": counts.skipped,
    }


def _column_rows(submission: Submission) -> Iterator[dict[str, object]]:
    if submission.sheet is not None and submission.columns:
        yield from columns.rows(submission.delivery.reading, submission.sheet, submission.columns)


def _finding_rows(submission: Submission) -> Iterator[dict[str, object]]:
    for found in submission.findings:
        yield {
            **vars(found),
            "reading": submission.delivery.reading,
            "row_number": found.row,
            "column_name": found.column,
        }
