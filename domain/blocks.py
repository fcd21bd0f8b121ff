# SPDX-License-Identifier: EUPL-1.2
"""A step of a route as a block of BPMN shapes: its task, what lies on the task's border, and what follows from that.

In a block, (0, 0) is the middle of the task's left border.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.drawing import EdgeKind, ends_in_words, needed_in_words, opens_in_words
from domain.shapes import EVENT, GATEWAY, Box, Flow, Shape, ShapeKind, bounds, way

if TYPE_CHECKING:
    from domain.drawing import Drawing, Edge, Node
    from domain.route import Step
    from domain.shapes import Point

TASK_WIDTH, TASK_HEIGHT = 210, 110
REVISION_WIDTH, REVISION_HEIGHT = 100, 60

_TOP, _BOTTOM = -TASK_HEIGHT // 2, TASK_HEIGHT // 2
_RADIUS = EVENT // 2
_SLOT = 46
"""How far two events on one border are apart."""
_LINE = 14
"""The height of a line of a label."""
_GAP = 50
"""Between two shapes in a row."""

_OVERDUE = {"stay_open": "Overskredet", "consent": "Samtykke", "meeting": "Til næste møde", "close": "Uden svar"}
"""What the end of a step's time means, by its rule of silence."""
_ENDINGS = {
    "window": "{} dage",
    "days": "{} dage",
    "deadline": "sagens frist",
    "asked": "den stillede frist",
    "attribute": "datoen {}",
}


@dataclass(frozen=True)
class Exit:
    """Where a step is left once it is done."""

    step: str
    shape: str
    point: Point


@dataclass
class Block:
    """A step with everything that hangs on it."""

    step: str
    entry: str
    """The id of the shape where the block is entered, at (0, 0)."""
    shapes: list[Shape] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    """Those that other steps follow on: the block's own first."""

    @property
    def bounds(self) -> Box:
        """The box that holds all of it."""
        return bounds(self.shapes)

    def take(self, other: Block, dx: int, dy: int) -> None:
        """Take another block's shapes, flows and exits in, moved."""
        self.shapes += [shape.moved(dx, dy) for shape in other.shapes]
        self.flows += [flow.moved(dx, dy) for flow in other.flows]
        self.exits += [Exit(e.step, e.shape, (e.point[0] + dx, e.point[1] + dy)) for e in other.exits]


def single(shape: Shape, step: str) -> Block:
    """A block of one shape around its left border's middle, which is left at the right border's."""
    exit_ = Exit(step, shape.id, (shape.box.right, 0))
    return Block(step, shape.id, [shape], [], [exit_])


def step_block(node: Node, drawing: Drawing) -> Block:
    """The block of a step, with the blocks of the steps that its outcomes open, and the way past it."""
    if node.step is None:
        raise TypeError(node)
    inner = _asking_block(node, node.step, drawing)
    inner = _with_clock(inner, node.step) if node.step.has_clock else inner
    condition = "" if node.step.is_on_demand else needed_in_words(node.step)
    return _with_way_past(inner, node.step, condition) if condition else inner


def _asking_block(node: Node, step: Step, drawing: Drawing) -> Block:
    openings = [edge for edge in drawing.edges_of(EdgeKind.OPENING) if edge.source == node]
    task = _task(node, step, len(openings))
    block = Block(node.id, task.id, [task])
    _add_due(block, task, step)
    _add_way_back(block, task, node, drawing)
    _add_revision(block, task, node, drawing)
    _add_end(block, task, step)
    _add_way_on(block, task, node, drawing)
    for number, edge in enumerate(openings):
        _add_opened(block, task, edge, drawing, number)
    return block


def _task(node: Node, step: Step, openings: int) -> Shape:
    ends = _SLOT + _LINE if step.ends_on else 0
    width = max(TASK_WIDTH, REVISION_WIDTH + _LINE + ends + _SLOT * openings)
    box = Box(0, _TOP, width, TASK_HEIGHT)
    return Shape(f"step_{node.id}", ShapeKind.TASK, f"{node.name}\n({node.who})", box, step=step)


def _border_event(kind: ShapeKind, task: Shape, name: str, at: Point, label: Box, *, key: str = "") -> Shape:
    shape_id = f"{kind}_{key or task.id.removeprefix('step_')}"
    return Shape(shape_id, kind, name, Box.around(at, EVENT), label, task.step, task.id)


