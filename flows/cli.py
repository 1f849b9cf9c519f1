"""The command line. Each command opens the initiative, does one thing, and says what it did.

Exit codes: 0 done; 1 findings or a gate hold the work back; 2 the call or the configuration is wrong; 3 something
it needs (the store, a server, the disk) failed. Flows are imported inside commands, so that asking for help or
checking a folder doesn't wait for Prefect.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agenda import settings
from agenda.errors import CairnError, ConfigurationError, Unavailable
from agenda.periods import Calendar, Period, PeriodError
from flows import progress

if TYPE_CHECKING:
    from flows.workspace import Workspace

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of words.")]
PeriodArgument = Annotated[str, typer.Argument(metavar="QUARTER", help="A quarter, or a range: 2026Q1..2026Q3.")]
ReceivedAt = Annotated[
    str | None, typer.Option(help="Import history: a time (ISO 8601), or 'modified' for each file's own time.")
]


class _Call:
    """What the global options said."""

    initiative = Path(".")


@app.callback()
def _global(
    initiative: Annotated[Path, typer.Option(help="The initiative's folder.", show_default="this folder")] = Path("."),
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """One honest quarterly impact report from what many partners know."""
    _Call.initiative = initiative


@app.command()
def init(directory: Annotated[Path, typer.Argument(help="A folder that doesn't exist yet, or is empty.")]) -> None:
    """Start an initiative: a folder with a small agenda to make your own."""
    from agenda.starter import write_starter

    for path in write_starter(directory):
        print(path)
    print(f"Now edit these, then: cairn --initiative {directory} check")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Read the initiative's files and say what is wrong with them, with file, line and key."""
    from agenda.lint import read

    try:
        folder = read(_Call.initiative)
    except ConfigurationError as error:
        if as_json:
            _print_json({"problems": [vars(problem) for problem in error.problems]})
            raise typer.Exit(error.exit_code) from error
        raise
    agenda = folder.agenda
    counts = {
        "goals": len(agenda.goals), "indicators": len(agenda.indicators), "measures": len(agenda.measures),
        "places": len(agenda.places), "partners": len(folder.partners.partners),
    }  # fmt: skip
    if as_json:
        _print_json({"initiative": folder.initiative.id, **counts, "problems": []})
    else:
        print(f"{folder.initiative.name}: {', '.join(f'{n} {what}' for what, n in counts.items())}. All in order.")


@app.command()
def collect(
    partner: Annotated[list[str] | None, typer.Option(help="Only this partner (may be repeated).")] = None,
    received_at: ReceivedAt = None,
    as_json: AsJson = False,
) -> None:
    """Take in what the partners dropped, and answer each file with a receipt."""
    from flows import summary
    from flows.plan import moment
    from sources.collect import Collector

    workspace = _workspace()
    _known_partners(workspace, partner)
    at = moment(received_at)
    receipts: Iterable[Any] = ()
    if Collector(workspace.folder, workspace.store, partners=partner, received_at=at).has_work:
        _prefect()
        from flows.collect import collect as flow

        receipts = flow(str(workspace.folder.path), partner, received_at)
    _say(as_json, {"receipts": summary.receipt_data(tuple(receipts))}, summary.of_receipts(workspace, tuple(receipts)))
    if any(receipt.outcome != "accepted" for receipt in receipts):
        raise typer.Exit(1)


@app.command()
def run(
    quarter: Annotated[str | None, typer.Argument(metavar="[QUARTER]", show_default="all that are due")] = None,
    as_json: AsJson = False,
) -> None:
    """Collect, compute and draft a quarter's report; without QUARTER, every one that is due."""
    from flows.calendar import due_quarters

    workspace = _workspace()
    periods = _quarters(workspace, quarter) if quarter else due_quarters(workspace, date.today())
    if quarter and len(periods) > 1:
        raise ConfigurationError(f"{quarter} is a range; for many quarters at once use: cairn backfill {quarter}")

    def flow() -> Any:
        from flows.quarterly import quarter as flow

        return flow(str(workspace.folder.path), quarter)

    _make(workspace, periods, None, flow, as_json)


