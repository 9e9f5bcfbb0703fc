"""The door in a browser: every way in, every no with its sentence, what was typed kept, and how a session ends."""

import re
from datetime import timedelta
from unittest import mock

import pyotp
import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from muster.audit.models import Entry
from muster.notifications.models import Message
from muster.people.actions import accounts, sign_in
from muster.people.models import Account
from muster.toolkit.actor import SYSTEM
from tests.people.asking import digits_of, sent_code, text, wrong
from tests.world import World

PHONE_URL, CODE_URL = "/sign-in/", "/sign-in/code/"
PASSWORD_URL, TOTP_URL = "/sign-in/password/", "/sign-in/totp/"
PASSWORD = "浣花溪 evening boat"
MY_HOME = "/my/"


def is_in(client: Client) -> bool:
    return bool("_auth_user_id" in client.session)


class TestPhone:
    def test_phone_and_code_lead_to_where_one_wanted_to_go(self, world: World, client: Client) -> None:
        assert client.get(f"{PHONE_URL}?next=/my/records/").status_code == 200
        asked = client.post(PHONE_URL, {"phone": digits_of(world.person("volunteer"))})
        page = client.get(CODE_URL)
        done = client.post(CODE_URL, {"code": sent_code()})

        assert (asked.status_code, asked["Location"]) == (302, CODE_URL)
        assert "130****0013" in text(page)
        assert (done.status_code, done["Location"]) == (302, "/my/records/")
        assert is_in(client)
        assert Entry.objects.filter(verb="people.account.signed_in").count() == 1

    def test_first_sign_in_makes_the_account(self, world: World, client: Client) -> None:
        person = world.volunteer(1)
        client.post(PHONE_URL, {"phone": "13900000001"})

        done = client.post(CODE_URL, {"code": sent_code()})

        assert done["Location"] == MY_HOME
        assert Account.objects.get(person=person).login == person.code.lower()

    def test_way_back_never_leads_to_another_site(self, world: World, client: Client) -> None:
        client.get(f"{PHONE_URL}?next=https://evil.example/")
        client.post(PHONE_URL, {"phone": digits_of(world.person("volunteer"))})

        assert client.post(CODE_URL, {"code": sent_code()})["Location"] == MY_HOME

    def test_wrong_number_is_kept_with_its_sentence(self, world: World, client: Client) -> None:
        response = client.post(PHONE_URL, {"phone": "1300000"})

        assert response.status_code == 422
        assert 'value="1300000"' in text(response)
        assert 'aria-invalid="true"' in text(response)
        assert not Message.objects.exists()

    def test_empty_number_asks_for_one(self, world: World, client: Client) -> None:
        assert client.post(PHONE_URL, {"phone": ""}).status_code == 422

    def test_unknown_and_known_numbers_look_the_same_until_the_code(
        self, world: World, client: Client
    ) -> None:
        client.post(PHONE_URL, {"phone": "13999999999"})
        unknown = text(client.get(CODE_URL))
        other = Client()
        other.post(PHONE_URL, {"phone": digits_of(world.person("volunteer"))})
        known = text(other.get(CODE_URL))

        def neutral(page: str) -> str:
            page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
            return re.sub(r"1\d{2}\*{4}\d{4}|data-reopen=\"\d+\"", "", page)

        assert neutral(unknown) == neutral(known)
        proven = client.post(CODE_URL, {"code": first_code("13999999999")})
        assert proven.status_code == 200
        assert "139****9999" in text(proven)
        assert not is_in(client)

    def test_wrong_code_says_how_often_one_may_still_try(self, world: World, client: Client) -> None:
        client.post(PHONE_URL, {"phone": digits_of(world.person("volunteer"))})
        code = sent_code()

        response = client.post(CODE_URL, {"code": wrong(code)})

        assert response.status_code == 422
        assert " 4 " in text(response)
        assert f'value="{wrong(code)}"' in text(response)
        assert client.post(CODE_URL, {"code": code}).status_code == 302

    def test_five_wrong_codes_lock_the_number_and_store_it_nowhere(
        self, world: World, client: Client
    ) -> None:
        number = digits_of(world.person("volunteer"))
        client.post(PHONE_URL, {"phone": number})
        code = sent_code()

        statuses = [client.post(CODE_URL, {"code": wrong(code)}).status_code for _ in range(5)]

        assert statuses == [422, 422, 422, 422, 429]
        assert client.post(CODE_URL, {"code": code}).status_code == 429
        assert not is_in(client)
        stored = str(list(AccessAttempt.objects.values()))
        assert number not in stored
        assert code not in stored
        assert wrong(code) not in stored

    def test_right_code_forgets_the_failures(self, world: World, client: Client) -> None:
        client.post(PHONE_URL, {"phone": digits_of(world.person("volunteer"))})
        for _ in range(3):
            client.post(CODE_URL, {"code": wrong(sent_code())})

        client.post(CODE_URL, {"code": sent_code()})

        assert not AccessAttempt.objects.exists()

    def test_closed_account_is_not_let_in(self, world: World, client: Client) -> None:
        Account.objects.filter(login="volunteer").update(is_active=False)
        client.post(PHONE_URL, {"phone": digits_of(world.person("volunteer"))})

        assert client.post(CODE_URL, {"code": sent_code()}).status_code == 409
        assert not is_in(client)

    def test_code_page_without_a_number_begins_at_the_beginning(self, client: Client, db: None) -> None:
        assert client.get(CODE_URL)["Location"] == PHONE_URL

    def test_another_code_may_be_asked_for_after_a_minute(self, world: World, client: Client) -> None:
        client.post(PHONE_URL, {"phone": digits_of(world.person("volunteer"))})

        refused = client.post(f"{CODE_URL}again/")
        later = timezone.now() + timedelta(minutes=1)
        with mock.patch("django.utils.timezone.now", return_value=later):
            again = client.post(f"{CODE_URL}again/")

        assert (refused.status_code, again["Location"]) == (409, CODE_URL)
        assert Message.objects.count() == 2

    def test_session_holds_no_number(self, world: World, client: Client) -> None:
        client.post(PHONE_URL, {"phone": digits_of(world.person("volunteer"))})

        assert digits_of(world.person("volunteer")) not in str(dict(client.session))

    def test_phone_alone_does_not_wake_a_back_office_role(self, world: World, client: Client) -> None:
        client.post(PHONE_URL, {"phone": digits_of(world.person("county_overseer"))})

        done = client.post(CODE_URL, {"code": sent_code()})

        assert done["Location"] == MY_HOME


