# SPDX-License-Identifier: EUPL-1.2
"""Cases whose papers change on the way, and the written procedure that one member objects to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.case import StepState
from domain.following import outcome_so_far
from projections.as_of import case_as_of, parse_as_of
from projections.consents import consents
from projections.documents import Document
from tests.acceptance.test_routes_as_practised import agreement, all_answer, on
from tests.domain.desk import Desk

SEVEN = ("lemvig", "herning", "struer", "skive", "odder", "viborg", "silkeborg")
AGAIN = ("lemvig", "skive")


def adds(desk: Desk, day: str, name: str, **change: Any) -> None:
    """On a day the secretariat adds a version of the papers."""
    desk.let_pass(day)
    desk.commands("add_paper", name=name, sha256=f"{len(desk.case.papers):064}", size=10, **change)


def test_cu_2025_when_one_member_of_dassos_objects() -> None:
    """The procedure of 18 to 25 March ends on 20 March; DASSOS approves at its meeting, and the case goes on."""
    desk = Desk("2025-03-18")
    desk.open()
    desk.let_pass("2025-03-20")
    desk.answers("dassos", "objected", remark="Et medlem ønsker sagen drøftet på et møde")

    first, second = desk.case.round("dassos", 1), desk.round("dassos")
    assert (first.result, first.due) == ("objected", date(2025, 3, 25))
    assert (second.state, second.mode, second.due) == (StepState.OPEN, "meeting", None)
    assert desk.case.waiting_for() == ["dassos"]

    desk.let_pass("2025-04-20")
    assert "case.due_passed" not in desk.topics()
    on(desk, "2025-04-25", "dassos", "approved")

    assert desk.round("dassos").result == "approved"
    assert desk.case.waiting_for() == ["kd-net"]


@pytest.fixture(scope="module")
def changed() -> Desk:
    """The CU report with an editorial version after seven councils noted it, and one material for two of them."""
    desk = Desk("2025-03-18")
    desk.open()
    adds(desk, "2025-03-18", "afrapportering.pdf")
    for day, body in (("2025-03-25", "dassos"), ("2025-03-28", "kd-net"), ("2025-04-08", "kkr-midtjylland")):
        on(desk, day, body, "approved")
    for body in SEVEN:
        on(desk, "2025-05-01", body, "noted")
    adds(desk, "2025-05-03", "afrapportering-rettet.pdf")
    adds(desk, "2025-05-07", "afrapportering-ny.pdf", change="material", material_for=AGAIN)
    return desk


def of_day(desk: Desk, day: str) -> dict[str, list[str | None]]:
    """Every council's row in the matrix as of the end of a day."""
    document = case_as_of(desk.cases, desk.id, parse_as_of(day))
    assert document is not None
    step: Document = next(s for s in consents(document)["steps"] if s["id"] == "councils")
    return {row["body"]: [cell["state"] for cell in row["cells"]] for row in step["rows"]}


def test_cu_2025_an_editorial_version_asks_nobody_again(changed: Desk) -> None:
    """Seven answers stand for it, and twelve councils are awaited."""
    rows = of_day(changed, "2025-05-03")

    assert [body for body, row in rows.items() if row == ["answered", "stands"]] == sorted(SEVEN, key=list(rows).index)
    assert sum(row == [None, "awaiting"] for row in rows.values()) == 12


def test_cu_2025_a_material_version_asks_exactly_two_again(changed: Desk) -> None:
    """Five answers stand, the councils are in their second round, and nobody before them is asked again."""
    rows = of_day(changed, "2025-05-07")

    assert {body for body, row in rows.items() if row[2] == "asked_again"} == set(AGAIN)
    assert sum(row[2] == "stands" for row in rows.values()) == 5
    assert changed.round("councils").number == 2
    assert [changed.round(step).number for step in ("dassos", "kd-net", "kkr", "submit")] == [1, 1, 1, 1]


def test_cu_2025_the_matrix_of_an_earlier_day_has_an_earlier_days_versions(changed: Desk) -> None:
    """As of 2 May there is one version, which seven councils have noted."""
    rows = of_day(changed, "2025-05-02")

    assert sum(row == ["answered"] for row in rows.values()) == 7
    assert sum(row == ["awaiting"] for row in rows.values()) == 12


def test_samarbejdsaftale_changed_materially_for_all() -> None:
    """Everybody who has decided is asked again, and the agreement holds when all have approved the new version."""
    desk = agreement()
    adds(desk, "2022-03-20", "aftale.pdf")
    for body in desk.case.asked["councils"][:7]:
        on(desk, "2022-04-20", body, "approved")
    adds(desk, "2022-04-27", "aftale-2.pdf", change="material")
    waiting = ("dassos", "sundhedsstyregruppen", "sundhedskoordinationsudvalget", "regionsraadet")
    assert set(waiting) < set(desk.case.waiting_for())
    assert desk.round("councils").number == 2

    for body in waiting:
        on(desk, "2022-05-05", body, "approved")
    assert outcome_so_far(desk.case) is None
    all_answer(desk, "councils", "approved")
    for body in desk.round("hearing").pending:
        desk.answers(body, "no_comment", step="hearing")

    assert outcome_so_far(desk.case) == "approved"
    assert "hjerneskadesamraadet" in desk.case.waiting_for()
    assert {a.concerned_version for a in desk.round("councils").answers.values()} == {2}
