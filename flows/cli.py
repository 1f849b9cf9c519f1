"""The command line. Each command opens the initiative, does one thing, and says what it did.

Exit codes: 0 done; 1 findings or a gate hold the work back; 2 the call or the configuration is wrong; 3 something
it needs (the store, a server, the disk) failed. Flows are imported inside commands, so that asking for help or
checking a folder doesn't wait for Prefect.
"""

from __future__ import annotations

import sys
import warnings
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agenda import settings
from agenda.errors import CairnError, ConfigurationError, Unavailable
from agenda.periods import Period
from flows import console, desk, guard, inquiry, mapping, paperwork, progress
from flows.counted import counted

if TYPE_CHECKING:
    from flows.workspace import Workspace

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(desk.app)
app.add_typer(paperwork.app)
app.add_typer(guard.app)
app.add_typer(inquiry.app)
app.add_typer(mapping.app, name="mapping")


@app.callback()
def _global(
    initiative: Annotated[Path, typer.Option(help="The initiative's folder.", show_default="this folder")] = Path("."),
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """One honest quarterly impact report from what many partners know."""
    console.Call.initiative = initiative


@app.command()
def init(directory: Annotated[Path, typer.Argument(help="A folder that doesn't exist yet, or is empty.")]) -> None:
    """Start an initiative: a folder with a small agenda to make your own."""
    from agenda.starter import write_starter

    for path in write_starter(directory):
        print(path)
    print(f"Now edit these, then: cairn --initiative {directory} check")


@app.command()
def check(as_json: console.AsJson = False) -> None:
    """Read the initiative's files and say what is wrong with them, with file, line and key."""
    from agenda.lint import read
    from agenda.lint_stories import strange_days_in
    from agenda.lint_translations import untranslated_in

    try:
        folder = read(console.Call.initiative)
    except ConfigurationError as error:
        if as_json:
            console.print_json({"problems": [vars(problem) for problem in error.problems]})
            raise typer.Exit(error.exit_code) from error
        raise
    agenda = folder.agenda
    counts = {
        "goals": len(agenda.goals), "indicators": len(agenda.indicators), "measures": len(agenda.measures),
        "places": len(agenda.places), "partners": len(folder.partners.partners),
    }  # fmt: skip
    lacking = {file: [".".join(map(str, path)) for path in paths] for file, paths in untranslated_in(folder)}
    strange = list(strange_days_in(folder))
    if as_json:
        remarks = [vars(problem) for problem in strange]
        told = {"initiative": folder.initiative.id, **counts, "problems": [], "remarks": remarks}
        console.print_json({**told, "untranslated": lacking})
        return
    said = ", ".join(counted(n, what.removesuffix("s")) for what, n in counts.items())
    print(f"{folder.initiative.name}: {said}. All in order.")
    for problem in strange:
        print(problem)
    for file, texts in lacking.items():
        first = "; ".join(text[:60] for text in texts[:3]) + ("; …" if len(texts) > 3 else "")
        print(f"{file} could say {len(texts)} more; the report shows the original, marked: {first}")


@app.command()
def run(
    quarter: Annotated[str | None, typer.Argument(metavar="[QUARTER]", show_default="all that are due")] = None,
    as_json: console.AsJson = False,
) -> None:
    """Collect, compute and draft a quarter's report; without QUARTER, every one that is due."""
    from flows.calendar import due_quarters

    workspace = console.workspace()
    periods = console.quarters(workspace, quarter) if quarter else due_quarters(workspace, date.today())
    if quarter and len(periods) > 1:
        raise ConfigurationError(f"{quarter} is a range; for many quarters at once use: cairn backfill {quarter}")

    def flow() -> Any:
        from flows.quarterly import quarter as flow

        return flow(str(workspace.folder.path), quarter)

    _make(workspace, periods, None, flow, as_json)


@app.command()
def backfill(
    quarters: console.PeriodArgument,
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would be done.")] = False,
    received_at: console.ReceivedAt = None,
    as_json: console.AsJson = False,
) -> None:
    """Draft many quarters in order. Shows its plan first; run again, it does only what is left."""
    workspace = console.workspace()
    periods = console.quarters(workspace, quarters)

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
    from flows.moments import moment
    from flows.plan import plan as make_plan

    plan = make_plan(workspace, periods, moment(received_at))
    if flow is None:
        data = {
            "files": plan.files,
            "asked": plan.asked,
            "quarters": [{"period": q.period.key, "reason": q.reason} for q in plan.quarters],
        }
        console.say(as_json, data, summary.of_plan(plan))
        return
    if plan.is_empty:
        data = {
            "receipts": [],
            "drafts": [],
            "unchanged": [q.period.key for q in plan.quarters],
            "failures": [],
            "unasked": [],
        }
        console.say(as_json, data, summary.of_nothing(plan))
        return
    if show_plan and not as_json:
        print("\n".join(summary.of_plan(plan)), file=sys.stderr)
    console.prefect()
    made = flow()
    console.say(as_json, summary.run_data(made), summary.of_run(workspace, made))
    if made.unasked:
        raise typer.Exit(Unavailable.exit_code)


@app.command()
def preview(
    quarter: Annotated[str | None, typer.Argument(metavar="[QUARTER]", show_default="the last with data")] = None,
    port: Annotated[int, typer.Option(help="Port on this machine; 0: one that is free.")] = 0,
) -> None:
    """Show a quarter's report in the browser, made again whenever its texts change, until Ctrl-C."""
    from flows.preview import preview as keep_showing

    workspace = console.workspace()
    keep_showing(workspace, console.quarter(workspace, quarter) if quarter else None, port)


@app.command()
def review(
    quarters: console.PeriodArgument,
    approve: Annotated[bool, typer.Option("--approve", help="Approve the newest draft, as it is.")] = False,
    name: Annotated[str, typer.Option("--as", help="Your name, as in initiative.yml.", metavar="NAME")] = "",
    edition: Annotated[str, typer.Option(help="The draft you looked at (the first figures of its number).")] = "",
    as_json: console.AsJson = False,
) -> None:
    """Show a draft's review page, or approve the draft under your name."""
    from flows import summary
    from reports import edition as editions
    from reports.editions import approval

    workspace = console.workspace()
    if approve and not name:
        raise ConfigurationError("an approval needs a name: --as NAME")
    found, lines = [], []
    for period in console.quarters(workspace, quarters):
        if approve:
            draft = approval.approve(workspace.store, workspace.folder, period, name, edition=edition)
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
        lines.append(f"Now: {summary.cairn(workspace)} publish {quarters}")
    console.say(as_json, {"editions": found}, lines)


@app.command()
def publish(quarters: console.PeriodArgument, as_json: console.AsJson = False) -> None:
    """Put the approved drafts on the site, and the scorecards where partners find their receipts."""
    from flows import summary
    from flows.status import is_published
    from reports.editions.policy import require_policy

    workspace = console.workspace()
    require_policy(workspace.folder)
    done: Any = None
    if not all(is_published(workspace, period) for period in console.quarters(workspace, quarters)):
        console.prefect()
        from flows.release import publish as flow

        done = flow(quarters, str(workspace.folder.path))
    console.say(as_json, summary.release_data(done), summary.of_release(done))


@app.command()
def values(
    indicator: str,
    period: Annotated[str, typer.Option(help="A month, quarter or year.")],
    place: Annotated[str | None, typer.Option(help="Only this place.")] = None,
    as_of: console.AsOf = None,
    as_json: console.AsJson = False,
) -> None:
    """Print an indicator's values from the warehouse."""
    from flows.values import plain
    from flows.values import values as read_values

    workspace = console.workspace()
    warehouse = workspace.warehouse(console.known_at(as_of))
    found = read_values(workspace.folder, warehouse, indicator, console.period(workspace, period), place)
    lines = (
        f"{row['place']:<24} {row['members'] or 'all':<28} {console.figure(row['value']):>14}  {row['status']}"
        for row in found
    )
    console.say(as_json, found, lines if found else [f"No values of {indicator} for {period}."], plain)


def main() -> None:
    """The command ``cairn``: a CairnError is a message and an exit code, anything else a defect."""
    if "--version" in sys.argv[1:2]:
        from importlib import metadata

        print(f"cairn {metadata.version('cairn-report')}")
        return
    # pandera imports hypothesis where it is installed, which then wonders about a generator of trio's
    warnings.filterwarnings("ignore", message="It looks like `register_random`")
    settings.prepare_prefect()
    progress.listen(progress.to_terminal)
    try:
        app(prog_name="cairn")
    except CairnError as error:
        print(f"cairn: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
