"""Partners that are asked, through the real commands: one that fails is told of, costs the others nothing, exit 3."""

from __future__ import annotations

from dataclasses import replace

from tests.flows.conftest import SCHOOL_ROWS, Initiative, with_school
from tests.servers.web import Request, Response, web_server


def answer(request: Request) -> Response:
    if request.headers["authorization"] != "Bearer sesame-open":
        return Response(status=401)
    return Response(SCHOOL_ROWS) if request.path == "/sessions" else Response(b"sesame-open", 403)


def test_one_that_can_not_be_asked_is_told_of_and_the_others_go_through(initiative: Initiative) -> None:
    here = replace(initiative, environment={**initiative.environment, "SCHOOL_TOKEN": "sesame-open"})
    with web_server(answer) as web:
        asked = with_school(initiative, web.address, "sessions")
        here.write("partners.yml", with_school(initiative, web.address, "secret"))
        assert here.cairn("check").code == 0
        plan = here.cairn("backfill", "2026Q1..2026Q2", "--plan", "--json")
        assert plan.data["asked"] == 1
        assert web.requests == []

        done = here.cairn("collect", "--json")
        assert done.code == 3, done.err
        assert [receipt["partner"] for receipt in done.data["receipts"]] == ["library"]
        (failure,) = done.data["failures"]
        assert failure["partner"] == "school"
        assert (
            "HTTP 403: it knows who asks but lets them not read this; have its owner give the right" in failure["error"]
        )

        words = here.cairn("run", "2026Q1")
        assert words.code == 3, words.err
        assert "School district could not be asked: " in words.out
        assert "2026Q1: draft " in words.out

        here.write("partners.yml", asked)
        mended = here.cairn("collect", "--json")
        assert [receipt["partner"] for receipt in mended.data["receipts"]] == ["school"], mended.err
        assert mended.data["failures"] == []
        again = here.cairn("collect", "--json")
        assert (again.code, again.data) == (0, {"receipts": [], "failures": []})
        assert "sesame" not in "".join([done.out, done.err, words.out, words.err, mended.out, mended.err])
