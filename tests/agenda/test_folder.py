"""Reading an initiative folder: what is right is typed, what is wrong is found at its line."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from agenda import lint
from agenda.errors import ConfigurationError
from agenda.folder import Folder, read_folder
from agenda.spelling import nearest

Make = Callable[..., Path]
LineOf = Callable[[Path, str, str], int]


def problems(folder: Path) -> list[str]:
    """What reading says is wrong, one line per problem."""
    with pytest.raises(ConfigurationError) as error:
        lint.read(folder)
    assert error.value.exit_code == 2
    return [str(problem) for problem in error.value.problems]


def test_the_whole_folder(make: Make) -> None:
    folder = lint.read(make())
    assert folder.initiative.calendar.parse("2025Q1").start.isoformat() == "2024-07-01"
    use = folder.agenda.indicators[0]
    assert use.baseline is not None
    assert (use.baseline.value, use.targets[1].value) == (Decimal("0.60"), Decimal("0.8"))
    assert [(t.measure, t.weight) for t in folder.agenda.indicators[2].formula.of] == [("awards", 1), ("licensed", -1)]
    assert folder.story("2025Q4").voices[0].consent is True
    assert folder.story("2026Q1").headline == ""
    assert list(folder.layouts_of(folder.partners.partners[1])) == ["paid"]
    assert folder.names == {
        "initiative.yml", "agenda.yml", "partners.yml", "activities.yml", "stories/2025Q4.yml", "census.csv",
    }  # fmt: skip


def test_the_digest_is_of_every_file(make: Make) -> None:
    before = read_folder(make()).digest()
    assert read_folder(make()).digest() == before
    assert read_folder(make(("census.csv", "1200", "1201"))).digest() != before


def test_optional_files(make: Make) -> None:
    folder = make()
    (folder / "activities.yml").unlink()
    (folder / "stories/2025Q4.yml").unlink()
    assert lint.read(folder).activities.activities == ()


def test_no_initiative(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"--initiative DIR.*cairn init"):
        read_folder(tmp_path)


def test_a_missing_file_is_one_problem(make: Make) -> None:
    folder = make()
    (folder / "agenda.yml").unlink()
    assert problems(folder) == ["agenda.yml:1: this file is missing"]


@pytest.mark.parametrize(
    ("edit", "at", "says"),
    [
        (("initiative.yml", "id: river", "id: river\naddress: reports.example.org"), "address:", "is no address of a site; write it like https://"),
        (("initiative.yml", "id: river", "id: river\nlicence: {id: CC0-1.0, name: CC0, url: cc0}"), "licence:", "licence.url: is no web address"),
        (("initiative.yml", "id: river", "id: river\nscorecards: perhaps"), "scorecards:", "scorecards: is neither yes nor no"),
        (("initiative.yml", "id: river", "id: river\nlanguages: en"), "languages:", "languages: is no list; write it like [one, another]"),
        (("initiative.yml", "id: river", "id: river\nlanguages: [en, es, es]"), "languages:", "languages.2: 'es' is given 2 times"),
        (("initiative.yml", "id: river", "id: river\ndue_days: soon"), "due_days:", "due_days: is no whole number"),
        (("initiative.yml", "id: river", "id: river\nlicence: CC0-1.0"), "licence:", "licence: needs keys of its own"),
        (("agenda.yml", "name: East bank", "nmae: East bank"), "East bank", "did you mean 'name'?"),
        (("partners.yml", "files:", "file:"), "file:", "layouts.monthly.file: is not a key that is known here; did you mean 'files'?"),
        (("partners.yml", "where: {paid", "were: {paid"), "count: rows", "did you mean 'where'?"),
        (("agenda.yml", "per: licensed", "over: licensed"), "over: licensed", "is not a key that is known here"),
        (("agenda.yml", "kind: flow", "kind: stream"), "stream", "'stream' is not one of: 'flow' or 'stock'"),
        (("agenda.yml", "id: west", "id: West bank!"), "West bank!", "'West bank!' can't be an id here"),
        (("agenda.yml", "id: awards", "id: Awards"), "id: Awards", "'Awards' can't be an id here; ids are made of small letters"),
        (("agenda.yml", "kind: count, of", "kind: percent, of"), "kind: percent, of: awards", "a percent needs 'per', its denominator"),
        (("agenda.yml", "formula: {kind: percent, of", "formula: {kind: count, of"), "kind: count, of: enrolled", "a count takes no 'per'"),
        (("agenda.yml", "per: licensed}", "per: licensed, standard: {dimension: a, weights: {b: 1}, source: c}}"), "per: licensed,",
         "only a rate has a 'standard'"),
        (("agenda.yml", "per: licensed}", "per: licensed, squares: awards}"), "squares: awards", "only a mean has 'squares'"),
        (("agenda.yml", "high: 110 %", "high: 30 %"), "high: 30 %", "low (0.4) is above high (0.3)"),
        (("agenda.yml", ", high: 110 %", ""), "low: 40 %", "either 'value', or both 'low' and 'high'"),
        (("agenda.yml", "value: 0.8}", "value: 0.80000001}"), "0.80000001", "no more than 6 decimal places"),
        (("agenda.yml", "value: 0.8}", "value: 1.2.3 %}"), "1.2.3 %", "is no number"),
        (("initiative.yml", "starts: 7", "starts: 13"), "starts: 13", "must be at most 12; here it is 13"),
        (("initiative.yml", "reason: All numbers here are made up for tests.", "reason: why not"), "why not", "at least 20 characters"),
        (("stories/2025Q4.yml", "consent: yes", "consent: no"), "consent", "is told without consent; ask, and write 'consent: yes', or leave the voice out"),
        (("stories/2025Q4.yml", ", consent: yes", ""), "At last", "is told without consent"),
        (("stories/2025Q4.yml", "by: 2026-02-28", "by: end of May"), "end of May", "'end of May' is no day; write it like 2026-11-30"),
        (("stories/2025Q4.yml", "by: 2026-02-28", "by: 20260228"), "20260228", "'20260228' is no day; write it like 2026-11-30"),
        (("stories/2025Q4.yml", "[city, fund]", "[]"), "present:", "is empty; it needs at least one entry"),
        (("partners.yml", "{path: '(\\d{4}-\\d\\d)'}", "{path: (a), column: b}"), "column: b", "needs exactly one of column, columns, first, path, constant; has ['column', 'path']"),
        (("partners.yml", "count: rows, ", ""), "measure: awards", "needs either 'column' or 'count'"),
        (("partners.yml", "    period: month\n", ""), "monthly:", "needs 'period'"),
        *(
            (("partners.yml", "files: '*.csv'", f"encoding: {encoding}"), "encoding:", "layouts.monthly.encoding: there is no encoding")
            for encoding in ("utf9", "hex", "rot13", '"a\\0b"', "idna", "utf-7")
        ),
        *(
            (("partners.yml", "files: '*.csv'", f"delimiter: {sign}"), "delimiter:", "layouts.monthly.delimiter: can't stand between cells")
            for sign in ("é", "\"'\"", "'\"'", '"\\n"', "a", "7", "';;'", "''")
        ),
        (("partners.yml", "files: '*.csv'", "header_row: 99999999"), "header_row", "must be at most 1000"),
        (("partners.yml", "{paid: yes}", "{paid: {is: []}}"), "count: rows", "where.paid.is: is empty; it needs at least one entry"),
        (("partners.yml", "{paid: yes}", "{paid: {not: []}}"), "count: rows", "where.paid.not: is empty"),
        (("partners.yml", "{paid: yes}", "{paid: []}"), "count: rows", "where.paid.is: is empty"),
        (("partners.yml", "{paid: yes}", "{paid: {}}"), "count: rows", "where.paid: says nothing"),
        (("partners.yml", "{paid: yes}", "{paid: }"), "count: rows", "where.paid.is.0: is empty; it must be given"),
        (("partners.yml", "place: town", "place: {columns: []}"), "columns", "layouts.monthly.place.columns: is empty"),
        (("partners.yml", "place: town", "place: ''"), "place: ''", "layouts.monthly.place.column: is empty; it must be given"),
        (("partners.yml", "measure: licensed", "measure: {path: (x)}"), "spots", "only a period and a place can come from the file's path"),
        (("partners.yml", "'num_{age_group}'", "num, members: {age_group: {path: (x)}}"), "column: num", "only a period and a place can come from"),
        (("partners.yml", "num_{age_group}", "{age_group}_{age_group}"), "}_{", "has 2 patterns; a column takes one {dimension}"),
        (("partners.yml", "(\\d{4}-\\d\\d)", "(\\d{4}"), "path:", "layouts.paid.period.path: '(\\\\d{4}' is no regular expression"),
        (("partners.yml", "(\\d{4}-\\d\\d)", "a{99999999999}"), "path:", "is no regular expression"),
        (("partners.yml", "(\\d{4}-\\d\\d)", "\\d{4}"), "path:", "has no group; put what is looked for in brackets"),
        (("partners.yml", "layouts: [monthly]", "layouts: []"), "layouts: []", "partners.0.layouts: is empty"),
        *(
            (("partners.yml", "place: east", f"source: {{prefix: {prefix}}}"), "prefix", "partners.1.source.prefix: is no folder of the inbox")
            for prefix in ("fund/", "/fund", "../fund", "fund/../city", ".", "''", "fund//forms", "'a\\b'")
        ),
        *(
            (("agenda.yml", "of: awards - licensed", f"of: {text}"), "kind: count", "is no sum; write measures with one + or -")
            for text in ("'awards -'", "awards - - licensed", "''", "awards licensed")
        ),
        (("agenda.yml", "of: {measure: enrolled, where: {age_group: [infant]}}", "of: {measure: enrolled, where: {age_group: []}}"), "[]", "indicators.1.formula.of.0.where.age_group: is empty"),
        (("agenda.yml", "better: less", "periods: []\n    better: less"), "periods", "indicators.2.periods: is empty"),
        (("agenda.yml", "members:\n      - {id: infant, name: Infants}\n      - {id: preschool, name: Preschool}", "members: []"), "members: []", "dimensions.0.members: is empty"),
        *(
            ((file, f"name: {name}", f"name: {empty}"), f"name: {empty}", f"{key}.name: is empty; it must be given")
            for empty in ("''", "' '")
            for file, name, key in (
                ("initiative.yml", "Ada", "reviewers.0"), ("agenda.yml", "Use of spots", "indicators.0"), ("partners.yml", "The fund", "partners.1"),
                ("agenda.yml", "East bank", "places.1"), ("agenda.yml", "Access", "goals.0"), ("agenda.yml", "Licensed spots", "measures.1"),
            )
        ),
        (("initiative.yml", "name: River towns", "name: River towns\nlanguage: xx"), "language", "language: 'xx' is no language that is known here"),
        (("partners.yml", "name: The city", "name: The city\n    language: kr"), "language", "partners.0.language: 'kr' is no language"),
        *(
            (("initiative.yml", "name: River towns", f"name: River towns\nnotify: {{webhook: {address}}}"), "webhook", "notify.webhook: is no web address")
            for address in ("hooks.example.org/x", "ftp://example.org", "'https://'", "''")
        ),
        (("initiative.yml", "River towns", "River towns 😀"), "River towns", "name: the report's fonts have no 😀; take it out"),
        (("agenda.yml", "[E. bank]", "[E. bank, 🀄]"), "East bank", "places.1.aliases.1: the report's fonts have no 🀄"),
        (("stories/2025Q4.yml", "More spots", "More spots ❤\ufe0f"), "headline", "headline: the report's fonts have no U+FE0F"),
        (("initiative.yml", "River towns", '"River\\0"'), "River", "name: the report's fonts have no U+0000"),
    ],
)  # fmt: skip
def test_a_wrong_shape_names_file_line_and_key(
    make: Make, line_of: LineOf, edit: tuple[str, str, str], at: str, says: str
) -> None:
    folder = make(edit)
    line = line_of(folder, edit[0], at)
    found = problems(folder)
    assert [text for text in found if text.startswith(f"{edit[0]}:{line}:") and says in text], found


def test_a_layout_may_be_what_it_may_be(make: Make) -> None:
    for sign in ('"\\t"', "';'", "'|'", "','"):
        lint.read(make(("partners.yml", "files: '*.csv'", f"delimiter: {sign}\n    encoding: cp949")))
    lint.read(
        make(("partners.yml", "column: spots", "column: Spots 😀"))
    )  # what partners write is no text of the report
    lint.read(make(("partners.yml", "place: east", "place: east\n    source: {prefix: fund/forms of 2026}")))


def test_a_wrong_webhook_is_not_repeated(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    edit = ("initiative.yml", "name: River towns", "name: River towns\nnotify: {webhook: '${HOOK}'}")
    monkeypatch.setenv("HOOK", "hooks.example.org/secret")
    [problem] = problems(make(edit))
    assert problem.startswith("initiative.yml:3: notify.webhook: is no web address")
    assert "secret" not in problem
    monkeypatch.setenv("HOOK", "https://hooks.example.org/secret")
    assert lint.read(make(edit)).initiative.notify is not None


def test_a_sum_may_begin_with_a_sign(make: Make) -> None:
    folder = read_folder(make(("agenda.yml", "of: awards - licensed", "of: -licensed + awards")))
    assert [(t.measure, t.weight) for t in folder.agenda.indicators[2].formula.of] == [("licensed", -1), ("awards", 1)]


def test_a_folder_where_a_file_belongs(make: Make) -> None:
    folder = make()
    (folder / "stories/2026Q1.yml").mkdir()
    assert problems(folder) == ["stories/2026Q1.yml:1: can't be read (Is a directory); put a file here"]


@pytest.mark.parametrize(("name", "right"), [("stories/2026Q1.yaml", "stories/2026Q1.yml"), ("stories/2026Q1.YML", "stories/2026Q1.yml"), ("activities.yaml", "activities.yml")])  # fmt: skip
def test_a_file_that_is_not_read_under_its_name(make: Make, name: str, right: str) -> None:
    assert problems(make(**{name: "headline: x\n"})) == [f"{name}:1: is not read; rename it to {right}"]


def test_the_key_is_named(make: Make) -> None:
    folder = make(("agenda.yml", "name: East bank", "nmae: East bank"))
    assert problems(folder) == [
        "agenda.yml:3: places.1.name: is missing; it must be given",
        "agenda.yml:3: places.1.nmae: is not a key that is known here; did you mean 'name'?",
    ]


def test_every_file_is_read_before_anything_is_said(make: Make) -> None:
    found = problems(
        make(("agenda.yml", "kind: flow", "kind: stream"), ("partners.yml", "files:", "file:"), ("initiative.yml", "id: river\n", ""))
    )  # fmt: skip
    assert {text.split(":")[0] for text in found} == {"agenda.yml", "partners.yml", "initiative.yml"}


def test_a_key_given_twice(make: Make, line_of: LineOf) -> None:
    folder = make(("initiative.yml", "reports_from: 2025Q1\n", "reports_from: 2025Q1\nname: Another\n"))
    line = line_of(folder, "initiative.yml", "Another")
    assert problems(folder) == [f"initiative.yml:{line}: name: is given twice; keep one"]


def test_unreadable_yaml(make: Make) -> None:
    [problem] = problems(make(**{"agenda.yml": "places:\n  - {id: a\nmeasures: ]\n"}))
    assert problem.startswith("agenda.yml:3: is not readable YAML")
    for endless in ("places: &x\n  - *x\n", "places: " + "[" * 5000):
        [problem] = problems(make(**{"agenda.yml": endless}))
        assert problem.startswith("agenda.yml:1: nests without end")
    [problem] = problems(make(**{"agenda.yml": "places: \x01"}))
    assert problem.startswith("agenda.yml:1: is not readable YAML")


def test_text_that_is_not_utf8(make: Make) -> None:
    folder = make()
    (folder / "agenda.yml").write_bytes(b"places: \xff")
    assert problems(folder) == ["agenda.yml:1: is not UTF-8 text (invalid start byte); save it as UTF-8"]


def test_a_list_where_keys_belong(make: Make) -> None:
    [problem] = problems(make(**{"activities.yml": "- a\n- b\n"}))
    assert problem.startswith("activities.yml:1: ")


def test_values_stay_as_written(make: Make) -> None:
    """YAML alone would make 8, False, 83 and a date of these."""
    folder = lint.read(
        make(
            ("agenda.yml", "id: west,", "id: 010,"),
            ("agenda.yml", "{id: infant, name: Infants}", "{id: NO, name: 1:23}"),
            ("agenda.yml", "of: {measure: enrolled, where: {age_group: [infant]}}", "of: {measure: enrolled, where: {age_group: [NO]}}"),
            ("agenda.yml", "per: {measure: census, where: {age_group: [infant]}}", "per: {measure: census, where: {age_group: [NO]}}"),
            ("census.csv", "river,2024,infant", "river,2024,NO"),
            ("census.csv", "east,2024,infant", "east,2024,NO"),
        )
    )  # fmt: skip
    member = folder.agenda.dimensions[0].members[0]
    assert (folder.agenda.places[2].id, member.id, member.name) == ("010", "NO", "1:23")
    assert folder.agenda.reference[0].published == "2024-11-02"
    assert folder.partners.layouts["paid"].values[0].where["paid"].is_ == ("yes",)


def test_a_value_from_the_environment(make: Make, monkeypatch: pytest.MonkeyPatch, line_of: LineOf) -> None:
    edit = ("initiative.yml", "name: River towns", "name: River towns ${RIVER}")
    monkeypatch.setenv("RIVER", "of the east")
    assert read_folder(make(edit)).initiative.name == "River towns of the east"
    monkeypatch.delenv("RIVER")
    folder = make(edit)
    line = line_of(folder, "initiative.yml", "RIVER")
    assert problems(folder) == [
        f"initiative.yml:{line}: ${{RIVER}}: the environment has no RIVER; set it before running cairn"
    ]


# -- lists in CSV files -------------------------------------------------------------------------------

PLACES = """\
places:
  - {id: river, name: River valley, level: region}
  - {id: east, name: East bank, level: town, parent: river, aliases: [E. bank]}
  - {id: west, name: West bank, level: town, parent: river}
