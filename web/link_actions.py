# SPDX-License-Identifier: EUPL-1.2
"""The forms for personal links: one is made for a body of a case, and shown once, or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.answering import Message, Reply, place_of
from domain.commands import Command
from domain.names import Name
from outgoing.links import AnswerLink, list_links, make_link, withdraw_link
from outgoing.sending import answer_url
from projections.documents import Document
from projections.phrases import long_date
from web.action import SUBJECT, Action, Form, is_not_withdrawn, name_of_step
from web.answer_form import LINK
from web.fields import Choice, Field
from web.links import Wanted
from web.reading import Given, Identifier
from web.services import Services, now


class Withdrawn(Given):
    """Which link is to open nothing any more."""

    link: Identifier


async def links_of(shared: Services, case: Document) -> list[AnswerLink]:
    """The personal links of a case, the newest first."""
    async with shared.pool.connection() as connection:
        return (await list_links(connection, UUID(case["id"])))[::-1]


def _making(form: Form) -> Sequence[Field]:
    """The step first; once it is known, whom of it the link is for."""
    steps = [step for step in form.case["steps"] if _can_have_links(step)]
    step = form.step if form.step in steps else None
    label = Name("Trin", "Step")
    if step is None:
        return (Field("step", label, "choice", choices=tuple((s["id"], name_of_step(s)) for s in steps), leads=True),)
    bodies = [answer["body"] for answer in step["answers"] if answer["state"] != "released"]
    chosen = ((step["id"], name_of_step(step)),)
    choices = form.body_choices(bodies)
    return (
        Field("step", label, "fixed", choices=chosen),
        Field("body", Name("Organ", "Body"), "choice", choices=choices),
    )


def _can_have_links(step: Document) -> bool:
    return step["ask"] not in {"submit", "revise", "draft", "gather"} and step["state"] in {"waiting", "open"}


def _told_of_making(form: Form, asked: Wanted) -> Sequence[Name]:
    body, step = form.name_of(asked.body), form.step
    name = name_of_step(step) if step else Name("", "")
    until = long_date((now() + timedelta(days=form.shared.settings.link_days)).date().isoformat())
    return (
        Name(
            f"{body.da} kan svare på trinnet »{name.da}« med linket indtil {until.da}, uden at logge ind.",
            f"{body.en} can answer the step “{name.en}” with the link until {until.en}, without signing in.",
        ),
        Name(
            "Linket vises én gang, på næste side. Giv det kun til organet selv.",
            "The link is shown once, on the next page. Give it to the body alone.",
        ),
    )


async def _make(form: Form, asked: Wanted, command: Command) -> Document:
    shared, case = form.shared, UUID(form.case["id"])
    message = Message(shared.organisation.body(asked.body).id, Reply(step=asked.step), command, LINK)
    place = await shared.run(lambda: place_of(shared.cases.get(case), message))
    link_id = uuid5(NAMESPACE_URL, f"{command.actor.who}:{command.id}:{case}:{message.body}:{place.step}")
    until = now() + timedelta(days=shared.settings.link_days)
    async with shared.pool.connection() as connection:
        link = await make_link(
            connection,
            shared.settings.signing_key(),
            case_id=case,
            body=message.body,
            step=place.step,
            round=place.number,
            made_by=command.actor.who,
            valid_until=until,
            link_id=link_id,
        )
    return {"label": Name("Linket til organet", "The link for the body"), "text": answer_url(shared.settings, link.id)}


def _withdrawing(form: Form) -> Sequence[Field]:
    return (Field("link", Name("Link", "Link"), "choice", choices=_good_links(form)),)


def _good_links(form: Form) -> tuple[Choice, ...]:
    """The links that are good, and the one that is named: to withdraw it twice is no fault."""
    found = [link for link in form.links if link.is_good(now()) or str(link.id) == form.values.get("link")]
    return tuple((str(link.id), _said(form, link)) for link in found)


def _said(form: Form, link: AnswerLink) -> Name:
    body, until = form.name_of(link.body), long_date(link.valid_until.date().isoformat())
    step = next((name_of_step(s) for s in form.case["steps"] if s["id"] == link.step), Name(link.step, link.step))
    return Name(f"{body.da}, {step.da}, til {until.da}", f"{body.en}, {step.en}, until {until.en}")


def _told_of_withdrawing(_form: Form, _asked: Withdrawn) -> Sequence[Name]:
    return (
        Name(
            "Linket åbner straks ingenting mere. Svar, som er givet med det, bliver stående.",
            "The link opens nothing any more, at once. Answers that were given with it stand.",
        ),
    )


async def _withdraw(form: Form, asked: Withdrawn, _command: Command) -> Document:
    async with form.shared.pool.connection() as connection, connection.transaction():
        await withdraw_link(connection, UUID(asked.link), UUID(form.case["id"]))
    return {}


LINK_ACTIONS = (
    Action(
        id="make-link",
        name=Name("Lav et personligt link", "Make a personal link"),
        done=Name("Linket er lavet.", "The link is made."),
        about=Name(
            "Et link, som et organ svarer med uden at logge ind. Det gælder ét organ og ét trin.",
            "A link with which a body answers without signing in. It is for one body and one step.",
        ),
        fits=lambda form: form.case["status"] == "running" and any(_can_have_links(s) for s in form.case["steps"]),
        fields=_making,
        model=Wanted,
        tell=_told_of_making,
        act=_make,
    ),
    Action(
        id="withdraw-link",
        name=Name("Træk et link tilbage", "Withdraw a link"),
        done=Name("Linket er trukket tilbage.", "The link is withdrawn."),
        about=Name("Et personligt link skal ikke kunne bruges mere.", "A personal link is not to be used any more."),
        fits=lambda form: is_not_withdrawn(form) and bool(_good_links(form)),
        fields=_withdrawing,
        model=Withdrawn,
        tell=_told_of_withdrawing,
        act=_withdraw,
        place=SUBJECT,
    ),
)
