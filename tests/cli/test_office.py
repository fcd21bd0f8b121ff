# SPDX-License-Identifier: EUPL-1.2
"""The commands about bodies, access, views and the log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest

from runtime.clock import real_now
from tests.cli.conftest import Desk
from tests.fixtures.servers import Database

INVENTED: LiteralString = """
    INSERT INTO views.cases SELECT gen_random_uuid(), position, status, route, opened_at, closed_at, overdue_after,
        waiting_for, asked, search, summary, document FROM views.cases
"""


def change_views(desk: Desk, statement: LiteralString) -> None:
    """Change the live views behind the projector's back."""
    with psycopg.connect(desk.url, autocommit=True) as connection:
        connection.execute(statement)


def test_body_list_counts_the_waiting_cases(desk: Desk) -> None:
    """Every body of the organisation, with its Danish name."""
    desk.opens(route="orientering")
    desk("case", "list")

    items = {item["id"]: item for item in desk("body", "list", "--json").json["items"]}

    assert items["samsoe"]["name"]["da"] == "Samsø Kommune"
    assert len(items) >= 19


def test_body_inbox_names_the_cases(desk: Desk) -> None:
    """With ids, so that they can be answered."""
    case = desk.opens(route="orientering")
    desk("answer", case, "--body", "dassos", "--outcome", "delayed")

    found = desk("body", "inbox", "dassos", "--json").json

    assert (found["body"], [item["case"] for item in found["items"]]) == ("dassos", [case])
    assert case in desk("body", "inbox", "dassos").out


def test_an_unknown_body_is_refused(desk: Desk) -> None:
    """With the nearest one."""
    for words in (["body", "inbox"], ["webhook", "secret"]):
        ran = desk(*words, "lemvik", "--json")

        assert (ran.code, ran.problem["code"]) == (1, "unknown_body")
        assert "lemvig" in ran.problem["detail"]


@pytest.mark.parametrize("role", ["secretariat", "leadership", "auditor"])
def test_token_create_gives_a_new_token(desk: Desk, role: str) -> None:
    """Each time another."""
    tokens = {desk("token", "create", "--role", role, "--json").json["token"] for _ in range(2)}

    assert len(tokens) == 1 + 1


def test_token_create_refuses_an_unknown_role(desk: Desk) -> None:
    """With the roles there are."""
    ran = desk("token", "create", "--role", "mayor", "--json")

    assert (ran.code, ran.problem["field"]) == (2, "role")


def test_webhook_secret_stays_the_same_until_it_is_rotated(desk: Desk) -> None:
    """And says until when the old one is good."""
    first = desk("webhook", "secret", "lemvig", "--json").json
    again = desk("webhook", "secret", "lemvig", "--json").json
    rotated = desk("webhook", "secret", "lemvig", "--rotate", "--json").json

    assert first == again == {"body": "lemvig", "secret": first["secret"], "previous_valid_until": None}
    assert first["secret"].startswith("whsec_")
    assert rotated["secret"] != first["secret"]
    assert rotated["previous_valid_until"]


def test_views_rebuild_brings_back_what_was_lost(desk: Desk) -> None:
    """And says how many cases it took."""
    case = desk.opens(route="orientering")
    change_views(desk, "DELETE FROM views.cases")

    rebuilt = desk("views", "rebuild", "--json").json

    assert rebuilt["cases"] == 1
    assert desk.shows(case)["id"] == case


def test_log_verify_finds_a_sound_log_sound(desk: Desk) -> None:
    """It counts what it read."""
    case = desk.opens(route="orientering")
    desk("answer", case, "--body", "dassos", "--outcome", "noted")
    desk.moves_on(case)

    ran = desk("log", "verify", "--json")

    assert (ran.code, ran.json["sound"], ran.json["cases"], ran.json["problems"]) == (0, True, 1, [])
    assert ran.json["events"] == len(list(desk.cases.read_log(1, 100)))


def test_log_verify_reads_the_meetings_log_too(desk: Desk, database: Database) -> None:
    """It counts its events, and finds one that cannot be read and one that is gone."""
    for day in ("2025-09-10", "2025-09-17"):
        desk("meeting", "move", "dassos-2025-09-03", "--to", day, "--reason", "Ferie")
    sound = desk("log", "verify", "--json").json
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("DELETE FROM public.meetings_events WHERE originator_version = 2")
        connection.execute("UPDATE public.meetings_events SET state = 'x' WHERE originator_version = 3")
    ran = desk("log", "verify", "--json")

    assert (sound["sound"], sound["meetings"]) == (True, 3)
    assert ran.code == 1
    assert ["the version before it is 1" in line for line in ran.json["problems"]] == [True, False]
    assert "cannot be read and folded" in ran.json["problems"][1]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ('UPDATE views.cases SET document = document || \'{"title": "another"}\'', "differs from the fold"),
        ("DELETE FROM views.cases", "is missing"),
        ("UPDATE views.position SET position = 1000000", "ahead of the log"),
        (INVENTED, "the log does not know it"),
    ],
    ids=["changed row", "lost row", "views ahead", "invented row"],
)
def test_log_verify_finds_views_that_do_not_agree(desk: Desk, statement: LiteralString, said: str) -> None:
    """One line a problem, and exit 1."""
    case = desk.opens(route="orientering")
    desk("answer", case, "--body", "dassos", "--outcome", "delayed")
    change_views(desk, statement)

    ran = desk("log", "verify")

    assert ran.code == 1
    assert said in ran.out


def test_signin_link_leads_to_the_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the address under which people reach them, good for 15 minutes."""
    monkeypatch.setenv("SAGSGANG_PUBLIC_URL", "https://sagsgang.example.dk")
    before = real_now()
    found = desk("signin", "link", "--role", "auditor", "--json").json

    assert found["url"].startswith("https://sagsgang.example.dk/signin?code=")
    assert before < datetime.fromisoformat(found["valid_until"]) <= real_now() + timedelta(minutes=15)
    assert "https://sagsgang.example.dk/signin?code=" in desk("signin", "link", "--role", "auditor").out


def test_signin_link_refuses_an_unknown_role(desk: Desk) -> None:
    """With the roles there are."""
    ran = desk("signin", "link", "--role", "mayor", "--json")

    assert ran.code
    assert ran.problem["field"] == "role"


def test_token_list_shows_whose_tokens_there_are(desk: Desk) -> None:
    """Never the tokens themselves."""
    token = desk("token", "create", "--role", "auditor", "--name", "Revisionen", "--json").json["token"]
    ran = desk("token", "list", "--json")

    assert [(item["role"], item["name"], item["revoked_at"]) for item in ran.json["items"]] == [
        ("auditor", "Revisionen", None)
    ]
    assert token not in ran.out + desk("token", "list").out


def test_token_revoke_says_when(desk: Desk) -> None:
    """A second time it says the same; an id that is none is refused."""
    desk("token", "create", "--role", "auditor")
    token_id = desk("token", "list", "--json").json["items"][0]["id"]
    first = desk("token", "revoke", token_id, "--json")

    assert first.json["revoked_at"]
    assert desk("token", "revoke", token_id, "--json").json == first.json
    assert desk("token", "list", "--json").json["items"] == [first.json]
    assert desk("token", "revoke", str(uuid4()), "--json").problem["field"] == "id"


def test_the_office_needs_no_temporal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who only asks the database begins without it."""
    monkeypatch.delenv("SAGSGANG_TEMPORAL_ADDRESS")

    assert desk("body", "list").code == 0
