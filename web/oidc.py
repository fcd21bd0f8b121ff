# SPDX-License-Identifier: EUPL-1.2
"""Signing in through an organisation's identity provider: OpenID Connect's code flow with PKCE, state and nonce.

Only the sign-in needs the provider: while it is away, whoever has a session goes on.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from domain.errors import RefusalError
from domain.organisation import Organisation
from runtime.settings import DatabaseSettings
from web.access import COUNCIL, check_body
from web.sessions import Person

CALLBACK_PATH = "/signin/oidc/callback"
SIGNED_OUT_PATH = "/signin"
FLOW_SECONDS = 600
"""How long somebody may take at the provider."""
SECONDS = 3.0
"""How long the provider may take for one answer."""
KNOWN_SECONDS, AWAY_SECONDS = 3600.0, 5.0
"""How long what the provider said of itself is believed, and how long one that is away is left alone."""
LEEWAY_SECONDS = 60
"""How far the provider's clock may be from ours."""
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""How an ID token may be signed: by keys of which only the provider has the secret half."""
LONGEST_NAME = 200

_Claims = Mapping[str, Any]

log = structlog.get_logger()


class ProviderAwayError(Exception):
    """The provider does not answer, or not as one does."""


class SignInFailedError(Exception):
    """The provider's answer cannot be believed, or it says that nobody has signed in; the message is for the log."""


class NoRoleError(Exception):
    """Somebody has signed in who has no role here, or acts for no body that is known."""


@dataclass(frozen=True)
class Flow:
    """One sign-in under way, kept in the browser's signed cookie: what the provider's answer must fit."""

    state: str
    nonce: str
    verifier: str
    next: str

    @classmethod
    def new(cls, wanted: str) -> Flow:
        """A flow that leads to the path `wanted`."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), wanted)


@dataclass(frozen=True)
class Metadata:
    """What the provider says of itself."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    signing_out: str | None
    algorithms: frozenset[str]
    names_itself: bool
    """Whether each answer carries `iss` (RFC 9207)."""


