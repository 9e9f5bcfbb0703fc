"""One call of the simulation played by one policy: who is asked when, who answers, and who stands where in the end."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from bench.calling_world import DAY, Call, Fate, World
from muster.kernel.calling.history import Flags
from muster.kernel.calling.normal import Floats
from muster.kernel.calling.segments import Ints

TICKS = 24
ASKS_A_WEEK = 3
# Of those who were told in time that there is no seat, so many come all the same.
COMES_ANYWAY = 0.02
CONFIRM_MINUTES = 10.0


@dataclass
class Standing:
    """What the call-ups so far have done to each person; what a desk knows."""

    world: World
    last_asked: Floats  # minutes
    asked_at: list[list[float]]
    duties: Ints
    busy_on: Ints  # day of the last duty accepted

    @staticmethod
    def fresh(world: World) -> Standing:
        """Nobody was ever asked."""
        n = world.size
        never = np.full(n, -np.inf)
        return Standing(world, never, [[] for _ in range(n)], np.zeros(n, np.int64), np.full(n, -1))

    def asked_days(self, at: float) -> Floats:
        """Days since each was last asked, -1 for never."""
        return np.where(np.isinf(self.last_asked), -1.0, (at - self.last_asked) / DAY)


@dataclass
class Told:
    """What became of one call."""

    call: Call
    asked: list[int] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    ended_at: list[float] = field(default_factory=list)  # of the wait of each: answered, thanked or expired
    answers: list[int] = field(default_factory=list)  # 1 yes, 0 no, -1 none
    filled: int = 0
    fillable: int = 0
    present: int = 0
    arrived: int = 0
    turned_away: int = 0


class Caller(Protocol):
    """A policy. It is told the facts of a desk and says whom to ask."""

    stops: bool

    def begin(self, call: Call, may: Flags, standing: Standing) -> None:
        """A call is raised; `may` are those whom no rule keeps from it."""

    def more(self, free: int, minute: float, outstanding: Ints, ages: Floats) -> Ints:
        """Whom to ask now, with so many seats free and these people silent for so long."""

    def end(self, told: Told) -> None:
        """What became of it."""


def play(world: World, standing: Standing, call: Call, caller: Caller) -> tuple[Told, Floats]:
    """Plays one call to the minute at which its duty begins.

    Also, for the judge and not for the policy: after how many minutes each would have said yes, infinite for never.
    """
    fate = world.fate(call)
    may = fate.eligible & ~world.quiet(call) & (standing.busy_on != call.day)
    chance = world.chance(call, standing.asked_days(call.at))
    says_yes = fate.luck < chance
    told = Told(call, fillable=min(call.seats, int((may & says_yes & (fate.minutes <= call.reply)).sum())))
    caller.begin(call, may, standing)
    hall = _Hall(call, fate, says_yes, caller.stops, told)
    for tick in range(TICKS):
        minute = call.reply * tick / TICKS
        hall.until(minute)
        outstanding, ages = hall.outstanding(minute)
        for person in caller.more(hall.free, minute, outstanding, ages).tolist():
            hall.ask(person, minute)
            standing.last_asked[person] = call.at + minute
            standing.asked_at[person].append(call.at + minute)
    hall.until(call.reply)
    hall.close(standing)
    caller.end(told)
    return told, np.where(says_yes, fate.minutes, np.inf)


class _Hall:
    """Seats, reserve and silence of one call, event by event."""

    def __init__(self, call: Call, fate: Fate, says_yes: Flags, stops: bool, told: Told) -> None:
        self.call, self.fate, self.says_yes, self.stops, self.told = call, fate, says_yes, stops, told
        self.free = call.seats
        self.events: list[tuple[float, int, Callable[[int, float], None]]] = []
        self.place: dict[int, int] = {}  # position in `told` of each person asked
        self.silent: dict[int, float] = {}
        self.seated: set[int] = set()
        self.reserve: list[int] = []
        self.surplus: set[int] = set()  # came to know that there is no seat

    def ask(self, person: int, minute: float) -> None:
        self.place[person] = len(self.told.asked)
        self.told.asked.append(person)
        self.told.asked_at.append(minute)
        self.told.ended_at.append(self.call.reply)
        self.told.answers.append(-1)
        self.silent[person] = minute
        if self.says_yes[person] or self.fate.tells[person]:
            self._at(minute + float(self.fate.minutes[person]), person, self._answers)

    def until(self, minute: float) -> None:
        while self.events and self.events[0][0] <= minute:
            at, person, deed = heapq.heappop(self.events)
            deed(person, at)

    def outstanding(self, minute: float) -> tuple[Ints, Floats]:
        people = np.fromiter(self.silent, np.int64, len(self.silent))
        return people, minute - np.fromiter(self.silent.values(), np.float64, len(self.silent))

    def close(self, standing: Standing) -> None:
        """The duty begins: who has a seat comes or does not, and of the others some come all the same."""
        told, comes = self.told, self.fate.comes
        told.filled = len(self.seated)
        there = [person for person in self.seated if comes[person]]
        told.present = len(there)
        over = [person for person in self.surplus if person not in self.seated and comes[person]]
        if self.stops:
            over = [person for person in over if self.fate.luck[person] * 7919 % 1 < COMES_ANYWAY]
        told.turned_away = max(0, len(over) - (self.call.seats - len(there)))
        told.arrived = len(there) + len(over)
        if not self.call.drill:
            standing.duties[there] += 1
            standing.busy_on[list(self.seated)] = self.call.day

    def _at(self, minute: float, person: int, deed: Callable[[int, float], None]) -> None:
        heapq.heappush(self.events, (minute, person, deed))

    def _answers(self, person: int, minute: float) -> None:
        if person not in self.silent:
            if (
                self.says_yes[person]
                and minute - self.told.ended_at[self.place[person]] < self.fate.reads[person]
            ):
                self._waits(
                    person
                )  # his yes and our thanks have crossed; he hears at once that he is on the reserve
            return
        del self.silent[person]
        place = self.place[person]
        self.told.ended_at[place] = minute
        self.told.answers[place] = int(self.says_yes[person])
        if not self.says_yes[person]:
            return
        if self.free:
            self._sits(person, minute)
        else:
            self._waits(person)

    def _sits(self, person: int, minute: float) -> None:
        self.free -= 1
        self.seated.add(person)
        share = float(self.fate.gives_back[person])
        if share <= 1:
            self._at(minute + share * (self.call.reply - minute), person, self._gives_back)
        if self.free == 0 and self.stops:
            for other in self.silent:
                self.told.ended_at[self.place[other]] = minute
            self.silent.clear()

    def _waits(self, person: int) -> None:
        self.reserve.append(person)
        self.surplus.add(person)

    def _gives_back(self, person: int, minute: float) -> None:
        self.seated.discard(person)
        self.free += 1
        self._promote(minute)

    def _promote(self, minute: float) -> None:
        """The first of the reserve is offered the seat, with a time by which to confirm."""
        if self.reserve and self.stops:
            self.free -= 1  # kept for him
            self._at(minute + CONFIRM_MINUTES / 2, self.reserve.pop(0), self._confirms)

    def _confirms(self, person: int, minute: float) -> None:
        self.free += 1
        if self.fate.confirms[person]:
            self.surplus.discard(person)
            self._sits(person, minute)
        else:
            self._promote(minute)
