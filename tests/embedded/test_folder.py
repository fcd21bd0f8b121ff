# SPDX-License-Identifier: EUPL-1.2
"""A data folder belongs to one running tree at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workers.embedded.folder import AlreadyRunningError, FolderError, held

HOLDS = """
import pathlib, sys, time
from workers.embedded.folder import held
with held(pathlib.Path(sys.argv[1])) as lock:
    lock.describe(web_url="http://127.0.0.1:8123")
    print("held", flush=True)
    time.sleep(600)
"""


def test_second_holder_is_told_the_first(tmp_path: Path) -> None:
    """A second start on the same folder names the process and the address of the first."""
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()
        try:
            with (
                pytest.raises(AlreadyRunningError, match=rf"process {first.pid} at http://127\.0\.0\.1:8123"),
                held(tmp_path),
            ):
                pass
        finally:
            first.kill()


def test_killed_holder_holds_nothing(tmp_path: Path) -> None:
    """After `kill -9` of the holder, whatever the lock file says, the folder is free."""
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()
        first.kill()

    with held(tmp_path):
        assert f'"pid": {os.getpid()}' in (tmp_path / "lock").read_text()


def test_children_do_not_hold_the_folder(tmp_path: Path) -> None:
    """A child that outlives its parent does not keep the folder locked."""
    with held(tmp_path):
        child = subprocess.Popen(["/bin/sleep", "600"])
    try:
        with held(tmp_path):
            pass
    finally:
        child.kill()
        child.wait()


def test_new_folder_is_closed_to_others(tmp_path: Path) -> None:
    """Nobody else can list the data folder; as root, the database's user may pass through."""
    with held(tmp_path / "a" / "b"):
        mode = (tmp_path / "a" / "b").stat().st_mode & 0o777

    assert mode == (0o711 if os.geteuid() == 0 else 0o700)
    assert (tmp_path / "a" / "b" / "lock").stat().st_mode & 0o777 == 0o600


def test_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    """A data folder that is a file is refused with the option that mends it."""
    (tmp_path / "file").touch()

    with pytest.raises(FolderError, match="is not a folder; give another one with --data"), held(tmp_path / "file"):
        pass


def test_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    """A folder that is used for something else is refused, and its mode stays."""
    (tmp_path / "letter.txt").touch()
    tmp_path.chmod(0o755)

    with pytest.raises(FolderError, match="holds other things; give a new or empty folder"), held(tmp_path):
        pass
    assert tmp_path.stat().st_mode & 0o777 == 0o755