@app.command()
def backfill(
    quarters: PeriodArgument,
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would be done.")] = False,
    received_at: ReceivedAt = None,
    as_json: AsJson = False,
) -> None:
    """Draft many quarters in order. Shows its plan first; run again, it does only what is left."""
    workspace = _workspace()
    periods = _quarters(workspace, quarters)

    def flow() -> Any:
        from flows.backfill import backfill as flow

        return flow(quarters, str(workspace.folder.path), received_at)

    _make(workspace, periods, received_at, None if plan else flow, as_json, show_plan=True)


def _make(
    workspace: Workspace, periods: list[Period], received_at: str | None, flow: Any, as_json: bool,
    show_plan: bool = False,
) -> None:  # fmt: skip
    """Plan, then run ``flow`` unless the plan is empty (or there is no flow), then say what was done."""
    from flows import summary
    from flows.plan import moment
    from flows.plan import plan as make_plan

    plan = make_plan(workspace, periods, moment(received_at))
    if flow is None:
        data = {"files": plan.files, "quarters": [{"period": q.period.key, "reason": q.reason} for q in plan.quarters]}
        _say(as_json, data, summary.of_plan(plan))
        return
    if plan.is_empty:
        data = {"receipts": [], "drafts": [], "unchanged": [q.period.key for q in plan.quarters], "failures": []}
        _say(as_json, data, summary.of_nothing(plan))
        return
    if show_plan and not as_json:
        print("\n".join(summary.of_plan(plan)), file=sys.stderr)
    _prefect()
    made = flow()
    _say(as_json, summary.run_data(made), summary.of_run(workspace, made))


@app.command()
def review(
    quarters: PeriodArgument,
    approve: Annotated[bool, typer.Option("--approve", help="Approve the newest draft, as it is.")] = False,
    name: Annotated[str, typer.Option("--as", help="Your name, as in initiative.yml.", metavar="NAME")] = "",
    edition: Annotated[str, typer.Option(help="The draft you looked at (the first figures of its number).")] = "",
    as_json: AsJson = False,
) -> None:
    """Show a draft's review page, or approve the draft under your name."""
    from flows import summary
    from reports import edition as editions

    workspace = _workspace()
    if approve and not name:
        raise ConfigurationError("an approval needs a name: --as NAME")
    found, lines = [], []
    for period in _quarters(workspace, quarters):
        if approve:
            draft = editions.approve(workspace.store, workspace.folder, period, name, edition=edition)
            lines.append(f"{period}: edition {draft.short} is {draft.status}, approved by {name}.")
        else:
            newest = editions.newest(workspace.store, period.key)
            if newest is None:
                raise ConfigurationError(f"there is no draft of {period} yet. Make one: cairn run {period}")
            draft = newest
            lines.append(
                f"{period}: edition {draft.short} is {draft.status}; {workspace.store.url}/{draft.review_page}"
            )
        found.append(summary.edition_data(draft))
    if approve:
        lines.append(f"Now: cairn publish {quarters}")
    _say(as_json, {"editions": found}, lines)


@app.command()
def publish(quarters: PeriodArgument, as_json: AsJson = False) -> None:
    """Put the approved drafts on the site."""
    from flows.status import is_published

    workspace = _workspace()
    done: list[Any] = []
    if not all(is_published(workspace, period) for period in _quarters(workspace, quarters)):
        _prefect()
        from flows.release import publish as flow

        done = flow(quarters, str(workspace.folder.path))
    lines = [f"{one.pointer.period}: {one.address}" for one in done] or ["Nothing to do: all of it is published."]
    data = [{"period": one.pointer.period, "edition": one.pointer.edition, "address": one.address} for one in done]
    _say(as_json, {"published": data}, lines)


@app.command()
def values(
    indicator: str,
    period: Annotated[str, typer.Option(help="A month, quarter or year.")],
    place: Annotated[str | None, typer.Option(help="Only this place.")] = None,
    as_of: Annotated[str | None, typer.Option(help="As it was known then (ISO 8601).")] = None,
    as_json: AsJson = False,
) -> None:
    """Print an indicator's values from the warehouse."""
    from flows.plan import moment
    from flows.values import plain
    from flows.values import values as read_values

    workspace = _workspace()
    known_at = moment(as_of)
    if isinstance(known_at, str):
        raise ConfigurationError("--as-of takes a time, such as 2026-10-21 or 2026-10-21T09:00")
    found = read_values(workspace.folder, workspace.warehouse(known_at), indicator, _period(workspace, period), place)
    lines = (
        f"{row['place']:<24} {row['members'] or 'all':<28} {_figure(row['value']):>14}  {row['status']}"
        for row in found
    )
    _say(as_json, found, lines if found else [f"No values of {indicator} for {period}."], plain)


