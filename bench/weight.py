"""Bytes of a first visit, each file under gzip -6 as the peers were weighed."""

from __future__ import annotations

from django.urls import reverse
from rich.console import Console

from bench import cast, pages
from bench.figures import Figure
from bench.stage import Stage

TITLE = "First visit, all files"
KB = 1_000
EPHIOS_KB, VOLUNTEER_PLANNER_KB = 204.0, 178.0
MY_GOAL_KB, DESK_GOAL_KB = 30.0, 130.0


def measure(console: Console, stage: Stage) -> list[Figure]:
    """The pages that people open first: the question on a phone, the sign-in, the desk."""
    call = cast.call_up([2])
    (offer,) = cast.offers(call, cast.volunteers(1, first=70_000_000), list(call.slots.all()))
    worker = cast.worker()
    visits = [
        (cast.offer_path(offer), None, MY_GOAL_KB, None),
        (reverse("people:sign-in"), None, MY_GOAL_KB, None),
        (reverse("callups:desk-callup-list"), worker, DESK_GOAL_KB, EPHIOS_KB),
        (reverse("callups:desk-callup-detail", args=[call.code]), worker, DESK_GOAL_KB, VOLUNTEER_PLANNER_KB),
    ]
    figures: list[Figure] = []
    for path, account, goal, peer in visits:
        weight = pages.weigh(stage, account, path)
        name = path if account else f"/{path.split('/')[1]}/{path.split('/')[2][:1]}".rstrip("/")
        console.print(f"  {name}: {weight.files} files, {weight.sent / KB:.1f} kB as sent", style="dim")
        figures.append(Figure(f"{name} gzipped", weight.gzipped / KB, "kB", peer, goal))
    return figures
