# SPDX-License-Identifier: EUPL-1.2
"""What a body can be asked and what it may answer, in the words of the agendas and minutes (docs/reference/asks.md)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.names import Name


class Meaning(StrEnum):
    """What an outcome does to the step that it answers."""

    CONSENT = "consent"
    """The body has done what it was asked."""
    DISSENT = "dissent"
    """The body has answered no, which the route may live with."""
    REJECTION = "rejection"
    """The matter cannot go on as it is: the step ends and the case goes to revision."""
    RETURN = "return"
    """The body sends the matter back for changes: the step ends and the case goes to revision."""
    INTERIM = "interim"
    """A word on the way: the body's answer is still awaited."""
    OBJECTION = "objection"
    """The body will not settle the matter in writing: the written procedure ends and a meeting takes the matter."""
    UNRECORDED = "unrecorded"
    """The minutes are silent: the body's part is over, and it counts neither for nor against."""


NEGATIVE = frozenset({Meaning.REJECTION, Meaning.RETURN})
"""What sends the matter back to be revised."""


@dataclass(frozen=True)
class Outcome:
    """One allowed answer to an ask."""

    id: str
    meaning: Meaning
    name: Name


@dataclass(frozen=True)
class Ask:
    """What a body is asked, with its allowed outcomes; the first outcome is the plain consent."""

    id: str
    name: Name
    outcomes: dict[str, Outcome]
    may_be_early: bool = True
    """Whether an answer is taken before its step is open."""

    @property
    def plain_consent(self) -> str:
        """The outcome that a whole group's consent is called by."""
        return next(iter(self.outcomes))


def _ask(ask: str, da: str, en: str, *outcomes: tuple[str, Meaning, str, str], may_be_early: bool = True) -> Ask:
    allowed = {key: Outcome(key, meaning, Name(da_, en_)) for key, meaning, da_, en_ in outcomes}
    return Ask(ask, Name(da, en), allowed, may_be_early)


POSTPONED = "postponed"
"""The outcome with which a body puts a matter off to another meeting."""
RECOMMENDATION = "recommendation"
"""The effect of an answer by somebody in a body whom the route does not let decide."""
NOT_RECORDED = "not_recorded"
"""The outcome where minutes are silent about an ask, so that nothing is invented."""
DECIDERS = {
    "council": Name("kommunalbestyrelsen", "the council"),
    "committee": Name("fagudvalget", "the committee"),
    "chair": Name("formanden", "the chair"),
}
"""Who in a body can have decided."""
SUBMITTED = ("submit", "draft", "gather")
"""The secretariat's own asks: the command `submit` answers the steps that have one of them."""

_REJECTED = ("rejected", Meaning.REJECTION, "Afvist", "Rejected")
_SILENT = (NOT_RECORDED, Meaning.UNRECORDED, "Ikke nævnt i referatet", "Not recorded in the minutes")
_SILENT_AND_AWAITED = (NOT_RECORDED, Meaning.INTERIM, *_SILENT[2:])
"""Silence cannot stand for an approval, a signature or the like: the body is still awaited."""

WITH_DUE_DATE = frozenset({"questions_asked", "plan_requested"})
"""The outcomes by which something is asked in return, by a date that comes with them."""

