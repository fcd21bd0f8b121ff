# SPDX-License-Identifier: EUPL-1.2
"""Types, style and imports are held by `make test`, not by habit."""

from __future__ import annotations

import pytest

from tests.repository.files import run_tool

pytestmark = [pytest.mark.tools, pytest.mark.timeout(900)]


def test_types_are_strict() -> None:
    """Mypy, strict, finds nothing in any room or test."""
    run_tool("mypy")


def test_style_is_checked() -> None:
    """Ruff, with all its rules but those ignored for a reason, finds nothing."""
    run_tool("ruff", "check", ".")


def test_format_is_kept() -> None:
    """The formatter would change no file."""
    run_tool("ruff", "format", "--check", ".")


def test_import_contract_holds() -> None:
    """No room imports a room above it, and workflow code only the pure parts of the domain."""
    run_tool("lint-imports")
