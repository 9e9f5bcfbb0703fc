"""A drill enters no statistics: each figure is read before and after a muster, once a drill's and once a real one's.

The real one shows that the figure could have moved.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from muster.callups.actions import calls, waves
from muster.callups.models import Attendance, CallUp, Offer, Scan
from muster.callups.queries.candidates import _recent_calls
from muster.callups.rules.drafts import SeatsDraft
from muster.oversight.queries.board import board_of
from muster.oversight.queries.overview import overview
from muster.people.models import VolunteerProfile
from muster.records.models import ServiceRecord
from muster.records.queries.hours import service_minutes, totals_of
from muster.territory.models import Division
from muster.web.queries.mine import mine
from muster.web.queries.today import today
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import arrives, leaves, seated
from tests.web.drill.ground import END
from tests.world import World

pytestmark = pytest.mark.django_db
AFTER = END + timedelta(minutes=30)
BEFORE = START - timedelta(hours=3)
Figure = Callable[[World], object]


def township(world: World) -> Division:
    return Division.objects.get(code=world.township)


def volunteer(world: World) -> VolunteerProfile:
    return VolunteerProfile.objects.get(person=world.person("volunteer"))


FIGURES: dict[str, Figure] = {
    "minutes of service": lambda world: totals_of(world.person("volunteer")).service,
    "times of service": lambda world: totals_of(world.person("volunteer")).times,
    "minutes the dispatch is fair about": lambda world: service_minutes(
        [world.person("volunteer").pk], START.date()
    ),
    "minutes on my page": lambda world: mine(world.person("volunteer"), AFTER).minutes,
    "how often I was asked": lambda world: mine(world.person("volunteer"), AFTER).asked,
    "how often I came": lambda world: mine(world.person("volunteer"), AFTER).arrived,
    "records on my page": lambda world: len(mine(world.person("volunteer"), AFTER).records),
    "how often the profile says asked": lambda world: volunteer(world).asked_count,
    "how often the profile says accepted": lambda world: volunteer(world).accepted_count,
    "when the profile says last asked": lambda world: volunteer(world).last_asked_at,
    "when the profile says last served": lambda world: volunteer(world).last_served_at,
    "calls of the last month": lambda world: _recent_calls([world.person("volunteer").pk], AFTER),
    "the funnel of the wall board": lambda world: board_of(township(world), BEFORE).funnel,
    "the call-ups of the wall board": lambda world: board_of(township(world), BEFORE).call_ups,
    "the posts of the wall board": lambda world: board_of(township(world), BEFORE).posts,
    "the windows of the wall board": lambda world: board_of(township(world), BEFORE).windows,
    "the units of the wall board": lambda world: board_of(township(world), BEFORE).units,
    "the log of the wall board": lambda world: len(board_of(township(world), BEFORE).log),
    "the funnel of the overview": lambda world: overview(township(world), BEFORE).funnel,
    "the places that miss somebody": lambda world: overview(township(world), BEFORE).short,
}
# A drill adds nobody to these, and neither does a real call-up: whoever is called was on file.
RESERVES: dict[str, Figure] = {
    "the reserves of the wall board": lambda world: board_of(township(world), BEFORE).reserves,
    "the reach of the desk": lambda world: today(world.actor("worker"), BEFORE).reach,
}


def mustered(world: World, *, is_drill: bool) -> CallUp:
    """Asked in a wave, one who said yes, came and left, one who did not answer, a unit that was called; and closed."""
    form = draft(3, is_drill=is_drill, unit_ids=(world.unit.pk,), unit_headcount=2)
    call_up = raised(world.actor("worker"), form)
    VolunteerProfile.objects.exclude(person=world.person("volunteer")).update(state="paused")
    waves.ask_more(call_up, headcount=1, actor=world.actor("worker"), at=NOW)
    Offer.objects.filter(call_up=call_up).delete()
    seat = seated(world, call_up=call_up)
    arrives(seat)
    leaves(seat)
    offer_to(call_up, world.person("leader"))
    return call_up


@pytest.mark.req("R5.8")
@pytest.mark.parametrize("name", FIGURES)
def test_a_drill_moves_no_figure_that_a_real_muster_moves(world: World, name: str) -> None:
    figure = FIGURES[name]
    before = figure(world)
    calls_closed = "accepted" in name

    drill = mustered(world, is_drill=True)
    if calls_closed:
        calls.close(drill, at=AFTER)
    after_drill = figure(world)
    drill.assignments.update(state="withdrawn", ended_at=NOW)
    real = mustered_again(world)
    if calls_closed:
        calls.close(real, at=AFTER)

    assert after_drill == before
    assert figure(world) != before


def mustered_again(world: World) -> CallUp:
    """The same in earnest; the people of the drill have gone home."""
    ServiceRecord.objects.all().delete()
    Scan.objects.all().delete()
    Attendance.objects.all().delete()
    return mustered(world, is_drill=False)


@pytest.mark.parametrize("name", RESERVES)
def test_a_drill_calls_on_the_reserves_and_does_not_add_to_them(world: World, name: str) -> None:
    VolunteerProfile.objects.exclude(person=world.person("volunteer")).update(state="paused")
    before = RESERVES[name](world)

    mustered(world, is_drill=True)

    assert RESERVES[name](world) == before


def test_minutes_of_a_drill_are_kept_apart_and_not_lost(world: World) -> None:
    mustered(world, is_drill=True)

    kept = totals_of(world.person("volunteer"))

    assert (kept.service, kept.on_duty, kept.drill, kept.times) == (0, 0, 360, 0)


def test_a_drill_neither_raises_an_alarm_at_the_desk_nor_hides_one(world: World) -> None:
    at = NOW + timedelta(minutes=1)
    raised(world.actor("worker"), draft(9, is_drill=True, title="演练"))
    alone = today(world.actor("worker"), at)
    assert alone.headline == "演练正在进行"
    assert [line.is_drill for line in alone.calls] == [True]

    later = (post("南门", shift(SeatsDraft("general", 2), start=START + timedelta(hours=2))),)
    raised(world.actor("worker"), draft(title="守门", posts=later))
    both = today(world.actor("worker"), at)

    assert both.headline.startswith("守门")
    assert both.detail.startswith("一共要 2 人")
    assert [(line.title, line.is_drill) for line in both.calls] == [("守门", False), ("演练", True)]
