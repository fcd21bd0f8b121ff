# SPDX-License-Identifier: EUPL-1.2
"""The diagram of a case: every step of every route has a box of its own, in the order of its way."""

from __future__ import annotations

from itertools import combinations

import pytest

from projections.documents import Document, case_document
from tests.domain.desk import Desk, midtjylland
from web.diagram import HEIGHT, WIDTH, Diagram, diagram_of

ROUTES = sorted(midtjylland().routes)
FACTS = {"kapacitetsaendring": {"attributes": {"kind": "closure", "places": 12}}}


def opened(route: str) -> Document:
    """A case of a route, as it stands when it was opened."""
    desk, chosen = Desk(), midtjylland().routes[route]
    attributes = {step.due_on: "2025-06-01" for step in chosen.steps if step.due_on}
    facts = FACTS.get(route, {"attributes": attributes})
    desk.open(route, **facts)
    return case_document(desk.cases.get(desk.id), 1)


def drawn(route: str) -> Diagram:
    """Its diagram."""
    return diagram_of(opened(route))


@pytest.mark.parametrize("route", ROUTES)
def test_no_two_boxes_share_a_place(route: str) -> None:
    """And all lie inside."""
    diagram = drawn(route)
    for one, other in combinations(diagram.boxes, 2):
        assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT
    for box in diagram.boxes:
        assert 0 < box.x < diagram.width - WIDTH
        assert 0 < box.y < diagram.height - HEIGHT


@pytest.mark.parametrize("route", ROUTES)
def test_a_step_stands_behind_those_before_it(route: str) -> None:
    """Further to the right."""
    document = opened(route)
    boxes = {box.step: box for box in diagram_of(document).boxes}

    assert [s["id"] for s in document["steps"] for b in s["after"] if boxes[b].x >= boxes[s["id"]].x] == []


def test_a_box_says_how_its_step_stands() -> None:
    """In words, with how many have answered."""
    desk = Desk()
    desk.open()
    desk.until("councils")
    desk.answers("lemvig", "noted")
    boxes = {box.step: box for box in diagram_of(case_document(desk.cases.get(desk.id), 1)).boxes}

    assert (boxes["councils"].said.da, boxes["councils"].state) == ("Åben", "open")
    assert boxes["councils"].more
    assert boxes["councils"].more.en == "1 of 19 have answered"
    assert boxes["dassos"].said.da == "Godkendt"


def test_the_revision_stands_below_what_it_revises() -> None:
    """In the same column."""
    desk = Desk()
    desk.open()
    desk.answers("dassos", "returned")
    boxes = {box.step: box for box in diagram_of(case_document(desk.cases.get(desk.id), 1)).boxes}

    assert boxes["dassos"].state == "refused"
    assert boxes["revise"].x == boxes["dassos"].x
    assert boxes["revise"].y > boxes["dassos"].y
