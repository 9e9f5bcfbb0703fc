"""Calling, simulated: thirty days of calls to a township whose people have chances and times that the engine does not know.

Beside it, with the same people, calls and luck: an oracle that asks by the same policy but knows each true chance on each day
and each true answer time; "ask three times the seats"; and "ask everybody within 3 km". The two rules ask once and do not
stop, as in the field. Seats count as filled when somebody who said yes has not given them back when the duty begins.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.calling_play import Caller, Standing, Told, play
from bench.calling_policies import AtOnce, Muster, Oracle, Waves
from bench.calling_world import PEOPLE, World, world
from bench.figures import Figure
from muster.kernel import calling
from muster.kernel.calling import counts
from muster.kernel.calling.normal import Floats
from muster.kernel.calling.segments import Ints

TITLE = (
    f"Calling: 30 days, {PEOPLE:,} people, 3 calls a day, 100 seeds, beside an oracle and two rules of thumb"
)
SEEDS = 100
MILLION = 1_000_000
POLICIES: dict[str, Callable[[World], Caller]] = {
    "Muster": Muster,
    "oracle": Oracle,
    "three times the seats": lambda place: AtOnce(place, times=3),
    "everybody within 3 km": lambda place: AtOnce(place, km=3.0),
}


@dataclass
class Tally:
    """What one policy did in one or more runs. Pairs of the calibration: what was foretold, and what came of it."""

    calls: int = 0
    asked: int = 0
    filled: int = 0
    fillable: int = 0
    present: int = 0
    arrived: int = 0
    turned_away: int = 0
    gini: list[float] = field(default_factory=list)
    people: list[Floats] = field(default_factory=list)
    fills: list[Floats] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """One run more."""
        for name in ("calls", "asked", "filled", "fillable", "present", "arrived", "turned_away", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("gini", "people", "fills"):
            getattr(self, name).extend(getattr(other, name))

    def count(self, told: Told) -> None:
        """One real call."""
        self.calls += 1
        self.asked += len(told.asked)
        self.filled += min(told.filled, told.fillable)
        self.fillable += told.fillable
        self.present += told.present
        self.arrived += told.arrived
        self.turned_away += told.turned_away

    def percent(self, of: str, by: str) -> float:
        """One count as a share of another."""
        return 100 * float(getattr(self, of)) / max(1, float(getattr(self, by)))


def measure(console: Console, seeds: int = SEEDS) -> list[Figure]:
    """All seeds on all cores, then the speed of one call-up to a million people."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # the cores have seeds of their own
    console.print(f"  {seeds} seeds x {len(POLICIES)} policies ...", style="dim")
    totals = {name: Tally() for name in POLICIES}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        for told in pool.map(run, range(seeds)):
            for name, tally in told.items():
                totals[name].add(tally)
    people, fills = (
        deciles(np.concatenate(rows, axis=1)) for rows in (totals["Muster"].people, totals["Muster"].fills)
    )
    _show(console, "a person says yes in time", people)
    _show(console, "the first wave brings so many yeses", fills)
    return [
        *_goals(totals),
        *_calibration("person", people),
        *_calibration("fill", fills),
        *_others(totals),
        *speed(),
    ]


def run(seed: int) -> dict[str, Tally]:
    """All policies in the township of one seed."""
    place = world(seed)
    willing = place.willing()
    found = {}
    for name, make in POLICIES.items():
        tally, started = Tally(), time.process_time()
        standing, caller = Standing.fresh(place), make(place)
        for call in place.calls:
            if call.drill and not isinstance(caller, Muster):
                continue
            told, minutes = play(place, standing, call, caller)
            if call.drill:
                continue
            tally.count(told)
            if isinstance(caller, Waves):
                _judge(tally, caller, told, minutes)
        tally.gini.append(gini(standing.duties[willing]))
        tally.seconds = time.process_time() - started
        found[name] = tally
    return found


def gini(duties: Ints) -> float:
    """Gini coefficient: 0 when all have done the same, near 1 when one has done all."""
    ordered = np.sort(duties)
    ranks = 2 * np.arange(1, len(ordered) + 1) - len(ordered) - 1
    return float(ranks @ ordered) / max(1.0, len(ordered) * float(ordered.sum()))


def deciles(pairs: Floats) -> list[tuple[float, float, int]]:
    """Mean foretold, share that came true, and how many, of each tenth of the forecasts from the lowest to the highest."""
    foretold, came = pairs[:, np.argsort(pairs[0], kind="stable")]
    tenths = np.array_split(np.arange(len(foretold)), 10)
    return [(float(foretold[part].mean()), float(came[part].mean()), len(part)) for part in tenths]


def _judge(tally: Tally, caller: Waves, told: Told, minutes: Floats) -> None:
    """What was foretold beside what would have come, had nobody stopped the call."""
    foretold = np.concatenate(caller.foretold)
    slack = told.call.reply - np.array(told.asked_at)
    tally.people.append(np.stack([foretold, minutes[told.asked] <= slack]))
    first = len(caller.first) - 1
    yes = int((minutes[told.asked[:first]] <= told.call.reply).sum())
    # One threshold for each tenth, the one nearest to its middle: a call is not counted more often for being large.
    for tenth in range(10):
        inside = np.flatnonzero((caller.first >= tenth / 10) & (caller.first < (tenth + 1) / 10))
        if inside.size:
            seats = int(inside[np.argmin(np.abs(caller.first[inside] - (tenth + 0.5) / 10))])
            tally.fills.append(np.array([[caller.first[seats]], [float(yes >= seats)]]))


