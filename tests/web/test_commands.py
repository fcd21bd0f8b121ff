# SPDX-License-Identifier: EUPL-1.2
"""The API's writes, and that a repeat under the same Idempotency-Key is one write."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from projections.documents import case_document
from runtime.database import connect
from tests.domain.desk import MIDTJYLLAND
from tests.fixtures.servers import Database
from tests.web.conftest import running_office
from tests.web.office import API, OPENED_ON, Office, decision

APPROVED = ("dassos", "kd-net", "kkr-midtjylland")
OPENING = {"route": "cu-afrapportering", "title": "Afrapportering", "deadline": "2025-05-31", "reference": "25-1"}


async def post(office: Office, path: str, body: Any = None, key: str | None = None, **headers: str) -> httpx2.Response:
    """A POST of the secretariat's one token."""
    token = getattr(office, "_token", None) or office.token()
    vars(office)["_token"] = token
    keyed = {"Idempotency-Key": key} if key is not None else {}
    return await office.client.post(API + path, json=body, headers={**token, **keyed, **headers})


async def test_a_case_is_opened(office: Office) -> None:
    """The answer is the case, with its place; Location says where it is found."""
    response = await post(office, "/cases", OPENING)
    case = response.json()

    assert response.status_code == 201
    assert response.headers["location"] == f"{API}/cases/{case['id']}"
    assert (case["route"]["id"], case["status"], case["deadline"]) == ("cu-afrapportering", "running", "2025-05-31")
    assert case["position"] == office.cases.position(UUID(case["id"]), 1)
    assert [step["state"] for step in case["steps"]] == ["waiting"] * 7


async def test_an_orientation_asks_whom_it_concerns(office: Office) -> None:
    """The bodies named when it opens."""
    response = await post(office, "/cases", {"route": "orientering", "title": "x", "concerned": ["skive", "odder"]})

    assert [answer["body"] for answer in response.json()["steps"][0]["answers"]] == ["skive", "odder"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "route"),
    ({**OPENING, "route": "x"}, "route"),
    ({**OPENING, "title": " "}, "title"),
    ({**OPENING, "title": "x" * 301}, "title"),
    ({**OPENING, "deadline": "9999-12-31"}, "deadline"),
    ({**OPENING, "deadline": "31.5.2025"}, "deadline"),
    ({**OPENING, "concerned": ["atlantis"]}, "concerned"),
    ({**OPENING, "dedline": "2025-05-31"}, "dedline"),
    ({**OPENING, "attributes": {"a": 1e999}}, "body"),
    ({**OPENING, "attributes": {"a": "\x00"}}, "attributes.a"),
    ({**OPENING, "attributes": {"\x00": 1}}, "attributes"),
]


