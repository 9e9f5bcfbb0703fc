"""One invented city solved in a process of its own, so that its peak memory is its own: `python -m bench.city '{...}'`.

Prints one line of JSON. Not a benchmark by itself; pools and province start it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from bench import local_search, row_lp
from muster.kernel.dispatch.pools.instance import Incumbent, Instance, units
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.recount import violations
from muster.kernel.dispatch.pools.solution import Solution, solve

DECLINE_SHARE = 0.01
# A re-dispatch may be so much dearer than a plan from nothing, so nobody has to wait for a proof of less.
REDISPATCH_GAP = 0.0005
HIGHS_SECONDS = 180.0


@dataclass(frozen=True)
class City:
    """What `made` is asked for, and how far to solve it.

    `look_at`: seconds after which the gap is looked at. `search_seconds`: for local search upon the human rule. `row_lp`: also
    by HiGHS with rows for rest. With `keep_km` also a re-dispatch after 1 % have declined.
    """

    volunteers: int
    posts: int
    days: int = 1
    shifts: int = 1
    tight: float = 1.0
    radius_km: float | None = None
    gap: float = 0.0
    time_limit: float | None = None
    keep_km: float | None = None
    look_at: float | None = None
    search_seconds: float = 0.0
    row_lp: bool = False

    def made(self) -> Instance:
        """The instance; the same on every machine."""
        return made(
            self.volunteers,
            self.posts,
            days=self.days,
            shifts=self.shifts,
            tight=self.tight,
            radius_km=self.radius_km,
        )


def measured(city: City) -> dict[str, Any]:
    """The figures of one city, from a fresh process. CalledProcessError when that fails."""
    command = [sys.executable, "-m", "bench.city", json.dumps(asdict(city))]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    # The solvers have words of their own before that.
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def main(argument: str) -> dict[str, Any]:
    """Solves, recounts, and only then lets the baselines try, so that the peak is that of the solve."""
    city = City(**json.loads(argument))
    instance = city.made()
    watch = Watch()
    solution = solve(instance, gap=city.gap, time_limit=city.time_limit, tell=watch)
    told: dict[str, Any] = {
        "seconds": watch.seconds(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "status": solution.status,
        "gap": solution.gap,
        "objective": solution.objective,
        "empty": int(solution.empty.sum()),
        "filled": len(solution.volunteer),
        "violations": len(violations(instance, solution)),
    }
    if city.look_at is not None:
        told["gap_then"] = watch.gap_after(city.look_at)
    told |= _humans(city, instance)
    if city.row_lp:
        told["row_lp"] = asdict(row_lp.solved(instance, seconds=HIGHS_SECONDS))
    if city.keep_km is not None:
        told |= _redispatched(city, instance, solution)
    return told


class Watch:
    """Hears of every round of a search, and remembers when the plan was how far from the best at most."""

    def __init__(self) -> None:
        self.begun = time.perf_counter()
        self.gaps: list[tuple[float, float]] = []

    def __call__(self, stage: str, figures: Mapping[str, float]) -> None:
        if stage in {"round", "rest"}:
            objective, bound = figures["objective"], figures["lower_bound"]
            self.gaps.append((self.seconds(), (objective - bound) / objective if objective else 0.0))

    def seconds(self) -> float:
        """Since the beginning."""
        return time.perf_counter() - self.begun

    def gap_after(self, seconds: float) -> float:
        """The certified gap of the plan that one would have had then; 1 where there was none yet."""
        return next((gap for at, gap in reversed(self.gaps) if at <= seconds), 1.0)


def _humans(city: City, instance: Instance) -> dict[str, Any]:
    """The human rule, and what local search makes of it. Both have to keep the rules as well."""
    begun = time.perf_counter()
    human = nearest_first(instance)
    told: dict[str, Any] = {
        "greedy_seconds": time.perf_counter() - begun,
        "greedy_objective": human.objective,
        "greedy_empty": int(human.empty.sum()),
    }
    if city.search_seconds:
        better, moves = local_search.improved(instance, human, seconds=city.search_seconds)
        assert not violations(instance, better), "local search breaks a rule"
        told |= {
            "search_moves": moves,
            "search_objective": better.objective,
            "search_empty": int(better.empty.sum()),
        }
    return told


def _redispatched(city: City, instance: Instance, before: Solution) -> dict[str, Any]:
    """Seconds, people who keep working but elsewhere, and the price beside a plan that remembers nothing."""
    draw = np.random.default_rng(1)
    gone = draw.choice(city.volunteers, round(DECLINE_SHARE * city.volunteers), replace=False)
    declined = frozenset(instance.volunteers.id[at] for at in gone.tolist())
    incumbent = Incumbent(before.volunteer, before.post)
    keeping = replace(instance, prices=replace(instance.prices, keep_km=city.keep_km or 0.0))
    started = time.perf_counter()
    after = solve(keeping, incumbent=incumbent, declined=declined, gap=REDISPATCH_GAP)
    seconds = time.perf_counter() - started
    cold = solve(instance, declined=declined)
    old = dict(zip(before.volunteer.tolist(), before.post.tolist(), strict=True))
    pairs = list(zip(after.volunteer.tolist(), after.post.tolist(), strict=True))
    changed = sum(old.get(who) != post for who, post in pairs)
    charges = units(city.keep_km or 0.0) * changed
    return {
        "redispatch_seconds": seconds,
        "redispatch_moved": sum(who in old and old[who] != post for who, post in pairs),
        "redispatch_more": (after.objective - charges) / cold.objective - 1,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])) + "\n")
