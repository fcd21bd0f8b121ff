# SPDX-License-Identifier: EUPL-1.2
"""How our processes speak with Temporal: connecting, waking a case's workflow, and naming what it must know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, WorkflowIDReusePolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RetryConfig, RPCError, RPCStatusCode

from runtime.settings import ResolvedSettings
from runtime.temporal import temporal_connection
from workflows.delivery_messages import (
    DELIVERY_QUEUE,
    DELIVERY_WORKFLOW,
    RESEND,
    DeliveryInput,
    delivery_workflow_id,
)
from workflows.messages import (
    CHANGED,
    SEARCH_ATTRIBUTE_KEYS,
    TASK_QUEUE,
    WORKFLOW,
    CaseInput,
    Changed,
    case_workflow_id,
)

RPC_TIMEOUT = timedelta(seconds=5)
# With a longer one a killed worker's case could stand still for more than ten seconds.
TASK_TIMEOUT = timedelta(seconds=5)
# Our own loops try again: the client only bridges a moment, and notices a server's return within a second.
RETRIES = RetryConfig(max_interval_millis=1000, max_elapsed_time_millis=5000)
LONGEST_SUMMARY = 400
"""The longest summary that Temporal takes, in bytes."""

SEARCH_ATTRIBUTES = tuple(
    f"{key.name}={key.indexed_value_type.name.title().replace('_', '')}" for key in SEARCH_ATTRIBUTE_KEYS
)
"""What Temporal must know to look cases up by, as its development server takes it: `name=Type`."""

_LOST = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}
_KNOWN_ALREADY = {RPCStatusCode.ALREADY_EXISTS}
_NOT_OURS_TO_DO = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED}

log = structlog.get_logger()


class TemporalLostError(ConnectionError):
    """Temporal does not answer."""


class SearchAttributesError(RuntimeError):
    """Temporal lacks what cases are looked up by: which search attributes, and how to create them."""


@dataclass(frozen=True)
class Waking:
    """A case whose workflow is to look at the log, which holds it up to `version`; title and route are for people."""

    case_id: UUID
    version: int
    title: str
    route: str
    anew: bool = False
    """Whether it is to look even if it has come over that version already."""


async def connect_temporal(settings: ResolvedSettings, *, lazy: bool = False) -> Client:
    """Connect to Temporal; raises `TemporalLostError`. A `lazy` client connects at its first call."""
    options = temporal_connection(settings)
    with _noticing_loss():
        return await Client.connect(**options, data_converter=pydantic_data_converter, retry_config=RETRIES, lazy=lazy)


async def wake(client: Client, case: Waking) -> None:
    """Signal a case's workflow, starting it where none runs; safe to repeat.

    Raises `TemporalLostError` within seconds, and `RPCError` for what Temporal refuses.
    """
    with _noticing_loss():
        await client.start_workflow(
            WORKFLOW,
            CaseInput(case.case_id, case.version),
            id=case_workflow_id(case.case_id),
            task_queue=TASK_QUEUE,
            task_timeout=TASK_TIMEOUT,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal=CHANGED,
            start_signal_args=[Changed(case.version, case.anew)],
            static_summary=_shortened(case.title),
            static_details=case.route,
            rpc_timeout=RPC_TIMEOUT,
        )


async def deliver(client: Client, delivery_id: UUID, pauses: list[float], resends: int) -> None:
    """Have a delivery's workflow run, and wake it where it waits for less resends than these; safe to repeat.

    Raises as `wake` does.
    """
    with _noticing_loss():
        await client.start_workflow(
            DELIVERY_WORKFLOW,
            DeliveryInput(delivery_id, pauses, resends),
            id=delivery_workflow_id(delivery_id),
            task_queue=DELIVERY_QUEUE,
            task_timeout=TASK_TIMEOUT,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal=RESEND,
            start_signal_args=[resends],
            rpc_timeout=RPC_TIMEOUT,
        )


async def register_search_attributes(client: Client) -> None:
    """Make Temporal know by what cases are looked up; those that it knows already are fine.

    Raises `SearchAttributesError` where somebody else has to, `TemporalLostError`, and `RPCError` for other refusals.
    """
    refused = {key.name: error for key in SEARCH_ATTRIBUTE_KEYS if (error := await _register(client, key)) is not None}
    if not refused:
        return
    known = await _registered(client)
    if known is None:
        for name, error in refused.items():
            log.warning("search_attribute_not_registered", attribute=name, error=error.message)
    elif missing := [wanted for wanted in SEARCH_ATTRIBUTES if _name(wanted) in refused.keys() - known]:
        raise SearchAttributesError(_how_to_create(missing, client.namespace))


async def _register(client: Client, key: SearchAttributeKey[Any]) -> RPCError | None:
    """Register one search attribute; returns the refusal where that is not ours to do."""
    wanted = {key.name: IndexedValueType.ValueType(key.indexed_value_type)}
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
    try:
        with _noticing_loss():
            await client.operator_service.add_search_attributes(request, timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status in _NOT_OURS_TO_DO:
            return error
        if error.status not in _KNOWN_ALREADY:
            raise
    return None


async def _registered(client: Client) -> set[str] | None:
    """The names of the search attributes that Temporal knows, or None where it does not tell us."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        with _noticing_loss():
            listed = await client.operator_service.list_search_attributes(request, timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status in _NOT_OURS_TO_DO:
            return None
        raise
    return set(listed.custom_attributes)


def _how_to_create(missing: list[str], namespace: str) -> str:
    options = " ".join(f"--name {_name(wanted)} --type {wanted.partition('=')[2]}" for wanted in missing)
    what = f"Temporal's namespace {namespace!r} lacks the search attributes {', '.join(map(_name, missing))}"
    how = f"`temporal operator search-attribute create --namespace {namespace} {options}`"
    return f"{what}, which no case can do without and we may not create; have its operator run {how}, and try again"


def _name(wanted: str) -> str:
    return wanted.partition("=")[0]


@contextmanager
def _noticing_loss() -> Iterator[None]:
    """Tell an outage, which passes, from a refusal."""
    try:
        yield
    except RPCError as error:
        if error.status in _LOST:
            raise TemporalLostError(f"Temporal does not answer: {error.message}") from error
        raise
    except RuntimeError as error:  # the client could not connect
        raise TemporalLostError(f"Temporal does not answer: {error}") from error


def _shortened(text: str) -> str:
    """As much of a text as Temporal takes for a summary."""
    return text.encode()[:LONGEST_SUMMARY].decode(errors="ignore")
