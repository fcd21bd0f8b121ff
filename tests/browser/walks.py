# SPDX-License-Identifier: EUPL-1.2
"""Where the site's pages are, how to come to those that only a form leads to, and how to go there by keyboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

from tests.browser.site import Site, new_address
from web.actions import ACTIONS, PAPER

Walk = Callable[[Site, Page], Awaitable[object]]
CALLED = """
(e => (e.labels?.[0]?.childNodes[0]?.textContent || e.ariaLabel || e.textContent || '').trim())(document.activeElement)
"""
"""What the thing is called that has the focus."""
MOST_TABS = 300


def pages(site: Site) -> dict[str, str]:
    """Every page that has an address, by the name of its picture."""
    case = {name: f"/cases/{case_id}" for name, case_id in site.cases.items()}
    forms = [action for action in ACTIONS if action != PAPER.id]
    return {
        "overview": "/",
        "overview-past": "/?as_of=2025-04-15",
        "overview-none": "/?q=zzz",
        "case": case["councils"],
        "case-returned": case["returned"],
        "case-withdrawn": case["withdrawn"],
        "case-plan": f"{case['councils']}/plan?later=20",
        "case-past": f"{case['councils']}?as_of=2025-04-01",
        "case-conditions": case["conditional"],
        "case-scheme": case["joining"],
        "case-approved": case["approved"],
        "case-rejected": case["not-supported"],
        "case-framework": case["framework"],
        "answer": f"{case['councils']}/actions/answer?step=councils&body=syddjurs",
        "paper": f"{case['councils']}/actions/paper",
        **{f"form-{action}": f"{case['agency']}/actions/{action}" for action in forms},
        **{f"form-{action}": f"{case['capacity']}/actions/{action}" for action in ("place", "write")},
        "routes": "/open",
        "open": "/open/samarbejdsaftale",
        "open-concerned": "/open/tilslutning",
        "form-agency": f"{case['agency']}/actions/answer?step=agency&body=social-og-boligstyrelsen",
        "form-condition": f"{case['conditional']}/actions/waive-condition",
        "form-renewed": f"{case['completed']}/actions/renew",
        "channels": "/bodies/skive/channels",
        "form-channel": "/bodies/skive/channels/add?kind=email",
        "meetings": "/bodies/dassos/meetings",
        "form-meeting": "/bodies/dassos/meetings/add",
        "form-meeting-moved": f"/bodies/dassos/meetings/move?meeting={site.meeting}",
        "bodies": "/bodies",
        "body": "/bodies/norddjurs",
        "body-agenda": "/bodies/dassos",
        "deliveries": "/deliveries",
        "delivery-resend": f"/deliveries/{site.delivery('failed')}/resend",
        "delivery-hindered": f"/deliveries/{site.delivery('no_channel')}/resend",
        "operations": "/operations",
        "operations-recover": f"/operations{case['councils']}/recover",
        "problem": "/nothing",
        "problem-explained": "/problems/conflict",
        "signin": "/signin",
        "signin-spoilt": "/signin?code=spoilt",
        **site.links,
    }


def own_pages(site: Site) -> dict[str, str]:
    """Every page of a council's own people that has an address, for `OWN_BODY`, by the name of its picture."""
    case = f"/own/cases/{site.cases['councils']}"
    return {
        "own": "/own",
        "own-none": "/own?q=zzz",
        "own-case": case,
        "own-answer": f"{case}/answer/councils",
        "own-channels": "/own/channels",
        "own-form-channel": "/own/channels/add?kind=email",
    }


def audit_pages() -> dict[str, str]:
    """Every page of the auditor alone."""
    return {"access-log": "/access-log", "access-log-none": "/access-log?who=zzz"}


async def own_look_through(site: Site, page: Page) -> None:
    """A signed-in council's answer once more, before it is sent."""
    await page.goto(own_pages(site)["own-answer"])
    await page.locator("input[value=noted]").check()
    await page.locator("input[name=decided_on]").fill("2025-05-19")
    await page.locator("main .button-primary").click()


async def own_refuse_answer(site: Site, page: Page) -> None:
    """What is said of a signed-in council's answer that was changed after it was looked through."""
    await own_look_through(site, page)
    await page.locator("main input[name=seal]").evaluate_all("inputs => inputs.forEach(one => { one.value = 'x' })")
    await page.locator("main .button-primary").click()


