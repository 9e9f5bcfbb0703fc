"""Agreeing and taking it back: what holds from the next moment on, for oneself, for the desk and for the dispatcher."""

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from muster.audit.models import Entry
from muster.people.actions import consents, persons, volunteers
from muster.people.enums import ConsentPurpose, ForceClass, HealthLimit, VolunteerState
from muster.people.models import Consent, ConsentText, Person, VolunteerProfile
from muster.people.queries import search_people
from muster.people.queries.profiles import consents_of, newest_text
from muster.people.queries.register import CALLABLE
from muster.toolkit.actor import Actor
from tests.people.asking import refusal_of, text
from tests.racing import at_once
from tests.world import HERE, World, make_divisions, make_person

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SERVICE, LIMITS = ConsentPurpose.VOLUNTEER_SERVICE, ConsentPurpose.HEALTH_LIMITS
ANSWER = "/my/profile/consent/"


@pytest.fixture(autouse=True)
def texts(db: None) -> None:
    consents.load_texts()


def newer_words(purpose: str, at: datetime, version: int = 2) -> None:
    for language in ("zh-hans", "en"):
        ConsentText.objects.create(
            purpose=purpose,
            version=version,
            language=language,
            title=f"版本 {version}",
            body="新的文字",
            legal_basis="consent",
            published_at=at,
        )


def give(world: World, purpose: str, at: datetime = NOW) -> Consent:
    return consents.give(
        world.person("volunteer"), purpose, through="page", actor=world.actor("volunteer"), at=at
    )


def withdraw(world: World, purpose: str, at: datetime = NOW) -> None:
    consents.withdraw(world.person("volunteer"), purpose, actor=world.actor("volunteer"), at=at)


def oneself(person: Person) -> Actor:
    return Actor(label=person.code, person_id=person.pk)


def is_callable(world: World) -> bool:
    return world.person("volunteer") in search_people(world.actor("worker"), force=CALLABLE).rows


class TestService:
    @pytest.mark.req("R4.8")
    def test_whoever_takes_it_back_is_callable_no_more_and_again_after_a_new_yes(self, world: World) -> None:
        client = world.client_for("volunteer")
        client.post(ANSWER, {"purpose": SERVICE, "answer": "give"})
        before = is_callable(world)

        client.post(ANSWER, {"purpose": SERVICE, "answer": "withdraw"})
        between = is_callable(world)
        client.post(ANSWER, {"purpose": SERVICE, "answer": "give"})

        assert (before, between, is_callable(world)) == (True, False, True)

    def test_the_desk_sees_it_at_the_next_click(self, world: World) -> None:
        give(world, SERVICE)
        desk, url = world.client_for("worker"), f"/desk/people/{world.person('volunteer').code}/"
        assert desk.get(url).context["card"].profile.state == VolunteerState.ACTIVE

        withdraw(world, SERVICE)

        page = desk.get(url)
        assert page.context["card"].profile.state == VolunteerState.LEFT
        assert not any(asked.consent for asked in page.context["asked"])

    def test_what_was_offered_stays_for_the_day_one_comes_back(self, world: World) -> None:
        give(world, SERVICE)
        volunteers.update_profile(
            world.person("volunteer").volunteer,
            availability=0b1111,
            task_kinds=["delivery"],
            actor=world.actor("volunteer"),
            at=NOW,
        )

        withdraw(world, SERVICE)
        consents.agree(world.person("volunteer"), SERVICE, actor=world.actor("volunteer"), at=NOW)

        kept = VolunteerProfile.objects.get(person=world.person("volunteer"))
        assert (kept.state, kept.availability, kept.task_kinds) == ("active", 0b1111, ["delivery"])

    def test_being_paused_is_not_lifted_by_agreeing_to_newer_words(self, world: World) -> None:
        """Somebody who rests and reads the new text has not said that they rest no more."""
        give(world, SERVICE)
        profile = world.person("volunteer").volunteer
        volunteers.set_state(profile, VolunteerState.PAUSED, actor=world.actor("volunteer"), at=NOW)
        newer_words(SERVICE, NOW)

        consents.agree(world.person("volunteer"), SERVICE, actor=world.actor("volunteer"), at=NOW)

        assert VolunteerProfile.objects.get(pk=profile.pk).state == VolunteerState.PAUSED

    def test_one_of_the_regular_force_who_takes_it_back_keeps_the_post(self, world: World) -> None:
        guard = world.person("guard")
        consents.agree(guard, SERVICE, actor=world.actor("guard"), at=NOW)

        consents.withdraw(guard, SERVICE, actor=world.actor("guard"), at=NOW)

        guard.refresh_from_db()
        assert (guard.force_class, guard.volunteer.state) == (ForceClass.PROPERTY_STAFF, VolunteerState.LEFT)
        assert world.actor("guard").grants != ()


