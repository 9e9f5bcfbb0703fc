"""Registering and correcting at the desk: what is refused stands beside its field, and what was typed stays."""

from datetime import date
from typing import Any

import pytest

from muster.people.actions import consents
from muster.people.models import Consent, Person, VolunteerProfile
from tests.people.asking import text
from tests.people.test_desk_pages import ID_NUMBER, NEW, url_of
from tests.world import HERE, NEXT_DOOR, World


class TestRegistering:
    def said(self, **changes: Any) -> dict[str, Any]:
        return {
            "name": "刘芳",
            "phone": "137 1234 5678",
            "division_code": HERE,
            "force_class": "volunteer",
            "sex": "female",
            "birth_on": "1990-05-06",
            "has_smartphone": "on",
            **changes,
        }

    def test_volunteer_is_on_file_agreed_and_enrolled(self, world: World) -> None:
        consents.load_texts()

        response = world.client_for("worker").post(
            NEW, self.said(is_volunteer="on", has_agreed="on", emergency_willing="yes")
        )

        person = Person.objects.get(name="刘芳")
        assert (response.status_code, response["Location"]) == (302, url_of(person))
        assert (person.division_code, person.phone, person.birth_on) == (
            HERE,
            "+8613712345678",
            date(1990, 5, 6),
        )
        assert (person.volunteer.state, person.volunteer.emergency_willing) == ("active", "yes")
        consent = Consent.objects.get(person=person)
        assert (consent.purpose, consent.given_through) == ("volunteer_service", "paper")

    def test_regular_force_needs_no_consent(self, world: World) -> None:
        response = world.client_for("worker").post(NEW, self.said(force_class="grid_worker"))

        assert response.status_code == 302
        assert not VolunteerProfile.objects.filter(person__name="刘芳").exists()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": "刘"}, "name"),
            ({"phone": "1371234"}, "phone"),
            ({"id_number": "11010519491231002Y"}, "id_number"),
            ({"id_number": ID_NUMBER, "birth_on": "1990-05-06"}, "birth_on"),
            ({"birth_on": "1990-02-30"}, "birth_on"),
            ({"force_class": "pirate"}, "force_class"),
            ({"division_code": NEXT_DOOR}, "division_code"),
            ({"is_volunteer": "on"}, "has_agreed"),
            ({"is_volunteer": "on", "has_agreed": "on", "birth_on": "2014-05-06"}, "birth_on"),
            ({"is_volunteer": "on", "has_agreed": "on", "birth_on": "2010-05-06"}, "guardian_name"),
            (
                {
                    "is_volunteer": "on",
                    "has_agreed": "on",
                    "birth_on": "2010-05-06",
                    "guardian_name": "刘大明",
                    "emergency_willing": "yes",
                },
                "emergency_willing",
            ),
            ({"name": "陈秀英", "phone": "13000000001"}, "phone"),
        ],
    )
    def test_refusal_stands_beside_its_field_and_what_was_typed_stays(
        self, world: World, changes: dict[str, Any], field: str
    ) -> None:
        consents.load_texts()
        said = self.said(**changes)
        count = Person.objects.count()

        response = world.client_for("worker").post(NEW, said)

        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
        assert f'value="{said["name"]}"' in text(response)
        assert Person.objects.count() == count
        assert not Consent.objects.exists()

    def test_person_of_another_community_is_not_taken_over(self, world: World) -> None:
        response = world.client_for("worker").post(
            NEW, self.said(name="何静", phone="13000000002", address="新址1号")
        )

        assert response.status_code == 422
        assert Person.objects.get(name="何静").division_code == NEXT_DOOR
        assert Person.objects.get(name="何静").address == ""
        assert "七道堰" not in text(response)

    def test_registering_twice_leads_to_the_same_person(self, world: World) -> None:
        client = world.client_for("worker")

        first = client.post(NEW, self.said())
        second = client.post(NEW, self.said())

        assert first["Location"] == second["Location"]
        assert Person.objects.filter(name="刘芳").count() == 1

    def test_township_chooses_the_community(self, world: World) -> None:
        response = world.client_for("township_overseer").post(NEW, self.said(division_code=NEXT_DOOR))

        assert response.status_code == 302
        assert Person.objects.get(name="刘芳").division_code == NEXT_DOOR


class TestCorrecting:
    def said(self, **changes: Any) -> dict[str, Any]:
        return {
            "name": "陈秀英",
            "birth_on": "1985-06-15",
            "force_class": "volunteer",
            "has_smartphone": "on",
            **changes,
        }

    def test_sealed_fields_are_not_on_the_page_and_stay_when_left_empty(self, world: World) -> None:
        person, client = world.person("volunteer"), world.client_for("worker")

        page = text(client.get(url_of(person, "edit/")))
        done = client.post(url_of(person, "edit/"), self.said(name="陈秀瑛"))

        kept = Person.objects.get(pk=person.pk)
        assert "13000000013" not in page
        assert done.status_code == 302
        assert (kept.name, kept.phone) == ("陈秀瑛", "+8613000000013")

    def test_new_phone_replaces_the_old_one(self, world: World) -> None:
        person = world.person("volunteer")

        world.client_for("worker").post(url_of(person, "edit/"), self.said(phone="13712345678"))

        assert Person.objects.get(pk=person.pk).phone == "+8613712345678"

    def test_wrong_phone_keeps_the_form(self, world: World) -> None:
        response = world.client_for("worker").post(
            url_of(world.person("volunteer"), "edit/"), self.said(name="新名字", phone="13000000001")
        )

        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["phone"]
        assert 'value="新名字"' in text(response)
