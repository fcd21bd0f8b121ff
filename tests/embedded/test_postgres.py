# SPDX-License-Identifier: EUPL-1.2
"""The embedded PostgreSQL is real, private, and comes up again whatever happened to it."""

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
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.embedded.test_supervisor import is_alive, until
from workers.embedded import postgres as module
from workers.embedded.folder import held
from workers.embedded.postgres import EmbeddedPostgres, PostgresError
from workers.launch import Identity, launched
from workers.supervisor import Supervisor

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has other users' rights to give away")


def ask(server: EmbeddedPostgres, question: str) -> str:
    """Ask the server one thing as its owner."""
    with psycopg.connect(server.database_url()) as connection:
        row = connection.execute(question.encode()).fetchone()
    return str(row[0]) if row else ""


@pytest.fixture
def quick(tmp_path: Path) -> EmbeddedPostgres:
    """Give a server that is not started yet, in an empty folder."""
    return EmbeddedPostgres(tmp_path, durable=False)


def test_it_is_a_real_postgresql_18(postgres: EmbeddedPostgres) -> None:
    """The server is PostgreSQL 18 with our database in UTF-8."""
    assert ask(postgres, "SHOW server_version").startswith("18.")
    assert ask(postgres, "SHOW server_encoding") == "UTF8"
    assert ask(postgres, "SHOW max_connections") == "200"


def test_a_kept_database_is_durable(tmp_path: Path) -> None:
    """Outside tests nothing is traded for speed."""
    options = EmbeddedPostgres(tmp_path).command()

    assert not [option for option in options if option.startswith(("fsync", "synchronous_commit", "full_page_writes"))]


def test_it_listens_on_no_network(postgres: EmbeddedPostgres) -> None:
    """There is no TCP port, only a socket."""
    assert ask(postgres, "SHOW listen_addresses") == ""


