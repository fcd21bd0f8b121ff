# SPDX-License-Identifier: EUPL-1.2
"""Fills in the forms of the pages as a browser without JavaScript does."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import httpx2

from tests.web.office import Office
from tests.web.test_pages import check

COMING = re.compile(r'<ol class="coming">(.*?)</ol>', re.DOTALL)

Filled = dict[str, list[str]]
"""The values of a form by the names of its fields."""


class _Form(HTMLParser):
    """Reads what the form in a page's main part would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Filled = {}
        self._area = self._select = ""
        self._is_main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a field holds."""
        given = {key: value or "" for key, value in attrs}
        self._is_main = self._is_main or tag == "main"
        name = given.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.found[self._select] = [given["value"]]
        elif tag == "textarea":
            self._area = name
            self.found[name] = [""]
        elif tag == "input" and name and self._is_main and given.get("type") != "file":
            self._take(name, given)

    def handle_endtag(self, tag: str) -> None:
        """Leave a field."""
        self._area = "" if tag == "textarea" else self._area
        self._select = "" if tag == "select" else self._select

    def handle_data(self, data: str) -> None:
        """Take what stands in a field of several lines."""
        if self._area:
            self.found[self._area] = [data]

    def _take(self, name: str, given: dict[str, str]) -> None:
        if given.get("type") != "checkbox" or "checked" in given:
            self.found.setdefault(name, []).append(given.get("value", ""))


def form_of(page: httpx2.Response) -> Filled:
    """What the form of a page would send as it stands."""
    check(page.text)
    form = _Form()
    form.feed(page.text)
    return form.found


def coming(page: httpx2.Response) -> list[str]:
    """The sentences of what will happen."""
    found = COMING.findall(page.text)
    return (
        [re.sub(r"\s+", " ", line).strip() for line in re.findall(r"<li>(.*?)</li>", found[0], re.DOTALL)]
        if found
        else []
    )


async def fill_in(office: Office, address: str, /, **filled: Any) -> httpx2.Response:
    """Open a form, fill something in, and go on; `__` in a name stands for the dot of a place in a list."""
    form = form_of(await office.client.get(address))
    form |= {name.replace("__", "."): value if isinstance(value, list) else [value] for name, value in filled.items()}
    return await office.client.post(address.partition("?")[0], data=form)


async def confirm(office: Office, address: str, page: httpx2.Response) -> httpx2.Response:
    """Press the button of the page that says what will happen."""
    assert page.status_code == 200, page.text[page.text.index("<main") :]
    return await office.client.post(address.partition("?")[0], data=form_of(page))


async def do(office: Office, address: str, /, **filled: Any) -> list[str]:
    """Fill a form in and confirm it, twice as by a double click; what it said beforehand."""
    told = await fill_in(office, address, **filled)
    for _ in range(2):
        done = await confirm(office, address, told)
        assert done.status_code == 303, done.text[done.text.index("<main") :]
    return coming(told)
