"""What a call-up knows of people ends: reasons and scans after two years, plans after three, proof of hours with the person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from muster.audit.actions.purge import purge_expired
from muster.audit.models import Destruction, Entry
from muster.callups import retention
from muster.callups.actions import offers, plans
from muster.callups.models import Assignment, Attendance, DispatchRun, Offer, Scan
from muster.callups.retention import RULES, forget_why_ended, forget_why_offered
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import arrives, leaves, me, seated
from tests.world import World

pytestmark = pytest.mark.django_db
TWO_YEARS, THREE_YEARS = timedelta(days=730), timedelta(days=1095)
MOMENT = timedelta(seconds=1)


def purged(at: datetime) -> dict[str, int]:
    """How many rows of each kind a purge at that time destroyed, as its certificates say."""
    return {row.model_label: row.row_count for row in purge_expired(RULES, at=at)}


def declined(world: World, number: int = 1) -> Offer:
    offer = offer_to(
        raised(world.actor("worker")), world.volunteer(number), why={"reasons": [{"code": "near"}]}
    )
    offers.decline(offer, "unwell", actor=me(offer.person), at=NOW)
    return offer


@pytest.mark.parametrize(
    ("age", "left"), [(TWO_YEARS, "unwell"), (TWO_YEARS + MOMENT, "")], ids=["two years", "a second more"]
)
def test_why_somebody_said_no_is_kept_two_years_and_not_a_second_more(
    world: World, age: timedelta, left: str
) -> None:
    offer = declined(world)

    purged(NOW + age)

    offer.refresh_from_db()
    assert (offer.reason, bool(offer.why)) == (left, bool(left))


def test_that_somebody_was_asked_and_answered_outlives_the_reason(world: World) -> None:
    offer = declined(world)

    purged(NOW + TWO_YEARS + MOMENT)

    assert Offer.objects.filter(pk=offer.pk, state="declined", answered_at=NOW, person=offer.person).exists()


def test_why_a_seat_was_given_back_ends_on_offer_and_seat_alike(world: World) -> None:
    seat = seated(world)
    assert seat.offer is not None
    offers.withdraw(seat.offer, "family", actor=me(seat.person), at=NOW)

    destroyed = purged(NOW + TWO_YEARS + MOMENT)

    seat.refresh_from_db()
    assert (seat.state, seat.ended_at, seat.end_reason) == ("withdrawn", NOW, "")
    assert Offer.objects.get().reason == ""
    assert destroyed == {"callups.Offer.reason": 1, "callups.Assignment.end_reason": 1}


def test_scans_end_after_two_years_and_the_presence_they_proved_stays(world: World) -> None:
    seat = seated(world)
    arrives(seat)
    leaves(seat, nonce=uuid4())
    assert Scan.objects.count() == 2

    destroyed = purged(START + TWO_YEARS + MOMENT)

    assert Scan.objects.count() == 1  # of the check-out, six hours later
    assert destroyed["callups.Scan"] == 1
    assert Attendance.objects.filter(assignment=seat, checked_in_at=START).exists()
    assert Assignment.objects.get(pk=seat.pk).state == "left"


@pytest.mark.parametrize(
    ("age", "left"), [(THREE_YEARS, 1), (THREE_YEARS + MOMENT, 0)], ids=["three years", "a second more"]
)
def test_plans_of_the_dispatch_are_kept_three_years(world: World, age: timedelta, left: int) -> None:
    plans.propose(raised(world.actor("worker")), actor=world.actor("worker"), at=NOW)

    purged(NOW + age)

    assert DispatchRun.objects.count() == left


def test_a_second_purge_finds_nothing_and_certifies_nothing(world: World) -> None:
    declined(world)
    later = NOW + THREE_YEARS

    first, second = purged(later), purged(later)

    assert (first, second) == ({"callups.Offer.reason": 1}, {})
    assert Destruction.objects.count() == 1


def test_each_destruction_is_certified_with_its_ground_and_is_on_the_trail(world: World) -> None:
    declined(world)

    purged(NOW + TWO_YEARS + MOMENT)

    certificate = Destruction.objects.get()
    assert (certificate.model_label, certificate.data_class) == ("callups.Offer.reason", "service")
    assert (certificate.ground, certificate.older_than) == (retention.NOTES, NOW + MOMENT)
    assert Entry.objects.get(verb="audit.data.destroyed").object_code == certificate.code


@pytest.mark.parametrize("forget", [forget_why_offered, forget_why_ended])
def test_a_purge_takes_no_more_at_once_than_it_is_told(
    world: World, forget: Callable[[datetime, int], int]
) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    for number in range(3):
        seat = seated(world, world.volunteer(number), call_up)
        assert seat.offer is not None
        offers.withdraw(seat.offer, "work", actor=me(seat.person), at=NOW)
    after = NOW + MOMENT

    taken = [forget(after, 2), forget(after, 2), forget(after, 2)]

    assert taken == [2, 1, 0]


def test_fresh_reasons_stay_beside_old_ones(world: World) -> None:
    old, fresh = declined(world, 1), declined(world, 2)
    Offer.objects.filter(pk=old.pk).update(asked_at=NOW - TWO_YEARS)

    purged(NOW + MOMENT)

    assert dict(Offer.objects.values_list("pk", "reason")) == {old.pk: "", fresh.pk: "unwell"}
