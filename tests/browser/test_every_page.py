"""Every page of the permission table, opened by somebody who may, on a phone and at a desk.

A page that a package adds with its row is looked at here without a test of its own: overflow, targets, axe, console, policy.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django.urls import reverse

from tests.browser.conftest import SHOTS, Visit, check
from tests.house import permissions
from tests.house.permissions import Row
from tests.house.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PACKAGES = [module.name for module in pkgutil.iter_modules(permissions.__path__)]
SIZES = {360: 780, 1440: 900}


def pages(package: str, scene: Scene) -> Iterator[tuple[Row, str, str]]:
    """The whole pages of a package: row, address and one of the cast who may open it."""
    seen: set[str] = set()
    for row in importlib.import_module(f"{permissions.__name__}.{package}").ROWS:
        readers = [name for name, status in row.allowed.items() if status == 200]
        if row.method != "get" or not readers or row.name in seen:
            continue
        address = reverse(row.name, kwargs=row.kwargs(scene))
        answer = scene.world.client_for(readers[0]).get(address)
        # Parts of pages, calendars and the like are no pages.
        if answer.headers.get("Content-Type", "").startswith("text/html") and b"<html" in answer.content:
            seen.add(row.name)
            yield row, address, readers[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_pages_of_a_package_are_sound(package: str, scene: Scene, visit: Visit) -> None:
    problems = []
    for row, address, reader in pages(package, scene):
        page = visit(address, by="" if reader == "stranger" else reader)
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{row.name.replace(':', '-')}-{width}.png", full_page=True)
            try:
                check(page)
            except AssertionError as found:
                problems.append(f"{row.name} at {width} px: {found}")

    assert "\n".join(problems) == ""
