"""Matching a submission's headings to what its layout needs: what lacks is said, and what is likely is proposed."""

from __future__ import annotations

from dataclasses import replace

from agenda.model import Layout
from sources.files.readers import Sheet
from sources.files.reading import in_short
from sources.letters.findings import Finding, finding
from sources.meaning import columns
from sources.meaning.columns import Columns
from sources.meaning.intake import refuse
from sources.meaning.mapping import Mappings, propose
from sources.meaning.plan import match
from sources.meaning.vocabulary import Vocabulary
from sources.submission import Submission


class Matcher:
    """Matches one submission after the other, in the order of their deliveries."""

    def __init__(self, vocabulary: Vocabulary, mappings: Mappings, history: Columns) -> None:
        self._vocabulary, self._mappings, self._history = vocabulary, mappings, history

    def match(self, submission: Submission) -> None:
        """Give the submission its plan; one whose columns are not all there is refused as a whole, and so is one that
        can't be matched for whatever reason: it must not cost the other partners their turn.

        An optional column that seems to go by another heading counts as missing until somebody says what it is: read
        as empty, its groups would become totals in silence.
        """
        sheet, layout = submission.sheet, submission.layout
        if sheet is None or layout is None:
            return
        try:
            self._match(submission, sheet, layout)
        except Exception as error:
            submission.findings = [*sheet.faults, finding("file_defect", reason=in_short(error))]
            submission.counts, submission.sheet, submission.plan = refuse(sheet), None, None
            submission.proposals, submission.columns = [], ()

    def _match(self, submission: Submission, sheet: Sheet, layout: Layout) -> None:
        partner = submission.partner.id
        name = submission.arrival.layout_name or ""
        plan, found = match(layout, sheet.header, self._vocabulary, self._mappings.accepted(partner, name))
        proposals = propose(plan, sheet, self._vocabulary, self._mappings.declined(partner, name))
        like = {proposal.column: proposal.header for proposal in proposals}
        plan = replace(plan, missing=tuple(c for c in plan.lacking if c in plan.missing or c in like))
        found += [self._missing(column, like.get(column, "")) for column in plan.missing]
        submission.proposals, submission.columns = proposals, plan.how
        submission.delivery = replace(
            submission.delivery,
            header=columns.digest(sheet.header),
            lacks=tuple((column, like.get(column, "")) for column in plan.missing),
            mapped=tuple(column for column, how in plan.how if column is not None and how == "mapping"),
        )
        changes = self._history.changes(submission.delivery, sheet, plan, like.values())
        submission.findings = [*found, *changes]
        if found:
            submission.counts = refuse(sheet)
        else:
            submission.plan = plan

    @staticmethod
    def _missing(column: str, like: str) -> Finding:
        return finding("column_missing", column=column, looks_like=like)
