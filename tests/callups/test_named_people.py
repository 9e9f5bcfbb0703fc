"""Who is on a list beside what is on file: ages to the day, duty elsewhere, seats that wait; and each line with its outcome."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import translation

from muster.audit.models import Entry
from muster.callups.actions import namings, offers, pledges
from muster.callups.models import Offer, Pledge, Slot
from muster.callups.queries import naming
from muster.callups.rules.drafts import SeatsDraft
from muster.callups.rules.rosters import MOST_LINES
from muster.notifications.models import Message
from muster.people.enums import ForceClass
from muster.people.models import Person, ReportIn, VolunteerProfile
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import called, me, roster, seated, seats_of
from tests.callups.refusals import nothing_done, refused
from tests.world import HERE, World, make_person

pytestmark = pytest.mark.django_db
DAY_OF_THE_CALL = START.date()
EMERGENCY = naming.Ages(18, 60, DAY_OF_THE_CALL)
ROUTINE = naming.Ages(14, None, DAY_OF_THE_CALL)


def years_before(years: int, days: int = 0) -> date:
    return DAY_OF_THE_CALL.replace(year=DAY_OF_THE_CALL.year - years) + timedelta(days=days)


@pytest.mark.req("R2.6")
@pytest.mark.parametrize(
    ("birth_on", "ages", "problem"),
    [
        pytest.param(years_before(18), EMERGENCY, "", id="eighteen on that day"),
        pytest.param(years_before(18, 1), EMERGENCY, "Is under 18.", id="eighteen on the next"),
        pytest.param(years_before(61, 1), EMERGENCY, "", id="sixty, the last day"),
        pytest.param(years_before(61), EMERGENCY, "Is over 60.", id="sixty-one on that day"),
        pytest.param(years_before(61), ROUTINE, "", id="sixty-one in routine"),
        pytest.param(years_before(14), ROUTINE, "", id="fourteen in routine"),
        pytest.param(years_before(14, 1), ROUTINE, "Is under 14.", id="thirteen in routine"),
        pytest.param(None, EMERGENCY, "", id="nothing on file: the unit vouches"),
    ],
)
def test_ages_are_judged_on_the_day_of_the_call_up(
    birth_on: date | None, ages: naming.Ages, problem: str
) -> None:
    with translation.override("en"):
        words = naming.age_problem(birth_on, ages)

    assert words.startswith(problem) if problem else words == ""


@pytest.mark.parametrize(("mode", "ages"), [("emergency", (18, 60)), ("routine", (14, None))])
def test_the_mode_of_the_call_up_says_which_ages(
    world: World, mode: str, ages: tuple[int, int | None]
) -> None:
    call_up = raised(world.actor("worker"), draft(mode=mode, level=0))

    found = naming.ages_of(call_up)

    assert (found.lowest, found.highest, found.on) == (*ages, DAY_OF_THE_CALL)


def test_the_standing_of_each_is_told_in_the_order_of_the_list(world: World) -> None:
    call_up, elsewhere = raised(world.actor("worker")), raised(world.actor("worker"))
    new, asked, busy, here = (world.volunteer(number) for number in range(4))
    offer_to(call_up, asked, state="declined", answered_at=NOW)
    seated(world, busy, elsewhere)
    seated(world, here, call_up)

    found = naming.standing_of([busy, None, new, asked, here], call_up)

    assert [(row.offer_state, row.is_on_duty) for row in found] == [
        ("", True),
        ("", False),
        ("", False),
        ("declined", False),
        ("accepted", False),
    ]


@pytest.mark.parametrize(
    ("start", "busy"),
    [
        pytest.param(START - timedelta(hours=6), False, id="ends as this begins"),
        pytest.param(START - timedelta(hours=6) + timedelta(seconds=1), True, id="a second into it"),
        pytest.param(START + timedelta(hours=6), False, id="begins as this ends"),
    ],
)
def test_duty_elsewhere_counts_where_the_times_meet(world: World, start: datetime, busy: bool) -> None:
    call = called(world)
    person = make_person("赵敏", "13800000077", HERE, ForceClass.REPORTED_PERSON, world.unit)
    VolunteerProfile.objects.create(person=person, division_code=HERE, registered_at=NOW)
    form = draft(
        posts=(post("南门", shift(SeatsDraft("general", 1), start=start)),),
        reply_by=NOW + timedelta(hours=1),
        mode="routine",
        level=0,
    )
    seated(world, person, raised(world.actor("worker"), form))

    result = namings.name_people(call, lines="赵敏 13800000077", actor=world.actor("liaison"), at=NOW)

    assert [row.state for row in result.rows] == ["elsewhere" if busy else "named"]


def test_seats_that_wait_for_a_name_are_those_without_an_open_question(world: World) -> None:
    call = called(world)
    pledges.pledge(call, headcount=4, actor=world.actor("liaison"), at=NOW)
    namings.name_people(call, lines=roster(2), actor=world.actor("liaison"), at=NOW)

    ((pledge, free),) = naming.kept_seats(call)
    assert (pledge.held, free) == (4, 2)

    first = Offer.objects.filter(unit_call=call).select_related("person").order_by("pk")[0]
    offers.decline(first, "work", actor=me(first.person), at=NOW)
    assert [free for _pledge, free in naming.kept_seats(call)] == [3]


def test_beyond_the_kept_seats_people_are_asked_for_the_emptiest_general_place(world: World) -> None:
    posts = (
        post("北门", shift(SeatsDraft("general", 2))),
        post("南门", shift(SeatsDraft("general", 4), SeatsDraft("skilled", 1, "nursing"))),
    )
    call_up = raised(world.actor("worker"), draft(posts=posts))
    Slot.objects.filter(shift__post__name="北门").update(taken=1)
    Slot.objects.filter(shift__post__name="南门", kind="general").update(taken=3)

    assert naming.least_filled_slot(call_up).shift.post.name == "北门"
    Slot.objects.filter(shift__post__name="北门").update(taken=2)
    assert naming.least_filled_slot(call_up).shift.post.name == "南门"


def test_where_there_are_no_general_seats_any_place_is_better_than_none(world: World) -> None:
    form = draft(posts=(post("北门", shift(SeatsDraft("skilled", 2, "nursing"))),))

    assert naming.least_filled_slot(raised(world.actor("worker"), form)).kind == "skilled"


OUTCOMES = """姓名\t电话
报到一\t13800000001
报到一\t13800000001
李四\t12345
王五
已问过\t13800000090
说过不\t13800000091
换了名\t13800000092"""


@pytest.mark.req("R2.4")
def test_every_line_has_its_outcome_and_a_sentence_where_it_put_nobody_on_the_list(world: World) -> None:
    call = called(world)
    known = {
        name: make_person(name, digits, HERE, ForceClass.REPORTED_PERSON, world.unit)
        for name, digits in (("已问过", "13800000090"), ("说过不", "13800000091"), ("另一人", "13800000092"))
    }
    offer_to(call.call_up, known["已问过"])
    offer_to(call.call_up, known["说过不"], state="declined", answered_at=NOW)

    result = namings.name_people(call, lines=OUTCOMES, actor=world.actor("liaison"), at=NOW)

    assert [(row.number, row.state) for row in result.rows] == [
        (2, "named"),
        (3, "repeated"),
        (4, "bad"),
        (5, "bad"),
        (6, "known"),
        (7, "refused"),
        (8, "bad"),
    ]
    assert (result.good, result.named, [number for number, _text, _why in result.bad]) == (
        2,
        1,
        [3, 4, 5, 7, 8],
    )
    assert all(reason for _number, _text, reason in result.bad)
    assert "另一人" not in "".join(reason for _number, _text, reason in result.bad)


@pytest.mark.req("R2.4", "R2.7")
def test_a_named_person_is_on_file_reported_in_until_a_year_after_the_end(world: World) -> None:
    call = called(world)

    namings.name_people(call, lines="赵敏 13800000077", actor=world.actor("liaison"), at=NOW)

    person = Person.objects.get(name="赵敏")
    report = ReportIn.objects.get(person=person)
    assert (person.force_class, person.unit, person.division_code) == ("reported_person", world.unit, HERE)
    assert VolunteerProfile.objects.filter(person=person, state="active").exists()
    assert (report.unit, report.division_code) == (world.unit, HERE)
    assert report.valid_to == DAY_OF_THE_CALL + timedelta(days=365)


def test_naming_the_same_people_in_a_second_call_up_makes_nobody_twice(world: World) -> None:
    first, second = called(world), called(world)
    for call in (first, second):
        namings.name_people(call, lines=roster(3), actor=world.actor("liaison"), at=NOW)

    assert Person.objects.filter(unit=world.unit).exclude(name="邓小雨").count() == 3
    assert Offer.objects.count() == 6


def test_a_list_in_parts_counts_as_one(world: World) -> None:
    call = called(world)

    for first in (0, 2, 4):
        result = namings.name_people(call, lines=roster(2, first), actor=world.actor("liaison"), at=NOW)

    call.refresh_from_db()
    assert (result.ledger.pledged, call.pledged_headcount, call.state) == (6, 6, "named")
    assert seats_of(call.call_up) == [(6, 6, 0)]
    assert Message.objects.filter(topic="offer").count() == 6


def test_the_same_list_again_sends_and_writes_nothing(world: World) -> None:
    call = called(world)
    namings.name_people(call, lines=roster(3), actor=world.actor("liaison"), at=NOW)

    with nothing_done():
        again = namings.name_people(call, lines=roster(3), actor=world.actor("liaison"), at=NOW)

    assert (again.named, again.good) == (0, 3)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        pytest.param("", "list_empty", id="nothing"),
        pytest.param(" \n\t\n", "list_empty", id="blanks"),
        pytest.param("姓名 手机\n", "list_empty", id="only a heading"),
        pytest.param("张三 1\n" * (MOST_LINES + 1), "list_too_long", id="a line too many"),
    ],
)
def test_a_list_that_cannot_be_is_refused_whole(world: World, lines: str, code: str) -> None:
    call = called(world)

    with refused(code):
        namings.name_people(call, lines=lines, actor=world.actor("liaison"), at=NOW)


def test_a_trail_of_names_tells_how_many_and_not_who(world: World) -> None:
    call = called(world)

    namings.name_people(call, lines=roster(2), actor=world.actor("liaison"), at=NOW)

    entry = Entry.objects.get(verb="callups.unit_call.named")
    assert entry.detail == {"unit": world.unit.name, "people": 2}


def test_who_says_no_leaves_his_seat_to_the_next_name_of_his_unit(world: World) -> None:
    call = called(world, draft(2, unit_ids=(world.unit.pk,)))
    namings.name_people(call, lines=roster(2), actor=world.actor("liaison"), at=NOW)
    first = Offer.objects.filter(unit_call=call).select_related("person").order_by("pk")[0]
    offers.decline(first, "work", actor=me(first.person), at=NOW)

    result = namings.name_people(call, lines=roster(1, 9), actor=world.actor("liaison"), at=NOW)

    replacement = Offer.objects.filter(unit_call=call).order_by("pk").last()
    assert (result.named, result.ledger.surplus) == (1, 0)
    assert replacement is not None
    assert replacement.pledge == Pledge.objects.get()
    assert seats_of(call.call_up) == [(2, 2, 0)]
