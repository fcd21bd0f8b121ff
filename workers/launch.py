# SPDX-License-Identifier: EUPL-1.2
"""Becomes another program that dies with its parent, as another user if asked; runs as a script of its own."""

# A script between parent and program, because code run between fork and exec of a threaded process can deadlock, and
# because the kernel forgets the signal of a parent's death when a process changes its user afterwards.

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import NamedTuple

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION = 0x20080522


class Identity(NamedTuple):
    """The user that a program runs as; with `search` it may pass through folders that are closed to that user."""

    uid: int
    gid: int
    search: bool = False


def launched(command: list[str], *, death_signal: int = signal.SIGKILL, identity: Identity | None = None) -> list[str]:
    """Return the command line that runs `command` so that it gets `death_signal` when this process dies (Linux)."""
    who = "-" if identity is None else f"{identity.uid}:{identity.gid}:{int(identity.search)}"
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).resolve())]
    return [*launcher, str(os.getpid()), str(int(death_signal)), who, *command]


def main(arguments: list[str]) -> None:
    """Become the program: arguments are the parent's process id, the signal, the user, and the command."""
    parent, death_signal, who, *command = arguments
    if who != "-":
        uid, gid, search = (int(part) for part in who.split(":"))
        _become(Identity(uid, gid, bool(search)))
    if sys.platform == "linux":
        _prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != int(parent):
            sys.exit("the parent died before the program started")
    os.execv(command[0], command)  # noqa: S606  (no shell is what is wanted)


def _become(identity: Identity) -> None:
    """Give up root for the user of `identity`, keeping at most the right to pass through folders."""
    if identity.search:
        _prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(identity.gid, identity.gid, identity.gid)
    os.setresuid(identity.uid, identity.uid, identity.uid)
    if identity.search:
        _keep_only(1 << CAP_DAC_READ_SEARCH)
        _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0)


def _keep_only(rights: int) -> None:
    """Reduce this process's capabilities to `rights` (a bit mask), inheritable ones included."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)(rights, rights, rights, 0, 0, 0)
    _check(ctypes.CDLL(None, use_errno=True).capset(header, sets), "capset")


def _prctl(*arguments: int) -> None:
    """Call prctl(2)."""
    _check(ctypes.CDLL(None, use_errno=True).prctl(*(ctypes.c_ulong(argument) for argument in arguments)), "prctl")


def _check(result: int, call: str) -> None:
    """Raise `OSError` if a call of the C library failed."""
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{call}: {os.strerror(error)}")


if __name__ == "__main__":
    main(sys.argv[1:])