class Provider:
    """The identity provider of the settings."""

    def __init__(self, settings: DatabaseSettings, organisation: Organisation) -> None:
        """Speak to the provider of `settings`; its word on bodies is looked up in `organisation`."""
        self._settings = settings
        self._organisation = organisation
        self._issuer, self._client_id = settings.oidc_issuer or "", settings.oidc_client_id or ""
        self._metadata: tuple[Metadata, float] | None = None
        self._keys: KeySet | None = None
        self._away_until = 0.0
        self._lock = asyncio.Lock()

    @property
    def is_set(self) -> bool:
        """Whether there is one."""
        return bool(self._issuer)

    async def signing_in_url(self, flow: Flow) -> str:
        """Where the browser goes to sign in; raises `ProviderAwayError`."""
        metadata = await self._known()
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                metadata.authorization, state=flow.state, code_verifier=flow.verifier, nonce=flow.nonce
            )
        return str(url)

    async def person(self, flow: Flow, answer: Mapping[str, str]) -> Person:
        """Who has signed in, by the provider's answer; raises the three errors of this module."""
        metadata = await self._known()
        self._check_answer(metadata, flow, answer)
        token = await self._token(metadata, flow, answer["code"])
        claims = await self._claims(metadata, token, flow.nonce)
        return self._person(claims, token["id_token"])

    async def signing_out_url(self, id_token: str | None) -> str | None:
        """Where the browser goes to sign out at the provider too; None where it offers none or is away."""
        try:
            metadata = await self._known()
        except ProviderAwayError:
            return None
        if metadata.signing_out is None:
            return None
        back = self._settings.public_url + SIGNED_OUT_PATH
        query = {"client_id": self._client_id, "post_logout_redirect_uri": back}
        query |= {"id_token_hint": id_token} if id_token else {}
        return f"{metadata.signing_out}{'&' if '?' in metadata.signing_out else '?'}{urlencode(query)}"

    def _client(self) -> AsyncOAuth2Client:
        secret = self._settings.oidc_client_secret
        return AsyncOAuth2Client(
            self._client_id,
            secret.get_secret_value() if secret else None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self._settings.oidc_scope,
            redirect_uri=self._settings.public_url + CALLBACK_PATH,
            code_challenge_method="S256",
            timeout=SECONDS,
        )

    async def _known(self) -> Metadata:
        """What the provider says of itself, asked anew each hour; raises `ProviderAwayError`."""
        async with self._lock:
            now = time.monotonic()
            if self._metadata is None or self._metadata[1] < now:
                self._metadata = (await self._discover(now), now + KNOWN_SECONDS)
            return self._metadata[0]

    async def _discover(self, now: float) -> Metadata:
        if now < self._away_until:
            raise ProviderAwayError
        try:
            said = await self._read(get_well_known_url(self._issuer, external=True))
            metadata = metadata_of(said, self._issuer)
        except ProviderAwayError:
            self._away_until = now + AWAY_SECONDS
            raise
        self._keys = None
        return metadata

    def _check_answer(self, metadata: Metadata, flow: Flow, answer: Mapping[str, str]) -> None:
        """Raise `SignInFailedError` unless the answer is to this very flow, and says that somebody signed in."""
        if not secrets.compare_digest(answer.get("state", "").encode(), flow.state.encode()):
            raise SignInFailedError("the state is another one")
        issuer = answer.get("iss")
        if issuer != self._issuer and (issuer is not None or metadata.names_itself):
            raise SignInFailedError("the answer is another provider's")
        if not answer.get("code"):
            raise SignInFailedError("the provider says that nobody signed in")

    async def _token(self, metadata: Metadata, flow: Flow, code: str) -> dict[str, Any]:
        try:
            async with self._client() as client:
                token = await client.fetch_token(metadata.token, code=code, code_verifier=flow.verifier)
        except OAuthError as error:
            raise SignInFailedError("the provider does not take the code") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderAwayError from error
        if not isinstance(token.get("id_token"), str):
            raise SignInFailedError("there is no ID token")
        return dict(token)

    async def _claims(self, metadata: Metadata, token: Mapping[str, Any], nonce: str) -> _Claims:
        """What the ID token says, and of what it leaves out what the provider says when asked."""
        checked = {"issuer": self._issuer, "client_id": self._client_id, "nonce": nonce}
        try:
            claims = claims_of(token, await self._key_set(metadata), metadata.algorithms, **checked)
        except InvalidKeyIdError:  # the provider has changed its keys
            self._keys = None
            claims = claims_of(token, await self._key_set(metadata), metadata.algorithms, **checked)
        if _found(claims, self._settings.oidc_role_claim) is not None or metadata.userinfo is None:
            return claims
        more = await self._read(metadata.userinfo, {"Authorization": f"Bearer {token.get('access_token')}"})
        if more.get("sub") != claims["sub"]:
            raise SignInFailedError("the provider tells of somebody else")
        return {**more, **claims}

    async def _key_set(self, metadata: Metadata) -> KeySet:
        if self._keys is None:
            try:
                self._keys = KeySet.import_key_set(await self._read(metadata.keys))  # type: ignore[arg-type]
            except (JoseError, KeyError, TypeError, ValueError) as error:
                raise ProviderAwayError from error
        return self._keys

    async def _read(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """A JSON object of the provider's; raises `ProviderAwayError`."""
        try:
            async with httpx2.AsyncClient(timeout=SECONDS) as client:
                response = await client.get(url, headers=dict(headers or {}))
                response.raise_for_status()
                found = response.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise ProviderAwayError from error
        if not isinstance(found, dict):
            raise ProviderAwayError
        return found

    def _person(self, claims: _Claims, id_token: str) -> Person:
        """The person with its role and body; raises `NoRoleError`."""
        given = _texts(_found(claims, self._settings.oidc_role_claim))
        role = next((role for value, role in self._settings.oidc_roles if value in given), None)
        if role is None:
            raise NoRoleError("no role")
        body = self._body(claims) if role == COUNCIL else None
        name = next((claims[key] for key in ("name", "preferred_username", "sub") if claims.get(key)), "")
        return Person(role, body, str(name)[:LONGEST_NAME], str(claims["sub"])[:LONGEST_NAME], id_token)

    def _body(self, claims: _Claims) -> str:
        """The one body that the claim names by its id or CVR number; raises `NoRoleError`."""
        given = _texts(_found(claims, self._settings.oidc_body_claim))
        bodies = self._organisation.bodies.values()
        found = {b.id for b in bodies if b.id in given} or {b.id for b in bodies if b.cvr and b.cvr in given}
        if len(found) != 1:
            raise NoRoleError("no body" if not found else "several bodies")
        (body,) = found
        try:
            check_body(self._organisation, body)
        except RefusalError as error:
            raise NoRoleError("no body") from error
        return body


def metadata_of(said: Mapping[str, Any], issuer: str) -> Metadata:
    """What a provider says of itself, checked; raises `ProviderAwayError` for another's and for what is no address."""
    if said.get("issuer") != issuer:
        log.error("provider_is_another", issuer=issuer)
        raise ProviderAwayError
    algorithms = frozenset(_texts(said.get("id_token_signing_alg_values_supported"))) & ALGORITHMS
    return Metadata(
        _address(said, "authorization_endpoint", issuer) or _missing(),
        _address(said, "token_endpoint", issuer) or _missing(),
        _address(said, "jwks_uri", issuer) or _missing(),
        _address(said, "userinfo_endpoint", issuer),
        _address(said, "end_session_endpoint", issuer),
        algorithms or frozenset({"RS256"}),
        said.get("authorization_response_iss_parameter_supported") is True,
    )


def claims_of(
    token: Mapping[str, Any], keys: KeySet, algorithms: frozenset[str], *, issuer: str, client_id: str, nonce: str
) -> _Claims:
    """What an ID token says, once signature, issuer, audience, times, nonce and access token are checked.

    Raises `SignInFailedError`, and `InvalidKeyIdError` for a key that is not (yet) among `keys`.
    """
    registry = JWSRegistry(algorithms=sorted(algorithms), strict_check_header=False)
    wanted: Any = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}}
    params = {"nonce": nonce, "client_id": client_id, "access_token": token.get("access_token")}
    try:
        read = jwt.decode(token["id_token"], keys, registry=registry)
        claims = CodeIDToken(read.claims, read.header, wanted, params)
        claims.validate(now=int(time.time()), leeway=LEEWAY_SECONDS)
    except InvalidKeyIdError:
        raise
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignInFailedError(f"the ID token is not good: {type(error).__name__}") from error
    if claims.get("nonce") != nonce or not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise SignInFailedError("the ID token is not of this sign-in")
    return dict(claims)


def _address(said: Mapping[str, Any], name: str, issuer: str) -> str | None:
    """An address of the provider's: as safe as the issuer's own."""
    url = said.get(name)
    if not isinstance(url, str):
        return None
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and urlsplit(issuer).scheme == "http")
    return url if safe and parts.hostname else None


def _missing() -> str:
    raise ProviderAwayError


def _found(claims: _Claims, name: str) -> Any:
    """A claim by its name, or by its path where the name has dots: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(value: Any) -> list[str]:
    """The texts of a claim that may be one or many."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]
