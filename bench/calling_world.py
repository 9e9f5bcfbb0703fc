"""A township whose people have chances and answer times of their own, and thirty days of calls to them.

What is in here is the truth. Muster sees of it only what a desk sees: class, home, the hour, and what was answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.kernel.calling.history import Flags
from muster.kernel.calling.normal import Floats, chance_of
from muster.kernel.calling.segments import Ints

DAY = 1_440.0
PEOPLE = 1_500
DAYS = 30
DRILLS = 8
MONTH = 30
SIDE_KM = 6.0
FORCES = 4
# Log odds: class of force x (night, morning, afternoon, evening). Staff by day, workers in the evening, the retired always.
BY_CLASS = np.array([0.5, -0.1, -0.4, 0.2])
BY_HOUR = np.array(
    [[-0.7, 0.2, 0.2, -0.2], [-0.5, -0.6, -0.5, 0.5], [-0.4, -0.2, 0.1, 0.4], [-1.2, 0.5, 0.4, -0.1]]
)
UNWILLING = 0.25
DECLARES = (0.3, 0.9)  # of the unwilling and of the others: so many have told that they are willing
BETWEEN_DAYS = 0.3
PER_KM = -0.12
ASKED_LATELY = -0.5  # within two days
DRILL_BONUS = 0.3
WITHIN, BETWEEN = 0.9, 0.5  # of the logarithm of answer times
TELLS_NO = 0.5
GIVES_BACK = 0.05
WILLING_FROM = 0.2


@dataclass(frozen=True)
class Call:
    """One call: raised at `at` (minutes from the first day), `reply` minutes to answer, the post at (x, y)."""

    number: int
    at: float
    reply: float
    seats: int
    x: float
    y: float
    shift: float  # of everybody's log odds on that day; nobody is told
    emergency: bool = False
    drill: bool = False

    @property
    def day(self) -> int:
        """Day of the call, 0 the first."""
        return int(self.at // DAY)

    @property
    def duty_hour(self) -> float:
        """Local hour at which the duty begins, half an hour after the last answer counts."""
        return (self.at + self.reply + 30) % DAY / 60


@dataclass(frozen=True)
class Fate:
    """What each person would do if this call asked him: fixed before anybody asks, so that policies meet the same luck."""

    luck: Floats  # says yes where it is below his chance
    minutes: Floats  # after which he answers
    tells: Flags  # says so if it is a no
    gives_back: Floats  # share of the time left after which he gives the seat back; above 1: he keeps it
    comes: Flags
    confirms: Flags  # takes a seat offered from the reserve
    reads: Floats  # minutes until he sees that he is not needed any more
    eligible: Flags


@dataclass(frozen=True)
class World:
    """People as arrays, and the calls in order."""

    seed: int
    x: Floats
    y: Floats
    force: Ints
    odds: Floats
    pace: Floats
    reliability: Floats
    has_quiet_hours: Flags
    declared: Flags  # has told the community, within the year, that he is willing
    calls: tuple[Call, ...]

    @property
    def size(self) -> int:
        """How many people there are."""
        return len(self.x)

    def distance(self, call: Call) -> Floats:
        """Kilometers from home to the post."""
        found: Floats = np.hypot(self.x - call.x, self.y - call.y)
        return found

    def chance(self, call: Call, asked_days: Floats) -> Floats:
        """True chance of each to say yes to this call, if asked now. `asked_days` below 0: never asked."""
        hour = call.duty_hour
        part = 0 if hour < 6 or hour >= 22 else 1 if hour < 12 else 2 if hour < 18 else 3
        lately = (asked_days >= 0) & (asked_days < 2)
        odds = self.odds + BY_HOUR[self.force, part] + PER_KM * self.distance(call) + ASKED_LATELY * lately
        return chance_of(
            odds + call.shift + (DRILL_BONUS if call.drill else 0.0) + (0.2 if call.emergency else 0.0)
        )

    def median_minutes(self, call: Call) -> float:
        """Median time to answer of a person of average pace: short for an emergency, and an hour's notice is no day's."""
        return 6.0 if call.emergency else 14.0 if call.reply < 300 else 40.0

    def quiet(self, call: Call) -> Flags:
        """Those who do not want to hear of it at this hour; an emergency may wake them."""
        hour = call.at % DAY / 60
        asleep = (hour >= 22 or hour < 7) and not call.emergency
        return self.has_quiet_hours & asleep

    def fate(self, call: Call) -> Fate:
        """The same for every policy and every run."""
        dice = np.random.default_rng([self.seed, call.number])
        n = self.size
        spread = np.exp(WITHIN * dice.standard_normal(n))
        back = dice.random(n)
        return Fate(
            luck=dice.random(n),
            minutes=self.median_minutes(call) * self.pace * spread,
            tells=dice.random(n) < TELLS_NO,
            gives_back=np.where(back < GIVES_BACK, back / GIVES_BACK, 2.0),
            comes=dice.random(n) < self.reliability,
            confirms=dice.random(n) < 0.85,
            reads=dice.exponential(3.0, n),
            eligible=dice.random(n) < 0.85,
        )

    def willing(self) -> Flags:
        """Those who, over the real calls as they come, would say yes to one in five or more."""
        real = [call for call in self.calls if not call.drill]
        never = np.full(self.size, -1.0)
        mean: NDArray[np.float64] = np.mean([self.chance(call, never) for call in real], axis=0)
        return mean >= WILLING_FROM


def world(seed: int) -> World:
    """The township of this seed."""
    dice = np.random.default_rng(seed)
    force = dice.choice(FORCES, PEOPLE, p=[0.15, 0.35, 0.2, 0.3])
    unwilling = dice.random(PEOPLE) < UNWILLING
    own = np.where(unwilling, dice.normal(-3.5, 0.7, PEOPLE), dice.normal(0.0, 0.9, PEOPLE))
    return World(
        seed=seed,
        x=dice.uniform(0, SIDE_KM, PEOPLE),
        y=dice.uniform(0, SIDE_KM, PEOPLE),
        force=force,
        odds=own + BY_CLASS[force],
        pace=np.exp(BETWEEN * dice.standard_normal(PEOPLE)),
        reliability=dice.beta(28, 2, PEOPLE),
        has_quiet_hours=dice.random(PEOPLE) < 0.6,
        declared=dice.random(PEOPLE) < np.where(unwilling, *DECLARES),
        calls=tuple(_calls(dice)),
    )


def _calls(dice: np.random.Generator) -> Iterator[Call]:
    """One drill of everybody in each of the months before, then three calls a day, and on two days a flood."""
    number = 0

    def call(at: float, reply: float, seats: int, *, emergency: bool = False, drill: bool = False) -> Call:
        x, y = dice.uniform(0, SIDE_KM, 2).tolist()
        return Call(number, at, reply, seats, x, y, dice.normal(0, BETWEEN_DAYS), emergency, drill)

    for month in range(DRILLS):
        yield call((month * MONTH + 3) * DAY + dice.uniform(8, 20) * 60, 240.0, PEOPLE, drill=True)
        number += 1
    first = DRILLS * MONTH
    floods = set((first + dice.choice(DAYS, 2, replace=False)).tolist())
    for day in range(first, first + DAYS):
        # From when to when each kind of call is raised, and for how long it takes answers.
        for hours, minutes in (((0, 22), (30, 60)), ((7, 16), (120, 240)), ((9, 13), (400, 600))):
            emergency = minutes[1] <= 60
            seats = 160 if emergency and day in floods else int(dice.integers(6, 50))
            yield call(
                day * DAY + dice.uniform(*hours) * 60, dice.uniform(*minutes), seats, emergency=emergency
            )
            number += 1
