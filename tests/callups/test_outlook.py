"""What the answers on file of a township lead to believe: of whom, of which hour, and for how long silence is hope."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.callups.models import CallUp
from muster.callups.queries.outlook import Asked, Occasion, Outlook, policy_of
from muster.kernel import calling
from muster.people.enums import ForceClass, Willingness
from muster.people.models import Person
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.world import HERE, NEXT_DOOR, World

pytestmark = pytest.mark.django_db

SOON = Occasion(START, NOW)


def asked(person: Person | None = None, **facts: object) -> Asked:
    """A volunteer who never was asked and is willing; what is named differs."""
    standard = {
        "person": person.pk if person else 0,
        "force_class": ForceClass.VOLUNTEER.value,
        "willing": Willingness.YES.value,
        "km": 0.0,
        "last_asked_at": None,
    }
    return Asked(**{**standard, **facts})  # type: ignore[arg-type]  # one dictionary for all kinds of facts


def gave(call_up: CallUp, people: list[Person], state: str, minutes: float = 10.0) -> None:
    for person in people:
        offer_to(
            call_up,
            person,
            state=state,
            answered_at=None if state == "expired" else NOW + timedelta(minutes=minutes),
            waiting_since=NOW,
        )


def crowd(world: World, count: int, first: int = 1, **facts: object) -> list[Person]:
    return [world.volunteer(number, **facts) for number in range(first, first + count)]


def test_without_answers_everybody_is_believed_in_alike(world: World) -> None:
    found = Outlook(HERE, NOW).chances([asked(), asked(willing="no"), asked(force_class="grid_worker")], SOON)

    assert found == pytest.approx([0.3, 0.3, 0.3], abs=0.07)
    assert found[1] <= found[0]


def test_a_person_is_believed_in_by_his_own_answers(world: World) -> None:
    yes, no, silent, stranger = crowd(world, 4)
    for number in range(4):
        call_up = raised(world.actor("worker"), draft(title=f"{number}"))
        gave(call_up, [yes], "accepted")
        gave(call_up, [no], "declined")
        gave(call_up, [silent], "expired")

    found = Outlook(HERE, NOW + timedelta(days=1)).chances(
        [asked(who) for who in (yes, no, silent, stranger)], SOON
    )

    assert found[0] > found[3] > max(found[1], found[2])
    assert found[1] == pytest.approx(found[2], abs=0.05)


def test_neighbors_of_the_township_teach_and_other_townships_do_not(world: World) -> None:
    near = raised(world.actor("neighbor"), draft(division_code=NEXT_DOOR))
    gave(near, crowd(world, 10), "accepted")
    learnt = float(Outlook(HERE, NOW).chances([asked()], SOON)[0])
    CallUp.objects.filter(pk=near.pk).update(division_code=HERE + 7_000)

    assert learnt > 0.4
    assert Outlook(HERE, NOW).chances([asked()], SOON)[0] == pytest.approx(0.3, abs=0.01)


def test_who_was_thanked_unanswered_is_hardly_held_to_have_refused(world: World) -> None:
    """The seats were full after ten minutes: that is no time in which everybody could have answered."""
    call_up = raised(world.actor("worker"), draft(20))
    quick, thanked, expired = crowd(world, 5), crowd(world, 5, 20), crowd(world, 5, 40)
    gave(call_up, quick, "accepted", minutes=10)
    for person in thanked:
        offer_to(call_up, person, state="thanked")
    gave(call_up, expired, "expired")

    found = Outlook(HERE, NOW + timedelta(days=1)).chances([asked(thanked[0]), asked(expired[0])], SOON)

    assert found[0] > found[1]


@pytest.mark.parametrize("state", ["asked", "stood_down"])
def test_what_has_no_answer_yet_or_never_will_teaches_nothing(world: World, state: str) -> None:
    before = Outlook(HERE, NOW).chances([asked()], SOON)
    call_up = raised(world.actor("worker"), draft(20))
    for person in crowd(world, 8):
        offer_to(call_up, person, state=state)

    assert Outlook(HERE, NOW).chances([asked()], SOON) == pytest.approx(before)


def test_the_longer_the_silence_the_less_is_hoped_for(world: World) -> None:
    outlook = Outlook(HERE, NOW)
    people = [asked()] * 4

    found = outlook.in_time(people, SOON, NOW + timedelta(hours=3), [0.0, 20.0, 120.0, 2_880.0])

    assert (np.diff(found) < 0).all()
    assert found[-1] == 0.0


@pytest.mark.parametrize("minutes", [-10, 0])
def test_after_the_deadline_nobody_answers_in_time(world: World, minutes: int) -> None:
    found = Outlook(HERE, NOW).in_time([asked()], SOON, NOW + timedelta(minutes=minutes))

    assert found.tolist() == [0.0]


def test_quick_answers_make_more_rounds_of_the_same_time(world: World) -> None:
    policy, until = policy_of(HERE), NOW + timedelta(hours=4)
    before = Outlook(HERE, NOW).rounds(SOON, until, policy)
    call_up = raised(world.actor("worker"), draft(60))
    gave(call_up, crowd(world, 40), "accepted", minutes=2)

    outlook = Outlook(HERE, NOW + timedelta(hours=1))

    assert outlook.rounds(SOON, until, policy) > 1.5 * before
    assert outlook.rounds(SOON, NOW - timedelta(hours=1), policy) == 0.0


def test_the_list_leaves_out_whom_the_week_has_asked_often_enough(world: World) -> None:
    often, seldom = crowd(world, 2)
    for number in range(3):
        call_up = raised(world.actor("worker"), draft(title=f"{number}"))
        offer_to(call_up, often, state="declined", answered_at=NOW, asked_at=NOW - timedelta(days=2 * number))
    outlook = Outlook(HERE, NOW)
    people = [asked(often), asked(seldom)]
    chances = outlook.chances(people, SOON)

    assert outlook.ranked(people, chances, 3).order.tolist() == [1]
    assert outlook.ranked(people, chances, 4).order.tolist() == [1, 0]
    assert sorted(outlook.ranked(people, chances).order.tolist()) == [0, 1]
    assert outlook.ranked(people, chances, 3).why_not(0, 1)[0].code == calling.Kept.ASKED_OFTEN


def test_drills_count_for_nothing_in_the_week(world: World) -> None:
    person = world.volunteer(1)
    drill = raised(world.actor("worker"), draft(is_drill=True))
    offer_to(drill, person, state="declined", answered_at=NOW)

    assert Outlook(HERE, NOW).week == {}


def test_the_norms_say_how_eager_a_place_asks(world: World) -> None:
    assert policy_of(HERE) == calling.Policy(certain=0.97, calm=0.4)


def test_nobody_has_no_chances(world: World) -> None:
    outlook = Outlook(HERE, NOW)

    assert outlook.chances([], SOON).tolist() == []
    assert outlook.in_time([], SOON, START).tolist() == []


def test_one_query_whatever_is_on_file(world: World) -> None:
    def queries(at: datetime = NOW) -> int:
        Outlook(HERE, at)  # the norms are in memory from here on
        with CaptureQueriesContext(connection) as counted:
            Outlook(HERE, at)
        return len(counted)

    without = queries()
    gave(raised(world.actor("worker"), draft(20)), crowd(world, 12), "accepted")

    assert (without, queries()) == (1, 1)


def test_the_same_file_gives_the_same_chances(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(20))
    gave(call_up, crowd(world, 6), "accepted")
    gave(call_up, crowd(world, 6, 30), "declined")

    first, again = (Outlook(HERE, NOW + timedelta(days=1)).chances([asked()], SOON) for _time in range(2))

    assert (first == again).all()
