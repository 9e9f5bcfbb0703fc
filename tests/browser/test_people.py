"""The door, the register and one's own pages in a real browser: seen, used by hand, and sound."""

import re
from urllib.parse import unquote

import pytest

from muster.notifications.models import Message
from muster.people.actions import accounts, consents, sign_in, skills, volunteers
from muster.people.models import Person
from muster.people.queries import reveal
from muster.toolkit.actor import SYSTEM
from tests.world import HERE, NEXT_DOOR, make_person

pytestmark = pytest.mark.browser

PASSWORD = "浣花溪 evening boat"
LONG = "阿卜杜热西提·买买提艾力·吐尔逊江·阿布都克里木"


@pytest.fixture
def ground(world):
    """The cast with texts, skills, readings, somebody with a long name, and enough people for two pages."""
    consents.load_texts()
    skills.load_skills()
    me = world.person("volunteer")
    consents.give(me, "volunteer_service", through="page", actor=SYSTEM)
    consents.give(me, "health_limits", through="page", actor=SYSTEM)
    volunteers.update_profile(
        me.volunteer,
        actor=SYSTEM,
        skills=["first_aid", "cooking"],
        task_kinds=["delivery", "registration"],
        health_limits=["no_night"],
        availability=0b0110_0110_0000_1110_0010_0110_0110,
        quiet_from_minute=1320,
        quiet_to_minute=420,
    )
    make_person(LONG, "13712345678", HERE, "reported_person", world.unit)
    for number in range(60):
        world.volunteer(number)
    reveal(me, "phone", "address", actor=world.actor("worker"), purpose="call_up")
    reveal(me, "phone", actor=world.actor("township_overseer"), purpose="safety")
    return world


def sent_code():
    return re.search(r"\d{6}", Message.objects.order_by("id").last().body).group()


def test_somebody_signs_in_with_a_phone(ground, visit, shoot):
    page = visit("/sign-in/?next=/my/profile/", width=360)
    shoot(page, "sign-in")

    page.get_by_label("手机号").fill("130 0000")
    page.get_by_role("button", name="获取验证码").click()
    assert "少" in page.locator(".err").inner_text()
    shoot(page, "sign-in-short")
    page.get_by_label("手机号").fill("130 0000 0013")
    page.get_by_role("button", name="获取验证码").click()
    page.wait_for_url("**/sign-in/code/")
    shoot(page, "sign-in-code")
    page.get_by_label("6 位验证码").fill("000000" if sent_code() != "000000" else "000001")
    page.get_by_role("button", name="登录", exact=True).click()
    shoot(page, "sign-in-code-wrong")
    page.get_by_label("6 位验证码").fill(sent_code())
    page.get_by_role("button", name="登录", exact=True).click()

    page.wait_for_url("**/my/profile/")
    assert page.locator("h1").inner_text() == "现在可以叫你"


def test_unknown_number_is_told_what_to_do(ground, visit, shoot):
    page = visit("/sign-in/", width=360)
    page.get_by_label("手机号").fill("13999999999")
    page.get_by_role("button", name="获取验证码").click()
    page.wait_for_url("**/sign-in/code/")

    page.get_by_label("6 位验证码").fill(sent_code())
    page.get_by_role("button", name="登录", exact=True).click()

    page.get_by_role("heading", name="这个号码还没有登记").wait_for()
    shoot(page, "sign-in-unknown")


def test_auditor_sets_up_the_authenticator(ground, visit, shoot):
    accounts.set_password(ground.account("auditor"), PASSWORD, actor=SYSTEM)
    page = visit("/sign-in/password/")
    shoot(page, "sign-in-password")

    page.get_by_label("登录名").fill("auditor")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="下一步").click()

    page.wait_for_url("**/sign-in/totp/")
    shoot(page, "sign-in-totp")


def test_link_is_used_by_its_button(ground, visit, shoot):
    token = sign_in.make_link(ground.account("volunteer"), actor=SYSTEM)
    page = visit(f"/sign-in/link/{token}/", width=360)
    shoot(page, "sign-in-link")


