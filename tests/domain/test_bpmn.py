# SPDX-License-Identifier: EUPL-1.2
"""A route as BPMN: what the file refers to is there, and the diagram is laid out so that it can be read."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from domain.bpmn import NAMESPACES, as_bpmn
from domain.bpmn_layout import Layout, lay_out
from domain.drawing import draw
from domain.route import Route
from domain.shapes import BORDER_EVENTS, Box, Point, Shape, ShapeKind
from tests.domain.desk import midtjylland
from tests.domain.random_routes import routes

SHIPPED = sorted(midtjylland().routes)
ON_THE_WAY = """
id = "own"
version = 1
name = { da = "Egen <b> & \\"co\\" \\u0001", en = "Own" }
source = "Kilde."
ending = { status = "completed", result_of = "last" }

[[steps]]
id = "first"
name = { da = "Først", en = "First" }
ask = "approve"
bodies = ["dassos"]
mode = "meeting"

[[steps]]
id = "last"
name = { da = "Sidst", en = "Last" }
ask = "approve"
group = "councils"
mode = "own_process"
at_least = 7
after = ["first"]
returned_to = "first"
when = [{ attribute = "places", above = 10 }]
"""


def layout_of(text: str) -> Layout:
    """The layout of a route's text."""
    return lay_out(draw(Route.parse(text, "own.toml"), midtjylland()))


def shipped(route: str) -> str:
    """The text of a route that ships."""
    return midtjylland().routes[route].text


def xml_of(text: str) -> ET.Element:
    """The parsed file of a route's text."""
    return ET.fromstring(as_bpmn(draw(Route.parse(text, "own.toml"), midtjylland())))  # noqa: S314 -- our own


def all_of(root: ET.Element, path: str) -> list[ET.Element]:
    """The elements of a path with prefixes."""
    return root.findall(path, NAMESPACES)


def on_border(point: Point, box: Box) -> bool:
    """Whether a point lies on the border of a box."""
    (x, y), inside = point, box.x <= point[0] <= box.right and box.y <= point[1] <= box.bottom
    return inside and (x in {box.x, box.right} or y in {box.y, box.bottom})


def apart(one: Shape, other: Shape) -> bool:
    """Whether two shapes do not overlap, but for an event on its own task's border."""
    hosted = one.host == other.id or other.host == one.id
    return hosted or not one.box.overlaps(other.box)


def crosses(a: Point, b: Point, box: Box) -> bool:
    """Whether a horizontal or vertical line runs through the inside of a box."""
    left, right = sorted((a[0], b[0]))
    top, bottom = sorted((a[1], b[1]))
    return left < box.right and box.x < right and top < box.bottom and box.y < bottom


def check_layout(layout: Layout) -> None:
    """What must hold of every layout."""
    shapes = {shape.id: shape for shape in layout.shapes}
    assert len(shapes) == len(layout.shapes)
    assert len({flow.id for flow in layout.flows}) == len(layout.flows)
    assert [(a.id, b.id) for a, b in combinations(layout.shapes, 2) if not apart(a, b)] == []
    for flow in layout.flows:
        assert on_border(flow.points[0], shapes[flow.source].box), flow
        assert on_border(flow.points[-1], shapes[flow.target].box), flow
        for a, b in zip(flow.points, flow.points[1:], strict=False):
            assert a != b
            assert a[0] == b[0] or a[1] == b[1], flow
            others = [s for s in layout.shapes if s.id not in {flow.source, flow.target, shapes[flow.source].host}]
            assert [s.id for s in others if crosses(a, b, s.box)] == [], flow


@pytest.mark.parametrize("route", SHIPPED)
def test_a_shipped_route_is_laid_out_without_overlaps(route: str) -> None:
    """Flows begin and end on their shapes' borders, run straight, and through no other shape."""
    check_layout(layout_of(shipped(route)))


@given(routes())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_route_is_laid_out_without_overlaps(text: str) -> None:
    """The same for random routes."""
    check_layout(layout_of(text))


@pytest.mark.parametrize("text", [*map(shipped, SHIPPED), ON_THE_WAY])
def test_everything_referred_to_is_there(text: str) -> None:
    """Flows, shapes, edges, hosts, signals and messages name elements of the file, and ids are unique."""
    root = xml_of(text)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    nodes = {e.get("id") for e in all_of(root, "bpmn:process/*[@id]") if not e.tag.endswith("sequenceFlow")}
    flows = all_of(root, "bpmn:process/bpmn:sequenceFlow")
    drawn = {e.get("bpmnElement") for e in all_of(root, ".//bpmndi:BPMNShape")}
    edges = {e.get("bpmnElement") for e in all_of(root, ".//bpmndi:BPMNEdge")}
    references = {e.get(key) for e in root.iter() for key in ("attachedToRef", "signalRef", "messageRef") if e.get(key)}

    assert len(set(ids)) == len(ids)
    assert {flow.get(end) for flow in flows for end in ("sourceRef", "targetRef")} <= nodes
    assert drawn == nodes
    assert edges == {flow.get("id") for flow in flows}
    assert references <= set(ids)


