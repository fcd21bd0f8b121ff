# SPDX-License-Identifier: EUPL-1.2
"""Those who get messages: a real mail server and a real endpoint, on loopback, that remember what came."""

from __future__ import annotations

import asyncio
import email
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP
from standardwebhooks.webhooks import Webhook


class MailServer:
    """What a mail server got; `refusal` is what it says to the next letters instead of taking them."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.letters: list[EmailMessage] = []
        self.refusal: str | None = None
        self.port = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Take a recipient, or refuse."""
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Keep a letter."""
        self.letters.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def text(self, number: int = -1) -> str:
        """The plain text of a letter."""
        body = self.letters[number].get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """Run a mail server while the block lasts."""
    server = MailServer()
    listening = await asyncio.get_running_loop().create_server(lambda: SMTP(server), "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


@dataclass
class Endpoint:
    """A body's endpoint: what came, verified by the library that receivers use, and what it answers."""

    url: str = ""
    secret: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    messages: list[tuple[str, Any]] = field(default_factory=list)
    """The id and the verified content of each message."""
    came: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event | None = None
    """What an answer waits for."""


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """Run an endpoint while the block lasts."""
    found = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            verified = Webhook(found.secret).verify(body, headers)
            found.messages.append((headers["webhook-id"], verified))
            found.came.set()
            if found.go_on is not None:
                found.go_on.wait(20)
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/sagsgang"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
