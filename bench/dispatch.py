"""The exact plan beside the human rule and beside SciPy's sparse assignment solver, which knows the same optimum."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from rich.console import Console
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from bench.figures import Figure
from muster.kernel.dispatch import Costs, Kind, Person, Plan, Slot, Status, Window, greedy, solve
from muster.kernel.dispatch.arrays import arrays_of
from muster.kernel.dispatch.model import Problem
from muster.kernel.dispatch.pools.instance import Longs

Answer = TypeVar("Answer")

TITLE = "Dispatch: people x slots, one wave, on the complete graph"
SHIFT = Window("night", 1440, 1440 + 360)


@dataclass(frozen=True)
class Size:
    """An instance: `fill` is the share of people that the seats would use up, `radius_km` how far people are sent."""

    people: int
    slots: int
    fill: float
    goal_seconds: float | None = None
    radius_km: float | None = None

    @property
    def beside_scipy(self) -> bool:
        """SciPy's solver wants every seat filled, so that it knows no shortage."""
        return self.fill < 1 and self.radius_km is None

    @property
    def costs(self) -> Costs:
        """Prices without hours served, which are constant here."""
        return Costs(hour_km=0.0, radius_km=self.radius_km)

    @property
    def name(self) -> str:
        """What the figures are called."""
        reach = "" if self.radius_km is None else f" within {self.radius_km:g} km"
        return f"{self.people:,} x {self.slots:,}, seats for {self.fill:.0%}{reach}"


SIZES = (
    Size(2_000, 300, 0.4, goal_seconds=1.0),
    Size(2_000, 300, 0.98, goal_seconds=3.0),
    Size(2_000, 300, 0.9, goal_seconds=3.0, radius_km=4.0),
    Size(10_000, 1_000, 0.6),
    Size(20_000, 500, 0.3),
)


def measure(console: Console) -> list[Figure]:
    """Solves each size with all three; stops when a plan is not proven, does not add up or misses SciPy's optimum."""
    figures: list[Figure] = []
    for size in SIZES:
        console.print(f"  {size.name} ...", style="dim")
        figures.extend(beside(size, Problem.of(*city(size), size.costs)))
    return figures


def beside(size: Size, problem: Problem) -> list[Figure]:
    """The figures of one size."""
    plan, seconds = timed(lambda: solve(problem.people, problem.slots, problem.costs))
    human, human_seconds = timed(lambda: greedy(problem.people, problem.slots, problem.costs))
    assert plan.status is Status.PROVEN
    assert plan.check() == human.check() == ()
    rival, baseline = "greedy", human_seconds
    if size.beside_scipy:
        optimum, baseline = timed(lambda: scipy_optimum(problem))
        assert round(plan.objective_km * 100) == optimum, "SciPy found another optimum"
        rival = "LAPJVsp"
    return [
        Figure(f"{size.name}: exact, beside {rival}", seconds, "s", baseline, size.goal_seconds),
        Figure(f"{size.name}: empty seats, beside greedy", empty(plan), "seats", empty(human)),
        Figure(f"{size.name}: per filled seat, beside greedy", per_seat(plan), "km", per_seat(human)),
    ]


def city(size: Size) -> tuple[list[Person], list[Slot]]:
    """People in 260 neighborhoods, posts mostly at a few hot spots, four fifths with a seat for the backbone."""
    chance = random.Random(size.people)  # noqa: S311 - a fixed instance, no secret
    homes = [(chance.gauss(0, 7_000), chance.gauss(0, 7_000)) for _ in range(260)]
    people = [person_in(homes, index, chance) for index in range(size.people)]
    seats_each = size.people * size.fill / size.slots
    slots = [
        slot_near(homes, index, max(1, round(chance.uniform(0.5, 1.5) * seats_each)), chance)
        for index in range(size.slots)
    ]
    return people, slots


def person_in(homes: list[tuple[float, float]], index: int, chance: random.Random) -> Person:
    """Somebody with a home, a tier, maybe skills and a history."""
    x, y = chance.choice(homes)
    return Person(
        f"p{index:06}",
        x + chance.gauss(0, 400),
        y + chance.gauss(0, 400),
        tier=chance.choices(range(6), (3, 7, 40, 25, 15, 10))[0],
        backbone=chance.random() < 0.3,
        skills=frozenset(skill for skill in ("nurse", "driver", "psychologist") if chance.random() < 0.3),
        recent_calls=chance.randrange(5),
    )


def slot_near(homes: list[tuple[float, float]], index: int, seats: int, chance: random.Random) -> Slot:
    """Seats near a home; three in five at one of the thirty hot spots."""
    x, y = chance.choice(homes[:30]) if chance.random() < 0.6 else chance.choice(homes)
    kind = chance.choices(list(Kind), (8, 1, 1))[0]
    skill = chance.choice(("nurse", "driver", "psychologist")) if kind is Kind.SKILLED else ""
    return Slot(f"s{index:05}", x, y, SHIFT, seats, kind, skill, weight=chance.choice((1, 1, 2, 3, 5)))


def scipy_optimum(problem: Problem) -> int:
    """Least price, in units, of filling every seat: each seat a row, each person a column (LAPJVsp)."""
    instance = arrays_of(problem).instance
    everybody = np.arange(len(problem.people), dtype=np.int32)
    homes = instance.volunteers.community
    price_at = [
        instance.travel_units(homes, np.full(len(homes), at, dtype=np.int32))
        + instance.step_units(everybody, 0)
        for at in range(len(problem.slots))
    ]
    allowed_at = [[_fits(person, slot) for person in problem.people] for slot in problem.slots]
    seat_slot = np.repeat(np.arange(len(problem.slots)), [slot.seats for slot in problem.slots])
    price: Longs = np.array(price_at)[seat_slot]
    rows, columns = np.nonzero(np.array(allowed_at)[seat_slot])
    # Zero would mean "no such pair" in a sparse matrix, so that every price is one higher.
    graph = csr_matrix((price[rows, columns] + 1, (rows, columns)), shape=price.shape)
    seats, chosen = min_weight_full_bipartite_matching(graph)
    return int(price[seats, chosen].sum())


def _fits(person: Person, slot: Slot) -> bool:
    if slot.kind is Kind.BACKBONE:
        return person.backbone
    return not slot.skill or slot.skill in person.skills


def empty(plan: Plan) -> int:
    """Seats that nobody gets."""
    return sum(row.seats for row in plan.empties)


def per_seat(plan: Plan) -> float:
    """Price of the plan for each seat it fills, in kilometer equivalents."""
    return plan.objective_km / len(plan.assignments)


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """The result, and the seconds it took."""
    started = time.perf_counter()
    done = work()
    return done, time.perf_counter() - started
