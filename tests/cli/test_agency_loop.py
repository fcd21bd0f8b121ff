# SPDX-License-Identifier: EUPL-1.2
"""Inquiries, renewed treatment and participation from the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.dates import danish_date
from tests.cli.conftest import Desk

TODAY = danish_date(datetime.now(UTC))
NEXT_MONTH = (TODAY + timedelta(days=30)).isoformat()
NEXT_YEAR = (TODAY + timedelta(days=365)).isoformat()


def test_bodies_are_asked_on_the_way(desk: Desk) -> None:
    """People see the question, and who is awaited; ended early, it says so."""
    case = desk.opens()
    bodies = ["--body", "skive", "--body", "lemvig", "--body", "odder"]
    asked = desk("case", "inquire", case, *bodies, "--question", "Hvor mange?", "--due", NEXT_MONTH, "--json")
    text = desk("case", "show", case).out
    ended = desk("case", "inquiry", "end", case, "--reason", "Svaret er fundet", "--json")

    assert (asked.code, asked.json["steps"][-1]["due"]) == (0, NEXT_MONTH)
    assert "Forespørgsel: Hvor mange?" in text
    assert "Forespørgsel venter på / waits for: Skive Kommune, Lemvig Kommune, Odder Kommune" in text
    assert ended.json["steps"][-1]["result"] == "ended_early"


def test_an_inquiry_that_cannot_be_is_refused(desk: Desk) -> None:
    """As every command."""
    case = desk.opens()

    ran = desk("case", "inquire", case, "--body", "x", "--question", "?", "--due", NEXT_MONTH, "--json")

    assert (ran.code, ran.problem["field"]) == (1, "bodies")


def test_a_decided_case_is_treated_anew(desk: Desk) -> None:
    """The new case is shown; each shows the other's id."""
    case = desk.opens("--concerned", "skive", "--concerned", "lemvig", route="orientering")
    for body in ("skive", "lemvig"):
        desk("answer", case, "--body", body, "--outcome", "noted")
    desk.moves_on(case)

    wish = ["--concerned", "lemvig", "--reason", "Nye tal", "--title", "Igen", "--set", "year=2026"]
    new = desk("case", "renew", case, *wish, "--deadline", NEXT_MONTH, "--json").json

    assert (new["renews"], new["title"], new["attributes"], new["deadline"]) == (
        case,
        "Igen",
        {"year": 2026},
        NEXT_MONTH,
    )
    assert f"Fornyet i / renewed by: {new['id']}" in desk("case", "show", case).out.replace("\n", " ")
    assert f"Fornyet behandling af / renews: {case}" in desk("case", "show", new["id"]).out.replace("\n", " ")


def test_the_agencys_questions_go_on(desk: Desk) -> None:
    """To the bodies that the command line names."""
    case = desk.opens()
    for body in ("dassos", "kd-net", "kkr-midtjylland"):
        desk("answer", case, "--body", body, "--outcome", "approved")
        desk.moves_on(case)
    desk("case", "submit", case)
    desk.moves_on(case)
    asked = ["--due", NEXT_YEAR, "--to", "skive", "--to", "odder", "--bodies-due", NEXT_MONTH]
    desk("answer", case, "--body", "social-og-boligstyrelsen", "--outcome", "questions_asked", *asked)
    desk.moves_on(case)
    desk.awaits(desk.cases.recorder.max_notification_id() or 0)

    inquiry = desk.shows(case)["steps"][-1]
    assert (inquiry["id"], inquiry["due"]) == ("inquiry", NEXT_MONTH)
    assert [answer["body"] for answer in inquiry["answers"]] == ["skive", "odder"]


def test_a_scheme_is_shown_on_a_day(desk: Desk) -> None:
    """As JSON and for people."""
    case = desk.opens("--set", f"term_start={NEXT_MONTH}", route="tilslutning")
    desk("answer", case, "--body", "viborg", "--outcome", "joined")
    desk("answer", case, "--body", "viborg", "--outcome", "left", "--effective-on", NEXT_YEAR)

    found = desk("case", "participation", case, "--on", NEXT_MONTH, "--json").json
    later = desk("case", "participation", case, "--on", NEXT_YEAR, "--json").json
    text = desk("case", "participation", case, "--on", NEXT_MONTH).out

    assert (found["on"], found["schemes"][0]["participants"]) == (NEXT_MONTH, ["viborg"])
    assert later["schemes"][0]["participants"] == []
    assert "1 deltagere / participants af mindst / of at least 7: ikke bæredygtig / not sustainable" in text
    assert "Viborg Kommune, Udtrådt / Left" in text
    assert "0 deltagere" in desk("case", "show", case).out


def test_a_case_without_a_scheme_is_refused(desk: Desk) -> None:
    """It says why."""
    ran = desk("case", "participation", desk.opens(), "--json")

    assert (ran.code, ran.out) == (1, "")
    assert "nobody joins anything" in ran.problem["detail"]
