# SPDX-License-Identifier: EUPL-1.2
"""What goes in and out of a case's workflow: never a copy of the case, only where to look and what then stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from temporalio.common import SearchAttributeKey

WORKFLOW = "Case"
"""The workflow's name in Temporal."""
CHANGED = "changed"
"""The signal's name."""
ADVANCE = "advance"
"""The activity's name."""
TASK_QUEUE = "sagsgang"

STATUS = SearchAttributeKey.for_keyword("SagsgangStatus")
ROUTE = SearchAttributeKey.for_keyword("SagsgangRoute")
WAITING_FOR = SearchAttributeKey.for_keyword_list("SagsgangWaitingFor")
DUE = SearchAttributeKey.for_datetime("SagsgangDue")
SEARCH_ATTRIBUTE_KEYS = (STATUS, ROUTE, WAITING_FOR, DUE)
"""By what cases can be looked up in Temporal; its server must know them before the first case."""

_ID_PREFIX = "case:"


@dataclass(frozen=True)
class CaseInput:
    """Which case a workflow runs, and the newest version of it that the sender had seen."""

    case_id: UUID
    version: int


@dataclass(frozen=True)
class Changed:
    """The log holds a case up to this version."""

    version: int
    anew: bool = False
    """Whether to look at the log whatever the version: a log restored from a backup counts from an older one."""


@dataclass(frozen=True)
class AdvanceInput:
    """Which case is to be moved along."""

    case_id: UUID


@dataclass(frozen=True)
class Advanced:
    """How a case stands after every step due was taken; instants are UTC."""

    version: int
    status: str
    route: str
    waiting_for: list[str]
    wake_at: datetime | None
    """When something may follow by itself, on the installation's clock."""
    wake_in_seconds: float | None
    """Real seconds until then: the installation's clock may run faster than Temporal's."""
    due: datetime | None
    """The end of the earliest due day, its last second included."""
    details: str
    """The case's story, in Markdown."""
    closed: bool


def case_workflow_id(case_id: UUID) -> str:
    """The workflow id of a case."""
    return f"{_ID_PREFIX}{case_id}"


def case_id_of(workflow_id: str) -> UUID:
    """The case of a workflow id; raises ValueError for an id that is none of ours."""
    if not workflow_id.startswith(_ID_PREFIX):
        raise ValueError(f"{workflow_id!r} is not the workflow id of a case")
    return UUID(workflow_id.removeprefix(_ID_PREFIX))
