# SPDX-License-Identifier: EUPL-1.2
"""Signing in through a real identity provider, followed as a browser does; and what an ID token must be."""

from __future__ import annotations

import asyncio
import contextlib
import html
import re
import socket
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from joserfc.jws import JWSRegistry
from pydantic import SecretStr

from runtime.database import connect
from runtime.settings import DatabaseSettings, Settings, SettingsError
from tests.fixtures.servers import Database
from tests.node import node
from tests.web.conftest import running_office, settings_for
from tests.web.office import API, Office
from web import oidc
from web.oidc import ALGORITHMS, SignInFailedError, claims_of, metadata_of

FOLDER = Path(__file__).resolve().parent.parent / "provider"
CALLBACK, SIGNED_OUT = "http://test/signin/oidc/callback", "http://test/signin"
ROLES = "sagsbehandler=secretariat,direktion=leadership,kommune=council,revision=auditor"
ANNA, SKIVE = "Anna~sagsbehandler~", "Søren~gæst,kommune~29189579"
SECRET = "only-for-tests-and-nowhere-else"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider on loopback; it ends with its standard input, whoever started it."""
    assert (FOLDER / "node_modules").is_dir(), "run `make .venv`, which fetches the provider"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*node(), str(FOLDER / "provider.mjs"), str(port), CALLBACK, SIGNED_OUT]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        yield f"http://127.0.0.1:{port}"
        process.stdin.close()
        process.wait(10)


def with_provider(settings: DatabaseSettings, issuer: str, **changed: Any) -> DatabaseSettings:
    """The settings with a provider."""
    given = {
        "oidc_issuer": issuer,
        "oidc_client_id": "sagsgang",
        "oidc_roles": ROLES,
        "oidc_scope": "openid profile asked",
    }
    secret = {"oidc_client_secret": SecretStr(SECRET)}
    read = Settings(**{**given, **secret, **changed})
    names = [name for name in Settings.model_fields if name.startswith("oidc_")]
    return settings.model_copy(update={name: getattr(read, name) for name in names})


@dataclass
class Browser:
    """A person with a browser: one jar of cookies for us, one for the provider."""

    office: Office
    provider: httpx2.AsyncClient
    seen: list[str] = field(default_factory=list)

    def set_provider(self, issuer: str, **changed: Any) -> None:
        """Have the office use a provider."""
        shared = self.office.services
        shared.settings = with_provider(shared.settings, issuer, **changed)
        shared.provider = oidc.Provider(shared.settings, shared.organisation)

    async def goes_to_provider(self, path: str = "/signin/oidc") -> str:
        """Our answer's way to the provider."""
        answer = await self.office.client.get(path)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def signs_in_there(self, url: str, login: str) -> str:
        """Fill in the provider's forms until it sends the browser back; gives the address that it sends it to."""
        answer = await self.provider.get(url)
        while True:
            while answer.is_redirect:
                place = str(answer.request.url.join(answer.headers["location"]))
                if place.startswith("http://test/"):
                    return place
                answer = await self.provider.get(place)
            assert answer.status_code == 200, answer.text
            self.seen.append(answer.text)
            action = html.unescape(re.findall(r'action="([^"]+)"', answer.text)[0])
            hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
            form = dict(hidden) | ({"login": login, "password": "x"} if 'name="login"' in answer.text else {})
            answer = await self.provider.post(str(answer.request.url.join(action)), data=form)

    async def signs_in(self, login: str, path: str = "/signin/oidc") -> httpx2.Response:
        """The whole way; our answer to the browser's return."""
        back = await self.signs_in_there(await self.goes_to_provider(path), login)
        return await self.office.client.get(back)


@pytest.fixture
async def browser(database: Database, tmp_path: Path, issuer: str) -> AsyncIterator[Browser]:
    """A browser before an office that has a provider."""
    async with running_office(database.service_url, tmp_path) as office, httpx2.AsyncClient(timeout=20) as client:
        found = Browser(office, client)
        found.set_provider(issuer)
        yield found


def sessions(office: Office) -> list[tuple[Any, ...]]:
    """The sessions that there are: role, body, name and whom the provider knows."""
    with connect(office.url) as connection:
        return connection.execute("SELECT role, body, name, subject FROM office.sessions").fetchall()


