"""What the pages of a liaison say: what is to do at each hour, how the reserve team stands, and who of the unit is where."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from muster.callups.actions import attendance, calls, namings, offers, pledges
from muster.callups.models import Assignment, Offer, Slot, UnitCall
from muster.callups.queries import pledges as queries
from muster.callups.rules.drafts import SeatsDraft
from muster.people.models import Consent, Person, ReserveTeam, ReserveTeamMember
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import arrives, called, leaves, lets_the_unit_know, me, roster, seated
from tests.world import NEXT_DOOR, World, make_unit

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def line(call: UnitCall, at: datetime = NOW, language: str = "en") -> queries.CallLine:
    with translation.override(language):
        (found,), _page = queries.calls_listed(UnitCall.objects.filter(pk=call.pk), at)
    return found


def answered(world: World, call: UnitCall, how: str) -> None:
    liaison = world.actor("liaison")
    if how == "pledged":
        pledges.pledge(call, headcount=3, actor=liaison, at=NOW)
    if how == "named":
        namings.name_people(call, lines=roster(2), actor=liaison, at=NOW)
    if how == "declined":
        pledges.decline(call, reason="全员值班", actor=liaison, at=NOW)
    if how == "lapsed":
        pledges.lapse_due(call.answer_due_at)
    if how == "stood_down":
        calls.stand_down(call.call_up, reason="已解除", actor=world.actor("worker"), at=NOW)


@pytest.mark.parametrize(
    ("how", "english", "chinese", "shown"),
    [
        ("called", "How many can you send? Answer by", "能来几个人", ("asked", True)),
        ("lapsed", "The time to answer is over. You may still pledge", "仍可承诺", ("silent", True)),
        ("pledged", "3 pledged. Hand in the names by", "3", ("named", True)),
        ("named", "All 2 are named.", "2", ("accepted", True)),
        ("declined", "You said that nobody can come.", "不", ("declined", True)),
        ("stood_down", "Over.", "结束", ("stood", False)),
    ],
)
def test_the_list_says_what_is_to_do_in_both_languages(
    world: World, how: str, english: str, chinese: str, shown: tuple[str, bool]
) -> None:
    call = called(world)
    answered(world, call, how)

    found = line(call)

    assert found.words.startswith(english)
    assert chinese in line(call, language="zh-hans").words
    assert ((found.kind, found.is_open), found.community) == (shown, "蜀汉街社区")


@pytest.mark.parametrize(("before", "is_closed"), [(timedelta(seconds=1), False), (timedelta(0), True)])
def test_from_the_naming_deadline_on_the_list_says_that_it_is_closed(
    world: World, before: timedelta, is_closed: bool
) -> None:
    call = called(world)
    at = call.call_up.naming_due_at - before

    assert (line(call, at).words == "Pledges and lists are closed.") is is_closed
    assert queries.unit_page(call, at).is_naming_over is is_closed


def test_calls_are_listed_newest_first_a_page_at_a_time(world: World) -> None:
    made = [called(world) for _each in range(3)]

    lines, page = queries.calls_listed(UnitCall.objects.all(), NOW)

    assert [one.code for one in lines] == [call.code for call in reversed(made)]
    assert page.next_cursor is None


def team(world: World, count: int) -> list[Person]:
    """A reserve team of so many people beside its leader's role."""
    people = [world.volunteer(number) for number in range(count)]
    made = ReserveTeam.objects.create(
        unit=world.unit, division_code=world.here, name="预备队", leader=world.person("liaison")
    )
    ReserveTeamMember.objects.bulk_create(
        ReserveTeamMember(team=made, person=person, joined_on=NOW.date()) for person in people
    )
    return people


@pytest.mark.req("R2.12", "R2.14")
def test_the_reserve_team_is_counted_by_who_could_come_now(world: World) -> None:
    free, busy, tired = team(world, 3)
    at_the_time = raised(world.actor("worker"))
    before = raised(
        world.actor("worker"),
        draft(
            posts=(post("北门", shift(SeatsDraft("general", 2), start=START - 10 * HOUR)),),
            reply_by=NOW + HOUR,
        ),
    )
    seated(world, busy, at_the_time)
    seated(world, tired, before)

    reserve = queries.unit_page(called(world), NOW).reserve

    assert reserve == queries.Reserve(members=3, resting=1, elsewhere=1)
    assert reserve.callable == 1
    assert free.pk


