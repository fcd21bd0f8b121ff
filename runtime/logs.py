# SPDX-License-Identifier: EUPL-1.2
"""One log stream on stderr for our own, uvicorn's and Temporal's lines: JSON, or for people in a terminal."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, clear_contextvars

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from structlog.typing import Processor

__all__ = ["bind_contextvars", "bound_contextvars", "clear_contextvars", "configure_logging"]

LEVELS = {
    "": logging.INFO,
    "asyncio": logging.WARNING,
    "eventsourcing": logging.WARNING,
    "httpcore2": logging.WARNING,
    "httpx2": logging.WARNING,
    "psycopg": logging.WARNING,
    "psycopg.pool": logging.WARNING,
    "temporalio": logging.INFO,
    "uvicorn": logging.INFO,
    "uvicorn.access": logging.INFO,
    "uvicorn.asgi": logging.INFO,
    "uvicorn.error": logging.INFO,
}

ACCESS_ARGUMENTS = 5
_TOKEN = re.compile(r"^(/(?:svar|bekraeft|calendar)/)[^/]+")


def configure_logging(role: str, log_format: str = "auto") -> None:
    """Send every line of this process to stderr in one form; uvicorn must be started with `log_config=None`.

    `log_format` is `json`, `console` or `auto` (console in a terminal). Context bound by `bound_contextvars`
    (`request`, `case`, `body`, `workflow`) stands in each line written within it.
    """
    as_json = log_format == "json" or (log_format == "auto" and not sys.stderr.isatty())
    shared = _shared_processors(role)
    _configure_standard_library(_formatter(shared, as_json=as_json))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _shared_processors(role: str) -> list[Processor]:
    """Return the steps that each line goes through, wherever it comes from."""

    def add_role(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Say which role wrote the line."""
        line.setdefault("role", role)
        return line

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        _name_temporal_context,
        _name_access_line,
        add_role,
        _stamp,
        structlog.processors.StackInfoRenderer(),
    ]


def _formatter(shared: list[Processor], *, as_json: bool) -> logging.Formatter:
    """Return the one formatter of the process."""
    tail: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        render = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        tail += [structlog.processors.format_exc_info, render]
    else:
        # The plain form: the default one prints local variables, and a secret may be among them.
        plain = structlog.dev.plain_traceback
        colors = sys.stderr.isatty()
        tail += [structlog.dev.ConsoleRenderer(colors=colors, timestamp_key="time", exception_formatter=plain)]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=tail, pass_foreign_args=True)


def _configure_standard_library(formatter: logging.Formatter) -> None:
    """Give the root logger our one handler, and let every library's lines come to it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.captureWarnings(capture=True)
    for name, level in LEVELS.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.handlers[:] = [] if name else [handler]
        logger.propagate = True


def _stamp(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the real time of the line (UTC); a line forwarded from Temporal's core keeps its own."""
    record = line.get("_record")
    instant = datetime.fromtimestamp(record.created, UTC) if record is not None else datetime.now(UTC)
    line["time"] = instant.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return line


def _name_temporal_context(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turn Temporal's own extras into our keys: `workflow`, and the fields of a line from its core."""
    for extra in ("temporal_workflow", "temporal_activity"):
        context = line.pop(extra, None)
        if isinstance(context, dict):
            line.setdefault("workflow", context.get("workflow_id"))
            line.setdefault("activity", context.get("activity_type"))
    core = line.pop("temporal_log", None)
    if core is not None:
        line["target"] = core.target
        line["fields"] = dict(core.fields)
    return {key: value for key, value in line.items() if value is not None or key not in {"workflow", "activity"}}


def _name_access_line(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turn uvicorn's access line into keys, without what may open a page: the query, and a personal link's token."""
    arguments = line.pop("positional_args", None)
    line.pop("color_message", None)  # uvicorn's copy of the message, with escape codes
    if line.get("logger") != "uvicorn.access" or not isinstance(arguments, tuple) or len(arguments) != ACCESS_ARGUMENTS:
        return line
    client, method, path, _version, status = arguments
    shown = _TOKEN.sub(r"\1-", path.partition("?")[0])
    line.update(event="request_served", client=client, method=method, path=shown, status=status)
    return line
