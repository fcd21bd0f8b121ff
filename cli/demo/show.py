# SPDX-License-Identifier: EUPL-1.2
"""One showing of the demo from an empty folder to the end: services, clock, secrets, script and screen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx2
from rich.console import Console

from cli.demo.api import Api
from cli.demo.folder import demo_clock, fresh_folder
from cli.demo.player import Player, next_opening, until_shown
from cli.demo.screen import Screen, feed_console
from cli.demo.script import read_script
from cli.output import as_json, print_json
from cli.tables import Names
from cli.tree import keep_logs_in, lines, signin_link
from domain.dates import danish_date
from domain.organisation import Organisation
from organisations.load import load_organisation
from runtime.clock import Clock, real_now
from runtime.database import connect
from runtime.settings import ROOT, Settings
from web.access import SECRETARIAT, create_token, webhook_secret
from workers.up import Services, up

ORGANISATION = ROOT / "organisations" / "midtjylland"
SCRIPT_FILE = ORGANISATION / "demo" / "cu-2025.toml"
TIMEOUT_SECONDS = 15.0
OURS_ALONE = (
    "database_url",
    "migrate_database_url",
    "service_password",
    "temporal_address",
    "temporal_namespace",
    "public_url",
)
"""Settings that lead to services of somebody else: the demo has its own."""


@dataclass
class Show:
    """A showing; the settings are those of its own folder."""

    settings: Settings
    clock: Clock
    organisation: Organisation
    once: bool
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    console: Console = field(default_factory=lambda: feed_console(to_stderr=as_json()))
    ended: bool = False

    @classmethod
    def prepared(cls, *, once: bool) -> Show:
        """A showing in a fresh folder whose clock has begun to run."""
        now = real_now()
        organisation = load_organisation(ORGANISATION)
        folder, clock = fresh_folder(now), demo_clock(now)
        clock.save(folder)
        none: dict[str, Any] = dict.fromkeys(OURS_ALONE)
        return cls(Settings(data=folder, organisation=ORGANISATION, **none), clock, organisation, once)

    async def run(self, port: int | None) -> bool:
        """Show it all; whether the case came to its end. Raises what the services raise, and `DemoError`."""
        self.console.print(f"Starter i / starting in {self.settings.data} …")
        keep_logs_in(self.settings.data)
        await up(self.settings, port, self._play, stop=self.stop)
        return self.ended

    async def _play(self, services: Services) -> None:
        for line in lines(services, signin_link(services), self.settings.data):
            self.console.print(line, soft_wrap=True)
        opening = next_opening(self.clock)
        script = read_script(SCRIPT_FILE, danish_date(opening))
        screen = Screen(self.console, self.clock, Names(self.organisation, danish_date(opening)))
        timeout = httpx2.Timeout(TIMEOUT_SECONDS)
        base = f"{services.web_url}/api/v1"
        async with httpx2.AsyncClient(base_url=base, timeout=timeout, trust_env=False) as client:
            api = self._api(client, services, {entry.body for entry in script.entries})
            with screen.live():
                await until_shown(self.clock, opening)
                case = await Player(api, self.clock, screen.board, script, screen.tell).play()
        self.ended = True
        self._finish(services, case)

    def _api(self, client: httpx2.AsyncClient, services: Services, bodies: set[str]) -> Api:
        """A client with a token of the secretariat and a webhook secret for every body."""
        now: datetime = real_now()
        with connect(services.database_url) as connection:
            token = create_token(connection, SECRETARIAT, "demo")
            secrets = {body: webhook_secret(connection, body, now)["secret"] for body in sorted(bodies)}
        return Api(client, token, secrets)

    def _finish(self, services: Services, case: dict[str, Any]) -> None:
        """Say how it ended; then stop, or leave the pages up."""
        if as_json():
            print_json(case)
        self.console.print(f"Sagen er afsluttet / the case has ended: {case['status']}, {case['result']}")
        if self.once:
            self.stop.set()
            return
        for line in lines(services, signin_link(services), self.settings.data):
            self.console.print(line, soft_wrap=True)