@pytest.mark.parametrize(
    ("rest", "resting"),
    [
        pytest.param(10 * HOUR, 0, id="ten hours of rest"),
        pytest.param(10 * HOUR - timedelta(minutes=1), 1, id="a minute less"),
    ],
)
def test_who_has_not_rested_ten_hours_is_resting(world: World, rest: timedelta, resting: int) -> None:
    (member,) = team(world, 1)
    start = START - rest - 2 * HOUR
    form = draft(posts=(post("北门", shift(SeatsDraft("general", 1), start=start, hours=2)),), reply_by=start)
    seated(world, member, raised(world.actor("worker"), form))

    reserve = queries.unit_page(called(world), NOW).reserve

    assert reserve is not None
    assert (reserve.resting, reserve.callable) == (resting, 1 - resting)


def test_a_unit_without_a_team_has_no_such_line(world: World) -> None:
    assert queries.unit_page(called(world), NOW).reserve is None


@pytest.mark.req("R2.1")
def test_the_page_names_all_who_pledged_the_largest_first(world: World) -> None:
    other = make_unit("锦里商户联盟", uscc="91510107MA61TEST0X")
    third = make_unit("武侯区文体旅局", uscc="11510107450716217Q")
    call_up = raised(world.actor("worker"), draft(20, unit_ids=(world.unit.pk, other.pk, third.pk)))
    mine, theirs, last = (
        UnitCall.objects.select_related("call_up", "unit").get(call_up=call_up, unit=unit)
        for unit in (world.unit, other, third)
    )
    pledges.pledge(mine, headcount=6, actor=world.actor("liaison"), at=NOW)
    pledges.pledge(theirs, headcount=8, actor=world.actor("worker"), at=NOW)
    pledges.decline(last, reason="忙", actor=world.actor("worker"), at=NOW)
    seated(world, world.volunteer(1), call_up)

    shown = queries.unit_page(mine, NOW)

    with translation.override("en"):
        assert queries.shares_words(shown) == f"锦里商户联盟 8, {world.unit.name} 6, residents 1"
    with translation.override("zh-hans"):
        assert queries.shares_words(shown) == f"锦里商户联盟 8、{world.unit.name} 6、居民 1"
    assert (shown.counts.needed, shown.counts.pledged, shown.residents) == (20, 14, 1)


@pytest.mark.parametrize(("headcount", "surplus"), [(5, 0), (6, 0), (7, 1), (20, 14)])
def test_the_page_says_for_how_many_no_seat_is_kept(world: World, headcount: int, surplus: int) -> None:
    call = called(world)
    pledges.pledge(call, headcount=headcount, actor=world.actor("liaison"), at=NOW)
    call.refresh_from_db()

    assert queries.unit_page(call, NOW).surplus == surplus


def test_each_named_person_is_shown_where_and_how_far_he_is_with_a_masked_number(world: World) -> None:
    call = called(world)
    namings.name_people(call, lines=roster(5), actor=world.actor("liaison"), at=NOW)
    asked, coming, there, gone, no = (
        Offer.objects.filter(unit_call=call).select_related("person").order_by("pk")
    )
    for offer in (coming, there, gone):
        offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)
    offers.decline(no, "unwell", actor=me(no.person), at=NOW)
    for offer in (there, gone):
        lets_the_unit_know(offer.person)
        arrives(offer.assignment)
    leaves(gone.assignment, START + HOUR)

    lines, _page = queries.named_people(call)

    assert [one.kind for one in lines] == ["asked", "accepted", "arrived", "left", "declined"]
    assert [one.name for one in lines] == [offer.person.name for offer in (asked, coming, there, gone, no)]
    assert all(one.phone[3:7] == "****" for one in lines)
    assert [(one.arrived_at, one.left_at) for one in lines] == [
        (None, None),
        (None, None),
        (START, None),
        (START, START + HOUR),
        (None, None),
    ]
    assert queries.unit_page(call, START).arrived == 2


def test_without_consent_the_list_stops_at_the_answer_and_the_number_stays(world: World) -> None:
    call = called(world)
    namings.name_people(call, lines=roster(6), actor=world.actor("liaison"), at=NOW)
    offers_ = list(Offer.objects.filter(unit_call=call).select_related("person").order_by("pk"))
    for offer in offers_[:4]:
        offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)
    offers.decline(offers_[4], "unwell", actor=me(offers_[4].person), at=NOW)
    coming, there, gone, absent = (offer.assignment for offer in offers_[:4])
    for seat in (there, gone):
        arrives(seat)
    leaves(gone, START + HOUR)
    Assignment.objects.filter(pk=absent.pk).update(state="absent")

    lines, _page = queries.named_people(call)

    assert [one.kind for one in lines] == [*["accepted"] * 4, "declined", "asked"]
    assert {(one.arrived_at, one.left_at) for one in lines} == {(None, None)}
    # The yes of who is still on the way looks the same, so that nothing can be read from the mark.
    assert [one.is_withheld for one in lines] == [True] * 4 + [False] * 2
    assert {one.post for one in lines} == {coming.shift.post.name}
    assert queries.unit_page(call, START).arrived == 2


