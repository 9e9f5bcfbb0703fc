"""A village whose drill is played inside the test: the pages answer in this process, and jobs run when somebody waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import httpx
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone

from muster.jobs import queue
from muster.notifications.channels import file
from muster.web.drill import cast
from muster.web.drill.behavior import People, Shares
from muster.web.drill.browser import Browser, Server
from muster.web.drill.cast import Community
from muster.web.drill.morning import Morning
from muster.web.drill.outbox import Outbox
from muster.web.drill.play import Call, Play
from muster.web.drill.run import day_of_drill
from tests.web.demo.conftest import VILLAGE

URL = "http://testserver"
EVERYBODY_COMES = Shares(
    accept=1.0,
    silent=0.0,
    drop_out=0.0,
    stay_away=0.0,
    late=0.0,
    leave_early=0.0,
    unit_declines=0.0,
    unit_names_all=1.0,
    named_accept=1.0,
)


@dataclass
class Wires(httpx.BaseTransport):
    """What lies between browser and server. `losses`: of the next requests, whether the answer gets lost on its way back."""

    losses: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    server: httpx.WSGITransport = field(default_factory=lambda: httpx.WSGITransport(app=WSGIHandler()))
    is_bad: bool = False
    seen: set[tuple[str, str]] = field(default_factory=set)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.method, request.url.path))
        fault = self.losses.pop(0) if self.losses else self._first(request)
        if fault == "refused":
            raise httpx.ConnectError("nobody listens", request=request)
        with _one_connection():
            answer = self.server.handle_request(request)
            answer.read()
        if fault == "lost":
            raise httpx.ReadError("the line went dead", request=request)
        return httpx.Response(502, text="proxy") if fault == "502" else answer

    def _first(self, request: httpx.Request) -> str:
        """With `is_bad` each page breaks the first time it is opened, and each tap gets no answer the first time."""
        # Every link signs in once; one of them is enough to lose.
        path = "/sign-in/" if request.url.path.startswith("/sign-in/") else request.url.path
        is_first = (request.method, path) not in self.seen
        self.seen.add((request.method, path))
        if not self.is_bad or not is_first:
            return ""
        return "lost" if request.method == "POST" else "502"


@contextmanager
def _one_connection() -> Iterator[None]:
    """The request runs in the transaction of the test; Django would hang up around it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@dataclass
class Stage:
    """One village, its drill, and who runs it."""

    play: Play
    wires: Wires
    community: Community
    worker: Browser | None = None

    def opened(self) -> Call:
        call, self.worker = self.play.open(self.community)
        return call

    def mustered(self, call: Call) -> None:
        """From the units to the dispatch."""
        assert self.worker is not None
        self.play.units(call)
        self.play.answers(call)
        self.play.drop_outs(call)
        self.play.ask_more(call, self.worker)
        self.play.answers(call)
        self.play.dispatch(call, self.worker)

    def attended(self, call: Call) -> Morning:
        """The morning itself."""
        morning = Morning(self.play, call, self.play.enter(partial(cast.door_of_person, call.leader)))
        morning.run()
        return morning

    def whole(self) -> Call:
        """A drill from the call to the last check-out."""
        call = self.opened()
        self.mustered(call)
        self.attended(call)
        return call


def stage(
    seed: int = 7, *, shares: Shares | None = None, is_bad: bool = False, day: date | None = None
) -> Stage:
    """A stage in the village, with people who do what the seed says, or always what `shares` says."""
    wires = Wires(is_bad=is_bad)
    server = Server(URL, transport=wires, patience=5, sleep=lambda _seconds: None)
    people = People(seed, shares or Shares())
    file.outbox().mkdir(parents=True, exist_ok=True)
    play = Play(
        server,
        Outbox(file.outbox()),
        people,
        day or day_of_drill(timezone.localdate()),
        sleep=lambda _seconds: queue.drain() and None,
    )
    (community,) = cast.communities_of(VILLAGE)
    return Stage(play, wires, community)
