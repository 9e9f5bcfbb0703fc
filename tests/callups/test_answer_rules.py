"""The rules of an answer on plain values: moves, seats, the length of the waiting list, and a sentence for every no."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from muster.callups.enums import ASSIGNMENT_MOVES, MOVES, OFFER_MOVES, AssignmentState, OfferState, SeatKind
from muster.callups.rules import answers
from muster.kernel.eligibility import Bar

FINAL = {OfferState.WITHDRAWN, OfferState.THANKED, OfferState.STOOD_DOWN}


@pytest.mark.parametrize("table", MOVES.values(), ids=MOVES.keys())
def test_every_state_has_its_moves_and_leads_to_states_that_exist(table: dict[str, frozenset[str]]) -> None:
    assert {to for moves in table.values() for to in moves} <= set(table)
    assert all(state not in moves for state, moves in table.items())


@pytest.mark.parametrize("table", MOVES.values(), ids=MOVES.keys())
def test_every_state_is_reached_from_the_first(table: dict[str, frozenset[str]]) -> None:
    first = [next(iter(table))]
    if table is ASSIGNMENT_MOVES:
        first.append(AssignmentState.ORDERED)
    reached, todo = set(first), list(first)
    while todo:
        new = table[todo.pop()] - reached
        reached |= new
        todo += new

    assert reached == set(table)


def test_a_yes_counts_as_long_as_it_can_lead_to_a_seat() -> None:
    answerable = {state for state in OfferState if answers.answerable(state)}

    assert answerable == {OfferState.ASKED, OfferState.EXPIRED, OfferState.DECLINED, OfferState.WAITING}
    assert all(not OFFER_MOVES[state] for state in FINAL)


@pytest.mark.parametrize(
    ("kind", "skill", "is_backbone", "skills", "may_sit"),
    [
        pytest.param(SeatKind.GENERAL, "", False, set(), True, id="general seats are for all"),
        pytest.param(SeatKind.BACKBONE, "", False, {"nursing"}, False, id="a skill is no backbone"),
        pytest.param(SeatKind.BACKBONE, "", True, set(), True, id="backbone"),
        pytest.param(SeatKind.SKILLED, "nursing", True, set(), False, id="backbone is no skill"),
        pytest.param(SeatKind.SKILLED, "nursing", False, {"driving"}, False, id="another skill"),
        pytest.param(SeatKind.SKILLED, "nursing", False, {"driving", "nursing"}, True, id="the skill"),
    ],
)
def test_who_may_have_which_seat(
    kind: str, skill: str, is_backbone: bool, skills: set[str], may_sit: bool
) -> None:
    assert answers.qualifies(kind, skill, is_backbone=is_backbone, skills=frozenset(skills)) is may_sit


@pytest.mark.parametrize(
    ("seats", "waiting"), [(0, 2), (1, 2), (6, 2), (7, 3), (10, 3), (11, 4), (100, 30), (101, 31)]
)
def test_the_waiting_list_is_a_share_of_the_seats_and_two_at_least(seats: int, waiting: int) -> None:
    assert answers.waiting_room(seats, 0.3) == waiting


@pytest.mark.parametrize(
    ("room", "acceptance", "kept"),
    [(0, 0.5, 0), (-3, 0.5, 0), (1, 1.0, 1), (1, 0.5, 2), (2, 0.3, 7), (1, 0.0, 20), (1, 0.01, 20)],
)
def test_as_many_are_left_unthanked_as_it_takes_to_fill_the_waiting_list(
    room: int, acceptance: float, kept: int
) -> None:
    assert answers.kept_asking(room, acceptance) == kept


@given(st.integers(1, 500), st.floats(0, 1))
def test_never_fewer_are_kept_than_may_wait(room: int, acceptance: float) -> None:
    assert answers.kept_asking(room, acceptance) >= room


def test_what_was_said_about_the_week_does_not_speak_against_a_yes_of_now() -> None:
    found = (Bar.NOT_AVAILABLE, Bar.HEALTH_LIMIT, Bar.NOT_WILLING_IN_EMERGENCY, Bar.DOUBLE_BOOKED)

    assert answers.standing_bars(found) == (Bar.HEALTH_LIMIT, Bar.DOUBLE_BOOKED)
    assert answers.standing_bars(tuple(answers.SETTLED_BY_ANSWERING)) == ()


@given(st.text(), st.text())
def test_the_mark_of_a_risk_statement_tells_two_of_them_apart(one: str, other: str) -> None:
    same = answers.risk_mark(one) == answers.risk_mark(other)

    assert same is (one == other)
    assert len(answers.risk_mark(one)) == 16


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_rule_that_can_stand_against_a_yes_has_a_sentence_in_both_languages(language: str) -> None:
    with translation.override(language):
        words = {bar: answers.refusal_words(bar) for bar in answers.standing_bars(tuple(Bar))}

    assert all(words.values())
    chinese = [any("\u4e00" <= letter <= "\u9fff" for letter in sentence) for sentence in words.values()]
    assert set(chinese) == {language == "zh-hans"}
