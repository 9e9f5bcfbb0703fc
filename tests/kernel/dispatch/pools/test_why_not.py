"""Why not he, and what one more seat costs: rules by name, prices against the best plan with him there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.answers import NotCode, WhyNot
from muster.kernel.dispatch.pools import forced, search
from muster.kernel.dispatch.pools.instance import GENERAL, KINDS, Horizon, Instance, units
from muster.kernel.dispatch.pools.solution import solve
from muster.kernel.dispatch.pools.why import Why
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.street import NURSE, asked, person, post, street
from tests.kernel.dispatch.pools.test_laws import town

MUCH = 10**6


@pytest.mark.parametrize(
    ("traits", "seats", "prices", "codes"),
    [
        ({"available": 0b10}, {"general": 1}, {}, ("window_not_offered",)),
        ({"most": 0}, {"general": 1}, {}, ("no_seats_left",)),
        ({}, {"general": 1}, {"radius_km": 2.0}, ("too_far",)),
        ({}, {"backbone": 1}, {"backbone_fallback": False}, ("not_backbone",)),
        ({"skills": NURSE}, {"skilled": 1}, {}, ("skill_missing",)),
        (
            {},
            {"backbone": 1, "skilled": 1},
            {"backbone_fallback": False},
            ("not_backbone", "skill_missing"),
        ),
        (
            {"available": 0, "most": 0},
            {"skilled": 1},
            {"radius_km": 2.0},
            ("no_seats_left", "window_not_offered", "skill_missing", "too_far"),
        ),
    ],
    ids=["other times", "no seats left", "too far", "not backbone", "no skill", "neither", "all of them"],
)
def test_every_rule_that_bars_is_named(
    traits: dict[str, Any], seats: dict[str, int], prices: dict[str, Any], codes: tuple[str, ...]
) -> None:
    why = asked([person("he", 3.0, **traits)], [post("gate", 0.0, **seats)], **prices)

    assert why.why_not("he", "gate") == WhyNot("he", "gate", codes, 3.0)


def test_a_seat_of_another_kind_is_open_to_whom_one_kind_is_closed() -> None:
    """No nurse, but a general seat would do: so it is a question of price."""
    why = asked([person("near", 1.0), person("he", 3.0)], [post("gate", 0.0, 1, skilled=1, skill="nurse")])

    assert why.why_not("he", "gate") == WhyNot("he", "gate", (NotCode.OTHERS_CHEAPER,), 3.0, 2.0)


def test_whoever_declined_is_told_so() -> None:
    why = asked([person("he", 1.0)], [post("gate", 0.0, 1)], declined=frozenset({"he", "a stranger"}))

    assert why.why_not("he", "gate").codes == ("declined",)
    assert why.why_me("he") == ()


def test_where_only_listed_pairs_may_be_others_are_not_listed() -> None:
    why = asked(
        [person("a", 1.0), person("b", 1.0)], [post("gate", 0.0, 1)], pairs=[(0, 0, 7.0)], pairs_only=True
    )

    assert why.why_not("a", "gate") == WhyNot("a", "gate", (NotCode.ASSIGNED,), 7.0)
    assert why.why_not("b", "gate").codes == ("not_listed",)


def test_a_listed_pair_beyond_the_radius_is_too_far() -> None:
    why = asked([person("a", 1.0)], [post("gate", 0.0, 1)], pairs=[(0, 0, 7.0)], radius_km=5.0)

    assert why.why_not("a", "gate") == WhyNot("a", "gate", ("too_far",), 7.0)


def test_unknown_people_have_an_answer_and_unknown_posts_have_none() -> None:
    why = asked([person("a", 1.0)], [post("gate", 0.0, 1), post("closed", 0.0)])

    assert why.why_not("nobody", "gate").codes == (NotCode.UNKNOWN_PERSON,)
    assert why.why_not("a", "closed").codes == (NotCode.NO_SEATS_TO_FILL,)
    with pytest.raises(KeyError):
        why.why_not("a", "no such post")
    with pytest.raises(KeyError):
        why.price("no such post", "general")


def test_somebody_placed_elsewhere_would_leave_that_place() -> None:
    """He is needed at the tent, 3 km off; at the gate he would spare 1 km, and the other goes 4 km farther instead."""
    people = [person("he", 3.0), person("near", 1.0)]

    why = asked(people, [post("gate", 0.0, 1), post("tent", 4.0, 1)])

    assert why.why_not("he", "gate") == WhyNot("he", "gate", (NotCode.NEEDED_ELSEWHERE,), 3.0, 4.0, "tent")


def test_a_seat_would_be_lost_for_it() -> None:
    why = asked([person("he", 1.0)], [post("gate", 0.0, 1), post("ward", 1.0, 1, weight=2)])

    assert why.why_not("he", "gate") == WhyNot("he", "gate", (NotCode.NEEDED_ELSEWHERE,), 1.0, None, "ward")


def test_at_rest_before_and_after_he_has_no_way_to_come() -> None:
    """Nights on both sides: leaving one of them would not be enough, so it is the rule that says no."""
    horizon = Horizon(3, 2, rest_pairs=((1, 0), (0, 0)))
    he = person("he", 0.0, most=3, available=0b010011)
    posts = [
        post("first", 0.0, 1, slot=0),
        post("second", 0.0, 1, slot=2),
        post("third", 0.0, 1, slot=4),
    ]
    instance = street([he], posts, horizon=Horizon(3, 2))
    solution = solve(instance)

    why = Why(street([{**he, "available": 0b010101}], posts, horizon=horizon), solution)

    assert {line.slot for line in why.why_me("he")} == {"first", "third"}
    assert why.why_not("he", "second").codes == ("rest_too_short",)


def test_a_price_is_that_of_the_best_chain() -> None:
    people = [person("a", 0.0), person("b", 4.0), person("c", 9.0)]

    why = asked(people, [post("west", 0.0, 1), post("middle", 5.0, 1)], radius_km=5.0)

    # One more in the west: b goes there, 3 km farther than now, and c to the middle for 4.
    assert why.price("west", "general") == 7.0
    assert why.price("middle", "general") == 4.0
    assert why.price("west", "backbone") is None
    with pytest.raises(ValueError, match="general"):
        why.price("west", "generals")


def test_inside_a_shortage_no_seat_has_a_price() -> None:
    """Every seat that one more person could fill empties another, whatever it is called."""
    people = [person("a", 0.0), person("b", 1.0)]

    why = asked(people, [post("west", 0.0, 1), post("middle", 1.0, 1), post("east", 2.0, 1)], radius_km=1.0)

    assert [why.price(name, "general") for name in ("west", "middle", "east")] == [None, None, None]


def test_a_seat_beside_a_shortage_has_its_price() -> None:
    people = [person("a", 0.0), person("nurse", 0.0, skills=NURSE), person("nurse b", 3.0, skills=NURSE)]

    why = asked(people, [post("gate", 0.0, 3), post("tent", 30.0, skilled=1, skill="nurse")], radius_km=30.0)

    assert why.price("gate", "general") is None
    assert asked(people, [post("gate", 0.0, 2)]).price("gate", "general") == 3.0


def test_standing_in_is_no_price_in_kilometers() -> None:
    why = asked([person("member", 0.0, backbone=True), person("b", 0.0)], [post("gate", 0.0, backbone=1)])

    assert why.price("gate", "backbone") is None


def test_what_was_not_looked_at_to_the_end_is_at_least_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain of posts, each helped by the next: the search may stop on the way, and says so."""
    people = [person(f"p{at}", float(at)) for at in range(6)]
    posts = [post(f"s{at}", float(at), 1) for at in range(5)]
    exact = asked(people, posts, radius_km=1.0).why_not("p1", "s0")

    monkeypatch.setattr(forced, "MOST_LOOKED_AT", 1)
    hasty = asked(people, posts, radius_km=1.0).why_not("p1", "s0")

    assert exact.exact
    assert not hasty.exact
    assert exact.extra_km is not None
    assert hasty.extra_km is not None
    assert hasty.extra_km <= exact.extra_km


