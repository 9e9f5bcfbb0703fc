"""A whole drill: the steps of each community in their order, the townships side by side, and the verdict."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from threading import Lock
from typing import Any

from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.jobs.progress import Progress
from muster.notifications.channels import file
from muster.territory.queries import division
from muster.web.drill import cast, clearing, verdict
from muster.web.drill.behavior import People
from muster.web.drill.browser import Server
from muster.web.drill.cast import Community
from muster.web.drill.morning import Morning
from muster.web.drill.outbox import Outbox
from muster.web.drill.play import MANY, MORE_WAVES, PLACES, PLACES_OF_MANY, Call, Play
from muster.web.drill.verdict import Line, Violations

# The drill's day is always the same day of the week, so that the same people have time: a Saturday.
SATURDAY = 5
TOWNSHIPS_AT_ONCE = 3
STEPS = ("raise", "pledge", "answer", "dispatch", "attend")


@dataclass(frozen=True)
class Result:
    """What came of a drill."""

    division: int
    seed: int
    names: dict[int, str]
    lines: Sequence[Line]
    violations: Violations
    lost: int
    acknowledged: int
    requests: int
    faults: int
    seconds: dict[str, float]

    @property
    def good(self) -> bool:
        """Nothing was violated, and nothing that somebody was told is missing."""
        return self.violations.none and self.lost == 0

    def as_dict(self) -> dict[str, Any]:
        """The result as `--json` writes it."""
        return {
            "division": self.division,
            "seed": self.seed,
            "communities": [asdict(line) for line in self.lines],
            "totals": verdict.totals_of(self.lines),
            "violations": asdict(self.violations),
            "acknowledged": {"told": self.acknowledged, "lost": self.lost},
            "http": {"requests": self.requests, "faults": self.faults},
            "seconds": self.seconds,
        }


@dataclass
class Stopwatch:
    """Seconds by step, summed over what runs side by side."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    lock: Lock = field(default_factory=Lock)

    def note(self, step: str, since: float) -> float:
        """The time since `since` went into this step."""
        now = time.monotonic()
        with self.lock:
            self.seconds[step] += now - since
        return now


def run(division_code: int, seed: int, url: str, progress: Progress) -> Result:
    """Play the drill of a division on the server at `url`, which works on this copy's database and outbox."""
    began = time.monotonic()
    communities = cast.communities_of(division_code)
    place = division(division_code)
    clearing.clear(place.code, place.high)
    server = Server(url.rstrip("/"))
    places = PLACES if len(communities) <= MANY else PLACES_OF_MANY
    play = Play(server, Outbox(file.outbox()), People(seed), day_of_drill(timezone.localdate()), places)
    watch = Stopwatch()
    progress.expect(len(communities) * len(STEPS))
    watch.note("prepare", began)
    try:
        calls = _all(play, communities, watch, progress)
    finally:
        server.close()
    judged = time.monotonic()
    told = [one for call in calls for one in call.acknowledged]
    lines, violations = verdict.lines_of(calls), verdict.violations_of(calls)
    missing = verdict.lost(told)
    watch.note("verify", judged)
    watch.seconds["total"] = time.monotonic() - began
    return Result(
        division=place.code,
        seed=seed,
        names={one.code: one.name for one in communities},
        lines=lines,
        violations=violations,
        lost=len(missing),
        acknowledged=len(told),
        requests=server.requests,
        faults=server.faults,
        seconds={step: round(seconds, 2) for step, seconds in watch.seconds.items()},
    )


def day_of_drill(today: date) -> date:
    """The next Saturday after today."""
    ahead = (SATURDAY - today.weekday()) % 7 or 7
    return today + timedelta(days=ahead)


def _all(play: Play, communities: Iterable[Community], watch: Stopwatch, progress: Progress) -> list[Call]:
    """Townships do not ask each other's people, so they are played side by side; inside one, one after the other."""
    townships: dict[int, list[Community]] = defaultdict(list)
    for community in communities:
        townships[community.township].append(community)
    told = Lock()

    def advance(words: str) -> None:
        with told:
            progress.advance(1, words)

    def township(members: list[Community]) -> list[Call]:
        try:
            return [_community(play, member, watch, advance) for member in members]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TOWNSHIPS_AT_ONCE) as pool:
        return [call for calls in pool.map(township, townships.values()) for call in calls]


def _community(play: Play, community: Community, watch: Stopwatch, advance: Callable[[str], None]) -> Call:
    """The five steps of one community."""
    since = time.monotonic()
    call, worker = play.open(community)
    since = watch.note("raise", since)
    advance(_("%(place)s: %(count)s people called") % {"place": community.name, "count": call.seats})
    play.units(call)
    since = watch.note("pledge", since)
    advance(_("%(place)s: units named %(count)s") % {"place": community.name, "count": len(call.named)})
    play.answers(call)
    play.drop_outs(call)
    for _wave in range(MORE_WAVES):
        if not play.more(call, worker):
            break
    since = watch.note("answer", since)
    advance(_("%(place)s: %(count)s said yes") % {"place": community.name, "count": len(call.links)})
    play.dispatch(call, worker)
    since = watch.note("dispatch", since)
    advance(_("%(place)s: dispatched") % {"place": community.name})
    morning = Morning(play, call, play.enter(cast.door_of_person(call.leader)))
    morning.run()
    watch.note("attend", since)
    advance(_("%(place)s: %(count)s were there") % {"place": community.name, "count": len(morning.there)})
    return call
