# SPDX-License-Identifier: EUPL-1.2
"""Sends a letter through the mail server of the settings."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import aiosmtplib

from outgoing.outcomes import Outcome, not_now, refused
from runtime.settings import Settings

SECONDS = 20.0
"""How long the mail server may take, real seconds."""

_PERMANENT = range(500, 600)


async def send_mail(settings: Settings, mail: EmailMessage) -> Outcome:
    """Hand a letter to the mail server; what it refuses for good is not tried again."""
    try:
        await aiosmtplib.send(mail, **_server(settings))
    except aiosmtplib.SMTPRecipientsRefused as error:
        first = error.recipients[0]
        return _of_code(first.code, f"the mail server refuses the recipient ({first.code})")
    except aiosmtplib.SMTPAuthenticationError as error:  # ours to mend, and then it goes through
        return not_now(f"the mail server refuses our user name and password ({error.code})")
    except aiosmtplib.SMTPResponseException as error:
        # The server's own words may hold the address, which is to stand nowhere but in its channel.
        return _of_code(error.code, f"the mail server refuses the letter ({error.code})")
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        return not_now(f"the mail server cannot be used ({type(error).__name__})")
    return Outcome(is_sent=True)


def _of_code(code: int, error: str) -> Outcome:
    return refused(error) if code in _PERMANENT else not_now(error)


def _server(settings: Settings) -> dict[str, Any]:
    password = settings.smtp_password
    return {
        "hostname": settings.smtp_host,
        "port": settings.smtp_port,
        "username": settings.smtp_username,
        "password": password.get_secret_value() if password else None,
        "use_tls": settings.smtp_security == "tls",
        "start_tls": settings.smtp_security == "starttls",
        "timeout": SECONDS,
    }