@pytest.mark.parametrize(("body", "field"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
async def test_a_case_that_cannot_be_is_refused_by_its_field(office: Office, body: dict[str, Any], field: str) -> None:
    """With what is wrong and how to mend it."""
    content = json.dumps(body).replace("Infinity", "1e999")
    headers = {**office.token(), "content-type": "application/json"}
    response = await office.client.post(f"{API}/cases", content=content, headers=headers)

    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["field"] in {field, "attributes.a"}


async def test_the_secretariat_records_an_answer(office: Office) -> None:
    """That it heard by other means; the source says so."""
    case = office.open_case()
    told = {"body": "dassos", "outcome": "approved", "decided_on": "2025-03-18", "remark": "Mail"}
    response = await post(office, f"/cases/{case}/answers", told)

    assert (response.status_code, response.json()["effect"]) == (200, "counted")
    assert office.cases.get(case).current("dassos").answers["dassos"].source == "secretariat"


async def test_the_secretariat_records_what_the_minutes_tell(office: Office) -> None:
    """The source, the meeting and who voted against stand on the answer."""
    case = office.open_case()
    told = {"body": "dassos", "outcome": "approved", "decided_on": "2025-03-18", "source": "minutes"}
    facts = {
        "meeting_on": "2025-03-18",
        "agenda_item": "7",
        "wording": "Godkendt.",
        "protocol": "P1",
        "dissent": [{"who": "N. Nielsen", "text": None}],
        "reservation": "med forbehold for budgettet",
    }
    response = await post(office, f"/cases/{case}/answers", {**told, **facts})

    assert response.json()["effect"] == "counted"
    (shown,) = case_document(office.cases.get(case), 0)["steps"][0]["answers"]
    assert (shown["source"], {name: shown[name] for name in facts}) == ("minutes", facts)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"source": "webhook"}, "source"),
        ({"persons": ["A. Andersen"]}, "persons"),
        ({"points": ["Økonomi"]}, "points"),
        ({"meeting_on": "2999-01-01"}, "meeting_on"),
        ({"agenda_item": "x" * 21}, "agenda_item"),
        ({"dissent": [{"text": "imod"}]}, "dissent.0.who"),
        ({"dissent": [{"who": "A", "txt": "imod"}]}, "dissent.0.txt"),
        ({"ask": "discuss"}, "ask"),
        ({"also": {"discuss": "discussed"}}, "also"),
        ({"also": {"discuss": 1}}, "also.discuss"),
    ],
)
async def test_facts_of_the_minutes_that_cannot_be_are_refused(
    office: Office, facts: dict[str, Any], field: str
) -> None:
    """By their field."""
    case = office.open_case()
    told = {"body": "dassos", "outcome": "approved", "decided_on": "2025-03-18", **facts}
    response = await post(office, f"/cases/{case}/answers", told)

    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["field"] == field


async def test_the_secretariat_records_a_delay(office: Office) -> None:
    """As the outcome `delayed`."""
    case = office.open_case(*APPROVED)
    response = await post(
        office, f"/cases/{case}/answers", {"body": "odder", "outcome": "delayed", "expected_on": "2025-06-11"}
    )

    assert response.json()["effect"] == "counted"
    assert office.cases.get(case).current("councils").answers["odder"].state == "delayed"


async def test_the_secretariat_corrects_an_answer(office: Office) -> None:
    """By the message id that the case shows."""
    case = office.open_case(*APPROVED)
    await office.send("odder", decision(case, "noted"), "msg_wrong")
    told = {"body": "odder", "outcome": "noted_with_remarks", "decided_on": "2025-03-18", "corrects": "msg_wrong"}
    await post(office, f"/cases/{case}/answers", told)
    answer = office.cases.get(case).current("councils").answers["odder"]

    assert (answer.outcome, answer.corrected) == ("noted_with_remarks", True)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"body": "atlantis", "outcome": "noted"}, "body"),
        ({"body": "odder", "outcome": "noted", "expected_on": "2025-04-01"}, "expected_on"),
        ({"body": "odder", "outcome": "delayed", "corrects": "x"}, "corrects"),
        ({"outcome": "noted"}, "body"),
    ],
)
async def test_an_answer_that_cannot_be_is_refused_by_its_field(
    office: Office, told: dict[str, Any], field: str
) -> None:
    """Before the domain would lose a part of it."""
    response = await post(office, f"/cases/{office.open_case()}/answers", told)

    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field)


async def test_a_case_is_suspended_resumed_extended_and_withdrawn(office: Office) -> None:
    """Each command answers as a webhook does, with its place."""
    case = office.open_case(deadline=OPENED_ON)
    steps = [
        ("suspend", {"reason": "Afventer"}),
        ("resume", None),
        ("extend", {"deadline": "2025-06-13", "reason": "Udsat"}),
        ("withdraw", {"reason": "Trukket"}),
    ]
    answers = [await post(office, f"/cases/{case}/{step}", body) for step, body in steps]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert [answer.json()["effect"] for answer in answers] == ["counted"] * 4
    positions = [answer.json()["position"] for answer in answers]
    assert positions == sorted(positions)
    assert office.events(case)[-4:] == ["case.suspended", "case.resumed", "case.deadline_extended", "case.withdrawn"]


