# SPDX-License-Identifier: EUPL-1.2
"""The secretariat's forms: who may use them, what they say beforehand, and that nothing is done by halves."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.answering import Reply
from tests.web.office import OPENED_ON, Office, decision
from tests.web.test_access import sign_in
from tests.web.test_pages import APPROVED, check
from web.actions import ACTIONS, PAPER

FORMS = [name for name in ACTIONS if name != PAPER.id]
COMING = re.compile(r'<ol class="coming">(.*?)</ol>', re.DOTALL)
GIVEN: dict[str, dict[str, str]] = {
    "answer": {"step": "councils", "body": "viborg", "outcome": "noted", "decided_on": "2025-03-18"},
    "submit": {"step": "submit", "submitted_on": "2025-03-18"},
    "extend": {"deadline": "2025-08-01", "reason": "Udsat"},
    "remind": {"body": "samsoe"},
    "add-body": {"step": "councils", "body": "regionsraadet", "reason": "Berørt"},
    "release-body": {"step": "councils", "body": "samsoe", "reason": "Ikke berørt"},
    "suspend": {"reason": "Afventer"},
    "withdraw": {"reason": "Bortfaldet"},
}
"""What each form that fits a case at its councils is filled in with."""
WRITTEN = {
    "answer": "case.answer_recorded",
    "submit": "case.answer_recorded",
    "extend": "case.deadline_extended",
    "remind": "case.bodies_reminded",
    "add-body": "case.body_added",
    "release-body": "case.body_released",
    "suspend": "case.suspended",
    "withdraw": "case.withdrawn",
}


@pytest.fixture
async def case(office: Office) -> UUID:
    """A case that waits for its councils."""
    found = office.open_case(*APPROVED, deadline=date(2025, 6, 1))
    office.project()
    return found


def address(case: UUID, action: str) -> str:
    """Where a form is."""
    return f"/cases/{case}/actions/{action}"


def confirmation(html: str) -> dict[str, str]:
    """What the confirmation page would send."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html[html.index("<main") :]))


@pytest.mark.parametrize("action", GIVEN)
async def test_each_form_tells_asks_and_acts(office: Office, case: UUID, action: str) -> None:
    """It says what will happen, writes nothing before it is confirmed, and then just once."""
    csrf, before = await sign_in(office), office.events(case)
    form = await office.client.get(address(case, action))
    told = await office.client.post(address(case, action), data={**GIVEN[action], "csrf": csrf})
    check(form.text)
    check(told.text)
    coming = COMING.findall(told.text)[0].count("<li>")

    assert office.events(case) == before
    for _ in range(2):
        done = await office.client.post(address(case, action), data=confirmation(told.text))
        assert done.status_code == 303
        assert done.headers["location"].startswith(f"/cases/{case}?done={action}&at_least=")
    assert office.events(case)[len(before) :] == [WRITTEN[action]]
    office.cases.advance(case)
    assert len(office.events(case)) - len(before) == coming


async def test_a_suspended_case_is_resumed_and_a_revision_resubmitted(office: Office) -> None:
    """By forms without fields."""
    csrf = await sign_in(office)
    suspended, returned = office.open_case(), office.open_case()
    office.cases.suspend(suspended, office.command(), "Afventer")
    office.cases.answer(returned, office.command(), "dassos", Reply("returned", OPENED_ON), "secretariat")
    office.cases.advance(returned)
    office.project()
    for case, action, written in (
        (suspended, "resume", "case.resumed"),
        (returned, "resubmit", "case.answer_recorded"),
    ):
        told = await office.client.post(address(case, action), data={"csrf": csrf})
        await office.client.post(address(case, action), data=confirmation(told.text))
        assert office.events(case)[-1] == written


async def test_whom_a_reminder_reaches_is_named_beforehand(office: Office, case: UUID) -> None:
    """Each by name, however many; afterwards the page tells it, and nobody is reminded again that day."""
    csrf, there = await sign_in(office), address(case, "remind")
    told = await office.client.post(there, data={"csrf": csrf})
    coming = COMING.findall(told.text)[0]
    await office.client.post(there, data=confirmation(told.text))
    office.project()

    assert all(name in coming for name in ("Favrskov Kommune", "Samsø Kommune", "Aarhus Kommune"))
    assert "1 påmindelse sendt" in (await office.client.get(f"/cases/{case}")).text
    again = await office.client.post(there, data={"csrf": csrf})
    assert (again.status_code, "Er allerede mindet om det i dag." in again.text) == (409, True)


async def test_an_answer_is_corrected_by_the_same_form(office: Office, case: UUID) -> None:
    """What the body said before is named, and the log keeps it."""
    await office.send("viborg", decision(case, "noted"), "m1")
    office.project()
    csrf = await sign_in(office)
    there = address(case, "answer")
    form = await office.client.get(f"{there}?step=councils&body=viborg")
    data = {**GIVEN["answer"], "outcome": "noted_with_remarks", "remark": "Rettet", "csrf": csrf}
    told = await office.client.post(there, data=data)
    await office.client.post(there, data=confirmation(told.text))

    assert "Retter svaret" in form.text
    assert "har rettet sit svar" in told.text
    assert office.events(case)[-1] == "case.answer_corrected"