def test_worker_finds_reads_and_pauses(ground, visit, shoot):
    page = visit("/desk/people/", by="worker")
    shoot(page, "desk-people")
    page.get_by_label("姓名、手机号、身份证号或编号").fill("秀英")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="陈秀英").click()
    shoot(page, "desk-person")
    page.get_by_label("为什么要看").select_option("call_up")
    page.get_by_role("button", name="看手机号").click()

    page.get_by_text("13000000013").wait_for()
    shoot(page, "desk-person-shown")


def test_list_that_finds_nobody_and_long_names(ground, visit, shoot):
    page = visit("/desk/people/", by="worker")
    page.get_by_label("姓名、手机号、身份证号或编号").fill("诸葛")
    page.get_by_role("button", name="查找").click()
    page.get_by_text("没有符合的人").wait_for()
    assert "诸葛" not in unquote(page.url)
    shoot(page, "desk-people-none")
    page.goto(f"/desk/people/{Person.objects.get(name=LONG).code}/")
    shoot(page, "desk-person-long")


def test_empty_register_begins_with_a_button(ground, visit, shoot):
    Person.objects.filter(division_code=HERE).exclude(account__login="worker").update(division_code=NEXT_DOOR)
    Person.objects.filter(account__login="worker").update(division_code=NEXT_DOOR)

    page = visit("/desk/people/", by="worker")

    shoot(page, "desk-people-empty")


def test_county_sees_masked_names(ground, visit, shoot):
    page = visit("/desk/people/", by="county_overseer")

    assert page.get_by_role("link", name="陈*英").count() == 1
    shoot(page, "desk-people-county")


def test_worker_registers_a_volunteer(ground, visit, shoot):
    page = visit("/desk/people/new/", by="worker")
    shoot(page, "desk-person-new")
    page.get_by_label("姓名").fill("刘芳")
    page.get_by_label("手机号").fill("1371234")
    page.get_by_label("愿意作为志愿者接受召集").check()
    page.get_by_role("button", name="登记", exact=True).click()
    page.locator(".note-bad").wait_for()
    shoot(page, "desk-person-new-wrong")
    page.get_by_label("手机号").fill("13798765432")
    page.get_by_label("看过或听过").check()
    page.get_by_role("button", name="登记", exact=True).click()

    page.get_by_role("heading", name="刘芳").wait_for()
    assert page.get_by_label("姓名").count() == 0


def test_worker_corrects(ground, visit, shoot):
    page = visit(f"/desk/people/{ground.person('volunteer').code}/edit/", by="worker")

    shoot(page, "desk-person-edit")


def test_volunteer_says_when_and_what(ground, visit, shoot):
    page = visit("/my/profile/", by="volunteer", width=360)
    shoot(page, "my-profile")
    page.get_by_label("Friday").or_(page.get_by_label("星期五 上午 6–12 点")).first.check(force=True)
    page.get_by_role("button", name="保存设置").click()
    page.wait_for_load_state("networkidle")

    page.reload()
    assert page.locator('input[name="week"][value="17"]').is_checked()


@pytest.mark.parametrize("look", [{"theme": "dark"}, {"text": "large"}, {"language": "en"}])
def test_own_pages_in_every_look(ground, visit, shoot, look):
    page = visit("/my/profile/", by="volunteer", width=360, **look)
    shoot(page, "my-profile-" + "-".join(look.values()), widths=(360,))
    page.goto("/my/disclosures/")
    shoot(page, "my-disclosures-" + "-".join(look.values()), widths=(360,))


def test_volunteer_sees_who_looked(ground, visit, shoot):
    page = visit("/my/disclosures/", by="volunteer", width=360)

    assert page.get_by_text("周敏").count() == 1 + 1
    shoot(page, "my-disclosures")


def test_nobody_looked_is_said(ground, visit, shoot):
    page = visit("/my/disclosures/", by="guard", width=360)
    shoot(page, "my-disclosures-none")
    page.goto("/my/profile/")
    shoot(page, "my-profile-not-yet")
