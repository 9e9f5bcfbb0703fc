"""One's own password: chosen by who has proven enough, and the end of every other session."""

from typing import Any

import pyotp
import pytest
from django.core.exceptions import ValidationError
from django.forms import Form
from django.test import Client

from muster.audit.models import Entry
from muster.people.actions import accounts, sign_in
from muster.people.forms.my import OwnPasswordForm
from muster.people.forms.sign_in import PasswordForm
from muster.people.models import Account
from muster.toolkit.actor import SYSTEM
from tests.people.asking import text
from tests.people.test_middleware import weak
from tests.world import World

URL = "/my/password/"
OLD, NEW = "浣花溪 evening boat", "锦江 early morning walk"


def said(**changes: str) -> dict[str, str]:
    return {"current": OLD, "password": NEW, "again": NEW, **changes}


def signs_in(login: str, password: str) -> Any:
    return Client().post("/sign-in/password/", {"login": login, "password": password})


@pytest.fixture
def worker(world: World) -> Client:
    """A worker with a password, signed in."""
    accounts.set_password(world.account("worker"), OLD, actor=SYSTEM)
    return world.client_for("worker")


def test_a_first_password_is_chosen_without_one_of_now(world: World) -> None:
    client = world.client_for("worker")
    assert 'name="current"' not in text(client.get(URL))

    done = client.post(URL, {"password": NEW, "again": NEW})

    assert done["Location"] == "/my/profile/"
    assert signs_in("worker", NEW)["Location"] == "/desk/"


def test_a_new_password_replaces_the_one_of_now(worker: Client) -> None:
    worker.post(URL, said())

    assert signs_in("worker", NEW).status_code == 302
    assert signs_in("worker", OLD).status_code == 422
    assert Entry.objects.filter(verb="people.account.password_set").count() == 2


def test_this_session_goes_on_and_every_other_one_ends(world: World, worker: Client) -> None:
    other = world.client_for("worker")
    assert other.get("/desk/people/").status_code == 200

    worker.post(URL, said())

    assert worker.get("/desk/people/").status_code == 200
    assert other.get("/desk/people/").status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"current": ""}, "current"),
        ({"current": "something else"}, "current"),
        ({"current": OLD.upper()}, "current"),
        ({"password": "short", "again": "short"}, "password"),
        ({"password": "1234567890", "again": "1234567890"}, "password"),
        ({"password": "password123", "again": "password123"}, "password"),
        ({"again": f"{NEW} "}, "again"),
        ({"again": ""}, "again"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_no_password_is_on_the_page(
    worker: Client, changes: dict[str, str], field: str
) -> None:
    response = worker.post(URL, said(**changes))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    for secret in (OLD, NEW):
        assert secret not in text(response)
    assert signs_in("worker", OLD).status_code == 302


def test_guessing_the_password_of_now_locks_after_five(worker: Client) -> None:
    """An unlocked screen in an office is not enough to take an account over."""
    statuses = [worker.post(URL, said(current=f"guess {n}")).status_code for n in range(5)]

    assert statuses == [422, 422, 422, 422, 429]
    assert worker.post(URL, said()).status_code == 429
    assert Account.objects.get(login="worker").check_password(OLD)


@pytest.mark.parametrize("name", ["auditor", "administrator", "county_overseer"])
def test_a_phone_alone_chooses_no_password_for_a_back_office_role(world: World, name: str) -> None:
    """Else a stolen phone would choose it, sign in with it, and set up an authenticator of its own."""
    response = weak(world, name).post(URL, {"password": NEW, "again": NEW})

    assert response.status_code == 422
    assert not Account.objects.get(login=name).has_usable_password()
    strong = world.client_for(name).post(URL, {"password": NEW, "again": NEW})
    assert strong.status_code == 302


def test_who_ever_had_an_authenticator_proves_it_first(world: World) -> None:
    secret = sign_in.new_totp_secret()
    sign_in.confirm_totp(world.account("volunteer"), secret, pyotp.TOTP(secret).now(), actor=SYSTEM)

    assert weak(world, "volunteer").post(URL, {"password": NEW, "again": NEW}).status_code == 422
    assert world.client_for("volunteer").post(URL, {"password": NEW, "again": NEW}).status_code == 302


def test_the_way_of_a_new_auditor_from_link_to_password(world: World, settings: Any) -> None:
    """In production: the link proves the phone, the authenticator is set up, then a password is chosen."""
    settings.PRODUCTION = True
    client = Client()
    token = sign_in.make_link(world.account("auditor"), actor=SYSTEM)
    assert client.post(f"/sign-in/link/{token}/")["Location"] == "/sign-in/totp/"
    secret = client.get("/sign-in/totp/").context["secret"]
    assert client.post("/sign-in/totp/", {"code": pyotp.TOTP(secret).now()}).status_code == 302

    client.post(URL, {"password": NEW, "again": NEW})

    assert client.get("/desk/trail/").status_code == 200
    assert signs_in("auditor", NEW)["Location"] == "/sign-in/totp/"


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "办公登录用的密码"), ("en", "A password for office work")]
)
def test_the_page_speaks_both_languages_and_is_found_from_the_settings(
    world: World, language: str, words: str
) -> None:
    client = world.client_for("worker")
    client.cookies["django_language"] = language

    assert words in text(client.get(URL))
    assert f'href="{URL}"' in text(client.get("/my/profile/"))


@pytest.mark.parametrize(
    ("form", "keepers"),
    [
        (PasswordForm(), {"password": "current-password"}),
        (
            OwnPasswordForm(None, has_password=True),
            {"current": "current-password", "password": "new-password", "again": "new-password"},
        ),
        (OwnPasswordForm(None, has_password=False), {"password": "new-password", "again": "new-password"}),
    ],
)
def test_a_keeper_of_passwords_is_told_which_is_new_and_none_is_trimmed(
    form: Form, keepers: dict[str, str]
) -> None:
    fields = {name: field for name, field in form.fields.items() if name != "login"}

    assert {name: field.widget.attrs["autocomplete"] for name, field in fields.items()} == keepers
    assert {name: field.clean(" a b ") for name, field in fields.items()} == dict.fromkeys(keepers, " a b ")
    for field in fields.values():
        with pytest.raises(ValidationError, match=str(field.error_messages["required"])):
            field.clean("")
        with pytest.raises(ValidationError):
            field.clean("x" * 201)