async def test_a_person_signs_in_through_the_provider(browser: Browser) -> None:
    """By code, PKCE, state and nonce; with the role of the claim, and with the own name."""
    url = await browser.goes_to_provider()
    asked = parse_qs(urlsplit(url).query)
    back = await browser.signs_in_there(url, ANNA)
    answer = await browser.office.client.get(back)
    front = await browser.office.client.get(answer.headers["location"])

    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert SECRET not in url
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Anna" in front.text
    assert sessions(browser.office) == [("secretariat", None, "Anna", ANNA)]


async def test_a_council_is_mapped_to_its_body(browser: Browser) -> None:
    """By its CVR number; of several groups the first that the settings know counts."""
    case = browser.office.open_case("dassos", "kd-net", "kkr-midtjylland")
    browser.office.project()
    answer = await browser.signs_in(SKIVE, f"/signin/oidc?next=/own/cases/{case}")
    page = await browser.office.client.get(answer.headers["location"])

    assert answer.headers["location"] == f"/own/cases/{case}"
    assert page.status_code == 200
    assert "Skive" in page.text
    assert sessions(browser.office) == [("council", "skive", "Søren", SKIVE)]


@pytest.mark.parametrize(
    "login", ["Bo~gæst~", "Bo~kommune~", "Bo~kommune~99999999", "Bo~kommune~secretariat", "Bo~secretariat~29189579"]
)
async def test_who_has_no_role_gets_no_session(browser: Browser, login: str) -> None:
    """An unknown group, a council without a body, and a role that nobody mapped: a plain page in Danish."""
    answer = await browser.signs_in(login)

    assert answer.status_code == 403
    assert "Du har ikke adgang til Sagsgang" in answer.text
    assert sessions(browser.office) == []
    assert "sagsgang_session" not in answer.headers.get("set-cookie", "")


async def test_roles_that_only_the_user_information_tells_are_found(browser: Browser, issuer: str) -> None:
    """Providers that keep their ID tokens small are asked; dots lead into a claim."""
    browser.set_provider(issuer, oidc_role_claim="nothing.there")
    refused = await browser.signs_in(ANNA)
    browser.set_provider(issuer, oidc_role_claim="groups")
    taken = await browser.signs_in(ANNA)

    assert (refused.status_code, taken.status_code) == (403, 303)


async def test_a_public_client_signs_in_by_pkce_alone(browser: Browser, issuer: str) -> None:
    """Without a secret."""
    browser.set_provider(issuer, oidc_client_id="open", oidc_client_secret=None)

    assert (await browser.signs_in(ANNA)).status_code == 303


async def test_another_state_signs_nobody_in(browser: Browser) -> None:
    """Nor does a return in a browser that never set out."""
    back = await browser.signs_in_there(await browser.goes_to_provider(), ANNA)
    parts = urlsplit(back)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    wrong = await browser.office.client.get(f"{parts.path}?{urlencode({**query, 'state': 'x'})}")
    browser.office.client.cookies.clear()
    after = await browser.office.client.get(back)

    assert (wrong.status_code, after.status_code) == (403, 403)
    assert "Du blev ikke logget ind" in wrong.text
    assert "Max-Age=0" in wrong.headers["set-cookie"]
    assert sessions(browser.office) == []


async def test_another_providers_answer_signs_nobody_in(browser: Browser) -> None:
    """Its `iss` is another one, or is missing where this provider always sends it."""
    for change in ({"iss": "https://evil.example"}, {"iss": None}):
        back = await browser.signs_in_there(await browser.goes_to_provider(), ANNA)
        parts = urlsplit(back)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()} | change
        given = {name: value for name, value in query.items() if value}
        assert (await browser.office.client.get(f"{parts.path}?{urlencode(given)}")).status_code == 403
    assert sessions(browser.office) == []


async def test_a_code_is_good_once(browser: Browser) -> None:
    """Even for who copied both the address and the cookie."""
    back = await browser.signs_in_there(await browser.goes_to_provider(), ANNA)
    cookie = browser.office.client.cookies["sagsgang_signin"]
    first = await browser.office.client.get(back)
    browser.office.client.cookies.set("sagsgang_signin", cookie, domain="test.local", path="/signin")
    second = await browser.office.client.get(back, headers={"Cookie": f"sagsgang_signin={cookie}"})

    assert (first.status_code, second.status_code) == (303, 403)
    assert len(sessions(browser.office)) == 1


async def test_a_verifier_of_another_flow_gets_no_token(browser: Browser) -> None:
    """A stolen code is worthless without the browser's own cookie: that is what PKCE is for."""
    stolen = await browser.signs_in_there(await browser.goes_to_provider(), ANNA)
    own = parse_qs(urlsplit(await browser.goes_to_provider()).query)["state"][0]
    parts = urlsplit(stolen)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | {"state": own}
    answer = await browser.office.client.get(f"{parts.path}?{urlencode(query)}")

    assert answer.status_code == 403
    assert sessions(browser.office) == []


