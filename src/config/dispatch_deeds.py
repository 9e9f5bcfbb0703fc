"""What `muster dispatch` does. `config.dispatch` imports this module late, since it loads the whole engine."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console

from config.dispatch_words import Summary, Words
from muster.kernel.dispatch.pools import explained, plan_file
from muster.kernel.dispatch.pools import folder as folders
from muster.kernel.dispatch.pools.config_file import NAME
from muster.kernel.dispatch.pools.faults import BadFiles, Fault
from muster.kernel.dispatch.pools.instance import BACKBONE, KINDS, Incumbent, Instance, kilometers
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.recount import Violation, lengths, violations, violations_of
from muster.kernel.dispatch.pools.refusals import MOST_SLOTS
from muster.kernel.dispatch.pools.solution import Solution
from muster.kernel.dispatch.pools.solution import solve as solution_of
from muster.kernel.dispatch.pools.why import Why

FINE, WRONG, UNUSABLE = range(3)
# A plan that is wrong in a hundred thousand rows is wrong for one reason.
MOST_SHOWN = 20
# Where nothing is proven many seats are empty for want of time only, and their reasons would take longer than the search.
MOST_UNPROVEN = 500


@dataclass(frozen=True)
class Wish:
    """How to solve."""

    gap: float = 0.0
    time_limit: float | None = None
    incumbent: Path | None = None
    declined: Path | None = None
    explain: bool = False


@dataclass(frozen=True)
class Size:
    """What to invent."""

    volunteers: int
    posts: int
    days: int
    shifts: int
    tight: float
    seed: int
    radius_km: float | None


def solve(folder: Path, out: Path | None, wish: Wish) -> int:
    """Read, solve, recount, write, and say what has come of it; the exit code."""
    desk = _Desk()
    try:
        desk.open(folder, out, wish.incumbent, wish.declined)
        with _Line(desk.words) as line:
            plan = solution_of(
                desk.instance,
                gap=wish.gap,
                time_limit=wish.time_limit,
                incumbent=desk.incumbent,
                declined=desk.declined,
                tell=line.tell,
            )
        return desk.finish(plan, out, explain=wish.explain)
    except BadFiles as error:
        return desk.refuse(error)
    except OverflowError:
        return desk.refuse(BadFiles([Fault(NAME, 0, "", "prices_apart")]))


def greedy(folder: Path, out: Path | None) -> int:
    """The same with the human rule."""
    desk = _Desk()
    try:
        desk.open(folder, out)
        return desk.finish(nearest_first(desk.instance), out)
    except BadFiles as error:
        return desk.refuse(error)


def check(folder: Path, plan: Path, incumbent: Path | None, declined: Path | None) -> int:
    """Recount a plan.json; the exit code."""
    desk = _Desk()
    try:
        desk.open(folder, None, incumbent, declined)
        given = plan_file.read(plan)
    except BadFiles as error:
        return desk.refuse(error)
    claim = plan_file.claim(given, desk.instance, declined=desk.declined)
    found = violations_of(desk.instance, claim, desk.incumbent)
    if found:
        return desk.blame(found)
    desk.say(desk.words.right(len(claim.volunteer), int(claim.empty.sum()), given.objective_km))
    return FINE


def make(folder: Path, size: Size) -> int:
    """Write an invented folder; the exit code."""
    desk = _Desk()
    try:
        if size.days * size.shifts > MOST_SLOTS:
            wrong = Fault(
                *("--days, --shifts", 0, "", "too_many_slots"),
                {"days": size.days, "shifts": size.shifts, "most": MOST_SLOTS},
            )
            raise BadFiles([wrong])
        instance = made(
            *(size.volunteers, size.posts),
            days=size.days,
            shifts=size.shifts,
            tight=size.tight,
            seed=size.seed,
            radius_km=size.radius_km,
        )
        try:
            folders.write(folder, instance)
        except OSError as error:
            raise BadFiles(
                [Fault(str(folder), 0, "", "unwritable", {"why": error.strerror or ""})]
            ) from error
    except BadFiles as error:
        return desk.refuse(error)
    desk.say(desk.words.made(size.volunteers, size.posts, int(instance.posts.seats.sum()), folder))
    return FINE


class _Desk:
    """One run of a command: what it reads, and what it tells the person at the terminal."""

    def __init__(self) -> None:
        self.words = Words()
        self.instance: Instance
        self.incumbent: Incumbent | None = None
        self.lost = 0
        self.declined: frozenset[str] = frozenset()
        self.reading = 0.0
        self.started = time.perf_counter()

    def open(
        self, folder: Path, out: Path | None, incumbent: Path | None = None, declined: Path | None = None
    ) -> None:
        """Read everything; raises BadFiles, also when `out` could not be written after all the work."""
        started = time.perf_counter()
        if out is not None:
            _refuse_input(out, folder, declined)
            _refuse_unwritable(out)
        self.instance = folders.read(folder)
        if incumbent is not None:
            promised = set(plan_file.read(incumbent).pairs)
            self.incumbent = Incumbent.of(self.instance, promised)
            self.lost = len(promised) - len(self.incumbent.volunteer)
        if declined is not None:
            self.declined = plan_file.declined(declined, self.instance.volunteers.id)
        self.reading = time.perf_counter() - started

    def finish(self, plan: Solution, out: Path | None, *, explain: bool = False) -> int:
        """Recount, write, say; a plan that does not stand is not written."""
        started = time.perf_counter()
        found = violations(self.instance, plan, self.incumbent, declined=self.declined)
        checking = time.perf_counter() - started
        if found:
            return self.blame(found)
        started = time.perf_counter()
        why = Why(self.instance, plan, self.declined)
        is_worth_it = plan.status == "proven" or np.count_nonzero(plan.empty) <= MOST_UNPROVEN
        reasons = explained.reasons(why) if explain or (out is not None and is_worth_it) else {}
        told = explained.explanation(why) if explain else None
        explaining = time.perf_counter() - started
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        seconds = {"read": self.reading, **plan.seconds, "check": checking, "explain": explaining}
        plan = replace(plan, seconds=seconds)
        if out is not None:
            with _writing(out):
                plan_file.write(out, self.instance, plan, peak_mb=peak_mb, reasons=reasons, explanation=told)
        for line in self.words.summary(self._summary(plan), peak_mb, out):
            self.say(line)
        if explain:
            for line in self.words.shortages(why.empties()):
                self.say(line)
        return FINE

    def _summary(self, plan: Solution) -> Summary:
        instance = self.instance
        objective_km, bound_km = plan_file.figures(instance, plan)
        km = lengths(instance, plan.volunteer, plan.post)
        stand_ins = (plan.kind == BACKBONE) & ~instance.volunteers.backbone[plan.volunteer]
        return Summary(
            volunteers=len(instance.volunteers.id),
            free=int(np.count_nonzero(instance.volunteers.available)),
            posts=len(instance.posts.id),
            seats=int(instance.posts.seats.sum()),
            filled=len(plan.volunteer),
            empty=dict(zip(KINDS, plan.empty.sum(axis=0).tolist(), strict=True)),
            stand_ins=int(np.count_nonzero(stand_ins)),
            objective_km=objective_km,
            bound_km=bound_km,
            gap=plan.gap,
            is_proven=plan.status == "proven",
            mean_km=kilometers(int(km.sum())) / len(km) if len(km) else 0.0,
            longest_km=kilometers(int(km.max(initial=0))),
            kept=_kept(plan),
            lost=self.lost,
            seconds=time.perf_counter() - self.started,
        )

    def refuse(self, error: BadFiles) -> int:
        """Every mistake on a line of its own, on standard error."""
        for line in self.words.faults(error):
            _print(Console(stderr=True), line)
        return UNUSABLE

    def blame(self, found: tuple[Violation, ...]) -> int:
        """What is wrong with a plan."""
        self.say(self.words.wrong(len(found)))
        for one in found[:MOST_SHOWN]:
            self.say(self.words.violation(one))
        if len(found) > MOST_SHOWN:
            self.say(self.words.more(len(found) - MOST_SHOWN))
        return WRONG

    def say(self, sentence: str) -> None:
        """On standard output, as it stands."""
        _print(Console(), sentence)


class _Line:
    """One line on the terminal that tells how far the search is; nothing where nobody looks."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.rounds = 0
        self.started = time.perf_counter()
        self.is_seen = sys.stderr.isatty()

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_seen:
            sys.stderr.write("\r\x1b[K")

    def tell(self, stage: str, figures: Mapping[str, float]) -> None:
        """Hears of every round of the search."""
        if stage not in {"round", "rest"}:
            return
        self.rounds += 1
        if self.is_seen:
            objective = figures["objective"]
            gap = (objective - figures["lower_bound"]) / objective if objective else 0.0
            seconds = time.perf_counter() - self.started
            sys.stderr.write(f"\r\x1b[K{self.words.progress(self.rounds, gap, seconds)}")
            sys.stderr.flush()