async def test_a_submission_waits_for_its_step(office: Office) -> None:
    """409 before, 200 when it is open, and `repeated` again."""
    case, early = office.open_case(*APPROVED), office.open_case()

    assert (await post(office, f"/cases/{early}/submit", {})).status_code == 409
    first = await post(office, f"/cases/{case}/submit", {"submitted_on": "2025-03-18"})
    again = await post(office, f"/cases/{case}/submit")
    assert first.json()["effect"] == "counted"
    assert again.json() == {**first.json(), "effect": "repeated"}


async def test_a_rejected_case_is_resubmitted(office: Office) -> None:
    """The step that sent it back is asked again."""
    case = office.open_case()
    assert (await post(office, f"/cases/{case}/resubmit")).status_code == 409
    await office.send("dassos", decision(case, "rejected"))
    office.cases.advance(case)

    assert (await post(office, f"/cases/{case}/resubmit")).json()["effect"] == "counted"


@pytest.mark.parametrize("case", ["x", str(UUID(int=1)), "%00"])
@pytest.mark.parametrize("command", ["answers", "withdraw", "suspend", "resume", "extend", "submit", "resubmit"])
async def test_a_case_that_is_not_there_is_not_found(office: Office, case: str, command: str) -> None:
    """For every command."""
    bodies = {
        "answers": {"body": "odder", "outcome": "noted", "decided_on": "2025-03-18"},
        "withdraw": {"reason": "x"},
        "suspend": {"reason": "x"},
        "extend": {"deadline": "2025-05-01", "reason": "x"},
    }
    response = await post(office, f"/cases/{case}/{command}", bodies.get(command, {}))

    assert response.status_code == 404


async def test_a_repeat_under_a_key_is_the_first_result(office: Office) -> None:
    """One case, and the very same answer."""
    first = await post(office, "/cases", OPENING, "key-1")
    second = await post(office, "/cases", OPENING, "key-1")

    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["location"] == first.headers["location"]
    assert office.cases.recorder.max_notification_id() == 1


async def test_another_body_under_a_key_is_refused(office: Office) -> None:
    """And so is another address."""
    first = await post(office, "/cases", OPENING, "key-1")
    other = await post(office, "/cases", {**OPENING, "title": "En anden"}, "key-1")
    elsewhere = await post(office, f"/cases/{first.json()['id']}/withdraw", {"reason": "x"}, "key-1")

    assert (other.status_code, elsewhere.status_code) == (422, 422)
    assert other.json()["type"] == "/problems/key_reused"


async def test_keys_are_each_callers_own(office: Office) -> None:
    """Two callers' like keys make two cases."""
    ids = {
        (
            await office.client.post(f"{API}/cases", json=OPENING, headers={**office.token(), "Idempotency-Key": "1"})
        ).json()["id"]
        for _ in range(2)
    }

    assert len(ids) == 2


async def test_two_at_once_under_a_key_are_one_case(office: Office) -> None:
    """The second waits for the first."""
    await post(office, "/cases", OPENING)
    answers = await asyncio.gather(*(post(office, "/cases", OPENING, "key-1") for _ in range(5)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert office.cases.recorder.max_notification_id() == 2


async def test_a_crash_before_the_key_was_kept_is_healed(office: Office) -> None:
    """The event was committed, its answer was not: the repeat finds it and answers as the first would have."""
    case = office.open_case()
    await post(office, f"/cases/{case}/suspend", {"reason": "x"}, "key-1")
    opened = await post(office, "/cases", OPENING, "key-2")
    before = office.cases.recorder.max_notification_id()
    with connect(office.url) as connection:
        connection.execute("DELETE FROM office.idempotency_keys")
    again = await post(office, f"/cases/{case}/suspend", {"reason": "x"}, "key-1")

    assert (again.status_code, again.json()["effect"]) == (200, "counted")
    assert (await post(office, "/cases", OPENING, "key-2")).json() == opened.json()
    assert office.cases.recorder.max_notification_id() == before


async def test_a_refusal_is_not_remembered_under_its_key(office: Office) -> None:
    """Nothing was written: the same key may be sent again when things have changed."""
    case = office.open_case()
    early = await post(office, f"/cases/{case}/resume", {}, "key-1")
    office.cases.suspend(case, office.command(), "x")

    assert early.status_code == 409
    assert (await post(office, f"/cases/{case}/resume", {}, "key-1")).status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "æ".encode("latin-1").decode("latin-1")])
