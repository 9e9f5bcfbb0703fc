"""A real browser against a real server on the test database.

    def test_the_front_page(visit, shoot):
        page = visit("/")                        # a stranger; by="worker" signs that one of the cast in
        shoot(page, "home")                      # 360 and 1440 px: picture, overflow, targets, axe

Every page that `visit` opened must end without a console error, a breach of the content security policy, a missing file
or a server error. Pictures go to var/shots/ (MUSTER_SHOTS names another folder).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

# The driver keeps an event loop in this thread; our own reads between two clicks are plain ones all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
SHOTS = Path(os.environ.get("MUSTER_SHOTS", "") or settings.VAR_DIR / "shots")
WIDTHS = (360, 1440)
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What the browser and htmx say of a server that is away; whether the page says it too is what the tests look at.
SERVER_AWAY = ("Failed to load resource", "htmx:sendError", "htmx:afterRequest")
PARTS_OF_A_PAGE = {"stylesheet", "script", "image", "font"}

# What a thumb must hit: 48 px on the pages of volunteers, units and leaders; 24 px (WCAG 2.2) at a desk.
SMALL_TARGETS = """
(least) => {
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary, label.toggle, .pick label';
  const hiddenParts = '.sr, .skip, [hidden]';
  const insideLabels = '.pick input, .week input, .toggle input, .ck input, .sizer input';
  return [...document.querySelectorAll(controls)]
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([element, box]) => {
      if (!box.width || !box.height || element.closest(hiddenParts) || element.matches(insideLabels)) return false;
      if (element.tagName === 'A' && getComputedStyle(element).display === 'inline') return false;
      return box.height < least - 0.5;
    })
    .map(([element, box]) => `${element.tagName} "${element.textContent.trim().slice(0, 20)}" ${Math.round(box.height)} px`);
}
"""
WIDER_THAN_THE_SCREEN = """
() => {
  if (document.documentElement.scrollWidth <= window.innerWidth + 1) return [];
  return [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
    .filter((element) => !element.closest('.scroll, .seg, .waves'))
    .slice(0, 5)
    .map((element) => `${element.tagName}.${element.getAttribute('class') || ''}`);
}
"""
# On a phone nothing is pushed sideways inside its card either: a column that is cut off says nothing to anybody.
CUT_OFF = """
() => {
  const wide = [...document.querySelectorAll('.scroll')]
    .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
    .map((box) => `${box.getAttribute('aria-label') || box.className}: ${box.scrollWidth} in ${box.clientWidth} px`);
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const tight = new Set();
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const card = node.data.trim() && node.parentElement.checkVisibility() && node.parentElement.closest('.card');
    if (!card || node.parentElement.closest('.sr, .seg, [hidden], svg')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const [box, edge] = [range.getBoundingClientRect(), card.getBoundingClientRect()];
    if (box.width > 1 && box.right > edge.right - 6) tight.add(`"${node.data.trim().slice(0, 20)}" touches its card`);
  }
  return [...wide, ...tight].slice(0, 8);
}
"""

if TYPE_CHECKING:
    from tests.house.scene import Scene

Visit = Callable[..., Page]
Shoot = Callable[..., None]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Without one the tests fail, unless MUSTER_NO_BROWSER=1 says that this is known."""
    if os.environ.get("MUSTER_NO_BROWSER") == "1":
        pytest.skip("MUSTER_NO_BROWSER=1")
    if not CHROMIUM:
        pytest.fail("No Chromium was found. Install the package chromium, or set MUSTER_NO_BROWSER=1.")
    with sync_playwright() as driver:
        launched = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"],
        )
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, live_server: object, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Opens an address: visit(path, by="worker", width=1440, theme="dark", text="large", language="en").

    Several calls in one test are several people, each with a browser of his own. The page's context is page.context.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []
    base = str(live_server)

    def watch(page: Page) -> None:
        def on_console(message: ConsoleMessage) -> None:
            # A refused form answers 422: that is no mistake of the page. Files and policy are watched apart.
            if message.type == "error" and not message.text.startswith(SERVER_AWAY):
                problems.append(f"{page.url}: {message.text[:300]}")

        def on_response(response: Response) -> None:
            lost = response.status >= 400 and response.request.resource_type in PARTS_OF_A_PAGE
            if lost or (response.status >= 500 and "expected-failure" not in response.headers):
                problems.append(f"{page.url}: {response.status} {response.url}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("response", on_response)

    def open_page(
        path: str,
        *,
        by: str = "",
        width: int = 1440,
        theme: str = "light",
        text: str = "normal",
        language: str = "zh-hans",
    ) -> Page:
        context = browser.new_context(
            base_url=base,
            viewport={"width": width, "height": 780 if width < 700 else 900},
            locale="en-US" if language == "en" else "zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            has_touch=width < 700,
        )
        contexts.append(context)
        cookies = {"muster_theme": theme, "muster_text": text, settings.LANGUAGE_COOKIE_NAME: language}
        if by:
            # A session made here and handed to the browser: the server has no door for tests.
            has_scene = "scene" in request.fixturenames
            world = request.getfixturevalue("scene").world if has_scene else request.getfixturevalue("world")
            client = world.client_for(by)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
        page = context.new_page()
        watch(page)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def check(page: Page, *, least_target: int | None = None) -> None:
    """No overflow, no target too small for its audience, no finding of axe."""
    thumb = page.viewport_size is not None and page.viewport_size["width"] < 700
    is_phone_page = page.locator("body.my").count() > 0
    least = least_target or (48 if thumb and is_phone_page else 24)
    assert page.evaluate(WIDER_THAN_THE_SCREEN) == []
    assert not thumb or page.evaluate(CUT_OFF) == []
    assert page.evaluate(SMALL_TARGETS, least) == []
    found = Axe().run(page, options={"runOnly": AXE_RULES}).response["violations"]
    assert [
        (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"]) for one in found
    ] == []


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    """The cast with one of each thing that an address can name, where the server of the test sees it."""
    from tests.house.scene import make_scene  # noqa: PLC0415 - models cannot be imported before Django is set up

    return make_scene()


@pytest.fixture
def shoot() -> Shoot:
    """shoot(page, "desk-call"): at each width a picture of the whole page, after the checks."""

    def take(
        page: Page, name: str, *, widths: tuple[int, ...] = WIDTHS, least_target: int | None = None
    ) -> None:
        for width in widths:
            page.set_viewport_size({"width": width, "height": 780 if width < 700 else 900})
            page.wait_for_timeout(100)
            height = page.evaluate("document.documentElement.scrollHeight")
            # Whole, before the checks: axe takes a target that lies half under a sticky bar for a small one.
            page.set_viewport_size({"width": width, "height": max(height, 780)})
            check(page, least_target=least_target)
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{name}-{width}.png")

    return take
