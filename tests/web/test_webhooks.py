# SPDX-License-Identifier: EUPL-1.2
"""Webhooks in: every row of the contract's table, over HTTP, on a real PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from runtime.clock import real_now
from tests.web.office import API, Office, decision, delay
from web.access import valid_secrets
from web.bounds import MessageRate
from web.webhooks import MAX_WEBHOOK

APPROVED = ("dassos", "kd-net", "kkr-midtjylland")


async def test_what_the_route_lets_another_one_decide_is_a_recommendation(office: Office) -> None:
    """A chair alone cannot take an orientation to note: it is kept, and the municipality is still awaited."""
    case = office.open_case(*APPROVED)
    dissent = [{"who": "N. Nielsen", "unknown": 4}]
    response = await office.send("viborg", decision(case, "noted", decided_by="chair", dissent=dissent))

    assert (response.status_code, response.json()["effect"]) == (200, "recommendation")
    place = office.cases.get(case).current("councils").answers["viborg"]
    assert place.recommendation is not None
    assert place.recommendation.dissent == [{"who": "N. Nielsen", "text": None}]
    assert "viborg" in office.cases.get(case).waiting_for()


async def test_a_body_cannot_say_that_the_minutes_are_silent(office: Office) -> None:
    """That is the secretariat's word."""
    case = office.open_case(*APPROVED)
    response = await office.send("viborg", decision(case, "not_recorded"))

    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "outcome")


async def test_an_answer_is_counted_and_committed(office: Office) -> None:
    """The answer names the event's place in the log."""
    case = office.open_case()
    response = await office.send("dassos", decision(case))

    assert response.status_code == 200
    newest = office.cases.history(case)
    position = office.cases.position(case, [*newest][-1].originator_version)
    assert response.json() == {"accepted": True, "effect": "counted", "case": str(case), "position": position}


async def test_the_librarys_own_message_is_taken(office: Office) -> None:
    """As a council's system that uses the Standard Webhooks library sends it."""
    case, at = office.open_case(), datetime.now(UTC)
    body = json.dumps(decision(case))
    headers = {
        "webhook-id": "msg_library",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(office.secret("dassos")).sign("msg_library", at, body),
        "content-type": "application/json; charset=utf-8",
    }
    response = await office.client.post(f"{API}/webhooks/dassos", content=body, headers=headers)

    assert response.json()["effect"] == "counted"


async def test_the_same_id_twice_writes_one_event(office: Office) -> None:
    """The second is `repeated` with the first's place."""
    case = office.open_case()
    first = await office.send("dassos", decision(case), "msg_same")
    second = await office.send("dassos", decision(case), "msg_same")

    assert second.status_code == 200
    assert second.json() == {**first.json(), "effect": "repeated"}
    assert office.events(case).count("case.answer_recorded") == 1


async def test_a_council_may_answer_before_its_step_opens(office: Office) -> None:
    """The answer is `early`, and counts when the step opens."""
    case = office.open_case()
    response = await office.send("lemvig", decision(case, "noted", decided_by="committee"))

    assert response.json()["effect"] == "early"


async def test_an_answer_to_a_completed_step_is_late(office: Office) -> None:
    """It is kept and shown, without effect on the step's result."""
    case = office.open_case(*APPROVED)
    office.cases.submit(case, office.command())
    office.cases.advance(case)
    response = await office.send("norddjurs", decision(case, "noted"))

    assert response.json()["effect"] == "late"
    assert office.cases.get(case).current("councils").result == "closed_by_submission"


async def test_a_delay_is_taken(office: Office) -> None:
    """With the date on which the body expects to decide."""
    case = office.open_case(*APPROVED)
    response = await office.send("norddjurs", delay(case, expected_on="2025-06-04"))

    assert response.json()["effect"] == "counted"
    answer = office.cases.get(case).current("councils").answers["norddjurs"]
    assert (answer.state, answer.expected_on) == ("delayed", "2025-06-04")