async def own_refuse_channel(_site: Site, page: Page) -> None:
    """What is said to a signed-in council of an address that cannot be."""
    await page.goto("/own/channels/add?kind=email")
    await page.locator("input[name=address]").fill("norddjurs")
    await page.locator("main .button-primary").click()


async def confirm(site: Site, page: Page) -> None:
    """What will happen when a case is withdrawn, before it does."""
    await page.goto(f"/cases/{site.cases['agency']}/actions/withdraw")
    await page.locator("textarea").fill("Udmeldingen er trukket tilbage")
    await page.locator("main .button-primary").click()


async def see_the_way(_site: Site, page: Page) -> None:
    """The whole way of a case, before it is opened."""
    await page.goto("/open/cu-afrapportering")
    await page.get_by_label("Titel").or_(page.get_by_label("Title")).fill("Afrapportering, efteråret 2025")
    await page.locator("input[name=deadline]").fill("2025-11-28")
    await page.locator("main .button-primary").click()


async def refuse_channel(_site: Site, page: Page) -> None:
    """What is said of an address that cannot be."""
    await page.goto("/bodies/skive/channels/add?kind=email")
    await page.locator("input[name=address]").fill("skive")
    await page.locator("main .button-primary").click()


async def cancel_meeting(site: Site, page: Page) -> None:
    """What would become of the cases if a meeting were cancelled."""
    await page.goto(f"/bodies/dassos/meetings/cancel?meeting={site.meeting}")
    await page.locator("textarea").fill("For få punkter")
    await page.locator("main .button-primary").click()


async def refuse_paper(site: Site, page: Page) -> None:
    """What is said of a file that cannot be taken."""
    await page.goto(f"/cases/{site.cases['agency']}/actions/paper")
    await page.locator("#field-file").set_input_files({"name": "tom.txt", "mimeType": "text/plain", "buffer": b""})
    await page.locator("#field-sure").check()
    await page.locator("main .button-primary").click()


async def refuse_link(site: Site, page: Page) -> None:
    """What is said of a sign-in link that was used before."""
    await page.goto(site.link())
    await page.locator("main input[name=code]").evaluate("input => { input.value = 'x' }")
    await page.locator("main button").click()


async def look_through(site: Site, page: Page) -> None:
    """A council's answer once more, before it is sent."""
    await page.goto(site.links["link"])
    await page.locator("input[value=noted]").check()
    await page.locator("input[name=decided_on]").fill("2025-05-19")
    await page.locator("textarea[name=remark]").fill("Enstemmigt")
    await page.locator("main .button-primary").click()


async def refuse_answer(site: Site, page: Page) -> None:
    """What is said of an answer that was changed after it was looked through."""
    await look_through(site, page)
    await page.locator("main input[name=seal]").evaluate_all("inputs => inputs.forEach(one => { one.value = 'x' })")
    await page.locator("main .button-primary").click()


async def confirm_address(site: Site, page: Page) -> None:
    """That a new address is confirmed."""
    await page.goto(await new_address(site.office))
    await page.locator("main button").click()


AFTER_A_FORM: dict[str, Walk] = {
    "/open/{route}": see_the_way,
    "/bodies/{body}/channels/{action}": refuse_channel,
    "/bodies/{body}/meetings/{action}": cancel_meeting,
    "/cases/{id}/actions/{action}": confirm,
    "/cases/{id}/papers": refuse_paper,
    "/signin": refuse_link,
    "/svar/{token}/gennemse": look_through,
    "/svar/{token}": refuse_answer,
    "/bekraeft/{token}": confirm_address,
}
"""How to come to the page that a form's route shows, by the route."""
OWN_BODY = "norddjurs"
OWN_AFTER_A_FORM: dict[str, Walk] = {
    "/own/cases/{id}/answer/{step}/gennemse": own_look_through,
    "/own/cases/{id}/answer/{step}": own_refuse_answer,
    "/own/channels/{action}": own_refuse_channel,
}
"""The same for a council's own people."""


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if await page.evaluate(CALLED) == name:
            return
    raise AssertionError(name)
