"""Terms: single posts that are closed to the people of a community, or cheaper or dearer for them than the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from muster.kernel.dispatch.answers import EmptyCode, NotCode
from muster.kernel.dispatch.pools import folder
from muster.kernel.dispatch.pools.groups import places_of
from muster.kernel.dispatch.pools.instance import CLOSED, Incumbent, Instance, Terms
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.promises import direct_of
from muster.kernel.dispatch.pools.recount import Violation, violations
from muster.kernel.dispatch.pools.solution import solve
from tests.kernel.dispatch.pools.street import CITY, asked, person, post, seats, street

TWO = [person("near", 0.0), person("far", 3.0)]
GATE = [post("gate", 0.0, 1)]


def test_nobody_is_sent_to_a_post_that_is_closed_to_his_community() -> None:
    instance = street(TWO, GATE, terms={0.0: {"gate": None}})

    solution = solve(instance)

    assert seats(solution, instance) == {("far", "gate")}
    assert (solution.status, solution.objective) == ("proven", 300)
    assert violations(instance, solution) == ()


def test_the_human_rule_asks_the_nearest_to_whom_the_post_is_open() -> None:
    instance = street(TWO, GATE, terms={0.0: {"gate": None}})

    assert seats(nearest_first(instance), instance) == {("far", "gate")}


def test_not_even_a_promise_or_a_listed_pair_opens_a_closed_post() -> None:
    instance = street(
        TWO, [post("gate", 0.0, 2)], pairs=[(0, 0, 0.1)], terms={0.0: {"gate": None}}, keep_km=9.0
    )

    solution = solve(instance, incumbent=Incumbent.of(instance, [("near", "gate")]))

    assert seats(solution, instance) == {("far", "gate")}
    assert seats(nearest_first(instance), instance) == {("far", "gate")}


def test_who_stands_ready_comes_without_the_price_of_his_tier() -> None:
    """Three kilometers and nothing for a call, against two kilometers and four for a call."""
    people = [person("called", 2.0, tier=CITY), person("ready", 3.0, tier=CITY)]
    instance = street(people, GATE, terms={3.0: {"gate": -400}})

    solution = solve(instance)

    assert seats(solution, instance) == {("ready", "gate")}
    assert solution.objective == 300
    assert violations(instance, solution) == ()


def test_a_dearer_post_is_left_to_others_until_the_way_outweighs_it() -> None:
    gate = [post("gate", 0.0, 1)]
    people = [person("near", 0.0), person("far", 2.0)]

    dear, dearer = (street(people, gate, terms={0.0: {"gate": units}}) for units in (190, 210))

    assert seats(solve(dear), dear) == {("near", "gate")}
    assert seats(solve(dearer), dearer) == {("far", "gate")}


def test_why_me_tells_the_tier_as_it_was_charged() -> None:
    people = [person("called", 2.0, tier=CITY), person("ready", 3.0, tier=CITY)]

    why = asked(people, [post("gate", 0.0, 2)], terms={3.0: {"gate": -400}})
    ways = {name: why.why_me(name)[0].way for name in ("called", "ready")}

    assert {name: way and (way.km, way.tier_km) for name, way in ways.items()} == {
        "called": (2.0, 4.0),
        "ready": (3.0, 0.0),
    }


def test_why_not_says_that_the_post_is_closed() -> None:
    why = asked(TWO, GATE, terms={0.0: {"gate": None}}, radius_km=5.0)

    assert why.why_not("near", "gate").codes == ("closed_to_them",)
    assert why.why_not("far", "gate").codes == (NotCode.ASSIGNED,)


def test_an_empty_seat_counts_only_those_to_whom_it_is_open() -> None:
    people = [person("a", 0.0), person("b", 0.0), person("c", 3.0), person("away", 9.0)]

    why = asked(people, [post("gate", 0.0, 3)], terms={0.0: {"gate": None}}, radius_km=5.0)
    (empty,) = why.why_empty("gate")

    assert (empty.code, empty.seats) == (EmptyCode.FEWER_QUALIFIED_THAN_SEATS, 2)
    assert (empty.holders, empty.qualified) == (4, 1)
    assert empty.excluded == (("closed_to_them", 2), ("too_far", 1))


def test_the_nearest_out_of_reach_is_somebody_to_whom_it_is_open() -> None:
    people = [person("barred", 6.0), person("could", 8.0)]

    why = asked(people, GATE, terms={6.0: {"gate": None}}, radius_km=5.0)
    (empty,) = why.why_empty("gate")

    assert (empty.code, empty.nearest_km) == (EmptyCode.NOBODY_IN_REACH, 8.0)


def test_a_post_that_is_closed_to_all_has_nobody_who_qualifies() -> None:
    why = asked([person("a", 0.0)], GATE, terms={0.0: {"gate": None}})
    (empty,) = why.why_empty("gate")

    assert (empty.code, empty.excluded) == (EmptyCode.NOBODY_QUALIFIED, (("closed_to_them", 1),))


def test_people_with_one_home_and_the_same_terms_share_one_place() -> None:
    people = [person(f"p{at:02}", km) for at in range(40) for km in (0.0, 1.0)]
    people = [{**one, "name": f"{one['name']} at {one['km']}"} for one in people]
    instance = street(people, [post("gate", 0.0, 3), post("tent", 1.0, 3)], terms={0.0: {"gate": None}})

    assert len(places_of(instance, direct_of(instance, None))) == 2
    assert solve(instance).objective == 3 * 100 + 3 * 0


def test_a_plan_that_sends_somebody_to_a_closed_post_is_found_out() -> None:
    free, shut = street(TWO, GATE), street(TWO, GATE, terms={0.0: {"gate": None}})

    assert violations(shut, solve(free)) == (Violation("closed", "near", "gate"),)


def shifted(instance: Instance, terms: Terms) -> Instance:
    """The same question asked again with these terms, for people with a tier that costs 4 km."""
    return Instance.of(
        instance.communities,
        instance.volunteers,
        instance.posts,
        horizon=instance.horizon,
        prices=instance.prices,
        tiers=instance.tiers,
        skills=instance.skills,
        patches=instance.patches,
        terms=terms,
    )


@pytest.mark.parametrize(
    ("of", "units", "sentence"),
    [
        ([0], [[0]], "for 2 communities"),
        ([0, 0], [[0, 0]], "for 2 communities"),
        ([0, 0], [0], "for 2 communities"),
        ([0, 1], [[0]], "unknown terms"),
        ([0, -1], [[0]], "unknown terms"),
        ([0, 0], [[-401]], "give back more than his tier costs"),
        ([0, 0], [[10_000_001]], "terms of more than 100000 km"),
        ([0, 0], [[0.5]], "float64"),
    ],
)
def test_terms_that_no_plan_could_mean_are_refused(of: object, units: object, sentence: str) -> None:
    instance = street([person("a", 0.0, tier=CITY), person("b", 1.0, tier=CITY)], GATE)
    assert shifted(instance, Terms(np.array([0, 0]), np.array([[-400]]))).terms is not None

    with pytest.raises(ValueError, match=sentence):
        shifted(instance, Terms(np.asarray(of), np.asarray(units)))


def test_terms_follow_their_communities_and_posts_into_the_order_of_ids() -> None:
    instance = street(TWO, [post("a", 0.0, 1), post("b", 1.0, 1)])
    turned = Instance.of(
        replace(instance.communities, code=("c1", "c0")),
        instance.volunteers,
        replace(instance.posts, id=("b", "a")),
        horizon=instance.horizon,
        prices=instance.prices,
        tiers=instance.tiers,
        terms=Terms(np.array([1, 0]), np.array([[1, 2], [3, CLOSED]])),
        skills=instance.skills,
        patches=instance.patches,
    )

    assert turned.terms is not None
    assert turned.terms_units(np.array([0, 1])[:, None], np.array([0, 1])[None]).tolist() == [[2, 1], [0, 3]]
    assert turned.is_open(np.array([0, 1])[:, None], np.array([0, 1])[None]).tolist() == [
        [True, True],
        [False, True],
    ]


def test_terms_have_no_file_in_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no file for the terms"):
        folder.write(tmp_path, street(TWO, GATE, terms={0.0: {"gate": None}}))
