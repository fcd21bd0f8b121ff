# SPDX-License-Identifier: EUPL-1.2
"""Fixtures that several rooms' tests share; each server starts when the first test asks for it."""

from __future__ import annotations

import os

import structlog
from hypothesis import settings

for _name in [name for name in os.environ if name.startswith(("SAGSGANG_", "TEMPORAL_"))]:
    del os.environ[_name]  # before any of our modules is imported: tests must not reach what the caller has running

# A check of a change depends on the change alone; `--hypothesis-profile=explore` searches where nobody has looked yet.
settings.register_profile("check", derandomize=True, database=None)
settings.register_profile("explore", derandomize=False, print_blob=True)
settings.load_profile("check")

# The default form prints the local variables of every frame, which takes many seconds where an organisation is one.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: for a third of their time the tests wait for servers."""
    return len(os.sched_getaffinity(0)) + 1


pytest_plugins = ["tests.fixtures.servers"]
