"""The order of a call sheet, against what it promises and not against itself."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from muster.callups.rules.rings import AT_ONCE, SOON, Callee, Cause, may_be_rung, order
from tests.callups.drafting import NOW

MINUTE = timedelta(minutes=1)
minutes = st.integers(-300, 600).map(lambda count: NOW + count * MINUTE)
callees = st.builds(
    Callee,
    offer_id=st.integers(1, 10_000),
    reply_by=minutes,
    wants_call_at=st.none() | minutes,
    is_unreached=st.booleans(),
    tries=st.integers(0, 4),
    rests_until=st.none() | minutes,
)


def near(callee: Callee) -> bool:
    return timedelta(0) < callee.reply_by - NOW <= AT_ONCE


@given(st.lists(callees, unique_by=lambda one: one.offer_id))
def test_whoever_can_only_just_be_in_time_goes_before_everybody_else(people: list[Callee]) -> None:
    ordered = sorted(people, key=lambda one: order(one, NOW))

    assert [near(one) for one in ordered] == sorted((near(one) for one in people), reverse=True)


@given(callees, callees)
def test_at_the_same_deadline_the_stronger_cause_goes_first(one: Callee, other: Callee) -> None:
    same = Callee(other.offer_id, one.reply_by, other.wants_call_at, other.is_unreached, other.tries)

    if one.cause != same.cause:
        assert (order(one, NOW) < order(same, NOW)) is (one.cause < same.cause)


@given(callees, st.integers(1, 600))
def test_a_later_deadline_never_brings_anybody_forward(callee: Callee, more: int) -> None:
    if callee.reply_by > NOW:
        later = Callee(
            callee.offer_id,
            callee.reply_by + more * MINUTE,
            callee.wants_call_at,
            callee.is_unreached,
            callee.tries,
        )

        assert order(callee, NOW) < order(later, NOW)


@given(callees, st.integers(1, 5))
def test_nobody_is_rung_while_they_rest_or_once_it_was_in_vain_too_often(callee: Callee, most: int) -> None:
    rests = callee.rests_until is not None and callee.rests_until > NOW

    assert may_be_rung(callee, NOW, most) is (not rests and callee.tries < most)


def test_a_wish_outweighs_all_and_a_call_in_vain_comes_last() -> None:
    def cause(**facts: object) -> Cause:
        return Callee(1, NOW, **facts).cause

    assert cause(wants_call_at=NOW, is_unreached=True, tries=2) == Cause.WANTS_CALL
    assert cause(is_unreached=True, tries=1) == Cause.TRIED
    assert (cause(is_unreached=True), cause()) == (Cause.UNREACHED, Cause.SILENT)


def test_the_edges_of_near_and_soon() -> None:
    def band(left: timedelta) -> int:
        return order(Callee(1, NOW + left), NOW)[0]

    assert [band(AT_ONCE), band(AT_ONCE + MINUTE), band(SOON), band(SOON + MINUTE)] == [0, 1, 1, 2]
    assert [band(timedelta(0)), band(-MINUTE)] == [1, 1]
