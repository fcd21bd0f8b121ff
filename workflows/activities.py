# SPDX-License-Identifier: EUPL-1.2
"""The activities of a case's workflow: the only ones that touch the log."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog
from eventsourcing.persistence import PersistenceError
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.cases import Cases, Standing
from domain.dates import danish_date, end_of_day
from domain.errors import BusyError, RefusalError
from workflows.details import case_details
from workflows.messages import ADVANCE, Advanced, AdvanceInput

log = structlog.get_logger()


def _note_nothing(_case_id: UUID, _reason: str) -> None:
    """Keep no record of cases that do not move."""


class WakeClock(Protocol):
    """The installation's clock, as a timer's length needs it."""

    def __call__(self) -> datetime:
        """The instant that the clock shows (aware, UTC)."""

    def real_seconds_until(self, instant: datetime) -> float:
        """Real seconds until the clock shows `instant`; 0 when it has passed."""


class CaseActivities:
    """What a case's workflow has done by the worker that it runs on."""

    def __init__(self, cases: Cases, clock: WakeClock, note: Callable[[UUID, str], None] = _note_nothing) -> None:
        """Work on `cases`; `clock` gives the length of timers; `note` hears of what keeps the one case from moving."""
        self._cases = cases
        self._clock = clock
        self._note = note

    # No exception is thrown into the thread: it may be committing for other threads too.
    @activity.defn(name=ADVANCE, no_thread_cancel_exception=True)
    def advance(self, case: AdvanceInput) -> Advanced:
        """Take every step of a case that is due now; a refusal is final, anything else may be tried again."""
        try:
            return self._advanced(self._cases.advance(case.case_id))
        except RefusalError as error:
            self._note(case.case_id, str(error))
            raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from error
        except (PersistenceError, BusyError) as error:
            log.warning("advance_postponed", case=str(case.case_id), error=str(error) or type(error).__name__)
            benign = ApplicationErrorCategory.BENIGN
            raise ApplicationError(str(error), type=type(error).__name__, category=benign) from error
        except Exception as error:
            self._note(case.case_id, f"{type(error).__name__}: {error}")
            raise

    def _advanced(self, standing: Standing) -> Advanced:
        """What the workflow needs to know of a standing."""
        case, due = standing.case, standing.case.next_due()
        return Advanced(
            version=case.version,
            status=case.status.value,
            route=case.route.id,
            waiting_for=case.waiting_for(),
            wake_at=standing.wake_at,
            wake_in_seconds=None if standing.wake_at is None else self._wake_in_seconds(standing.wake_at),
            due=end_of_day(due) - timedelta(seconds=1) if due else None,
            details=case_details(case, self._cases.organisation, danish_date(self._clock())),
            closed=not case.is_open,
        )

    def _wake_in_seconds(self, wake_at: datetime) -> float:
        """The length of a timer, rounded up to milliseconds (Temporal's own grain), so that none wakes too early."""
        return math.ceil(self._clock.real_seconds_until(wake_at) * 1000) / 1000
