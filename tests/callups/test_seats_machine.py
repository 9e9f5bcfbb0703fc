"""A call-up under whatever people do to it, in any order: seats add up, and every state goes only where its table leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import models, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from muster.callups.actions import attendance, calls, dispatch, namings, offers, orders, plans, pledges, waves
from muster.callups.enums import ASSIGNMENT_MOVES, CALL_UP_MOVES, OFFER_MOVES, SEATED, UNIT_CALL_MOVES
from muster.callups.models import Assignment, CallUp, Offer, Pledge, Slot, UnitCall
from muster.callups.queries.standing import RUNNING
from muster.callups.rules.drafts import SeatsDraft
from muster.notifications.models import Message
from muster.people.enums import ForceClass
from muster.people.models import Person
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import PHONE, me, roster
from tests.world import HERE, World, make_person

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SEATS, PEOPLE, GRID = 3, 6, 2
TABLES: dict[type[models.Model], dict[str, frozenset[str]]] = {
    CallUp: CALL_UP_MOVES,
    Offer: OFFER_MOVES,
    Assignment: ASSIGNMENT_MOVES,
    UnitCall: UNIT_CALL_MOVES,
}
numbers = st.integers(0, PEOPLE - 1)


class CallUpMachine(RuleBasedStateMachine):
    """One call-up of two posts, six volunteers, a unit and two grid workers; the clock only goes forward."""

    world: World
    people: list[Person]
    grid: list[Person]

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        one, two = (
            post(name, shift(SeatsDraft("general", seats))) for name, seats in (("北门", 2), ("南门", 1))
        )
        form = draft(posts=(one, two), unit_ids=(self.world.unit.pk,), mode="routine", level=0)
        self.call_up = raised(self.worker, form)
        self.unit_call = UnitCall.objects.select_related("call_up", "unit").get(call_up=self.call_up)
        self.slots = list(
            Slot.objects.filter(call_up=self.call_up).select_related("shift__post").order_by("pk")
        )
        self.at = NOW
        self.states: dict[tuple[str, int], str] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @property
    def worker(self) -> Any:
        return self.world.actor("worker")

    def tried(self, deed: Callable[..., object], *args: object, **facts: object) -> None:
        """A refusal is an outcome; anything else that fails is a bug."""
        try:
            deed(*args, at=self.at, **facts)
        except Refused as refused:
            assert refused.message

    def offer(self, number: int) -> Offer | None:
        return Offer.objects.filter(call_up=self.call_up, person=self.people[number]).first()

    def seat(self, number: int) -> Assignment | None:
        rows = Assignment.objects.filter(call_up=self.call_up).select_related(
            "shift__post", "call_up", "person"
        )
        return rows.order_by("-pk")[number : number + 1].first()

    @rule(minutes=st.sampled_from([1, 30, 240]))
    def time_goes_by(self, minutes: int) -> None:
        self.at += minutes * MINUTE

    @rule()
    def the_shift_begins(self) -> None:
        self.at = max(self.at, START)

    @rule(number=numbers, slot=st.integers(0, 1))
    def somebody_is_asked(self, number: int, slot: int) -> None:
        self.call_up.refresh_from_db()
        if self.offer(number) is None and self.call_up.state == "open":
            offer_to(self.call_up, self.people[number], self.slots[slot], asked_at=self.at)

    @rule(number=numbers)
    def says_yes(self, number: int) -> None:
        if offer := self.offer(number):
            self.tried(offers.accept, offer, actor=me(offer.person), risk_confirmed=True)

    @rule(number=numbers)
    def says_no(self, number: int) -> None:
        if offer := self.offer(number):
            self.tried(offers.decline, offer, "work", actor=me(offer.person))

    @rule(number=numbers)
    def gives_the_seat_back(self, number: int) -> None:
        if offer := self.offer(number):
            self.tried(offers.withdraw, offer, "work", actor=me(offer.person))

    @rule(headcount=st.integers(0, SEATS + 1))
    def the_unit_pledges(self, headcount: int) -> None:
        self.tried(pledges.pledge, self.unit_call, headcount=headcount, actor=self.world.actor("liaison"))

    @rule(count=st.integers(1, 2), first=st.integers(0, 2))
    def the_unit_names(self, count: int, first: int) -> None:
        lines = roster(count, first)
        self.tried(namings.name_people, self.unit_call, lines=lines, actor=self.world.actor("liaison"))

    @rule()
    def the_unit_declines(self) -> None:
        self.tried(pledges.decline, self.unit_call, reason="全员值班", actor=self.world.actor("liaison"))

    @rule(number=st.integers(0, 3))
    def a_named_person_answers(self, number: int) -> None:
        named = Offer.objects.filter(unit_call=self.unit_call).order_by("pk")[number : number + 1].first()
        if named:
            self.tried(offers.accept, named, actor=me(named.person), risk_confirmed=True)

    @rule(number=st.integers(0, GRID - 1), slot=st.integers(0, 1))
    def somebody_is_ordered(self, number: int, slot: int) -> None:
        target = Slot.objects.select_related("call_up", "shift__post").get(pk=self.slots[slot].pk)
        self.tried(orders.order, self.grid[number], target, actor=self.worker)

    @rule()
    def a_plan_is_made_and_confirmed(self) -> None:
        self.call_up.refresh_from_db()
        if self.call_up.state in RUNNING:
            run = plans.propose(self.call_up, actor=self.worker, at=self.at)
            self.tried(dispatch.confirm, run, actor=self.worker)

    @rule(number=st.integers(0, 3), by_leader=st.booleans())
    def somebody_comes_or_goes(self, number: int, by_leader: bool) -> None:
        if seat := self.seat(number):
            deed = attendance.check_out if seat.state == "arrived" else attendance.check_in
            self.tried(
                deed, seat, actor=self.world.actor("leader"), nonce=uuid4(), device=PHONE, by_leader=True
            )

    @rule(number=st.integers(0, 3))
    def a_tap_is_taken_back(self, number: int) -> None:
        if seat := self.seat(number):
            self.tried(attendance.undo, seat, actor=self.world.actor("leader"), nonce=uuid4(), device=PHONE)

    @rule(number=st.integers(0, 3))
    def somebody_is_absent(self, number: int) -> None:
        if seat := self.seat(number):
            self.tried(attendance.mark_absent, seat, actor=self.world.actor("leader"))

    @rule(number=numbers)
    def somebody_walks_up(self, number: int) -> None:
        person = self.people[number]
        facts = {"name": person.name, "phone": person.phone, "risk_confirmed": True}
        self.tried(
            attendance.walk_up,
            self.slots[0].shift,
            actor=self.world.actor("leader"),
            nonce=uuid4(),
            device=PHONE,
            **facts,
        )

    @rule()
    def the_minute_turns(self) -> None:
        offers.expire_due(self.at)
        pledges.lapse_due(self.at)
        pledges.release_unnamed_due(self.at)
        attendance.close_shift_due(self.at)
        offers.fill_from_waiting(self.call_up.pk, at=self.at)
        waves.thank_surplus(self.call_up, at=self.at)
        calls.close_due(self.at)

    @rule()
    def asking_is_halted_or_resumed(self) -> None:
        self.call_up.refresh_from_db()
        deed = calls.resume if self.call_up.state == "halted" else calls.halt
        self.tried(deed, self.call_up, actor=self.worker)

    @precondition(lambda self: self.at > NOW + 4 * MINUTE)
    @rule()
    def the_call_up_is_stood_down(self) -> None:
        self.tried(calls.stand_down, self.call_up, reason="已解除", actor=self.worker)

    @invariant()
    def seats_add_up(self) -> None:
        sitting = Counter(
            Assignment.objects.filter(call_up=self.call_up, state__in=SEATED).values_list("slot", flat=True)
        )
        kept: Counter[int] = Counter()
        for slot_id, held in Pledge.objects.filter(unit_call=self.unit_call).values_list("slot", "held"):
            kept[slot_id] += held
        for slot in Slot.objects.filter(call_up=self.call_up):
            assert (slot.taken, slot.held) == (sitting[slot.pk], kept[slot.pk])
            assert slot.taken + slot.held <= slot.seats

    @invariant()
    def nobody_sits_twice(self) -> None:
        sitting = Assignment.objects.filter(call_up=self.call_up, state__in=SEATED)
        people = list(sitting.values_list("person", flat=True))
        assert len(people) == len(set(people))

    @invariant()
    def a_yes_has_a_seat_and_a_seat_has_a_yes(self) -> None:
        accepted = Offer.objects.filter(call_up=self.call_up, state="accepted")
        for offer in accepted.select_related("assignment"):
            assert offer.assignment.state in (*SEATED, "absent")
        going = Assignment.objects.filter(call_up=self.call_up, state__in=SEATED, offer__isnull=False)
        assert set(going.values_list("offer__state", flat=True)) <= {"accepted"}

    @invariant()
    def states_move_only_as_their_tables_say(self) -> None:
        now: dict[tuple[str, int], str] = {}
        for model, moves in TABLES.items():
            for pk, state in model._default_manager.values_list("pk", "state"):
                key = (model.__name__, pk)
                before = self.states.get(key, state)
                assert state == before or state in moves[before], (key, before, state)
                now[key] = state
        self.states = now

    @invariant()
    def nobody_is_told_twice_of_one_thing(self) -> None:
        told = Counter(Message.objects.exclude(topic="offer").values_list("topic", "person_id"))
        once = ("stood_down", "thanked")
        assert all(count == 1 for (topic, _person), count in told.items() if topic in once)


@pytest.fixture
def machine(world: World) -> type[CallUpMachine]:
    Person.objects.filter(force_class__in=["full_time_worker", "other_regular"]).update(
        force_class=ForceClass.OTHER_AUXILIARY
    )

    class Machine(CallUpMachine):
        pass

    Machine.world = world
    Machine.people = [world.volunteer(number) for number in range(PEOPLE)]
    Machine.grid = [
        make_person(f"网格员{n}", f"137{n:08d}", HERE, ForceClass.GRID_WORKER) for n in range(GRID)
    ]
    return Machine


def test_whatever_people_do_seats_add_up_and_states_follow_their_tables(machine: type[CallUpMachine]) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # Hypothesis has no types here
        machine,
        settings=settings(
            max_examples=5,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
