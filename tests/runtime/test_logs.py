# SPDX-License-Identifier: EUPL-1.2
"""Every line of a process joins one stream in one form."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

PROLOGUE = """
import logging
import structlog
from runtime.logs import bound_contextvars, configure_logging
log = structlog.get_logger()
"""


def run(program: str) -> list[str]:
    """Run a program that logs, and return its lines on stderr; nothing may come on stdout."""
    done = subprocess.run([sys.executable, "-c", PROLOGUE + program], capture_output=True, text=True, check=True)

    assert done.stdout == ""
    return done.stderr.splitlines()


def run_json(program: str) -> list[dict[str, Any]]:
    """Run a program that logs JSON, and return its lines."""
    return [json.loads(line) for line in run('configure_logging("web", "json")\n' + program)]


def test_own_line_carries_event_role_time_and_level() -> None:
    """A line has what a log store needs: event, keys, role, level, and the real time in UTC."""
    (line,) = run_json('log.info("answer_recorded", case="c1", body="dassos")')

    assert (line["event"], line["case"], line["body"]) == ("answer_recorded", "c1", "dassos")
    assert (line["role"], line["level"]) == ("web", "info")
    assert line["time"].endswith("Z")


def test_bound_context_stands_in_every_librarys_line() -> None:
    """Ids bound for a request stand in our line and in a library's, and not in later ones."""
    program = """
with bound_contextvars(request="r1", case="c1"):
    log.info("within_happened")
    logging.getLogger("uvicorn.error").warning("within too")
log.info("after_happened")
"""
    within, library, after = run_json(program)

    assert (within["request"], within["case"]) == ("r1", "c1")
    assert (library["request"], library["case"]) == ("r1", "c1")
    assert "request" not in after


def test_uvicorns_lines_join_the_stream() -> None:
    """A real uvicorn's start and access lines are JSON of our form; the query, which may hold a secret, is left out."""
    program = """
import asyncio, socket, uvicorn
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
async def main():
    listener = socket.socket(); listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve([listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"GET /sign-in?token=hemmelig HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n")
    await reader.read()
    writer.close()
    server.should_exit = True
    await serving
asyncio.run(main())
"""
    program = program.replace(
        "    reader, writer =", "    while not server.started:\n        await asyncio.sleep(0.01)\n    reader, writer ="
    )
    lines = run_json(program)
    (access,) = [line for line in lines if line["event"] == "request_served"]

    assert (access["method"], access["path"], access["status"]) == ("GET", "/sign-in", 200)
    assert "hemmelig" not in json.dumps(lines)
    assert any(line["logger"] == "uvicorn.error" for line in lines)


def test_a_personal_links_token_is_left_out() -> None:
    """Whoever reads the log can open nobody's answer page."""
    program = """
access = logging.getLogger("uvicorn.access")
for path in ("/svar/x", "/svar/x/bilag/1", "/bekraeft/x", "/calendar/x.ics", "/svarer/andet"):
    access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", path, "1.1", 200)
"""
    lines = run_json(program)

    assert [line["path"] for line in lines] == [
        "/svar/-",
        "/svar/-/bilag/1",
        "/bekraeft/-",
        "/calendar/-",
        "/svarer/andet",
    ]
    assert "hemmelig" not in json.dumps(lines)


def test_event_store_does_not_silence_psycopg() -> None:
    """Psycopg's warnings are still heard after the event store has been set up."""
    program = """
from runtime.database import eventsourcing_env
eventsourcing_env("postgresql://u@h/d")
logging.getLogger("psycopg.pool").warning("connection lost")
"""
    (line,) = run_json(program)

    assert (line["event"], line["logger"]) == ("connection lost", "psycopg.pool")


def test_temporals_core_joins_the_stream(temporal_server: str) -> None:
    """What Temporal's core, which is not Python, says of a real worker is a line of ours."""
    program = f"""
import asyncio
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker
from runtime.temporal import temporal_runtime
@activity.defn
async def nothing() -> None: ...
async def main():
    client = await Client.connect({temporal_server!r}, runtime=temporal_runtime())
    async with Worker(client, task_queue="cases", activities=[nothing]):
        await asyncio.sleep(0.1)
asyncio.run(main())
"""
    line = next(line for line in run_json(program) if line["logger"] == "temporalio.core")

    assert line["target"].startswith("temporalio_sdk_core")
    assert line["fields"]["task_queue"] == "cases"


def test_workflow_lines_carry_the_workflows_id() -> None:
    """What Temporal's workflow logger adds becomes our key `workflow`."""
    (line,) = run_json(
        'logging.getLogger("temporalio.workflow").info("x", extra={"temporal_workflow": {"workflow_id": "case:1"}})'
    )

    assert line["workflow"] == "case:1"
    assert "temporal_workflow" not in line


def test_exception_is_one_line() -> None:
    """A traceback stays inside its JSON line."""
    (line,) = run_json('try:\n    1 / 0\nexcept ZeroDivisionError:\n    log.exception("fold_failed", name="Ærø")')

    assert "ZeroDivisionError" in line["exception"]
    assert line["name"] == "Ærø"


def test_console_form_is_for_people() -> None:
    """In console form the line starts with the time and is no JSON."""
    (line,) = run('configure_logging("up", "console")\nlog.info("part_started", part="web")')

    assert "part_started" in line
    assert not line.startswith("{")


def test_auto_is_json_where_no_terminal_is() -> None:
    """In production, stderr is no terminal, and lines are JSON without a setting."""
    (line,) = run('configure_logging("web", "auto")\nlog.info("web_started")')

    assert json.loads(line)["event"] == "web_started"
