"""Ages at the edge of a birthday: registering, guardians, emergency posts, and the register that must say the same."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.audit.models import Entry
from muster.people.actions import consents, persons, volunteers
from muster.people.enums import ForceClass, Willingness
from muster.people.models import Consent, Person, VolunteerProfile
from muster.people.queries.register import callable_in_emergency
from muster.people.rules import AgeLimits, age_on, may_serve_in_emergency
from tests.people.asking import refusal_of
from tests.world import HERE, World, make_person, make_profile

LIMITS = AgeLimits(minimum=14, adult=18, emergency_maximum=60)
LEAP_DAY = date(2008, 2, 29)
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


@calm
@given(st.dates(date(1900, 1, 1), date(2026, 3, 2)), st.integers(0, 100))
def test_one_is_a_year_older_on_the_birthday_and_not_the_day_before(born: date, years: int) -> None:
    birthday = born + relativedelta(years=years)
    if (born.month, born.day) == (2, 29) and birthday.day == 28:
        birthday = date(birthday.year, 3, 1)

    assert age_on(born, birthday) == years
    assert age_on(born, birthday - relativedelta(days=1)) == years - 1


@calm
@given(st.dates(date(1950, 1, 1), date(2026, 1, 1)), st.integers(0, 40_000))
def test_nobody_gets_younger(born: date, days: int) -> None:
    day = born + relativedelta(days=days)

    assert 0 <= age_on(born, day) <= age_on(born, day + relativedelta(days=1)) <= age_on(born, day) + 1


# The days on which somebody turns 14, 18 and 61, with the day before and after, also for a child of a leap day.
TODAYS = [date(2026, 3, 2), date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 29), date(2027, 12, 31)]


@pytest.mark.req("R4.8")
@pytest.mark.django_db
@pytest.mark.parametrize("today", TODAYS, ids=str)
@pytest.mark.parametrize("exception", ["", "退休护士"], ids=["without exception", "with exception"])
def test_the_register_and_the_rule_agree_on_who_is_callable(today: date, exception: str) -> None:
    """Two ways to the same answer: the rule counts one birthday, the database compares dates."""
    edges = [
        today - relativedelta(years=years, days=days) for years in (14, 18, 60, 61) for days in (-1, 0, 1)
    ]
    for number, born in enumerate([*edges, LEAP_DAY, date(1964, 2, 29), date(1968, 2, 29)]):
        person = make_person(f"志愿者{number}", f"139{number:08d}", HERE, ForceClass.VOLUNTEER)
        Person.objects.filter(pk=person.pk).update(birth_on=born)
        make_profile(person, age_exception_reason=exception)

    listed = set(Person.objects.filter(callable_in_emergency(HERE, today)).values_list("birth_on", flat=True))

    everybody = [born for born in Person.objects.values_list("birth_on", flat=True) if born]
    assert listed == {
        born
        for born in everybody
        if may_serve_in_emergency(born, today, LIMITS, has_exception=bool(exception))
    }


def born(world: World, birth_on: date) -> Person:
    person = make_person("刘小川", "13712345678", HERE, ForceClass.VOLUNTEER)
    Person.objects.filter(pk=person.pk).update(birth_on=birth_on)
    person.refresh_from_db()
    return person


def enroll(world: World, person: Person, on: date, **facts: Any) -> VolunteerProfile:
    return volunteers.enroll(person, actor=world.actor("worker"), at=noon(on), **facts)


@pytest.mark.req("R2.6")
class TestEnrolling:
    @pytest.mark.parametrize(
        ("on", "guardian", "code"),
        [
            (date(2022, 2, 28), "刘大明", "too_young"),
            (date(2022, 3, 1), "", "guardian_needed"),
            (date(2022, 3, 1), "刘大明", ""),
            (date(2026, 2, 28), "", "guardian_needed"),
            (date(2026, 3, 1), "", ""),
        ],
        ids=["13 on 28 Feb", "14 on 1 Mar alone", "14 with a guardian", "17 on 28 Feb", "18 on 1 Mar"],
    )
    def test_a_child_of_a_leap_day_grows_on_the_first_of_march(
        self, world: World, on: date, guardian: str, code: str
    ) -> None:
        person = born(world, LEAP_DAY)

        if code:
            assert refusal_of(lambda: enroll(world, person, on, guardian_name=guardian)) == code
        else:
            enroll(world, person, on, guardian_name=guardian)
        assert VolunteerProfile.objects.filter(person=person).exists() == (code == "")

    @pytest.mark.parametrize("guardian", ["刘", "x1", "<b>刘大明</b>"])
    def test_a_guardian_is_somebody_with_a_name(self, world: World, guardian: str) -> None:
        person = born(world, date(2010, 3, 2))

        code = refusal_of(lambda: enroll(world, person, date(2026, 3, 2), guardian_name=guardian))

        assert code in {"name_length", "name_characters"}
        assert not VolunteerProfile.objects.filter(person=person).exists()

    def test_the_consent_of_a_guardian_stands_and_is_noted_once(self, world: World) -> None:
        person = born(world, date(2010, 3, 2))
        enroll(world, person, date(2026, 3, 2), guardian_name="刘大明")

        again = enroll(world, person, date(2026, 9, 1))

        assert (again.guardian_name, again.guardian_consented_at) == ("刘大明", noon(date(2026, 3, 2)))
        assert Entry.objects.filter(verb="people.volunteer.guardian_agreed").count() == 1

    def test_another_guardian_replaces_the_first_with_a_line_of_his_own(self, world: World) -> None:
        person = born(world, date(2010, 3, 2))
        enroll(world, person, date(2026, 3, 2), guardian_name="刘大明")

        profile = enroll(world, person, date(2026, 9, 1), guardian_name="何静")

        assert (profile.guardian_name, profile.guardian_consented_at) == ("何静", noon(date(2026, 9, 1)))
        assert Entry.objects.filter(verb="people.volunteer.guardian_agreed").count() == 2

    def test_the_name_of_a_guardian_is_in_no_line_of_the_trail(self, world: World) -> None:
        enroll(world, born(world, date(2010, 3, 2)), date(2026, 3, 2), guardian_name="刘大明")

        assert "刘大明" not in str(list(Entry.objects.values()))

    def test_a_minor_cannot_agree_alone_on_the_page(self, world: World) -> None:
        consents.load_texts()
        person = born(world, timezone.localdate() - relativedelta(years=16))

        deed = lambda: consents.agree(person, "volunteer_service", actor=world.actor("worker"))  # noqa: E731 - one deed

        assert refusal_of(deed) == "guardian_needed"
        assert not Consent.objects.filter(person=person).exists()


class TestEmergency:
    def profile(self, world: World) -> VolunteerProfile:
        return enroll(world, born(world, date(2008, 3, 2)), date(2026, 3, 1), guardian_name="刘大明")

    def test_a_minor_says_yes_to_emergencies_on_the_eighteenth_birthday(self, world: World) -> None:
        profile, worker = self.profile(world), world.actor("worker")

        def yes(on: date) -> VolunteerProfile:
            return volunteers.update_profile(
                profile, emergency_willing=Willingness.YES, actor=worker, at=noon(on)
            )

        assert refusal_of(lambda: yes(date(2026, 3, 1))) == "minor_in_emergency"
        assert yes(date(2026, 3, 2)).emergency_willing == Willingness.YES

    def test_a_minor_may_say_no(self, world: World) -> None:
        profile = volunteers.update_profile(
            self.profile(world),
            emergency_willing=Willingness.NO,
            actor=world.actor("worker"),
            at=noon(date(2026, 3, 1)),
        )

        assert profile.emergency_willing == Willingness.NO

    def test_midnight_in_beijing_decides_and_not_in_greenwich(self, world: World) -> None:
        """At 00:30 on the birthday it is still the day before in UTC."""
        profile = self.profile(world)
        just_after = noon(date(2026, 3, 2)) - timedelta(hours=11, minutes=30)
        just_before = noon(date(2026, 3, 2)) - timedelta(hours=12, seconds=1)

        early = refusal_of(
            lambda: volunteers.update_profile(
                profile, emergency_willing=Willingness.YES, actor=world.actor("worker"), at=just_before
            )
        )
        late = volunteers.update_profile(
            profile, emergency_willing=Willingness.YES, actor=world.actor("worker"), at=just_after
        )

        assert (early, late.emergency_willing) == ("minor_in_emergency", Willingness.YES)

    def test_a_birth_date_that_was_wrong_takes_a_minor_off_the_callable_list(self, world: World) -> None:
        profile = world.person("volunteer").volunteer
        on_list = callable_in_emergency(HERE, date(2026, 3, 2))
        assert Person.objects.filter(on_list, pk=profile.person_id).exists()

        persons.correct(profile.person, birth_on=date(2010, 6, 15), actor=world.actor("worker"))

        assert not Person.objects.filter(on_list, pk=profile.person_id).exists()
