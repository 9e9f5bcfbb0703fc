"""Two forms sent at the same instant: one call-up goes out, and who was a moment later is asked whether another is meant."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from muster.callups.actions import calls
from muster.callups.actions.templates import load_templates
from muster.callups.models import CallUp
from muster.callups.rules.drafts import CallUpDraft
from muster.people.models import Account
from muster.toolkit.actor import Actor
from tests.callups.drafting import NOW, draft
from tests.callups.raising_form import NEW, filled_form
from tests.callups.test_seats_race import world
from tests.racing import at_once
from tests.world import World

__all__ = ["world"]
pytestmark = pytest.mark.django_db(transaction=True)


def sends(
    actor: Actor, form: CallUpDraft, *, another: bool = False, key: UUID | None = None
) -> Callable[[], str]:
    """That person presses the button of a form; another form each time, unless its key is given."""
    facts = {"form": form, "request_key": key or uuid4(), "asks_of_twin": not another}
    return lambda: calls.raise_call_up(actor=actor, at=NOW, **facts).code  # type: ignore[arg-type]  # as named there


def test_of_two_people_with_the_same_work_at_once_one_is_asked(world: World) -> None:
    both = [sends(world.actor(name), draft(5)) for name in ("worker", "township_overseer")]

    outcomes = at_once(both)

    assert set(outcomes) == {CallUp.objects.get().code, "raised_just_now"}


def test_of_three_tabs_of_one_person_one_raises(world: World) -> None:
    outcomes = at_once([sends(world.actor("worker"), draft(5)) for _tab in range(3)])

    assert sorted(map(str, outcomes)) == sorted([CallUp.objects.get().code, *["raised_just_now"] * 2])


def test_who_means_another_is_not_asked_and_the_other_one_hears_of_it_or_was_first(world: World) -> None:
    worker = world.actor("worker")

    outcomes = at_once([sends(worker, draft(5)), sends(worker, draft(5), another=True)])

    raised = set(CallUp.objects.values_list("code", flat=True))
    assert outcomes[1] in raised
    assert set(outcomes) in (raised, {*raised, "raised_just_now"})


def test_one_form_that_is_sent_twice_at_once_has_one_answer(world: World) -> None:
    outcomes = at_once([sends(world.actor("worker"), draft(5), key=uuid4())] * 3)

    assert outcomes == [CallUp.objects.get().code] * 3


def test_two_drills_at_once_may_be_alike(world: World) -> None:
    outcomes = at_once([sends(world.actor("worker"), draft(5, is_drill=True)) for _form in range(2)])

    assert set(outcomes) == set(CallUp.objects.values_list("code", flat=True))
    assert len(set(outcomes)) == 2


def test_other_work_and_other_places_go_out_beside_it(world: World) -> None:
    outcomes = at_once(
        [
            sends(world.actor("worker"), draft(5)),
            sends(world.actor("worker"), draft(5, task_kind="delivery")),
            sends(world.actor("neighbor"), draft(5, division_code=world.next_door)),
        ]
    )

    assert set(outcomes) == set(CallUp.objects.values_list("code", flat=True))
    assert len(set(outcomes)) == 3


def test_on_the_page_the_second_of_two_tabs_gets_the_question(world: World) -> None:
    load_templates()
    desks = [world.client_for(name) for name in ("worker", "township_overseer")]
    forms = [filled_form(desk) for desk in desks]

    answers = at_once(
        [
            lambda desk=desk, form=form: desk.post(NEW, form).status_code
            for desk, form in zip(desks, forms, strict=True)
        ]
    )

    assert sorted(map(str, answers)) == ["302", "422"]
    assert CallUp.objects.count() == 1
    assert Account.objects.filter(call_ups=CallUp.objects.get()).count() == 1
