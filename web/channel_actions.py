# SPDX-License-Identifier: EUPL-1.2
"""The forms for a body's channels: where its messages go, which kinds, and what they are signed with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.commands import Command
from domain.names import Name
from outgoing.channels import (
    EMAIL,
    LONGEST_URL,
    WEBHOOK,
    Channel,
    add_channel,
    change_channel,
    check_address,
    enable_channel,
    find_channel,
    remove_channel,
    rotate_secret,
)
from outgoing.deliveries import ask_to_confirm, list_deliveries, resend
from outgoing.kinds import CONFIRMATION, KINDS
from projections.documents import Document
from web import words
from web.action import Action, Form
from web.channels import Choice, NewChannel
from web.fields import Field, Values
from web.reading import Given, Identifier
from web.services import now

MANY = 1000


class Chosen(Given):
    """Which channel."""

    channel: Identifier


class Changed(Choice, Chosen):
    """What is to go out by a channel; what is not ticked off does not."""

    with_link: bool = False


def _channel(form: Form, *states: str, kind: str | None = None) -> Field:
    """The channel that the address names; a choice of those in these states where it names none of them."""
    fitting = [c for c in form.channels if c.state in states and kind in {None, c.kind}]
    choices = tuple((str(c.id), Name(c.address, c.address)) for c in fitting)
    chosen = tuple(one for one in choices if one[0] == form.values.get("channel"))
    label = Name("Adresse", "Address")
    return Field("channel", label, "fixed" if chosen else "choice", choices=chosen or choices, leads=not chosen)


_ANY = ("active", "unconfirmed", "disabled")


def _has(*states: str, kind: str | None = None) -> Callable[[Form], bool]:
    """Whether the body has a channel in one of these states."""
    return lambda form: any(c.state in states and kind in {None, c.kind} for c in form.channels)


def _found(form: Form) -> Channel | None:
    return next((c for c in form.channels if str(c.id) == form.values.get("channel")), None)


def _adding(form: Form) -> Iterator[Field]:
    kinds = tuple(words.CHANNEL_KINDS.items())
    chosen = tuple(one for one in kinds if one[0] == form.values.get("kind"))
    label = Name("Hvordan", "How")
    if not chosen:
        yield Field("kind", label, "choice", choices=kinds, leads=True)
        return
    kind = chosen[0][0]
    yield Field("kind", label, "fixed", choices=chosen)
    hint = Name(
        "Som navn@example.dk" if kind == EMAIL else "Som https://esdh.example.dk/sagsgang",
        "As name@example.dk" if kind == EMAIL else "As https://esdh.example.dk/sagsgang",
    )
    yield Field("address", Name("Adresse", "Address"), hint=hint, most=LONGEST_URL)
    yield from _what(kind)


def _changing(form: Form) -> Iterator[Field]:
    yield _channel(form, *_ANY)
    found = _found(form)
    if found is not None:
        yield from _what(found.kind)


def _what(kind: str) -> Iterator[Field]:
    label = Name("Beskeder", "Messages")
    yield Field("messages", label, "checks", choices=tuple(KINDS.items()), value="\n".join(KINDS))
    if kind == EMAIL:
        link = Name(
            "Læg et personligt link i invitationer, så der kan svares uden at logge ind",
            "Put a personal link into invitations, so that they can be answered without signing in",
        )
        yield Field("with_link", link, "yes", required=False)


def _changed_values(form: Form) -> Values:
    """What was chosen; before anything is, what goes out by the channel now."""
    found = _found(form)
    if found is None or "messages" in form.values:
        return form.values
    now_chosen = {"messages": "\n".join(found.messages), "with_link": "true" if found.with_link else ""}
    return {**now_chosen, **form.values}


def _told_of_adding(form: Form, asked: NewChannel) -> Sequence[Name]:
    body = form.name_of(form.body)
    check_address(asked.kind, asked.address, plain_http=form.shared.settings.webhook_targets == "any")
    if asked.kind == EMAIL:
        return (
            Name(
                f"{asked.address} får et brev med et link, der bekræfter adressen.",
                f"{asked.address} gets a letter with a link that confirms the address.",
            ),
            Name(
                f"Når adressen er bekræftet, går beskeder til {body.da} dertil.",
                f"Once the address is confirmed, messages to {body.en} go there.",
            ),
        )
    return (
        Name(
            f"{asked.address} får en prøvebesked uden noget om sager.",
            f"{asked.address} gets a test message that tells of no case.",
        ),
        Name(
            f"Når systemet har taget imod den, går beskeder til {body.da} dertil.",
            f"Once the system has taken it, messages to {body.en} go there.",
        ),
        Name(
            "Beskederne underskrives med en hemmelighed, som vises på næste side.",
            "The messages are signed with a secret that is shown on the next page.",
        ),
    )


def _tell(da: str, en: str) -> Callable[[Form, object], Sequence[Name]]:
    return lambda _form, _asked: (Name(da, en),)


def _told_of_change(_form: Form, asked: Changed) -> Sequence[Name]:
    kinds = [KINDS[kind] for kind in asked.messages or () if kind in KINDS]
    da, en = "; ".join(k.da for k in kinds), "; ".join(k.en for k in kinds)
    return (Name(f"Fra nu af sendes: {da}.", f"From now on are sent: {en}."),)


def _told_of_asking(form: Form, _asked: Chosen) -> Sequence[Name]:
    found = _found(form)
    if found is not None and found.kind == WEBHOOK:
        return (
            Name(
                "Systemet får prøvebeskeden én gang til. Når det har taget imod den, er adressen bekræftet.",
                "The system gets the test message once more. Once it has taken it, the address is confirmed.",
            ),
        )
    return (
        Name(
            "Adressen får brevet med linket, der bekræfter den, én gang til.",
            "The address gets the letter with the link that confirms it once more.",
        ),
    )


def _told_of_enabling(form: Form, _asked: Chosen) -> Sequence[Name]:
    found = _found(form)
    if found is not None and found.confirmed_at is None:
        return (
            Name(
                "Adressen er ikke bekræftet: bed om bekræftelse igen bagefter, før beskeder sendes dertil.",
                "The address is not confirmed: ask for confirmation again afterwards, before messages go there.",
            ),
        )
    return (
        Name(
            "Nye beskeder sendes dertil igen. Hvad der blev opgivet, sendes først, når nogen beder om det.",
            "New messages are sent there again. What was given up is sent only when somebody asks for it.",
        ),
    )


async def _add(form: Form, asked: NewChannel, command: Command) -> Document:
    shared = form.shared
    channel_id = uuid5(NAMESPACE_URL, f"{command.actor.who}:{command.id}:{form.body}")
    plain_http = shared.settings.webhook_targets == "any"
    async with shared.pool.connection() as connection, connection.transaction():
        channel = await add_channel(
            connection, body=form.body, **dict(asked), plain_http=plain_http, channel_id=channel_id
        )
        await ask_to_confirm(connection, channel)
    return {"channel": str(channel.id)}


async def _change(form: Form, asked: Changed, _command: Command) -> Document:
    found = _found(form)
    with_link = asked.with_link if found is not None and found.kind == EMAIL else None
    async with form.shared.pool.connection() as connection:
        await change_channel(connection, UUID(asked.channel), messages=asked.messages, with_link=with_link)
    return {}


async def _ask_again(form: Form, asked: Chosen, _command: Command) -> Document:
    """Send the letter, or the test message, that asks whether the address is right once more."""
    async with form.shared.pool.connection() as connection, connection.transaction():
        channel = await find_channel(connection, UUID(asked.channel))
        sent = await list_deliveries(connection, body=form.body, limit=MANY)
        asking = next((d for d in sent if d.kind == CONFIRMATION and d.channel == channel.id), None)
        if asking is None:
            await ask_to_confirm(connection, channel)
        else:
            await resend(connection, asking.id)
    return {}


async def _enable(form: Form, asked: Chosen, _command: Command) -> Document:
    async with form.shared.pool.connection() as connection:
        await enable_channel(connection, UUID(asked.channel))
    return {}


async def _remove(form: Form, asked: Chosen, _command: Command) -> Document:
    async with form.shared.pool.connection() as connection:
        await remove_channel(connection, UUID(asked.channel))
    return {}


async def _rotate(form: Form, asked: Chosen, _command: Command) -> Document:
    async with form.shared.pool.connection() as connection:
        await rotate_secret(connection, UUID(asked.channel), now())
    return {"channel": asked.channel}


async def _show(_form: Form, asked: Chosen, _command: Command) -> Document:
    return {"channel": asked.channel}


ADD = Action(
    id="add",
    name=Name("Tilføj en adresse", "Add an address"),
    done=Name("Adressen er tilføjet.", "The address is added."),
    about=Name(
        "En e-mailadresse eller en webhook til eget system.",
        "An e-mail address or a webhook of one's own system.",
    ),
    fields=lambda form: tuple(_adding(form)),
    model=NewChannel,
    tell=_told_of_adding,
    act=_add,
)
CHANNEL_ACTIONS: Mapping[str, Action] = {
    action.id: action
    for action in (
        ADD,
        Action(
            id="change",
            name=Name("Vælg beskeder", "Choose messages"),
            done=Name("Valget er gemt.", "The choice is kept."),
            about=Name("Hvilke beskeder der går til adressen.", "Which messages go to the address."),
            fits=_has(*_ANY),
            fields=lambda form: tuple(_changing(form)),
            filled=_changed_values,
            model=Changed,
            tell=_told_of_change,
            act=_change,
        ),
        Action(
            id="confirm",
            name=Name("Bed om bekræftelse igen", "Ask for confirmation again"),
            done=Name("Adressen bliver spurgt igen.", "The address is asked again."),
            about=Name("Adressen er ikke bekræftet endnu.", "The address is not confirmed yet."),
            fits=_has("unconfirmed"),
            fields=lambda form: (_channel(form, "unconfirmed"),),
            model=Chosen,
            tell=_told_of_asking,
            act=_ask_again,
        ),
        Action(
            id="enable",
            name=Name("Tag i brug igen", "Use again"),
            done=Name("Adressen er i brug igen.", "The address is used again."),
            about=Name(
                "Adressen blev sat ud af drift, fordi intet nåede frem.",
                "The address was given up since nothing got through.",
            ),
            fits=_has("disabled"),
            fields=lambda form: (_channel(form, "disabled"),),
            model=Chosen,
            tell=_told_of_enabling,
            act=_enable,
        ),
        Action(
            id="rotate",
            name=Name("Ny hemmelighed", "New secret"),
            done=Name("Der er lavet en ny hemmelighed.", "A new secret is made."),
            about=Name(
                "Det, som beskeder til en webhook underskrives med.", "What messages to a webhook are signed with."
            ),
            fits=_has(*_ANY, kind=WEBHOOK),
            fields=lambda form: (_channel(form, *_ANY, kind=WEBHOOK),),
            model=Chosen,
            tell=_tell(
                "Beskeder underskrives straks med en ny hemmelighed, og i syv dage også med den gamle.",
                "Messages are signed with a new secret at once, and for seven days with the old one too.",
            ),
            act=_rotate,
        ),
        Action(
            id="secret",
            name=Name("Vis hemmeligheden", "Show the secret"),
            done=Name(
                "Hemmeligheden er kun til dem, der driver systemet.", "The secret is only for those who run the system."
            ),
            about=Name(
                "Det, som beskeder til en webhook underskrives med.", "What messages to a webhook are signed with."
            ),
            fits=_has(*_ANY, kind=WEBHOOK),
            fields=lambda form: (_channel(form, *_ANY, kind=WEBHOOK),),
            model=Chosen,
            tell=_tell("Hemmeligheden vises på næste side.", "The secret is shown on the next page."),
            act=_show,
        ),
        Action(
            id="remove",
            name=Name("Fjern", "Remove"),
            done=Name("Adressen er fjernet.", "The address is removed."),
            about=Name("Adressen og dens hemmelighed glemmes.", "The address and its secret are forgotten."),
            fits=_has(*_ANY),
            fields=lambda form: (_channel(form, *_ANY),),
            model=Chosen,
            tell=_tell(
                "Intet sendes dertil mere. Hvad der er sendt, står stadig på listen, uden adressen.",
                "Nothing is sent there any more. What was sent stays in the list, without the address.",
            ),
            act=_remove,
        ),
    )
}
"""Everything that can be done with a body's channels, by its id."""