@pytest.mark.parametrize("text", [*map(shipped, SHIPPED), ON_THE_WAY])
def test_every_node_names_its_flows(text: str) -> None:
    """A node's incoming and outgoing are the flows that name it."""
    root = xml_of(text)
    flows = all_of(root, "bpmn:process/bpmn:sequenceFlow")

    for node in all_of(root, "bpmn:process/*[@id]"):
        for way, end in (("incoming", "targetRef"), ("outgoing", "sourceRef")):
            named = [element.text for element in all_of(node, f"bpmn:{way}")]
            assert named == [flow.get("id") for flow in flows if flow.get(end) == node.get("id")]


def test_a_step_that_many_answer_has_the_mark_of_several() -> None:
    """The councils' step, and not DASSOS'."""
    root = xml_of(shipped("cu-afrapportering"))
    marked = all_of(root, ".//bpmn:userTask[bpmn:multiInstanceLoopCharacteristics]")

    assert [task.get("id") for task in marked] == ["step_councils"]


def test_the_parts_of_a_task_stand_in_the_order_of_the_schema() -> None:
    """Documentation, flows, who is asked, then the mark of several."""
    task = all_of(xml_of(shipped("cu-afrapportering")), ".//bpmn:userTask[@id='step_councils']")[0]

    names = [part.tag.partition("}")[2] for part in task]
    assert list(dict.fromkeys(names)) == [
        "documentation",
        "incoming",
        "outgoing",
        "potentialOwner",
        "multiInstanceLoopCharacteristics",
    ]


def test_the_cu_report_shows_its_events() -> None:
    """Due dates, the agency's questions, the submission that ends the councils' step, and what is sent back."""
    layout = layout_of(shipped("cu-afrapportering"))
    found = {shape.id: shape.name for shape in layout.shapes if shape.kind in BORDER_EVENTS}

    assert found["due_dassos"] == "Frist: 7 dage"
    assert found["asked_reply"] == "Har stillet spørgsmål"
    assert found["rejected_kkr"] == "Sendt tilbage eller afvist"
    assert "closed_councils" in found


def test_questions_leave_the_asking_task_open_and_a_rejection_ends_it() -> None:
    """Boundary events that do not cancel, and those that do."""
    root = xml_of(shipped("cu-afrapportering"))
    cancels = {e.get("id"): e.get("cancelActivity") for e in all_of(root, ".//bpmn:boundaryEvent")}

    assert (cancels["asked_reply"], cancels["due_dassos"]) == ("false", "false")
    assert (cancels["rejected_dassos"], cancels["closed_councils"]) == ("true", "true")


def test_parallel_steps_are_split_and_joined() -> None:
    """After KKR, and before the agency."""
    kinds = {shape.id: shape.kind for shape in layout_of(shipped("cu-afrapportering")).shapes}

    assert (kinds["fork_kkr"], kinds["join_agency"]) == (ShapeKind.FORK, ShapeKind.JOIN)


def test_a_step_for_some_cases_only_has_a_way_past_it() -> None:
    """Its condition stands at the gateway."""
    layout = layout_of(ON_THE_WAY)
    gateway = next(shape for shape in layout.shapes if shape.id == "needed_last")

    assert gateway.name == "kun hvis places over 10"
    assert ("needed_last", "past_last") in {(flow.source, flow.target) for flow in layout.flows}


def test_what_goes_back_to_an_earlier_step_comes_in_there_by_a_link() -> None:
    """A line would run across the diagram."""
    links = all_of(xml_of(ON_THE_WAY), ".//bpmn:linkEventDefinition")

    assert [link.get("name") for link in links] == ["Igen fra »Først«", "Igen fra »Først«"]


def test_names_that_xml_cannot_hold_are_made_harmless() -> None:
    """Marks are escaped, and control characters replaced."""
    process = all_of(xml_of(ON_THE_WAY), "bpmn:process")[0]

    assert process.get("name") == 'Egen <b> & "co" \ufffd'


def test_a_step_that_opens_later_waits_at_a_timer() -> None:
    """For its days, before the task."""
    root = xml_of(shipped("samarbejdsaftale"))
    timer = all_of(root, ".//bpmn:intermediateCatchEvent[@id='opens_evaluation']")[0]

    assert timer.get("name") == "Åbner efter 365 dage"
    assert [e.text for e in all_of(timer, "bpmn:timerEventDefinition/bpmn:timeDuration")] == ["P365D"]
    flows = {(flow.source, flow.target) for flow in layout_of(shipped("samarbejdsaftale")).flows}
    assert ("opens_evaluation", "step_evaluation") in flows


def test_a_step_that_opens_on_a_date_names_its_attribute() -> None:
    """The day is known by the case only."""
    text = shipped("samarbejdsaftale").replace("opens_after_days = 365", 'opens_on = "evaluate_on"')

    assert "evaluate_on" in [e.text for e in all_of(xml_of(text), ".//bpmn:timeDate")]


def test_a_result_that_ends_the_case_is_an_end_of_its_own() -> None:
    """An event on the task's border, and the end of everything."""
    root = xml_of(shipped("kommissorium"))
    layout = layout_of(shipped("kommissorium"))

    assert {s.id: s.name for s in layout.shapes}["ends_dassos"] == "Afvist"
    assert ("ends_dassos", "ended_dassos") in {(flow.source, flow.target) for flow in layout.flows}
    assert all_of(root, ".//bpmn:endEvent[@id='ended_dassos']/bpmn:terminateEventDefinition")
