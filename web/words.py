# SPDX-License-Identifier: EUPL-1.2
"""The words of the pages for states and results, in Danish and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.asks import DECIDERS, NEGATIVE, OUTCOMES, result_name
from domain.names import Name
from outgoing.kinds import ALL_KINDS
from projections.meetings_in_words import certainty
from projections.phrases import CONDITION_KINDS, SKIPPED_BECAUSE, SUPPORTS
from projections.plans import MEETING_STATES, STANDINGS

__all__ = [
    "ALL_KINDS",
    "CONDITION_KINDS",
    "DECIDERS",
    "MEETING_STATES",
    "SKIPPED_BECAUSE",
    "STANDINGS",
    "SUPPORTS",
    "certainty",
    "result_name",
]

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
STOPPED = {
    "open": ("stopped", Name("Stoppet med tilbagetrækningen", "Stopped with the withdrawal")),
    "waiting": ("stopped", Name("Ikke nået før tilbagetrækningen", "Not reached before the withdrawal")),
}
"""What the steps of a withdrawn case are, which no longer wait for anybody, by their state in the log."""
ANSWER_STATES = {
    "not_asked": Name("Endnu ikke spurgt", "Not asked yet"),
    "released": Name("Fritaget", "Released"),
    "awaiting": Name("Afventer", "Awaiting"),
    "delayed": Name("Forsinket", "Delayed"),
    "answered": Name("Besvaret", "Answered"),
    "silent": Name("Ikke hørt", "Not heard"),
}
CONSENTS = {
    "answered": Name("Besvaret", "Answered"),
    "stands": Name("Står", "Stands"),
    "asked_again": Name("Spurgt igen", "Asked again"),
    "awaiting": ANSWER_STATES["awaiting"],
    "silent": ANSWER_STATES["silent"],
    "informed": Name("Orienteret", "Informed"),
}
"""What a body has done with a version of the papers."""
PAPER_CHANGES = {
    "editorial": Name("redaktionel", "editorial"),
    "material": Name("væsentlig", "material"),
}
AT_MEETING = Name("Punkt til næste møde", "Item for the next meeting")
MINUTES_AWAITED = Name("Afholdt, afventer referat", "Held, minutes awaited")
ITEM_WHY = {
    "postponed": Name("Udsat hertil", "Postponed to here"),
    "moved": Name("Mødet er ændret", "The meeting was changed"),
    "cancelled": Name("Et tidligere møde er aflyst", "An earlier meeting is cancelled"),
    "suspended": Name("Sagen stod stille på et tidligere møde", "The case stood still at an earlier meeting"),
    "chosen": Name("Valgt af sekretariatet", "Chosen by the secretariat"),
    "forced": Name("Sent punkt", "Late item"),
}
"""Why an item stands on its meeting, where it is not simply the next."""
ADDITION_STATES = {
    "open": Name("Åben", "Open"),
    "met": Name("Opfyldt", "Met"),
    "waived": Name("Frafaldet", "Waived"),
    "done": Name("Udført", "Done"),
    "cancelled": Name("Aflyst", "Cancelled"),
    "withdrawn": Name("Bortfaldet", "Withdrawn"),
}
CONTRADICTION_STATES = {
    "unsettled": Name("Uafklaret", "Unsettled"),
    "settled": Name("Afklaret", "Settled"),
    "lapsed": Name("Bortfaldet", "Lapsed"),
}
EFFECTS = {
    "early": Name("svarede før tid", "answered early"),
    "late": Name("svarede efter at trinnet var afsluttet", "answered after the step was completed"),
    "recommendation": Name("organet skal selv træffe afgørelse", "the body must decide itself"),
}
RECOMMENDED = Name("anbefaling foreligger", "a recommendation is there")
OVERDUE = Name("Over tid", "Overdue")
CORRECTED_LATE = Name("rettet efter at trinnet var afsluttet", "corrected after the step was completed")
SUSTAINABLE = {
    True: Name("Bæredygtig", "Sustainable"),
    False: Name("Ikke bæredygtig", "Not sustainable"),
}
"""Whether enough take part in a scheme, and all who must."""
REMINDERS = {
    "bodies": Name("påmindelse til", "reminder to"),
    "by_hand": Name("sekretariatet rykkede", "the secretariat reminded"),
    "secretariat": Name("sekretariatet fik besked om", "the secretariat was told of"),
    "leadership": Name("eskaleret om", "escalated, about"),
}
"""What went out, by to whom, or by whose hand."""
TOLD = Name("besked til", "told to")
COMING_REMINDERS = {
    "bodies": Name("Næste påmindelse", "Next reminder"),
    "secretariat": Name("Sekretariatet får besked", "The secretariat is told"),
    "leadership": Name("Ledelsen får besked", "Leadership is told"),
}
"""What the route's rules will say next, by to whom."""
SOURCES = {
    "webhook": Name("fra organets eget system", "from the body's own system"),
    "link": Name("på personligt link", "by a personal link"),
    "signed_in": Name("af organet selv, logget ind", "by the body itself, signed in"),
    "secretariat": Name("registreret af sekretariatet", "recorded by the secretariat"),
    "minutes": Name("fra referatet", "from the minutes"),
    "engine": Name("sat af systemet", "set by the system"),
}
_NEAR = {0: Name("i dag", "today"), 1: Name("i morgen", "tomorrow")}
_SHORT = 10
ROLES = {
    "secretariat": Name("Sekretariatet", "The secretariat"),
    "leadership": Name("Ledelsen", "Leadership"),
    "council": Name("Kommunen", "Council"),
    "auditor": Name("Revision", "Auditor"),
    "link": Name("Personligt link", "Personal link"),
    "calendar": Name("Kalenderlink", "Calendar link"),
}
"""Who it is; of whoever comes by a link only that is known."""
DELIVERY_STATES = {
    "waiting": Name("Venter på at blive sendt", "Waiting to be sent"),
    "sent": Name("Sendt", "Sent"),
    "failed": Name("Opgivet", "Given up"),
    "no_channel": Name("Ingen adresse", "No address"),
    "not_configured": Name("Ingen mailserver", "No mail server"),
    "not_needed": Name("Ikke nødvendig længere", "No longer needed"),
}
CHANNEL_STATES = {
    "active": Name("I brug", "In use"),
    "unconfirmed": Name("Ikke bekræftet", "Not confirmed"),
    "disabled": Name("Ude af drift", "Given up"),
}
PARTS = {
    "web": Name("Sider og API (web)", "Pages and API (web)"),
    "worker": Name("Sagernes motor (worker)", "The cases' engine (worker)"),
    "relay": Name("Budbringeren til Temporal (relay)", "The messenger to Temporal (relay)"),
    "projector": Name("Overblikkets opdatering (projector)", "What keeps the pages up to date (projector)"),
    "notifier": Name("Udsendelsernes afsender (notifier)", "The sender of messages (notifier)"),
}
READY = {True: Name("Klar", "Ready"), False: Name("Ikke klar", "Not ready")}
PARTS_GONE = {
    "worker": Name(
        "Svar tages imod, men næste trin åbner ikke, og intet udsendes. Start worker.",
        "Answers are taken, but the next step does not open, and nothing is sent. Start worker.",
    ),
    "relay": Name(
        "Svar tages imod, men sagerne går ikke videre. Start relay; den fortsætter, hvor den slap.",
        "Answers are taken, but cases do not move on. Start relay; it goes on where it stopped.",
    ),
    "projector": Name(
        "Svar tages imod, men siderne viser, hvordan det stod før. Start projector; den fortsætter, hvor den slap.",
        "Answers are taken, but the pages show an earlier state. Start projector; it goes on where it stopped.",
    ),
    "notifier": Name(
        "Sagerne går videre, men ingen får besked. Start notifier; den fortsætter, hvor den slap.",
        "Cases move on, but nobody is told. Start notifier; it goes on where it stopped.",
    ),
}
"""What it means that a part is missing, and what to do."""
TROUBLES = {
    "not_woken": (
        Name("Kunne ikke vækkes", "Could not be woken"),
        Name(
            "Temporal afviser besked om netop denne sag. Der prøves igen; bed ellers om at få den bragt i gang.",
            "Temporal refuses news of just this case. It is tried again by itself; otherwise have it brought back.",
        ),
    ),
    "no_workflow": (
        Name("Har intet forløb i Temporal", "Has no workflow in Temporal"),
        Name(
            "Sagen er åben, men intet driver den. Få den bragt i gang igen: alt, hvad der er sket, står i loggen.",
            "The case is open, but nothing drives it. Have it brought back: all that has happened stands in the log.",
        ),
    ),
    "workflow_fails": (
        Name("Forløbet fejler", "The workflow fails"),
        Name(
            "Programmet kan ikke køre sagens forløb. Se fejlen i Temporal; en ny version af programmet må rette den.",
            "The program cannot run the case's workflow. See the error in Temporal; a new version has to mend it.",
        ),
    ),
    "advance_fails": (
        Name("Kan ikke føres videre", "Cannot be moved along"),
        Name(
            "Der prøves igen hvert femte sekund. Bliver det ved, er det en programfejl: meld den med begrundelsen.",
            "It is tried again every five seconds. If it goes on, the program is at fault: report it with this reason.",
        ),
    ),
}
"""What keeps a case from moving: its name, what it means and what to do."""
CHANNEL_KINDS = {"email": Name("E-mail", "E-mail"), "webhook": Name("Webhook", "Webhook")}
PROBLEMS = {
    400: "Forespørgslen kunne ikke læses",
    401: "Du er ikke logget ind",
    403: "Det må du ikke",
    404: "Siden findes ikke",
    405: "Det kan man ikke her",
    409: "Det passer ikke med, hvor sagen står",
    410: "Linket gælder ikke længere",
    413: "Det er for stort",
    415: "Filtypen kan ikke bruges",
    422: "Noget er ikke udfyldt rigtigt",
    429: "For mange forespørgsler",
    500: "Noget gik galt her",
    503: "Det kunne ikke bekræftes. Prøv igen om lidt",
}
"""Headings of pages that tell of an error, by its status."""
LOOKS = {
    "case": {
        "running": "info",
        "suspended": "warning",
        "completed": "success",
        "approved": "success",
        "rejected": "error",
    },
    "step": {"open": "info", "completed": "success"},
    "answer": {"awaiting": "warning", "delayed": "error", "answered": "success"},
    "added": {"open": "warning", "met": "success", "done": "success"},
    "contradiction": {"unsettled": "warning"},
    "delivery": {"sent": "success", "waiting": "warning", "failed": "error", "no_channel": "error"},
    "standing": {"on_track": "success", "at_risk": "warning", "late": "error"},
    "channel": {"active": "success", "unconfirmed": "warning", "disabled": "error"},
    "meeting": {"added": "info", "moved": "warning", "cancelled": "error"},
    "trouble": dict.fromkeys(TROUBLES, "error"),
    "part": {True: "success", False: "error"},
    "scheme": {True: "success", False: "error"},
}
"""The kind of badge that a state is shown with; the words say it too, since colour alone says nothing to some."""


