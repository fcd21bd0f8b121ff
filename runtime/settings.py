# SPDX-License-Identifier: EUPL-1.2
"""Reads the settings from the environment and says plainly which one is wrong and how to mend it."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "SAGSGANG_"
ROOT = Path(__file__).resolve().parent.parent
SERVICES_FILE = "services.json"
SECRET_KEY_FILE = "secret.key"  # noqa: S105  (the name of a file)
SHORTEST_SECRET_KEY = 32
SIGN_IN_ROLES = ("secretariat", "leadership", "council", "auditor")
"""The roles that people sign in with; web/access.py says what each may."""

_LONGEST_PAUSE = 7 * 24 * 3600.0


class SettingsError(ValueError):
    """A setting is wrong: which one, what is wrong with it, and how to mend it."""

    def __init__(self, name: str, what: str, mend: str) -> None:
        """Keep the parts; the message is one line `NAME: what; mend`."""
        super().__init__(f"{name}: {what}; {mend}")
        self.name = name
        self.what = what
        self.mend = mend


class NotRunningError(RuntimeError):
    """No running services are known."""

    def __init__(self, data: Path, missing: Sequence[str]) -> None:
        """Name the data folder that was looked in, the command that starts the services, and the settings not set."""
        names = " and ".join(PREFIX + name.upper() for name in missing)
        super().__init__(f"no services run with the data folder {data}; start them with `sagsgang up`, or set {names}")


class Settings(BaseSettings):
    """The settings of one process, each from an environment variable of the same name with the prefix `SAGSGANG_`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", hide_input_in_errors=True
    )

    database_url: str | None = Field(
        default=None,
        description="PostgreSQL database (17 or newer) that the services use, as the role `sagsgang_service`. "
        "Unset: `sagsgang up` runs its own PostgreSQL under the data folder.",
    )
    migrate_database_url: str | None = Field(
        default=None,
        description="The same database as its owner, who makes tables and roles. Unset: the value of "
        "`SAGSGANG_DATABASE_URL`. Only `sagsgang migrate` and `sagsgang up` use it.",
    )
    service_password: SecretStr | None = Field(
        default=None,
        description="Password that `sagsgang migrate` gives the role `sagsgang_service`. Unset: none is set.",
    )
    temporal_address: str | None = Field(
        default=None,
        description="Temporal's front end as `host:port`. Unset: `sagsgang up` runs its own Temporal development "
        "server under the data folder.",
    )
    temporal_namespace: str | None = Field(
        default=None,
        description="Temporal namespace. Unset: as Temporal's own environment configuration says, else `default`.",
    )
    temporal_ui: str | None = Field(
        default=None,
        description="Address of Temporal's own pages, for links from ours. Unset: `sagsgang up` knows those of its own "
        "Temporal; else there are no links.",
    )
    data: Path = Field(
        default=Path(".sagsgang"),
        description="Folder of `sagsgang up`: databases, logs, clock and secrets, made when missing.",
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="TCP port of the pages and the API. Unset: 8000, and for `sagsgang up` any free one when 8000 is "
        "taken.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address that `web` listens on; `0.0.0.0` in a container.",
    )
    organisation: Path = Field(
        default=ROOT / "organisations" / "midtjylland",
        description="Folder that holds the organisation's bodies, groups and routes. Default: the folder "
        "`organisations/midtjylland` that comes with the program.",
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="Form of the log lines. `auto` writes for people in a terminal and JSON elsewhere."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Key that signs session cookies and the links in letters, at least 32 characters, the same for "
        "every `web` and `worker` process. Unset: `sagsgang up` keeps one of its own in the data folder.",
    )
    public_url: str | None = Field(
        default=None,
        description="Address under which people reach the pages, such as `https://sagsgang.example.dk`. Unset: the "
        "address that `web` listens on.",
    )
    webhooks_per_minute: int = Field(
        default=600,
        ge=1,
        description="How many webhooks of one body a `web` process takes in a minute before it answers 429; "
        "from one address it takes as many for each body there is.",
    )

    smtp_host: str | None = Field(
        default=None,
        description="Mail server that letters go out through. Unset: no e-mail is sent, and deliveries say so.",
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its TCP port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="`starttls` (587), `tls` from the first byte (465), or `none`, for a server on the same machine.",
    )
    smtp_username: str | None = Field(default=None, description="User name at the mail server. Unset: none is given.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server.")
    mail_sender: str | None = Field(
        default=None,
        description="Whom letters come from, as `Sekretariatet <sagsgang@example.dk>`; needed beside "
        "`SAGSGANG_SMTP_HOST`.",
    )
    delivery_pauses: Annotated[tuple[float, ...], NoDecode] = Field(
        default=(0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400),
        min_length=1,
        description="Real seconds before each attempt to send, with commas between; after the last one a delivery has "
        "failed, and an endpoint is used no more until it is enabled. Each pause is lengthened by up to a tenth.",
    )
    delivery_alarm_hours: float = Field(
        default=24,
        gt=0,
        description="After so many real hours without getting through, an endpoint or address raises an alarm; "
        "after five failures in a row it does at once.",
    )
    webhook_targets: Literal["public", "any"] = Field(
        default="public",
        description="`public`: webhooks go out by https to public addresses alone. `any` lets them go to private "
        "addresses and without TLS, for receivers inside one's own network.",
    )
    link_days: int = Field(
        default=120, ge=1, le=730, description="How many days a personal link to the answer page is good for."
    )

    oidc_issuer: str | None = Field(
        default=None,
        description="Identity provider that people sign in through by OpenID Connect: its issuer, exactly as it names "
        "itself. Unset: people sign in by one-time links.",
    )
    oidc_client_id: str | None = Field(
        default=None, description="What the provider calls this installation; needed beside `SAGSGANG_OIDC_ISSUER`."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Secret of this installation at the provider. Unset: a public client, PKCE alone."
    )
    oidc_scope: str = Field(default="openid profile", description="What is asked for; `openid` must be in it.")
    oidc_role_claim: str = Field(
        default="roles",
        description="Claim that holds a person's roles or groups, a text or a list; dots lead into it, as in "
        "`realm_access.roles`.",
    )
    oidc_roles: Annotated[tuple[tuple[str, str], ...], NoDecode] = Field(
        default=(),
        description="Which value of that claim gives which role, as `value=role` with commas between; of several that "
        "fit the first counts. Roles: secretariat, leadership, council, auditor.",
    )
    oidc_body_claim: str = Field(
        default="cvr", description="Claim that holds a council's body, by its CVR number or its id."
    )
    access_log_days: int = Field(
        default=183,
        ge=30,
        le=1827,
        description="How many days the access log keeps who has read, searched and done what. The default is the six "
        "months of the former Danish order on security (sikkerhedsbekendtgørelsen § 19), 1827 its five years for "
        "authorities with a special need; 30 is the least that the database agrees to.",
    )

    def __init__(self, **given: Any) -> None:
        """Read the environment; values given by name win over it. Raises `SettingsError`."""
        _refuse_unknown_names()
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise _as_settings_error(error) from None
        for name in ("oidc_client_id", "oidc_roles"):  # half a provider: nobody could sign in
            if self.oidc_issuer is not None and not getattr(self, name):
                what = f"not set, but {PREFIX}OIDC_ISSUER is"
                raise SettingsError(PREFIX + name.upper(), what, "set both, or neither")

    @field_validator("delivery_pauses", mode="before")
    @classmethod
    def _split_pauses(cls, text: Any) -> Any:
        """Read numbers with commas between, none below zero."""
        try:
            pauses = [float(part) for part in text.split(",")] if isinstance(text, str) else text
            good = all(0 <= pause < _LONGEST_PAUSE for pause in pauses)
        except (ValueError, TypeError):
            good = False
        if not good:
            message = "not a list of seconds; write it as 0,5,300,1800"
            raise ValueError(message)
        return pauses

    @field_validator("oidc_roles", mode="before")
    @classmethod
    def _split_roles(cls, text: Any) -> Any:
        """Read pairs `value=role` with commas between."""
        if not isinstance(text, str):
            return text
        pairs = [part.strip().rpartition("=") for part in text.split(",") if part.strip()]
        if any(not value or role not in SIGN_IN_ROLES for value, _, role in pairs):
            message = "not pairs of a value and a role; write it as sagsgang-sekretariat=secretariat,kommune=council"
            raise ValueError(message)
        return tuple((value.strip(), role) for value, _, role in pairs)

    @field_validator("oidc_issuer")
    @classmethod
    def _check_issuer(cls, issuer: str | None) -> str | None:
        """Refuse a provider that could be overheard: without TLS it must be on this machine."""
        parts = urlsplit(issuer or "https://unset")
        local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if not parts.hostname or parts.query or parts.fragment or not (parts.scheme == "https" or local):
            message = "not a provider's address; write it as https://login.example.dk/realms/kommuner"
            raise ValueError(message)
        return issuer

    @field_validator("oidc_scope")
    @classmethod
    def _check_scope(cls, scope: str) -> str:
        """Refuse a scope without `openid`: the provider would vouch for nobody."""
        if "openid" not in scope.split():
            message = "openid is not in it; write it as openid profile"
            raise ValueError(message)
        return scope

    @field_validator("mail_sender")
    @classmethod
    def _check_mail_sender(cls, sender: str | None) -> str | None:
        """Refuse what is no mailbox."""
        if sender is not None and not re.fullmatch(r"([^<>@\r\n]+<[^<>@\s]+@[\w.-]+>|[^<>@\s]+@[\w.-]+)", sender):
            message = "not a sender; write it as Sekretariatet <sagsgang@example.dk>"
            raise ValueError(message)
        return sender

    @field_validator("database_url", "migrate_database_url")
    @classmethod
    def _check_database_url(cls, url: str | None) -> str | None:
        """Refuse what libpq cannot read or what names no database, never repeating it (it may hold a password)."""
        if url is not None and not _names_a_database(url):
            message = "not a PostgreSQL address; write it as postgresql://user:password@host:5432/database"
            raise ValueError(message)
        return url

    @field_validator("temporal_address")
    @classmethod
    def _check_temporal_address(cls, address: str | None) -> str | None:
        """Refuse an address that is not host and port."""
        if address is not None and not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}", address):
            message = "not an address; write it as host:port, for example temporal.example.dk:7233"
            raise ValueError(message)
        return address

    @field_validator("secret_key")
    @classmethod
    def _check_secret_key(cls, key: SecretStr | None) -> SecretStr | None:
        """Refuse a key that can be guessed."""
        if key is not None and len(key.get_secret_value()) < SHORTEST_SECRET_KEY:
            message = f"shorter than {SHORTEST_SECRET_KEY} characters; make one with: openssl rand -base64 48"
            raise ValueError(message)
        return key

    @field_validator("public_url", "temporal_ui")
    @classmethod
    def _check_public_url(cls, url: str | None) -> str | None:
        """Refuse anything but an http(s) address, and drop a closing slash."""
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            message = "not a web address; write it as https://sagsgang.example.dk"
            raise ValueError(message)
        return url.rstrip("/")

    def resolved(self) -> ResolvedSettings:
        """Fill in what the data folder's running services say. Raises `NotRunningError` when that is not enough."""
        found = self._found()
        missing = [name for name in ("database_url", "temporal_address") if not found[name]]
        if missing:
            raise NotRunningError(self.data, missing)
        return ResolvedSettings(**found)

    def with_database(self) -> DatabaseSettings:
        """Fill in as `resolved` does, for who never calls Temporal. Raises `NotRunningError` without a database."""
        found = self._found()
        if not found["database_url"]:
            raise NotRunningError(self.data, ["database_url"])
        return DatabaseSettings(**found)

    def _found(self) -> dict[str, Any]:
        """Return the settings with what the data folder's running services say."""
        running = read_services(self.data) or {}
        found: dict[str, Any] = self.model_dump()
        is_known = self.temporal_address in {None, running.get("temporal_address")}
        found["temporal_is_embedded"] = bool(running.get("temporal_embedded")) and is_known
        for name in ("database_url", "temporal_address", "temporal_namespace", "temporal_ui", "public_url"):
            found[name] = found[name] or running.get("web_url" if name == "public_url" else name) or None
        found["public_url"] = found["public_url"] or f"http://127.0.0.1:{self.port or 8000}"
        found["secret_key"] = self.secret_key or _kept_secret_key(self.data)
        return found


