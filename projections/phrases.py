# SPDX-License-Identifier: EUPL-1.2
"""The Danish and English words that the timeline's sentences are made of."""

from __future__ import annotations

from datetime import date

from domain.names import Name

OUTCOMES = {
    "noted": Name("har taget til efterretning", "noted it"),
    "noted_with_remarks": Name("har taget til efterretning med bemærkninger", "noted it with remarks"),
    "approved": Name("har godkendt", "approved it"),
    "approved_with_changes": Name("har godkendt med ændringer", "approved it with changes"),
    "approved_on_condition": Name("har godkendt på betingelse", "approved it on condition"),
    "returned": Name("har sendt sagen tilbage", "returned it"),
    "rejected": Name("har afvist", "rejected it"),
    "postponed": Name("har udsat sagen", "postponed it"),
    "discussed": Name("har drøftet sagen", "discussed it"),
    "appointed": Name("har udpeget", "made its appointments"),
    "established": Name("har nedsat", "established it"),
    "indicated": Name("har tilkendegivet sin holdning", "indicated its position"),
    "supported": Name("bakker op", "supports it"),
    "not_supported": Name("bakker ikke op", "does not support it"),
    "assessed": Name("har vurderet sagen", "assessed it"),
    "inconclusive": Name("kunne ikke afklare sagen", "could not settle it"),
    "recommended": Name("har anbefalet", "recommended it"),
    "not_recommended": Name("har ikke anbefalet", "did not recommend it"),
    "joined": Name("har givet tilsagn", "joined"),
    "declined": Name("har afslået", "declined"),
    "left": Name("er udtrådt", "left"),
    "signed": Name("har underskrevet", "signed it"),
    "commented": Name("har afgivet høringssvar", "commented"),
    "no_comment": Name("har ingen bemærkninger", "has no comments"),
    "decided": Name("har truffet afgørelse", "decided"),
    "received": Name("har modtaget sagen", "received it"),
    "questions_asked": Name("har stillet spørgsmål", "asked questions"),
    "decision_intended": Name("har sendt en påtænkt afgørelse", "sent an intended decision"),
    "plan_requested": Name("har bedt om en handleplan", "requested an action plan"),
    "submitted": Name("har indsendt sagen", "submitted it"),
    "drafted": Name("har udarbejdet udkastet", "drafted it"),
    "gathered": Name("har samlet det indkomne", "gathered what came"),
    "not_recorded": Name("har intet svar i referatet", "has no answer in the minutes"),
    "resubmitted": Name("har genfremsat sagen", "resubmitted it"),
    "objected": Name("har gjort indsigelse mod skriftlig behandling", "objected to the written procedure"),
}
"""What a body did, behind its name, for every outcome of every ask."""

SUPPORTS = {
    True: Name("bakker op", "supports it"),
    False: Name("bakker ikke op", "does not support it"),
}
"""What a deciding authority says to a matter."""

CHANGES = {
    "outcome": Name("svaret", "the outcome"),
    "supports": Name("afgørelsen", "the decision"),
    "decided_on": Name("beslutningsdatoen", "the date decided"),
    "decided_by": Name("beslutter", "the decider"),
    "due": Name("svarfristen", "the reply date"),
    "version": Name("bilagsversionen", "the version of the papers"),
    "remark": Name("bemærkningen", "the remark"),
    "reference": Name("referencen", "the reference"),
    "to": Name("de adspurgte", "the bodies asked"),
    "bodies_due": Name("de adspurgtes frist", "the date for the bodies asked"),
    "effective_on": Name("virkningsdatoen", "the date from which it holds"),
    "expected_on": Name("datoen, der er udsat til", "the date postponed to"),
    "meeting_on": Name("mødedatoen", "the meeting's date"),
    "agenda_item": Name("dagsordenspunktet", "the agenda item"),
    "wording": Name("referatets ord", "the minutes' words"),
    "protocol": Name("protokollen", "the protocol"),
    "dissent": Name("mindretallet", "the dissent"),
    "reservation": Name("forbeholdet", "the reservation"),
    "persons": Name("personerne", "the persons"),
    "points": Name("punkterne", "the points"),
}
"""The facts of an answer that a correction may change."""
NONE = Name("ingen", "none")

CONDITION_KINDS = {
    "material": Name("væsentlig", "material"),
    "editorial": Name("redaktionel", "editorial"),
}
"""How much hangs on a condition."""
NOT_STATED = Name("ikke oplyst", "not stated")
"""A condition that nobody has told."""

EFFECTS = {
    "counted": Name("", ""),
    "early": Name(", før trinnet åbnede", ", before the step opened"),
    "late": Name(", efter at trinnet var afsluttet", ", after the step was completed"),
    "recommendation": Name(" som en anbefaling", " as a recommendation"),
}
"""When an answer came, if not in time, or that it only recommends."""
DISSENT = Name("Imod stemte", "Against voted")
RESERVATION = Name("Forbehold", "Reservation")
WORDING = Name("Referatet", "The minutes")
POINTS = Name("Punkter", "Points")
PERSONS = {
    "appointed": Name("Udpeget er", "Appointed:"),
    "signed": Name("Underskrevet af", "Signed by"),
}
"""What the persons of an answer are, by its outcome."""

SKIPPED_BECAUSE = {
    "nobody_asked": Name("der er ingen at spørge", "there is nobody to ask"),
}
"""Why a step was skipped, where it was not the route's conditions."""

CASE_STATUSES = {
    "approved": Name("blev godkendt", "was approved"),
    "rejected": Name("blev afvist", "was rejected"),
    "completed": Name("blev afsluttet", "was completed"),
}
"""How a case came to the end of its route."""

TIMES = {
    2: Name("anden", "second"),
    3: Name("tredje", "third"),
    4: Name("fjerde", "fourth"),
    5: Name("femte", "fifth"),
}
"""Which time it is that somebody is reminded; later ones in figures."""

ESCALATED = {
    "secretariat": Name("Meldt til", "Reported to"),
    "leadership": Name("Eskaleret til", "Escalated to"),
}
"""How it is said that somebody was told of bodies that are silent."""

_MONTHS = (
    Name("januar", "January"),
    Name("februar", "February"),
    Name("marts", "March"),
    Name("april", "April"),
    Name("maj", "May"),
    Name("juni", "June"),
    Name("juli", "July"),
    Name("august", "August"),
    Name("september", "September"),
    Name("oktober", "October"),
    Name("november", "November"),
    Name("december", "December"),
)


def long_date(day: str) -> Name:
    """An ISO day as people write it: `2. april 2025`, `2 April 2025`."""
    when = date.fromisoformat(day)
    month = _MONTHS[when.month - 1]
    return Name(f"{when.day}. {month.da} {when.year}", f"{when.day} {month.en} {when.year}")