async def test_an_answer_is_corrected_by_a_new_message(office: Office) -> None:
    """That names the wrong one's webhook-id."""
    case = office.open_case(*APPROVED)
    await office.send("viborg", decision(case, "noted"), "msg_wrong")
    payload = decision(case, "noted_with_remarks", "decision.corrected", corrects="msg_wrong", remark="Med bemærkning")
    response = await office.send("viborg", payload)

    assert response.json()["effect"] == "counted"
    answer = office.cases.get(case).current("councils").answers["viborg"]
    assert (answer.outcome, answer.corrected, answer.source) == ("noted_with_remarks", True, "webhook")


async def test_a_ping_writes_nothing(office: Office) -> None:
    """It is for a council's IT to try its set-up."""
    response = await office.send("viborg", {"type": "ping", "timestamp": "2025-03-18T08:00:00Z", "data": {}})

    assert (response.status_code, response.json()["accepted"]) == (200, True)
    assert office.cases.recorder.max_notification_id() is None


async def test_a_suspended_case_takes_answers(office: Office) -> None:
    """They are counted; only the process waits."""
    case = office.open_case()
    office.cases.suspend(case, office.command(), "Afventer")
    response = await office.send("dassos", decision(case))

    assert response.json()["effect"] == "counted"


BROKEN = [
    b"",
    b"{",
    b"\xff\xfe",
    b'{"type": "ping", "type": "ping"}',
    b'{"type": "ping", "data": {"x": NaN}}',
    b'{"type": "ping", "data": {"x": -Infinity}}',
    b'{"type": "ping", "data": {"x": ' + b"9" * 5000 + b"}}",
    b"[" * 60_000,
    b'{"data":' * 7000 + b"1" + b"}" * 7000,
    b'{"type": "ping", "data": ' + b"[" * 30 + b"]" * 30 + b"}",
    json.dumps({"type": "ping"}).encode("utf-16"),
    b'\xef\xbb\xbf{"type": "ping"}',
]


@pytest.mark.parametrize("body", BROKEN, ids=[repr(body[:24]) for body in BROKEN])
async def test_what_is_not_json_is_a_bad_request(office: Office, body: bytes) -> None:
    """Whatever trap it holds."""
    response = await office.send("dassos", body)

    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
async def test_a_missing_header_is_a_bad_request(office: Office, missing: str) -> None:
    """Which names the header."""
    response = await office.send("dassos", decision(uuid4()), **{missing: ""})

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == missing


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"type": "decision.unmade", "data": {}}, "type"),
    ({"data": {}}, "type"),
    ({"type": "decision.made", "timestamp": 5, "data": {}}, "timestamp"),
    ({"type": "decision.made", "data": []}, "data"),
    ({"type": "decision.made", "data": {"outcome": "approved"}}, "data.case"),
    (decision("CASE", None), "data.outcome"),  # type: ignore[arg-type]
    (decision("CASE", "noted"), "outcome"),
    (decision("CASE", "delayed"), "data.outcome"),
    (decision("CASE", decided_on="2025-02-30"), "data.decided_on"),
    (decision("CASE", decided_on="18-03-2025"), "data.decided_on"),
    (decision("CASE", decided_on=1742256000), "data.decided_on"),
    (decision("CASE", decided_on="2025-03-18T00:00:00"), "data.decided_on"),
    (decision("CASE", decided_on="2025-03-19"), "decided_on"),
    (decision("CASE", decided_on=None), "decided_on"),
    (decision("CASE", decided_by="mayor"), "decided_by"),
    (decision("CASE", version="1"), "data.version"),
    (decision("CASE", version=True), "data.version"),
    (decision("CASE", version=0), "data.version"),
    (decision("CASE", version=10**20), "data.version"),
    (decision("CASE", remark="x" * 4001), "data.remark"),
    (decision("CASE", reference="x" * 201), "data.reference"),
    (decision("CASE", remark="a\x00b"), "data.remark"),
    (decision("CASE", remark="\ud800"), "data.remark"),
    (decision("CASE", supports="yes"), "data.supports"),
    (decision("CASE", step="councils"), "step"),
    (decision("CASE", step="no-such"), "step"),
    (decision("CASE", kind="decision.corrected"), "data.corrects"),
    (decision("CASE", kind="decision.corrected", corrects="msg_none"), "corrects"),
    (delay("CASE", expected_on="soon"), "data.expected_on"),
]


