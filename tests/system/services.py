# SPDX-License-Identifier: EUPL-1.2
"""The real command, its processes and its HTTP, as a secretariat and its councils meet them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import psutil
import pytest
from standardwebhooks import Webhook

from domain.dates import danish_date

SAGSGANG = Path(sys.executable).with_name("sagsgang")

T = TypeVar("T")


def eventually(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """What `look` gives as soon as it gives something; fails with `what` was waited for after so many seconds."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            pytest.fail(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class Services:
    """Running services, reached by their command and their HTTP."""

    def __init__(self, url: str, environment: dict[str, str]) -> None:
        """Reach the pages and the API at `url`, and the command with `environment`."""
        self.url = url
        self.environment = environment
        self.http = httpx2.Client(base_url=url, timeout=30, trust_env=False)
        self.secrets: dict[str, str] = {}
        self.token = ""

    def command(self, *words: str) -> Any:
        """What a command prints as JSON."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [SAGSGANG, *words], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def sign_in(self) -> None:
        """Get the secretariat's token."""
        self.token = self.command("token", "create", "--role", "secretariat")["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def open_case(self, **facts: Any) -> str:
        """Open a CU case; its id."""
        wanted = {"route": "cu-afrapportering", "title": "Afrapportering", **facts}
        answer = self.http.post("/api/v1/cases", json=wanted)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def case(self, case_id: str) -> dict[str, Any]:
        """A case as the API shows it."""
        answer = self.http.get(f"/api/v1/cases/{case_id}")
        return dict(answer.json()) if answer.status_code == 200 else {}

    def timeline(self, case_id: str) -> list[dict[str, Any]]:
        """The timeline of a case."""
        return list(self.http.get(f"/api/v1/cases/{case_id}/timeline").json()["items"])

    def step(self, case_id: str, step: str) -> dict[str, Any]:
        """One step of a case."""
        return next((s for s in self.case(case_id).get("steps", []) if s["id"] == step), {})

    def wait_for_step(self, case_id: str, step: str, state: str = "open", seconds: float = 10) -> None:
        """Wait until a step has a state."""
        eventually(lambda: self.step(case_id, step).get("state") == state, seconds, f"{step} {state}")

    def webhook(self, body: str, case_id: str, outcome: str, message_id: str | None = None, **data: Any) -> Any:
        """A council's system signals a decision, once."""
        said = {"case": case_id, "outcome": outcome, "decided_on": _danish_today(), **data}
        payload = {"type": "decision.made", "timestamp": "2025-05-14T10:00:00Z", "data": said}
        return self.http.post(
            f"/api/v1/webhooks/{body}", **signed(self.secret(body), payload, message_id or f"msg_{uuid.uuid4().hex}")
        )

    def webhook_until_taken(self, body: str, case_id: str, outcome: str, seconds: float = 60, **data: Any) -> Any:
        """A council's system signals a decision again and again under one id until it has its receipt."""
        message_id = f"msg_{uuid.uuid4().hex}"

        def send() -> Any:
            try:
                answer = self.webhook(body, case_id, outcome, message_id, **data)
            except httpx2.TransportError:
                return None
            assert answer.status_code in {200, 503}, answer.text
            return answer.json() if answer.status_code == 200 else None

        return eventually(send, seconds, f"{body}'s receipt")

    def secret(self, body: str) -> str:
        """A body's webhook secret."""
        if body not in self.secrets:
            self.secrets[body] = self.command("webhook", "secret", body)["secret"]
        return self.secrets[body]

    def bring_to_councils(self, case_id: str) -> list[str]:
        """Let DASSOS, KD-Net and KKR approve; the 19 councils that are asked then."""
        for step, body in (("dassos", "dassos"), ("kd-net", "kd-net"), ("kkr", "kkr-midtjylland")):
            self.wait_for_step(case_id, step)
            self.webhook_until_taken(body, case_id, "approved")
        self.wait_for_step(case_id, "councils")
        return [answer["body"] for answer in self.step(case_id, "councils")["answers"]]

    def finish(self, case_id: str, seconds: float = 15) -> dict[str, Any]:
        """Submit, let the agency decide, and give the closed case."""
        answer = self.http.post(f"/api/v1/cases/{case_id}/submit", json={})
        assert answer.status_code == 200, answer.text
        self.wait_for_step(case_id, "agency", seconds=seconds)
        self.webhook_until_taken("social-og-boligstyrelsen", case_id, "decided", supports=True)
        self.wait_for_step(case_id, "agency", "completed", seconds=seconds)
        return eventually(lambda: (c := self.case(case_id))["status"] == "completed" and c, 10, "the case's end")

    def ready(self) -> bool:
        """Whether all parts are."""
        try:
            return self.http.get("/readyz", timeout=5).status_code == 200
        except httpx2.TransportError:
            return False


class Tree(Services):
    """`sagsgang up` on a data folder."""

    def __init__(self, data: Path) -> None:
        """Start it and wait until all parts are ready."""
        self.data = data
        environment = {**os.environ, "SAGSGANG_DATA": str(data)}
        self.port = free_port()
        super().__init__(f"http://127.0.0.1:{self.port}", environment)
        self.process: subprocess.Popen[str]
        self.start()
        self.sign_in()

    def start(self) -> None:
        """Start the command and wait until all parts are ready."""
        output = (self.data.parent / f"{self.data.name}.out").open("a", encoding="utf-8")
        with output:
            self.process = subprocess.Popen(
                [SAGSGANG, "up", "--port", str(self.port)],
                env=self.environment,
                stdout=output,
                stderr=output,
                text=True,
            )
        eventually(lambda: self.process.poll() is not None or (self.data / "services.json").exists(), 90, "services")
        assert self.process.poll() is None, Path(output.name).read_text(encoding="utf-8")
        eventually(self.ready, 60, "all parts ready")

    def part(self, name: str) -> psutil.Process:
        """The process of a part: a role of ours, `temporal` or `postgres`."""

        def find() -> psutil.Process | None:
            children = psutil.Process(self.process.pid).children(recursive=False)
            return next((child for child in children if _is_part(child, name)), None)

        return eventually(find, 20, f"the process of {name}")

    def kill(self, name: str) -> None:
        """End a part as a power cut would."""
        self.part(name).send_signal(signal.SIGKILL)

    def kill_all(self) -> list[psutil.Process]:
        """End every process of the tree as a power cut would; those that were ended."""
        parent = psutil.Process(self.process.pid)
        every = [parent, *parent.children(recursive=True)]
        for process in every:
            with suppress(psutil.NoSuchProcess):  # the death of its parent may have ended it already
                process.send_signal(signal.SIGKILL)
        self.process.wait(20)
        _, alive = psutil.wait_procs(every, 20)
        assert alive == []
        return every

    def stop(self) -> list[psutil.Process]:
        """Ask the command to stop; every process that it had."""
        parent = psutil.Process(self.process.pid)
        every = [parent, *parent.children(recursive=True)]
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)
        return every


@contextmanager
def running(data: Path) -> Iterator[Tree]:
    """`sagsgang up` on a folder, stopped at the end."""
    tree = Tree(data)
    try:
        yield tree
    finally:
        tree.http.close()
        if tree.process.poll() is None:
            tree.stop()


def signed(secret: str, payload: dict[str, Any], message_id: str) -> dict[str, Any]:
    """A request's body and headers as the Standard Webhooks specification has them, by the specification's library."""
    body = json.dumps(payload, separators=(",", ":"))
    now = datetime.now(UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, body),
    }
    return {"content": body, "headers": headers}


def _is_part(process: psutil.Process, name: str) -> bool:
    try:
        words = process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False
    return (
        words[-1:] == [name]
        if name not in {"temporal", "postgres"}
        else Path(words[0]).name == name
        if words
        else False
    )


def _danish_today() -> str:
    return danish_date(datetime.now(UTC)).isoformat()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
