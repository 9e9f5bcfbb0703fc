"""A whole drill: step by step, in each step all communities that share nobody side by side, and the verdict."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import partial
from threading import Lock
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.jobs.progress import Progress
from muster.notifications.channels import file
from muster.territory.queries import division
from muster.web.drill import cast, clearing, verdict
from muster.web.drill.behavior import People
from muster.web.drill.browser import Browser, Server, knock
from muster.web.drill.cast import Community
from muster.web.drill.morning import Morning
from muster.web.drill.outbox import Outbox
from muster.web.drill.play import Call, Play
from muster.web.drill.turns import PLAYERS, companies, groups, shared_by, side_by_side
from muster.web.drill.verdict import Line, Violations

# The drill's day is always the same day of the week, so that the same people have time: a Saturday.
SATURDAY = 5
# So many waves beyond the first one are sent while seats are free.
MORE_WAVES = 2
RAISE, PLEDGE, ANSWER, DISPATCH, ATTEND = STEPS = ("raise", "pledge", "answer", "dispatch", "attend")


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
    """Seconds by step, as a clock on the wall shows them."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def note(self, step: str, since: float) -> float:
        """The time since `since` went into this step."""
        now = time.monotonic()
        self.seconds[step] += now - since
        return now


@dataclass
class Scene:
    """One community of the drill: its call-up, and the browser of the worker who runs it."""

    community: Community
    call: Call
    worker: Browser
    has_news: bool = True  # the last wave reached somebody


def run(division_code: int, seed: int, url: str, progress: Progress) -> Result:
    """Play the drill of a division on the server at `url`, which works on this copy's database and outbox."""
    began = time.monotonic()
    communities = cast.communities_of(division_code)
    place = division(division_code)
    server = Server(url.rstrip("/"))
    knock(server)
    clearing.clear(place.code, place.high)
    play = Play(server, Outbox(file.outbox()), People(seed), day_of_drill(timezone.localdate()))
    stage = Stage(play, progress)
    progress.expect(len(communities) * len(STEPS))
    stage.watch.note("prepare", began)
    try:
        calls = [scene.call for company in companies(communities) for scene in stage.play_all(company)]
    finally:
        stage.close()
    judged = time.monotonic()
    told = [one for call in calls for one in call.acknowledged]
    lines, violations = verdict.lines_of(calls), verdict.violations_of(calls)
    missing = verdict.lost(told)
    stage.watch.note("verify", judged)
    stage.watch.seconds["total"] = time.monotonic() - began
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
        seconds={step: round(seconds, 2) for step, seconds in stage.watch.seconds.items()},
    )


def day_of_drill(today: date) -> date:
    """The next Saturday after today."""
    ahead = (SATURDAY - today.weekday()) % 7 or 7
    return today + timedelta(days=ahead)


class Stage:
    """Takes communities through the five steps. No community begins a step before all have ended the one before."""

    def __init__(self, play: Play, progress: Progress) -> None:
        self.play = play
        self.watch = Stopwatch()
        self._progress = progress
        self._told = Lock()
        self._pool = ThreadPoolExecutor(PLAYERS)

    def close(self) -> None:
        """Wait for whoever is still at it, and hang up."""
        self._pool.shutdown(cancel_futures=True)
        self.play.server.close()

    def play_all(self, company: Sequence[Community]) -> list[Scene]:
        """The scenes of these communities, in their order, when all is over."""
        since = time.monotonic()
        scenes = self._raise(company)
        since = self.watch.note(RAISE, since)
        # Nobody has a seat yet, so what one unit does is nothing to another community.
        self._apart(scenes, self._units)
        since = self.watch.note(PLEDGE, since)
        self._together(scenes, self._first_answers)
        for _wave in range(MORE_WAVES):
            # A wave looks at who is busy elsewhere: while all ask, nobody answers.
            self._apart(scenes, self._ask_more)
            self._together(scenes, self._more_answers)
        since = self.watch.note(ANSWER, since)
        self._together(scenes, self._dispatch)
        since = self.watch.note(DISPATCH, since)
        self._together(scenes, self._attend)
        self.watch.note(ATTEND, since)
        return scenes

    def _apart(self, scenes: Sequence[Scene], step: Callable[[Scene], None]) -> None:
        """A step in which no community can be in another's way."""
        side_by_side(self._pool, [[scene] for scene in scenes], step)

    def _together(self, scenes: Sequence[Scene], step: Callable[[Scene], None]) -> None:
        """A step in which people get seats or lose them: communities that asked the same people take it in turn."""
        known = {scene.community.code: scene for scene in scenes}
        parts = groups(list(known), shared_by([scene.call.code for scene in scenes]))
        side_by_side(self._pool, [[known[code] for code in part] for part in parts], step)

    def _raise(self, company: Sequence[Community]) -> list[Scene]:
        found: dict[int, Scene] = {}

        def step(community: Community) -> None:
            call, worker = self.play.open(community)
            found[community.code] = scene = Scene(community, call, worker)
            self._tell(
                _("%(place)s: %(count)s people called") % {"place": scene.community.name, "count": call.seats}
            )

        side_by_side(self._pool, [[community] for community in company], step)
        return [found[community.code] for community in company]

    def _units(self, scene: Scene) -> None:
        self.play.units(scene.call)
        self._tell(_("%(place)s: units named %(count)s") % self._count(scene, scene.call.named))

    def _first_answers(self, scene: Scene) -> None:
        self.play.answers(scene.call)
        self.play.drop_outs(scene.call)
        self._tell(_("%(place)s: %(count)s said yes") % self._count(scene, scene.call.links))

    def _ask_more(self, scene: Scene) -> None:
        if scene.has_news:
            self.play.ask_more(scene.call, scene.worker)

    def _more_answers(self, scene: Scene) -> None:
        if scene.has_news:
            scene.has_news = self.play.answers(scene.call) > 0

    def _dispatch(self, scene: Scene) -> None:
        self.play.dispatch(scene.call, scene.worker)
        self._tell(_("%(place)s: dispatched") % {"place": scene.community.name})

    def _attend(self, scene: Scene) -> None:
        leader = self.play.enter(partial(cast.door_of_person, scene.call.leader))
        morning = Morning(self.play, scene.call, leader)
        morning.run()
        self._tell(_("%(place)s: %(count)s were there") % self._count(scene, morning.there))

    def _tell(self, words: str) -> None:
        with self._told:
            self._progress.advance(1, words)

    @staticmethod
    def _count(scene: Scene, things: Sized) -> dict[str, object]:
        return {"place": scene.community.name, "count": len(things)}
