# SPDX-License-Identifier: EUPL-1.2
"""The supervisor starts, restarts and stops real child processes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from workers.supervisor import Part, PartError, Supervisor, rotate

LIVES = "import time; print('lives', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('lives', flush=True); time.sleep(600)"
)
NOTES_ITS_END = """
import pathlib, signal, sys, time
def end(*_):
    with pathlib.Path(sys.argv[1]).open("a") as ends:
        ends.write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("lives", flush=True)
time.sleep(600)
"""

WRITES_WHEN_ASKED = """
import pathlib, sys, time
print("lives\\n" + "x" * 200, flush=True)
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.01)
print("later", flush=True)
time.sleep(600)
"""


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    """Give a supervisor, and leave none of its processes behind."""
    made = Supervisor()
    yield made
    await made.stop()


def make_part(
    folder: Path, program: str, name: str = "part", *, arguments: tuple[str, ...] = (), **options: object
) -> Part:
    """Make a part of a small Python program that says `lives` when it is ready."""
    log_file = folder / f"{name}.log"

    async def ready() -> None:
        while not log_file.exists() or "lives" not in log_file.read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    command = [sys.executable, "-S", "-c", program, *arguments]
    return Part(**{"name": name, "command": command, "log_file": log_file, "ready": ready, **options})  # type: ignore[arg-type]


def is_alive(pid: int) -> bool:
    """Tell whether a process runs (one that has ended and is not yet collected does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


async def at_once() -> None:
    """Take a part for ready as soon as it runs."""


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something outside this process."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_started_part_is_ready(supervisor: Supervisor, tmp_path: Path) -> None:
    """`start` returns when the part can be used."""
    await supervisor.start(make_part(tmp_path, LIVES))

    assert (tmp_path / "part.log").read_text() == "lives\n"


async def test_log_of_a_part_is_private(supervisor: Supervisor, tmp_path: Path) -> None:
    """Logs may name people; only the owner reads them."""
    await supervisor.start(make_part(tmp_path, LIVES))

    assert (tmp_path / "part.log").stat().st_mode & 0o777 == 0o600


async def test_dead_part_is_restarted(supervisor: Supervisor, tmp_path: Path) -> None:
    """A killed part comes back as a new process, and its death is logged with the exit code."""
    await supervisor.start(make_part(tmp_path, LIVES))
    first = supervisor.pids()["part"]
    with capture_logs() as lines:
        os.kill(first, signal.SIGKILL)
        await until(lambda: supervisor.pids()["part"] != first)

    died, started = lines[:2]
    assert (died["event"], died["part"], died["exit_code"]) == ("part_died", "part", -signal.SIGKILL)
    assert (started["event"], started["pid"]) == ("part_started", supervisor.pids()["part"])


async def test_part_that_keeps_dying_waits_longer_each_time(supervisor: Supervisor, tmp_path: Path) -> None:
    """Restarts back off, doubling from 0.2 seconds, and the third death in a row is told."""
    began = time.monotonic()
    await supervisor.start(make_part(tmp_path, "print('lives')", ready=at_once))
    with pytest.raises(PartError, match=r"part keeps ending with exit code 0\. The end of .*part\.log:\n  lives"):
        await asyncio.wait_for(supervisor.until_failed(), 10)

    assert 0.6 <= time.monotonic() - began < 5


async def test_part_that_dies_while_starting_is_told_with_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    """A part that cannot start ends the start with its last words."""
    with pytest.raises(
        PartError, match=r"part ended with exit code 3 while starting\. The end of .*:\n  no such table"
    ):
        await supervisor.start(make_part(tmp_path, "import sys; print('no such table'); sys.exit(3)"))


async def test_part_that_is_never_ready_is_told(supervisor: Supervisor, tmp_path: Path) -> None:
    """A part that lives but never gets ready ends the start when its time is up."""
    with pytest.raises(PartError, match="part was not ready within 0 s"):
        await supervisor.start(make_part(tmp_path, "import time; time.sleep(600)", start_seconds=0.3))


async def test_parts_stop_in_reverse_order(supervisor: Supervisor, tmp_path: Path) -> None:
    """What was started last, and may need the others, is stopped first."""
    ends = tmp_path / "ends"
    for name in ("database", "engine", "web"):
        await supervisor.start(make_part(tmp_path, NOTES_ITS_END, name, arguments=(str(ends), name)))
    await supervisor.stop()

    assert ends.read_text().split() == ["web", "engine", "database"]


async def test_stop_leaves_no_process(supervisor: Supervisor, tmp_path: Path) -> None:
    """A part that does not heed SIGTERM, and its own children, are killed."""
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-S', '-c', {STUBBORN!r}]); {STUBBORN}"
    await supervisor.start(make_part(tmp_path, parent, stop_seconds=0.2))
    await until(lambda: (tmp_path / "part.log").read_text().count("lives") == 2)
    members = processes_of_group(supervisor.pids()["part"])
    await supervisor.stop()

    assert len(members) == 2
    await until(lambda: not any(is_alive(pid) for pid in members))


async def test_stop_during_back_off_starts_nothing(supervisor: Supervisor, tmp_path: Path) -> None:
    """A part that waits to be restarted is not restarted by the stop."""
    await supervisor.start(make_part(tmp_path, LIVES))
    os.kill(supervisor.pids()["part"], signal.SIGKILL)
    with capture_logs() as lines:
        await until(lambda: any(line["event"] == "part_died" for line in lines))
        await supervisor.stop()

    assert [line["event"] for line in lines] == ["part_died", "part_stopped"]


async def test_command_that_fails_is_told(supervisor: Supervisor, tmp_path: Path) -> None:
    """A command run once must end with 0."""
    await supervisor.run_to_end(make_part(tmp_path, "print('done')", "migrate"))
    with pytest.raises(PartError, match="migrate ended with exit code 1"):
        await supervisor.run_to_end(make_part(tmp_path, "import sys; sys.exit(1)", "migrate"))

    assert supervisor.pids() == {}


def test_a_log_that_is_not_long_is_left_alone(tmp_path: Path) -> None:
    """Up to the limit nothing is put aside."""
    (tmp_path / "part.log").write_text("old lines")
    rotate(tmp_path / "part.log", 9)

    assert [path.name for path in tmp_path.iterdir()] == ["part.log"]


async def test_an_overlong_log_is_put_aside_while_its_part_writes_on(tmp_path: Path) -> None:
    """A log over the limit becomes `.1`, and what the part writes next stands at the beginning of the emptied one."""
    supervisor = Supervisor(largest_log=100, log_check_seconds=0.02)
    await supervisor.start(make_part(tmp_path, WRITES_WHEN_ASKED, arguments=(str(tmp_path / "asked"),)))
    log_file, aside = tmp_path / "part.log", tmp_path / "part.log.1"
    await until(lambda: aside.exists() and log_file.stat().st_size == 0)
    (tmp_path / "asked").touch()
    await until(lambda: log_file.read_text() == "later\n")
    await supervisor.stop()

    assert aside.read_text() == "lives\n" + "x" * 200 + "\n"
    assert aside.stat().st_mode & 0o777 == 0o600


async def test_parts_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    """`kill -9` of the tree's parent leaves no part running."""
    program = f"""
import asyncio, json, pathlib, sys
from workers.supervisor import Part, Supervisor
async def main():
    made = Supervisor()
    for name in ("a", "b"):
        await made.start(Part(name, [sys.executable, "-S", "-c", {STUBBORN!r}], pathlib.Path({str(tmp_path)!r}) / name))
    pathlib.Path({str(tmp_path / "pids.new")!r}).write_text(json.dumps(made.pids()))
    pathlib.Path({str(tmp_path / "pids.new")!r}).rename({str(tmp_path / "pids")!r})
    await asyncio.Event().wait()
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=DEVNULL, stderr=DEVNULL)
    try:
        await until((tmp_path / "pids").exists)
        pids = list(json.loads((tmp_path / "pids").read_text()).values())
        assert all(is_alive(pid) for pid in pids)
    finally:
        parent.kill()
        await parent.wait()

    await until(lambda: not any(is_alive(pid) for pid in pids))


async def test_a_terminals_interrupt_reaches_the_supervisor_alone(supervisor: Supervisor, tmp_path: Path) -> None:
    """Each part has a process group of its own, so that Ctrl-C is handled once."""
    await supervisor.start(make_part(tmp_path, LIVES))
    pid = supervisor.pids()["part"]

    assert os.getpgid(pid) == pid


def processes_of_group(group: int) -> list[int]:
    """Return the ids of a process group's processes."""
    found = list[int]()
    for pid in [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]:
        with suppress(ProcessLookupError):  # others' processes come and go
            if is_alive(pid) and os.getpgid(pid) == group:
                found.append(pid)
    return found