def seconds(count: float) -> Name:
    """A length of time in real seconds, rounded as people say it."""
    for length, da, en in ((86400, "døgn", "days"), (3600, "timer", "hours"), (60, "minutter", "minutes")):
        if count >= 2 * length:
            return Name(f"{count / length:.0f} {da}", f"{count / length:.0f} {en}")
    return Name(f"{count:.0f} sekunder", f"{count:.0f} seconds")


def problem(found: Mapping[str, Any]) -> Name:
    """The heading of a page that tells of a problem."""
    return Name(PROBLEMS.get(found["status"], PROBLEMS[400]), found["title"])


def days_until(days: int) -> Name:
    """How far a date lies ahead, or behind, in words."""
    if days in _NEAR:
        return _NEAR[days]
    if days < 0:
        return Name(f"{_days(-days, 'dag', 'dage')} over tid", f"{_days(-days, 'day', 'days')} overdue")
    return Name(f"om {days} dage", f"in {days} days")


def against_deadline(slack: int) -> Name:
    """How far before, or after, its deadline something lies, in words; `slack` is the days that are left."""
    if slack == 0:
        return Name("på fristen", "on the deadline")
    many = _days(abs(slack), "dag", "dage"), _days(abs(slack), "day", "days")
    if slack > 0:
        return Name(f"{many[0]} før fristen", f"{many[1]} before the deadline")
    return Name(f"{many[0]} efter fristen", f"{many[1]} after the deadline")


