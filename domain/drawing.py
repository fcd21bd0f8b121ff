# SPDX-License-Identifier: EUPL-1.2
"""A route as a graph: its steps in layers from the case's start to its end, and what leads from one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.asks import ASKS, DECIDERS, NEGATIVE, result_name
from domain.names import Name
from domain.route import BODIES, MAJORITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.attribute_tests import AttributeTest, AttributeTests
    from domain.organisation import Organisation
    from domain.route import Reminder, Route, Step

START = "start"
END = "end"

_BOUNDS = {"above": "over", "at_least": "mindst", "below": "under", "at_most": "højst"}
_SILENCES = {
    "stay_open": "svar afventes efter fristen",
    "consent": "gælder som samtykke",
    "meeting": "sagen bliver punkt til næste møde",
    "close": "trinnet afsluttes uden svar",
}

REMINDED_IN_WORDS = {
    BODIES: Name("påmindes", "reminded"),
    "secretariat": Name("sekretariatet får besked", "the secretariat is told"),
    "leadership": Name("ledelsen får besked", "leadership is told"),
}
"""What a rule does, by whom it tells that bodies are silent."""


class EdgeKind(StrEnum):
    """What leads from one node to another."""

    ORDER = "order"
    """The second is reached when the first, and every other before it, is done."""
    OPENING = "opening"
    """An outcome of the first opens a round of the second."""
    ANSWER = "answer"
    """The second, which is still open, gets what it asked for."""
    CLOSING = "closing"
    """The second ends with the first."""
    REVISION = "revision"
    """What the first rejects or returns is revised, and then asked again."""
    ENDING = "ending"
    """A result of the first ends the case there and then."""
    RETURN = "return"
    """Once what the first sent back is revised, the second is asked again before it."""


@dataclass(frozen=True)
class Node:
    """A step, the revision, or the start or end of the case; texts are Danish."""

    id: str
    """The step's id, or `START` or `END`: neither can be confused, since `kind` is by `step`."""
    name: str
    who: str
    """Who is asked, in words; empty for the start and the end."""
    layer: int
    """How many steps, at most, stand before it; a step that an outcome opens stands with the asking one."""
    step: Step | None


@dataclass(frozen=True)
class Edge:
    """A way from one node to another."""

    source: Node
    target: Node
    kind: EdgeKind
    label: str


