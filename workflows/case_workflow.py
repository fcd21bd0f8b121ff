# SPDX-License-Identifier: EUPL-1.2
"""The durable process of one case: advance it, show how it stands, wait for news or for time to pass; until it ends."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from workflows.messages import (
        ADVANCE,
        CHANGED,
        DUE,
        ROUTE,
        STATUS,
        WAITING_FOR,
        WORKFLOW,
        Advanced,
        AdvanceInput,
        CaseInput,
        Changed,
    )

# Within one workflow task, which would otherwise be renewed again and again in the history.
QUICK_TIMEOUT = timedelta(seconds=4)
# Below ten seconds, so that the attempt of a killed worker is given up and a case moves within ten.
PATIENT_TIMEOUT = timedelta(seconds=8)
QUICK = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_attempts=3)
PATIENT = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=5))


@workflow.defn(name=WORKFLOW)
class CaseWorkflow:
    """One case from its opening to its end; the log holds the facts, this the waiting."""

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        """Take over a case of which the log holds at least `case.version`."""
        self._case_id = case.case_id
        self._news = case.version
        self._anew = False
        self._details = ""
        self._timer: asyncio.Task[None] | None = None
        self._wake_at: datetime | None = None

    @workflow.run
    async def run(self, _case: CaseInput) -> None:
        """Move the case along until it is closed."""
        while True:
            standing = await self._advance()
            self._show(standing)
            if standing.closed:
                break
            await self._renew_when_long(standing)
            await self._wait(standing)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.signal(name=CHANGED, description="The log holds a newer version of the case.")
    def changed(self, news: Changed) -> None:
        """Remember the newest version there is; several signals make one advance."""
        self._news = max(self._news, news.version)
        self._anew = self._anew or news.anew

    async def _advance(self) -> Advanced:
        """Take every step due: quickly within this task; in an outage by an activity that waits without history."""
        summary = f"Fører sagen videre fra version {self._news}" if self._news else "Fører sagen videre"
        # Counted anew at each advance: after the log was restored from a backup its versions may be smaller.
        self._news, self._anew = 0, False
        case = AdvanceInput(self._case_id)
        quick, patient = _options(QUICK, QUICK_TIMEOUT, summary), _options(PATIENT, PATIENT_TIMEOUT, summary)
        try:
            done = await workflow.execute_local_activity(
                ADVANCE, case, schedule_to_close_timeout=QUICK_TIMEOUT, **quick
            )
        except FailureError as error:
            if _is_final(error):
                raise
            done = await workflow.execute_activity(ADVANCE, case, **patient)
        standing: Advanced = done
        return standing

    def _show(self, standing: Advanced) -> None:
        """Show the standing in Temporal's own UI; only what has changed."""
        if standing.details != self._details:
            self._details = standing.details
            workflow.set_current_details(standing.details)
        wanted: list[tuple[SearchAttributeKey[Any], Any]] = [
            (STATUS, standing.status),
            (ROUTE, standing.route),
            (WAITING_FOR, standing.waiting_for or None),
            (DUE, standing.due),
        ]
        shown = workflow.info().typed_search_attributes
        updates = [_update(key, value) for key, value in wanted if shown.get(key) != value]
        if updates:
            workflow.upsert_search_attributes(updates)

    async def _renew_when_long(self, standing: Advanced) -> None:
        """Go on in a fresh run when Temporal finds the history long."""
        if workflow.info().is_continue_as_new_suggested():
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(CaseInput(self._case_id, max(self._news, standing.version)))

    async def _wait(self, standing: Advanced) -> None:
        """Wait for a version that is not advanced over yet, or for the time at which something may follow.

        Old news, too, end the wait once Temporal finds the history long: else they would lengthen it for ever.
        """
        if standing.wake_in_seconds == 0:
            return
        self._set_timer(standing)
        await workflow.wait_condition(
            lambda: (
                self._anew
                or self._news > standing.version
                or (self._timer is not None and self._timer.done())
                or workflow.info().is_continue_as_new_suggested()
            )
        )

    def _set_timer(self, standing: Advanced) -> None:
        """Have one timer run to the time to wake; one that runs to it already goes on, which spares history."""
        runs = self._timer is not None and not self._timer.done()
        if runs and self._wake_at == standing.wake_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._wake_at = None, standing.wake_at
        if standing.wake_in_seconds is not None:
            summary = f"Til {standing.wake_at:%Y-%m-%d %H:%M} UTC"
            self._timer = asyncio.create_task(workflow.sleep(standing.wake_in_seconds, summary=summary))


def _options(retries: RetryPolicy, timeout: timedelta, summary: str) -> dict[str, Any]:
    return {"result_type": Advanced, "start_to_close_timeout": timeout, "retry_policy": retries, "summary": summary}


def _is_final(error: FailureError) -> bool:
    """Whether trying again is of no use; a local activity's failure may come without its wrapping."""
    cause = error.cause if isinstance(error, ActivityError) else error
    return is_cancelled_exception(error) or (isinstance(cause, ApplicationError) and cause.non_retryable)


def _update(key: SearchAttributeKey[Any], value: Any) -> SearchAttributeUpdate[Any]:
    return key.value_unset() if value is None else key.value_set(value)
