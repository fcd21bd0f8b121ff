# SPDX-License-Identifier: EUPL-1.2
"""Fixtures that several rooms' tests share; each server starts when the first test asks for it."""

from __future__ import annotations

import os

for _name in [name for name in os.environ if name.startswith(("SAGSGANG_", "TEMPORAL_"))]:
    del os.environ[_name]  # before any of our modules is imported: tests must not reach what the caller has running

pytest_plugins = ["tests.fixtures.servers"]