@dataclass(frozen=True)
class Drawing:
    """A route's nodes, in the route's order, and edges."""

    route: Route
    start: Node
    steps: tuple[Node, ...]
    revision: Node | None
    """None where no step can be rejected or returned."""
    end: Node
    edges: tuple[Edge, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node, from the start to the end."""
        revision = (self.revision,) if self.revision else ()
        return (self.start, *self.steps, *revision, self.end)

    def edges_of(self, kind: EdgeKind) -> list[Edge]:
        """The edges of a kind."""
        return [edge for edge in self.edges if edge.kind is kind]


def draw(route: Route, organisation: Organisation) -> Drawing:
    """The graph of a route, whose bodies are called by their newest names."""
    layers = layers_of(route)
    steps = {step.id: _node(step, layers[step.id], organisation) for step in route.steps}
    start = Node(START, "Sagen åbnes", "", 0, None)
    end = Node(END, "Sagen afsluttes", "", max(layers.values(), default=0) + 1, None)
    sent_back = any(negative_outcomes(step) for step in route.steps)
    revision = _node(route.revision, 0, organisation) if sent_back else None
    order = (*_order(route, start, steps, end), *_openings(route, steps))
    edges = (*order, *_closings(route, steps), *_endings(steps, end))
    back = tuple(_revisions(steps, revision)) if revision else ()
    return Drawing(route, start, tuple(steps.values()), revision, end, (*edges, *back))


def asked_in_words(step: Step, organisation: Organisation) -> str:
    """Who is asked in a step, in Danish; a body that the organisation does not know goes by its id."""
    if step.group:
        group = organisation.groups.get(step.group)
        return group.name.da if group else step.group
    bodies = [organisation.bodies[b].names[-1].name.da if b in organisation.bodies else b for b in step.bodies]
    names = ", ".join(bodies)
    return f"de berørte, ellers {names}" if step.asks_concerned else names


def asks_in_words(step: Step) -> Name:
    """What a step asks, the main ask first."""
    names = [ASKS[ask].name for ask in step.asks]
    return Name(" og ".join(name.da for name in names), " and ".join(name.en for name in names))


def mandate_in_words(step: Step) -> str:
    """Who in a body must have decided, in Danish; empty where it may be anyone."""
    deciders = " eller ".join(DECIDERS[decider].da for decider in step.decided_by)
    return "" if len(step.decided_by) == len(DECIDERS) else f"afgøres af {deciders}"


def negative_outcomes(step: Step) -> list[str]:
    """The Danish names of the outcomes that send the matter back, and do not end the case."""
    negative = [outcome for outcome in step.outcomes.values() if outcome.meaning in NEGATIVE]
    return [outcome.name.da for outcome in negative if outcome.id not in step.ends_on]


def ends_in_words(step: Step) -> str:
    """The results of a step with which the case ends, in Danish; empty where there are none."""
    return " eller ".join(result_name(result).da for result in step.ends_on).capitalize()


def opens_in_words(step: Step) -> str:
    """When a step opens by its clock, in Danish; empty where it opens as soon as its turn has come."""
    if step.opens_on is not None:
        return f"åbner på datoen {step.opens_on}"
    return f"åbner efter {step.opens_after_days} dage" if step.opens_after_days is not None else ""


def needed_in_words(step: Step) -> str:
    """For which cases a step is needed, in Danish; empty where it always is."""
    only, never = (" eller ".join(_tests(t) for t in alternatives) for alternatives in (step.when, step.unless))
    return "; ".join([*([f"kun hvis {only}"] if only else []), *([f"ikke hvis {never}"] if never else [])])


def enough_in_words(step: Step) -> str:
    """When a step of several bodies is complete, in Danish; empty where all must consent."""
    least = "et flertal" if step.at_least == MAJORITY else f"mindst {step.at_least}" if step.at_least else ""
    must = f"heraf {', '.join(step.must_have)}" if step.must_have else ""
    ended = {"enough": "afsluttes straks, når det er nok", "at_due": "afsluttes ved fristen"}.get(step.complete, "")
    return "; ".join(words for words in (least, must, ended) if words)


def reminder_in_words(reminder: Reminder) -> str:
    """Who is told that bodies are silent, and when, in Danish: `påmindes 7 dage før fristen`."""
    before = "før" if reminder.days < 0 else "efter"
    when = f"{abs(reminder.days)} dage {before} fristen" if reminder.days else "på fristen"
    return f"{REMINDED_IN_WORDS[reminder.to].da} {when}"


def silence_in_words(step: Step) -> str:
    """What a written procedure's end does to those who were not heard, in Danish."""
    return _SILENCES[step.on_silence]


def layers_of(route: Route) -> dict[str, int]:
    """Each step's layer from 1: the longest way to it. The rounds are bounded, so that a circle ends as well."""
    hosts = {step.id: route.asker_in_order(step) or step for step in route.steps}
    layers = dict.fromkeys(hosts, 1)
    for _ in route.steps:
        for step_id, host in hosts.items():
            layers[step_id] = max((layers[hosts[before].id] + 1 for before in host.after), default=1)
    return layers


def _node(step: Step, layer: int, organisation: Organisation) -> Node:
    return Node(step.id, step.name.da, asked_in_words(step, organisation), layer, step)


def _order(route: Route, start: Node, steps: Mapping[str, Node], end: Node) -> Iterator[Edge]:
    waited_for = {before for step in route.steps for before in step.after}
    for step in route.steps:
        before = [steps[b] for b in dict.fromkeys(step.after)] or ([] if step.is_on_demand else [start])
        yield from (Edge(earlier, steps[step.id], EdgeKind.ORDER, "") for earlier in before)
    for step in route.steps:
        if step.id not in waited_for and not step.is_on_demand:
            yield Edge(steps[step.id], end, EdgeKind.ORDER, "")


def _openings(route: Route, steps: Mapping[str, Node]) -> Iterator[Edge]:
    for step in route.steps:
        if step.opened_by:
            asker = steps[step.opened_by.step]
            outcome = route.step(asker.id).outcomes[step.opened_by.outcome]
            yield Edge(asker, steps[step.id], EdgeKind.OPENING, outcome.name.da)
            yield Edge(steps[step.id], asker, EdgeKind.ANSWER, "")


def _closings(route: Route, steps: Mapping[str, Node]) -> Iterator[Edge]:
    for step in route.steps:
        for closed in step.closes:
            yield Edge(steps[step.id], steps[closed], EdgeKind.CLOSING, "afslutter")


def _endings(steps: Mapping[str, Node], end: Node) -> Iterator[Edge]:
    for node in steps.values():
        if node.step and node.step.ends_on:
            yield Edge(node, end, EdgeKind.ENDING, ends_in_words(node.step))


def _revisions(steps: Mapping[str, Node], revision: Node) -> Iterator[Edge]:
    for node in steps.values():
        outcomes = negative_outcomes(node.step) if node.step else []
        if outcomes:
            yield Edge(node, revision, EdgeKind.REVISION, " eller ".join(outcomes).capitalize())
            if node.step and node.step.returned_to:
                yield Edge(node, steps[node.step.returned_to], EdgeKind.RETURN, f"igen efter »{node.name}«")


def _tests(tests: AttributeTests) -> str:
    return " og ".join(_test(test) for test in tests.tests)


def _test(test: AttributeTest) -> str:
    if test.equals is not None:
        return f"{test.attribute} er {test.equals}"
    return " og ".join(f"{test.attribute} {_BOUNDS.get(name, name)} {bound}" for name, bound in test.bounds)