@pytest.mark.parametrize("change", ["withdrawn", "another purpose", "another person"])
def test_only_this_consent_of_this_person_in_force_tells_the_unit(world: World, change: str) -> None:
    call = called(world)
    namings.name_people(call, lines=roster(1), actor=world.actor("liaison"), at=NOW)
    offer = Offer.objects.select_related("person").get(unit_call=call)
    offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)
    arrives(offer.assignment)
    consent = lets_the_unit_know(offer.person)
    ((told,), _page), before = queries.named_people(call), queries.named_version(call)

    Consent.objects.filter(pk=consent.pk).update(
        **{
            "withdrawn": {"withdrawn_at": NOW},
            "another purpose": {"purpose": "health_limits"},
            "another person": {"person": world.person("volunteer")},
        }[change]
    )

    (shown,), _page = queries.named_people(call)
    assert (told.kind, told.arrived_at, told.is_withheld) == ("arrived", START, False)
    assert (shown.kind, shown.arrived_at, shown.is_withheld) == ("accepted", None, True)
    assert queries.named_version(call) != before


def test_who_got_another_post_than_asked_for_is_shown_where_he_stands(world: World) -> None:
    north, south = (post(name, shift(SeatsDraft("general", 1))) for name in ("北门", "南门"))
    call = called(world, posts=(north, south))
    namings.name_people(call, lines=roster(1), actor=world.actor("liaison"), at=NOW)
    offer = Offer.objects.select_related("person", "slot__shift__post").get(unit_call=call)
    other = Slot.objects.exclude(pk=offer.slot_id).get()
    pledges.release_unnamed_due(call.call_up.naming_due_at)
    Offer.objects.filter(pk=offer.pk).update(slot=other, pledge=None)

    offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)

    (shown,), _page = queries.named_people(call)
    assert shown.post == other.shift.post.name


def test_people_of_other_units_and_volunteers_are_not_on_the_list_of_a_unit(world: World) -> None:
    call = called(world)
    offer_to(call.call_up, world.volunteer(1))

    assert queries.named_people(call)[0] == []


def test_the_version_changes_when_somebody_of_the_unit_answers_or_comes(world: World) -> None:
    call = called(world)
    seen = [queries.named_version(call)]
    namings.name_people(call, lines=roster(1), actor=world.actor("liaison"), at=NOW)
    seen.append(queries.named_version(call))
    offer = Offer.objects.select_related("person").get(unit_call=call)
    offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)
    seen.append(queries.named_version(call))
    arrives(offer.assignment)
    seen.append(queries.named_version(call))
    stranger = offer_to(call.call_up, world.volunteer(1))
    offers.accept(stranger, actor=me(stranger.person), risk_confirmed=True, at=NOW)

    assert len(set(seen)) == 4
    assert queries.named_version(call) == seen[-1]


def test_the_page_and_its_list_cost_the_same_for_few_and_for_many(world: World) -> None:
    call = called(world, draft(12, unit_ids=(world.unit.pk,)))
    costs = []
    for count, first in ((1, 0), (9, 1)):
        namings.name_people(call, lines=roster(count, first), actor=world.actor("liaison"), at=NOW)
        for offer in Offer.objects.filter(unit_call=call, state="asked").select_related("person"):
            offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)
        with CaptureQueriesContext(connection) as counted:
            queries.unit_page(call, NOW)
            queries.named_people(call)
        costs.append(len(counted))

    assert costs[0] == costs[1]


def test_absent_people_of_the_unit_are_seen_as_such(world: World) -> None:
    call = called(world)
    namings.name_people(call, lines=roster(1), actor=world.actor("liaison"), at=NOW)
    offer = Offer.objects.select_related("person").get(unit_call=call)
    offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)
    lets_the_unit_know(offer.person)

    attendance.mark_absent(offer.assignment, actor=world.actor("leader"), at=START + HOUR)

    assert [one.kind for one in queries.named_people(call)[0]] == ["absent"]


def test_the_name_of_the_community_is_its_own_also_next_door(world: World) -> None:
    unit = make_unit("七道堰小学", uscc="91510107MA61TEST0X", division_code=NEXT_DOOR)
    form = draft(division_code=NEXT_DOOR, unit_ids=(unit.pk,))
    call_up = raised(world.actor("neighbor"), form)
    call = UnitCall.objects.select_related("call_up", "unit").get(call_up=call_up)

    assert line(call).community == "七道堰社区"
    assert queries.unit_page(call, NOW).community == "七道堰社区"
