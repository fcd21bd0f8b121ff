# SPDX-License-Identifier: EUPL-1.2
"""The matrix of bodies and versions."""

from __future__ import annotations

from typing import Any

import pytest

from projections.as_of import case_as_of, parse_as_of
from projections.consents import consents
from projections.documents import Document, case_document
from tests.domain.desk import Desk, midtjylland_with

SEVEN = ("lemvig", "herning", "struer", "skive", "odder", "viborg", "silkeborg")


def adds(desk: Desk, **change: Any) -> None:
    """The secretariat adds a version of the papers."""
    number = len(desk.case.papers) + 1
    desk.commands("add_paper", name=f"v{number}.pdf", sha256=f"{number:064}", size=10, **change)


def cells(document: Document | None, step: str, body: str) -> list[str | None]:
    """A body's row in a step: `state`, or `state outcome`."""
    assert document is not None
    found = next(s for s in consents(document)["steps"] if s["id"] == step)
    row = next(r for r in found["rows"] if r["body"] == body)
    return [cell["state"] and " ".join(filter(None, (cell["state"], cell["outcome"]))) for cell in row["cells"]]


def now(desk: Desk) -> Document:
    """The case's document as it stands."""
    return case_document(desk.case, 1)


@pytest.fixture
def desk() -> Desk:
    """A CU case with three versions: editorial on 3 May, material for Lemvig and Skive on 10 May 2025."""
    desk = Desk()
    desk.open()
    adds(desk)
    desk.until("councils")
    desk.turn_to("2025-05-02")
    for body in SEVEN:
        desk.answers(body, "noted")
    desk.turn_to("2025-05-03")
    adds(desk)
    desk.turn_to("2025-05-10")
    adds(desk, change="material", material_for=["lemvig", "skive"])
    desk.turn_to("2025-05-14")
    desk.answers("lemvig", "noted_with_remarks")
    return desk


@pytest.mark.parametrize(
    ("day", "lemvig", "odder", "aarhus"),
    [
        ("2025-04-30", [None], [None], [None]),
        ("2025-05-02", ["answered noted"], ["answered noted"], ["awaiting"]),
        ("2025-05-03", ["answered noted", "stands noted"], ["answered noted", "stands noted"], [None, "awaiting"]),
        (
            "2025-05-10",
            ["answered noted", "stands noted", "asked_again"],
            ["answered noted", "stands noted", "stands noted"],
            [None, "informed", "awaiting"],
        ),
        (
            "2025-05-14",
            ["answered noted", "stands noted", "answered noted_with_remarks"],
            ["answered noted", "stands noted", "stands noted"],
            [None, "informed", "awaiting"],
        ),
    ],
)
def test_the_matrix_as_of_different_days(
    desk: Desk, day: str, lemvig: list[str | None], odder: list[str | None], aarhus: list[str | None]
) -> None:
    """It is read out of the case as it stood."""
    document = case_as_of(desk.cases, desk.id, parse_as_of(day))
    if day == "2025-04-30":
        lemvig = odder = aarhus = ["awaiting"]

    assert cells(document, "councils", "lemvig") == lemvig
    assert cells(document, "councils", "odder") == odder
    assert cells(document, "councils", "aarhus") == aarhus


def test_its_columns_are_the_versions(desk: Desk) -> None:
    """Each with what it changed, and for whom."""
    versions = consents(now(desk))["versions"]

    assert [(v["number"], v["change"], v["material_for"]) for v in versions] == [
        (1, "editorial", []),
        (2, "editorial", []),
        (3, "material", ["lemvig", "skive"]),
    ]


def test_its_rows_are_the_bodies_that_decide(desk: Desk) -> None:
    """In the order in which they are asked; the secretariat's and the agency's own steps have none."""
    found = consents(now(desk))

    assert [step["id"] for step in found["steps"]] == ["dassos", "kd-net", "kkr", "councils"]
    assert [row["body"] for row in found["steps"][3]["rows"]] == desk.case.asked["councils"]


def test_a_case_without_papers_has_the_version_that_was_sent_out() -> None:
    """Its number is 1."""
    desk = Desk()
    desk.open()
    desk.answers("dassos", "approved")

    assert cells(now(desk), "dassos", "dassos") == ["answered approved"]


def test_an_early_answer_that_counts_no_longer_says_so() -> None:
    """Its step waits, and will ask again."""
    desk = Desk()
    desk.open()
    adds(desk)
    desk.answers("lemvig", "noted")
    adds(desk, change="material")

    assert cells(now(desk), "councils", "lemvig") == ["answered noted", "asked_again"]


def test_what_a_body_said_of_a_matter_that_was_sent_back_does_not_stand() -> None:
    """Everybody is asked anew, whatever version they answered."""
    desk = Desk(organisation=midtjylland_with(TWO))
    desk.open("to")
    adds(desk)
    desk.answers("kd-net", "approved")
    desk.answers("dassos", "rejected")
    desk.turn_to("2025-03-20")
    adds(desk)
    assert cells(now(desk), "step", "kd-net") == ["answered approved", "informed"]

    desk.commands("resubmit")

    assert cells(now(desk), "step", "kd-net") == ["answered approved", "asked_again"]


def test_an_objection_stands_for_nothing() -> None:
    """The body is asked at the meeting; the others' answers stand there."""
    desk = Desk(organisation=midtjylland_with(TWO))
    desk.open("to")
    adds(desk)
    desk.answers("kd-net", "approved")
    desk.answers("dassos", "objected")
    desk.turn_to("2025-03-20")
    adds(desk)

    assert cells(now(desk), "step", "dassos") == ["answered objected", "asked_again"]
    assert cells(now(desk), "step", "kd-net") == ["answered approved", "stands approved"]


def test_silence_is_shown_as_silence() -> None:
    """The route counts it as consent, but nobody has answered."""
    desk = Desk(organisation=midtjylland_with(TWO))
    desk.open("to")
    adds(desk)
    desk.answers("dassos", "approved")
    desk.let_pass("2025-04-01")

    assert cells(now(desk), "step", "kd-net") == ["silent"]


def test_a_corrected_standing_answer_is_shown_as_corrected(desk: Desk) -> None:
    """On the version that it concerned, and wherever it stands."""
    message = desk.case.answer("councils", 1, "odder").message_id
    desk.corrects("odder", str(message), "noted_with_remarks")

    assert cells(now(desk), "councils", "odder") == [
        "answered noted_with_remarks", "stands noted_with_remarks", "stands noted_with_remarks",
    ]  # fmt: skip


TWO = """
    id = "to"
    version = 1
    name = { da = "To", en = "Two" }
    source = "To organer godkender skriftligt."
    ending = { status = "approved", result_of = "step" }

    [[steps]]
    id = "step"
    name = { da = "Trin", en = "Step" }
    ask = "approve"
    bodies = ["dassos", "kd-net"]
    mode = "written_procedure"
    window_days = 7
    on_silence = "consent"
"""