class DatabaseSettings(Settings):
    """Settings in which the database and the pages' address are known."""

    database_url: str
    public_url: str
    temporal_is_embedded: bool = Field(default=False, description="Whether Temporal is the one of `sagsgang up`.")

    def signing_key(self) -> str:
        """Return the key that signs session cookies. Raises `SettingsError` when there is none."""
        if self.secret_key is None:
            raise SettingsError(PREFIX + "SECRET_KEY", "not set", "make one with: openssl rand -base64 48")
        return self.secret_key.get_secret_value()


class ResolvedSettings(DatabaseSettings):
    """Settings in which Temporal is known too."""

    temporal_address: str


def read_services(data: Path) -> dict[str, Any] | None:
    """Return what `sagsgang up` wrote of its running services, or None when none run with this data folder."""
    try:
        found = json.loads((data / SERVICES_FILE).read_text(encoding="utf-8"))
        os.kill(int(found["pid"]), 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(found)


def environment_names() -> list[str]:
    """Return the names of the environment variables that are read."""
    return [PREFIX + name.upper() for name in Settings.model_fields]


def _kept_secret_key(data: Path) -> SecretStr | None:
    """Return the key that `sagsgang up` keeps in the data folder, if it can be read."""
    try:
        return SecretStr((data / SECRET_KEY_FILE).read_text(encoding="utf-8").strip())
    except OSError:
        return None


def _refuse_unknown_names() -> None:
    """Raise `SettingsError` for a variable that is nearly a setting's name: most likely a slip of the pen."""
    known = environment_names()
    for name in sorted(os.environ):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        if name.startswith(PREFIX) and name not in known and near:
            raise SettingsError(name, "no such setting", f"did you mean {near[0]}?")


def _names_a_database(url: str) -> bool:
    """Tell whether libpq can read the URL and finds a database's name in it."""
    try:
        return bool(conninfo_to_dict(url).get("dbname"))
    except psycopg.Error:
        return False


def _as_settings_error(error: ValidationError) -> SettingsError:
    """Say the first fault by the setting's name, without its value."""
    fault = error.errors(include_input=False, include_url=False)[0]
    field = str(fault["loc"][0]) if fault["loc"] else ""
    what = fault["msg"].removeprefix("Value error, ")
    what, _, mend = what.partition("; ")
    return SettingsError(PREFIX + field.upper(), what, mend or f"{_hint(field)} Correct it or unset it.".strip())


def _hint(field: str) -> str:
    """Return what the setting is for."""
    known = Settings.model_fields.get(field)
    return known.description or "" if known else ""
