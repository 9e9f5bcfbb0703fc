"""Ways in: who locks, opens, signs out, renews and sends links, for whom, and what happens at once."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from muster.audit.models import Entry
from muster.notifications.models import Message
from muster.people.actions import accounts, keys, persons, sign_in
from muster.people.enums import RoleKind
from muster.people.models import Account, Role
from muster.people.queries import actor_of
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused
from tests.people.asking import newest_body, refusal_of
from tests.racing import at_once
from tests.world import CITY, COUNTY, HERE, NEXT_DOOR, PROVINCE, SINCE, TOWNSHIP, World, make_world

DEEDS = [keys.lock, keys.unlock, keys.end_sessions, keys.renew_second_factor, keys.send_link]
Deed = Callable[..., None]


def administrator_of(world: World, place: int, number: int = 1) -> Account:
    """One more administrator, over that place."""
    account = accounts.create(world.volunteer(number), actor=SYSTEM)
    Role.objects.create(
        account=account,
        kind=RoleKind.SYSTEM_ADMINISTRATOR,
        division_code=place,
        valid_from=SINCE,
        granted_by_label="test",
    )
    return account


def acting(account: Account) -> Actor:
    return actor_of(account, timezone.localdate())


def outcome(deed: Deed, account: Account, actor: Actor) -> str:
    """ "" where it was done, else the code of the refusal."""
    entries = Entry.objects.count()
    try:
        deed(account, actor=actor)
    except Refused as refused:
        assert Entry.objects.count() == entries
        return refused.code
    return ""


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
class TestWhose:
    def test_an_administrator_keeps_the_accounts_of_his_places(self, world: World, deed: Deed) -> None:
        administrator = world.actor("administrator")

        for name in ("volunteer", "worker", "county_overseer", "liaison", "auditor"):
            assert outcome(deed, world.account(name), administrator) == "", name

    def test_nobody_does_it_to_himself(self, world: World, deed: Deed) -> None:
        for name in ("administrator", "worker"):
            assert outcome(deed, world.account(name), world.actor(name)) == "account_oneself"

    def test_who_reaches_further_is_not_ones_to_keep(self, world: World, deed: Deed) -> None:
        """Whoever gets into an account has its roles: else a county's administrator would become the province's."""
        lower = acting(administrator_of(world, COUNTY))

        assert outcome(deed, world.account("worker"), lower) == ""
        for name in ("city_overseer", "province_overseer", "auditor", "administrator"):
            # They live in the county, as everybody in a capital does.
            world.account(name).person.division_code = HERE
            world.account(name).person.save()
            assert outcome(deed, world.account(name), lower) == "account_not_yours", name

    def test_a_role_that_is_still_to_come_counts_too(self, world: World, deed: Deed) -> None:
        account, lower = world.account("volunteer"), acting(administrator_of(world, COUNTY))
        accounts.grant(
            account,
            RoleKind.CITY_OVERSEER,
            division_code=CITY,
            valid_from=timezone.localdate() + timedelta(days=30),
            actor=SYSTEM,
        )

        assert outcome(deed, account, lower) == "account_not_yours"

    def test_a_role_that_is_over_counts_no_more(self, world: World, deed: Deed) -> None:
        account, lower = world.account("volunteer"), acting(administrator_of(world, COUNTY))
        Role.objects.create(
            account=account,
            kind=RoleKind.CITY_OVERSEER,
            division_code=CITY,
            valid_from=SINCE,
            valid_to=timezone.localdate(),
            granted_by_label="test",
        )

        assert outcome(deed, account, lower) == ""

    def test_who_lives_elsewhere_is_kept_elsewhere(self, world: World, deed: Deed) -> None:
        lower = acting(administrator_of(world, HERE))

        assert outcome(deed, world.account("neighbor"), lower) == "account_not_yours"

    @pytest.mark.parametrize(
        "name", ["neighbor", "county_overseer", "liaison", "leader", "auditor", "volunteer"]
    )
    def test_nobody_else_keeps_any_account(self, world: World, deed: Deed, name: str) -> None:
        account = accounts.create(world.volunteer(7), actor=SYSTEM)

        assert outcome(deed, account, world.actor(name)) == "account_not_yours"


class TestWhatACommunityMay:
    def test_a_worker_signs_people_out_and_sends_links(self, world: World) -> None:
        worker = world.actor("worker")

        for name in ("volunteer", "leader", "guard", "liaison"):
            assert outcome(keys.end_sessions, world.account(name), worker) == "", name
            assert outcome(keys.send_link, world.account(name), worker) == "", name

    def test_a_worker_neither_locks_nor_renews(self, world: World) -> None:
        worker, account = world.actor("worker"), world.account("volunteer")

        for deed in (keys.lock, keys.unlock, keys.renew_second_factor):
            assert outcome(deed, account, worker) == "account_not_yours"
        account.refresh_from_db()
        assert account.is_active

    def test_a_worker_does_nothing_to_a_colleague_with_the_same_role(self, world: World) -> None:
        colleague = accounts.create(world.volunteer(8), actor=SYSTEM)
        accounts.grant(colleague, RoleKind.COMMUNITY_WORKER, division_code=HERE, actor=SYSTEM)

        assert outcome(keys.send_link, colleague, world.actor("worker")) == "account_not_yours"
        assert not Message.objects.exists()


class TestSessions:
    def test_every_device_is_out_at_its_next_click_and_the_next_sign_in_stays(self, world: World) -> None:
        first, second = world.client_for("worker"), world.client_for("worker")
        assert first.get("/desk/people/").status_code == 200

        keys.end_sessions(world.account("worker"), actor=world.actor("administrator"))

        for client in (first, second):
            assert client.get("/desk/people/")["Location"] == "/sign-in/?next=%2Fdesk%2Fpeople%2F&ended=1"
        assert world.client_for("worker").get("/desk/people/").status_code == 200

    def test_a_colleague_stays_in(self, world: World) -> None:
        neighbor = world.client_for("neighbor")

        keys.end_sessions(world.account("worker"), actor=world.actor("administrator"))

        assert neighbor.get("/desk/people/").status_code == 200

    def test_a_locked_account_is_out_at_its_next_click_and_cannot_come_back(self, world: World) -> None:
        client, account = world.client_for("worker"), world.account("worker")
        link = sign_in.make_link(account, actor=SYSTEM)

        keys.lock(account, actor=world.actor("administrator"))

        assert client.get("/desk/people/").status_code == 302
        assert refusal_of(lambda: sign_in.use_link(link)) == "account_closed"

    def test_an_account_opens_again_with_its_roles(self, world: World) -> None:
        account, administrator = world.account("worker"), world.actor("administrator")
        keys.lock(account, actor=administrator)
        keys.lock(account, actor=administrator)

        keys.unlock(account, actor=administrator)
        keys.unlock(account, actor=administrator)

        account.refresh_from_db()
        assert acting(account).has(RoleKind.COMMUNITY_WORKER, division_code=HERE)
        verbs = Entry.objects.filter(object_code=account.code).order_by("id").values_list("verb", flat=True)
        assert list(verbs) == ["people.account.closed", "people.account.reopened"]

    def test_the_account_of_somebody_erased_stays_shut(self, world: World) -> None:
        account = world.account("volunteer")
        persons.erase(account.person, actor=SYSTEM)

        assert refusal_of(lambda: keys.unlock(account, actor=world.actor("administrator"))) == "person_erased"
        account.refresh_from_db()
        assert not account.is_active


def test_a_lost_authenticator_is_forgotten_and_its_holder_is_out(world: World) -> None:
    account, client = world.account("auditor"), world.client_for("auditor")
    secret = sign_in.new_totp_secret()
    sign_in.confirm_totp(account, secret, pyotp.TOTP(secret).now(), actor=SYSTEM)
    account.refresh_from_db()

    keys.renew_second_factor(account, actor=world.actor("administrator"))

    account.refresh_from_db()
    assert (account.totp_secret, account.totp_confirmed_at) == ("", None)
    code = pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=30))
    assert refusal_of(lambda: sign_in.use_totp(account, code)) == "totp_wrong"
    assert client.get("/desk/trail/").status_code == 302


class TestSentLink:
    def test_the_link_goes_to_the_phone_on_file_and_to_nobody_else(
        self, world: World, client: Client
    ) -> None:
        account = world.account("volunteer")

        keys.send_link(account, actor=world.actor("worker"))

        message = Message.objects.get()
        assert (message.address, message.person_id) == (account.person.phone, account.person_id)
        assert message.subject_kind == ""
        path = re.search(r"/sign-in/link/[^/]+/", message.body)
        assert path
        assert client.post(path.group())["Location"] == "/my/"
        assert client.session["_auth_user_id"] == str(account.pk)

    @pytest.mark.parametrize(("language", "word"), [("zh-hans", "登录召集"), ("en", "Sign in to Muster")])
    def test_the_message_is_in_the_language_of_its_reader(
        self, world: World, language: str, word: str
    ) -> None:
        account = world.account("volunteer")
        account.language = language
        account.save()

        keys.send_link(account, actor=world.actor("worker"))

        assert word in newest_body()

    def test_a_second_click_sends_no_second_link(self, world: World) -> None:
        account, worker, now = world.account("volunteer"), world.actor("worker"), timezone.now()
        keys.send_link(account, actor=worker, at=now)

        soon = partial(keys.send_link, account, actor=worker, at=now + timedelta(seconds=59))
        assert refusal_of(soon) == "link_too_soon"
        assert Message.objects.count() == 1
        keys.send_link(account, actor=worker, at=now + timedelta(minutes=1))
        assert Message.objects.count() == 2

    def test_it_is_good_for_an_hour_and_not_a_second_longer(self, world: World) -> None:
        now = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.get_current_timezone())
        keys.send_link(world.account("volunteer"), actor=SYSTEM, at=now)
        found = re.search(r"/sign-in/link/([^/]+)/", newest_body())
        assert found
        token = found.group(1)

        sign_in.read_link(token, at=now + timedelta(minutes=59, seconds=59))
        late = partial(sign_in.read_link, token, at=now + timedelta(hours=1))
        assert refusal_of(late) == "link_expired"

    def test_somebody_without_a_phone_is_told_of(self, world: World) -> None:
        account = world.account("volunteer")
        persons.correct(account.person, actor=SYSTEM, phone="")
        account = Account.objects.select_related("person").get(pk=account.pk)

        assert refusal_of(lambda: keys.send_link(account, actor=world.actor("worker"))) == "link_no_phone"
        assert not Message.objects.exists()

    def test_a_locked_account_gets_no_link(self, world: World) -> None:
        account = world.account("volunteer")
        keys.lock(account, actor=world.actor("administrator"))
        account.refresh_from_db()

        assert refusal_of(lambda: keys.send_link(account, actor=world.actor("worker"))) == "account_closed"


class TestLastAdministrator:
    def test_the_last_one_is_neither_locked_nor_stripped_nor_erased(self, world: World) -> None:
        account = world.account("administrator")

        for deed in (
            partial(accounts.close, account, actor=SYSTEM),
            partial(accounts.revoke, account.roles.get(), actor=SYSTEM),
            partial(persons.erase, account.person, actor=SYSTEM),
        ):
            assert refusal_of(deed) == "last_administrator"
        account.refresh_from_db()
        assert account.is_active
        assert acting(account).has(RoleKind.SYSTEM_ADMINISTRATOR, division_code=PROVINCE)
        assert account.person.name == "袁磊"

    @pytest.mark.parametrize(("place", "is_enough"), [(PROVINCE, True), (CITY, False), (COUNTY, False)])
    def test_another_one_counts_only_over_the_whole_place(
        self, world: World, place: int, is_enough: bool
    ) -> None:
        administrator_of(world, place)
        account = world.account("administrator")

        refused = ""
        try:
            accounts.close(account, actor=SYSTEM)
        except Refused as error:
            refused = error.code
        assert refused == ("" if is_enough else "last_administrator")

    @pytest.mark.parametrize(
        "change",
        [
            {"valid_to": date(2099, 1, 1)},
            {"valid_from": date(2099, 1, 1)},
            {"account__is_active": False},
            {"kind": RoleKind.AUDITOR},
        ],
        ids=["ends some day", "is still to come", "is locked", "is no administrator"],
    )
    def test_another_one_counts_only_if_he_stays(self, world: World, change: dict[str, object]) -> None:
        other = administrator_of(world, PROVINCE)
        if "account__is_active" in change:
            Account.objects.filter(pk=other.pk).update(is_active=False)
        else:
            other.roles.update(**change)

        code = refusal_of(lambda: accounts.close(world.account("administrator"), actor=SYSTEM))

        assert code == "last_administrator"

    def test_one_over_a_smaller_place_may_go_while_the_one_above_stays(self, world: World) -> None:
        lower = administrator_of(world, TOWNSHIP)

        keys.lock(lower, actor=world.actor("administrator"))

        lower.refresh_from_db()
        assert not lower.is_active

    def test_one_for_a_time_may_go_while_another_one_lasts_as_long(self, world: World) -> None:
        world.account("administrator").roles.update(division_code=NEXT_DOOR)
        first, second = administrator_of(world, HERE, 1), administrator_of(world, HERE, 2)
        Role.objects.filter(account=first).update(valid_to=date(2090, 1, 1))
        Role.objects.filter(account=second).update(valid_to=date(2090, 1, 1))

        accounts.close(first, actor=SYSTEM)

        assert refusal_of(lambda: accounts.close(second, actor=SYSTEM)) == "last_administrator"

    def test_any_other_account_is_locked_without_a_word(self, world: World) -> None:
        accounts.close(world.account("worker"), actor=SYSTEM)

        assert not Account.objects.get(login="worker").is_active


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_lock_each_other_leave_one() -> None:
    world = make_world()
    first, second = world.account("administrator"), administrator_of(world, PROVINCE)

    outcomes = at_once(
        [
            partial(keys.lock, first, actor=acting(second)),
            partial(keys.lock, second, actor=acting(first)),
        ]
    )

    assert sorted(map(str, outcomes)) == ["None", "last_administrator"]
    assert Account.objects.filter(pk__in=[first.pk, second.pk], is_active=True).count() == 1
