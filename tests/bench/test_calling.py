"""The simulation of calling is fair to its policies: the same luck for all, nobody overseated, and judged by what came."""

from __future__ import annotations

import numpy as np
import pytest

from bench import calling, calling_world
from bench.calling_play import ASKS_A_WEEK, Standing, Told, play
from bench.calling_policies import AtOnce, Muster, Oracle
from bench.calling_world import DAY, World, world


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> World:
    """A hamlet with one drill and three days of calls."""
    for name, value in (("PEOPLE", 250), ("DAYS", 3), ("DRILLS", 1)):
        monkeypatch.setattr(calling_world, name, value)
    return world(3)


def played(place: World, caller: Muster | Oracle | AtOnce) -> tuple[Standing, list[Told]]:
    standing = Standing.fresh(place)
    told = [play(place, standing, call, caller)[0] for call in place.calls]
    return standing, [one for one in told if not one.call.drill]


def test_a_seed_is_one_township_and_another_seed_another(small: World) -> None:
    again, other = world(3), world(4)

    assert (small.odds == again.odds).all()
    assert small.calls == again.calls
    assert (small.odds != other.odds).any()


def test_fate_does_not_depend_on_who_was_asked_before(small: World) -> None:
    first = small.fate(small.calls[2])
    played(small, Muster(small))

    assert (small.fate(small.calls[2]).luck == first.luck).all()
    assert (small.fate(small.calls[3]).luck != first.luck).any()


def test_calls_come_in_order_and_after_the_drills(small: World) -> None:
    times = [call.at for call in small.calls if not call.drill]

    assert len(times) == 9
    assert [call.drill for call in small.calls] == [True] + [False] * 9
    assert min(times) > small.calls[0].at
    assert {call.day for call in small.calls[1:]} == {30, 31, 32}


@pytest.mark.parametrize("policy", [Muster, Oracle])
def test_waves_keep_the_limits_of_calling(small: World, policy: type[Muster]) -> None:
    standing, told = played(small, policy(small))

    for one in told:
        assert len(set(one.asked)) == len(one.asked)
        assert one.filled <= one.call.seats
        assert max(one.asked_at, default=0) < one.call.reply
    real = [[at for at in times if at > 10 * DAY] for times in standing.asked_at]
    assert max(len(times) for times in real) <= ASKS_A_WEEK
    assert sum(one.filled for one in told) > 0


def test_a_wave_stops_the_second_the_seats_are_full(small: World) -> None:
    _standing, told = played(small, Oracle(small))

    full = [one for one in told if one.filled == one.call.seats]
    assert full
    for one in full:
        # Nobody was asked after the last of the seats was taken and kept.
        assert sum(answer == 1 for answer in one.answers) < 2 * one.call.seats


def test_the_rules_of_thumb_ask_once_and_turn_people_away(small: World) -> None:
    thrice, everybody = AtOnce(small, times=3), AtOnce(small, km=3.0)

    told = played(small, thrice)[1]
    crowd = played(small, everybody)[1]

    assert all(len(one.asked) <= 3 * one.call.seats for one in told)
    assert all(set(one.asked_at) <= {0.0} for one in (*told, *crowd))
    assert sum(one.turned_away for one in crowd) > sum(one.turned_away for one in told)


def test_all_policies_are_judged_and_only_those_who_foretell_are_held_to_it(small: World) -> None:
    found = calling.run(3)

    assert set(found) == set(calling.POLICIES)
    assert {tally.calls for tally in found.values()} == {9}
    assert all(len(found[name].people) > 0 for name in ("Muster", "oracle"))
    assert not found["three times the seats"].people
    rows = np.concatenate(found["Muster"].people, axis=1)
    assert rows.shape == (2, found["Muster"].asked)
    assert set(np.unique(rows[1])) <= {0.0, 1.0}


def test_the_same_seed_is_judged_the_same(small: World) -> None:
    first, again = (calling.run(3)["Muster"] for _time in range(2))

    assert (first.asked, first.filled, first.gini) == (again.asked, again.filled, again.gini)


@pytest.mark.parametrize(
    ("duties", "expected"), [([2, 2, 2, 2], 0.0), ([0, 0, 0, 4], 0.75), ([1, 2, 3, 4], 0.25), ([0, 0], 0.0)]
)
def test_gini_of_duty(duties: list[int], expected: float) -> None:
    assert calling.gini(np.array(duties)) == pytest.approx(expected)


def test_deciles_set_what_came_beside_what_was_foretold() -> None:
    foretold = np.repeat(np.linspace(0.05, 0.95, 10), 100)
    came = np.concatenate([np.repeat([1.0, 0.0], [5 + 10 * k, 95 - 10 * k]) for k in range(10)])
    shuffled = np.random.default_rng(1).permutation(1_000)

    found = calling.deciles(np.stack([foretold, came])[:, shuffled])

    assert [count for _a, _b, count in found] == [100] * 10
    assert [a for a, _b, _count in found] == pytest.approx(np.linspace(0.05, 0.95, 10).tolist())
    assert [b for _a, b, _count in found] == pytest.approx(np.linspace(0.05, 0.95, 10).tolist())


def test_tallies_add_up() -> None:
    one, other = (
        calling.Tally(calls=1, asked=10, filled=4, gini=[0.1]),
        calling.Tally(calls=2, asked=30, filled=6),
    )

    one.add(other)

    assert (one.calls, one.asked, one.filled, one.gini) == (3, 40, 10, [0.1])
    assert one.percent("filled", "asked") == 25.0
