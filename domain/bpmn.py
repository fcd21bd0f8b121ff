# SPDX-License-Identifier: EUPL-1.2
"""A route as BPMN 2.0 XML with layout, in Danish: what it says is a picture of the route, not what the engine runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from domain.bpmn_layout import lay_out
from domain.drawing import (
    asks_in_words,
    enough_in_words,
    mandate_in_words,
    needed_in_words,
    reminder_in_words,
    silence_in_words,
)
from domain.route import WRITTEN
from domain.shapes import BORDER_EVENTS, ShapeKind

if TYPE_CHECKING:
    from domain.bpmn_layout import Layout
    from domain.drawing import Drawing
    from domain.route import Route, Step
    from domain.shapes import Box, Flow, Shape

NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
TARGET = "https://sagsgang.dk/bpmn"

_TAGS = {
    ShapeKind.START: "startEvent",
    ShapeKind.TASK: "userTask",
    ShapeKind.FORK: "parallelGateway",
    ShapeKind.JOIN: "parallelGateway",
    ShapeKind.MERGE: "exclusiveGateway",
    ShapeKind.NEEDED: "exclusiveGateway",
    ShapeKind.OPENS: "intermediateCatchEvent",
    ShapeKind.GOES_BACK: "intermediateThrowEvent",
    ShapeKind.COMES_BACK: "intermediateCatchEvent",
    ShapeKind.CLOSES: "intermediateThrowEvent",
    ShapeKind.OVERDUE: "endEvent",
    ShapeKind.ENDED: "endEvent",
    ShapeKind.ANSWERED: "endEvent",
    ShapeKind.END: "endEvent",
    **dict.fromkeys(BORDER_EVENTS, "boundaryEvent"),
}
_DEFINITIONS = {
    ShapeKind.REJECTED: "errorEventDefinition",
    ShapeKind.DUE: "timerEventDefinition",
    ShapeKind.ENDS: "errorEventDefinition",
    ShapeKind.ENDED: "terminateEventDefinition",
    ShapeKind.OPENS: "timerEventDefinition",
    ShapeKind.ASKED: "messageEventDefinition",
    ShapeKind.GOES_BACK: "linkEventDefinition",
    ShapeKind.COMES_BACK: "linkEventDefinition",
    ShapeKind.CLOSED: "signalEventDefinition",
    ShapeKind.CLOSES: "signalEventDefinition",
    ShapeKind.OVERDUE: "escalationEventDefinition",
    ShapeKind.END: "terminateEventDefinition",
}
_GOES_ON = {ShapeKind.DUE, ShapeKind.ASKED}
"""The border events at which the task stays open."""
_EITHER = {ShapeKind.MERGE, ShapeKind.NEEDED}
"""The gateways at which one of several ways is taken."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

for _prefix, _uri in NAMESPACES.items():
    ET.register_namespace(_prefix, _uri)


def as_bpmn(drawing: Drawing) -> str:
    """The XML of a drawing, laid out."""
    layout = lay_out(drawing)
    definitions = ET.Element(_tag("bpmn", "definitions"), {"id": "definitions", "targetNamespace": TARGET})
    _add_roots(definitions, layout)
    _add_process(definitions, drawing.route, layout)
    _add_diagram(definitions, layout)
    ET.indent(definitions)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(definitions, encoding="unicode")}'


def _tag(prefix: str, name: str) -> str:
    return f"{{{NAMESPACES[prefix]}}}{name}"


def _add(parent: ET.Element, name: str, text: str | None = None, /, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, _tag("bpmn", name), {key: _clean(value) for key, value in attributes.items()})
    element.text = _clean(text) if text else None
    return element