@app.command()
def status(
    quarters: Annotated[str | None, typer.Option(help="Which quarters.", show_default="the last six")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which partner has reported for which quarter, and who is late."""
    from rich.cells import cell_len  # a Korean letter is two columns wide

    from flows.status import MARKS
    from flows.status import status as read_status

    workspace, today = _workspace(), date.today()
    this = workspace.calendar.containing(today, "quarter")
    periods = (
        _quarters(workspace, quarters) if quarters else [workspace.calendar.shift(this, -n) for n in range(6, 0, -1)]
    )
    rows = read_status(workspace, workspace.warehouse(), periods, today)
    width = max((cell_len(row.name) for row in rows), default=0)
    lines = [f"{'':<{width}}  {'  '.join(p.key for p in periods)}"]
    for row in rows:
        marks = "  ".join(f"{MARKS[state]:^6}" for state in row.states)
        note = f"  {row.rejected_rows:,} rows to mend" if row.rejected_rows else ""
        lines.append(f"{row.name}{' ' * (width - cell_len(row.name))}  {marks}{note}".rstrip())
    lines.append("  ".join(f"{mark} {state}" for state, mark in MARKS.items()))
    data = [{**vars(row), "states": dict(zip([p.key for p in periods], row.states, strict=True))} for row in rows]
    _say(as_json, data, lines)


# -- shared by the commands -----------------------------------------------------------------------------


def _workspace() -> Workspace:
    from flows.workspace import Workspace

    return Workspace.open(_Call.initiative)


def _quarters(workspace: Workspace, text: str) -> list[Period]:
    periods = _ranged(workspace.calendar, text)
    if periods[0].type != "quarter":
        raise ConfigurationError(f"{text} is a {periods[0].type}; reports are made of quarters, such as 2026Q3")
    return periods


def _period(workspace: Workspace, text: str) -> Period:
    periods = _ranged(workspace.calendar, text)
    if len(periods) > 1:
        raise ConfigurationError(f"{text} is a range; name one period")
    return periods[0]


def _ranged(calendar: Calendar, text: str) -> list[Period]:
    try:
        return calendar.parse_range(text)
    except PeriodError as error:
        raise ConfigurationError(str(error)) from error


def _known_partners(workspace: Workspace, names: list[str] | None) -> None:
    from agenda.folder import nearest

    known = {partner.id for partner in workspace.folder.partners.partners}
    for name in names or ():
        if name not in known:
            raise ConfigurationError(f"there is no partner {name!r}{nearest(name, known)}")


def _prefect() -> None:
    """Say so where Prefect has to start a server first, and where the one it should use is not there."""
    api = settings.prefect_api()
    if api is None:
        progress.say("Starting a Prefect server for this run (set PREFECT_API_URL to use one that is running)")
        return
    import httpx

    try:
        httpx.get(f"{api.rstrip('/')}/health", timeout=30).raise_for_status()
    except httpx.HTTPError as error:
        message = f"no Prefect server answers at {api} ({error}). Start it, or unset PREFECT_API_URL"
        raise Unavailable(message) from error


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")


def _say(as_json: bool, data: Any, lines: Iterable[str], default: Any = str) -> None:
    if as_json:
        _print_json(data, default)
    else:
        print("\n".join(lines))


def _print_json(data: Any, default: Any = str) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1, default=default))


def main() -> None:
    """The command ``cairn``: a CairnError is a message and an exit code, anything else a defect."""
    if "--version" in sys.argv[1:2]:
        from importlib import metadata

        print(f"cairn {metadata.version('cairn-report')}")
        return
    settings.prepare_prefect()
    progress.listen(progress.to_terminal)
    try:
        app(prog_name="cairn")
    except CairnError as error:
        print(f"cairn: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