"""
LISTED = ("agenda.yml", PLACES, "places: {file: places.csv, common: {level: town}}\n")
CSV = "id,name,parent,level,aliases\nriver,River valley,,region,\neast,East bank,river,,E. bank|Eastside\n"


def test_a_list_in_a_csv_file(make: Make) -> None:
    folder = lint.read(make(LISTED, **{"places.csv": CSV}))
    east = folder.agenda.places[1]
    assert (east.level, east.parent, east.aliases) == ("town", "river", ("E. bank", "Eastside"))
    assert folder.agenda.places[0].level == "region"
    assert "places.csv" in folder.names


def test_a_wrong_row_of_a_list_is_named_by_file_and_line(make: Make) -> None:
    quoted = CSV + '"west","West\nbank",river,,\n\nno id!,Nowhere,river,,\nnorth,North,rivr,,,extra\n'
    assert problems(make(LISTED, **{"places.csv": quoted})) == [
        "places.csv:7: places.3.id: 'no id!' can't be an id here; ids are made of letters, digits and _ . -, "
        "beginning with a letter or digit",
        "places.csv:8: has 1 cell(s) more than the header names",
    ]
    assert problems(make(LISTED, **{"places.csv": CSV + "north,North 😀,river,,\n"})) == [
        "places.csv:4: name: the report's fonts have no 😀; take it out"
    ]
    assert problems(make(LISTED, **{"places.csv": CSV + "north,North,rivr,,\n"})) == [
        "places.csv:4: places.2.parent: there is no place 'rivr'; did you mean 'river'?"
    ]


def test_a_list_lies_in_the_folder(make: Make) -> None:
    for file in ("../places.csv", "/etc/hostname", "here/../../x.csv"):
        found = problems(make((*LISTED[:2], f"places: {{file: {file}}}\n")))
        assert f"agenda.yml:1: places: {file} lies outside the initiative's folder; move it beside the YAML" in found
    found = problems(make((*LISTED[:2], "places: {file: plaecs.csv}\n")))
    assert "agenda.yml:1: places: there is no file plaecs.csv in the initiative's folder" in found


def test_a_list_that_is_not_utf8(make: Make) -> None:
    folder = make(LISTED)
    (folder / "places.csv").write_bytes(b"id,name\n\xff,x\n")
    assert "places.csv:1: is not UTF-8 text (invalid start byte); save it as UTF-8" in problems(folder)


def test_nearest() -> None:
    assert nearest("enroled", ["enrolled", "licensed"]) == "; did you mean 'enrolled'?"
    assert nearest("rf4", ["RF4", "RX1"]) == "; did you mean 'RF4'?"
    assert nearest("zzz", ["a", "b"]) == "; known: a, b"
    assert nearest("zzz", [f"x{i}" for i in range(13)]) == ""


def test_a_folder_is_frozen(make: Make) -> None:
    folder: Folder = read_folder(make())
    with pytest.raises(ValueError, match="frozen"):
        folder.initiative.name = "x"  # type: ignore[misc]
