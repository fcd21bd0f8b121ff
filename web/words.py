# SPDX-License-Identifier: EUPL-1.2
"""The words of the pages for states and results, in Danish and English."""

from __future__ import annotations

from domain.asks import ASKS
from domain.names import Name

MONTHS = (
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
)
STATUSES = {
    "running": Name("I gang", "Running"),
    "suspended": Name("Sat i bero", "Suspended"),
    "withdrawn": Name("Trukket tilbage", "Withdrawn"),
    "approved": Name("Godkendt", "Approved"),
    "rejected": Name("Afvist", "Rejected"),
    "completed": Name("Afsluttet", "Completed"),
}
STEP_STATES = {
    "waiting": Name("Venter", "Waiting"),
    "open": Name("Åben", "Open"),
    "completed": Name("Gennemført", "Completed"),
    "skipped": Name("Ikke nødvendig", "Not needed"),
}
ANSWER_STATES = {
    "not_asked": Name("Endnu ikke spurgt", "Not asked yet"),
    "awaiting": Name("Afventer", "Awaiting"),
    "delayed": Name("Forsinket", "Delayed"),
    "answered": Name("Besvaret", "Answered"),
}
EFFECTS = {
    "early": Name("svarede før tid", "answered early"),
    "late": Name("svarede efter at trinnet var afsluttet", "answered after the step was completed"),
}
DECIDERS = {
    "council": Name("kommunalbestyrelsen", "the council"),
    "committee": Name("fagudvalget", "the committee"),
    "chair": Name("formanden", "the chair"),
}
SOURCES = {
    "webhook": Name("fra organets eget system", "from the body's own system"),
    "link": Name("på personligt link", "by a personal link"),
    "secretariat": Name("registreret af sekretariatet", "recorded by the secretariat"),
    "minutes": Name("fra referatet", "from the minutes"),
    "engine": Name("sat af systemet", "set by the system"),
}
ROLES = {
    "secretariat": Name("Sekretariatet", "The secretariat"),
    "leadership": Name("Ledelsen", "Leadership"),
    "auditor": Name("Revision", "Auditor"),
}
PROBLEMS = {
    400: "Forespørgslen kunne ikke læses",
    401: "Du er ikke logget ind",
    403: "Det må du ikke",
    404: "Siden findes ikke",
    405: "Det kan man ikke her",
    409: "Det passer ikke med, hvor sagen står",
    413: "Det er for stort",
    415: "Filtypen kan ikke bruges",
    422: "Noget er ikke udfyldt rigtigt",
    429: "For mange forespørgsler",
    500: "Noget gik galt her",
    503: "Det kunne ikke bekræftes. Prøv igen om lidt",
}
"""Headings of pages that tell of an error, by its status."""
_RESULTS = {
    "closed_by_submission": Name("Lukket ved indsendelsen", "Closed by the submission"),
    "supported": Name("Bakket op", "Supported"),
    "not_supported": Name("Ikke bakket op", "Not supported"),
}
_OUTCOMES = {key: outcome.name for ask in ASKS.values() for key, outcome in ask.outcomes.items()}


def outcome(key: str) -> Name:
    """The name of an outcome or of a step's or case's result; an unknown one stands as it is."""
    return _OUTCOMES.get(key) or _RESULTS.get(key) or Name(key, key)
