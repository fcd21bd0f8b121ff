# SPDX-License-Identifier: EUPL-1.2
"""How what went wrong is told: a line or more on stderr, with `--json` one problem object, and the exit code."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import typer

from domain.errors import BusyError, InvalidError, RefusalError, SeveralConflictsError
from domain.faults import InvalidDataError

REFUSED = 1
BAD_USAGE = 2
INTERRUPTED = 130
OPTIONS = {"as_of", "cursor", "decided_by", "format", "limit", "role", "state", "status"}
"""Fields whose values are good or bad whatever the case: a bad one is bad usage and no refusal."""


class CommandError(Exception):
    """A command cannot do what it was asked: what is wrong, and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        """Say both in one line."""
        super().__init__(f"{what}; {mend}")


@dataclass(frozen=True)
class Problem:
    """What is told about an error."""

    title: str
    detail: str
    exit_code: int = REFUSED
    code: str = "failed"
    field: str | None = None
    reasons: tuple[RefusalError, ...] = ()
    """Every single reason, where there are several."""

    def as_json(self) -> dict[str, Any]:
        """The problem as one object, in the words of problem details (RFC 9457)."""
        told: dict[str, Any] = {
            "title": self.title,
            "detail": self.detail,
            "code": self.code,
            "exit_code": self.exit_code,
        }
        if self.reasons:
            told["errors"] = [{"field": r.field, "what": r.what, "mend": r.mend} for r in self.reasons]
        return {**told, "field": self.field} if self.field else told


def problem_of(error: Exception) -> Problem | None:
    """The problem behind an error that a user can mend, or None for a fault of the program."""
    problem = None
    match error:
        case typer.TyperException():
            problem = Problem("Bad usage", error.format_message(), error.exit_code, "bad_usage")
        case InvalidError() if error.field in OPTIONS:
            problem = Problem("Bad usage", str(error), BAD_USAGE, "bad_usage", error.field)
        case SeveralConflictsError():
            lines = "\n".join((error.what, *(str(reason) for reason in error.reasons)))
            problem = Problem("Refused", lines, code=error.code, reasons=error.reasons)
        case RefusalError():
            problem = Problem("Refused", str(error), code=error.code, field=error.field)
        case InvalidDataError():
            problem = Problem("Faults in data files", str(error), code="invalid_data")
        case CommandError():
            problem = Problem("Not done", str(error))
        case BusyError():
            problem = Problem("Busy", "too many others write to this case at once; nothing was written, try again")
        case OSError() if error.filename is not None:
            problem = Problem("Not done", f"{error.filename}: {error.strerror}; name another file or folder")
    return problem or _problem_of_services(error)


def check_readable(arguments: list[str]) -> None:
    """Refuse arguments that are no UTF-8, which neither the log nor JSON could hold."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise typer.BadParameter(f"{argument!a} is not UTF-8; write it in a UTF-8 terminal") from None


def tell(problem: Problem, *, as_json: bool) -> None:
    """Write the problem to stderr, as JSON or for people."""
    if as_json:
        sys.stderr.write(json.dumps(problem.as_json(), ensure_ascii=False) + "\n")
        return
    sys.stderr.write(f"{problem.detail}\n")
    if problem.exit_code == BAD_USAGE:
        sys.stderr.write("`--help` after a command says how it is used.\n")


def _problem_of_services(error: Exception) -> Problem | None:
    """The problem behind an error of settings, database or parts; imported only now, since it takes long."""
    import psycopg
    import psycopg_pool
    from eventsourcing.persistence import PersistenceError

    from runtime.clock import ClockError
    from runtime.settings import NotRunningError, SettingsError
    from workers.embedded.folder import FolderError
    from workers.migrate import MigrationError
    from workers.supervisor import PartError
    from workers.temporal import SearchAttributesError, TemporalLostError

    match error:
        case SettingsError() | ClockError():
            return Problem("Wrong setting", str(error), code="wrong_setting")
        case NotRunningError():
            return Problem("Not running", str(error), code="not_running")
        case FolderError() | PartError() | MigrationError() | SearchAttributesError():
            return Problem("Not started", str(error), code="not_started")
        case TemporalLostError():
            return Problem("Temporal trouble", f"{error}; see that the services run", code="temporal")
        case psycopg.Error() | psycopg_pool.PoolTimeout() | PersistenceError():
            detail = f"the database does not answer as it should ({_first_line(error)}); see that the services run"
            return Problem("Database trouble", detail, code="database")
    return None


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
