"""The race: two hundred people want twenty seats at once, over HTTP, again and again. Exactly twenty get one, each time."""

from __future__ import annotations

import asyncio

from rich.console import Console

from bench import cast
from bench.client import Answer, Deed, Load, Session, pour
from bench.figures import Figure
from bench.stage import Stage
from muster.callups.models import Assignment, Offer

TITLE = "Race: 200 people for 20 seats, 16 connections, beside two peers measured on such a machine"
RACES = 100
PEOPLE = 200
SEATS = 20
CONNECTIONS = 16
# docs/reference/benchmarks.md says how they were measured.
EPHIOS_PER_SECOND = 19.2
VOLUNTEER_PLANNER_MOST_CONFIRMED = 32


def measure(console: Console, stage: Stage) -> list[Figure]:
    """Runs all races and looks into the database after each."""
    console.print(f"  making {RACES * PEOPLE:,} people ...", style="dim")
    people = cast.volunteers(RACES * PEOPLE, first=10_000_000)
    confirmed: list[int] = []
    total = Load()
    for race in range(RACES):
        runners = people[race * PEOPLE : (race + 1) * PEOPLE]
        call = cast.call_up([SEATS])
        asked = cast.offers(call, runners, list(call.slots.all()))
        load = asyncio.run(pour(stage.host, stage.port, [accept(offer) for offer in asked], CONNECTIONS))
        confirmed.append(Assignment.objects.filter(call_up=call, state="accepted").count())
        total.seconds += load.seconds
        total.milliseconds += load.milliseconds
        total.statuses += load.statuses
        total.failures += load.failures
        if race % 10 == 9:
            console.print(f"  {race + 1} races, {load.rate:.0f} answers/s", style="dim")
    wrong = sum(number != SEATS for number in confirmed)
    return [
        Figure("races that did not end with exactly 20", wrong, "races", goal=0),
        Figure(
            "most confirmed in one race (peer that oversells)",
            max(confirmed),
            "people",
            VOLUNTEER_PLANNER_MOST_CONFIRMED,
            SEATS,
        ),
        Figure("error pages and broken connections", total.error_pages, "answers", goal=0),
        Figure("answers (peer that does not)", total.rate, "1/s", EPHIOS_PER_SECOND, more_is_better=True),
        Figure("p50", total.percentile(50), "ms"),
        Figure("p99", total.percentile(99), "ms"),
    ]


def accept(offer: Offer) -> Deed:
    """One tap on yes, from the signed link, with no session."""
    path, form = cast.answer_path(offer), cast.yes()

    async def deed(session: Session) -> Answer:
        return await session.post(path, form)

    return deed
