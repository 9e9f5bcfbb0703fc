"""The desk's pages of resident units: entered, linked, spoken with, prepared; and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from muster.callups.actions import namings
from muster.organizations.actions import units
from muster.organizations.models import ContingencyPlan, ResidentUnit, UnitContact
from muster.people.enums import ForceClass, RoleKind
from muster.people.models import Liaison, Person, ReserveTeam, Role
from tests.callups.ground import called, roster
from tests.world import World, make_person, make_unit

pytestmark = pytest.mark.django_db
USCC = "91110000600037341L"


def url(name: str, unit: ResidentUnit) -> str:
    return reverse(f"web:desk-unit-{name}", args=[unit.code])


@pytest.fixture
def desk(world: World) -> Client:
    return world.client_for("worker")


def new_unit(world: World, **facts: str) -> dict[str, str]:
    standard = {
        "name": "蜀锦文创公司",
        "uscc": USCC,
        "kind": "enterprise",
        "division_code": str(world.here),
        "address": "锦里中路1号",
        "headcount": "60",
        "declared_cadre_count": "3",
    }
    return {**standard, **facts}


@pytest.mark.req("R2.3")
def test_a_unit_is_entered_and_linked(world: World, desk: Client) -> None:
    answer = desk.post(reverse("web:desk-unit-new"), new_unit(world))

    unit = ResidentUnit.objects.get(uscc=USCC)
    assert answer["Location"] == url("detail", unit)
    desk.post(url("link", unit))
    unit.refresh_from_db()
    assert unit.linked_at is not None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"uscc": "91110000600037341K"}, 409),
        ({"uscc": "12510107450716217P"}, 409),
        ({"name": ""}, 422),
        ({"headcount": "0"}, 422),
        ({"kind": "club"}, 422),
    ],
)
def test_a_unit_that_cannot_be_comes_back_with_the_reason(
    world: World, desk: Client, change: dict[str, str], status: int
) -> None:
    answer = desk.post(reverse("web:desk-unit-new"), new_unit(world, **change))

    assert answer.status_code == status
    assert 'class="note note-bad"' in answer.content.decode()
    assert ResidentUnit.objects.count() == 1


def test_a_unit_of_another_community_cannot_be_entered(world: World, desk: Client) -> None:
    assert (
        desk.post(
            reverse("web:desk-unit-new"), new_unit(world, division_code=str(world.next_door))
        ).status_code
        == 422
    )


def test_a_township_chooses_the_community(world: World) -> None:
    client = world.client_for("township_overseer")

    form = client.get(reverse("web:desk-unit-new")).context["form"]

    assert [code for code, _name in form.fields["division_code"].choices] == [world.here, world.next_door]


@pytest.mark.req("R2.3", "R2.10", "R2.12", "R2.13")
def test_the_list_marks_what_is_missing_and_what_is_ready(world: World, desk: Client) -> None:
    bare = make_unit("锦里商户联盟", uscc=USCC)
    ready(world, desk)

    rows = {row.unit: row for row in desk.get(reverse("web:desk-unit-list")).context["rows"]}

    full, missing = rows[world.unit], rows[bare]
    assert (full.liaison, full.community_liaison, full.is_contact_fresh) == ("邓小雨", "周敏", True)
    assert (full.has_reserve, full.reserve_members, full.has_valid_plan) == (True, 2, True)
    assert (missing.liaison, missing.is_contact_fresh, missing.has_reserve, missing.has_valid_plan) == (
        "",
        False,
        False,
        False,
    )


def ready(world: World, desk: Client) -> None:
    """The unit of the cast with all that the notice asks of it, entered at the desk."""
    today = timezone.localdate()
    desk.post(url("community-liaison", world.unit), {"person": world.person("worker").code})
    desk.post(url("contact", world.unit), {"way": "phone", "note": "确认名单"})
    people = (
        f"{world.person('liaison').name} {world.person('liaison').phone}\n杨帆 17712345096\n孙雪 18612342214"
    )
    desk.post(url("team", world.unit), {"name": "七中预备队", "people": people})
    plan = {
        "title": "预案",
        "approver": "王校长",
        "valid_from": today,
        "valid_to": today + timedelta(days=365),
    }
    desk.post(url("plan", world.unit), plan)


def test_the_list_is_searched_and_narrowed(world: World, desk: Client) -> None:
    make_unit("锦里商户联盟", uscc=USCC)
    units.update(
        ResidentUnit.objects.get(uscc=USCC),
        name="锦里商户联盟协会",
        kind="social_organization",
        address="锦里",
        headcount=9,
        declared_cadre_count=0,
        actor=world.actor("worker"),
    )

    def found(**asked: str) -> list[str]:
        return [row.unit.name for row in desk.get(reverse("web:desk-unit-list"), asked).context["rows"]]

    assert found(text="jinli") == ["锦里商户联盟协会"]
    assert found(kind="social_organization") == ["锦里商户联盟协会"]
    assert len(found(linked="yes")) == 2
    assert found(text="没有") == []


def test_the_list_and_the_page_cost_the_same_for_one_and_for_three(world: World, desk: Client) -> None:
    counts = []
    for size in (1, 3):
        if size == 3:
            make_unit("锦里商户联盟", uscc=USCC)
            make_unit("锦里小学", uscc="91350100M000100Y43")
            for _number in range(2):
                units.log_contact(world.unit, way="visit", note="走访", actor=world.actor("worker"))
                namings.name_people(called(world), lines=roster(2), actor=world.actor("liaison"))
        else:
            namings.name_people(called(world), lines=roster(1, 50), actor=world.actor("liaison"))
            units.log_contact(world.unit, way="visit", note="走访", actor=world.actor("worker"))
        counts.append(
            [_queries(desk, reverse("web:desk-unit-list")), _queries(desk, url("detail", world.unit))]
        )

    assert counts[0] == counts[1]


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.req("R2.10")
def test_a_contact_is_logged(world: World, desk: Client) -> None:
    desk.post(url("contact", world.unit), {"way": "visit", "note": "看了预备队"})

    assert list(UnitContact.objects.values_list("way", "note")) == [("visit", "看了预备队")]
    assert desk.post(url("contact", world.unit), {"way": "pigeon", "note": ""}).status_code == 422


@pytest.mark.req("R2.13")
def test_a_plan_is_added_as_the_next_version(world: World, desk: Client) -> None:
    plan = {"title": "预案", "approver": "王", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}

    desk.post(url("plan", world.unit), plan)
    desk.post(url("plan", world.unit), plan)
    backwards = desk.post(url("plan", world.unit), {**plan, "valid_to": "2025-01-01"})

    assert list(ContingencyPlan.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
    assert backwards.status_code == 422


@pytest.mark.req("R2.10")
def test_a_new_liaison_of_the_unit_can_sign_in_and_the_one_before_is_none_any_more(
    world: World, desk: Client
) -> None:
    desk.post(url("liaison", world.unit), {"name": "杨帆", "phone": "17712345096"})

    person = Person.objects.get(name="杨帆")
    in_office = Liaison.objects.get(unit=world.unit, side="unit", ended_on=None)
    assert (in_office.person, person.unit) == (person, world.unit)
    assert Role.objects.filter(account__person=person, kind=RoleKind.UNIT_LIAISON, unit=world.unit).exists()


@pytest.mark.parametrize(
    ("name", "phone"), [("杨帆", "1381234"), ("李四", "17712345097"), ("赵六", "17712345098")]
)
def test_a_liaison_who_cannot_be_is_refused(world: World, desk: Client, name: str, phone: str) -> None:
    make_person("王五", "17712345097", world.here, ForceClass.VOLUNTEER)
    other = make_unit("别的单位", uscc=USCC)
    make_person("赵六", "17712345098", world.here, ForceClass.REPORTED_PERSON, other)

    answer = desk.post(url("liaison", world.unit), {"name": name, "phone": phone})

    assert answer.status_code == 409
    assert Liaison.objects.get(unit=world.unit, side="unit", ended_on=None).person == world.person("liaison")


@pytest.mark.req("R2.12")
def test_the_reserve_team_has_exactly_the_people_of_the_list(world: World, desk: Client) -> None:
    desk.post(
        url("team", world.unit),
        {"name": "预备队", "people": "杨帆 17712345096\n孙雪 18612342214\n马超 13912348802"},
    )
    desk.post(url("team", world.unit), {"name": "预备队", "people": "孙雪 18612342214\n杨帆 17712345096"})

    team = ReserveTeam.objects.get(unit=world.unit)
    assert team.leader.name == "孙雪"
    assert {row.person.name for row in team.members.select_related("person")} == {"杨帆", "孙雪"}


@pytest.mark.parametrize("people", ["   ", "杨帆 1380000", "17712345096"])
def test_a_team_with_a_bad_line_changes_nothing(world: World, desk: Client, people: str) -> None:
    before = Person.objects.count()

    answer = desk.post(url("team", world.unit), {"name": "预备队", "people": f"{people}"})

    assert answer.status_code in {409, 422}
    assert (ReserveTeam.objects.count(), Person.objects.count()) == (0, before)


def test_facts_are_changed_and_the_link_is_ended_with_a_reason(world: World, desk: Client) -> None:
    facts = new_unit(world, headcount="130", kind="public_body")

    assert desk.get(url("edit", world.unit)).status_code == 200
    assert desk.post(url("edit", world.unit), facts).status_code == 302
    assert desk.post(url("unlink", world.unit), {"reason": ""}).status_code == 422
    assert desk.post(url("unlink", world.unit), {"reason": "搬走了"}).status_code == 302
    world.unit.refresh_from_db()
    assert (world.unit.headcount, world.unit.unlinked_at is not None) == (130, True)


def test_the_page_shows_calls_with_what_came_of_them(world: World, desk: Client) -> None:
    namings.name_people(called(world), lines=roster(2), actor=world.actor("liaison"))

    (row,) = desk.get(url("detail", world.unit)).context["shown"].calls

    assert (row.named, row.accepted, row.arrived, row.call.pledged_headcount) == (2, 0, 0, 2)


def test_numbers_are_masked(world: World, desk: Client) -> None:
    text = desk.get(url("detail", world.unit)).content.decode()

    assert world.person("liaison").phone.removeprefix("+86") not in text
    assert "****" in text


@pytest.mark.parametrize(
    ("who", "list_status", "page_status"),
    [
        ("worker", 200, 200),
        ("township_overseer", 200, 200),
        ("county_overseer", 200, 200),
        ("neighbor", 200, 404),
        ("far_overseer", 200, 404),
        ("liaison", 404, 200),
        ("leader", 404, 404),
        ("guard", 404, 404),
        ("volunteer", 404, 404),
        ("auditor", 404, 404),
        ("administrator", 404, 404),
        ("stranger", 302, 302),
    ],
)
def test_who_reads_the_register(world: World, who: str, list_status: int, page_status: int) -> None:
    client = world.client_for(who)

    listed = client.get(reverse("web:desk-unit-list"))
    assert listed.status_code == list_status
    if list_status == 200 and page_status == 404:
        assert listed.context["rows"] == []
    assert client.get(url("detail", world.unit)).status_code == page_status


DEEDS = ["edit", "link", "unlink", "contact", "plan", "liaison", "community-liaison", "team"]


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("who", ["neighbor", "county_overseer", "liaison", "volunteer", "stranger"])
def test_who_writes_in_the_register(world: World, who: str, deed: str) -> None:
    form = {
        **new_unit(world),
        "reason": "x",
        "way": "phone",
        "note": "x",
        "title": "x",
        "approver": "x",
        "valid_from": "2026-01-01",
        "valid_to": "2027-01-01",
        "phone": "17712345096",
        "person": world.person("worker").code,
        "people": "杨帆 17712345096",
    }

    assert world.client_for(who).post(url(deed, world.unit), form).status_code == 404
    assert (UnitContact.objects.count(), ContingencyPlan.objects.count(), ReserveTeam.objects.count()) == (
        0,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("who", "status"), [("worker", 200), ("county_overseer", 404), ("liaison", 404), ("stranger", 302)]
)
def test_who_enters_units(world: World, who: str, status: int) -> None:
    assert world.client_for(who).get(reverse("web:desk-unit-new")).status_code == status
