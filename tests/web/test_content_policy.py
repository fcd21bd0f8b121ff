# SPDX-License-Identifier: EUPL-1.2
"""What a browser may run and load: on a page only the scripts with that answer's own nonce, elsewhere nothing."""

from __future__ import annotations

import re

import httpx2
import pytest

from outgoing.links import ANSWER, ANSWER_PATH, seal
from tests.web.office import API, Office
from tests.web.test_access import sign_in
from tests.web.test_pages import check
from tests.web.test_roles import ALLOWED, BY_LINK, ENDLESS, OPEN, routes_of, world_of
from web.access import ROLES

CLOSED = {"default-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'", "object-src": "'none'"}
LOADED = dict.fromkeys(("style-src", "img-src", "font-src", "form-action"), "'self'")
NONCE = re.compile(r"'nonce-([\w-]{22,})'")
SCRIPT = re.compile(r"<script[^>]*>")


def policy_of(answer: httpx2.Response) -> dict[str, str]:
    """The directives of an answer's one policy, by name."""
    (policy,) = answer.headers.get_list("content-security-policy")
    found = [directive.partition(" ") for directive in policy.split("; ")]
    assert len({name for name, _, _ in found}) == len(found)
    return {name: value for name, _, value in found}


def nonce_of(answer: httpx2.Response) -> str:
    """The nonce in the policy of a page, whose every directive is compared."""
    policy = policy_of(answer)
    found = NONCE.fullmatch(policy["script-src"])
    assert found is not None
    assert policy == {**CLOSED, **LOADED, "connect-src": "'self'", "script-src": f"'nonce-{found[1]}'"}
    return found[1]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", [None, *ROLES])
async def test_every_page_runs_its_own_scripts_alone(office: Office, role: str | None) -> None:
    """In every role and with none, refusals too: each script has the nonce of its answer, which no other has."""
    world, found, scripts = await world_of(office, role), list[str](), 0
    for route in sorted({*ALLOWED, *OPEN} - {ENDLESS, *routes_of(BY_LINK), "POST /signout"}):
        answer = await world.asks(route, foreign=False)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            assert policy_of(answer) == {**CLOSED, "form-action": "'none'"}, route
            continue
        check(answer.text)
        found.append(nonce_of(answer))
        tags = SCRIPT.findall(answer.text)
        scripts += len(tags)
        assert [tag for tag in tags if f' nonce="{found[-1]}"' not in tag] == [], route
        assert len(tags) == answer.text.count(f'"{found[-1]}"'), route

    assert len(found) > (2 if role is None else 10)
    assert len(set(found)) == len(found)
    assert (scripts > 0) is (role is not None)


async def test_the_same_page_has_another_nonce_each_time(office: Office) -> None:
    """Who has seen one answer knows nothing of the next."""
    await sign_in(office)

    assert len({nonce_of(await office.client.get("/")) for _ in range(3)}) == 3


async def test_no_script_runs_behind_a_link(office: Office) -> None:
    """There a page needs none, so that no nonce lets one run either; that a link is spoilt changes nothing."""
    world = await world_of(office, None)
    token = seal(office.services.settings.signing_key(), ANSWER, world.link)
    page = await office.client.get(f"{ANSWER_PATH}/{token}")
    spoilt = await office.client.get(f"{ANSWER_PATH}/x")

    assert page.status_code == 200
    assert policy_of(page) == {**CLOSED, **LOADED, "script-src": "'none'"}
    assert nonce_of(spoilt)
    assert "<script" not in page.text + spoilt.text


async def test_nothing_runs_beside_the_pages(office: Office) -> None:
    """Answers of the API, problems, files and redirects are no place for a script, a frame or a form."""
    for path in (f"{API}/cases", "/static/live.js", "/static/none", "/healthz", "/openapi.json", "/cases/x"):
        answer = await office.client.get(path)
        assert policy_of(answer) == {**CLOSED, "form-action": "'none'"}, path
