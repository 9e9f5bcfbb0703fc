"""Simulated people: the same seed does the same, in any order, and the shares are met."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.web.drill.behavior import REASONS, People, Reply, Shares

MANY = 4000
PERSONS = [f"+86154{number:08d}" for number in range(MANY)]


def share(count: int) -> float:
    return count / MANY


@given(st.integers(0, 2**31), st.lists(st.integers(0, 50), min_size=1, max_size=20), st.randoms())
def test_answers_depend_on_seed_and_person_and_never_on_the_order(
    seed: int, numbers: list[int], dice: object
) -> None:
    persons = [f"P{number}" for number in numbers]
    shuffled = persons.copy()
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    first = {person: People(seed).reply(person, "call") for person in persons}
    second = {person: People(seed).reply(person, "call") for person in shuffled}

    assert first == second


def test_another_seed_and_another_call_are_another_world() -> None:
    def replies(seed: int, call: str) -> list[Reply]:
        return [People(seed).reply(person, call) for person in PERSONS[:200]]

    assert replies(1, "a") != replies(2, "a")
    assert replies(1, "a") != replies(1, "b")


@pytest.mark.parametrize(("named", "accept"), [(False, 0.60), (True, 0.92)])
def test_people_accept_as_often_as_they_should(named: bool, accept: float) -> None:
    replies = Counter(People(7).reply(person, "call", named=named) for person in PERSONS)

    assert share(replies[Reply.YES]) == pytest.approx(accept, abs=0.02)
    silent = (1 - accept) * 0.45
    assert share(replies[Reply.SILENT]) == pytest.approx(silent, abs=0.02)
    assert share(replies[Reply.NO]) == pytest.approx(1 - accept - silent, abs=0.02)


def test_reasons_are_those_of_the_page() -> None:
    reasons = Counter(People(7).reason(person, "call") for person in PERSONS)

    assert set(reasons) == set(REASONS)
    assert min(reasons.values()) > MANY / 4 * 0.85


def test_presence_holds_what_it_promises() -> None:
    found = [People(7).presence(person, "call") for person in PERSONS]
    there = [presence for presence in found if presence]

    assert share(found.count(None)) == pytest.approx(0.08, abs=0.015)
    assert all(-25 <= presence.arrives <= 40 and -90 <= presence.leaves <= 10 for presence in there)
    assert share(sum(presence.arrives > 0 for presence in there)) == pytest.approx(0.92 * 0.12, abs=0.02)
    assert share(sum(presence.leaves < 0 for presence in there)) == pytest.approx(0.92 * 0.06, abs=0.015)


def test_people_who_always_and_never_do_something() -> None:
    always = People(7, Shares(accept=1.0, silent=0.0, drop_out=1.0, stay_away=1.0, unit_declines=1.0))

    assert {always.reply(person, "call") for person in PERSONS} == {Reply.YES}
    assert all(always.drops_out(person, "call") for person in PERSONS)
    assert {always.presence(person, "call") for person in PERSONS} == {None}
    assert {always.pledge(person, "call", 9) for person in PERSONS} == {0}


def test_units_promise_what_they_have_and_name_no_more() -> None:
    people = People(7)
    for unit in PERSONS[:500]:
        pledged = people.pledge(unit, "call", 6)
        assert 0 <= pledged <= 6
        assert 0 <= people.names(unit, "call", pledged) <= pledged
    assert people.pledge("U", "call", 0) == 0


def test_most_units_name_everybody() -> None:
    people = People(7)
    full = sum(people.names(unit, "call", 5) == 5 for unit in PERSONS)

    assert share(full) == pytest.approx(0.85 + 0.15 / 6, abs=0.02)
