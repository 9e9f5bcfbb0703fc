"""A drill before its day, over the pages of the product: raised, pledged, named, answered, given back, dispatched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from muster.callups.enums import CallUpState, OfferState, UnitCallState
from muster.callups.models import Assignment, CallUp, Offer, Slot, UnitCall
from muster.web.drill.behavior import Shares
from muster.web.drill.browser import Answer, Unexpected
from muster.web.drill.pages import PageForm
from muster.web.drill.play import Acknowledged, Call, manned, offer_code, post_on, span
from tests.web.drill.stage import EVERYBODY_COMES, Stage, stage

NOBODY_COMES = replace(EVERYBODY_COMES, accept=0.0, named_accept=0.0, unit_declines=1.0)
SILENCE = Shares(accept=0.0, silent=1.0, named_accept=0.0, unit_declines=1.0)


def form(*seats: tuple[str, str]) -> PageForm:
    return PageForm("", "post", {"purpose": [""], **{name: [value] for name, value in seats}})


# Pure parts


@pytest.mark.parametrize(
    ("most", "played"),
    [(18, 3), (17, 2), (12, 2), (11, 1), (6, 1), (5, 1), (0, 1), (99, 4)],
)
def test_as_many_places_are_manned_as_the_norm_has_seats_and_one_at_least(most: int, played: int) -> None:
    places = [f"seats_{name}" for name in ("A", "B", "C", "D")]

    seats, left_out = manned(form(*((name, "6") for name in places)), most)

    assert seats == dict.fromkeys(places[:played], 6)
    assert left_out == places[played:]


def test_a_smaller_place_further_down_may_still_fit() -> None:
    seats, left_out = manned(form(("seats_A", "6"), ("seats_B", "8"), ("seats_C", "2")), 8)

    assert (seats, left_out) == ({"seats_A": 6, "seats_C": 2}, ["seats_B"])


def test_a_place_that_is_to_be_typed_in_is_none() -> None:
    assert manned(form(("seats_place_1", "6"), ("seats_A", "")), 18) == ({"seats_A": 0}, [])


@pytest.mark.parametrize(
    ("start", "end", "hours", "days"),
    [("06:00", "12:00", 6, 0), ("22:00", "04:00", 6, 1), ("08:00", "08:00", 24, 1)],
    ids=["a morning", "across midnight", "around the clock"],
)
def test_a_shift_that_ends_before_it_starts_ends_the_next_day(
    start: str, end: str, hours: int, days: int
) -> None:
    day = date(2026, 11, 28)

    starts_at, ends_at = span(day, start, end)

    here = timezone.get_default_timezone()
    assert starts_at == datetime.combine(day, time.fromisoformat(start), tzinfo=here)
    assert ends_at - starts_at == timedelta(hours=hours)
    assert (ends_at.astimezone(here).date() - day).days == days


@pytest.mark.parametrize(
    ("body", "post"),
    [
        ('<a href="/my/check-in/K7M2QDAB/">去</a>', "K7M2QDAB"),
        ('<a href="http://x.example/my/check-in/K7M2QDAB/?c=1">去</a>', "K7M2QDAB"),
        ('<a href="/my/">我的</a>', ""),
        ("", ""),
    ],
)
def test_the_page_of_an_offer_names_the_post_where_there_is_a_seat(body: str, post: str) -> None:
    assert post_on(Answer(200, "http://x/", body, {})) == post  # type: ignore[arg-type]  # headers are not read


# Over the pages

pages = pytest.mark.django_db


def states(call: Call) -> set[str]:
    return set(Offer.objects.filter(call_up__code=call.code).values_list("state", flat=True))


@pages
def test_raising_asks_a_first_wave_and_then_nobody_until_told(village: int) -> None:
    one = stage()

    call = one.opened()

    call_up = CallUp.objects.get(code=call.code)
    assert (call_up.is_drill, call_up.state, call_up.division_code) == (True, CallUpState.HALTED, village)
    assert call.seats == sum(Slot.objects.filter(call_up=call_up).values_list("seats", flat=True)) == 6
    assert (call.starts_at, call.ends_at) == (call_up.starts_at, call_up.ends_at)
    assert call_up.posts.get().leader.code == call.leader
    assert states(call) == {OfferState.ASKED}
    assert len(one.play.outbox.about(call.subject, "offer")) == Offer.objects.count()


@pages
def test_a_seat_is_acknowledged_only_where_the_page_showed_it(village: int) -> None:
    one = stage(shares=replace(EVERYBODY_COMES, unit_declines=1.0))
    call = one.opened()

    one.play.answers(call)

    seated = set(Assignment.objects.values_list("offer__code", flat=True))
    assert {told.offer_code for told in call.acknowledged} == seated
    assert {told.kind for told in call.acknowledged} == {"seat"}
    assert len(call.posts) == len(seated) <= 6
    assert set(call.posts) <= set(call.links)
    assert states(call) <= {OfferState.ACCEPTED, OfferState.WAITING, OfferState.THANKED}


@pages
def test_everybody_who_says_no_gives_a_reason_of_the_page(village: int) -> None:
    one = stage(shares=NOBODY_COMES)
    call = one.opened()

    one.play.answers(call)

    offers = Offer.objects.filter(call_up__code=call.code)
    assert states(call) == {OfferState.DECLINED}
    assert set(offers.values_list("reason", flat=True)) <= {"work", "unwell", "family", "away"}
    assert sorted(told.offer_code for told in call.acknowledged) == sorted(
        offers.values_list("code", flat=True)
    )
    assert (call.links, call.posts) == ({}, {})


@pages
def test_who_keeps_silent_never_opens_the_link(village: int) -> None:
    one = stage(shares=SILENCE)
    call = one.opened()
    asked = len(one.wires.asked)

    fresh = one.play.answers(call)

    assert fresh == Offer.objects.count() > 0
    assert len(one.wires.asked) == asked
    assert states(call) == {OfferState.ASKED}


@pages
def test_nobody_answers_the_same_letter_twice(village: int) -> None:
    one = stage()
    call = one.opened()
    one.play.answers(call)
    told, asked = list(call.acknowledged), len(one.wires.asked)

    assert one.play.answers(call) == 0

    assert (call.acknowledged, len(one.wires.asked)) == (told, asked)


@pages
def test_who_gives_the_seat_back_is_off_the_list_and_the_next_has_it(village: int) -> None:
    one = stage(shares=replace(EVERYBODY_COMES, unit_declines=1.0))
    call = one.opened()
    one.play.answers(call)
    # A leader's seat is not for everybody who waits.
    (leaver,) = Offer.objects.filter(assignment__slot__kind="general").select_related("person")[:1]
    first = leaver.person.phone
    waiting = Offer.objects.filter(state=OfferState.WAITING).count()

    only_first = replace(one.play, people=_Only(one.play.people, first))
    only_first.drop_outs(call)

    leaver.refresh_from_db()
    assert leaver.state == OfferState.WITHDRAWN
    assert first not in call.links | call.posts
    assert call.acknowledged[-1] == Acknowledged("no", leaver.code)
    assert Offer.objects.filter(state=OfferState.WAITING).count() == max(0, waiting - 1)


class _Only:
    """People of whom only one gives the seat back."""

    def __init__(self, people: object, phone: str) -> None:
        self._people, self._phone = people, phone

    def __getattr__(self, name: str) -> object:
        return getattr(self._people, name)

    def drops_out(self, person: str, call: str) -> bool:
        return person == self._phone


@pages
def test_a_unit_pledges_and_names_people_of_its_team(village: int) -> None:
    one = stage(shares=EVERYBODY_COMES)
    call = one.opened()

    one.play.units(call)

    unit_call = UnitCall.objects.get(call_up__code=call.code)
    assert unit_call.state == UnitCallState.NAMED
    assert unit_call.pledged_headcount == len(call.named) == unit_call.offers.count() > 0
    assert {letter.address for letter in one.play.outbox.about(call.subject, "offer")} >= call.named


@pages
def test_a_unit_that_declines_says_why_and_holds_no_seat(village: int) -> None:
    one = stage(shares=NOBODY_COMES)
    call = one.opened()

    one.play.units(call)

    unit_call = UnitCall.objects.get(call_up__code=call.code)
    assert (unit_call.state, unit_call.decline_reason) == (UnitCallState.DECLINED, "这次人手都在岗位上")
    assert call.named == set()
    assert set(Slot.objects.values_list("held", flat=True)) == {0}


@pages
def test_asking_on_goes_out_to_new_people_and_stops_again(village: int) -> None:
    one = stage(shares=NOBODY_COMES)
    call = one.opened()
    one.play.answers(call)
    before = Offer.objects.count()
    assert one.worker is not None

    one.play.ask_more(call, one.worker)

    call_up = CallUp.objects.get(code=call.code)
    assert (call_up.state, call_up.waves_sent) == (CallUpState.HALTED, 2)
    assert one.play.answers(call) == Offer.objects.count() - before
    assert Offer.objects.values("person").distinct().count() == Offer.objects.count()


@pages
def test_what_stays_empty_is_dispatched_by_the_worker_who_confirms(village: int) -> None:
    one = stage(shares=SILENCE)
    call = one.opened()
    assert one.worker is not None
    assert Assignment.objects.count() == 0

    one.play.dispatch(call, one.worker)

    ordered = Assignment.objects.filter(call_up__code=call.code, offer=None)
    assert set(ordered.values_list("state", "duty_kind")) == {("ordered", "on_paid_duty")}
    letters = one.play.outbox.about(call.subject, "ordered")
    assert {seat.person.phone for seat in ordered.select_related("person")} == {
        letter.address for letter in letters
    }


@pages
def test_a_call_up_that_somebody_else_ended_has_no_buttons_and_the_drill_goes_on(village: int) -> None:
    one = stage()
    call = one.opened()
    CallUp.objects.filter(code=call.code).update(state="closed", closed_at=timezone.now())
    assert one.worker is not None

    one.play.ask_more(call, one.worker)

    assert CallUp.objects.get(code=call.code).state == "closed"


@pages
def test_a_day_on_which_nobody_may_call_is_told_with_the_words_of_the_page(village: int) -> None:
    one: Stage = stage(day=timezone.localdate() - timedelta(days=1))

    with pytest.raises(Unexpected, match=f"raising in {village}: 4"):
        one.opened()

    assert CallUp.objects.count() == 0


@pages
def test_the_offer_of_a_link_is_the_one_that_it_opens(village: int) -> None:
    one = stage()
    call = one.opened()

    letters = one.play.outbox.about(call.subject, "offer")

    found = {letter.address: offer_code(letter.link) for letter in letters}
    offers = Offer.objects.filter(call_up__code=call.code).select_related("person")
    assert found == {offer.person.phone: offer.code for offer in offers}
