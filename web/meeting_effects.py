# SPDX-License-Identifier: EUPL-1.2
"""What a change of a body's meetings would do to the cases, told before it is made."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from domain.matters import WhatIf, matter_of_case
from domain.meeting_plan import Diary
from domain.names import Name
from domain.organisation import Organisation
from projections.plans import planned
from web.acting import foretold
from web.action import Form
from web.standing import Outlook, outlook_of

MOST = 25
"""Of how many cases it is told one by one what becomes of them."""


def told_of_cases(form: Form, before: Diary, after: Diary) -> Iterator[Name]:
    """What becomes of the cases that are on the body's meetings or expected there, each by its title.

    First to which meeting their items go at once, then what else is to be expected of them; nothing is said of those
    that stay as they are.
    """
    placed = {entry["case"]: entry["title"] for entry in form.inbox if entry["item"]}
    found = placed | {one["case"]: one["title"] for one in form.expected}
    told = list(found.items())[:MOST]
    for case, title in told:
        for name in foretold(form.shared, UUID(case), lambda _cases: None, after.organisation.calendars):
            yield _about(title, name)
    for case, title in told:
        now, then = (_outlook(form, UUID(case), diary.organisation) for diary in (before, after))
        if now and then and now != then:
            yield _about(title, _changed(now, then))
    if len(found) > MOST:
        beyond = len(found) - MOST
        yield Name(f"{beyond} sager til planlægges om.", f"{beyond} more cases are planned anew.")


def _outlook(form: Form, case: UUID, organisation: Organisation) -> Outlook | None:
    matter = matter_of_case(form.shared.cases.get(case), form.shared.today())
    return outlook_of(planned(organisation, form.history, matter, WhatIf()))


def _changed(now: Outlook, then: Outlook) -> Name:
    return Name(
        f"{then.name.da}. {then.words.da}; som det står nu: {_lower(now.words.da)}.",
        f"{then.name.en}. {then.words.en}; as it stands now: {_lower(now.words.en)}.",
    )


def _about(title: str, told: Name) -> Name:
    return Name(f"{title}: {told.da}", f"{title}: {told.en}")


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:].rstrip(".")