def _clean(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _add_roots(definitions: ET.Element, layout: Layout) -> None:
    """What events refer to: a signal for each step that others end, a message for each outcome that opens a step."""
    for shape in layout.shapes:
        if shape.kind is ShapeKind.CLOSED and shape.step:
            _add(definitions, "signal", id=_signal(shape.step), name=f"Afslut »{shape.step.name.da}«")
    for shape in layout.shapes:
        if shape.kind is ShapeKind.ASKED:
            _add(definitions, "message", id=_message(shape), name=shape.name)


def _signal(step: Step) -> str:
    return f"signal_{step.id}"


def _message(shape: Shape) -> str:
    return f"message_{shape.id}"


def _add_process(definitions: ET.Element, route: Route, layout: Layout) -> None:
    process = _add(definitions, "process", id=f"route_{route.id}", name=route.name.da, isExecutable="false")
    _add(process, "documentation", f"{route.source.strip()}\n({route.id}, version {route.version})")
    for shape in layout.shapes:
        _add_node(process, shape, layout.flows)
    for flow in layout.flows:
        _add(process, "sequenceFlow", id=flow.id, sourceRef=flow.source, targetRef=flow.target)


def _add_node(process: ET.Element, shape: Shape, flows: tuple[Flow, ...]) -> None:
    """A flow node; the order of what it holds is the schema's."""
    node = _add(process, _TAGS[shape.kind], id=shape.id)
    if shape.name:
        node.set("name", _clean(shape.name))
    if shape.host:
        node.set("attachedToRef", shape.host)
        node.set("cancelActivity", "false" if shape.kind in _GOES_ON else "true")
    if shape.kind is ShapeKind.TASK and shape.step:
        _add(node, "documentation", _about(shape.step))
    for flow in flows:
        if flow.target == shape.id:
            _add(node, "incoming", flow.id)
    for flow in flows:
        if flow.source == shape.id:
            _add(node, "outgoing", flow.id)
    if shape.kind is ShapeKind.TASK and shape.step:
        _add_asked(node, shape.step)
    if shape.kind in _DEFINITIONS:
        _add_definition(node, shape)


def _about(step: Step) -> str:
    """What the shapes leave out: the ask, the way, and the reminders."""
    about = [f"{asks_in_words(step).da} ({', '.join(step.asks)}), {step.mode}"]
    about += [words for words in (mandate_in_words(step), enough_in_words(step), needed_in_words(step)) if words]
    about += [f"tavshed: {silence_in_words(step)}"] if step.mode == WRITTEN and step.is_decided else []
    about += [reminder_in_words(reminder) for reminder in step.reminders]
    return "\n".join(about)


def _add_asked(node: ET.Element, step: Step) -> None:
    """Who is asked, and the mark of a step that several answer, each on their own."""
    for asked in (step.group,) if step.group else step.bodies:
        assignment = _add(_add(node, "potentialOwner"), "resourceAssignmentExpression")
        _add(assignment, "formalExpression", asked)
    if step.group or len(step.bodies) > 1 or step.asks_concerned:
        several = _add(node, "multiInstanceLoopCharacteristics")
        if enough_in_words(step):
            _add(several, "completionCondition", enough_in_words(step))


def _add_definition(node: ET.Element, shape: Shape) -> None:
    definition = _add(node, _DEFINITIONS[shape.kind], id=f"definition_{shape.id}")
    if shape.kind in {ShapeKind.CLOSED, ShapeKind.CLOSES} and shape.step:
        definition.set("signalRef", _signal(shape.step))
    elif shape.kind in {ShapeKind.GOES_BACK, ShapeKind.COMES_BACK}:
        definition.set("name", _clean(shape.name))
    elif shape.kind is ShapeKind.ASKED:
        definition.set("messageRef", _message(shape))
    elif shape.kind is ShapeKind.DUE and shape.step:
        _add_time(definition, shape.step.days_to_due, shape.step.due)
    elif shape.kind is ShapeKind.OPENS and shape.step:
        _add_time(definition, shape.step.opens_after_days, shape.step.opens_on or "")


def _add_time(definition: ET.Element, days: int | None, day: str) -> None:
    """When a timer ends: after some days, else on a day that is known by the case."""
    kind, value = ("timeDuration", f"P{days}D") if days is not None else ("timeDate", day)
    _add(definition, kind, value).set(_tag("xsi", "type"), "bpmn:tFormalExpression")


def _add_diagram(definitions: ET.Element, layout: Layout) -> None:
    diagram = ET.SubElement(definitions, _tag("bpmndi", "BPMNDiagram"), {"id": "diagram"})
    process = definitions.find(_tag("bpmn", "process"))
    reference = "" if process is None else process.get("id", "")
    plane = ET.SubElement(diagram, _tag("bpmndi", "BPMNPlane"), {"id": "plane", "bpmnElement": reference})
    for shape in layout.shapes:
        _add_shape(plane, shape)
    for flow in layout.flows:
        edge = ET.SubElement(plane, _tag("bpmndi", "BPMNEdge"), {"id": f"{flow.id}_di", "bpmnElement": flow.id})
        for x, y in flow.points:
            ET.SubElement(edge, _tag("di", "waypoint"), {"x": str(x), "y": str(y)})


def _add_shape(plane: ET.Element, shape: Shape) -> None:
    drawn = ET.SubElement(plane, _tag("bpmndi", "BPMNShape"), {"id": f"{shape.id}_di", "bpmnElement": shape.id})
    if shape.kind in _EITHER:
        drawn.set("isMarkerVisible", "true")
    _add_bounds(drawn, shape.box)
    if shape.label:
        _add_bounds(ET.SubElement(drawn, _tag("bpmndi", "BPMNLabel")), shape.label)


def _add_bounds(parent: ET.Element, box: Box) -> None:
    values = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    ET.SubElement(parent, _tag("dc", "Bounds"), {key: str(value) for key, value in values.items()})