@pytest.mark.parametrize(
    ("payload", "field"), IMPOSSIBLE, ids=[f"{n}-{field}" for n, (_, field) in enumerate(IMPOSSIBLE)]
)
async def test_what_cannot_be_is_refused_by_its_field(office: Office, payload: dict[str, Any], field: str) -> None:
    """With what is wrong and how to mend it, and nothing written."""
    case = office.open_case()
    before = office.events(case)
    if isinstance(payload["data"], dict) and payload["data"].get("case") == "CASE":
        payload = {**payload, "data": {**payload["data"], "case": str(case)}}
    response = await office.send("dassos", payload)

    assert response.status_code == 422, response.text
    error = response.json()["errors"][0]
    assert error["field"] == field
    assert error["what"]
    assert error["mend"]
    assert office.events(case) == before


async def test_keys_that_we_do_not_know_are_let_pass(office: Office) -> None:
    """As Standard Webhooks asks of receivers."""
    case = office.open_case()
    response = await office.send("dassos", {**decision(case, agenda_item="14"), "extra": {"a": [1]}})

    assert response.status_code == 200


async def test_a_wrong_signature_says_no_more_than_that(office: Office) -> None:
    """The same words for a wrong secret, an unknown body, a body without a secret, and a body that cannot be."""
    case, other = office.open_case(), office.secret("viborg")
    office.secret("dassos")
    wrong = [await office.send(body, decision(case), secret=other) for body in ("dassos", "nobody", "kd-net", "%00")]

    assert {response.status_code for response in wrong} == {401}
    assert len({response.text for response in wrong}) == 1


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_an_old_or_future_message_is_refused(office: Office, minutes: int) -> None:
    """By real time: here the office's clock shows 2025."""
    at = real_now() + timedelta(minutes=minutes)
    response = await office.send("dassos", decision(uuid4()), **{"webhook-timestamp": str(int(at.timestamp()))})

    assert response.status_code == 401


async def test_signature_comes_before_everything_in_the_body(office: Office) -> None:
    """Who has no secret learns nothing of what we would say to a message."""
    response = await office.send("dassos", b"{", secret=office.secret("viborg"))

    assert response.status_code == 401


async def test_a_rotated_secret_stays_good_for_its_time(office: Office) -> None:
    """And the new one is good at once."""
    case, old = office.open_case(), office.secret("dassos")
    new = office.secret("dassos", rotate=True)

    assert old != new
    assert (await office.send("dassos", decision(case), "msg_1", old)).status_code == 200
    assert (await office.send("dassos", decision(case), "msg_1", new)).status_code == 200
    in_a_month = real_now() + timedelta(days=30)
    assert len(await valid_secrets(office.services.pool, "dassos", in_a_month)) == 1


async def test_a_case_of_others_looks_like_none(office: Office) -> None:
    """A council cannot learn whether a case exists that does not ask it."""
    orientation = office.open_case(route="orientering")
    answers = [await office.send("viborg", decision(case, "noted")) for case in (orientation, uuid4(), "no-uuid")]

    assert {response.status_code for response in answers} == {404}
    assert len({response.text for response in answers}) == 1


async def test_a_council_cannot_answer_for_another(office: Office) -> None:
    """The body is the one whose secret signed; naming another in the message changes nothing."""
    case = office.open_case(*APPROVED)
    await office.send("viborg", decision(case, "noted", body="skive"))
    answers = office.cases.get(case).current("councils").answers

    assert (answers["viborg"].state, answers["skive"].state) == ("answered", "awaiting")
    assert (await office.send("skive", decision(case, "noted"), secret=office.secret("viborg"))).status_code == 401


async def test_a_council_cannot_correct_anothers_answer(office: Office) -> None:
    """Its message ids are its own."""
    case = office.open_case(*APPROVED)
    await office.send("skive", decision(case, "noted"), "msg_skive")
    payload = decision(case, "noted_with_remarks", "decision.corrected", corrects="msg_skive")

    assert (await office.send("viborg", payload)).status_code == 422


async def test_the_same_id_of_two_bodies_is_two_messages(office: Office) -> None:
    """Ids are remembered by body and case."""
    case = office.open_case(*APPROVED)
    effects = [(await office.send(b, decision(case, "noted"), "msg_1")).json()["effect"] for b in ("viborg", "skive")]

    assert effects == ["counted", "counted"]


