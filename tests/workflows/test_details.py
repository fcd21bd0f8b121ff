# SPDX-License-Identifier: EUPL-1.2
"""The story of a case as Temporal's own UI shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from domain.answering import Reply
from domain.cases import Cases
from domain.commands import Command
from tests.workflows.stage import ORGANISATION, SECRETARIAT, answer
from workflows.details import case_details

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def test_step_tells_who_is_awaited_until_when() -> None:
    """An open step names the bodies that it waits for and its due date."""
    cases, case_id = _opened("cu-afrapportering", deadline=date(2026, 5, 29))

    assert "- **DASSOS godkender**: åben, frist 2026-03-09\n    - afventer DASSOS" in _details(cases, case_id)


def test_step_of_several_bodies_tells_how_many_have_answered() -> None:
    """Two bodies are asked and one has answered."""
    cases, case_id = _opened("orientering", concerned=["dassos", "kd-net"])
    answer(cases, case_id, "kd-net", "noted")

    assert "åben, 1 af 2 har svaret" in _details(cases, case_id)


def test_interim_word_is_told() -> None:
    """A body that has postponed its decision is still awaited, and its word is shown."""
    cases, case_id = _opened("cu-afrapportering")
    answer(cases, case_id, "dassos", "postponed")

    assert "- **DASSOS godkender**: åben, udsat, frist 2026-03-09" in _details(cases, case_id)


def test_second_round_is_numbered() -> None:
    """A step that is asked again after a revision says which round it is in."""
    cases, case_id = _opened("cu-afrapportering")
    answer(cases, case_id, "dassos", "returned")
    cases.advance(case_id)
    cases.resubmit(case_id, Command.by(SECRETARIAT))

    assert "- **DASSOS godkender** (runde 2): åben" in _details(cases, case_id)


def test_what_is_blocked_is_told() -> None:
    """An agreement approved on condition cannot end, and says by which conditions."""
    cases, case_id = _opened("samarbejdsaftale", attributes={"hearing_by": "2026-03-31"})
    cases.answer(case_id, Command.by(SECRETARIAT), "dassos", Reply("approved_on_condition", TODAY), "secretariat")

    assert "- **Sagens afslutning** er spærret af betingelse 1" in _details(cases, case_id)


def test_status_is_told() -> None:
    """A suspended case says so beside its route and deadline."""
    cases, case_id = _opened("cu-afrapportering", deadline=date(2026, 5, 29))
    cases.suspend(case_id, Command.by(SECRETARIAT), "ferie")

    assert "Svar på central udmelding · sat i bero · frist 2026-05-29" in _details(cases, case_id)


def test_nobody_is_awaited_in_a_withdrawn_case() -> None:
    """The step stays as it was, but its bodies need not answer any more."""
    cases, case_id = _opened("cu-afrapportering")
    cases.advance(case_id)
    cases.withdraw(case_id, Command.by(SECRETARIAT), "bortfaldet")

    assert "afventer" not in _details(cases, case_id)


def test_words_of_people_cannot_mark_up_the_story() -> None:
    """A title is shown as it was written, links and emphasis included."""
    cases, case_id = _opened("orientering", title="*Haster* [her](http://x)")

    assert r"**\*Haster\* \[her\](http://x)**" in _details(cases, case_id)


def test_body_that_left_the_organisation_is_shown_by_its_id() -> None:
    """A case outlives the file that its bodies stood in."""
    cases, case_id = _opened("orientering", concerned=["das"])
    remaining = {key: body for key, body in ORGANISATION.bodies.items() if key != "das"}
    cases.organisation = replace(ORGANISATION, bodies=remaining)

    assert "afventer das" in _details(cases, case_id)


def _opened(route: str, title: str = "Afrapportering", **facts: Any) -> tuple[Cases, UUID]:
    cases = Cases(organisation=ORGANISATION, clock=lambda: NOW)
    return cases, cases.open(Command.by(SECRETARIAT), route=route, title=title, **facts).case_id


def _details(cases: Cases, case_id: UUID) -> str:
    return case_details(cases.advance(case_id).case, cases.organisation, TODAY)
