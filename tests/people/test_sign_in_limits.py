"""Proofs at their edges: the exact second, the last try, the sixtieth code, and roles that ended yesterday."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pyotp
import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation

from muster.notifications.models import Message
from muster.people.actions import accounts, sign_in
from muster.people.enums import RoleKind
from muster.people.models import Account, Role, SignInCode
from muster.toolkit.actor import SYSTEM
from muster.toolkit.refusal import Refused
from tests.people.asking import digits_of, refusal_of, sent_code, text, wrong
from tests.racing import at_once
from tests.world import HERE, World, make_divisions, make_person

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PHONE, OTHER = "13700000001", "13700000002"
PASSWORD = "浣花溪 evening boat"


def after(**length: float) -> datetime:
    return NOW + timedelta(**length)


@pytest.mark.django_db
class TestCode:
    @pytest.mark.parametrize(
        ("seconds", "opens"), [(0, True), (299, True), (299.999, True), (300, False), (301, False)]
    )
    def test_it_ends_in_the_three_hundredth_second(self, seconds: float, opens: bool) -> None:
        person = make_person("刘芳", PHONE, HERE, "volunteer")
        number = sign_in.send_code(PHONE, at=NOW)
        use = partial(sign_in.use_code, number, sent_code(), at=after(seconds=seconds))

        if opens:
            assert use() == person
        else:
            assert refusal_of(use) == "code_expired"

    def test_each_wrong_try_says_how_many_are_left(self) -> None:
        number = sign_in.send_code(PHONE, at=NOW)
        said = []
        with translation.override("en"):
            for _ in range(4):
                with pytest.raises(Refused) as caught:
                    sign_in.use_code(number, wrong(sent_code()), at=NOW)
                said.append(caught.value.message)

        assert ["4 more times" in said[0], "3 more times" in said[1], "2 more times" in said[2]] == [True] * 3
        assert "1 more time." in said[3]

    def test_the_fifth_try_may_still_be_the_right_one(self) -> None:
        person = make_person("刘芳", PHONE, HERE, "volunteer")
        number = sign_in.send_code(PHONE, at=NOW)
        for _ in range(4):
            refusal_of(partial(sign_in.use_code, number, wrong(sent_code()), at=NOW))

        assert sign_in.use_code(number, sent_code(), at=NOW) == person

    def test_a_new_code_brings_new_tries(self) -> None:
        make_person("刘芳", PHONE, HERE, "volunteer")
        number = sign_in.send_code(PHONE, at=NOW)
        for _ in range(5):
            refusal_of(partial(sign_in.use_code, number, wrong(sent_code()), at=NOW))
        sign_in.send_code(PHONE, at=after(minutes=1))

        assert sign_in.use_code(number, sent_code(), at=after(minutes=1)) is not None

    def test_the_code_of_one_phone_opens_no_other(self) -> None:
        make_person("王伟", OTHER, HERE, "volunteer")
        sign_in.send_code(OTHER, at=NOW)
        theirs = sent_code()
        mine = sign_in.send_code(PHONE, at=NOW)

        if theirs != sent_code():
            assert refusal_of(partial(sign_in.use_code, mine, theirs, at=NOW)) == "code_wrong"
        # The same digits would have another fingerprint: it is keyed with the phone.
        first, second = SignInCode.objects.order_by("pk")
        assert first.code_index != second.code_index

    @pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1234567", "１２３", "💥"])
    def test_what_is_no_code_counts_as_a_wrong_try_and_breaks_nothing(self, typed: str) -> None:
        number = sign_in.send_code(PHONE, at=NOW)

        assert refusal_of(partial(sign_in.use_code, number, typed, at=NOW)) == "code_wrong"
        assert SignInCode.objects.get().failures == 1

    def test_a_used_code_is_over_whatever_is_typed(self) -> None:
        number = sign_in.send_code(PHONE, at=NOW)
        code = sent_code()
        sign_in.use_code(number, code, at=NOW)

        for typed in (code, wrong(code)):
            assert refusal_of(partial(sign_in.use_code, number, typed, at=NOW)) == "code_expired"


@pytest.mark.django_db
class TestRate:
    @pytest.mark.parametrize(("seconds", "code"), [(0, "code_too_soon"), (59.9, "code_too_soon"), (60, "")])
    def test_the_next_code_goes_out_in_the_sixtieth_second(self, seconds: float, code: str) -> None:
        sign_in.send_code(PHONE, at=NOW)
        again = partial(sign_in.send_code, PHONE, at=after(seconds=seconds))

        if code:
            assert refusal_of(again) == code
        else:
            again()
        assert Message.objects.count() == (1 if code else 2)

    def test_the_hour_of_five_codes_slides(self) -> None:
        for minute in (0, 10, 20, 30, 40):
            sign_in.send_code(PHONE, at=after(minutes=minute))

        assert refusal_of(partial(sign_in.send_code, PHONE, at=after(minutes=59))) == "code_too_many"
        sign_in.send_code(PHONE, at=after(minutes=60, seconds=1))
        late = after(minutes=69)
        assert refusal_of(partial(sign_in.send_code, PHONE, at=late)) == "code_too_many"
        sign_in.send_code(PHONE, at=after(minutes=70, seconds=1))

    def test_a_refused_wish_does_not_count_against_the_next(self) -> None:
        sign_in.send_code(PHONE, at=NOW)
        for second in range(1, 50):
            refusal_of(partial(sign_in.send_code, PHONE, at=after(seconds=second)))

        sign_in.send_code(PHONE, at=after(seconds=60))

        assert SignInCode.objects.count() == 2

    def test_one_phone_that_is_plagued_leaves_all_others_alone(self) -> None:
        for minute in range(5):
            sign_in.send_code(PHONE, at=after(minutes=minute), address="10.0.0.1")
        assert refusal_of(partial(sign_in.send_code, PHONE, at=after(minutes=6))) == "code_too_many"

        assert sign_in.send_code(OTHER, at=after(minutes=6), address="10.0.0.1") == f"+86{OTHER}"

    def test_an_address_may_ask_sixty_times_an_hour_and_another_one_too(self) -> None:
        SignInCode.objects.bulk_create(
            SignInCode(
                phone_index=f"00000000-0000-0000-0000-{number:012d}",
                code_index=f"00000000-0000-0000-0000-{number:012d}",
                address="10.0.0.1",
                sent_at=NOW,
                expires_at=NOW,
            )
            for number in range(59)
        )

        sign_in.send_code(PHONE, at=NOW, address="10.0.0.1")
        late = partial(sign_in.send_code, OTHER, at=NOW, address="10.0.0.1")
        assert refusal_of(late) == "code_too_many"
        sign_in.send_code(OTHER, at=NOW, address="10.0.0.2")

    def test_how_long_to_wait_is_counted_down_to_nothing(self) -> None:
        number = sign_in.send_code(PHONE, at=NOW)
        waits = [sign_in.wait_for_code(number, after(seconds=seconds)) for seconds in (0, 1, 59, 60, 90)]

        assert waits == [60, 59, 1, 0, 0]
        assert sign_in.wait_for_code("+8613700000009", NOW) == 0


class TestAuthenticator:
    @pytest.fixture
    def account(self, world: World) -> Account:
        account = world.account("auditor")
        account.totp_secret, account.totp_confirmed_at = sign_in.new_totp_secret(), NOW
        account.save()
        return account

    @pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    def test_a_clock_may_be_thirty_seconds_off(self, account: Account, steps: int, opens: bool) -> None:
        code = pyotp.TOTP(account.totp_secret).at(after(seconds=30 * steps))
        use = partial(sign_in.use_totp, account, code, at=NOW)

        if opens:
            use()
        else:
            assert refusal_of(use) == "totp_wrong"

    def test_a_code_read_over_a_shoulder_is_of_no_use(self, account: Account) -> None:
        code = pyotp.TOTP(account.totp_secret).at(NOW)
        sign_in.use_totp(account, code, at=NOW)

        for seconds in (0, 5, 29, 30):
            replayed = partial(sign_in.use_totp, account, code, at=after(seconds=seconds))
            assert refusal_of(replayed) == "totp_wrong"

    def test_after_a_code_of_the_next_step_the_one_of_this_step_is_over(self, account: Account) -> None:
        totp = pyotp.TOTP(account.totp_secret)
        sign_in.use_totp(account, totp.at(after(seconds=30)), at=NOW)

        assert refusal_of(partial(sign_in.use_totp, account, totp.at(NOW), at=NOW)) == "totp_wrong"
        sign_in.use_totp(account, totp.at(after(seconds=60)), at=after(seconds=60))

    def test_a_code_of_another_account_opens_nothing(self, account: Account) -> None:
        code = pyotp.TOTP(sign_in.new_totp_secret()).at(NOW)

        assert refusal_of(partial(sign_in.use_totp, account, code, at=NOW)) == "totp_wrong"

    def test_digits_are_read_as_the_authenticator_shows_them(self, account: Account) -> None:
        code = pyotp.TOTP(account.totp_secret).at(NOW)

        sign_in.use_totp(account, f"{code[:3]} {code[3:]}", at=NOW)


@pytest.mark.django_db(transaction=True)
def test_one_code_of_an_authenticator_signs_in_once_of_four_at_the_same_moment() -> None:
    make_divisions()
    secret = sign_in.new_totp_secret()
    account = Account.objects.create(
        login="one",
        person=make_person("刘芳", PHONE, HERE, "volunteer"),
        totp_secret=secret,
        totp_confirmed_at=NOW,
    )
    code = pyotp.TOTP(secret).at(NOW)

    outcomes = at_once([partial(sign_in.use_totp, account, code, at=NOW)] * 4)

    assert sorted(map(str, outcomes)) == ["None"] + ["totp_wrong"] * 3


class TestRolesInTime:
    """Who signs in on a day, and what that day entrusts them with."""

    def sign_in(self, world: World, name: str) -> Any:
        client = Client()
        client.post("/sign-in/", {"phone": digits_of(world.person(name))})
        return client, client.post("/sign-in/code/", {"code": sent_code()})

    def role(self, world: World, first: int, end: int | None) -> None:
        today = timezone.localdate()
        Role.objects.filter(account=world.account("worker")).update(
            valid_from=today + timedelta(days=first),
            valid_to=today + timedelta(days=end) if end is not None else None,
        )

    @pytest.mark.parametrize(
        ("first", "end", "home"),
        [
            (-30, 0, "/my/"),
            (-30, 1, "/desk/"),
            (0, None, "/desk/"),
            (1, None, "/my/"),
        ],
        ids=["ended yesterday", "ends today", "begins today", "begins tomorrow"],
    )
    def test_the_day_decides_where_the_work_is(
        self, world: World, first: int, end: int | None, home: str
    ) -> None:
        self.role(world, first, end)

        client, done = self.sign_in(world, "worker")

        assert done["Location"] == home
        assert client.get("/desk/people/").status_code == (200 if home == "/desk/" else 404)
        assert client.get("/my/").status_code == 200

    def test_a_role_ends_at_midnight_in_the_middle_of_a_session(self, world: World) -> None:
        self.role(world, -30, 1)
        evening = datetime.combine(timezone.localdate(), datetime.min.time(), NOW.tzinfo) + timedelta(
            hours=23, minutes=50
        )
        with time_machine.travel(evening, tick=False) as clock:
            client, done = self.sign_in(world, "worker")
            assert done["Location"] == "/desk/"
            clock.move_to(evening + timedelta(minutes=9))
            assert client.get("/desk/people/").status_code == 200
            clock.move_to(evening + timedelta(minutes=10))
            assert client.get("/desk/people/").status_code == 404

    def test_who_had_an_authenticator_is_asked_for_it_after_the_role_is_over(self, world: World) -> None:
        account = world.account("auditor")
        accounts.set_password(account, PASSWORD, actor=SYSTEM)
        Account.objects.filter(pk=account.pk).update(
            totp_secret=sign_in.new_totp_secret(), totp_confirmed_at=timezone.now()
        )
        Role.objects.filter(account=account).update(valid_to=timezone.localdate())

        done = Client().post("/sign-in/password/", {"login": "auditor", "password": PASSWORD})

        assert done["Location"] == "/sign-in/totp/"

    def test_a_password_without_the_second_factor_is_enough_for_who_has_no_such_role(
        self, world: World
    ) -> None:
        accounts.set_password(world.account("auditor"), PASSWORD, actor=SYSTEM)
        Role.objects.filter(account=world.account("auditor")).update(
            kind=RoleKind.SHIFT_LEADER, division_code=HERE
        )

        done = Client().post("/sign-in/password/", {"login": "auditor", "password": PASSWORD})

        assert done["Location"] == "/post/"


class TestWaiting:
    """What the door keeps between two steps, when the copy changes under it."""

    def test_a_key_that_left_the_ring_sends_one_back_to_the_beginning(
        self, world: World, client: Client, settings: Any
    ) -> None:
        client.post("/sign-in/", {"phone": digits_of(world.person("volunteer"))})
        assert client.get("/sign-in/code/").status_code == 200

        settings.FIELD_KEYS = "k9:another key altogether"

        assert client.get("/sign-in/code/")["Location"] == "/sign-in/"

    def test_an_account_that_is_locked_between_the_two_steps_does_not_come_in(
        self, world: World, client: Client
    ) -> None:
        accounts.set_password(world.account("auditor"), PASSWORD, actor=SYSTEM)
        client.post("/sign-in/password/", {"login": "auditor", "password": PASSWORD})
        Account.objects.filter(login="auditor").update(is_active=False)

        assert client.get("/sign-in/totp/")["Location"] == "/sign-in/password/"

    @pytest.mark.parametrize(
        ("url", "said", "kept"),
        [
            ("/sign-in/", {"phone": "1300000"}, "1300000"),
            ("/sign-in/", {"phone": "+852 9123 4567"}, "+852 9123 4567"),
            ("/sign-in/", {"phone": '"><script>'}, "&quot;&gt;&lt;script&gt;"),
            ("/sign-in/password/", {"login": "worker", "password": ""}, "worker"),
            ("/sign-in/password/", {"login": "worker", "password": "wrong"}, "worker"),
        ],
    )
    def test_every_error_is_422_with_what_was_typed(
        self, world: World, client: Client, url: str, said: dict[str, str], kept: str
    ) -> None:
        response = client.post(url, said)

        assert response.status_code == 422
        assert f'value="{kept}"' in text(response)
        assert 'type="password" value' not in text(response)
