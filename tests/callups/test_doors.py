"""The doors of a call-up: what each of the cast reaches, for which need; what is forbidden looks as if it were not there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import Http404

from muster.callups import access
from muster.callups.access import OFFER_LINK
from muster.callups.actions import plans
from muster.callups.models import CallUp, DispatchRun, Offer, Post, Shift, UnitCall
from muster.callups.rules.drafts import SeatsDraft
from muster.people import links
from muster.people.access import Need
from muster.people.models import Person
from muster.territory.models import Division
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, draft, offer_to, post, raised, shift
from tests.callups.ground import called
from tests.world import EVERYBODY, HERE, NEXT_DOOR, World

pytestmark = pytest.mark.django_db
RUNNERS = {"worker", "township_overseer"}
SEERS = RUNNERS | {"county_overseer", "city_overseer", "province_overseer"}
Door = Callable[[Actor, str, Need], object]


@pytest.fixture
def call(world: World) -> UnitCall:
    """A call to the unit of the cast, with a post, an offer to the volunteer and a plan."""
    made = called(world)
    offer_to(made.call_up, world.person("volunteer"))
    plans.propose(made.call_up, actor=world.actor("worker"), at=NOW)
    return made


def plan_door(actor: Actor, code: str, _need: Need) -> DispatchRun:
    """A plan names people: it has one door, for those who may carry it out."""
    return access.get_run(actor, code)


def reaches(world: World, door: Door, code: str, need: Need) -> set[str]:
    """Who of the cast is let in."""
    let_in = set()
    for cast in EVERYBODY:
        try:
            door(world.actor(cast), code, need)
        except Http404:
            continue
        let_in.add(cast)
    return let_in


@pytest.mark.parametrize(
    ("need", "who"), [(Need.SEE, SEERS), (Need.OPERATE, RUNNERS), (Need.MANAGE, RUNNERS)]
)
def test_overseers_see_a_call_up_and_the_community_and_its_township_run_it(
    world: World, call: UnitCall, need: Need, who: set[str]
) -> None:
    code = call.call_up.code

    assert reaches(world, access.get_call_up, code, need) == who
    assert reaches(world, plan_door, call.call_up.dispatch_runs.get().code, need) == RUNNERS
    assert {cast for cast in EVERYBODY if access.may(world.actor(cast), call.call_up, need)} == who


@pytest.mark.parametrize(("need", "who"), [(Need.SEE, SEERS), (Need.OPERATE, RUNNERS)])
def test_the_call_to_a_unit_is_open_to_its_liaison_as_well(
    world: World, call: UnitCall, need: Need, who: set[str]
) -> None:
    assert reaches(world, access.get_unit_call, call.code, need) == who | {"liaison"}


@pytest.mark.parametrize(("need", "who"), [(Need.SEE, SEERS), (Need.OPERATE, RUNNERS)])
def test_an_offer_is_open_to_its_person_as_well(
    world: World, call: UnitCall, need: Need, who: set[str]
) -> None:
    code = Offer.objects.get(person=world.person("volunteer")).code

    assert reaches(world, access.get_offer, code, need) == who | {"volunteer"}


@pytest.mark.parametrize(
    ("need", "who"),
    [(Need.SEE, SEERS | {"leader"}), (Need.OPERATE, RUNNERS | {"leader"}), (Need.MANAGE, RUNNERS)],
)
def test_a_shift_leader_works_at_the_posts_of_the_place_and_changes_none(
    world: World, call: UnitCall, need: Need, who: set[str]
) -> None:
    assert reaches(world, access.get_post, Post.objects.get().code, need) == who
    assert reaches(world, access.get_shift, Shift.objects.get().code, need) == who


@pytest.mark.parametrize(("need", "let_in"), [(Need.SEE, True), (Need.OPERATE, True), (Need.MANAGE, False)])
def test_who_leads_a_post_works_there_without_a_role(world: World, need: Need, let_in: bool) -> None:
    led = post("北门", shift(SeatsDraft("general", 1)), leader_id=world.person("volunteer").pk)
    raised(world.actor("worker"), draft(posts=(led, post("南门", *led.shifts))))
    north, south = Post.objects.order_by("position")

    assert ("volunteer" in reaches(world, access.get_post, north.code, need)) is let_in
    assert "volunteer" not in reaches(world, access.get_post, south.code, need)


@pytest.mark.parametrize(
    "door",
    [
        pytest.param(access.get_call_up, id="call-up"),
        pytest.param(access.get_unit_call, id="unit call"),
        pytest.param(access.get_offer, id="offer"),
        pytest.param(access.get_post, id="post"),
        pytest.param(access.get_shift, id="shift"),
        pytest.param(plan_door, id="plan"),
    ],
)
def test_what_is_not_there_is_found_by_nobody(world: World, call: UnitCall, door: Door) -> None:
    assert reaches(world, door, "ZZZZZZZZ", Need.SEE) == set()


def test_each_sees_the_call_ups_of_his_own_place_only(world: World) -> None:
    here = raised(world.actor("worker"))
    there = raised(world.actor("neighbor"), draft(division_code=NEXT_DOOR))

    def seen(cast: str) -> set[CallUp]:
        return set(access.call_ups_visible_to(world.actor(cast)))

    assert (seen("worker"), seen("neighbor")) == ({here}, {there})
    assert seen("township_overseer") == seen("province_overseer") == {here, there}
    assert seen("far_overseer") == seen("volunteer") == seen("auditor") == seen("stranger") == set()


@pytest.mark.parametrize(
    ("cast", "code", "place"),
    [
        ("worker", "", HERE),
        ("worker", str(HERE), HERE),
        ("worker", str(NEXT_DOOR), None),
        ("worker", "510107001000", None),
        ("worker", "nonsense", None),
        ("worker", "１２", None),
        ("neighbor", "", NEXT_DOOR),
        ("township_overseer", "", HERE),
        ("township_overseer", str(NEXT_DOOR), NEXT_DOOR),
        ("county_overseer", "", None),
        ("liaison", "", None),
        ("stranger", "", None),
    ],
)
def test_a_call_up_is_raised_for_a_community_of_ones_own(
    world: World, cast: str, code: str, place: int | None
) -> None:
    if place is None:
        with pytest.raises(Http404):
            access.get_raising_place(world.actor(cast), code)
    else:
        assert access.get_raising_place(world.actor(cast), code).code == place


def test_a_community_that_was_merged_away_calls_nobody_any_more(world: World) -> None:
    Division.objects.filter(code=HERE).update(valid_to=NOW.date())

    with pytest.raises(Http404):
        access.get_raising_place(world.actor("worker"), str(HERE))


def test_a_link_opens_its_offer_until_it_expires_and_nothing_else(world: World, call: UnitCall) -> None:
    offer = Offer.objects.get(person=world.person("volunteer"))
    token = links.make(OFFER_LINK, offer.code, expires_at=NOW)

    assert access.offer_of_link(token, NOW - timedelta(seconds=1)) == offer
    assert access.offer_to_answer(token, NOW - timedelta(seconds=1)) == offer
    for door in (access.offer_of_link, access.offer_to_answer):
        with pytest.raises(Refused) as expired:
            door(token, NOW + timedelta(seconds=1))
        with pytest.raises(Refused) as forged:
            door(token[:-1] + ("A" if token[-1] != "A" else "B"), NOW - timedelta(seconds=1))
        assert (expired.value.code, forged.value.code) == ("link_expired", "link_forged")


def test_a_link_to_an_offer_that_is_gone_opens_nothing(world: World) -> None:
    token = links.make(OFFER_LINK, "ZZZZ2222", expires_at=NOW)

    for door in (access.offer_of_link, access.offer_to_answer):
        with pytest.raises(Http404):
            door(token, NOW - timedelta(seconds=1))


def test_the_short_way_to_an_offer_reads_the_same_as_the_long_one(world: World, call: UnitCall) -> None:
    code = Offer.objects.get(person=world.person("volunteer")).code
    long = access.get_offer(world.actor("worker"), code)

    short = access.locked_offer(long.pk)

    for name in (
        "code",
        "state",
        "reply_by",
        "person_id",
        "call_up_id",
        "slot_id",
        "unit_call_id",
        "pledge_id",
    ):
        assert getattr(short, name) == getattr(long, name), name
    assert short.slot.shift.post.name == long.slot.shift.post.name
    assert short.person.volunteer.availability == long.person.volunteer.availability
    assert short.call_up.risk_statement == long.call_up.risk_statement
    assert short.slot.call_up is short.call_up


def test_somebody_without_a_profile_is_read_as_such(world: World) -> None:
    person = Person.objects.get(pk=world.person("guard").pk)
    offer = offer_to(raised(world.actor("worker")), person)

    short = access.locked_offer(offer.pk)

    assert getattr(short.person, "volunteer", None) is None