async def test_who_declines_at_the_provider_is_not_signed_in(browser: Browser) -> None:
    """The provider's error brings them back to the sign-in."""
    url = await browser.goes_to_provider()
    state = parse_qs(urlsplit(url).query)["state"][0]
    iss = browser.office.services.settings.oidc_issuer
    query = urlencode({"error": "access_denied", "state": state, "iss": iss})
    answer = await browser.office.client.get(f"/signin/oidc/callback?{query}")

    assert answer.status_code == 403
    assert 'href="/signin/oidc"' in answer.text


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1", "/%0d"])
async def test_nobody_is_led_elsewhere(browser: Browser, path: str) -> None:
    """`next` is a path of ours, or the front page."""
    answer = await browser.signs_in(ANNA, f"/signin/oidc?{urlencode({'next': path})}")

    assert answer.headers["location"] in {"/", "/%0d"}


async def test_the_page_that_was_wanted_comes_after_the_sign_in(browser: Browser) -> None:
    """With its query; the sign-in page carries it on."""
    wanted = "/deliveries?state=failed&body=skive"
    shown = await browser.office.client.get(wanted)
    page = await browser.office.client.get(shown.headers["location"])
    way = html.unescape(re.findall(r'href="(/signin/oidc[^"]*)"', page.text)[0])
    answer = await browser.signs_in(ANNA, way)

    assert answer.headers["location"] == wanted


async def test_signing_out_ends_both_sessions(browser: Browser) -> None:
    """Ours at once, and the provider's by its own page, which then leads back."""
    await browser.signs_in(ANNA)
    csrf = re.findall(r'name="csrf" value="([^"]+)"', (await browser.office.client.get("/")).text)[0]
    answer = await browser.office.client.post("/signout", data={"csrf": csrf})
    (url,) = [html.unescape(found) for found in re.findall(r'href="(http://127[^"]+)"', answer.text)]
    ended = sessions(browser.office)
    asked = await browser.provider.get(url)
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
    action = re.findall(r'action="([^"]+)"', asked.text)[0]
    done = await browser.provider.post(action, data={**form, "logout": "yes"})
    again = await browser.provider.get(await browser.goes_to_provider())
    login = await browser.provider.get(str(again.request.url.join(again.headers["location"])))

    assert ended == []
    assert done.headers["location"].startswith(SIGNED_OUT)
    assert 'name="login"' in login.text
    assert (await browser.office.client.get("/")).headers["location"] == "/signin"


async def test_a_session_ends_in_its_time(browser: Browser) -> None:
    """After twelve hours, whatever the cookie says."""
    await browser.signs_in(ANNA)
    with connect(browser.office.url) as connection:
        connection.execute("UPDATE office.sessions SET valid_until = now() - interval '1 second'")

    assert (await browser.office.client.get("/")).headers["location"] == "/signin"
    assert (await browser.office.client.get(f"{API}/cases")).status_code == 401


async def test_sessions_go_on_while_the_provider_is_away(browser: Browser) -> None:
    """Who comes new gets a plain page, 503; who signs out is out here."""
    await browser.signs_in(ANNA)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        browser.set_provider(f"http://127.0.0.1:{nobody.getsockname()[1]}")
        front = await browser.office.client.get("/")
        csrf = re.findall(r'name="csrf" value="([^"]+)"', front.text)[0]
        new = await browser.office.client.get("/signin/oidc")
        out = await browser.office.client.post("/signout", data={"csrf": csrf})

    assert front.status_code == 200
    assert new.status_code == 503
    assert "Login-tjenesten svarer ikke" in new.text
    assert (out.status_code, out.headers["location"]) == (303, "/signin")


async def test_a_provider_that_is_another_is_not_believed(browser: Browser, issuer: str) -> None:
    """The document must name the issuer exactly as the settings do."""
    browser.set_provider(issuer.replace("127.0.0.1", "localhost"))

    assert (await browser.office.client.get("/signin/oidc")).status_code == 503


async def test_without_a_provider_the_page_tells_of_the_link(office: Office) -> None:
    """And there is no way to one."""
    page = (await office.client.get("/signin")).text

    assert "engangslink" in page
    assert "/signin/oidc" not in page
    assert (await office.client.get("/signin/oidc")).status_code == 404
    assert (await office.client.get("/signin/oidc/callback?code=x&state=y")).status_code == 404


KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "1"})
KEYS = KeySet([KEY])
GOOD: dict[str, Any] = {"iss": "https://login.example.dk", "aud": "us", "sub": "anna", "nonce": "n"}


def token(key: Any = KEY, alg: str = "RS256", **changed: Any) -> dict[str, Any]:
    """A provider's answer with an ID token, good but for what is changed."""
    now = int(time.time())
    claims = {**GOOD, "iat": now, "exp": now + 300, **changed}
    claims = {name: value for name, value in claims.items() if value is not None}
    registry = JWSRegistry(algorithms=[alg])
    return {"id_token": jwt.encode({"alg": alg, "kid": "1"}, claims, key, registry=registry), "access_token": "a"}


def read(given: dict[str, Any], keys: KeySet = KEYS) -> Any:
    """What is believed of it."""
    wanted = {"issuer": "https://login.example.dk", "client_id": "us", "nonce": "n"}
    return claims_of(given, keys, frozenset({"RS256"}), **wanted)


def test_a_good_id_token_is_believed() -> None:
    """Also with a clock a little off, and for several audiences of which we are the one that asked."""
    assert read(token())["sub"] == "anna"
    assert read(token(exp=int(time.time()) - 30))["sub"] == "anna"
    assert read(token(aud=["us", "them"], azp="us"))["sub"] == "anna"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "them"},
        {"aud": None},
        {"aud": ["us", "them"], "azp": "them"},
        {"aud": ["us", "them"]},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": None},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"at_hash": "wrong"},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_ours_is_refused(changed: dict[str, Any]) -> None:
    """Whatever of it is wrong or missing."""
    with pytest.raises(SignInFailedError):
        read(token(**changed))


def test_an_id_token_of_another_key_is_refused() -> None:
    """By its signature, its algorithm, or because it has none."""
    secret = OctKey.import_key("only-for-tests-0123456789-0123456789")
    for forged in (token(OTHER), token(secret, "HS256"), token(ECKey.generate_key("P-256"), "ES256")):
        with pytest.raises(SignInFailedError):
            read(forged)
    head, body, _ = str(token()["id_token"]).split(".")
    none = urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    unsigned = f"{none}.{body}."
    for text in (f"{head}.{body}.", unsigned, "x", "", f"{head}.{body}.AAAA"):
        with pytest.raises(SignInFailedError):
            read({"id_token": text})
    assert not {"none", "HS256", "HS384", "HS512"} & ALGORITHMS


def test_a_provider_cannot_lead_into_the_open() -> None:
    """An https provider whose addresses are http is none."""
    said = {"issuer": "https://a.dk", "authorization_endpoint": "http://a.dk/auth", "token_endpoint": "https://a.dk/t"}
    with pytest.raises(oidc.ProviderAwayError):
        metadata_of({**said, "jwks_uri": "https://a.dk/k"}, "https://a.dk")


@pytest.mark.parametrize(
    "changed",
    [
        {"oidc_issuer": "http://login.example.dk"},
        {"oidc_issuer": "login"},
        {"oidc_client_id": None},
        {"oidc_roles": "sagsbehandler"},
        {"oidc_roles": "sagsbehandler=king"},
        {"oidc_roles": ""},
        {"oidc_scope": "profile"},
    ],
    ids=str,
)
def test_half_a_provider_is_refused(changed: dict[str, Any], tmp_path: Path) -> None:
    """At the start, by the setting's name, and never with the secret."""
    with pytest.raises(SettingsError) as caught:
        with_provider(settings_for("postgresql://x/y", tmp_path), "https://login.example.dk", **changed)

    assert "SAGSGANG_OIDC_" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_the_secret_is_never_printed(tmp_path: Path) -> None:
    """Whoever logs the settings."""
    settings = with_provider(settings_for("postgresql://x/y", tmp_path), "https://login.example.dk")

    assert SECRET not in repr(settings)
    assert SECRET not in str(settings.model_dump())


async def test_a_provider_that_is_away_is_left_alone_for_a_moment(browser: Browser) -> None:
    """Many who come at once do not wait one after the other for it."""
    with contextlib.closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        browser.set_provider(f"http://127.0.0.1:{silent.getsockname()[1]}")
        found = await asyncio.gather(*(browser.office.client.get("/signin/oidc") for _ in range(5)))

    assert [answer.status_code for answer in found] == [503] * 5
