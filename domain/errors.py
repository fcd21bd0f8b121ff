# SPDX-License-Identifier: EUPL-1.2
"""The refusals of the domain: each says what is wrong, at which field, and how to mend it."""

from __future__ import annotations


class RefusalError(Exception):
    """A command that cannot be taken as it is."""

    code = "refused"

    def __init__(self, what: str, mend: str, field: str | None = None) -> None:
        """Say `what` is wrong, how to `mend` it, and in which `field` of the command it stands."""
        super().__init__(f"{what}; {mend}")
        self.what = what
        self.mend = mend
        self.field = field


class InvalidError(RefusalError):
    """A value that cannot be: the command is wrong whatever the case's state."""

    code = "invalid"


class AmbiguousStepError(InvalidError):
    """More than one step could be meant."""

    code = "ambiguous_step"


class ConflictError(RefusalError):
    """The command does not fit the case's state."""

    code = "conflict"


class AlreadyAnsweredError(ConflictError):
    """The body has answered this step before."""

    code = "already_answered"


class StepNotOpenError(ConflictError):
    """The step is not open yet."""

    code = "step_not_open"


class CaseEndedError(ConflictError):
    """The case is withdrawn or has ended."""

    code = "case_ended"


class SeveralConflictsError(ConflictError):
    """The command does not fit the case's state, for several reasons."""

    code = "several_conflicts"

    def __init__(self, what: str, reasons: tuple[RefusalError, ...]) -> None:
        """Say `what` is refused, and give all the `reasons`."""
        super().__init__(what, "\n".join(f"{reason.what}; {reason.mend}" for reason in reasons))
        self.reasons = reasons


class AbsentError(RefusalError):
    """Nothing by that name is there for the caller."""

    code = "absent"


class CaseNotFoundError(AbsentError):
    """No case has this id."""

    code = "case_not_found"


class BodyNotAskedError(AbsentError):
    """The case has no part for this body."""

    code = "body_not_asked"


class BusyError(Exception):
    """The command lost its race too many times; nothing was written and it may be sent again."""
