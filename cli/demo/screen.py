# SPDX-License-Identifier: EUPL-1.2
"""Shows the demo: live in a terminal, line by line elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from cli.demo.board import Board, Document
from cli.output import WIDE
from cli.tables import SEVERAL, Names, answers_grid, danish, heading, sentence, steps_table
from domain.dates import COPENHAGEN, danish_date
from runtime.clock import Clock

if TYPE_CHECKING:
    from rich.console import RenderableType

REFRESHES_A_SECOND = 8
FEWEST_SENTENCES = 3


class Screen:
    """What is shown of a board; without a terminal only the feed, a line a sentence."""

    def __init__(self, console: Console, clock: Clock, names: Names) -> None:
        """Show on `console`."""
        self._console = console
        self._clock = clock
        self._names = names
        self._feed: list[Text] = []
        self.board = Board(self._tell_news)

    @contextmanager
    def live(self) -> Iterator[None]:
        """Show the case while the block lasts; its last state stays on the screen."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, get_renderable=self._render, refresh_per_second=REFRESHES_A_SECOND):
            yield

    def tell(self, day: date, text: str) -> None:
        """Add something to the feed that is no event of the case."""
        self._add(Text.assemble((f"{danish(day)}  ", "cyan"), (text, "italic")))

    def _tell_news(self, news: list[Document]) -> None:
        for item in news:
            self._add(sentence(item))

    def _add(self, line: Text) -> None:
        line.no_wrap, line.overflow = self._console.is_terminal, "ellipsis"
        self._feed.append(line)
        if not self._console.is_terminal:
            self._console.print(line, soft_wrap=True)

    def _render(self) -> RenderableType:
        now = self._clock()
        shown = f"{danish(danish_date(now))} kl. {now.astimezone(COPENHAGEN):%H}"
        parts: list[RenderableType] = [Rule(Text(shown, style="bold cyan"))]
        case = self.board.case
        if case is None:
            return Group(*parts, Text("Sagen åbnes / the case is about to be opened …", style="dim"))
        parts += [heading(case), steps_table(case["steps"], self._names)]
        parts += [answers_grid(s, self._names) for s in case["steps"] if len(s["answers"]) >= SEVERAL]
        above = Group(*parts, Rule(style="dim"))
        used = len(self._console.render_lines(above, pad=False))
        newest = max(FEWEST_SENTENCES, self._console.height - used - 1)
        return Group(above, *self._feed[-newest:])


def feed_console(*, to_stderr: bool) -> Console:
    """The terminal, or stderr where stdout is kept for JSON."""
    width = None if sys.stdout.isatty() else WIDE
    return Console(stderr=to_stderr, highlight=False, markup=False, emoji=False, width=width)
