# SPDX-License-Identifier: EUPL-1.2
"""Where everything lies in a BPMN diagram: blocks in columns by layer and in rows, and ways that avoid all shapes.

Columns have, from left to right, a lane for joins, one for blocks, and one for forks and bends. Vertical ways run in
the outer lanes, each at an x of its own; horizontal ways run on a row's middle or in the channels between rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.blocks import Block, Exit, single, step_block
from domain.drawing import EdgeKind
from domain.shapes import EVENT, GATEWAY, Box, Flow, Shape, ShapeKind, way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.drawing import Drawing, Node
    from domain.shapes import Point

_LANE = 90
"""What a gateway or bend takes of its lane."""
_GAP = 40
"""Between two columns, and above and below each row."""
_TRACK = 14
"""Between two ways in one channel."""
_HALF = GATEWAY // 2


@dataclass(frozen=True)
class Layout:
    """The shapes and flows of a diagram."""

    shapes: tuple[Shape, ...]
    flows: tuple[Flow, ...]


@dataclass
class _Cell:
    """A block in its place, with the lane positions that its ways take."""

    block: Block
    column: int
    row: int
    sources: list[str]
    """The steps that must be done before."""
    left: int = 0
    middle: int = 0
    join: int | None = None
    bends: dict[str, int] = field(default_factory=dict)
    """For each exit that does not go straight on, the x at which its ways turn."""


@dataclass(frozen=True)
class _Way:
    """From an exit to a block; `track` is None for a way that needs no channel."""

    exit: Exit
    source: _Cell
    target: _Cell
    forked: bool

    @property
    def is_next(self) -> bool:
        """Whether it goes straight on into the next column, with nothing in between."""
        same = self.source.row == self.target.row and self.exit.point[1] == 0
        return same and self.target.column == self.source.column + 1

    @property
    def is_joined(self) -> bool:
        """Whether others lead to the same block."""
        return len(self.target.sources) > 1

    @property
    def needs_channel(self) -> bool:
        """Whether it runs between rows; a single way into the next column runs on its target's row."""
        return not self.is_next and (self.is_joined or self.target.column != self.source.column + 1)

    @property
    def channel(self) -> int:
        """The channel on the near side of the target's row; channel n lies above row n."""
        return self.target.row if self.source.row < self.target.row else self.target.row + 1


def lay_out(drawing: Drawing) -> Layout:
    """Place everything that a drawing holds."""
    cells = _cells(drawing)
    ways = list(_ways(drawing, cells))
    tracks = _tracks(ways)
    _set_columns(cells, ways)
    channels = _set_rows(cells, tracks)
    shapes, flows = list(_gateways(cells, ways)), []
    for cell in cells:
        shapes += [shape.moved(cell.left, cell.middle) for shape in cell.block.shapes]
        flows += [flow.moved(cell.left, cell.middle) for flow in cell.block.flows]
    flows += _gateway_flows(cells, ways)
    flows += [_flow(way_, channels[way_.channel] + tracks.get(_key(way_), 0) * _TRACK) for way_ in ways]
    return Layout(tuple(shapes), tuple(flows))


def _cells(drawing: Drawing) -> list[_Cell]:
    """Every block with its column and row, from the start to the end."""
    found = [_Cell(_start(drawing.start), 0, 0, [])]
    placed = sorted((n for n in drawing.steps if _stands_alone(n, drawing)), key=lambda node: node.layer)
    for node in (*placed, drawing.end):
        block = step_block(node, drawing) if node.step else _end(node)
        sources = [edge.source.id for edge in drawing.edges_of(EdgeKind.ORDER) if edge.target == node]
        cell = _Cell(block, node.layer, 0, sources)
        cell.row = _free_row(cell, found, drawing)
        found.append(cell)
    return found


def _stands_alone(node: Node, drawing: Drawing) -> bool:
    """Whether a step has a place of its own; what an outcome opens lies in the asking step's block."""
    if node.step is None or not node.step.opened_by:
        return True
    return drawing.route.asker_in_order(node.step) is None


