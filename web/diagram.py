# SPDX-License-Identifier: EUPL-1.2
"""A case's route as a diagram with its live state: where boxes and ways lie; the template draws them as SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.drawing import EdgeKind
from domain.names import Name
from projections.documents import Document
from web import words
from web.standing import answered_of, said_of_step

WIDTH, HEIGHT = 192, 84
ACROSS, DOWN = 48, 26
"""Between two columns and between two rows."""
MARGIN = 4
_LETTERS = 24
"""How many letters of a step's name stand in one line of its box."""
_LINES = 2


@dataclass(frozen=True)
class Box:
    """A step: where its box lies, its state, and what stands in it, line by line in either language."""

    step: str
    state: str
    x: int
    y: int
    name: Name
    said: Name
    more: Name | None

    def lines(self, language: str) -> list[str]:
        """The name in as many lines as there is room for."""
        name = self.name.da if language == "da" else self.name.en
        return textwrap.wrap(name, _LETTERS, max_lines=_LINES, placeholder=" …")


@dataclass(frozen=True)
class Way:
    """A way from one box to another as an SVG path; on demand it is drawn broken."""

    path: str
    kind: str


@dataclass(frozen=True)
class Diagram:
    """The boxes and ways, and the size of it all."""

    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]
    width: int
    height: int


def diagram_of(document: Document) -> Diagram:
    """The diagram of a case."""
    places = _places(document["steps"])
    boxes = {step["id"]: _box(step, document["status"], places[step["id"]]) for step in document["steps"]}
    ways = tuple(_ways(document["steps"], boxes))
    right = max(box.x for box in boxes.values()) + WIDTH + MARGIN
    bottom = max(box.y for box in boxes.values()) + HEIGHT + MARGIN
    return Diagram(tuple(boxes.values()), ways, right, bottom)


def _places(steps: Sequence[Document]) -> dict[str, tuple[int, int]]:
    """The column and row of each step: its layer, and a free row there, that of the step before it where it can.

    The revision stands below what it revises.
    """
    places: dict[str, tuple[int, int]] = {}
    for step in steps:
        before = [places[each] for each in step["after"] if each in places]
        revised = (step["revises"] or "").partition("#")[0]
        column = step["layer"] - 1 if step["layer"] else places.get(revised, (0, 0))[0]
        taken = {row for other, row in places.values() if other == column}
        wish = before[0][1] if before else 0
        places[step["id"]] = (column, next(row for row in (wish, *range(len(places) + 1)) if row not in taken))
    return places


def _box(step: Document, case_status: str, place: tuple[int, int]) -> Box:
    x, y = MARGIN + place[0] * (WIDTH + ACROSS), MARGIN + place[1] * (HEIGHT + DOWN)
    state = words.step_state(step["state"], case_status)[0]
    name, more = Name(**step["name"]), answered_of(step) if state in {"open", "completed"} else None
    looks = "refused" if words.is_refusal(step["result"]) else state
    return Box(step["id"], looks, x, y, name, said_of_step(step, case_status), more)


def _ways(steps: Sequence[Document], boxes: Mapping[str, Box]) -> Iterator[Way]:
    for step in steps:
        box = boxes[step["id"]]
        yield from (Way(_across(boxes[each], box), EdgeKind.ORDER) for each in step["after"] if each in boxes)
        yield from (Way(_between(box, boxes[each]), EdgeKind.CLOSING) for each in step["closes"] if each in boxes)
        if step["opened_by"] in boxes:
            yield Way(_between(boxes[step["opened_by"]], box), EdgeKind.OPENING)


def _across(source: Box, target: Box) -> str:
    """From the right side of one box to the left side of another, straight or by a gentle bend."""
    x, y = source.x + WIDTH, source.y + HEIGHT // 2
    to_x, to_y = target.x - 2, target.y + HEIGHT // 2
    if y == to_y and to_x - x <= ACROSS:
        return f"M{x} {y}H{to_x}"
    middle = to_x - ACROSS // 2
    if y == to_y:  # over the boxes between
        top = source.y - DOWN // 2
        return f"M{x} {y}H{x + ACROSS // 2}V{top}H{middle}V{to_y}H{to_x}"
    return f"M{x} {y}H{middle}V{to_y}H{to_x}"


def _between(source: Box, target: Box) -> str:
    """Between two boxes of one column; elsewhere as across."""
    if source.x != target.x:
        return _across(source, target) if source.x < target.x else _across(target, source)
    x = source.x + WIDTH // 2
    down = source.y < target.y
    return f"M{x} {source.y + HEIGHT if down else source.y}V{target.y - 2 if down else target.y + HEIGHT + 2}"
