# SPDX-License-Identifier: EUPL-1.2
"""The data folder of `sagsgang up`: made private, and held by one running tree at a time."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from runtime import clock
from runtime.settings import SECRET_KEY_FILE

LOCK_FILE = "lock"
THERE_BEFORE = {clock.FILE_NAME, SECRET_KEY_FILE, "logs"}  # what may be laid into a folder before its first start


class FolderError(RuntimeError):
    """The data folder cannot be used."""


class AlreadyRunningError(FolderError):
    """Another `sagsgang up` holds the data folder."""

    def __init__(self, data: Path, holder: dict[str, Any]) -> None:
        """Name the process and the address of the one that runs."""
        super().__init__(
            f"{data} is in use: `sagsgang up` runs with it as process {holder.get('pid', 'unknown')} at "
            f"{holder.get('web_url') or 'an address it has not chosen yet'}; use that one, stop it, or give another "
            "folder with --data"
        )


class FolderLock:
    """A held data folder; what holds it can be told to whoever asks for it in vain."""

    def __init__(self, descriptor: int) -> None:
        """Keep the open lock file."""
        self._descriptor = descriptor

    def describe(self, **facts: Any) -> None:
        """Write this process's id and `facts` into the lock file."""
        text = json.dumps({"pid": os.getpid(), **facts}).encode()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)


@contextmanager
def held(data: Path) -> Iterator[FolderLock]:
    """Make the data folder if needed and hold it; raises `AlreadyRunningError` when another process does.

    The kernel drops the lock when this process dies, however it dies.
    """
    _make_private(data)
    descriptor = os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(data, _read_holder(data)) from None
        lock = FolderLock(descriptor)
        lock.describe()
        yield lock
    finally:
        os.close(descriptor)


def _make_private(data: Path) -> None:
    """Make the folder; others may at most pass through it, which the database's user must when we run as root.

    A folder that holds other things is refused, and one in use already keeps the mode that it has.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = {path.name for path in data.iterdir()}
        if LOCK_FILE in names:
            return
        if not names <= THERE_BEFORE:
            raise FolderError(f"{data} holds other things; give a new or empty folder with --data")
        data.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except (FileExistsError, NotADirectoryError):
        raise FolderError(f"{data} is not a folder; give another one with --data") from None
    except OSError as error:
        raise FolderError(
            f"{data} cannot be made or written ({error.strerror}); give another one with --data"
        ) from None


def _read_holder(data: Path) -> dict[str, Any]:
    """Return what the holder wrote of itself."""
    with suppress(OSError, ValueError):
        return dict(json.loads((data / LOCK_FILE).read_text(encoding="utf-8")))
    return {}
