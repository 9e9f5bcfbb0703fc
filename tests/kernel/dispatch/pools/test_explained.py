"""Everything at once, ready for JSON: each shortage once, every seat, every price."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from muster.kernel.dispatch.answers import EmptyCode
from muster.kernel.dispatch.pools.explained import explanation, reasons
from muster.kernel.dispatch.pools.instance import KINDS
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.solution import solve
from muster.kernel.dispatch.pools.why import Why
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.recounting import counted
from tests.kernel.dispatch.pools.street import NURSE, asked, person, post, street


def test_one_shortage_of_two_posts_is_listed_once() -> None:
    nurses = [person("n1", 0.0, skills=NURSE), person("n2", 0.0, skills=NURSE), person("other", 2.0)]
    posts = [
        post("gate", 0.0, 2),
        post("tent", 0.0, skilled=2, skill="nurse"),
        post("ward", 0.0, skilled=1, skill="nurse", weight=2),
    ]

    told = explanation(asked(nurses, posts))

    assert [(line["post"], line["kind"], line["code"], line["ring"]) for line in told["empty"]] == [
        ("gate", "general", "fewer_qualified_than_seats", 0),
        ("tent", "skilled", "taken_by_higher_weight", 1),
    ]
    assert [(ring["people"], ring["seats"]) for ring in told["rings"]] == [(3, 4), (2, 3)]
    assert told["rings"][1]["posts"] == [["tent", "skilled"], ["ward", "skilled"]]
    assert told["empty"][1]["higher"] == [["ward", 1]]
    assert told["proven"] is True


def test_a_seat_that_nobody_can_take_is_a_ring_of_its_own_with_nobody() -> None:
    told = explanation(asked([], [post("gate", 0.0, 2)]))

    assert told["empty"][0]["ring"] == 0
    assert told["rings"] == [
        {"people": 0, "capacity": 0, "seats": 2, "in_full": False, "posts": [["gate", "general"]]}
    ]
    assert told["assign"] == []


def test_whoever_stands_somewhere_has_his_way_and_who_would_come_instead() -> None:
    told = explanation(asked([person("near", 1.0), person("far", 3.5)], [post("gate", 0.0, 1)]))

    assert told["assign"] == [
        {
            "volunteer": "near",
            "post": "gate",
            "km": 1.0,
            "patch_km": 0.0,
            "tier_km": 0.0,
            "fairness_km": 0.0,
            "keep_km": 0.0,
            "stands_in": False,
            "next": "far",
            "next_extra_km": 2.5,
            "next_moves": 0,
            "exact": True,
        }
    ]
    assert told["prices"] == [{"post": "gate", "kind": "general", "price_km": 3.5}]


def test_inside_a_shortage_every_price_is_null_and_outside_none_is() -> None:
    people = [person("a", 0.0), person("b", 50.0), person("c", 51.0)]
    posts = [post("west", 0.0, 2), post("east", 50.0, 1)]

    told = explanation(asked(people, posts, radius_km=5.0))

    assert {line["post"]: line["price_km"] for line in told["prices"]} == {"west": None, "east": 1.0}


def test_the_human_rule_has_reasons_too() -> None:
    people = [person("nurse", 0.0, skills=NURSE), person("other", 5.0)]
    posts = [post("gate", 0.0, 1, weight=2), post("tent", 0.0, skilled=1, skill="nurse")]
    instance = street(people, posts)

    assert reasons(Why(instance, nearest_first(instance))) == {(1, 2): EmptyCode.COULD_BE_FILLED.value}
    assert reasons(Why(instance, solve(instance))) == {}


@settings(max_examples=60)
@given(tiny.facts(people=6, posts=5))
def test_the_whole_is_json_and_names_every_seat(facts: dict[str, Any]) -> None:
    instance = tiny.instance_of(facts)
    why = Why(instance, solve(instance))

    told = explanation(why)

    assert json.loads(json.dumps(told)) == told
    assert len(told["assign"]) == len(why.solution.volunteer)
    assert sum(line["seats"] for line in told["empty"]) == int(why.solution.empty.sum())
    assert [(line["post"], line["kind"]) for line in told["prices"]] == [
        (name, kind)
        for p, name in enumerate(instance.posts.id)
        for at, kind in enumerate(KINDS)
        if instance.posts.seats[p, at]
    ]
    assert len({json.dumps(ring) for ring in told["rings"]}) == len(told["rings"])
    assert {line["ring"] for line in told["empty"]} == set(range(len(told["rings"])))
    for ring in told["rings"]:
        members = [(name, kind) for name, kind in ring["posts"]]
        figures = (ring["people"], ring["capacity"], ring["seats"])
        assert counted(instance, members, in_full=ring["in_full"]) == figures
    for line in told["empty"]:
        price = next(
            one["price_km"]
            for one in told["prices"]
            if (one["post"], one["kind"]) == (line["post"], line["kind"])
        )
        assert price is None


def test_where_only_pairs_may_be_and_nobody_is_in_one_every_seat_is_explained() -> None:
    instance = street(
        [person("a", 0.0)],
        [post("gate", 0.0, 1), post("tent", 0.0, 1)],
        pairs=[(0, 0, 9.0)],
        pairs_only=True,
        radius_km=5.0,
    )

    told = explanation(Why(instance, solve(instance)))

    assert [line["code"] for line in told["empty"]] == ["nobody_qualified", "nobody_qualified"]
    assert [line["excluded"] for line in told["empty"]] == [[["not_listed", 1]], [["not_listed", 1]]]
    assert [line["price_km"] for line in told["prices"]] == [None, None]
