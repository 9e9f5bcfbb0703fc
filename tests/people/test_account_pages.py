"""The pages of accounts: who gets in, who is listed for whom, and what an administrator does not get to see."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.audit.models import Disclosure
from muster.people.actions import accounts
from muster.people.enums import RoleKind
from muster.people.models import Account, Person, Role
from muster.people.queries.accounts import EVERYBODY, card_of
from muster.toolkit.actor import SYSTEM
from tests.people.asking import digits_of, searched, text
from tests.world import CITY, HERE, NEXT_DOOR, World, shut
from tests.world import EVERYBODY as ALL_OF_THEM

LIST, NEW = "/desk/accounts/", "/desk/accounts/new/"
GRANTERS = {"administrator", "worker", "township_overseer"}
HOLDERS = {
    "worker", "neighbor", "township_overseer", "county_overseer", "city_overseer", "province_overseer",
    "liaison", "leader", "guard", "auditor", "administrator", "far_overseer",
}  # fmt: skip

# The province's own people live where its code says, outside every city.
IN_THE_CITY = HOLDERS - {"far_overseer", "province_overseer", "auditor", "administrator"}


def url_of(account: Account, tail: str = "") -> str:
    return f"{LIST}{account.code}/{tail}"


def listed(world: World, name: str, query: str = "") -> set[str]:
    """The login names of the accounts on the first page."""
    response = searched(world.client_for(name), LIST, query)
    assert response.status_code == 200
    codes = {row.code for row in response.context["rows"]}
    return set(Account.objects.filter(code__in=codes).values_list("login", flat=True))


class TestWhoGetsIn:
    @pytest.mark.parametrize("name", ALL_OF_THEM)
    def test_the_list_is_for_those_who_grant(self, world: World, name: str) -> None:
        allowed = GRANTERS | {"neighbor"}

        assert world.client_for(name).get(LIST).status_code == (200 if name in allowed else shut(name))

    @pytest.mark.parametrize("name", ALL_OF_THEM)
    def test_one_account_is_for_those_over_its_place(self, world: World, name: str) -> None:
        response = world.client_for(name).get(url_of(world.account("volunteer")))

        assert response.status_code == (200 if name in GRANTERS else shut(name))

    def test_missing_and_forbidden_are_one_answer(self, world: World) -> None:
        neighbor = world.client_for("neighbor")

        forbidden = neighbor.get(url_of(world.account("volunteer")))
        missing = neighbor.get(f"{LIST}NOSUCHCO/")

        assert forbidden.status_code == missing.status_code == 404

    def test_signing_in_leads_an_administrator_to_it(self, world: World) -> None:
        client = world.client_for("administrator")

        assert client.get(client.get("/desk/")["Location"]).status_code == 200

    @pytest.mark.parametrize("name", sorted(GRANTERS))
    def test_it_stands_in_the_navigation(self, world: World, name: str) -> None:
        assert f'href="{LIST}"' in text(world.client_for(name).get(LIST))

    def test_an_auditor_is_not_offered_it(self, world: World) -> None:
        assert f'href="{LIST}"' not in text(world.client_for("auditor").get("/desk/trail/"))


class TestList:
    def test_the_province_sees_every_holder_of_a_role(self, world: World) -> None:
        assert listed(world, "administrator") == HOLDERS

    def test_a_worker_sees_who_holds_a_role_in_the_community(self, world: World) -> None:
        assert listed(world, "worker") == {"worker", "liaison", "leader", "guard"}

    def test_who_lives_elsewhere_is_listed_where_the_role_is(self, world: World) -> None:
        accounts.grant(world.account("neighbor"), RoleKind.GUARD, division_code=HERE, actor=SYSTEM)

        assert "neighbor" in listed(world, "worker", "?role=guard")
        assert world.client_for("worker").get(url_of(world.account("neighbor"))).status_code == 200

    def test_the_role_that_ended_yesterday_opens_no_door_to_the_account(self, world: World) -> None:
        accounts.grant(world.account("neighbor"), RoleKind.GUARD, division_code=HERE, actor=SYSTEM)
        today = timezone.localdate()
        Role.objects.filter(account=world.account("neighbor"), kind=RoleKind.GUARD).update(
            valid_from=today - timedelta(days=9), valid_to=today
        )

        assert "neighbor" not in listed(world, "worker")
        assert world.client_for("worker").get(url_of(world.account("neighbor"))).status_code == 404

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("?role=guard", {"guard"}),
            ("?role=unit_liaison", {"liaison"}),
            ("?role=community_worker", {"worker", "neighbor"}),
            (f"?role={EVERYBODY}", {*IN_THE_CITY, "volunteer"}),
            ("?role=pirate", {*IN_THE_CITY, "administrator"}),
            ("?q=陈秀英", {"volunteer"}),
            ("?q=秀英", {"volunteer"}),
            ("?q=130 0000 0013", {"volunteer"}),
            ("?q=VOLUNTEER", {"volunteer"}),
            ("?q=volunteer&role=guard", set()),
            ("?q=guard&role=guard", {"guard"}),
            ("?q=1300000", set()),
            ("?q=13000000005", set()),
            ("?q=far_overseer", set()),
        ],
    )
    def test_it_is_searched_and_filtered_inside_the_scope(
        self, world: World, query: str, expected: set[str]
    ) -> None:
        # The administrator's places end with the city; the overseer of the far county has the number …05.
        Role.objects.filter(account=world.account("administrator")).update(division_code=CITY)
        assert world.person("far_overseer").phone == "+8613000000005"

        assert listed(world, "administrator", query) == expected

    def test_an_account_is_found_by_its_code_as_it_is_read_out(self, world: World) -> None:
        code = world.account("guard").code

        assert listed(world, "administrator", f"?q={code[:4].lower()}-{code[4:]}") == {"guard"}
        assert listed(world, "neighbor", f"?q={code}") == set()

    def test_somebody_erased_is_on_no_list(self, world: World) -> None:
        Person.objects.filter(pk=world.person("guard").pk).update(erased_at=timezone.now())

        assert "guard" not in listed(world, "administrator")

    def test_pages_follow_each_other_without_gap_or_repeat(self, world: World) -> None:
        for number in range(60):
            accounts.create(world.volunteer(number), actor=SYSTEM)
        client, seen, after = world.client_for("administrator"), [], ""
        while True:
            response = client.get(LIST, {"role": EVERYBODY, "after": after})
            seen += [row.code for row in response.context["rows"]]
            after = response.context["page"].next_cursor
            if not after:
                break

        assert len(seen) == len(set(seen)) == Account.objects.count()

    @pytest.mark.parametrize("name", ["administrator", "worker"])
    def test_one_line_and_thirty_cost_the_same(self, world: World, name: str) -> None:
        client, costs = world.client_for(name), []
        client.get(f"{LIST}?role=guard")
        for wanted in (1, 30):
            while (number := Role.objects.filter(kind=RoleKind.GUARD).count()) < wanted:
                account = accounts.create(world.volunteer(number), actor=SYSTEM)
                accounts.grant(account, RoleKind.GUARD, division_code=HERE, actor=SYSTEM)
            with CaptureQueriesContext(connection) as queries:
                rows = client.get(f"{LIST}?role=guard").context["rows"]
            assert len(rows) == wanted
            costs.append(len(queries))

        assert costs[0] == costs[1]
        assert costs[0] <= 12

    def test_an_empty_place_offers_the_first_account(self, world: World) -> None:
        Role.objects.exclude(account=world.account("neighbor")).delete()
        Role.objects.filter(account=world.account("neighbor")).update(kind=RoleKind.SYSTEM_ADMINISTRATOR)
        page = text(world.client_for("neighbor").get(f"{LIST}?role=guard"))

        assert "没有符合的账号" in page


class TestMasks:
    @pytest.mark.parametrize("query", ["", f"?role={EVERYBODY}", "?q=13000000013"])
    def test_an_administrator_reads_no_name_and_no_number(self, world: World, query: str) -> None:
        table = text(searched(world.client_for("administrator"), LIST, query)).split("<table")[1]

        assert "陈*英" in table or query == ""
        for person in Person.objects.all():
            assert person.name not in table
            assert digits_of(person) not in table

    def test_nor_on_the_page_of_one_account(self, world: World) -> None:
        page = text(world.client_for("administrator").get(url_of(world.account("volunteer"))))

        assert "陈*英" in page
        assert "130****0013" in page
        assert "陈秀英" not in page
        assert "13000000013" not in page
        assert not Disclosure.objects.exists()

    def test_who_runs_the_community_knows_its_people_by_name(self, world: World) -> None:
        page = text(world.client_for("worker").get(url_of(world.account("volunteer"))))

        assert "陈秀英" in page
        assert "13000000013" not in page

    def test_birth_address_and_profile_are_on_no_page_of_accounts(self, world: World) -> None:
        volunteer = world.person("volunteer")
        Person.objects.filter(pk=volunteer.pk).update(address="浆洗街12号", is_party_member=True)
        page = text(world.client_for("administrator").get(url_of(world.account("volunteer"))))

        for secret in ("浆洗街12号", "1985", "06-15", "党员"):
            assert secret not in page.split("<main")[1]


def card(world: World, name: str, by: str) -> Any:
    return card_of(Account.objects.select_related("person").get(pk=world.account(name).pk), world.actor(by))


class TestCard:
    def test_roles_are_shown_by_their_time(self, world: World) -> None:
        account, today = world.account("volunteer"), timezone.localdate()
        for kind, first, end in (
            (RoleKind.GUARD, -9, 0),
            (RoleKind.SHIFT_LEADER, -9, 1),
            (RoleKind.AUDITOR, 0, None),
            (RoleKind.COMMUNITY_WORKER, 1, None),
        ):
            Role.objects.create(
                account=account,
                kind=kind,
                division_code=HERE,
                valid_from=today + timedelta(days=first),
                valid_to=today + timedelta(days=end) if end is not None else None,
                granted_by_label="test",
            )

        shown = card(world, "volunteer", "administrator")

        by_time = [
            {held.key.split(".")[0] for held in held_then}
            for held_then in (shown.now, shown.later, shown.before)
        ]
        assert by_time == [{"shift_leader", "auditor"}, {"community_worker"}, {"guard"}]
        last = next(held.last_on for held in shown.now if held.key.startswith("shift_leader"))
        assert last == today

    def test_a_worker_may_end_what_a_worker_may_give(self, world: World) -> None:
        accounts.grant(
            world.account("leader"), RoleKind.COMMUNITY_WORKER, division_code=NEXT_DOOR, actor=SYSTEM
        )

        held = {one.key.split(".")[0]: one.may_end for one in card(world, "leader", "worker").now}

        assert held == {"shift_leader": True, "community_worker": False}

    def test_ones_own_page_offers_nothing_to_change(self, world: World) -> None:
        own = card(world, "administrator", "administrator")

        assert (own.is_own, own.may_keep, own.may_lock, own.now[0].may_end) == (True, False, False, False)
        page = text(world.client_for("administrator").get(url_of(world.account("administrator"))))
        assert "<form" not in page.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("tail", ["", "new/", "{account}/"])
def test_the_pages_speak_both_languages(world: World, client: Client, language: str, tail: str) -> None:
    words = {
        "zh-hans": {"": "谁能做什么", "new/": "新建账号", "{account}/": "授予角色"},
        "en": {"": "Who may do what", "new/": "Make an account", "{account}/": "Give a role"},
    }
    client = world.client_for("administrator")
    client.cookies["django_language"] = language

    page = text(client.get(f"{LIST}{tail.format(account=world.account('guard').code)}"))

    assert words[language][tail] in page
