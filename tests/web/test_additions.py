# SPDX-License-Identifier: EUPL-1.2
"""Conditions, tasks and unasked decisions over HTTP and on the case's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.web.office import API, Office, decision
from tests.web.test_access import sign_in
from tests.web.test_commands import post
from tests.web.test_pages import check

CONDITION = {"text": "Målgruppens størrelse oplyses", "kind": "material", "responsible": "secretariat"}
TASK = {"text": "Eksempler indsendes", "responsible": "Kommunerne", "contact": "Anna", "due": "2025-03-17"}


async def read(office: Office, case: UUID) -> dict[str, Any]:
    """The case as the API shows it."""
    office.project()
    response = await office.client.get(f"{API}/cases/{case}", headers=office.token())
    assert response.status_code == 200
    return dict(response.json())


async def test_a_webhook_carries_conditions_and_tasks(office: Office) -> None:
    """They stand on the case, named by the answer that brought them; a past due task is overdue."""
    case = office.open_case()
    sent = decision(case, "approved_on_condition", conditions=[{**CONDITION, "more": 1}], tasks=[TASK])

    assert (await office.send("dassos", sent, "m1")).status_code == 200

    found = await read(office, case)
    (condition,), (task,) = found["conditions"], found["tasks"]
    assert (condition["text"], condition["kind"], condition["body"]) == (CONDITION["text"], "material", "dassos")
    assert (task["due"], task["contact"], task["state"], task["overdue"]) == ("2025-03-17", "Anna", "open", True)
    answer = found["steps"][0]["answers"][0]
    assert (answer["conditions"], answer["tasks"], found["overdue"]) == ([1], [1], False)


async def test_a_corrected_webhook_withdraws_what_it_no_longer_lists(office: Office) -> None:
    """And the answer names it no more."""
    case = office.open_case()
    await office.send("dassos", decision(case, "approved_on_condition"), "m1")
    await office.send("dassos", decision(case, kind="decision.corrected", corrects="m1"), "m2")

    found = await read(office, case)
    assert [(c["text"], c["state"], c["withdrawn_by"]) for c in found["conditions"]] == [(None, "withdrawn", "m2")]
    assert found["steps"][0]["answers"][0]["conditions"] == []


async def test_the_secretariat_settles_what_was_added(office: Office) -> None:
    """Every command about conditions and tasks, and what the case says afterwards."""
    case = office.open_case()
    for name in ("a.pdf", "b.pdf"):
        office.cases.add_paper(case, office.command(), name=name, sha256="0" * 64, size=10)
    told = {"body": "dassos", "outcome": "approved", "decided_on": "2025-03-18"}
    added = {"conditions": [{"text": "x"}, {"text": "ikke x"}], "tasks": [TASK, TASK, {"text": "u"}]}
    decided = {"body": "takstgruppen", "text": "Nyt skema", "decided_on": "2025-03-18", "tasks": [TASK], "cancels": [3]}

    for path, body in (
        ("answers", {**told, **added}),
        ("conditions", {"body": "dassos", "text": "z", "kind": "editorial", "meeting": "2025-09-03"}),
        ("contradictions", {"conditions": [1, 2], "reason": "Begge kan ikke opfyldes"}),
        ("contradictions/1/settle", {"stand": [1], "reason": "Afklaret"}),
        ("conditions/1/meet", {"version": 2}),
        ("conditions/3/waive", {"reason": "Frafaldet"}),
        ("tasks/1/chase", {}),
        ("tasks/1/done", {"done_by": "Anna"}),
        ("tasks/2/cancel", {"reason": "Parkeret", "body": "dassos"}),
        ("decisions", decided),
    ):
        response = await post(office, f"/cases/{case}/{path}", body)
        assert (response.status_code, response.json().get("effect")) == (200, "counted"), (path, response.text)

    found = await read(office, case)
    assert [(c["state"], c["version"]) for c in found["conditions"]] == [("met", 2), ("waived", None), ("waived", None)]
    assert [(c["state"], c["stand"]) for c in found["contradictions"]] == [("settled", [1])]
    assert [t["state"] for t in found["tasks"]] == ["done", "cancelled", "cancelled", "open"]
    assert [(d["tasks"], d["cancels"]) for d in found["decisions"]] == [([4], [3])]


async def test_the_case_says_what_is_blocked(office: Office) -> None:
    """The ending of an agreement, and that the secretariat is waited for."""
    case = office.open_case(route="kommissorium")
    assert (await read(office, case))["blocked"] == []
    case = office.open_case(route="samarbejdsaftale", attributes={"hearing_by": "2025-06-30"})
    await post(office, f"/cases/{case}/answers", {"body": "dassos", "outcome": "approved_on_condition",
                                                  "decided_on": "2025-03-18"})  # fmt: skip

    found = await read(office, case)
    assert found["blocked"] == [{"step": None, "conditions": [1], "contradictions": []}]
    assert "secretariat" in found["waiting_for"]


REFUSED = [
    ("conditions", {"body": "dassos"}, 422, "text"),
    ("conditions", {"body": "dassos", "text": "x", "kind": "vigtig"}, 422, "kind"),
    ("conditions", {"body": "dassos", "text": "x"}, 422, "body"),
    ("conditions/1/meet", {"version": 1}, 404, "condition"),
    ("conditions/0/meet", {"version": 1}, 422, "number"),
    ("conditions/x/waive", {"reason": "x"}, 422, "number"),
    ("contradictions", {"conditions": [1]}, 422, "conditions"),
    ("contradictions/1/settle", {"stand": [], "reason": "x"}, 404, "contradiction"),
    ("tasks/1/chase", {}, 404, "task"),
    ("tasks/1/done", {"done_on": "i går"}, 422, "done_on"),
    ("tasks/1/cancel", {"reason": "x", "body": "atlantis"}, 422, "body"),
    ("decisions", {"body": "dassos", "text": "x"}, 422, "decided_on"),
    ("decisions", {"body": "dassos", "text": "x", "decided_on": "2025-03-18", "tasks": [{}]}, 422, "tasks.0.text"),
    ("decisions", {"body": "dassos", "text": "x", "decided_on": "2025-03-18", "tasks": [{"txt": 1}]}, 422,
     "tasks.0.text"),
    ("answers", {"body": "dassos", "outcome": "approved", "decided_on": "2025-03-18", "conditions": [{"text": " "}]},
     422, "conditions.0.text"),
    ("answers", {"body": "dassos", "outcome": "delayed", "tasks": [{"text": "x"}]}, 422, "conditions"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "status", "field"), REFUSED, ids=[f"{r[0]}-{n}" for n, r in enumerate(REFUSED)]
)
async def test_what_cannot_be_is_refused_by_its_field(
    office: Office, path: str, body: dict[str, Any], status: int, field: str
) -> None:
    """With the status that programs rely on."""
    response = await post(office, f"/cases/{office.open_case()}/{path}", body)

    assert (response.status_code, response.json()["errors"][0]["field"]) == (status, field), response.text


@pytest.mark.parametrize("role", ["leadership", "auditor"])
async def test_only_the_secretariat_writes(office: Office, role: str) -> None:
    """Others look."""
    response = await office.client.post(
        f"{API}/cases/{office.open_case()}/tasks/1/chase", json={}, headers=office.token(role)
    )

    assert response.status_code == 403


async def test_the_description_writes_conditions_and_tasks_out(office: Office) -> None:
    """No part of it points to something that is not there."""
    described = (await office.client.get("/openapi.json")).json()
    operation = described["paths"][f"{API}/cases/{{id}}/answers"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]

    assert schema["properties"]["conditions"]["items"]["properties"].keys() >= {"text", "kind", "due", "meeting"}
    assert "$defs" not in str(described)


async def test_the_page_shows_them(office: Office) -> None:
    """In Danish, unless English is chosen."""
    case = office.open_case(route="samarbejdsaftale", attributes={"hearing_by": "2025-06-30"})
    told = {"body": "dassos", "outcome": "approved_on_condition", "decided_on": "2025-03-18", "tasks": [TASK]}
    await post(office, f"/cases/{case}/answers", told)
    decided = {"body": "takstgruppen", "text": "Nyt <b>skema</b>", "decided_on": "2025-03-18", "cancels": [1]}
    await post(office, f"/cases/{case}/decisions", decided)
    office.project()
    await sign_in(office)

    page = (await office.client.get(f"/cases/{case}")).text
    check(page)

    for words in ("Betingelser", "Ikke oplyst", "Opgaver", "Aflyst", "Sagens afslutning", "er spærret",
                  "Takstgruppen", "Nyt &lt;b&gt;skema"):  # fmt: skip
        assert words in page
