"""What only two entries together can get wrong, each kind of problem at its file, line and key."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from agenda import lint
from agenda.errors import ConfigurationError, Problem
from agenda.folder import read_folder
from agenda.lint_stories import strange_days_in

Make = Callable[..., Path]
LineOf = Callable[[Path, str, str], int]

AGENDA, PARTNERS = "agenda.yml", "partners.yml"
WRONG: dict[str, tuple[tuple[str, str, str], str, str, str]] = {
    # what is wrong: the edit, a text on the line that is named, the key, what is said
    "unknown parent": (
        (AGENDA, "town, parent: river}", "town, parent: rivr}"), "West bank", "places.2.parent",
        "there is no place 'rivr'; did you mean 'river'?"),
    "two roots": (
        (AGENDA, "town, parent: river}", "town}"), "places:", "places", "river, west have no parent"),
    "a place within itself": (
        (AGENDA, "level: region}", "level: region, parent: east}"), "River valley", "places.0.parent",
        "'river' lies within itself"),
    "a place twice": (
        (AGENDA, "id: west", "id: east"), "West bank", "places.2", "'east' is given 2 times"),
    "a member twice": (
        (AGENDA, "id: preschool", "id: infant"), "name: Preschool", "dimensions.0.members.1", "'infant' is given 2 times"),
    "an unknown dimension": (
        (AGENDA, "subject: people, dimensions: [age_group]", "subject: people, dimensions: [age_groups]"), "id: enrolled",
        "measures.0.dimensions.0", "there is no dimension 'age_groups'; did you mean 'age_group'?"),
    "a measure unknown to a formula": (
        (AGENDA, "of: enrolled, per", "of: enroled, per"), "of: enroled", "indicators.0.formula.of.0",
        "there is no measure 'enroled'; did you mean 'enrolled'?"),
    "a denominator that is unknown": (
        (AGENDA, "per: licensed", "per: licenced"), "per: licenced", "indicators.0.formula.per.0", "did you mean 'licensed'?"),
    "a member unknown to a formula": (
        (AGENDA, "of: {measure: enrolled, where: {age_group: [infant]}}", "of: {measure: enrolled, where: {age_group: [infnat]}}"),
        "infnat", "indicators.1.formula.of.0.where.age_group", "there is no member of age_group 'infnat'; did you mean 'infant'?"),
    "a measure not split that way": (
        (AGENDA, "of: {measure: enrolled, where", "of: {measure: licensed, where"), "of: {measure: licensed",
        "indicators.1.formula.of.0.where.age_group", "'licensed' is not split by 'age_group'"),
    "a breakdown that the numerator lacks": (
        (AGENDA, "better: less", "by: ['age_group']\n    better: less"), "by: ['age_group']", "indicators.2.by.0",
        "'awards' is not split by 'age_group', so the indicator can't be shown by it"),
    "a breakdown of an unknown dimension": (
        (AGENDA, "by: [age_group]", "by: [age]"), "by: [age]", "indicators.1.by.0", "there is no dimension 'age'"),
    "a breakdown twice": (
        (AGENDA, "by: [age_group]", "by: [age_group, age_group]"), "by: [", "indicators.1.by.1", "'age_group' is given 2 times"),
    "a dimension crossed with itself": (
        (AGENDA, "by: [age_group]", "by: [age_group * age_group]"), "by: [", "indicators.1.by.0", "crosses a dimension with itself"),
    "reference series alone": (
        (AGENDA, "kind: count, of: awards - licensed", "kind: count, of: census"), "of: census", "indicators.2.formula",
        "needs a measure that partners report"),
    "a Wilson interval on a count": (
        (AGENDA, "better: less", "interval: 'wilson'\n    better: less"), "'wilson'", "indicators.2.interval",
        "a Wilson interval belongs to a percent; 'net_awards' is a count"),
    "a Poisson interval on a percent": (
        (AGENDA, "interval: wilson", "interval: poisson"), "interval: poisson", "indicators.0.interval",
        "an interval 'poisson' belongs to a rate or a count; "),
    "a Poisson interval on a difference": (
        (AGENDA, "better: less", "interval: 'rate'\n    better: less"), "'rate'", "indicators.2.interval",
        "an interval 'rate' is of a number of events; 'licensed' is taken -1 times"),
    "a standard of another dimension": (
        (AGENDA, "kind: percent, of: enrolled, per: licensed}",
         "kind: rate, of: enrolled, per: licensed, standard: {dimension: age_grp, weights: {infant: 1}, source: S}}"),
        "kind: rate", "indicators.0.formula.standard.dimension", "there is no dimension 'age_grp'; did you mean 'age_group'?"),
    "people who are not split by the standard": (
        (AGENDA, "kind: percent, of: enrolled, per: licensed}",
         "kind: rate, of: enrolled, per: licensed, standard: {dimension: age_group, weights: {infant: 1}, source: S}}"),
        "kind: rate", "indicators.0.formula.standard", "'licensed' is not split by 'age_group', as all measures of a"),
    "a standardised rate with limits of a share": (
        (AGENDA, "kind: percent, of: enrolled, per: licensed}",
         "kind: rate, of: enrolled, per: census, standard: {dimension: age_group, weights: {infant: 1}, source: S}}"),
        "interval: wilson", "indicators.0.interval", "a rate with a 'standard' has an interval 'dobson', and nothing else has"),
    "gaps of a count": (
        (AGENDA, "better: less", "equity: {against: best}\n    better: less"), "equity:", "indicators.2.equity.against",
        "'net_awards' is a count, and groups differ in size"),
    "gaps of what is shown by nothing": (
        (AGENDA, "interval: wilson", "equity: {against: best}"), "equity:", "indicators.0.equity.against",
        "'use' is not shown by any dimension"),
    "the best end of a band": (
        (AGENDA, "by: [age_group]", "by: [age_group]\n    equity: {against: best}"), "equity:", "indicators.1.equity.against",
        "better: band has no best end; name the group"),
    "a gap to an unknown group": (
        (AGENDA, "by: [age_group]", "by: [age_group]\n    equity: {against: {age_group: infnat}}"), "equity:",
        "indicators.1.equity.against.age_group", "there is no member of age_group 'infnat'; did you mean 'infant'?"),
    "a gap by what the indicator is not shown by": (
        (AGENDA, "by: [age_group]", "by: [age_group]\n    equity: {against: {sex: f}}"), "equity:",
        "indicators.1.equity.against.sex", "there is no dimension of 'reach' 'sex'"),
    "a definition since a period, without the one before": (
        (AGENDA, "definition: Enrolled over licensed.", "definition: Enrolled over licensed.\n    since: 2026Q1"), "since:", "indicators.0.since",
        "'use' has no 'earlier' definition"),
    "an earlier definition that nothing ends": (
        (AGENDA, "definition: Enrolled over licensed.", "definition: Enrolled over licensed.\n    changed: Why.\n    earlier: [{definition: D, formula: {kind: percent, of: awards, per: licensed}}]"), "id: use", "indicators.0",
        "since when does this definition of 'use' hold?"),
    "a definition changed for no reason": (
        (AGENDA, "definition: Enrolled over licensed.", "definition: Enrolled over licensed.\n    since: 2026Q1\n    earlier: [{definition: D, formula: {kind: percent, of: awards, per: licensed}}]"), "since: 2026Q1", "indicators.0.since",
        "say in 'changed' why 'use' is defined otherwise since 2026Q1"),
    "a first definition that has a beginning": (
        (AGENDA, "definition: Enrolled over licensed.", "definition: Enrolled over licensed.\n    since: 2026Q1\n    changed: Why.\n    earlier: [{definition: D, since: 2024Q1, formula: {kind: percent, of: awards, per: licensed}}]"), "definition: D", "indicators.0.earlier.0.since",
        "the first definition holds from the beginning"),
    "definitions out of order": (
        (AGENDA, "definition: Enrolled over licensed.", "definition: Enrolled over licensed.\n    since: 2026Q1\n    changed: Why.\n    earlier: [{definition: D, formula: {kind: percent, of: awards, per: licensed}}, {definition: E, since: 2026Q3, changed: W, formula: {kind: percent, of: enrolled, per: awards}}]"), "since: 2026Q1", "indicators.0.since",
        "2026Q1 is not after 2026Q3; definitions stand in order of time"),
    "the same formula twice": (
        (AGENDA, "definition: Enrolled over licensed.", "definition: Enrolled over licensed.\n    since: 2026Q1\n    changed: Why.\n    earlier: [{definition: D, formula: {kind: percent, per: licensed, of: enrolled}}]"), "    formula: {kind: percent, of: enrolled, per: licensed}", "indicators.0.formula",
        "is the formula of the definition before"),
    "a definition of another kind": (
        (AGENDA, "definition: Enrolled over licensed.", "definition: Enrolled over licensed.\n    since: 2026Q1\n    changed: Why.\n    earlier: [{definition: D, formula: {kind: count, of: awards}}]"), "kind: percent, of: enrolled", "indicators.0.formula",
        "is a percent and was a count; numbers of another kind make another indicator"),
    "an earlier definition of an unknown measure": (
        (AGENDA, "definition: Enrolled over licensed.", "definition: Enrolled over licensed.\n    since: 2026Q1\n    changed: Why.\n    earlier: [{definition: D, formula: {kind: percent, of: award, per: licensed}}]"), "of: award,", "indicators.0.earlier.0.formula.of.0",
        "there is no measure 'award'; did you mean 'awards'?"),
    "an earlier definition since no period": (
        (AGENDA, "definition: Enrolled over licensed.", "definition: Enrolled over licensed.\n    since: 2026Q9\n    changed: Why.\n    earlier: [{definition: D, formula: {kind: percent, of: awards, per: licensed}}]"), "since: 2026Q9", "indicators.0.since",
        "2026Q9"),
    "a baseline by an earlier definition": (
        (AGENDA, "baseline: {period: 2025Q1, value: 60 %}", "baseline: {period: 2025Q1}\n    since: 2026Q1\n    changed: W\n"
         "    earlier: [{definition: D, formula: {kind: percent, of: awards, per: licensed}}]"),
        "baseline: {period: 2025Q1}", "indicators.0.baseline.period",
        "2025Q1 was counted by the definition before 2026Q1; state its 'value' by today's"),
    "Student's t without squares": (
        (AGENDA, "interval: wilson", "interval: t"), "interval: t", "indicators.0.interval",
        "an interval 't' belongs to a mean whose formula has 'squares'; 'use' is no such one"),
    "squares that nothing uses": (
        (AGENDA, "kind: percent, of: enrolled, per: licensed}", "kind: mean, of: enrolled, per: licensed, squares: awards}"),
        "interval: wilson", "indicators.0.interval", "'use' has squares, which only an interval t makes use of"),
    "squares that are added up otherwise": (
        (AGENDA, "kind: percent, of: enrolled, per: licensed}\n    level: outcome\n    better: more\n    interval: wilson",
         "kind: mean, of: enrolled, per: licensed, squares: awards}\n    level: outcome\n    better: more\n    interval: t"),
        "interval: t", "indicators.0.interval", "an interval 't' needs measures that partners report, that add up, and"),
    "a stock summed over time": (
        (AGENDA, "id: licensed, name: Licensed spots, unit: spots,", "id: licensed, name: Spots, unit: spots, over_time: sum,"),
        "id: licensed", "measures.1.over_time", "'licensed' is a stock (a level at a time)"),
    "a series of rates": (
        (AGENDA, "name: Children\n    unit: children", "name: Children\n    unit: 'percent'"),
        "unit: 'percent'", "reference.0.unit", "'census' is a rate, and series are added up over places"),
    "a rate summed over time": (
        (AGENDA, "unit: awards, kind: flow", "unit: '%', kind: flow, over_time: sum"), "id: awards", "measures.2.over_time",
        "'awards' is a rate (it doesn't add up), so a sum over time is none"),
    "a rate as a list of people": (
        (AGENDA, "unit: awards, kind: flow", "unit: '%', kind: flow, over_partners: overlap"), "id: awards",
        "measures.2.over_partners", "'awards' is a rate (it doesn't add up) and no list of people"),
    "a maximum below the minimum": (
        (AGENDA, "kind: flow", "kind: flow, minimum: 5, maximum: 1"), "kind: flow", "measures.2.maximum", "is below the minimum (5)"),
    "an unknown partner in a precedence": (
        (AGENDA, "precedence: [city]", "precedence: [citty]"), "citty", "measures.2.precedence.0", "did you mean 'city'?"),
    "a series named like a measure": (
        (AGENDA, "id: census", "id: 'awards'"), "'awards'", "reference.0.id", "'awards' is a measure already"),
    "a series without its file": (
        (AGENDA, "file: census.csv", "file: cencus.csv"), "cencus", "reference.0.file", "there is no file cencus.csv"),
    "a goal's unknown indicator": (
        (AGENDA, "indicators: [net_awards]", "indicators: [net_award]"), "indicators: [net_award]", "goals.1.indicators.0",
        "there is no indicator 'net_award'; did you mean 'net_awards'?"),
    "an indicator under no goal": (
        (AGENDA, "indicators: [reach, use]", "indicators: [use]"), "id: reach", "indicators.1", "'reach' stands under 0 goals"),
    "a headline of another goal": (
        (AGENDA, "headline: net_awards", "headline: 'use'"), "'use'", "goals.1.headline",
        "there is no indicator of this goal 'use'"),
    "a percent above one": (
        (AGENDA, "value: 0.8", "value: 80"), "value: 80", "indicators.0.targets.1", "8000% can't be reached by a percent; write 80 %"),
    "a baseline above one": (
        (AGENDA, "value: 60 %", "value: 60"), "value: 60", "indicators.0.baseline.value", "6000% can't be reached by a percent"),
    "a target below zero": (
        (AGENDA, "value: 0.8", "value: -0.8"), "value: -0.8", "indicators.0.targets.1", "-0.8 is below zero"),
    "a target behind the baseline": (
        (AGENDA, "value: 70 %", "value: 50 %"), "value: 50 %", "indicators.0.targets.0",
        "0.5 lies on the wrong side of the baseline 0.6: more is better here"),
    "a band where more is better": (
        (AGENDA, "value: 0.8}", "low: 0.7, high: 0.8}"), "low: 0.7", "indicators.0.targets.1", "better: more takes one 'value'"),
    "targets out of order": (
        (AGENDA, "by: 2028Q4", "by: 2026Q3"), "by: 2026Q3", "indicators.0.targets.1.by", "2026Q3 does not end after 2026Q4"),
    "a target before the baseline": (
        (AGENDA, "{period: 2025Q1", "{period: 2027Q1"), "by: 2026Q4, value", "indicators.0.targets.0.by",
        "2026Q4 does not end after 2027Q1"),
    "a period that is none": (
        (AGENDA, "by: 2028Q4", "by: someday"), "someday", "indicators.0.targets.1.by", "'someday' names no month, quarter or year"),
    "a start that is none": (
        ("initiative.yml", "reports_from: 2025Q1", "reports_from: 2025Q5"), "2025Q5", "reports_from", "'2025Q5' names no month"),
    "a series' unknown place": (
        ("census.csv", "east,2024", "eastt,2024"), "eastt", "census", "there is no place 'eastt'; did you mean 'east'?"),
    "a series' unknown member": (
        ("census.csv", "east,2024,infant", "east,2024,baby"), "baby", "census", "there is no member of age_group 'baby'"),
    "a series' year": (
        ("census.csv", "east,2024", "east,24"), "east,24", "census", "'24' is no year"),
    "a series' number": (
        ("census.csv", "500", "5OO"), "5OO", "census", "'5OO' is no number"),
    "a series' precision": (
        ("census.csv", "500", "500.0000001"), "500.0000001", "census", "more than twelve digits before the point or six after"),
    "a series' row twice": (
        ("census.csv", "east,2024,infant", "river,2024,infant"), "500", "census", "says again what line 2 says"),
    "a series' column": (
        ("census.csv", "age_group,value", "age,value"), "place,year", "census", "has no column age_group; it needs place, year, age_group, value"),
    "a partner twice": (
        (PARTNERS, "id: fund", "id: 'city'"), "'city'", "partners.1", "'city' is given 2 times"),
    "a partner's unknown place": (
        (PARTNERS, "place: east", "place: eats"), "eats", "partners.1.place", "there is no place 'eats'; did you mean 'east'?"),
    "a layout with the name of Cairn's own": (
        (PARTNERS, "\n  paid:", "\n  template:"), "template:", "layouts.template", "take another name"),
    "a partner's unknown layout": (
        (PARTNERS, "layouts: [paid]", "layouts: [payed]"), "payed", "partners.1.layouts.0", "did you mean 'paid'?"),
    "no place anywhere": (
        (PARTNERS, "    place: east\n", ""), "layouts: [paid]", "partners.1.layouts.0", "layout 'paid' names no place"),
    "an unknown measure owed": (
        (PARTNERS, "measures: [awards]", "measures: [award]"), "[award]", "partners.1.owes.0.measures.0", "did you mean 'awards'?"),
    "a measure owed twice": (
        (PARTNERS, "[enrolled, licensed]", "[enrolled, enrolled]"), "[enrolled, enrolled]",
        "partners.0.owes.0.measures.1", "'enrolled' is owed already"),
    "an inbox within another's": (
        (PARTNERS, "name: The fund", "source: {prefix: city/fund}\n    name: The fund"), "city/fund", "partners.1.source.prefix",
        "city/fund/ is (part of) the inbox of 'city'"),
    "a time that runs backwards": (
        (PARTNERS, "until: 2026Q4", "until: 2025Q1"), "until: 2025Q1", "partners.1.until", "2025Q1 is before 2025-09"),
    "a layout's unknown measure": (
        (PARTNERS, "measure: licensed", "measure: licenced"), "licenced", "layouts.monthly.values.1.measure", "did you mean 'licensed'?"),
    "a layout's unknown dimension": (
        (PARTNERS, "num_{age_group}", "num_{age}"), "num_{age}", "layouts.monthly.values.0", "there is no dimension 'age'"),
    "a layout's unknown member": (
        (PARTNERS, "column: 'num_{age_group}'", "column: n, members: {age_group: baby}"), "baby",
        "layouts.monthly.values.0.members.age_group", "there is no member of age_group 'baby'"),
    "a layout's unknown place": (
        (PARTNERS, "place: town", "place: {constant: nowhere}"), "nowhere", "layouts.monthly.place", "there is no place 'nowhere'"),
    "a layout's unknown dimension where a column says the measure": (
        (PARTNERS, "{measure: enrolled, column: 'num_{age_group}'}", "{measure: {column: m}, column: 'num_{nope}'}"), "nope",
        "layouts.monthly.values.0", "there is no dimension 'nope'; known: age_group"),
    "rows that fall together where rows are values": (
        (PARTNERS, "column: spots", "column: spots, per: [id]"), "column: spots", "layouts.monthly.values.1.per", "give the layout rows: records"),
    "a largest where rows are values": (
        (PARTNERS, "column: spots", "column: spots, take: max"), "column: spots", "layouts.monthly.values.1.take", "give the layout rows: records"),
    "a count where rows are values": (
        (PARTNERS, "column: spots", "count: spots"), "count: spots", "layouts.monthly.values.1.count", "give the layout rows: records"),
    "a baseline of another kind of period": (
        (AGENDA, "{period: 2025Q1", "{period: 2025-01"), "2025-01", "indicators.0.baseline.period",
        "2025-01 is a month; 'use' has periods: [quarter]; name one of these, or add month"),
    "a target of another kind of period": (
        (AGENDA, "by: 2028Q4", "by: 2029"), "by: 2029", "indicators.0.targets.1.by", "2029 is a year; 'use' has periods: [quarter]"),
    "a lock without the number": (
        (AGENDA, "{period: 2025Q1, value: 60 %}", "{period: 2025Q1, locked: 2025-01-15}"), "locked",
        "indicators.0.baseline.locked",
        "locks a number that is not written here; add 'value', the one that was agreed then. What the data said: "
        "cairn explain use 2025Q1 --as-of 2025-01-15"),
    "a lock before its time": (
        (AGENDA, "value: 60 %}", "value: 60 %, locked: 2024-06-30}"), "locked", "indicators.0.baseline.locked",
        "2024-06-30 is before 2025Q1 began"),
    "a compound path of a band": (
        (AGENDA, "better: band", "better: band\n    path: compound"), "path", "indicators.1.path",
        "better: band takes none"),
    "a compound path from nothing": (
        (AGENDA, "{period: 2025Q1, value: 60 %}", "{period: 2025Q1, value: 0}\n    path: compound"), "value: 0}",
        "indicators.0.baseline.value", "0 is no start: a compound path grows by the same share each day"),
    "a compound path to nothing": (
        (AGENDA, "better: less", "better: less\n    path: compound\n    targets: [{by: 2026Q4, value: 0}]"),
        "value: 0}", "indicators.2.targets.0", "0 is no end: a compound path"),
    "a target of a group that the indicator is not shown by": (
        (AGENDA, "value: 0.8}", "value: 0.8, where: {age_group: infant}}"), "value: 0.8",
        "indicators.0.targets.1.where", "'use' is not shown by 'age_group'; it has by: []"),
    "a target of an unknown member": (
        (AGENDA, "high: 110 %}", "high: 110 %, where: {age_group: infnat}}"), "infnat",
        "indicators.1.targets.0.where.age_group", "there is no member of age_group 'infnat'; did you mean 'infant'?"),
    "a target by an unknown dimension": (
        (AGENDA, "high: 110 %}", "high: 110 %, where: {age_gruop: infant}}"), "age_gruop",
        "indicators.1.targets.0.where.age_gruop", "there is no dimension 'age_gruop'; did you mean 'age_group'?"),
    "a target of an unknown place": (
        (AGENDA, "value: 0.8}", "value: 0.8, place: eats}"), "eats", "indicators.0.targets.1.place",
        "there is no place 'eats'; did you mean 'east'?"),
    "a target of the root by name": (
        (AGENDA, "value: 0.8}", "value: 0.8, place: river}"), "place: river}", "indicators.0.targets.1.place",
        "'river' is the whole initiative; leave 'place' out"),
    "two targets of one group": (
        (AGENDA, "high: 110 %}", "high: 110 %, where: {age_group: infant}}\n      - {by: 2026Q4, low: 50 %, high: 60 %, "
         "where: {age_group: infant}}"), "low: 50 %", "indicators.1.targets.1.by",
        "age_group=infant has a target by 2026Q4 already; keep one"),
    "a group's target that can't be reached": (
        (AGENDA, "value: 0.8}", "value: 80, place: east}"), "value: 80", "indicators.0.targets.1",
        "8000% can't be reached by a percent"),
    "a group's target behind the one before": (
        (AGENDA, "value: 0.8}", "value: 50 %, place: east}\n      - {by: 2029Q4, value: 40 %, place: east}"),
        "by: 2029Q4", "indicators.0.targets.2", "0.4 lies on the wrong side of the target before it, 0.5"),
    "a target behind the one before": (
        (AGENDA, "value: 0.8", "value: 65 %"), "value: 65 %", "indicators.0.targets.1",
        "0.65 lies on the wrong side of the target before it, 0.7: more is better here"),
    "a kind of period twice": (
        (AGENDA, "better: less", "periods: ['month', 'month']\n    better: less"), "'month'", "indicators.2.periods.1", "'month' is given 2 times"),
    "a series outside the folder": (
        (AGENDA, "file: census.csv", "file: ../../../etc/passwd"), "passwd", "reference.0.file", "lies outside the initiative's folder"),
    "a series' endless cell": (
        ("census.csv", "east,2024,infant,500", f"east,2024,infant,{'5' * 200_000}"), "infant,5", "census", "is not readable CSV (field larger"),
    "a series' long number": (
        ("census.csv", "east,2024,infant,500", f"east,2024,infant,{'5' * 9_000}"), "5555", "census", "more than twelve digits"),
    "a series' long year": (
        ("census.csv", "east,2024,infant", f"east,{'2' * 9_000},infant"), "2222", "census", "is no year"),
    "a site that is the store": (
        ("initiative.yml", "id: river", "id: river\nsite: ./store"), "site:", "site", "nothing private may lie under the site"),
    "a site in the store": (
        ("initiative.yml", "id: river", "id: river\nsite: store/public"), "site:", "site", "(store/public) and the store (store) lie in one another"),
    "a store in the site": (
        ("initiative.yml", "id: river", "id: river\nsite: ."), "site:", "site", "give each a place of its own"),
    "a store of another kind": (
        ("initiative.yml", "id: river", "id: river\nstore: gs://b/x"), "store:", "store", "give a folder or s3://bucket/prefix"),
    "a bucket's site in its store": (
        ("initiative.yml", "id: river", "id: river\nsite: s3://b/x/y\nstore: s3://b/x/"), "site:", "site", "lie in one another"),
    "two places of one name": (
        (AGENDA, "[E. bank]", "[west-Bank]"), "West bank", "places.2.name", "'West bank' names 'east' already; give one of them another name"),
    "two members of one name": (
        (AGENDA, "name: Preschool", "name: ＩＮＦＡＮＴ"), "id: preschool", "dimensions.0.members.1.name", "names 'infant' already"),
    "two measures of one name": (
        (AGENDA, "name: Licensed spots", "name: children_enrolled"), "id: licensed", "measures.1.name", "names 'enrolled' already"),
    "an unknown partner's activity": (
        ("activities.yml", "partner: city", "partner: town"), "town", "activities.0.partner", "there is no partner 'town'"),
    "an activity for nothing known": (
        ("activities.yml", "indicators: [use]", "indicators: [user]"), "user", "activities.0.indicators.0", "did you mean 'use'?"),
    "a curve of nothing known": (
        ("stories/2025Q4.yml", "{use: The", "{usage: The"), "usage", "curves.usage", "there is no indicator 'usage'"),
    "a voice on nothing known": (
        ("stories/2025Q4.yml", "indicator: use", "indicator: usee"), "usee", "voices.0.indicator", "did you mean 'use'?"),
    "a milestone of nobody known": (
        ("stories/2025Q4.yml", "partner: city", "partner: citty"), "citty", "milestones.0.partner", "did you mean 'city'?"),
    "a lesson on nothing known": (
        ("stories/2025Q4.yml", "indicator: net_awards", "indicator: net_award"), "net_award", "challenges.0.indicator",
        "did you mean 'net_awards'?"),
    "a stranger at the table": (
        ("stories/2025Q4.yml", "[city, fund]", "[city, funds]"), "funds", "meetings.0.present.1", "did you mean 'fund'?"),
    "somebody at the table twice": (
        ("stories/2025Q4.yml", "[city, fund]", "[city, city]"), "present", "meetings.0.present.1", "'city' is given 2 times; keep one"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_problem_names_file_line_and_key(make: Make, line_of: LineOf, what: str) -> None:
    edit, at, key, says = WRONG[what]
    csv.field_size_limit(131_072)  # as Python begins; a library of the tests raises it for the whole process
    folder = make(edit)
    found = list(lint.problems_in(read_folder(folder)))
    line = line_of(folder, edit[0], at.strip())
    assert [p for p in found if (p.file, p.line, p.key) == (edit[0], line, key) and says in p.message], found
    with pytest.raises(ConfigurationError):
        lint.read(folder)


def test_nothing_adds_rates_up(make: Make) -> None:
    """Two groups of a formula, records of a layout; partners that report of places of their own take nothing away."""
    rate = (AGENDA, "id: enrolled, name: Children enrolled,", "id: enrolled, adds_up: no, name: Children enrolled,")
    two = (AGENDA, "of: {measure: enrolled, where: {age_group: [infant]}}",
           "of: {measure: enrolled, where: {age_group: [infant, preschool]}}")  # fmt: skip
    [problem] = lint.problems_in(read_folder(make(rate, two)))
    assert problem.key == "indicators.1.formula.of.0.where"
    assert (
        problem.message == "'enrolled' is a rate, and those of infant and preschool make none together; name one group"
    )
    [problem] = lint.problems_in(read_folder(make((AGENDA, "unit: awards, kind: flow", "unit: '%', kind: flow"))))
    assert (problem.file, problem.key) == (PARTNERS, "layouts.paid.values.0.measure")
    own = (PARTNERS, "place: town", "place: {constant: west}"), (PARTNERS, "rows: records\n", "\n")
    both = (PARTNERS, "{measure: awards, count: rows, where: {paid: yes}}", "{measure: enrolled, column: n}")
    assert list(lint.problems_in(read_folder(make(rate, *own, both)))) == []
    [problem] = lint.problems_in(read_folder(make(rate, own[1], both)))
    assert problem.message.endswith("say whose number counts there, as precedence: [city, fund]")


def test_money_is_no_number_of_events(make: Make) -> None:
    counted = (AGENDA, "{kind: count, of: awards - licensed}", "{kind: count, of: awards}\n    interval: byar")
    assert list(lint.problems_in(read_folder(make(counted)))) == []
    money = (AGENDA, "kind: flow, subject: people", "kind: flow, subject: money")
    [problem] = lint.problems_in(read_folder(make(counted, money)))
    assert problem.key == "indicators.2.interval"
    assert problem.message == "an interval 'byar' is of a number of events; 'awards' is money"


def test_the_whole_folder_is_right(make: Make) -> None:
    assert list(lint.problems_in(read_folder(make()))) == []


def test_an_undeclared_dimension_is_said_and_breaks_nothing(make: Make) -> None:
    """The measure, its series, the formula and the layout all lean on a dimension that is gone."""
    dimensions = """\
