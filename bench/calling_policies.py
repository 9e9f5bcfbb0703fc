"""The policies that are set beside each other: Muster, one who knows the truth, and two rules of thumb."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from bench.calling_play import ASKS_A_WEEK, Standing, Told
from bench.calling_world import DAY, FORCES, WITHIN, Call, World
from muster.kernel import calling
from muster.kernel.calling import counts
from muster.kernel.calling.history import Flags
from muster.kernel.calling.normal import Floats, below
from muster.kernel.calling.segments import Ints

BOUNDS = calling.Bounds(force_classes=FORCES)
GROUPS = len(BOUNDS.notice_minutes) + 1
PRICES = calling.Prices()
POLICY = calling.Policy()
NOBODY = np.empty(0, dtype=np.int64)


class Waves(ABC):
    """The kernel's waves, on chances that a subclass believes in."""

    stops = True
    doubt = 0.0

    def __init__(self, world: World) -> None:
        self.world = world

    def begin(self, call: Call, may: Flags, standing: Standing) -> None:
        """Ranks everybody once."""
        self.call = call
        # What this call was foretold: P(k or more yeses) from its first wave, and the chance of each who was asked.
        self.first, self.foretold = np.ones(1), [np.empty(0)]
        self.believe(call, standing)
        days = standing.asked_days(call.at)
        week = np.array([sum(at > call.at - 7 * DAY for at in times[-4:]) for times in standing.asked_at])
        people = calling.People(
            travel_km=self.world.distance(call),
            duties=standing.duties,
            asked_days=days,
            asked_week=week if not call.drill else np.zeros_like(week),
            chance=self.in_time(np.arange(self.world.size), 0.0, call.reply),
            already=np.zeros(self.world.size, dtype=bool),
            quiet=np.zeros(self.world.size, dtype=bool),
            eligible=may,
        )
        self.order = calling.ranked(people, PRICES, asks_a_week=ASKS_A_WEEK).order
        self.next = 0

    def more(self, free: int, minute: float, outstanding: Ints, ages: Floats) -> Ints:
        """The next of the list, as many as the slack demands."""
        slack = self.call.reply - minute
        rest = self.order[self.next :]
        if free == 0 or not len(rest):
            return NOBODY
        if self.call.drill:
            self.next = len(self.order)
            return rest
        silent = self.in_time(outstanding, ages, ages + slack)
        wanted = POLICY.wanted(slack / self.round_minutes())
        ahead = self.in_time(rest[: 6 * free + 64], 0.0, slack)
        step = calling.next_step(free, silent, ahead, wanted, doubt=self.doubt)
        if minute == 0:
            self.first = counts.tails(ahead[: step.ask], self.doubt)
        self.foretold.append(ahead[: step.ask])
        self.next += step.ask
        return rest[: step.ask]

    @abstractmethod
    def believe(self, call: Call, standing: Standing) -> None:
        """Sets what the chances of this call rest on."""

    @abstractmethod
    def in_time(self, people: Ints, ages: float | Floats, until: float | Floats) -> Floats:
        """P(a yes before `until` minutes after the asking | silent for `ages`)."""

    @abstractmethod
    def round_minutes(self) -> float:
        """Time in which most yeses come."""

    def end(self, told: Told) -> None:  # noqa: B027 - most policies learn nothing, and need not say so
        """What came of a call, for those who learn from it."""