def shift(count: int) -> Name:
    """By how many days something comes later, or earlier, in words."""
    if count == 0:
        return Name("uændret", "unchanged")
    many = _days(abs(count), "dag", "dage"), _days(abs(count), "day", "days")
    return Name(f"{many[0]} senere", f"{many[1]} later") if count > 0 else Name(f"{many[0]} før", f"{many[1]} earlier")


def days(count: float) -> Name:
    """A number of days, one decimal where it is short."""
    rounded = f"{count:.1f}" if count < _SHORT and count != round(count) else f"{count:.0f}"
    return Name(f"{rounded.replace('.', ',')} {'dag' if rounded == '1' else 'dage'}", _days(rounded, "day", "days"))


def _days(count: object, one: str, many: str) -> str:
    return f"{count} {one if str(count) == '1' else many}"


def step_state(state: str, case_status: str) -> tuple[str, Name]:
    """A step's state in a case of this status, as a key for its looks and in words."""
    if case_status == "withdrawn" and state in STOPPED:
        return STOPPED[state]
    return state, STEP_STATES[state]


def is_refusal(result: str | None) -> bool:
    """Whether a step's result sends the matter back or ends it."""
    found = OUTCOMES.get(result or "")
    return found is not None and found.meaning in NEGATIVE


def answer_state(state: str, step_state: str) -> Name | None:
    """An answer's state in a step of this (shown) state; None where nobody is asked any more."""
    is_over = step_state in {"stopped", "skipped"} and state in {"not_asked", "awaiting", "delayed", "silent"}
    return None if is_over else ANSWER_STATES[state]


def effect(answer: dict[str, Any]) -> Name | None:
    """What is to be said of when an answer came, None for one in time."""
    if answer["effect"] == "late" and answer["corrected"]:
        return CORRECTED_LATE
    return EFFECTS.get(answer["effect"] or "")
