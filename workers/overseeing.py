# SPDX-License-Identifier: EUPL-1.2
"""Looks after the cases' workflows: finds those that are gone or fail, and brings back what somebody asks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import psycopg
import structlog
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, GetSystemInfoRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from domain.cases import Cases
from domain.errors import CaseNotFoundError
from projections.documents import instant
from runtime.clock import real_now
from runtime.database import connect_async
from runtime.troubles import (
    MOST,
    NO_WORKFLOW,
    NOT_WOKEN,
    WORKFLOW_FAILS,
    asked_recoveries,
    forget_recovery,
    keep_only,
    note,
    settle,
)
from workers.temporal import RPC_TIMEOUT
from workers.waking import Waker
from workflows.delivery_messages import DELIVERY_QUEUE
from workflows.messages import TASK_QUEUE, WORKFLOW, case_id_of, case_workflow_id

EVERY_SECONDS = 15.0
SHARE = 20
"""The pause after a look is at least so many times as long as the look took."""
PAGE = 1000

_PROBLEMS = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
"""What Temporal itself writes of a workflow whose tasks fail again and again, from server 1.30 on."""
_RUNNING = f'WorkflowType = "{WORKFLOW}" AND ExecutionStatus = "Running"'
_FAILING = f"{_RUNNING} AND {_PROBLEMS.name} IS NOT NULL"
_OPEN = "SELECT id FROM views.cases WHERE status IN ('running', 'suspended') AND position <= %s"

log = structlog.get_logger()

_Connection = psycopg.AsyncConnection[Any]


class Overseer:
    """What the relay does beside relaying; a look at Temporal takes its time beside the relay's turns."""

    def __init__(self, url: str, cases: Cases, client: Client, every: float = EVERY_SECONDS) -> None:
        """Look after the cases of the log in the database at `url`, every so many real seconds at most."""
        self._url = url
        self._cases = cases
        self._client = client
        self._waker = Waker(cases, client)
        self._every = every
        self._looking: asyncio.Task[None] | None = None
        self._look_at = 0.0
        self._temporal: dict[str, Any] = {}

    def detail(self) -> Mapping[str, Any]:
        """What the last look found of Temporal, nothing before the first; for the relay's heartbeat."""
        return {"temporal": self._temporal} if self._temporal else {}

    async def turn(self, connection: _Connection, position: int) -> None:
        """Bring back what was asked for, and begin a look when it is time; `position` is how far the relay has come.

        Raises what keeps all cases from being woken.
        """
        for case_id in await asked_recoveries(connection):
            await self._bring_back(connection, case_id)
        if self._looking is None and asyncio.get_running_loop().time() >= self._look_at:
            self._looking = asyncio.create_task(self._look_and_rest(position))

    async def look(self, position: int) -> None:
        """See how Temporal is, and write down every open case that does not run there as it should; raises errors.

        Temporal must have been told of all cases up to `position`.
        """
        await self._look_at_temporal()
        async with await connect_async(self._url) as connection:
            found = await (await connection.execute(_OPEN, (position,))).fetchall()
            running = {workflow.id async for workflow in self._client.list_workflows(_RUNNING, page_size=PAGE)}
            missing = [case_id for (case_id,) in found if case_workflow_id(case_id) not in running]
            gone = [(case_id, why) for case_id in missing[:MOST] if (why := await self._why_gone(case_id))]
            await keep_only(connection, NO_WORKFLOW, gone)
            await keep_only(connection, WORKFLOW_FAILS, [each async for each in self._failing()])

    async def note(self, case_id: UUID, refusal: str | None) -> None:
        """Write down why a case could not be woken, or, with None, that it was; raises psycopg errors."""
        async with await connect_async(self._url) as connection:
            await self._note(connection, case_id, refusal)

    async def end(self) -> None:
        """Break off the look under way."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    async def _bring_back(self, connection: _Connection, case_id: UUID) -> None:
        """Wake a case anew; one that cannot be woken is told of and not tried again before it is asked for."""
        try:
            case = await asyncio.to_thread(self._cases.get, case_id)
        except CaseNotFoundError:
            await settle(connection, case_id)
            return
        await self._note(connection, case_id, await self._waker.wake(case_id, case.version, anew=True))
        await forget_recovery(connection, case_id)

    async def _note(self, connection: _Connection, case_id: UUID, refusal: str | None) -> None:
        if refusal is None:
            await settle(connection, case_id)
        else:
            await note(connection, NOT_WOKEN, case_id, refusal)

    async def _look_and_rest(self, position: int) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            await self.look(position)
        except (RPCError, RuntimeError, OSError, psycopg.Error) as error:
            log.warning("look_failed", error=str(error))
        finally:
            self._look_at = clock() + max(self._every, SHARE * (clock() - began))
            self._looking = None

    async def _look_at_temporal(self) -> None:
        """Note whether Temporal answers, its version, and how many workers take from its queues; raises its errors."""
        found: dict[str, Any] = {"namespace": self._client.namespace, "looked_at": instant(real_now())}
        try:
            service = self._client.workflow_service
            found["version"] = (
                await service.get_system_info(GetSystemInfoRequest(), timeout=RPC_TIMEOUT)
            ).server_version
            found["pollers"] = {queue: await self._pollers(queue) for queue in (TASK_QUEUE, DELIVERY_QUEUE)}
            self._temporal = {**found, "answers": True, "error": None}
        except (RPCError, RuntimeError) as error:
            self._temporal = {**found, "answers": False, "error": str(error)}
            raise

    async def _pollers(self, queue: str) -> int:
        """How many workers have asked a queue for work within the last minutes."""
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        found = await self._client.workflow_service.describe_task_queue(request, timeout=RPC_TIMEOUT)
        return len({poller.identity for poller in found.pollers})

    async def _why_gone(self, case_id: UUID) -> str | None:
        """Why an open case has no workflow that runs; None where it has one, or has ended meanwhile."""
        case = await asyncio.to_thread(self._cases.get, case_id)
        handle = self._client.get_workflow_handle(case_workflow_id(case_id))
        try:
            status = (await handle.describe(rpc_timeout=RPC_TIMEOUT)).status
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            status = None
        if not case.is_open or status == WorkflowExecutionStatus.RUNNING:
            return None
        if status is None:
            return "Temporal has no workflow of this case"
        said = f"its workflow has ended: {status.name.lower().replace('_', ' ')}"
        return f"{said}: {await _failure(handle)}" if status == WorkflowExecutionStatus.FAILED else said

    async def _failing(self) -> AsyncIterator[tuple[UUID, str]]:
        """The cases whose workflow runs, but fails at every attempt; none where the server does not tell."""
        try:
            async for workflow in self._client.list_workflows(_FAILING, limit=MOST):
                yield case_id_of(workflow.id), ", ".join(workflow.typed_search_attributes.get(_PROBLEMS) or ())
        except RPCError as error:
            if error.status != RPCStatusCode.INVALID_ARGUMENT:
                raise


async def _failure(handle: Any) -> str:
    """What a failed workflow's failure says."""
    try:
        await handle.result(rpc_timeout=RPC_TIMEOUT)
    except WorkflowFailureError as error:
        causes: list[BaseException] = [error]
        while cause := causes[-1].__cause__:
            causes.append(cause)
        return str(causes[-1])
    return ""
