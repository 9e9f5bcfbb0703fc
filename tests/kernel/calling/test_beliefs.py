"""What is believed of each person, against people made up with chances that the beliefs are not told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.calling import (
    DRILL,
    NEVER,
    REAL,
    UNKNOWN,
    WILLING,
    Beliefs,
    Bounds,
    Factor,
    History,
    Learnt,
    learn,
)
from muster.kernel.calling.normal import Floats, chance_of
from muster.kernel.calling.segments import Ints

BOUNDS = Bounds(force_classes=2)


def levels(people: int, **facts: int | Floats | Ints) -> Ints:
    """Askings at nine in the morning, an hour's notice, next door, of people never asked before."""
    return BOUNDS.rows(
        force=np.broadcast_to(np.asarray(facts.get("force", 0)), people).astype(np.int64),
        hour=facts.get("hour", 9),  # type: ignore[arg-type]  # one dictionary for all kinds of facts
        notice_minutes=100,
        distance_km=np.zeros(people),
        asked_days=np.full(people, NEVER),
        declared=facts.get("declared", WILLING),  # type: ignore[arg-type]  # as above
        occasion=facts.get("occasion", REAL),  # type: ignore[arg-type]  # as above
    )


@dataclass
class Past:
    """Askings gathered call by call."""

    people: int
    person: list[Ints]
    rows: list[Ints]
    yes: list[Floats]
    weight: list[Floats]

    @staticmethod
    def of(people: int) -> Past:
        return Past(people, [], [], [], [])

    def ask(self, person: Ints, yes: Floats, weight: float = 1.0, **facts: int | Floats | Ints) -> Past:
        self.person.append(person)
        self.rows.append(levels(len(person), **facts))
        self.yes.append(yes)
        self.weight.append(np.full(len(person), weight))
        return self

    def learnt(self, before: Beliefs | None = None) -> Learnt:
        history = History(
            person=np.concatenate(self.person),
            call=np.repeat(np.arange(len(self.person)), [len(person) for person in self.person]),
            rows=np.concatenate(self.rows),
            yes=np.concatenate(self.yes).astype(bool),
            weight=np.concatenate(self.weight),
        )
        return learn(history, self.people, before or Beliefs(), BOUNDS)


def one(answers: str, **facts: int) -> float:
    """What is believed of somebody who gave these answers (y, n), among two hundred who said yes three times in ten."""
    crowd = np.arange(1, 201)
    dice = np.random.default_rng(5)
    past = Past.of(201)
    for _call in range(4):
        past.ask(crowd, dice.random(200) < 0.3)
    for answer in answers:
        past.ask(np.array([0]), np.array([answer == "y"]))
    return float(past.learnt().posterior(levels(1, **facts), np.array([0])).mean[0])


@pytest.mark.parametrize(("yes", "no"), [(3, 7), (1, 1), (2, 30)])
def test_before_any_answer_the_belief_stands(yes: float, no: float) -> None:
    before = Beliefs(yes=yes, no=no)

    found = learn(History.none(), 3, before, BOUNDS)

    mean = found.posterior(levels(3)).mean
    assert mean == pytest.approx(np.full(3, yes / (yes + no)), abs=1e-6)
    assert found.doubt >= before.doubt


def test_yeses_raise_and_noes_lower_what_is_believed_of_a_person() -> None:
    found = [one(answers) for answers in ("nnnnn", "nn", "", "y", "yy", "yyyyy")]

    assert found == sorted(found)
    assert found[0] < 0.25 < found[2] < 0.4 < found[-1] < 0.9


def test_one_yes_weighs_more_than_one_no() -> None:
    """Who once came is hardly one of those who never do."""
    nothing, no, yes = one(""), one("n"), one("y")

    assert yes - nothing > nothing - no > 0


def test_the_order_of_askings_changes_nothing() -> None:
    dice = np.random.default_rng(1)
    past = Past.of(50)
    for hour in (3, 9, 15, 20):
        past.ask(np.arange(50), dice.random(50) < 0.4, hour=hour)
    forward = past.learnt().posterior(levels(50)).mean
    for rows in (past.person, past.rows, past.yes, past.weight):
        rows.reverse()

    assert past.learnt().posterior(levels(50)).mean == pytest.approx(forward, abs=1e-9)


def test_the_same_history_gives_the_same_beliefs_to_the_last_bit() -> None:
    def beliefs() -> Floats:
        dice = np.random.default_rng(1)
        past = Past.of(80)
        for _call in range(3):
            past.ask(np.arange(80), dice.random(80) < 0.4)
        return past.learnt().posterior(levels(80)).mean

    assert (beliefs() == beliefs()).all()


def test_a_segment_is_learnt_and_those_in_it_whom_nobody_asked_share_it() -> None:
    dice = np.random.default_rng(2)
    people = np.arange(400)
    force = np.repeat([0, 1], 200)
    past = Past.of(402)
    for _call in range(3):
        past.ask(people, dice.random(400) < np.where(force == 0, 0.2, 0.6), force=force)

    strangers = past.learnt().posterior(levels(2, force=np.array([0, 1])), np.array([400, 401])).mean

    assert strangers == pytest.approx([0.2, 0.6], abs=0.06)


def test_a_no_at_night_is_not_held_against_somebody_at_noon() -> None:
    dice = np.random.default_rng(3)
    people = np.arange(600)
    past = Past.of(600)
    for _call in range(3):
        past.ask(people, dice.random(600) < 0.1, hour=3)
        past.ask(people[300:], dice.random(300) < 0.6, hour=12)
    by_night = past.learnt().posterior(levels(300, hour=12), people[:300]).mean

    assert float(by_night.mean()) == pytest.approx(0.6, abs=0.1)


