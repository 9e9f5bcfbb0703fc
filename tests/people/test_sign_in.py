"""Proofs of who somebody is: each is good once, each failure is counted, nothing is told about others."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pyotp
import pytest
from django.db import connection

from muster.audit.models import Entry
from muster.notifications.models import Message
from muster.people import links
from muster.people.actions import sign_in
from muster.people.models import Account, Person, SignInCode
from muster.toolkit.actor import SYSTEM
from tests.people.asking import refusal_of, sent_code, wrong
from tests.racing import at_once
from tests.world import HERE, World, make_divisions, make_person

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PHONE = "13700000001"


@pytest.mark.django_db
class TestCode:
    def test_code_goes_to_the_phone_and_opens_once(self) -> None:
        person = make_person("刘芳", PHONE, HERE, "volunteer")

        number = sign_in.send_code("137 0000 0001", at=NOW)

        message = Message.objects.get()
        assert (number, message.address, message.topic) == ("+8613700000001", number, "sign_in_code")
        assert message.person_id == person.pk
        assert sign_in.use_code(number, sent_code(), at=NOW) == person
        assert refusal_of(lambda: sign_in.use_code(number, sent_code(), at=NOW)) == "code_expired"

    def test_code_is_read_as_people_type_it(self) -> None:
        make_person("刘芳", PHONE, HERE, "volunteer")
        number = sign_in.send_code(PHONE, at=NOW)
        code = sent_code()
        full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in code)

        assert sign_in.use_code(number, f" {full_width[:3]} {full_width[3:]} ", at=NOW) is not None

    def test_database_holds_no_code(self) -> None:
        sign_in.send_code(PHONE, at=NOW)

        with connection.cursor() as cursor:
            cursor.execute("SELECT s::text, m::text FROM people_signincode s, notifications_message m")
            rows = " ".join(cursor.fetchone())
        assert sent_code() not in rows
        assert PHONE not in rows

    def test_unknown_phone_is_told_apart_only_by_its_owner(self) -> None:
        number = sign_in.send_code(PHONE, at=NOW)

        assert refusal_of(lambda: sign_in.use_code(number, wrong(sent_code()), at=NOW)) == "code_wrong"
        assert sign_in.use_code(number, sent_code(), at=NOW) is None

    def test_erased_person_is_nobody(self) -> None:
        person = make_person("刘芳", PHONE, HERE, "volunteer")
        Person.objects.filter(pk=person.pk).update(erased_at=NOW)
        number = sign_in.send_code(PHONE, at=NOW)

        assert sign_in.use_code(number, sent_code(), at=NOW) is None

    def test_code_ends_after_five_minutes(self) -> None:
        number = sign_in.send_code(PHONE, at=NOW)

        late = NOW + timedelta(minutes=5)

        assert refusal_of(lambda: sign_in.use_code(number, sent_code(), at=late)) == "code_expired"

    def test_code_dies_after_five_wrong_tries(self) -> None:
        number = sign_in.send_code(PHONE, at=NOW)
        code = sent_code()

        codes = [refusal_of(lambda: sign_in.use_code(number, wrong(code), at=NOW)) for _ in range(5)]

        assert codes == ["code_wrong"] * 4 + ["code_used_up"]
        assert refusal_of(lambda: sign_in.use_code(number, code, at=NOW)) == "code_used_up"

    def test_only_the_newest_code_opens(self) -> None:
        number = sign_in.send_code(PHONE, at=NOW)
        first = sent_code()
        later = NOW + timedelta(minutes=1)
        sign_in.send_code(PHONE, at=later)

        if first != sent_code():
            assert refusal_of(lambda: sign_in.use_code(number, first, at=later)) == "code_wrong"
        assert sign_in.use_code(number, sent_code(), at=later) is None

    def test_code_without_one_sent_is_refused(self) -> None:
        assert refusal_of(lambda: sign_in.use_code("+8613700000001", "123456", at=NOW)) == "code_expired"

    def test_codes_come_no_faster_than_once_a_minute_and_five_an_hour(self) -> None:
        sign_in.send_code(PHONE, at=NOW)

        assert refusal_of(lambda: sign_in.send_code(PHONE, at=NOW + timedelta(seconds=59))) == "code_too_soon"
        assert sign_in.wait_for_code("+8613700000001", NOW + timedelta(seconds=20)) == 40
        for minute in range(1, 5):
            sign_in.send_code(PHONE, at=NOW + timedelta(minutes=minute))
        assert refusal_of(lambda: sign_in.send_code(PHONE, at=NOW + timedelta(minutes=30))) == "code_too_many"
        sign_in.send_code(PHONE, at=NOW + timedelta(minutes=61))
        assert Message.objects.count() == 6

    def test_one_address_cannot_make_every_phone_ring(self) -> None:
        for number in range(60):
            sign_in.send_code(f"137{number:08d}", address="10.0.0.7", at=NOW)

        assert (
            refusal_of(lambda: sign_in.send_code("13799999999", address="10.0.0.7", at=NOW))
            == "code_too_many"
        )
        sign_in.send_code("13799999999", address="10.0.0.8", at=NOW)

    def test_bad_number_sends_nothing(self) -> None:
        assert refusal_of(lambda: sign_in.send_code("1370000", at=NOW)) == "phone_too_short"
        assert not SignInCode.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_send_one_code() -> None:
    outcomes = at_once([partial(sign_in.send_code, PHONE, at=NOW)] * 4)

    assert Counter(outcomes) == {"+8613700000001": 1, "code_too_soon": 3}
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_wrong_tries_at_once_are_all_counted() -> None:
    number = sign_in.send_code(PHONE, at=NOW)
    code = sent_code()

    outcomes = at_once([partial(sign_in.use_code, number, wrong(code), at=NOW)] * 8)

    assert Counter(outcomes) == {"code_wrong": 4, "code_used_up": 4}
    assert SignInCode.objects.get().failures == 5


class TestAuthenticator:
    def test_first_code_confirms_the_secret_and_is_used_up(self, world: World) -> None:
        account, secret = world.account("auditor"), sign_in.new_totp_secret()
        code = pyotp.TOTP(secret).at(NOW)

        sign_in.confirm_totp(account, secret, code, actor=SYSTEM, at=NOW)

        account.refresh_from_db()
        assert (account.totp_secret, account.totp_confirmed_at) == (secret, NOW)
        assert refusal_of(lambda: sign_in.use_totp(account, code, at=NOW)) == "totp_wrong"
        later = NOW + timedelta(seconds=30)
        sign_in.use_totp(account, pyotp.TOTP(secret).at(later), at=later)

    def test_code_may_be_one_step_off_and_no_more(self, world: World) -> None:
        account, secret = world.account("auditor"), sign_in.new_totp_secret()
        account.totp_secret, account.totp_confirmed_at = secret, NOW
        account.save()
        totp = pyotp.TOTP(secret)

        for seconds in (-60, 60):
            code = totp.at(NOW + timedelta(seconds=seconds))
            assert refusal_of(partial(sign_in.use_totp, account, code, at=NOW)) == "totp_wrong"
        sign_in.use_totp(account, totp.at(NOW - timedelta(seconds=30)), at=NOW)
        sign_in.use_totp(account, totp.at(NOW + timedelta(seconds=30)), at=NOW)
        assert refusal_of(lambda: sign_in.use_totp(account, totp.at(NOW), at=NOW)) == "totp_wrong"

    def test_wrong_first_code_confirms_nothing(self, world: World) -> None:
        account = world.account("auditor")

        code = refusal_of(
            lambda: sign_in.confirm_totp(account, sign_in.new_totp_secret(), "000000", actor=SYSTEM, at=NOW)
        )

        assert code == "totp_wrong"
        assert Account.objects.get(pk=account.pk).totp_secret == ""

    def test_second_secret_cannot_replace_the_confirmed_one(self, world: World) -> None:
        account = world.account("auditor")
        first, second = sign_in.new_totp_secret(), sign_in.new_totp_secret()
        sign_in.confirm_totp(account, first, pyotp.TOTP(first).at(NOW), actor=SYSTEM, at=NOW)

        code = refusal_of(
            lambda: sign_in.confirm_totp(account, second, pyotp.TOTP(second).at(NOW), actor=SYSTEM, at=NOW)
        )

        assert code == "totp_confirmed_already"
        assert Account.objects.get(pk=account.pk).totp_secret == first

    @pytest.mark.parametrize("typed", ["", "abc", "12345", "1234567"])
    def test_without_an_authenticator_no_code_is_right(self, world: World, typed: str) -> None:
        assert refusal_of(lambda: sign_in.use_totp(world.account("auditor"), typed, at=NOW)) == "totp_wrong"

    def test_reset_asks_for_a_new_one(self, world: World) -> None:
        account, secret = world.account("auditor"), sign_in.new_totp_secret()
        sign_in.confirm_totp(account, secret, pyotp.TOTP(secret).at(NOW), actor=SYSTEM, at=NOW)

        sign_in.reset_totp(account, actor=SYSTEM, at=NOW)

        account.refresh_from_db()
        assert (account.totp_secret, account.totp_confirmed_at) == ("", None)
        assert Entry.objects.filter(verb="people.account.second_factor_reset").count() == 1


class TestLink:
    def test_link_signs_in_once(self, world: World) -> None:
        token = sign_in.make_link(world.account("worker"), actor=SYSTEM, at=NOW)

        assert sign_in.read_link(token, at=NOW)[0] == world.account("worker")
        assert sign_in.use_link(token, at=NOW) == world.account("worker")
        assert refusal_of(lambda: sign_in.use_link(token, at=NOW)) == "link_used"
        assert refusal_of(lambda: sign_in.read_link(token, at=NOW)) == "link_used"

    def test_link_ends(self, world: World) -> None:
        token = sign_in.make_link(world.account("worker"), actor=SYSTEM, at=NOW)

        assert refusal_of(lambda: sign_in.use_link(token, at=NOW + timedelta(hours=12))) == "link_expired"

    def test_link_of_another_purpose_signs_nobody_in(self, world: World) -> None:
        token = links.make("offer", f"{world.account('worker').code}1", expires_at=NOW + timedelta(hours=1))

        assert refusal_of(lambda: sign_in.use_link(token, at=NOW)) == "link_forged"

    def test_link_of_one_account_does_not_open_another(self, world: World) -> None:
        sign_in.make_link(world.account("volunteer"), actor=SYSTEM, at=NOW)
        row = SignInCode.objects.get()
        token = links.make(
            sign_in.LINK_PURPOSE,
            f"{world.account('administrator').code}{row.pk}",
            expires_at=NOW + timedelta(hours=1),
        )

        assert refusal_of(lambda: sign_in.use_link(token, at=NOW)) == "link_used"

    def test_link_of_a_closed_account_is_refused(self, world: World) -> None:
        token = sign_in.make_link(world.account("worker"), actor=SYSTEM, at=NOW)
        Account.objects.filter(login="worker").update(is_active=False)

        assert refusal_of(lambda: sign_in.use_link(token, at=NOW)) == "account_closed"


@pytest.mark.django_db(transaction=True)
def test_link_used_twice_at_once_signs_in_once() -> None:
    make_divisions()
    account = Account.objects.create(login="one", person=make_person("刘芳", PHONE, HERE, "volunteer"))
    token = sign_in.make_link(account, actor=SYSTEM, at=NOW)

    outcomes = at_once([partial(sign_in.use_link, token, at=NOW)] * 4)

    assert outcomes.count(account) == 1
    assert outcomes.count("link_used") == 3
