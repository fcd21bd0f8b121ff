# SPDX-License-Identifier: EUPL-1.2
"""The shapes and flows that a BPMN diagram is made of, with where they lie (pixels, x to the right, y downwards)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.route import Step

Point = tuple[int, int]

EVENT = 36
"""The width and height of an event."""
GATEWAY = 50
"""The width and height of a gateway."""


class ShapeKind(StrEnum):
    """What a shape stands for."""

    START = "start"
    TASK = "task"
    FORK = "fork"
    JOIN = "join"
    MERGE = "merge"
    """The way on after a step that either is answered or ends with another."""
    REJECTED = "rejected"
    """On a task's border: the matter is sent back."""
    DUE = "due"
    """On a task's border: its due date goes by, and the task stays open."""
    ASKED = "asked"
    """On a task's border: an outcome opens another step, and the task stays open."""
    OPENS = "opens"
    """Where the way waits for the day on which a step opens."""
    NEEDED = "needed"
    """Where it is decided whether the case goes through a step."""
    GOES_BACK = "goes_back"
    """The way on to an earlier step, which is asked again."""
    COMES_BACK = "comes_back"
    """The way in for what comes back to a step."""
    ENDS = "ends"
    """On a task's border: a result ends the case."""
    ENDED = "ended"
    """The end of the case by such a result."""
    CLOSED = "closed"
    """On a task's border: the step ends with another."""
    CLOSES = "closes"
    """Ends other steps."""
    OVERDUE = "overdue"
    ANSWERED = "answered"
    """The end of what an outcome opened."""
    END = "end"


BORDER_EVENTS = frozenset({ShapeKind.REJECTED, ShapeKind.DUE, ShapeKind.ASKED, ShapeKind.CLOSED, ShapeKind.ENDS})
"""The shapes that lie on the border of a task."""


@dataclass(frozen=True)
class Box:
    """Where something lies: its upper left corner, and its size."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def around(cls, centre: Point, size: int) -> Box:
        """A square around a point."""
        return cls(centre[0] - size // 2, centre[1] - size // 2, size, size)

    @property
    def right(self) -> int:
        """The first x to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first y below it."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """The point in its middle."""
        return self.x + self.width // 2, self.y + self.height // 2

    def moved(self, dx: int, dy: int) -> Box:
        """The same box elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than a border."""
        beside = self.right <= other.x or other.right <= self.x
        return not beside and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True)
class Shape:
    """One shape, with its name (Danish) and where that stands if not inside."""

    id: str
    kind: ShapeKind
    name: str
    box: Box
    label: Box | None = None
    step: Step | None = None
    """The step that a task is, or that an event is about."""
    host: str | None = None
    """The task on whose border the shape lies."""

    def moved(self, dx: int, dy: int) -> Shape:
        """The same shape elsewhere."""
        return replace(self, box=self.box.moved(dx, dy), label=self.label and self.label.moved(dx, dy))


@dataclass(frozen=True)
class Flow:
    """A way from one shape to another: points on both borders, and the corners between."""

    source: str
    target: str
    points: tuple[Point, ...]

    @property
    def id(self) -> str:
        """The flow's own id: there is one flow between two shapes."""
        return f"flow_{self.source}_{self.target}"

    def moved(self, dx: int, dy: int) -> Flow:
        """The same flow elsewhere."""
        return replace(self, points=tuple((x + dx, y + dy) for x, y in self.points))


def way(*points: Point) -> tuple[Point, ...]:
    """The points without those that stand twice or lie on the straight between their neighbours."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and _straight(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def bounds(shapes: Iterable[Shape]) -> Box:
    """The smallest box that holds the shapes and their labels."""
    boxes = [box for shape in shapes for box in (shape.box, shape.label) if box]
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(x, y, max(box.right for box in boxes) - x, max(box.bottom for box in boxes) - y)


def _straight(a: Point, b: Point, c: Point) -> bool:
    """Whether the way goes on in the same direction: turning back on itself is a corner."""
    (ax, ay), (bx, by), (cx, cy) = a, b, c
    if ax == bx == cx:
        return (by - ay) * (cy - by) > 0
    return ay == by == cy and (bx - ax) * (cx - bx) > 0