def with_him_there(
    instance: Instance, kept: set[tuple[int, int]] | None, person_at: int, seat: int
) -> tuple[int, int]:
    """(half seat values lost, cost) of the best plan in which he has that seat: it pays so much that he must."""
    halves_of = tiny.seat_halves

    def rewarded(given: Instance, v: int, p: int, kind: int) -> int | None:
        halves = halves_of(given, v, p, kind)
        here = (v, p * len(KINDS) + kind) == (person_at, seat)
        return halves - MUCH if here and halves is not None else halves

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny, "seat_halves", rewarded)
        lost, cost = tiny.best_by_hand(instance, kept)
    return lost + MUCH, cost


@settings(max_examples=80)
@given(st.data())
def test_the_price_of_sending_somebody_is_that_of_the_best_plan_with_him_there(data: st.DataObject) -> None:
    """Against every plan there is, for people with one seat and with several."""
    facts = data.draw(tiny.facts(people=4, posts=3, roomy=data.draw(st.booleans())))
    instance = tiny.instance_of(tiny.with_prices(facts, seat_km=1000.0))
    incumbent = kept = None
    if data.draw(st.booleans()):
        incumbent, kept = tiny.incumbent_of(instance, data.draw(tiny.incumbents(facts)))
    why = Why(instance, solve(instance, incumbent=incumbent))
    lost, cost = tiny.best_by_hand(instance, kept)

    for at, name in list(enumerate(instance.volunteers.id))[:2]:
        for there, place in enumerate(instance.posts.id):
            answer = why.why_not(name, place)
            if answer.codes[0] not in (NotCode.OTHERS_CHEAPER, NotCode.NEEDED_ELSEWHERE):
                continue
            kinds = np.flatnonzero(instance.posts.seats[there]) + there * len(KINDS)
            best = min(
                with_him_there(instance, kept, at, seat)
                for seat in kinds.tolist()
                if bool(why.scene.may(at, seat))
            )
            assert answer.exact
            if answer.extra_km is None:
                assert best[0] > lost
            else:
                assert best == (lost, cost + units(answer.extra_km))


