# SPDX-License-Identifier: EUPL-1.2
"""A route as a graph, and as a Mermaid flow chart."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings

from domain.drawing import (
    Drawing,
    EdgeKind,
    asks_in_words,
    draw,
    enough_in_words,
    mandate_in_words,
    needed_in_words,
    opens_in_words,
)
from domain.mermaid import as_mermaid
from domain.names import Name
from domain.route import Route
from tests.domain.desk import midtjylland
from tests.domain.random_routes import routes

HEAD = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Kilde."
ending = { status = "completed", result_of = "a" }
"""
LINE = re.compile(
    r'    (?:[\w-]+(?:\["[^"<>\n]*(?:<br/>[^"<>\n]*)*"\]|\(\["[^"\n]*"\]\))|[\w-]+ [<.x>-]+(?:\|"[^"|\n]*"\|)? [\w-]+)'
)


def cu() -> Drawing:
    """The drawing of the CU route."""
    return draw(midtjylland().routes["cu-afrapportering"], midtjylland())


def own(steps: str) -> Drawing:
    """The drawing of a route of these steps."""
    return draw(Route.parse(HEAD + dedent(steps), "own.toml"), midtjylland())


def step(step_id: str, rest: str = "", name: str = "Trin") -> str:
    """A step that DASSOS approves at a meeting."""
    asked = 'ask = "approve"\nbodies = ["dassos"]\nmode = "meeting"'
    return f'[[steps]]\nid = "{step_id}"\nname = {{ da = "{name}", en = "Step" }}\n{asked}\n{rest}\n'


def pairs(drawing: Drawing, kind: EdgeKind) -> set[tuple[str, str]]:
    """The ids that edges of a kind link."""
    return {(edge.source.id, edge.target.id) for edge in drawing.edges_of(kind)}


def test_steps_lie_in_layers_by_what_stands_before_them() -> None:
    """What is parallel shares a layer; what an outcome opens lies with the asking step."""
    layers = {node.id: node.layer for node in cu().steps}

    assert layers == {"dassos": 1, "kd-net": 2, "kkr": 3, "councils": 4, "submit": 4, "agency": 5, "reply": 5}


def test_the_order_runs_from_the_start_to_the_end() -> None:
    """Through every step of the order."""
    found = pairs(cu(), EdgeKind.ORDER)

    assert {("start", "dassos"), ("kkr", "councils"), ("kkr", "submit"), ("agency", "end")} <= found
    assert ("start", "reply") not in found


def test_an_outcome_opens_a_step_that_leads_back() -> None:
    """The agency's questions, and their answer."""
    assert pairs(cu(), EdgeKind.OPENING) == {("agency", "reply")}
    assert pairs(cu(), EdgeKind.ANSWER) == {("reply", "agency")}


def test_the_submission_closes_the_councils_step() -> None:
    """An edge of its own kind."""
    assert pairs(cu(), EdgeKind.CLOSING) == {("submit", "councils")}


def test_only_steps_that_can_be_sent_back_lead_to_the_revision() -> None:
    """Nobody rejects what is only noted."""
    assert pairs(cu(), EdgeKind.REVISION) == {("dassos", "revise"), ("kd-net", "revise"), ("kkr", "revise")}
    assert draw(midtjylland().routes["orientering"], midtjylland()).revision is None


def test_what_is_sent_back_may_lead_to_an_earlier_step() -> None:
    """Where the route says so."""
    drawing = own(step("a") + step("b", 'after = ["a"]\nreturned_to = "a"'))

    assert pairs(drawing, EdgeKind.RETURN) == {("b", "a")}
    assert '    step-revise -.->|"igen efter »Trin«"| step-a'.replace("»", "#187;").replace("«", "#171;") in (
        as_mermaid(drawing)
    )


def test_steps_that_open_only_one_another_are_drawn_all_the_same() -> None:
    """A circle does not keep the drawing from ending."""
    opened = 'opened_by = {{ step = "{}", outcome = "postponed" }}'
    drawing = own(step("a") + step("b", opened.format("c")) + step("c", opened.format("b")))

    assert [node.id for node in drawing.steps] == ["a", "b", "c"]


def test_tests_and_numbers_are_told_in_words() -> None:
    """As they stand in the drawings."""
    rest = 'at_least = 7\nmust_have = ["dassos"]\nwhen = [{ attribute = "kind", is = "closure" }, '
    rest += '{ attribute = "places", above = 10 }]'
    found = own(step("a", rest)).steps[0].step

    assert found is not None
    assert needed_in_words(found) == "kun hvis kind er closure eller places over 10"
    assert enough_in_words(found) == "mindst 7; heraf dassos"


def test_every_ask_and_who_must_decide_are_told_in_words() -> None:
    """The main ask first."""
    found = own(step("a", 'also_asks = ["discuss"]\ndecided_by = ["council"]')).steps[0].step

    assert found is not None
    assert asks_in_words(found) == Name("godkender og drøfter", "approves and discusses")
    assert mandate_in_words(found) == "afgøres af kommunalbestyrelsen"


@pytest.mark.parametrize(
    "name", ['\\"];', "`md`", "#35;", "%%{init}%%", "<script>", "a|b", "[x]{y}", "linje\\nto", "end"]
)
def test_names_cannot_break_out_of_a_label(name: str) -> None:
    """What could be Mermaid's own goes by its number."""
    assert [line for line in as_mermaid(own(step("a", name=name)))[1:] if not LINE.fullmatch(line)] == []


@given(routes())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_line_of_a_chart_is_a_node_or_an_edge(text: str) -> None:
    """Of every route."""
    lines = as_mermaid(draw(Route.parse(text, "own.toml"), midtjylland()))

    assert lines[0] == "flowchart TD"
    assert [line for line in lines[1:] if not LINE.fullmatch(line)] == []


LATER = 'after = ["a"]\nopens_after_days = 180'


def test_a_step_says_when_its_clock_opens_it() -> None:
    """By days or by a date."""
    found = own(step("a") + step("b", LATER) + step("c", 'opens_on = "held_on"')).steps

    assert [opens_in_words(node.step) for node in found if node.step] == [
        "",
        "åbner efter 180 dage",
        "åbner på datoen held_on",
    ]
    assert any("åbner efter 180 dage" in line for line in as_mermaid(own(step("a") + step("b", LATER))))


def test_a_result_that_ends_the_case_leads_to_its_end() -> None:
    """What else is sent back still leads to the revision; with nothing left there is none."""
    drawing = own(step("a", 'ends_on = ["rejected"]'))
    assert pairs(drawing, EdgeKind.ENDING) == {("a", "end")}
    assert [edge.label for edge in drawing.edges_of(EdgeKind.REVISION)] == ["Sendt tilbage"]
    assert '    step-a -->|"Afvist"| case-end' in as_mermaid(drawing)

    assert own(step("a", 'ends_on = ["rejected", "returned"]')).revision is None