async def test_a_correction_keeps_conditions_and_tasks(office: Office) -> None:
    """The form has no place for them, and what a correction leaves out would be withdrawn."""
    case, csrf = office.open_case(), await sign_in(office)
    added: dict[str, Any] = {"conditions": [{"text": "Økonomi"}], "tasks": [{"text": "Skriv", "due": "2025-05-01"}]}
    await office.send("dassos", decision(case, "approved_on_condition", **added))
    office.project()
    data = {
        "step": "dassos",
        "body": "dassos",
        "outcome": "approved_on_condition",
        "decided_on": "2025-03-17",
        "csrf": csrf,
    }
    told = await office.client.post(address(case, "answer"), data=data)
    await office.client.post(address(case, "answer"), data=confirmation(told.text))
    found = office.cases.get(case)

    assert office.events(case)[-1] == "case.answer_corrected"
    assert [(c.number, c.text, c.is_open) for c in found.conditions] == [(1, "Økonomi", True)]
    assert [(t.number, t.text, t.due, t.is_open) for t in found.tasks] == [(1, "Skriv", "2025-05-01", True)]


async def test_a_delay_is_recorded(office: Office, case: UUID) -> None:
    """With the day on which the answer is expected; the date decided is none."""
    csrf = await sign_in(office)
    data = {**GIVEN["answer"], "outcome": "delayed", "expected_on": "2025-06-04", "csrf": csrf}
    told = await office.client.post(address(case, "answer"), data=data)
    await office.client.post(address(case, "answer"), data=confirmation(told.text))

    assert office.events(case)[-1] == "case.delay_reported"


@pytest.mark.parametrize("role", ["leadership", "auditor"])
async def test_who_only_reads_sees_no_forms(office: Office, case: UUID, role: str) -> None:
    """No link leads to them, and they are refused."""
    csrf = await sign_in(office, role)
    html = (await office.client.get(f"/cases/{case}")).text

    assert "/actions/" not in html
    for action in ACTIONS:
        refused = await office.client.get(address(case, action), headers={"Accept": "text/html"})
        assert refused.status_code == 403
    posts = [(address(case, "withdraw"), {"reason": "x"}), (f"/cases/{case}/papers", {})]
    for path, data in posts:
        assert (await office.client.post(path, data={**data, "csrf": csrf})).status_code == 403


async def test_a_stranger_is_shown_the_way_in(office: Office, case: UUID) -> None:
    """At every new page."""
    paths = ["/bodies", "/bodies/dassos", "/export/cases.csv", "/export/cases.xlsx"]
    for path in [*paths, *(address(case, action) for action in ACTIONS)]:
        assert (await office.client.get(path)).headers["location"].startswith("/signin")


async def test_a_form_from_elsewhere_is_refused(office: Office, case: UUID) -> None:
    """Another site can send the cookie, but not the token."""
    await sign_in(office)
    for data in (GIVEN["withdraw"], {**GIVEN["withdraw"], "csrf": "x"}, {**GIVEN["withdraw"], "confirmed": "x"}):
        assert (await office.client.post(address(case, "withdraw"), data=data)).status_code == 403
    files = {"file": ("a.txt", b"x")}
    assert (await office.client.post(f"/cases/{case}/papers", files=files, data={"csrf": "x"})).status_code == 403
    assert "case.withdrawn" not in office.events(case)


@pytest.mark.parametrize(
    ("action", "data", "place"),
    [
        ("extend", {"deadline": "2025-13-45", "reason": "x"}, 'id="error-deadline"'),
        ("extend", {"deadline": "2025-08-01"}, 'id="error-reason"'),
        ("withdraw", {"reason": "x" * 4001}, 'id="error-reason"'),
        ("withdraw", {"reason": "\u202e"}, 'id="error-reason"'),
        ("answer", {**GIVEN["answer"], "outcome": "approved"}, 'id="error-outcome"'),
        ("answer", {**GIVEN["answer"], "body": "nobody"}, 'role="alert"'),
        ("answer", {**GIVEN["answer"], "expected_on": "x"}, 'id="error-expected_on"'),
        ("submit", {"step": "dassos", "submitted_on": "2025-03-18"}, 'id="error-step"'),
    ],
)
async def test_what_cannot_be_is_said_and_kept(
    office: Office, case: UUID, action: str, data: dict[str, str], place: str
) -> None:
    """The form comes back with what was written, and nothing is done."""
    csrf, before = await sign_in(office), office.events(case)
    for more in ({}, {"confirmed": "abc"}):
        page = await office.client.post(address(case, action), data={**data, **more, "csrf": csrf})
        check(page.text)
        assert 400 <= page.status_code < 500
        assert place in page.text
    assert office.events(case) == before


async def test_what_does_not_fit_is_refused(office: Office, case: UUID) -> None:
    """As the case stands; and what there is not is not there."""
    await sign_in(office)
    statuses = {name: (await office.client.get(address(case, name))).status_code for name in (*ACTIONS, "nothing")}

    fitting = {
        *GIVEN,
        *("paper", "inquire", "decide", "set-condition", "make-link"),
    }
    assert statuses == {**{name: 200 if name in fitting else 409 for name in ACTIONS}, "nothing": 404}


async def test_a_paper_is_taken_by_form(office: Office, case: UUID) -> None:
    """And a form without one is shown again with what is wrong."""
    csrf = await sign_in(office)
    files = {"file": ("høring.pdf", b"%PDF")}
    taken = await office.client.post(f"/cases/{case}/papers", files=files, data={"csrf": csrf, "sure": "1"})
    empty = await office.client.post(
        f"/cases/{case}/papers", files={"file": ("", b"")}, data={"csrf": csrf}, headers={"Accept": "text/html"}
    )

    assert taken.status_code == 303
    assert office.events(case)[-1] == "case.paper_added"
    assert empty.status_code == 422
    check(empty.text)