@settings(max_examples=60)
@given(tiny.facts(people=5, posts=3, roomy=True))
def test_the_price_of_one_more_seat_is_what_a_plan_with_it_costs(facts: dict[str, Any]) -> None:
    """Against every plan there is: the price in kilometers, or that one more would take a seat elsewhere."""
    facts = tiny.with_prices(facts, seat_km=1000.0)
    instance = tiny.instance_of(facts)
    why = Why(instance, solve(instance))
    lost, cost = tiny.best_by_hand(instance)

    for row in facts["posts"]:
        if not row[4][GENERAL]:
            continue
        more = (*row[:4], (row[4][GENERAL] + 1, *row[4][1:]), *row[5:])
        grown = {**facts, "posts": [more if one is row else one for one in facts["posts"]]}
        lost_then, cost_then = tiny.best_by_hand(tiny.instance_of(grown))
        price = why.price(row[0], "general")
        if price is None:
            assert lost_then > lost
        else:
            assert (lost_then, cost_then) == (lost, cost + units(price))


@settings(max_examples=60)
@given(tiny.facts(people=5, posts=3))
def test_everybody_who_is_not_there_is_told_why_and_everybody_who_is_that_he_is(
    facts: dict[str, Any],
) -> None:
    instance = tiny.instance_of(facts)
    why = Why(instance, solve(instance))
    seated = {(line.person, line.slot) for line in why.seated()}

    for name in instance.volunteers.id:
        for place in instance.posts.id:
            answer = why.why_not(name, place)
            assert (answer.codes == (NotCode.ASSIGNED,)) == ((name, place) in seated)
            assert (answer.placed_at is not None) <= (answer.codes == (NotCode.NEEDED_ELSEWHERE,))
            if answer.placed_at is not None:
                assert (name, answer.placed_at) in seated


def test_a_plan_short_of_proof_says_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one column at a time the first round ends far from the best, and its prices prove nothing."""
    monkeypatch.setattr(search, "FIRST_COLUMNS", 1)
    instance = tiny.instance_of(town(60, 45, 1, radius_km=9.0))
    solution = solve(instance, gap=1.0)

    why = Why(instance, solution)

    assert solution.status == "gap"
    assert not any(line.exact for line in why.seated())
    pairs = [(name, place) for name in instance.volunteers.id[:12] for place in instance.posts.id[:5]]
    answers = [why.why_not(*pair) for pair in pairs]
    assert not any(answer.exact for answer in answers if answer.extra_km is not None)
    told = [line.next_extra_km for line in why.seated()] + [answer.extra_km for answer in answers]
    assert min(km for km in told if km is not None) >= 0