def first_code(digits: str) -> str:
    message = next(one for one in Message.objects.order_by("id") if one.address == f"+86{digits}")
    found = re.search(r"\d{6}", str(message.body))
    assert found
    return found.group()


class TestPassword:
    @pytest.fixture(autouse=True)
    def passwords(self, world: World) -> None:
        for name in ("worker", "auditor"):
            accounts.set_password(world.account(name), PASSWORD, actor=SYSTEM)

    def test_worker_comes_in_with_a_password(self, world: World, client: Client) -> None:
        before = client.session.session_key

        done = client.post(PASSWORD_URL, {"login": " Worker ", "password": PASSWORD})

        assert done["Location"] == "/desk/"
        assert is_in(client)
        assert client.session.session_key != before

    def test_wrong_password_says_so_and_keeps_the_name(self, world: World, client: Client) -> None:
        response = client.post(PASSWORD_URL, {"login": "worker", "password": "wrong"})

        assert response.status_code == 422
        assert 'value="worker"' in text(response)
        assert "wrong" not in text(response).replace("wrong-", "")
        assert not is_in(client)

    def test_unknown_name_and_wrong_password_look_the_same(self, world: World, client: Client) -> None:
        pages = [
            re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nobody|worker', "", text(page))
            for page in (
                client.post(PASSWORD_URL, {"login": "worker", "password": "wrong"}),
                client.post(PASSWORD_URL, {"login": "nobody", "password": "wrong"}),
            )
        ]

        assert pages[0] == pages[1]

    def test_five_failures_lock_the_account_also_for_the_right_password(
        self, world: World, client: Client
    ) -> None:
        statuses = [
            client.post(PASSWORD_URL, {"login": "worker", "password": "wrong"}).status_code for _ in range(5)
        ]

        assert statuses == [422, 422, 422, 422, 429]
        assert client.post(PASSWORD_URL, {"login": "worker", "password": PASSWORD}).status_code == 429
        assert client.post(PASSWORD_URL, {"login": "auditor", "password": PASSWORD}).status_code == 302
        assert "worker" not in str(list(AccessAttempt.objects.values("username", "post_data", "get_data")))

    def test_lock_opens_after_half_an_hour(self, world: World, client: Client) -> None:
        for _ in range(5):
            client.post(PASSWORD_URL, {"login": "worker", "password": "wrong"})
        later = timezone.now() + timedelta(minutes=31)

        with mock.patch("axes.handlers.proxy.now", return_value=later):
            done = client.post(PASSWORD_URL, {"login": "worker", "password": PASSWORD})

        assert done.status_code == 302

    def test_one_address_that_tries_many_names_is_locked(
        self, world: World, client: Client, settings: Settings
    ) -> None:
        settings.ADDRESS_FAILURE_LIMIT = 3
        for number in range(3):
            client.post(PASSWORD_URL, {"login": f"name{number}", "password": "wrong"})

        assert client.post(PASSWORD_URL, {"login": "worker", "password": PASSWORD}).status_code == 429
        other = Client(REMOTE_ADDR="10.0.0.9")
        assert other.post(PASSWORD_URL, {"login": "worker", "password": PASSWORD}).status_code == 302

    def test_back_office_role_is_not_in_before_the_authenticator(self, world: World, client: Client) -> None:
        done = client.post(PASSWORD_URL, {"login": "auditor", "password": PASSWORD})

        assert done["Location"] == TOTP_URL
        assert not is_in(client)

    def test_first_time_shows_the_key_and_the_next_time_does_not(self, world: World, client: Client) -> None:
        client.post(PASSWORD_URL, {"login": "auditor", "password": PASSWORD})
        first, again = text(client.get(TOTP_URL)), text(client.get(TOTP_URL))
        found = re.search(r"<b class=\"num\">((?:[A-Z2-7]{4} ?){8})</b>", first)
        assert found
        spelled, secret = found.group(1), found.group(1).replace(" ", "")
        assert "<svg" in first
        assert spelled in again
        assert secret not in str(dict(client.session))

        done = client.post(TOTP_URL, {"code": pyotp.TOTP(secret).now()})

        assert done["Location"] == "/desk/trail/"
        assert Account.objects.get(login="auditor").totp_secret == secret
        other = Client()
        other.post(PASSWORD_URL, {"login": "auditor", "password": PASSWORD})
        assert spelled not in text(other.get(TOTP_URL))

    def test_wrong_authenticator_code_is_counted_and_locks(self, world: World, client: Client) -> None:
        client.post(PASSWORD_URL, {"login": "auditor", "password": PASSWORD})
        secret = enrolled(world, "auditor")
        good = pyotp.TOTP(secret).now()

        statuses = [client.post(TOTP_URL, {"code": wrong(good)}).status_code for _ in range(5)]

        assert statuses == [422, 422, 422, 422, 429]
        assert client.post(TOTP_URL, {"code": good}).status_code == 429
        assert not is_in(client)

    def test_authenticator_page_forgets_after_ten_minutes(self, world: World, client: Client) -> None:
        client.post(PASSWORD_URL, {"login": "auditor", "password": PASSWORD})
        later = timezone.now() + timedelta(minutes=11)

        with mock.patch("django.utils.timezone.now", return_value=later):
            assert client.get(TOTP_URL)["Location"] == PASSWORD_URL

    def test_authenticator_page_alone_opens_nothing(self, world: World, client: Client) -> None:
        assert client.get(TOTP_URL)["Location"] == PASSWORD_URL
        assert client.post(TOTP_URL, {"code": "123456"})["Location"] == PASSWORD_URL


