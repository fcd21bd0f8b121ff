# SPDX-License-Identifier: EUPL-1.2
"""Fixtures of the domain's tests."""

from __future__ import annotations

import pytest

from tests.domain.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """A desk on 18 March 2025, no case opened."""
    return Desk()