def _add_due(block: Block, task: Shape, step: Step) -> None:
    """The due date, above the task: when it goes by the task stays open."""
    if step.due not in _ENDINGS:
        return
    x, y = EVENT + _RADIUS, _TOP - 2 * EVENT - _LINE  # to the right of the mark of a task
    name = f"Frist: {_ENDINGS[step.due].format(step.days_to_due or step.due_on)}"
    label = Box(x + 6, _TOP - _RADIUS - 2 * _LINE - 4, 100, 2 * _LINE)
    due = _border_event(ShapeKind.DUE, task, name, (x, _TOP), label)
    beside = Box(x + _RADIUS + 4, y - _LINE // 2, 70, _LINE)
    overdue = Shape(
        f"overdue_{step.id}", ShapeKind.OVERDUE, _OVERDUE[step.on_silence], Box.around((x, y), EVENT), beside, step
    )
    block.shapes += [due, overdue]
    block.flows.append(Flow(due.id, overdue.id, ((x, due.box.y), (x, overdue.box.bottom))))


def _add_revision(block: Block, task: Shape, node: Node, drawing: Drawing) -> None:
    """The revision of what a body sends back, below the task; from there the task is done again."""
    edge = next((e for e in drawing.edges_of(EdgeKind.REVISION) if e.source == node), None)
    if edge is None:
        return
    at, back, top = (56, _BOTTOM), 16, _BOTTOM + 64
    rejected = _border_event(
        ShapeKind.REJECTED, task, edge.label, at, Box(at[0] + 6, _BOTTOM + _RADIUS + 2, 68, 3 * _LINE)
    )
    box = Box(0, top, REVISION_WIDTH, REVISION_HEIGHT)
    revise = Shape(
        f"revise_{node.id}", ShapeKind.TASK, f"{edge.target.name}\n({edge.target.who})", box, step=edge.target.step
    )
    block.shapes += [rejected, revise]
    block.flows.append(Flow(rejected.id, revise.id, ((at[0], rejected.box.bottom), (at[0], top))))
    if node.step and node.step.returned_to:
        _add_goes_back(block, revise, drawing.route.step(node.step.returned_to))
    else:
        block.flows.append(Flow(revise.id, task.id, ((back, top), (back, _BOTTOM))))


def _add_end(block: Block, task: Shape, step: Step) -> None:
    """The results that end the case, below the task and to the right of a revision."""
    if not step.ends_on:
        return
    x, y = REVISION_WIDTH + _LINE + _RADIUS, _BOTTOM + 64 + REVISION_HEIGHT // 2
    label = Box(x + 6, _BOTTOM + _RADIUS + 2, 68, 2 * _LINE)
    ends = _border_event(ShapeKind.ENDS, task, ends_in_words(step), (x, _BOTTOM), label)
    below = Box(x - 40, y + _RADIUS + 4, 80, _LINE)
    ended = Shape(f"ended_{step.id}", ShapeKind.ENDED, "Sagen afvises", Box.around((x, y), EVENT), below, step)
    block.shapes += [ends, ended]
    block.flows.append(Flow(ends.id, ended.id, ((x, ends.box.bottom), (x, ended.box.y))))


def _add_goes_back(block: Block, revise: Shape, again: Step) -> None:
    """The link from a revision to an earlier step, below it: a line would run across the diagram."""
    x, y = revise.box.centre[0], revise.box.bottom + _RADIUS + 2 * _LINE
    beside = Box(x + _RADIUS + 6, y - _LINE, 110, 2 * _LINE)
    name = f"Igen fra »{again.name.da}«"
    shape_id = f"goes_back_{revise.id.removeprefix('revise_')}"
    goes = Shape(shape_id, ShapeKind.GOES_BACK, name, Box.around((x, y), EVENT), beside, again)
    block.shapes.append(goes)
    block.flows.append(Flow(revise.id, goes.id, ((x, revise.box.bottom), (x, goes.box.y))))


def _add_way_back(block: Block, task: Shape, node: Node, drawing: Drawing) -> None:
    """The link by which what later steps sent back comes in, above the task."""
    if not any(edge.target == node for edge in drawing.edges_of(EdgeKind.RETURN)):
        return
    x, y = _LINE, _TOP - 2 * EVENT - _LINE
    above = Box(x - 50, y - _RADIUS - 2 * _LINE - 4, 100, 2 * _LINE)
    name = f"Igen fra »{node.name}«"
    comes = Shape(f"comes_back_{node.id}", ShapeKind.COMES_BACK, name, Box.around((x, y), EVENT), above, node.step)
    block.shapes.append(comes)
    block.flows.append(Flow(comes.id, task.id, ((x, comes.box.bottom), (x, _TOP))))


def _with_clock(inner: Block, step: Step) -> Block:
    """A block before which the way waits for a day."""
    clock = Shape(
        f"opens_{step.id}",
        ShapeKind.OPENS,
        opens_in_words(step).capitalize(),
        Box(0, -_RADIUS, EVENT, EVENT),
        Box(-30, _RADIUS + 6, EVENT + 60, 2 * _LINE),
        step,
    )
    left = EVENT + _GAP
    block = Block(inner.step, clock.id, [clock])
    block.take(inner, left, 0)
    block.flows.append(Flow(clock.id, inner.entry, ((EVENT, 0), (left, 0))))
    return block


def _with_way_past(inner: Block, step: Step, condition: str) -> Block:
    """A block that some cases do not go through: they pass above it."""
    half, left, over = GATEWAY // 2, GATEWAY + 2 * _GAP, inner.bounds.y - _LINE
    lines = 1 + len(condition) // 16
    label = Box(-35, half + 6, 120, lines * _LINE)
    asks = Shape(f"needed_{step.id}", ShapeKind.NEEDED, condition, Box(0, -half, GATEWAY, GATEWAY), label, step)
    block = Block(inner.step, asks.id, [asks])
    block.take(inner, left, 0)
    own = block.exits.pop(0)
    x = max(own.point[0], block.bounds.right) + _GAP
    past = Shape(f"past_{step.id}", ShapeKind.MERGE, "", Box(x, -half, GATEWAY, GATEWAY))
    block.shapes.append(past)
    block.flows.append(Flow(asks.id, inner.entry, ((GATEWAY, 0), (left, 0))))
    block.flows.append(Flow(own.shape, past.id, (own.point, (x, 0))))
    points = way((half, -half), (half, over), (x + half, over), (x + half, -half))
    block.flows.append(Flow(asks.id, past.id, points))
    block.exits.insert(0, Exit(step.id, past.id, (past.box.right, 0)))
    return block


def _add_way_on(block: Block, task: Shape, node: Node, drawing: Drawing) -> None:
    """What stands to the right of the task until the block is left: what it closes, and what closes it."""
    closings = drawing.edges_of(EdgeKind.CLOSING)
    last = task
    for edge in (e for e in closings if e.source == node and e.target != node):
        last = _after(block, last, _closes(edge, last))
    if any(e.target == node and e.source != node for e in closings):
        centre = (last.box.right + _GAP + GATEWAY // 2, 0)
        last = _after(block, last, Shape(f"merge_{node.id}", ShapeKind.MERGE, "", Box.around(centre, GATEWAY)))
        _add_closed(block, task, last)
    followed = any(e.source == node for e in drawing.edges_of(EdgeKind.ORDER))
    if not followed and node.step and node.step.is_on_demand:
        centre = (last.box.right + _GAP + _RADIUS, 0)
        _after(block, last, Shape(f"answered_{node.id}", ShapeKind.ANSWERED, "", Box.around(centre, EVENT)))
    else:
        block.exits.insert(0, Exit(node.id, last.id, (last.box.right, 0)))


def _closes(edge: Edge, last: Shape) -> Shape:
    x = last.box.right + _GAP + _RADIUS
    label = Box(x - 50, _RADIUS + 6, 100, 3 * _LINE)
    shape_id = f"closes_{edge.source.id}_{edge.target.id}"
    name = f"Afslutter »{edge.target.name}«"
    return Shape(shape_id, ShapeKind.CLOSES, name, Box.around((x, 0), EVENT), label, edge.target.step)


def _after(block: Block, last: Shape, shape: Shape) -> Shape:
    block.shapes.append(shape)
    block.flows.append(Flow(last.id, shape.id, ((last.box.right, 0), (shape.box.x, 0))))
    return shape


def _add_closed(block: Block, task: Shape, merge: Shape) -> None:
    """The event that ends the task from outside, and its way past the task's own end."""
    x, over = task.box.right - _RADIUS - 6, _TOP - _RADIUS - _LINE
    label = Box(x + 6, over - _LINE - 4, 110, _LINE)
    closed = _border_event(ShapeKind.CLOSED, task, "Afsluttes udefra", (x, _TOP), label)
    block.shapes.append(closed)
    points = way((x, closed.box.y), (x, over), (merge.box.centre[0], over), (merge.box.centre[0], merge.box.y))
    block.flows.append(Flow(closed.id, merge.id, points))


def _add_opened(block: Block, task: Shape, edge: Edge, drawing: Drawing, number: int) -> None:
    """A step that an outcome opens, below and to the right; the first lies nearest, so that no ways cross."""
    inner = step_block(edge.target, drawing)
    x, left = task.box.right - _RADIUS - 6 - _SLOT * number, task.box.right + 40
    taken = [shape for shape in block.shapes if shape.box.right > task.box.right]
    below = max([bounds(taken).bottom if taken else 0, _BOTTOM + _RADIUS + 2 * _LINE])
    y = below + 20 - inner.bounds.y
    beside = Box(x + 6, _BOTTOM + _RADIUS + 4, 100, 2 * _LINE)
    under = Box(x + 6, y + 4, left - x - 12, 2 * _LINE)
    asked = _border_event(
        ShapeKind.ASKED, task, edge.label, (x, _BOTTOM), under if number else beside, key=edge.target.id
    )
    block.shapes.append(asked)
    block.take(inner, left, y)
    block.flows.append(Flow(asked.id, inner.entry, way((x, asked.box.bottom), (x, y), (left, y))))
