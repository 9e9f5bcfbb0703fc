"""The pages for everybody, in each look and language."""

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "path, name", [("/", "home"), ("/privacy/", "privacy"), ("/nothing-here/", "not-found")]
)
def test_a_public_page_is_sound_at_both_widths(visit, shoot, path, name):
    page = visit(path)

    assert page.locator("h1").count() == 1
    shoot(page, name)


@pytest.mark.parametrize(
    "look", [{"theme": "dark"}, {"text": "large"}, {"language": "en"}, {"theme": "dark", "text": "large"}]
)
def test_the_front_page_is_sound_in_every_look(visit, shoot, look):
    page = visit("/", **look)

    shoot(page, "home-" + "-".join(look.values()))


def test_large_text_flips_at_once_and_the_next_page_has_it(visit):
    page = visit("/", width=360)

    page.get_by_role("button", name="大字").click()
    assert page.evaluate("document.documentElement.classList.contains('elder')") is True
    page.wait_for_load_state("networkidle")
    page.goto("/privacy/")

    assert page.evaluate("document.documentElement.classList.contains('elder')") is True


def test_the_language_is_switched_and_kept(visit):
    page = visit("/privacy/")

    page.get_by_role("button", name="English").click()

    assert page.locator("h1").inner_text() == "Privacy notice"
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_switches_work_without_a_script(browser, live_server):
    context = browser.new_context(base_url=str(live_server), java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto("/privacy/")

    page.get_by_role("button", name="夜间").click()

    assert page.url.endswith("/privacy/")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    context.close()


def test_the_keyboard_reaches_the_content_first(visit):
    page = visit("/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
