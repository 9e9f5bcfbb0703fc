"""What is known of people ends: by name after ten years, and everything has a rule."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from muster.audit.actions.purge import purge_expired
from muster.audit.models import Destruction
from muster.people.models import Account, Person, Role, SignInCode, VolunteerProfile
from muster.people.retention import RULES
from muster.people.rules import phone_index
from tests.world import World

CATALOGS = {"people.Skill", "people.ConsentText"}
LONG_AGO = timezone.now() - timedelta(days=3700)


def test_every_table_of_people_has_a_rule() -> None:
    tables = {model._meta.label for model in apps.get_app_config("people").get_models()}

    assert {rule.model_label for rule in RULES} == tables - CATALOGS


def age(person: Person, **profile: object) -> None:
    Person.objects.filter(pk=person.pk).update(created_at=LONG_AGO)
    VolunteerProfile.objects.filter(person=person).update(registered_at=LONG_AGO, **profile)


def test_identity_ends_ten_years_after_the_last_service(world: World) -> None:
    gone, serving, fresh = (world.volunteer(number) for number in range(3))
    age(gone, last_served_at=LONG_AGO)
    age(serving, last_served_at=timezone.now() - timedelta(days=3000))

    purge_expired(RULES)

    kept = {person.pk: person for person in Person.objects.filter(pk__in=[gone.pk, serving.pk, fresh.pk])}
    assert (kept[gone.pk].name, kept[gone.pk].phone, kept[gone.pk].phone_index) == ("—", "", None)
    assert kept[gone.pk].erased_at is not None
    assert not VolunteerProfile.objects.filter(person=gone).exists()
    assert (kept[serving.pk].name, kept[fresh.pk].name) == ("志愿者1", "志愿者2")
    assert Destruction.objects.get(model_label="people.Person").row_count == 1


def test_whoever_holds_an_office_stays(world: World) -> None:
    worker, former = world.person("worker"), world.person("neighbor")
    age(worker)
    age(former)
    ended = LONG_AGO.date()
    Role.objects.filter(account__person=former).update(valid_from=ended - timedelta(days=90), valid_to=ended)

    purge_expired(RULES)

    assert Person.objects.get(pk=worker.pk).name == "周敏"
    assert Person.objects.get(pk=former.pk).name == "—"
    assert not Account.objects.filter(login="neighbor").exists()


def test_second_run_finds_nothing(world: World) -> None:
    age(world.volunteer(1))
    purge_expired(RULES)

    purge_expired(RULES)

    assert Destruction.objects.count() == 1


@pytest.mark.django_db
def test_sign_in_codes_end_after_a_week() -> None:
    now = timezone.now()
    for days in (1, 8):
        sent_at = now - timedelta(days=days)
        SignInCode.objects.create(
            phone_index=phone_index("+8613700000001"),
            code_index=phone_index("x"),
            sent_at=sent_at,
            expires_at=sent_at,
        )

    purge_expired(RULES)

    assert SignInCode.objects.count() == 1
