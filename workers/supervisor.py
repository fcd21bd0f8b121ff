# SPDX-License-Identifier: EUPL-1.2
"""Keeps child processes running: starts them in order, restarts what dies, stops them in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from workers.launch import Identity, launched

FIRST_BACK_OFF = 0.2
LONGEST_BACK_OFF = 5.0
HEALTHY_AFTER = 30.0
GIVE_UP_AFTER = 3
LARGEST_LOG = 10 * 1024 * 1024
LOG_CHECK_SECONDS = 10.0
TAIL_LINES = 15

log = structlog.get_logger()


class PartError(RuntimeError):
    """A part could not be started, or ended when it should not: says which, how, and the end of its log."""

    def __init__(self, part: str, what: str, log_file: Path) -> None:
        """Quote the last lines of the part's log."""
        super().__init__(f"{part} {what}. The end of {log_file}:\n{tail(log_file)}")
        self.part = part


async def _at_once() -> None:
    """Take a part for ready as soon as it runs."""


@dataclass(frozen=True)
class Part:
    """One child process: what it runs, when it is ready, and how it is stopped.

    `prepare` runs before each start, in a thread. `ready` returns when the part can be used, and is asked only at the
    first start. `stop_signal` asks for a clean end, `stop_seconds` later it is killed.
    """

    name: str
    command: list[str]
    log_file: Path
    environment: Mapping[str, str] | None = None
    prepare: Callable[[], None] | None = None
    ready: Callable[[], Awaitable[None]] = _at_once
    start_seconds: float = 60.0
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 8.0
    death_signal: int = signal.SIGKILL
    identity: Identity | None = None


@dataclass
class _Running:
    """A started part: its present process, and the task that watches it."""

    part: Part
    process: Process
    watch: asyncio.Task[None] | None = None
    rotation: asyncio.Task[None] | None = None
    deaths: int = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    spawning: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class Supervisor:
    """The tree of parts of one `sagsgang up`; one event loop in the main thread owns it."""

    largest_log: int = LARGEST_LOG
    """Bytes after which a part's log file is put aside as `.1`; looked at every `log_check_seconds` real seconds."""
    log_check_seconds: float = LOG_CHECK_SECONDS
    _parts: list[_Running] = field(default_factory=list)
    _failed: asyncio.Event = field(default_factory=asyncio.Event)
    _failure: PartError | None = None

    async def start(self, part: Part) -> None:
        """Start the part, wait until it is ready, and keep it running. Raises `PartError`."""
        running = _Running(part, await _spawn(part))
        self._parts.append(running)
        await _until_ready(running)
        running.watch = asyncio.create_task(self._watch(running), name=f"watch {part.name}")
        running.rotation = asyncio.create_task(self._keep_log_short(running), name=f"log of {part.name}")

    async def run_to_end(self, part: Part) -> None:
        """Run the part once to its end. Raises `PartError` when it does not end with 0 in time."""
        running = _Running(part, await _spawn(part))
        self._parts.append(running)
        try:
            code = await asyncio.wait_for(running.process.wait(), part.start_seconds)
        except TimeoutError:
            raise PartError(part.name, f"did not end within {part.start_seconds:.0f} s", part.log_file) from None
        finally:
            await _end(running)
            self._parts.remove(running)
        if code != 0:
            raise PartError(part.name, f"ended with {_exit_text(code)}", part.log_file)

    def pids(self) -> dict[str, int]:
        """Return the process id of each part."""
        return {running.part.name: running.process.pid for running in self._parts}

    async def until_failed(self) -> None:
        """Wait until a part has died thrice in a row without a healthy time between, and raise its `PartError`."""
        await self._failed.wait()
        if self._failure is not None:
            raise self._failure

    async def stop(self) -> None:
        """Stop every part, the last started first; none is left when this returns."""
        for running in reversed(self._parts):
            await _end(running)
            log.info("part_stopped", part=running.part.name)
        self._parts.clear()

    async def _watch(self, running: _Running) -> None:
        """Restart the part whenever it dies, waiting longer each time it dies young."""
        back_off = FIRST_BACK_OFF
        while True:
            lived = await _lifetime(running.process)
            if running.stopping.is_set():
                return
            back_off = FIRST_BACK_OFF if lived >= HEALTHY_AFTER else back_off
            self._note_death(running, lived)
            await _respawn(running, back_off)
            back_off = min(back_off * 2, LONGEST_BACK_OFF)

    async def _keep_log_short(self, running: _Running) -> None:
        """Put the part's log aside whenever it has grown long, until the part is to stop."""
        while not await _is_set_within(running.stopping, self.log_check_seconds):
            with contextlib.suppress(OSError):  # a full disk must not end the tree
                await asyncio.to_thread(rotate, running.part.log_file, self.largest_log)

    def _note_death(self, running: _Running, lived: float) -> None:
        """Log the death, and remember a part that does nothing but die."""
        part, code = running.part, running.process.returncode
        log.error("part_died", part=part.name, exit_code=code, lived_seconds=round(lived, 1))
        running.deaths = 1 if lived >= HEALTHY_AFTER else running.deaths + 1
        if running.deaths >= GIVE_UP_AFTER and self._failure is None:
            self._failure = PartError(part.name, f"keeps ending with {_exit_text(code)}", part.log_file)
            self._failed.set()


