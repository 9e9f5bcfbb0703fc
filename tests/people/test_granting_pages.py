"""Granting and taking back on the page: what is found, who may give what, and what a bad form keeps."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from muster.audit.models import Entry
from muster.people.actions import accounts
from muster.people.enums import RoleKind
from muster.people.models import Account, Role
from muster.toolkit.actor import SYSTEM
from tests.people.asking import text
from tests.people.test_account_pages import NEW, card, url_of
from tests.world import COUNTY, HERE, NEXT_DOOR, PROVINCE, TOWNSHIP, World, make_unit


class TestGranting:
    def said(self, **changes: Any) -> dict[str, Any]:
        return {"kind": "guard", "over": str(HERE), "valid_from": f"{timezone.localdate()}", **changes}

    def post(self, world: World, name: str, **changes: Any) -> Any:
        return world.client_for(name).post(url_of(world.account("volunteer"), "grant/"), self.said(**changes))

    def roles(self, world: World) -> set[tuple[str, int | None]]:
        return set(world.account("volunteer").roles.values_list("kind", "division_code"))

    @pytest.mark.parametrize(
        ("kind", "over", "place"),
        [
            ("community_worker", str(HERE), HERE),
            ("community_worker", "蜀汉街社区", HERE),
            ("community_worker", "蜀汉街社区居民委员会", HERE),
            ("township_overseer", "浆洗街", TOWNSHIP),
            ("county_overseer", "武侯区", COUNTY),
            ("system_administrator", str(PROVINCE), PROVINCE),
        ],
    )
    def test_a_place_is_named_by_code_or_name(self, world: World, kind: str, over: str, place: int) -> None:
        response = self.post(world, "administrator", kind=kind, over=over)

        assert (response.status_code, response["Location"]) == (302, url_of(world.account("volunteer")))
        assert self.roles(world) == {(kind, place)}

    @pytest.mark.parametrize("over", ["12510107450716217P", "12510107450716217p", "成都市第七中学", "七中"])
    def test_a_liaison_is_named_with_the_unit(self, world: World, over: str) -> None:
        response = self.post(world, "worker", kind="unit_liaison", over=over)

        assert response.status_code == 302
        assert world.account("volunteer").roles.get().unit == world.unit

    def test_the_last_day_is_one_on_which_it_is_still_held(self, world: World) -> None:
        today = timezone.localdate()

        self.post(world, "worker", last_on=f"{today}")

        role = world.account("volunteer").roles.get()
        assert (role.valid_from, role.valid_to) == (today, today + timedelta(days=1))
        assert world.actor("volunteer").has(RoleKind.GUARD, division_code=HERE)

    def test_department_of_an_overseer_is_kept(self, world: World) -> None:
        self.post(world, "administrator", kind="county_overseer", over=str(COUNTY), department="health")

        assert world.account("volunteer").roles.get().department == "health"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"kind": ""}, "kind"),
            ({"kind": "pirate"}, "kind"),
            ({"over": ""}, "over"),
            ({"over": "亚特兰蒂斯"}, "over"),
            ({"over": "110101001001"}, "over"),
            ({"kind": "community_worker", "over": str(TOWNSHIP)}, "over"),
            ({"kind": "county_overseer", "over": str(HERE)}, "over"),
            ({"kind": "unit_liaison", "over": "没有这家单位"}, "over"),
            ({"department": "health"}, "department"),
            ({"department": "pirates"}, "department"),
            ({"valid_from": ""}, "valid_from"),
            ({"valid_from": "2026-02-30"}, "valid_from"),
            ({"last_on": "someday"}, "last_on"),
            ({"last_on": "2020-01-01"}, "last_on"),
        ],
    )
    def test_a_bad_form_says_where_and_keeps_what_was_typed(
        self, world: World, changes: dict[str, Any], field: str
    ) -> None:
        response = self.post(world, "administrator", **changes)

        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
        typed = self.said(**changes)["over"]
        assert f'value="{typed}"' in text(response) or not typed
        assert self.roles(world) == set()
        assert not Entry.objects.filter(verb="people.role.granted").exists()

    def test_several_units_of_one_name_are_told_with_their_codes(self, world: World) -> None:
        make_unit("成都市第十七中学", uscc="12510107450716225H")

        response = self.post(world, "worker", kind="unit_liaison", over="七中学")

        assert response.status_code == 422
        assert "12510107450716217P" in text(response)
        assert "12510107450716225H" in text(response)

    @pytest.mark.parametrize(
        "kind", ["community_worker", "township_overseer", "auditor", "system_administrator"]
    )
    def test_a_worker_is_not_even_offered_more_than_he_may_give(self, world: World, kind: str) -> None:
        response = self.post(world, "worker", kind=kind)

        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["kind"]
        assert self.roles(world) == set()

    def test_a_worker_gives_nothing_next_door(self, world: World) -> None:
        response = self.post(world, "worker", over=str(NEXT_DOOR))

        assert (response.status_code, list(response.context["form"].errors)) == (422, ["over"])

    def test_two_roles_of_one_actor_do_not_add_up(self, world: World) -> None:
        """Administrator here and worker next door: next door is still only a worker's to give from."""
        worker = world.account("worker")
        accounts.grant(worker, RoleKind.SYSTEM_ADMINISTRATOR, division_code=NEXT_DOOR, actor=SYSTEM)

        response = self.post(world, "worker", kind="auditor", over=str(HERE))

        assert (response.status_code, list(response.context["form"].errors)) == (422, ["over"])
        assert self.roles(world) == set()

    def test_nobody_gives_himself_a_role(self, world: World) -> None:
        client, account = world.client_for("administrator"), world.account("administrator")

        response = client.post(url_of(account, "grant/"), self.said())

        assert response.status_code == 422
        assert account.roles.count() == 1


