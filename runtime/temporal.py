# SPDX-License-Identifier: EUPL-1.2
"""How a process reaches Temporal: address, namespace, TLS and key, and its core's lines in our log stream."""

from __future__ import annotations

import atexit
import gc
import logging
from functools import cache
from typing import Any

import temporalio.activity
import temporalio.workflow
from temporalio.envconfig import ClientConfig
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from runtime.settings import ResolvedSettings, SettingsError

DEFAULT_NAMESPACE = "default"


def temporal_connection(settings: ResolvedSettings) -> dict[str, Any]:
    """Return arguments for `temporalio.client.Client.connect`: address, namespace, TLS, API key and our runtime.

    TLS and API key come from Temporal's own environment configuration, which the embedded server has no use for.
    """
    config = {} if settings.temporal_is_embedded else _environment_configuration()
    namespace = settings.temporal_namespace or config.get("namespace") or DEFAULT_NAMESPACE
    return {
        **config,
        "target_host": settings.temporal_address,
        "namespace": namespace,
        "runtime": temporal_runtime(),
    }


def _environment_configuration() -> dict[str, Any]:
    """Read Temporal's own environment configuration. Raises `SettingsError`."""
    try:
        return dict(ClientConfig.load_client_connect_config())
    except RuntimeError as error:
        mend = "correct Temporal's environment variables or its configuration file"
        raise SettingsError("TEMPORAL_*", " ".join(str(error).split()), mend) from None


@cache
def temporal_runtime() -> Runtime:
    """Return the process's one Temporal runtime, whose core lines (from level info) join our log stream."""
    temporalio.workflow.logger.workflow_info_on_message = False
    temporalio.activity.logger.activity_info_on_message = False
    forwarding = LogForwardingConfig(
        logger=logging.getLogger("temporalio.core"),
        append_target_to_name=False,
        prepend_target_on_message=False,
        append_log_fields_to_message=False,
    )
    atexit.register(_let_go)
    logs = LoggingConfig(filter=TelemetryFilter(core_level="INFO", other_level="ERROR"), forwarding=forwarding)
    return Runtime(telemetry=TelemetryConfig(logging=logs))


def _let_go() -> None:
    """Drop the runtime while the interpreter still works: its log thread, caught by the end, would never let us end."""
    temporal_runtime.cache_clear()
    gc.collect()
