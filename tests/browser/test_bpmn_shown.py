# SPDX-License-Identifier: EUPL-1.2
"""Routes as BPMN 2.0 in the viewer that most people open them with."""

from __future__ import annotations

from typing import Any

import pytest

from domain.bpmn import as_bpmn
from domain.drawing import draw
from tests.browser.site import Site
from tests.domain.desk import midtjylland
from web import assets

pytestmark = pytest.mark.asyncio(loop_scope="package")

VIEWER = assets.FOLDER / assets.packages()["bpmn-js"].id / "bpmn-viewer.production.min.js"
SHOW = """async xml => {
    const viewer = new BpmnJS({ container: "#canvas" });
    const { warnings } = await viewer.importXML(xml);
    const shown = viewer.get("elementRegistry").filter(element => element.type === "bpmn:UserTask");
    viewer.destroy();
    return [warnings.map(warning => warning.message), shown.map(element => element.id)];
}"""


async def test_every_route_is_shown_without_a_warning(site: Site) -> None:
    """Each of its steps is a task on the canvas."""
    organisation, found = midtjylland(), dict[str, Any]()
    page = await site.browser.new_page()
    await page.set_content('<div id="canvas" style="width: 1200px; height: 800px"></div>')
    await page.add_script_tag(path=VIEWER)
    for route in organisation.routes.values():
        warnings, tasks = await page.evaluate(SHOW, as_bpmn(draw(route, organisation)))
        lost = [step.id for step in route.steps if f"step_{step.id}" not in tasks]
        if warnings or lost:
            found[route.id] = (warnings, lost)
    await page.close()

    assert found == {}
