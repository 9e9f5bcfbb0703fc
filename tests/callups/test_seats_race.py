"""Seats under real simultaneity: threads with connections of their own, and commits that the others see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import UUID

import pytest
from django.db import OperationalError, connection, connections, transaction

from muster.callups import access
from muster.callups.actions import calls, offers, seats
from muster.callups.enums import OfferState
from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.callups.rules.drafts import SeatsDraft
from muster.jobs import queue
from muster.toolkit.actor import Actor
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.racing import at_once
from tests.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # no model of ours, so no flush empties it
    return make_world()


def await_a_lock() -> None:
    """Returns once another connection stands before a row that somebody holds."""
    with connection.cursor() as cursor:
        for _look in range(10_000):
            # Not pg_stat_activity, which a transaction sees as it was at its first look.
            cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


def accepting(offer: Offer) -> Callable[[], object]:
    actor = Actor(label=offer.person.code, person_id=offer.person_id)
    return lambda: offers.accept(offer, actor=actor, risk_confirmed=True, at=NOW).state


@pytest.mark.slow
def test_thirty_at_once_for_five_seats_fill_exactly_five(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(5))
    asked = [offer_to(call_up, world.volunteer(number)) for number in range(30)]

    outcomes = Counter(at_once([accepting(offer) for offer in asked]))

    slot = Slot.objects.get(call_up=call_up)
    assert outcomes["accepted"] == 5
    assert sum(outcomes.values()) == 30
    assert set(outcomes) <= {"accepted", "waiting", "thanked"}
    assert (slot.taken, slot.held) == (5, 0)
    assert Assignment.objects.filter(call_up=call_up, state="accepted").count() == 5
    assert Offer.objects.filter(call_up=call_up, state=OfferState.ACCEPTED).count() == 5


def test_two_at_once_on_the_last_seat_are_one_seated_and_one_waiting(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    asked = [offer_to(call_up, world.volunteer(number)) for number in range(2)]

    outcomes = at_once([accepting(offer) for offer in asked])

    assert sorted(map(str, outcomes)) == ["accepted", "waiting"]


def test_one_person_tapping_eight_times_at_once_has_one_seat(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    offer = offer_to(call_up, world.volunteer(1))

    outcomes = at_once([accepting(offer)] * 8)

    assert outcomes == ["accepted"] * 8
    assert Slot.objects.get(call_up=call_up).taken == 1


def test_one_person_saying_yes_to_two_communities_at_once_stands_at_one(world: World) -> None:
    person = world.volunteer(1)
    here = offer_to(raised(world.actor("worker")), person)
    there = offer_to(raised(world.actor("neighbor"), draft(division_code=world.next_door)), person)

    outcomes = at_once([accepting(here), accepting(there)])

    assert sorted(map(str, outcomes)) == ["accepted", "double_booked"]
    assert Assignment.objects.filter(person=person).count() == 1


@pytest.mark.slow
def test_a_stand_down_among_answers_leaves_nobody_seated(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(20))
    asked = [offer_to(call_up, world.volunteer(number)) for number in range(15)]
    worker = world.actor("worker")

    def stand_down() -> object:
        return calls.stand_down(call_up, reason="解除", actor=worker, at=NOW)

    outcomes = at_once([stand_down, *(accepting(offer) for offer in asked)])

    accepted = outcomes.count("accepted")
    assert accepted + outcomes.count("call_up_stood_down") == 15
    assert Assignment.objects.filter(call_up=call_up, state="accepted").count() == 0
    assert Assignment.objects.filter(call_up=call_up, state="stood_down").count() == accepted
    assert set(Offer.objects.filter(call_up=call_up).values_list("state", flat=True)) == {"stood_down"}
    assert Slot.objects.get(call_up=call_up).taken == 0


@pytest.mark.parametrize("by", ["hold_call_up", "locked_offer"])
def test_a_stand_down_waits_for_those_who_are_answering(world: World, by: str) -> None:
    call_up = raised(world.actor("worker"))
    offer = offer_to(call_up, world.volunteer(1))
    holding, done = Event(), Event()

    def answer() -> None:
        with transaction.atomic():
            if by == "hold_call_up":
                seats.hold_call_up(call_up.pk)
            else:
                access.locked_offer(offer.pk)
            holding.set()
            done.wait(timeout=30)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(answer)
        assert holding.wait(timeout=30)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            with pytest.raises(OperationalError, match="lock timeout"):
                calls.stand_down(call_up, reason="解除", actor=world.actor("worker"), at=NOW)
        finally:
            done.set()

    assert calls.stand_down(call_up, reason="解除", actor=world.actor("worker"), at=NOW).total == 1


def test_an_answer_that_waited_for_a_stand_down_is_told_of_it(world: World) -> None:
    call_up = raised(world.actor("worker"))
    offer = offer_to(call_up, world.volunteer(1))

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            CallUp.objects.select_for_update().get(pk=call_up.pk)
            answer = pool.submit(at_once, [accepting(offer)])
            await_a_lock()
            CallUp.objects.filter(pk=call_up.pk).update(state="stood_down", stood_down_at=NOW)
        outcome = answer.result(timeout=30)

    assert outcome == ["call_up_stood_down"]
    assert not Assignment.objects.exists()


def test_an_answer_sees_the_answer_that_it_waited_for(world: World) -> None:
    call_up = raised(world.actor("worker"))
    offer = offer_to(call_up, world.volunteer(1))

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            access.locked_offer(offer.pk)
            second = pool.submit(at_once, [accepting(offer)])
            await_a_lock()
            offers.accept(offer, actor=Actor(label=""), risk_confirmed=True, at=NOW)
        outcome = second.result(timeout=30)

    assert outcome == ["accepted"]
    assert Assignment.objects.count() == 1
    assert Slot.objects.get().taken == 1


def test_two_stand_downs_at_once_are_one(world: World) -> None:
    call_up = raised(world.actor("worker"))
    worker = world.actor("worker")

    outcomes = at_once([lambda: calls.stand_down(call_up, reason="解除", actor=worker, at=NOW).total] * 2)

    assert sorted(map(str, outcomes)) == ["0", "already_done"]


def test_seats_change_hands_while_others_ask_for_them(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(4))
    seated = [offer_to(call_up, world.volunteer(number)) for number in range(4)]
    for offer in seated:
        accepting(offer)()
    new = [offer_to(call_up, world.volunteer(number)) for number in range(10, 14)]

    def giving_back(offer: Offer) -> Callable[[], object]:
        actor = Actor(label=offer.person.code, person_id=offer.person_id)
        return lambda: offers.withdraw(offer, "work", actor=actor, at=NOW).state

    at_once([*(giving_back(offer) for offer in seated), *(accepting(offer) for offer in new)])
    queue.drain(until=NOW)

    slot = Slot.objects.get(call_up=call_up)
    sitting = Assignment.objects.filter(call_up=call_up, state="accepted").count()
    waiting = Offer.objects.filter(call_up=call_up, state=OfferState.WAITING).count()
    assert slot.taken == sitting
    assert sitting == 4 or waiting == 0


def test_the_same_form_posted_twice_at_once_raises_one_call_up(world: World) -> None:
    worker, form = (
        world.actor("worker"),
        draft(posts=(post("北门", shift(SeatsDraft("general", 2), start=START)),)),
    )
    key = UUID("9d3f6c1e-0000-4000-8000-000000000001")

    outcomes = at_once(
        [lambda: calls.raise_call_up(actor=worker, form=form, request_key=key, at=NOW).code] * 2
    )

    assert len(set(outcomes)) == 1
    assert Slot.objects.count() == 1
