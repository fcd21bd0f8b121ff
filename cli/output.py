# SPDX-License-Identifier: EUPL-1.2
"""What commands print: one JSON document with `--json`, else text and tables for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 160
"""Columns of output that goes to a file or another program, where nobody's window is too narrow."""

_chosen = {"json": False}


def choose_json(*, chosen: bool = True) -> None:
    """Print JSON from now on, or not."""
    _chosen["json"] = chosen


def as_json() -> bool:
    """Whether `--json` was given."""
    return _chosen["json"]


def show(document: Any, render: Callable[[Console], None]) -> None:
    """Print the document as JSON with `--json`, else let `render` print it for people."""
    if as_json():
        print_json(document)
    else:
        render(console())


def say(document: Any, *lines: str) -> None:
    """Print the document as JSON with `--json`, else the lines."""
    if as_json():
        print_json(document)
    else:
        for line in lines:
            print(line)  # noqa: T201  (what the command is for)


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


@cache
def console() -> Console:
    """The terminal, or whatever stdout goes to."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else WIDE)
