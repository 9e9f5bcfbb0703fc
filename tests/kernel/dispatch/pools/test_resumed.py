"""The plan in force as a flow: everybody where he was promised to be, whatever is left out of it empty."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from muster.kernel.dispatch.pools.groups import groups_of
from muster.kernel.dispatch.pools.instance import Horizon, Incumbent, Instance, Prices
from muster.kernel.dispatch.pools.network import network_of
from muster.kernel.dispatch.pools.resumed import resumed
from muster.kernel.dispatch.pools.search import Search
from muster.kernel.dispatch.pools.solution import solve
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.test_laws import town


def flow_of(instance: Instance, incumbent: Incumbent, absent: list[int]) -> tuple[Any, np.ndarray | None]:
    engine = Search(instance, incumbent, np.array(absent, dtype=np.int32))
    groups = groups_of(instance, engine.asks, engine.places, engine.direct, engine.available)
    network = network_of(instance, engine.asks, engine.places, groups, engine.direct)
    return network, resumed(instance, engine.asks, groups, network, incumbent)


def over_days(seed: int) -> Instance:
    facts = town(120, 50, seed, keep_km=2.0)
    facts["horizon"] = Horizon(2, 2)
    facts["volunteers"] = [
        (*row[:5], 15 - at % 3, 1 + at % 2, *row[7:]) for at, row in enumerate(facts["volunteers"])
    ]
    facts["posts"] = [(*row[:3], at % 4, *row[4:]) for at, row in enumerate(facts["posts"])]
    return tiny.instance_of(facts)


@pytest.mark.parametrize(
    "instance",
    [
        tiny.instance_of(town(120, 50, 1, keep_km=2.0)),
        tiny.instance_of(town(60, 50, 2, keep_km=2.0)),
        tiny.instance_of(town(60, 50, 2, keep_km=2.0, backbone_fallback=False)),
        over_days(3),
    ],
)
def test_a_plan_that_stands_is_its_own_flow(instance: Instance) -> None:
    before = solve(replace(instance, prices=replace(instance.prices, keep_km=0.0)))
    incumbent = Incumbent(before.volunteer, before.post)

    network, flow = flow_of(instance, incumbent, [])

    assert flow is not None
    arcs = network.arcs
    cost = arcs.units + arcs.halves * (before.seat_value // 2)
    assert ((flow >= 0) & (flow <= arcs.capacity)).all()
    arrived = np.bincount(arcs.head, flow, network.nodes) - np.bincount(arcs.tail, flow, network.nodes)
    assert arrived.tolist() == (-network.supply).tolist()
    assert int(cost @ flow) == before.objective


def test_who_declined_leaves_his_seat_empty() -> None:
    instance = tiny.instance_of(town(120, 50, 1, keep_km=2.0))
    before = solve(instance)
    gone = before.volunteer[[0, 3]].tolist()

    network, flow = flow_of(instance, Incumbent(before.volunteer, before.post), gone)

    assert flow is not None
    assert flow[network.parts["empty"]].sum() == before.empty.sum() + 2
    assert flow[network.parts["direct"]].sum() == len(before.volunteer) - 2


def person(name: str, **more: Any) -> tuple[Any, ...]:
    facts = {"backbone": False, "skills": 0, "available": 1, "most": 1} | more
    return (name, 0, 0, facts["backbone"], facts["skills"], facts["available"], facts["most"], 0, -1)


def at_one_place(
    volunteers: list[tuple[Any, ...]], seats: list[tuple[int, int, int]], **facts: Any
) -> Instance:
    return tiny.instance_of(
        {
            "communities": [(0.0, 0.0)],
            "volunteers": volunteers,
            "posts": [(f"p{at}", 0.0, 0.0, 0, row, 0, 1, -1) for at, row in enumerate(seats)],
            "horizon": Horizon(),
            "prices": Prices({"own": 0.0, "city": 0.0}, keep_km=1.0),
            **facts,
        }
    )


def test_members_and_skilled_people_get_the_seats_that_ask_for_them() -> None:
    people = [
        person("a"),
        person("both", backbone=True, skills=1),
        person("member", backbone=True),
        person("skilled", skills=1),
    ]
    instance = at_one_place(people, [(2, 1, 1)])

    network, flow = flow_of(instance, Incumbent.of(instance, [(row[0], "p0") for row in people]), [])

    assert flow is not None
    assert flow[network.parts["empty"]].tolist() == [0, 0, 0]
    assert int(network.arcs.halves @ flow) == 0


def test_a_stand_in_has_the_seat_that_nobody_else_takes() -> None:
    instance = at_one_place([person("a"), person("b")], [(1, 1, 0)])

    network, flow = flow_of(instance, Incumbent.of(instance, [("a", "p0"), ("b", "p0")]), [])

    assert flow is not None
    assert flow[network.parts["empty"]].tolist() == [0, 0]
    assert int(network.arcs.halves @ flow) == 1


def test_more_promises_than_seats_leave_somebody_without() -> None:
    instance = at_one_place([person("a"), person("b")], [(1, 0, 0)])

    network, flow = flow_of(instance, Incumbent.of(instance, [("a", "p0"), ("b", "p0")]), [])

    assert flow is not None
    assert flow[network.parts["direct"]].sum() == 1


def test_two_promises_at_one_time_cannot_be_kept() -> None:
    instance = at_one_place([person("a")], [(1, 0, 0), (1, 0, 0)])

    assert flow_of(instance, Incumbent.of(instance, [("a", "p0"), ("a", "p1")]), [])[1] is None


def test_promises_that_nobody_can_keep_are_no_start() -> None:
    instance = at_one_place([person("a")], [(1, 0, 0)])

    assert flow_of(instance, Incumbent.of(instance, [("a", "p0")]), [0])[1] is None
    assert flow_of(instance, Incumbent.of(instance, []), [])[1] is None