async def test_a_key_that_cannot_be_is_refused(office: Office, key: str) -> None:
    """Empty, too long, or not plain."""
    headers = [*office.token().items(), ("Idempotency-Key", key.encode("latin-1"))]
    response = await office.client.post(f"{API}/cases", json=OPENING, headers=headers)  # type: ignore[arg-type]

    assert response.status_code == 422


async def test_a_reader_learns_neither_caller_nor_key(office: Office) -> None:
    """An answer's message id is a digest of both, the same at a repeat and another for every other key."""
    case = office.open_case()
    told = {"body": "dassos", "outcome": "approved", "decided_on": "2025-03-18"}
    await post(office, f"/cases/{case}/answers", told, "hemmelig-1")
    answered = next(e for e in office.cases.history(case) if type(e).TOPIC == "case.answer_recorded")
    office.cases.advance(case)
    await post(office, f"/cases/{case}/answers", {**told, "body": "kd-net"}, "hemmelig-2")
    ids = [
        answer.message_id for round_ in office.cases.get(case).rounds.values() for answer in round_[0].answers.values()
    ]
    known = [each for each in ids if each]

    assert answered.command_id in known
    assert len(set(known)) == 2
    assert all(re.fullmatch("key:[0-9a-f]{32}", each) for each in known)


async def test_reads_go_on_while_many_keyed_posts_wait(office: Office) -> None:
    """What holds their keys is not what reads go through."""
    token, begun, gate = office.token(), threading.Event(), threading.Event()
    opening = office.cases.open

    def wait_and_open(*given: Any, **facts: Any) -> Any:
        begun.set()
        gate.wait(20)
        return opening(*given, **facts)

    office.cases.open = wait_and_open  # type: ignore[method-assign]
    posts = [
        asyncio.create_task(
            office.client.post(f"{API}/cases", json=OPENING, headers={**token, "Idempotency-Key": f"k{number}"})
        )
        for number in range(20)
    ]
    await asyncio.to_thread(begun.wait, 10)
    try:
        reading = await asyncio.wait_for(office.client.get(f"{API}/cases", headers=token), 2)
    finally:
        gate.set()
        statuses = {answer.status_code for answer in await asyncio.gather(*posts)}

    assert reading.status_code == 200
    assert statuses <= {201, 503}


async def test_bodies_are_reminded_by_hand(office: Office) -> None:
    """The case tells whom and when, and what its rules will say next; a second time on the day is refused."""
    case = office.open_case()
    reminded = await post(office, f"/cases/{case}/remind", {"bodies": ["dassos"], "step": "dassos"})
    again = await post(office, f"/cases/{case}/remind", {})
    office.project()
    step = (await office.client.get(f"/api/v1/cases/{case}", headers=office.token())).json()["steps"][0]

    assert (reminded.status_code, reminded.json()["effect"]) == (200, "counted")
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "bodies")
    (sent,) = step["reminders"]
    assert (sent["to"], sent["bodies"], sent["told"], sent["by_hand"]) == ("bodies", ["dassos"], ["dassos"], True)
    assert [(one["at"], one["to"], one["bodies"]) for one in step["coming_reminders"]] == [
        ("2025-03-21T07:00:00.000000Z", "bodies", ["dassos"]),
        ("2025-03-26T07:00:00.000000Z", "bodies", ["dassos"]),
    ]


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ({"bodies": ["kd-net"]}, 409, "bodies"),
        ({"bodies": "dassos"}, 422, "bodies"),
        ({"step": "kkr"}, 422, "step"),
        ({"body": "dassos"}, 422, "body"),
    ],
)
async def test_a_reminder_of_nobody_is_refused_by_its_field(
    office: Office, asked: dict[str, Any], status: int, field: str
) -> None:
    """And nothing is written."""
    case = office.open_case()
    before = office.events(case)

    refused = await post(office, f"/cases/{case}/remind", asked)

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (status, field)
    assert office.events(case) == before