def _kept(plan: Solution) -> tuple[int, int, int] | None:
    """(promises kept, promises in all, people who go elsewhere now) against the plan in force."""
    if plan.incumbent is None:
        return None
    before = set(zip(plan.incumbent.volunteer.tolist(), plan.incumbent.post.tolist(), strict=True))
    now = set(zip(plan.volunteer.tolist(), plan.post.tolist(), strict=True))
    people_before = {who for who, _ in before}
    elsewhere = {who for who, post in now - before if who in people_before}
    return len(before & now), len(before), len(elsewhere)


def _refuse_input(out: Path, folder: Path, declined: Path | None) -> None:
    """Raises BadFiles where the plan would replace what it is made from; a plan in force may be replaced."""
    inputs = [folder / name for name in folders.FILES]
    if any(out.resolve() == one.resolve() for one in (*inputs, *filter(None, [declined]))):
        raise BadFiles([Fault(str(out), 0, "", "is_input")])


def _refuse_unwritable(out: Path) -> None:
    """Raises BadFiles now and not after an hour of work."""
    with _writing(out):
        if out.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not out.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if not os.access(out if out.exists() else out.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        fault = Fault(str(path), 0, "", "unwritable", {"why": error.strerror or ""})
        raise BadFiles([fault]) from error


def _print(console: Console, sentence: str) -> None:
    console.print(sentence, highlight=False, markup=False, soft_wrap=True)
