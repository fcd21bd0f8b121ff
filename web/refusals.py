# SPDX-License-Identifier: EUPL-1.2
"""What is refused, in the words of the pages: the domain speaks English, the secretariat Danish."""

from __future__ import annotations

import re

from domain.names import Name
from projections.phrases import long_date

_DAY = r"(\d{4}-\d\d-\d\d)"
_SAID: tuple[tuple[str, str], ...] = (
    (r"is missing", "Skal udfyldes."),
    (r"the (?:\w+) is empty", "Skal udfyldes."),
    (r"is too short", "Skal udfyldes."),
    (r"is over (\d+) characters", "Højst {0} tegn."),
    (r"the title has \d+ characters", "Titlen er for lang: højst 300 tegn."),
    (r"\w+ has \d+ characters", "Teksten er for lang."),
    (r"has over (\d+) entries", "Højst {0}."),
    (r"the [\w.]+ holds the control character (U\+\w+)", "Der står et styretegn ({0}), som skal væk."),
    (r"the date " + _DAY + r" cannot be", "{0} kan ikke være rigtig: datoen ligger for langt væk."),
    (r"the date " + _DAY + r" is before today, " + _DAY, "{0} er før i dag, {1}."),
    (r"the deadline " + _DAY + r" is before today, " + _DAY, "{0} er før i dag, {1}."),
    (r"the date " + _DAY + r" is after today, " + _DAY, "{0} er efter i dag, {1}."),
    (
        r"the (?:decision|submission|meeting) is dated " + _DAY + r", which is after today, " + _DAY,
        "{0} er efter i dag, {1}.",
    ),
    (r"the deadline is " + _DAY + r" already", "Fristen er allerede {0}."),
    (r"the date of the decision is missing", "Skriv, hvornår det blev besluttet."),
    (r"'\w+' has no date by which it is to be answered", "Skriv, hvornår spørgsmålene skal være besvaret."),
    (r"only what is asked in return is due", "Kun spørgsmål har en svarfrist. Lad feltet stå tomt."),
    (r"belongs to a delay", "Kun en forsinkelse har en ventet dato. Lad feltet stå tomt."),
    (r"only a decision supports a case or not", "Kun en afgørelse bakker op. Lad feltet stå tomt."),
    (r"only questions that open a reply go on to bodies", "Kun spørgsmål kan gives videre til organer."),
    (r"bodies_due is a date for nobody", "Vælg de organer, der skal svare."),
    (
        r"the bodies are to answer by " + _DAY + r", the reply is due " + _DAY,
        "Organerne svarer {0}, men svaret skal være der {1}.",
    ),
    (r"a delay sets no conditions or tasks", "En forsinkelse har hverken betingelser eller opgaver."),
    (r"a delay has no \w+", "En forsinkelse har intet fra referatet. Lad felterne stå tomme."),
    (r"only [\w ]+ has (?:persons|points)", "Det hører ikke til dette svar. Lad feltet stå tomt."),
    (r"'\w+' is no answer to .*", "Det kan man ikke svare her."),
    (r"'not_recorded' could answer any of .*", "Vælg et svar på hvert spørgsmål."),
    (r"this body has answered the step .*", "Organet har svaret på trinnet; ret svaret i stedet."),
    (r"the case has no version (\d+) of its papers", "Sagen har ingen version {0} af sine bilag."),
    (r"one condition contradicts nothing", "Vælg mindst to."),
    (r"the contradiction (\d+) holds these conditions already", "Modstrid {0} omfatter dem allerede."),
    (r"the contradiction (\d+) is settled", "Modstrid {0} er afklaret."),
    (r"the condition (\d+) is \w+", "Betingelse {0} er ikke åben mere."),
    (r"the task (\d+) is \w+", "Opgave {0} er ikke åben mere."),
    (r"nobody has called the task off", "Vælg organet eller beslutningen."),
    (r"the decision (\d+) is not that body's", "Beslutning {0} er ikke det organs."),
    (r"this body has not answered.*", "Organet har ikke svaret endnu."),
    (r"the condition could be set in any of the steps .*", "Organet har svaret på flere trin: vælg trinnet."),
    (r"an inquiry is open already", "Der er allerede en åben forespørgsel."),
    (r"no inquiry is open", "Der er ingen åben forespørgsel."),
    (r"the case has ended as \w+", "Sagen er afsluttet."),
    (r"the case is withdrawn", "Sagen er trukket tilbage."),
    (r"the case is suspended(?: already)?", "Sagen er sat i bero."),
    (r"the case is not suspended", "Sagen er ikke sat i bero."),
    (r"the case is not decided yet", "Sagen er ikke afgjort endnu."),
    (r"the step '\S+' is (?:completed|skipped)", "Trinnet er slut."),
    (r"the step '\S+' is not open yet", "Trinnet er ikke åbent endnu."),
    (r"the step '\S+' does not ask (?:the body '\S+'|this body)", "Trinnet spørger ikke dette organ."),
    (r"the step '\S+' asks this body already", "Trinnet spørger allerede dette organ."),
    (r"the body has answered", "Organet har svaret; svaret kan rettes."),
    (r"the step asks nobody else", "Trinnet spørger ikke andre: tilføj først et andet organ."),
    (
        r"the step '\S+' could never be completed by .* alone",
        "Så få organer kan ikke gennemføre alle trin: vælg flere.",
    ),
    (r"the route has no step '\S+' to submit", "Det trin kan ikke indsendes."),
    (r"there is no body '.*'", "Organet findes ikke."),
    (r"there is no case \S+ to be replaced", "Der er ingen sag med det nummer."),
    (r"the \w+ is .* already", "Det er det allerede."),
    (r"the route '\S+' needs the attribute \w+", "Skal udfyldes."),
    (r"the attribute \w+ is '.*'", "Skriv en dato som 2025-05-31."),
    (r"the address is no e-mail address", "Skriv en e-mailadresse som navn@example.dk."),
    (r"the address does not begin with https://", "Adressen skal begynde med https://."),
    (
        r"the address (?:is no web address|names no host|holds a user).*",
        "Skriv en adresse som https://esdh.example.dk/sagsgang.",
    ),
    (r"the body has this address already", "Organet har allerede denne adresse."),
    (r"no kind of message is chosen", "Vælg mindst én slags besked."),
    (
        r"the body has a meeting on " + _DAY + " already",
        "Organet har allerede et møde {0}: flyt det, hvis det er ændret.",
    ),
    (r"there is a meeting '.+' already", "Der er allerede et møde med det id: prøv igen."),
    (r"the meeting stands so already", "Mødet står allerede sådan."),
    (
        r"the papers would have to be in by " + _DAY + r", after the meeting on " + _DAY,
        "Papirerne skal være inde senest den dag, mødet holdes, {1}.",
    ),
    (r"the item is on that meeting already", "Punktet er allerede på det møde."),
    (
        r"the papers of the meeting on " + _DAY + r" had to be in by " + _DAY,
        "Papirerne til mødet {0} skulle være inde {1}: skriv, hvorfor punktet alligevel skal med.",
    ),
    (r"the step '\S+' is not open at a meeting", "Trinnet er ikke åbent til et møde."),
    (r"nothing waits for '\S+' at a meeting", "Intet venter på organets møde."),
    (r"it could be the item of any of the steps .*", "Organet skal behandle flere trin: vælg trinnet."),
    (r"the meeting '.+' is cancelled", "Mødet er aflyst: vælg et andet."),
    (r"the meeting '.+' is not one of '\S+'", "Det er et andet organs møde."),
    (r"the meeting '.+' was on " + _DAY, "Mødet blev holdt {0}: vælg et kommende."),
    (r"there is no meeting '.+' of '\S+'", "Organet har ikke det møde."),
    (r"no step '\S+' is open", "Trinnet er ikke åbent."),
    (r"the body '\S+' is not awaited", "Der ventes ikke på organet."),
    (r"no (?:other )?body is awaited", "Der ventes ikke på nogen."),
    (r".* was reminded today already", "Er allerede mindet om det i dag."),
    (r"only what is postponed or delayed is expected on a day", "Kun det, der er udsat eller forsinket, har en dag."),
    (
        r"it is postponed to " + _DAY + r", which is before today, " + _DAY,
        "{0} er før i dag, {1}: skriv dagen for det møde, der skal behandle sagen.",
    ),
    (r"it is not said to which day the meeting moves", "Skriv, hvilken dag mødet flyttes til."),
    (r"it is not said which meeting moves", "Vælg det møde, der flyttes, eller lad dagen stå tom."),
    (r"a meeting that moves is not cancelled", "Mødet kan ikke både flyttes og aflyses."),
    (r"the day cannot be read", "Skriv dagen som 2025-05-31."),
    (r"the number of days is none from 0 to (\d+)", "Skriv et antal dage fra 0 til {0}."),
    (r"there is no meeting '.*' from " + _DAY + r" to " + _DAY, "Mødet findes ikke: vælg et fra listen."),
    (
        r"no step that is still to come asks '.*'",
        "Ingen af de trin, der er tilbage, spørger organet: vælg et fra listen.",
    ),
    (r"is empty", "Filen er tom."),
    (r"the paper is over \d+ bytes", "Filen er for stor: højst 25 MB."),
    (r"(?:has no name|has a name of over \d+ characters)", "Giv filen et kort navn."),
    (r"the form cannot be read", "Formularen kunne ikke læses."),
)
"""What is wrong as it is said in English, by a pattern, and in Danish; days among its parts are written out."""

_PATTERNS = tuple((re.compile(pattern, re.DOTALL), danish) for pattern, danish in _SAID)


def in_both(what: str, mend: str) -> Name:
    """What is wrong and how to mend it; in English alone where there are no Danish words for it."""
    english = "; ".join(part for part in (what, mend) if part)
    head = (what or english).replace('"', "'")
    for pattern, danish in _PATTERNS:
        if found := pattern.fullmatch(head) or pattern.fullmatch(head.partition(";")[0]):
            return Name(danish.format(*(_written(part) for part in found.groups())), english)
    return Name(english, english)


def _written(part: str) -> str:
    return long_date(part).da if re.fullmatch(_DAY, part) else part