class TestHealthLimits:
    def limits(self, world: World) -> list[str]:
        return list(VolunteerProfile.objects.get(person=world.person("volunteer")).health_limits)

    def say(self, world: World) -> None:
        volunteers.update_profile(
            world.person("volunteer").volunteer,
            health_limits=[HealthLimit.NO_NIGHT, HealthLimit.NO_LIFTING],
            actor=world.actor("volunteer"),
            at=NOW,
        )

    def test_they_are_kept_only_under_their_own_consent(self, world: World) -> None:
        give(world, SERVICE)
        assert refusal_of(lambda: self.say(world)) == "consent_needed"
        assert self.limits(world) == []

        give(world, LIMITS)
        self.say(world)

        assert self.limits(world) == ["no_lifting", "no_night"]

    def test_a_consent_to_one_thing_is_none_to_another(self, world: World) -> None:
        for purpose in set(ConsentPurpose) - {LIMITS}:
            give(world, purpose)

        assert refusal_of(lambda: self.say(world)) == "consent_needed"

    def test_taken_back_they_are_gone_from_every_page_at_once(self, world: World) -> None:
        give(world, LIMITS)
        self.say(world)
        desk, url = world.client_for("worker"), f"/desk/people/{world.person('volunteer').code}/"
        assert len(desk.get(url).context["card"].limits) == 2

        withdraw(world, LIMITS)

        assert desk.get(url).context["card"].limits == []
        assert self.limits(world) == []
        assert refusal_of(lambda: self.say(world)) == "consent_needed"

    def test_the_trail_names_the_purpose_and_no_limit(self, world: World) -> None:
        give(world, LIMITS)
        self.say(world)
        withdraw(world, LIMITS)

        told = str(list(Entry.objects.values_list("verb", "detail")))
        assert "health_limits" in told
        assert "no_night" not in told

    def test_saying_none_needs_no_consent(self, world: World) -> None:
        profile = volunteers.update_profile(
            world.person("volunteer").volunteer, health_limits=[], actor=world.actor("volunteer"), at=NOW
        )

        assert profile.health_limits == []


class TestVersions:
    def test_words_count_from_the_moment_they_are_published(self, world: World) -> None:
        newer_words(SERVICE, NOW + timedelta(seconds=1))

        early = give(world, SERVICE, NOW)
        late = give(world, SERVICE, NOW + timedelta(seconds=1))

        assert (early.version, late.version) == (1, 2)

    def test_the_older_yes_holds_until_the_newer_one_is_given(self, world: World) -> None:
        give(world, SERVICE)
        newer_words(SERVICE, NOW)

        asked = {one.text.purpose: one for one in consents_of(world.person("volunteer"))}

        assert asked[SERVICE].consent is not None
        assert asked[SERVICE].is_older
        assert is_callable(world)

    def test_each_yes_stays_on_file_with_what_it_was_a_yes_to(self, world: World) -> None:
        give(world, SERVICE)
        newer_words(SERVICE, NOW)
        give(world, SERVICE, NOW + timedelta(days=1))
        withdraw(world, SERVICE, NOW + timedelta(days=2))

        lines = Consent.objects.filter(person=world.person("volunteer")).order_by("pk")
        assert [(one.version, one.withdrawn_at) for one in lines] == [
            (1, NOW + timedelta(days=1)),
            (2, NOW + timedelta(days=2)),
        ]

    def test_the_database_itself_keeps_one_yes_in_force(self, world: World) -> None:
        first = give(world, SERVICE)
        first.pk = None

        with pytest.raises(IntegrityError), transaction.atomic():
            first.save()

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_the_words_are_in_the_language_of_the_reader(self, world: World, language: str) -> None:
        client = world.client_for("volunteer")
        client.cookies["django_language"] = language
        wanted = ConsentText.objects.filter(language=language).values_list("title", flat=True)
        other = ConsentText.objects.exclude(language=language).values_list("title", flat=True)

        page = text(client.get("/my/profile/")).replace("&#x27;", "'")

        assert all(title in page for title in wanted)
        assert not any(title in page for title in other)

    def test_without_any_words_there_is_nothing_to_agree_to(self, world: World) -> None:
        ConsentText.objects.all().delete()

        response = world.client_for("guard").post(ANSWER, {"purpose": SERVICE, "answer": "give"})

        assert response.status_code == 409
        assert newest_text(SERVICE) is None
        assert consents_of(world.person("guard")) == []
        assert not VolunteerProfile.objects.filter(person=world.person("guard")).exists()


class TestTogether:
    def test_a_yes_that_cannot_enroll_is_no_yes(self, world: World) -> None:
        """Agreeing and enrolling stand or fall together: a child of 12 leaves no consent behind."""
        guard = world.person("guard")
        Person.objects.filter(pk=guard.pk).update(birth_on=NOW.date() - timedelta(days=365 * 12))
        guard.refresh_from_db()

        code = refusal_of(lambda: consents.agree(guard, SERVICE, actor=world.actor("guard"), at=NOW))

        assert code == "too_young"
        assert not Consent.objects.filter(person=guard).exists()
        assert not Entry.objects.filter(verb="people.consent.given").exists()

    def test_erasing_ends_every_consent(self, world: World) -> None:
        for purpose in ConsentPurpose:
            give(world, purpose)

        persons.erase(world.person("volunteer"), actor=world.actor("worker"), at=NOW)

        assert set(Consent.objects.values_list("withdrawn_at", flat=True)) == {NOW}


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def person(self, texts: None) -> Person:
        make_divisions()
        return make_person("刘芳", "13712345678", HERE, ForceClass.VOLUNTEER)

    def test_two_taps_agree_once(self, person: Person) -> None:
        deed = partial(consents.agree, person, SERVICE, actor=oneself(person), at=NOW)

        assert at_once([deed] * 4) == [None] * 4

        assert Consent.objects.count() == VolunteerProfile.objects.count() == 1
        assert Entry.objects.filter(verb="people.consent.given").count() == 1

    def test_two_taps_take_back_once(self, person: Person) -> None:
        consents.agree(person, SERVICE, actor=oneself(person), at=NOW)
        deed = partial(consents.withdraw, person, SERVICE, actor=oneself(person), at=NOW)

        outcomes = at_once([deed] * 4)

        assert sorted(map(str, outcomes)) == ["None"] + ["no_consent"] * 3
        assert Entry.objects.filter(verb="people.consent.withdrawn").count() == 1