dimensions:
  - id: age_group
    name: Age
    members:
      - {id: infant, name: Infants}
      - {id: preschool, name: Preschool}
"""
    found = list(lint.problems_in(read_folder(make((AGENDA, dimensions, "")))))
    assert {p.key for p in found} == {
        "measures.0.dimensions.0", "reference.0.dimensions.0", "indicators.1.by.0", "layouts.monthly.values.0",
    }  # fmt: skip


def test_a_story_is_found_by_its_name(make: Make) -> None:
    folder = make()
    (folder / "stories/2025Q4.yml").rename(folder / "stories/2025-Q4.yml")
    assert list(lint.problems_in(read_folder(folder))) == [
        Problem("stories/2025-Q4.yml", 1, "", "is not looked at under this name; call it stories/2025Q4.yml")
    ]
    (folder / "stories/2025-Q4.yml").rename(folder / "stories/spring.yml")
    [problem] = lint.problems_in(read_folder(folder))
    assert "'spring' names no month, quarter or year" in problem.message
    for name, kind in (("2026", "year"), ("2026-07", "month")):
        next((folder / "stories").iterdir()).rename(folder / f"stories/{name}.yml")
        message = f"is of a {kind}; a story is told of a quarter, like stories/2026Q3.yml"
        assert list(lint.problems_in(read_folder(folder))) == [Problem(f"stories/{name}.yml", 1, "", message)]


def test_site_and_store_may_be_neighbours(make: Make) -> None:
    for site, store in (("public", "public2"), ("s3://b/site", "s3://b/store"), ("s3://b", "store")):
        lint.read(make(("initiative.yml", "id: river", f"id: river\nsite: {site}\nstore: {store}")))


def test_targets_of_a_band_may_fall(make: Make) -> None:
    band = "      - {by: 2026Q4, low: 40 %, high: 110 %}\n"
    lint.read(make((AGENDA, band, band + "      - {by: 2027Q4, low: 20 %, high: 30 %}\n")))


def test_targets_of_groups_and_places_stand_in_an_order_of_their_own(make: Make) -> None:
    more = "      - {by: 2026Q4, value: 65 %, place: east}\n      - {by: 2026Q4, value: 50 %, place: west}\n"
    lint.read(make((AGENDA, "      - {by: 2028Q4, value: 0.8}\n", "      - {by: 2028Q4, value: 0.8}\n" + more)))


def test_a_span_that_ends_with_a_longer_period_is_no_step_back(make: Make) -> None:
    lint.read(make((PARTNERS, "until: 2026Q4", "until: 2026")))


@pytest.mark.parametrize(
    ("right", "wrong", "where"),
    [
        ("on: 2025-11-03", "on: 2024-11-03", "milestones.0.on"),
        ("on: 2025-12-01", "on: 2027-12-01", "decided.0.on"),
        ("by: 2026-02-28", "by: 2025-02-28", "decisions.0.by"),
    ],
)
def test_a_day_far_from_its_quarter_is_asked_about(make: Make, right: str, wrong: str, where: str) -> None:
    """It may be right, so it is no problem. Here the year starts in January, so that the story's days are near."""
    january = ("initiative.yml", "starts: 7", "starts: 1")
    assert list(strange_days_in(lint.read(make(january)))) == []
    [strange] = strange_days_in(lint.read(make(january, ("stories/2025Q4.yml", right, wrong))))
    assert (strange.key, strange.message) == (where, f"{wrong[4:]} is far from 2025Q4; is the year right?")


def test_problems_are_sorted_and_readable(make: Make) -> None:
    folder = make((AGENDA, "value: 0.8", "value: 80"), (PARTNERS, "place: east", "place: eats"))
    with pytest.raises(ConfigurationError) as error:
        lint.read(folder)
    first, *rest = str(error.value).splitlines()
    assert first == f"{folder} can't be used as it is:"
    assert [line.split(":")[0] for line in rest] == [AGENDA, PARTNERS]