async def test_a_second_answer_is_a_conflict(office: Office) -> None:
    """That says to correct the first."""
    case = office.open_case(*APPROVED)
    await office.send("viborg", decision(case, "noted"))
    response = await office.send("viborg", decision(case, "noted"))

    assert response.status_code == 409
    assert "correct" in response.json()["detail"]


async def test_a_withdrawn_case_is_a_conflict(office: Office) -> None:
    """Nothing more is to be done."""
    case = office.open_case()
    office.cases.withdraw(case, office.command(), "Trukket")

    assert (await office.send("dassos", decision(case))).status_code == 409


async def test_a_refused_message_is_not_remembered(office: Office) -> None:
    """Sent again, mended, with the same id, it is taken."""
    case = office.open_case()
    await office.send("dassos", decision(case, "noted"), "msg_1")

    assert (await office.send("dassos", decision(case), "msg_1")).json()["effect"] == "counted"


@pytest.mark.parametrize("said", [True, False])
async def test_a_message_over_64_kib_is_too_large(office: Office, said: bool) -> None:  # noqa: FBT001
    """Whether it says its length or comes in chunks; no more than the limit is read."""
    taken = 0

    async def chunks() -> Any:
        nonlocal taken
        for _ in range(100):
            taken += 8192
            yield b"x" * 8192

    content: Any = b"x" * (MAX_WEBHOOK + 1) if said else chunks()
    headers = {"content-type": "application/json"}
    response = await office.client.post(f"{API}/webhooks/dassos", content=content, headers=headers)

    assert response.status_code == 413
    assert taken <= MAX_WEBHOOK + 2 * 8192


@pytest.mark.parametrize("media", ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonp"])
async def test_another_media_type_is_refused(office: Office, media: str) -> None:
    """Even with a good signature."""
    response = await office.send("dassos", decision(uuid4()), **{"content-type": media})

    assert response.status_code == 415


async def test_a_compressed_message_is_refused(office: Office) -> None:
    """The signature is over the bytes as they come."""
    response = await office.send("dassos", decision(uuid4()), **{"content-encoding": "gzip"})

    assert response.status_code == 415


async def test_too_many_messages_are_told_to_wait(office: Office) -> None:
    """By body: another one is not touched."""
    office.services.rate._a_minute = 2
    statuses = [(await office.send("viborg", {"type": "ping"})).status_code for _ in range(3)]
    refused = await office.send("viborg", {"type": "ping"})

    assert statuses == [200, 200, 429]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (await office.send("skive", {"type": "ping"})).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_another_method_is_refused(office: Office, method: str) -> None:
    """With a problem detail and the methods that are allowed."""
    response = await office.client.request(method, f"{API}/webhooks/dassos")

    assert (response.status_code, response.headers["allow"]) == (405, "OPTIONS, POST")
    assert response.json()["type"] == "/problems/method_not_allowed"


async def test_one_address_cannot_keep_the_signatures_busy(office: Office) -> None:
    """What comes too often from one address is refused before anything is read or asked of the database."""
    office.services.senders = MessageRate(2, real_now)
    statuses = [await office.client.post(f"{API}/webhooks/skive", content=b"forged") for _ in range(3)]

    assert [answer.status_code == 429 for answer in statuses] == [False, False, True]
    assert int(statuses[-1].headers["retry-after"]) > 0


def test_one_address_may_send_for_every_body(office: Office) -> None:
    """As all do that come through one proxy."""
    bodies, each = len(office.services.organisation.bodies), office.services.settings.webhooks_per_minute
    waits = [office.services.senders.seconds_to_wait("proxy") for _ in range(bodies * each)]

    assert max(waits) == 0


def test_senders_that_are_silent_are_forgotten() -> None:
    """However many addresses have sent something, only the last minute's are remembered."""
    now = [real_now()]
    rate = MessageRate(1, lambda: now[0])
    for number in range(100):
        rate.seconds_to_wait(str(number))
    now[0] += timedelta(minutes=1)
    rate.seconds_to_wait("new")

    assert list(rate._left) == ["new"]
