# SPDX-License-Identifier: EUPL-1.2
"""A route as a Mermaid flow chart, in Danish."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domain.drawing import EdgeKind, asks_in_words, enough_in_words, needed_in_words, opens_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.drawing import Drawing, Node

_LINKS = {
    EdgeKind.ORDER: "-->",
    EdgeKind.OPENING: "-.->",
    EdgeKind.ANSWER: "-.->",
    EdgeKind.CLOSING: "--x",
    EdgeKind.ENDING: "-->",
    EdgeKind.REVISION: "<-.->",
    EdgeKind.RETURN: "-.->",
}
_PLAIN = re.compile(r"[^\w ,.()/:–-]|_")


def as_mermaid(drawing: Drawing) -> list[str]:
    """The lines of the chart: full arrows by order, crosses for what ends with a step, broken arrows on demand."""
    return ["flowchart TD", *(f"    {line}" for line in _lines(drawing))]


def _lines(drawing: Drawing) -> Iterator[str]:
    for node in drawing.nodes:
        yield f"{_name(node)}{_shape(node)}"
    returning = {edge.source.id for edge in drawing.edges_of(EdgeKind.RETURN)}
    for edge in drawing.edges:
        source = drawing.revision if edge.kind is EdgeKind.RETURN and drawing.revision else edge.source
        link = "-.->" if edge.kind is EdgeKind.REVISION and edge.source.id in returning else _LINKS[edge.kind]
        yield f"{_name(source)} {_link(link, edge.label)} {_name(edge.target)}"


def _name(node: Node) -> str:
    """A name for the chart; plain, a step's id could be a word of Mermaid's own, such as `end`."""
    return f"step-{node.id}" if node.step else f"case-{node.id}"


def _shape(node: Node) -> str:
    if node.step is None:
        return f'(["{_escaped(node.name)}"])'
    asked = f"{node.who}: {asks_in_words(node.step).da}"
    more = (opens_in_words(node.step), enough_in_words(node.step), needed_in_words(node.step))
    lines = (node.name, asked, *more)
    return f'["{"<br/>".join(_escaped(line) for line in lines if line)}"]'


def _link(link: str, label: str) -> str:
    return f'{link}|"{_escaped(label)}"|' if label else link


def _escaped(text: str) -> str:
    """A text that stands between quotes: whatever could be Mermaid's, HTML's or Markdown's own goes by its number."""
    return _PLAIN.sub(lambda found: f"#{ord(found[0])};", " ".join(text.split()))
