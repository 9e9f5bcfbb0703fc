"""What is left of somebody who was erased, by wish or by age: a place, and nothing that says whose it was."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from muster.audit.actions.purge import purge_expired
from muster.audit.models import Destruction, Entry
from muster.notifications.actions.messages import do_without, prefer
from muster.notifications.models import Preference
from muster.people import retention
from muster.people.actions import consents, persons, sign_in, units, volunteers
from muster.people.enums import ConsentPurpose, HealthLimit, LiaisonSide, RoleKind
from muster.people.models import (
    Account,
    Consent,
    Liaison,
    Person,
    ReserveTeamMember,
    Role,
    SignInCode,
    VolunteerProfile,
)
from muster.people.queries import reveal, search_people
from muster.people.retention import RULES, TEN_YEARS
from muster.people.rules import phone_index
from muster.toolkit.actor import SYSTEM
from tests.people.asking import refusal_of
from tests.people.test_identity import with_check
from tests.world import HERE, World

ID_NUMBER = with_check("51010719850615002")
NOW = timezone.now()


@pytest.fixture
def somebody(world: World) -> Person:
    """The volunteer with everything that can be on file."""
    consents.load_texts()
    person, me = world.person("volunteer"), world.actor("volunteer")
    persons.correct(person, actor=SYSTEM, id_number=ID_NUMBER, address="浆洗街12号3栋", unit=world.unit)
    for purpose in ConsentPurpose:
        consents.give(person, purpose, through="page", actor=me)
    profile = VolunteerProfile.objects.get(person=person)
    volunteers.update_profile(profile, health_limits=[HealthLimit.NO_STAIRS], actor=me)
    VolunteerProfile.objects.filter(pk=profile.pk).update(
        guardian_name="陈大明", age_exception_reason="退休护士"
    )
    prefer(person.pk, "sms")
    sign_in.send_code("13000000013")
    return Person.objects.get(pk=person.pk)


def everything_of_people() -> str:
    """Every row of every table of people, as a thief of the database reads it."""
    rows = []
    with connection.cursor() as cursor:
        for model in apps.get_app_config("people").get_models():
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608 - our own tables
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


class TestByWish:
    def test_no_table_of_people_says_who_it_was(self, world: World, somebody: Person) -> None:
        fingerprints = [str(somebody.phone_index), str(somebody.id_number_index)]
        traces = ["陈秀英", "1985-06-15", "陈大明", "退休护士", "no_stairs", *fingerprints[1:]]
        before = everything_of_people()
        assert all(trace in before for trace in ["陈秀英", "1985-06-15", "陈大明", *fingerprints])

        persons.erase(somebody, actor=world.actor("worker"))

        # The others of the cast have the same birthday; hers is the one that must go.
        born = Person.objects.get(pk=somebody.pk).birth_on
        after = everything_of_people()
        assert born is None
        assert [trace for trace in traces if trace in after and trace != "1985-06-15"] == []
        sealed = Person.objects.filter(pk=somebody.pk).values("phone", "id_number", "address").get()
        assert set(sealed.values()) == {""}

    def test_nobody_finds_or_reads_her_any_more(self, world: World, somebody: Person) -> None:
        persons.erase(somebody, actor=world.actor("worker"))

        worker = world.actor("worker")
        for words in ("陈秀英", "秀英", "13000000013", ID_NUMBER, somebody.code):
            assert search_people(worker, text=words).rows == []
        desk = world.client_for("worker")
        assert desk.get(f"/desk/people/{somebody.code}/").status_code == 404
        shown = desk.post(f"/desk/people/{somebody.code}/show/", {"field": "phone", "purpose": "call_up"})
        assert shown.status_code == 404
        assert reveal(Person.objects.get(pk=somebody.pk), "phone", actor=worker, purpose="identity") == {
            "phone": ""
        }

    def test_her_sessions_links_and_codes_open_nothing(self, world: World, somebody: Person) -> None:
        account, client = world.account("volunteer"), world.client_for("volunteer")
        link = sign_in.make_link(account, actor=SYSTEM)
        do_without(somebody.pk, ["remind"])
        prefer(somebody.pk, "sms", topic="offer")

        persons.erase(somebody, actor=world.actor("worker"))

        assert client.get("/my/").status_code == 302
        assert refusal_of(lambda: sign_in.use_link(link)) == "account_closed"
        assert Preference.objects.filter(person_id=somebody.pk).count() == 0

    def test_her_number_registers_somebody_new(self, world: World, somebody: Person) -> None:
        persons.erase(somebody, actor=world.actor("worker"))

        fresh = persons.register(
            name="陈秀英", division_code=HERE, phone="13000000013", actor=world.actor("worker")
        )

        assert fresh.pk != somebody.pk
        assert not hasattr(fresh, "volunteer")

    def test_the_trail_keeps_that_it_was_done_and_not_to_whom(self, world: World, somebody: Person) -> None:
        persons.erase(somebody, actor=world.actor("worker"))
        persons.erase(somebody, actor=world.actor("worker"))

        entry = Entry.objects.get(verb="people.person.erased")
        assert (entry.object_code, entry.detail) == (somebody.code, {})
        assert "陈秀英" not in str(list(Entry.objects.values()))

    def test_a_liaison_who_is_erased_leaves_the_office_empty(self, world: World) -> None:
        person = world.person("liaison")
        units.form_reserve_team(
            world.unit, name="突击队", leader=person, members=[], actor=world.actor("worker")
        )

        persons.erase(person, actor=world.actor("worker"))

        assert Liaison.objects.get(unit=world.unit, side=LiaisonSide.UNIT).ended_on == timezone.localdate()
        assert not ReserveTeamMember.objects.filter(person=person).exists()


class TestByAge:
    def age(self, person: Person, last: datetime | None, registered: datetime) -> None:
        Person.objects.filter(pk=person.pk).update(created_at=registered)
        VolunteerProfile.objects.filter(person=person).update(registered_at=registered, last_served_at=last)

    @pytest.mark.parametrize(
        ("served", "ends"),
        [
            (TEN_YEARS - timedelta(minutes=1), False),
            (TEN_YEARS + timedelta(minutes=1), True),
            (None, True),
        ],
        ids=["a minute less than ten years", "a minute more", "never served"],
    )
    def test_ten_years_after_the_last_service_the_name_goes(
        self, world: World, served: timedelta | None, ends: bool
    ) -> None:
        person = world.volunteer(1)
        self.age(person, NOW - served if served else None, NOW - timedelta(days=5000))

        purge_expired(RULES, at=NOW)

        assert (Person.objects.get(pk=person.pk).name == "—") == ends

    def test_coming_back_within_the_years_begins_them_anew(self, world: World) -> None:
        person = world.volunteer(1)
        self.age(person, NOW - timedelta(days=5000), NOW - timedelta(days=5000))
        VolunteerProfile.objects.filter(person=person).update(last_served_at=NOW)

        purge_expired(RULES, at=NOW)

        assert Person.objects.get(pk=person.pk).name == "志愿者1"

    def test_a_role_that_is_still_to_come_keeps_the_name(self, world: World) -> None:
        person = world.volunteer(1)
        self.age(person, None, NOW - timedelta(days=5000))
        account = Account.objects.create(login="one", person=person)
        Role.objects.create(
            account=account,
            kind=RoleKind.GUARD,
            division_code=HERE,
            valid_from=timezone.localdate() + timedelta(days=5),
            granted_by_label="test",
        )

        purge_expired(RULES, at=NOW)

        assert Person.objects.get(pk=person.pk).name == "志愿者1"

    def test_everything_of_hers_goes_in_the_same_step(self, world: World, somebody: Person) -> None:
        self.age(somebody, None, NOW - timedelta(days=5000))

        purge_expired(RULES, at=NOW)

        for model in (VolunteerProfile, Consent):
            assert not model.objects.filter(person=somebody).exists()
        assert not Account.objects.filter(login="volunteer").exists()
        assert not Preference.objects.filter(person_id=somebody.pk).exists()
        assert "陈秀英" not in everything_of_people()

    def test_each_batch_has_a_certificate_that_counts_it(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(5):
            self.age(world.volunteer(number), None, NOW - timedelta(days=5000))
        monkeypatch.setattr("muster.audit.actions.purge.BATCH", 2)

        purge_expired([rule for rule in RULES if rule.model_label == "people.Person"], at=NOW)

        counts = list(Destruction.objects.order_by("pk").values_list("row_count", flat=True))
        assert counts == [2, 2, 1]
        assert Entry.objects.filter(verb="audit.data.destroyed").count() == 3

    def test_a_batch_that_fails_destroys_nothing_and_certifies_nothing(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = world.volunteer(1)
        self.age(person, None, NOW - timedelta(days=5000))

        def fail(*_said: Any, **_facts: Any) -> None:
            raise OSError("the disk is full")

        with monkeypatch.context() as broken, pytest.raises(OSError, match="disk"):
            broken.setattr("muster.audit.actions.purge.trail.record", fail)
            purge_expired(RULES, at=NOW)

        assert Person.objects.get(pk=person.pk).name == "志愿者1"
        assert VolunteerProfile.objects.filter(person=person).exists()
        assert not Destruction.objects.exists()

    def test_erasing_is_two_steps_of_one_and_never_more_than_asked(self, world: World) -> None:
        for number in range(3):
            self.age(world.volunteer(number), None, NOW - timedelta(days=5000))

        assert retention.erase_idle(NOW - TEN_YEARS, 2) == 2
        assert retention.erase_idle(NOW - TEN_YEARS, 2) == 1
        assert retention.erase_idle(NOW - TEN_YEARS, 2) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "left"), [(6.99, 1), (7.01, 0)])
def test_a_code_is_kept_for_a_week(days: float, left: int) -> None:
    sign_in.send_code("13700000001", at=NOW - timedelta(days=days))

    purge_expired([rule for rule in RULES if rule.model_label == "people.SignInCode"], at=NOW)

    assert SignInCode.objects.filter(phone_index=phone_index("+8613700000001")).count() == left
