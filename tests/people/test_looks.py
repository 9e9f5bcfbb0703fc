"""How pages look follows the account, and a device's own choice wins."""

import pytest

from muster.audit.models import Entry
from muster.people.actions import looks, sign_in
from muster.people.enums import Theme
from muster.people.models import Account

pytestmark = pytest.mark.django_db


def test_a_choice_is_kept_with_the_account_and_the_rest_stays(world):
    account = world.account("worker")

    looks.choose(account, {"text": "large"}, actor=world.actor("worker"))

    account.refresh_from_db()
    assert (account.wants_large_text, account.theme, account.language) == (True, Theme.AUTO, "zh-hans")
    entry = Entry.objects.get(verb="people.account.look_chosen")
    assert (entry.object_code, entry.detail) == (account.code, {"chosen": ["text"]})


def test_nothing_chosen_writes_nothing(world):
    looks.choose(world.account("worker"), {}, actor=world.actor("worker"))

    assert not Entry.objects.filter(verb="people.account.look_chosen").exists()


def test_colors_that_were_never_chosen_are_left_to_the_device(world):
    account = world.account("worker")
    assert looks.look_of(account) == {"text": "normal", "language": "zh-hans"}

    looks.choose(account, {"theme": "dark", "language": "en"}, actor=world.actor("worker"))

    account.refresh_from_db()
    assert looks.look_of(account) == {"text": "normal", "language": "en", "theme": "dark"}


def test_the_switch_on_a_page_reaches_the_account(world):
    world.client_for("worker").post("/preferences/", {"theme": "dark"})

    assert Account.objects.get(login="worker").theme == Theme.DARK


def test_a_stranger_switches_only_the_device(client, world):
    client.post("/preferences/", {"theme": "dark"})

    assert not Account.objects.exclude(theme=Theme.AUTO).exists()


def sign_in_by_link(client, world):
    token = sign_in.make_link(world.account("volunteer"), actor=world.actor("administrator"))
    return client.post(f"/sign-in/link/{token}/")


def test_a_new_device_looks_like_the_last_one(client, world):
    looks.choose(
        world.account("volunteer"), {"text": "large", "theme": "dark"}, actor=world.actor("volunteer")
    )

    response = sign_in_by_link(client, world)

    assert response.cookies["muster_text"].value == "large"
    assert response.cookies["muster_theme"].value == "dark"


def test_what_the_device_chose_before_stays(client, world):
    looks.choose(world.account("volunteer"), {"text": "large"}, actor=world.actor("volunteer"))
    client.cookies["muster_text"] = "normal"

    response = sign_in_by_link(client, world)

    assert "muster_text" not in response.cookies
