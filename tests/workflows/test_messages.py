# SPDX-License-Identifier: EUPL-1.2
"""What goes in and out of a case's workflow."""

from __future__ import annotations

from uuid import UUID

import pytest

from workflows.messages import case_id_of, case_workflow_id

CASE_ID = UUID("0f3d1c5e-8f43-4d0a-9a5e-2f6a1b7c9d10")


def test_workflow_id_names_the_case() -> None:
    """The workflow of a case is found by the case's id alone."""
    assert case_workflow_id(CASE_ID) == "case:0f3d1c5e-8f43-4d0a-9a5e-2f6a1b7c9d10"


def test_case_is_found_by_its_workflow_id() -> None:
    """A workflow id leads back to the case."""
    assert case_id_of(case_workflow_id(CASE_ID)) == CASE_ID


def test_foreign_workflow_id_is_refused() -> None:
    """Another program's workflow in the same namespace is not taken for a case."""
    with pytest.raises(ValueError, match="order-7"):
        case_id_of("order-7")