async def test_a_body_is_added_and_released(office: Office) -> None:
    """In a step that is open; each command answers as a webhook does."""
    case = office.open_case()
    asked = {"step": "dassos", "body": "skive", "reason": "Berørt"}
    added = await post(office, f"/cases/{case}/bodies", asked)
    again = await post(office, f"/cases/{case}/bodies", asked)
    released = await post(office, f"/cases/{case}/bodies/release", {**asked, "body": "dassos"})

    assert (added.status_code, added.json()["effect"]) == (200, "counted")
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "body")
    assert (released.status_code, released.json()["effect"]) == (200, "counted")
    assert office.cases.get(case).waiting_for() == ["skive"]
    assert office.events(case)[-2:] == ["case.body_added", "case.body_released"]


@pytest.mark.parametrize(
    ("path", "change", "status", "field"),
    [
        ("", {"body": "atlantis"}, 422, "body"),
        ("", {"step": "x"}, 422, "step"),
        ("", {"reason": " "}, 422, "reason"),
        ("", {"reason": None}, 422, "reason"),
        ("/release", {"body": "skive"}, 422, "body"),
        ("/release", {"body": "dassos"}, 409, "body"),
    ],
)
async def test_whom_a_step_cannot_ask_is_refused_by_its_field(
    office: Office, path: str, change: dict[str, Any], status: int, field: str
) -> None:
    """A body or step that is none, no reason, a body not asked, and the last one."""
    asked = {"step": "dassos", "body": "odder", "reason": "Berørt", **change}
    response = await post(office, f"/cases/{office.open_case()}/bodies{path}", asked)

    assert (response.status_code, response.json()["errors"][0]["field"]) == (status, field), response.text


async def test_an_attribute_is_set(office: Office) -> None:
    """With a reason; the case shows it, and the timeline tells it."""
    case = office.open_case(route="samarbejdsaftale", attributes={"hearing_by": "2025-06-01"})
    body = {"attribute": "in_force_on", "value": "2025-09-01", "reason": "ventes"}
    response = await post(office, f"/cases/{case}/attributes", body, "set-1")
    again = await post(office, f"/cases/{case}/attributes", body, "set-1")

    assert (response.status_code, response.json()["effect"]) == (200, "counted")
    assert again.json() == response.json()
    assert office.cases.get(case).attributes["in_force_on"] == "2025-09-01"
    assert office.events(case).count("case.attribute_set") == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"attribute": "places", "value": 3, "reason": "x"}, 422, "attribute"),
        ({"attribute": "in_force_on", "value": "snart", "reason": "x"}, 422, "value"),
        ({"attribute": "in_force_on", "value": None, "reason": "x"}, 422, "value"),
        ({"attribute": "in_force_on", "value": {"a": 1}, "reason": "x"}, 422, "value"),
        ({"attribute": "in_force_on", "reason": "x"}, 422, "value"),
        ({"attribute": "in_force_on", "value": "2025-09-01"}, 422, "reason"),
        ({"attribute": "hearing_by", "value": "2025-06-01", "reason": "x"}, 409, "value"),
    ],
)
async def test_an_attribute_that_cannot_be_is_refused(
    office: Office, body: dict[str, Any], status: int, field: str
) -> None:
    """By its field."""
    case = office.open_case(route="samarbejdsaftale", attributes={"hearing_by": "2025-06-01"})
    response = await post(office, f"/cases/{case}/attributes", body)

    assert (response.status_code, response.json()["errors"][0]["field"]) == (status, field), response.text


