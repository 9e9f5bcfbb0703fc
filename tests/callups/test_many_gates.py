"""A community of many gates: the form arrives filled in for the first of them, and the others wait one tap away."""

from __future__ import annotations

from typing import Any

import pytest

from muster.callups.actions.templates import load_templates
from muster.callups.forms.call_up import FILLED_PLACES, CallUpForm
from muster.callups.models import CallUp, Post
from muster.territory.models import CompoundGate, Division
from tests.callups.raising_form import NEW, filled_form, form_of, managed_compound
from tests.world import HERE, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground(world: World) -> World:
    load_templates()
    return world


def gates(count: int) -> list[CompoundGate]:
    compound = managed_compound()
    return CompoundGate.objects.bulk_create(
        CompoundGate(compound=compound, division_code=HERE, name=f"{number}号门", lon=104.04, lat=30.64)
        for number in range(1, count + 1)
    )


def form_here(**changes: Any) -> CallUpForm:
    return form_of(Division.objects.get(code=HERE), **changes)


@pytest.mark.parametrize(
    ("count", "waiting"),
    [(1, 0), (FILLED_PLACES, 0), (FILLED_PLACES + 1, 1), (30, 30 - FILLED_PLACES)],
    ids=["one", "as many as are filled in", "one more", "very many"],
)
def test_the_first_gates_are_filled_in_and_the_others_wait(ground: World, count: int, waiting: int) -> None:
    gates(count)

    form = form_here()

    numbers = [int(line.field.value()) for line in form.first_lines()]
    assert len(numbers) == count - waiting
    assert all(number > 0 for number in numbers)
    assert [int(line.field.value()) for line in form.other_lines()] == [0] * waiting


def test_sent_as_it_is_it_asks_for_the_gates_that_are_filled_in(ground: World) -> None:
    known = gates(FILLED_PLACES + 3)

    form = form_here()

    assert form.is_valid(), form.errors
    assert [post.gate_id for post in form.draft().posts] == [gate.pk for gate in known[:FILLED_PLACES]]


def test_the_sentence_of_the_need_speaks_of_the_gates_that_are_filled_in(ground: World) -> None:
    gates(FILLED_PLACES + 3)

    assert str(FILLED_PLACES) in str(form_here()["purpose"].value())


def test_a_number_at_a_gate_that_waited_makes_a_post_there_and_shows_it(ground: World) -> None:
    last = gates(FILLED_PLACES + 2)[-1]

    form = form_here(**{f"seats_{last.code}": "3"})

    assert form.is_valid(), form.errors
    assert form.draft().posts[-1].gate_id == last.pk
    assert form.first_lines()[-1].place.gate_id == last.pk
    assert len(form.other_lines()) == 1


def test_a_gate_that_is_filled_in_and_set_to_none_stays_in_sight_and_is_not_staffed(ground: World) -> None:
    first = gates(FILLED_PLACES + 1)[0]

    form = form_here(**{f"seats_{first.code}": "0"})

    assert form.is_valid(), form.errors
    assert first.pk not in [post.gate_id for post in form.draft().posts]
    assert form.first_lines()[0].place.gate_id == first.pk


def test_a_wrong_number_at_a_gate_that_waited_comes_into_sight_with_its_sentence(ground: World) -> None:
    last = gates(FILLED_PLACES + 2)[-1]

    form = form_here(**{f"seats_{last.code}": "100"})

    assert not form.is_valid()
    assert form.first_lines()[-1].place.gate_id == last.pk
    assert form.first_lines()[-1].field.errors


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_offers_every_gate_once_without_any_script(ground: World, language: str) -> None:
    known = gates(FILLED_PLACES + 3)
    client = ground.client_for("worker")

    page = client.get(NEW, headers={"Accept-Language": language}, follow=True).content.decode()

    assert [page.count(f'name="seats_{gate.code}"') for gate in known] == [1] * len(known)
    assert page.index(f'name="seats_{known[-1].code}"') > page.index(
        "<details", page.index('data-sum-of="need"')
    )


def test_the_page_raises_the_call_up_at_the_gates_it_shows(ground: World) -> None:
    known = gates(FILLED_PLACES + 3)
    client = ground.client_for("worker")

    client.post(NEW, filled_form(client))

    posts = Post.objects.filter(call_up=CallUp.objects.get()).order_by("position")
    assert list(posts.values_list("gate_id", flat=True)) == [gate.pk for gate in known[:FILLED_PLACES]]
