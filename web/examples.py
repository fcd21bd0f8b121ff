# SPDX-License-Identifier: EUPL-1.2
"""The examples of the API's description: one reply to a central announcement, as it stands on 2 May 2025."""

from __future__ import annotations

from typing import Any

ACCESSES: dict[str, Any] = {
    "items": [
        {
            "id": 4711,
            "at": "2025-04-08T12:00:00.000000Z",
            "who": "oidc:3f0c",
            "name": "Anna Andersen",
            "role": "secretariat",
            "body": None,
            "how": "session",
            "method": "GET",
            "route": "/cases/{id}",
            "object": "id=6f9619ff-8b86-4d01-b42d-00c04fc964ff",
            "search": "",
            "status": 200,
        }
    ],
    "next": None,
}
CASE_ID = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
NAME = {"da": "Kommunerne tager til efterretning", "en": "The municipalities note it"}
ROUTE_NAME = {"da": "Svar på central udmelding", "en": "Reply to a central announcement"}
TITLE = "Afrapportering på fornyet central udmelding"
INSTANT = "2025-04-08T12:00:00.000000Z"

ANSWER: dict[str, Any] = {
    "body": "viborg",
    "state": "answered",
    "outcome": "noted",
    "also": {},
    "effect": "counted",
    "decided_on": "2025-04-30",
    "decided_by": "council",
    "recorded_at": "2025-04-30T13:05:00.000000Z",
    "source": "webhook",
    "message_id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
    "version": 1,
    "concerned_version": 1,
    "stands_from": None,
    "expected_on": None,
    "corrected": False,
    "remark": None,
    "reference": "2025-042137",
    "due": None,
    "supports": None,
    "conditions": [1],
    "tasks": [1],
    "to": None,
    "bodies_due": None,
    "effective_on": None,
    "meeting_on": "2025-04-30",
    "agenda_item": "12a",
    "wording": None,
    "protocol": None,
    "dissent": None,
    "reservation": None,
    "persons": None,
    "points": None,
    "recommendation": None,
}
STEP: dict[str, Any] = {
    "id": "councils",
    "name": NAME,
    "round": 1,
    "ask": "note",
    "also_asks": [],
    "mode": "own_process",
    "state": "open",
    "result": None,
    "results": {"note": None},
    "opened_at": INSTANT,
    "opens_on": None,
    "awaits_date": None,
    "due": "2025-05-31",
    "due_passed": False,
    "completed_at": None,
    "sent_back": False,
    "revises": None,
    "why": None,
    "version": None,
    "asked_again": [],
    "silence": None,
    "skipped_because": None,
    "reminders": [
        {
            "at": "2025-05-16T06:00:00.000000Z",
            "to": "bodies",
            "bodies": ["aarhus", "samsoe"],
            "told": ["aarhus", "samsoe"],
            "by_hand": False,
        }
    ],
    "coming_reminders": [{"at": "2025-05-28T06:00:00.000000Z", "to": "bodies", "bodies": ["aarhus", "samsoe"]}],
    "question": None,
    "about": None,
    "items": [],
    "answers": [ANSWER],
    "earlier": [],
}
PAPER: dict[str, Any] = {
    "number": 1,
    "name": "afrapportering.pdf",
    "sha256": SHA256,
    "size": 482113,
    "added_at": INSTANT,
    "change": "material",
    "material_for": ["lemvig", "skive"],
    "informed": ["lemvig", "skive", "viborg"],
}
ADDED: dict[str, Any] = {
    "number": 1,
    "body": "viborg",
    "recorded_at": ANSWER["recorded_at"],
    "step": "councils",
    "round": 1,
    "message_id": ANSWER["message_id"],
    "text": "Målgruppens størrelse oplyses",
    "responsible": "secretariat",
    "contact": "Anna",
    "due": "2025-05-25",
    "meeting": "DASSOS 3. september 2025",
    "state": "open",
    "settled_at": None,
    "reason": None,
    "withdrawn_by": None,
}
CONDITION: dict[str, Any] = {**ADDED, "kind": "editorial", "version": None, "contradictions": [1]}
CONTRADICTION: dict[str, Any] = {
    "number": 1,
    "conditions": [1, 2],
    "reason": "Begge kan ikke opfyldes",
    "recorded_at": INSTANT,
    "stand": None,
    "settled_reason": None,
    "settled_at": None,
    "state": "unsettled",
}
TASK: dict[str, Any] = {
    **ADDED,
    "text": "Takstgruppen beskriver konsekvenserne",
    "decision": None,
    "chased": 1,
    "chased_at": INSTANT,
    "done_on": None,
    "done_by": None,
    "cancelled_by": None,
    "cancelled_by_decision": None,
    "overdue_after": "2025-05-25",
    "overdue": False,
}
DECISION: dict[str, Any] = {
    "number": 1,
    "body": "dassos",
    "text": "Den efterspurgte status parkeres",
    "decided_on": "2025-04-25",
    "meeting_on": "2025-04-25",
    "reference": "Punkt 4",
    "recorded_at": INSTANT,
    "tasks": [2],
    "cancels": [1],
}
CASE: dict[str, Any] = {
    "id": CASE_ID,
    "position": 4711,
    "version": 12,
    "route": {"id": "cu-afrapportering", "version": 1, "name": ROUTE_NAME},
    "title": TITLE,
    "reference": "27.00.00-A00-1-25",
    "status": "running",
    "result": None,
    "outcome_so_far": None,
    "deadline": "2025-05-31",
    "next_due": "2025-05-31",
    "overdue_after": "2025-05-31",
    "overdue": False,
    "opened_at": "2025-03-18T08:00:00.000000Z",
    "suspended_at": None,
    "closed_at": None,
    "attributes": {},
    "concerned": [],
    "renews": None,
    "renewed_by": [],
    "entry_into_force": None,
    "replaces": None,
    "waiting_for": ["aarhus", "samsoe", "secretariat"],
    "blocked": [{"step": "submit", "conditions": [2], "contradictions": [1]}],
    "steps": [STEP],
    "conditions": [CONDITION],
    "contradictions": [CONTRADICTION],
    "tasks": [TASK],
    "decisions": [DECISION],
    "papers": [PAPER],
}
CASES: dict[str, Any] = {"items": [CASE], "next": None}
TAKEN: dict[str, Any] = {"accepted": True, "effect": "counted", "case": CASE_ID, "position": 4712}
PAPER_TAKEN: dict[str, Any] = {**TAKEN, "paper": {"number": 1, "name": PAPER["name"], "sha256": SHA256, "size": 482113}}
PAPERS: dict[str, Any] = {"items": [PAPER]}
CONSENTS: dict[str, Any] = {
    "case": CASE_ID,
    "position": 4711,
    "versions": [
        {
            "number": 1,
            "name": PAPER["name"],
            "change": "material",
            "material_for": ["lemvig", "skive"],
            "added_at": INSTANT,
        }
    ],
    "steps": [
        {
            "id": "councils",
            "name": NAME,
            "round": 1,
            "state": "open",
            "result": None,
            "rows": [
                {"body": "viborg", "cells": [{"version": 1, "state": "answered", "outcome": "noted", "round": 1}]}
            ],
        }
    ],
}
TIMELINE: dict[str, Any] = {
    "items": [
        {
            "case": CASE_ID,
            "position": 4712,
            "version": 13,
            "recorded_at": "2025-04-30T13:05:00.000000Z",
            "type": "case.answer_recorded",
            "step": "councils",
            "round": 1,
            "body": "viborg",
            "actor": {"who": "viborg", "role": "body", "how": "webhook"},
            "decided_on": "2025-04-30",
            "da": "Viborg Kommune har taget til efterretning 30. april 2025.",
            "en": "Viborg Municipality noted it on 30 April 2025.",
        }
    ]
}
ITEM: dict[str, Any] = {
    "body": "kkr-midtjylland",
    "meeting": "kkr-midtjylland-2025-04-08",
    "date": "2025-04-08",
    "time": "09:30",
    "place": "Viborg",
    "papers_in_by": "2025-03-28",
    "why": "next",
    "reason": None,
    "postponed": 0,
}
PLACING: dict[str, Any] = {
    "body": "kkr-midtjylland",
    "meeting": "kkr-midtjylland-2025-04-08",
    "reason": "Formanden har sagt ja til at tage punktet på",
}
IN_WRITING: dict[str, Any] = {"step": "kkr", "due": "2025-04-04", "reason": "Der er intet møde før fristen"}
INBOX: dict[str, Any] = {
    "meetings": [
        {
            "meeting": "aarhus-2025-05-14",
            "date": "2025-05-14",
            "time": "16:00",
            "place": "Aarhus Rådhus",
            "papers_in_by": "2025-04-30",
            "held": False,
            "items": [],
        }
    ],
    "items": [
        {
            "body": "aarhus",
            "case": CASE_ID,
            "title": TITLE,
            "reference": "27.00.00-A00-1-25",
            "route": CASE["route"],
            "status": "running",
            "deadline": "2025-05-31",
            "step": "councils",
            "name": NAME,
            "round": 1,
            "ask": "note",
            "also_asks": [],
            "state": "awaiting",
            "outcome": None,
            "also": {},
            "expected_on": None,
            "due": "2025-05-31",
            "item": None,
            "question": None,
            "opened_at": INSTANT,
        }
    ],
}
BODIES: dict[str, Any] = {
    "items": [
        {
            "id": "aarhus",
            "name": {"da": "Aarhus Kommune", "en": "Aarhus Municipality"},
            "full_name": None,
            "kind": "city_council",
            "authority_code": "751",
            "cvr": "55133018",
            "groups": ["councils"],
            "waiting": 1,
        }
    ]
}
ROUTES: dict[str, Any] = {
    "items": [
        {
            "id": "cu-afrapportering",
            "version": 1,
            "versions": [1],
            "name": ROUTE_NAME,
            "binds": "submit",
            "steps": [
                {
                    "id": "councils",
                    "name": NAME,
                    "ask": "note",
                    "outcomes": ["noted", "noted_with_remarks", "not_recorded"],
                    "also_asks": {},
                    "decided_by": ["council", "committee"],
                    "mode": "own_process",
                    "bodies": ["favrskov", "aarhus"],
                    "after": ["kkr"],
                    "due": "deadline",
                }
            ],
        }
    ]
}
OVERVIEW: dict[str, Any] = {
    "by_status": {"running": 3, "completed": 12},
    "by_route": {"cu-afrapportering": 3},
    "running": 3,
    "overdue": 1,
    "waiting_for": [{"body": "aarhus", "cases": 2}],
}
MEETING: dict[str, Any] = {
    "id": "kkr-midtjylland-2025-04-08",
    "body": "kkr-midtjylland",
    "state": "moved",
    "date": "2025-04-10",
    "time": "09:00",
    "place": "Viborg",
    "papers_in_by": "2025-03-31",
    "papers_assumed": True,
    "assumed": False,
    "source": "Referat, DASSOS 25. april 2025",
    "history": [
        {
            "change": "moved",
            "at": INSTANT,
            "who": "Anna",
            "was_on": "2025-04-08",
            "date": "2025-04-10",
            "reason": "Formanden er forhindret",
        }
    ],
}
MEETING_CHANGED: dict[str, Any] = {**MEETING, "position": 2}
MEETING_ADDED: dict[str, Any] = {
    "body": "kkr-midtjylland",
    "date": "2026-11-20",
    "time": "09:00",
    "place": "Viborg",
    "papers_in_by": "2026-11-06",
}
MEETING_MOVED: dict[str, Any] = {"date": "2025-04-10", "reason": "Formanden er forhindret"}
MEETINGS: dict[str, Any] = {"items": [MEETING]}
PLAN: dict[str, Any] = {
    "route": CASE["route"],
    "start": "2025-03-18",
    "feasible": True,
    "cause": "in_time",
    "reason": "»Fælles indsendelse« ventes 22. april 2025, 39 dage før fristen 31. maj 2025.",
    "reason_en": "“Joint submission” is expected on 22 April 2025, 39 days before the deadline, 31 May 2025.",
    "deadline": "2025-05-31",
    "practical_deadline": "2025-05-28",
    "binds": "submit",
    "expected_end": "2025-04-22",
    "range": ["2025-04-16", "2025-05-06"],
    "slack_days": 39,
    "standing": "on_track",
    "expected_closed": "2025-08-21",
    "latest_start": "2025-03-18",
    "assumed": True,
    "steps": [
        {
            "id": "kkr",
            "name": {"da": "KKR godkender", "en": "KKR approves"},
            "bodies": ["kkr-midtjylland"],
            "papers_in_by": "2025-03-28",
            "latest": "2025-04-08",
            "expected": "2025-04-08",
            "range": ["2025-04-08", "2025-04-08"],
            "meetings": ["kkr-midtjylland-2025-04-08"],
            "meets_on": ["2025-04-08"],
            "assumed": False,
        }
    ],
}
CASE_FILE: dict[str, Any] = {
    "as_of": "2025-05-02T08:00:00.000000Z",
    "exported_at": "2025-05-02T08:00:00.000000Z",
    "case": CASE,
    "timeline": TIMELINE["items"],
    "plan": PLAN,
}
OPENING: dict[str, Any] = {
    "route": "cu-afrapportering",
    "title": TITLE,
    "deadline": "2025-05-31",
    "reference": "27.00.00-A00-1-25",
}
REPLY: dict[str, Any] = {
    "body": "holstebro",
    "outcome": "noted",
    "decided_on": "2025-05-20",
    "decided_by": "committee",
    "remark": "Oplyst på mail",
    "source": "minutes",
    "meeting_on": "2025-05-20",
    "agenda_item": "7",
    "dissent": [{"who": "N. Nielsen", "text": "Stemte imod"}],
    "conditions": [],
    "tasks": [{"text": "Eksempler indsendes", "responsible": "takstgruppen", "due": "2025-06-10"}],
}
SETTING: dict[str, Any] = {
    "body": "viborg",
    "text": "Målgruppens størrelse oplyses",
    "kind": "material",
    "responsible": "secretariat",
    "meeting": "2025-09-03",
}
DECIDING: dict[str, Any] = {
    "body": "dassos",
    "text": "Kommunerne indsender eksempler på dilemmaer om whistleblowere",
    "decided_on": "2021-05-04",
    "meeting_on": "2021-05-04",
    "tasks": [{"text": "Eksempler indsendes", "responsible": "Kommunerne", "due": "2021-05-25"}],
    "cancels": [],
}
ASKING: dict[str, Any] = {"step": "councils", "body": "skanderborg", "reason": "Kommunen er også berørt"}
RELEASING: dict[str, Any] = {"step": "councils", "body": "samsoe", "reason": "Udmeldingen berører ikke kommunen"}
INQUIRY: dict[str, Any] = {
    "bodies": ["viborg", "struer"],
    "question": "Hvor mange borgere har fået tilbuddet i 2024?",
    "due": "2025-08-25",
    "about": "reply",
}
RENEWAL: dict[str, Any] = {
    "concerned": ["viborg", "struer"],
    "reason": "Styrelsen har bedt om en fornyet behandling",
    "deadline": "2025-12-01",
}
PARTICIPATION: dict[str, Any] = {
    "case": CASE_ID,
    "on": "2022-07-01",
    "schemes": [
        {
            "step": "join",
            "name": {"da": "Kommunerne tilslutter sig", "en": "The municipalities join"},
            "participants": ["favrskov", "horsens", "norddjurs", "silkeborg", "syddjurs", "skanderborg", "viborg"],
            "number": 7,
            "minimum": 7,
            "must_have": [],
            "missing_must_have": [],
            "sustainable": True,
            "changes": [
                {
                    "body": "viborg",
                    "outcome": "joined",
                    "effective_on": "2022-07-01",
                    "decided_on": "2021-12-14",
                    "recorded_at": "2021-12-14T09:00:00.000000Z",
                }
            ],
        }
    ],
}
ATTRIBUTE: dict[str, Any] = {"attribute": "in_force_on", "value": "2022-09-01", "reason": "To byråd mangler"}
MIGRATION: dict[str, Any] = {"to_version": 2, "reason": "Udvalget er nedlagt"}
WEBHOOK: dict[str, Any] = {
    "type": "decision.made",
    "timestamp": "2025-05-14T12:00:00Z",
    "data": {
        "case": CASE_ID,
        "outcome": "noted",
        "decided_on": "2025-05-14",
        "decided_by": "council",
        "reference": "2025-042137",
        "remark": "Enstemmigt",
        "version": 1,
        "conditions": [{"text": "Målgruppens størrelse oplyses", "kind": "editorial"}],
        "tasks": [],
    },
}
CHANNEL: dict[str, Any] = {
    "id": "0b8f5b1c-2f6e-4d8a-9d52-6a0d7f3f1a11",
    "body": "samsoe",
    "kind": "email",
    "address": "sekretariat@example.dk",
    "messages": ["invitation", "reminder", "deadline", "standing", "case_result"],
    "with_link": True,
    "state": "unconfirmed",
    "disabled_because": None,
    "failures": 0,
    "created_at": INSTANT,
    "confirmed_at": None,
    "disabled_at": None,
    "failing_since": None,
    "reached_at": None,
    "alarmed_at": None,
}
CHANNELS: dict[str, Any] = {"items": [CHANNEL]}
NEW_CHANNEL: dict[str, Any] = {"kind": "email", "address": "sekretariat@example.dk", "with_link": True}
CHANNEL_SECRET: dict[str, Any] = {"id": CHANNEL["id"], "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
DELIVERY: dict[str, Any] = {
    "id": "5d3f3a52-7a41-4b0c-8b86-4f0f7c0f7a10",
    "kind": "invitation",
    "body": "samsoe",
    "version": 12,
    "channel_kind": "email",
    "state": "waiting",
    "attempts": 2,
    "resends": 0,
    "last_error": "the mail server refuses the letter (451)",
    "case": CASE_ID,
    "channel": CHANNEL["id"],
    "created_at": INSTANT,
    "attempted_at": INSTANT,
    "sent_at": None,
}
INSTALLATION: dict[str, Any] = {
    "looked_at": INSTANT,
    "position": 1204,
    "readers": [{"reader": "relay", "position": 1204, "behind": 0, "seconds_behind": 0.0}],
    "parts": [
        {
            "part": "relay",
            "instance": "host:4711",
            "ready": True,
            "seconds_since_beat": 0.4,
            "version": "0.1.0",
            "error": "Temporal does not answer",
            "stopped_before": {"position": 1205, "case": CASE_ID},
        }
    ],
    "missing_parts": ["notifier"],
    "temporal": {
        "answers": True,
        "version": "1.32.0",
        "namespace": "default",
        "pollers": {"sagsgang": 1, "sagsgang-deliveries": 1},
        "error": "Temporal does not answer",
        "looked_at": INSTANT,
    },
    "troubles": [
        {
            "case": CASE_ID,
            "kind": "no_workflow",
            "reason": "its workflow has ended: terminated",
            "since": INSTANT,
            "last_at": INSTANT,
            "times": 3,
            "recovery_asked_at": INSTANT,
        }
    ],
    "troubles_by_kind": {"not_woken": 0, "no_workflow": 1, "workflow_fails": 0, "advance_fails": 0},
    "deliveries": {"waiting": 0, "sent": 40, "failed": 1, "no_channel": 2, "not_configured": 0, "not_needed": 3},
    "channels_alarmed": 0,
    "versions": {
        "sagsgang": "0.1.0",
        "python": "3.11.7",
        "postgresql": "18.0",
        "migration": "0009_deliveries_not_needed",
        "views": "1f0c9b2a",
        "views_fit": True,
    },
}
RECOVERY: dict[str, Any] = {"case": CASE_ID, "asked": True}
DELIVERIES: dict[str, Any] = {"items": [DELIVERY]}
LINK: dict[str, Any] = {
    "id": "f2a6a1b4-9c61-4c8e-8f10-1c5bb1d7b0aa",
    "case": CASE_ID,
    "body": "samsoe",
    "step": "councils",
    "round": 1,
    "made_by": "Anna",
    "by_letter": False,
    "created_at": INSTANT,
    "valid_until": "2025-08-06T12:00:00.000000Z",
    "withdrawn_at": None,
}
LINKS: dict[str, Any] = {"items": [LINK]}
LINK_MADE: dict[str, Any] = {**LINK, "url": "https://sagsgang.example.dk/svar/8qahtJxhTI6PEBxbsdewqg"}
CALENDAR_LINK: dict[str, Any] = {
    "id": "3c1d0c55-8f0a-4a3e-9d58-2f7f3f2c9b10",
    "body": "samsoe",
    "made_by": "Anna",
    "created_at": INSTANT,
    "withdrawn_at": None,
}
CALENDAR_LINKS: dict[str, Any] = {"items": [CALENDAR_LINK]}
CALENDAR_LINK_MADE: dict[str, Any] = {
    **CALENDAR_LINK,
    "url": "https://sagsgang.example.dk/calendar/PB0MVY8KSj6dWC9_PyybEJ1Zw0.ics",
}
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"
