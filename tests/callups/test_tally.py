"""One call-up counted: every place that shows a number shows the same one, and a filter holds as many as it says."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from muster.callups.actions import attendance, calls, namings, offers, orders, pledges
from muster.callups.models import Assignment, CallUp, Offer, Slot, UnitCall
from muster.callups.queries import desk
from muster.callups.queries.funnel import Funnel, funnels
from muster.callups.queries.roster import PAGE, SEGMENTS, RosterRow, roster
from muster.callups.queries.tally import tally
from muster.callups.rules.drafts import SeatsDraft
from muster.people.enums import ForceClass
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import arrives, leaves, me, seated, waiting
from tests.callups.ground import roster as pasted
from tests.world import HERE, World, make_person, make_unit

pytestmark = pytest.mark.django_db
GRACE = START + timedelta(minutes=31)


def ordered(world: World, call_up: CallUp, number: int) -> Assignment:
    person = make_person(f"网格员{number}", f"137{number:08d}", HERE, ForceClass.GRID_WORKER)
    slot = Slot.objects.filter(call_up=call_up).select_related("shift__post", "call_up").order_by("-pk")[0]
    seat = orders.order(person, slot, actor=world.actor("worker"), at=NOW)
    return Assignment.objects.select_related("shift__post", "call_up", "person").get(pk=seat.pk)


def busy_call_up(world: World) -> CallUp:
    """One call-up with somebody in every state: by waves, by a unit, by order, and on foot."""
    posts = tuple(post(name, shift(SeatsDraft("general", 8))) for name in ("北门", "南门"))
    form = draft(posts=posts, unit_ids=(world.unit.pk,))
    call_up = raised(world.actor("worker"), form)
    unit_call = UnitCall.objects.select_related("call_up", "unit").get(call_up=call_up)
    pledges.pledge(unit_call, headcount=4, actor=world.actor("liaison"), at=NOW)
    namings.name_people(unit_call, lines=pasted(3), actor=world.actor("liaison"), at=NOW)
    named = Offer.objects.filter(unit_call=unit_call).select_related("person").order_by("pk")
    offers.accept(named[0], actor=me(named[0].person), risk_confirmed=True, at=NOW)
    offers.decline(named[1], "work", actor=me(named[1].person), at=NOW)
    offer_to(call_up, world.volunteer(1))
    offer_to(call_up, world.volunteer(2), state="expired")
    offer_to(call_up, world.volunteer(3), state="thanked")
    seated(world, world.volunteer(5), call_up)
    arrives(seated(world, world.volunteer(6), call_up))
    leaves_early = seated(world, world.volunteer(7), call_up)
    arrives(leaves_early)
    leaves(leaves_early, START + timedelta(hours=3))
    back = seated(world, world.volunteer(8), call_up)
    offers.withdraw(back.offer, "unwell", actor=me(back.person), at=NOW)
    ordered(world, call_up, 1)
    arrives(ordered(world, call_up, 2), by_leader=True, code="", actor=world.actor("leader"))
    missing = ordered(world, call_up, 3)
    attendance.mark_absent(missing, actor=world.actor("leader"), at=GRACE)
    attendance.walk_up(
        Slot.objects.filter(call_up=call_up).order_by("pk")[0].shift,
        name="路过的人",
        phone="13912345678",
        risk_confirmed=True,
        actor=world.actor("leader"),
        nonce=uuid4(),
        device="post",
        at=START,
    )
    waiting(call_up, world.volunteer(4))
    call_up.refresh_from_db()
    return call_up


def listed(call_up: CallUp, segment: str) -> list[RosterRow]:
    """All pages of one filter."""
    counted, rows, after = tally(call_up), [], 0
    while True:
        page = roster(counted, segment=segment, after=after)
        rows += page.rows
        if page.next_after is None:
            return rows
        after = page.next_after


def test_the_list_the_page_and_the_board_count_the_same(world: World) -> None:
    call_up = busy_call_up(world)

    counted = tally(call_up).funnel()

    assert counted == funnels([call_up.pk])[call_up.pk]
    assert (counted.needed, counted.pledged, counted.named) == (16, 4, 3)
    assert (counted.arrived, counted.stayed, counted.missing) == (4, 1, 16 - counted.accepted)
    assert (counted.silent, counted.declined) == (3, 2)


def test_posts_and_units_add_up_to_the_whole(world: World) -> None:
    call_up = busy_call_up(world)
    counted = tally(call_up)
    whole = counted.funnel()

    posts = [line.funnel for line in counted.post_lines()]
    units = [*(line.funnel for line in counted.unit_lines()), counted.residents()]

    for step in ("asked", "accepted", "arrived", "stayed", "silent", "waiting", "declined"):
        assert sum(getattr(one, step) for one in posts) == getattr(whole, step), step
        assert sum(getattr(one, step) for one in units) == getattr(whole, step), step
    assert sum(one.needed for one in posts) == whole.needed
    assert sum(one.pledged for one in units) == whole.pledged


def test_each_filter_holds_as_many_people_as_it_says(world: World) -> None:
    call_up = busy_call_up(world)
    context = desk.live_context(tally(call_up), segment="all", after=0, at=NOW)

    said = {one.key: one.count for one in context["segments"]}

    assert said == {segment: len(listed(call_up, segment)) for segment in SEGMENTS}
    assert min(said.values()) > 0


def test_every_person_is_in_the_whole_list_once_for_each_seat(world: World) -> None:
    call_up = busy_call_up(world)

    rows = listed(call_up, "all")

    seats = [row.assignment_code for row in rows if row.assignment_code]
    assert len(seats) == len(set(seats)) == Assignment.objects.filter(call_up=call_up).count()
    asked = [row.offer_code for row in rows if row.offer_code]
    assert len(asked) == len(set(asked)) == Offer.objects.filter(call_up=call_up).count()


@pytest.mark.parametrize("count", [0, 1, PAGE, PAGE + 1, 2 * PAGE + 1])
def test_the_pages_of_the_list_leave_nobody_out_and_show_nobody_twice(world: World, count: int) -> None:
    call_up = raised(world.actor("worker"))
    for number in range(count):
        offer_to(call_up, world.volunteer(number))

    rows = listed(call_up, "all")

    assert len(rows) == len({row.offer_code for row in rows}) == count
    assert len(roster(tally(call_up)).rows) == min(count, PAGE)
    assert (roster(tally(call_up)).next_after is None) is (count <= PAGE)


def test_an_unknown_filter_shows_all(world: World) -> None:
    call_up = busy_call_up(world)

    assert listed(call_up, "nonsense") == listed(call_up, "all")


def test_phones_are_masked_in_the_list(world: World) -> None:
    call_up = raised(world.actor("worker"))
    for number in range(3):
        offer_to(call_up, world.volunteer(number))
    ordered(world, call_up, 1)

    assert all(row.phone[3:7] == "****" for row in listed(call_up, "all"))


def test_a_wave_counts_its_own_people_and_units_none(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(6, unit_ids=(world.unit.pk,)))
    for number, state in enumerate(("asked", "asked", "declined"), start=1):
        offer_to(call_up, world.volunteer(number), state=state, answered_at=NOW)
    offer_to(call_up, world.volunteer(4), wave=2)
    says_yes = offer_to(call_up, world.volunteer(5), wave=2)
    offers.accept(says_yes, actor=me(says_yes.person), risk_confirmed=True, at=NOW)
    offer_to(call_up, world.volunteer(6), wave=0)

    waves_shown = [(line.number, line.asked, line.accepted) for line in tally(call_up).waves()]

    assert waves_shown == [(1, 3, 0), (2, 2, 1)]


def test_the_largest_pledge_stands_first_and_a_no_keeps_its_reason(world: World) -> None:
    names = ("锦里商户联盟", "武侯区文体旅局")
    others = [
        make_unit(name, uscc=uscc)
        for name, uscc in zip(names, ("91510107MA61TEST0X", "11510107450716217Q"), strict=True)
    ]
    call_up = raised(
        world.actor("worker"), draft(12, unit_ids=(world.unit.pk, *(unit.pk for unit in others)))
    )
    first, second, third = (
        UnitCall.objects.select_related("call_up", "unit").get(call_up=call_up, unit=unit)
        for unit in (world.unit, *others)
    )
    pledges.pledge(first, headcount=2, actor=world.actor("liaison"), at=NOW)
    pledges.pledge(second, headcount=5, actor=world.actor("worker"), at=NOW)
    pledges.decline(third, reason="全员值班", actor=world.actor("worker"), at=NOW)

    lines = [(line.name, line.funnel.pledged, line.decline_reason) for line in tally(call_up).unit_lines()]

    assert lines == [
        ("锦里商户联盟", 5, ""),
        (world.unit.name, 2, ""),
        ("武侯区文体旅局", 0, "全员值班"),
    ]


@pytest.mark.parametrize(
    ("accepted", "needed", "missing"), [(0, 3, 3), (3, 3, 0), (5, 3, 0)], ids=["none", "full", "more"]
)
def test_nothing_is_missing_below_zero(accepted: int, needed: int, missing: int) -> None:
    assert Funnel(needed=needed, accepted=accepted).missing == missing


def test_the_version_changes_with_each_thing_that_is_shown_and_with_nothing_else(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3, unit_ids=(world.unit.pk,)))
    unit_call = UnitCall.objects.select_related("call_up", "unit").get(call_up=call_up)
    seen = [tally(call_up).version()]
    assert tally(call_up).version() == seen[0]

    def changed() -> bool:
        call_up.refresh_from_db()
        seen.append(tally(call_up).version())
        return seen[-1] != seen[-2]

    offer = offer_to(call_up, world.volunteer(1))
    assert changed()
    offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)
    assert changed()
    pledges.pledge(unit_call, headcount=1, actor=world.actor("liaison"), at=NOW)
    assert changed()
    calls.halt(call_up, actor=world.actor("worker"), at=NOW)
    assert changed()
    offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)
    assert not changed()
    calls.resume(call_up, actor=world.actor("worker"), at=NOW)
    assert changed()
    assert len(set(seen)) == len(seen) - 2  # the repeated yes, and open as before


def test_counting_takes_four_queries_however_many_people_there_are(world: World) -> None:
    few, many = raised(world.actor("worker")), busy_call_up(world)
    costs = []
    for call_up in (few, many):
        with CaptureQueriesContext(connection) as counted:
            found = tally(call_up)
            found.funnel(), found.post_lines(), found.unit_lines(), found.residents(), found.waves()
        costs.append(len(counted))

    assert costs == [4, 4]


def test_the_funnels_of_a_list_take_four_queries(world: World) -> None:
    one, two, three = (raised(world.actor("worker")) for _each in range(3))
    with CaptureQueriesContext(connection) as for_one:
        funnels([one.pk])
    with CaptureQueriesContext(connection) as for_three:
        found = funnels([one.pk, two.pk, three.pk])

    assert (len(for_one), len(for_three), set(found)) == (4, 4, {one.pk, two.pk, three.pk})
    assert funnels([]) == {}


@pytest.mark.parametrize(
    ("state", "english", "chinese"),
    [
        ("open", "3 seats are still empty", "还差 3"),
        ("stood_down", "Stood down: 提前解除", "提前解除"),
        ("closed", "It is over: 0 people stayed", "0"),
    ],
)
def test_one_sentence_says_how_the_call_up_stands(
    world: World, state: str, english: str, chinese: str
) -> None:
    call_up = raised(world.actor("worker"))
    if state == "stood_down":
        calls.stand_down(call_up, reason="提前解除", actor=world.actor("worker"), at=NOW)
    if state == "closed":
        calls.close(call_up, at=NOW)

    def sentence(language: str) -> str:
        with translation.override(language):
            return str(desk.live_context(tally(call_up), segment="all", after=0, at=NOW)["sentence"])

    assert english in sentence("en")
    assert chinese in sentence("zh-hans")


def test_a_full_call_up_says_so(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    seated(world, world.volunteer(1), call_up)

    with translation.override("en"):
        context = desk.live_context(tally(call_up), segment="all", after=0, at=NOW)

    assert context["sentence"].endswith("All seats are filled.")


def test_the_notes_beside_the_numbers_name_only_what_there_is(world: World) -> None:
    with translation.override("en"):
        quiet = desk.live_context(tally(raised(world.actor("worker"))), segment="all", after=0, at=NOW)
        busy = desk.live_context(tally(busy_call_up(world)), segment="all", after=0, at=NOW)

    assert set(quiet["notes"]) == {"needed", "pledged"}
    assert busy["notes"]["named"] == "1 names missing"
    assert busy["notes"]["accepted"] == "3 have not answered"
