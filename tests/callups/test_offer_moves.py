"""Every answer in every state of an offer and of its call-up: what comes of it, or the refusal that changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from muster.audit.models import Entry
from muster.callups.actions import calls, offers
from muster.callups.actions.offers import Answer
from muster.callups.enums import OfferState
from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.notifications.models import Message
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import arrives, me, seated, waiting
from tests.callups.refusals import nothing_done, refused
from tests.world import World

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
Deed = Callable[[Offer], Answer]


def yes(offer: Offer) -> Answer:
    return offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=LATER)


def no(offer: Offer) -> Answer:
    return offers.decline(offer, "family", actor=me(offer.person), at=LATER)


def back(offer: Offer) -> Answer:
    return offers.withdraw(offer, "family", actor=me(offer.person), at=LATER)


def offer_in(world: World, state: str, call_up: CallUp | None = None) -> Offer:
    """An offer that came into that state by what people did."""
    call_up = call_up or raised(world.actor("worker"), draft(2))
    if state in (OfferState.ASKED, OfferState.EXPIRED, OfferState.THANKED):
        return offer_to(call_up, world.person("volunteer"), state=state)
    if state == OfferState.WAITING:
        return waiting(call_up, world.person("volunteer"))
    offer = offer_to(call_up, world.person("volunteer"))
    if state == OfferState.DECLINED:
        offers.decline(offer, "work", actor=me(offer.person), at=NOW)
    else:
        offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)
    if state == OfferState.WITHDRAWN:
        offers.withdraw(offer, "work", actor=me(offer.person), at=NOW)
    if state == OfferState.STOOD_DOWN:
        calls.stand_down(call_up, reason="已解除", actor=world.actor("worker"), at=NOW)
    offer.refresh_from_db()
    assert offer.state == state
    return offer


@pytest.mark.parametrize(
    ("deed", "before", "after"),
    [
        (yes, "asked", "accepted"),
        (yes, "expired", "accepted"),
        (yes, "declined", "accepted"),
        (no, "asked", "declined"),
        (no, "expired", "declined"),
        (no, "waiting", "declined"),
        (no, "accepted", "withdrawn"),
        (back, "accepted", "withdrawn"),
    ],
)
def test_an_answer_moves_the_offer_and_its_seat_together(
    world: World, deed: Deed, before: str, after: str
) -> None:
    offer = offer_in(world, before)
    told = Entry.objects.count()

    answer = deed(offer)

    offer.refresh_from_db()
    sits = Assignment.objects.filter(offer=offer, state="accepted").count()
    assert (answer.state, offer.state, offer.answered_at) == (after, after, LATER)
    assert (sits, Slot.objects.get().taken) == ((1, 1) if after == "accepted" else (0, 0))
    assert offer.reason == ("" if after == "accepted" else "family")
    assert offer.waiting_since is None
    assert Entry.objects.count() == told + 1


@pytest.mark.parametrize(
    ("deed", "state"),
    [
        (yes, "accepted"),
        (yes, "waiting"),
        (yes, "thanked"),
        (no, "declined"),
        (no, "withdrawn"),
        (no, "thanked"),
        (back, "withdrawn"),
    ],
)
def test_an_answer_that_was_given_is_given_again_and_changes_nothing(
    world: World, deed: Deed, state: str
) -> None:
    offer = offer_in(world, state)

    with nothing_done():
        answer = deed(offer)

    assert answer.state == state
    assert (answer.assignment is not None) is (state == "accepted")
    assert answer.position == (1 if state == "waiting" else None)


@pytest.mark.parametrize(
    ("deed", "state", "code"),
    [
        (yes, "withdrawn", "seat_given_back"),
        (yes, "stood_down", "call_up_stood_down"),
        (no, "stood_down", "call_up_stood_down"),
        (back, "stood_down", "call_up_stood_down"),
        (back, "asked", "nothing_to_give_back"),
        (back, "expired", "nothing_to_give_back"),
        (back, "declined", "nothing_to_give_back"),
        (back, "waiting", "nothing_to_give_back"),
        (back, "thanked", "nothing_to_give_back"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_nothing_is_different(
    world: World, deed: Deed, state: str, code: str
) -> None:
    offer = offer_in(world, state)

    with refused(code):
        deed(offer)


@pytest.mark.parametrize(
    ("deed", "state"),
    [(yes, "expired"), (yes, "declined"), (no, "accepted"), (back, "accepted"), (yes, "withdrawn")],
)
def test_after_the_close_nothing_is_moved_any_more(world: World, deed: Deed, state: str) -> None:
    offer = offer_in(world, state)
    calls.close(offer.call_up, at=NOW)

    with refused("call_up_closed"):
        deed(offer)


@pytest.mark.parametrize(
    ("deed", "state", "after"), [(yes, "asked", "accepted"), (no, "accepted", "withdrawn")]
)
def test_a_halt_stops_the_asking_and_not_the_answers(
    world: World, deed: Deed, state: str, after: str
) -> None:
    offer = offer_in(world, state)
    calls.halt(offer.call_up, actor=world.actor("worker"), at=NOW)

    assert deed(offer).state == after


def test_a_second_no_keeps_the_reason_of_the_first(world: World) -> None:
    offer = offer_in(world, "declined")

    no(offer)

    offer.refresh_from_db()
    assert (offer.reason, offer.answered_at) == ("work", NOW)


def test_a_yes_without_the_risk_statement_is_refused(world: World) -> None:
    offer = offer_in(world, "asked")

    with refused("risk_not_confirmed"):
        offers.accept(offer, actor=me(offer.person), risk_confirmed=False, at=LATER)


@pytest.mark.parametrize(
    ("before_end", "code"), [(timedelta(seconds=1), ""), (timedelta(0), "shift_over")], ids=["before", "at"]
)
def test_a_yes_counts_to_the_last_second_of_the_shift(world: World, before_end: timedelta, code: str) -> None:
    offer = offer_in(world, "asked")
    at = START + timedelta(hours=6) - before_end

    def deed() -> Answer:
        return offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=at)

    if code:
        with refused(code):
            deed()
    else:
        assert deed().state == "accepted"


@pytest.mark.parametrize(
    ("past_due", "expired"), [(timedelta(seconds=-1), 0), (timedelta(0), 1)], ids=["a second before", "at"]
)
def test_a_question_expires_at_its_very_time(world: World, past_due: timedelta, expired: int) -> None:
    offer = offer_in(world, "asked")

    assert offers.expire_due(offer.reply_by + past_due) == expired
    assert offers.expire_due(offer.reply_by + past_due) == 0


@pytest.mark.parametrize("state", [state for state in OfferState.values if state != "asked"])
def test_only_an_open_question_expires(world: World, state: str) -> None:
    offer = offer_in(world, state)

    with nothing_done():
        assert offers.expire_due(offer.reply_by + timedelta(days=1)) == 0


def test_who_has_arrived_gives_no_seat_back(world: World) -> None:
    seat = seated(world)
    arrives(seat, START)

    with refused("already_arrived"):
        offers.withdraw(seat.offer, "unwell", actor=me(seat.person), at=START)


def test_a_seat_that_falls_free_goes_to_exactly_one_who_waits_and_tells_only_him(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    first = seated(world, world.volunteer(1), call_up)
    second, third = (offer_to(call_up, world.volunteer(number)) for number in (2, 3))
    for offer in (second, third):
        yes(offer)
    Message.objects.all().delete()

    back(first.offer)

    told = list(Message.objects.filter(topic="promoted").values_list("person_id", flat=True))
    states = list(Offer.objects.order_by("pk").values_list("state", flat=True))
    assert told == [second.person_id]
    assert states == ["withdrawn", "accepted", "waiting"]
    assert yes(third).position == 1


def test_filling_from_the_waiting_list_again_moves_nobody(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(2))
    for number in (1, 2, 3):
        waiting(call_up, world.volunteer(number))

    assert offers.fill_from_waiting(call_up.pk, at=LATER) == 2
    with nothing_done():
        assert offers.fill_from_waiting(call_up.pk, at=LATER) == 0


@pytest.mark.parametrize("end", ["close", "stand_down"])
def test_nobody_is_promoted_into_a_call_up_that_is_over(world: World, end: str) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    offer = waiting(call_up, world.volunteer(1))
    if end == "close":
        calls.close(call_up, at=NOW)
    else:
        calls.stand_down(call_up, reason="已解除", actor=world.actor("worker"), at=NOW)

    assert offers.promote_waiting(offer.slot, at=LATER) is None
    assert Assignment.objects.count() == 0


def test_nobody_is_promoted_into_a_shift_that_has_ended(world: World) -> None:
    offer = offer_in(world, "waiting")
    end = offer.slot.shift.ends_at

    with nothing_done():
        assert offers.promote_waiting(offer.slot, at=end) is None
    assert offers.promote_waiting(offer.slot, at=end - timedelta(seconds=1)) is not None


def test_answers_of_a_drill_carry_its_flag_on_the_trail(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(2, is_drill=True))
    offer = offer_to(call_up, world.person("volunteer"))
    yes(offer)
    back(offer)

    verbs = ["callups.offer.accepted", "callups.offer.withdrawn"]
    flags = Entry.objects.filter(verb__in=verbs).values_list("is_drill", flat=True)
    assert list(flags) == [True, True]


@pytest.mark.req("R2.8")
@pytest.mark.parametrize(
    ("cast", "named"), [("worker", True), ("township_overseer", True), ("leader", False)]
)
def test_a_seat_names_who_of_the_committees_dispatched(world: World, cast: str, named: bool) -> None:
    offer = offer_in(world, "asked")

    seat = offers.accept(offer, actor=world.actor(cast), risk_confirmed=True, at=LATER).assignment

    caller = offer.call_up.raised_by_label
    assert seat is not None
    assert seat.authority_label == (world.actor(cast).label if named else caller)