def enrolled(world: World, name: str) -> str:
    secret = sign_in.new_totp_secret()
    Account.objects.filter(pk=world.account(name).pk).update(
        totp_secret=secret, totp_confirmed_at=timezone.now()
    )
    return secret


class TestLink:
    def test_link_asks_before_it_is_used(self, world: World, client: Client) -> None:
        url = f"/sign-in/link/{sign_in.make_link(world.account('worker'), actor=SYSTEM)}/"

        shown, shown_again = client.get(url), client.get(url)
        done = client.post(url)

        assert (shown.status_code, shown_again.status_code) == (200, 200)
        assert "周敏" in text(shown)
        assert done["Location"] == "/desk/"
        assert client.post(url).status_code == 409

    def test_forged_link_says_what_to_do(self, client: Client, db: None) -> None:
        assert client.get("/sign-in/link/nonsense/").status_code == 409

    def test_link_wakes_two_factor_roles_in_the_demo_only(
        self, world: World, client: Client, settings: Settings
    ) -> None:
        demo = sign_in.make_link(world.account("auditor"), actor=SYSTEM)
        real = sign_in.make_link(world.account("auditor"), actor=SYSTEM)

        assert client.post(f"/sign-in/link/{demo}/")["Location"] == "/desk/trail/"
        settings.PRODUCTION = True
        other = Client()
        assert other.post(f"/sign-in/link/{real}/")["Location"] == TOTP_URL
        assert not is_in(other)


@pytest.mark.parametrize("url", [PHONE_URL, PASSWORD_URL])
def test_door_pages_work_for_everybody(world: World, url: str) -> None:
    for name in ("stranger", "worker"):
        assert world.client_for(name).get(url).status_code == 200


def test_door_is_guarded_against_forged_forms(world: World) -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post(PHONE_URL, {"phone": "13000000001"}).status_code == 403
    assert not Message.objects.exists()
