# SPDX-License-Identifier: EUPL-1.2
"""One site and one browser for all tests of the pages in a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from runtime.database import SERVICE_ROLE
from tests.browser.fetch import chromium
from tests.browser.site import Site, running_site
from tests.fixtures.servers import database_of_its_own
from workers.embedded.postgres import EmbeddedPostgres


@pytest_asyncio.fixture(loop_scope="package", scope="package")
async def site(
    postgres: EmbeddedPostgres, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """The site, with its cases."""
    assert chromium(), "there is no Chromium here, and none to fetch: as root, apt-get install chromium"
    expect.set_options(timeout=20_000)
    with database_of_its_own(postgres, template_database) as database:
        async with running_site(
            postgres.database_url(SERVICE_ROLE, database.name), tmp_path_factory.mktemp("site")
        ) as made:
            yield made
