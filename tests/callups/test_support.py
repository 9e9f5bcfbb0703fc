"""What people on duty are given: noted once, with its giver, for who is there and for nothing that was not promised."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from muster.audit.models import Entry
from muster.callups.actions import attendance, namings, offers, support
from muster.callups.enums import SupportGiver, SupportKind
from muster.callups.models import Assignment, CallUp, Offer, SupportIssue, SupportItem
from muster.callups.queries.presence import present
from muster.callups.rules.drafts import SupportDraft
from tests.callups.drafting import NOW, START, draft, raised
from tests.callups.ground import arrives, called, leaves, me, roster, seated, shift_of
from tests.callups.refusals import nothing_done, refused
from tests.world import World

pytestmark = pytest.mark.django_db
GIVEN = (
    SupportDraft("ppe", "community"),
    SupportDraft("meals", "township", "12:00 盒饭"),
    SupportDraft("transport", "unit"),
    SupportDraft("insurance", "community"),
)


def call_up_with_support(world: World, **facts: object) -> CallUp:
    return raised(world.actor("worker"), draft(4, support=GIVEN, **facts))


def here(world: World, call_up: CallUp, number: int = 1) -> Assignment:
    seat = seated(world, world.volunteer(number), call_up)
    arrives(seat)
    return seat


@pytest.mark.req("R1.6", "R2.15", "R9.6")
def test_each_thing_keeps_who_gave_it_to_whom_and_who_noted_it(world: World) -> None:
    seat = here(world, call_up_with_support(world))

    count = support.issue(seat, ["ppe", "meals", "transport"], actor=world.actor("leader"), at=START)

    issued = SupportIssue.objects.order_by("kind").values_list("kind", "giver", "at", "by_label")
    label = world.actor("leader").label
    assert count == 3
    assert list(issued) == [
        ("meals", "township", START, label),
        ("ppe", "community", START, label),
        ("transport", "unit", START, label),
    ]
    entry = Entry.objects.get(verb="callups.support.issued")
    assert (entry.object_code, entry.detail) == (seat.code, {"kinds": ["meals", "ppe", "transport"]})


def test_the_same_tick_twice_is_one(world: World) -> None:
    seat = here(world, call_up_with_support(world))
    support.issue(seat, ["ppe"], actor=world.actor("leader"), at=START)

    with nothing_done():
        assert support.issue(seat, ["ppe"], actor=world.actor("worker"), at=START) == 0


def test_what_is_new_beside_the_old_is_noted_alone(world: World) -> None:
    seat = here(world, call_up_with_support(world))
    support.issue(seat, ["ppe"], actor=world.actor("leader"), at=START)

    assert support.issue(seat, ["ppe", "meals"], actor=world.actor("leader"), at=START) == 1
    assert Entry.objects.filter(verb="callups.support.issued").latest("pk").detail == {"kinds": ["meals"]}


@pytest.mark.parametrize("state", ["accepted", "absent", "withdrawn"])
def test_who_is_not_there_is_given_nothing(world: World, state: str) -> None:
    seat = seated(world, world.volunteer(1), call_up_with_support(world))
    Assignment.objects.filter(pk=seat.pk).update(state=state, ended_at=NOW)

    with refused("not_in"):
        support.issue(seat, ["ppe"], actor=world.actor("leader"), at=START)


def test_who_has_left_may_still_be_noted(world: World) -> None:
    seat = here(world, call_up_with_support(world))
    leaves(seat)

    assert support.issue(seat, ["meals"], actor=world.actor("leader"), at=START + timedelta(hours=7)) == 1


@pytest.mark.parametrize("kinds", [["meals"], ["ppe", "meals"], ["umbrella"]])
def test_what_the_call_up_does_not_promise_is_refused_whole(world: World, kinds: list[str]) -> None:
    seat = here(world, raised(world.actor("worker"), draft(2)))  # promises insurance and protection

    with refused("not_promised"):
        support.issue(seat, kinds, actor=world.actor("leader"), at=START)
    with refused("not_promised"):
        support.issue_to_present(seat.shift, kinds, actor=world.actor("leader"), at=START)


@pytest.mark.parametrize("present_count", [0, 1, 3])
def test_for_all_means_all_who_are_there_and_nobody_else(world: World, present_count: int) -> None:
    call_up = call_up_with_support(world)
    for number in range(present_count):
        here(world, call_up, number)
    expected = seated(world, world.volunteer(9), call_up)

    count = support.issue_to_present(shift_of(call_up), ["ppe"], actor=world.actor("leader"), at=START)

    assert count == present_count
    assert SupportIssue.objects.count() == present_count
    assert not SupportIssue.objects.filter(assignment=expected).exists()


def test_for_all_again_notes_only_who_came_meanwhile(world: World) -> None:
    call_up = call_up_with_support(world)
    here(world, call_up, 1)
    support.issue_to_present(shift_of(call_up), ["ppe"], actor=world.actor("leader"), at=START)
    late = here(world, call_up, 2)

    assert support.issue_to_present(shift_of(call_up), ["ppe"], actor=world.actor("leader"), at=START) == 1
    assert SupportIssue.objects.latest("pk").assignment == late
    with nothing_done():
        support.issue_to_present(shift_of(call_up), ["ppe"], actor=world.actor("leader"), at=START)


def test_a_tick_by_mistake_is_taken_back_once(world: World) -> None:
    seat = here(world, call_up_with_support(world))
    support.issue(seat, ["ppe", "meals"], actor=world.actor("leader"), at=START)

    support.take_back(seat, "ppe", actor=world.actor("leader"), at=START)
    with nothing_done():
        support.take_back(seat, "ppe", actor=world.actor("leader"), at=START)

    assert [issue.kind for issue in SupportIssue.objects.all()] == ["meals"]
    assert Entry.objects.get(verb="callups.support.taken_back").detail == {"kinds": ["ppe"]}


def test_a_check_in_taken_back_takes_along_what_was_ticked(world: World) -> None:
    seat = here(world, call_up_with_support(world))
    support.issue(seat, ["ppe"], actor=world.actor("leader"), at=START)

    attendance.undo(
        seat, actor=world.actor("leader"), nonce=uuid4(), device="post", at=START + timedelta(minutes=1)
    )

    assert SupportIssue.objects.count() == 0


def test_the_list_of_the_leader_shows_what_each_was_given(world: World) -> None:
    call_up = call_up_with_support(world)
    first, second = here(world, call_up, 1), here(world, call_up, 2)
    support.issue(first, ["ppe", "meals"], actor=world.actor("leader"), at=START)
    support.issue(second, ["ppe"], actor=world.actor("leader"), at=START)

    lines = {line.code: line.issued for line in present(shift_of(call_up), START).lines}

    assert lines == {first.code: {"ppe", "meals"}, second.code: {"ppe"}}


@pytest.mark.req("R2.15")
def test_a_reported_person_has_all_that_community_and_unit_owe(world: World) -> None:
    unit_call = called(world, draft(4, support=GIVEN, unit_ids=(world.unit.pk,)))
    namings.name_people(unit_call, lines=roster(1), actor=world.actor("liaison"), at=NOW)
    named = Offer.objects.select_related("person").get(unit_call=unit_call)
    seat = offers.accept(named, actor=me(named.person), risk_confirmed=True, at=NOW).assignment
    assert seat is not None
    arrives(seat)

    support.issue(seat, SupportKind.values, actor=world.actor("leader"), at=START)

    owed = set(SupportItem.objects.filter(call_up=unit_call.call_up).values_list("kind", "giver"))
    given = set(SupportIssue.objects.filter(assignment=seat).values_list("kind", "giver"))
    assert given == owed
    assert {SupportGiver.COMMUNITY, SupportGiver.UNIT} <= {giver for _kind, giver in given}


@pytest.mark.parametrize("is_drill", [False, True], ids=["real", "drill"])
def test_what_is_given_in_a_drill_is_marked_on_the_trail(world: World, is_drill: bool) -> None:
    seat = here(world, call_up_with_support(world, is_drill=is_drill))

    support.issue(seat, ["ppe"], actor=world.actor("leader"), at=START)

    assert Entry.objects.get(verb="callups.support.issued").is_drill is is_drill