def tail(log_file: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log file, indented; or a word on why there are none."""
    try:
        text = log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    except OSError:
        text = []
    return "\n".join(f"  {line}" for line in text) or "  (empty)"


async def _spawn(part: Part) -> Process:
    """Start the part's process in a process group of its own, its output going to its log file."""
    if part.prepare is not None:
        await _to_its_end(part.prepare)
    output = open_log(part.log_file)
    try:
        process = await asyncio.create_subprocess_exec(
            *launched(part.command, death_signal=part.death_signal, identity=part.identity),
            stdin=DEVNULL,
            stdout=output,
            stderr=output,
            env=None if part.environment is None else dict(part.environment),
            umask=0o077,
            process_group=0,
        )
    finally:
        os.close(output)
    log.info("part_started", part=part.name, pid=process.pid)
    return process


async def _to_its_end(work: Callable[[], None]) -> None:
    """Run blocking work in a thread; when cancelled, still wait for it, since it may hold processes and files."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


async def _respawn(running: _Running, back_off: float) -> None:
    """Start the part again after `back_off` seconds, however often preparing it fails; not when it is to stop."""
    while not await _is_set_within(running.stopping, back_off):
        async with running.spawning:
            if running.stopping.is_set():
                return
            try:
                running.process = await _spawn(running.part)
            except (OSError, RuntimeError) as error:
                log.warning("part_restart_failed", part=running.part.name, error=str(error))
                back_off = LONGEST_BACK_OFF
            else:
                return


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for the event; tell whether it came in time."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


def open_log(path: Path) -> int:
    """Open a log file to append to, readable by its owner only; an overlong one is first put aside as `.1`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        rotate(path, LARGEST_LOG)
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def rotate(path: Path, largest: int) -> None:
    """Copy a log of more than `largest` bytes to `.1` and empty it, since whoever writes it keeps it open to append.

    Lines written between copying and emptying (microseconds) are lost.
    """
    if path.stat().st_size <= largest:
        return
    aside = os.open(path.with_name(path.name + ".1"), os.O_WRONLY | os.O_TRUNC | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with path.open("rb") as full, os.fdopen(aside, "wb") as copy:
        shutil.copyfileobj(full, copy)
        os.truncate(path, 0)


async def _until_ready(running: _Running) -> None:
    """Wait until the part is ready; raises `PartError` if it dies before, or is not in time."""
    part = running.part
    ready = asyncio.ensure_future(part.ready())
    died = asyncio.ensure_future(running.process.wait())
    try:
        await asyncio.wait({ready, died}, timeout=part.start_seconds, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            ready.result()
            return
        if died.done():
            raise PartError(part.name, f"ended with {_exit_text(died.result())} while starting", part.log_file)
        raise PartError(part.name, f"was not ready within {part.start_seconds:.0f} s", part.log_file)
    finally:
        for task in (ready, died):
            task.cancel()
        await asyncio.gather(ready, died, return_exceptions=True)


async def _lifetime(process: Process) -> float:
    """Wait for the process to end; return how many seconds that took."""
    clock = asyncio.get_running_loop().time
    started = clock()
    await process.wait()
    return clock() - started


async def _end(running: _Running) -> None:
    """Ask the process to end, and kill its whole group if it does not; its watcher starts no other."""
    running.stopping.set()
    async with running.spawning:
        process = running.process
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(running.part.stop_signal)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), running.part.stop_seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    for task in (running.watch, running.rotation):
        if task is not None:
            await task


def _exit_text(code: int | None) -> str:
    """Say how a process ended."""
    if code is None:
        return "no exit code"
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