def test_drills_are_kept_apart_from_real_calls() -> None:
    dice = np.random.default_rng(4)
    people = np.arange(500)
    past = Past.of(501)
    for _call in range(3):
        past.ask(people, dice.random(500) < 0.7, occasion=DRILL)
        past.ask(people[:100], dice.random(100) < 0.35)

    stranger = np.array([500])
    learnt = past.learnt()
    real, drill = (float(learnt.posterior(levels(1, occasion=o), stranger).mean[0]) for o in (REAL, DRILL))

    assert (real, drill) == (pytest.approx(0.35, abs=0.1), pytest.approx(0.7, abs=0.1))


def test_asking_the_willing_again_and_again_does_not_make_their_hour_seem_better() -> None:
    """In the evening only those are asked who said yes before: their evening is no better than anybody's morning."""
    dice = np.random.default_rng(6)
    people = np.arange(1_000)
    chance = chance_of(dice.normal(-0.5, 1.2, 1_000))
    past, yeses = Past.of(1_001), np.zeros(1_000)
    for _call in range(5):
        yes = dice.random(1_000) < chance
        yeses += yes
        past.ask(people, yes, hour=9)
    best = np.flatnonzero(yeses >= 4)
    for _call in range(5):
        past.ask(best, dice.random(len(best)) < chance[best], hour=19)

    stranger = past.learnt().posterior(levels(1, hour=19), np.array([1_000])).mean

    assert float(past.yes[-1].mean()) > 0.55
    assert float(stranger[0]) == pytest.approx(float(chance.mean()), abs=0.1)


def test_those_who_never_come_are_told_from_those_who_seldom_do() -> None:
    dice = np.random.default_rng(8)
    people = np.arange(2_000)
    never = people < 600
    past = Past.of(2_000)
    for _call in range(6):
        past.ask(people, dice.random(2_000) < np.where(never, 0.02, 0.45), declared=UNKNOWN)

    learnt = past.learnt()

    assert float(learnt.kinds.never[UNKNOWN]) == pytest.approx(0.3, abs=0.06)
    found = learnt.posterior(levels(2_000, declared=UNKNOWN)).mean
    assert float(found[never].mean()) < 0.12
    assert float(found[~never].mean()) == pytest.approx(0.45, abs=0.07)


@pytest.mark.parametrize("between", [0.0, 0.6])
def test_the_doubt_is_as_much_as_days_differ(between: float) -> None:
    dice = np.random.default_rng(9)
    past = Past.of(4_000)
    for call in range(100):
        asked = np.arange(40 * call, 40 * call + 40)
        chance = float(chance_of(np.array(-0.4 + between * dice.standard_normal())))
        past.ask(asked, dice.random(40) < chance)

    assert past.learnt(Beliefs(doubt_weight=1)).doubt == pytest.approx(max(between, 0.1), abs=0.17)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 0.8))
def test_beliefs_come_true_in_every_fifth(seed: int, mean: float) -> None:
    """Calibration: people who differ are asked five times; what is believed then is what they do next."""
    dice = np.random.default_rng(seed)
    weight = 4.0
    chance = dice.beta(weight * mean, weight * (1 - mean), 3_000)
    past = Past.of(3_000)
    for _call in range(5):
        past.ask(np.arange(3_000), dice.random(3_000) < chance)

    found = past.learnt().posterior(levels(3_000)).mean

    for part in np.array_split(np.argsort(found), 5):
        assert float(found[part].mean()) == pytest.approx(float(chance[part].mean()), abs=0.06)


def test_who_is_better_known_is_less_uncertain() -> None:
    dice = np.random.default_rng(11)
    past = Past.of(300)
    past.ask(np.arange(200), dice.random(200) < 0.5)
    for _call in range(10):
        past.ask(np.arange(100), dice.random(100) < 0.5)

    deviation = past.learnt().posterior(levels(300)).deviation

    assert deviation[:100].mean() < deviation[100:200].mean() < deviation[200:].mean()


def test_silence_that_counts_for_nothing_teaches_nothing() -> None:
    past = Past.of(2).ask(np.array([0]), np.array([False]), weight=0.0)

    found = past.learnt().posterior(levels(2)).mean

    assert found[0] == pytest.approx(found[1])


@pytest.mark.parametrize(
    "facts",
    [
        {"yes": 0},
        {"no": -1},
        {"spread": 0},
        {"never": (0.0, 0.2, 0.5)},
        {"never_chance": 1.0},
        {"correlation": 0.0},
        {"doubt": -0.1},
        {"doubt_weight": 0},
    ],
)
def test_a_belief_that_cannot_be_is_refused(facts: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"weight|between"):
        Beliefs(**facts)


def test_a_history_of_unequal_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        History(np.zeros(2, int), np.zeros(2, int), levels(2), np.zeros(1, bool), np.ones(2))


@pytest.mark.parametrize("weight", [-0.1, 1.1])
def test_an_asking_counts_for_nothing_to_one(weight: float) -> None:
    with pytest.raises(ValueError, match="counts for 0 to 1"):
        History(np.zeros(1, int), np.zeros(1, int), levels(1), np.zeros(1, bool), np.array([weight]))


def test_an_asking_has_a_level_for_each_factor() -> None:
    assert levels(1).shape == (1, len(Factor))