NEWER = """
id = "orientering"
version = 2
name = { da = "Orientering", en = "Orientation" }
source = "Med en opfølgning."
ending = { status = "completed", result_of = "note" }

[[steps]]
id = "note"
name = { da = "Tager til efterretning", en = "Notes it" }
ask = "note"
bodies = ["dassos"]
mode = "meeting"

[[steps]]
id = "again"
name = { da = "Følger op", en = "Follows up" }
ask = "note"
bodies = ["dassos"]
mode = "meeting"
after = ["note"]
opens_after_days = 180
"""


async def test_a_case_moves_to_a_newer_version(database: Database, tmp_path: Path) -> None:
    """Where its steps allow it; where not, every reason stands in the problem."""
    folder = tmp_path / "organisation"
    shutil.copytree(MIDTJYLLAND, folder)
    async with running_office(database.service_url, tmp_path / "data") as office:
        moving, hindered = office.open_case(route="orientering"), office.open_case(route="orientering")
    newer = folder / "routes" / "orientering.v2.toml"
    newer.write_text(NEWER.replace("asks_concerned = true\n", ""), "utf-8")
    async with running_office(database.service_url, tmp_path / "data", organisation=folder) as office:
        moved = await post(office, f"/cases/{moving}/migrate", {"to_version": 2, "reason": "opfølgning"})
        none = await post(office, f"/cases/{moving}/migrate", {"to_version": 7})
        known = (await office.client.get(f"{API}/routes", headers=office.token())).json()["items"]
        assert office.cases.get(moving).route.version == 2
    newer.write_text(NEWER.replace('"note"\nbodies', '"approve"\nbodies').replace('["dassos"]', '["kd-net"]'), "utf-8")
    async with running_office(database.service_url, tmp_path / "data", organisation=folder) as office:
        refused = await post(office, f"/cases/{hindered}/migrate", {"to_version": 2})

    assert (moved.status_code, moved.json()["effect"]) == (200, "counted")
    assert (none.status_code, none.json()["errors"][0]["field"]) == (422, "to_version")
    assert {route["id"]: route["versions"] for route in known}["orientering"] == [1, 2]
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/several_conflicts")
    assert [error["what"] for error in refused.json()["errors"]] == [
        "the step 'note' has begun with 'note', and the new version asks 'approve'",
        "the step 'note' has asked or heard dassos, whom the new version does not ask",
    ]


async def test_a_waiting_step_and_an_entry_into_force_are_in_the_document(office: Office) -> None:
    """As the case's keys say."""
    case = office.open_case(
        route="samarbejdsaftale", attributes={"hearing_by": "2025-06-01", "in_force_on": "2026-01-01"}
    )
    document = (await office.client.get(f"{API}/cases/{case}", headers=office.token())).json()

    assert document["entry_into_force"]["expected_on"] == "2026-01-01"
    assert document["replaces"] == {"text": "aftalen fra 2011", "case": None}
    assert {"opens_on", "awaits_date"} <= document["steps"][0].keys()


TWICE = """
id = "twice"
version = 1
name = { da = "To spørgsmål", en = "Two questions" }
source = "a route of this test"
ending = { result_of = "first", status = "completed" }

[[steps]]
id = "first"
name = { da = "Første", en = "First" }
ask = "note"
mode = "own_process"
bodies = ["skive"]

[[steps]]
id = "second"
name = { da = "Andet", en = "Second" }
ask = "note"
mode = "own_process"
bodies = ["skive"]
"""


async def test_an_answer_that_could_mean_two_steps_is_refused(database: Database, tmp_path: Path) -> None:
    """By the field that would tell; with it, the answer is taken."""
    folder = tmp_path / "organisation"
    shutil.copytree(MIDTJYLLAND, folder)
    (folder / "routes" / "twice.toml").write_text(TWICE, "utf-8")
    async with running_office(database.service_url, tmp_path / "data", organisation=folder) as office:
        case = office.open_case(route="twice")
        refused = await office.send("skive", decision(case, "noted"))
        taken = await office.send("skive", decision(case, "noted", step="second"))

    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/ambiguous_step")
    assert refused.json()["errors"][0]["field"].endswith("step")
    assert (taken.status_code, taken.json()["effect"]) == (200, "counted")