def _start(node: Node) -> Block:
    label = Box(-30, EVENT // 2 + 6, EVENT + 60, 14)
    return single(Shape("case_start", ShapeKind.START, node.name, Box(0, -EVENT // 2, EVENT, EVENT), label), node.id)


def _end(node: Node) -> Block:
    label = Box(-30, EVENT // 2 + 6, EVENT + 60, 14)
    return single(Shape("case_end", ShapeKind.END, node.name, Box(0, -EVENT // 2, EVENT, EVENT), label), node.id)


def _free_row(cell: _Cell, found: list[_Cell], drawing: Drawing) -> int:
    """The row of what comes before if it is free, else the first in which no way would lead through a block."""
    taken = {other.row for other in found if other.column == cell.column}
    before = [other for other in found if any(e.step in cell.sources for e in other.block.exits)]
    follows_all = cell.block.step == drawing.end.id
    for row in [0] if follows_all else [other.row for other in before if other.block.step in cell.sources]:
        if row not in taken:
            return row
    passed = {other.row for other in found for source in before if other.column == source.column}
    return next(row for row in range(len(found) + 1) if row not in taken | passed)


def _ways(drawing: Drawing, cells: list[_Cell]) -> Iterator[_Way]:
    exits = {exit_.step: (exit_, cell) for cell in cells for exit_ in cell.block.exits}
    targets = {cell.block.step: cell for cell in cells}
    edges = [edge for edge in drawing.edges_of(EdgeKind.ORDER) if edge.source.id in exits]
    sources = [edge.source.id for edge in edges]
    for edge in edges:
        exit_, source = exits[edge.source.id]
        yield _Way(exit_, source, targets[edge.target.id], sources.count(edge.source.id) > 1)


def _key(way_: _Way) -> tuple[str, str]:
    return way_.exit.step, way_.target.block.step


def _tracks(ways: list[_Way]) -> dict[tuple[str, str], int]:
    """For each way that runs in a channel, the number of its track there."""
    used: dict[int, int] = {}
    tracks: dict[tuple[str, str], int] = {}
    for way_ in ways:
        if way_.needs_channel:
            tracks[_key(way_)] = used.get(way_.channel, 0)
            used[way_.channel] = tracks[_key(way_)] + 1
    return tracks


def _set_columns(cells: list[_Cell], ways: list[_Way]) -> None:
    """Give every block and every gateway and bend its x."""
    x = 0
    for column in range(max(cell.column for cell in cells) + 1):
        here = [cell for cell in cells if cell.column == column]
        for cell in (c for c in here if len(c.sources) > 1):
            cell.join, x = x + _LANE // 2, x + _LANE
        lead = max((-cell.block.bounds.x for cell in here), default=0)
        for cell in here:
            cell.left = x + lead
        x = max((cell.left + cell.block.bounds.right for cell in here), default=x) + _GAP
        for way_ in (w for w in ways if w.source.column == column and (w.forked or not w.is_next)):
            if way_.exit.step not in way_.source.bends:
                way_.source.bends[way_.exit.step], x = x + _LANE // 2, x + _LANE


def _set_rows(cells: list[_Cell], tracks: dict[tuple[str, str], int]) -> list[int]:
    """Give every block its y, and return the y of each channel's first track."""
    y, channels = 0, []
    widest = (max(tracks.values(), default=0) + 1) * _TRACK
    for row in range(max(cell.row for cell in cells) + 1):
        here = [cell for cell in cells if cell.row == row]
        channels.append(y)
        y += widest + _GAP
        above = max((-cell.block.bounds.y for cell in here), default=0)
        for cell in here:
            cell.middle = y + max(above, _HALF)
        y = max((cell.middle + max(cell.block.bounds.bottom, _HALF) for cell in here), default=y) + _GAP
    return [*channels, y]


def _gateways(cells: list[_Cell], ways: list[_Way]) -> Iterator[Shape]:
    for cell in cells:
        if cell.join is not None:
            centre = cell.join, cell.middle
            yield Shape(f"join_{cell.block.step}", ShapeKind.JOIN, "", Box.around(centre, GATEWAY))
    for way_ in {w.exit.step: w for w in ways if w.forked}.values():
        yield Shape(f"fork_{way_.exit.step}", ShapeKind.FORK, "", Box.around(_bend(way_), GATEWAY))


def _bend(way_: _Way) -> Point:
    return way_.source.bends[way_.exit.step], way_.source.middle + way_.exit.point[1]


def _leaving(way_: _Way) -> Point:
    """Where the way's exit lies in the diagram."""
    return way_.source.left + way_.exit.point[0], way_.source.middle + way_.exit.point[1]


def _gateway_flows(cells: list[_Cell], ways: list[_Way]) -> Iterator[Flow]:
    for way_ in {w.exit.step: w for w in ways if w.forked}.values():
        x, y = _bend(way_)
        yield Flow(way_.exit.shape, f"fork_{way_.exit.step}", (_leaving(way_), (x - _HALF, y)))
    for cell in cells:
        if cell.join is not None:
            points = ((cell.join + _HALF, cell.middle), (cell.left, cell.middle))
            yield Flow(f"join_{cell.block.step}", cell.block.entry, points)


def _flow(way_: _Way, track: int) -> Flow:
    """The way from its exit or fork to its block or join; `track` is the y in the channel, if it runs in one."""
    source = f"fork_{way_.exit.step}" if way_.forked else way_.exit.shape
    target = f"join_{way_.target.block.step}" if way_.is_joined else way_.target.block.entry
    return Flow(source, target, _straight(way_) if way_.is_next else _bent(way_, track))


def _goal(way_: _Way) -> Point:
    """The left border of the block or join."""
    join = way_.target.join
    return (way_.target.left if join is None else join - _HALF), way_.target.middle


def _straight(way_: _Way) -> tuple[Point, ...]:
    if not way_.forked:
        return _leaving(way_), _goal(way_)
    x, y = _bend(way_)
    return (x + _HALF, y), _goal(way_)


def _bent(way_: _Way, track: int) -> tuple[Point, ...]:
    x, y = _bend(way_)
    level = track if way_.needs_channel else way_.target.middle
    start = [(x, y + (_HALF if level > y else -_HALF))] if way_.forked else [_leaving(way_), (x, y)]
    arrival = _arrival(way_, track) if way_.needs_channel else [_goal(way_)]
    return way(*start, (x, level), *arrival)


def _arrival(way_: _Way, track: int) -> list[Point]:
    """From the channel into a join from above or below, into a block from the left."""
    join, (left, y) = way_.target.join, _goal(way_)
    if join is None:
        return [(left - _GAP // 2, track), (left - _GAP // 2, y), (left, y)]
    return [(join, track), (join, y + (_HALF if track > y else -_HALF))]
