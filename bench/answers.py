"""Answers without contention: each person accepts a seat that nobody else wants, sixteen at a time."""

from __future__ import annotations

import asyncio

from rich.console import Console

from bench import cast
from bench.client import pour
from bench.figures import Figure
from bench.race import accept
from bench.stage import Stage
from muster.callups.models import Assignment

TITLE = "Answers: accept a seat, no contention, 16 connections, client on the same machine"
PEOPLE = 2_000
POSTS = 10
CONNECTIONS = 16
EPHIOS_PER_SECOND, EPHIOS_P95 = 20.2, 1_128.0
VOLUNTEER_PLANNER_PER_SECOND, VOLUNTEER_PLANNER_P95 = 90.1, 283.0


def measure(console: Console, stage: Stage) -> list[Figure]:
    """Every fifth seat stays free, so that nobody meets a full post."""
    console.print(f"  making {PEOPLE:,} people ...", style="dim")
    people = cast.volunteers(PEOPLE, first=20_000_000)
    asked = []
    for first in range(0, PEOPLE, POSTS):
        call = cast.call_up([2] * POSTS)
        asked += cast.offers(call, people[first : first + POSTS], list(call.slots.order_by("pk")))
    warm, rest = asked[:200], asked[200:]
    asyncio.run(pour(stage.host, stage.port, [accept(offer) for offer in warm], CONNECTIONS))
    used = stage.processor_seconds()
    load = asyncio.run(pour(stage.host, stage.port, [accept(offer) for offer in rest], CONNECTIONS))
    used = (stage.processor_seconds() - used) / len(rest) * 1000
    seated = Assignment.objects.filter(offer__in=[offer.pk for offer in asked], state="accepted").count()
    return [
        Figure(
            "answers, beside volunteer_planner",
            load.rate,
            "1/s",
            VOLUNTEER_PLANNER_PER_SECOND,
            200,
            more_is_better=True,
        ),
        Figure("answers, beside ephios", load.rate, "1/s", EPHIOS_PER_SECOND, more_is_better=True),
        Figure("p50", load.percentile(50), "ms"),
        Figure("p95, beside volunteer_planner", load.percentile(95), "ms", VOLUNTEER_PLANNER_P95, 120),
        Figure("p95, beside ephios", load.percentile(95), "ms", EPHIOS_P95),
        Figure("p99", load.percentile(99), "ms"),
        Figure("processor time of web, worker and database per answer", used, "ms"),
        Figure("error pages and broken connections", load.error_pages, "answers", goal=0),
        Figure("people without the seat they took", PEOPLE - seated, "people", goal=0),
    ]
