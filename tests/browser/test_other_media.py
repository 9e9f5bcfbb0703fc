"""On paper, and in the colors of the person's system: what a call-up says must still be there."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from tests.browser.conftest import SHOTS
from tests.browser.journeys import asked, post_of, running
from tests.callups.ground import arrives, seated

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A4 = {"width": 794, "height": 1123}
TO_PRESS = "button, nav, .btn, input:not([type=hidden]), textarea, select"
NOT_INK = """
() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility() || element.closest('.sr, .skip')) continue;
    const channels = getComputedStyle(element).color.match(/[0-9.]+/g).slice(0, 3).map(Number);
    if (Math.max(...channels) > 90) found.add(`${node.data.trim().slice(0, 20)}: ${channels}`);
    if (element.getBoundingClientRect().right > innerWidth + 1) found.add(`${node.data.trim().slice(0, 20)}: cut off`);
  }
  return [...found];
}
"""
# How a mark looks once the system has had its say: its fill, and how its border is drawn.
LOOK_OF = """
(mark) => {
  const style = getComputedStyle(mark);
  return [style.backgroundColor, style.backgroundImage, style.borderTopStyle].join(' ');
}
"""
EDGE_OF = "(mark) => getComputedStyle(mark).borderTopColor"
GROUND = "getComputedStyle(document.body).backgroundColor"
FILL_OF = "(part) => getComputedStyle(part).fill"
BACK_OF = "(button) => getComputedStyle(button).backgroundColor"


@pytest.fixture
def call_up(transactional_db, world):
    """One under way with somebody there, somebody on the way, and seats that are short."""
    made = running(world, seats=4)
    first = seated(world, world.volunteer(1), made, at=made.opened_at)
    seated(world, world.volunteer(2), made, at=made.opened_at)
    asked(made, world.volunteer(3))
    arrives(first, timezone.now())
    return made


def page_of(visit, call_up, **look) -> Page:
    return visit(reverse("callups:desk-callup-detail", args=[call_up.code]), by="worker", **look)


def on_paper(page: Page) -> Page:
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    return page


def visible(page: Page, selector: str) -> list[str]:
    return [one.inner_text() for one in page.locator(selector).all() if one.is_visible()]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_call_up_is_printed_in_black_with_nothing_to_press(visit, call_up, theme):
    page = on_paper(page_of(visit, call_up, theme=theme))

    assert visible(page, TO_PRESS) == []
    assert page.evaluate(NOT_INK) == []
    assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
    for words in (call_up.title, "各岗位", "志愿者1", "单位承诺台账", "记录"):
        assert page.locator("main").get_by_text(words).first.is_visible()


def test_the_list_of_a_post_is_printed_with_a_line_to_sign_on(visit, call_up):
    address = reverse("callups:post-detail", args=[post_of(call_up).code])
    page = on_paper(visit(address, by="worker"))

    assert visible(page, TO_PRESS) == []
    assert page.evaluate(NOT_INK) == []
    assert not page.locator(".qr").is_visible()
    lines = page.locator(".roll > li .acts").all()
    assert [line.evaluate("(line) => getComputedStyle(line).borderBottomStyle") for line in lines] == [
        "solid",
        "solid",
    ]
    assert all(line.bounding_box()["width"] > 120 for line in lines)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_differ_in_the_colors_of_the_system(visit, call_up, scheme):
    page = page_of(visit, call_up)
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    marks = [page.locator(f".key .seats .{kind}").first for kind in "acng"]

    assert len({mark.evaluate(LOOK_OF) for mark in marks}) == 4
    assert page.evaluate(GROUND) not in {mark.evaluate(EDGE_OF) for mark in marks}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bar_and_the_first_button_differ_in_the_colors_of_the_system(visit, call_up, scheme):
    page = page_of(visit, call_up)
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    bar, hero = page.locator(".fbar-l").first, page.locator(".hero")

    fills = [bar.locator(f".{step}").first.evaluate(FILL_OF) for step in ("f3", "f4")]

    assert len({*fills, page.evaluate(GROUND)}) == 3
    assert hero.locator(".btn-primary").evaluate(BACK_OF) != hero.locator(".btn-stop").evaluate(BACK_OF)


@pytest.mark.parametrize("width", [360, 1440])
def test_a_roll_fits_the_screen_it_is_asked_for_on(visit, shoot, call_up, width):
    page = page_of(visit, call_up, width=width)
    page.get_by_role("button", name="打印签到名单").click()
    page.wait_for_load_state()

    shoot(page, "roll", widths=(width,))
    assert page.get_by_role("button", name="打印名单").is_visible()


def test_a_roll_on_paper_has_a_line_to_sign_on_and_says_who_printed_it(visit, call_up):
    page = page_of(visit, call_up)
    page.get_by_role("button", name="打印签到名单").click()
    page.wait_for_load_state()
    on_paper(page)

    assert visible(page, TO_PRESS) == []
    assert page.evaluate(NOT_INK) == []
    rows = page.locator(".roll-sheet tbody tr").all()
    assert len(rows) == 4
    assert all(row.locator("td").last.bounding_box()["width"] > 150 for row in rows)
    assert all(row.bounding_box()["height"] > 30 for row in rows)
    assert "周敏" in page.locator(".watermark").text_content()
    page.screenshot(path=SHOTS / "roll-paper.png")
