"""Scorecards: each partner's own numbers beside what everybody may read, and nothing of anybody else."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path

import polars as pl
import pytest
import yaml

from agenda.model import Owes
from agenda.store import FolderStore
from reports import escape, words
from reports.cards import scorecards
from reports.cards.own_parts import Part
from reports.cards.scorecard import Scorecard
from reports.cards.scorecards import Scorecards
from reports.data.package import TABLE, write_data
from reports.editions.revisions import read_values
from reports.editions.scorecard_gate import telling
from reports.quarter.tables import Quarter
from reports.rendering.converters import Converter
from reports.rendering.render import render
from tests.reports.test_escape import NASTY
from tests.reports.test_quarto import documented, held
from tests.reports.told import Edition, unexplained_on_card

AT = datetime(2026, 7, 21, 8, 30, tzinfo=UTC)
OWN = {
    "alpha": {
        ("visit_count", "2026Q2"): Part(Decimal(4321)), ("visit_count", "2025Q2"): Part(Decimal(4242)),
        ("active_share", "2026Q2"): Part(Decimal(40), Decimal(160)), ("member_ratio", "2026Q2"): Part(None, Decimal(160)),
    },
    "beta": {("visit_count", "2026Q1"): Part(Decimal(98765))},
}  # fmt: skip


def with_partner(quarter: Quarter, number: int, **changes: object) -> Quarter:
    """The quarter with one partner entered otherwise."""
    partners = list(quarter.folder.partners.partners)
    partners[number] = partners[number].model_copy(update=changes)
    folder = replace(quarter.folder, partners=quarter.folder.partners.model_copy(update={"partners": tuple(partners)}))
    return replace(quarter, folder=folder)


def cards(quarter: Quarter) -> dict[str, Scorecard]:
    return {card.partner: card for card in scorecards.write(quarter, OWN).cards}


def test_its_own_number_stands_beside_that_of_all(quarter: Quarter) -> None:
    alpha = cards(quarter)["alpha"]
    assert alpha.headline == "Your numbers are part of 3 of the coalition’s 3 indicators"
    visits, ratio, share = (line for group in alpha.groups for line in group.lines)
    assert (visits.yours, visits.before) == ("4,321 visits", ("Q2 2025: 4,242 visits",))
    value = quarter.value("visit_count")
    assert value is not None
    assert visits.all == f"{value.value:,.0f} visits"
    assert "rose by" in visits.say or "fell by" in visits.say
    assert (share.yours, share.part) == ("25.0\N{NO-BREAK SPACE}%", "40\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}160")
    assert (ratio.yours, ratio.part) == ("160", "M2: part of what it is counted out of")
    assert [(one.what, [aim.name for aim in one.aims], one.others) for one in alpha.doing] == [
        ("Some text.", ["Indicator name"], "No other partner works on it.")
    ]


def test_how_a_number_went_stands_beside_that_of_all(quarter: Quarter) -> None:
    """From the partner's first number on; a quarter it gave none for is a gap, and one number is no course."""
    visits, ratio, share = (line for group in cards(quarter)["alpha"].groups for line in group.lines)
    assert [(step.period, step.value, step.absence) for step in visits.your_course] == [
        ("2025Q2", 4242.0, ""), *((period, None, "missing") for period in ("2025Q3", "2025Q4", "2026Q1")),
        ("2026Q2", 4321.0, ""),
    ]  # fmt: skip
    assert ratio.your_course == share.your_course == ()
    shown = dict(quarter.series("active_share"))
    assert [(step.period, step.value) for step in share.course] == [
        (period.key, value.value if value else None) for period, value in shown.items()
    ]


def test_what_is_drawn_of_a_quotient_is_what_the_partner_gives_now(quarter: Quarter) -> None:
    """Both parts, where there are enough to make a percent of; a quarter of which it gave one part is a gap."""
    parts = {"2025Q4": Part(Decimal(30), Decimal(120)), "2026Q1": Part(None, Decimal(150)),
             "2026Q2": Part(Decimal(40), Decimal(160))}  # fmt: skip
    own = {"alpha": {("active_share", period): part for period, part in parts.items()}}
    card = next(card for card in scorecards.write(quarter, own).cards if card.partner == "alpha")
    line = next(line for group in card.groups for line in group.lines if line.indicator == "active_share")
    assert [step.value for step in line.your_course] == [0.25, None, 0.25]
    few = {"alpha": {key: Part(Decimal(5), Decimal(20)) for key in own["alpha"]}}
    card = next(card for card in scorecards.write(quarter, few).cards if card.partner == "alpha")
    assert not any(line.your_course for group in card.groups for line in group.lines)


