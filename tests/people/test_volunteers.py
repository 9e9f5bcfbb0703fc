"""Profiles, willingness, ages and consents: what may be said, what is kept, and what a withdrawal ends."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from muster.audit.models import Entry
from muster.people.actions import consents, report_ins, skills, volunteers
from muster.people.enums import ConsentPurpose, ForceClass, HealthLimit, VolunteerState, Willingness
from muster.people.models import Consent, ConsentText, Person, ReportIn, Skill, VolunteerProfile
from tests.people.asking import refusal_of
from tests.world import HERE, World, make_person

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()


def born(world: World, birth_on: date | None) -> Person:
    person = make_person("刘芳", "13712345678", HERE, ForceClass.VOLUNTEER)
    Person.objects.filter(pk=person.pk).update(birth_on=birth_on)
    person.refresh_from_db()
    return person


def enroll(world: World, person: Person, **facts: Any) -> VolunteerProfile:
    return volunteers.enroll(person, actor=world.actor("worker"), at=NOW, **facts)


def test_enrolling_twice_gives_one_profile(world: World) -> None:
    person = born(world, date(1990, 1, 1))

    first = enroll(world, person, emergency_willing=Willingness.YES)
    second = enroll(world, person)

    assert first.pk == second.pk
    assert (second.division_code, second.emergency_willing) == (HERE, Willingness.YES)
    assert second.registered_at == second.willingness_at == NOW


@pytest.mark.req("R2.6")
@pytest.mark.parametrize(
    ("birth_on", "guardian", "code"),
    [
        (date(2012, 3, 3), "刘大明", "too_young"),
        (date(2012, 3, 2), "", "guardian_needed"),
        (date(2008, 3, 3), "", "guardian_needed"),
    ],
)
def test_enrolling_the_young_is_refused_and_leaves_no_profile(
    world: World, birth_on: date, guardian: str, code: str
) -> None:
    person = born(world, birth_on)

    assert refusal_of(lambda: enroll(world, person, guardian_name=guardian)) == code
    assert not VolunteerProfile.objects.filter(person=person).exists()


def test_minor_with_a_guardian_is_enrolled_and_never_for_emergencies(world: World) -> None:
    person = born(world, date(2010, 3, 2))

    profile = enroll(world, person, guardian_name="刘大明")

    assert (profile.guardian_name, profile.guardian_consented_at) == ("刘大明", NOW)
    assert (
        refusal_of(lambda: enroll(world, person, emergency_willing=Willingness.YES)) == "minor_in_emergency"
    )
    assert VolunteerProfile.objects.get(pk=profile.pk).emergency_willing == Willingness.UNKNOWN


def test_person_of_unknown_age_can_be_enrolled(world: World) -> None:
    assert enroll(world, born(world, None)).state == VolunteerState.ACTIVE


def test_enrolling_brings_back_who_had_left(world: World) -> None:
    profile = world.person("volunteer").volunteer
    volunteers.set_state(profile, VolunteerState.LEFT, actor=world.actor("worker"), at=NOW)

    assert enroll(world, world.person("volunteer")).state == VolunteerState.ACTIVE


@pytest.mark.req("R4.7")
def test_willingness_is_kept_with_the_day_it_was_said(world: World) -> None:
    profile = world.person("volunteer").volunteer

    volunteers.state_willingness(
        profile,
        emergency=Willingness.NO,
        task_kinds=["delivery", "registration", "delivery"],
        availability=0b1111,
        actor=world.actor("volunteer"),
        at=NOW,
    )

    kept = VolunteerProfile.objects.get(pk=profile.pk)
    assert (kept.emergency_willing, kept.task_kinds, kept.availability) == (
        Willingness.NO,
        ["delivery", "registration"],
        0b1111,
    )
    assert kept.willingness_at == NOW


def test_saying_the_same_willingness_again_renews_its_day(world: World) -> None:
    profile = world.person("volunteer").volunteer

    volunteers.update_profile(
        profile, emergency_willing=Willingness.YES, actor=world.actor("volunteer"), at=NOW
    )

    assert VolunteerProfile.objects.get(pk=profile.pk).willingness_at == NOW


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"skills": ["juggling"]}, "unknown_choice"),
        ({"task_kinds": ["war"]}, "unknown_choice"),
        ({"health_limits": ["lazy"]}, "unknown_choice"),
        ({"availability": 1 << 28}, "availability_wrong"),
        ({"availability": -1}, "availability_wrong"),
        ({"quiet_from_minute": 1320, "quiet_to_minute": None}, "quiet_hours_wrong"),
        ({"quiet_from_minute": 1440, "quiet_to_minute": 0}, "quiet_hours_wrong"),
        ({"health_limits": [HealthLimit.NO_NIGHT]}, "consent_needed"),
    ],
)
def test_profile_refuses_what_cannot_be(world: World, changes: dict[str, Any], code: str) -> None:
    profile = world.person("volunteer").volunteer

    assert (
        refusal_of(lambda: volunteers.update_profile(profile, actor=world.actor("volunteer"), **changes))
        == code
    )
    assert not Entry.objects.filter(verb="people.volunteer.changed").exists()


def test_profile_has_no_other_doors(world: World) -> None:
    with pytest.raises(TypeError, match="asked_count"):
        volunteers.update_profile(
            world.person("volunteer").volunteer, actor=world.actor("volunteer"), asked_count=0
        )


def test_trail_of_a_profile_names_fields_and_no_values(world: World) -> None:
    consents.load_texts()
    skills.load_skills()
    person = world.person("volunteer")
    me = world.actor("volunteer")
    consents.give(person, ConsentPurpose.HEALTH_LIMITS, through="page", actor=me, at=NOW)

    volunteers.update_profile(
        person.volunteer, skills=["first_aid"], health_limits=[HealthLimit.NO_STAIRS], actor=me, at=NOW
    )

    entry = Entry.objects.filter(verb="people.volunteer.changed").get()
    assert entry.detail == {"fields": ["health_limits", "skills"]}
    assert VolunteerProfile.objects.get(person=person).health_limits == ["no_stairs"]


def test_exception_above_the_age_needs_a_reason_and_an_adult(world: World) -> None:
    worker = world.actor("worker")
    old = world.person("volunteer").volunteer
    young = enroll(world, born(world, date(2010, 3, 2)), guardian_name="刘大明")

    assert refusal_of(lambda: volunteers.allow_above_age(old, reason=" ", actor=worker)) == "reason_needed"
    assert (
        refusal_of(lambda: volunteers.allow_above_age(young, reason="愿意", actor=worker))
        == "minor_in_emergency"
    )
    kept = volunteers.allow_above_age(old, reason="退休护士，身体好", actor=worker, at=NOW)

    assert (kept.age_exception_reason, kept.age_exception_by_label) == ("退休护士，身体好", worker.label)
    assert Entry.objects.get(verb="people.volunteer.age_exception_given").detail == {}


@pytest.mark.django_db
def test_texts_and_skills_load_once() -> None:
    assert (consents.load_texts(), skills.load_skills()) == (8, 20)
    assert (consents.load_texts(), skills.load_skills()) == (0, 0)
    assert Skill.objects.count() == 20
    assert set(ConsentText.objects.values_list("purpose", flat=True)) == set(ConsentPurpose.values)
    assert {"zh-hans", "en"} == set(ConsentText.objects.values_list("language", flat=True))


@pytest.mark.django_db
def test_published_words_cannot_be_changed_under_the_same_version() -> None:
    consents.load_texts()
    ConsentText.objects.filter(purpose="unit_sharing").update(body="Other words.")

    with pytest.raises(ValueError, match="new version"):
        consents.load_texts()


@pytest.mark.req("R9.2")
def test_consent_is_given_once_per_version_and_to_the_newest(world: World) -> None:
    consents.load_texts()
    person, me = world.person("volunteer"), world.actor("volunteer")

    first = consents.give(person, "volunteer_service", through="page", actor=me, at=NOW)
    again = consents.give(person, "volunteer_service", through="link", actor=me, at=NOW)
    ConsentText.objects.create(
        purpose="volunteer_service",
        version=2,
        language="zh-hans",
        title="新版",
        body="新版文字",
        legal_basis="consent",
        published_at=NOW + timedelta(hours=1),
    )
    early = consents.give(person, "volunteer_service", through="page", actor=me, at=NOW)
    newer = consents.give(person, "volunteer_service", through="page", actor=me, at=NOW + timedelta(hours=1))

    assert first.pk == again.pk == early.pk
    assert (newer.version, newer.withdrawn_at) == (2, None)
    assert Consent.objects.get(pk=first.pk).withdrawn_at == NOW + timedelta(hours=1)


def test_consent_without_published_words_is_refused(world: World) -> None:
    code = refusal_of(
        lambda: consents.give(
            world.person("volunteer"), "volunteer_service", through="page", actor=world.actor("volunteer")
        )
    )

    assert code == "consent_text_missing"


def test_withdrawing_service_ends_being_asked(world: World) -> None:
    consents.load_texts()
    person, me = world.person("volunteer"), world.actor("volunteer")
    consents.give(person, "volunteer_service", through="page", actor=me, at=NOW)

    consents.withdraw(person, "volunteer_service", actor=me, at=NOW)

    assert VolunteerProfile.objects.get(person=person).state == VolunteerState.LEFT
    assert (
        refusal_of(lambda: consents.withdraw(person, "volunteer_service", actor=me, at=NOW)) == "no_consent"
    )
    assert Entry.objects.filter(verb="people.consent.withdrawn").count() == 1


def test_withdrawing_health_limits_forgets_them(world: World) -> None:
    consents.load_texts()
    person, me = world.person("volunteer"), world.actor("volunteer")
    consents.give(person, "health_limits", through="page", actor=me, at=NOW)
    volunteers.update_profile(person.volunteer, health_limits=[HealthLimit.NO_NIGHT], actor=me, at=NOW)

    consents.withdraw(person, "health_limits", actor=me, at=NOW)

    kept = VolunteerProfile.objects.get(person=person)
    assert (kept.health_limits, kept.state) == ([], VolunteerState.ACTIVE)


@pytest.mark.req("R2.7")
def test_whoever_reports_in_takes_part_as_a_volunteer(world: World) -> None:
    person = make_person("刘芳", "13712345678", HERE, ForceClass.REPORTED_PERSON, unit=world.unit)

    report_ins.report_in(
        person, world.unit, HERE, on=TODAY, valid_to=TODAY, actor=world.actor("liaison"), at=NOW
    )

    assert VolunteerProfile.objects.get(person=person).state == VolunteerState.ACTIVE


def test_reporting_in_twice_is_one_with_the_later_end(world: World) -> None:
    person, liaison = world.person("liaison"), world.actor("liaison")
    week, month = TODAY + timedelta(days=7), TODAY + timedelta(days=30)

    for end in (week, month, week):
        report_ins.report_in(person, world.unit, HERE, on=TODAY, valid_to=end, actor=liaison, at=NOW)

    assert ReportIn.objects.get().valid_to == month
    assert Entry.objects.filter(verb="people.report_in.recorded").count() == 2


def test_report_in_that_ends_before_it_begins_is_refused(world: World) -> None:
    code = refusal_of(
        lambda: report_ins.report_in(
            world.person("liaison"),
            world.unit,
            HERE,
            on=TODAY,
            valid_to=TODAY - timedelta(days=1),
            actor=world.actor("liaison"),
            at=NOW,
        )
    )

    assert code == "report_in_dates"