class TestTakingBack:
    def post(self, world: World, by: str, name: str, key: str) -> Any:
        return world.client_for(by).post(url_of(world.account(name), "revoke/"), {"role": key})

    def key(self, world: World, name: str) -> str:
        return str(card(world, name, "administrator").now[0].key)

    def test_it_ends_at_the_next_click(self, world: World) -> None:
        guard = world.client_for("leader")
        assert guard.get("/post/").status_code == 200

        response = self.post(world, "worker", "leader", self.key(world, "leader"))

        assert response.status_code == 302
        assert guard.get("/post/").status_code == 404
        entry = Entry.objects.get(verb="people.role.revoked")
        assert (entry.object_code, entry.detail["kind"]) == (world.account("leader").code, "shift_leader")

    def test_the_same_click_twice_finds_it_gone(self, world: World) -> None:
        key = self.key(world, "leader")

        assert [self.post(world, "worker", "leader", key).status_code for _ in range(2)] == [302, 404]
        assert Entry.objects.filter(verb="people.role.revoked").count() == 1

    @pytest.mark.parametrize("key", ["", "guard", "community_worker.510107001001..2020-01-01."])
    def test_a_role_that_the_account_does_not_have_is_not_found(self, world: World, key: str) -> None:
        assert self.post(world, "administrator", "leader", key).status_code == 404
        assert world.account("leader").roles.count() == 1

    def test_a_worker_takes_nothing_back_that_he_could_not_give(self, world: World) -> None:
        response = self.post(world, "worker", "worker", self.key(world, "worker"))
        township = self.post(world, "township_overseer", "worker", self.key(world, "worker"))

        assert (response.status_code, township.status_code) == (409, 409)
        assert world.actor("worker").has(RoleKind.COMMUNITY_WORKER, division_code=HERE)

    def test_the_last_administrator_keeps_the_role(self, world: World) -> None:
        accounts.create(world.volunteer(1), actor=SYSTEM)
        second = Account.objects.get(person__name="志愿者1")
        Role.objects.create(
            account=second,
            kind=RoleKind.SYSTEM_ADMINISTRATOR,
            division_code=PROVINCE,
            valid_from=timezone.localdate(),
            valid_to=timezone.localdate() + timedelta(days=5),
            granted_by_label="test",
        )
        world.accounts["second"] = second

        response = self.post(world, "second", "administrator", self.key(world, "administrator"))

        assert response.status_code == 409
        assert world.actor("administrator").has(RoleKind.SYSTEM_ADMINISTRATOR)


class TestNew:
    def test_somebody_on_file_gets_an_account_once(self, world: World) -> None:
        person, client = world.volunteer(1), world.client_for("worker")

        first = client.post(NEW, {"who": "139 0000 0001", "login": " Xiao.Liu "})
        again = client.post(NEW, {"who": person.code})

        account = Account.objects.get(person=person)
        assert first["Location"] == again["Location"] == url_of(account)
        assert account.login == "xiao.liu"
        assert Entry.objects.filter(verb="people.account.created").count() == 1

    @pytest.mark.parametrize("who", ["13900000002", "13900000009", "1390000", "何静", "志愿者", "  ", ""])
    def test_who_is_not_found_for_sure_gets_none(self, world: World, who: str) -> None:
        """The second is next door, the third nobody, two bear the name: none of them is told apart to the worker."""
        world.volunteer(1)
        world.volunteer(2, division_code=NEXT_DOOR)
        world.volunteer(3)
        before = Account.objects.count()

        response = world.client_for("worker").post(NEW, {"who": who, "login": "xiao.liu"})

        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["who"]
        assert 'value="xiao.liu"' in text(response)
        assert Account.objects.count() == before

    def test_a_login_name_that_is_taken_is_told_beside_it(self, world: World) -> None:
        world.volunteer(1)

        response = world.client_for("worker").post(NEW, {"who": "13900000001", "login": "Guard"})

        assert (response.status_code, list(response.context["form"].errors)) == (422, ["login"])
        assert 'value="13900000001"' in text(response)