def _goals(totals: dict[str, Tally]) -> list[Figure]:
    muster, oracle = totals["Muster"], totals["oracle"]
    fill, best = muster.percent("filled", "fillable"), oracle.percent("filled", "fillable")
    asked, least = muster.asked / muster.calls, oracle.asked / oracle.calls
    return [
        Figure(
            "seats filled on time, of those that could be, beside the oracle",
            fill,
            "%",
            best,
            98,
            more_is_better=True,
        ),
        Figure("fewer seats filled than the oracle", best - fill, "points", goal=1.0),
        Figure("people asked for a call, beside the oracle", asked, "people", least, 1.2 * least),
        Figure("people asked, of the oracle's", asked / least, "times", goal=1.2),
        Figure("come and find no seat", muster.percent("turned_away", "arrived"), "%", goal=0.5),
        Figure("Gini of duty among the willing, beside the oracle", *_ginis(muster, oracle), goal=0.25),
        Figure("seats with somebody on them, after no-shows", muster.percent("present", "fillable"), "%"),
    ]


def _ginis(one: Tally, other: Tally) -> tuple[float, str, float]:
    return float(np.mean(one.gini)), "", float(np.mean(other.gini))


def _calibration(what: str, rows: list[tuple[float, float, int]]) -> list[Figure]:
    worst = max(abs(foretold - came) for foretold, came, _count in rows)
    each = [
        Figure(f"{what}: foretold {100 * foretold:.1f} %, came true", 100 * came, "%")
        for foretold, came, _count in rows
    ]
    return [Figure(f"{what}: widest gap of a decile", 100 * worst, "points", goal=3.0), *each]


def _others(totals: dict[str, Tally]) -> list[Figure]:
    found = []
    for name in list(POLICIES)[2:]:
        tally = totals[name]
        found += [
            Figure(f"{name}: filled on time", tally.percent("filled", "fillable"), "%"),
            Figure(f"{name}: people asked for a call", tally.asked / tally.calls, "people"),
            Figure(f"{name}: come and find no seat", tally.percent("turned_away", "arrived"), "%"),
            Figure(f"{name}: Gini of duty", float(np.mean(tally.gini)), ""),
        ]
    seconds = totals["Muster"].seconds / totals["Muster"].calls
    return [
        *found,
        Figure("processor time of a call with its learning and all its waves", 1000 * seconds, "ms"),
    ]


def speed() -> list[Figure]:
    """One call-up to a million people: beliefs, times, ranking and the first wave; and a county's 3,400 seats."""
    dice = np.random.default_rng(1)
    bounds, everybody = calling.Bounds(), np.arange(MILLION)
    count = 3 * MILLION
    person, none = dice.integers(0, MILLION, count), np.zeros(count, dtype=bool)
    force, declared = dice.integers(0, 11, MILLION), dice.integers(0, 2, MILLION)
    distance, days = dice.uniform(0, 5, MILLION), dice.uniform(-1, 60, MILLION)

    def levels() -> Ints:
        return bounds.rows(
            force=force,
            hour=9.0,
            notice_minutes=200.0,
            distance_km=distance,
            asked_days=days,
            declared=declared,
        )

    rows = levels()
    yes = dice.random(count) < 0.3
    started = time.process_time()
    learnt = calling.learn(
        calling.History(person, person % 900, rows[person], yes, np.ones(count)),
        MILLION,
        calling.Beliefs(),
        bounds,
    )
    learning = time.process_time() - started
    waits = calling.Waits(
        person[:1000], none[:1000].astype(np.int64), np.full(1000, 9.0), yes[:1000], ~yes[:1000]
    )
    times = calling.times_from(waits, MILLION, 4, calling.Pace())
    started = time.process_time()
    rows = levels()
    group = np.zeros(MILLION, dtype=np.int64)
    chance = times.still(learnt.posterior(rows).mean, 0.0, 180.0, group, everybody)
    no = np.zeros(MILLION, dtype=bool)
    week = dice.integers(0, 4, MILLION)
    facts_of = calling.People(distance, dice.integers(0, 4, MILLION), days, week, chance, no, no, ~no)
    ranking = calling.ranked(facts_of, calling.Prices(), asks_a_week=3)
    ranked = time.process_time() - started
    started = time.process_time()
    size = calling.size(3_400, ranking.chances[:60_000], 0.95, doubt=learnt.doubt)
    sizing = time.process_time() - started
    assert counts.at_least(3_400, ranking.chances[: size.ask], learnt.doubt) >= 0.95
    return [
        Figure(
            "a million people ranked for one call-up, with their beliefs", ranked, "s of processor", goal=2.0
        ),
        Figure("3,400 seats sized among 60,000 people", sizing, "s of processor", goal=2.0),
        Figure("learning from three million askings of a million people", learning, "s of processor"),
    ]


def _show(console: Console, what: str, rows: list[tuple[float, float, int]]) -> None:
    table = Table("foretold", "came true", "times", title=f"Calibration: {what}", box=None)
    for foretold, came, count in rows:
        table.add_row(f"{100 * foretold:.1f} %", f"{100 * came:.1f} %", f"{count:,}")
    console.print(table)
