"""The first page of the desk."""

from datetime import timedelta

import pytest
from django.utils import timezone

from muster.callups.enums import AssignmentState, CallUpState, UnitCallState
from muster.callups.models import Pledge, UnitCall
from muster.norms.enums import Mode
from muster.norms.models import ModeSwitch
from muster.organizations.models import ResidentUnit
from muster.people.enums import VolunteerState
from muster.people.models import VolunteerProfile
from muster.web.queries.today import Reach, today
from tests.web.ground import make_call_up, make_seat, make_slot
from tests.world import HERE, World, make_unit

pytestmark = pytest.mark.django_db


def headline(world: World, who: str = "worker") -> str:
    return today(world.actor(who), timezone.now()).headline


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def test_a_quiet_day_says_so_and_offers_to_call(world):
    seen = today(world.actor("worker"), timezone.now())

    assert seen.headline == "No call-up is under way"
    assert (seen.calls, seen.shifts, seen.to_do) == ([], [], [])


def test_the_headline_names_the_next_gap_and_the_detail_the_sums(world):
    later = make_call_up(world, title="Evening", starts_at=timezone.now() + timedelta(hours=9, minutes=1))
    make_slot(later, seats=4)
    soon = make_call_up(world, title="Morning", starts_at=timezone.now() + timedelta(hours=2, minutes=1))
    slot = make_slot(soon, seats=3)
    make_seat(slot, world.volunteer(1), AssignmentState.ARRIVED)
    make_seat(slot, world.volunteer(2))

    seen = today(world.actor("worker"), timezone.now())

    assert seen.headline == "Morning is short of 1 people; it begins in 2 h"
    assert seen.detail == "7 people are needed: 1 have arrived, 1 are on the way."
    assert [line.title for line in seen.calls] == ["Morning", "Evening"]


def test_a_gap_in_a_running_shift_is_short_right_now(world):
    call = make_call_up(world, title="Night", starts_at=timezone.now() - timedelta(hours=1))
    make_slot(call, seats=2)

    assert headline(world) == "Night is short of 2 people right now"


def test_full_call_ups_are_good_news(world):
    slot = make_slot(make_call_up(world), seats=1)
    make_seat(slot, world.volunteer(1))

    assert headline(world) == "1 call-up is under way, all seats are filled"


@pytest.mark.parametrize(
    "facts",
    [
        {"state": CallUpState.CLOSED, "closed_at": timezone.now()},
        {"state": CallUpState.STOOD_DOWN, "stood_down_at": timezone.now()},
        {"starts_at": timezone.now() - timedelta(hours=9)},
    ],
)
def test_what_is_over_is_not_today(world, facts):
    make_slot(make_call_up(world, **facts))

    assert headline(world) == "No call-up is under way"


def test_the_neighbor_sees_nothing_and_the_township_sees_both(world):
    make_slot(make_call_up(world, title="Ours"))
    make_slot(make_call_up(world, title="Theirs", place=world.next_door))

    def titles(who: str) -> set[str]:
        return {line.title for line in today(world.actor(who), timezone.now()).calls}

    assert titles("worker") == {"Ours"}
    assert titles("neighbor") == {"Theirs"}
    assert titles("township_overseer") == {"Ours", "Theirs"}
    assert titles("far_overseer") == set()


def test_an_overseer_reads_which_community_a_call_is_of(world):
    make_slot(make_call_up(world, title="Ours"))
    make_slot(make_call_up(world, title="Theirs", place=world.next_door))

    lines = today(world.actor("township_overseer"), timezone.now()).calls

    assert {line.title: line.community for line in lines} == {"Ours": "蜀汉街社区", "Theirs": "七道堰社区"}


def test_a_shift_shows_who_is_there_coming_held_and_missing(world):
    slot = make_slot(make_call_up(world), seats=6, held=2)
    make_seat(slot, world.volunteer(1), AssignmentState.ARRIVED)
    make_seat(slot, world.volunteer(2))

    (line,) = today(world.actor("worker"), timezone.now()).shifts

    assert (line.arrived, line.coming, line.held, line.gap) == (1, 1, 2, 2)
    assert (line.filled, line.seats) == (2, 6)


def test_shifts_beyond_a_day_wait_for_their_day(world):
    make_slot(make_call_up(world, starts_at=timezone.now() + timedelta(hours=25)))

    seen = today(world.actor("worker"), timezone.now())

    assert (len(seen.calls), seen.shifts) == (1, [])


