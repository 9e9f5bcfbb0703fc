"""Why me: the way to the post part by part, and whoever would come in my place, against plans made without me."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.answers import Reason, Way, WhyMe
from muster.kernel.dispatch.pools.instance import Horizon, units
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.search import Limits, Search
from muster.kernel.dispatch.pools.solution import solution_of, solve
from muster.kernel.dispatch.pools.why import Why
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.street import CITY, NURSE, asked, person, post, street


def test_the_next_best_person_is_named_with_his_extra_cost() -> None:
    why = asked([person("near", 1.0), person("far", 3.0)], [post("gate", 0.0, 1)])

    assert why.why_me("near") == (
        WhyMe(
            person="near",
            slot="gate",
            km=1.0,
            tier=1,
            skill="",
            backbone_seat=False,
            kept=False,
            recent_calls=0,
            days_since_asked=None,
            next_person="far",
            next_extra_km=2.0,
            next_moves=0,
            way=Way(1.0, 0.0, 0.0, 0.0, 0.0),
            stands_in=False,
            exact=True,
        ),
    )
    assert why.why_me("far") == ()
    assert why.why_me("a stranger") == ()


def test_the_way_tells_every_part_of_the_price() -> None:
    people = [person("a", 2.0, tier=CITY, history=3, patch=0), person("b", 90.0, tier=CITY)]

    why = asked(
        people, [post("gate", 0.0, 1, patch=1)], fairness_km=0.5, patch_km=1.5, keep_km=7.0, promised=[]
    )
    (line,) = why.why_me("a")

    assert line.way == Way(km=2.0, patch_km=1.5, tier_km=4.0, fairness_km=3.5, keep_km=7.0)
    assert line.way.total_km == 18.0
    assert line.recent_calls == 3


def test_the_ways_of_all_seats_add_up_to_the_price_of_the_plan() -> None:
    """Two shifts of one person: the second is the dearer one, as fairness has it."""
    why = asked(
        [person("a", 1.0, most=2)],
        [post("day", 0.0, 1), post("next day", 0.0, 1, slot=1)],
        horizon=Horizon(2, 1),
        fairness_km=0.5,
    )

    first, second = why.why_me("a")

    assert (first.slot, second.slot) == ("day", "next day")
    assert [line.way and line.way.fairness_km for line in (first, second)] == [0.5, 1.5]
    assert why.solution.objective == units(1.5) + units(2.5)


def test_a_promise_that_was_kept_is_told_first() -> None:
    why = asked(
        [person("a", 3.0), person("b", 1.0)],
        [post("gate", 0.0, 1)],
        promised=[("a", "gate")],
        keep_km=5.0,
    )
    (line,) = why.why_me("a")

    assert line.kept
    assert line.reasons[0] == Reason("promise_kept")
    assert line.way is not None
    assert line.way.keep_km == 0.0
    assert (line.next_person, line.next_extra_km) == ("b", 3.0)


def test_skill_and_backbone_are_reasons_and_standing_in_is_another() -> None:
    people = [person("nurse", 1.0, skills=NURSE), person("member", 1.0, backbone=True), person("other", 1.0)]
    posts = [post("tent", 0.0, skilled=1, skill="nurse"), post("gate", 0.0, backbone=2)]

    why = asked(people, posts)

    assert {name: why.why_me(name)[0].reasons[0].as_dict() for name in ("nurse", "member", "other")} == {
        "nurse": {"code": "has_skill", "skill": "nurse"},
        "member": {"code": "is_backbone"},
        "other": {"code": "stands_in"},
    }
    assert [why.why_me(name)[0].stands_in for name in ("member", "other")] == [False, True]


def test_whoever_stands_in_can_be_replaced_by_another_who_stands_in() -> None:
    why = asked([person("a", 1.0), person("b", 4.0)], [post("gate", 0.0, backbone=1)])

    (line,) = why.why_me("a")

    assert (line.stands_in, line.next_person, line.next_extra_km) == (True, "b", 3.0)


def test_nobody_else_is_as_good_as_a_backbone_member() -> None:
    """Another could stand in, but at half the value of the seat: that is not a matter of kilometers."""
    why = asked([person("member", 9.0, backbone=True), person("b", 1.0)], [post("gate", 0.0, backbone=1)])

    (line,) = why.why_me("member")

    assert (line.next_person, line.next_extra_km, line.next_moves) == (None, None, None)
    assert line.reasons[-1] == Reason("nobody_else")


def test_the_next_best_may_be_reached_through_others() -> None:
    """Only somebody from the west may come to the west, so the middle sends one and is helped from the east."""
    people = [person("a", 0.0), person("b", 4.0), person("c", 9.0)]

    why = asked(people, [post("west", 0.0, 1), post("middle", 5.0, 1)], radius_km=5.0)
    (line,) = why.why_me("a")

    # b goes to the west (4 instead of 1), c comes to the middle (4): 7 more, and a's own way of 0 is spared.
    assert (line.slot, line.next_person, line.next_extra_km, line.next_moves) == ("west", "c", 7.0, 1)


def test_without_anybody_to_come_a_seat_would_stay_empty() -> None:
    why = asked([person("a", 0.0)], [post("gate", 0.0, 1)])

    (line,) = why.why_me("a")

    assert line.next_person is None
    assert line.exact


def test_somebody_with_seats_to_spare_is_told_at_least() -> None:
    posts = [post("day", 0.0, 1), post("next day", 0.0, 1, slot=1)]

    why = asked(
        [person("a", 0.0, most=2), person("b", 5.0, most=1), person("c", 5.0, most=2, available=0b01)],
        posts,
        horizon=Horizon(2, 1),
    )

    assert [line.exact for line in why.why_me("a")] == [False, False]
    assert [line.next_person for line in why.why_me("a")] == ["b", "b"]


def test_a_limit_of_two_on_one_day_is_a_limit_of_one() -> None:
    why = asked([person("a", 0.0, most=2), person("b", 5.0)], [post("day", 0.0, 1)], horizon=Horizon(1, 2))

    assert why.why_me("a")[0].exact


def test_a_listed_pair_tells_its_own_kilometers() -> None:
    why = asked([person("a", 9.0), person("b", 5.0)], [post("gate", 0.0, 1)], pairs=[(0, 0, 0.5)])

    (line,) = why.why_me("a")

    assert (line.km, line.next_person, line.next_extra_km) == (0.5, "b", 4.5)


def test_the_rule_of_a_list_and_a_map_has_no_prices_to_tell_of() -> None:
    instance = street([person("a", 1.0)], [post("gate", 0.0, 1)])
    why = Why(instance, nearest_first(instance))

    with pytest.raises(ValueError, match="without prices"):
        why.why_me("a")


@settings(max_examples=80)
@given(st.data())
def test_the_extra_cost_is_what_the_best_plan_without_the_person_costs_more(data: st.DataObject) -> None:
    """Against every plan there is, for everybody who has his only seat."""
    facts = tiny.with_prices(data.draw(tiny.facts(people=6, roomy=True)), seat_km=1000.0)
    facts["posts"] = [(*row[:4], tuple(min(many, 1) for many in row[4]), *row[5:]) for row in facts["posts"]]
    facts["volunteers"] = [(*row[:6], min(row[6], 1), *row[7:]) for row in facts["volunteers"]]
    incumbent = kept = None
    instance = tiny.instance_of(facts)
    if data.draw(st.booleans()):
        incumbent, kept = tiny.incumbent_of(instance, data.draw(tiny.incumbents(facts)))
    why = Why(instance, solve(instance, incumbent=incumbent))
    assume(len(why.solution.volunteer))
    lost, cost = tiny.best_by_hand(instance, kept)

    for at in np.unique(why.solution.volunteer).tolist()[:2]:
        (line,) = why.why_me(instance.volunteers.id[at])
        lost_without, cost_without = tiny.best_by_hand(instance, kept, frozenset({at}))
        assert line.exact
        if line.next_extra_km is None:
            assert lost_without > lost
        else:
            assert lost_without == lost
            assert units(line.next_extra_km) == cost_without - cost


@settings(max_examples=60)
@given(tiny.facts(people=6, roomy=True))
def test_whoever_is_called_instead_had_time_and_the_chain_is_as_long_as_told(facts: dict[str, Any]) -> None:
    """The plan without the person differs from his by the caller at the end of the chain."""
    facts["volunteers"] = [(*row[:6], min(row[6], 1), *row[7:]) for row in facts["volunteers"]]
    instance = tiny.instance_of(tiny.with_prices(facts, seat_km=1000.0))
    why = Why(instance, solve(instance))
    seated = {line.person for line in why.seated()}

    for line in why.seated():
        assert (line.next_person is None) == (line.next_moves is None)
        if line.next_person is not None and line.next_moves is not None:
            assert line.next_person not in seated
            assert 0 <= line.next_moves < len(seated)
        assert {reason.code for reason in line.reasons} >= {"distance", "tier"}


@settings(max_examples=60)
@given(tiny.facts(people=6, roomy=True))
def test_the_parts_of_all_ways_are_the_price_of_the_plan(facts: dict[str, Any]) -> None:
    instance = tiny.instance_of(facts)
    why = Why(instance, solve(instance))

    told = sum(units(line.way.total_km) for line in why.seated() if line.way is not None)

    assert told == tiny.recounted(instance, why.solution)[1]
    assert [line.person for line in why.seated()] == sorted(line.person for line in why.seated())


def test_a_rule_of_rest_makes_every_price_at_least_that() -> None:
    instance = street(
        [person("a", 0.0), person("b", 2.0)],
        [post("night", 0.0, 1, slot=1)],
        horizon=Horizon(2, 2, rest_pairs=((1, 0),)),
    )
    ruled = Why(instance, solve(instance))
    free = Why(replace(instance, horizon=Horizon(2, 2)), solve(instance))

    assert [ruled.why_me("a")[0].next_extra_km, free.why_me("a")[0].next_extra_km] == [2.0, 2.0]
    assert [ruled.why_me("a")[0].exact, free.why_me("a")[0].exact] == [False, True]


def test_answers_do_not_depend_on_what_a_seat_was_worth_in_the_search() -> None:
    """The search may value seats lower than the objective does, as long as it fills as many: the reasons stay the same."""
    people = [person("a", 1.0), person("b", 4.0), person("c", 9.5)]
    instance = street(
        people, [post("gate", 0.0, backbone=1), post("tent", 9.0, 1), post("far", 30.0, 1)], radius_km=10.0
    )
    search = Search(instance)
    search._value = units(40.0)
    outcome = search.run(Limits(), lambda stage, figures: None)

    usual, lower = Why(instance, solve(instance)), Why(instance, solution_of(search, outcome, None, {}))

    assert usual.solution.marginals is not None
    assert lower.solution.marginals is not None
    # With a seat empty, prices are those of seats beyond price, whatever the search began with.
    assert search._value == units(40.0) < lower.solution.marginals.seat_value
    assert lower.solution.marginals.seat_value == usual.solution.marginals.seat_value
    assert lower.solution.seat_value == usual.solution.seat_value
    assert lower.seated() == usual.seated()
    assert [line.next_person for line in lower.why_me("a")] == ["b"]
    assert [lower.price(name, "general") for name in ("tent", "far")] == [5.0, None]
    assert lower.why_not("b", "gate") == usual.why_not("b", "gate")
    assert lower.why_not("c", "gate") == usual.why_not("c", "gate")
