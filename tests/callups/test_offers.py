"""Answers: each is final, and the same tap twice answers the same."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from muster.callups.actions import calls, offers
from muster.callups.enums import AssignmentState, OfferState
from muster.callups.models import Assignment, Offer, Slot
from muster.callups.rules.drafts import SeatsDraft
from muster.people.enums import Willingness
from muster.people.models import Person
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.world import World

pytestmark = pytest.mark.django_db


def me(person: Person) -> Actor:
    return Actor(label=person.code, person_id=person.pk)


def yes(offer: Offer, **facts: object) -> offers.Answer:
    return offers.accept(offer, actor=me(offer.person), **{"risk_confirmed": True, "at": NOW, **facts})


def taken(slot: Slot) -> tuple[int, int, int]:
    slot.refresh_from_db()
    return slot.seats, slot.held, slot.taken


@pytest.mark.req("R9.2")
def test_a_yes_takes_the_seat_and_keeps_that_the_risk_was_confirmed(world: World) -> None:
    call_up = raised(world.actor("worker"))
    offer = offer_to(call_up, world.person("volunteer"))

    answer = yes(offer)

    offer.refresh_from_db()
    assert (answer.state, offer.state, offer.risk_confirmed_at) == ("accepted", "accepted", NOW)
    assert answer.assignment is not None
    assert answer.assignment.state == AssignmentState.ACCEPTED
    assert answer.assignment.authority_label == world.actor("worker").label
    assert taken(answer.assignment.slot) == (3, 0, 1)


@pytest.mark.req("R9.2")
def test_a_yes_without_the_risk_statement_is_refused(world: World) -> None:
    offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))

    with pytest.raises(Refused) as refused:
        yes(offer, risk_confirmed=False)

    assert refused.value.code == "risk_not_confirmed"
    assert Assignment.objects.count() == 0


def test_the_same_yes_twice_takes_one_seat(world: World) -> None:
    offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))

    first, second = yes(offer), yes(offer)

    assert first.assignment == second.assignment
    assert taken(offer.slot) == (3, 0, 1)


def test_when_the_seat_is_gone_another_at_the_same_time_is_taken(world: World) -> None:
    form = draft(
        posts=(post("北门", shift(SeatsDraft("general", 1))), post("南门", shift(SeatsDraft("general", 1))))
    )
    call_up = raised(world.actor("worker"), form)
    north, south = Slot.objects.filter(call_up=call_up).order_by("pk")
    yes(offer_to(call_up, world.volunteer(1), north))

    answer = yes(offer_to(call_up, world.volunteer(2), north))

    assert answer.assignment is not None
    assert answer.assignment.slot == south


def test_a_skilled_seat_does_not_go_to_somebody_without_the_skill(world: World) -> None:
    seats = (SeatsDraft("general", 1), SeatsDraft("skilled", 1, "nursing"))
    call_up = raised(world.actor("worker"), draft(posts=(post("北门", shift(*seats)),)))
    general = Slot.objects.get(call_up=call_up, kind="general")
    yes(offer_to(call_up, world.volunteer(1), general))

    without = yes(offer_to(call_up, world.volunteer(2), general))
    nurse = yes(offer_to(call_up, world.volunteer(3, skills=["nursing"]), general))

    assert (without.state, nurse.state) == ("waiting", "accepted")


def test_a_backbone_seat_does_not_go_to_somebody_else(world: World) -> None:
    seats = (SeatsDraft("general", 1), SeatsDraft("backbone", 1))
    call_up = raised(world.actor("worker"), draft(posts=(post("北门", shift(*seats)),)))
    general = Slot.objects.get(call_up=call_up, kind="general")
    yes(offer_to(call_up, world.volunteer(1), general))

    other = yes(offer_to(call_up, world.volunteer(2), general))
    backbone = yes(offer_to(call_up, world.volunteer(3, is_backbone=True), general))

    assert (other.state, backbone.state) == ("waiting", "accepted")


def test_when_all_is_full_people_wait_in_the_order_of_their_answers(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    yes(offer_to(call_up, world.volunteer(1)))

    second = yes(offer_to(call_up, world.volunteer(2)), at=NOW + timedelta(minutes=1))
    third = yes(offer_to(call_up, world.volunteer(3)), at=NOW + timedelta(minutes=2))

    assert [(a.state, a.position) for a in (second, third)] == [("waiting", 1), ("waiting", 2)]


def test_when_the_waiting_list_is_full_too_people_are_thanked(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    offered = [offer_to(call_up, world.volunteer(number)) for number in range(1, 5)]

    states = [yes(offer).state for offer in offered]

    assert states == ["accepted", "waiting", "waiting", "thanked"]
    assert yes(offered[3]).state == "thanked"


def test_a_late_yes_counts_while_there_is_room(world: World) -> None:
    call_up = raised(world.actor("worker"))
    offer = offer_to(call_up, world.person("volunteer"))
    late = call_up.reply_by + timedelta(minutes=1)
    assert offers.expire_due(late) == 1

    assert yes(offer, at=late).state == "accepted"


def test_a_yes_after_the_shift_is_refused(world: World) -> None:
    offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))

    with pytest.raises(Refused) as refused:
        yes(offer, at=START + timedelta(hours=6))

    assert refused.value.code == "shift_over"


def test_only_offers_past_their_time_expire(world: World) -> None:
    call_up = raised(world.actor("worker"))
    early = offer_to(call_up, world.volunteer(1), reply_by=NOW)
    later = offer_to(call_up, world.volunteer(2), reply_by=NOW + timedelta(minutes=1))

    assert (offers.expire_due(NOW), offers.expire_due(NOW)) == (1, 0)
    early.refresh_from_db()
    later.refresh_from_db()
    assert (early.state, later.state) == (OfferState.EXPIRED, OfferState.ASKED)


def test_a_no_keeps_its_reason_and_may_become_a_yes(world: World) -> None:
    offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))

    first = offers.decline(offer, "work", actor=me(offer.person), at=NOW)
    again = offers.decline(offer, "work", actor=me(offer.person), at=NOW)
    offer.refresh_from_db()
    reason = offer.reason
    back = yes(offer)

    offer.refresh_from_db()
    assert (first.state, again.state, reason) == ("declined", "declined", "work")
    assert (back.state, offer.state, offer.reason) == ("accepted", "accepted", "")


def test_giving_a_seat_back_frees_it_at_once_for_the_first_who_waits(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    seated, first, second = (offer_to(call_up, world.volunteer(number)) for number in (1, 2, 3))
    yes(seated)
    yes(first, at=NOW + timedelta(minutes=1))
    yes(second, at=NOW + timedelta(minutes=2))

    answer = offers.withdraw(seated, "unwell", actor=me(seated.person), at=NOW + timedelta(minutes=3))

    states = {offer.pk: offer.state for offer in Offer.objects.filter(call_up=call_up)}
    assert answer.state == "withdrawn"
    assert states == {seated.pk: "withdrawn", first.pk: "accepted", second.pk: "waiting"}
    assert Assignment.objects.get(offer=first).state == "accepted"
    assert Assignment.objects.get(offer=seated).end_reason == "unwell"
    assert taken(seated.slot) == (1, 0, 1)


@pytest.mark.parametrize(
    ("seat", "fits"),
    [
        (SeatsDraft("skilled", 1, "nursing"), {"skills": ["nursing"]}),
        (SeatsDraft("backbone", 1), {"is_backbone": True}),
    ],
)
def test_a_free_seat_passes_over_who_does_not_fit_it(
    world: World, seat: SeatsDraft, fits: dict[str, object]
) -> None:
    call_up = raised(world.actor("worker"), draft(posts=(post("北门", shift(seat)),)))
    seated = offer_to(call_up, world.volunteer(1, **fits))
    yes(seated)
    waits = {"state": OfferState.WAITING, "answered_at": NOW, "risk_confirmed_at": NOW}
    first = offer_to(call_up, world.volunteer(2), waiting_since=NOW, **waits)
    later = NOW + timedelta(minutes=1)
    second = offer_to(call_up, world.volunteer(3, **fits), waiting_since=later, **waits)

    offers.withdraw(seated, "work", actor=me(seated.person), at=NOW)

    states = [Offer.objects.get(pk=offer.pk).state for offer in (first, second)]
    assert states == ["waiting", "accepted"]


def test_giving_back_twice_frees_one_seat(world: World) -> None:
    call_up = raised(world.actor("worker"))
    kept, offer = offer_to(call_up, world.volunteer(1)), offer_to(call_up, world.volunteer(2))
    yes(kept)
    yes(offer)

    states = [offers.withdraw(offer, "work", actor=me(offer.person), at=NOW).state for _tap in range(2)]

    assert states == ["withdrawn", "withdrawn"]
    assert taken(offer.slot) == (3, 0, 1)


def test_a_seat_given_back_is_not_taken_again_by_the_same_link(world: World) -> None:
    offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))
    yes(offer)
    offers.withdraw(offer, "work", actor=me(offer.person), at=NOW)

    with pytest.raises(Refused) as refused:
        yes(offer)

    assert refused.value.code == "seat_given_back"


def test_a_no_from_a_seat_gives_it_back(world: World) -> None:
    offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))
    yes(offer)

    answer = offers.decline(offer, "family", actor=me(offer.person), at=NOW)

    assert answer.state == "withdrawn"
    assert taken(offer.slot) == (3, 0, 0)


def test_who_has_no_seat_has_nothing_to_give_back(world: World) -> None:
    offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))

    with pytest.raises(Refused) as refused:
        offers.withdraw(offer, "work", actor=me(offer.person), at=NOW)

    assert refused.value.code == "nothing_to_give_back"


def test_who_has_arrived_is_checked_out_by_the_leader(world: World) -> None:
    offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))
    yes(offer)
    Assignment.objects.filter(offer=offer).update(state=AssignmentState.ARRIVED)

    with pytest.raises(Refused) as refused:
        offers.withdraw(offer, "work", actor=me(offer.person), at=NOW)

    assert refused.value.code == "already_arrived"
    assert taken(offer.slot) == (3, 0, 1)


@pytest.mark.parametrize(("end", "code"), [("stand_down", "call_up_stood_down"), ("close", "call_up_closed")])
def test_after_the_end_no_answer_counts(world: World, end: str, code: str) -> None:
    call_up = raised(world.actor("worker"))
    asked, declined = offer_to(call_up, world.volunteer(1)), offer_to(call_up, world.volunteer(2))
    offers.decline(declined, "work", actor=me(declined.person), at=NOW)
    reason = {"reason": "解除"} if end == "stand_down" else {}
    getattr(calls, end)(call_up, actor=world.actor("worker"), at=NOW, **reason)

    for offer in (asked, declined):
        with pytest.raises(Refused) as refused:
            yes(offer)
        assert refused.value.code == code
    assert Assignment.objects.count() == 0


@pytest.mark.req("R2.6")
@pytest.mark.parametrize(
    ("person_facts", "facts", "code"),
    [
        ({"birth_on": date(2010, 1, 1)}, {"guardian_consented_at": NOW}, "minor_in_emergency"),
        ({"birth_on": date(2009, 1, 1)}, {}, "guardian_consent_missing"),
        ({"birth_on": date(2014, 1, 1)}, {"guardian_consented_at": NOW}, "too_young"),
        ({"birth_on": date(1960, 1, 1)}, {}, "above_emergency_age"),
        ({}, {"health_limits": ["no_standing"]}, "health_limit"),
        ({"birth_on": None}, {}, "too_young"),
    ],
)
def test_a_rule_stands_against_a_yes(
    world: World, person_facts: dict[str, object], facts: dict[str, object], code: str
) -> None:
    person = world.volunteer(1, **facts)
    offer = offer_to(raised(world.actor("worker")), person)
    Person.objects.filter(pk=person.pk).update(**person_facts)

    with pytest.raises(Refused) as refused:
        yes(offer)

    assert refused.value.code == code
    assert taken(offer.slot) == (3, 0, 0)


def test_a_yes_now_goes_before_what_was_said_about_the_week(world: World) -> None:
    person = world.volunteer(1, availability=0, emergency_willing=Willingness.NO)

    assert yes(offer_to(raised(world.actor("worker")), person)).state == "accepted"


def test_who_needs_a_policy_of_his_own_and_has_none_is_refused(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(support=()))
    insured = world.volunteer(1, insured_until=date(2026, 12, 3))
    lapsed = world.volunteer(2, insured_until=date(2026, 12, 2))

    assert yes(offer_to(call_up, insured)).state == "accepted"
    with pytest.raises(Refused) as refused:
        yes(offer_to(call_up, lapsed))
    assert refused.value.code == "not_insured"


def test_nobody_is_in_two_places_at_once(world: World) -> None:
    person = world.person("volunteer")
    yes(offer_to(raised(world.actor("worker")), person))
    other = offer_to(raised(world.actor("neighbor"), draft(division_code=world.next_door)), person)

    with pytest.raises(Refused) as refused:
        yes(other)

    assert refused.value.code == "double_booked"
    assert Assignment.objects.filter(person=person).count() == 1


def test_a_shift_across_midnight_bars_the_early_one_after_it(world: World) -> None:
    person = world.person("volunteer")
    night = draft(posts=(post("北门", shift(SeatsDraft("general", 1), start=START - timedelta(hours=8))),))
    yes(offer_to(raised(world.actor("worker"), night), person))
    morning = offer_to(raised(world.actor("worker")), person)

    with pytest.raises(Refused) as refused:
        yes(morning)

    seat = Assignment.objects.get(person=person)
    assert seat.during.upper - seat.during.lower == timedelta(hours=6)
    assert (
        seat.during.lower.astimezone(START.tzinfo).date() < seat.during.upper.astimezone(START.tzinfo).date()
    )
    assert refused.value.code == "rest_too_short"
