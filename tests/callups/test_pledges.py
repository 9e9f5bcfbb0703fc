"""The pledge ledger: seats are kept for a unit until its people have names, and never more than there are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.audit.models import Entry
from muster.callups.actions import calls, namings, offers, pledges
from muster.callups.enums import UnitCallState
from muster.callups.models import Offer, Pledge, UnitCall
from muster.callups.rules.drafts import SeatsDraft
from muster.jobs import queue
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, draft, offer_to, post, raised, shift
from tests.callups.ground import called, me, roster, seats_of
from tests.world import World, make_unit

pytestmark = pytest.mark.django_db


def give(world: World, call: UnitCall, headcount: int, at: object = NOW) -> pledges.Ledger:
    return pledges.pledge(call, headcount=headcount, actor=world.actor("liaison"), at=at)


@pytest.mark.req("R2.1", "R2.4")
def test_a_pledge_keeps_seats_before_anybody_is_named(world: World) -> None:
    call = called(world)

    ledger = give(world, call, 4)

    call.refresh_from_db()
    assert (call.state, call.pledged_headcount, call.answered_at) == (UnitCallState.PLEDGED, 4, NOW)
    assert (ledger, ledger.surplus) == (pledges.Ledger(4, 4), 0)
    assert seats_of(call.call_up) == [(6, 4, 0)]


def test_seats_are_kept_where_the_need_is_greatest(world: World) -> None:
    places = (post("北门", shift(SeatsDraft("general", 4))), post("南门", shift(SeatsDraft("general", 2))))
    call = called(world, posts=places)

    give(world, call, 3)

    assert seats_of(call.call_up) == [(4, 2, 0), (2, 1, 0)]


def test_what_is_beyond_the_free_seats_stays_pledged_without_a_seat(world: World) -> None:
    call = called(world)

    ledger = give(world, call, 9)

    call.refresh_from_db()
    assert (ledger.pledged, ledger.seated, ledger.surplus) == (9, 6, 3)
    assert call.pledged_headcount == 9
    assert seats_of(call.call_up) == [(6, 6, 0)]


def test_the_new_number_counts_up_and_down(world: World) -> None:
    call = called(world)

    for headcount, held in ((2, 2), (5, 5), (1, 1), (6, 6)):
        give(world, call, headcount)
        assert seats_of(call.call_up) == [(6, held, 0)]


def test_the_first_answer_is_the_one_that_the_time_to_answer_is_measured_by(world: World) -> None:
    call = called(world)
    give(world, call, 2)

    give(world, call, 3, NOW + timedelta(hours=1))

    call.refresh_from_db()
    assert call.answered_at == NOW


def test_backbone_and_skilled_seats_are_not_kept_for_people_nobody_knows(world: World) -> None:
    seats = (SeatsDraft("general", 1), SeatsDraft("backbone", 1), SeatsDraft("skilled", 1, "nursing"))
    call = called(world, posts=(post("北门", shift(*seats)),))

    assert give(world, call, 3).surplus == 2


def test_two_units_share_what_is_free(world: World) -> None:
    other = make_unit("蜀锦文创公司", uscc="91110000600037341L")
    form = draft(6, unit_ids=(world.unit.pk, other.pk), unit_headcount=4)
    call_up = raised(world.actor("worker"), form)
    first, second = UnitCall.objects.filter(call_up=call_up).select_related("call_up", "unit").order_by("pk")

    assert give(world, first, 4).seated == 4
    assert give(world, second, 4).seated == 2
    assert seats_of(call_up) == [(6, 6, 0)]


@pytest.mark.parametrize(
    ("headcount", "code"), [(0, "pledge_nobody"), (-3, "pledge_nobody"), (121, "more_than_the_unit_has")]
)
def test_a_number_that_cannot_be_is_refused(world: World, headcount: int, code: str) -> None:
    call = called(world)

    with pytest.raises(Refused) as refused:
        give(world, call, headcount)

    assert refused.value.code == code
    assert seats_of(call.call_up) == [(6, 0, 0)]


def test_after_the_naming_deadline_nothing_changes(world: World) -> None:
    call = called(world)

    with pytest.raises(Refused) as refused:
        give(world, call, 2, call.call_up.naming_due_at)

    assert refused.value.code == "naming_closed"
    assert seats_of(call.call_up) == [(6, 0, 0)]


def test_a_call_up_that_is_over_takes_no_pledge(world: World) -> None:
    call = called(world)
    calls.stand_down(call.call_up, reason="水退了", actor=world.actor("worker"), at=NOW)

    with pytest.raises(Refused) as refused:
        give(world, call, 2)

    assert refused.value.code == "call_up_over"


def test_a_halted_call_up_still_takes_the_answer_to_what_was_asked(world: World) -> None:
    call = called(world)
    calls.halt(call.call_up, actor=world.actor("worker"), at=NOW)

    assert give(world, call, 2).seated == 2


@pytest.mark.req("R2.1")
def test_a_unit_declines_with_a_reason_and_its_seats_fall_free(world: World) -> None:
    call = called(world)
    give(world, call, 4)

    pledges.decline(call, reason="今天值班人手不够", actor=world.actor("liaison"), at=NOW)

    call.refresh_from_db()
    assert (call.state, call.decline_reason, call.pledged_headcount) == ("declined", "今天值班人手不够", 0)
    assert seats_of(call.call_up) == [(6, 0, 0)]


def test_declining_without_a_reason_is_refused(world: World) -> None:
    call = called(world)

    with pytest.raises(Refused) as refused:
        pledges.decline(call, reason="  ", actor=world.actor("liaison"), at=NOW)

    assert refused.value.code == "reason_missing"


def test_after_a_decline_a_unit_may_pledge_after_all(world: World) -> None:
    call = called(world)
    pledges.decline(call, reason="没人", actor=world.actor("liaison"), at=NOW)

    give(world, call, 2)

    call.refresh_from_db()
    assert (call.state, call.decline_reason) == ("pledged", "")


def test_a_unit_with_people_on_the_list_cannot_decline_for_them(world: World) -> None:
    call = called(world)
    namings.name_people(call, lines=roster(1), actor=world.actor("liaison"), at=NOW)

    with pytest.raises(Refused) as refused:
        pledges.decline(call, reason="没人", actor=world.actor("liaison"), at=NOW)

    assert refused.value.code == "already_named"


def test_no_fewer_are_pledged_than_are_named(world: World) -> None:
    call = called(world)
    namings.name_people(call, lines=roster(3), actor=world.actor("liaison"), at=NOW)

    with pytest.raises(Refused) as refused:
        give(world, call, 2)

    assert refused.value.code == "fewer_than_named"
    assert give(world, call, 3).seated == 3


@pytest.mark.req("R2.4")
def test_seats_without_a_name_fall_free_at_the_deadline_and_only_once(world: World) -> None:
    call = called(world)
    give(world, call, 5)
    namings.name_people(call, lines=roster(2), actor=world.actor("liaison"), at=NOW)
    due = call.call_up.naming_due_at

    before = pledges.release_unnamed_due(due - timedelta(seconds=1))
    first = pledges.release_unnamed_due(due)
    second = pledges.release_unnamed_due(due)

    assert (before, first, second) == (0, 3, 0)
    assert seats_of(call.call_up) == [(6, 2, 0)]
    assert Pledge.objects.get(unit_call=call).headcount == 5


def test_a_named_person_who_says_no_after_the_deadline_frees_the_seat(world: World) -> None:
    call = called(world)
    namings.name_people(call, lines=roster(1), actor=world.actor("liaison"), at=NOW)
    due = call.call_up.naming_due_at
    pledges.release_unnamed_due(due)
    offer = Offer.objects.get(unit_call=call)
    offers.decline(offer, "work", actor=me(offer.person), at=due)

    assert pledges.release_unnamed_due(due) == 1
    assert seats_of(call.call_up) == [(6, 0, 0)]
    assert Pledge.objects.get(unit_call=call).released_at == due


def test_a_seat_that_falls_free_goes_to_whoever_waits(world: World) -> None:
    call = called(world)
    give(world, call, 6)
    waiting = offer_to(call.call_up, world.person("volunteer"))
    assert offers.accept(waiting, actor=me(waiting.person), risk_confirmed=True, at=NOW).state == "waiting"

    give(world, call, 5, NOW + timedelta(minutes=1))

    waiting.refresh_from_db()
    assert waiting.state == "accepted"
    assert seats_of(call.call_up) == [(6, 5, 1)]


def test_where_nobody_waits_somebody_new_is_asked(world: World) -> None:
    call = called(world)
    give(world, call, 6)
    before = len(queue.waiting("callups.top_up"))

    give(world, call, 4)

    assert len(queue.waiting("callups.top_up")) == before + 1


@pytest.mark.req("R2.1")
def test_a_call_without_an_answer_lapses_once_and_may_still_be_answered(world: World) -> None:
    call = called(world)
    due = call.answer_due_at

    assert (
        pledges.lapse_due(due - timedelta(seconds=1)),
        pledges.lapse_due(due),
        pledges.lapse_due(due),
    ) == (0, 1, 0)
    call.refresh_from_db()
    assert call.state == UnitCallState.LAPSED
    assert give(world, call, 2, due).seated == 2


def test_a_pledge_leaves_its_line_on_the_trail(world: World) -> None:
    call = called(world)

    give(world, call, 4)

    entry = Entry.objects.get(verb="callups.unit_call.pledged")
    assert (entry.object_code, entry.actor_label, entry.detail) == (
        call.code,
        world.actor("liaison").label,
        {"unit": world.unit.name, "headcount": 4, "before": 0, "seated": 4},
    )
