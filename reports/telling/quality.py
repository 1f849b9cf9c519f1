"""How good the data are, and how the numbers are made: what the data page says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from agenda.model import Measure
from reports.data.lists import MEMBERS, merging
from reports.escape import plain, stress
from reports.pictures.charts import DOTS_AT_MOST
from reports.quarter.tables import Quarter
from reports.telling.value_tables import Table
from reports.words import Words


@dataclass(frozen=True)
class Quality:
    quarter: Quarter
    words: Words

    def reported_by_partner(self) -> Table | None:
        """Who reported what they owed; with many partners only those that did not, or not all."""
        words, owed = self.words, self.quarter.expected_reporters
        names = {measure.id: plain(measure.name) for measure in self.quarter.folder.agenda.measures}
        shown = owed if len(owed) <= DOTS_AT_MOST else tuple(r for r in owed if r.missing or r.in_part)
        if not shown:
            return None
        rows = []
        for reporter in shown:
            came = len(reporter.owed) - len(reporter.missing)
            gone = words.listed([names[m] for m in (*reporter.missing, *reporter.in_part)])
            share = words._("{actual} of {expected}", actual=words.number(came),
                            expected=words.number(len(reporter.owed)))  # fmt: skip
            on_time = words._("{actual} of {expected}", actual=words.number(len(reporter.on_time)),
                              expected=words.number(len(reporter.owed)))  # fmt: skip
            rows.append((plain(reporter.partner.name), share, on_time, self._day(reporter.last_received), gone))
        caption = words._("Who reported for the {period}", period=words.period(self.quarter.period))
        head = (words._("Partner"), words._("Measures"), words._("On time"), words._("Last received"),
                words._("Missing or incomplete"))  # fmt: skip
        return Table(caption, head, tuple(rows), frozenset({0, 3, 4}))

    def _day(self, moment: datetime | None) -> str:
        return self.words.day(moment) if moment is not None else "–"

    def reported_by_measure(self) -> Table:
        words = self.words
        expected: Counter[str] = Counter(m for r in self.quarter.reporters for m in r.owed)
        missing: Counter[str] = Counter(m for r in self.quarter.reporters for m in r.missing)
        in_part: Counter[str] = Counter(m for r in self.quarter.reporters for m in r.in_part)
        on_time: Counter[str] = Counter(m for r in self.quarter.reporters for m in r.on_time)
        owed = [measure for measure in self.quarter.folder.agenda.measures if expected[measure.id]]
        rows = [
            (f"{plain(m.name)} ({plain(m.unit)})", self._kind(m), words.number(expected[m.id]),
             words.number(expected[m.id] - missing[m.id]), words.number(on_time[m.id]), words.number(in_part[m.id]))
            for m in owed
        ]  # fmt: skip
        head = (words._("Measure"), words._("Kind"), words._("Owed"), words._("Reported"), words._("On time"),
                words._("of these in part"))  # fmt: skip
        columns = 6 if in_part else 5
        return Table(words._("Partners that reported, by measure"), head[:columns],
                     tuple(row[:columns] for row in rows), frozenset({0, 1}))  # fmt: skip

    def on_time(self) -> str:
        """When something counts as on time."""
        words, days = self.words, self.quarter.folder.initiative.due_days
        return words.n(
            "On time is what had come whole by {number} day after the quarter; later corrections change nothing.",
            "On time is what had come whole by {number} days after the quarter; later corrections change nothing.",
            days, number=words.number(days),
        )  # fmt: skip

    def shown_from(self) -> str:
        """From where on a share is a percent, and an interval is wide, as the initiative has decided."""
        words, show = self.words, self.quarter.folder.initiative.show
        said = []
        if show.percent_from:
            said.append(words._("**Of few, the parts.** A share of fewer than {number} is not shown as a percent but "
                                "as what it is made of.", number=words.exact(show.percent_from)))  # fmt: skip
        if any(indicator.formula.standard for indicator in self.quarter.indicators.values()):
            said.append(words._("A standardised rate of fewer than {number} events isn’t, either.",
                                number=words.exact(show.standardised_from)))  # fmt: skip
        if show.wide_points is not None:
            said.append(words._("A percent is of low reliability where its interval is wider than {points} points.",
                                points=words.exact(show.wide_points)))  # fmt: skip
        if show.wide_share is not None:
            said.append(words._("A number is of low reliability where its interval is wider than {times} times itself.",
                                times=words.exact(show.wide_share)))  # fmt: skip
        return words.running(said)

    def protection(self) -> str:
        """How people are kept from being recognised, as the initiative has decided."""
        words, policy = self.words, self.quarter.folder.initiative.disclosure
        if policy is None:
            return words._("**Nobody has decided yet** how people are kept from being recognised; so this is a draft.")
        if policy.policy == "none":
            return words._("**Nothing is withheld** to keep people from being recognised.")
        together = words._(
            "Groups that can’t be shown alone are shown together, as a larger one, where the agenda has one for them "
            "and that tells of nobody."
        )
        return words.running((words._(
            "**People can’t be recognised.** Counts of {low} to {high} people are withheld, and so is the least of "
            "other numbers from which they could be reckoned, in this edition and with those before. A zero is shown. "
            "Before publishing it is proved that each of these counts could as well be any from {low} to {high}.",
            low=words.number(policy.hide[0]), high=words.number(policy.hide[1]),
        ), together if merging(self.quarter) else ""))  # fmt: skip

    def minimum(self) -> str:
        """How many must have reported for a number to be shown; empty where any number will do."""
        words, minimum = self.words, self.quarter.folder.initiative.coverage.minimum
        if not minimum:
            return ""
        return words._("**Too few is no number.** Where less than {minimum} of the partners that owe a number have "
                       "reported it, it is withheld, not guessed.", minimum=words.percent(minimum))  # fmt: skip

    def nothing_withheld(self) -> str:
        """Why nothing is, in the initiative's own words; empty where something may be."""
        policy = self.quarter.folder.initiative.disclosure
        return plain(policy.reason) if policy is not None and policy.policy == "none" else ""

    def _kind(self, measure: Measure) -> str:
        return self.words._("sum") if measure.kind == "flow" else self.words._("level")

    def rows_read(self) -> list[str]:
        """What came in for the quarter and what became of it, in rows."""
        words, readings = self.words, self.quarter.readings
        if readings.is_empty():
            return []
        total = {
            name: int(readings[name].sum()) for name in ("rows_read", "rows_accepted", "rows_rejected", "rows_skipped")
        }
        return [
            words.n("{count} file was read for this quarter", "{count} files were read for this quarter",
                    readings.height, count=stress(words.number(readings.height))),
            words._("{count} rows read", count=stress(words.number(total["rows_read"]))),
            words._("{count} accepted", count=stress(words.number(total["rows_accepted"]))),
            words._("{count} turned away", count=stress(words.number(total["rows_rejected"]))),
            words._("{count} not asked for", count=stress(words.number(total["rows_skipped"]))),
        ]  # fmt: skip

    def findings(self) -> Table | None:
        """How often each kind of fault was found; no file, row or cell is named."""
        words, frame = self.words, self.quarter.findings
        kinds: dict[str, list[tuple[str, str]]] = {}
        for partner, severity, code in frame.select("partner", "severity", "code").iter_rows():
            kinds.setdefault(self._family(code), []).append((partner, severity))
        if not kinds:
            return None
        names, found = zip(*sorted(kinds.items()), strict=True)
        counted = [
            (words._("Faults"), [sum(severity == "error" for _, severity in each) for each in found]),
            (words._("Remarks"), [sum(severity != "error" for _, severity in each) for each in found]),
            (words._("Partners"), [len({partner for partner, _ in each}) for each in found]),
        ]
        shown = [(head, [words.number(count) for count in counts]) for head, counts in counted if any(counts)]
        head = (words._("What was found"), *(head for head, _ in shown))
        rows = tuple(zip(names, *(cells for _, cells in shown), strict=True))
        return Table(words._("Faults found in what came in"), head, rows)

    def _family(self, code: str) -> str:
        """The kind of a finding, by what it is about."""
        words = self.words
        return {
            "value": words._("Values that are no number, or impossible"),
            "period": words._("Periods that can't be read, or lie ahead"),
            "place": words._("Places that nobody agreed on"),
            "member": words._("Groups that nobody agreed on"),
            "measure": words._("Measures that nobody agreed on"),
            "row": words._("Rows that are broken, repeated or contradict one another"),
            "column": words._("Columns missing or given twice"),
        }.get(code.split("_")[0], words._("Files not laid out as agreed"))

    def status_rules(self) -> list[tuple[str, str]]:
        """Each status code with the rule that gives it."""
        words = self.words
        share = words.percent(self.quarter.folder.initiative.status.at_risk_from)
        return [
            ("met", words._("The target is reached, or passed.")),
            ("on_track", words._("The value is on the path or better; for a band: inside it.")),
            ("at_risk", words._("At least {share} of the progress that the path asks for by now has been made; for a "
                                "band: outside by no more than {share} of its width.", share=share)),
            ("off_track", words._("Less than that.")),
            ("no_target", words._("No target is agreed.")),
            ("no_data", words._("There is no value, so there is no status.")),
        ]  # fmt: skip

    def downloads(self) -> list[tuple[str, str, str]]:
        """(address, name, what it is) of everything that comes with the pages."""
        words = self.words
        return [
            ("report.pdf", words._("Report as PDF"), words._("All pages in one file, to print or to send.")),
            ("brief.pdf", words._("Brief as PDF"), words._("Two pages for funders and boards.")),
            ("brief.docx", words._("Brief for Word"),
             words._("The same to copy from, with its charts as pictures that carry their text.")),
            ("data/indicator_values.csv", "indicator_values.csv",
             words._("Every value on these pages and all earlier ones, with what it was made of and its status.")),
            ("data/indicator_values.parquet", "indicator_values.parquet", words._("The same for programs.")),
            ("data/indicator_changes.csv", "indicator_changes.csv",
             words._("How each indicator changed, and whether chance alone could explain it.")),
            ("data/cohorts.csv", "cohorts.csv",
             words._("Changes among the partners that reported both times, where that is not everybody.")),
            ("data/indicator_targets.csv", "indicator_targets.csv",
             words._("Where each indicator, place and group with a target stands on its way.")),
            ("data/projections.csv", "projections.csv",
             words._("Where each indicator would come to at its current pace, with its interval.")),
            ("data/reporting.csv", "reporting.csv",
             words._("What each partner owed, quarter by quarter, what of it came, and whether on time.")),
            *((f"data/{name}.csv", f"{name}.csv", said) for name, said in (
                ("indicators", words._("What each id of an indicator stands for, and where it stands on these pages.")),
                ("places", words._("What each id of a place stands for.")),
                ("partners", words._("What each id of a partner stands for.")),
                ("measures", words._("What each id of a measure stands for.")),
                ("statuses", words._("What the codes of a number's status stand for.")),
                ("conf_statuses", words._("What the codes of what is withheld stand for.")),
                *((f"{MEMBERS}{dimension.id}", words._("Which groups can be shown together ({dimension}).",
                                                       dimension=plain(dimension.name)))
                  for dimension in merging(self.quarter)),
            )),
            ("data/datapackage.json", "datapackage.json",
             words._("What each column means (Frictionless Data Package).")),
            ("data/csv-metadata.json", "csv-metadata.json", words._("The same as CSV on the Web (W3C).")),
            ("agenda/agenda.yml", "agenda.yml", words._("The agreed goals, indicators, targets and definitions.")),
            ("manifest.json", "manifest.json", words._("Digests of what went into this edition, and of its files.")),
        ]  # fmt: skip
