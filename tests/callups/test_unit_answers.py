"""What a unit answers in every state of its call, to the second of each deadline; a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from muster.audit.models import Entry
from muster.callups.actions import calls, namings, offers, pledges
from muster.callups.models import Offer, Pledge, Slot, UnitCall
from muster.callups.rules.drafts import SeatsDraft
from muster.notifications.models import Message
from tests.callups.drafting import NOW, START, draft, post, raised, shift
from tests.callups.ground import called, me, roster, seats_of, waiting
from tests.callups.refusals import nothing_done, refused
from tests.world import World, make_unit

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
LATER = NOW + timedelta(minutes=5)
Deed = Callable[[UnitCall, World], object]


def pledges_two(call: UnitCall, world: World) -> object:
    return pledges.pledge(call, headcount=2, actor=world.actor("liaison"), at=LATER)


def names_two(call: UnitCall, world: World) -> object:
    return namings.name_people(call, lines=roster(2), actor=world.actor("liaison"), at=LATER)


def declines(call: UnitCall, world: World) -> object:
    return pledges.decline(call, reason="全员值班", actor=world.actor("liaison"), at=LATER)


def all_say_no(call: UnitCall, world: World) -> None:
    for offer in Offer.objects.filter(unit_call=call).select_related("person"):
        offers.decline(offer, "work", actor=me(offer.person), at=LATER)


def call_in(world: World, state: str) -> UnitCall:
    """The call to the unit of the cast, brought into that state by what people did."""
    call = called(world)
    if state == "lapsed":
        pledges.lapse_due(call.answer_due_at)
    if state == "pledged":
        pledges.pledge(call, headcount=4, actor=world.actor("liaison"), at=NOW)
    if state == "named":
        namings.name_people(call, lines=roster(2), actor=world.actor("liaison"), at=NOW)
    if state == "declined":
        declines(call, world)
    if state == "stood_down":
        calls.stand_down(call.call_up, reason="已解除", actor=world.actor("worker"), at=NOW)
    call.refresh_from_db()
    assert call.state == state
    return call


@pytest.mark.req("R2.1")
@pytest.mark.parametrize(
    ("deed", "before", "after", "pledged"),
    [
        (pledges_two, "called", "pledged", 2),
        (pledges_two, "lapsed", "pledged", 2),
        (pledges_two, "pledged", "pledged", 2),
        (pledges_two, "declined", "pledged", 2),
        (names_two, "called", "named", 2),
        (names_two, "lapsed", "named", 2),
        (names_two, "pledged", "pledged", 4),
        (names_two, "declined", "named", 2),
        (declines, "called", "declined", 0),
        (declines, "lapsed", "declined", 0),
        (declines, "pledged", "declined", 0),
    ],
)
def test_an_answer_moves_the_call_and_stands_on_the_trail(
    world: World, deed: Deed, before: str, after: str, pledged: int
) -> None:
    call = call_in(world, before)
    first_answer = call.answered_at

    deed(call, world)

    call.refresh_from_db()
    entry = Entry.objects.filter(object_kind="unit_call").latest("pk")
    assert (call.state, call.pledged_headcount) == (after, pledged)
    assert call.answered_at == (first_answer or LATER)
    assert bool(call.decline_reason) is (after == "declined")
    assert (entry.actor_label, entry.at) == (world.actor("liaison").label, LATER)
    assert sum(held for _seats, held, _taken in seats_of(call.call_up)) == pledged


@pytest.mark.parametrize("deed", [pledges_two, names_two, declines])
def test_a_call_that_was_stood_down_takes_no_answer(world: World, deed: Deed) -> None:
    call = call_in(world, "stood_down")

    with refused("call_up_over"):
        deed(call, world)


@pytest.mark.parametrize("deed", [pledges_two, names_two, declines])
def test_a_call_up_that_was_closed_takes_no_answer(world: World, deed: Deed) -> None:
    call = call_in(world, "called")
    calls.close(call.call_up, at=NOW)

    with refused("call_up_over"):
        deed(call, world)


def test_with_people_on_the_list_a_unit_says_no_only_after_they_have(world: World) -> None:
    call = call_in(world, "named")
    with refused("already_named"):
        declines(call, world)

    all_say_no(call, world)
    declines(call, world)

    call.refresh_from_db()
    assert (call.state, call.pledged_headcount, seats_of(call.call_up)) == ("declined", 0, [(6, 0, 0)])


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(
            lambda call, world, at: pledges.pledge(call, headcount=1, actor=world.actor("liaison"), at=at),
            id="pledge",
        ),
        pytest.param(
            lambda call, world, at: pledges.decline(call, reason="忙", actor=world.actor("liaison"), at=at),
            id="decline",
        ),
        pytest.param(
            lambda call, world, at: namings.name_people(
                call, lines=roster(1), actor=world.actor("liaison"), at=at
            ),
            id="names",
        ),
    ],
)
def test_answers_are_taken_to_the_last_second_before_the_naming_deadline(
    world: World, deed: Callable[..., object]
) -> None:
    call = called(world)
    due = call.call_up.naming_due_at

    with refused("naming_closed"):
        deed(call, world, due)
    deed(call, world, due - SECOND)

    call.refresh_from_db()
    assert call.state in ("pledged", "declined", "named")


@pytest.mark.parametrize(("past", "lapsed"), [(-SECOND, 0), (timedelta(0), 1)], ids=["a second before", "at"])
def test_a_call_lapses_at_its_very_time_and_once(world: World, past: timedelta, lapsed: int) -> None:
    call = called(world)

    assert pledges.lapse_due(call.answer_due_at + past) == lapsed
    with nothing_done():
        assert pledges.lapse_due(call.answer_due_at + past) == 0


@pytest.mark.parametrize("state", ["pledged", "named", "declined", "stood_down"])
def test_a_unit_that_has_answered_never_lapses(world: World, state: str) -> None:
    call = call_in(world, state)

    with nothing_done():
        assert pledges.lapse_due(call.answer_due_at + timedelta(days=1)) == 0


@pytest.mark.parametrize(("past", "freed"), [(-SECOND, 0), (timedelta(0), 4)], ids=["a second before", "at"])
def test_seats_without_a_name_fall_free_at_the_very_deadline(
    world: World, past: timedelta, freed: int
) -> None:
    call = call_in(world, "pledged")

    assert pledges.release_unnamed_due(call.call_up.naming_due_at + past) == freed
    assert seats_of(call.call_up) == [(6, 4 - freed, 0)]


def test_seats_that_fell_free_stay_pledged_but_are_kept_for_nobody(world: World) -> None:
    call = call_in(world, "pledged")
    due = call.call_up.naming_due_at

    pledges.release_unnamed_due(due)

    call.refresh_from_db()
    assert (call.state, call.pledged_headcount) == ("pledged", 4)
    assert list(Pledge.objects.values_list("headcount", "held", "released_at")) == [(4, 0, due)]
    assert Entry.objects.filter(verb="callups.pledge.released").get().detail["seats"] == 4


@pytest.mark.parametrize("end", ["halt", "stand_down", "close"])
def test_what_is_over_is_not_released_once_more(world: World, end: str) -> None:
    call = call_in(world, "pledged")
    due = call.call_up.naming_due_at
    if end == "halt":
        calls.halt(call.call_up, actor=world.actor("worker"), at=NOW)
        assert pledges.release_unnamed_due(due) == 4
        return
    if end == "close":
        calls.close(call.call_up, at=NOW)
    else:
        calls.stand_down(call.call_up, reason="已解除", actor=world.actor("worker"), at=NOW)

    assert pledges.release_unnamed_due(due) == 0


@pytest.mark.parametrize(
    ("headcount", "code"),
    [(0, "pledge_nobody"), (-1, "pledge_nobody"), (1, ""), (120, ""), (121, "more_than_the_unit_has")],
)
def test_a_pledge_is_from_one_to_all_of_the_unit(world: World, headcount: int, code: str) -> None:
    call = called(world)

    def deed() -> pledges.Ledger:
        return pledges.pledge(call, headcount=headcount, actor=world.actor("liaison"), at=NOW)

    if code:
        with refused(code):
            deed()
    else:
        assert deed().pledged == headcount


def test_the_same_pledge_again_keeps_the_same_seats(world: World) -> None:
    call = call_in(world, "pledged")
    before = (seats_of(call.call_up), list(Pledge.objects.values()))

    ledger = pledges.pledge(call, headcount=4, actor=world.actor("liaison"), at=LATER)

    assert (seats_of(call.call_up), list(Pledge.objects.values())) == before
    assert (ledger.pledged, ledger.seated, ledger.surplus) == (4, 4, 0)


@pytest.mark.parametrize(
    ("steps", "held", "surplus"),
    [
        pytest.param([3, 5], 5, 0, id="up"),
        pytest.param([5, 3], 3, 0, id="down"),
        pytest.param([9, 4], 4, 0, id="from above the seats"),
        pytest.param([2, 9], 6, 3, id="beyond the seats"),
        pytest.param([1, 6, 1, 6], 6, 0, id="to and fro"),
    ],
)
def test_the_last_number_counts(world: World, steps: list[int], held: int, surplus: int) -> None:
    call = called(world)

    for headcount in steps:
        ledger = pledges.pledge(call, headcount=headcount, actor=world.actor("liaison"), at=NOW)

    assert (seats_of(call.call_up), ledger.surplus) == ([(6, held, 0)], surplus)
    assert [row.headcount for row in Pledge.objects.all()] == [held]


def test_a_smaller_pledge_gives_its_seats_to_who_waits_at_once(world: World) -> None:
    call = called(world, draft(3, unit_ids=(world.unit.pk,)))
    pledges.pledge(call, headcount=3, actor=world.actor("liaison"), at=NOW)
    first, second = (waiting(call.call_up, world.volunteer(number)) for number in (1, 2))

    pledges.pledge(call, headcount=2, actor=world.actor("liaison"), at=LATER)

    states = [Offer.objects.get(pk=offer.pk).state for offer in (first, second)]
    assert (states, seats_of(call.call_up)) == (["accepted", "waiting"], [(3, 2, 1)])
    assert Message.objects.filter(topic="promoted").count() == 1


def test_a_heavier_post_is_held_before_a_lighter_one_of_the_same_need(world: World) -> None:
    light = post("南门", shift(SeatsDraft("general", 2)))
    heavy = post("北门", shift(SeatsDraft("general", 2)), weight=3)
    call = called(world, posts=(light, heavy))

    pledges.pledge(call, headcount=1, actor=world.actor("liaison"), at=NOW)

    held = dict(Slot.objects.values_list("shift__post__name", "held"))
    assert held == {"南门": 0, "北门": 1}


def test_one_unit_says_no_and_the_other_keeps_what_it_has(world: World) -> None:
    other = make_unit("锦里商户联盟", uscc="91510107MA61TEST0X")
    call_up = raised(world.actor("worker"), draft(6, unit_ids=(world.unit.pk, other.pk)))
    mine, theirs = UnitCall.objects.filter(call_up=call_up).select_related("call_up", "unit").order_by("pk")
    pledges.pledge(mine, headcount=2, actor=world.actor("liaison"), at=NOW)
    pledges.pledge(theirs, headcount=3, actor=world.actor("worker"), at=NOW)

    declines(mine, world)

    assert seats_of(call_up) == [(6, 3, 0)]
    assert [row.state for row in UnitCall.objects.order_by("pk")] == ["declined", "pledged"]


def test_who_is_named_twice_by_two_units_is_asked_once(world: World) -> None:
    other = make_unit("锦里商户联盟", uscc="91510107MA61TEST0X")
    call_up = raised(world.actor("worker"), draft(6, unit_ids=(world.unit.pk, other.pk)))
    mine, theirs = UnitCall.objects.filter(call_up=call_up).select_related("call_up", "unit").order_by("pk")
    names_two(mine, world)

    result = namings.name_people(theirs, lines=roster(3), actor=world.actor("worker"), at=LATER)

    assert [row.state for row in result.rows] == ["known", "known", "named"]
    assert Offer.objects.filter(call_up=call_up).count() == 3


@pytest.mark.parametrize("count", [1, 6, 7])
def test_names_beyond_the_seats_wait_for_one_and_are_told_so(world: World, count: int) -> None:
    call = called(world)

    result = namings.name_people(call, lines=roster(count), actor=world.actor("liaison"), at=NOW)

    kept = Offer.objects.filter(unit_call=call, pledge__isnull=False).count()
    assert (result.named, result.ledger.surplus, kept) == (count, max(0, count - 6), min(count, 6))
    assert Message.objects.filter(topic="offer").count() == count


def test_a_list_without_one_good_line_changes_nothing(world: World) -> None:
    call = called(world)

    with nothing_done():
        result = namings.name_people(call, lines="张三 12345\n李四", actor=world.actor("liaison"), at=NOW)

    assert (result.good, len(result.bad)) == (0, 2)


@pytest.mark.parametrize(
    ("named_at", "reply_by"),
    [
        pytest.param(NOW, START - timedelta(hours=2), id="in time: as everybody"),
        pytest.param(
            START - timedelta(hours=2, minutes=10), START - timedelta(minutes=100), id="late: half an hour"
        ),
    ],
)
def test_a_named_person_has_time_to_answer(world: World, named_at: datetime, reply_by: datetime) -> None:
    call = called(world, naming_due_at=START)

    namings.name_people(call, lines=roster(1), actor=world.actor("liaison"), at=named_at)

    assert Offer.objects.get().reply_by == reply_by


def test_just_before_the_start_the_time_to_answer_ends_with_it(world: World) -> None:
    call = called(world, naming_due_at=START)

    namings.name_people(call, lines=roster(1), actor=world.actor("liaison"), at=START - timedelta(minutes=10))

    assert Offer.objects.get().reply_by == START
