"""Asking in waves: the right people, as few as it takes, each once, and a stop the moment the seats are full."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from muster.audit.models import Entry
from muster.callups.actions import calls, offers, waves
from muster.callups.enums import OfferState
from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.callups.queries import candidates, standing
from muster.callups.rules.drafts import SeatsDraft
from muster.callups.rules.sizing import spread
from muster.jobs import queue
from muster.jobs.models import Run
from muster.notifications.models import Message
from muster.people.enums import Willingness
from muster.people.models import Person, VolunteerProfile
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused
from tests.callups.drafting import CHENGDU, NOW, START, draft, offer_to, post, raised, shift
from tests.world import World

pytestmark = pytest.mark.django_db

NOBODY = Actor(label="")


def crowd(world: World, count: int, first: int = 1, **facts: object) -> list[Person]:
    return [world.volunteer(number, **facts) for number in range(first, first + count)]


def only_these(world: World) -> None:
    """The cast steps aside, so that a test counts its own people only."""
    VolunteerProfile.objects.all().update(state="paused")


def asked(call_up: CallUp) -> set[int]:
    return set(Offer.objects.filter(call_up=call_up).values_list("person_id", flat=True))


def test_a_wave_asks_each_person_once_with_reasons_and_a_message(world: World) -> None:
    only_these(world)
    people = crowd(world, 3)
    call_up = raised(world.actor("worker"), draft(3))

    wave = waves.ask_more(call_up, actor=world.actor("worker"), at=NOW)
    again = waves.ask_more(call_up, actor=world.actor("worker"), at=NOW)

    made = Offer.objects.filter(call_up=call_up)
    assert (wave.number, wave.asked, again.number, again.asked) == (1, 3, 2, 0)
    assert asked(call_up) == {person.pk for person in people}
    assert set(made.values_list("state", "wave", "reply_by")) == {("asked", 1, call_up.reply_by)}
    assert all(offer.why["reasons"] for offer in made)
    assert not [r for offer in made for r in offer.why["reasons"] if r["code"] == "next_best"]
    keys = set(Message.objects.filter(topic="offer").values_list("send_key", flat=True))
    assert keys == {f"offer:{offer.code}" for offer in made}
    profile = VolunteerProfile.objects.get(person=people[0])
    assert (profile.asked_count, profile.last_asked_at) == (1, NOW)


def test_the_first_wave_goes_out_with_the_call_up(world: World) -> None:
    only_these(world)
    crowd(world, 4)

    call_up = raised(world.actor("worker"), draft(2, asks_volunteers=True))

    assert (call_up.offers.count(), CallUp.objects.get().waves_sent) == (4, 1)
    assert Entry.objects.get(verb="callups.wave.sent").detail["asked"] == 4


def test_a_large_first_wave_is_a_job_with_progress(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    only_these(world)
    crowd(world, 4)
    monkeypatch.setattr(calls, "MOST_ASKED_INLINE", 3)

    call_up = raised(world.actor("worker"), draft(2, asks_volunteers=True), at=NOW)
    before = call_up.offers.count()
    queue.drain()

    run = Run.objects.get(kind="callups.ask_wave")
    assert (before, call_up.offers.count(), run.done, run.state) == (0, 4, 4, "done")
    assert run.owner_account_id == world.account("worker").pk


def test_a_wave_that_is_run_again_asks_nobody_twice(world: World) -> None:
    only_these(world)
    crowd(world, 4)
    call_up = raised(world.actor("worker"), draft(2))

    for _run in range(2):
        queue.enqueue("callups.ask_wave", call_up_id=call_up.pk, headcount=None, account_id=None)
        queue.drain()

    assert call_up.offers.count() == 4
    assert Message.objects.filter(topic="offer").count() == 4


def test_a_wave_counts_who_has_not_answered_yet(world: World) -> None:
    only_these(world)
    crowd(world, 60)
    call_up = raised(world.actor("worker"), draft(2, ask_cap=60))
    first = waves.ask_more(call_up, actor=world.actor("worker"), at=NOW)
    Offer.objects.filter(call_up=call_up).update(state=OfferState.DECLINED, answered_at=NOW)

    wave = waves.top_up(call_up, at=NOW)

    assert wave is not None
    assert wave.asked > first.asked  # all said no, so fewer are believed to say yes


def test_a_headcount_is_kept_and_the_cap_never_passed(world: World) -> None:
    only_these(world)
    crowd(world, 12)
    call_up = raised(world.actor("worker"), draft(2, ask_cap=7))

    sizes = [
        waves.ask_more(call_up, actor=world.actor("worker"), headcount=5, at=NOW).asked for _wave in range(3)
    ]

    assert sizes == [5, 2, 0]


@pytest.mark.req("R4.8", "R2.6")
def test_who_may_not_be_sent_is_not_asked_and_counted_by_rule(world: World) -> None:
    only_these(world)
    fit = world.volunteer(1)
    minor = world.volunteer(2, guardian_consented_at=NOW)
    Person.objects.filter(pk=minor.pk).update(birth_on=date(2010, 1, 1))
    old = world.volunteer(3)
    Person.objects.filter(pk=old.pk).update(birth_on=date(1960, 1, 1))
    world.volunteer(4, emergency_willing=Willingness.NO)
    world.volunteer(5, emergency_willing=Willingness.UNKNOWN)
    world.volunteer(6, health_limits=["no_standing"])
    world.volunteer(7, availability=0)
    unknown = world.volunteer(8)
    Person.objects.filter(pk=unknown.pk).update(birth_on=None)
    silent = world.volunteer(9)
    Person.objects.filter(pk=silent.pk).update(phone="", phone_index=None)
    busy = world.volunteer(10)
    other = raised(world.actor("worker"))
    offers.accept(offer_to(other, busy), actor=NOBODY, risk_confirmed=True, at=NOW)
    vouched = world.volunteer(11, adult_vouched_by_label="单位")
    Person.objects.filter(pk=vouched.pk).update(birth_on=None)

    call_up = raised(world.actor("worker"))
    wave = waves.ask_more(call_up, actor=world.actor("worker"), headcount=20, at=NOW)

    assert asked(call_up) == {fit.pk, vouched.pk}
    assert wave.kept_out == {
        "minor_in_emergency": 1,
        "above_emergency_age": 1,
        "not_willing_in_emergency": 2,
        "health_limit": 1,
        "not_available": 1,
        "too_young": 1,
        "no_phone": 1,
        "double_booked": 1,
    }


@pytest.mark.req("R2.6")
def test_a_minor_with_consent_is_asked_in_routine_mode_by_day(world: World) -> None:
    only_these(world)
    minor = world.volunteer(1, guardian_consented_at=NOW)
    Person.objects.filter(pk=minor.pk).update(birth_on=date(2010, 1, 1))
    by_day = raised(world.actor("worker"), draft(mode="routine", level=0))
    evening = shift(SeatsDraft("general", 1), start=START - timedelta(hours=7))
    night = draft(mode="routine", level=0, posts=(post("北门", evening),))
    at_night = raised(world.actor("worker"), night)

    for call_up in (by_day, at_night):
        waves.ask_more(call_up, actor=world.actor("worker"), headcount=5, at=NOW)

    assert (asked(by_day), asked(at_night)) == ({minor.pk}, set())


@pytest.mark.parametrize(("mode", "count"), [("routine", 0), ("emergency", 1)])
def test_quiet_hours_hold_in_routine_mode_only(world: World, mode: str, count: int) -> None:
    only_these(world)
    world.volunteer(1, quiet_from_minute=22 * 60, quiet_to_minute=7 * 60)
    late = datetime(2026, 12, 2, 23, 30, tzinfo=CHENGDU)
    call_up = raised(world.actor("worker"), draft(mode=mode))

    wave = waves.ask_more(call_up, actor=world.actor("worker"), headcount=5, at=late)

    assert wave.asked == count


def test_the_own_community_is_asked_before_its_neighbor(world: World) -> None:
    only_these(world)
    here = crowd(world, 2)
    crowd(world, 2, first=20, division_code=world.next_door)
    call_up = raised(world.actor("worker"), draft(1))

    waves.ask_more(call_up, actor=world.actor("worker"), headcount=2, at=NOW)
    first = asked(call_up)
    waves.ask_more(call_up, actor=world.actor("worker"), headcount=2, at=NOW)

    assert first == {person.pk for person in here}
    assert len(asked(call_up)) == 4


def test_people_of_a_called_unit_are_left_to_their_unit(world: World) -> None:
    only_these(world)
    VolunteerProfile.objects.filter(person=world.person("liaison")).update(state="active")
    call_up = raised(world.actor("worker"), draft(unit_ids=(world.unit.pk,)))
    without = raised(world.actor("worker"))

    for each in (call_up, without):
        waves.ask_more(each, actor=world.actor("worker"), headcount=5, at=NOW)

    assert (asked(call_up), asked(without)) == (set(), {world.person("liaison").pk})


def test_scarce_skills_are_asked_for_the_seats_that_need_them(world: World) -> None:
    only_these(world)
    nurse, other = world.volunteer(1, skills=["nursing"]), world.volunteer(2)
    seats = (SeatsDraft("general", 1), SeatsDraft("skilled", 1, "nursing"))
    call_up = raised(world.actor("worker"), draft(posts=(post("北门", shift(*seats)),)))

    waves.ask_more(call_up, actor=world.actor("worker"), headcount=2, at=NOW)

    kinds = dict(Offer.objects.filter(call_up=call_up).values_list("person_id", "slot__kind"))
    assert kinds == {nurse.pk: "skilled", other.pk: "general"}


def test_a_late_wave_leaves_time_to_answer(world: World) -> None:
    only_these(world)
    crowd(world, 1)
    call_up = raised(world.actor("worker"))
    late = call_up.reply_by + timedelta(minutes=5)

    waves.ask_more(call_up, actor=world.actor("worker"), headcount=1, at=late)

    assert Offer.objects.get(call_up=call_up).reply_by == late + timedelta(minutes=10)


def test_when_full_those_who_have_not_answered_are_thanked_but_for_a_few(world: World) -> None:
    only_these(world)
    people = crowd(world, 30)
    call_up = raised(world.actor("worker"), draft(1))
    made = [offer_to(call_up, person) for person in people]
    offers.accept(made[0], actor=NOBODY, risk_confirmed=True, at=NOW)

    queue.drain()

    states = list(Offer.objects.filter(call_up=call_up).order_by("pk").values_list("state", flat=True))
    kept = states.count("asked")
    # Two may wait; ten in thirty-one are now believed to say yes, so seven are kept to fill the list.
    assert kept == 7
    assert states == ["accepted", *["asked"] * kept, *["thanked"] * (29 - kept)]
    assert Message.objects.filter(topic="thanked").count() == 29 - kept


def test_when_the_waiting_list_is_full_as_well_all_are_thanked(world: World) -> None:
    only_these(world)
    call_up = raised(world.actor("worker"), draft(1))
    made = [offer_to(call_up, person) for person in crowd(world, 12)]
    for offer in made[:3]:
        offers.accept(offer, actor=NOBODY, risk_confirmed=True, at=NOW)

    queue.drain()

    states = list(Offer.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["accepted", "waiting", "waiting", *["thanked"] * 9]


def test_nobody_is_thanked_while_a_seat_is_free(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(2))
    made = [offer_to(call_up, person) for person in crowd(world, 30)]
    offers.accept(made[0], actor=NOBODY, risk_confirmed=True, at=NOW)

    assert waves.thank_surplus(call_up, at=NOW) == 0
    assert queue.waiting("callups.thank_surplus") == []


def test_a_seat_given_back_without_anybody_waiting_is_asked_for_again(world: World) -> None:
    only_these(world)
    seated, fresh = crowd(world, 2)
    call_up = raised(world.actor("worker"), draft(1))
    offer = offer_to(call_up, seated)
    offers.accept(offer, actor=NOBODY, risk_confirmed=True, at=NOW)

    offers.withdraw(offer, "work", actor=NOBODY, at=NOW)
    queue.drain()

    assert asked(call_up) == {seated.pk, fresh.pk}
    assert Offer.objects.get(call_up=call_up, person=fresh).state == OfferState.ASKED


def test_the_clock_expires_what_is_over_and_asks_on(world: World) -> None:
    only_these(world)
    old, fresh = crowd(world, 2)
    call_up = raised(world.actor("worker"), draft(1), at=NOW)
    offer_to(call_up, old, reply_by=NOW - timedelta(days=30))

    from muster.callups import jobs  # noqa: PLC0415 - the module registers its jobs when Django starts

    jobs.keep_asking()

    assert Offer.objects.get(person=old).state == OfferState.EXPIRED
    assert asked(call_up) == {old.pk, fresh.pk}


def test_the_clock_thanks_those_whom_the_last_two_answers_left_asked(world: World) -> None:
    only_these(world)
    seated, *others = crowd(world, 30)
    call_up = raised(world.actor("worker"), draft(1))
    for person in others:
        offer_to(call_up, person)
    offers.accept(offer_to(call_up, seated), actor=NOBODY, risk_confirmed=True, at=NOW)

    from muster.callups import jobs  # noqa: PLC0415 - the module registers its jobs when Django starts

    # Nobody has drained the queue: as if neither of two simultaneous answers had seen that all is full.
    jobs.keep_asking()
    thanked = Offer.objects.filter(call_up=call_up, state=OfferState.THANKED).count()
    jobs.keep_asking()

    assert thanked > 0
    assert Offer.objects.filter(call_up=call_up, state=OfferState.THANKED).count() == thanked


def test_a_free_seat_goes_to_who_waits_before_anybody_is_asked(world: World) -> None:
    only_these(world)
    waiting, _fresh = crowd(world, 2)
    call_up = raised(world.actor("worker"), draft(1))
    offer_to(
        call_up, waiting, state=OfferState.WAITING, waiting_since=NOW, answered_at=NOW, risk_confirmed_at=NOW
    )

    queue.enqueue("callups.top_up", call_up_id=call_up.pk)
    queue.drain()

    assert asked(call_up) == {waiting.pk}
    assert Assignment.objects.get(call_up=call_up).person == waiting
    assert Message.objects.get(topic="promoted").person_id == waiting.pk


def test_the_second_offer_to_a_person_for_a_call_up_is_kept_out_by_the_database(world: World) -> None:
    call_up = raised(world.actor("worker"))
    offer_to(call_up, world.person("volunteer"))

    with pytest.raises(IntegrityError, match="offer_once_per_person_and_call_up"), transaction.atomic():
        offer_to(call_up, world.person("volunteer"))


def test_the_pool_is_read_in_as_many_queries_for_many_as_for_few(world: World) -> None:
    only_these(world)
    call_up = raised(world.actor("worker"))
    slots = standing.slots_with_room(call_up.pk)

    def queries(count: int) -> int:
        crowd(world, count, first=VolunteerProfile.objects.count() + 100)
        with CaptureQueriesContext(connection) as counted:
            candidates.pool_of(call_up, slots, wanted=10_000, at=NOW)
        return len(counted)

    assert [queries(1), queries(3)] == [8, 8]


def test_people_are_spread_over_slots_by_their_free_seats() -> None:
    assert spread(10, {1: 3, 2: 1, 3: 0}) == {1: 8, 2: 2, 3: 0}
    assert spread(2, {1: 1, 2: 1, 3: 1}) == {1: 1, 2: 1, 3: 0}
    assert spread(5, {1: 0}) == {1: 0}
    assert spread(0, {1: 4}) == {1: 0}


def test_an_order_to_ask_in_a_call_up_that_is_over_is_refused(world: World) -> None:
    call_up = raised(world.actor("worker"))
    calls.stand_down(call_up, reason="解除", actor=world.actor("worker"), at=NOW)

    with pytest.raises(Refused) as refused:
        waves.ask_more(call_up, actor=world.actor("worker"), at=NOW)

    assert refused.value.code == "not_open"
    assert Slot.objects.get(call_up=call_up).taken == 0