ASKS: dict[str, Ask] = {
    ask.id: ask
    for ask in (
        _ask(
            "note",
            "tager til efterretning",
            "notes",
            ("noted", Meaning.CONSENT, "Taget til efterretning", "Noted"),
            ("noted_with_remarks", Meaning.CONSENT, "Taget til efterretning med bemærkninger", "Noted with remarks"),
            _SILENT,
        ),
        _ask(
            "approve",
            "godkender",
            "approves",
            ("approved", Meaning.CONSENT, "Godkendt", "Approved"),
            ("approved_with_changes", Meaning.CONSENT, "Godkendt med ændringer", "Approved with changes"),
            ("approved_on_condition", Meaning.CONSENT, "Godkendt på betingelse", "Approved on condition"),
            ("returned", Meaning.RETURN, "Sendt tilbage", "Returned"),
            _REJECTED,
            (POSTPONED, Meaning.INTERIM, "Udsat", "Postponed"),
            _SILENT_AND_AWAITED,
        ),
        _ask("discuss", "drøfter", "discusses", ("discussed", Meaning.CONSENT, "Drøftet", "Discussed"), _SILENT),
        _ask("appoint", "udpeger", "appoints", ("appointed", Meaning.CONSENT, "Udpeget", "Appointed"), _SILENT),
        _ask(
            "establish",
            "nedsætter",
            "establishes",
            ("established", Meaning.CONSENT, "Nedsat", "Established"),
            _REJECTED,
            _SILENT_AND_AWAITED,
        ),
        _ask(
            "indicate",
            "tilkendegiver",
            "indicates",
            ("indicated", Meaning.CONSENT, "Tilkendegivet", "Indicated"),
            _SILENT,
        ),
        _ask(
            "support",
            "bakker op",
            "supports",
            ("supported", Meaning.CONSENT, "Bakket op", "Supported"),
            ("not_supported", Meaning.DISSENT, "Ikke bakket op", "Not supported"),
            _SILENT_AND_AWAITED,
        ),
        _ask(
            "assess",
            "vurderer",
            "assesses",
            ("assessed", Meaning.CONSENT, "Vurderet", "Assessed"),
            ("inconclusive", Meaning.DISSENT, "Uafklaret", "Inconclusive"),
            _SILENT,
        ),
        _ask(
            "recommend",
            "anbefaler",
            "recommends",
            ("recommended", Meaning.CONSENT, "Anbefalet", "Recommended"),
            ("not_recommended", Meaning.DISSENT, "Ikke anbefalet", "Not recommended"),
            _SILENT_AND_AWAITED,
        ),
        _ask(
            "join",
            "giver tilsagn",
            "joins",
            ("joined", Meaning.CONSENT, "Tilsluttet", "Joined"),
            ("declined", Meaning.DISSENT, "Afslået", "Declined"),
            ("left", Meaning.DISSENT, "Udtrådt", "Left"),
            _SILENT_AND_AWAITED,
        ),
        _ask(
            "sign",
            "underskriver",
            "signs",
            ("signed", Meaning.CONSENT, "Underskrevet", "Signed"),
            _REJECTED,
            _SILENT_AND_AWAITED,
        ),
        _ask(
            "comment",
            "afgiver høringssvar",
            "comments",
            ("commented", Meaning.CONSENT, "Kommenteret", "Commented"),
            ("no_comment", Meaning.CONSENT, "Ingen bemærkninger", "No comment"),
            _SILENT,
        ),
        _ask(
            "receive",
            "modtager",
            "receives",
            ("decided", Meaning.CONSENT, "Afgjort", "Decided"),
            ("received", Meaning.INTERIM, "Modtaget", "Received"),
            ("questions_asked", Meaning.INTERIM, "Har stillet spørgsmål", "Questions asked"),
            ("decision_intended", Meaning.INTERIM, "Påtænkt afgørelse", "Decision intended"),
            ("plan_requested", Meaning.INTERIM, "Har bedt om handleplan", "Action plan requested"),
        ),
        _ask(
            "submit",
            "indsender",
            "submits",
            ("submitted", Meaning.CONSENT, "Indsendt", "Submitted"),
            may_be_early=False,
        ),
        _ask(
            "draft",
            "udarbejder",
            "drafts",
            ("drafted", Meaning.CONSENT, "Udarbejdet", "Drafted"),
            may_be_early=False,
        ),
        _ask(
            "gather",
            "samler",
            "gathers",
            ("gathered", Meaning.CONSENT, "Samlet", "Gathered"),
            may_be_early=False,
        ),
        _ask(
            "revise",
            "tilretter",
            "revises",
            ("resubmitted", Meaning.CONSENT, "Genfremsat", "Resubmitted"),
            may_be_early=False,
        ),
    )
}
"""Every ask by its id (source: *Indstilling* and *Referat* in DASSOS' published agendas and minutes, 2021 to 2025)."""

OUTCOMES: dict[str, Outcome] = {key: outcome for ask in ASKS.values() for key, outcome in ask.outcomes.items()}
"""Every outcome by its id, whichever ask it belongs to."""

OBJECTED = Outcome("objected", Meaning.OBJECTION, Name("Indsigelse", "Objected"))
"""What a body may also say in a written procedure, whatever it is asked."""

_RESULTS = {
    OBJECTED.id: OBJECTED.name,
    "asked_again": Name("Spurgt igen", "Asked again"),
    "to_meeting": Name("Punkt til næste møde", "Item for the next meeting"),
    "closed_by_submission": Name("Lukket ved indsendelsen", "Closed by the submission"),
    "ended_early": Name("Afsluttet før tid", "Ended early"),
    "no_answer": Name("Intet svar", "No answer"),
    "not_enough": Name("Ikke nok", "Not enough"),
}


def result_name(key: str) -> Name:
    """What people call an outcome, or the result of a step or case; one that only a route knows stands as it is."""
    return OUTCOMES[key].name if key in OUTCOMES else _RESULTS.get(key, Name(key, key))
