"""Who may not stand there is found in the rows: age, health, will, insurance, skill, rest; each person once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from muster.callups.actions import orders
from muster.callups.models import Assignment, CallUp, Offer, Slot, SupportItem
from muster.callups.rules.drafts import SeatsDraft
from muster.people.models import Person, VolunteerProfile
from muster.web.drill import verdict
from tests.callups.drafting import NOW, START, post, shift
from tests.web.drill.ground import SOUND, call_of, drilled, judged, moved, profile, served
from tests.world import World

pytestmark = pytest.mark.django_db

Age = tuple[str, date | None, dict[str, object], str, int]
AGES: list[Age] = [
    ("a day under 14", date(2012, 12, 4), {"guardian_consented_at": NOW}, "routine", 1),
    ("14 without a guardian", date(2012, 12, 3), {}, "routine", 1),
    ("14 with a guardian", date(2012, 12, 3), {"guardian_consented_at": NOW}, "routine", 0),
    ("17 in an emergency", date(2008, 12, 4), {"guardian_consented_at": NOW}, "emergency", 1),
    ("18 that day", date(2008, 12, 3), {}, "emergency", 0),
    ("60 in an emergency", date(1965, 12, 4), {}, "emergency", 0),
    ("61 in an emergency", date(1965, 12, 3), {}, "emergency", 1),
    ("61 by a recorded exception", date(1965, 12, 3), {"age_exception_reason": "医生"}, "emergency", 0),
    ("61 in routine", date(1965, 12, 3), {}, "routine", 0),
    ("no date of birth", None, {}, "emergency", 1),
    ("no date of birth, vouched for", None, {"adult_vouched_by_label": "单位"}, "emergency", 0),
]


@pytest.mark.req("R2.6")
@pytest.mark.parametrize("age", AGES, ids=[row[0] for row in AGES])
def test_who_is_of_the_wrong_age_is_counted(people: list[Person], call_up: CallUp, age: Age) -> None:
    _words, born_on, facts, mode, count = age
    Person.objects.filter(pk=people[0].pk).update(birth_on=born_on)
    profile(people[0], **facts)
    CallUp.objects.filter(pk=call_up.pk).update(mode=mode, level=3 if mode == "emergency" else 0)

    assert judged(call_up) == (0, 0, count, 0)


@pytest.mark.req("R2.6")
@pytest.mark.parametrize(
    ("facts", "count"),
    [
        ({"health_limits": ["no_standing"]}, 1),
        ({"health_limits": ["no_contact", "no_standing"]}, 1),
        ({"health_limits": ["no_lifting"]}, 0),
        ({"emergency_willing": "no"}, 1),
        ({"emergency_willing": "unknown"}, 1),
        ({"availability": 0}, 1),
    ],
    ids=[
        "may not stand",
        "two limits are one person",
        "a limit of other work",
        "not willing",
        "never said",
        "no time",
    ],
)
def test_who_may_not_or_will_not_is_counted(
    people: list[Person], call_up: CallUp, facts: dict[str, object], count: int
) -> None:
    profile(people[1], **facts)

    assert judged(call_up) == (0, 0, count, 0)


def test_each_person_against_a_rule_counts_once(people: list[Person], call_up: CallUp) -> None:
    for person in people[:2]:
        profile(person, health_limits=["no_standing"], emergency_willing="no", availability=0)

    assert judged(call_up) == (0, 0, 2, 0)


def test_who_was_named_or_walked_up_settled_by_his_own_yes_whether_he_will(
    people: list[Person], call_up: CallUp
) -> None:
    profile(people[0], emergency_willing="unknown", availability=0)
    Offer.objects.filter(person=people[0]).update(wave=0)
    assert judged(call_up) == SOUND

    profile(people[0], health_limits=["no_standing"])
    assert judged(call_up) == (0, 0, 1, 0)


def test_an_exception_with_its_reason_is_no_violation(people: list[Person], call_up: CallUp) -> None:
    profile(people[0], health_limits=["no_standing"])
    Assignment.objects.filter(person=people[0]).update(exception_reason="只坐着登记")

    assert judged(call_up) == SOUND


@pytest.mark.parametrize(
    ("insured_until", "count"),
    [(None, 3), (date(2026, 12, 2), 3), (date(2026, 12, 3), 0)],
    ids=["nobody insures", "until the day before", "until that day"],
)
def test_without_insurance_nobody_may_stand_there(
    people: list[Person], call_up: CallUp, insured_until: date | None, count: int
) -> None:
    SupportItem.objects.filter(call_up=call_up, kind="insurance").delete()
    VolunteerProfile.objects.update(insured_until=insured_until)

    assert judged(call_up) == (0, 0, count, 0)


def test_a_skill_and_a_leaders_seat_ask_for_what_they_say(people: list[Person], call_up: CallUp) -> None:
    Slot.objects.filter(call_up=call_up).update(kind="skilled", skill="nurse")
    profile(people[0], skills=["nurse"])
    assert judged(call_up) == (0, 0, 2, 0)

    Slot.objects.filter(call_up=call_up).update(kind="backbone", skill="")
    profile(people[0], is_backbone=True)
    assert judged(call_up) == (0, 0, 2, 0)


def test_a_second_shift_without_rest_is_counted_for_both(world: World, people: list[Person]) -> None:
    first = drilled(world)
    second = drilled(
        world, posts=(post("北门", shift(SeatsDraft("general", 6), start=START + timedelta(hours=15))),)
    )
    served(world, first, people[0])
    moved(second, people[0], to=timedelta(hours=15))
    Assignment.objects.update(exception_reason="")

    assert verdict.violations_of([call_of(first)]).ineligible == 1
    assert verdict.violations_of([call_of(first), call_of(second)]).ineligible == 2


def test_who_is_on_duty_is_not_asked_whether_he_will(world: World) -> None:
    call_up = drilled(world)
    slot = Slot.objects.select_related("shift__post", "call_up").get(call_up=call_up)
    orders.order(world.person("worker"), slot, actor=world.actor("worker"), at=NOW)

    assert not hasattr(world.person("worker"), "volunteer")
    assert judged(call_up) == SOUND
