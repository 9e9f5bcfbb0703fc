"""The plan: who goes where, what stays empty, and why; it can be questioned and recounted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from muster.kernel.dispatch.answers import Assignment, Empty, Status, Violation, WhyMe, WhyNot
from muster.kernel.dispatch.arrays import Arrays
from muster.kernel.dispatch.check import Claim, violations
from muster.kernel.dispatch.explain import Explainer
from muster.kernel.dispatch.model import Problem
from muster.kernel.dispatch.pools.instance import kilometers
from muster.kernel.dispatch.pools.recount import spent, value_of_unfilled
from muster.kernel.dispatch.pools.solution import Solution


@dataclass(frozen=True)
class Plan:
    """An answer in id order, with the problem it answers.

    `objective_km`: distance, tier, hours, patch and fairness of all filled seats, plus `keep_km` for each that the plan in
    force did not have. `lower_bound_km`: no plan that fills as much costs less. `gap`: how far above the best plan this can
    be, as a share of all costs with the value of empty seats; 0 where it is proven. `filled_weight`: weight of all filled
    seats, which was made as large as possible first. `promises_broken`: pairs to keep that it does not have.
    """

    status: Status
    assignments: tuple[Assignment, ...]
    empties: tuple[Empty, ...]
    filled_weight: int
    objective_km: float
    lower_bound_km: float
    gap: float
    promises_broken: int
    problem: Problem = field(repr=False)
    _explainer: Explainer = field(repr=False, compare=False)

    def why_me(self, person: str) -> tuple[WhyMe, ...]:
        """Why somebody has the seats he has; empty when he has none. ValueError for a plan of the human rule."""
        return self._explainer.why_me(person)

    def why_not(self, person: str, slot: str) -> WhyNot:
        """Why somebody does not have a seat at this slot; KeyError for a slot that is not in the problem.

        What it would cost to send him all the same is not known of a plan of the human rule: ValueError.
        """
        return self._explainer.why_not(person, slot)

    def price_km(self, slot: str) -> float | None:
        """What one more seat at the slot would cost; None when it would stay empty or empty another."""
        return self._explainer.price_km(slot)

    def check(self) -> tuple[Violation, ...]:
        """Recounts the whole plan from the problem alone; an empty tuple means that it keeps every promise."""
        claim = Claim(
            self.status,
            self.assignments,
            self.empties,
            self.filled_weight,
            self.objective_km,
            self.lower_bound_km,
            self.promises_broken,
        )
        return violations(self.problem, claim)


def plan_of(problem: Problem, arrays: Arrays, solution: Solution) -> Plan:
    """Puts reasons to a solution."""
    explainer = Explainer(problem, arrays.instance, solution)
    held = {
        (problem.people[person].id, problem.slots[slot].id)
        for person, slot in zip(solution.volunteer.tolist(), solution.post.tolist(), strict=True)
    }
    value = value_of_unfilled(arrays.instance, solution)
    return Plan(
        status=Status(solution.status),
        assignments=explainer.assignments(),
        empties=explainer.empties(),
        filled_weight=int(arrays.instance.posts.weight[solution.post].sum()),
        objective_km=kilometers(solution.objective - value),
        # Where the bound is one of plans that fill more, nothing is known but that no way is shorter than none.
        lower_bound_km=max(0.0, kilometers(solution.lower_bound - value)),
        gap=solution.gap,
        promises_broken=len(problem.promised - held),
        problem=problem,
        _explainer=explainer,
    )


def with_incumbent(solution: Solution, arrays: Arrays) -> Solution:
    """The solution of the human rule, which looks at no plan in force, with what its changes cost."""
    cost = spent(arrays.instance, solution.volunteer, solution.post, arrays.incumbent)
    value = value_of_unfilled(arrays.instance, solution)
    return replace(solution, incumbent=arrays.incumbent, objective=cost + value)
