"""The behaviors in a real browser, with the server's answers played by the test."""

import time

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

REGION = """
([attributes, inner]) => {
  const region = document.createElement('section');
  for (const [name, value] of Object.entries(attributes)) region.setAttribute(name, value);
  region.innerHTML = inner;
  document.querySelector('main').prepend(region);
}
"""


def install(page: Page, script: str, attributes: dict[str, str], inner: str) -> None:
    """Puts a region into the page as a server would have drawn it, then loads the behavior."""
    page.evaluate(REGION, [attributes, inner])
    page.add_script_tag(url=f"/static/js/{script}.js", type="module")


class Played:
    """A server that answers what the test puts into `body`, and keeps what it was asked."""

    def __init__(self, page: Page, address: str, body: str) -> None:
        self.body, self.etag, self.asked, self.fails = body, '"1"', [], False
        page.route(f"**{address}", self._answer)

    def _answer(self, route: Route) -> None:
        self.asked.append(route.request.headers)
        if self.fails:
            route.abort()
        elif route.request.headers.get("if-none-match") == self.etag:
            route.fulfill(status=304)
        else:
            route.fulfill(
                status=200, body=self.body, headers={"ETag": self.etag, "Content-Type": "text/html"}
            )


LIVE = {"data-live": "/played-live", "data-live-seconds": "0.2"}


def test_a_live_region_exchanges_only_the_part_that_changed(visit):
    page = visit("/")
    server = Played(page, "/played-live", '<p id="a">1</p><p id="b">2</p>')
    install(page, "live", LIVE, '<p id="a">1</p><p id="b">1</p>')
    page.evaluate("document.getElementById('a').kept = true")

    expect(page.locator("#b")).to_have_text("2")
    page.wait_for_timeout(600)

    assert page.evaluate("document.getElementById('a').kept") is True
    assert server.asked[0]["hx-request"] == "true"
    assert [headers.get("if-none-match") for headers in server.asked[:3]] == [None, '"1"', '"1"']


def test_a_part_in_use_waits_and_says_so(visit):
    page = visit("/")
    Played(page, "/played-live", '<p id="a"><button>new</button></p>')
    held = '<p data-live-held="有 {} 处更新" hidden></p>'
    install(page, "live", LIVE, f'{held}<p id="a"><button>old</button></p>')
    page.locator("#a button").focus()

    page.get_by_text("有 1 处更新").wait_for()
    assert page.locator("#a button").inner_text() == "old"

    page.locator("#a button").evaluate("(button) => button.blur()")
    expect(page.locator("#a button")).to_have_text("new")
    assert page.locator("[data-live-held]").is_hidden()


def test_a_live_region_says_when_it_has_gone_stale(visit):
    page = visit("/")
    server = Played(page, "/played-live", '<p id="a">2</p>')
    server.fails = True
    install(page, "live", LIVE, '<p id="a">1</p>')

    page.wait_for_selector("[data-live-stale]", state="attached")
    server.fails = False
    expect(page.locator("#a")).to_have_text("2")

    assert page.locator("[data-live-stale]").count() == 0


def test_a_code_is_renewed_when_its_time_is_over(visit):
    page = visit("/")
    body = '<div data-rotate="/played-code" data-rotate-seconds="30"><b id="code">222 222</b></div>'
    server = Played(page, "/played-code", body)
    rotate = {"data-rotate": "/played-code", "data-rotate-seconds": "1"}
    install(page, "rotate", rotate, '<b id="code">111 111</b>')

    expect(page.locator("#code")).to_have_text("222 222")
    page.wait_for_timeout(1200)

    assert len(server.asked) == 1


WATCH_BUSY = """
() => new MutationObserver((changes) => {
  if (changes.some(({ target }) => target.getAttribute('aria-busy') === 'true')) sessionStorage.setItem('busy', 'seen');
}).observe(document.body, { subtree: true, attributeFilter: ['aria-busy'] })
"""


def test_a_form_is_sent_once_however_often_it_is_pressed(visit):
    page = visit("/privacy/")
    sent: list[str] = []

    def slow(route: Route) -> None:
        sent.append(route.request.method)
        time.sleep(0.7)
        route.continue_()

    page.route("**/preferences/", slow)
    page.evaluate(WATCH_BUSY)
    page.get_by_role("button", name="English").evaluate("(button) => { button.click(); button.click(); }")

    expect(page.locator("h1")).to_have_text("Privacy notice")
    assert sent == ["POST"]
    assert page.evaluate("sessionStorage.getItem('busy')") == "seen"


def test_text_is_copied_and_said_to_be(visit):
    page = visit("/")
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    install(page, "copy", {}, '<button data-copy="K7M2-QD3A" data-copied="已复制">复制编号</button>')

    page.get_by_role("button", name="复制编号").click()

    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("window.copied") == "K7M2-QD3A"


def test_counters_follow_what_is_ticked(visit):
    page = visit("/")
    tick = '<input type="checkbox" data-count="units" data-amount="{}">'
    figures = '<b data-count-of="units"></b>/<b data-amount-of="units"></b>'
    install(
        page,
        "counters",
        {},
        f"<label>A {tick.format(20)}</label><label>B {tick.format(14)}</label><p id='f'>{figures}</p>",
    )
    expect(page.locator("#f")).to_have_text("0/0")

    page.get_by_label("A").check()
    page.get_by_label("B").check()

    assert page.locator("#f").inner_text() == "2/34"
