"""Which files a collect leaves for later when it is asked for one period only.

What a file speaks of is known once it was read; a name may promise anything. So the files are read, nothing is taken
in, and of each partner those are left that came after the last one that speaks of the period. All before that one are
taken: files are delivered in the order in which they came, or an old number could come after its correction. A file
that can't be read, or holds no number that can be taken, may speak of any period; it is answered.
"""

from __future__ import annotations

from agenda.periods import Period
from sources.collect import Collector
from sources.submission import Submission
from sources.ways.inbox import is_reply


class Scout(Collector):
    """A collector that only looks."""

    def left(self, period: Period) -> set[str]:
        """The keys, below inbox/, of dropped files to leave."""
        waiting: dict[str, set[str]] = {}
        for batch in self.batches():
            if is_reply(batch.arrivals[0].key):
                continue
            submissions = {s.arrival.key: s for s in batch.opened()}
            for submission in submissions.values():
                self._matcher.match(submission)
            for _ in self._intakes(list(submissions.values())):
                pass  # what was taken is noted in the submissions
            for arrival in batch.arrivals:
                keys = waiting.setdefault(arrival.partner.id, set())
                found = submissions.get(arrival.key)
                if found is not None and self._may_speak(found, period):
                    keys.clear()
                else:
                    keys.add(arrival.path)
        return set().union(*waiting.values())

    def _may_speak(self, submission: Submission, period: Period) -> bool:
        spoken = [self.vocabulary.calendar.parse(text) for _, text, _ in submission.taken]
        return not spoken or any(one.start < period.end and period.start < one.end for one in spoken)
