"""Names for a pledge: the good lines count, the bad ones are said, and the same list twice is one list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from muster.audit.models import Disclosure, Entry
from muster.callups.actions import namings, offers, pledges, waves
from muster.callups.actions.namings import NamingResult
from muster.callups.models import Offer, UnitCall
from muster.callups.rules import rosters
from muster.callups.rules.drafts import SeatsDraft
from muster.notifications.models import Message
from muster.people.enums import ForceClass
from muster.people.models import Person, ReportIn, VolunteerProfile
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import called, me, roster, seated, seats_of
from tests.world import World, make_person, make_unit

pytestmark = pytest.mark.django_db


def name(world: World, call: UnitCall, lines: str, at: object = NOW) -> NamingResult:
    with translation.override("en"):
        return namings.name_people(call, lines=lines, actor=world.actor("liaison"), at=at)


def states(result: NamingResult) -> list[tuple[int, str]]:
    return [(row.number, row.state.value) for row in result.rows]


@pytest.mark.req("R2.4", "R2.7")
def test_a_named_person_reports_in_as_a_volunteer_and_is_asked(world: World) -> None:
    call = called(world)

    result = name(world, call, "姓名\t手机号\n杨帆\t17712345096\n")

    person = Person.objects.get(name="杨帆")
    assert (person.force_class, person.unit, person.phone) == (
        ForceClass.REPORTED_PERSON,
        world.unit,
        "+8617712345096",
    )
    assert VolunteerProfile.objects.get(person=person).adult_vouched_by_label == world.actor("liaison").label
    report = ReportIn.objects.get(person=person)
    assert (report.unit, report.division_code, report.reported_on) == (world.unit, world.here, NOW.date())
    offer = Offer.objects.get(person=person)
    assert (offer.call_up, offer.unit_call, offer.wave, offer.state) == (call.call_up, call, 0, "asked")
    assert offer.pledge is not None
    assert (result.good, result.named, result.bad) == (1, 1, ())


def test_a_named_person_gets_a_message_with_a_link_of_his_own(world: World) -> None:
    call = called(world)

    name(world, call, "杨帆 17712345096\n孙雪 18612342214")

    messages = Message.objects.filter(topic="offer").order_by("pk")
    assert [message.address for message in messages] == ["+8617712345096", "+8618612342214"]
    assert len({message.body.rsplit("/my/o/", 1)[1] for message in messages}) == 2


def test_names_raise_the_pledge_and_keep_seats(world: World) -> None:
    call = called(world)

    result = name(world, call, roster(4))

    call.refresh_from_db()
    assert (call.state, call.pledged_headcount) == ("named", 4)
    assert (result.ledger, seats_of(call.call_up)) == (pledges.Ledger(4, 4), [(6, 4, 0)])


def test_fewer_names_than_pledged_leave_the_rest_pledged(world: World) -> None:
    call = called(world)
    pledges.pledge(call, headcount=5, actor=world.actor("liaison"), at=NOW)

    name(world, call, roster(2))

    call.refresh_from_db()
    assert (call.state, call.pledged_headcount, seats_of(call.call_up)) == ("pledged", 5, [(6, 5, 0)])


def test_more_names_than_seats_are_asked_without_a_seat_and_it_is_said(world: World) -> None:
    call = called(world)

    result = name(world, call, roster(8))

    assert (result.named, result.ledger.surplus) == (8, 2)
    assert Offer.objects.filter(unit_call=call, pledge=None).count() == 2
    assert seats_of(call.call_up) == [(6, 6, 0)]


def test_a_named_person_who_says_yes_takes_the_seat_that_was_kept(world: World) -> None:
    call = called(world)
    name(world, call, roster(1))
    offer = Offer.objects.select_related("person").get(unit_call=call)

    answer = offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)

    assert answer.assignment is not None
    assert answer.assignment.unit_call == call
    assert seats_of(call.call_up) == [(6, 0, 1)]


@pytest.mark.req("R2.4")
def test_the_same_list_twice_changes_nothing(world: World) -> None:
    call = called(world)
    lines = roster(3)
    name(world, call, lines)
    before = (
        Person.objects.count(),
        ReportIn.objects.count(),
        Offer.objects.count(),
        Message.objects.count(),
    )

    again = name(world, call, lines, NOW + timedelta(minutes=5))

    assert states(again) == [(1, "known"), (2, "known"), (3, "known")]
    assert (again.good, again.named, again.bad) == (3, 0, ())
    assert before == (
        Person.objects.count(),
        ReportIn.objects.count(),
        Offer.objects.count(),
        Message.objects.count(),
    )
    assert seats_of(call.call_up) == [(6, 3, 0)]


def test_good_lines_count_and_bad_ones_are_said_with_line_and_reason(world: World) -> None:
    call = called(world)

    result = name(
        world, call, "杨帆 17712345096\n郑凯 1380000\n\n13912341234\n孙雪 177****5096\n马超 02886740000"
    )

    assert [(number, reason) for number, _text, reason in result.bad] == [
        (2, "The mobile number is 4 digits short. Complete it."),
        (4, "The name is missing. Write it before the number."),
        (5, "The number is masked with *. Paste the whole number; nobody else will see it."),
        (6, "This is no mobile number. Enter one of 11 digits that begins with 13 to 19."),
    ]
    assert (result.good, Offer.objects.filter(unit_call=call).count()) == (1, 1)


def test_the_same_person_twice_in_a_list_is_left_out_and_said(world: World) -> None:
    call = called(world)

    result = name(world, call, "孙雪 18612342214\n杨帆 17712345096\n孙雪\t186-1234-2214")

    assert states(result) == [(1, "named"), (2, "named"), (3, "repeated")]
    assert result.rows[2].reason == "The same person as on line 1; left out here."


def test_a_person_on_file_is_found_by_phone(world: World) -> None:
    call = called(world)
    known = make_person("杨帆", "17712345096", world.here, ForceClass.VOLUNTEER)

    name(world, call, "杨帆 17712345096")

    assert Person.objects.filter(name="杨帆").count() == 1
    known.refresh_from_db()
    assert (known.force_class, known.unit) == (ForceClass.VOLUNTEER, world.unit)
    assert Offer.objects.get(unit_call=call).person == known


def test_a_number_on_file_with_another_name_is_said_and_nothing_is_shown(world: World) -> None:
    call = called(world)
    make_person("杨帆", "17712345096", world.here, ForceClass.VOLUNTEER)

    result = name(world, call, "孙雪 17712345096")

    assert [reason for _number, _text, reason in result.bad] == [
        "This number is on file with another name. Compare both with the person."
    ]
    assert "杨帆" not in repr(result)
    assert Disclosure.objects.count() == 0


def test_somebody_on_duty_elsewhere_at_that_time_is_said(world: World) -> None:
    somebody = make_person("杨帆", "17712345096", world.here, ForceClass.VOLUNTEER)
    seated(world, somebody_willing(somebody))
    call = called(world)

    result = name(world, call, "杨帆 17712345096")

    assert states(result) == [(1, "elsewhere")]
    assert Offer.objects.filter(unit_call=call).count() == 0


def somebody_willing(person: Person) -> Person:
    VolunteerProfile.objects.create(person=person, division_code=person.division_code, registered_at=NOW)
    return person


def test_somebody_who_said_no_is_not_asked_again(world: World) -> None:
    call = called(world)
    volunteer = world.person("volunteer")
    offers.decline(offer_to(call.call_up, volunteer), "work", actor=me(volunteer), at=NOW)

    result = name(world, call, f"{volunteer.name} {volunteer.phone}")

    assert states(result) == [(1, "refused")]


@pytest.mark.parametrize(
    ("born", "reason"),
    [
        ("20100101", "Is under 18. Name somebody older."),
        (
            "19600101",
            "Is over 60. In an emergency name somebody younger, or ask the community for an exception.",
        ),
    ],
)
@pytest.mark.req("R2.6")
def test_the_age_that_an_identity_number_tells_is_looked_at(world: World, born: str, reason: str) -> None:
    call = called(world)
    body = f"510107{born}001"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]

    result = name(world, call, f"杨帆 17712345096 {body}{check}")

    assert [words for _number, _text, words in result.bad] == [reason]


def test_an_empty_and_an_endless_list_are_refused(world: World) -> None:
    call = called(world)

    for lines, code in (
        ("\n  \n", "list_empty"),
        ("杨帆 17712345096\n" * (rosters.MOST_LINES + 1), "list_too_long"),
    ):
        with pytest.raises(Refused) as refused:
            name(world, call, lines)
        assert refused.value.code == code


def test_after_the_deadline_nobody_is_named(world: World) -> None:
    call = called(world)

    with pytest.raises(Refused) as refused:
        name(world, call, roster(1), call.call_up.naming_due_at)

    assert refused.value.code == "naming_closed"
    assert Person.objects.filter(force_class=ForceClass.REPORTED_PERSON).exclude(unit=None).count() == 1


def test_who_is_named_late_still_has_time_to_answer(world: World) -> None:
    call = called(world, naming_due_at=START - timedelta(minutes=10))
    at = START - timedelta(hours=1)

    name(world, call, roster(1), at)

    assert Offer.objects.get(unit_call=call).reply_by == at + timedelta(minutes=30)


def test_homes_decide_which_post_people_are_asked_for(world: World) -> None:
    places = (
        post("北门", shift(SeatsDraft("general", 2)), lon=104.04, lat=30.66),
        post("南门", shift(SeatsDraft("general", 2)), lon=104.04, lat=30.62),
    )
    call = called(world, posts=places)
    pledges.pledge(call, headcount=4, actor=world.actor("liaison"), at=NOW)
    Person.objects.filter(pk=make_person("杨帆", "17712345096", world.here, ForceClass.VOLUNTEER).pk).update(
        lon=104.041, lat=30.621
    )

    name(world, call, "杨帆 17712345096")

    assert Offer.objects.get(unit_call=call).slot.shift.post.name == "南门"


def test_made_up_liaisons_name_made_up_people(world: World) -> None:
    call = called(world)

    name(world, call, roster(1))

    assert Offer.objects.get(unit_call=call).person.is_synthetic


def test_the_trail_holds_neither_names_nor_numbers(world: World) -> None:
    call = called(world)

    name(world, call, "杨帆 17712345096")

    text = repr(list(Entry.objects.values_list("verb", "object_code", "detail")))
    assert "杨帆" not in text
    assert "17712345096" not in text
    assert "callups.unit_call.named" in text


@pytest.mark.slow
@pytest.mark.req("R2.4")
def test_five_thousand_lines_with_three_bad_ones(world: World) -> None:
    big = make_unit("大厂", uscc="91110000600037341L")
    type(big).objects.filter(pk=big.pk).update(headcount=9000)
    form = draft(9, unit_ids=(big.pk,), posts=(post("北门", shift(SeatsDraft("general", 4990))),))
    call = UnitCall.objects.get(call_up=raised(world.actor("worker"), form))
    lines = roster(rosters.MOST_LINES).splitlines()
    lines[10], lines[2500], lines[4999] = "没有号码", "郑凯 1380000", "13900000000"

    result = name(world, call, "\n".join(lines))

    assert [number for number, _text, _reason in result.bad] == [11, 2501, 5000]
    assert result.good == Offer.objects.filter(unit_call=call).count() == 4997
    assert result.ledger == pledges.Ledger(4997, 4990)
    again = name(world, call, "\n".join(lines), NOW + timedelta(minutes=1))
    assert (again.good, again.named, Offer.objects.filter(unit_call=call).count()) == (4997, 0, 4997)


def test_the_last_seat_taken_thanks_the_asked_but_not_the_named(world: World) -> None:
    call = called(world, draft(13, unit_ids=(world.unit.pk,), unit_headcount=12))
    name(world, call, roster(12))
    asked = [offer_to(call.call_up, world.volunteer(number)) for number in range(30)]
    offers.accept(asked[0], actor=me(asked[0].person), risk_confirmed=True, at=NOW)

    waves.thank_surplus(call.call_up, at=NOW)

    assert set(Offer.objects.filter(unit_call=call).values_list("state", flat=True)) == {"asked"}
    assert Offer.objects.filter(call_up=call.call_up, state="thanked").exists()
