# SPDX-License-Identifier: EUPL-1.2
"""Tells a container engine whether a part that listens on no port lives: `python -m runtime.healthcheck worker`."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Sequence

import psycopg

from runtime.database import connect_async
from runtime.parts import FRESH_SECONDS, PARTS, PartState, read_parts
from runtime.settings import NotRunningError, Settings, SettingsError


def lives(states: Sequence[PartState], part: str, host: str) -> bool:
    """Tell whether the part gave a sign of life from this host in the last ten seconds, ready or standing by."""
    return any(
        state.part == part and state.instance.startswith(f"{host}:") and state.age < FRESH_SECONDS for state in states
    )


def main(arguments: Sequence[str]) -> int:
    """Return 0 when this host's part lives and 1 when not, with the reason on stderr; 2 for a part that is none."""
    if len(arguments) != 1 or arguments[0] not in PARTS:
        sys.stderr.write(f"usage: python -m runtime.healthcheck {'|'.join(PARTS)}\n")
        return 2
    try:
        states = asyncio.run(_states())
    except (psycopg.Error, NotRunningError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if lives(states, arguments[0], socket.gethostname()):
        return 0
    sys.stderr.write(f"{arguments[0]} has not beaten for {FRESH_SECONDS:g} seconds on this host\n")
    return 1


async def _states() -> Sequence[PartState]:
    """Read the heartbeats of all parts."""
    async with await connect_async(Settings().with_database().database_url) as connection:
        return await read_parts(connection)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