def test_every_number_is_the_partner_s_or_everybody_s(quarter: Quarter, tmp_path: Path) -> None:
    """In words, drawings and their alternatives; one of another partner, or of nowhere, is found."""
    written = scorecards.write(quarter, OWN).cards
    scorecards.write_project(quarter.folder, quarter.period, written, tmp_path)
    settings = yaml.safe_load((tmp_path / "_quarto.yml").read_text(encoding="utf-8"))
    with closing(Converter(tmp_path, settings, AT)) as converter:
        page = converter.convert("alpha.qmd", (tmp_path / "alpha.qmd").read_text("utf-8"), "html").decode()
    write_data(quarter, tmp_path / "data")
    edition = Edition(tmp_path / "data", quarter.folder, quarter.period)
    assert unexplained_on_card(page, edition, OWN["alpha"]) == []
    assert page.count('role="img"') == 4  # the partner's visits, and what everybody sees of three indicators
    for said in ("4,321 visits", "Q2 2025: 4,242 visits", "25.0\N{NO-BREAK SPACE}%"):
        assert unexplained_on_card(page.replace(said, said.replace("2", "3")), edition, OWN["alpha"]), said


def test_who_sent_nothing_is_told_what_is_missing(quarter: Quarter) -> None:
    beta = cards(quarter)["beta"]
    assert beta.headline == "Your part in the second quarter 2026"
    assert beta.thanks[0].startswith("Nothing has come from you for this quarter")
    assert {(line.yours, line.is_yours) for group in beta.groups for line in group.lines} == {("not reported", False)}
    assert {owed.came for owed in beta.owed} == {"missing"}
    assert [due.is_late for due in beta.due][-2:] == [False, False]
    assert beta.due[0].what == "Second quarter 2026: Measure name and M3"


def test_what_is_due_next_follows_from_what_was_agreed(quarter: Quarter) -> None:
    """The quarter's months and the quarter after it; who leaves before is asked for nothing."""
    owes = (Owes(measures=("visits",), every="month"), Owes(measures=("members",), every="year"))
    alpha = cards(with_partner(quarter, 0, owes=owes))["alpha"]
    assert [(due.when, due.what) for due in alpha.due if not due.is_late] == [
        ("By August 22, 2026", "July 2026: Measure name"), ("By January 22, 2027", "2026: M2"),
    ]  # fmt: skip
    leaving = cards(with_partner(quarter, 0, owes=owes, until="2026-07"))["alpha"]
    assert [due.what for due in leaving.due if not due.is_late] == ["July 2026: Measure name"]
    assert "alpha" not in cards(with_partner(quarter, 0, until="2026Q1"))
    assert "alpha" not in cards(with_partner(quarter, 0, since="2026Q3"))


def test_nothing_of_another_partner_is_on_it(quarter: Quarter, tmp_path: Path) -> None:
    written = scorecards.write(with_partner(quarter, 1, id="secretive", name="The Secretive"), OWN)
    scorecards.write_project(quarter.folder, quarter.period, written.cards, tmp_path)
    for path in ("alpha.qmd", "paper/alpha.qmd"):
        said = (tmp_path / path).read_text(encoding="utf-8")
        assert "4,321" in said
        assert not re.search("secretive|98.?765", said, re.IGNORECASE), path
        assert held(tmp_path / path) <= documented()  # the subset of Quarto that all pages keep to


def test_what_the_edition_withholds_the_scorecard_withholds(quarter: Quarter, tmp_path: Path) -> None:
    """Beside the partner's own number, which it knows, and without a share or a sum that would tell it."""
    hidden = (pl.col("indicator") == "visit_count") & (pl.col("place") == "all")
    gone = [
        pl.when(hidden).then(None).otherwise(pl.col(name)).alias(name) for name in ("value", "numerator", "denominator")
    ]
    mark = pl.when(hidden).then(pl.lit("A")).otherwise(pl.col("conf_status")).alias("conf_status")
    protected = replace(quarter, values=quarter.values.with_columns(*gone, mark))
    line = cards(protected)["alpha"].groups[0].lines[0]
    assert (line.yours, line.all, line.is_all) == ("4,321 visits", "withheld to protect people", False)
    assert line.say == "The value for the second quarter 2026 is withheld to protect people."
    # a planted leak: scorecards that were written of the quarter as it is, or of which one number is
    write_data(protected, tmp_path)
    table = read_values((tmp_path / f"{TABLE}.csv").read_bytes())
    kept, leaky = scorecards.write(protected, OWN), scorecards.write(quarter, OWN)
    assert telling(quarter.folder, kept, table) == []
    assert ("alpha", "visit_count") in telling(quarter.folder, leaky, table)
    first, leaked = (written.cards[0].groups[0].lines[0].course for written in (kept, leaky))
    assert not first
    assert leaked
    planted = json.loads(kept.model_dump_json())
    planted["cards"][0]["groups"][0]["lines"][0]["course"] = [step.model_dump() for step in leaked]
    assert telling(quarter.folder, Scorecards(**planted), table) == [("alpha", "visit_count")]
    telltale = json.loads(kept.model_dump_json().replace("withheld to protect people", "few: 7", 1))
    assert telling(quarter.folder, Scorecards(**telltale), table) == [("alpha", "visit_count")]