def test_its_socket_is_private(postgres: EmbeddedPostgres) -> None:
    """The socket and its folder are open to the server's user alone, since who reaches it is trusted."""
    (bound,) = [each for each in postgres.socket_folder.iterdir() if each.is_socket()]

    assert stat.S_IMODE(postgres.socket_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(bound.stat().st_mode) == 0o700


@AS_ROOT
def test_another_user_cannot_connect(postgres: EmbeddedPostgres) -> None:
    """A third user of the machine gets no connection through the socket."""
    reader = postgres.socket_folder / ".s.PGSQL.5432"
    program = f"import socket; socket.socket(socket.AF_UNIX).connect({str(reader)!r})"
    stranger = pwd.getpwnam("daemon")
    command = launched(
        [sys.executable, "-S", "-c", program], identity=Identity(stranger.pw_uid, stranger.pw_gid, search=True)
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "PermissionError" in done.stderr


@AS_ROOT
def test_as_root_the_server_runs_as_somebody_else(postgres: EmbeddedPostgres) -> None:
    """PostgreSQL does not run as root, and holds no right but, if it must, the one to pass through folders."""
    pid = (postgres.cluster / "postmaster.pid").read_text().split()[0]
    status = Path(f"/proc/{pid}/status").read_text()
    found = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)

    assert "0" not in found["Uid"].split()
    assert int(found["CapEff"], 16) in {0, 1 << 2}


@AS_ROOT
def test_below_a_closed_folder_it_runs_and_closes_nothing_up() -> None:
    """As root, a data folder below one that only root may enter works, and nobody's folder is opened for it."""
    closed = Path(tempfile.mkdtemp(prefix="closed-"))
    try:
        data = closed / "data"
        data.mkdir()
        with EmbeddedPostgres(data, durable=False).running() as server:
            assert ask(server, "SELECT 1") == "1"
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(closed)


def test_without_the_right_to_pass_the_mend_is_told(quick: EmbeddedPostgres) -> None:
    """Where root lacks even that right (a container), the message says what to do."""
    program = f"""
import pathlib
from workers.embedded.postgres import EmbeddedPostgres, PostgresError
try:
    EmbeddedPostgres(pathlib.Path({str(quick.data)!r}) / "closed" / "data").identity
except PostgresError as error:
    print(error)
"""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv to take the right away")
    (quick.data / "closed" / "data").mkdir(parents=True)
    (quick.data / "closed").chmod(0o700)
    command = ["setpriv", "--bounding-set=-dac_read_search", sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert "may not pass through the folders above" in done.stdout
    assert "start sagsgang as an ordinary user" in done.stdout


def test_what_was_written_is_there_after_a_restart(quick: EmbeddedPostgres) -> None:
    """A second start on the same folder continues with the same data."""
    with quick.running(), psycopg.connect(quick.database_url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    with EmbeddedPostgres(quick.data, durable=False).running() as again:
        assert ask(again, "SELECT answer FROM kept") == "42"


def test_killed_initdb_leaves_nothing_half_made(quick: EmbeddedPostgres) -> None:
    """A kill while the cluster is being made: the next start makes it anew, and removes the half-made one."""
    program = f"""
import pathlib
from workers.embedded.postgres import EmbeddedPostgres
EmbeddedPostgres(pathlib.Path({str(quick.data)!r})).prepare()
"""
    maker = subprocess.Popen([sys.executable, "-c", program])
    while not list(quick.data.glob("postgres.new-*/base")):
        assert maker.poll() is None
    maker.kill()
    maker.wait()
    assert not quick.cluster.exists()

    with quick.running():
        assert ask(quick, "SELECT 1") == "1"
    assert list(quick.data.glob("postgres.new-*")) == []


def test_stale_pid_file_of_a_living_stranger_does_not_stop_it(quick: EmbeddedPostgres) -> None:
    """A `postmaster.pid` whose number is another process's by now is cleared, that process spared."""
    with quick.running():
        left = (quick.cluster / "postmaster.pid").read_text().splitlines()
    stranger = subprocess.Popen(launched(["/bin/sleep", "600"], identity=quick.identity))
    try:
        (quick.cluster / "postmaster.pid").write_text("\n".join([str(stranger.pid), *left[1:]]) + "\n")
        with quick.running():
            assert ask(quick, "SELECT 1") == "1"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_living_orphan_is_stopped_before_the_next_start(quick: EmbeddedPostgres) -> None:
    """A server that outlived its supervisor is ended first: two on one folder would destroy it."""
    quick.prepare()
    command = launched(quick.command(), death_signal=0, identity=quick.identity)
    orphan = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL, env={"LC_ALL": "C"})
    await asyncio.wait_for(quick.ready(), 30)
    with psycopg.connect(quick.database_url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    again = EmbeddedPostgres(quick.data, durable=False)
    await asyncio.to_thread(again.prepare)

    assert await asyncio.wait_for(orphan.wait(), 5) is not None
    with again.running():
        assert ask(again, "SELECT answer FROM kept") == "42"


async def test_killed_server_comes_back_under_the_supervisor(quick: EmbeddedPostgres) -> None:
    """`kill -9` of the server: the supervisor brings it back on the same socket with the data."""
    supervisor = Supervisor()
    with held(quick.data):
        try:
            await supervisor.start(quick.part())
            with psycopg.connect(quick.database_url()) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            first = supervisor.pids()["postgres"]
            os.kill(first, signal.SIGKILL)
            await until(lambda: supervisor.pids()["postgres"] != first)
            await asyncio.wait_for(quick.ready(), 30)
            assert ask(quick, "SELECT answer FROM kept") == "42"
            last = supervisor.pids()["postgres"]
        finally:
            await supervisor.stop()

    assert not is_alive(last)
    assert not (quick.cluster / "postmaster.pid").exists()


def test_server_that_cannot_start_shows_its_log(quick: EmbeddedPostgres) -> None:
    """A damaged cluster gives an error with the end of the server's log, quickly."""
    with quick.running():
        pass
    (quick.cluster / "global" / "pg_control").unlink()

    with (
        pytest.raises(PostgresError, match=r"(?s)does not answer\. The end of .*postgres\.log:.*pg_control"),
        quick.running(),
    ):
        pass


def test_deep_folder_gets_a_short_socket_path(tmp_path: Path) -> None:
    """Where the folder's path is too long for a socket, a private folder elsewhere is used, the same at each start."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    server = EmbeddedPostgres(deep, durable=False)
    try:
        with server.running():
            assert ask(server, "SELECT 1") == "1"
        assert len(str(server.socket_folder)) < 80
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
        assert EmbeddedPostgres(deep).socket_folder == server.socket_folder
    finally:
        shutil.rmtree(server.socket_folder)


def test_the_persons_own_postgresql_settings_do_not_matter(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PGHOST, PGPORT and the like, set for another database, do not lead away from ours."""
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("PGDATABASE", "other")

    assert ask(postgres, "SELECT current_database()") == "sagsgang"


@pytest.fixture(autouse=True)
def _nothing_left(quick: EmbeddedPostgres) -> Iterator[None]:
    """Leave no server of these tests running."""
    yield
    assert module._processes_in(quick.cluster) == []
