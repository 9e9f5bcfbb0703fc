"""No plan is acted on that does not bear its own recount: nobody is asked, seated or ordered by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from muster.audit.models import Entry
from muster.callups import jobs
from muster.callups.actions import plans, waves
from muster.callups.models import CallUp, DispatchRun, Offer
from muster.callups.rules.plans import sound
from muster.kernel import dispatch
from muster.kernel.dispatch import Costs, Person, Plan, Slot, Window
from muster.notifications.models import Message
from muster.people.models import VolunteerProfile
from muster.toolkit.actor import SYSTEM
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, draft, offer_to, raised
from tests.world import World

Break = Callable[[Plan], Plan]
MORNING = Window("morning", 480, 720)


def small_plan() -> Plan:
    people = [Person(f"p{number}", 100.0 * number, 0.0) for number in range(3)]
    return dispatch.solve(people, [Slot("s", 0.0, 0.0, MORNING, 2)], Costs())


BREAKS: dict[str, Break] = {
    "somebody twice": lambda plan: replace(plan, assignments=(*plan.assignments, plan.assignments[0])),
    "one too few": lambda plan: replace(plan, assignments=plan.assignments[1:]),
    "a stranger": lambda plan: replace(
        plan, assignments=(replace(plan.assignments[0], person="nobody"), *plan.assignments[1:])
    ),
    "a wrong distance": lambda plan: replace(
        plan, assignments=(replace(plan.assignments[0], km=99.0), *plan.assignments[1:])
    ),
    "a wrong sum": lambda plan: replace(plan, objective_km=plan.objective_km + 1),
    "a wrong weight": lambda plan: replace(plan, filled_weight=plan.filled_weight + 1),
}


def broken(monkeypatch: pytest.MonkeyPatch, solver: str, how: Break) -> None:
    """From now on the solver makes plans with this fault."""
    solve: Callable[..., Plan] = getattr(dispatch, solver)
    monkeypatch.setattr(dispatch, solver, lambda *args, **facts: how(solve(*args, **facts)))


def nothing_was_done(call_up: CallUp) -> bool:
    call_up.refresh_from_db()
    return (
        call_up.waves_sent == 0
        and not Offer.objects.exists()
        and not Message.objects.filter(topic="offer").exists()
        and not Entry.objects.filter(verb="callups.wave.sent").exists()
    )


def test_a_plan_that_adds_up_is_handed_on_as_it_is() -> None:
    plan = small_plan()

    assert sound(plan, call_up_code="K7M2QD3A") is plan


@pytest.mark.logs_errors
@pytest.mark.parametrize("how", BREAKS.values(), ids=BREAKS)
def test_each_kind_of_fault_is_refused_and_logged_by_the_code_of_the_call_up(
    how: Break, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Refused) as refused:
        sound(how(small_plan()), call_up_code="K7M2QD3A")

    assert refused.value.code == "plan_unsound"
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "K7M2QD3A" in caplog.text


@pytest.mark.logs_errors
@pytest.mark.django_db
@pytest.mark.parametrize(("solver", "most"), [("solve", 10**6), ("greedy", 0)], ids=["exact", "very large"])
def test_a_wave_by_a_broken_plan_asks_nobody_and_takes_no_number(
    world: World, monkeypatch: pytest.MonkeyPatch, solver: str, most: int
) -> None:
    monkeypatch.setattr(waves, "MOST_PAIRS_EXACT", most)
    call_up = raised(world.actor("worker"), draft(2))
    world.volunteers(4)
    broken(monkeypatch, solver, BREAKS["somebody twice"])

    with pytest.raises(Refused) as refused:
        waves.ask_more(call_up, actor=world.actor("worker"), headcount=2, at=NOW)

    assert refused.value.code == "plan_unsound"
    assert nothing_was_done(call_up)


@pytest.mark.django_db
@pytest.mark.parametrize("most", [10**6, 0], ids=["exact", "very large"])
def test_the_same_wave_by_a_sound_plan_asks_as_many_as_it_should(
    world: World, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(waves, "MOST_PAIRS_EXACT", most)
    call_up = raised(world.actor("worker"), draft(2))
    world.volunteers(4)

    wave = waves.ask_more(call_up, actor=world.actor("worker"), headcount=2, at=NOW)

    assert (wave.number, wave.asked, Offer.objects.count()) == (1, 2, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("above", [0, 1], ids=["at the limit", "one pair more"])
def test_only_a_wave_of_more_pairs_than_the_limit_is_left_to_the_human_rule(
    world: World, monkeypatch: pytest.MonkeyPatch, above: int
) -> None:
    used: list[str] = []
    for solver in ("solve", "greedy"):
        known: Callable[..., Plan] = getattr(dispatch, solver)

        def noted(*args: Any, known: Callable[..., Plan] = known, name: str = solver, **facts: Any) -> Plan:
            used.append(name)
            return known(*args, **facts)

        monkeypatch.setattr(dispatch, solver, noted)
    call_up = raised(world.actor("worker"), draft(2))
    world.volunteers(4)
    people = VolunteerProfile.objects.filter(division_code=world.here).count()
    monkeypatch.setattr(waves, "MOST_PAIRS_EXACT", people - above)

    waves.ask_more(call_up, actor=SYSTEM, headcount=2, at=NOW)

    assert used == (["greedy"] if above else ["solve"])


@pytest.mark.logs_errors
@pytest.mark.django_db
def test_a_large_wave_in_the_background_asks_nobody_by_a_broken_plan(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_up = raised(world.actor("worker"), draft(2))
    world.volunteers(4)
    broken(monkeypatch, "solve", BREAKS["a stranger"])

    with pytest.raises(Refused):
        jobs.ask_wave(call_up.pk, 2, None)

    assert nothing_was_done(call_up)


@pytest.mark.logs_errors
@pytest.mark.django_db
@pytest.mark.parametrize("how", ["somebody twice", "a wrong sum"])
def test_a_broken_plan_is_not_proposed_to_the_dispatcher(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    call_up = raised(world.actor("worker"), draft(2))
    offer_to(
        call_up,
        world.volunteer(1),
        state="waiting",
        waiting_since=NOW,
        answered_at=NOW,
        risk_confirmed_at=NOW,
    )
    broken(monkeypatch, "solve", BREAKS[how])

    with pytest.raises(Refused) as refused:
        plans.propose(call_up, actor=world.actor("worker"), at=NOW)

    assert refused.value.code == "plan_unsound"
    assert not DispatchRun.objects.exists()