@pytest.fixture
def in_spanish(quarter: Quarter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Quarter:
    """The first partner speaks Spanish, as far as a catalogue of one message goes."""
    (tmp_path / "es.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
                                    'msgid "What is due next"\nmsgstr "Lo que toca ahora"\n', encoding="utf-8")  # fmt: skip
    monkeypatch.setattr(words, "LOCALES", tmp_path)
    return with_partner(quarter, 0, language="es")


def test_it_speaks_the_partner_s_language(in_spanish: Quarter) -> None:
    alpha = cards(in_spanish)["alpha"]
    assert alpha.language == "es"
    assert "21 de julio de 2026" in alpha.eyebrow
    without_catalogue = cards(with_partner(in_spanish, 0, language="fi"))["alpha"]
    assert without_catalogue.language == "en"  # as its words are English, a screen reader reads them as such


def test_texts_of_partners_stay_texts(quarter: Quarter, tmp_path: Path) -> None:
    """All nasty texts at once, through pandoc: every sign is there, and none of them became a tag."""
    name = " ".join(NASTY)
    written = scorecards.write(with_partner(quarter, 0, name=name), OWN).cards
    scorecards.write_project(quarter.folder, quarter.period, written, tmp_path)
    settings = yaml.safe_load((tmp_path / "_quarto.yml").read_text(encoding="utf-8"))
    with closing(Converter(tmp_path, settings, AT)) as converter:
        pages = [converter.convert(f"{partner}.qmd", (tmp_path / f"{partner}.qmd").read_text("utf-8"), "html").decode()
                 for partner in ("alpha", "beta")]  # fmt: skip
    nasty, harmless = ({re.split(r"[ >]", tag)[0] for tag in re.findall(r"<[a-zA-Z!][^>]*>", page)} for page in pages)
    assert nasty <= harmless | {"<ul", "<li"}
    texts = unescape(re.sub(r"<[^>]*>", "", pages[0].partition("</style>")[2]))
    assert texts.count(escape.plain(name).strip()) == 2  # at the top, and whom the page is for


def test_pages_and_papers_are_handed_out_once(in_spanish: Quarter, tmp_path: Path) -> None:
    """Each lies with its partner's receipts; the PDF is tagged, and says its title, language and time."""
    quarter = in_spanish
    written = scorecards.write(quarter, OWN)
    scorecards.write_project(quarter.folder, quarter.period, written.cards, tmp_path / "project")
    render(tmp_path / "project", tmp_path / "out", timestamp=AT, quarto="")
    store = FolderStore(tmp_path / "store")
    assert scorecards.hand_out(store, quarter.period, written.cards, tmp_path / "out") == 2
    assert scorecards.hand_out(store, quarter.period, written.cards, tmp_path / "out") == 0
    assert [stored.key for stored in store.list("")] == [
        f"receipts/{partner}/scorecards/2026Q2.{end}" for partner in ("alpha", "beta") for end in ("html", "pdf")
    ]
    page = store.get("receipts/alpha/scorecards/2026Q2.html").decode()
    assert '<html lang="es">' in page
    assert "Lo que toca ahora" in page
    assert not re.search(r'(src|href)="(?!2026Q2\.pdf|\.\./index\.html|#|data:,")', page)  # it loads nothing
    paper = store.get("receipts/alpha/scorecards/2026Q2.pdf")
    assert b"<pdfuaid:part>1" in paper
    assert b"/Lang (es)" in paper or b"/Lang(es)" in paper
    assert b"CreationDate(D:20260721083000Z)" in paper


def test_it_is_kept_as_it_was_said(quarter: Quarter) -> None:
    written = scorecards.write(quarter, OWN)
    assert scorecards.Scorecards.model_validate_json(written.model_dump_json()) == written
