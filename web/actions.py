# SPDX-License-Identifier: EUPL-1.2
"""Everything that the secretariat can do with a case by form."""

from __future__ import annotations

from collections.abc import Iterator

from domain.names import Name
from domain.versions import EDITORIAL
from web import words
from web.action import MAIN, Action, Form, is_open
from web.answer_action import ANSWER
from web.case_actions import CASE_ACTIONS
from web.commands import Nothing
from web.fields import Field, maybe
from web.link_actions import LINK_ACTIONS
from web.meeting_actions import MEETING_ACTIONS
from web.papers import CHANGE, MATERIAL_FOR
from web.settling_actions import SETTLING_ACTIONS


def _paper_fields(form: Form) -> Iterator[Field]:
    number = len(form.case["papers"]) + 1
    yield Field("file", Name("Fil, højst 25 MB", "File, at most 25 MB"), "file")
    if form.case["papers"]:
        hint = Name(
            "Ved en væsentlig ændring bliver de, der har svaret, spurgt igen.",
            "After a material change those who have answered are asked again.",
        )
        choices = tuple(words.PAPER_CHANGES.items())
        label = Name("Hvad der er ændret", "What has changed")
        yield Field(CHANGE, label, "choice", hint=hint, choices=choices, value=EDITORIAL)
        answered = [a["body"] for step in form.case["steps"] for a in step["answers"] if a["state"] == "answered"]
        group = Name("Kun væsentlig for nogle organer", "Material for some bodies only")
        label = Name("Organer, der skal spørges igen", "Bodies that are to be asked again")
        yield maybe(MATERIAL_FOR, label, "checks", choices=form.body_choices(answered), group=group)
    sure = Name(
        f"Filen bliver sagens version {number} og kan ikke slettes igen",
        f"The file becomes version {number} of the case and cannot be deleted again",
    )
    yield Field("sure", sure, "yes")


PAPER = Action(
    id="paper",
    name=Name("Tilføj bilag", "Add a paper"),
    done=Name("Bilaget er tilføjet.", "The paper is added."),
    about=Name(
        "En ny version af sagens papirer. Alle kan hente den.", "A new version of the papers. Everybody can fetch it."
    ),
    fits=is_open,
    fields=lambda form: tuple(_paper_fields(form)),
    model=Nothing,
    place=MAIN,
)
"""It has a page of its own, since a file cannot wait for its confirmation."""

ACTIONS = {
    action.id: action for action in (ANSWER, PAPER, *CASE_ACTIONS, *MEETING_ACTIONS, *SETTLING_ACTIONS, *LINK_ACTIONS)
}
"""Every action by its id, in the order in which they are offered."""


def actions_for(form: Form) -> dict[str, Action]:
    """What may be done to a case as it stands, by its id."""
    return {action.id: action for action in ACTIONS.values() if action.fits(form)}