class Muster(Waves):
    """Learns from what it has seen, drills and real calls, once a day."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.rows: list[Ints] = []
        self.person: list[Ints] = []
        self.told: list[Told] = []
        self.asked_chance: list[Floats] = []
        self.seen_day = -1
        self._learn()

    def believe(self, call: Call, standing: Standing) -> None:
        if call.day != self.seen_day:
            self.seen_day = call.day
            self._learn()
        self.levels = BOUNDS.rows(
            force=self.world.force,
            hour=call.duty_hour,
            notice_minutes=call.reply,
            distance_km=self.world.distance(call),
            asked_days=standing.asked_days(call.at),
            declared=np.where(self.world.declared, calling.WILLING, calling.UNKNOWN),
            occasion=calling.DRILL if call.drill else calling.REAL,
        )
        self.chance = self.learnt.posterior(self.levels).mean
        self.group = self.levels[:, calling.Factor.NOTICE]
        self.doubt = self.learnt.doubt

    def in_time(self, people: Ints, ages: float | Floats, until: float | Floats) -> Floats:
        return self.times.still(self.chance[people], ages, until, self.group[people], people)

    def round_minutes(self) -> float:
        return self.times.minutes_for(POLICY.round_share, int(self.group[0]))

    def end(self, told: Told) -> None:
        asked = np.array(told.asked, dtype=np.int64)
        if len(asked):
            self.person.append(asked)
            self.rows.append(self.levels[asked])
            self.asked_chance.append(self.chance[asked])
            self.told.append(told)

    def _learn(self) -> None:
        if not self.told:
            none = np.empty(0)
            flags = np.empty(0, dtype=bool)
            self.learnt = calling.learn(calling.History.none(), self.world.size, calling.Beliefs(), BOUNDS)
            self.times = calling.times_from(
                calling.Waits(NOBODY, NOBODY, none, flags, flags), self.world.size, GROUPS, calling.Pace()
            )
            return
        person, rows = np.concatenate(self.person), np.concatenate(self.rows)
        answers = np.concatenate([told.answers for told in self.told])
        asked_at = np.concatenate([told.asked_at for told in self.told])
        minutes = np.concatenate([told.ended_at for told in self.told]) - asked_at
        group = rows[:, calling.Factor.NOTICE]
        self.times = calling.times_from(
            calling.Waits(person, group, minutes, answers == 1, answers == 0),
            self.world.size,
            GROUPS,
            calling.Pace(),
        )
        chance = np.concatenate(self.asked_chance)
        silence = self.times.silence(chance, minutes, group, person)
        history = calling.History(
            person=person,
            call=np.repeat(np.arange(len(self.told)), [len(told.asked) for told in self.told]),
            rows=rows,
            yes=answers == 1,
            weight=np.where(answers >= 0, 1.0, silence),
        )
        self.learnt = calling.learn(history, self.world.size, calling.Beliefs(), BOUNDS)


class Oracle(Waves):
    """Knows each person's true chance on this very day, and how long he takes."""

    def believe(self, call: Call, standing: Standing) -> None:
        self.chance = self.world.chance(call, standing.asked_days(call.at))
        self.median = np.log(self.world.median_minutes(call) * self.world.pace)

    def in_time(self, people: Ints, ages: float | Floats, until: float | Floats) -> Floats:
        chance = self.chance[people]
        by, so_far = self._by(people, until), self._by(people, ages)
        silent = chance * (1 - so_far) + (1 - chance) * (1 - 0.5 * so_far)
        found: Floats = chance * (by - so_far) / np.maximum(silent, 1e-9)
        return found

    def round_minutes(self) -> float:
        typical = self.world.median_minutes(self.call)
        return float(typical * np.exp(0.8416 * np.hypot(WITHIN, 0.5)))

    def _by(self, people: Ints, minutes: float | Floats) -> Floats:
        return below((np.log(np.maximum(minutes, 1e-9)) - self.median[people]) / WITHIN)


class AtOnce:
    """Asks once and never stops: the nearest, `times` the seats, or everybody within `km`."""

    stops = False

    def __init__(self, world: World, times: int | None = None, km: float | None = None) -> None:
        self.world, self.times, self.km = world, times, km

    def begin(self, call: Call, may: Flags, standing: Standing) -> None:
        """Nearest first."""
        distance = self.world.distance(call)
        order = np.argsort(distance, kind="stable")
        order = order[may[order]]
        near = order if self.km is None else order[distance[order] <= self.km]
        self.now = near if self.times is None else near[: self.times * call.seats]

    def more(self, free: int, minute: float, outstanding: Ints, ages: Floats) -> Ints:
        """All at the first look."""
        return self.now if minute == 0 else NOBODY

    def end(self, told: Told) -> None:
        """Learns nothing."""