def test_every_gap_carries_its_button(world):
    call = make_call_up(world, title="Morning", starts_at=timezone.now() + timedelta(hours=2, minutes=1))
    make_slot(call, post="South gate", seats=2)
    make_slot(call, post="North gate", seats=1)

    first, second = today(world.actor("worker"), timezone.now()).to_do

    assert first.title.startswith("South gate, ")
    assert first.title.endswith(": short of 2")
    assert first.text == "Begins in 2 h. Morning."
    assert (first.acts[0].label, first.acts[0].primary) == ("Fill 2 seats", True)
    assert first.acts[0].url == f"/desk/callups/{call.code}/"
    assert (second.acts[0].label, second.acts[0].primary) == ("Fill 1 seat", False)


def test_pledges_without_names_and_units_without_an_answer_wait_for_a_hand(world):
    call = make_call_up(world)
    slot = make_slot(call, seats=4, held=4)
    pledged = UnitCall.objects.create(
        call_up=call,
        unit=world.unit,
        division_code=HERE,
        state=UnitCallState.PLEDGED,
        pledged_headcount=4,
        called_at=timezone.now(),
        answer_due_at=call.unit_answer_due_at,
    )
    Pledge.objects.create(unit_call=pledged, slot=slot, headcount=4, held=2)
    silent = make_unit("川锦银行", uscc="915101000000000000")
    UnitCall.objects.create(
        call_up=call,
        unit=silent,
        division_code=HERE,
        called_at=timezone.now(),
        answer_due_at=call.unit_answer_due_at,
    )

    titles = [item.title for item in today(world.actor("worker"), timezone.now()).to_do]

    assert titles == ["成都市第七中学 pledged 4; 2 names are missing", "川锦银行 has not answered"]


def test_the_force_is_counted_for_a_community_only(world):
    gone = make_unit("走了的单位", uscc="915101000000000001")
    ResidentUnit.objects.filter(pk=gone.pk).update(unlinked_at=timezone.now() + timedelta(days=1))
    paused = world.volunteer(1)
    VolunteerProfile.objects.filter(person=paused).update(state=VolunteerState.PAUSED)

    # In the cast: the worker is regular force; leader, volunteer and liaison are volunteers of the first community.
    assert today(world.actor("worker"), timezone.now()).reach == Reach(
        regular=1, volunteers=3, willing=3, units=1, reserves=0
    )
    assert today(world.actor("township_overseer"), timezone.now()).reach is None


def test_the_page_costs_the_same_for_one_and_for_three(world, django_assert_max_num_queries):
    client = world.client_for("worker")
    costs = []
    for number in (1, 3):
        while world_calls(world) < number:
            slot = make_slot(make_call_up(world, title=f"Call {world_calls(world)}"), seats=3)
            make_seat(slot, world.volunteer(100 + world_calls(world)))
        with django_assert_max_num_queries(24) as counted:
            assert client.get("/desk/").status_code == 200
        costs.append(len(counted))

    assert costs[0] == costs[1]


def world_calls(world: World) -> int:
    return len(today(world.actor("worker"), timezone.now()).calls)


def test_the_desk_renews_itself_and_pays_only_for_change(world):
    client = world.client_for("worker")
    slot = make_slot(make_call_up(world), seats=2)

    first = client.get("/desk/", headers={"HX-Request": "true"})
    again = client.get("/desk/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    make_seat(slot, world.volunteer(1))
    changed = client.get("/desk/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)
    assert b"<html" not in first.content


def test_a_stranger_is_led_to_the_door_and_back(client):
    response = client.get("/desk/")

    assert (response.status_code, response["Location"]) == (302, "/sign-in/?next=%2Fdesk%2F")


def test_only_those_who_run_a_community_are_offered_to_call(world):
    def offered(who: str) -> bool:
        return b"Raise a call-up" in world.client_for(who).get("/desk/").content

    assert [offered(who) for who in ("worker", "township_overseer", "county_overseer")] == [True, True, False]


def test_the_desk_says_the_level_and_its_day(world):
    ModeSwitch.objects.create(
        division_code=world.township,
        mode=Mode.EMERGENCY,
        level=3,
        ground="drill of the rule",
        at=timezone.now() - timedelta(days=2),
        actor_label="t",
    )

    seen = today(world.actor("worker"), timezone.now())

    assert (seen.level, seen.day) == (3, 3)
    assert "Level Ⅲ response" in world.client_for("worker").get("/desk/").content.decode()


def test_in_routine_the_desk_says_no_level(world):
    seen = today(world.actor("worker"), timezone.now())

    assert (seen.level, seen.day) == (0, 0)
    assert 'class="lvl' not in world.client_for("worker").get("/desk/").content.decode()
