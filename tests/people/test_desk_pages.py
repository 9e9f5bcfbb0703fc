"""The register at the desk: who sees it, what is masked, what is found, and what registering refuses."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from muster.audit.models import Disclosure, Entry
from muster.people.actions import persons
from muster.people.enums import ForceClass, VolunteerState
from muster.people.models import Account, Person, VolunteerProfile
from muster.toolkit.actor import SYSTEM
from tests.people.asking import searched, text
from tests.people.test_identity import with_check
from tests.world import EVERYBODY, HERE, NEXT_DOOR, World, make_person, shut

LIST = "/desk/people/"
NEW = "/desk/people/new/"
SEES = {"worker", "township_overseer", "county_overseer", "city_overseer", "province_overseer"}
RUNS = {"worker", "township_overseer"}
ID_NUMBER = with_check("51010719880808002")


def url_of(person: Person, tail: str = "") -> str:
    return f"{LIST}{person.code}/{tail}"


def names_on(world: World, name: str, query: str = "") -> list[str]:
    """The people in the order of the list, as the context of the page has them."""
    response = searched(world.client_for(name), LIST, query)
    assert response.status_code == 200
    return [row.name for row in response.context["rows"]]


@pytest.mark.parametrize("name", EVERYBODY)
class TestWhoGetsIn:
    def test_list(self, world: World, name: str) -> None:
        allowed = SEES | {"neighbor", "far_overseer"}

        assert world.client_for(name).get(LIST).status_code == (200 if name in allowed else shut(name))

    def test_person(self, world: World, name: str) -> None:
        response = world.client_for(name).get(url_of(world.person("volunteer")))

        assert response.status_code == (200 if name in SEES else shut(name))

    @pytest.mark.parametrize("tail", ["edit/"])
    def test_correction(self, world: World, name: str, tail: str) -> None:
        response = world.client_for(name).get(url_of(world.person("volunteer"), tail))

        assert response.status_code == (200 if name in RUNS else shut(name))

    def test_registering(self, world: World, name: str) -> None:
        allowed = RUNS | {"neighbor"}

        assert world.client_for(name).get(NEW).status_code == (200 if name in allowed else shut(name))

    def test_reading_and_changing(self, world: World, name: str) -> None:
        person = world.person("volunteer")

        # Each in a browser of its own: a stranger who was here before is led to the door instead.
        read = world.client_for(name).post(url_of(person, "show/"), {"field": "phone", "purpose": "call_up"})
        paused = world.client_for(name).post(url_of(person, "state/"), {"state": "paused"})
        excepted = world.client_for(name).post(url_of(person, "age/"), {"reason": "退休护士"})

        wanted = (200, 302, 302) if name in RUNS else (404, 404, 404)
        assert (read.status_code, paused.status_code, excepted.status_code) == wanted
        assert Disclosure.objects.exists() == (name in RUNS)
        state = VolunteerProfile.objects.get(person=person).state
        assert state == (VolunteerState.PAUSED if name in RUNS else VolunteerState.ACTIVE)


class TestList:
    @pytest.mark.req("R1.1", "R1.2")
    def test_register_shows_both_forces_and_nobody_of_the_neighbor(self, world: World) -> None:
        world.volunteer(1, division_code=NEXT_DOOR)

        ours = names_on(world, "worker")

        assert set(ours) >= {"周敏", "彭大海", "邓小雨", "陈秀英"}
        assert "志愿者1" not in ours
        assert "何静" not in ours

    @pytest.mark.req("R1.1", "R1.2")
    @pytest.mark.parametrize(
        ("force", "expected"),
        [
            ("regular", {"周敏"}),
            ("auxiliary", {"邓小雨", "曹勇", "彭大海", "陈秀英"}),
            ("full_time_worker", {"周敏"}),
            ("property_staff", {"彭大海"}),
            ("social_worker", set()),
            ("callable", {"邓小雨", "曹勇", "陈秀英"}),
        ],
    )
    def test_list_is_filtered_by_force(self, world: World, force: str, expected: set[str]) -> None:
        assert set(names_on(world, "worker", f"?force={force}")) == expected

    def test_list_with_an_unknown_filter_shows_everybody(self, world: World) -> None:
        assert len(names_on(world, "worker", "?force=pirates")) == 5

    @pytest.mark.req("R4.8")
    @pytest.mark.parametrize(
        ("birth_on", "change", "is_callable"),
        [
            (date(1990, 1, 1), {}, True),
            (date(1990, 1, 1), {"emergency_willing": "no"}, False),
            (date(1990, 1, 1), {"emergency_willing": "unknown"}, False),
            (date(1990, 1, 1), {"state": "paused"}, False),
            (date(2012, 1, 1), {}, False),
            (date(1950, 1, 1), {}, False),
            (date(1950, 1, 1), {"age_exception_reason": "退休护士"}, True),
            (None, {}, False),
        ],
    )
    def test_callable_are_the_willing_adults_in_service(
        self, world: World, birth_on: date | None, change: dict[str, Any], is_callable: bool
    ) -> None:
        person = world.volunteer(7, **change)
        Person.objects.filter(pk=person.pk).update(birth_on=birth_on)

        assert ("志愿者7" in names_on(world, "worker", "?force=callable")) == is_callable

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("陈秀英", ["陈秀英"]),
            ("秀英", ["陈秀英"]),
            ("陈", ["陈秀英"]),
            ("130 0000 0013", ["陈秀英"]),
            ("%2B8613000000013", ["陈秀英"]),
            ("1300000001", []),
            ("13000000002", []),
            ("何静", []),
            (ID_NUMBER, ["陈秀英"]),
            (ID_NUMBER.lower(), ["陈秀英"]),
            ("11010519491231002X", []),
            ("110105194912310021", []),
            ("···", []),
        ],
    )
    def test_people_are_found_by_name_part_and_whole_number_inside_the_scope(
        self, world: World, query: str, expected: list[str]
    ) -> None:
        persons.correct(world.person("volunteer"), actor=SYSTEM, id_number=ID_NUMBER)

        assert names_on(world, "worker", f"?q={query}") == expected

    def test_person_is_found_by_code(self, world: World) -> None:
        code = world.person("volunteer").code

        assert names_on(world, "worker", f"?q={code[:4].lower()}-{code[4:]}") == ["陈秀英"]
        assert names_on(world, "neighbor", f"?q={code}") == []

    def test_names_are_masked_for_those_who_only_look_on(self, world: World) -> None:
        assert "陈*英" in names_on(world, "county_overseer")
        assert "陈秀英" not in text(world.client_for("county_overseer").get(LIST))
        assert "陈秀英" not in text(
            world.client_for("county_overseer").get(url_of(world.person("volunteer")))
        )

    def test_no_clear_number_is_on_the_list(self, world: World) -> None:
        page = text(world.client_for("township_overseer").get(LIST))

        assert "130****0013" in page
        assert "13000000013" not in page

    def test_pages_follow_each_other_without_gap_or_repeat(self, world: World) -> None:
        for number in range(120):
            world.volunteer(number)
        client, seen, after = world.client_for("worker"), [], ""
        while True:
            response = client.get(LIST, {"after": after})
            seen += [row.code for row in response.context["rows"]]
            after = response.context["page"].next_cursor
            if not after:
                break

        assert len(seen) == len(set(seen)) == 125

    @pytest.mark.parametrize("name", ["worker", "township_overseer"])
    def test_list_of_one_and_of_three_costs_the_same(self, world: World, name: str) -> None:
        client, costs = world.client_for(name), []
        client.get(LIST)
        for wanted in (1, 3):
            while (number := Person.objects.filter(force_class=ForceClass.SOCIAL_WORKER).count()) < wanted:
                make_person(
                    f"社工{number}", f"1371234567{number}", HERE, ForceClass.SOCIAL_WORKER, world.unit
                )
            with CaptureQueriesContext(connection) as queries:
                rows = client.get(f"{LIST}?force=social_worker").context["rows"]
            assert len(rows) == wanted
            costs.append(len(queries))

        assert costs[0] == costs[1]
        assert costs[0] <= 12

    def test_gaps_of_the_register_are_said_first(self, world: World) -> None:
        response = world.client_for("worker").get(LIST)

        coverage = response.context["coverage"]
        assert set(coverage.missing_regular) == {"committee_member", "group_leader", "grid_worker"}
        assert set(coverage.missing_auxiliary) == {"social_organization_member", "social_worker"}
        with translation.override("zh-hans"):
            assert str(ForceClass.GRID_WORKER.label) in text(response)

    def test_empty_list_offers_the_first_registration(self, world: World) -> None:
        Person.objects.filter(division_code=HERE).update(division_code=NEXT_DOOR)

        assert NEW in text(world.client_for("worker").get(LIST))


class TestReading:
    def test_phone_is_masked_until_a_purpose_is_said(self, world: World) -> None:
        person, client = world.person("volunteer"), world.client_for("worker")

        before = text(client.get(url_of(person)))
        shown = client.post(url_of(person, "show/"), {"field": "phone", "purpose": "call_up"})

        assert "130****0013" in before
        assert "13000000013" not in before
        assert "13000000013" in text(shown)
        assert shown["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
        assert "13000000013" not in text(client.get(url_of(person)))

    def test_each_reading_leaves_a_disclosure(self, world: World) -> None:
        """Fails when `reveal` no longer records: the promise of architecture.md §7."""
        person, client = world.person("volunteer"), world.client_for("worker")

        client.post(url_of(person, "show/"), {"field": "phone", "purpose": "call_up"})

        line = Disclosure.objects.get()
        assert (line.person_id, line.field, line.purpose) == (person.pk, "phone", "call_up")
        assert line.actor_account_id == world.account("worker").pk
        assert line.actor_label.startswith("周敏")

    @pytest.mark.parametrize(
        "said",
        [
            {"field": "phone"},
            {"field": "phone", "purpose": "curiosity"},
            {"field": "is_party_member", "purpose": "call_up"},
            {},
        ],
    )
    def test_without_a_purpose_nothing_is_shown(self, world: World, said: dict[str, str]) -> None:
        response = world.client_for("worker").post(url_of(world.person("volunteer"), "show/"), said)

        assert response.status_code == 422
        assert "13000000013" not in text(response)
        assert not Disclosure.objects.exists()

    def test_value_is_asked_for_by_post_only(self, world: World) -> None:
        response = world.client_for("worker").get(url_of(world.person("volunteer"), "show/"))

        assert response.status_code == 405


@pytest.mark.req("R2.5")
@pytest.mark.parametrize("name", sorted(SEES | {"volunteer"}))
def test_party_membership_changes_no_page(world: World, name: str) -> None:
    person, client = world.person("volunteer"), world.client_for(name)
    urls = [LIST, url_of(person), url_of(person, "edit/"), "/my/profile/", "/my/disclosures/"]

    def pages() -> list[str]:
        return [
            re.sub(
                r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"|datetime="[^"]+"',
                "",
                text(client.get(url)),
            )
            for url in urls
        ]

    # The pages say what the time is.
    with time_machine.travel(timezone.now(), tick=False):
        before = pages()
        Person.objects.update(is_party_member=True)

        assert pages() == before


def test_person_without_profile_consents_or_roles_has_a_page(world: World) -> None:
    person = make_person("买买提·阿卜杜拉·" + "长" * 30, "13712345678", HERE, ForceClass.GRID_WORKER)
    Person.objects.filter(pk=person.pk).update(birth_on=None, phone="", phone_index=None)

    page = text(world.client_for("worker").get(url_of(person)))

    assert person.name in page


def test_changing_the_state_of_somebody_without_profile_does_nothing(world: World) -> None:
    person = world.person("guard")

    response = world.client_for("worker").post(url_of(person, "state/"), {"state": "paused"})

    assert response.status_code == 302
    assert not Entry.objects.filter(verb="people.volunteer.state_changed").exists()


def test_exception_without_a_reason_is_refused(world: World) -> None:
    response = world.client_for("worker").post(url_of(world.person("volunteer"), "age/"), {"reason": ""})

    assert response.status_code == 409


def test_closed_account_sees_no_desk(world: World) -> None:
    client = world.client_for("worker")
    Account.objects.filter(login="worker").update(is_active=False)

    assert client.get(LIST)["Location"].startswith("/sign-in/")
