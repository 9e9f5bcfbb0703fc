"""Every component, in every look: what a page builder takes is sound before he takes it."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.browser.urls")]


@pytest.mark.parametrize("look", ["desk", "my", "sign-in", "board"])
@pytest.mark.parametrize("theme, text", [("light", "normal"), ("dark", "large")])
def test_the_components_are_sound(visit, shoot, look, theme, text):
    page = visit(f"/styleguide/{look}/", by="worker" if look == "desk" else "", theme=theme, text=text)

    shoot(page, f"components-{look}-{theme}-{text}", widths=(360, 1920 if look == "board" else 1440))


def test_a_stepper_counts_and_its_sum_follows(visit):
    page = visit("/styleguide/desk/")

    page.get_by_role("button", name="北门 人数加一").click()
    page.get_by_role("button", name="南门 人数减一").dblclick()

    assert page.locator("#id_north").input_value() == "9"
    assert page.locator("[data-sum-of=seats]").inner_text() == "13"


def test_a_deed_that_many_would_notice_is_asked_once(visit):
    page = visit("/styleguide/desk/")
    page.evaluate("window.pressed = 0")
    page.get_by_role("button", name="解散").evaluate(
        "(button) => button.addEventListener('click', () => { window.pressed += 1; })"
    )

    page.get_by_role("button", name="解散").click()
    assert page.locator("#confirm-text").inner_text() == "会通知 38 人不用来了。"
    page.get_by_role("button", name="先不").click()
    assert page.evaluate("window.pressed") == 0

    page.get_by_role("button", name="解散").click()
    page.locator("dialog").get_by_role("button", name="解散").click()
    assert page.evaluate("window.pressed") == 1


def test_the_summary_of_a_refused_form_has_the_focus(visit):
    page = visit("/styleguide/desk/")

    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    page.get_by_role("alert").get_by_role("link", name="联系电话").click()
    assert page.evaluate("document.activeElement.id") == "id_phone"


def test_a_toast_stays_while_it_is_touched_and_can_be_undone(visit):
    page = visit("/styleguide/desk/")
    page.evaluate("""() => document.body.dispatchEvent(new CustomEvent('muster:toast', {
        detail: {toasts: [{text: '已通知 22 人。', undo_url: '/undo/', seconds: 1}]}}))""")
    toast = page.locator("#toasts [data-toast]")

    toast.hover()
    page.wait_for_timeout(1500)
    assert toast.locator("form").get_attribute("action") == "/undo/"
    assert toast.get_by_role("button", name="撤回").is_visible()

    page.mouse.move(0, 0)
    toast.wait_for(state="detached")
